//! An argument that no verb expects: behind `--var` it may be a part of a secret, and is not repeated.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;

const TIP: &str = "it stands behind --var and may be a secret, so that it is not shown; a value with spaces needs quotes: \
     --var 'name=two words'";

/// The parser's complaint about `arguments`, without a word that is probably the rest of a value.
pub fn concealed(mut error: clap::Error, arguments: &[OsString]) -> clap::Error {
    let is_rest = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word)) => {
            error.kind() == ErrorKind::UnknownArgument && follows(word, arguments)
        }
        _ => false,
    };
    if is_rest {
        error.insert(ContextKind::InvalidArg, ContextValue::String("…".to_string()));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![TIP.into()]));
    }
    error
}

/// Whether a word is no option, and the last option before it is `--var`.
fn follows(word: &str, arguments: &[OsString]) -> bool {
    let is_option = |argument: &&OsString| argument.as_encoded_bytes().starts_with(b"-");
    let is_variable =
        |option: &OsString| option == "--var" || option.as_encoded_bytes().starts_with(b"--var=");
    let places = (0..arguments.len()).filter(|at| arguments[*at] == word);
    let before = places.filter_map(|at| arguments[..at].iter().rev().find(is_option));
    !word.starts_with('-') && before.into_iter().any(is_variable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, ArgAction, Command};

    #[test]
    fn a_word_behind_a_variable_is_not_repeated() {
        let command = Command::new("plan")
            .arg(Arg::new("var").long("var").action(ArgAction::Append))
            .arg(Arg::new("lock").long("lock"));
        for (line, shown) in [
            ("plan --var pw=correct hunter2", false),
            ("plan --var=pw=correct hunter2 battery", false),
            ("plan --lock x --var pw=correct hunter2", false),
            ("plan --var pw=correct --lock x hunter2", true),
            ("plan hunter2 --var pw=correct", true),
            ("plan --var pw=correct --hunter2", true),
        ] {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let error = command.clone().try_get_matches_from(&arguments).unwrap_err();
            let said = concealed(error, &arguments).to_string();
            assert_eq!(said.contains("hunter2"), shown, "{line}: {said}");
            assert_eq!(said.contains("needs quotes"), !shown, "{line}: {said}");
        }
    }
}
