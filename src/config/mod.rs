//! The configuration language: text → syntax (spans kept) → checked [`Config`].

pub mod checked;

pub use checked::Config;
