//! What is waited for while nothing seems to happen: a host that does not answer is told at once, on standard error for
//! people and as an event for programs.

use super::outlet::{Outlet, Stream};
use super::painter::Painter;
use super::seen::lock;
use super::terminal::Terminal;
use crate::provider::Watch;
use crate::provider::watch::Silent;
use crate::report::page::Page;
use crate::report::run_json;
use crate::report::size;
use crate::report::style::{Style, Tint, plain, tinted};
use crate::target::Waiting;
use crate::world::clock;
use std::sync::{Arc, Mutex};

/// Tells it beside plain lines or JSON.
pub struct Waits {
    /// The run's id, once it is known: events name it. `None` where standard output is no stream of events.
    pub events: Option<Arc<Mutex<String>>>,
    /// How to write on standard error.
    pub style: Style,
    /// Where it is told.
    pub outlet: Outlet,
}

impl Waits {
    /// Tells it on standard error, where standard output is no stream of events.
    pub fn beside(terminal: &Terminal) -> Waits {
        Waits { events: None, style: terminal.err, outlet: terminal.outlet.clone() }
    }
}

impl Watch for Waits {
    fn waits(&self, waiting: &Waiting) {
        let Some(run) = &self.events else { return note(waiting, self.style, &self.outlet) };
        let run = lock(run).clone();
        let run = Some(run.as_str()).filter(|run| !run.is_empty());
        let line = run_json::waiting(run, clock::now(), &waiting.host, &waiting.why, waiting.left);
        self.outlet.say(Stream::Out, &line);
    }

    fn log(&self, provider: &str, line: &str) {
        Silent.log(provider, line);
    }
}

/// Tells it above a live view.
pub fn above(painter: &Mutex<Painter>, waiting: &Waiting, style: Style) {
    let mut painter = lock(painter);
    let outlet = painter.outlet().clone();
    painter.above(|| note(waiting, style, &outlet));
}

fn note(waiting: &Waiting, style: Style, outlet: &Outlet) {
    let mut page = Page::new(style);
    page.line(0, 2, &[tinted(Tint::Info, "note: "), plain(sentence(waiting))]);
    outlet.say(Stream::Err, &page.finish());
}

fn sentence(waiting: &Waiting) -> String {
    let Waiting { host, why, left } = waiting;
    let again = match usize::try_from(left.as_secs()).unwrap_or(usize::MAX) {
        0 => "It is tried once more".to_string(),
        seconds => format!("It is tried for another {}", size::counted(seconds, "second")),
    };
    format!(
        "waiting for {host}: {why}. {again}. Bring it back, or press Ctrl-C (twice to stop at once): what \
         cannot be asked now stays open, and can be asked again later"
    )
}
