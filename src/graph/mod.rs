//! Who stands on whom: order, layers, cycles, closures and drawings. Nodes are indices; what they stand for is the
//! caller's.

pub mod csr;
pub mod dot;
pub mod drawing;
pub mod mermaid;
pub mod reduction;
pub mod walk;

pub use csr::{Graph, NotAGraph};
pub use drawing::{Node, Tone};
