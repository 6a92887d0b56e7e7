//! Secrets in a checked configuration: where they stand, and where they are read.

use std::time::Duration;

/// A place in a JSON value that holds a secret. A stored plan keeps only this, never the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Keys and indices from the root.
    pub path: Vec<Step>,
    /// The sensitive variable whose whole value stands there.
    pub variable: String,
    /// What the argument's type made of it.
    pub form: SecretForm,
}

/// What an argument's type makes of a variable's value: a number may stand as a string, and the other way round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SecretForm {
    /// As it is: a list, a map, an object.
    #[default]
    Same,
    /// A string.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
}

/// One step of a path into a JSON value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Of an object.
    Key(String),
    /// Of an array.
    Index(usize),
}

/// Where a sensitive variable's value came from, and what it is to be read as again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretOrigin {
    /// Where it is read.
    pub source: SecretSource,
    /// The variable's type as it is written in the configuration; `None` when it has none.
    pub ty: Option<String>,
}

/// Where a sensitive variable's value is read, and read again by apply, resume and rollback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable's name.
    Environment(String),
    /// A variable file's path.
    File(String),
    /// Given with `--var`: cannot be read again; whoever resumes must give it again.
    CommandLine,
    /// The variable's `default`.
    Default,
    /// The `default` of a module's variable: the module's folder.
    DefaultIn(String),
    /// `from_file`: a file that holds the value and nothing else.
    Content(String),
    /// `from_command`: a program that prints the value.
    Command {
        /// The program and its arguments.
        words: Vec<String>,
        /// How long it may take.
        within: Duration,
    },
}
