//! A command line that cannot be read. Where it asks for JSON it is told in JSON, too.

use super::arguments::Global;
use super::terminal::Terminal;
use super::{Exit, validate};
use crate::ops::Failure;
use clap::error::ErrorKind;
use std::ffi::OsString;

/// Tells the parser's complaint about `arguments`, of which the first is the program's own name; or the help that was asked for.
pub(super) fn tell(error: &clap::Error, arguments: &[OsString]) -> Exit {
    let _ = error.print();
    if !error.use_stderr() {
        return Exit::Done;
    }
    let mut words: Vec<_> = arguments.iter().skip(1).take_while(|word| *word != "--").collect();
    if words.iter().any(|word| *word == "--json") {
        let terminal = Terminal { json: true, ..Terminal::new(&Global::default()) };
        if let Some(at) = words.iter().position(|word| *word == "--chdir") {
            words.drain(at..words.len().min(at + 2));
        }
        let verb = words.into_iter().find(|word| !word.to_string_lossy().starts_with('-'));
        let failure = failure(error);
        match verb.is_some_and(|verb| verb == "validate") {
            true => validate::failed(failure, &terminal),
            false => terminal.say_failure(&failure),
        };
    }
    Exit::Error
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
