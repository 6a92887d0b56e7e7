//! `policy "PROFILE" { … }`: until when findings have to be gone.

use crate::config::blocks;
use crate::config::checked::{Component, Policy};
use crate::config::fields::Fields;
use crate::config::infer::Sort;
use crate::config::suggest;
use crate::config::syntax::Block;
use crate::model::{Diagnostic, Span};
use patchform_advisory::cve::CveId;
use patchform_advisory::day::Day;
use patchform_advisory::policy::{Exception, ExceptionError, Profile, Scope, Term, known};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Evaluates a policy block; beside it stands which components its exceptions name.
pub(super) fn read(name: &str, block: &Block, fields: &mut Fields<'_>) -> Option<(Policy, Covered)> {
    let before = fields.problems.0.len();
    blocks::POLICY.check(block, fields.problems);
    let profile = known::profile(name);
    if profile.is_none() {
        let at = block.labels.first().map_or(block.header, |label| label.span);
        let problem = Diagnostic::error(format!("There is no policy named {name:?}"))
            .at(at, "unknown rule book")
            .help(suggest::sentence(name, known::NAMES));
        fields.problems.push(problem);
    }
    let profile = profile.and_then(|profile| filled(profile, block, fields));
    let mut names: BTreeMap<&str, Span> = BTreeMap::new();
    let (mut exceptions, mut covered) = (Vec::new(), Covered::new());
    for inner in block.body.blocks.iter().filter(|inner| &*inner.kind == "exception") {
        exceptions.extend(exception(inner, name, &mut names, &mut covered, fields));
    }
    let sound = fields.problems.0.len() == before;
    profile.filter(|_| sound).map(|profile| (Policy { profile, exceptions }, covered))
}

/// The profile with the terms that the block gives.
fn filled(mut profile: Profile, block: &Block, fields: &mut Fields<'_>) -> Option<Profile> {
    let Some(attribute) = block.body.attribute("terms") else { return Some(profile) };
    let at = attribute.value.span();
    let value = fields.special(attribute, |guess| !guess.sort().differs(Sort::Table))?;
    let value = value.map(|value| value.to_json()).ok();
    let Some(terms) = value.as_ref().and_then(Json::as_object) else {
        let problem = Diagnostic::error("\"terms\" must be a map").at(at, "this is none");
        fields.problems.push(problem.help("Write it as terms = { critical = \"3d\", high = \"14d\" }"));
        return None;
    };
    for (row, term) in terms {
        let Some(days) = term.as_str().and_then(days) else {
            let problem = Diagnostic::error(format!("The term of {row:?} must be whole days"))
                .at(at, format!("this is {term}"))
                .help("Write it as \"14d\" or \"2w\", up to ten years.");
            fields.problems.push(problem);
            return None;
        };
        match profile.clone().filled(row, Term::Days(days)) {
            Ok(with) => profile = with,
            Err(error) => {
                let open = error.open.join(", ");
                let help = match open.as_str() {
                    "" => "Its terms stand in the rule book, and are not ours to change.".to_string(),
                    open => format!("These can be filled in: {open}"),
                };
                let summary = format!("The policy {} has no row {row:?} to fill in", error.profile);
                fields.problems.push(Diagnostic::error(summary).at(at, "").help(help));
                return None;
            }
        }
    }
    Some(profile)
}

/// `14d`, `2w`
fn days(text: &str) -> Option<u16> {
    let (number, each) = match (text.strip_suffix('d'), text.strip_suffix('w')) {
        (Some(days), _) => (days, 1),
        (_, Some(weeks)) => (weeks, 7),
        _ => return None,
    };
    number.parse::<u16>().ok()?.checked_mul(each).filter(|days| *days <= 3653)
}

fn exception<'b>(
    block: &'b Block,
    profile: &str,
    names: &mut BTreeMap<&'b str, Span>,
    covered: &mut Covered,
    fields: &mut Fields<'_>,
) -> Option<Exception> {
    blocks::EXCEPTION.check(block, fields.problems);
    let [label] = block.labels.as_slice() else {
        let problem = Diagnostic::error("An `exception` block has one label, its name").at(block.header, "");
        fields.problems.push(problem.help("Write it as exception \"no-way-in\" { … }"));
        return None;
    };
    if let Some(first) = names.insert(&label.text, block.header) {
        let problem = Diagnostic::error(format!("There are two exceptions named {:?}", &*label.text))
            .at(block.header, "the second one")
            .and(first, "the first one");
        fields.problems.push(problem.help("Each exception of a policy has a name of its own."));
        return None;
    }
    let because = fields.text(&block.body, "because");
    let until = day(block, "until", fields);
    let from = day(block, "from", fields);
    let cve = match fields.text(&block.body, "cve") {
        Some(text) => Some(CveId::parse(&text).or_else(|| {
            let at = block.body.attribute("cve").map_or(block.header, |a| a.value.span());
            let problem = Diagnostic::error(format!("{text:?} is no id of a CVE")).at(at, "");
            fields.problems.push(problem.help("Write it as \"CVE-2026-10001\""));
            None
        })?),
        None => None,
    };
    let advisory = match fields.text(&block.body, "advisory") {
        Some(text) => Some(advisory(text, block, fields)?),
        None => None,
    };
    let component = match block.body.attribute("component") {
        Some(attribute) => {
            let name = fields.text_of(attribute)?;
            covered.push((name.clone(), attribute.value.span()));
            Some(name)
        }
        None => None,
    };
    if fields.is_open(block) {
        return None;
    }
    let scope = Scope { cve, advisory, component, profile: Some(profile.to_string()) };
    let (because, until) = (because?, until?);
    let from = from.or_else(|| Day::new(1970, 1, 1))?;
    Exception::new(&label.text, &because, scope, from, until)
        .map_err(|error| {
            let help = match error {
                ExceptionError::Scope(_) => {
                    "Say what it covers: cve = \"CVE-2026-10001\", advisory = \"DSA-5532-1\", or component = \"apt.web\""
                }
                ExceptionError::Expires { .. } => "Its first day is \"from\", its last one \"until\".",
                ExceptionError::Name | ExceptionError::Justification(_) => {
                    "Who reads it next year must understand it."
                }
            };
            fields.problems.push(Diagnostic::error(error.to_string()).at(block.header, "").help(help));
        })
        .ok()
}

/// The id of an advisory: any publisher's, but no CVE's.
fn advisory(text: String, block: &Block, fields: &mut Fields<'_>) -> Option<String> {
    let formed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_' | '.');
    let help = match CveId::parse(&text) {
        Some(cve) => format!("A CVE is named so: cve = \"{cve}\""),
        None if text.contains('-') && text.len() <= 100 && text.chars().all(formed) => return Some(text),
        None => "Write it as its publisher does: \"DSA-5532-1\"".to_string(),
    };
    let at = block.body.attribute("advisory").map_or(block.header, |a| a.value.span());
    let problem = Diagnostic::error(format!("{text:?} is no id of an advisory")).at(at, "");
    fields.problems.push(problem.help(help));
    None
}

/// The components that exceptions name, and where.
pub(super) type Covered = Vec<(String, Span)>;

/// Complains of exceptions for components that nobody declares: they let nothing pass, and that would be seen too late.
pub(super) fn unknown(covered: &Covered, components: &[Component]) -> Vec<Diagnostic> {
    if covered.is_empty() {
        return Vec::new();
    }
    let declared: BTreeSet<String> =
        components.iter().map(|component| component.address.to_string()).collect();
    let missing = covered.iter().filter(|(name, _)| !declared.contains(name));
    let complaint = |(name, at): &(String, Span)| {
        let instance = declared.iter().find(|address| address.starts_with(&format!("{name}[")));
        let help = match instance {
            Some(instance) => {
                format!("It has instances, and an exception is for one of them, such as {instance}.")
            }
            None => suggest::sentence(name, declared.iter().map(String::as_str)),
        };
        Diagnostic::warning(format!("There is no component {name}, so that this exception covers nothing"))
            .at(*at, "not declared")
            .help(help)
    };
    missing.map(complaint).collect()
}

fn day(block: &Block, name: &str, fields: &mut Fields<'_>) -> Option<Day> {
    let text = fields.text(&block.body, name)?;
    let day = Day::parse(&text).filter(|_| text.len() == 10);
    if day.is_none() {
        let at = block.body.attribute(name).map_or(block.header, |a| a.value.span());
        let problem = Diagnostic::error(format!("{text:?} is no day")).at(at, "");
        fields.problems.push(problem.help("Write it as \"2027-01-31\""));
    }
    day
}
