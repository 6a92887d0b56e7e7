//! What a run would do: the operation plan (way forth) and the emergency plan (way back) of every component.

pub mod noun;

pub use noun::Plan;
