//! The run engine's pure core: a run is a fold over its journal, and `decide` says what to do next.

pub mod event;
