//! What a command was given beside the configuration: values of variables, in the order of the command line.

use std::path::PathBuf;

/// Values of variables from the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// In the order given: the later one counts.
    pub given: Vec<Given>,
}

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// `--var NAME=VALUE`
    Variable(String),
    /// `--var-file FILE`
    File(PathBuf),
}
