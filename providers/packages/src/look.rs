//! What is there now: one question per host, for all of its components in a chunk.

use crate::arguments::{Arguments, packages};
use crate::ledger::ledger_of;
use crate::manager::Manager;
use crate::reading::Facts;
use crate::script::{Call, Script};
use patchform_sdk::message::{Desired, Level, Reading, Subject};
use patchform_sdk::{Context, chunk, earlier, machine};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long a host may take to answer.
pub const LOOK: Duration = Duration::from_secs(60);

/// The reading of one component.
pub fn one(manager: &'static Manager, desired: &Desired, context: &Context) -> Reading {
    host(manager, &[desired], context).pop().unwrap_or_else(|| Reading::unreachable("the reading broke off"))
}

/// The readings of a chunk, in order.
pub fn all(manager: &'static Manager, components: &[Desired], context: &Context) -> Vec<Reading> {
    let mut hosts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, component) in components.iter().enumerate() {
        hosts.entry(json!(component.subject.connection).to_string()).or_default().push(i);
    }
    let groups: Vec<Vec<usize>> = hosts.into_values().collect();
    let of = |group: &Vec<usize>| -> Vec<&Desired> { group.iter().map(|i| &components[*i]).collect() };
    let read = chunk::read(
        &groups,
        |group| host(manager, &of(group), context),
        |group, unread| vec![unread; group.len()],
    );
    let mut readings: Vec<(usize, Reading)> =
        groups.iter().zip(read).flat_map(|(group, read)| group.iter().copied().zip(read)).collect();
    readings.sort_by_key(|(i, _)| *i);
    readings.into_iter().map(|(_, reading)| reading).collect()
}

/// The readings of components of one host.
fn host(manager: &'static Manager, components: &[&Desired], context: &Context) -> Vec<Reading> {
    // First what may still change it: an action that ends between the two questions is seen.
    let unsettled: Vec<Option<String>> = components
        .iter()
        .map(|c| earlier::unsettled(&ledger_of(manager, &c.subject), &c.subject, context))
        .collect();
    let names: BTreeSet<String> =
        components.iter().flat_map(|component| packages(Some(&component.level)).into_keys()).collect();
    let Some(first) = components.first() else { return Vec::new() };
    let asked = facts(manager, &first.subject, names.into_iter().collect(), context);
    components
        .iter()
        .zip(unsettled)
        .map(|(component, unsettled)| match (unsettled, &asked) {
            (Some(why), _) => Reading::unsettled(why),
            (None, Err(why)) => Reading::unreachable(why),
            (None, Ok(facts)) => reading(component, facts),
        })
        .collect()
}

fn reading(component: &Desired, facts: &Facts) -> Reading {
    let arguments = match Arguments::of(&component.subject) {
        Ok(arguments) => arguments,
        Err(why) => return Reading::unreachable(why),
    };
    let target = match component.subject.connection.kind.as_str() {
        // As the other kinds name this machine.
        "local" => machine::identity().to_string(),
        "chroot" => machine::root_in(&component.subject.connection).unwrap_or_default(),
        _ if facts.machine.is_empty() => {
            return Reading::unreachable(
                "the host has no machine-id: /etc/machine-id is empty or missing there",
            );
        }
        _ => facts.machine.clone(),
    };
    facts.reading(packages(Some(&component.level)).keys(), &arguments, target)
}

/// What the host of `subject` says of these packages.
///
/// # Errors
/// Why it did not, in a sentence.
pub fn facts(
    manager: &'static Manager,
    subject: &Subject,
    names: Vec<String>,
    context: &Context,
) -> Result<Facts, String> {
    let call = Call { manager, script: Script::Read, arguments: names, stdin: String::new() };
    Ok(Facts::of(manager, &call.ask(subject, LOOK, context)?))
}

/// The digest of a component right now.
///
/// # Errors
/// Why it cannot be read.
pub fn digest(
    manager: &'static Manager,
    subject: &Subject,
    level: Option<&Level>,
    context: &Context,
) -> Result<String, String> {
    let facts = facts(manager, subject, packages(level).into_keys().collect(), context)?;
    let reading = facts.reading(packages(level).keys(), &Arguments::of(subject)?, String::new());
    Ok(reading.digest().unwrap_or_default().to_string())
}
