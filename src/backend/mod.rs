//! Where the state is kept. For now: a local file.

pub mod error;
pub mod local;
pub mod lock;

pub use error::BackendError;
pub use local::{Base, Local};
pub use lock::{Holder, StateLock};
