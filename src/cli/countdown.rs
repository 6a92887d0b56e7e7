//! What is seen while a window is waited for: a line with the time that is left on a terminal, one note in a pipe.

use super::terminal::Terminal;
use crate::model::period;
use crate::ops::hours;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// The line. It goes when the wait is over.
pub struct Countdown<'a> {
    terminal: &'a Terminal,
    bar: Option<ProgressBar>,
    told: bool,
}

impl<'a> Countdown<'a> {
    /// Nothing is waited for yet.
    pub fn new(terminal: &'a Terminal) -> Self {
        Countdown { terminal, bar: None, told: false }
    }
}

impl hours::Countdown for Countdown<'_> {
    fn waits(&mut self, why: &str, left: Duration) {
        if !std::mem::replace(&mut self.told, true) {
            self.terminal
                .notices(&[format!("waiting: {why}. Ctrl-C stops waiting; nothing is begun before")]);
        }
        if self.terminal.waits {
            let line = || ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(4));
            let look =
                ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
            let bar = self.bar.get_or_insert_with(|| line().with_style(look));
            // Whole seconds: the rest would only flicker.
            let left = Duration::from_secs(left.as_secs());
            bar.set_message(format!("first opening in {}", period::show(left)));
            bar.tick();
        }
    }

    fn over(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
