//! The configuration language: text → syntax (spans kept) → checked [`Config`].

pub mod checked;
pub mod source;
pub mod split;
pub mod suggest;
pub mod convert;
pub mod eval;
pub mod expr;
pub mod functions;
pub mod lock;
pub mod lower;
pub mod number;
pub mod scope;
pub mod suggestion;
pub mod types;
pub mod value;

pub use checked::Config;
pub use source::Sources;
