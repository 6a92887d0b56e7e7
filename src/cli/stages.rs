//! The stages of a plan, on one line of a terminal while a person waits; nothing in a pipe.

use super::terminal::Terminal;
use crate::ops::plan::{Stage, Stages as StagesOfPlan};
use crate::provider::Watch;
use crate::report::size;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Arc;
use std::time::Duration;

/// The line. It goes when it is dropped.
pub struct Stages {
    bar: Option<ProgressBar>,
    waits: bool,
    watch: Arc<dyn Watch>,
    unicode: bool,
}

impl Stages {
    /// For a plan that is about to be made; `watch` is told of what providers say.
    pub fn new(terminal: &Terminal, watch: Arc<dyn Watch>) -> Self {
        let unicode = terminal.err.unicode;
        Stages { bar: None, waits: terminal.waits, watch, unicode }
    }
}

impl StagesOfPlan for Stages {
    fn stage(&mut self, stage: Stage) {
        if !self.waits {
            return;
        }
        let unicode = self.unicode;
        let bar = self.bar.get_or_insert_with(|| spinner(unicode));
        let text = match stage {
            Stage::Checking => "checking the configuration".to_string(),
            Stage::Reading(n) => format!("reading {}", size::counted(n, "component")),
            Stage::Previewing(n) => format!("previewing {}", size::counted(n, "change")),
            Stage::Done => return bar.finish_and_clear(),
        };
        bar.set_message(format!("{text}{}", if unicode { " …" } else { " ..." }));
    }

    fn watch(&self) -> Arc<dyn Watch> {
        Arc::clone(&self.watch)
    }
}

impl Drop for Stages {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// What turns while something is waited for.
pub(super) fn spinner(unicode: bool) -> ProgressBar {
    let signs: &[&str] =
        if unicode { &["◐", "◓", "◑", "◒", " "] } else { &["-", "\\", "|", "/", " "] };
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    let look = ProgressStyle::with_template("{spinner} {msg}");
    bar.set_style(look.unwrap_or_else(|_| ProgressStyle::default_spinner()).tick_strings(signs));
    bar.enable_steady_tick(Duration::from_millis(150));
    bar
}
