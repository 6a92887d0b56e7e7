//! The folder of runs: which there are, which are open, and what each one's plan and journal say.

use super::failure::Kind;
use super::{Failure, Place};
pub use crate::engine::marks::{BEGUN, JOURNAL, PLAN, had_begun};

use crate::engine::lease::{self, LeaseError, OpenRun};
use crate::engine::marks;
use crate::journal::{self, Expected, Journal, ReadError};
use crate::model::{Address, Moment, Selection};
use crate::plan::noun::Idle;
use crate::plan::{Leases, Plan, stored, superseded};
use crate::run::event::What;
use crate::run::{Ending, Run, outcome};
use crate::state::State;
use crate::world::disk;
use std::path::{Path, PathBuf};

/// The largest plan that is read, in bytes.
pub(super) const MAX_PLAN: u64 = 2 << 30;

/// The folder of what the run's commands printed, in a run's folder, once it has ended.
pub const OUTPUTS: &str = "outputs";

/// What runs that have not ended hold.
///
/// # Errors
/// A lease that cannot be read.
pub fn leases(runs: &Path) -> Result<Leases, Failure> {
    let mut leases = Leases::default();
    for run in open(runs)? {
        leases.drivers.extend(run.alive.then(|| (run.id.clone(), run.driver())));
        if run.unknown {
            leases.unknown = Some(run.id.clone());
        }
        if !run.alive {
            let known = (!run.unknown).then(|| idle(runs, &run.id));
            leases.idle.insert(run.id.clone(), known.unwrap_or(Idle::Unknown));
        }
        for component in run.holds.components.iter().chain(&run.holds.rests_on) {
            if let Ok(address) = component.parse() {
                leases.components.insert(address, run.id.clone());
            }
        }
        for (target, ground) in &run.holds.targets {
            if ground.alone {
                leases.targets.insert(target.clone(), run.id.clone());
            }
            let claims = ground.claims.iter().map(|claim| ((target.clone(), claim.clone()), run.id.clone()));
            leases.claims.extend(claims);
        }
    }
    Ok(leases)
}

/// How a run stands that nobody drives.
pub fn idle(runs: &Path, id: &str) -> Idle {
    match tell(runs, id) {
        Ok(told) if outcome(&told.run).ending == Ending::Stuck => Idle::Stuck,
        // A newer program reads it.
        Err(why) if why.kind != Kind::Locked && !never_begun(runs, id) => Idle::Unreadable,
        _ => Idle::Resumable,
    }
}

/// The runs that have not ended.
///
/// # Errors
/// A lease that cannot be read.
pub fn open(runs: &Path) -> Result<Vec<OpenRun>, Failure> {
    lease::open_runs(runs).map_err(leased)
}

/// What went wrong with a lease.
pub fn leased(error: LeaseError) -> Failure {
    match error {
        LeaseError::Driven { .. } | LeaseError::Held { .. } | LeaseError::Newer { .. } => {
            Failure::locked(error)
        }
        LeaseError::Io { ref path, ref source, .. } if disk::other_owner(path).is_some() => {
            Failure::error(&error).at(path, source)
        }
        LeaseError::Io { doing: "read", ref path, .. } => {
            let aside = format!("move {} aside if it cannot be made readable", path.display());
            Failure::error(error).hint(format!("{aside}: a run without its lease holds what its plan says"))
        }
        _ => Failure::error(error),
    }
}

/// As [`leased`]; what another run holds that nobody drives is told with how that is ended.
pub fn held(error: LeaseError, runs: &Path) -> Failure {
    match &error {
        LeaseError::Held { run, .. } if !run.alive && !run.unknown => {
            let id = run.id.clone();
            unended(leased(error), runs, &id)
        }
        _ => leased(error),
    }
}

/// It ended while this was being asked of it.
pub fn ended_meanwhile(id: &str) -> Failure {
    Failure::error(format!("run {id} has ended meanwhile"))
        .hint(format!("`patchform run show {id}` tells how it ended"))
}

/// Which open run is meant: the named one, or the only one.
///
/// # Errors
/// None is open, several are, or the named one is not.
pub fn choose(runs: &Path, named: Option<&str>) -> Result<OpenRun, Failure> {
    let mut open = open(runs)?;
    match named {
        Some(id) => match open.iter().position(|r| r.id == id) {
            Some(at) => Ok(open.remove(at)),
            None => Err(not_that_one(runs, id, &open)),
        },
        None if open.len() == 1 => Ok(open.remove(0)),
        None if open.is_empty() => Err(Failure::error("there is no open run")
            .hint(Place::unprepared().unwrap_or("`patchform run list` shows all runs and how they stand"))),
        None => Err(Failure::error(format!("several runs are open; name one of\n{}", listed(&open, "\n")))),
    }
}

/// The run that is named is not among those that are `open`.
fn not_that_one(runs: &Path, id: &str, open: &[OpenRun]) -> Failure {
    let failure = match folder(runs, id).is_ok_and(|folder| folder.is_dir()) {
        true => Failure::error(format!("there is no open run {id}: it has ended")).hint(format!(
            "`patchform run show {id}` tells how it ended, `patchform run list` shows all runs"
        )),
        false => Failure::error(format!("there is no open run {id}"))
            .hint("`patchform run list` shows all runs and how they stand"),
    };
    match open {
        [] => failure,
        open => failure.hint(format!("open is {}", listed(open, ", "))),
    }
}

fn listed(open: &[OpenRun], between: &str) -> String {
    let told: Vec<String> = open.iter().map(|run| format!("{} {}", run.id, holds(run))).collect();
    told.join(between)
}

/// `(command.a, command.b and 3 more)`
fn holds(run: &OpenRun) -> String {
    let all: Vec<String> = run.holds.components.iter().take(3).map(ToString::to_string).collect();
    let more = match run.holds.components.len() - all.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match all.is_empty() {
        true => String::new(),
        false => format!("({}{more})", all.join(", ")),
    }
}

/// A run as its folder tells it.
pub struct Told {
    /// Its plan.
    pub plan: Plan,
    /// The plan's digest.
    pub plan_digest: String,
    /// Its journal.
    pub journal: Journal,
    /// The fold of both.
    pub run: Run,
}

impl Told {
    /// When it began: the time of its first event.
    pub fn started(&self) -> Moment {
        self.journal.events.first().map_or(self.plan.made, |e| e.at)
    }
}

impl Told {
    /// Why it is not taken, where a later run recorded what it had held: its folder was away then. So it is where the state knows that
    /// it has ended: its folder is an older copy then.
    pub fn is_old(&self, state: Option<&State>) -> Option<String> {
        let id = self.run.id();
        let newer = superseded(&self.plan, id, self.started(), state?);
        if let Some((component, run)) = newer.first_key_value() {
            return Some(format!(
                "run {id} is old: run {run} changed {component} since it began. Its folder was not there then, and what it would do or \
                 take back is over"
            ));
        }
        (!self.run.is_finished() && state?.run(id).is_some()).then(|| {
            format!(
                "run {id} is old: the state knows that it has ended. Its folder is an older copy, which does not tell that"
            )
        })
    }

    /// As [`Told::is_old`], with its folder of now.
    ///
    /// # Errors
    /// Somebody ended it since its folder was read.
    pub fn is_old_now(&self, runs: &Path, state: Option<&State>) -> Result<Option<String>, Failure> {
        let id = self.run.id();
        match self.is_old(state) {
            Some(_) if tell(runs, id).is_ok_and(|now| now.run.is_finished()) => Err(ended_meanwhile(id)),
            old => Ok(old),
        }
    }
}

/// Folder of a run. Ids become paths, so that only what an id can be is taken.
///
/// # Errors
/// A name that no run can have.
pub fn folder(runs: &Path, id: &str) -> Result<PathBuf, Failure> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if id.is_empty() || !id.bytes().all(allowed) {
        return Err(
            Failure::error(format!("{id:?} is no id of a run")).hint("`patchform run list` shows all runs")
        );
    }
    Ok(runs.join(id))
}

/// Reads a run's plan and journal and folds them.
///
/// # Errors
/// There is no such run, or a file is damaged or newer.
pub fn tell(runs: &Path, id: &str) -> Result<Told, Failure> {
    let folder = folder(runs, id)?;
    // Asked first: what it writes down when it begins may be there a moment later.
    let had_begun = had_begun(&folder);
    read(&folder, id).map_err(|failure| match driven(runs, id) {
        Some(driver) if !had_begun => begins(&driver),
        _ => failure,
    })
}

fn read(folder: &Path, id: &str) -> Result<Told, Failure> {
    let path = folder.join(PLAN);
    let bytes = disk::read(&path, MAX_PLAN).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound if !folder.is_dir() => {
            Failure::error(format!("there is no run {id}")).hint("`patchform run list` shows all runs")
        }
        std::io::ErrorKind::NotFound => put_back(
            Failure::error(format!("the plan of run {id}, {}, is not there any more", path.display())),
            folder,
            id,
        ),
        _ => Failure::unreadable(&path, &e),
    })?;
    let plan = stored::read(&bytes).map_err(|e| match e {
        stored::PlanError::Newer { .. } => Failure::locked(format!("{}: {e}", path.display())),
        _ => put_back(Failure::error(format!("{}: {e}", path.display())), folder, id),
    })?;
    let plan_digest = stored::digest(&bytes).unwrap_or_default();
    let expected = Expected { run: Some(id.into()), lineage: Some(plan.lineage.clone()) };
    let journal = journal::read(&folder.join(JOURNAL), &expected).map_err(|e| unreadable(e, folder, id))?;
    if journal.header.plan != plan_digest {
        return Err(Failure::error(format!(
            "the journal of run {id} belongs to another plan than {}: it names {}, the plan has {plan_digest}",
            path.display(),
            journal.header.plan
        ))
        .hint("put the plan back that the run was begun with"));
    }
    let mut run = Run::start(&plan, id);
    for event in &journal.events {
        run.apply(event)
            .map_err(|e| Failure::error(format!("the journal of run {id} cannot be followed: {e}")))?;
    }
    Ok(Told { plan, plan_digest, journal, run })
}

fn unreadable(error: ReadError, folder: &Path, id: &str) -> Failure {
    let failure = match error {
        ReadError::Newer { .. } => return Failure::locked(error),
        ReadError::Empty { .. } if had_begun(folder) => Failure::error(format!(
            "the journal in {} is empty, and run {id} had begun: its files were lost or emptied",
            folder.join(JOURNAL).display()
        )),
        other => Failure::error(other),
    };
    put_back(failure, folder, id)
}

/// The run, where a process drives it.
fn driven(runs: &Path, id: &str) -> Option<OpenRun> {
    open(runs).unwrap_or_default().into_iter().find(|run| run.id == id && run.alive)
}

/// What a driven run does not tell since it has just begun.
fn begins(run: &OpenRun) -> Failure {
    Failure::error(format!(
        "run {} begins at this moment: it has not written down yet what it is to do",
        run.id
    ))
    .hint("ask again in a moment")
    .hint(format!("where that stays so, its files were lost: {}", goes_on(run)))
}

/// How a driven run ends of which something is lost or damaged.
fn goes_on(run: &OpenRun) -> String {
    format!(
        "{driver} drives it all the same, and needs nothing of that to go on: wait for its end. To end it before, send that \
         process one SIGTERM (`kill {pid}`, on its host): it lets what is under way end, and stops; then `patchform run abandon \
         {id}` lets go of it",
        driver = run.driver(),
        pid = run.controller.pid,
        id = run.id,
    )
}

/// What to do about a run of which something is lost or damaged.
fn put_back(failure: Failure, folder: &Path, id: &str) -> Failure {
    let runs = folder.parent().unwrap_or(folder);
    let open = open(runs).unwrap_or_default().into_iter().find(|run| run.id == id);
    failure.hint(match open {
        Some(run) if run.alive => goes_on(&run),
        Some(OpenRun { unknown: true, .. }) => format!(
            "put the files back from a backup; or `patchform run abandon {id}` lets go of it. Its lease cannot be read either, \
             so that nothing is known of what it held: no plan does what it may have left undone"
        ),
        Some(_) => format!(
            "put the files back from a backup; or `patchform run abandon {id}` lets go of what the run holds, and takes \
             what it may have left undone as still to be done"
        ),
        None => "put the files back from a backup; the run has ended, and holds nothing. `patchform plan` shows how its \
                 components stand"
            .to_string(),
    })
}

/// The named run, or the one that began last.
///
/// # Errors
/// There was no run yet, or the folder cannot be read.
pub fn named(runs: &Path, id: Option<&str>) -> Result<String, Failure> {
    match id {
        Some(id) => Ok(id.to_string()),
        None => latest(runs)?.ok_or_else(|| Failure::error("there was no run yet")),
    }
}

/// Ids of all runs that have a folder, sorted; ids begin with their time, so that this is their order.
///
/// # Errors
/// A folder that cannot be read.
pub fn all(runs: &Path) -> Result<Vec<String>, Failure> {
    let folders = folders(runs)?.into_iter().filter(|(_, path)| path.join(PLAN).exists());
    let mut ids: Vec<String> = folders.map(|(id, _)| id).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// Ids of runs that had begun and whose plan is not there.
///
/// # Errors
/// A folder that cannot be read.
pub fn without_plan(runs: &Path) -> Result<Vec<String>, Failure> {
    let lacks = |path: &Path| had_begun(path) && !path.join(PLAN).exists();
    Ok(folders(runs)?.into_iter().filter(|(_, path)| lacks(path)).map(|(id, _)| id).collect())
}

/// Everything in the folder of runs, by name.
fn folders(runs: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    let entries = match std::fs::read_dir(runs) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Failure::unreadable(runs, &e)),
    };
    let named = entries.flatten().map(|e| (e.file_name().into_string(), e.path()));
    Ok(named.filter_map(|(name, path)| Some((name.ok()?, path))).collect())
}

/// The run that began last; `None` when there was none.
///
/// # Errors
/// A folder that cannot be read.
pub fn latest(runs: &Path) -> Result<Option<String>, Failure> {
    let begun = folders(runs)?.into_iter().filter_map(|(id, path)| Some((first_token(&path)?, id)));
    // Ids tell the time by clocks that may have been set; a token only rises.
    Ok(begun.max().map(|(_, id)| id))
}

/// The fencing token that a run began with, 0 where only that it began is known; `None` for one that was killed before, and has
/// nothing to tell. One whose plan is lost has begun all the same: whoever asks for it hears that.
fn first_token(folder: &Path) -> Option<u64> {
    let by_journal = || {
        let journal = journal::read(&folder.join(JOURNAL), &Expected::default()).ok()?;
        journal.events.first().map(|first| match first.what {
            What::Taken { token, .. } => token,
            _ => 0,
        })
    };
    marks::first_token(folder).or_else(by_journal).or_else(|| had_begun(folder).then_some(0))
}

/// Refuses to edit the state by hand while a run is driven: its checkpoints would overwrite the edit.
///
/// # Errors
/// Names the run and its controller.
pub fn refuse_while_driven(runs: &Path, doing: &str) -> Result<(), Failure> {
    match open(runs)?.iter().find(|r| r.alive) {
        None => Ok(()),
        Some(run) => Err(Failure::locked(format!(
            "`{doing}` must wait: run {} is driven by {} since {}",
            run.id,
            run.driver(),
            run.since
        ))),
    }
}

/// Refuses to edit what the state says of components that a run holds which has not ended.
///
/// # Errors
/// Names the run and one of the components.
pub fn refuse_held(runs: &Path, doing: &str, touched: &[Selection]) -> Result<(), Failure> {
    let covered =
        |held: &String| held.parse().is_ok_and(|held: Address| touched.iter().any(|a| a.covers(&held)));
    for run in open(runs)? {
        let what = match run.holds.components.iter().find(|held| covered(held)) {
            Some(held) => format!("holds {held}"),
            None if run.unknown => "may hold it, which cannot be read any more".into(),
            None => continue,
        };
        let refused =
            Failure::locked(format!("`{doing}` must wait: run {}, which has not ended, {what}", run.id));
        return Err(unended(refused, runs, &run.id));
    }
    Ok(())
}

/// How an open run is ended, as it stands now.
pub fn unended(failure: Failure, runs: &Path, id: &str) -> Failure {
    ending(failure, id, idle(runs, id))
}

/// How an open run that nobody drives is ended, as what to do next.
pub fn ending(failure: Failure, id: &str, idle: Idle) -> Failure {
    failure.hint(match idle {
        Idle::Resumable => format!(
            "finish it with `patchform resume {id}`, take it back with `patchform rollback {id}`, or leave everything as it \
             stands with `patchform run abandon {id}`"
        ),
        Idle::Stuck => format!(
            "it is stuck: repair what `patchform run show {id}` names; then `patchform rollback {id}` takes back all that it \
             changed, or `patchform resume {id}` goes on where it stopped. Or leave everything as it stands with `patchform \
             run abandon {id}`"
        ),
        Idle::Unreadable | Idle::Unknown => format!(
            "it cannot be read any more: put its files back from a backup, or let go of it with `patchform run abandon {id}`"
        ),
    })
}

/// Whether a run was killed before its first line was durable, so that it did nothing.
pub fn never_begun(runs: &Path, id: &str) -> bool {
    let folder = runs.join(id);
    !had_begun(&folder)
        && journal::read(&folder.join(JOURNAL), &Expected::default())
            .map_or(true, |journal| journal.events.is_empty())
}
