//! `rollout "name" { … }`: how many at once, in which waves, and what a failure takes back.

use crate::config::blocks::{self, ON_FAILURE};
use crate::config::checked::{OnFailure, Pace, Rollout, Size};
use crate::config::fields::Fields;
use crate::config::infer::Guess;
use crate::config::syntax::{Attribute, Block};
use crate::config::types::Type;
use crate::config::value::{Data, Value};
use crate::model::Diagnostic;
use std::time::Duration;

/// A rollout before it is known how many components share it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    parallel: Size,
    on_failure: OnFailure,
    max_failures: Option<Size>,
    pace: Pace,
}

/// A run stays open, and holds its components, as long as it watches them.
const LONGEST_SOAK: Duration = Duration::from_secs(7 * 86_400);

/// Evaluates a rollout block.
pub(super) fn read(block: &Block, fields: &mut Fields<'_>) -> Option<Draft> {
    let before = fields.problems.0.len();
    blocks::ROLLOUT.check(block, fields.problems);
    let body = &block.body;
    let parallel =
        size(block, "max_parallel", fields).unwrap_or(Size::Number(Rollout::default().max_parallel));
    let max_failures = size(block, "max_failures", fields);
    let on_failure = fields.one_of(&block.body, "on_failure", &ON_FAILURE).unwrap_or_default();
    let pace = Pace {
        canary: fields.whole(body, "canary", 0, u64::MAX).unwrap_or_default(),
        waves: body.attribute("waves").and_then(|a| waves(a, fields)).unwrap_or_default(),
        max_failures: None,
        soak: soak(block, fields).unwrap_or_default(),
        max_per_zone: fields.whole(body, "max_per_zone", 1, u64::MAX).unwrap_or(1),
        max_zones: fields.whole(body, "max_zones", 1, u64::MAX),
        group: fields.flag(body, "group").unwrap_or_default(),
    };
    (fields.problems.0.len() == before).then_some(Draft { parallel, on_failure, max_failures, pace })
}

pub(super) fn size(block: &Block, name: &str, fields: &mut Fields<'_>) -> Option<Size> {
    let attribute = block.body.attribute(name)?;
    let is = match fields.special(attribute, may_be_size)? {
        Ok(value) => match as_size(&value) {
            Some(size) => return Some(size),
            None => value.brief(),
        },
        Err(kind) => kind.to_string(),
    };
    let problem = Diagnostic::error(format!("\"{name}\" must be a number or a share of the components"))
        .at(attribute.value.span(), format!("this is {is}"))
        .help("Write a whole number from 1, or a share from \"1%\" to \"100%\" of those that it is about.");
    fields.problems.push(problem);
    None
}

fn soak(block: &Block, fields: &mut Fields<'_>) -> Option<Duration> {
    let long = fields.period(&block.body, "soak")?;
    if long > LONGEST_SOAK {
        let at = block.body.attribute("soak").map_or(block.header, |a| a.value.span());
        let problem = Diagnostic::error("\"soak\" is longer than a week").at(at, "");
        fields.problems.push(problem.help("A run stays open that long: write a week (\"7d\") or less."));
        return None;
    }
    Some(long)
}

fn as_size(value: &Value) -> Option<Size> {
    match value.data() {
        Data::Number(n) => n.as_usize().filter(|n| *n > 0).map(|n| Size::Number(n as u64)),
        Data::String(text) => Size::parse(text),
        _ => None,
    }
}

fn may_be_size(guess: &Guess) -> bool {
    match guess {
        Guess::Known(value) => as_size(value).is_some(),
        open => open.may_be(&Type::Number),
    }
}

/// `[1, "5%", "20%"]`
fn waves(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<Vec<Size>> {
    let is = match fields.special(attribute, |guess| guess.may_be_list(may_be_size))? {
        Ok(value) => {
            let sizes = value.as_items().map(|items| items.iter().map(as_size).collect::<Option<Vec<_>>>());
            match sizes.flatten().filter(|sizes| sizes.len() <= blocks::MOST_WAVES) {
                Some(sizes) => return Some(sizes),
                None => value.brief(),
            }
        }
        Err(kind) => kind.to_string(),
    };
    let problem = Diagnostic::error("\"waves\" must be a list of sizes")
        .at(attribute.value.span(), format!("this is {is}"))
        .because(format!(
            "Each size is a whole number from 1, or a share from \"1%\" to \"100%\"; there may be {} of them.",
            blocks::MOST_WAVES
        ))
        .help("Write waves = [1, \"5%\", \"20%\"]: so many in the first wave, the second and the third; the rest follows.");
    fields.problems.push(problem);
    None
}

impl Draft {
    /// The rollout, now that it is known how many components share it.
    pub fn finish(&self, name: &str, sharing: usize) -> Rollout {
        let in_waves = self.pace.canary > 0 || !self.pace.waves.is_empty();
        // Who goes in waves wants to see whether all is well before the next one.
        let most = self.max_failures.or(in_waves.then_some(Size::Number(1)));
        let pace = Pace { max_failures: most.map(|most| most.of(sharing)), ..self.pace.clone() };
        Rollout {
            name: name.to_string(),
            max_parallel: self.parallel.of(sharing),
            on_failure: self.on_failure,
            pace,
        }
    }
}
