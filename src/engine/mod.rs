//! Does what the pure core decides: reads, previews, and drives runs.

pub mod fleet;
pub mod observe;
pub mod perform;
pub mod preview;
pub mod secrets;
pub mod subject;
