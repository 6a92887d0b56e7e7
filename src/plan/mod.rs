//! What a run would do: the operation plan (way forth) and the emergency plan (way back) of every component.
//!
//! `Draft` (what is wanted) → [`diff::diff`] (against what was read) → previews → [`make::make`] → [`Plan`].

pub mod along;
pub mod blocking;
pub mod diff;
pub mod downtime;
pub mod draft;
pub mod drawing;
pub mod focus;
pub mod holding;
pub mod hours;
pub mod later;
pub mod levels;
pub mod make;
pub mod moves;
pub mod noun;
pub mod observed;
pub mod procedure;
pub mod roles;
pub mod room;
pub mod settle;
pub mod stale;
pub mod stored;
mod superseded;
pub mod undo;
mod wave;

#[cfg(test)]
mod sample;
#[cfg(test)]
pub mod samples;

pub use diff::{Changes, Facts, Leases, diff};
pub use draft::Draft;
pub use focus::{Focus, NoSuchComponent};
pub use make::{Making, make};
pub use noun::Plan;
pub use superseded::superseded;
