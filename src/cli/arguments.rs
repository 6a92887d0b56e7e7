//! Options that several verbs share.

use crate::model::{Selection, period};
use crate::ops::Failure;
use crate::ops::inputs::{Given, Inputs};
use crate::ops::plan::Request;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use std::path::PathBuf;
use std::time::Duration;

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

/// Values of variables, in the order of the command line: the later one counts.
#[derive(Default, Clone)]
pub struct Variables(Inputs);

impl Variables {
    /// As use cases take them.
    pub fn inputs(&self) -> Inputs {
        self.0.clone()
    }
}

/// Which providers of a run may be others than those that its plan was made with.
#[derive(Debug, clap::Args)]
pub struct Accepting {
    /// Go on with this provider as it is now, although it is not the one that the plan was made with, such as after a mistake
    /// of it was mended; may be repeated. It stands in the run's journal
    #[arg(long, value_name = "NAME")]
    accept_provider: Vec<String>,
}

impl Accepting {
    /// As use cases take it.
    pub fn inputs(&self, variables: &Variables) -> Inputs {
        Inputs { accepted: self.accept_provider.clone(), ..variables.inputs() }
    }
}

impl Args for Variables {
    fn augment_args(command: Command) -> Command {
        command
            .arg(
                Arg::new("var")
                    .long("var")
                    .value_name("NAME=VALUE")
                    .action(ArgAction::Append)
                    .help("Set a variable; may be repeated"),
            )
            .arg(
                Arg::new("var-file")
                    .long("var-file")
                    .value_name("FILE")
                    .action(ArgAction::Append)
                    .value_parser(clap::value_parser!(PathBuf))
                    .help("Read variables from a file; may be repeated. patchform.pfvars and *.auto.pfvars are read by themselves"),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Variables {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given: Vec<(usize, Given)> = Vec::new();
        if let (Some(values), Some(at)) = (matches.get_many::<String>("var"), matches.indices_of("var")) {
            given.extend(at.zip(values.cloned().map(Given::Variable)));
        }
        if let (Some(values), Some(at)) =
            (matches.get_many::<PathBuf>("var-file"), matches.indices_of("var-file"))
        {
            given.extend(at.zip(values.cloned().map(Given::File)));
        }
        given.sort_by_key(|(at, _)| *at);
        let given = given.into_iter().map(|(_, g)| g).collect();
        Ok(Variables(Inputs { given, ..Inputs::default() }))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
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
    /// Pass over the maintenance windows and blackouts that let you; the reason is recorded
    #[arg(long, value_name = "REASON")]
    pub emergency: Option<String>,
}

/// How to wait for the state lock.
#[derive(Args, Default, Clone)]
pub struct Lock {
    /// How long to wait for the state lock, such as 30s
    #[arg(long, value_name = "TIME", default_value = "10s")]
    pub lock_timeout: String,
}

/// `--input` of a command that asks nothing, since pipelines made for Terraform give it to every command.
pub fn input() -> Arg {
    Arg::new("input")
        .long("input")
        .value_name("BOOL")
        .num_args(0..=1)
        .require_equals(true)
        .value_parser(clap::value_parser!(bool))
        .help("Accepted, and changes nothing: this command asks no questions")
}

/// What to do where nobody can be asked, and the plan cannot be saved first.
pub const GIVE: &str = "review what this would do, then give --auto-approve";

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

impl Scope {
    /// What is to be planned.
    ///
    /// # Errors
    /// An address that is none.
    pub fn request(&self, variables: &Variables) -> Result<Request, Failure> {
        Ok(Request {
            inputs: variables.inputs(),
            targets: selections("--target", &self.target)?,
            excludes: selections("--exclude", &self.exclude)?,
            refresh: self.refresh,
            refresh_only: self.refresh_only,
            emergency: self.emergency.clone(),
        })
    }
}

/// The components that an option names.
///
/// # Errors
/// An address that is none.
pub fn selections(option: &str, texts: &[String]) -> Result<Vec<Selection>, Failure> {
    let read = texts.iter().map(|text| text.parse()).collect::<Result<_, String>>();
    read.map_err(|why| Failure::error(format!("{option}: {why}")))
}

impl Lock {
    /// The time.
    ///
    /// # Errors
    /// A text that is no length of time.
    pub fn timeout(&self) -> Result<Duration, Failure> {
        period::parse(&self.lock_timeout).map_err(|why| Failure::error(format!("--lock-timeout: {why}")))
    }
}
