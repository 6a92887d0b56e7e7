//! `apply`: takes a plan, opens a run for it, and drives it to its end. `resume` and `rollback` enter here too.

use super::inputs::Inputs;
use super::ledger::{Ledger, settle_ended};
use super::plan::{Planned, backend, fresh_state};
use super::providers::Starter;
use super::runs;
use super::{Failure, Place, secrets};
use crate::backend::{Base, Local};
use crate::engine::drive::{self, DriveError, Happened, Performer};
use crate::engine::fleet::Fleet;
use crate::engine::inbox::Inbox;
use crate::engine::lease::{self, Holdings, Lease};
use crate::engine::observe;
use crate::engine::perform::{Hands, Tools};
use crate::engine::secrets::Secrets;
use crate::journal::{Identity, Writer};
use crate::model::Moment;
use crate::plan::noun::{Block, Observed, Verdict};
use crate::plan::{Plan, stale, stored};
use crate::provider::Watch;
use crate::run::event::{ActionRef, Event, Request};
use crate::run::{Begin, Outcome, Run, outcome};
use crate::state::State;
use crate::world::{clock, disk, machine, random, signal};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Told of everything that happens while a run is driven.
pub trait Audience {
    /// The run has an id. `before`: what its journal tells already, when it is taken up again.
    fn begins(&mut self, run: &str, plan: &Plan, before: &[Event]);
    /// Something happened, and is durable.
    fn event(&mut self, plan: &Plan, run: &Run, event: &Event);
    /// Something that a person should know.
    fn notice(&mut self, text: &str);
}

/// Everything that driving a run takes.
pub struct Ready {
    plan: Plan,
    place: Place,
    fleet: Fleet,
    starter: Starter,
    secrets: Secrets,
    local: Local,
    /// What a person should know before it goes on.
    pub notices: Vec<String>,
    entry: Entry,
}

/// How the loop is entered.
enum Entry {
    /// A new run; readings for the staleness rule are made when the plan was saved before.
    New {
        /// Whether the plan was saved, so that it may be stale.
        saved: bool,
    },
    /// An open one, as its journal tells it, with what is asked of it.
    Open { told: Box<runs::Told>, request: Option<Request> },
}

/// How a run ended.
pub struct Ended {
    /// Its id; empty when there was nothing to do.
    pub id: String,
    /// Its plan.
    pub plan: Plan,
    /// The run; `None` when there was nothing to do.
    pub run: Option<Run>,
    /// How it stands.
    pub outcome: Option<Outcome>,
    /// How long it was driven.
    pub took: Duration,
    /// Whether something of the plan was blocked or held before it began.
    pub gated: bool,
}

impl Entry {
    /// What the journal tells already.
    fn events(&self) -> Vec<Event> {
        match self {
            Entry::New { .. } => Vec::new(),
            Entry::Open { told, .. } => told.journal.events.clone(),
        }
    }
}

impl Ready {
    /// The plan that will be carried out.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}

/// A plan that was just made.
pub fn planned(planned: Planned, lock: Duration) -> Ready {
    let Planned { plan, place, fleet, starter, secrets, .. } = planned;
    let local = Local::new(&place.state).with_patience(lock);
    Ready {
        plan,
        place,
        fleet,
        starter,
        secrets,
        local,
        notices: Vec::new(),
        entry: Entry::New { saved: false },
    }
}

/// A saved plan; `watch` is told of what its providers say.
///
/// # Errors
/// A plan that cannot be read, a provider that is not the pinned one, a secret that is missing.
pub fn saved(path: &Path, inputs: &Inputs, lock: Duration, watch: Arc<dyn Watch>) -> Result<Ready, Failure> {
    let plan = super::plan::read_saved(path)?;
    let place = Place::known();
    settle_ended(&place, &Local::new(&place.state).with_patience(lock))?;
    pinned(plan, place, inputs, lock, Entry::New { saved: true }, watch)
}

/// An open run, to be finished, taken back or abandoned.
///
/// # Errors
/// As [`saved`].
pub(super) fn open(
    told: runs::Told,
    request: Option<Request>,
    place: Place,
    inputs: &Inputs,
    lock: Duration,
    watch: Arc<dyn Watch>,
) -> Result<Ready, Failure> {
    let plan = told.plan.clone();
    let notices = told.journal.notices.clone();
    let ready = pinned(plan, place, inputs, lock, Entry::Open { told: Box::new(told), request }, watch)?;
    Ok(Ready { notices, ..ready })
}

fn pinned(
    plan: Plan,
    place: Place,
    inputs: &Inputs,
    lock: Duration,
    entry: Entry,
    watch: Arc<dyn Watch>,
) -> Result<Ready, Failure> {
    let secrets = secrets::again(&plan, inputs)?;
    let starter = Starter::new(&place, watch);
    let needed: BTreeSet<usize> = stale::rests_on(&plan)
        .into_iter()
        .filter(|i| !matches!(plan.entries[*i].verdict, Verdict::Forget))
        .filter(|i| {
            plan.entries[*i].desired.is_some() || matches!(plan.entries[*i].verdict, Verdict::Change(_))
        })
        .map(|i| plan.entries[i].provider)
        .collect();
    let fleet = starter.pinned_fleet(&plan.providers, &needed, &secrets)?;
    let local = Local::new(&place.state).with_patience(lock);
    Ok(Ready { plan, place, fleet, starter, secrets, local, notices: Vec::new(), entry })
}

/// Carries out what is ready.
///
/// # Errors
/// Refused before any effect: stale, leased, locked. A journal that cannot be written in the middle: the run stays
/// resumable.
pub fn apply(ready: Ready, audience: &mut dyn Audience) -> Result<Ended, Failure> {
    let Ready { plan, place, fleet, starter, secrets, local, entry, .. } = ready;
    let gated = plan.entries.iter().any(|e| matches!(e.verdict, Verdict::Blocked(_) | Verdict::Held { .. }));
    if let Entry::New { saved } = entry {
        refuse_leased(&plan)?;
        if !saved && !worth_a_run(&plan, local.read().map_err(backend)?.as_ref()) {
            let took = Duration::ZERO;
            return Ok(Ended { id: String::new(), plan, run: None, outcome: None, took, gated });
        }
    }
    place.prepare()?;
    let began = clock::steady();
    let before = entry.events();
    let mut opened = open_run(&plan, &place, &local, &fleet, &secrets, entry)?;
    audience.begins(opened.run.id(), &plan, &before);
    let tools = Tools {
        plan: plan.clone(),
        fleet,
        targets: Arc::clone(&starter.targets),
        secrets,
        run: opened.run.id().into(),
        cancelled: AtomicBool::new(false),
    };
    let hands = Hands::new(Arc::new(tools));
    let run = opened.drive(&plan, &local, &hands, audience)?;
    let outcome = outcome(&run);
    opened.close(&plan, &run, &local, &place, &hands, audience)?;
    Ok(Ended {
        id: run.id().into(),
        plan,
        run: Some(run),
        outcome: Some(outcome),
        took: began.elapsed(),
        gated,
    })
}

/// Whether there is anything to do or to record.
fn worth_a_run(plan: &Plan, state: Option<&State>) -> bool {
    let recorded = state.map(|s| &s.outputs);
    let outputs = plan.outputs.iter().any(|(name, value, sensitive)| {
        recorded.and_then(|r| r.get(name)).is_none_or(|o| o.value != *value || o.sensitive != *sensitive)
    }) || recorded.is_some_and(|r| r.len() != plan.outputs.len());
    super::plan::has_work(plan) || outputs
}

/// A plan whose components another run holds does nothing: say so before anything is asked.
///
/// # Errors
/// Names the run and what to do.
pub fn refuse_leased(plan: &Plan) -> Result<(), Failure> {
    let held = plan.entries.iter().find_map(|e| match &e.verdict {
        Verdict::Blocked(Block::Leased { run }) => Some((&e.address, run)),
        _ => None,
    });
    match held {
        None => Ok(()),
        Some((address, run)) => Err(Failure::locked(format!(
            "run {run}, which has not ended, holds {address} or its target"
        ))
        .hint(format!(
            "finish it with `patchform resume {run}`, take it back with `patchform rollback {run}`, or leave \
                           everything as it stands with `patchform run abandon {run}`"
        ))
        .hint(format!("`patchform run show {run}` tells how it stands"))),
    }
}

/// A run that this process drives.
struct Opened {
    run: Run,
    writer: Writer,
    lease: Lease,
    folder: PathBuf,
    ledger: Ledger,
}

/// Takes the lease, writes plan and journal, and takes the run: all under the state lock.
fn open_run(
    plan: &Plan,
    place: &Place,
    local: &Local,
    fleet: &Fleet,
    secrets: &Secrets,
    entry: Entry,
) -> Result<Opened, Failure> {
    let lock = local.lock("apply").map_err(backend)?;
    let found = local.read().map_err(backend)?;
    let base = Base::of(found.as_ref());
    let state = match found {
        Some(state) => state,
        None => State { lineage: plan.lineage.clone(), ..fresh_state()? },
    };
    if state.lineage != plan.lineage {
        return Err(stale_plan(&[stale::Stale::Lineage {
            planned: plan.lineage.clone(),
            found: state.lineage,
        }]));
    }
    let now = clock::now();
    let (id, above, told, request) = match entry {
        Entry::New { saved } => {
            if saved {
                refuse_stale(plan, &state, fleet, secrets)?;
            }
            (new_id(now)?, 0, None, None)
        }
        Entry::Open { told, request } => (told.run.id().to_string(), told.run.token(), Some(told), request),
    };
    let lease = lease::acquire(&place.runs, &id, &holdings(plan), above, now).map_err(runs::leased)?;
    let folder = place.runs.join(&id);
    let controller = machine::this();
    let me = format!("{}@{} (process {})", controller.user, controller.host, controller.pid);
    let begun = match told {
        Some(told) => {
            // Somebody may have driven it on since it was read.
            let told = if told.journal.head == runs::tell(&place.runs, &id)?.journal.head {
                *told
            } else {
                runs::tell(&place.runs, &id)?
            };
            let writer =
                Writer::resume(&folder.join(runs::JOURNAL), &told.journal, env!("CARGO_PKG_VERSION"));
            let started = told.started();
            take(told.run, writer, &me, &lease, request).map(|(run, writer)| (run, writer, started))
        }
        None => begin(plan, &state, &folder, &id)
            .and_then(|writer| take(Run::start(plan, &id), writer, &me, &lease, None))
            .map(|(run, writer)| (run, writer, now)),
    };
    let (run, writer, started) = match begun {
        Ok(begun) => begun,
        Err(failure) => {
            // Nothing was begun: a run that could not even be written down holds nothing.
            if !folder.join(runs::JOURNAL).join("000001.jsonl").exists() {
                let _ = lease.release();
            }
            return Err(failure);
        }
    };
    runs::mark_begun(&folder)?;
    drop(lock);
    let ledger = Ledger { started, state, base, saved_at: clock::steady() };
    Ok(Opened { run, writer, lease, folder, ledger })
}

fn begin(plan: &Plan, state: &State, folder: &Path, id: &str) -> Result<Writer, Failure> {
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
    Writer::create(&folder.join(runs::JOURNAL), identity).map_err(Failure::error)
}

fn take(
    mut run: Run,
    mut writer: Writer,
    me: &str,
    lease: &Lease,
    request: Option<Request>,
) -> Result<(Run, Writer), Failure> {
    drive::take(&mut run, &mut writer, me, lease.token(), request).map_err(Failure::error)?;
    Ok((run, writer))
}

/// `20261122-024000-123-3f9a`: sorts by time, also within a second, and names no two runs alike.
fn new_id(now: Moment) -> Result<String, Failure> {
    let digits: String = now.to_string().chars().filter(char::is_ascii_digit).take(17).collect();
    let tail = random::hex(2).map_err(|e| Failure::error(format!("no randomness for the run's id: {e}")))?;
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    Ok(format!("{}-{}-{}-{tail}", part(0, 8), part(8, 14), part(14, 17)))
}

fn holdings(plan: &Plan) -> Holdings {
    let mut holds = Holdings::default();
    for (_, entry, _) in plan.changes() {
        holds.components.insert(entry.address.to_string());
        holds.targets.extend(entry.observed.identity().map(|i| i.target.clone()));
    }
    holds
}

fn refuse_stale(plan: &Plan, state: &State, fleet: &Fleet, secrets: &Secrets) -> Result<(), Failure> {
    let which: Vec<usize> =
        stale::rests_on(plan).into_iter().filter(|i| plan.entries[*i].desired.is_some()).collect();
    let read =
        observe::observe(fleet, &plan.providers, &plan.entries, &which, secrets).map_err(Failure::error)?;
    let readings: BTreeMap<usize, Observed> = which.iter().map(|i| (*i, read[*i].clone())).collect();
    let stale = stale::stale(plan, state, &readings);
    if stale.is_empty() { Ok(()) } else { Err(stale_plan(&stale)) }
}

fn stale_plan(stale: &[stale::Stale]) -> Failure {
    let mut lines: Vec<String> = stale.iter().take(10).map(|s| format!("  {s}")).collect();
    if stale.len() > 10 {
        lines.push(format!("  and {} more", stale.len() - 10));
    }
    Failure::locked(format!("this plan is stale; nothing was changed\n{}", lines.join("\n")))
        .hint("make a new plan with `patchform plan --out FILE`, review it, and apply that one")
}

impl Opened {
    fn drive(
        &mut self,
        plan: &Plan,
        local: &Local,
        hands: &Hands,
        audience: &mut dyn Audience,
    ) -> Result<Run, Failure> {
        let (reply, happened) = mpsc::channel();
        route_signals(&reply);
        let mut inbox = Inbox::open(&self.folder).map_err(|e| {
            Failure::error(format!("cannot make the run's inbox in {}: {e}", self.folder.display()))
        })?;
        let Opened { run, writer, ledger, .. } = self;
        ledger.checkpoint(plan, run, local, audience);
        let mut watch = |plan: &Plan, run: &Run, event: &Event| {
            audience.event(plan, run, event);
            if ledger.is_due() && !run.is_finished() {
                ledger.checkpoint(plan, run, local, audience);
            }
        };
        let channel = (&reply, &happened);
        let mut performer = Performing { hands };
        let driven =
            drive::drive(plan, run.clone(), writer, &mut performer, Some(&mut inbox), channel, &mut watch);
        for notice in inbox.notices() {
            audience.notice(&notice);
        }
        driven.map_err(|error| stopped(error, self.run.id()))
    }

    /// After the loop: the state is written, snapshots that may go are dropped, and the lease ends with the run.
    fn close(
        mut self,
        plan: &Plan,
        run: &Run,
        local: &Local,
        place: &Place,
        hands: &Hands,
        audience: &mut dyn Audience,
    ) -> Result<(), Failure> {
        let head = self.writer.head().clone();
        self.ledger.fold(plan, run, local, &head, Vec::new())?;
        if !run.is_finished() {
            return Ok(());
        }
        let open: BTreeSet<String> =
            runs::open(&place.runs)?.into_iter().map(|r| r.id).filter(|id| id != run.id()).collect();
        let dropped =
            super::snapshot::drop_old(&self.ledger.state, plan, &open, hands, self.lease.token(), audience);
        if !dropped.is_empty() {
            self.ledger.fold(plan, run, local, &head, dropped)?;
        }
        keep_outputs(place, run.id());
        self.lease.release().map_err(runs::leased)
    }
}

/// Moves what the run's detached commands printed into its folder: nobody can ask for them again by their ids, and what
/// a run learned is kept with it. What cannot be moved stays where it is.
fn keep_outputs(place: &Place, id: &str) {
    let Ok(entries) = std::fs::read_dir(&place.actions) else { return };
    let outputs = place.runs.join(id).join("outputs");
    let prefix = format!("{id}.");
    for entry in entries.flatten().filter(|e| e.file_name().to_string_lossy().starts_with(&prefix)) {
        let _ = disk::make_folder(&outputs)
            .and_then(|()| std::fs::rename(entry.path(), outputs.join(entry.file_name())));
    }
}

/// A run that its controller cannot drive on.
fn stopped(error: DriveError, id: &str) -> Failure {
    let broken = matches!(error, DriveError::Journal(_));
    let failure = Failure::stopped(error);
    if broken {
        failure
            .hint(format!("make room or mend the disk, then `patchform resume {id}` finishes the run"))
            .hint(format!("or `patchform rollback {id}` takes it back"))
    } else {
        failure.hint(format!("`patchform run show {id}` tells how it stands"))
    }
}

/// The loop's hands, with answers sent back into its channel.
struct Performing<'a> {
    hands: &'a Hands,
}

impl Performer for Performing<'_> {
    fn begin(&mut self, begin: Begin, reply: Sender<Happened>) {
        let (action, attempt) = (begin.action, begin.attempt);
        self.hands.begin(&begin, move |answer| {
            let _ = reply.send(Happened::Answered { action, attempt, answer });
        });
    }

    fn probe(&mut self, begin: Begin, reply: Sender<Happened>) {
        let (action, attempt) = (begin.action, begin.attempt);
        self.hands.probe(&begin, move |found| {
            let _ = reply.send(Happened::Probed { action, attempt, found });
        });
    }

    fn read_back(&mut self, component: usize, reply: Sender<Happened>) {
        self.hands.read_back(component, move |digest| {
            let _ = reply.send(Happened::ReadBack { component, digest });
        });
    }

    fn cancel(&mut self, action: ActionRef, attempt: u32) {
        self.hands.cancel(action, attempt);
    }

    fn cancel_all(&mut self) {
        self.hands.cancel_all();
    }
}

/// Signals go to the loop that runs now.
fn route_signals(reply: &Sender<Happened>) {
    static LOOP: Mutex<Option<Sender<Happened>>> = Mutex::new(None);
    let before = LOOP.lock().unwrap_or_else(PoisonError::into_inner).replace(reply.clone());
    if before.is_none() {
        // Without handlers a signal ends the process, which the journal survives.
        let _ = signal::watch(|_| {
            if let Some(reply) = &*LOOP.lock().unwrap_or_else(PoisonError::into_inner) {
                let _ = reply.send(Happened::Stop);
            }
        });
    }
}
