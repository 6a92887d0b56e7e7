//! Everything that can be planted: defects of the core, and defects of what surrounds it.

use patchform::run::Defect;

/// A defect that the rules must catch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plant {
    /// In the product's own core.
    Core(Defect),
    /// In the journal, the fencing, the checkpoints around it, as this simulation models them.
    Around(Around),
}

/// What surrounds the core, done wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Around {
    /// Targets accept old tokens.
    NoFencing,
    /// A batch that was not closed counts.
    TornCounts,
    /// The last closed batch is taken for a torn one.
    ClosedIsTorn,
    /// A fact is acted upon, but never journalled.
    FactIsNotWritten,
    /// Effects begin before their intents are durable.
    ActsBeforeItWrites,
    /// A new controller reads the journal before it seals it.
    ReadsBeforeItSeals,
    /// A controller does not look whether its journal was sealed.
    SealIsNotLookedAt,
    /// A reader takes what stands behind a seal.
    SealCutsNothing,
    /// A checkpoint holds what is not durable yet.
    CheckpointRunsAhead,
    /// The state at the end of a run is not written.
    EndIsNotFolded,
    /// A run that stops lets its lease go.
    LeaseIsLost,
    /// A look claims to have watched for longer than since the one before it.
    WatchesInHindsight,
    /// What an earlier run has left is not planned.
    OwedIsNotPlanned,
    /// What was brought into force and verified is owed still.
    DoneIsStillOwed,
}

impl Around {
    /// Those that show within one run.
    const ALL: [Around; 12] = [
        Around::NoFencing,
        Around::TornCounts,
        Around::ClosedIsTorn,
        Around::FactIsNotWritten,
        Around::ActsBeforeItWrites,
        Around::ReadsBeforeItSeals,
        Around::SealIsNotLookedAt,
        Around::SealCutsNothing,
        Around::CheckpointRunsAhead,
        Around::EndIsNotFolded,
        Around::LeaseIsLost,
        Around::WatchesInHindsight,
    ];
}

impl Plant {
    /// Every defect that shows within one run.
    pub fn all() -> Vec<Plant> {
        let core = Defect::ALL.into_iter().map(Plant::Core);
        core.chain(Around::ALL.into_iter().map(Plant::Around)).collect()
    }

    /// Those that only a history catches: the next run pays for them.
    pub fn of_what_is_left() -> Vec<Plant> {
        let around = [Around::OwedIsNotPlanned, Around::DoneIsStillOwed].map(Plant::Around);
        Defect::OF_WHAT_IS_LEFT.into_iter().map(Plant::Core).chain(around).collect()
    }

    /// Its name on a command line.
    pub fn name(self) -> String {
        match self {
            Plant::Core(defect) => format!("{defect:?}"),
            Plant::Around(around) => format!("{around:?}"),
        }
    }
}
