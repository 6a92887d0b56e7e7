//! A run as it goes on, line by line, for a pipe or a log: `02:40:07  release.api  patch 1.4.0 → 1.5.0 …`.

use super::page::Page;
use super::plan_text::{brief, short};
use super::reason::name;
use super::run_view::levels;
use super::size;
use super::steady::Steady;
use super::style::{Piece, Style, Tint, plain, tinted};
use crate::model::{Moment, period};
use crate::plan::noun::{Plan, Step};
use crate::run::Sight;
use crate::run::event::{ActionRef, Event, Leg, Request, What};
use patchform_sdk::message::{Ailment, Answer, Probed, Verdict as Health};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

mod emergency;
mod ending;

pub use emergency::emergency;
pub(super) use ending::tint;
pub use ending::{ending, whole_ending};

/// Column at which what is said of a component begins, behind time and address.
const ADDRESS: usize = 24;
/// Lines of a failed step's output that are shown at once; all of it stays in the journal.
const OUTPUT: usize = 12;

/// What takes at least this long is announced when it begins.
const LONG: Duration = Duration::from_secs(5);

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// Above a live view, which shows the rest: what ended, and all that failed.
    Highlights,
    /// In a pipe or a log, where nothing else is seen: each step when it is done, and long ones when they begin.
    Log,
    /// Afterwards, from the journal: each step once, and outputs in full.
    Story,
}

/// Turns events into lines. It remembers when things began, to say how long they took.
#[derive(Debug)]
pub struct RunText {
    run: String,
    telling: Telling,
    style: Style,
    /// Seconds east of UTC for the times of day.
    offset: i32,
    clock: Steady,
    /// By that clock, as are those of the steps.
    began: BTreeMap<(usize, Leg), Moment>,
    steps: BTreeMap<ActionRef, (Step, Moment)>,
    going: BTreeSet<ActionRef>,
    /// When a controller took the run last: what it had read before stands at the same moment.
    taken: Option<Moment>,
    /// When the last event was, by that clock.
    last: Option<Moment>,
    /// How long components have been watched.
    soaked: BTreeMap<usize, Duration>,
    /// Since when services are not seen to answer from outside.
    dark: BTreeMap<usize, Moment>,
    /// Members of services that are ill: asked again they may be so often.
    ill: BTreeSet<usize>,
    /// How often each action was begun.
    begun: BTreeMap<ActionRef, u32>,
    /// Why each action is unclear, as it was told.
    unclear: BTreeMap<ActionRef, String>,
}

/// What a clock that was set means for a reader.
fn set(ahead_ms: i64) -> String {
    // The two clocks are not read in one instant: less than a second says nothing.
    let by = period::show(Duration::from_secs(ahead_ms.unsigned_abs().saturating_add(500) / 1000));
    match ahead_ms {
        ..0 => format!(
            "the clock was set back by {by}: what follows seems earlier than it is; nothing waits shorter"
        ),
        0.. => format!("the clock was set forward by {by}, or the machine slept; nothing waits shorter"),
    }
}

impl RunText {
    /// Starts with nothing seen of `run`. `offset`: seconds east of UTC for the times of day.
    pub fn new(run: &str, telling: Telling, style: Style, offset: i32) -> Self {
        let (clock, began, steps, going, taken, last, soaked, dark) = Default::default();
        let (ill, begun, unclear) = Default::default();
        RunText {
            run: run.into(),
            telling,
            style,
            offset,
            clock,
            began,
            steps,
            going,
            taken,
            last,
            soaked,
            dark,
            ill,
            begun,
            unclear,
        }
    }

    /// The lines for one event, each with a newline; empty for what nobody needs to read.
    pub fn event(&mut self, plan: &Plan, event: &Event) -> String {
        self.clock.see(event);
        let steady = self.clock.at(event.at);
        if let What::Taken { .. } = event.what {
            self.taken = Some(event.at);
            self.ill.clear();
            self.rested(self.last.map_or(Duration::ZERO, |last| steady.since(last)));
        }
        self.last = Some(steady);
        match &event.what {
            What::Intent { action, step, .. } => self.intent(plan, event.at, *action, *step),
            What::Fact { action, answer, .. } => self.fact(plan, event.at, *action, answer),
            What::Probe { action, found, .. } => self.probe(plan, event.at, *action, found),
            What::Watched { component, passed, found } => {
                self.watched(plan, event.at, *component, *passed, found)
            }
            What::Read { component, digest } => self.read(plan, event.at, *component, digest),
            What::Taken { .. } | What::Stopped { .. } if self.telling == Telling::Highlights => String::new(),
            What::Taken { controller, token, .. } => {
                let who = format!("{controller} drives this run (token {token})");
                self.of_run(event.at, tinted(Tint::Dim, who))
            }
            What::Seen { service, sight, took } => self.seen(plan, event.at, *service, sight, *took),
            What::Member { component, ill: Some(_) } if !self.ill.insert(*component) => String::new(),
            What::Member { component, ill } => {
                if ill.is_none() {
                    self.ill.remove(component);
                }
                let told = match ill {
                    Some(why) => tinted(Tint::Change, format!("is ill, and counts as away: {why}")),
                    None => tinted(Tint::Info, "is well again".to_string()),
                };
                self.of(plan, event.at, *component, &[told])
            }
            What::Clock { ahead_ms } => self.of_run(event.at, tinted(Tint::Info, set(*ahead_ms))),
            What::Asked(request) => self.of_run(event.at, tinted(Tint::Info, self.asked(plan, request))),
            What::Stopped { why } => self.of_run(event.at, tinted(Tint::Change, format!("stopped: {why}"))),
            // The ending follows, and says how.
            What::Finished => String::new(),
        }
    }

    /// Nobody drove the run for so long: nothing took that long.
    fn rested(&mut self, time: Duration) {
        let steps = self.steps.values_mut().map(|(_, since)| since);
        self.began.values_mut().chain(steps).for_each(|since| *since = since.plus(time));
    }

    fn intent(&mut self, plan: &Plan, at: Moment, action: ActionRef, step: Step) -> String {
        let steady = self.clock.at(at);
        self.steps.insert(action, (step, steady));
        self.going.insert(action);
        let first = !self.began.contains_key(&(action.component, action.leg));
        if first || (action.leg == Leg::Forth && action.index == 0) {
            // Who waited at its gate begins when it comes there again.
            self.began.insert((action.component, action.leg), steady);
        }
        // Attempts that its gate alone had are none of it.
        let attempt = self.begun.entry(action).and_modify(|times| *times += 1).or_insert(1);
        let again = if *attempt > 1 { format!(" (attempt {attempt})") } else { String::new() };
        let (from, to) = levels(plan, action.component);
        let mut said = String::new();
        if first && action.leg == Leg::Back {
            let back = match from {
                // Nothing was changed there: what was kept away from it comes back.
                _ if matches!(step, Step::Undrain | Step::Unblock) => {
                    "not changed; what uses it comes back".into()
                }
                None => "going back: it was absent".into(),
                from => format!("going back to {}", short(from, to)),
            };
            said = self.of(plan, at, action.component, &[tinted(Tint::Change, back)]);
        }
        let what = match step {
            // What has no effect and is over at once is not worth a line.
            Step::Gate | Step::Measure | Step::Commit => return said,
            _ if !self.announces(plan, action, step) => return said,
            Step::Patch => format!("patch {}{again} …", brief(from, to)),
            _ => format!("{}{again} …", step.name()),
        };
        said + &self.of(plan, at, action.component, &[plain(what)])
    }

    /// Whether a step is told when it begins.
    fn announces(&self, plan: &Plan, action: ActionRef, step: Step) -> bool {
        let long = action.planned(plan).is_some_and(|p| p.expected >= LONG);
        self.telling == Telling::Log && (step == Step::Patch || long)
    }

    fn fact(&mut self, plan: &Plan, at: Moment, action: ActionRef, answer: &Answer) -> String {
        self.going.remove(&action);
        let step = self.steps.get(&action).map(|(step, _)| *step);
        let word = step.map_or("step", Step::name);
        let (tint, what, output) = match answer {
            Answer::Applied(done) => match (&done.verdict, step) {
                // It is left alone, and nothing has failed.
                (Some(Health::Ill { why }), Some(Step::Measure)) => {
                    (Tint::Change, format!("ill already before its patch: {why}"), &done.output)
                }
                (Some(Health::Ill { why }), _) => (Tint::Bad, format!("{word} failed: {why}"), &done.output),
                (Some(Health::Inconclusive { why }), _) => {
                    (Tint::Change, format!("{word} could not tell: {why}"), &done.output)
                }
                (_, step) => {
                    return self.applied(plan, at, action, step, &done.output)
                        + &self.ailments(plan, at, action.component, &done.ailments)
                        + &self.soak(plan, at, action);
                }
            },
            Answer::Refused { why, output } if step == Some(Step::Gate) => {
                (Tint::Change, format!("refused by a gate, and not changed: {why}"), output)
            }
            Answer::Refused { why, output } => {
                (Tint::Bad, format!("{word} failed, and changed nothing: {why}"), output)
            }
            Answer::Unclear { why, output } => {
                self.unclear.insert(action, why.clone());
                (Tint::Change, format!("{word} is unclear: {why}; looking how far it came"), output)
            }
        };
        self.of(plan, at, action.component, &[tinted(tint, what)]) + &self.output(output)
    }

    /// What checks complain about although it decides nothing.
    fn ailments(&self, plan: &Plan, at: Moment, component: usize, ailments: &[Ailment]) -> String {
        let line = |c: &Ailment| self.of(plan, at, component, &[tinted(Tint::Change, c.why.clone())]);
        ailments.iter().map(line).collect()
    }

    /// What a step is followed by, where that is a soak.
    fn soak(&self, plan: &Plan, at: Moment, action: ActionRef) -> String {
        let next = ActionRef { index: action.index.saturating_add(1), ..action };
        match next.planned(plan).filter(|p| p.action == Step::Soak && action.leg == Leg::Forth) {
            Some(soak) if self.telling != Telling::Highlights => {
                let what =
                    format!("soak: watched for {} before it counts as done", period::show(soak.expected));
                self.of(plan, at, action.component, &[tinted(Tint::Dim, what)])
            }
            _ => String::new(),
        }
    }

    /// A look at a watched component: only how it ends is told.
    fn watched(
        &mut self,
        plan: &Plan,
        at: Moment,
        component: usize,
        passed: Duration,
        found: &Health,
    ) -> String {
        let soaked = self.soaked.entry(component).or_default();
        *soaked = soaked.saturating_add(passed);
        let whole = plan.change(component).and_then(|c| c.forth.iter().find(|p| p.action == Step::Soak));
        let (tint, what) = match found {
            Health::Healthy if whole.is_some_and(|soak| *soaked < soak.expected) => return String::new(),
            Health::Healthy if self.telling == Telling::Highlights => return String::new(),
            Health::Healthy => (Tint::Dim, format!("soak done in {}", period::show(*soaked))),
            Health::Ill { why } => {
                let after = period::show(std::mem::take(soaked));
                (Tint::Bad, format!("soak failed after {after}: {why}"))
            }
            Health::Inconclusive { why } => (Tint::Change, format!("soak could not tell: {why}")),
        };
        self.of(plan, at, component, &[tinted(tint, what)])
    }

    fn applied(
        &self,
        plan: &Plan,
        at: Moment,
        action: ActionRef,
        step: Option<Step>,
        output: &str,
    ) -> String {
        let took = |since| self.took(at, since);
        let (from, to) = levels(plan, action.component);
        let (tint, what) = match step {
            None | Some(Step::Gate | Step::Measure) => return String::new(),
            Some(Step::Commit) => {
                let whole = took(self.began.get(&(action.component, Leg::Forth)));
                let gone =
                    if to.is_none() { "taken away".into() } else { format!("now at {}", short(to, from)) };
                (Tint::Good, format!("{gone}, done{whole}"))
            }
            Some(Step::Verify) if action.leg == Leg::Back && self.telling != Telling::Highlights => {
                (Tint::Plain, format!("verified at {}", short(from, to)))
            }
            Some(_) if self.telling == Telling::Highlights => return String::new(),
            Some(Step::Patch) if self.telling == Telling::Story => {
                let since = self.steps.get(&action).map(|(_, since)| since);
                (Tint::Dim, format!("patch {} done{}", brief(from, to), took(since)))
            }
            Some(step) => {
                let since = self.steps.get(&action).map(|(_, since)| since);
                // How it was proved that customers are out, or in again, is what such a step is for.
                let proof = match output.trim() {
                    proof if step.moves_customers() && !proof.is_empty() => format!(": {proof}"),
                    _ => String::new(),
                };
                (Tint::Dim, format!("{} done{}{proof}", step.name(), took(since)))
            }
        };
        self.of(plan, at, action.component, &[tinted(tint, what)])
    }

    fn probe(&self, plan: &Plan, at: Moment, action: ActionRef, found: &Result<Probed, String>) -> String {
        let word = self.steps.get(&action).map_or("step", |(step, _)| step.name());
        // How it ended is told once.
        let ended = found.as_ref().ok().and_then(Probed::ended);
        let ended = ended.filter(|ended| self.unclear.get(&action) != Some(&ended.why));
        let because = |why: &str| {
            let whys = ended.map(|ended| &*ended.why).into_iter().chain([why]).filter(|why| !why.is_empty());
            let whys = whys.collect::<Vec<_>>().join("; ");
            if whys.is_empty() { whys } else { format!(": {whys}") }
        };
        let is_guarded = plan.change(action.component).is_some_and(|change| change.preview.switch.is_some());
        let what = match found {
            Ok(Probed::Before { .. }) => {
                format!("looked again: nothing of {word} had happened{}", because(""))
            }
            Ok(Probed::After(done)) if let Some(Health::Inconclusive { why }) = &done.verdict => {
                format!("looked again at {word}: {why}")
            }
            Ok(Probed::After(_)) => format!("looked again: {word} had happened"),
            Ok(Probed::Between { why, .. }) => {
                format!("looked again: {word} may have happened in part{}", because(why))
            }
            // Its host may not answer: its dead man's switch decides there.
            Ok(Probed::Busy) if is_guarded => format!("looked again: how {word} ends is not known yet"),
            Ok(Probed::Busy) => format!("looked again: {word} still goes on"),
            Err(why) => format!("looked again: nobody can tell how far {word} came: {why}"),
        };
        let output = ended.map_or(String::new(), |ended| self.output(&ended.output));
        self.of(plan, at, action.component, &[tinted(Tint::Change, what)]) + &output
    }

    /// ` in 8.3s`; nothing where it is not known since when.
    fn took(&self, at: Moment, since: Option<&Moment>) -> String {
        since.map_or(String::new(), |since| format!(" in {}", period::show(self.clock.at(at).since(*since))))
    }

    /// After a way back the reading decides; before a patch that halted half-way is tried again it is what that expects, and
    /// before a run is taken up again what a person may have put right.
    fn read(&self, plan: &Plan, at: Moment, component: usize, digest: &Result<String, String>) -> String {
        let before = plan.entries.get(component).and_then(|e| e.observed.identity()).map(|i| &i.digest);
        let (from, _) = levels(plan, component);
        let took = self.took(at, self.began.get(&(component, Leg::Back)));
        let looked = self.taken == Some(at) || !self.began.contains_key(&(component, Leg::Back));
        let piece = match digest {
            Ok(digest) if looked && Some(digest) == before => {
                plain("read again: it is as it was before the run")
            }
            Ok(_) if looked => plain("read again: it is not as it was before the run"),
            Err(why) if looked => tinted(Tint::Bad, format!("could not be read again: {why}")),
            Ok(digest) if Some(digest) == before => {
                let to = from.map_or("restored: absent again".into(), |from| format!("restored to {from}"));
                tinted(Tint::Good, format!("{to}{took}"))
            }
            Ok(_) => tinted(Tint::Bad, "read after going back: it is not as it was before the run"),
            Err(why) => tinted(Tint::Bad, format!("could not be read after going back: {why}")),
        };
        self.of(plan, at, component, &[piece])
    }

    fn of(&self, plan: &Plan, at: Moment, component: usize, pieces: &[Piece]) -> String {
        let address = name(plan, component);
        let mut line = vec![
            tinted(Tint::Dim, format!("{}  ", size::time_of_day(at, self.offset))),
            tinted(Tint::Bold, format!("{address:<ADDRESS$}  ")),
        ];
        line.extend_from_slice(pieces);
        let mut page = Page::new(self.style);
        page.line(0, 10, &line);
        page.finish()
    }

    /// How a service is seen from outside now. That it answers is news only where it did not.
    fn seen(&mut self, plan: &Plan, at: Moment, service: usize, sight: &Sight, took: Duration) -> String {
        let name = plan.services.get(service).map_or_else(String::new, |service| service.address());
        let now = self.clock.at(at);
        let dark = self.dark.remove(&service);
        if sight.why().is_some() {
            self.dark.insert(service, now.minus(took));
        }
        let piece = match (sight, dark) {
            (Sight::Down(why), _) => tinted(Tint::Bad, format!("{name} does not answer from outside: {why}")),
            (Sight::Unknown(why), _) => {
                tinted(Tint::Change, format!("nobody can tell whether {name} answers from outside: {why}"))
            }
            (Sight::Up, Some(since)) => {
                let long = period::show(now.since(since));
                tinted(Tint::Good, format!("{name} answers from outside again, after {long}"))
            }
            (Sight::Up | Sight::Unseen, _) => return String::new(),
        };
        self.of_run(at, piece)
    }

    fn of_run(&self, at: Moment, piece: Piece) -> String {
        let mut page = Page::new(self.style);
        let time = tinted(Tint::Dim, format!("{}  ", size::time_of_day(at, self.offset)));
        page.line(0, 10, &[time, piece]);
        page.finish()
    }

    fn output(&self, output: &str) -> String {
        let mut page = Page::new(self.style);
        let most = if self.telling == Telling::Story { usize::MAX } else { OUTPUT };
        tail(&mut page, 12, output, most, &self.run);
        page.finish()
    }

    /// Whether more than its gate was begun there.
    fn has_begun(&self, entry: usize) -> bool {
        self.steps.iter().any(|(action, (step, _))| action.component == entry && *step != Step::Gate)
    }

    /// `patch of command.a`
    fn of_which(&self, plan: &Plan, action: &ActionRef) -> String {
        let word = self.steps.get(action).map_or("a step", |(step, _)| step.name());
        format!("{word} of {}", name(plan, action.component))
    }

    fn asked(&self, plan: &Plan, request: &Request) -> String {
        match request {
            Request::Pause => "asked to pause: nothing new begins".into(),
            Request::Continue => "asked to go on".into(),
            Request::Skip(entry) if self.has_begun(*entry) => {
                format!("asked to skip {}, which had begun already: it goes on", name(plan, *entry))
            }
            Request::Skip(entry) => format!("asked to skip {}", name(plan, *entry)),
            Request::Stop if self.telling == Telling::Story || self.going.is_empty() => {
                "asked to stop".into()
            }
            Request::Stop => {
                let going: Vec<String> =
                    self.going.iter().map(|action| self.of_which(plan, action)).collect();
                let ends = if going.len() == 1 { "ends" } else { "end" };
                format!("stopping: {} {ends} first; press Ctrl-C again to stop waiting", size::names(&going))
            }
            Request::Rollback => "asked to roll back: everything that this run changed is taken back".into(),
            Request::Abandon { leaving } => {
                let names: Vec<String> = leaving.iter().map(|entry| name(plan, *entry)).collect();
                let left = if names.is_empty() {
                    String::new()
                } else {
                    format!("; left running: {}", names.join(", "))
                };
                format!("asked to abandon: the run ends as it stands{left}")
            }
        }
    }
}

/// The last lines of what a step printed, and how many came before.
fn tail(page: &mut Page, indent: usize, output: &str, most: usize, run: &str) {
    let lines: Vec<&str> = output.trim_end().lines().collect();
    let skipped = lines.len().saturating_sub(most);
    if skipped > 0 {
        let more = format!("… {}: ", size::counted(skipped, "earlier line"));
        let command = format!("patchform run show {run}");
        page.line(indent, indent + 2, &[tinted(Tint::Dim, more), tinted(Tint::Command, command)]);
    }
    for line in &lines[skipped..] {
        page.verbatim(indent, Tint::Dim, &format!("│ {line}"));
    }
}

#[cfg(test)]
mod tests;
