//! The nouns that every floor shares.

pub mod address;
pub mod datetime;
pub mod diagnostic;
pub mod level;
pub mod mask;
pub mod moment;
pub mod parts;
pub mod purpose;
pub mod seal;
pub mod selection;
pub mod span;
pub mod xml;

pub use address::{Address, InstanceKey};
pub use datetime::{DateTime, Offset};
pub use diagnostic::{Absence, Diagnostic, Diagnostics, Severity};
pub use level::PatchLevel;
pub use mask::Mask;
pub use moment::Moment;
pub use purpose::Purpose;
pub use selection::Selection;
pub use span::{FileId, Span};

pub use patchform_sdk::period;
