//! What was read is worked on where that was. On another machine, with which this one shares no more than the project's folder, or
//! which answers under a host's name by now, every question would be answered, and every step taken, by another component.

use super::Failure;
use crate::plan::noun::{Entry, Plan};
use crate::target::Targets;
use patchform_sdk::machine;

/// The first of `entries`, as a plan knows them, that is another machine's, and that machine.
pub fn first<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Option<(&'a Entry, &'a str)> {
    entries.into_iter().find_map(|entry| {
        let target = entry.target()?;
        let is_elsewhere =
            entry.connection.kind == "local" && is_machine(target) && target != machine::identity();
        is_elsewhere.then_some((entry, target))
    })
}

fn is_machine(target: &str) -> bool {
    target.len() == 32 && target.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Keeps `targets` to the hosts on which `entries` were read.
pub fn keep_to<'a>(targets: &Targets, entries: impl IntoIterator<Item = &'a Entry>) {
    for entry in entries {
        if let Some(machine) = entry.target().filter(|target| is_machine(target)) {
            targets.keep_to(&(&entry.connection).into(), machine);
        }
    }
}

/// What a plan changes.
pub fn changed(plan: &Plan) -> impl Iterator<Item = &Entry> {
    plan.changes().map(|(_, entry, _)| entry)
}

/// Refuses `what`, which works on `entries`, on another machine than theirs.
///
/// # Errors
/// One of them is another machine's.
pub fn refuse<'a>(what: &str, entries: impl IntoIterator<Item = &'a Entry>) -> Result<(), Failure> {
    let Some((entry, target)) = first(entries) else { return Ok(()) };
    Err(Failure::error(format!(
        "{what} works on {} of the machine {target}; this is another one, {}",
        entry.address,
        machine::identity()
    ))
    .hint("give the command there"))
}
