//! `run show --verify`: a run's hash chain from its first line to the head that the state recorded, its plan, and
//! whether its events can follow each other.

use super::{Failure, Place, runs, state};
use crate::journal::{self, Expected, Proof, ReadError};
use crate::plan::{Plan, stored};
use crate::report::audit::{Audit, Break, Recorded, Segment};
use crate::run::Run;
use crate::run::event::Event;
use crate::state::{FinishedRun, RunOutcome, State};
use crate::world::disk;
use std::path::Path;

/// The largest plan that is read, in bytes.
const MAX_PLAN: u64 = 2 << 30;

/// Checks a run; the last one when none is named.
///
/// # Errors
/// There is no such run, or a newer program wrote it.
pub fn audit(id: Option<&str>) -> Result<Audit, Failure> {
    let place = Place::known()?;
    let id = runs::named(&place.runs, id)?;
    let folder = runs::folder(&place.runs, &id)?;
    let examined = examine(&folder, &id)?;
    Ok(judge(examined.audit, &state::read(), &folder))
}

/// A run's folder, looked through.
pub(super) struct Examined {
    /// What was found so far.
    pub audit: Audit,
    /// The plan, when it can be read.
    pub plan: Option<Plan>,
    /// Events that are proved.
    pub events: Vec<Event>,
    /// The fold of both, as far as the events can follow each other.
    pub run: Option<Run>,
}

/// Looks through a run's folder, without the state.
///
/// # Errors
/// The folder cannot be read, or a newer program wrote it.
pub(super) fn examine(folder: &Path, id: &str) -> Result<Examined, Failure> {
    if !folder.is_dir() {
        return Err(
            Failure::error(format!("there is no run {id}")).hint("`patchform run list` shows all runs")
        );
    }
    let saved = disk::read(&folder.join(runs::PLAN), MAX_PLAN);
    let saved = saved.map_err(|e| format!("it cannot be read: {e}"));
    let plan = match saved.as_ref().map(|bytes| stored::read(bytes)) {
        Ok(Err(newer @ stored::PlanError::Newer { .. })) => return Err(Failure::locked(newer)),
        Ok(read) => read.map_err(|e| e.to_string()),
        Err(why) => Err(why.clone()),
    };
    let digest = plan.is_ok().then(|| saved.ok().and_then(|bytes| stored::digest(&bytes))).flatten();
    let lineage = plan.as_ref().ok().map(|plan| plan.lineage.clone());
    let expected = Expected { run: Some(id.into()), lineage };
    let journal = folder.join(runs::JOURNAL);
    let mut events = Vec::new();
    let proof = journal::prove(&journal, &expected, &mut |event| events.push(event));
    if let Some(newer @ ReadError::Newer { .. }) = proof.broken {
        return Err(Failure::locked(newer));
    }
    let plan_broken = plan.as_ref().err().map(|why| broken_plan(why.clone()));
    let named = proof.header.as_ref().map(|header| header.plan.clone());
    let other = || other_plan(named.as_deref(), digest.as_deref());
    // A run that was killed before its first line has no journal, and did nothing.
    let broken = proof.broken.as_ref().filter(|_| journal.exists() || runs::had_begun(folder));
    let broken = broken.map(|e| broken_journal(e, folder));
    let broken = broken.or(plan_broken).or_else(other).or_else(|| lost(&proof, folder));
    let mut audit = audit_of(id, &proof, &events, segments(&journal)?);
    audit.plan = digest;
    let (run, misfit) = plan.as_ref().ok().map_or((None, None), |plan| follow(plan, id, &events));
    audit.broken = broken.or(misfit);
    audit.ended = run.as_ref().is_some_and(Run::is_finished);
    let behind = audit.ended.then(|| behind_the_end(&proof, folder)).flatten();
    audit.broken = audit.broken.take().or(behind);
    Ok(Examined { audit, plan: plan.ok(), events, run })
}

fn audit_of(id: &str, proof: &Proof, events: &[Event], segments: Vec<Segment>) -> Audit {
    Audit {
        run: id.into(),
        segments,
        lines: proof.head.lines,
        head: proof.broken.is_none().then(|| proof.head.sum.clone()),
        between: events.first().zip(events.last()).map(|(first, last)| (first.at, last.at)),
        plan: None,
        ended: false,
        record: Recorded::Missing,
        notices: proof.notices.clone(),
        broken: None,
    }
}

fn segments(journal: &Path) -> Result<Vec<Segment>, Failure> {
    if !journal.exists() {
        return Ok(Vec::new());
    }
    let files = journal::files(journal)
        .map_err(|e| Failure::error(format!("cannot read {}: {e}", journal.display())))?;
    let row = |file: journal::SegmentFile| Segment {
        file: format!("{}/{:06}.jsonl", runs::JOURNAL, file.number),
        lines: file.lines,
        bytes: file.bytes,
    };
    Ok(files.into_iter().map(row).collect())
}

/// Folds the events; answers how far that went, and what stopped it.
fn follow(plan: &Plan, id: &str, events: &[Event]) -> (Option<Run>, Option<Break>) {
    let mut run = Run::start(plan, id);
    for (n, event) in events.iter().enumerate() {
        if let Err(damage) = run.apply(event) {
            let why = format!("event {} of the run, at {}, cannot follow: {damage}", n + 1, event.at);
            let means = "The lines form a chain, but no run can have gone this way: they were not written by patchform, \
                         or they tell of another plan.";
            return (Some(run), Some(of_file(runs::JOURNAL, None, why, means)));
        }
    }
    (Some(run), None)
}

/// Holds the journal's end, in the run's `folder`, against what the state recorded of it.
pub(super) fn judge(mut audit: Audit, state: &Result<Option<State>, Failure>, folder: &Path) -> Audit {
    let (record, differs) = match state {
        Err(failure) => (Recorded::Unreadable(failure.message.clone()), None),
        Ok(state) => recorded(&audit, state.as_ref(), folder),
    };
    audit.record = record;
    audit.broken = audit.broken.or(differs);
    audit
}

/// Whether a run that has not `ended` by its journal in `folder` was let go of when only a beginning of that could be read, which
/// is still there.
pub(super) fn was_let_go(run: &FinishedRun, ended: bool, folder: &Path) -> bool {
    let goes_on = || journal::goes_on_from(&folder.join(runs::JOURNAL), run.journal_lines, &run.journal_head);
    run.outcome == RunOutcome::Abandoned && !ended && goes_on()
}

fn recorded(audit: &Audit, state: Option<&State>, folder: &Path) -> (Recorded, Option<Break>) {
    let known = state.and_then(|state| state.runs.iter().find(|run| run.id == audit.run));
    if let Some(known) = known {
        if audit.head.as_ref() == Some(&known.journal_head) && audit.lines == known.journal_lines {
            return (Recorded::Agrees, None);
        }
        if was_let_go(known, audit.ended, folder) {
            return (Recorded::LetGo { lines: known.journal_lines }, None);
        }
        let why = format!(
            "the state recorded {} lines and the head {} at the run's end, but the journal has {} and {}",
            known.journal_lines,
            known.journal_head,
            audit.lines,
            audit.head.as_deref().unwrap_or("none")
        );
        return (Recorded::Differs, Some(of_file(runs::JOURNAL, None, why, SHORTENED)));
    }
    if audit.ended {
        return (Recorded::Missing, None);
    }
    // What a checkpoint was made of is counted in events or, where the run was left, in lines; never more than lines.
    let folded = state.and_then(|s| s.folded.as_ref()).filter(|f| f.run == audit.run).map_or(0, |f| f.line);
    if folded > audit.lines {
        let why = format!("the state was made of {folded} lines of this journal, and it has {}", audit.lines);
        return (Recorded::Differs, Some(of_file(runs::JOURNAL, None, why, SHORTENED)));
    }
    (Recorded::NotYet, None)
}

const SHORTENED: &str = "Lines were taken off the journal's end, or all of it was written anew.";

fn of_file(file: &str, line: Option<u64>, why: impl Into<String>, means: &str) -> Break {
    Break { file: file.into(), line, why: why.into(), means: means.into() }
}

fn broken_plan(why: String) -> Break {
    of_file(
        runs::PLAN,
        None,
        why,
        "What was planned cannot be told any more, and so neither what the run's steps were about.",
    )
}

fn other_plan(named: Option<&str>, digest: Option<&str>) -> Option<Break> {
    let (named, digest) = (named?, digest?);
    let why = || format!("the journal names the plan {named}, and this one is {digest}");
    (named != digest).then(|| {
        of_file(
            runs::PLAN,
            None,
            why(),
            "The plan was exchanged after the run was begun: it is not what was carried out.",
        )
    })
}

/// A journal without a line is no break only where the run had not begun.
fn lost(proof: &Proof, folder: &Path) -> Option<Break> {
    (proof.header.is_none() && runs::had_begun(folder)).then(|| {
        let why = "it holds no complete entry, and the run had begun";
        of_file(runs::JOURNAL, None, why, "Its files were lost or emptied: what the run did cannot be told.")
    })
}

/// Behind the end of a run nothing is written, so that nothing can have been cut off there.
fn behind_the_end(proof: &Proof, folder: &Path) -> Option<Break> {
    let torn = proof.torn.as_ref().filter(|torn| torn.segment >= proof.follows)?;
    let file = torn.path.strip_prefix(folder).unwrap_or(&torn.path).display().to_string();
    let why = "something stands behind the line with which the run ended";
    Some(of_file(
        &file,
        Some(torn.from),
        why,
        "It was put there after the run, by a person or by a fault of the disk.",
    ))
}

/// What a journal's damage means.
fn broken_journal(error: &ReadError, folder: &Path) -> Break {
    let name = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    match error {
        ReadError::Damaged { path, line, why } => of_file(
            &name(path),
            Some(*line),
            why.clone(),
            "This line was changed, taken out or put in after the journal was written, by a person or by a fault of the \
             disk.",
        ),
        ReadError::Missing { path } => of_file(
            &name(path),
            None,
            "the file is missing, and the journal goes on behind it",
            "A whole segment was lost or taken away.",
        ),
        ReadError::Foreign { path, what, found, expected } => of_file(
            &name(path),
            Some(1),
            format!("it belongs to {what} {found}, not to {expected}"),
            "The file of another run, or of another state, was put here.",
        ),
        ReadError::Io { path, source } => {
            of_file(&name(path), None, format!("it cannot be read: {source}"), "Nothing can be said of it.")
        }
        ReadError::Empty { .. } | ReadError::Newer { .. } => {
            of_file(runs::JOURNAL, None, error.to_string(), "")
        }
    }
}
