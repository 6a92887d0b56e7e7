//! Why a plan says what it says, in one sentence per component; the same in text and in JSON.

use super::noun::{Block, Cause, Change, Entry, Observed, Plan, Verdict};
use crate::model::PatchLevel;
use patchform_sdk::message::Reload;

/// Why entry `index` has its verdict: a sentence without address and full stop. Empty when there is nothing to say.
pub fn explain(plan: &Plan, index: usize) -> String {
    let Some(entry) = plan.entries.get(index) else { return String::new() };
    match &entry.verdict {
        Verdict::NoChange { adopt: true } => adopted(entry),
        Verdict::NoChange { adopt: false } => pending(entry),
        Verdict::Change(change) => changed(entry, change),
        Verdict::Blocked(block) => blocked(plan, entry, block),
        Verdict::Held { by } => held(plan, by),
        Verdict::Forget => {
            "the configuration no longer names it: its record goes, the component stays as it is".into()
        }
        Verdict::Excluded => "left out by --target or --exclude".into(),
    }
}

fn show(level: Option<&PatchLevel>) -> String {
    level.map_or_else(|| "absent".into(), ToString::to_string)
}

fn adopted(entry: &Entry) -> String {
    let observed = entry.observed.level();
    match &entry.recorded {
        None => format!("found at {} and recorded for the first time", show(observed)),
        Some(_) if observed.is_none() => "no longer there: its record goes".into(),
        Some(recorded) if Some(recorded) != observed => {
            format!("recorded at {recorded}, found at {}: the record takes that over", show(observed))
        }
        Some(recorded) => {
            format!("changed outside patchform at the same level {recorded}: the record takes that over")
        }
    }
}

fn pending(entry: &Entry) -> String {
    match &entry.observed {
        Observed::Present { pending: Reload::None, running: None, .. } | Observed::Absent(_) => String::new(),
        Observed::Present { level, pending, running, .. } => {
            let running = running.as_ref().map(|r| format!(", and {r} is still running")).unwrap_or_default();
            let waits = match pending {
                Reload::None => "",
                Reload::Service => " and waits for a restart of its service",
                Reload::Reboot => " and waits for a reboot",
                Reload::PowerCycle => " and waits for a power cycle",
            };
            format!("{level} is installed{waits}{running}")
        }
        Observed::NotRead => "not read; its record is at the wanted level".into(),
        Observed::Unreachable { why } => format!("could not be read: {why}"),
    }
}

fn changed(entry: &Entry, change: &Change) -> String {
    let mut why = match change.cause {
        Cause::Install => "not there yet".to_string(),
        Cause::Change if change.to.is_none() => "was not there before that run".into(),
        Cause::Change => "the configuration names another level".into(),
        Cause::Unrecorded => format!("found at {}, and not recorded yet", show(change.from.as_ref())),
        Cause::Drift => format!(
            "changed outside patchform: recorded at {}, found {}{}",
            show(entry.recorded.as_ref()),
            if change.from.is_some() { "at " } else { "" },
            show(change.from.as_ref())
        ),
    };
    if change.downgrade && change.to.is_some() {
        why.push_str("; goes down, which allow_downgrade permits");
    }
    if change.way_back.is_none() {
        why.push_str("; has no way back, which allow_irreversible permits");
    }
    why
}

fn held(plan: &Plan, by: &[usize]) -> String {
    let waits = by.iter().filter_map(|i| plan.entries.get(*i)).map(|e| {
        let is = match e.verdict {
            Verdict::Held { .. } => "held itself",
            Verdict::Blocked(Block::NotRead(_)) => "not readable",
            _ => "blocked",
        };
        format!("{}, which is {is}", e.address)
    });
    format!("waits for {}", waits.collect::<Vec<_>>().join(", and for "))
}

fn blocked(plan: &Plan, entry: &Entry, block: &Block) -> String {
    let desired = show(entry.desired.as_ref());
    let observed = show(entry.observed.level());
    match block {
        Block::NotRead(why) => format!("could not be read: {why}"),
        Block::Ahead => format!(
            "stands at {observed}, above the wanted {desired}; name that level in the configuration, or set \
             lifecycle {{ allow_downgrade = true }}"
        ),
        Block::UnknownOrder => format!(
            "nobody can tell whether {observed} or {desired} is newer, so that it counts as a downgrade; set \
             lifecycle {{ allow_downgrade = true }} if it is right"
        ),
        Block::NotInstalled(parts) if parts.is_empty() => {
            "not there, and lifecycle { install = false } keeps it from being installed".into()
        }
        Block::NotInstalled(parts) => format!(
            "{} {} not installed, and lifecycle {{ install = false }} keeps it so",
            parts.join(", "),
            if parts.len() == 1 { "is" } else { "are" }
        ),
        Block::Rejected { run, reason } => format!(
            "{desired} was rolled back by run {run} ({reason}); name another level, or try it again after \
             `patchform allow '{}'`",
            entry.address
        ),
        Block::Refused(why) => format!("its provider refuses: {why}"),
        Block::Irreversible => {
            "there would be no way back that keeps its data; set lifecycle { allow_irreversible = true } to do \
             without one"
                .into()
        }
        Block::Claimed { claim, by } => {
            let other = plan.entries.get(*by).map_or_else(String::new, |e| e.address.to_string());
            format!("claims {claim}, which {other} claims too on the same target; only one of them may")
        }
        Block::Leased { run } => format!(
            "run {run} has not ended and holds it; finish that with `patchform resume` or `patchform rollback`"
        ),
    }
}
