//! The one loop of apply, resume and rollback (page 5.1): decide, journal the intents, perform, journal the facts, fold.
//!
//! Facts that arrive together and the intents that follow from them go into one batch, with one fsync: what is
//! performed rests on nothing that is not durable. Time left is kept by the steady clock; the wall clock only dates
//! the lines.

use super::ailing::patience;
use super::blame;
use super::flight::{Flight, Flights, watched_for};
use super::inbox::{Inbox, Letter};
use super::performer::{Happened, Performer};
use crate::journal::{WriteError, Writer};
use crate::model::Moment;
use crate::plan::noun::{Plan, Step};
use crate::run::event::{ActionRef, Event, Leg, Request, What};
use crate::run::{Begin, Command, Damage, Run, Sight, decide};
use crate::world::{clock, failpoint};
use patchform_sdk::ended::millis;
use patchform_sdk::message::{Answer, Done, Probed, Verdict as Health};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};
use thiserror::Error;

/// How often the inbox is looked at.
const INBOX_EVERY: Duration = Duration::from_millis(200);
/// The wall clock counts as set when it moved by this much more or less than the steady one, in milliseconds. Below lies
/// what a time service corrects by the way.
const CLOCK_SET: u64 = 2_000;
/// How long a probe or a reading may take before it counts as unanswerable.
pub const LOOK_DEADLINE: Duration = Duration::from_secs(120);
/// How long running actions are awaited after the journal failed.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Why a run cannot be driven on. It stays resumable.
#[derive(Debug, Error)]
pub enum DriveError {
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] WriteError),
    /// An event does not follow what the journal says: the journal and this program disagree.
    #[error("the run cannot go on: {0}. This is a defect of patchform; nothing more was begun")]
    Damage(#[from] Damage),
}

/// Drives `run` until it is finished, or stopped and resumable. The caller has taken it (see [`take`]), and keeps a
/// clone of `reply` for its signal handler, which sends [`Happened::Stop`]: once to let running actions finish, twice
/// to stop waiting. `watch` sees every event once it is durable.
///
/// # Errors
/// The journal cannot be written: nothing more is begun, running actions are awaited for a moment.
pub fn drive(
    plan: &Plan,
    run: Run,
    journal: &mut Writer,
    performer: &mut dyn Performer,
    inbox: Option<&mut Inbox>,
    (reply, happened): (&Sender<Happened>, &Receiver<Happened>),
    watch: &mut dyn FnMut(&Plan, &Run, &Event),
) -> Result<Run, DriveError> {
    let mut drive = Drive {
        plan,
        run,
        journal,
        performer,
        inbox,
        reply,
        flights: Flights::default(),
        signalled: false,
        batch: Vec::new(),
        looked: clock::steady(),
        clocks: (clock::now(), clock::steady()),
        watch,
    };
    let result = drive.go(happened);
    if result.is_err() {
        drive.performer.cancel_all();
        drive.wait_a_moment(happened);
    }
    result.map(|()| drive.run)
}

/// What was read of components, by index: digests, or why there is none.
pub type Looked = BTreeMap<usize, Result<String, String>>;

/// Journals that `controller` takes `run` with `token`, what was `looked` at before, and a request that comes with it
/// (rollback, abandon); answers what it wrote.
///
/// # Errors
/// The journal cannot be written, or the token is not above the earlier ones.
pub fn take(
    run: &mut Run,
    journal: &mut Writer,
    controller: &str,
    token: u64,
    looked: Looked,
    request: Option<Request>,
) -> Result<Vec<Event>, DriveError> {
    let at = clock::now();
    let mut events = vec![Event { at, what: What::taken(controller, token) }];
    // Set back while nobody drove it, or on another machine.
    let ahead_ms = at.0.saturating_sub(run.at().0);
    events.extend((ahead_ms < 0).then_some(Event { at, what: What::Clock { ahead_ms } }));
    for event in &events {
        run.apply(event)?;
    }
    // One that tells of more than the journal did when it was made says nothing any more.
    let looked = looked.into_iter().map(|(component, digest)| What::Read { component, digest });
    for what in looked.chain(request.map(What::Asked)) {
        if matches!(what, What::Read { component, .. } if !run.awaits_look(component)) {
            continue;
        }
        let event = Event { at, what };
        run.apply(&event)?;
        events.push(event);
    }
    journal.append(&events)?;
    Ok(events)
}

struct Drive<'a> {
    plan: &'a Plan,
    run: Run,
    journal: &'a mut Writer,
    performer: &'a mut dyn Performer,
    inbox: Option<&'a mut Inbox>,
    reply: &'a Sender<Happened>,
    flights: Flights,
    /// Whether a signal has asked it to stop: what is asked from elsewhere does not count as the first of two.
    signalled: bool,
    /// Folded, not yet durable.
    batch: Vec<Event>,
    /// When the inbox was looked at last.
    looked: Instant,
    /// Both clocks, when they were compared last.
    clocks: (Moment, Instant),
    watch: &'a mut dyn FnMut(&Plan, &Run, &Event),
}

impl Drive<'_> {
    fn go(&mut self, happened: &Receiver<Happened>) -> Result<(), DriveError> {
        loop {
            let commands = self.decide()?;
            if let Err(error) = self.write_down() {
                self.forget(&commands);
                return Err(error);
            }
            if self.run.is_finished() || self.run.stopped().is_some() {
                return Ok(());
            }
            for command in commands {
                failpoint::pass("drive.begin");
                self.perform(command);
            }
            failpoint::pass("drive.begun");
            if self.wait(happened)? == Wait::GiveUp {
                self.performer.cancel_all();
                let why = "stopped at once on request; what was running will be probed".to_string();
                self.fold(What::Stopped { why })?;
                self.write_down()?;
                return Ok(());
            }
        }
    }

    /// Decides until there is nothing more to begin, and folds the intents; the effects come after [`write_down`].
    fn decide(&mut self) -> Result<Vec<Command>, DriveError> {
        if self.run.is_abandoned() || self.run.is_stopping() || self.run.halt().is_some() {
            self.flights.end_rests();
        }
        let mut all = Vec::new();
        loop {
            let commands = decide(&self.run, self.flights.components());
            if commands.is_empty() {
                return Ok(all);
            }
            for command in &commands {
                match command {
                    Command::Begin(begin) => {
                        let deadline = deadline(self.plan, begin.action) + patience(self.plan, &begin.asks);
                        self.flights.add(begin.action.component, Flight::Action(begin.clone()), deadline);
                        self.fold(intent(begin))?;
                    }
                    Command::Probe { begin, after } => {
                        self.flights.add(begin.action.component, Flight::Pause(begin.clone()), *after);
                    }
                    Command::Watch { component, after } => {
                        self.flights.add(*component, Flight::Rest(clock::steady()), *after);
                    }
                    Command::Ask { component, after } => {
                        self.flights.add(*component, Flight::Ailing, *after);
                    }
                    Command::ReadBack { component } => {
                        self.flights.add(*component, Flight::Reading, LOOK_DEADLINE);
                    }
                    Command::Stop { why } => {
                        self.look_once_more(false)?;
                        self.fold(What::Stopped { why: why.clone() })?;
                    }
                    Command::Finish => {
                        self.look_once_more(true)?;
                        self.fold(What::Finished)?;
                    }
                }
            }
            all.extend(commands);
        }
    }

    /// An interruption that is over is not told as one that goes on.
    fn look_once_more(&mut self, patient: bool) -> Result<(), DriveError> {
        for (service, sight, took) in self.performer.last_look(patient) {
            self.seen(service, sight, took)?;
        }
        Ok(())
    }

    /// Folds how a service is seen, where that turns; whether it does.
    fn seen(&mut self, service: usize, sight: Sight, took: Duration) -> Result<bool, DriveError> {
        let turns = |run: &Run, now: &Sight| run.sight(service).is_some_and(|before| before.turns(now));
        if !turns(&self.run, &sight) {
            return Ok(false);
        }
        let sight = match (sight, self.journal.has_room()) {
            (Sight::Down(why), Err(full)) => {
                Sight::Unknown(format!("nobody can tell whether it went wrong by itself: {full} ({why})"))
            }
            (sight, _) => sight,
        };
        let turns = turns(&self.run, &sight);
        if turns {
            self.fold(What::Seen { service, sight, took: Duration::from_millis(millis(took)) })?;
        }
        Ok(turns)
    }

    /// Awaits nothing of what was decided but not begun.
    fn forget(&mut self, commands: &[Command]) {
        for command in commands {
            if let Command::Begin(begin) = command {
                self.flights.land(begin.action.component, |_| true);
            }
        }
    }

    fn fold(&mut self, what: What) -> Result<(), DriveError> {
        self.compare_clocks()?;
        self.take_event(what)
    }

    /// Journals that the wall clock was set; whether it was.
    fn compare_clocks(&mut self) -> Result<bool, DriveError> {
        let (wall, steady) = (clock::now(), clock::steady());
        let (wall_before, steady_before) = std::mem::replace(&mut self.clocks, (wall, steady));
        let passed = i64::try_from((steady - steady_before).as_millis()).unwrap_or(i64::MAX);
        let ahead_ms = wall.0.saturating_sub(wall_before.0).saturating_sub(passed);
        let was_set = ahead_ms.unsigned_abs() >= CLOCK_SET;
        if was_set {
            self.take_event(What::Clock { ahead_ms })?;
        }
        Ok(was_set)
    }

    fn take_event(&mut self, what: What) -> Result<(), DriveError> {
        let event = Event { at: clock::now(), what };
        self.run.apply(&event)?;
        self.batch.push(event);
        Ok(())
    }

    /// Makes the batch durable, and shows it.
    fn write_down(&mut self) -> Result<(), DriveError> {
        self.journal.append(&self.batch)?;
        for event in self.batch.drain(..) {
            (self.watch)(self.plan, &self.run, &event);
        }
        Ok(())
    }

    fn perform(&mut self, command: Command) {
        let reply = self.reply.clone();
        match command {
            Command::Begin(begin) => self.performer.begin(begin, reply),
            Command::ReadBack { component } => self.performer.read_back(component, reply),
            // A probe or a look begins when its pause is over, which may be at once.
            Command::Probe { .. }
            | Command::Watch { .. }
            | Command::Ask { .. }
            | Command::Stop { .. }
            | Command::Finish => {}
        }
    }

    /// Waits until something happened that may change the decision, and folds it.
    fn wait(&mut self, happened: &Receiver<Happened>) -> Result<Wait, DriveError> {
        loop {
            let mut news = self.compare_clocks()?;
            news |= self.time_is_up()?;
            news |= self.read_inbox()?;
            let pause = if news { Duration::ZERO } else { self.pause() };
            // The caller holds a sender as long as the loop runs, so that an error means only that time is up.
            let mut next = happened.recv_timeout(pause).ok();
            while let Some(one) = next {
                match self.take_in(one)? {
                    Wait::GiveUp => return Ok(Wait::GiveUp),
                    Wait::News => news = true,
                    Wait::Nothing => {}
                }
                next = happened.try_recv().ok();
            }
            if news {
                return Ok(Wait::News);
            }
        }
    }

    fn pause(&self) -> Duration {
        let until = self.flights.first_due().map(|due| due.saturating_duration_since(clock::steady()));
        let inbox = self.inbox.as_ref().map(|_| INBOX_EVERY.saturating_sub(self.looked.elapsed()));
        until.into_iter().chain(inbox).min().unwrap_or(Duration::from_secs(1)).max(Duration::from_millis(1))
    }

    /// Folds one arrival. What nobody waits for any more (late, twice) is dropped: a probe has told, or will.
    fn take_in(&mut self, happened: Happened) -> Result<Wait, DriveError> {
        match happened {
            Happened::Answered { action, attempt, answer } => {
                let waits =
                    |f: &Flight| matches!(f, Flight::Action(b) if b.action == action && b.attempt == attempt);
                if self.flights.land(action.component, waits) {
                    failpoint::pass("drive.answered");
                    let counts = self.step(action).is_some_and(|step| blame::of_answer(step, &answer));
                    let answer = self.full_disk(action, counts)?.map_or(answer, Answer::Applied);
                    self.fold(What::Fact { action, attempt, answer })?;
                    return Ok(Wait::News);
                }
            }
            Happened::Probed { action, attempt, found } => {
                let waits =
                    |f: &Flight| matches!(f, Flight::Probe(b) if b.action == action && b.attempt == attempt);
                if self.flights.land(action.component, waits) {
                    failpoint::pass("drive.probed");
                    let counts = self.step(action).is_some_and(|step| blame::of_probe(step, &found));
                    let found = self.full_disk(action, counts)?.map_or(found, |done| Ok(Probed::After(done)));
                    self.fold(What::Probe { action, attempt, found })?;
                    return Ok(Wait::News);
                }
            }
            Happened::ReadBack { component, digest } => {
                // A rollback that was asked for meanwhile begins without it; what waited for its end goes on.
                if self.flights.land(component, |f| matches!(f, Flight::Reading)) {
                    if self.run.awaits_reading(component) {
                        failpoint::pass("drive.read");
                        self.fold(What::Read { component, digest })?;
                    }
                    return Ok(Wait::News);
                }
            }
            Happened::Watched { component, found } => {
                if let Some(passed) = self.flights.end_look(component) {
                    if self.run.soak_left(component).is_some() {
                        failpoint::pass("drive.watched");
                        let found = self.full_disk_watched(found);
                        self.fold(What::Watched { component, passed, found })?;
                    }
                    return Ok(Wait::News);
                }
            }
            Happened::Seen { service, sight, took } => {
                if self.seen(service, sight, took)? {
                    return Ok(Wait::News);
                }
            }
            Happened::Member { component, ill } => {
                if self.run.is_news(component, ill.is_some()) {
                    self.fold(What::Member { component, ill })?;
                    return Ok(Wait::News);
                }
            }
            Happened::AskedAgain { component, ill } => {
                if self.flights.land(component, |f| matches!(f, Flight::Asked)) {
                    failpoint::pass("drive.asked");
                    self.asked_again(component, ill)?;
                    return Ok(Wait::News);
                }
            }
            Happened::HangUp if self.run.is_stopping() => {}
            Happened::Stop if self.signalled => return Ok(Wait::GiveUp),
            Happened::Stop | Happened::HangUp => {
                self.signalled = true;
                self.asked(Request::Stop)?;
                return Ok(Wait::News);
            }
        }
        Ok(Wait::Nothing)
    }

    /// Folds a request. Whoever asks for anything wants to know how what goes on stands now, and not at its next look.
    fn asked(&mut self, request: Request) -> Result<(), DriveError> {
        self.flights.end_pauses();
        self.fold(What::Asked(request))
    }

    /// Folds what a member that was ill answered: that it is well, or so often that it is not.
    fn asked_again(&mut self, component: usize, ill: Option<String>) -> Result<(), DriveError> {
        if self.run.counts_again(component, ill.is_some()) {
            self.fold(What::Member { component, ill })?;
        }
        Ok(())
    }

    /// The step that a component is at.
    fn step(&self, action: ActionRef) -> Option<Step> {
        self.run.current(action.component).map(|(_, step)| step)
    }

    /// What to take in place of something that `counts` against a patch, while this machine's own disk is full: nobody can
    /// tell, and the run halts there. The way back has nothing to halt at: it ends as when the journal fails.
    fn full_disk(&self, action: ActionRef, counts: bool) -> Result<Option<Done>, DriveError> {
        if !counts {
            return Ok(None);
        }
        match self.journal.has_room() {
            Err(full) if action.leg == Leg::Forth => {
                let why = format!("nobody can tell whether it went wrong by itself: {full}");
                Ok(Some(Done { verdict: Some(Health::Inconclusive { why }), ..Done::default() }))
            }
            Err(full) => Err(full.into()),
            Ok(()) => Ok(None),
        }
    }

    /// What to take in place of an ill component that is watched, likewise.
    fn full_disk_watched(&self, found: Health) -> Health {
        match (&found, self.journal.has_room()) {
            (Health::Ill { why }, Err(full)) => Health::Inconclusive {
                why: format!("nobody can tell whether it went wrong by itself: {full} ({why})"),
            },
            _ => found,
        }
    }

    /// Ends pauses before probes, and what did not answer in its time.
    fn time_is_up(&mut self) -> Result<bool, DriveError> {
        let mut news = false;
        while let Some((component, flight, waited)) = self.flights.take_due(clock::steady()) {
            let why = format!("no answer within {} s", waited.as_secs_f32());
            match flight {
                Flight::Pause(begin) => {
                    self.flights.add(component, Flight::Probe(begin.clone()), LOOK_DEADLINE);
                    failpoint::pass("drive.probe");
                    self.performer.probe(begin, self.reply.clone());
                    continue;
                }
                Flight::Action(Begin { action, attempt, .. }) => {
                    self.performer.cancel(action, attempt);
                    let answer = Answer::Unclear { why, output: String::new() };
                    self.fold(What::Fact { action, attempt, answer })?;
                }
                Flight::Probe(Begin { action, attempt, .. }) => {
                    self.fold(What::Probe { action, attempt, found: Err(why) })?;
                }
                Flight::Rest(_) | Flight::Look(_) if self.run.soak_left(component).is_none() => {}
                Flight::Rest(since) => {
                    self.flights.add(component, Flight::Look(since), LOOK_DEADLINE);
                    failpoint::pass("drive.look");
                    self.performer.watch(component, self.run.baseline(component), self.reply.clone());
                    continue;
                }
                Flight::Look(since) => {
                    let found = Health::Inconclusive { why };
                    self.fold(What::Watched { component, passed: watched_for(since), found })?;
                }
                Flight::Ailing if self.run.ailing(component).is_none() => {}
                Flight::Ailing => {
                    let within = patience(self.plan, &BTreeSet::from([component]));
                    self.flights.add(component, Flight::Asked, within);
                    failpoint::pass("drive.ask");
                    self.performer.ask(component, self.reply.clone());
                    continue;
                }
                // Its checks hang: it is as ill as before.
                Flight::Asked => {
                    let ill = self.run.ailing(component).map(Into::into);
                    self.asked_again(component, ill)?;
                }
                Flight::Reading if !self.run.awaits_reading(component) => {}
                Flight::Reading => self.fold(What::Read { component, digest: Err(why) })?,
            }
            news = true;
        }
        Ok(news)
    }

    fn read_inbox(&mut self) -> Result<bool, DriveError> {
        if self.inbox.is_none() || self.looked.elapsed() < INBOX_EVERY {
            return Ok(false);
        }
        self.looked = clock::steady();
        let letters: Vec<Letter> = self.inbox.as_mut().map(|i| i.letters(self.plan)).unwrap_or_default();
        for letter in &letters {
            self.asked(letter.request.clone())?;
        }
        if !letters.is_empty() {
            // Journalled before its file goes, so that a request is never lost.
            self.write_down()?;
            failpoint::pass("inbox.journalled");
        }
        if let Some(inbox) = &mut self.inbox {
            letters.iter().for_each(|letter| inbox.done(letter));
        }
        Ok(!letters.is_empty())
    }

    /// After the journal failed: what runs may end by itself; its answers are found by probes later.
    fn wait_a_moment(&mut self, happened: &Receiver<Happened>) {
        let until = clock::steady() + LAST_WAIT;
        let mut running = self.flights.actions();
        while running > 0 {
            let left = until.saturating_duration_since(clock::steady());
            match happened.recv_timeout(left) {
                Ok(Happened::Answered { .. }) => running -= 1,
                Ok(Happened::Stop) | Err(_) => return,
                Ok(_) => {}
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    News,
    Nothing,
    GiveUp,
}

fn intent(begin: &Begin) -> What {
    let snapshot = match begin.step {
        Step::Snapshot => begin.snapshot.as_ref().map(|s| s.id.clone()),
        _ => None,
    };
    What::Intent { action: begin.action, step: begin.step, attempt: begin.attempt, snapshot }
}

/// How long an action of a plan may take; what is no planned one, as a look.
pub(super) fn deadline(plan: &Plan, action: ActionRef) -> Duration {
    action.planned(plan).map_or(LOOK_DEADLINE, |planned| planned.deadline)
}

#[cfg(test)]
mod tests;
