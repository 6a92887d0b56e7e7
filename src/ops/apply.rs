//! `apply`: takes a plan, opens a run for it, and drives it to its end. `resume` and `rollback` enter here too.

use super::files::FilesOnDisk;
use super::inputs::{Given, Inputs};
use super::ledger::settle_ended;
use super::opening::{Entry, open_run, stale_plan};
use super::plan::{Planned, backend};
use super::providers::{Lenience, Pinned, Starter};
use super::runs;
use super::{Failure, Place, elsewhere, findings, secrets};
use crate::backend::{Local, local};
use crate::engine::fleet::Fleet;
use crate::engine::lease;
use crate::engine::perform::{Alone, Hands, Tools};
use crate::engine::secrets::Secrets;
use crate::plan::noun::{Block, Idle, Verdict};
use crate::plan::{Plan, stale};
use crate::provider::Watch;
use crate::report::size::counted;
use crate::run::event::{Event, Request};
use crate::run::{Outcome, Run, Standing, outcome};
use crate::state::State;
use crate::world::clock;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Told of everything that happens while a run is driven.
pub trait Audience {
    /// The run stands so. `before`: what its journal tells already, which is more than that it was taken when it is taken up again.
    fn begins(&mut self, run: &Run, plan: &Plan, before: &[Event]);
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
    /// Providers that are accepted as they are now.
    accepted: Vec<String>,
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
    /// Whether its journal lacks its end, so that it does not tell all that the run did.
    pub lacks: bool,
}

impl Ready {
    /// The changes that the run has not begun, as far as windows count for them: none where something stands half-way, which
    /// goes on whatever windows say, or where the run is taken back or abandoned.
    pub(super) fn pending(&self) -> BTreeSet<usize> {
        let changes = self.plan.changes().map(|(i, ..)| i);
        match &self.entry {
            Entry::New { .. } => changes.collect(),
            Entry::Open { request: Some(_), .. } => BTreeSet::new(),
            Entry::Open { told, request: None } => {
                let at_work = |i: usize| {
                    matches!(
                        told.run.standing(i),
                        Standing::Forward | Standing::GoingBack | Standing::Stuck(_)
                    )
                };
                if (0..told.run.len()).any(at_work) {
                    return BTreeSet::new();
                }
                changes.filter(|i| told.run.standing(*i) == Standing::Untouched).collect()
            }
        }
    }

    /// Notes that it is waited with: what was just read may be old when it begins, as with a saved plan.
    pub(super) fn waits(&mut self) {
        if let Entry::New { saved } = &mut self.entry {
            *saved = true;
        }
    }

    /// The plan that will be carried out.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}

/// A plan that was just made.
pub fn planned(planned: Planned, lock: Duration) -> Ready {
    let Planned { plan, place, fleet, starter, secrets, .. } = planned;
    let local = Local::new(&place.state).with_patience(lock);
    elsewhere::keep_to(&starter.targets, &plan.entries);
    Ready {
        plan,
        place,
        fleet,
        starter,
        secrets,
        local,
        notices: Vec::new(),
        entry: Entry::New { saved: false },
        accepted: Vec::new(),
    }
}

/// A saved plan; `watch` is told of what its providers say.
///
/// # Errors
/// A plan that cannot be read, a file that is not what an expression took from it, a provider that is not the pinned
/// one, a secret that is missing.
pub fn saved(path: &Path, inputs: &Inputs, lock: Duration, watch: Arc<dyn Watch>) -> Result<Ready, Failure> {
    let plan = super::saved::read_saved(path)?;
    refuse_variables(&plan, inputs)?;
    let place = Place::known()?;
    let files = FilesOnDisk::but(local::files(&place.state).into_iter().chain([path.to_path_buf()]));
    let stale = stale::stale_inputs(&plan, &files, super::key::known(&place)?.as_ref());
    if !stale.is_empty() {
        return Err(stale_plan(&stale));
    }
    settle_ended(&place, &Local::new(&place.state).with_patience(lock))?;
    pinned(plan, place, inputs, lock, Entry::New { saved: true }, watch)
}

/// A saved plan holds the values of its variables: one that is given now would be passed over silently. Only secrets,
/// which it does not hold, may be given again.
fn refuse_variables(plan: &Plan, inputs: &Inputs) -> Result<(), Failure> {
    let given = inputs.given.iter().filter_map(|given| match given {
        Given::Variable(text) => Some(text.split_once('=').map_or("", |(name, _)| name)),
        Given::File(_) => None,
    });
    match given.into_iter().find(|name| !plan.secret_sources.contains_key(*name)) {
        None => Ok(()),
        // What has no name may be a secret's value alone.
        Some("") => {
            Err(Failure::error("--var needs a name and a value").hint("write it as --var 'name=value'"))
        }
        Some(name) => Err(Failure::error(format!(
            "the saved plan was made with its own value of the variable `{name}`"
        ))
        .hint("make a new plan with the value that you want; only secrets may be given again with --var")),
    }
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
    if !matches!(request, Some(Request::Abandon { .. })) {
        let id = told.run.id();
        let gone = format!("patchform run abandon {id}   where that machine is gone");
        elsewhere::refuse(&format!("run {id}"), elsewhere::changed(&told.plan)).map_err(|e| e.hint(gone))?;
    }
    let plan = told.plan.clone();
    let notices = told.journal.notices.clone();
    let ready = pinned(plan, place, inputs, lock, Entry::Open { told: Box::new(told), request }, watch)?;
    let notices = [notices, ready.notices].concat();
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
    let request = match &entry {
        Entry::Open { request, .. } => Some(request),
        Entry::New { .. } => None,
    };
    // Letting go of what nobody can ask any more must be possible, too.
    let lets_go = matches!(request, Some(Some(Request::Abandon { .. })));
    let (secrets, unknown) = match lets_go {
        true => secrets::as_far_as_known(&plan, inputs),
        false => (secrets::again(&plan, inputs)?, Vec::new()),
    };
    let starter = Starter::new(&place, watch);
    elsewhere::keep_to(&starter.targets, &plan.entries);
    let needed: BTreeSet<usize> = stale::rests_on(&plan)
        .into_iter()
        .filter(|i| !matches!(plan.entries[*i].verdict, Verdict::Forget))
        .filter(|i| {
            plan.entries[*i].desired.is_some() || matches!(plan.entries[*i].verdict, Verdict::Change(_))
        })
        .flat_map(|i| plan.entries[i].providers(&plan.traffic))
        .collect();
    let lenience =
        Lenience { accepted: &inputs.accepted, is_open: request.is_some(), may_be_missing: lets_go };
    let Pinned { fleet, accepted, missing } =
        starter.pinned_fleet(&plan.providers, &needed, &secrets, &lenience)?;
    let local = Local::new(&place.state).with_patience(lock);
    let notices = [unknown, missing].concat();
    Ok(Ready { plan, place, fleet, starter, secrets, local, notices, entry, accepted })
}

/// Carries out what is ready.
///
/// # Errors
/// Refused before any effect: stale, leased, locked. A journal that cannot be written in the middle: the run stays
/// resumable.
pub fn apply(ready: Ready, audience: &mut dyn Audience) -> Result<Ended, Failure> {
    let Ready { plan, place, fleet, starter, secrets, local, entry, accepted, .. } = ready;
    let gated = plan.entries.iter().any(|e| matches!(e.verdict, Verdict::Blocked(_) | Verdict::Held { .. }));
    if let Entry::New { saved } = entry {
        refuse_leased(&plan, &place.runs)?;
        if !saved && !worth_a_run(&plan, local.read().map_err(backend)?.as_ref()) {
            let took = Duration::ZERO;
            return Ok(Ended {
                id: String::new(),
                plan,
                run: None,
                outcome: None,
                took,
                gated,
                lacks: false,
            });
        }
    }
    place.prepare()?;
    let began = clock::steady();
    let mut opened = open_run(&plan, &place, &local, (&fleet, &accepted), &secrets, entry)?;
    audience.begins(&opened.run, &plan, &opened.events);
    opened.notices.drain(..).for_each(|notice| audience.notice(&notice));
    let tools = Tools {
        plan: plan.clone(),
        fleet,
        targets: Arc::clone(&starter.targets),
        secrets,
        run: opened.run.id().into(),
        cancelled: AtomicBool::new(false),
        alone: alone(&place, &local, opened.run.id()),
        seen: Default::default(),
    };
    let hands = Hands::new(Arc::new(tools)).map_err(|e| super::driving::unable(&e, &opened.run))?;
    let run = opened.drive(&plan, &local, &hands, audience)?;
    let outcome = outcome(&run);
    let lacks = opened.ledger.lacks.is_some() || run.is_cut();
    if let Err(failure) = opened.close(&plan, &run, &local, &place, &hands, audience) {
        // The journal has everything: the next command settles what could not be written now.
        audience.notice(&format!("the run stands as shown below, but the state could not be written yet: {failure}; the next command writes it"));
    }
    match findings::reopen(&place, &plan) {
        Ok(0) => {}
        Ok(n) => audience
            .notice(&format!("{} open again: the level that had them came back", counted(n, "finding"))),
        Err(failure) => audience.notice(&format!("what is open again could not be written down: {failure}")),
    }
    Ok(Ended {
        id: run.id().into(),
        plan,
        run: Some(run),
        outcome: Some(outcome),
        took: began.elapsed(),
        gated,
        lacks,
    })
}

/// Takes more of a target than the lease has, under the state lock.
fn alone(place: &Place, local: &Local, run: &str) -> Alone {
    let (runs, local, run) = (place.runs.clone(), local.clone(), run.to_string());
    Box::new(move |target| {
        let _lock = local.lock("apply").map_err(|e| e.to_string())?;
        lease::hold_alone(&runs, &run, target).map_err(|e| e.to_string())
    })
}

/// Whether there is anything to do or to record.
pub(super) fn worth_a_run(plan: &Plan, state: Option<&State>) -> bool {
    let recorded = state.map(|s| &s.outputs);
    let outputs = plan.outputs.iter().any(|(name, value, sensitive)| {
        recorded.and_then(|r| r.get(name)).is_none_or(|o| o.value != *value || o.sensitive != *sensitive)
    }) || recorded.is_some_and(|r| r.len() != plan.outputs.len());
    super::plan::has_work(plan) || outputs
}

/// A plan whose components another run holds does nothing: say so before anything is asked.
///
/// # Errors
/// Names the component, the run, who drives it since when, and what to do.
pub fn refuse_leased(plan: &Plan, runs: &Path) -> Result<(), Failure> {
    let held = plan.entries.iter().find_map(|e| match &e.verdict {
        Verdict::Blocked(Block::Leased { run, idle, .. }) => Some((&e.address, run, *idle)),
        _ => None,
    });
    let Some((address, run, idle)) = held else { return Ok(()) };
    let open = runs::open(runs)?.into_iter().find(|open| open.id == *run);
    let (who, driven) = match &open {
        Some(open) if open.alive => (format!(", driven by {} since {},", open.driver(), open.since), true),
        Some(open) => (format!(", which {} left unfinished on {},", open.driver(), open.since), false),
        None => (", which has not ended,".into(), false),
    };
    let holds = if idle == Idle::Unknown { "may hold" } else { "holds" };
    // The run knows it by the name that it had.
    let before = plan.moves.iter().find(|(_, to)| to == address).map(|(from, _)| from);
    let known = before.unwrap_or(address);
    let target_only = open.as_ref().is_some_and(|open| !open.unknown && !open.holds.names(known));
    let now = before.map_or(String::new(), |_| format!(" ({address} in this plan)"));
    let failure =
        Failure::locked(format!("run {run}{who} {holds} {known}{now} or what it needs of its target"));
    let failure = match driven {
        true => {
            failure.hint(format!("wait for it to end, or ask it to stop with `patchform run stop {run}`"))
        }
        false => runs::ending(failure, run, idle),
    };
    let failure = failure.hint(format!("`patchform run show {run}` tells how it stands"));
    Err(match target_only {
        true => failure.hint(
            "two runs work on one target at once only where every component there names in `claims` what it manages, none \
             is named twice, and nothing needs a reboot or a snapshot of the whole system",
        ),
        false => failure,
    })
}
