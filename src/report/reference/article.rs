//! An article: all that the reference says of one name.

/// All that is said of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// The name.
    pub name: String,
    /// What it names.
    pub sort: Sort,
    /// What it is for: a sentence. Empty where each section says it.
    pub about: String,
    /// What there is of that name.
    pub sections: Vec<Section>,
    /// How it is used.
    pub examples: Vec<Example>,
}

/// What a name of the reference names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A block of the language.
    Block,
    /// An argument of blocks.
    Argument,
    /// A function.
    Function,
    /// A kind of component.
    Kind,
    /// A word of expressions, such as `each`.
    Word,
}

impl Sort {
    /// Its name for people and programs.
    pub fn word(self) -> &'static str {
        match self {
            Sort::Block => "block",
            Sort::Argument => "argument",
            Sort::Function => "function",
            Sort::Kind => "kind",
            Sort::Word => "word",
        }
    }
}

/// A block in one of its sorts, a function's signature, a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// As it is written, in short.
    pub written: String,
    /// What it is for: a sentence.
    pub about: String,
    /// Its arguments or parameters.
    pub rows: Vec<Row>,
    /// Sentences about the whole of it.
    pub notes: Vec<String>,
}

/// An argument, or a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// The values that fit, in a few words.
    pub takes: String,
    /// Whether it must be given.
    pub required: bool,
    /// What holds where it is not given; may be empty.
    pub otherwise: String,
    /// What may stand in its expression; may be empty.
    pub holds: String,
    /// What it is for; may be empty.
    pub about: String,
}

/// A text that shows how something is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The file's name; empty where it is no file.
    pub title: String,
    /// What it is written in: `hcl`, `console`, ….
    pub language: &'static str,
    /// The text.
    pub text: String,
}
