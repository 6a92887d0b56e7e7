//! The configuration language: text → syntax (spans kept) → checked [`Config`].

pub mod blocks;
pub mod checked;
pub mod console;
pub mod context;
pub mod convert;
pub mod eval;
pub mod exact;
pub mod expr;
pub mod fmt;
pub mod functions;
pub mod hosts;
mod in_json;
mod infer;
pub mod inputs;
pub mod levels;
pub mod lock;
pub mod lower;
pub mod marks;
pub mod modules;
pub mod number;
pub mod request;
pub mod scope;
pub mod suggestion;
pub mod types;
pub mod value;

pub mod check;
pub mod load;
pub mod schemas;
pub mod source;
pub mod split;
pub mod suggest;
pub mod syntax;
pub mod variables;

mod arguments;
mod fields;
mod gaps;
mod sensitivity;
mod settings;
mod walk;
mod words;

pub use check::{Surroundings, check};
pub use checked::Config;
pub use load::{Parsed, parse};
pub use schemas::Schemas;
pub use source::Sources;
pub use variables::{Given, VariableFile, VariableInputs};
