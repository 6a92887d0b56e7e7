//! The provider protocol: its messages, a server for providers written in Rust, and the contract suite
//! that `patchform provider check` runs against any provider.
//!
//! The protocol is JSON-RPC 2.0, one message per line, over stdin and stdout; stderr is the provider's log.
//! `docs/protocol.md` describes it for authors in other languages.

pub mod away;
pub mod base64;
pub mod chunk;
pub mod context;
pub mod contract;
pub mod detached;
pub mod digest;
pub mod durable;
pub mod earlier;
pub mod ended;
pub mod failpoint;
pub mod guarded;
pub mod host;
pub mod ledger;
pub mod line;
pub mod local;
pub mod machine;
pub mod message;
pub mod period;
pub mod pipe;
pub mod pool;
pub mod provider;
pub mod serve;
pub mod store;
pub mod words;

pub use context::{Context, Target};
pub use ledger::Ledger;
pub use provider::Provider;
pub use serve::serve;
