//! The journal of a run: numbered segments of JSON lines that form a chain, one fsync per batch.

mod beyond;
mod course;
mod files;
mod line;
pub mod reader;
mod segment;
mod stored;
pub mod writer;

pub use beyond::{beyond, goes_on_from};
pub use files::{SegmentFile, files, says_finished};
pub use line::Head;
pub use reader::{Expected, Journal, Proof, ReadError, prove, read, scan};
pub use stored::{FORM, Header};
pub use writer::{Identity, ROOM, SEGMENT_BYTES, Seal, WriteError, Writer};

#[cfg(test)]
mod tests;
