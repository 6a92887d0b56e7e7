//! `patch_level`: a string or a map, as the kind's schema says.

use super::component::ComponentBlock;
use super::repeat::from_variables;
use crate::config::checked::{Config, Constrained};
use crate::config::expr::Expr;
use crate::config::fields::{Fields, sentence_case};
use crate::config::infer::{Guess, Sort};
use crate::config::levels::{Lacking, Levels, Resolved, WHOLE};
use crate::config::syntax::Attribute;
use crate::config::value::{Data, Entries, Marks, Value};
use crate::model::{Address, Diagnostic, Diagnostics, InstanceKey, PatchLevel, Span};
use patchform_sdk::message::LevelShape;
use patchform_versions::{Constraint, Scheme};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A level, as the plan knows it and as references see it.
pub(super) struct Read {
    pub level: PatchLevel,
    pub value: Value,
    pub constrained: Option<Box<Constrained>>,
}

/// Evaluates the level. What `asks` for the rows of the lock file is only made where a constraint stands.
pub(super) fn read<'a>(
    block: &ComponentBlock<'_>,
    asks: &dyn Fn() -> Asks<'a>,
    fields: &mut Fields<'_>,
) -> Option<Read> {
    let value = match fields.found(&block.level.value) {
        Ok(value) => plain(value, &block.level.value, fields)?,
        Err(guess) => {
            guessed(block, &guess, fields);
            return None;
        }
    };
    let mut parts = Parts { block, asks, constrained: None, lacking: Vec::new(), for_others: true };
    let read = match block.plan.level {
        LevelShape::Single => single(block, &value, &mut parts, fields),
        LevelShape::Map => map(block, &value, &mut parts, fields),
    };
    parts.tell(fields);
    let constrained = parts.constrained;
    read.map(|(level, value)| Read { level, value, constrained })
}

/// What is wrong with a level that has no value yet.
fn guessed(block: &ComponentBlock<'_>, guess: &Guess, fields: &mut Fields<'_>) {
    let at = block.level.value.span();
    let marks = guess.deep_marks();
    if marks.is_sensitive() {
        return fields.problems.push(secret(at, &marks));
    }
    match (block.plan.level, guess) {
        (LevelShape::Single, guess) if !guess.may_be_text() => {
            let help = match guess.sort() {
                Sort::Table => one_level(block),
                _ => quote_it(&block.level.value),
            };
            fields.problems.push(no_text(at, guess.kind(), help));
        }
        (LevelShape::Map, Guess::Object(entries)) => {
            for (part, level) in entries.iter().filter(|(_, level)| !level.may_be_text()) {
                let written = part_of(&block.level.value, part);
                fields.problems.push(no_text_of(part, written, level.kind()));
            }
        }
        (LevelShape::Map, guess) if guess.sort().differs(Sort::Table) => {
            fields.problems.push(no_map(block, guess.kind()));
        }
        _ => {}
    }
}

/// A value that a level is made of: no secret.
fn plain(value: Value, expr: &Expr, fields: &mut Fields<'_>) -> Option<Value> {
    let marks = value.deep_marks();
    if !marks.is_sensitive() {
        return Some(value);
    }
    fields.problems.push(secret(expr.span(), &marks));
    None
}

fn secret(at: Span, marks: &Marks) -> Diagnostic {
    Diagnostic::error("A secret may not decide \"patch_level\"")
        .at(at, from_variables(marks))
        .because("Levels are shown in every plan and recorded in the state.")
        .help("Use a value that is not sensitive.")
}

/// Evaluates the levels of a baseline. What is wrong with one of them is told where a component takes it, since its kind
/// says how it is written.
pub(super) fn of_baseline(written: &Attribute, fields: &mut Fields<'_>) -> Option<Value> {
    let at = written.value.span();
    let kind = match fields.found(&written.value) {
        Ok(value) => {
            let value = plain(value, &written.value, fields)?;
            if value.as_str().is_some() || value.as_entries().is_some() {
                return Some(value);
            }
            value.kind()
        }
        Err(guess) => {
            let marks = guess.deep_marks();
            if marks.is_sensitive() {
                fields.problems.push(secret(at, &marks));
                return None;
            }
            if matches!(guess.sort(), Sort::Any | Sort::Table) || guess.may_be_text() {
                return None;
            }
            guess.kind()
        }
    };
    let problem = Diagnostic::error("The \"patch_level\" of a baseline must be a string or a map")
        .at(at, format!("this is {kind}"))
        .help("Write it as patch_level = { part = \"1.2.3\" }, or as the kind of its components wants it.");
    fields.problems.push(problem);
    None
}

fn single(
    block: &ComponentBlock<'_>,
    value: &Value,
    parts: &mut Parts<'_, '_, '_>,
    fields: &mut Fields<'_>,
) -> Option<(PatchLevel, Value)> {
    let at = block.level.value.span();
    let Data::String(text) = value.data() else {
        let help = match value.data() {
            Data::Map(_) | Data::Object(_) => one_level(block),
            Data::Null(_) => {
                "Give it a level; coalesce(…) takes the first value that is not null.".to_string()
            }
            _ => quote_it(&block.level.value),
        };
        fields.problems.push(no_text(at, value.kind(), help));
        return None;
    };
    let level = parts.take(WHOLE, text, at, fields)?;
    let value = if level == **text { value.clone() } else { Value::string(level.as_str()) };
    Some((PatchLevel::Single(level), value))
}

fn one_level(block: &ComponentBlock<'_>) -> String {
    format!("A component of kind {} has one level: \"1.2.3\"", block.kind)
}

fn no_text(at: Span, kind: &str, help: String) -> Diagnostic {
    Diagnostic::error("\"patch_level\" must be a string").at(at, format!("this is {kind}")).help(help)
}

fn no_text_of(part: &str, written: &Expr, kind: &str) -> Diagnostic {
    Diagnostic::error(format!("The level of \"{part}\" must be a string"))
        .at(written.span(), format!("this is {kind}"))
        .help(quote_it(written))
}

fn no_map(block: &ComponentBlock<'_>, kind: &str) -> Diagnostic {
    Diagnostic::error("\"patch_level\" must be a map")
        .at(block.level.value.span(), format!("this is {kind}"))
        .because(format!("A component of kind {} has a level per part.", block.kind))
        .help("Write it as patch_level = { part = \"1.2.3\" }")
}

fn quote_it(written: &Expr) -> String {
    let how = match written.as_literal() {
        Some(_) => "Write it in quotes",
        // `"${var.number}"`, too, is the number.
        None => "Let what it is made of be a string, in quotes",
    };
    format!("{how}: the number 1.10 is 1.1, the level \"1.10\" is not.")
}

fn map(
    block: &ComponentBlock<'_>,
    value: &Value,
    parts: &mut Parts<'_, '_, '_>,
    fields: &mut Fields<'_>,
) -> Option<(PatchLevel, Value)> {
    let expr = &block.level.value;
    let Some(entries) = value.as_entries() else {
        fields.problems.push(no_map(block, value.kind()));
        return None;
    };
    let mut levels = BTreeMap::new();
    let mut kept = Entries::new();
    let mut good = true;
    for (part, level) in entries {
        let written = part_of(expr, part);
        let at = written.span();
        match level.data() {
            // Left out, as a null argument is.
            Data::Null(_) => {}
            Data::String(text) => {
                let Some(exact) = parts.take(part, text, at, fields) else {
                    good = false;
                    continue;
                };
                kept.insert(
                    part.clone(),
                    if exact == **text { level.clone() } else { Value::string(exact.as_str()) },
                );
                levels.insert(part.to_string(), exact);
            }
            _ => {
                fields.problems.push(no_text_of(part, written, level.kind()));
                good = false;
            }
        }
    }
    good.then(|| (PatchLevel::Map(levels), Value::map(kept)))
}

/// A part's level, as it is written; the whole expression when it is not written as an object.
fn part_of<'e>(expr: &'e Expr, part: &str) -> &'e Expr {
    let entries = expr.as_object().unwrap_or_default();
    let found = entries.into_iter().find(|(key, _)| key.name == Some(part));
    found.map_or(expr, |(_, value)| value)
}

/// The address of a baseline.
pub(super) fn baseline(path: &[(Arc<str>, InstanceKey)], name: &str) -> String {
    let calls: String = path.iter().map(|(name, key)| format!("module.{name}{key}.")).collect();
    format!("{calls}baseline.{name}")
}

/// What a component asks of the lock file.
pub(super) struct Asks<'a> {
    key: String,
    address: Address,
    resolved: Resolved<'a>,
}

impl<'a> Asks<'a> {
    pub fn new(
        block: &ComponentBlock<'_>,
        path: &[(Arc<str>, InstanceKey)],
        key: &InstanceKey,
        resolved: Resolved<'a>,
    ) -> Asks<'a> {
        let (module, kind, name) = (path.to_vec(), block.kind.clone(), block.name.clone());
        let address = Address { module, kind, name, key: key.clone() };
        let key = match block.baseline {
            Some((name, _)) => baseline(path, name),
            None => address.block().to_string(),
        };
        Asks { key, address, resolved }
    }
}

/// Takes the parts of a level, one after the other.
struct Parts<'b, 'p, 'a> {
    block: &'b ComponentBlock<'p>,
    asks: &'b dyn Fn() -> Asks<'a>,
    constrained: Option<Box<Constrained>>,
    /// Parts without a level, with their constraint and why.
    lacking: Vec<(String, Span, String)>,
    /// Whether all of them have one for other components.
    for_others: bool,
}

impl Parts<'_, '_, '_> {
    /// The exact level of a part.
    fn take(&mut self, part: &str, text: &str, at: Span, fields: &mut Fields<'_>) -> Option<String> {
        let scheme = &self.block.plan.scheme;
        if !Constraint::is_constraint(text) {
            return accept(scheme, text, part, at, fields).map(|()| text.to_string());
        }
        let scheme = match constraint(self.block, text, at) {
            Ok(scheme) => scheme,
            Err(problem) => {
                fields.problems.push(*problem);
                return None;
            }
        };
        let Asks { key, address, resolved } = (self.asks)();
        let found = resolved.levels().find(&key, &address, part, scheme, text);
        let (level, why) = match (found, resolved) {
            (Ok(level), _) => (level.to_string(), None),
            (Err(_), Resolved::AsFar(_)) => (text.to_string(), None),
            (Err(lacking), Resolved::All(_) | Resolved::Told(_)) => {
                (text.to_string(), Some(lacks(lacking, text, resolved.levels())))
            }
        };
        let open = found.is_err();
        let for_others = !matches!(found, Err(Lacking::Unfit(_))) && resolved.levels().has(&key, part, text);
        let new = || Box::new(Constrained { key, parts: BTreeMap::new(), open: BTreeSet::new(), scheme });
        let constrained = self.constrained.get_or_insert_with(new);
        constrained.parts.insert(part.to_string(), text.to_string());
        if open {
            constrained.open.insert(part.to_string());
        }
        if let Some(why) = why {
            self.lacking.push((part.to_string(), at, why));
            self.for_others &= for_others;
        }
        Some(level)
    }

    /// One complaint for all that have no level: the way out is the same.
    fn tell(&self, fields: &mut Fields<'_>) {
        let [(part, at, why), others @ ..] = self.lacking.as_slice() else { return };
        let Asks { key, address, resolved } = (self.asks)();
        let whose = match self.block.baseline {
            Some(_) => format!("{key}, which {address} takes"),
            None => address.to_string(),
        };
        let of = if part == WHOLE { String::new() } else { format!("\"{part}\" of ") };
        let more = match others {
            [] => String::new(),
            [(one, ..)] => format!(" So it is with \"{one}\"."),
            [(one, ..), rest @ ..] => format!(" So it is with \"{one}\" and {} more.", rest.len()),
        };
        let (told, for_others) = (matches!(resolved, Resolved::Told(_)), self.for_others);
        let because = match for_others {
            _ if told => "Its findings are told all the same, but no plan can be made of it.",
            true => "Other components have theirs: it is blocked until its host can be read.",
            false => {
                "A plan takes levels from there and resolves nothing by itself, so that all who plan one commit plan the same."
            }
        };
        let base = if told || for_others { Diagnostic::warning } else { Diagnostic::error };
        let problem = base(format!("patchform.lock.hcl has no level for {of}{whose}"))
            .at(*at, "a constraint")
            .because(format!("{why}{more} {because}"))
            .help("Run `patchform propose`, which writes them there; review and commit that.");
        fields.problems.push(problem);
    }
}

fn lacks(lacking: Lacking<'_>, constraint: &str, levels: &Levels) -> String {
    match lacking {
        Lacking::Nothing if levels.0.is_empty() => {
            "The file has no level at all, or is not there.".to_string()
        }
        Lacking::Nothing => format!("{constraint:?} was not resolved for it."),
        Lacking::Another(other) => {
            format!("It was resolved for {other:?}, and {constraint:?} is asked for now.")
        }
        Lacking::Unfit(level) => format!("The level there, {level:?}, is none that {constraint:?} allows."),
    }
}

/// The scheme whose versions a constraint speaks of.
fn constraint(block: &ComponentBlock<'_>, text: &str, at: Span) -> Result<Scheme, Box<Diagnostic>> {
    let Some(scheme) = Scheme::from_name(&block.plan.scheme) else {
        let problem = Diagnostic::error(format!(
            "A component of kind {} cannot have a constraint as its level",
            block.kind
        ))
        .at(at, "a constraint")
        .because("Only its provider knows the order of its versions.")
        .help("Write the exact level.");
        return Err(Box::new(problem));
    };
    Constraint::parse(scheme, text).map(|_| scheme).map_err(|wrong| {
        let problem = Diagnostic::error(format!("{text:?} is no constraint"))
            .at(at, "")
            .because(format!("{}.", sentence_case(&wrong.to_string())))
            .help("Write one as \"~> 3.0\" or \">= 1.2, < 2.0\".");
        Box::new(problem)
    })
}

/// Tells of rows of the lock file that nothing asks for.
pub(super) fn idle(config: &Config, levels: &Levels, problems: &mut Diagnostics) {
    if levels.0.is_empty() {
        return;
    }
    let constrained = config.components.iter().filter_map(|component| component.constrained.as_ref());
    let mut asked: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in constrained {
        asked.entry(&one.key).or_default().extend(one.parts.keys().map(String::as_str));
    }
    for (key, rows) in &levels.0 {
        let parts = rows.iter().flat_map(|row| row.levels.keys()).map(String::as_str);
        let known = asked.get(key.as_str());
        let idle: BTreeSet<&str> =
            parts.filter(|part| known.is_none_or(|known| !known.contains(part))).collect();
        let what = match (known, idle.iter().next()) {
            (_, None) => continue,
            (None, _) => key.clone(),
            (Some(_), Some(part)) if idle.len() == 1 => format!("\"{part}\" of {key}"),
            (Some(_), Some(part)) => format!("\"{part}\" and {} more of {key}", idle.len() - 1),
        };
        let problem = Diagnostic::warning(format!(
            "patchform.lock.hcl has a level for {what}, where no constraint asks for one"
        ));
        problems.push(problem.help("`patchform propose` takes it out."));
    }
}

fn accept(scheme: &str, level: &str, part: &str, at: Span, fields: &mut Fields<'_>) -> Option<()> {
    let Some(wrong) = level_problem(scheme, level) else { return Some(()) };
    let of = if part == WHOLE { String::new() } else { format!(" of \"{part}\"") };
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
        return Some("It is a constraint, and no exact level".to_string());
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
