//! The configuration language: text → syntax (spans kept) → checked [`Config`].

pub mod checked;
pub mod console;
pub mod convert;
pub mod eval;
pub mod expr;
pub mod functions;
pub mod lower;
pub mod marks;
pub mod number;
pub mod scope;
pub mod suggestion;
pub mod types;
pub mod value;

pub use checked::Config;
