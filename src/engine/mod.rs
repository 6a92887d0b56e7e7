//! engine

pub mod drive;
mod flight;
pub mod inbox;
pub mod lease;
