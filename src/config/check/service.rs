//! `service "name" { … }`: who is part of it, and how many of them stay available.

use super::depends;
use super::edges::Edges;
use super::expand::Instance;
use super::finish::block_name;
use super::names::Names;
use super::order::Use;
use super::rests::Rest;
use super::{nested, probe, window};
use crate::calendar::Zone;
use crate::config::blocks;
use crate::config::checked::{Availability, Component, Outside, Promise, Service, Size, Spent};
use crate::config::fields::Fields;
use crate::config::syntax::Block;
use crate::model::{Absence, Diagnostic, Diagnostics, InstanceKey, Span};
use patchform_advisory::priority::Importance;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A service before it is known who its members are.
pub(super) struct Draft<'p> {
    block: &'p Block,
    least: Least,
    promise: Option<Promise>,
    importance: Option<Importance>,
    order: Vec<String>,
    outside: Option<Box<Outside>>,
}

enum Least {
    Size(Size, Span),
    Quorum,
    /// Only how long it is up, or what it means, is said.
    Nobody,
}

/// The components and modules that are part of it.
pub(super) fn members<'p>(names: &Names<'p>, block: &'p Block, problems: &mut Diagnostics) -> Vec<Use<'p>> {
    depends::list(names, block, "members", problems)
}

/// Evaluates a service block, but for its members.
pub(super) fn read<'p>(block: &'p Block, fields: &mut Fields<'_>) -> Option<Draft<'p>> {
    let before = fields.problems.0.len();
    blocks::SERVICE.check(block, fields.problems);
    shape(block, fields.problems);
    let attribute = block.body.attribute("min_available");
    let size = super::rollout::size(block, "min_available", fields);
    let quorum = fields.flag(&block.body, "quorum").unwrap_or_default();
    let promise = promise(block, fields);
    let importance = fields.one_of(&block.body, "importance", &blocks::IMPORTANCES);
    let order = super::role::order(block, fields);
    let outside = outside(block, fields);
    if fields.problems.0.len() > before || is_open(block, fields) {
        return None;
    }
    let least = match (size.zip(attribute), quorum) {
        (Some((size, attribute)), false) => Least::Size(size, attribute.value.span()),
        (None, true) => Least::Quorum,
        (Some((_, attribute)), true) => {
            let problem = Diagnostic::error("A service has either \"min_available\" or \"quorum\"");
            fields.problems.push(problem.at(attribute.span, "both are set").help("Remove one of them."));
            return None;
        }
        (None, false)
            if promise.is_some() || importance.is_some() || !order.is_empty() || outside.is_some() =>
        {
            Least::Nobody
        }
        (None, false) => {
            let problem = Diagnostic::error("A service must say how many of its members stay available")
                .at(block.header, "")
                .help(
                    "Write min_available = 2, min_available = \"75%\" or quorum = true; or how long it is up: availability = \"99.9%\".",
                )
                .absent(Absence::Within(block.header));
            fields.problems.push(problem);
            return None;
        }
    };
    Some(Draft { block, least, promise, importance, order, outside })
}

/// Whether nobody can tell yet what it promises.
fn is_open(block: &Block, fields: &Fields<'_>) -> bool {
    let promises = ["min_available", "quorum", "availability", "importance", "order"];
    let mut attributes = promises.iter().filter_map(|name| block.body.attribute(name));
    attributes.any(|attribute| (fields.hopeless)(&attribute.value))
        || block.body.blocks.iter().any(|inner| fields.is_open(inner))
}

/// The shape of its `probe` block.
fn shape(block: &Block, problems: &mut Diagnostics) {
    let mut probes = block.body.blocks.iter().filter(|inner| &*inner.kind == "probe");
    let Some(first) = probes.next() else { return };
    probe::shape_outside(first, problems);
    nested::connections(first, "A `probe` block", problems);
    if let Some(within) = first.body.attribute("within") {
        let problem =
            Diagnostic::error("\"within\" says nothing in the probe of a service").at(within.span, "");
        problems.push(
            problem.help(
                "It is tried once in each \"interval\", as long as members are worked on: take it out.",
            ),
        );
    }
    if let Some(second) = probes.next() {
        let problem = Diagnostic::error("A service has one `probe` block")
            .at(second.header, "the second one")
            .and(first.header, "the first one")
            .help("Keep one of them.");
        problems.push(problem);
    }
}

/// More often nobody asks.
const OFTEN: Duration = Duration::from_millis(100);

/// `probe "…" { … }`: whether it answers, as its users see it.
fn outside(block: &Block, fields: &mut Fields<'_>) -> Option<Box<Outside>> {
    let written = block.body.blocks.iter().find(|inner| &*inner.kind == "probe")?;
    let at = nested::connection(written, fields);
    let probe = probe::outside(written, fields)?;
    if let Some(interval) = written.body.attribute("interval").filter(|_| probe.interval < OFTEN) {
        let problem = Diagnostic::error("\"interval\" of a service's probe is too short");
        let problem =
            problem.at(interval.value.span(), "").help("Ask ten times a second at most: \"100ms\".");
        fields.problems.push(problem);
    }
    Some(Box::new(Outside { probe, at }))
}

/// `availability = "99.9%"`, by the months of `timezone`
fn promise(block: &Block, fields: &mut Fields<'_>) -> Option<Promise> {
    let body = &block.body;
    let timezone = fields.text(body, "timezone");
    let zone = match (body.attribute("timezone"), timezone) {
        (Some(attribute), Some(name)) => match Zone::named(&name) {
            Some(zone) => zone,
            None => {
                let problem = Diagnostic::error(format!("There is no time zone \"{name}\""));
                let problem = problem.at(attribute.value.span(), "").help(window::zone_help(&name));
                fields.problems.push(problem);
                return None;
            }
        },
        _ => Zone::UTC,
    };
    let Some(attribute) = body.attribute("availability") else {
        if let Some(zone) = body.attribute("timezone") {
            let problem = Diagnostic::error("\"timezone\" needs \"availability\"").at(zone.span, "");
            fields
                .problems
                .push(problem.help(
                    "Its months count for what is promised: write availability = \"99.9%\" beside it.",
                ));
        }
        return None;
    };
    let text = fields.text(body, "availability")?;
    let Some(availability) = Availability::parse(&text) else {
        let problem = Diagnostic::error("\"availability\" must be a share of a month")
            .at(attribute.value.span(), "")
            .help("Write a share up to \"100%\", such as \"99.9%\" or \"99.95%\".");
        fields.problems.push(problem);
        return None;
    };
    Some(Promise { availability, zone, spent: Spent::default() })
}

/// Every service, sorted by name, now that it is known where each component stands; what it means is noted at its members.
pub(super) fn finish(
    drafts: &BTreeMap<(usize, &str), Draft<'_>>,
    instances: &[Instance],
    edges: &mut Edges<'_, '_>,
    components: &mut [Component],
) -> Vec<Service> {
    let mut services = Vec::new();
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for ((at, name), draft) in drafts {
        let before = edges.problems.0.len();
        let uses = edges.resting.tree.area(instances[*at].module).members.get(name);
        let uses = uses.map_or(&[][..], Vec::as_slice);
        edges.check_depends(*at, uses);
        let mut members = BTreeSet::new();
        let places = edges.places;
        let mut add = |rest: Rest, _: Span| members.extend(places.range(&rest));
        edges.resting.of(*at, uses, &InstanceKey::None, &[], &mut add);
        let name = block_name("service", name, &instances[*at]);
        let least = least(&name, draft, members.len());
        match least {
            Ok(least) if edges.problems.0.len() == before => {
                let members: Vec<usize> = members.into_iter().collect();
                for i in &members {
                    let means = &mut components[*i].importance;
                    *means = (*means).max(draft.importance);
                }
                edges.problems.0.extend(without_role(draft, &members, components));
                services.push(Service {
                    name,
                    members,
                    least,
                    promise: draft.promise.clone(),
                    order: draft.order.clone(),
                    outside: draft.outside.clone(),
                });
            }
            Err(problem) if edges.problems.0.len() == before => edges.problems.push(*problem),
            _ => {}
        }
        // What is wrong in a module is told once, not for each of its instances.
        if !told.insert(draft.block.header) {
            edges.problems.0.truncate(before);
        }
    }
    services.sort_by(|a, b| a.name.cmp(&b.name));
    services
}

/// The first member of an ordered service that nobody can ask for its role.
fn without_role(draft: &Draft<'_>, members: &[usize], components: &[Component]) -> Option<Diagnostic> {
    let order = draft.block.body.attribute("order").filter(|_| !draft.order.is_empty())?;
    let one = members.iter().map(|i| &components[*i]).find(|component| component.role.is_none())?;
    let problem = Diagnostic::error(format!("{} has no role to be put into an order by", one.address))
        .at(order.value.span(), "it is a member")
        .and(one.span, "it has no `role` block");
    Some(problem.help("Say how it is asked which part it plays: role { command = [\"…\"] }"))
}

fn least(name: &str, draft: &Draft<'_>, members: usize) -> Result<u64, Box<Diagnostic>> {
    let (least, at) = match draft.least {
        Least::Nobody => (0, draft.block.header),
        Least::Quorum => (members as u64 / 2 + 1, draft.block.header),
        Least::Size(size, at) => (size.at_least(members), at),
    };
    if least <= members as u64 {
        return Ok(least);
    }
    let problem = Diagnostic::error(format!("The service \"{name}\" cannot have {least} members available"))
        .at(at, format!("it has {members} in all"))
        .help("Name more members, or ask for fewer.");
    Err(Box::new(problem))
}
