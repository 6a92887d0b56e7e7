//! Until when a finding has to be gone: profiles as tables, deadlines, and exceptions.
//!
//! A [`Profile`] is data: rows of conditions, a term, and what starts the clock, with the source of the rule. The first
//! row that holds decides. What is unknown counts as what is worse, and the [`Deadline`] says what was assumed. A new
//! profile is a new table, a new rule a new row.
//!
//! Days are whole and end in UTC; a term of hours is that of its days.

mod clock;
mod condition;
mod deadline;
mod exception;
pub mod known;
mod profile;
mod standing;

pub use clock::{Event, Start};
pub use condition::Condition;
pub use deadline::{Deadline, Due};
pub use exception::{Exception, ExceptionError, Scope};
pub use profile::{NoOpenRow, Profile, Row, Term};
pub use standing::{Judgement, Standing};
