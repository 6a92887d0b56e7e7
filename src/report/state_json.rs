//! What the state knows, for programs: `state list --json`, `snapshot list --json`, `run list --json` (`docs/json.md`).

use super::open_run::OpenRunView;
use super::state_text::{Listed, RunRow};
use crate::model::{Address, PatchLevel, Selection};
use crate::state::{FinishedRun, Orphan, State};
use patchform_sdk::message::Level;
use serde_json::{Value as Json, json};

/// The version of these forms; it rises when a program that reads one would misunderstand.
const FORMAT_VERSION: u32 = 1;

/// The components: those that one of `covering` covers, all when it is empty.
pub fn components(state: &State, open: &[OpenRunView], covering: &[Selection]) -> String {
    let wanted = state.records.iter().filter(|(address, _)| covers(covering, address));
    let rows = wanted.map(|(address, r)| {
        json!({
            "address": address.to_string(), "level": Level::from(r.level.clone()), "provider": r.provider,
            "alias": r.alias, "target": r.target, "sha256": r.digest, "run": r.run, "at": r.at.to_string(),
        })
    });
    let rows: Vec<Json> = rows.collect();
    let owed = state.owed.iter().filter(|(address, _)| covers(covering, address));
    let owed = owed.map(|(address, owed)| {
        json!({
            "address": address.to_string(), "run": owed.run, "reload": owed.reload, "half": owed.half,
            "at": owed.at.to_string(),
        })
    });
    let document = json!({
        "format_version": FORMAT_VERSION, "components": rows, "owed": owed.collect::<Vec<Json>>(),
        "open_runs": open_runs(open),
    });
    format!("{document:#}\n")
}

/// The snapshots of those components.
pub fn snapshots(listed: &Listed, open: &[OpenRunView], covering: &[Selection]) -> String {
    let wanted = listed.state.snapshots.iter().filter(|(_, s)| covers(covering, &s.component));
    let rows = wanted.map(|(id, s)| {
        json!({
            "id": id, "address": s.component.to_string(), "run": s.run, "place": s.place,
            "size_bytes": Some(s.size).filter(|size| *size > 0),
            "level": s.level.clone().map(Level::from), "taken": s.taken.to_string(),
            "expires": s.expires.map(|e| e.to_string()), "whole_system": s.coverage.whole_system,
            "data": s.coverage.data, "survives_target_loss": s.survives_target_loss,
            "run_kept": !listed.lost.contains(&s.run), "proved": !listed.unproved.contains(id),
            "doomed": listed.doomed.contains(id),
        })
    });
    let orphan = |o: &Orphan| {
        json!({
            "id": o.id, "address": o.component.to_string(), "run": o.run, "place": o.place,
            "level": o.level.clone().map(Level::from), "asked": o.asked.to_string(),
        })
    };
    let covered = |all: &[Orphan]| -> Vec<Json> {
        all.iter().filter(|o| covers(covering, &o.component)).map(orphan).collect()
    };
    let nameless =
        listed.nameless.iter().filter(|_| covering.is_empty()).map(
            |one| json!({ "id": one.id, "run": one.run, "asked": one.asked.to_string(), "kept": one.kept }),
        );
    let nameless: Vec<Json> = nameless.collect();
    let document = json!({
        "format_version": FORMAT_VERSION, "snapshots": rows.collect::<Vec<Json>>(),
        "orphans": covered(&listed.orphans), "unrecorded": covered(&listed.unrecorded),
        "nameless": nameless, "open_runs": open_runs(open),
    });
    format!("{document:#}\n")
}

/// The runs, in the order given.
pub fn runs(runs: &[RunRow]) -> String {
    let rows = runs.iter().map(|r| {
        json!({
            "id": r.id, "outcome": r.outcome, "purpose": r.purpose, "components": r.components,
            "started": r.started.map(|m| m.to_string()), "finished": r.finished.map(|m| m.to_string()),
        })
    });
    document("runs", rows.collect())
}

/// What the state remembers of a run that ended.
pub fn run(run: &FinishedRun) -> String {
    let level = |level: &Option<PatchLevel>| level.clone().map(Level::from);
    let levels = run.levels.iter().map(|(address, l)| {
        json!({ "address": address.to_string(), "before": level(&l.before), "after": level(&l.after) })
    });
    let document = json!({
        "format_version": FORMAT_VERSION, "id": run.id, "started": run.started.to_string(),
        "finished": run.finished.to_string(), "outcome": run.outcome.name(), "purpose": run.purpose.to_string(),
        "journal_lines": run.journal_lines, "journal_head": run.journal_head, "levels": levels.collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn covers(covering: &[Selection], address: &Address) -> bool {
    covering.is_empty() || covering.iter().any(|c| c.covers(address))
}

/// The runs that have not ended, whose journals are folded into what is shown.
fn open_runs(open: &[OpenRunView]) -> Vec<Json> {
    open.iter().map(|r| json!({ "id": r.id, "driver": r.driver, "ended": r.ended })).collect()
}

fn document(name: &str, rows: Vec<Json>) -> String {
    format!("{:#}\n", json!({ "format_version": FORMAT_VERSION, name: rows }))
}
