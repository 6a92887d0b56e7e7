//! Findings: which vulnerabilities are open on which component, since when, how urgent, and until when to be gone.
//!
//! [`Host`]s are what was read, [`named`] is what advisories say of it, [`Found`] is that with its priority and deadline, and
//! [`Findings`] remembers what was found from one assessment to the next.

mod found;
mod host;
mod idle;
mod level;
mod named;
mod proposal;
mod remembered;
mod resolution;
mod rules;
mod stored;

pub use found::{Found, Knowledge, found};
pub use host::{Host, Member, importance};
pub use idle::{Idle, Why, idle};
pub use level::Target;
pub use named::{Named, named};
pub use proposal::{Closing, LevelPlace, Proposal, Proposals, propose};
pub use remembered::{Closed, Findings, Key, Remembered, Seen};
pub use resolution::{Aim, Moved, Resolution, Wish, resolve};
pub use rules::Rules;
pub use stored::{FORMAT, StoredError, read, write};
