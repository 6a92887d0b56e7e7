//! The provider protocol: its messages, a server for providers written in Rust, and the contract suite
//! that `patchform provider check` runs against any provider.
//!
//! The protocol is JSON-RPC 2.0, one message per line, over stdin and stdout; stderr is the provider's log.
//! `docs/protocol.md` describes it for authors in other languages.

pub mod digest;
pub mod message;
