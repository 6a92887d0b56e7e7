//! Who stands on whom: order, layers, cycles, closures and drawings. Nodes are indices; what they stand for is the
//! caller's.

mod boxes;
pub mod csr;
pub mod dot;
pub mod drawing;
mod layout;
pub mod mermaid;
pub mod reduction;
pub mod svg;
pub mod walk;

pub use csr::{Graph, NotAGraph};
pub use drawing::{Node, Tone};
