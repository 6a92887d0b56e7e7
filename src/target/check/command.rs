//! A command on the target whose end a check waits for.

use super::{Place, seconds};
use patchform_sdk::host::Host as _;
use patchform_sdk::message::{Connection, TargetAwait, TargetAwaited, TargetRun};
use patchform_sdk::words::typed;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How a command ended.
pub(super) struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command without an effect to its end, within `timeout`.
///
/// # Errors
/// A sentence: the target is not reached, the command did not end in time.
pub(super) fn run(command: &[String], timeout: Duration, place: &Place<'_>) -> Result<Ended, String> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let id = format!("check-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let shown = typed(command);
    let connection = Connection::from(place.connection);
    let run = TargetRun {
        id: id.clone(),
        connection: connection.clone(),
        argv: command.to_vec(),
        env: BTreeMap::new(),
        cwd: None,
        stdin: String::new(),
        ephemeral: true,
    };
    place.targets.run(&run).map_err(|e| e.message)?;
    let timeout_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
    let wait = TargetAwait { id, connection, timeout: timeout_ms };
    match place.targets.wait(&wait).map_err(|e| e.message)?.command {
        TargetAwaited::Exited { code, stdout, stderr, .. } => Ok(Ended { code, stdout, stderr }),
        TargetAwaited::Running => Err(format!("`{shown}` did not end within {}", seconds(timeout))),
        TargetAwaited::Unknown | TargetAwaited::Lost { .. } => Err(format!("`{shown}` was lost")),
    }
}

impl Ended {
    /// The last line that it complained with, or printed.
    pub fn last_line(&self) -> Option<&str> {
        let said = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        said.trim().lines().last()
    }
}
