//! What is seen of a run while it goes on: a live view on a terminal, plain lines in a pipe, or JSON.

use super::screen::Screen;
use super::terminal::Terminal;
use super::waits::Waits;
use crate::model::Moment;
use crate::ops::apply::{Audience, Ended};
use crate::ops::runs;
use crate::plan::Plan;
use crate::provider::Watch;
use crate::report::run_json;
use crate::report::run_standing::{Times, view};
use crate::report::run_story::{self, Form};
use crate::report::run_text::{RunText, Telling, ending};
use crate::report::run_view::RunView;
use crate::run::Run;
use crate::run::event::Event;
use crate::world::clock;
use std::sync::{Arc, Mutex, PoisonError};

/// What people and programs see of a run.
pub struct Live<'a> {
    terminal: &'a Terminal,
    json: bool,
    telling: Telling,
    lines: RunText,
    screen: Option<Screen>,
    id: String,
    /// The same, for who watches on other threads.
    named: Arc<Mutex<String>>,
    /// When the run began, as far as is known here.
    began: Moment,
    times: Times,
    /// Whether it was told that standard output is lost.
    unheard: bool,
}

impl<'a> Live<'a> {
    /// For a run that is about to begin.
    pub fn new(terminal: &'a Terminal, json: bool) -> Self {
        let screen = (terminal.live && !json).then(|| Screen::new(terminal.out));
        let telling = if screen.is_some() { Telling::Highlights } else { Telling::Log };
        Live { screen, ..Live::telling(terminal, json, telling) }
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
            Some(_) if json => {}
            Some(driver) if told.run.is_paused() => terminal.say(&format!(
                "\nThe run is paused: nothing new begins until `patchform run continue {}`; {driver} drives it.\n",
                told.run.id()
            )),
            Some(driver) => terminal.say(&format!("\nThe run goes on: {driver} drives it.\n")),
        }
    }

    fn telling(terminal: &'a Terminal, json: bool, telling: Telling) -> Self {
        let began = clock::now();
        let lines = RunText::new("", telling, terminal.out, clock::local_offset(began));
        let (id, named, times, unheard) = Default::default();
        Live { terminal, json, telling, lines, screen: None, id, named, began, times, unheard }
    }

    /// Who is to be told of what providers say.
    pub fn watch(&self) -> Arc<dyn Watch> {
        match &self.screen {
            Some(screen) => screen.watch(),
            None => {
                let events = self.json.then(|| Arc::clone(&self.named));
                Arc::new(Waits { events, style: self.terminal.err })
            }
        }
    }

    /// Says how a run ended and what to do next.
    pub fn finish(mut self, ended: &Ended) {
        drop(self.screen.take());
        match &ended.run {
            Some(run) => {
                self.end(ended, run, clock::now());
                self.carry_on();
            }
            None if self.json => self.terminal.say(&run_json::nothing(ended.gated, clock::now())),
            None if ended.gated => {
                self.terminal.say("Nothing could be done: what is left is blocked or held, as shown above.\n")
            }
            None => self.terminal.say("Nothing to do.\n"),
        }
    }

    fn end(&self, Ended { plan, lacks, .. }: &Ended, run: &Run, now: Moment) {
        let view = RunView { lacks: *lacks, ..view(plan, run, &self.times, self.began, now) };
        self.terminal.say(&match self.json {
            true => run_json::outcome(plan, &view),
            false => format!("\n{}", ending(plan, &view, self.terminal.out)),
        });
    }

    fn tell(&mut self, plan: &Plan, event: &Event) {
        self.times.see(event);
        let text = match self.json {
            true => run_json::event(plan, &self.id, event),
            false => self.lines.event(plan, event),
        };
        if !text.is_empty() {
            self.write(|terminal| terminal.say(&text));
        }
    }

    fn write(&self, write: impl FnOnce(&Terminal)) {
        match &self.screen {
            Some(screen) => screen.above(|| write(self.terminal)),
            None => write(self.terminal),
        }
    }

    /// A run is not about its output: when that is lost the run goes on, and ends with its own exit code.
    fn carry_on(&mut self) {
        let Some(error) = self.terminal.lost.borrow_mut().take() else { return };
        if !std::mem::replace(&mut self.unheard, true) {
            self.notice(&format!(
                "standard output could not be written: {error}; the run goes on, and `patchform run show {}` tells of it",
                self.id
            ));
        }
    }

    fn name(&mut self, run: &str) {
        self.id = run.into();
        self.named.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&self.id);
        self.lines = RunText::new(run, self.telling, self.terminal.out, clock::local_offset(self.began));
    }
}

impl Audience for Live<'_> {
    fn begins(&mut self, run: &str, plan: &Plan, before: &[Event]) {
        self.began = before.first().map_or(self.began, |e| e.at);
        self.name(run);
        for event in before {
            // Seen for the times; it was told when it happened.
            self.times.see(event);
            let _ = self.lines.event(plan, event);
        }
        if !self.json {
            self.terminal.say("\n");
        }
        if let Some(screen) = &mut self.screen {
            screen.begins(run, plan, self.began);
        }
    }

    fn event(&mut self, plan: &Plan, run: &Run, event: &Event) {
        if let Some(screen) = &self.screen {
            screen.event(plan, run, event);
        }
        self.tell(plan, event);
        self.carry_on();
    }

    fn notice(&mut self, text: &str) {
        self.write(|terminal| terminal.notices(&[text.to_string()]));
    }
}

/// How a run is told.
fn form(terminal: &Terminal, json: bool, told: &runs::Told) -> Form {
    match json {
        true => Form::Json,
        false => Form::Text { style: terminal.out, offset: clock::local_offset(told.started()) },
    }
}
