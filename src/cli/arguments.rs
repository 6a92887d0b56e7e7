//! Options that several verbs share.

use clap::{ArgAction, Args};
use std::path::PathBuf;

/// Options of every verb.
#[derive(Args, Default)]
pub struct Global {
    /// Work in this folder, as if patchform had been started there
    #[arg(long, global = true, value_name = "DIR")]
    pub chdir: Option<PathBuf>,
    /// Print without colours (also: the environment variable NO_COLOR)
    #[arg(long, global = true)]
    pub no_color: bool,
}

/// Values of variables.
#[derive(Args, Default, Clone)]
pub struct Variables {
    /// Set a variable: NAME=VALUE; may be repeated
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub vars: Vec<String>,
    /// Read variables from a file; may be repeated. patchform.pfvars and *.auto.pfvars are read by themselves
    #[arg(long = "var-file", value_name = "FILE")]
    pub var_files: Vec<PathBuf>,
}

/// What to plan.
#[derive(Args, Clone)]
pub struct Scope {
    /// Plan only this component or block, and what it stands on; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub target: Vec<String>,
    /// Leave out this component or block, and what stands on it; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub exclude: Vec<String>,
    /// Read the real components; with --refresh=false they are blocked and cannot be applied
    #[arg(long, value_name = "BOOL", default_value_t = true, default_missing_value = "true", num_args = 0..=1,
          require_equals = true, action = ArgAction::Set)]
    pub refresh: bool,
    /// Only record what is observed; change no component
    #[arg(long)]
    pub refresh_only: bool,
}

/// How to wait for the state lock.
#[derive(Args, Default, Clone)]
pub struct Lock {
    /// How long to wait for the state lock, such as 30s
    #[arg(long, value_name = "TIME", default_value = "10s")]
    pub lock_timeout: String,
}

/// Whether questions may be asked.
#[derive(Args, Clone)]
pub struct Asking {
    /// Do not ask for approval
    #[arg(long)]
    pub auto_approve: bool,
    /// Ask questions on the terminal; with --input=false a question is an error
    #[arg(long, value_name = "BOOL", default_value_t = true, default_missing_value = "true", num_args = 0..=1,
          require_equals = true, action = ArgAction::Set)]
    pub input: bool,
}
