//! Words that may be a part of a secret: what stands behind `--var NAME=VALUE`, and `NAME=VALUE` without `--var`. They are not
//! repeated in any message.

use crate::config::source::hide;
use crate::ops::Failure;
use clap::error::{ContextKind, ContextValue};
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};

const TIP: &str = "it may be the value of a variable, or the rest of one behind --var, so that it is not shown; a value with \
     spaces needs quotes: --var 'name=two words'";

/// The words of a command line that no message may repeat.
#[derive(Debug, Default)]
pub struct Unsaid(Vec<String>);

impl Unsaid {
    /// Those of `arguments`; the first one is the program's name. `strays`: those that look like an option, and are none.
    pub fn of(arguments: &[OsString], strays: &BTreeSet<OsString>) -> Unsaid {
        let mut found = Vec::new();
        // Whether the word follows `--var`, whose value it is, or a value of that, whose rest it may be.
        let (mut is_value, mut may_be_rest) = (false, false);
        for word in arguments.iter().skip(1).map(|argument| argument.to_string_lossy()) {
            let option = word.split_once('=').map_or(&*word, |(option, _)| option);
            if may_be_rest && strays.contains(OsStr::new(&*word)) {
                found.push(word.into_owned());
            } else if option.starts_with('-') {
                may_be_rest = option == "--var";
                is_value = *word == *"--var";
                found.extend(word.strip_prefix("--var-file=").filter(|file| gives(file)).map(str::to_string));
            } else if is_value {
                is_value = false;
            } else if may_be_rest || gives(&word) {
                found.push(word.into_owned());
            }
        }
        Unsaid(found)
    }

    /// The parser's complaint without such a word.
    pub fn complaint(&self, mut error: clap::Error) -> clap::Error {
        for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand] {
            let Some(ContextValue::String(said)) = error.get(kind) else { continue };
            if self.0.contains(said) {
                error.insert(kind, ContextValue::String("***".to_string()));
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![TIP.into()]));
            }
        }
        error
    }

    /// Message and hints of what failed, without such a word; one more hint says why.
    pub fn leave_out(&self, failure: &Failure) -> (String, Vec<String>) {
        let (mut message, mut hints) = (failure.message.clone(), failure.hints.clone());
        for word in &self.0 {
            std::iter::once(&mut message).chain(&mut hints).for_each(|text| hide(text, word));
        }
        if message != failure.message || hints != failure.hints {
            hints.push(format!("where *** stands: {TIP}"));
        }
        (message, hints)
    }
}

/// Whether a word gives a variable a value: `name=value`, and no address with a key such as `a.b["k=v"]`.
fn gives(word: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
    };
    word.split_once('=').is_some_and(|(name, value)| is_name(name) && !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::dashes;
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
            ("plan pw=hunter2", false),
            ("plan --var pw=correct --lock x hunter2", true),
            ("plan hunter2 --var pw=correct", true),
            ("plan --var pw=correct -hunter2", false),
            ("plan --var pw=correct --hunter2", true),
        ] {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let (arguments, strays) = dashes::rewrite(&command, arguments);
            let error = command.clone().try_get_matches_from(&arguments).unwrap_err();
            let said = Unsaid::of(&arguments, &strays).complaint(error).to_string();
            assert_eq!(said.contains("hunter2"), shown, "{line}: {said}");
            assert_eq!(said.contains("needs quotes"), !shown, "{line}: {said}");
        }
    }

    #[test]
    fn a_failure_leaves_such_words_out_and_no_others() {
        for (line, message, said) in [
            ("x apply --var a=b hunter2", "no plan hunter2", "no plan ***"),
            ("x apply a=hunter2", "no plan a=hunter2", "no plan ***"),
            ("x plan --var-file=a=hunter2", "no file a=hunter2", "no file ***"),
            ("x plan --var-file a=hunter2", "no file a=hunter2", "no file ***"),
            ("x apply good.plan --var a=b", "no plan good.plan", "no plan good.plan"),
            ("x plan --target a.b[\"k=v\"]", "no a.b[\"k=v\"]", "no a.b[\"k=v\"]"),
        ] {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let (left, hints) = Unsaid::of(&arguments, &BTreeSet::new()).leave_out(&Failure::error(message));
            assert_eq!(left, said, "{line}");
            assert_eq!(hints.is_empty(), message == said, "{line}");
        }
    }
}
