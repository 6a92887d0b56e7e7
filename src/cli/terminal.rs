//! Where answers go: standard output for what was asked, standard error for complaints and progress.

use super::arguments::Global;
use super::exit::Exit;
use super::outlet::{Outlet, Stream};
use super::unexpected::Unsaid;
use crate::config::Sources;
use crate::model::Diagnostics;
use crate::ops::{Failure, failure::Kind};
use crate::report::diagnostic::{self, Look};
use crate::report::error_json::{self, ErrorView};
use crate::report::page::Page;
use crate::report::state_text::Clock;
use crate::report::style::{Style, Tint, plain, tinted};
use crate::world::{clock, machine};
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

/// What the terminal, or the pipe, can show.
pub struct Terminal {
    /// How to write on standard output.
    pub out: Style,
    /// How to write on standard error.
    pub err: Style,
    /// Whether standard output is a terminal, so that a live view makes sense.
    pub live: bool,
    /// Whether standard error is a terminal, so that a person sees what is waited for.
    pub waits: bool,
    /// Whether standard output is for programs: then it says why something failed, too.
    pub json: bool,
    /// Whether a person can be asked.
    pub interactive: bool,
    /// Words of the command line that no message repeats.
    pub(super) unsaid: Unsaid,
    /// Both streams.
    pub(super) outlet: Outlet,
}

impl Terminal {
    /// Looks at the standard streams and the environment.
    pub fn new(global: &Global) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        let dumb = std::env::var("TERM").is_ok_and(|t| t == "dumb");
        let colour = !global.no_color && !set("NO_COLOR") && !dumb;
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let forced = set("CLICOLOR_FORCE") && !global.no_color;
        let width = width();
        let unicode = speaks_unicode();
        Terminal {
            out: Style { color: forced || (out && colour), width, unicode },
            err: Style { color: forced || (err && colour), width, unicode },
            live: out && !dumb,
            waits: err && !dumb,
            json: false,
            interactive: io::stdin().is_terminal() && err,
            unsaid: Unsaid::default(),
            outlet: Outlet::default(),
        }
    }

    /// Writes what was asked for.
    pub fn say(&self, text: &str) {
        self.outlet.say(Stream::Out, text);
    }

    /// Writes what was asked for, bit by bit.
    pub fn say_all(&self, text: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) {
        let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let written = text(&mut out).and_then(|()| out.flush());
        self.outlet.note_loss(Stream::Out, written);
    }

    /// Refuses to write what was asked for where it would go nowhere: an empty backup must not look like a good one.
    ///
    /// # Errors
    /// Standard output is closed.
    pub fn must_be_open(&self) -> Result<(), Failure> {
        match machine::output_is_closed() {
            false => Ok(()),
            true => Err(Failure::error("standard output is closed; nothing was written")
                .hint("send it to a file or a program")),
        }
    }

    /// The exit code, unless what was asked for could not be written: an empty backup must not look like a good one. A
    /// reader that went away is no error.
    pub fn delivered(&self, exit: Exit) -> Exit {
        match self.outlet.lost() {
            Some((io::ErrorKind::BrokenPipe, _)) => exit,
            Some((_, error)) if matches!(exit, Exit::Done | Exit::Something) => {
                self.note(&format!("error: standard output could not be written: {error}\n"));
                Exit::Error
            }
            _ => exit,
        }
    }

    /// Writes something about the work itself.
    pub fn note(&self, text: &str) {
        self.outlet.say(Stream::Err, text);
    }

    /// Shows complaints about the configuration that are no errors.
    pub fn warn(&self, warnings: &Diagnostics, sources: &Sources) {
        if !warnings.0.is_empty() {
            self.note(&format!("{}\n", diagnostic::draw_all(warnings, sources, self.look())));
        }
    }

    /// Shows things that a person should know.
    pub fn notices(&self, notices: &[impl AsRef<str>]) {
        for notice in notices {
            let mut page = Page::new(self.err);
            page.line(0, 2, &[tinted(Tint::Info, "note: "), plain(notice.as_ref())]);
            self.note(&page.finish());
        }
    }

    /// Says why a command failed and what to do next.
    pub fn fail(&self, failure: &Failure) -> Exit {
        self.note_failure(failure);
        self.say_failure(failure)
    }

    /// The same for people alone.
    fn note_failure(&self, failure: &Failure) {
        if let Some(complaints) = &failure.diagnostics {
            self.note(&format!("{}\n", diagnostic::draw_all(&complaints.1, &complaints.0, self.look())));
        }
        let (message, hints) = self.unsaid.leave_out(failure);
        let mut page = Page::new(self.err);
        let mut lines = message.lines();
        page.line(0, 2, &[tinted(Tint::Bad, "error: "), plain(lines.next().unwrap_or_default())]);
        lines.for_each(|line| page.line(2, 4, &[plain(line.trim_start())]));
        for hint in &hints {
            page.line(2, 4, &[tinted(Tint::Command, "help: "), plain(hint.as_str())]);
        }
        self.note(&page.finish());
    }

    /// The same for programs, where they read standard output.
    pub(super) fn say_failure(&self, failure: &Failure) -> Exit {
        let exit = Exit::of(failure.kind);
        let kind = match failure.kind {
            Kind::Error => "error",
            Kind::Refused => "refused",
            Kind::Locked => "locked",
            Kind::Stopped => "stopped",
        };
        if self.json {
            let (message, hints) = self.unsaid.leave_out(failure);
            self.say(&error_line(failure, (&message, &hints), kind, exit));
        }
        exit
    }

    /// The present, in local time.
    pub fn clock(&self) -> Clock {
        Clock { now: clock::now(), zone: clock::local_offset }
    }

    fn look(&self) -> Look {
        Look { colour: self.err.color, width: self.err.width }
    }

    /// Asks a question that only the word `yes` approves. `otherwise`: what else to do where nobody can be asked.
    ///
    /// # Errors
    /// When nobody can be asked.
    pub fn approve(&self, question: &str, input: bool, otherwise: &str) -> Result<bool, Failure> {
        if self.json {
            return Err(Failure::refused("approval is needed, and with --json there is no plan to look at")
                .hint(otherwise));
        }
        if !input || !self.interactive {
            let why = match input {
                false => "with --input=false nobody is asked",
                true => {
                    "there is no terminal to ask on: what a pipe answers was written before the question could be read"
                }
            };
            return Err(Failure::refused(format!("approval is needed, and {why}")).hint(otherwise));
        }
        machine::forget_typed();
        self.note(&format!("\n{question}\n  Only \"yes\" is taken as approval.\n\n  Enter a value: "));
        let mut answer = String::new();
        io::stdin()
            .lock()
            .read_line(&mut answer)
            .map_err(|e| Failure::error(format!("reading the answer: {e}")))?;
        self.note("\n");
        Ok(answer.trim() == "yes")
    }
}

fn error_line(
    failure: &Failure,
    (message, help): (&str, &[String]),
    kind: &'static str,
    exit: Exit,
) -> String {
    let complaints = failure.diagnostics.as_ref().map(|both| diagnostic::to_json(&both.1, &both.0));
    let mut diagnostics = complaints.unwrap_or_else(|| serde_json::json!({ "diagnostics": [] }));
    let view = ErrorView {
        kind,
        exit_code: exit as u8,
        message,
        help,
        diagnostics: diagnostics["diagnostics"].take(),
    };
    error_json::error(&view, clock::now())
}

/// Columns of the terminal; 100 in a pipe, so that golden output does not depend on who looks.
fn width() -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let seen = || crate::world::machine::terminal_size().map(|(columns, _)| columns);
    asked.or_else(seen).unwrap_or(100).clamp(40, 200)
}

fn speaks_unicode() -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|n| std::env::var(n).ok().filter(|v| !v.is_empty()));
    locale.is_none_or(|l| {
        let l = l.to_ascii_lowercase();
        l.contains("utf-8") || l.contains("utf8")
    })
}
