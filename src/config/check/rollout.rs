//! `rollout "name" { … }`: how many at once, and what a failure takes back.

use crate::config::blocks::{self, ON_FAILURE};
use crate::config::checked::{OnFailure, Rollout};
use crate::config::fields::Fields;
use crate::config::suggest;
use crate::config::syntax::Block;
use crate::config::types::Type;
use crate::config::value::Data;
use crate::model::Diagnostic;

/// A rollout before it is known how many components share it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Draft {
    parallel: Parallel,
    on_failure: OnFailure,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Parallel {
    Number(u64),
    /// Percent of the instances that share the rollout, in hundredths.
    Share(u64),
}

const DEFAULT_PARALLEL: u64 = 10;

/// Evaluates a rollout block.
pub(super) fn read(block: &Block, fields: &mut Fields<'_>) -> Option<Draft> {
    let before = fields.problems.0.len();
    blocks::ROLLOUT.check(block, fields.problems);
    let parallel = parallel(block, fields).unwrap_or(Parallel::Number(DEFAULT_PARALLEL));
    let on_failure = on_failure(block, fields).unwrap_or_default();
    (fields.problems.0.len() == before).then_some(Draft { parallel, on_failure })
}

fn parallel(block: &Block, fields: &mut Fields<'_>) -> Option<Parallel> {
    let attribute = block.body.attribute("max_parallel")?;
    let value = fields.typed(attribute, &Type::Any)?;
    let found = match value.data() {
        Data::Number(n) => {
            n.as_usize().map(|n| Parallel::Number(n as u64)).filter(|p| *p != Parallel::Number(0))
        }
        Data::String(text) => share(text),
        _ => None,
    };
    if found.is_none() {
        let problem = Diagnostic::error("\"max_parallel\" must be a number or a share of the components")
            .at(attribute.value.span(), format!("this is {}", value.brief()))
            .help("Write a whole number from 1, or a share from \"1%\" to \"100%\" of the instances with this rollout.");
        fields.problems.push(problem);
    }
    found
}

/// `"10%"`, `"2.5%"`; also `"10"`, as numbers may be written.
fn share(text: &str) -> Option<Parallel> {
    let Some(percent) = text.strip_suffix('%') else {
        return text.parse().ok().filter(|n| *n > 0).map(Parallel::Number);
    };
    let (whole, part) = percent.split_once('.').unwrap_or((percent, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 2 || percent.ends_with('.') {
        return None;
    }
    let hundredths =
        whole.parse::<u64>().ok()?.checked_mul(100)? + format!("{part:0<2}").parse::<u64>().ok()?;
    (1..=10_000).contains(&hundredths).then_some(Parallel::Share(hundredths))
}

fn on_failure(block: &Block, fields: &mut Fields<'_>) -> Option<OnFailure> {
    let text = fields.text(&block.body, "on_failure")?;
    let found = ON_FAILURE.iter().find(|(name, _)| *name == text);
    if found.is_none() {
        let at = block.body.attribute("on_failure").map_or(block.header, |a| a.value.span());
        let help = suggest::sentence(&text, ON_FAILURE.iter().map(|(name, _)| *name));
        let problem = Diagnostic::error(format!("There is no way to go on after a failure named {text:?}"));
        fields.problems.push(problem.at(at, "").help(help));
    }
    found.map(|(_, on_failure)| *on_failure)
}

impl Draft {
    /// The rollout, now that it is known how many components share it.
    pub fn finish(self, name: &str, sharing: usize) -> Rollout {
        let max_parallel = match self.parallel {
            Parallel::Number(n) => n,
            // Rounded down, and at least one: otherwise nothing would ever start.
            Parallel::Share(hundredths) => (sharing as u64 * hundredths / 10_000).max(1),
        };
        Rollout { name: name.to_string(), max_parallel, on_failure: self.on_failure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_down_and_at_least_one() {
        for (text, sharing, parallel) in [
            ("10%", 100, 10),
            ("10%", 19, 1),
            ("10%", 3, 1),
            ("100%", 7, 7),
            ("2.5%", 1000, 25),
            ("12", 5, 12),
            ("0.01%", 20_000, 2),
        ] {
            let draft = Draft { parallel: share(text).unwrap(), on_failure: OnFailure::Halt };
            assert_eq!(draft.finish("r", sharing).max_parallel, parallel, "{text} of {sharing}");
        }
        for text in [
            "",
            "%",
            "0",
            "0%",
            "101%",
            "-1%",
            "1e2%",
            "ten",
            "1.%",
            ".5%",
            "1.234%",
            "99999999999999999999%",
        ] {
            assert_eq!(share(text), None, "{text}");
        }
    }
}
