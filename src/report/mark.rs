//! What happens to a component, in one sign and one word: the legend of every view of a plan.

use super::style::Tint;
use crate::plan::noun::{Cause, Change, Entry, Observed, Verdict};

/// What happens to a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// It is not there yet, and will be.
    Install,
    /// Its level changes, upwards.
    Change,
    /// Somebody changed it outside patchform; it goes to its declared level.
    Drift,
    /// Its level goes down.
    Downgrade,
    /// It is taken away.
    Remove,
    /// It would change, but may not.
    Blocked,
    /// It waits for another one.
    Held,
    /// Nothing is done; the record takes over what was observed.
    Adopt,
    /// Nothing is done; its record goes.
    Forget,
    /// It was left out by `--target` or `--exclude`.
    Excluded,
    /// It is where it should be.
    Unchanged,
}

impl Mark {
    /// Every mark, in the order of the legend and of the summary.
    pub const ALL: [Mark; 11] = [
        Mark::Install,
        Mark::Change,
        Mark::Drift,
        Mark::Downgrade,
        Mark::Remove,
        Mark::Blocked,
        Mark::Held,
        Mark::Adopt,
        Mark::Forget,
        Mark::Excluded,
        Mark::Unchanged,
    ];

    /// That of an entry.
    pub fn of(entry: &Entry) -> Mark {
        match &entry.verdict {
            Verdict::Change(change) => Mark::of_change(change),
            Verdict::Blocked(_) => Mark::Blocked,
            Verdict::Held { .. } => Mark::Held,
            Verdict::NoChange { adopt: true } => Mark::Adopt,
            Verdict::NoChange { adopt: false } => Mark::Unchanged,
            Verdict::Forget => Mark::Forget,
            Verdict::Excluded => Mark::Excluded,
        }
    }

    /// That of a change.
    pub fn of_change(change: &Change) -> Mark {
        match (&change.from, &change.to, change.cause) {
            (_, None, _) => Mark::Remove,
            (None, _, _) => Mark::Install,
            _ if change.downgrade => Mark::Downgrade,
            // What an abandoned run left is nobody's change.
            (_, _, Cause::Drift) if change.owed.is_none() => Mark::Drift,
            _ => Mark::Change,
        }
    }

    /// Its sign.
    pub const fn sign(self) -> &'static str {
        match self {
            Mark::Install => "+",
            Mark::Change => "~",
            Mark::Drift => "↻",
            Mark::Downgrade => "↓",
            Mark::Remove => "-",
            Mark::Blocked => "!",
            Mark::Held => "⏸",
            Mark::Adopt => "=",
            Mark::Forget => "×",
            Mark::Excluded | Mark::Unchanged => " ",
        }
    }

    /// Its word in the legend.
    pub const fn word(self) -> &'static str {
        match self {
            Mark::Install => "install",
            Mark::Change => "change",
            Mark::Drift => "drifted, is set right",
            Mark::Downgrade => "downgrade",
            Mark::Remove => "take away",
            Mark::Blocked => "blocked",
            Mark::Held => "held",
            Mark::Adopt => "record only",
            Mark::Forget => "forget",
            Mark::Excluded => "left out",
            Mark::Unchanged => "unchanged",
        }
    }

    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Mark::Install => "install",
            Mark::Change => "change",
            Mark::Drift => "correct_drift",
            Mark::Downgrade => "downgrade",
            Mark::Remove => "remove",
            Mark::Blocked => "blocked",
            Mark::Held => "held",
            Mark::Adopt => "adopt",
            Mark::Forget => "forget",
            Mark::Excluded => "excluded",
            Mark::Unchanged => "none",
        }
    }

    /// How the summary line counts it.
    pub const fn counted(self) -> &'static str {
        match self {
            Mark::Install => "to install",
            Mark::Change => "to change",
            Mark::Drift => "to set right",
            Mark::Downgrade => "to downgrade",
            Mark::Remove => "to take away",
            Mark::Blocked => "blocked",
            Mark::Held => "held",
            Mark::Adopt => "to record",
            Mark::Forget => "to forget",
            Mark::Excluded => "left out",
            Mark::Unchanged => "unchanged",
        }
    }

    /// Its colour.
    pub const fn tint(self) -> Tint {
        match self {
            Mark::Install => Tint::Good,
            Mark::Change | Mark::Drift | Mark::Downgrade => Tint::Change,
            Mark::Remove | Mark::Blocked => Tint::Bad,
            Mark::Held | Mark::Adopt => Tint::Info,
            Mark::Forget | Mark::Excluded | Mark::Unchanged => Tint::Dim,
        }
    }

    /// Whether a run would act on it.
    pub const fn acts(self) -> bool {
        matches!(self, Mark::Install | Mark::Change | Mark::Drift | Mark::Downgrade | Mark::Remove)
    }
}

/// How many entries have each mark, in the order of [`Mark::ALL`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts([usize; Mark::ALL.len()]);

impl Counts {
    /// Counts some entries.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Counts {
        let mut counts = Counts::default();
        for entry in entries {
            counts.0[Mark::of(entry) as usize] += 1;
        }
        counts
    }

    /// How many have this one.
    pub fn get(&self, mark: Mark) -> usize {
        self.0[mark as usize]
    }

    /// How many a run would act on.
    pub fn acting(&self) -> usize {
        Mark::ALL.into_iter().filter(|m| m.acts()).map(|m| self.get(m)).sum()
    }

    /// Those that are not zero.
    pub fn present(&self) -> impl Iterator<Item = (Mark, usize)> + '_ {
        Mark::ALL.into_iter().map(|m| (m, self.get(m))).filter(|(_, n)| *n > 0)
    }
}

/// Whether an unchanged component could not be read, so that "unchanged" rests on the record alone.
pub fn unread(entry: &Entry) -> bool {
    Mark::of(entry) == Mark::Unchanged
        && matches!(entry.observed, Observed::NotRead | Observed::Unreachable { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::samples;

    #[test]
    fn the_sample_has_every_mark() {
        let plan = samples::everything();
        let counts = Counts::of(&plan.entries);
        for mark in Mark::ALL {
            assert!(counts.get(mark) > 0, "{mark:?}");
        }
        assert_eq!(counts.present().map(|(_, n)| n).sum::<usize>(), plan.entries.len());
    }

    #[test]
    fn marks_are_counted_in_their_own_place() {
        for (i, mark) in Mark::ALL.into_iter().enumerate() {
            assert_eq!(mark as usize, i);
        }
    }
}
