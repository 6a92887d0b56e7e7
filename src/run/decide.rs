//! What to do next: a pure function of the run and of what is in flight.

use super::availability::{BEFORE_ASKING, Leaving};
use super::baseline::Baseline;
use super::event::ActionRef;
use super::fold::Run;
use super::planted::Defect;
use super::standing::{ActionStanding, Phase};
use super::work;
use crate::plan::noun::Step;
use patchform_sdk::message::{Reload, SnapshotRef};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long a run that is paused waits before it asks again about what nobody could tell of.
const ASKING_AGAIN: Duration = Duration::from_secs(30);

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Journal the intent, then begin the action.
    Begin(Begin),
    /// Ask how far an unclear action came, after a pause.
    Probe {
        /// The action as it was begun.
        begin: Begin,
        /// How long to wait before asking.
        after: Duration,
    },
    /// Ask the checks of a component that is watched, after a pause.
    Watch {
        /// Index into the plan's entries.
        component: usize,
        /// How long to wait before asking.
        after: Duration,
    },
    /// Ask a member of a service that was found ill how it is, after a pause: somebody waits for it.
    Ask {
        /// Index into the plan's entries.
        component: usize,
        /// How long to wait before asking.
        after: Duration,
    },
    /// Read a component whose way back is walked, or whose patch halted half-way and is to be tried again.
    ReadBack {
        /// Index into the plan's entries.
        component: usize,
    },
    /// Journal a stop: the run stays resumable.
    Stop {
        /// Why.
        why: String,
    },
    /// Journal the end.
    Finish,
}

impl Command {
    fn begins(&self, i: usize) -> bool {
        matches!(self, Command::Begin(begin) if begin.action.component == i)
    }
}

/// An action to begin, with all that its request needs beside the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Begin {
    /// Which.
    pub action: ActionRef,
    /// What it does.
    pub step: Step,
    /// From 1. Run, component, leg, index and attempt together name this attempt for ever.
    pub attempt: u32,
    /// The controller's fencing token.
    pub token: u64,
    /// For a snapshot: the id to make it under. For the way back: the snapshot to use.
    pub snapshot: Option<SnapshotRef>,
    /// For a reload: what is needed.
    pub reload: Reload,
    /// For a patch that is tried again after it had halted half-way: the digest that was read then. Else the plan's.
    pub expected: Option<String>,
    /// What health is compared with.
    pub baseline: Baseline,
    /// For a gate: the others of its services, who are asked how they are.
    pub asks: BTreeSet<usize>,
}

/// What to do next. `in_flight` names the components for which something was begun, probed or read and did not answer
/// yet. Empty while there is only waiting to do (for answers, or for a person who paused the run), and after the end.
///
/// Ways back come before ways forth; within each the lower index comes first.
pub fn decide(run: &Run, in_flight: &BTreeSet<usize>) -> Vec<Command> {
    if run.token == 0 || run.is_finished() || run.stopped().is_some() {
        return Vec::new();
    }
    let stopping = run.stopping && !run.planted(Defect::StopIsIgnored);
    if run.abandoning {
        return let_go(run, in_flight, stopping);
    }
    let halted = run.halt.is_some() && !run.planted(Defect::HaltIsIgnored);
    let ends = stopping || halted;
    if ends || (run.paused && !run.planted(Defect::PauseIsIgnored)) {
        let asks = ask(run, in_flight, ends);
        return if ends && asks.is_empty() && in_flight.is_empty() { vec![end(run)] } else { asks };
    }
    let mut commands: Vec<Command> =
        run.queues.due.iter().filter(|i| !in_flight.contains(i)).filter_map(|i| next(run, *i)).collect();
    let (mut used, mut zones, mut rooms) = (BTreeMap::new(), Zones::default(), BTreeMap::new());
    go_back(run, &mut commands, &mut used, &mut zones);
    let mut missed = BTreeSet::new();
    for (rollout, ready) in &run.queues.forth {
        let admitted = ready.iter().filter(|i| {
            services_spare(run, **i, &rooms, &mut missed)
                && zones.admit(run, **i, true)
                && leaves(run, **i, &mut rooms)
        });
        take(run, *rollout, admitted, &mut used, &mut commands);
    }
    let mut ill: BTreeSet<usize> = missed.into_iter().flat_map(|service| run.to_be_asked(service)).collect();
    ill.retain(|i| !in_flight.contains(i) && !commands.iter().any(|command| command.begins(*i)));
    commands.extend(ill.into_iter().map(|component| Command::Ask { component, after: BEFORE_ASKING }));
    if commands.is_empty() && in_flight.is_empty() {
        commands.push(end(run));
    }
    commands
}

/// Begins with as many of `ready`, who are of one rollout, as have a place there.
fn take<'i>(
    run: &Run,
    rollout: usize,
    ready: impl Iterator<Item = &'i usize>,
    used: &mut BTreeMap<usize, u64>,
    commands: &mut Vec<Command>,
) {
    let used = used.entry(rollout).or_insert(run.queues.used[rollout]);
    let free = usize::try_from(run.shape.limits[rollout].saturating_sub(*used)).unwrap_or(usize::MAX);
    let free = if run.planted(Defect::LimitsAreIgnored) { usize::MAX } else { free };
    let before = commands.len();
    commands.extend(ready.take(free).map(|i| begin(run, *i)));
    *used += (commands.len() - before) as u64;
}

/// Begins with ways back. Who serves nobody comes first: afterwards it does again, and another one may be spared.
fn go_back(run: &Run, commands: &mut Vec<Command>, used: &mut BTreeMap<usize, u64>, zones: &mut Zones) {
    let mut leaving = Leaving::default();
    for serving in [false, true] {
        let is_next = |i: &&usize| run.serves_until_back(**i) == serving;
        for i in run.queues.back_now.iter().filter(is_next) {
            if run.may_go_back(*i, &leaving) {
                run.goes_back(*i, &mut leaving);
                commands.push(begin(run, *i));
            }
        }
        for (rollout, ready) in &run.queues.back {
            let admitted = ready.iter().filter(is_next).filter(|i| {
                let admits = run.may_go_back(**i, &leaving) && zones.admit(run, **i, false);
                if admits {
                    run.goes_back(**i, &mut leaving);
                }
                admits
            });
            take(run, *rollout, admitted, used, commands);
        }
    }
}

/// Places in zones, with those that this turn has taken already.
#[derive(Default)]
struct Zones {
    /// By zone.
    taken: BTreeMap<usize, u64>,
    /// Zones in which any are taken, by rollout.
    open: BTreeMap<usize, u64>,
}

impl Zones {
    /// Whether there is a place for `i` in its zone; then it takes it. Going back does not wait until other zones are left.
    fn admit(&mut self, run: &Run, i: usize, forth: bool) -> bool {
        let node = &run.shape.nodes[i];
        let Some(zone) = node.zone else { return true };
        work::step();
        let taken = self.taken.entry(zone).or_insert(run.queues.zones[zone]);
        let open = self.open.entry(node.rollout).or_insert(run.queues.open_zones[node.rollout]);
        let opens = *taken == 0;
        // What goes back may have opened another zone beside the one of who would begin now.
        let may_open = !forth || *open + u64::from(opens) <= run.shape.open_zones[node.rollout];
        let admits = (*taken < run.shape.zones[zone] && may_open) || run.planted(Defect::ZonesAreIgnored);
        *taken += u64::from(admits);
        *open += u64::from(admits && opens);
        admits
    }
}

/// Whether every service of `i` can spare it, beside those that leave it in this turn already; else `missed` learns of the service.
/// Who is ill itself waits until it was asked again.
fn services_spare(run: &Run, i: usize, rooms: &BTreeMap<usize, u64>, missed: &mut BTreeSet<usize>) -> bool {
    if run.may_be_well_again(i) {
        missed.extend(&run.shape.nodes[i].services);
        return false;
    }
    let service = run.needed_by(i, |s| rooms.get(&s).copied().unwrap_or_else(|| run.room(s)));
    missed.extend(service);
    service.is_none()
}

/// Takes `i` out of its services' room in this turn.
fn leaves(run: &Run, i: usize, rooms: &mut BTreeMap<usize, u64>) -> bool {
    for service in run.shape.nodes[i].services.iter().filter(|s| run.is_needed(i, **s)) {
        let room = rooms.entry(*service).or_insert_with(|| run.room(*service));
        *room = room.saturating_sub(1);
    }
    true
}

/// What may go on past its deadline runs like any other while nothing new begins: it is asked about until it has ended, or is given up.
/// Where that cannot be told, a run that `ends` leaves it so, and one that is paused asks again later.
fn ask(run: &Run, in_flight: &BTreeSet<usize>, ends: bool) -> Vec<Command> {
    let mut due: Vec<usize> = run.queues.due.iter().copied().filter(|i| !in_flight.contains(i)).collect();
    due.retain(|i| run.is_unanswered(*i) && (!ends || run.components[*i].goes_on.is_none()));
    if run.planted(Defect::StopLeavesBehind) {
        due.retain(|i| run.components[*i].busy > 0);
    }
    let after = |i: usize| match run.components[i].goes_on {
        None => run.probe_after(i),
        Some(_) => ASKING_AGAIN,
    };
    due.into_iter().map(|i| probe(run, i, after(i))).collect()
}

/// A run that is abandoned begins nothing more. What nobody has heard of is asked about, once: nothing is let go of while
/// a command of it runs, or its dead man's switch is armed.
fn let_go(run: &Run, in_flight: &BTreeSet<usize>, stopping: bool) -> Vec<Command> {
    let due = run.queues.due.iter().copied();
    let open = due.filter(|i| run.is_unanswered(*i) && !run.components[*i].leaving);
    let open: Vec<usize> = if run.planted(Defect::LetsGoUnasked) { Vec::new() } else { open.collect() };
    let unasked = open.iter().filter(|i| run.components[**i].goes_on.is_none() && !stopping);
    let ask = unasked.filter(|i| !in_flight.contains(i));
    let ask: Vec<Command> = ask.map(|i| probe(run, *i, Duration::ZERO)).collect();
    if !ask.is_empty() || !in_flight.is_empty() {
        return ask;
    }
    let stays = !open.is_empty() || run.goes_on().next().is_some();
    let stays = stays && !run.planted(Defect::LetsGoOfWhatRuns);
    let why = if stopping { "stopped on request" } else { "not abandoned: a step may still go on" };
    vec![if stays { Command::Stop { why: why.into() } } else { Command::Finish }]
}

fn probe(run: &Run, i: usize, after: Duration) -> Command {
    Command::Probe { begin: request(run, i, run.components[i].attempt), after }
}

/// The next command for a component that has begun.
fn next(run: &Run, i: usize) -> Option<Command> {
    work::step();
    let c = &run.components[i];
    match (&c.phase, &c.current) {
        (Phase::Reading, _) => Some(Command::ReadBack { component: i }),
        (Phase::Forward, ActionStanding::Pending) if c.reread => Some(Command::ReadBack { component: i }),
        (Phase::Forward, ActionStanding::Pending) if c.soak_left(&run.shape.nodes[i]).is_some() => {
            Some(Command::Watch { component: i, after: c.look_after(&run.shape.nodes[i]) })
        }
        (_, ActionStanding::Pending) => Some(begin(run, i)),
        (_, ActionStanding::Unclear { .. }) => Some(probe(run, i, run.probe_after(i))),
        _ => None,
    }
}

fn begin(run: &Run, i: usize) -> Command {
    Command::Begin(request(run, i, run.components[i].attempt + 1))
}

fn request(run: &Run, i: usize, attempt: u32) -> Begin {
    work::step();
    let (c, node) = (&run.components[i], &run.shape.nodes[i]);
    // Whatever is due or ready has a current action: the fold moves it on or settles it at a procedure's end.
    let step = c.planned(node).map_or(Step::Commit, |p| p.action);
    let asked = c.snapshots.last().filter(|_| c.current != ActionStanding::Pending);
    let snapshot = match (step, asked) {
        (Step::Snapshot, Some(asked)) => Some(SnapshotRef { id: asked.id.clone(), token: None }),
        (Step::Snapshot, None) => {
            let attempt = if run.planted(Defect::SnapshotIdsRepeat) { 1 } else { attempt };
            Some(SnapshotRef { id: snapshot_id(run.id(), i, attempt), token: None })
        }
        _ => c.way_back().map(|stored| SnapshotRef {
            id: stored.id.clone(),
            token: stored.made.as_ref().map(|made| made.token.clone()),
        }),
    };
    Begin {
        action: c.action(i),
        step,
        attempt,
        token: run.token,
        snapshot,
        reload: c.reload.max(node.reload),
        expected: c.expects.clone(),
        baseline: c.baseline.clone(),
        asks: if step == Step::Gate { run.others_of_services(i) } else { BTreeSet::new() },
    }
}

/// The id of the snapshot that this attempt asks for: no two of one run are alike.
pub(super) fn snapshot_id(run: &str, component: usize, attempt: u32) -> String {
    format!("{run}-{component}-{attempt}")
}

/// How it ends when nothing is in flight and nothing can begin.
fn end(run: &Run) -> Command {
    // A request to stop that comes when all is settled leaves nothing to resume.
    let settled = run.open == 0 && run.stuck == 0 && run.halt.is_none();
    let why = if run.stopping && !settled {
        "stopped on request".to_string()
    } else if let Some(halt) = &run.halt {
        format!("halted at {}: {}", halt.step.name(), halt.why)
    } else if run.open > 0 {
        // No plan leads here; if one did, saying so is better than waiting for ever.
        format!("nothing can go on, but {} components are not settled", run.open)
    } else if run.stuck > 0 && !run.planted(Defect::StuckIsFinished) {
        format!(
            "{} could not be restored",
            if run.stuck == 1 { "1 component".into() } else { format!("{} components", run.stuck) }
        )
    } else {
        return Command::Finish;
    };
    Command::Stop { why }
}
