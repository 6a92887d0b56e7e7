//! `maintenance_window "name" { … }` and `blackout "name" { … }`: when components may be worked on, and when not.

use super::{depends, moved};
use crate::calendar::{Field, Times, Written, Wrong, Zone};
use crate::config::blocks;
use crate::config::checked::{Blackout, Component, Service, Window};
use crate::config::expr::Expr;
use crate::config::fields::Fields;
use crate::config::infer::Guess;
use crate::config::suggest;
use crate::config::syntax::Block;
use crate::config::value::Value;
use crate::model::{Absence, Address, Diagnostic, InstanceKey, Selection, Span};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A blackout before it is known which components there are.
pub(super) struct Draft {
    blackout: Blackout,
    /// To what it applies, and where that stands: components and modules, and services by their addresses. `None` for
    /// everything.
    components: Option<Vec<(Selection, Span)>>,
    services: Option<Vec<(Selection, Span)>>,
}

/// Evaluates a window.
pub(super) fn window(label: &str, block: &Block, fields: &mut Fields<'_>) -> Option<Window> {
    let before = fields.problems.0.len();
    blocks::MAINTENANCE_WINDOW.check(block, fields.problems);
    let emergency = emergency(block, fields);
    let times = times(label, block, fields, before)?;
    Some(Window { name: label.into(), times, emergency })
}

/// Evaluates a blackout.
pub(super) fn blackout(label: &str, block: &Block, fields: &mut Fields<'_>) -> Option<Draft> {
    let before = fields.problems.0.len();
    blocks::BLACKOUT.check(block, fields.problems);
    let components = only(block, &COMPONENTS, fields);
    let services = only(block, &SERVICES, fields);
    let reason =
        fields.text(&block.body, "reason").map(|text| text.trim().to_string()).filter(|t| !t.is_empty());
    let emergency = emergency(block, fields);
    let times = times(label, block, fields, before)?;
    Some(Draft { blackout: Blackout { name: label.into(), times, reason, emergency }, components, services })
}

/// When it is open; `None` where anything was wrong with the block. What is written right is judged by itself where something
/// beside it is wrong, or has no value.
fn times(label: &str, block: &Block, fields: &mut Fields<'_>, before: usize) -> Option<Times> {
    let body = &block.body;
    let written = Written {
        timezone: fields.text(body, "timezone").unwrap_or_default(),
        start: fields.text(body, "start"),
        days: fields.texts(body, "days").unwrap_or_default(),
        cron: fields.text(body, "cron"),
        duration: fields.period(body, "duration"),
        except: fields.texts(body, "except").unwrap_or_default(),
        dates: fields.texts(body, "dates").unwrap_or_default(),
    };
    let is_open = body.attributes.iter().any(|a| (fields.hopeless)(&a.value));
    let is_whole = fields.problems.0.len() == before && !is_open;
    let read = if is_whole { written.read() } else { Err(written.apart()) };
    read.map_err(|all| {
        fields.problems.0.extend(all.into_iter().map(|wrong| told(wrong, label, block, &written)));
    })
    .ok()
}

/// What is wrong, at the place where it stands.
fn told(wrong: Wrong, label: &str, block: &Block, written: &Written) -> Diagnostic {
    let attribute = block.body.attribute(wrong.field.name());
    let element = attribute.zip(wrong.element).and_then(|(a, i)| Some(a.value.as_list()?.get(i)?.span()));
    let at = element.or(attribute.map(|a| a.value.span()));
    let summary = match wrong.what.strip_prefix("It ") {
        Some(does) => format!("The {} \"{label}\" {does}", block.kind.replace('_', " ")),
        None => wrong.what,
    };
    let help = match wrong.field {
        Field::Timezone => zone_help(&written.timezone),
        Field::Start if at.is_none() && &*block.kind == "blackout" => {
            format!("{} Or dates = [\"2026-12-24\"].", wrong.help)
        }
        _ => wrong.help,
    };
    let because = if wrong.why.is_empty() { wrong.why } else { format!("{}.", wrong.why) };
    let problem = Diagnostic::error(summary).at(at.unwrap_or(block.header), "").because(because).help(help);
    if at.is_none() { problem.absent(Absence::Within(block.header)) } else { problem }
}

/// The zone that was meant: people leave the continent out.
pub(super) fn zone_help(text: &str) -> String {
    let names = Zone::names();
    let city = |name: &str| name.rsplit('/').next().unwrap_or(name).to_string();
    let wanted = text.replace(' ', "_");
    let same = names.iter().find(|name| city(name).eq_ignore_ascii_case(&wanted));
    let near =
        same.map(String::as_str).or_else(|| suggest::nearest(&wanted, names.iter().map(String::as_str)));
    let near = near.or_else(|| {
        let cities: Vec<String> = names.iter().map(|name| city(name)).collect();
        let near = suggest::nearest(&wanted, cities.iter().map(String::as_str))?;
        names.iter().find(|name| city(name) == near).map(String::as_str)
    });
    match near {
        Some(name) => format!("Did you mean \"{name}\"?"),
        None => "Write a name of the IANA database, such as \"Europe/Berlin\" or \"UTC\".".to_string(),
    }
}

fn emergency(block: &Block, fields: &mut Fields<'_>) -> Vec<String> {
    let names = fields.texts(&block.body, "emergency").unwrap_or_default();
    if let Some(attribute) =
        block.body.attribute("emergency").filter(|_| names.iter().any(|n| n.trim().is_empty()))
    {
        let problem = Diagnostic::error("\"emergency\" holds an empty name")
            .at(attribute.value.span(), "")
            .help("Write login names, such as emergency = [\"anna\"].");
        fields.problems.push(problem);
    }
    names
}

/// A list of names, what it is called, and an example of it.
struct Listing {
    argument: &'static str,
    of: &'static str,
    example: &'static str,
    holds: fn(&Selection) -> bool,
}

const COMPONENTS: Listing = Listing {
    argument: "components",
    of: "components and modules",
    example: "release.db, release.web[\"key\"], module.eu",
    holds: |_| true,
};

const SERVICES: Listing = Listing {
    argument: "services",
    of: "services",
    example: "service.shop, module.eu.service.shop",
    holds: |selection| matches!(selection, Selection::Component(address) if &*address.kind == "service" && address.key == InstanceKey::None),
};

/// `components = [release.api, module.eu]`, `services = [service.shop]`
fn only(block: &Block, listing: &Listing, fields: &mut Fields<'_>) -> Option<Vec<(Selection, Span)>> {
    let attribute = block.body.attribute(listing.argument)?;
    let mut wrong = |written: &Expr| {
        let Listing { argument, of, example, .. } = listing;
        let example = depends::meant(written).unwrap_or(example);
        let problem = Diagnostic::error(format!("\"{argument}\" must be a list of {of}"))
            .at(written.span(), "")
            .help(format!("Write {argument} = [{example}], without quotes."));
        fields.problems.push(problem);
    };
    let Some(items) = attribute.value.as_list() else {
        wrong(&attribute.value);
        return None;
    };
    if items.is_empty() {
        wrong(&attribute.value);
    }
    let mut read = |item: &Expr| {
        let selection = moved::read(item, &[]).filter(listing.holds);
        if selection.is_none() {
            wrong(item);
        }
        Some((selection?, item.span()))
    };
    Some(items.iter().filter_map(&mut read).collect())
}

impl Draft {
    /// The blackout; complains where it applies to something that is not there. `services`: the addresses of all that are
    /// declared, also of those with which something is wrong.
    pub fn finish(
        &self,
        components: &[Component],
        services: &BTreeSet<String>,
        problems: &mut Vec<Diagnostic>,
    ) -> Blackout {
        for (selection, at) in self.components.iter().flatten() {
            if !components.iter().any(|c| selection.covers(&c.address)) {
                let known: BTreeSet<String> = components.iter().map(block_of).collect();
                problems.push(nowhere("component", selection, &known, *at).absent(Absence::Component));
            }
        }
        for (selection, at) in self.services.iter().flatten() {
            if !services.contains(&selection.to_string()) {
                problems.push(nowhere("service", selection, services, *at).absent(Absence::Service));
            }
        }
        self.blackout.clone()
    }

    /// The components of its services, by their indices.
    pub fn members(&self, services: &[Service]) -> BTreeSet<usize> {
        let names: BTreeSet<String> =
            self.services.iter().flatten().map(|(one, _)| one.to_string()).collect();
        let named = services.iter().filter(|service| names.contains(&service.address()));
        named.flat_map(|service| service.members.iter().copied()).collect()
    }

    /// Whether it applies to a component that is none of its services' members.
    pub fn applies(&self, component: &Component) -> bool {
        match &self.components {
            Some(all) => all.iter().any(|(selection, _)| selection.covers(&component.address)),
            None => self.services.is_none(),
        }
    }
}

/// Something that is named and not declared.
fn nowhere(what: &str, selection: &Selection, known: &BTreeSet<String>, at: Span) -> Diagnostic {
    let help = match suggest::nearest(&selection.to_string(), known.iter().map(String::as_str)) {
        Some(near) => format!("Did you mean \"{near}\"?"),
        None => format!("Name a {what} that is declared, or take it out of the list."),
    };
    Diagnostic::error(format!("There is no {what} {selection}")).at(at, "means nothing").help(help)
}

fn block_of(component: &Component) -> String {
    let address = Address { key: InstanceKey::None, ..component.address.clone() };
    address.to_string()
}

/// `maintenance { window = … }`: the windows that a component names, by the instance of the module that declares each.
pub(super) fn named(component: &Block, fields: &mut Fields<'_>) -> Vec<(usize, Arc<str>)> {
    let block = component.body.blocks.iter().find(|b| &*b.kind == "maintenance");
    let Some(attribute) = block.and_then(|b| b.body.attribute("window")) else { return Vec::new() };
    let wrong = |what: String| {
        Diagnostic::error("\"window\" must name a maintenance window, or several in a list")
            .at(attribute.value.span(), what)
            .help(
                "Write window = maintenance_window.name, without quotes; a module is given the block itself.",
            )
    };
    let value = match fields.special(attribute, Guess::may_be_blocks) {
        Some(Ok(value)) => value,
        Some(Err(kind)) => {
            fields.problems.push(wrong(format!("this is {kind}")));
            return Vec::new();
        }
        None => return Vec::new(),
    };
    let items = value.as_items().unwrap_or(std::slice::from_ref(&value));
    let name = |value: &Value| {
        let block = value.as_block().filter(|block| block.kind == "maintenance_window")?;
        Some((block.owner, block.name.clone()))
    };
    let names: Vec<_> = items.iter().filter_map(name).collect();
    if names.len() < items.len() || names.is_empty() {
        let what = match items.iter().find(|item| name(item).is_none()) {
            Some(other) if items.len() > 1 => format!("it holds {}", other.kind()),
            Some(other) => format!("this is {}", other.kind()),
            None => "this is empty".to_string(),
        };
        fields.problems.push(wrong(what));
    }
    names
}
