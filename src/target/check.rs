//! Runs a component's health check: again and again until it succeeds or its time is over.

use crate::config::checked::{Check, Connection, Probe};
use crate::target::Targets;
use crate::world::{clock, http, tcp};
use patchform_sdk::host::Host as _;
use patchform_sdk::line::beginning;
use patchform_sdk::message::{Connection as Wire, TargetAwait, TargetAwaited, TargetRun};
use patchform_sdk::words::typed;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

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
    /// It succeeded.
    Healthy,
    /// It did not within its time; says what the last try found.
    Ill(String),
    /// It was cancelled before it succeeded.
    Cancelled,
}

/// Tries `check` until it succeeds, its `within` is over, or `cancelled` is set. It is tried at least once.
pub fn run(check: &Check, connection: &Connection, targets: &Targets, cancelled: &AtomicBool) -> Checked {
    let started = clock::steady();
    let mut tries = 0;
    loop {
        if cancelled.load(Ordering::Relaxed) {
            return Checked { verdict: Verdict::Cancelled, tries };
        }
        tries += 1;
        let Err(why) = once(check, connection, targets) else {
            return Checked { verdict: Verdict::Healthy, tries };
        };
        let spent = started.elapsed();
        if spent.saturating_add(check.interval) >= check.within {
            let times = if tries == 1 { "1 try".into() } else { format!("{tries} tries") };
            // Masked only here: `expect_output` looks at what was printed.
            let why = format!("{} (after {times} in {})", targets.masked(&why), seconds(spent));
            return Checked { verdict: Verdict::Ill(why), tries };
        }
        pause(check.interval, cancelled);
    }
}

/// One try; `Err` says what was found instead.
fn once(check: &Check, connection: &Connection, targets: &Targets) -> Result<(), String> {
    match &check.probe {
        Probe::Exec { command, expect_output } => {
            exec(command, expect_output.as_deref(), check.timeout, connection, targets)
        }
        Probe::Tcp { host, port } => tcp::try_connect(host, *port, check.timeout)
            .map_err(|e| format!("tcp {host}:{port} does not open: {e}")),
        Probe::Http { url, expect_status, expect_body } => {
            let response =
                http::get(url, check.timeout).map_err(|e| format!("http GET {url} failed: {e}"))?;
            if response.status != *expect_status {
                let said = response.body.lines().next().map(str::trim).filter(|line| !line.is_empty());
                let said = said.map_or(String::new(), |line| format!(": {}", beginning(line.as_bytes())));
                return Err(format!(
                    "http GET {url} answered {}, expected {expect_status}{said}",
                    response.status
                ));
            }
            match expect_body {
                Some(text) if !response.body.contains(text) => {
                    let body = beginning(response.body.as_bytes());
                    Err(format!(
                        "http GET {url} answered {expect_status}, but without {text:?}; the body begins: {body}"
                    ))
                }
                _ => Ok(()),
            }
        }
    }
}

fn exec(
    command: &[String],
    expect_output: Option<&str>,
    timeout: Duration,
    connection: &Connection,
    targets: &Targets,
) -> Result<(), String> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let id = format!("check-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let shown = typed(command);
    let connection = Wire { kind: connection.kind.clone(), arguments: connection.arguments.clone() };
    let run = TargetRun {
        id: id.clone(),
        connection: connection.clone(),
        argv: command.to_vec(),
        env: BTreeMap::new(),
        cwd: None,
        stdin: String::new(),
        ephemeral: true,
    };
    targets.run(&run).map_err(|e| e.message)?;
    let timeout_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
    let wait = TargetAwait { id, connection, timeout: timeout_ms };
    match targets.wait(&wait).map_err(|e| e.message)?.command {
        TargetAwaited::Exited { code: 0, stdout, .. } => match expect_output {
            Some(text) if !stdout.contains(text) => {
                let output = beginning(stdout.trim().as_bytes());
                Err(format!("`{shown}` printed {output:?}, expected {text:?} in it"))
            }
            _ => Ok(()),
        },
        TargetAwaited::Exited { code, stdout, stderr, .. } => {
            let said = if stderr.trim().is_empty() { stdout } else { stderr };
            let said = said
                .trim()
                .lines()
                .last()
                .map(|l| format!(": {}", beginning(l.as_bytes())))
                .unwrap_or_default();
            Err(format!("`{shown}` exited with code {code}, expected 0{said}"))
        }
        TargetAwaited::Running => Err(format!("`{shown}` did not end within {}", seconds(timeout))),
        TargetAwaited::Unknown | TargetAwaited::Lost { .. } => Err(format!("`{shown}` was lost")),
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

fn seconds(time: Duration) -> String {
    if time.as_secs() < 10 { format!("{:.1} s", time.as_secs_f64()) } else { format!("{} s", time.as_secs()) }
}

#[cfg(test)]
mod tests;
