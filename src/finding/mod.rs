//! Findings: which vulnerabilities are open on which component, since when, how urgent, and until when to be gone.
//!
//! [`Host`]s are what was read, a [`Survey`] is what advisories say of it, [`Found`] is that with its priority and deadline, and
//! [`Findings`] remembers what was found from one assessment to the next.

mod course;
mod found;
mod host;
mod idle;
mod level;
mod named;
mod names;
mod proposal;
mod remembered;
mod resolution;
mod rules;
mod stored;

pub use course::{Closed, Course, Numbers, Remembered};
pub use found::{Found, Judgement, Knowledge, found};
pub use host::{Host, Member, importance};
pub use idle::{Idle, Why, idle};
pub use level::Target;
pub use named::{Named, Placed, Said, Survey};
pub use names::Names;
pub use proposal::{Closing, LevelPlace, Proposal, Proposals, propose};
pub use remembered::{Findings, Key, Open, Packages, Seen, There};
pub use resolution::{Aim, Moved, Resolution, Wish, resolve};
pub use rules::Rules;
pub use stored::{FORMAT, StoredError, read, write};
