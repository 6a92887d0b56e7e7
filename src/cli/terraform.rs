//! What Terraform has and patchform does not: its commands and options, each with what to do here instead.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

const DESTROYED: &str = "nothing is destroyed here: take the component out of the configuration, and say with a `removed` block \
     that this is meant; it stays as it is on its target";
const TRIED_AGAIN: &str = "nothing is marked here: `plan` reads what is there and shows what differs from the configuration; \
     `allow ADDRESS` lets a level that was rolled back be tried again";
const NO_BACKENDS: &str = "there are no backends: the state is a file, whose place `state \"local\" { path = … }` within \
     `patchform { }` names; leave it out";
const NO_TESTS: &str =
    "there are no test files; `check` blocks, `assert` blocks and `validate` test a configuration";
const NO_REGISTRY: &str =
    "there is no registry to log in to; git fetches modules with credentials of its own";
const PROVIDERS_ARE_PINNED: &str =
    "providers are executables of this machine, which patchform.lock.hcl pins: leave it out";
const ONE_GRAPH: &str = "there is one graph; `graph --plan FILE` draws that of a saved plan";

/// Commands, also those below `state`.
const COMMANDS: &[(&str, &str)] = &[
    ("destroy", DESTROYED),
    ("env", "that is `workspace` here"),
    ("get", "`init` fetches modules; `init --upgrade` looks up their branches and tags again"),
    ("login", NO_REGISTRY),
    ("logout", NO_REGISTRY),
    ("metadata", "`reference --json` prints all blocks, functions and kinds"),
    ("modules", "`init` prints the modules that it fetches; patchform.lock.hcl names them"),
    (
        "providers",
        "`provider list` and `provider schema NAME` tell of providers; `init` pins them in patchform.lock.hcl",
    ),
    ("refresh", "`plan --refresh-only` shows what would be recorded, `apply --refresh-only` records it"),
    (
        "replace-provider",
        "the state does not hold where a provider comes from: change `required_providers`, then `init`",
    ),
    ("taint", TRIED_AGAIN),
    ("test", NO_TESTS),
    ("untaint", TRIED_AGAIN),
];

/// Long options.
const OPTIONS: &[(&str, &str)] = &[
    ("allow-missing-config", "`import` declares what it finds by itself; leave it out"),
    ("backend", NO_BACKENDS),
    ("backend-config", NO_BACKENDS),
    ("backup", "`state pull` prints the state, to be kept before it is changed; leave it out"),
    ("compact-warnings", "warnings are printed whole; leave it out"),
    ("destroy", DESTROYED),
    ("draw-cycles", ONE_GRAPH),
    ("force", "nothing is asked here that it could answer; `state push` alone can be forced. Leave it out"),
    ("force-copy", NO_BACKENDS),
    ("generate-config-out", "`import FROM --out FILE` writes what runs on hosts as components"),
    ("get", "`init` fetches only what patchform.lock.hcl pins and is not there yet; leave it out"),
    ("ignore-remote-version", NO_BACKENDS),
    ("input", "this command asks nothing; leave it out"),
    ("install-autocomplete", "`completion SHELL` prints a completion script"),
    (
        "lock",
        "the state is always locked, for milliseconds only; `--lock-timeout` says how long to wait for it",
    ),
    ("lockfile", PROVIDERS_ARE_PINNED),
    (
        "migrate-state",
        "`state pull` at the old place and `state push` at the new one carry a state over; leave it out",
    ),
    ("no-tests", NO_TESTS),
    ("parallelism", "`max_parallel` of a `rollout` says how many components are worked on at a time"),
    ("plugin-dir", PROVIDERS_ARE_PINNED),
    ("reconfigure", "`init` takes a new place of the state as it is; leave it out"),
    ("replace", TRIED_AGAIN),
    ("show-sensitive", "secrets are never shown; leave it out"),
    ("state", NO_BACKENDS),
    ("state-out", NO_BACKENDS),
    ("test-directory", NO_TESTS),
    ("type", ONE_GRAPH),
    ("upgrade", "`init --upgrade` looks up branches and tags of modules again"),
];

/// Terraform's names of options that are none here.
pub fn options() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().map(|(name, _)| *name)
}

/// The parser's complaint, with what to do here where a word of Terraform's is its reason. What resembles that word by chance
/// is no longer offered.
pub fn explained(mut error: clap::Error, verb: Option<&str>) -> clap::Error {
    if let Some(tip) = tip(&error, verb) {
        error.remove(ContextKind::SuggestedSubcommand);
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(tip)]));
    }
    error
}

fn tip(error: &clap::Error, verb: Option<&str>) -> Option<&'static str> {
    let said = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    let find = |table: &[(&str, &'static str)], word| table.iter().find(|row| row.0 == word).map(|row| row.1);
    match error.kind() {
        ErrorKind::InvalidSubcommand => find(COMMANDS, said(ContextKind::InvalidSubcommand)?),
        ErrorKind::UnknownArgument => match said(ContextKind::InvalidArg)?.strip_prefix("--") {
            Some(option) => find(OPTIONS, option),
            None if verb == Some("import") => Some(
                "`import FROM` takes one inventory, configuration of ssh or list of hosts, and writes what it finds there \
                 as components; addresses and ids are not given",
            ),
            None => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::CommandLine;
    use clap::CommandFactory as _;

    #[test]
    fn what_is_told_of_is_in_order_and_not_to_be_had() {
        for table in [COMMANDS, OPTIONS] {
            assert!(table.is_sorted_by(|a, b| a.0 < b.0), "{table:?}");
        }
        let command = CommandLine::command();
        for (name, _) in COMMANDS {
            assert!(command.find_subcommand(name).is_none(), "{name}");
        }
        for (name, _) in OPTIONS {
            assert!(command.get_arguments().all(|argument| argument.get_long() != Some(name)), "{name}");
        }
    }
}
