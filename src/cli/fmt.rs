//! `patchform fmt`

use super::Exit;
use super::terminal::Terminal;
use crate::ops::{self, Failure};
use crate::report::file_diff;
use clap::ArgAction;
use std::borrow::Cow;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// What standard input is called in messages.
const INPUT: &str = "<stdin>";

/// Options of `fmt`.
#[derive(clap::Args)]
#[command(
    after_help = "Prints the name of each file that it changes. The style is that of `terraform fmt`.\n\n\
                  For example:\n  \
                  patchform fmt --recursive            format everything here and below\n  \
                  patchform fmt --check --diff         in CI: exit with 2 and show what is not in style\n  \
                  patchform fmt - <a.pf.hcl            print one text formatted, as editors want it"
)]
pub struct Arguments {
    /// Files (*.pf.hcl, *.pfvars) and folders; `-` reads standard input and prints the result. Without one: this folder
    #[arg(value_name = "FILE|DIR")]
    targets: Vec<PathBuf>,
    /// Change no file; exit with 2 if one is not in style
    #[arg(long)]
    check: bool,
    /// Show what changes, as `diff -u` does, with stars in place of values of sensitive variables
    #[arg(long)]
    diff: bool,
    /// Also folders below
    #[arg(long)]
    recursive: bool,
    /// Write the files; with --write=false only their names are printed
    #[arg(long, value_name = "BOOL", default_value_t = true, default_missing_value = "true", num_args = 0..=1,
          require_equals = true, action = ArgAction::Set)]
    write: bool,
    /// Print the names; --list=false prints none
    #[arg(long, value_name = "BOOL", default_value_t = true, default_missing_value = "true", num_args = 0..=1,
          require_equals = true, action = ArgAction::Set)]
    list: bool,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let input = Path::new("-");
    match &arguments.targets[..] {
        [only] if only == input => of_input(arguments, terminal),
        several if several.iter().any(|t| t == input) => {
            Err(Failure::error("`-` is standard input; it stands alone"))
        }
        targets => of_files(arguments, &ops::fmt::files(targets, arguments.recursive)?, terminal),
    }
}

/// Formats each file; one that cannot be does not keep the others from it.
fn of_files(arguments: &Arguments, files: &[PathBuf], terminal: &Terminal) -> Result<Exit, Failure> {
    let write = arguments.write && !arguments.check;
    let (mut failed, mut changes) = (false, false);
    for path in files {
        match ops::fmt::file(path, write) {
            Ok(None) => {}
            Ok(Some(change)) => {
                changes = true;
                let name = path.to_string_lossy();
                if arguments.list {
                    terminal.say(&format!("{name}\n"));
                }
                if arguments.diff {
                    terminal.say(&diff(path, &change, terminal));
                }
            }
            Err(failure) => {
                failed = true;
                terminal.fail(&failure);
            }
        }
    }
    Ok(match (failed, arguments.check && changes) {
        (true, _) => Exit::Error,
        (false, true) => Exit::Something,
        (false, false) => Exit::Done,
    })
}

fn diff(path: &Path, change: &ops::fmt::Change, terminal: &Terminal) -> String {
    let shown = ops::fmt::shown(path, change);
    file_diff::draw(&path.to_string_lossy(), &shown.before, &shown.after, terminal.out)
}

/// A text with an end to its last line, be it empty: so terraform prints it.
fn ended(text: &str) -> Cow<'_, str> {
    if text.ends_with('\n') { text.into() } else { format!("{text}\n").into() }
}

fn of_input(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|e| Failure::error(format!("reading standard input: {e}")))?;
    let change = ops::fmt::text(INPUT, &bytes)?;
    match &change {
        Some(change) if arguments.diff => {
            terminal.say(&diff(Path::new(INPUT), change, terminal));
        }
        Some(change) if !arguments.check => terminal.say(&ended(&change.after)),
        None if !arguments.check && !arguments.diff => terminal.say(&ended(&String::from_utf8_lossy(&bytes))),
        _ => {}
    }
    Ok(if arguments.check && change.is_some() { Exit::Something } else { Exit::Done })
}
