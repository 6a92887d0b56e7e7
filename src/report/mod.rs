//! What people and programs read: plans, runs and state as text and as JSON. Pure: the clock, the terminal's width and
//! the colours are handed in.

pub mod harmless;
pub mod mark;
pub mod order;
pub mod page;
pub mod reason;
pub mod size;
pub mod style;
pub mod table;

pub use style::Style;
//! Views of what happened and what would happen: text, JSON, Markdown.

pub mod diagnostic;
