//! Changes and previews become the plan: ways back chosen, procedures laid out, who is held by whom.

use super::diff::{Changes, Leaning, Proposed};
use super::noun::{Block, Change, Entry, Plan, Verdict};
use super::{holding, procedure, wave};
use crate::config::checked::Service;
use crate::model::{Moment, Purpose};
use patchform_sdk::message::{
    Can, Coverage, Preview, PreviewOutcome, Reload, SnapshotRef, WayBack, WayBackKind,
};
use std::collections::BTreeMap;

/// What making a plan needs to know besides the changes and their previews.
pub struct Making<'a> {
    /// The workspace in use.
    pub workspace: &'a str,
    /// Version of this program.
    pub program: &'a str,
    /// When the plan is made.
    pub now: Moment,
    /// What an entry's kind can do, as its provider describes it.
    pub can: &'a dyn Fn(&Entry) -> Can,
    /// The stored snapshot of the time before a component was there, where taking it away may restore one.
    pub stored: &'a dyn Fn(&Entry) -> Option<SnapshotRef>,
    /// What was left running on an entry's target, and goes on or may.
    pub left_running: &'a dyn Fn(&Entry) -> Option<LeftRunning>,
}

/// What was left running on a target: a sentence of what still goes on, or may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftRunning {
    /// The sentence.
    pub why: String,
    /// Whether it may change anything there: it names no claims, or takes all of its target along.
    pub anything: bool,
}

/// The plan. `previews` go by entry, one for each of [`Changes::to_preview`]; a change without one is refused.
pub fn make(changes: Changes, mut previews: BTreeMap<usize, PreviewOutcome>, making: &Making) -> Plan {
    let held = changes.held();
    let Changes { mut draft, leanings } = changes;
    let mut stops = vec![false; leanings.len()];
    let mut wants = vec![false; leanings.len()];
    for (i, leaning) in leanings.into_iter().enumerate() {
        let entry = &mut draft.entries[i];
        match leaning {
            Leaning::Settled { verdict, stops: stopped } => {
                entry.verdict = verdict;
                stops[i] = stopped;
            }
            // It waits for another one, and was not previewed.
            Leaning::Proposed(_) if !held[i].is_empty() => wants[i] = true,
            Leaning::Proposed(proposed) => {
                let judged = judge(&draft.purpose, entry, proposed, previews.remove(&i), making)
                    .and_then(|change| beside(entry, change, (making.left_running)(entry)));
                (wants[i], stops[i]) = (judged.is_ok(), judged.is_err());
                entry.verdict = match judged {
                    Ok(mut change) => {
                        let pace = draft.rollouts.get(entry.rollout).map(|r| &r.pace);
                        let soak = pace.filter(|_| draft.purpose == Purpose::Apply).map(|pace| pace.soak);
                        procedure::soak(&mut change.forth, soak.unwrap_or_default());
                        let kept = draft.hours.kept(&entry.when);
                        let closes = !kept.is_any_time();
                        let is_counted = |s: &Service| s.least > 0 && s.members.contains(&i);
                        if !draft.purpose.goes_back() && (closes || draft.services.iter().any(is_counted)) {
                            procedure::ask_again(&mut change.forth, closes);
                        }
                        Verdict::Change(Box::new(change))
                    }
                    Err(block) => Verdict::Blocked(block),
                };
            }
        }
    }
    // Asked again, because a provider or a rule may have refused what others stand on.
    for (i, by) in holding::held(&draft.graph, |i| stops[i], |i| wants[i]).into_iter().enumerate() {
        if !by.is_empty() {
            draft.entries[i].verdict = Verdict::Held { by };
        }
    }
    let layer = |i| draft.graph.layer(i);
    let waves = wave::lay(&mut draft.entries, &draft.rollouts, &draft.purpose, layer);
    Plan {
        program: making.program.to_string(),
        made: making.now,
        lineage: draft.lineage,
        workspace: making.workspace.to_string(),
        purpose: draft.purpose,
        providers: draft.providers,
        entries: draft.entries,
        outputs: draft.outputs,
        outputs_before: draft.outputs_before,
        secret_sources: draft.secret_sources,
        rollouts: draft.rollouts,
        waves,
        traffic: draft.traffic,
        services: draft.services,
        moves: draft.moves,
        assertions: draft.assertions,
        inputs: draft.inputs,
        vendors: draft.vendors,
        hours: draft.hours,
    }
}

/// The change, if its provider agrees and a way back exists or is done without on purpose.
fn judge(
    purpose: &Purpose,
    entry: &Entry,
    proposed: Proposed,
    preview: Option<PreviewOutcome>,
    making: &Making,
) -> Result<Change, Block> {
    let can = (making.can)(entry);
    if proposed.catches_up() {
        return Ok(catching_up(entry, proposed, can));
    }
    let stored = proposed.to.is_none() && can.snapshot;
    let restore_from = stored.then(|| (making.stored)(entry)).flatten();
    let mut preview = match preview {
        Some(PreviewOutcome::Ready(preview)) => *preview,
        Some(PreviewOutcome::Blocked { why }) => return Err(Block::Refused(why)),
        None if proposed.to.is_none() => removal(entry, can, restore_from.is_some())?,
        None => return Err(Block::Refused("its provider did not say what the patch would do".into())),
    };
    preview.reload = preview.reload.max(owed_reload(&proposed, can));
    let way_back = way_back(entry, &preview, can);
    if way_back.is_none() && !entry.lifecycle.allow_irreversible {
        let any = preview.ways_back.iter().any(|way| possible(way, can));
        return Err(if any { Block::LosesData } else { Block::Irreversible });
    }
    let stored = restore_from.is_some();
    let (forth, back) =
        procedure::procedures(purpose, entry, &proposed, &preview, way_back.as_ref(), can, stored);
    let Proposed { from, to, cause, altered, owed, put_by, downgrade } = proposed;
    Ok(Change {
        from,
        to,
        cause,
        altered,
        newer: Vec::new(),
        brought: Vec::new(),
        owed,
        put_by,
        earlier: None,
        downgrade,
        artifacts: preview.artifacts.clone(),
        preview,
        way_back,
        restore_from,
        forth,
        back,
    })
}

/// The change, unless it cannot share its target with what was left running there (page 5.3, rule 5).
fn beside(entry: &Entry, change: Change, left: Option<LeftRunning>) -> Result<Change, Block> {
    match left.and_then(|left| contested(entry, &change, left)) {
        Some(why) => Err(Block::NotAlone(why)),
        None => Ok(change),
    }
}

/// Why a change cannot share its target with what was left running there.
pub fn contested(entry: &Entry, change: &Change, left: LeftRunning) -> Option<String> {
    let claims_nothing = || entry.observed.identity().is_some_and(|identity| identity.claims.is_empty());
    let because = if change.needs_target_alone() {
        "a restart, or a snapshot or way back of the whole system, takes along what was left running there"
    } else if claims_nothing() {
        "it names no `claims`, so that it may change anything there, and something was left running"
    } else if left.anything {
        "what was left running there may change anything on its target"
    } else {
        return None;
    };
    Some(format!("{because}: {}", left.why))
}

/// What an abandoned run left undone, and nothing else: the level stays, so that there is nothing to snapshot or to restore.
fn catching_up(entry: &Entry, proposed: Proposed, can: Can) -> Change {
    let preview = Preview { reload: owed_reload(&proposed, can), ..Preview::default() };
    let (forth, back) = procedure::catching_up(entry, &preview);
    let Proposed { from, to, cause, altered, owed, put_by, downgrade } = proposed;
    Change {
        from,
        to,
        cause,
        altered,
        newer: Vec::new(),
        brought: Vec::new(),
        owed,
        put_by,
        earlier: None,
        downgrade,
        artifacts: Vec::new(),
        preview,
        way_back: None,
        restore_from: None,
        forth,
        back,
    }
}

/// The reload that an abandoned run left undone, as far as the kind has one.
fn owed_reload(proposed: &Proposed, can: Can) -> Reload {
    let owed = proposed.owed.as_ref().map_or(Reload::None, |owed| owed.reload);
    if can.reload { owed } else { Reload::None }
}

/// The first way back, in the provider's order, that the kind can really take and that throws no data away unless
/// this is allowed (page 5.3, rules 1 and 6).
fn way_back(entry: &Entry, preview: &Preview, can: Can) -> Option<WayBack> {
    let harmless = |way: &&WayBack| !way.discards_data || entry.snapshot.may_lose_data;
    preview.ways_back.iter().filter(|way| possible(way, can)).find(harmless).cloned()
}

/// Whether the kind can really take a way back that its provider offers.
fn possible(way: &WayBack, can: Can) -> bool {
    match way.kind {
        WayBackKind::Restore => can.snapshot,
        WayBackKind::Uninstall => can.uninstall,
    }
}

/// What stands for the preview of a component that is taken away again: providers preview levels to reach, and this
/// one has none.
fn removal(entry: &Entry, can: Can, stored: bool) -> Result<Preview, Block> {
    if !can.uninstall && !stored {
        return Err(Block::Refused(format!(
            "it has nothing that takes a component of kind {:?} away; take it away by hand, then `patchform apply \
             --refresh-only` records that",
            entry.address.kind
        )));
    }
    let restore = WayBack {
        kind: WayBackKind::Restore,
        coverage: Coverage::default(),
        place: String::new(),
        survives_target_loss: false,
        discards_data: false,
        size: 0,
        duration: 0,
    };
    Ok(Preview { ways_back: if can.snapshot { vec![restore] } else { Vec::new() }, ..Preview::default() })
}

#[cfg(test)]
mod tests;
