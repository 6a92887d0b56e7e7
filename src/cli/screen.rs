//! The lower lines of a terminal while a run goes on: redrawn a few times a second, with what ended scrolling above.
//!
//! The cursor is never hidden and no mode of the terminal is changed, so that nothing needs to be put back however the
//! program ends.

use super::outlet::Outlet;
use super::painter::Painter;
use super::seen::{Shared, lock};
use super::waits;
use crate::engine::perform;
use crate::provider::Watch;
use crate::provider::watch::Silent;
use crate::report::gauges::panel;
use crate::report::style::Style;
use crate::target::Waiting;
use crate::world::{clock, machine};
use patchform_sdk::message;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it is redrawn.
const EVERY: Duration = Duration::from_millis(200);
/// For a plan of any size no more than this part of the time is spent on it.
const SHARE: u32 = 20;
/// Most lines that it takes; at most half of the terminal.
const MOST: usize = 20;

/// What providers say goes into the view.
struct Notes {
    seen: Shared,
    painter: Arc<Mutex<Painter>>,
    style: Style,
}

/// The view. It goes when it is dropped.
pub struct Screen {
    seen: Shared,
    painter: Arc<Mutex<Painter>>,
    style: Style,
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Screen {
    /// Nothing is drawn until the run begins.
    pub fn new(style: Style, seen: Shared, outlet: Outlet) -> Screen {
        Screen { seen, painter: Arc::new(Mutex::new(Painter::new(outlet))), style, thread: None }
    }

    /// Who is to be told of what providers say.
    pub fn watch(&self) -> Arc<dyn Watch> {
        Arc::new(Notes {
            seen: Arc::clone(&self.seen),
            painter: Arc::clone(&self.painter),
            style: self.style,
        })
    }

    /// The run begins: the view is drawn from now on.
    pub fn begins(&mut self) {
        let (stop, stopped) = mpsc::channel();
        let (seen, painter, style) = (Arc::clone(&self.seen), Arc::clone(&self.painter), self.style);
        let paint = move || {
            let mut pause = EVERY;
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let begun = clock::steady();
                let (columns, rows) = machine::terminal_size().unwrap_or((style.width, 24));
                let lines = draw(&seen, rows, Style { width: columns, ..style });
                lock(&painter).paint(lines, columns);
                pause = EVERY.max(begun.elapsed().saturating_mul(SHARE));
            }
        };
        // Without the thread there is only no view: lines still scroll.
        let thread = std::thread::Builder::new().name("screen".into()).spawn(paint).ok();
        self.thread = thread.map(|thread| (stop, thread));
    }

    /// Writes above the view.
    pub fn above(&self, write: impl FnOnce()) {
        lock(&self.painter).above(write);
    }

    /// Takes the view away.
    pub fn close(&mut self) {
        if let Some((stop, thread)) = self.thread.take() {
            drop(stop);
            let _ = thread.join();
        }
        lock(&self.painter).wipe();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.close();
    }
}

fn draw(seen: &Shared, rows: usize, style: Style) -> Vec<String> {
    let seen = lock(seen);
    let Some(seen) = seen.as_ref() else { return Vec::new() };
    panel(&seen.gauges(), &seen.notes, (rows / 2).min(MOST), style, &clock::local_offset)
}

impl Watch for Notes {
    fn progress(&self, _provider: &str, progress: &message::Progress) {
        let mut seen = lock(&self.seen);
        let Some(seen) = seen.as_mut() else { return };
        let Some(component) = perform::component_of(seen.id(), &progress.id) else { return };
        // From 0 to 100 by the clamp; a fraction that is no number is none.
        let percent = progress.fraction.filter(|f| f.is_finite()).map(|f| (f.clamp(0.0, 1.0) * 100.0) as u8);
        seen.notes.insert(component, (progress.message.clone(), percent));
    }

    fn waits(&self, waiting: &Waiting) {
        waits::above(&self.painter, waiting, self.style);
    }

    fn log(&self, provider: &str, line: &str) {
        lock(&self.painter).above(|| Silent.log(provider, line));
    }
}
