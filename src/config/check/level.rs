//! `patch_level`: a string or a map, as the kind's schema says.

use super::component::ComponentBlock;
use super::repeat::from_variables;
use crate::config::expr::Expr;
use crate::config::fields::Fields;
use crate::config::value::{Data, Entries, Value};
use crate::model::{Diagnostic, PatchLevel, Span};
use patchform_sdk::message::LevelShape;
use patchform_versions::{Constraint, Scheme};
use std::collections::BTreeMap;

/// Evaluates the level: as the plan knows it, and as references see it.
pub(super) fn read(block: &ComponentBlock<'_>, fields: &mut Fields<'_>) -> Option<(PatchLevel, Value)> {
    let expr = &block.level.value;
    let value = fields.value(expr)?;
    if value.is_sensitive() {
        let problem = Diagnostic::error("A secret may not decide \"patch_level\"")
            .at(expr.span(), from_variables(&value))
            .because("Levels are shown in every plan and recorded in the state.")
            .help("Use a value that is not sensitive.");
        fields.problems.push(problem);
        return None;
    }
    let scheme = &block.plan.scheme;
    match block.plan.level {
        LevelShape::Single => single(block, &value, scheme, fields),
        LevelShape::Map => map(block, &value, scheme, fields),
    }
}

fn single(
    block: &ComponentBlock<'_>,
    value: &Value,
    scheme: &str,
    fields: &mut Fields<'_>,
) -> Option<(PatchLevel, Value)> {
    let at = block.level.value.span();
    let Data::String(text) = value.data() else {
        let help = match value.data() {
            Data::Map(_) | Data::Object(_) => {
                format!("A component of kind {} has one level: \"1.2.3\"", block.kind)
            }
            _ => quote_it(),
        };
        let problem = Diagnostic::error("\"patch_level\" must be a string")
            .at(at, format!("this is {}", value.kind()))
            .help(help);
        fields.problems.push(problem);
        return None;
    };
    accept(scheme, text, "", at, fields)?;
    Some((PatchLevel::Single(text.to_string()), value.clone()))
}

fn quote_it() -> String {
    "Write it in quotes: the number 1.10 is 1.1, the level \"1.10\" is not.".to_string()
}

fn map(
    block: &ComponentBlock<'_>,
    value: &Value,
    scheme: &str,
    fields: &mut Fields<'_>,
) -> Option<(PatchLevel, Value)> {
    let expr = &block.level.value;
    let Some(entries) = value.as_entries() else {
        let problem = Diagnostic::error("\"patch_level\" must be a map")
            .at(expr.span(), format!("this is {}", value.kind()))
            .because(format!("A component of kind {} has a level per part.", block.kind))
            .help("Write it as patch_level = { part = \"1.2.3\" }");
        fields.problems.push(problem);
        return None;
    };
    let mut levels = BTreeMap::new();
    let mut kept = Entries::new();
    let mut good = true;
    for (part, level) in entries {
        let at = place_of(expr, part);
        match level.data() {
            // Left out, as a null argument is.
            Data::Null => {}
            Data::String(text) => {
                good &= accept(scheme, text, part, at, fields).is_some();
                levels.insert(part.to_string(), text.to_string());
                kept.insert(part.clone(), level.clone());
            }
            _ => {
                let problem = Diagnostic::error(format!("The level of \"{part}\" must be a string"))
                    .at(at, format!("this is {}", level.kind()))
                    .help(quote_it());
                fields.problems.push(problem);
                good = false;
            }
        }
    }
    good.then(|| (PatchLevel::Map(levels), Value::map(kept)))
}

/// Where a part's level stands; the whole expression when it is not written as an object.
fn place_of(expr: &Expr, part: &str) -> Span {
    let entries = expr.as_object().unwrap_or_default();
    let found = entries.iter().find(|(key, _)| key.name == Some(part));
    found.map_or(expr.span(), |(_, value)| value.span())
}

fn accept(scheme: &str, level: &str, part: &str, at: Span, fields: &mut Fields<'_>) -> Option<()> {
    let Some(wrong) = level_problem(scheme, level) else { return Some(()) };
    let of = if part.is_empty() { String::new() } else { format!(" of \"{part}\"") };
    let problem = Diagnostic::error(format!("{level:?} cannot be the patch level{of}"))
        .at(at, "no such level")
        .because(format!("{wrong}."));
    fields.problems.push(problem);
    None
}

/// What is wrong with a level under a version scheme, as a sentence without a full stop; `None` when it may stand.
/// A scheme that this program does not know (a provider's own) is the provider's to judge.
pub fn level_problem(scheme: &str, level: &str) -> Option<String> {
    if level.is_empty() {
        return Some("It is empty".to_string());
    }
    if Constraint::is_constraint(level) {
        return Some(
            "It is a constraint, which this version does not resolve yet; write an exact level".to_string(),
        );
    }
    if level.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some("It holds white space or control characters".to_string());
    }
    let problem = Scheme::from_name(scheme)?.parse_strict(level).err()?;
    Some(problem.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_their_scheme() {
        for (scheme, level, good) in [
            ("semver", "1.2.3", true),
            ("semver", "1.2", false),
            ("dpkg", "1:2.3-4", true),
            ("dpkg", "a b", false),
            ("natural", "2024-R1", true),
            ("own", "whatever", true),
            ("own", "", false),
            ("own", "~> 3.0", false),
            ("own", "two words", false),
            ("", "\u{7}", false),
        ] {
            assert_eq!(level_problem(scheme, level).is_none(), good, "{scheme} {level:?}");
        }
    }
}
