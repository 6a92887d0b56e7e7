//! Reads the lock file with the reader of configurations, so that what is wrong with it is shown in its place.

use super::{Lock, ModulePin, Pin};
use crate::config::blocks::{Argument, Block, Holds, Need, Place, Takes};
use crate::config::fields::Fields;
use crate::config::levels::{LevelPin, Row, fault};
use crate::config::scope::Scope;
use crate::config::source::Sources;
use crate::config::suggest;
use crate::config::syntax::conflict;
use crate::config::syntax::{self, Attribute, Block as Written};
use crate::config::types::Type;
use crate::model::{Diagnostic, Diagnostics, FileId, Span};
use std::collections::{BTreeMap, BTreeSet};

const PROVIDER: Block = block(
    "provider",
    "provider \"acme\" { … }",
    "a pinned provider",
    &[given("version", "version = \"1.0.0\""), may("source"), may("digest")],
);
const MODULE: Block = block(
    "module",
    "module \"git::https://…\" { … }",
    "a pinned module",
    &[given("commit", "commit = \"…\"")],
);
const LEVEL: Block = block(
    "level",
    "level \"apt.web\" { … }",
    "a level",
    &[may("only"), given("resolved", "resolved = \"2026-11-27\""), given("levels", "levels = { … }")],
);
const ALL: [&Block; 3] = [&PROVIDER, &MODULE, &LEVEL];

/// A block of the lock file, which is no block of the language.
const fn block(
    name: &'static str,
    written: &'static str,
    what: &'static str,
    arguments: &'static [Argument],
) -> Block {
    Block {
        name,
        sort: None,
        place: Place::Root,
        labels: &["key"],
        written,
        what,
        about: "",
        arguments,
        blocks: &[],
        more: "",
        example: &[],
    }
}

const fn given(name: &'static str, line: &'static str) -> Argument {
    Argument { name, takes: Takes::Any, need: Need::Required(line), holds: Holds::Literal, about: "" }
}

const fn may(name: &'static str) -> Argument {
    Argument { name, takes: Takes::Any, need: Need::Optional(""), holds: Holds::Literal, about: "" }
}

impl Lock {
    /// Reads a lock file.
    ///
    /// # Errors
    /// What is wrong with it, each in its place.
    pub fn read(sources: &Sources, file: FileId) -> Result<Lock, Diagnostics> {
        if let Some(problem) = conflict::first(sources.text(file), file) {
            return Err(problem.into());
        }
        let mut problems = Diagnostics::default();
        let body = syntax::read(sources, file, &mut problems);
        let scope = Scope::root();
        let mut fields = Fields { scope: &scope, hopeless: &|_| false, problems: &mut problems };
        for attribute in &body.attributes {
            let problem =
                Diagnostic::error(format!("There is no argument \"{}\" in the lock file", attribute.name));
            fields.problems.push(problem.at(attribute.span, "not known"));
        }
        let mut lock = Lock::default();
        let mut named: BTreeMap<(&str, &str), Span> = BTreeMap::new();
        let mut rows: BTreeMap<&str, Vec<(Row, Span)>> = BTreeMap::new();
        for block in &body.blocks {
            let Some(key) = key(block, &mut fields) else { continue };
            match &*block.kind {
                "level" => rows
                    .entry(key)
                    .or_default()
                    .extend(row(block, &mut fields).map(|row| (row, block.header))),
                kind => {
                    if let Some(first) = named.insert((kind, key), block.header) {
                        let problem =
                            twice(format!("{kind} {key:?} stands there twice"), block.header, first);
                        fields.problems.push(problem);
                    }
                    match kind {
                        "provider" => {
                            lock.providers.extend(pin(block, &mut fields).map(|pin| (key.to_string(), pin)))
                        }
                        _ => {
                            lock.modules.extend(module(block, &mut fields).map(|pin| (key.to_string(), pin)))
                        }
                    }
                }
            }
        }
        for (key, rows) in &rows {
            several(key, rows, fields.problems);
        }
        let rows = rows
            .into_iter()
            .map(|(key, rows)| (key.to_string(), rows.into_iter().map(|(row, _)| row).collect()));
        lock.levels.0 = rows.collect();
        if problems.has_errors() { Err(problems) } else { Ok(lock) }
    }
}

/// The label of a block that is known and has all that it needs.
fn key<'b>(block: &'b Written, fields: &mut Fields<'_>) -> Option<&'b str> {
    let Some(known) = ALL.into_iter().find(|known| known.name == &*block.kind) else {
        let problem = Diagnostic::error(format!("There is no block \"{}\" in the lock file", block.kind))
            .at(block.kind_span, "not known")
            .help(suggest::sentence(&block.kind, ALL.iter().map(|known| known.name)));
        fields.problems.push(problem);
        return None;
    };
    let before = fields.problems.0.len();
    known.check(block, fields.problems);
    let [label] = block.labels.as_slice() else {
        let problem =
            Diagnostic::error(format!("A block \"{}\" has one label", block.kind)).at(block.header, "");
        fields.problems.push(problem.help(format!("It is written as {}", known.written)));
        return None;
    };
    (fields.problems.0.len() == before).then_some(&label.text)
}

fn pin(block: &Written, fields: &mut Fields<'_>) -> Option<Pin> {
    let (source, digest) = (fields.text(&block.body, "source"), fields.text(&block.body, "digest"));
    Some(Pin { source, version: fields.text(&block.body, "version")?, digest })
}

fn module(block: &Written, fields: &mut Fields<'_>) -> Option<ModulePin> {
    Some(ModulePin { commit: fields.text(&block.body, "commit")? })
}

fn row(block: &Written, fields: &mut Fields<'_>) -> Option<Row> {
    let only: BTreeSet<String> = fields.texts(&block.body, "only").unwrap_or_default().into_iter().collect();
    let resolved = fields.text(&block.body, "resolved");
    let levels = levels(block.body.attribute("levels")?, fields)?;
    let row = Row { only, resolved: resolved?, levels };
    if let Some((argument, wrong)) = fault(&row) {
        let at = block.body.attribute(argument).map_or(block.header, |given| given.value.span());
        fields.problems.push(Diagnostic::error(wrong).at(at, ""));
        return None;
    }
    Some(row)
}

/// `{ "openssl" = { constraint = "~> 3.0", level = "3.0.17-1" } }`
fn levels(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<BTreeMap<String, LevelPin>> {
    let pin = Type::map(Type::map(Type::String));
    let value = fields.typed(attribute, &pin)?;
    let mut pins = BTreeMap::new();
    for (part, pin) in value.as_entries()?.iter() {
        let text = |name: &str| pin.as_entries()?.get(name)?.as_str().map(str::to_string);
        let whole = pin.as_entries().is_some_and(|entries| entries.len() == 2);
        let (Some(constraint), Some(level), true) = (text("constraint"), text("level"), whole) else {
            let problem = Diagnostic::error(format!("The level of {:?} is not whole", &**part))
                .at(attribute.value.span(), "")
                .help(format!(
                    "It is written as {:?} = {{ constraint = \"~> 3.0\", level = \"3.0.17-1\" }}",
                    &**part
                ));
            fields.problems.push(problem);
            return None;
        };
        pins.insert(part.to_string(), LevelPin { constraint, level });
    }
    Some(pins)
}

/// Of several rows each is for other components, which it names.
fn several(key: &str, rows: &[(Row, Span)], problems: &mut Diagnostics) {
    let of_all = rows.iter().find(|(row, _)| row.only.is_empty());
    if let (Some((of_all, at)), true) = (of_all, rows.len() > 1) {
        let other = rows.iter().find(|(row, _)| !std::ptr::eq(row, of_all)).map_or(*at, |(_, at)| *at);
        let problem = twice(format!("level {key:?} stands there several times"), *at, other)
            .because("Of several each says in \"only\" for which components it is.");
        problems.push(problem);
    }
    let mut named: BTreeMap<&str, Span> = BTreeMap::new();
    for (row, at) in rows {
        for address in &row.only {
            if let Some(first) = named.insert(address, *at) {
                problems.push(twice(format!("level {key:?} is said twice of {address}"), *at, first));
            }
        }
    }
}

fn twice(what: String, at: Span, first: Span) -> Diagnostic {
    Diagnostic::error(what)
        .at(at, "here")
        .and(first, "and here")
        .help("Take one of them out; git may know which is the newer one.")
}
