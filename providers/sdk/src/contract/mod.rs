//! The contract suite: shows, against any executable, that a provider keeps the promises of the protocol.
//!
//! A small file says how to make a scratch component; each check makes its own, in a folder that is removed afterwards.

mod checks;
pub mod file;
mod old;
mod peer;
mod scene;
mod scratch;

use crate::contract::checks::CHECKS;
use crate::contract::file::Contract;
use crate::contract::scene::Bench;
use std::path::Path;
use thiserror::Error;

/// How one check came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its short name, such as `same-id`.
    pub name: &'static str,
    /// What it shows, in one line.
    pub about: &'static str,
    /// The result.
    pub verdict: Verdict,
    /// How long it took, in milliseconds.
    pub took: u64,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The promise was kept.
    Passed,
    /// It was not; says what was asked and what came instead.
    Failed(String),
    /// It does not apply; says why.
    Skipped(String),
}

/// How many checks came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Promises kept.
    pub passed: usize,
    /// Promises broken.
    pub failed: usize,
    /// Promises that do not apply.
    pub skipped: usize,
}

/// Why the suite cannot run at all.
#[derive(Debug, Error)]
pub enum ContractError {
    /// The contract file cannot be used.
    #[error("the contract file {path} cannot be used: {why}")]
    File {
        /// Its path.
        path: String,
        /// Why.
        why: String,
    },
    /// There is no program to check.
    #[error("there is no program to check")]
    NoProgram,
}

/// Why a check ends early.
pub(crate) enum Stop {
    Failed(String),
    Skipped(String),
}

impl From<String> for Stop {
    fn from(why: String) -> Self {
        Stop::Failed(why)
    }
}

impl From<&str> for Stop {
    fn from(why: &str) -> Self {
        Stop::Failed(why.into())
    }
}

/// What a check gives back.
pub(crate) type Outcome = Result<(), Stop>;

/// One check of the suite; a new one is a row in [`CHECKS`].
pub(crate) struct Check {
    pub name: &'static str,
    pub about: &'static str,
    pub run: fn(&Bench) -> Outcome,
}

/// Runs the suite against `command` (program and arguments) and reports each check as it ends.
///
/// # Errors
/// When the contract file cannot be used; a provider that does not even start fails its checks instead.
pub fn run(
    command: &[String],
    contract_file: &Path,
    report: &mut dyn FnMut(&Checked),
) -> Result<Summary, ContractError> {
    run_only(command, contract_file, &|_| true, report)
}

/// [`run`] with only those checks whose names are `wanted`.
///
/// # Errors
/// As [`run`].
pub fn run_only(
    command: &[String],
    contract_file: &Path,
    wanted: &dyn Fn(&str) -> bool,
    report: &mut dyn FnMut(&Checked),
) -> Result<Summary, ContractError> {
    let Some((program, arguments)) = command.split_first() else { return Err(ContractError::NoProgram) };
    let contract = Contract::read(contract_file)
        .map_err(|why| ContractError::File { path: contract_file.display().to_string(), why })?;
    // Checks start it in scratch folders, so a relative path is made absolute; a bare name is looked for in PATH.
    let program = match program.contains('/') {
        true => std::path::absolute(program).unwrap_or_else(|_| program.into()),
        false => program.into(),
    };
    let bench = Bench { program, arguments: arguments.to_vec(), contract };
    let mut summary = Summary::default();
    for check in CHECKS.iter().filter(|check| wanted(check.name)) {
        let begun = std::time::Instant::now();
        let verdict = match (check.run)(&bench) {
            Ok(()) => Verdict::Passed,
            Err(Stop::Failed(why)) => Verdict::Failed(why),
            Err(Stop::Skipped(why)) => Verdict::Skipped(why),
        };
        match verdict {
            Verdict::Passed => summary.passed += 1,
            Verdict::Failed(_) => summary.failed += 1,
            Verdict::Skipped(_) => summary.skipped += 1,
        }
        let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        report(&Checked { name: check.name, about: check.about, verdict, took });
    }
    Ok(summary)
}

/// Names of all checks, in their order, with what each shows.
pub fn checks() -> impl Iterator<Item = (&'static str, &'static str)> {
    CHECKS.iter().map(|check| (check.name, check.about))
}
