//! Why something happens to a component, or does not, and the way out: one sentence each, the same in text and JSON.

use crate::config::checked::Spent;
use crate::model::{PatchLevel, Purpose, period};
use crate::plan::levels;
use crate::plan::noun::{Block, Cause, Change, Entry, Idle, Observed, Plan, Verdict};
use crate::state::Owed;

/// Why, and what a person can do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// One sentence without a full stop.
    pub why: String,
    /// What to do; `None` when there is nothing to do.
    pub way_out: Option<String>,
}

impl Reason {
    fn only(why: impl Into<String>) -> Reason {
        Reason { why: why.into(), way_out: None }
    }

    fn with(why: impl Into<String>, way_out: impl Into<String>) -> Reason {
        Reason { why: why.into(), way_out: Some(way_out.into()) }
    }

    /// That of one entry of a plan.
    pub fn of(plan: &Plan, entry: &Entry) -> Reason {
        match &entry.verdict {
            Verdict::Change(change) => of_change(plan, entry, change),
            Verdict::Blocked(block) => of_block(plan, entry, block),
            Verdict::Held { by } => of_held(plan, by),
            Verdict::NoChange { adopt: true }
                if entry.recorded.is_some() && entry.recorded.as_ref() == entry.observed.level() =>
            {
                Reason::only(format!(
                    "it is at {}, as recorded, but its content, or where it lies, was changed outside patchform; the record takes over \
                     what is observed",
                    level(entry.observed.level()),
                ))
            }
            Verdict::NoChange { adopt: true } => Reason::only(format!(
                "{} is observed, {} was recorded; the record takes over what is observed",
                level(entry.observed.level()),
                level(entry.recorded.as_ref()),
            )),
            Verdict::NoChange { adopt: false } => match &entry.observed {
                Observed::NotRead => Reason::only("it was not read; this rests on the record alone"),
                Observed::Unreachable { why } | Observed::Unsettled { why } => {
                    Reason::only(format!("it could not be read; this rests on the record alone: {why}"))
                }
                _ => Reason::only("it is where it should be"),
            },
            Verdict::Forget => Reason::only(
                "the configuration no longer names it: its record goes, the component stays as it is",
            ),
            Verdict::Excluded => Reason::only("left out by --target or --exclude"),
        }
    }
}

fn level(level: Option<&PatchLevel>) -> String {
    level.map_or_else(|| "nothing".into(), PatchLevel::to_string)
}

fn of_change(plan: &Plan, entry: &Entry, change: &Change) -> Reason {
    match &plan.purpose {
        Purpose::Rollback { of } => {
            let newer = match change.newer.as_slice() {
                [] => String::new(),
                [run] => format!(", and with it what run {run} did here later"),
                runs => format!(", and with it what runs {} did here later", runs.join(", ")),
            };
            let foreign = match change.cause {
                Cause::Drift => format!("; {}", drift(change, entry)),
                Cause::Elsewhere => format!("; {}", elsewhere(entry)),
                _ if change.altered => format!("; {}", altered(change)),
                _ => String::new(),
            };
            let owed = owed(change, entry).map_or_else(String::new, |owed| format!("; {owed}"));
            return Reason::only(format!("run {of} is taken back{newer}{foreign}{owed}"));
        }
        Purpose::Restore { snapshot } => {
            let owed = owed(change, entry).map_or_else(String::new, |owed| format!("; {owed}"));
            let first = change.restore_from.as_ref().filter(|from| from.id != *snapshot);
            let first = first.map_or_else(String::new, |from| {
                format!(" and covers it, too: it goes back first, to its own snapshot {}", from.id)
            });
            return Reason::only(format!("snapshot {snapshot} is restored{first}{owed}"));
        }
        Purpose::Apply | Purpose::RefreshOnly => {}
    }
    let owed = owed(change, entry);
    let cause = match change.cause {
        Cause::Owed => {
            return Reason::only(format!("it is at its declared level, but {}", owed.unwrap_or_default()));
        }
        Cause::Install => "it is declared and not there yet".to_string(),
        Cause::Change if change.altered => format!("its declared level changed; and {}", altered(change)),
        Cause::Change => "its declared level changed".to_string(),
        Cause::Drift if declared_anew(entry) => {
            format!("its declared level changed; and {}", drift(change, entry))
        }
        Cause::Drift => drift(change, entry),
        Cause::Elsewhere if declared_anew(entry) => {
            format!("its declared level changed; and {}", elsewhere(entry))
        }
        Cause::Elsewhere => elsewhere(entry),
        Cause::Unrecorded => {
            "it is not in the state yet, and stands at another level than the declared one".to_string()
        }
    };
    Reason::only(cause + &owed.map_or_else(String::new, |owed| format!("; and {owed}")))
}

/// A content that nobody recorded, below a level that somebody did. Where an abandoned run left something, that run may be
/// why, and is named.
fn altered(change: &Change) -> &'static str {
    match change.owed {
        Some(_) => "what is there is not what was recorded, although its level is",
        None => {
            "what is there is not what was recorded, although its level is: it was changed outside patchform, or the \
             configuration has it read in another way now"
        }
    }
}

/// A level that nobody recorded: left by an abandoned run, where one left something there, or else by somebody.
fn drift(change: &Change, entry: &Entry) -> String {
    let levels = format!(
        "{} is recorded, {} is observed",
        level(entry.recorded.as_ref()),
        level(entry.observed.level()),
    );
    match &change.owed {
        // It is at the level that the run was to put there; else somebody may have been there since.
        Some(owed) if !owed.half && change.put_by.is_some() => {
            format!("run {} left it as it is: {levels}", owed.run)
        }
        Some(owed) => format!("run {} may have left it so: {levels}", owed.run),
        None => format!("somebody changed it outside patchform: {levels}"),
    }
}

/// A level in a place that nothing was recorded of: nobody changed it, it was never there.
fn elsewhere(entry: &Entry) -> String {
    format!(
        "the configuration has it in another place now, or by another provider: there {} was recorded, here {} is \
         observed; what is at the former place stays as it is",
        level(entry.recorded.as_ref()),
        level(entry.observed.level()),
    )
}

/// Whether the configuration names another level than the recorded one.
fn declared_anew(entry: &Entry) -> bool {
    let managed = entry.recorded.as_ref().map(|recorded| levels::managed(recorded, entry.desired.as_ref()));
    managed != entry.desired
}

/// What is done besides, or alone, because an abandoned run did not: a whole sentence.
fn owed(change: &Change, entry: &Entry) -> Option<String> {
    let owed = change.owed.as_ref()?;
    if !owed.half {
        return Some(format!("{}: that is still to be done{}", left(owed), given_back(entry)));
    }
    let digest = entry.observed.identity().filter(|_| change.altered).map(|now| {
        let short: String = now.digest.chars().take(SHORT).collect();
        format!(" (the digest of its content is {short}, which is not the recorded one)")
    });
    let digest = digest.unwrap_or_default();
    Some(format!("{}{digest}: {} are still to be done{}", left(owed), owed.steps(), given_back(entry)))
}

/// What is done besides where a run may have left it away.
fn given_back(entry: &Entry) -> &'static str {
    match (&entry.block, &entry.drain) {
        (Some(_), Some(_)) => {
            "; customers that are still kept out of it are let in, and traffic that is still away returns"
        }
        (Some(_), None) => "; customers that are still kept out of it are let in",
        (None, Some(_)) => "; traffic that is still away returns",
        (None, None) => "",
    }
}

/// Characters of a digest that tell it from another one.
const SHORT: usize = 12;

/// What an abandoned run left undone: a whole sentence without a full stop.
pub fn left(owed: &Owed) -> String {
    match owed.half {
        true => format!(
            "run {} may have been changing it when it ended: what stands there may be half done, whatever level it reads",
            owed.run
        ),
        false => format!("run {} ended before its {}", owed.run, owed.steps()),
    }
}

fn of_block(plan: &Plan, entry: &Entry, block: &Block) -> Reason {
    let observed = level(entry.observed.level());
    let desired = level(entry.desired.as_ref());
    match block {
        Block::NotRead(why) => Reason::with(
            match &entry.observed {
                Observed::NotRead => "it was not read".into(),
                Observed::Unsettled { .. } => format!("what it reads now need not stay: {why}"),
                _ => format!("it could not be read: {why}"),
            },
            match &entry.observed {
                Observed::NotRead => "plan again without --refresh=false".into(),
                Observed::Unsettled { .. } => format!("wait until that has ended, then {}", again(plan)),
                _ => format!("make it readable and {}", again(plan)),
            },
        ),
        Block::Ahead => Reason::with(
            format!("it is ahead: it stands at {observed}, above the declared {desired}"),
            "declare the observed level (patchform propose --adopt writes it), or allow the way down with lifecycle { allow_downgrade = true }",
        ),
        Block::UnknownOrder => Reason::with(
            format!(
                "nobody can say which is higher, the observed {observed} or the declared {desired}; \
                 it is treated as ahead"
            ),
            "correct the declared level, or allow either way with lifecycle { allow_downgrade = true }",
        ),
        Block::NotInstalled(keys) if keys.is_empty() => Reason::with(
            "it is not installed, and lifecycle { install = false } says to leave it so",
            "set lifecycle { install = true } to install it",
        ),
        Block::NotInstalled(keys) => Reason::with(
            format!("not installed: {}", keys.join(", ")),
            "take these keys out of patch_level, or set lifecycle { install = true } to install them",
        ),
        Block::Rejected { run, reason } => Reason::with(
            format!("{desired} was given up by run {run}: {reason}"),
            format!(
                "declare another level, or let it be tried again: patchform allow {}",
                entry.address.quoted()
            ),
        ),
        Block::Refused(why) => Reason::only(format!("the provider refuses: {why}")),
        Block::Irreversible => Reason::with(
            "this patch has no stored way back",
            "accept that by name with lifecycle { allow_irreversible = true }",
        ),
        Block::LosesData => Reason::with(
            "its only way back would throw away data written since the snapshot",
            "accept that by name with snapshot { may_lose_data = true }, or do without a way back with \
             lifecycle { allow_irreversible = true }",
        ),
        Block::Unplaced(why) => Reason::with(
            why.clone(),
            format!("the order of its service cannot be kept without it: mend that, and {}", again(plan)),
        ),
        Block::NotAlone(why) => {
            Reason::with(why.clone(), format!("wait until that has ended, then {}", again(plan)))
        }
        Block::Claimed { claim, by } => Reason::with(
            format!("{} manages {claim} on the same target too", name(plan, *by)),
            "let only one of the two components manage it",
        ),
        Block::Leased { run, driver: Some(driver), .. } => Reason::with(
            format!("run {run}, which {driver} drives, holds it or what it needs of its target"),
            format!("wait for it to end, or ask it to stop with patchform run stop {run}"),
        ),
        Block::Leased { run, driver: None, idle: Idle::Stuck } => Reason::with(
            format!("run {run}, which is stuck, holds it or what it needs of its target"),
            format!(
                "patchform run show {run} says what is to be repaired; then patchform rollback {run} takes back all that it \
                 changed, or patchform resume {run} goes on where it stopped; or patchform run abandon {run} leaves it as \
                 it is"
            ),
        ),
        Block::Leased { run, driver: None, idle: Idle::Unreadable } => Reason::with(
            format!(
                "run {run}, which was not finished and cannot be read any more, holds it or what it needs of its target"
            ),
            format!(
                "put its files back from a backup (patchform run show {run} says which), or patchform run abandon {run} \
                 lets go of it"
            ),
        ),
        Block::Leased { run, driver: None, idle: Idle::Unknown } => Reason::with(
            format!(
                "run {run}, which was not finished, may hold it: neither its plan nor its lease can be read any more"
            ),
            format!("put its files back from a backup, or patchform run abandon {run} lets go of it"),
        ),
        Block::Leased { run, driver: None, idle: Idle::Resumable } => Reason::with(
            format!("run {run}, which was not finished, holds it or what it needs of its target"),
            format!("patchform resume {run}, or patchform rollback {run}, or patchform run abandon {run}"),
        ),
    }
}

/// How a plan of this sort is made once more: only one towards the configuration by `plan`.
fn again(plan: &Plan) -> String {
    match &plan.purpose {
        Purpose::Apply | Purpose::RefreshOnly => "plan again".into(),
        Purpose::Rollback { of } => format!("patchform rollback {of} again"),
        Purpose::Restore { snapshot } => format!("patchform snapshot restore {snapshot} again"),
    }
}

fn of_held(plan: &Plan, by: &[usize]) -> Reason {
    let of_one = |&i: &usize| {
        let name = name(plan, i);
        let state = plan.entries.get(i).map(|e| match &e.verdict {
            Verdict::Blocked(_) => "is blocked",
            Verdict::Held { .. } => "is held itself",
            Verdict::Excluded => "was left out",
            _ => "will not be ready",
        });
        format!("{name}, which {}", state.unwrap_or("will not be ready"))
    };
    let first: Vec<String> = by.iter().take(3).map(of_one).collect();
    let more = by.len().saturating_sub(first.len());
    let more = if more > 0 { format!(", and for {more} more") } else { String::new() };
    Reason::with(
        format!("it waits for {}{more}", first.join("; for ")),
        "nothing to do here: it is taken up by the next plan",
    )
}

/// The address of an entry by index.
pub fn name(plan: &Plan, index: usize) -> String {
    plan.entries.get(index).map_or_else(|| format!("entry {index}"), |e| e.address.to_string())
}

/// What a month's runs took of a promise: `2m spent`.
pub fn spent(spent: &Spent) -> String {
    let down = match spent.down.is_zero() {
        true => "nothing spent".to_string(),
        false => format!("{} spent", period::show(spent.down)),
    };
    match spent.unread {
        0 => down,
        1 => format!("{down} as far as known (the journal of 1 run cannot be read)"),
        n => format!("{down} as far as known (the journals of {n} runs cannot be read)"),
    }
}

/// A rollout as messages call it.
pub fn rollout_name(name: &str) -> String {
    match name {
        "" => "the default rollout".into(),
        // One of a module is named with its whole address.
        name if name.starts_with("module.") => name.into(),
        name => format!("rollout.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::samples;

    #[test]
    fn every_entry_has_a_sentence_and_every_block_but_the_providers_own_a_way_out() {
        let plan = samples::everything();
        for entry in &plan.entries {
            let reason = Reason::of(&plan, entry);
            assert!(reason.why.len() > 10 && !reason.why.ends_with('.'), "{reason:?}");
            if let Verdict::Blocked(block) = &entry.verdict {
                assert_eq!(reason.way_out.is_none(), matches!(block, Block::Refused(_)), "{reason:?}");
            }
        }
    }

    #[test]
    fn says_who_holds_it() {
        let plan = samples::everything();
        let held = plan.entries.iter().find(|e| &*e.address.name == "held").unwrap();
        assert_eq!(Reason::of(&plan, held).why, "it waits for release.b-ahead, which is blocked");
    }
}
