//! An event that cannot follow what a journal says before it.

use super::event::{ActionRef, Leg};
use thiserror::Error;

/// Why an event cannot follow. The run is left as it was before the event.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Damage {
    /// Nothing may precede the first `taken`.
    #[error("the run was not taken by a controller before {0}")]
    NotTaken(String),
    /// Nothing may follow `finished`.
    #[error("{0} follows the end of the run")]
    AfterEnd(String),
    /// Only a controller that takes the run may follow `stopped`.
    #[error("{0} follows a stop, but nobody took the run again")]
    AfterStop(String),
    /// Fencing tokens rise.
    #[error("a controller took the run with token {token}, which is not above the earlier token {earlier}")]
    OldToken {
        /// The token given.
        token: u64,
        /// The highest one before.
        earlier: u64,
    },
    /// The plan has no such component, or does not change it.
    #[error("component {component} is named, but the plan does not change it")]
    NoSuchComponent {
        /// Index into the plan's entries.
        component: usize,
    },
    /// The plan has no such service.
    #[error("service {service} is named, and the plan has none of that number")]
    NoSuchService {
        /// Index into the plan's services.
        service: usize,
    },
    /// Another action of this component is due, or none.
    #[error("{what} of {}: {why}", place(action))]
    OutOfOrder {
        /// `intent`, `fact` or `probe`.
        what: &'static str,
        /// Which action.
        action: ActionRef,
        /// What was expected.
        why: String,
    },
    /// A reading that nobody waits for.
    #[error("a reading of component {component}, which nobody waits for")]
    StrayReading {
        /// Index into the plan's entries.
        component: usize,
    },
    /// A look at a component that is not watched.
    #[error("a look at component {component}, which nobody watches")]
    StrayWatch {
        /// Index into the plan's entries.
        component: usize,
    },
    /// The run ended while something was left to do.
    #[error("the run ended, but {open} components were not settled")]
    EndedEarly {
        /// How many.
        open: usize,
    },
}

fn place(action: &ActionRef) -> String {
    let leg = match action.leg {
        Leg::Forth => "way forth",
        Leg::Back => "way back",
    };
    format!("action {} on the {leg} of component {}", action.index, action.component)
}
