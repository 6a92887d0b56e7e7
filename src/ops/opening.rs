//! Opens a run: under the state lock its lease, its plan and its journal's first line are written; nothing has an
//! effect before.

use super::ledger::{self, Ledger};
use super::plan::{backend, fresh_state};
use super::snapshot::refuse_more;
use super::{Failure, Place, beginning, left, runs};
use crate::backend::{Base, Local};
use crate::engine::drive::{self, DriveError, Looked};
use crate::engine::fleet::Fleet;
use crate::engine::lease::{self, Holdings, Lease};
use crate::engine::performer::Happened;
use crate::engine::secrets::Secrets;
use crate::engine::{marks, observe, perform};
use crate::journal::{Identity, Seal, WriteError, Writer};
use crate::model::{Moment, Purpose, Selection};
use crate::plan::noun::Observed;
use crate::plan::{Plan, moves, stale, stored};
use crate::run::event::{Event, Request};
use crate::run::{Run, Standing};
use crate::state::{FinishedRun, State};
use crate::world::{clock, disk, failpoint, machine, random};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::Instant;

/// How the loop is entered.
pub(super) enum Entry {
    /// A new run; readings for the staleness rule are made when the plan was saved before.
    New {
        /// Whether the plan was saved, so that it may be stale.
        saved: bool,
    },
    /// An open one, as its journal tells it, with what is asked of it.
    Open { told: Box<runs::Told>, request: Option<Request> },
}

/// A run that this process drives.
pub(super) struct Opened {
    pub run: Run,
    pub writer: Writer,
    pub lease: Lease,
    pub folder: PathBuf,
    pub ledger: Ledger,
    /// What its journal tells, to the moment at which it was taken.
    pub events: Vec<Event>,
    /// What a person should know before it goes on.
    pub notices: Vec<String>,
    /// When it was taken, by both clocks.
    pub taken: (Moment, Instant),
    /// What comes when the loop is over: signals.
    pub heard: Option<Receiver<Happened>>,
}

/// Takes the lease, writes plan and journal, and takes the run: all under the state lock.
pub(super) fn open_run(
    plan: &Plan,
    place: &Place,
    local: &Local,
    (fleet, accepted): (&Fleet, &[String]),
    secrets: &Secrets,
    entry: Entry,
) -> Result<Opened, Failure> {
    if plan.workspace != place.workspace {
        let message =
            format!("the plan was made in the workspace {}; {} is in use", plan.workspace, place.workspace);
        return Err(
            Failure::refused(message).hint(format!("`patchform workspace select {}`", plan.workspace))
        );
    }
    if matches!(entry, Entry::New { saved: true }) {
        // What an open run has changed meanwhile is not what is wrong: that it is open is.
        lease::refuse_held(&runs::open(&place.runs)?, "", &Holdings::of(plan))
            .map_err(|error| runs::held(error, &place.runs))?;
    }
    // Reading may take long: it is done before the lock, which others wait for.
    let known = match &entry {
        Entry::New { .. } => local.read().map_err(backend)?,
        Entry::Open { .. } => None,
    };
    if let Some(state) = &known {
        left::refuse(plan, (state, place), (fleet, secrets))?;
    }
    let readings = readings(plan, fleet, secrets, &entry)?;
    let (looked, mut notices) = looked(plan, fleet, secrets, &entry);
    notices.extend(unread(plan, &looked, &entry));
    notices.extend(refuse_undone(plan, fleet, secrets, &entry)?);
    let lock = local.lock("apply").map_err(backend)?;
    let found = local.read().map_err(backend)?;
    let mut base = Base::of(found.as_ref());
    let mut state = match found {
        Some(state) => state,
        None => State { lineage: plan.lineage.clone(), ..fresh_state()? },
    };
    if state.lineage != plan.lineage {
        return Err(stale_plan(&[stale::Stale::Lineage {
            planned: plan.lineage.clone(),
            found: state.lineage,
        }]));
    }
    if let Entry::Open { told, .. } = &entry
        && let Some(old) = told.is_old_now(&place.runs, Some(&state))?
    {
        return Err(Failure::locked(old).hint(format!(
            "`patchform run abandon {}` lets go of it, and leaves everything as it stands",
            told.run.id()
        )));
    }
    let now = clock::now();
    let (id, above, told, request) = match entry {
        Entry::New { .. } => {
            if known.is_none_or(|known| known.owed != state.owed) {
                // Somebody let go of something meanwhile.
                left::refuse(plan, (&state, place), (fleet, secrets))?;
            }
            refuse_more(plan, place, &state)?;
            let moved = moves::apply(&plan.moves, &mut state);
            refuse_stale(plan, &state, &readings).map_err(|stale| match applied_by(plan, &state, place) {
                Some(run) => stale.hint(format!("run {run} has applied it")),
                None => stale,
            })?;
            if moved {
                // From here on the state knows the new addresses, whatever becomes of the run.
                let touched: Vec<Selection> = plan
                    .moves
                    .iter()
                    .flat_map(|(from, to)| [from.clone().into(), to.clone().into()])
                    .collect();
                runs::refuse_held(&place.runs, "apply", &touched)?;
                local.write(&lock, &base, &state, None).map_err(backend)?;
                base = Base::of(Some(&state));
            }
            (new_id(&place.runs, now)?, 0, None, None)
        }
        Entry::Open { told, request } => (told.run.id().to_string(), told.run.token(), Some(told), request),
    };
    let lease = lease::acquire(&place.runs, &id, &Holdings::of(plan), above.max(state.token), now)
        .map_err(|error| runs::held(error, &place.runs))?;
    let folder = place.runs.join(&id);
    let controller = machine::this();
    let mut me = format!("{}@{} (process {})", controller.user, controller.host, controller.pid);
    if !accepted.is_empty() {
        me += &format!(", accepting {},", accepted.join(" and "));
    }
    let (run, writer, events, started, lacks) = match told {
        Some(_) => {
            // Somebody may have driven it on since it was read: what counts is what it tells under the lease. The seal
            // comes first, so that nobody acts on a line that is not read here.
            still_open(place, &id)?;
            let seal = Seal::set(&folder.join(runs::JOURNAL)).map_err(Failure::error)?;
            let told = still_open(place, &id)?;
            let writer =
                Writer::resume(seal, &told.journal, env!("CARGO_PKG_VERSION")).map_err(Failure::error)?;
            let started = told.started();
            let lacks = ledger::lacks(&state, &told.run, &folder);
            let more = lacks.filter(|line| *line > told.run.events());
            notices.extend(more.map(|line| lacks_its_end(&id, line, told.run.events())));
            // Whatever may fail comes before the request stands in the journal.
            // Where its first controller died before that, its token is the last one, too.
            mark_begun(&folder, told.run.token())?;
            if more.is_some() {
                mark_cut(&folder)?;
            }
            let lets_go = matches!(request, Some(Request::Abandon { .. }));
            notices.extend((told.run.is_paused() && !lets_go).then(|| was_paused(&id)));
            let (run, writer, taken) = take(told.run, writer, &me, &lease, looked, request)?;
            let mut events = told.journal.events;
            events.extend(taken);
            notices.extend((run.is_cut() && lacks.is_none()).then(|| is_contradicted(&id)));
            (run, writer, events, started, lacks)
        }
        None => match begin(plan, &state, &folder, &id, &me, &lease) {
            Ok((run, writer, events)) => (run, writer, events, now, None),
            Err(failure) => return Err(let_go(failure, &id, lease)),
        },
    };
    drop(lock);
    failpoint::pass("run.opened");
    let ledger = Ledger { started, state, base, saved_at: clock::steady(), lacks };
    Ok(Opened {
        run,
        writer,
        lease,
        folder,
        ledger,
        events,
        notices,
        taken: (now, clock::steady()),
        heard: None,
    })
}

/// The run as its folder tells it under the lease. One that has ended meanwhile is not driven on: its lease, which falls
/// with this process, is settled by whoever comes next.
fn still_open(place: &Place, id: &str) -> Result<runs::Told, Failure> {
    let told = runs::tell(&place.runs, id)?;
    if told.run.is_finished() { Err(runs::ended_meanwhile(id)) } else { Ok(told) }
}

/// A new run that could not even be written down has changed nothing, and holds nothing.
fn let_go(failure: Failure, id: &str, lease: Lease) -> Failure {
    match lease.release() {
        Ok(()) => {
            failure.hint("the run did not begin, and nothing was changed; when the cause is gone, try again")
        }
        Err(_) => failure.hint(format!("`patchform run abandon {id}` lets go of what the run holds")),
    }
}

fn begin(
    plan: &Plan,
    state: &State,
    folder: &Path,
    id: &str,
    me: &str,
    lease: &Lease,
) -> Result<(Run, Writer, Vec<Event>), Failure> {
    let bytes = stored::write(plan);
    let path = folder.join(runs::PLAN);
    disk::write_atomic(&path, &bytes)
        .map_err(|e| Failure::error(format!("cannot write {}: {e}", path.display())))?;
    let identity = Identity {
        program: env!("CARGO_PKG_VERSION").into(),
        run: id.into(),
        lineage: state.lineage.clone(),
        plan: stored::digest(&bytes).unwrap_or_default(),
    };
    let writer = Writer::create(&folder.join(runs::JOURNAL), identity).map_err(Failure::error)?;
    let begun = take(Run::start(plan, id), writer, me, lease, Looked::new(), None)?;
    mark_begun(folder, lease.token())?;
    Ok(begun)
}

pub(super) fn mark_begun(folder: &Path, token: u64) -> Result<(), Failure> {
    marks::mark_begun(folder, token)
        .map_err(|e| Failure::error(format!("cannot note in {} that the run began: {e}", folder.display())))
}

fn mark_cut(folder: &Path) -> Result<(), Failure> {
    marks::mark_cut(folder).map_err(|e| {
        Failure::error(format!("cannot note in {} that its journal lacks its end: {e}", folder.display()))
    })
}

fn take(
    mut run: Run,
    mut writer: Writer,
    me: &str,
    lease: &Lease,
    looked: Looked,
    request: Option<Request>,
) -> Result<(Run, Writer, Vec<Event>), Failure> {
    let taken =
        drive::take(&mut run, &mut writer, me, lease.token(), looked, request).map_err(
            |error| match error {
                DriveError::Journal(WriteError::Unclear { .. }) => Failure::stopped(error)
                    .hint(format!("`patchform run show {}` tells whether it took the request", run.id())),
                error => Failure::error(error),
            },
        )?;
    Ok((run, writer, taken))
}

/// A pause is asked of a controller, and ends with it.
fn was_paused(id: &str) -> String {
    format!(
        "run {id} was paused when its controller went away; it goes on now. `patchform run pause {id}` pauses it again"
    )
}

/// `20261122-024000-123-3f9a`: sorts by time, also within a second, and names no run that is there already.
fn new_id(runs: &Path, now: Moment) -> Result<String, Failure> {
    let digits: String = now.to_string().chars().filter(char::is_ascii_digit).take(17).collect();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    loop {
        let tail =
            random::hex(2).map_err(|e| Failure::error(format!("no randomness for the run's id: {e}")))?;
        let id = format!("{}-{}-{}-{tail}", part(0, 8), part(8, 14), part(14, 17));
        if !runs.join(&id).exists() {
            return Ok(id);
        }
    }
}

/// What the plan rests on, as it is now: a saved plan's components are read again, those of a plan that was just made
/// were read for it.
fn readings(
    plan: &Plan,
    fleet: &Fleet,
    secrets: &Secrets,
    entry: &Entry,
) -> Result<BTreeMap<usize, Observed>, Failure> {
    let rests_on = stale::rests_on(plan).into_iter();
    match entry {
        Entry::New { saved: true } => {
            let which: Vec<usize> = rests_on.filter(|i| plan.entries[*i].desired.is_some()).collect();
            let mut read = observe::observe(fleet, &plan.providers, &plan.entries, &which, secrets)
                .map_err(Failure::error)?;
            Ok(which.into_iter().map(|i| (i, std::mem::replace(&mut read[i], Observed::NotRead))).collect())
        }
        Entry::New { saved: false } => Ok(rests_on.map(|i| (i, plan.entries[i].observed.clone())).collect()),
        Entry::Open { .. } => Ok(BTreeMap::new()),
    }
}

/// What is read before an open run goes on or is let go of: what is stuck, since a person may have put it back; and where it
/// does not go on, what its journal does not know as changed: the reading decides whether it stays. With what a person should
/// know of it: the journal keeps no levels.
fn looked(plan: &Plan, fleet: &Fleet, secrets: &Secrets, entry: &Entry) -> (Looked, Vec<String>) {
    let Entry::Open { told, request } = entry else { return Default::default() };
    let run = &told.run;
    let reads = |i: &usize| match request {
        Some(Request::Rollback) => run.awaits_look(*i),
        Some(Request::Abandon { leaving }) => run.awaits_look(*i) && !leaving.contains(i),
        _ => run.may_be_put_back(*i),
    };
    let which: Vec<usize> = (0..plan.entries.len()).filter(reads).collect();
    if which.is_empty() {
        return Default::default();
    }
    match observe::observe(fleet, &plan.providers, &plan.entries, &which, secrets) {
        Ok(read) => {
            let told = which.iter().filter_map(|i| elsewhere(plan, *i, &read[*i])).collect();
            (which.into_iter().map(|i| (i, perform::digest_of(&read[i]))).collect(), told)
        }
        // A provider that is gone is no reason to leave everything else as it stands.
        Err(error) => (which.into_iter().map(|i| (i, Err(error.to_string()))).collect(), Vec::new()),
    }
}

/// That a component stands at a level that is neither the one before the run nor the planned one.
fn elsewhere(plan: &Plan, i: usize, read: &Observed) -> Option<String> {
    let change = plan.change(i)?;
    let level = read.identity().map(|_| read.level())?;
    let differs = level != change.from.as_ref() && level != change.to.as_ref();
    let now = level.map_or_else(|| "is absent".into(), |level| format!("stands at {level}"));
    differs
        .then(|| format!("{} {now} now: neither as before the run nor as planned", plan.entries[i].address))
}

/// Reads what a run that is to go on, or to be taken back, has done already. What somebody has changed there since is told.
///
/// # Errors
/// Work that is left stands on it.
fn refuse_undone(
    plan: &Plan,
    fleet: &Fleet,
    secrets: &Secrets,
    entry: &Entry,
) -> Result<Vec<String>, Failure> {
    let (told, goes_back) = match entry {
        Entry::Open { told, request: None } => (told, false),
        Entry::Open { told, request: Some(Request::Rollback) } => (told, true),
        _ => return Ok(Vec::new()),
    };
    let run = &told.run;
    let done = |i: &usize| run.standing(*i) == Standing::Committed && run.verified(*i).is_some();
    let done: Vec<usize> = (0..plan.entries.len()).filter(done).collect();
    if done.is_empty() || run.is_taking_back() || run.is_abandoned() {
        return Ok(Vec::new());
    }
    // What cannot be read now may be well; whatever is worked on there finds out.
    let Ok(read) = observe::observe(fleet, &plan.providers, &plan.entries, &done, secrets) else {
        return Ok(Vec::new());
    };
    let differs = |i: &usize| {
        perform::digest_of(&read[*i]).is_ok_and(|digest| run.verified(*i) != Some(digest.as_str()))
    };
    let changed: Vec<usize> = done.into_iter().filter(differs).collect();
    let told = |i: &usize| {
        let now = read[*i].level().map_or_else(|| "is absent".into(), |level| format!("reads {level}"));
        let was = plan.entries[*i].desired.as_ref().map_or_else(|| "absent".into(), ToString::to_string);
        format!("{} was changed since this run had verified it at {was}: it {now}", plan.entries[*i].address)
    };
    let under = under_open_work(plan, run);
    if goes_back || !changed.iter().any(|i| under[*i]) {
        let then = if goes_back { "it goes back all the same" } else { "the next plan takes that up" };
        return Ok(changed.iter().map(|i| format!("{}; {then}", told(i))).collect());
    }
    let why: Vec<String> = changed.iter().filter(|i| under[**i]).take(10).map(told).collect();
    let id = run.id();
    Err(Failure::locked(format!("what is left of run {id} stands on what is not there any more\n{}", why.join("\n")))
        .hint(format!("put it back as it was verified, then `patchform resume {id}`"))
        .hint(format!("`patchform rollback {id}` takes back all that the run changed"))
        .hint(format!(
            "`patchform run abandon {id}` leaves everything as it stands; the next plan begins with what is there then"
        )))
}

/// Which entries something stands on, directly or not, that `run` has not settled.
fn under_open_work(plan: &Plan, run: &Run) -> Vec<bool> {
    let mut under = vec![false; plan.entries.len()];
    let is_open = |i: &usize| matches!(run.standing(*i), Standing::Untouched | Standing::Forward);
    let mut work: Vec<usize> = (0..plan.entries.len()).filter(is_open).collect();
    while let Some(i) = work.pop() {
        for on in &plan.entries[i].after {
            if !std::mem::replace(&mut under[*on], true) {
                work.push(*on);
            }
        }
    }
    under
}

/// What was not read is left to what the journal says, and that is told.
fn unread(plan: &Plan, looked: &Looked, entry: &Entry) -> Vec<String> {
    let stuck = |i: usize| matches!(entry, Entry::Open { told, .. } if told.run.may_be_put_back(i));
    let told = |(i, read): (&usize, &Result<String, String>)| {
        let (address, why) = (&plan.entries[*i].address, read.as_ref().err()?);
        Some(match stuck(*i) {
            true => {
                format!("{address} could not be read; nobody knows whether it was put back by hand: {why}")
            }
            false => format!(
                "{address} could not be read; only the journal says that this run did not change it: {why}"
            ),
        })
    };
    looked.iter().filter_map(told).collect()
}

/// What a person hears of a journal that has fewer lines than the state was made of.
fn lacks_its_end(run: &str, line: u64, lines: u64) -> String {
    format!(
        "the journal of run {run} lacks its end: the state was made of {line} lines of it, and it has {lines}. What those did that \
         are missing is known from no line: of what reads as before the run, and is not worked on now, nobody knows whether \
         that is in force, so that its reload and verify are taken as still to be done"
    )
}

/// What a person hears of a journal that a reading contradicts.
fn is_contradicted(run: &str) -> String {
    format!(
        "the journal of run {run} lacks its end, or somebody else was there: a component does not read as before the run, and its \
         journal does not tell that it was changed. Of what reads as before, and is not worked on now, nobody knows whether \
         that is in force, so that its reload and verify are taken as still to be done"
    )
}

/// Refuses a plan when a record or a reading that it rests on is no longer what it was.
fn refuse_stale(plan: &Plan, state: &State, readings: &BTreeMap<usize, Observed>) -> Result<(), Failure> {
    if plan.purpose == Purpose::Apply {
        for (_, entry, change) in plan.changes() {
            if let Some(rejected) =
                change.to.as_ref().and_then(|level| state.rejection(&entry.address, level))
            {
                let (address, level, run) = (&entry.address, &rejected.level, &rejected.run);
                return Err(Failure::refused(format!(
                    "{level} of {address} was given up by run {run} since this plan was made"
                ))
                .hint(format!(
                    "`patchform allow {}` lets it be tried again; then make a new plan",
                    address.quoted()
                )));
            }
        }
    }
    let stale = stale::stale(plan, state, readings);
    if stale.is_empty() { Ok(()) } else { Err(stale_plan(&stale)) }
}

/// The run that has applied this very plan.
fn applied_by<'a>(plan: &Plan, state: &'a State, place: &Place) -> Option<&'a str> {
    let later = state.runs.iter().rev().filter(|run| run.started >= plan.made);
    let is_its =
        |run: &&FinishedRun| beginning::plan(&place.runs, &run.id).is_ok_and(|applied| applied == *plan);
    later.filter(is_its).map(|run| run.id.as_str()).next()
}

/// A plan is refused since it is stale.
pub(super) fn stale_plan(stale: &[stale::Stale]) -> Failure {
    let mut lines: Vec<String> = stale.iter().take(10).map(|s| format!("  {s}")).collect();
    if stale.len() > 10 {
        lines.push(format!("  and {} more", stale.len() - 10));
    }
    Failure::locked(format!("this plan is stale; nothing was changed\n{}", lines.join("\n")))
        .hint("make a new plan with `patchform plan --out FILE`, review it, and apply that one")
}
