//! The core's side of the provider protocol: starts providers, speaks with them, and survives what they do.

pub mod cache;
pub mod chunks;
pub mod error;
pub mod hearing;
pub mod locate;
pub mod pending;
pub mod process;
pub mod serve;
pub mod session;
pub mod watch;

pub use error::ProviderError;
pub use locate::{Located, Source};
pub use session::{Launch, Session};
pub use watch::Watch;
