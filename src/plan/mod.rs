//! What a run would do: the operation plan (way forth) and the emergency plan (way back) of every component.

pub mod noun;
pub mod stored;

#[cfg(test)]
pub mod samples;

pub use noun::Plan;
