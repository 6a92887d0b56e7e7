//! A command line that cannot be read. Where it asks for JSON it is told in JSON, too.

use super::arguments::Global;
use super::terminal::Terminal;
use super::{Exit, validate};
use crate::ops::Failure;
use clap::error::ErrorKind;
use std::borrow::Cow;
use std::ffi::OsString;

/// Tells the parser's complaint about `arguments`, of which the first is the program's own name; or the help that was asked for.
pub(super) fn tell(error: &clap::Error, arguments: &[OsString]) -> Exit {
    let _ = error.print();
    if !error.use_stderr() {
        return Exit::Done;
    }
    if words(arguments).any(|word| word == "--json") {
        let terminal = Terminal { json: true, ..Terminal::new(&Global::default()) };
        let failure = failure(error);
        match verb(arguments).is_some_and(|verb| verb == "validate") {
            true => validate::failed(failure, &terminal),
            false => terminal.say_failure(&failure),
        };
    }
    Exit::Error
}

/// What stands behind the program's own name and may be an option.
fn words(arguments: &[OsString]) -> impl Iterator<Item = &OsString> {
    arguments.iter().skip(1).take_while(|word| *word != "--")
}

/// The command that `arguments` seem to name.
pub(super) fn verb(arguments: &[OsString]) -> Option<Cow<'_, str>> {
    let mut words = words(arguments);
    while let Some(word) = words.next() {
        if word == "--chdir" {
            words.next();
        } else if let word = word.to_string_lossy()
            && !word.starts_with('-')
        {
            return Some(word);
        }
    }
    None
}

/// The complaint as a failure: its first line, and what it says to do.
fn failure(error: &clap::Error) -> Failure {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::error("a command is missing").hint("see --help");
    }
    let text = error.render().to_string();
    let mut parts = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    let said = parts.next().unwrap_or_default();
    let failure = Failure::error(said.strip_prefix("error: ").unwrap_or(said));
    parts.fold(failure, |failure, part| failure.hint(part.strip_prefix("tip: ").unwrap_or(part)))
}
