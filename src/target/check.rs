//! Runs a component's health check: again and again until its successes are counted, its failures are, or its time is over.

mod exec;
mod http;
mod journal;
mod prometheus;
mod systemd;

use super::credential;
use super::question::{Answered, Question, seconds};
use crate::config::checked::{Check, Connection, Probe};
use crate::run::Sight;
use crate::target::Targets;
use crate::world::{clock, tcp};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The variable by which a program is told by what an attempt is known in a log.
pub const MARK: &str = "PATCHFORM_MARK";

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// How it ended.
    pub verdict: Verdict,
    /// How often it was tried.
    pub tries: u32,
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It succeeded as often as it has to.
    Healthy,
    /// It did not; says what the last try found.
    Ill(String),
    /// It could not be asked, or gave no answer to go by: nobody can tell. Says why.
    Unknown(String),
    /// It was cancelled before it ended.
    Cancelled,
}

/// What a try found that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    /// The component is not as it should be.
    Ill(String),
    /// Whoever would know was not to be asked, or has nothing to say.
    Nothing(String),
}

/// Where a check is tried.
pub struct Place<'a> {
    /// The component's.
    pub connection: &'a Connection,
    /// Through which it is reached.
    pub targets: &'a Targets,
    /// How long ago its patch began, or its way back; `None` before.
    pub since: Option<Duration>,
    /// What the program of an attempt finds in `PATCHFORM_MARK`.
    pub mark: Option<&'a str>,
}

impl Place<'_> {
    /// Runs a command without an effect to its end there.
    fn ask(&self, argv: &[String], patience: Duration) -> Result<Answered, String> {
        self.question(argv, patience).ask()
    }

    fn question<'b>(&'b self, argv: &'b [String], patience: Duration) -> Question<'b> {
        let mut question = Question::of(self.targets, self.connection, argv, patience);
        question.env.extend(self.mark.map(|mark| (MARK.to_string(), mark.to_string())));
        question
    }
}

/// Tries `check` until it is well, or ill, its `within` is over, or `cancelled` is set. It is tried at least once.
pub fn run(check: &Check, place: &Place<'_>, cancelled: &AtomicBool) -> Checked {
    let started = clock::steady();
    let (mut tries, mut well, mut failed) = (0_u32, 0, 0);
    loop {
        if cancelled.load(Ordering::Relaxed) {
            return Checked { verdict: Verdict::Cancelled, tries };
        }
        tries = tries.saturating_add(1);
        // The patch began that much longer ago.
        let since = place.since.map(|since| since.saturating_add(started.elapsed()));
        let found = once(check, &Place { since, ..*place });
        (well, failed) = if found.is_ok() { (well + 1, 0) } else { (0, failed + 1) };
        if well >= check.successes {
            return Checked { verdict: Verdict::Healthy, tries };
        }
        let spent = started.elapsed();
        let failed = check.failures.is_some_and(|most| failed >= most);
        if failed || spent.saturating_add(check.interval) >= check.within {
            let times = if tries == 1 { "1 try".into() } else { format!("{tries} tries") };
            // Masked only here: `expect_output` looks at what was printed.
            let told =
                |why: &str| format!("{} (after {times} in {})", place.targets.masked(why), seconds(spent));
            let verdict = match found {
                Ok(()) => Verdict::Ill(told(&format!(
                    "it succeeded {well} times in a row, {} are needed",
                    check.successes
                ))),
                Err(Found::Ill(why)) => Verdict::Ill(told(&why)),
                Err(Found::Nothing(why)) => Verdict::Unknown(told(&why)),
            };
            return Checked { verdict, tries };
        }
        pause(check.interval, cancelled);
    }
}

/// One attempt of somebody outside: how that sees a service.
pub fn from_outside(check: &Check, place: &Place<'_>) -> Sight {
    let found = match &check.probe {
        Probe::Exec { command, expect_output } => {
            exec::attempt(command, expect_output.as_deref(), check.timeout, place)
        }
        _ => once(check, place),
    };
    let masked = |why: &str| place.targets.masked(why);
    match found {
        Ok(()) => Sight::Up,
        Err(Found::Ill(why)) => Sight::Down(masked(&why)),
        Err(Found::Nothing(why)) => Sight::Unknown(masked(&why)),
    }
}

/// The first of `checks` that is ill where it is only looked at for a moment, and why; what cannot be told is no illness.
pub fn ill_at_a_glance<'c>(
    mut checks: impl Iterator<Item = &'c Check>,
    place: &Place<'_>,
    cancelled: &AtomicBool,
) -> Option<(&'c Check, String)> {
    checks.find_map(|check| match run(&check.at_a_glance(), place, cancelled).verdict {
        Verdict::Ill(why) => Some((check, why)),
        Verdict::Healthy | Verdict::Unknown(_) | Verdict::Cancelled => None,
    })
}

/// One try; `Err` says what was found instead.
fn once(check: &Check, place: &Place<'_>) -> Result<(), Found> {
    match &check.probe {
        Probe::Exec { command, expect_output } => {
            exec::ask(command, expect_output.as_deref(), check.timeout, place)
        }
        Probe::Tcp { host, port } => tcp::connect(host, *port, check.timeout)
            .map(drop)
            .map_err(|e| Found::Ill(format!("tcp {host}:{port} does not open: {e}"))),
        Probe::Http(wanted) => http::ask(wanted, check.timeout, place.targets).map_err(Found::Ill),
        Probe::Systemd { units } => systemd::ask(units, check.timeout, place),
        Probe::Journal { units, priority, pattern, look_back } => {
            let since = place.since.unwrap_or(*look_back);
            journal::ask(
                &journal::Wanted { units, priority, pattern: pattern.as_deref(), since },
                check,
                place,
            )
        }
        Probe::Prometheus { url, query, comparison, threshold, trusted, credential } => {
            let headers = credential::headers(credential.as_ref(), place.targets).map_err(Found::Nothing)?;
            let limit = (*comparison, *threshold);
            prometheus::ask((url, query), limit, check.timeout, trusted.as_deref(), &headers)
        }
    }
}

/// Waits, but not long after `cancelled` is set.
fn pause(interval: Duration, cancelled: &AtomicBool) {
    let started = clock::steady();
    while !cancelled.load(Ordering::Relaxed) {
        let left = interval.saturating_sub(started.elapsed());
        if left.is_zero() {
            return;
        }
        std::thread::sleep(left.min(Duration::from_millis(50)));
    }
}

#[cfg(test)]
mod tests;
