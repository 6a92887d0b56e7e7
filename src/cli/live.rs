//! What is seen of a run while it goes on: a live view on a terminal, plain lines in a pipe, or JSON.

use super::beat::{self, Beat};
use super::outlet::Stream;
use super::screen::Screen;
use super::seen::{Seen, Shared, lock};
use super::terminal::Terminal;
use super::waits::Waits;
use crate::model::Moment;
use crate::ops::apply::{Audience, Ended};
use crate::ops::runs;
use crate::plan::Plan;
use crate::provider::Watch;
use crate::report::gauges::{self, Turn};
use crate::report::run_json;
use crate::report::run_standing::{Times, view};
use crate::report::run_story::{self, Form};
use crate::report::run_text::{RunText, Telling, ending};
use crate::report::run_view::RunView;
use crate::report::style::Style;
use crate::run::Run;
use crate::run::event::Event;
use crate::world::clock;
use std::sync::{Arc, Mutex};

/// What people and programs see of a run.
pub struct Live<'a> {
    terminal: &'a Terminal,
    json: bool,
    telling: Telling,
    lines: RunText,
    screen: Option<Screen>,
    /// Where there is no screen, once the run has begun.
    beat: Option<Beat>,
    seen: Shared,
    id: String,
    /// The same, for who watches on other threads.
    named: Arc<Mutex<String>>,
    /// When the run began, as far as is known here.
    began: Moment,
    /// Whether it was told that standard output is lost.
    unheard: bool,
}

impl<'a> Live<'a> {
    /// For a run that is about to begin.
    pub fn new(terminal: &'a Terminal, json: bool) -> Self {
        let seen = Shared::default();
        let screen = (terminal.live && !json)
            .then(|| Screen::new(terminal.out, Arc::clone(&seen), terminal.outlet.clone()));
        let telling = if screen.is_some() { Telling::Highlights } else { Telling::Log };
        let began = clock::now();
        let lines = RunText::new("", telling, terminal.out, clock::local_offset(began));
        let (beat, id, named, unheard) = Default::default();
        Live { terminal, json, telling, lines, screen, beat, seen, id, named, began, unheard }
    }

    /// Shows what happened in a run, as its journal tells it.
    pub fn replay(terminal: &Terminal, json: bool, told: &runs::Told) {
        let events = &told.journal.events;
        terminal.say(&run_story::events(&told.plan, told.run.id(), events, form(terminal, json, told)));
    }

    /// Shows how a run ended; `driver` is who drives it now.
    pub fn replay_end(terminal: &Terminal, json: bool, told: &runs::Told, driver: Option<String>) {
        match driver {
            None => {
                let (events, form) = (&told.journal.events, form(terminal, json, told));
                terminal.say(&run_story::end(&told.plan, &told.run, events, form));
            }
            Some(driver) => {
                let seen = Seen::new(&told.plan, &told.run, &told.journal.events);
                if !json {
                    terminal.say(&match told.run.is_finished() {
                        true => format!("\nAll is done: {driver} drops old snapshots.\n"),
                        false => format!("\nThe run goes on: {driver} drives it.\n"),
                    });
                }
                terminal.say(&progress(&seen, json, terminal.out));
            }
        }
    }

    /// Who is to be told of what providers say.
    pub fn watch(&self) -> Arc<dyn Watch> {
        match &self.screen {
            Some(screen) => screen.watch(),
            None => {
                let events = self.json.then(|| Arc::clone(&self.named));
                Arc::new(Waits { events, ..Waits::beside(self.terminal) })
            }
        }
    }

    /// Says how a run ended and what to do next.
    pub fn finish(mut self, ended: &Ended) {
        self.end_view();
        match &ended.run {
            Some(run) => {
                self.end(ended, run, clock::now());
                self.close();
                self.carry_on();
            }
            None if self.json => self.terminal.say(&run_json::nothing(ended.gated, clock::now())),
            None if ended.gated => {
                self.terminal.say("Nothing could be done: what is left is blocked or held, as shown above.\n")
            }
            None => self.terminal.say("Nothing to do.\n"),
        }
    }

    /// Nothing is shown any more of a run that goes on, once all of that was read.
    pub fn close(&mut self) {
        self.end_view();
        self.terminal.outlet.close();
    }

    fn end_view(&mut self) {
        drop((self.screen.take(), self.beat.take()));
    }

    fn end(&self, Ended { plan, lacks, .. }: &Ended, run: &Run, now: Moment) {
        let seen = lock(&self.seen);
        let none = Times::default();
        let times = seen.as_ref().map_or(&none, |seen| &seen.times);
        let view = RunView { lacks: *lacks, ..view(plan, run, times, self.began, now) };
        self.terminal.outlet.say_at_last(&match self.json {
            true => run_json::outcome(plan, &view),
            false => format!("\n{}", ending(plan, &view, self.terminal.out)),
        });
    }

    fn tell(&mut self, plan: &Plan, event: &Event, turns: &[Turn]) {
        let said = match self.json {
            true => run_json::event(plan, &self.id, event),
            false => self.lines.event(plan, event),
        };
        let (ends, begins): (Vec<&Turn>, Vec<&Turn>) = turns.iter().partition(|turn| turn.settled.is_some());
        let text = match self.json {
            true if !turns.is_empty() => said + &self.progress(),
            true => said,
            false => self.turns(&begins, event.at) + &said + &self.turns(&ends, event.at),
        };
        if !text.is_empty() {
            self.write(|terminal| terminal.say(&text));
        }
        if let Some(beat) = self.beat.as_ref().filter(|_| !text.is_empty()) {
            beat.said();
        }
    }

    fn turns(&self, turns: &[&Turn], at: Moment) -> String {
        let offset = clock::local_offset(self.began);
        turns.iter().map(|turn| turn.line(at, self.terminal.out, offset)).collect()
    }

    fn progress(&self) -> String {
        lock(&self.seen)
            .as_ref()
            .map_or_else(String::new, |seen| progress(seen, self.json, self.terminal.out))
    }

    fn write(&self, write: impl FnOnce(&Terminal)) {
        match &self.screen {
            Some(screen) => screen.above(|| write(self.terminal)),
            None => write(self.terminal),
        }
    }

    /// A run is not about its output: when that is lost the run goes on, and ends with its own exit code.
    fn carry_on(&mut self) {
        let Some(error) = self.terminal.outlet.take_lost() else { return };
        if !std::mem::replace(&mut self.unheard, true) {
            self.notice(&format!(
                "standard output could not be written: {error}; that stops no run, and `patchform run show {}` tells of it",
                self.id
            ));
        }
    }

    fn name(&mut self, run: &str) {
        self.id = run.into();
        lock(&self.named).clone_from(&self.id);
        self.lines = RunText::new(run, self.telling, self.terminal.out, clock::local_offset(self.began));
    }
}

impl Audience for Live<'_> {
    fn begins(&mut self, run: &Run, plan: &Plan, before: &[Event]) {
        self.terminal.outlet.open();
        let seen = Seen::new(plan, run, before);
        self.began = seen.started;
        self.name(run.id());
        for event in before {
            // It was told when it happened.
            let _ = self.lines.event(plan, event);
        }
        if !self.json {
            self.terminal.say("\n");
        }
        *lock(&self.seen) = Some(seen);
        match &mut self.screen {
            Some(screen) => screen.begins(),
            None => {
                let (seen, json, style) = (Arc::clone(&self.seen), self.json, self.terminal.out);
                let outlet = self.terminal.outlet.clone();
                self.beat = Some(Beat::new(beat::QUIET, move || {
                    let text =
                        lock(&seen).as_ref().map_or_else(String::new, |seen| progress(seen, json, style));
                    outlet.say(Stream::Out, &text);
                }));
            }
        }
    }

    fn event(&mut self, plan: &Plan, run: &Run, event: &Event) {
        let turns = lock(&self.seen).as_mut().map_or_else(Vec::new, |seen| seen.event(run, event));
        self.tell(plan, event, &turns);
        self.carry_on();
    }

    fn notice(&mut self, text: &str) {
        self.write(|terminal| terminal.notices(&[text.to_string()]));
    }
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        self.close();
    }
}

/// How a run stands that goes on.
fn progress(seen: &Seen, json: bool, style: Style) -> String {
    match json {
        true => gauges::line(&seen.gauges()),
        false => gauges::told(&seen.gauges(), &seen.notes, style, &clock::local_offset),
    }
}

/// How a run is told.
fn form(terminal: &Terminal, json: bool, told: &runs::Told) -> Form {
    match json {
        true => Form::Json,
        false => Form::Text { style: terminal.out, offset: clock::local_offset(told.started()) },
    }
}
