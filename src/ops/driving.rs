//! Drives an opened run: the loop with its hands, its inbox and its signals; then the state, the retention of snapshots
//! and the end of the lease.

use super::apply::Audience;
use super::opening::Opened;
use super::outputs::{self, Hide};
use super::{Failure, Place, doomed, runs, secrets, snapshot};
use crate::backend::Local;
use crate::engine::drive::{self, DriveError};
use crate::engine::inbox::Inbox;
use crate::engine::lookout::Lookout;
use crate::engine::perform::Hands;
use crate::engine::performer::{Happened, Performer};
use crate::engine::silence::Silencer;
use crate::plan::Plan;
use crate::run::event::{ActionRef, Event};
use crate::run::{Baseline, Begin, Run, Sight};
use crate::world::{failpoint, signal};
use std::cell::RefCell;
use std::io;
use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

impl Opened {
    pub fn drive(
        &mut self,
        plan: &Plan,
        local: &Local,
        hands: &Hands,
        audience: &mut dyn Audience,
    ) -> Result<Run, Failure> {
        let (reply, happened) = mpsc::channel();
        route_signals(&reply);
        let mut inbox = Inbox::open(&self.folder, self.lease.token()).map_err(|e| {
            let what = format!("cannot make the run's inbox in {}: {e}", self.folder.display());
            resumable(Failure::stopped(what), &self.run, "make room or mend the disk")
        })?;
        let Opened { run, writer, ledger, .. } = self;
        ledger.checkpoint(plan, run, local, audience);
        let mut silencer = Silencer::of(plan, &hands.tools.targets).unwrap_or_else(|e| {
            audience.notice(&format!("no alerts are silenced: {}", no_thread(&e)));
            None
        });
        if let Some(silencer) = silencer.as_mut().filter(|_| run.is_abandoned()) {
            silencer.let_go(plan, run);
        }
        let lookout = Lookout::of(plan, &hands.tools.targets, &reply).map_err(|e| unable(&e, run))?;
        let lookout = RefCell::new(lookout);
        let mut watch = |plan: &Plan, run: &Run, event: &Event| {
            audience.event(plan, run, event);
            lookout.borrow_mut().see(run, event);
            let told = silencer.as_mut().map(|silencer| silencer.see(plan, run, event));
            told.into_iter().flatten().for_each(|notice| audience.notice(&notice));
            if ledger.is_due() && !run.is_finished() {
                ledger.checkpoint(plan, run, local, audience);
            }
        };
        let channel = (&reply, &happened);
        let mut performer = Performing { hands, lookout: &lookout };
        let driven =
            drive::drive(plan, run.clone(), writer, &mut performer, Some(&mut inbox), channel, &mut watch);
        inbox.close();
        lookout.into_inner().close();
        for notice in inbox.notices().into_iter().chain(silencer.map(Silencer::close).into_iter().flatten()) {
            audience.notice(&notice);
        }
        self.heard = Some(happened);
        driven.map_err(|error| stopped(error, &self.run, self.writer.is_lost()))
    }

    /// After the loop: the state is written, snapshots that may go are dropped, and the lease ends with the run.
    pub fn close(
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
        failpoint::pass("close.folded");
        if !run.is_finished() {
            return Ok(());
        }
        let stops =
            || self.heard.as_ref().is_some_and(|heard| heard.try_iter().any(|happened| happened.is_signal()));
        // Nothing is too old because somebody has set the clock meanwhile.
        let (taken, steady) = self.taken;
        let now = taken.plus(steady.elapsed());
        let (of, told) = ((run.id(), &self.ledger.state, now), (&stops as &dyn Fn() -> bool, audience));
        let (dropped, gone) = snapshot::drop_old(of, place, plan, hands, self.lease.token(), told)?;
        if !dropped.is_empty() {
            self.ledger.fold(plan, run, local, &head, dropped)?;
        }
        doomed::note(place, doomed::By::Run(run.id()), &gone)?;
        match secrets::has_any(plan) {
            false => outputs::keep(place, run, &Hide::Nothing),
            true => {
                let told = runs::tell(&place.runs, run.id())?;
                let mask = hands.tools.secrets.mask();
                outputs::keep(place, run, &Hide::These(&mask, &told.journal.events));
            }
        }
        self.lease.release().map_err(runs::leased)
    }
}

/// A run that its controller cannot drive on; `lost`: its journal is not in its place any more.
fn stopped(error: DriveError, run: &Run, lost: bool) -> Failure {
    let id = run.id();
    let broken = matches!(error, DriveError::Journal(_));
    let failure = Failure::stopped(error);
    match broken {
        true if lost => failure
            .hint(format!("put the folder of run {id} back from a backup that was made since, or let go of it: `patchform run abandon {id}`"))
            .hint("what it was working on may still go on, and nothing tells of it any more: read every component that it held"),
        true => resumable(failure, run, "make room or mend the disk"),
        false => failure.hint(format!("`patchform run show {id}` tells how it stands")),
    }
}

/// What to do about a run that stopped for what its machine lacks, by what is known of it since it was taken; `first` mends that.
fn resumable(failure: Failure, run: &Run, first: &str) -> Failure {
    let id = run.id();
    if run.is_taking_back() {
        return failure.hint(format!(
            "everything that it changed is to go back, and some may have: {first}, then `patchform rollback {id}` goes on \
             taking it back, and so does `patchform resume {id}`"
        ));
    }
    failure
        .hint(format!("{first}, then `patchform resume {id}` finishes the run"))
        .hint(format!("or `patchform rollback {id}` takes it back"))
}

fn no_thread(error: &io::Error) -> String {
    format!("no thread can be started: {error}")
}

/// A run that was taken, and for which this machine has no threads left: nothing was begun.
pub(super) fn unable(error: &io::Error, run: &Run) -> Failure {
    let first =
        "let this machine have room for more threads (`ulimit -u`, `pids.max` of a unit or container)";
    resumable(Failure::stopped(no_thread(error)), run, first)
}

/// The loop's hands, with answers sent back into its channel.
struct Performing<'a> {
    hands: &'a Hands,
    lookout: &'a RefCell<Lookout>,
}

impl Performer for Performing<'_> {
    fn begin(&mut self, begin: Begin, reply: Sender<Happened>) {
        let (action, attempt) = (begin.action, begin.attempt);
        let telling = reply.clone();
        let found = move |component, ill| {
            let _ = telling.send(Happened::Member { component, ill });
        };
        self.hands.begin(&begin, found, move |answer| {
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

    fn watch(&mut self, component: usize, baseline: Baseline, reply: Sender<Happened>) {
        self.hands.watch(component, baseline, move |found| {
            let _ = reply.send(Happened::Watched { component, found });
        });
    }

    fn ask(&mut self, component: usize, reply: Sender<Happened>) {
        self.hands.ask(component, move |ill| {
            let _ = reply.send(Happened::AskedAgain { component, ill });
        });
    }

    fn last_look(&mut self, patient: bool) -> Vec<(usize, Sight, Duration)> {
        self.lookout.borrow().last(patient)
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
        let _ = signal::watch(|signal| {
            if let Some(reply) = &*LOOP.lock().unwrap_or_else(PoisonError::into_inner) {
                let _ = reply.send(if signal == "SIGHUP" { Happened::HangUp } else { Happened::Stop });
            }
        });
    }
}
