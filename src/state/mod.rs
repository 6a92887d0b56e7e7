//! What is known between runs: records, snapshots, rejected levels, finished runs; and its stored form.

pub mod checkpoint;
pub mod edit;
pub mod finished;
pub mod noun;
pub mod orphan;
pub mod owed;
pub mod record;
pub mod retention;
#[cfg(test)]
pub mod sample;
pub mod snapshot;
pub mod stored;

pub use checkpoint::checkpoint;
pub use finished::{FinishedRun, LEVELS_KEPT, Levels, RunOutcome};
pub use noun::{Folded, OutputValue, Rejected, State};
pub use orphan::Orphan;
pub use owed::{Owed, Reloaded};
pub use record::Record;
pub use snapshot::Snapshot;
