//! The only doors to clock, disk, net, processes, environment and randomness.

pub mod archive;
pub mod certificate;
pub mod clock;
pub mod disk;
pub mod environment;
pub mod executable;
pub mod http;
pub mod listing;
pub mod log;
pub mod machine;
pub mod process;
pub mod random;
pub mod signal;
pub mod tcp;
pub mod unpack;

pub use patchform_sdk::failpoint;
