//! What is seen while work goes on: stages of a plan, and every step of a run, as plain lines or as JSON.

use super::terminal::Terminal;
use crate::model::Moment;
use crate::ops::apply::{Audience, Ended};
use crate::ops::plan::{Stage, Stages as StagesOfPlan};
use crate::ops::runs;
use crate::plan::Plan;
use crate::plan::noun::Verdict as PlanVerdict;
use crate::report::reason::name;
use crate::report::run_json;
use crate::report::run_text::{RunText, ending};
use crate::report::run_view::{Ended as EndedAs, RunView, Settled, Stands};
use crate::run::event::{Event, What};
use crate::run::{Ending, Left, Run, Standing, outcome};
use crate::world::clock;
use std::collections::BTreeMap;

/// The stages of a plan, told on standard error while a person waits.
pub struct Stages<'a> {
    terminal: &'a Terminal,
}

impl<'a> Stages<'a> {
    pub fn new(terminal: &'a Terminal) -> Self {
        Stages { terminal }
    }
}

impl StagesOfPlan for Stages<'_> {
    fn stage(&mut self, stage: Stage) {
        if !self.terminal.live {
            return;
        }
        let text = match stage {
            Stage::Checking => "checking the configuration …".to_string(),
            Stage::Reading(n) => format!("reading {n} components …"),
            Stage::Previewing(n) => format!("previewing {n} changes …"),
            Stage::Done => String::new(),
        };
        self.terminal.note(&format!("\r\x1b[K{text}"));
    }
}

/// What people and programs see of a run.
pub struct Live<'a> {
    terminal: &'a Terminal,
    json: bool,
    lines: RunText,
    id: String,
    /// When the run began, as far as is known here.
    began: Moment,
    times: BTreeMap<usize, (Moment, Moment)>,
}

impl<'a> Live<'a> {
    /// For a run that is about to begin.
    pub fn new(terminal: &'a Terminal, json: bool) -> Self {
        let began = clock::now();
        let lines = RunText::new("", terminal.out, clock::local_offset(began));
        Live { terminal, json, lines, id: String::new(), began, times: BTreeMap::new() }
    }

    /// Shows a run as its journal tells it.
    pub fn replay(&mut self, told: &runs::Told) {
        self.id = told.run.id().into();
        self.began = told.started();
        self.lines = RunText::new(&self.id, self.terminal.out, clock::local_offset(self.began));
        for event in &told.journal.events {
            self.tell(&told.plan, event);
        }
        let last = told.journal.events.last().map_or(self.began, |e| e.at);
        self.end(&told.plan, &told.run, last);
    }

    /// Says how a run ended and what to do next.
    pub fn finish(&mut self, ended: &Ended) {
        match &ended.run {
            Some(run) => self.end(&ended.plan, run, clock::now()),
            None if self.json => {}
            None if ended.gated => {
                self.terminal.say("Nothing could be done: what is left is blocked or held, as shown above.\n")
            }
            None => self.terminal.say("Nothing to do.\n"),
        }
    }

    fn end(&self, plan: &Plan, run: &Run, now: Moment) {
        let view = self.view(plan, run, now);
        self.terminal.say(&match self.json {
            true => run_json::outcome(plan, &view),
            false => ending(plan, &view, self.terminal.out),
        });
    }

    fn tell(&mut self, plan: &Plan, event: &Event) {
        if let Some(i) = component_of(&event.what) {
            self.times.entry(i).or_insert((event.at, event.at)).1 = event.at;
        }
        let text = match self.json {
            true => run_json::event(plan, &self.id, event),
            false => self.lines.event(plan, event),
        };
        if !text.is_empty() {
            self.terminal.say(&text);
        }
    }

    fn view(&self, plan: &Plan, run: &Run, now: Moment) -> RunView {
        let outcome = outcome(run);
        let shown =
            plan.entries.iter().enumerate().filter(|(_, e)| matches!(e.verdict, PlanVerdict::Change(_)));
        RunView {
            id: run.id().into(),
            ended: match outcome.ending {
                Ending::Complete => EndedAs::Complete,
                Ending::Incomplete => EndedAs::Incomplete,
                Ending::Restored => EndedAs::Restored,
                Ending::Halted => EndedAs::Halted,
                Ending::Stuck => EndedAs::Stuck,
            },
            started: self.began,
            finished: now,
            why: run.stopped().unwrap_or_default().into(),
            components: shown.map(|(i, _)| self.settled(plan, run, i, &outcome.left)).collect(),
        }
    }

    fn settled(&self, plan: &Plan, run: &Run, i: usize, left: &[Left]) -> Settled {
        let (stands, why) = standing(plan, &run.standing(i));
        let failure = run.failure(i);
        let why = if why.is_empty() { failure.map_or(String::new(), |f| f.why.clone()) } else { why };
        let left = left.iter().filter(|l| l.component == i);
        Settled {
            entry: i,
            stands,
            why,
            failed_at: failure.map(|f| f.step),
            output: failure.map_or(String::new(), |f| f.output.clone()),
            took: self.times.get(&i).map(|(from, to)| to.since(*from)),
            left: left.flat_map(left_behind).collect(),
            snapshot: run.snapshots(i).iter().rev().find(|s| s.done).map(|s| s.id.clone()),
        }
    }
}

impl Audience for Live<'_> {
    fn begins(&mut self, run: &str, _plan: &Plan) {
        self.id = run.into();
        self.lines = RunText::new(run, self.terminal.out, clock::local_offset(self.began));
    }

    fn event(&mut self, plan: &Plan, _run: &Run, event: &Event) {
        self.tell(plan, event);
    }

    fn notice(&mut self, text: &str) {
        self.terminal.notices(&[text.to_string()]);
    }
}

fn component_of(what: &What) -> Option<usize> {
    match what {
        What::Intent { action, .. } | What::Fact { action, .. } | What::Probe { action, .. } => {
            Some(action.component)
        }
        What::Read { component, .. } => Some(*component),
        _ => None,
    }
}

fn standing(plan: &Plan, standing: &Standing) -> (Stands, String) {
    match standing {
        Standing::Unchanged => (Stands::Unchanged, String::new()),
        Standing::Untouched => (Stands::Untouched, String::new()),
        Standing::Forward => (Stands::Forward, String::new()),
        Standing::Committed => (Stands::Committed, String::new()),
        Standing::GoingBack => (Stands::GoingBack, String::new()),
        Standing::Restored => (Stands::Restored, String::new()),
        Standing::Stuck(why) => (Stands::Stuck, why.clone()),
        Standing::Skipped(why) => (Stands::Skipped, why.why()),
        Standing::Held { by } => (Stands::Held, format!("waits for {}", name(plan, *by))),
    }
}

fn left_behind(left: &Left) -> Vec<String> {
    let drained = left.drained.then(|| "traffic may still be away from it".to_string());
    let changed = left.changed.then(|| "it may differ from what was read before the run".to_string());
    drained.into_iter().chain(changed).collect()
}
