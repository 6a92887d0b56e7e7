//! Rules of the fold that have changed: a journal is folded by those of the controller that wrote it, since what was decided
//! by them stands in it.

/// By which rules a controller that takes a run lets it go on, from its first line to the next one that takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rules {
    /// Of journals in forms 1 and 2.
    First,
    /// Since form 3: what was unclear already when its controller was lost is done again where it had not happened; what is
    /// well stays as it is under something stuck, and is not stuck itself.
    Second,
    /// Since form 5: what is proved not to have happened is tried once more, whatever it is; before, only what disturbs nothing.
    Third,
    /// Since form 7: what gets stuck at the moment in which a run changes hands is freed with what was stuck before, and holds what it
    /// stands on; before, that was forgotten where anything had been stuck.
    Fourth,
    /// Since form 8: whatever halted at its patch is read before that is tried again; before, only where the patch had changed
    /// something, so that what a person had put right was refused as changed by a stranger. Whoever abandons a run does not ask
    /// about tries that have ended.
    Fifth,
    /// Since form 9: who comes to its gate when a service can no longer spare it waits until that can; before, it went on. What was tried
    /// before its gate was asked again is not tried for ever.
    Sixth,
    /// Since form 10: who is ill is asked again some times before others are held for that, or it begins itself; before, that was done at
    /// once.
    Seventh,
    /// Since form 11: what nobody can tell of while the run is to stop, to halt or paused stays unclear; before, it counted as half
    /// done. A patch under a dead man's switch is given up when it was looked at for as long as that took; before, each look counted
    /// for up to 30 s, and they were a second apart.
    Eighth,
}

impl Rules {
    /// Those of this program.
    pub const NOW: Rules = Rules::Eighth;
}
