//! Where decisions meet the world: the one loop, its inbox, and the leases that keep runs apart.

pub mod drive;
mod flight;
pub mod inbox;
pub mod lease;
