//! The run engine's pure core: a run is a fold over its journal, and `decide` says what to do next.

mod availability;
mod baseline;
mod component;
mod damage;
pub mod decide;
pub mod event;
mod fold;
mod going_back;
mod heard;
mod look;
mod order;
pub mod outcome;
mod owed;
mod pacing;
mod planted;
mod rejection;
mod rules;
mod shape;
pub mod sight;
mod soak;
mod standing;
mod taking_up;
mod target;
mod unclear;
mod walk;
mod work;

pub use baseline::Baseline;
pub use component::{BACK_ROUNDS, BACK_TRIES, BUSY_AT_LEAST, FORTH_TRIES, Stored};
pub use damage::Damage;
pub use decide::{Begin, Command, decide};
pub use fold::Run;
pub use heard::Heard;
pub use look::{ASTRAY, CHANGED_SINCE};
pub use outcome::{Ending, Left, Outcome, outcome};
pub use owed::Undone;
#[cfg(debug_assertions)]
pub use planted::Defect;
pub use rejection::{Rejections, rejected};
pub use rules::Rules;
pub use sight::{Outages, Seen, Sight};
pub use standing::{ActionStanding, Failure, Halt, Hold, Skip, Standing, leg_name};

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
