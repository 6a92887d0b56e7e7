//! Views of what happened and what would happen: text, JSON, Markdown.

pub mod diagnostic;
