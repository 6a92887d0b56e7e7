//! Does what the pure core decides: reads, previews, and drives runs.

pub mod ailing;
mod blame;
pub mod block;
pub mod drive;
pub mod fleet;
mod flight;
mod giving_back;
mod health;
mod hiding;
mod holdings;
pub mod inbox;
pub mod lease;
pub mod lookout;
pub mod marks;
pub mod observe;
mod own_steps;
pub mod perform;
pub mod performer;
pub mod preview;
pub mod results;
pub mod roles;
pub mod secrets;
pub mod silence;
pub mod subject;
pub mod traffic;
