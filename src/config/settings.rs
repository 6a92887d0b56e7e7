//! The `patchform` block: settings that must be known before anything else is evaluated.

use super::blocks;
use super::checked::{Party, RequiredProvider, Settings};
use super::fields::Fields;
use super::scope::Scope;
use super::syntax::{Attribute, Block, Body};
use crate::model::{Diagnostic, Diagnostics, Span};
use patchform_versions::{Constraint, Scheme};
use std::collections::BTreeMap;

/// The program's version, against which `required_version` is held.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");
const STATE: &str = "patchform.state.json";

/// What a module says about the providers that it uses.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Requires {
    pub providers: BTreeMap<String, RequiredProvider>,
    /// `configuration_aliases`: provider, alias, and where it is asked for. Each call passes them.
    pub aliases: Vec<(String, String, Span)>,
}

/// Reads the `patchform` blocks of a module: what it needs, nothing that is decided once for everything.
pub(super) fn read_module(blocks: &[Block], problems: &mut Diagnostics) -> Requires {
    let mut requires = Requires::default();
    let mut settings = empty();
    for block in blocks.iter().filter(|b| &*b.kind == "patchform") {
        only_literals(&block.body, problems);
        let root_only = block.body.attribute("party").map(|a| a.span);
        let state = block.body.blocks.iter().find(|b| &*b.kind == "state").map(|b| b.header);
        for at in root_only.into_iter().chain(state) {
            let problem = Diagnostic::error("Only the root configuration decides this")
                .at(at, "stands in a module")
                .help("Move it to the `patchform` block of the root. A module may have \"required_version\" and `required_providers`.");
            problems.push(problem);
        }
        let mut block = block.clone();
        block.body.attributes.retain(|a| &*a.name != "party");
        block.body.blocks.retain(|b| &*b.kind != "state");
        one(&block, &mut settings, problems);
        for row in block.body.blocks.iter().flat_map(|b| &b.body.attributes) {
            aliases(row, &mut requires.aliases, problems);
        }
    }
    requires.providers = settings.required_providers;
    requires
}

/// `configuration_aliases = [acme.night]` in a row of `required_providers`.
fn aliases(row: &Attribute, out: &mut Vec<(String, String, Span)>, problems: &mut Diagnostics) {
    let Some((_, list)) = configuration_aliases(row) else { return };
    let Some(items) = list.as_list() else {
        let problem = Diagnostic::error("\"configuration_aliases\" must be a list of names")
            .at(list.span(), "")
            .help(format!("Write configuration_aliases = [{}.name], without quotes.", row.name));
        return problems.push(problem);
    };
    for item in items {
        let reference = item.as_traversal().filter(|r| r.root == row.name && r.steps.len() == 1);
        match reference.as_ref().and_then(|r| r.name()) {
            Some(alias) => out.push((row.name.to_string(), alias.to_string(), item.span())),
            None => problems.push(
                Diagnostic::error(format!("This is no alias of the provider \"{}\"", row.name))
                    .at(item.span(), "")
                    .help(format!("Write it as {}.name, without quotes.", row.name)),
            ),
        }
    }
}

fn configuration_aliases(row: &Attribute) -> Option<(super::expr::EntryKey<'_>, &super::expr::Expr)> {
    row.value.as_object()?.into_iter().find(|(key, _)| key.name == Some("configuration_aliases"))
}

/// Adds what a module in `folder` needs to what the root says; the root's word counts.
pub(super) fn merge(settings: &mut Settings, module: &Requires, folder: &str, problems: &mut Diagnostics) {
    for (name, row) in &module.providers {
        let source = row.source.as_ref().map(|path| match path.starts_with('/') {
            true => path.clone(),
            false => super::modules::join(folder, path),
        });
        let Some(known) = settings.required_providers.get_mut(name) else {
            let row = RequiredProvider { source, ..row.clone() };
            settings.required_providers.insert(name.clone(), row);
            continue;
        };
        let same = |a: &str, b: &str| super::modules::join(".", a) == super::modules::join(".", b);
        if let (Some(wanted), Some(at)) = (&source, row.span)
            && !known.source.as_deref().is_some_and(|known| same(known, wanted))
        {
            let problem = Diagnostic::error(format!("The provider \"{name}\" has two sources"))
                .at(at, format!("a module takes it from {wanted}"));
            let problem = match known.span {
                Some(first) => problem.and(first, "here it comes from elsewhere"),
                None => problem,
            };
            problems.push(problem.help("Leave \"source\" out in the module: the root's counts."));
        }
        if let Some(version) = &row.version {
            // Both must hold: a comma is an "and".
            known.version = Some(match &known.version {
                Some(other) if other != version => format!("{other}, {version}"),
                _ => version.clone(),
            });
            known.version_span = known.version_span.or(row.version_span);
        }
    }
}

fn empty() -> Settings {
    Settings { party: Party::default(), state_path: STATE.to_string(), required_providers: BTreeMap::new() }
}

/// Reads the settings out of the `patchform` blocks. Only literal values may stand in them.
pub(super) fn read(blocks: &[Block], problems: &mut Diagnostics) -> Settings {
    for block in blocks.iter().filter(|b| &*b.kind == "patchform") {
        only_literals(&block.body, problems);
    }
    let mut settings = empty();
    let mut first: Option<&Block> = None;
    for block in blocks.iter().filter(|b| &*b.kind == "patchform") {
        if let Some(first) = first {
            let problem = Diagnostic::error("There are two `patchform` blocks")
                .at(block.header, "the second one")
                .and(first.header, "the first one")
                .help("Put all settings into one of them.");
            problems.push(problem);
            continue;
        }
        first = Some(block);
        one(block, &mut settings, problems);
    }
    settings
}

fn one(block: &Block, settings: &mut Settings, problems: &mut Diagnostics) {
    blocks::PATCHFORM.check(block, problems);
    let body = &block.body;
    required_version(body, problems);
    if let Some(party) = literals(problems, |fields| fields.text(body, "party")) {
        match blocks::PARTIES.into_iter().find(|(name, _)| *name == party) {
            Some((_, party)) => settings.party = party,
            None => problems.push(wrong_party(body, &party)),
        }
    }
    let mut state: Option<Span> = None;
    for block in &body.blocks {
        match &*block.kind {
            "state" => match state {
                Some(first) => problems.push(
                    Diagnostic::error("The state has two places")
                        .at(block.header, "the second one")
                        .and(first, "the first one")
                        .help("Keep one `state` block."),
                ),
                None => {
                    state = Some(block.header);
                    read_state(block, settings, problems);
                }
            },
            "required_providers" => required_providers(block, settings, problems),
            _ => {}
        }
    }
}

fn only_literals(body: &Body, problems: &mut Diagnostics) {
    for attribute in &body.attributes {
        let named = configuration_aliases(attribute).map(|(_, list)| list.span());
        let references = attribute.value.references();
        let within = |r: &super::expr::Reference| {
            named.is_some_and(|n| n.start <= r.span.start && r.span.end <= n.end)
        };
        if let Some(reference) = references.iter().find(|r| !within(r)) {
            let problem = Diagnostic::error("The patchform block holds literal values only")
                .at(reference.span, "a reference")
                .because("It is read before variables have values and before providers are started.")
                .help("Write the value itself.");
            problems.push(problem);
        }
    }
    body.blocks.iter().for_each(|block| only_literals(&block.body, problems));
}

fn literals<T>(problems: &mut Diagnostics, read: impl FnOnce(&mut Fields<'_>) -> T) -> T {
    let scope = Scope::root();
    read(&mut Fields { scope: &scope, hopeless: &|expr| !expr.references().is_empty(), problems })
}

fn wrong_party(body: &Body, party: &str) -> Diagnostic {
    let problem = Diagnostic::error(format!("There is no party {party:?}")).help(
        "Write \"csp\" for the cloud service provider's view or \"csc\" for the cloud service customer's.",
    );
    match body.attribute("party") {
        Some(attribute) => problem.at(attribute.value.span(), ""),
        None => problem,
    }
}

fn required_version(body: &Body, problems: &mut Diagnostics) {
    let Some(attribute) = body.attribute("required_version") else { return };
    let Some(text) = literals(problems, |fields| fields.text(body, "required_version")) else { return };
    let at = attribute.value.span();
    let admits = |wanted: Constraint| Scheme::Semver.parse(PROGRAM).map(|program| wanted.matches(&program));
    match Constraint::parse(Scheme::Semver, &text).and_then(admits) {
        Ok(true) => {}
        Ok(false) => problems.push(
            Diagnostic::error("This configuration asks for another version of patchform")
                .at(at, format!("this is patchform {PROGRAM}"))
                .help("Use a version of patchform that fits, or change the requirement if this one is good enough."),
        ),
        Err(wrong) => problems.push(bad_requirement("required_version", at, &wrong.to_string())),
    }
}

fn bad_requirement(name: &str, at: Span, wrong: &str) -> Diagnostic {
    Diagnostic::error(format!("\"{name}\" is no version requirement"))
        .at(at, "")
        .because(format!("{wrong}."))
        .help("Write conditions such as \">= 0.1\" or \"~> 1.2, != 1.2.4\".")
}

fn read_state(block: &Block, settings: &mut Settings, problems: &mut Diagnostics) {
    match block.labels.as_slice() {
        [label] if &*label.text == "local" => {
            blocks::STATE_LOCAL.check(block, problems);
            match literals(problems, |fields| fields.text(&block.body, "path")) {
                Some(path) if path.is_empty() => {
                    let at = block.body.attribute("path").map_or(block.header, |a| a.value.span());
                    problems.push(
                        Diagnostic::error("The state's path is empty")
                            .at(at, "")
                            .help(format!("Name a file, or leave \"path\" out: it is {STATE} then.")),
                    );
                }
                Some(path) => settings.state_path = path,
                None => {}
            }
        }
        [label] => problems.push(
            Diagnostic::error(format!("This version cannot keep the state in {:?}", &*label.text))
                .at(label.span, "not supported yet")
                .help("Keep it in a file: state \"local\" { path = \"patchform.state.json\" }"),
        ),
        _ => problems.push(
            Diagnostic::error("A `state` block needs one label: where the state is kept")
                .at(block.header, "")
                .help("Write it as state \"local\" { path = \"patchform.state.json\" }"),
        ),
    }
}

fn required_providers(block: &Block, settings: &mut Settings, problems: &mut Diagnostics) {
    blocks::REQUIRED_PROVIDERS.no_labels(block, problems);
    for inner in &block.body.blocks {
        let problem = Diagnostic::error("A row of `required_providers` is an argument, not a block")
            .at(inner.header, "")
            .help(format!("Write it with `=`: {} = {{ version = \">= 0.1\" }}", inner.kind));
        problems.push(problem);
    }
    for attribute in &block.body.attributes {
        let name = attribute.name.to_string();
        if let Some(first) = settings.required_providers.get(&name).and_then(|row| row.span) {
            let problem = Diagnostic::error(format!("The provider \"{name}\" is required twice"))
                .at(attribute.span, "again here")
                .and(first, "first here")
                .help("Remove one of them.");
            problems.push(problem);
            continue;
        }
        if let Some(row) = row(attribute, problems) {
            settings.required_providers.insert(name, row);
        }
    }
}

fn row(attribute: &Attribute, problems: &mut Diagnostics) -> Option<RequiredProvider> {
    let example = format!("{} = {{ version = \">= 0.1\" }}", attribute.name);
    let value =
        literals(problems, |fields| fields.value(&attribute.value.without_key("configuration_aliases")))?;
    let Some(entries) = value.as_entries() else {
        let problem =
            Diagnostic::error(format!("The row of provider \"{}\" must be an object", attribute.name))
                .at(attribute.value.span(), format!("this is {}", value.kind()))
                .help(format!("Write it as {example}"));
        problems.push(problem);
        return None;
    };
    let mut row = RequiredProvider { span: Some(attribute.span), ..RequiredProvider::default() };
    for (key, value) in entries {
        let place = place_of(attribute, key);
        let text = value.as_str().filter(|t| !t.is_empty()).map(str::to_string);
        match (&**key, text) {
            ("source", Some(text)) => (row.source, row.source_span) = (Some(text), Some(place)),
            ("version", Some(text)) => match Constraint::parse(Scheme::Semver, &text) {
                Ok(_) => (row.version, row.version_span) = (Some(text), Some(place)),
                Err(wrong) => problems.push(bad_requirement("version", place, &wrong.to_string())),
            },
            ("source" | "version", None) => problems.push(
                Diagnostic::error(format!("\"{key}\" of a required provider must be a string"))
                    .at(place, format!("this is {}", value.brief()))
                    .help(format!("Write it in quotes: {key} = \"…\"")),
            ),
            _ => problems.push(
                Diagnostic::error(format!("There is no \"{key}\" in a row of `required_providers`"))
                    .at(key_of(attribute, key), "unknown key")
                    .help(super::suggest::sentence(key, ["source", "version"])),
            ),
        }
    }
    Some(row)
}

/// Where an object's key stands; the whole object when it is not written as one.
fn key_of(attribute: &Attribute, key: &str) -> Span {
    let entries = attribute.value.as_object().unwrap_or_default();
    let found = entries.iter().find(|(name, _)| name.name == Some(key));
    found.map_or(attribute.value.span(), |(name, _)| name.span)
}

/// Where the value of an object's key stands; the whole object when it is not written as one.
fn place_of(attribute: &Attribute, key: &str) -> Span {
    let entries = attribute.value.as_object().unwrap_or_default();
    let found = entries.iter().find(|(name, _)| name.name == Some(key));
    found.map_or(attribute.value.span(), |(_, value)| value.span())
}
