//! What a command was given beside the configuration: values of variables, in the order of the command line.

use std::path::PathBuf;

/// What the command line gives: values of variables, and providers that are accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// In the order given: the later one counts.
    pub given: Vec<Given>,
    /// `--accept-provider NAME`: providers of an open run that need not be those that its plan was made with.
    pub accepted: Vec<String>,
    /// Whether variables may be without a value: to look the configuration through, not to use it.
    pub may_lack: bool,
}

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// `--var NAME=VALUE`
    Variable(String),
    /// `--var-file FILE`
    File(PathBuf),
}
