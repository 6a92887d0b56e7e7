//! The use cases: one file each. A verb of the command line calls one of them, and shows what it answers.

pub mod abandon;
pub mod apply;
pub mod audit;
pub mod console;
mod driving;
pub mod evidence;
pub mod failure;
pub mod files;
pub mod fmt;
mod git;
pub mod graph;
pub mod init;
pub mod inputs;
mod key;
mod ledger;
pub mod modules;
mod opening;
mod orphans;
mod outputs;
pub mod place;
pub mod plan;
pub mod project;
pub mod providers;
pub mod reference;
pub mod resume;
pub mod rollback;
pub mod run;
pub mod runs;
pub mod secrets;
pub mod snapshot;
pub mod state;
pub mod validate;
pub mod view;
pub mod workspace;

pub use failure::Failure;
pub use place::Place;
