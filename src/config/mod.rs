//! The configuration language: text → syntax (spans kept) → checked [`Config`].

pub mod checked;
pub mod source;
pub mod split;
pub mod suggest;

pub use checked::Config;
pub use source::Sources;
