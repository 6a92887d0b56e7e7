//! What a request may use: progress, cancellation, and the core's connection to the target.

use crate::message::{
    Connection, Progress, RpcError, TargetAwait, TargetConfirm, TargetConfirmed, TargetGet, TargetGot,
    TargetPut, TargetRun, TargetRunOrRevert, TargetStanding, TargetStarted,
};
use crate::pipe::{Pipe, call_line};
use crate::{base64, machine};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long the core may take to start a command, or to move a file.
const PATIENCE: Duration = Duration::from_secs(300);

/// The surroundings of one request.
#[derive(Clone)]
pub struct Context {
    pipe: Arc<Pipe>,
    action: Option<String>,
    cancelled: Arc<AtomicBool>,
}

impl Context {
    /// For a request; `action` is the id of the action that it is.
    pub fn new(pipe: Arc<Pipe>, action: Option<String>, cancelled: Arc<AtomicBool>) -> Context {
        Context { pipe, action, cancelled }
    }

    /// Tells the core what an action is doing now, and how much is done (0 to 1) where that is known. Does nothing
    /// outside of an action.
    pub fn progress(&self, message: &str, fraction: Option<f64>) {
        let Some(id) = &self.action else { return };
        let progress = Progress { id: id.clone(), message: message.into(), fraction };
        if let Ok(line) = call_line(None, "progress", &progress) {
            self.pipe.write(&line);
        }
    }

    /// Whether the core asked to stop this action. Stop only where that is safe, and answer what is true.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Whether the core is gone: nobody waits for the answer any more, and the target cannot be reached through it.
    pub fn is_orphaned(&self) -> bool {
        self.pipe.is_closed()
    }

    /// The component's target, through the core's connection.
    pub fn target(&self) -> Target<'_> {
        Target { pipe: &self.pipe }
    }
}

/// Calls back to the core, which owns the connections.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pipe: &'a Pipe,
}

impl Target<'_> {
    /// Starts a command, detached. The same id twice does not start it twice.
    ///
    /// # Errors
    /// When the target cannot be reached, or the command cannot be started.
    pub fn run(&self, run: &TargetRun) -> Result<TargetStarted, RpcError> {
        self.call("target/run", run, PATIENCE)
    }

    /// Waits for a detached command.
    ///
    /// # Errors
    /// When the target cannot be reached.
    pub fn wait(&self, wait: &TargetAwait) -> Result<TargetStanding, RpcError> {
        self.call("target/await", wait, Duration::from_millis(wait.timeout).saturating_add(PATIENCE))
    }

    /// Starts a command under a dead man's switch: unless [`Target::confirm_or_revert`] confirms it in time, the target
    /// ends it and goes back by itself.
    ///
    /// # Errors
    /// When the switch cannot be armed: then the command does not run. With [`METHOD_NOT_FOUND`] the core is too old to
    /// know switches: refuse.
    ///
    /// [`METHOD_NOT_FOUND`]: crate::message::METHOD_NOT_FOUND
    pub fn run_or_revert(&self, run: &TargetRunOrRevert) -> Result<TargetStarted, RpcError> {
        self.call("target/run_or_revert", run, PATIENCE)
    }

    /// Decides a dead man's switch over a new connection. What was decided before stays, and is answered.
    ///
    /// # Errors
    /// When the target cannot be reached: it may be asked again until the time is over.
    pub fn confirm_or_revert(&self, confirm: &TargetConfirm) -> Result<TargetConfirmed, RpcError> {
        let twice = Duration::from_millis(confirm.timeout).saturating_mul(2);
        self.call("target/confirm_or_revert", confirm, twice.saturating_add(PATIENCE))
    }

    /// Writes a file, atomically.
    ///
    /// # Errors
    /// When the target cannot be reached, or the file cannot be written.
    pub fn put(&self, put: &TargetPut) -> Result<(), RpcError> {
        self.call::<Option<()>>("target/put", put, PATIENCE).map(|_| ())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When the target cannot be reached, or the file cannot be read.
    pub fn get(&self, get: &TargetGet) -> Result<TargetGot, RpcError> {
        self.call("target/get", get, PATIENCE)
    }

    /// Stable identity of the host that `connection` leads to, for the `target` of a reading: its machine-id.
    ///
    /// # Errors
    /// When it cannot be reached, or has none.
    pub fn identity(&self, connection: &Connection) -> Result<String, RpcError> {
        if connection.kind == "local" {
            return Ok(machine::identity().to_string());
        }
        if let Some(root) = machine::root_in(connection) {
            return Ok(root);
        }
        let get = TargetGet { connection: connection.clone(), path: "/etc/machine-id".into() };
        let content =
            self.get(&get)?.content.and_then(|content| base64::decode(&content)).unwrap_or_default();
        let id = String::from_utf8_lossy(&content).trim().to_string();
        if id.is_empty() || id == "uninitialized" {
            return Err(RpcError::internal(
                "the host has no machine-id: /etc/machine-id is empty or missing there",
            ));
        }
        Ok(id)
    }

    fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        params: &impl Serialize,
        patience: Duration,
    ) -> Result<T, RpcError> {
        let result = self.pipe.call(method, params, patience)?;
        serde_json::from_slice(&result)
            .map_err(|e| RpcError::internal(format!("patchform's answer to {method} does not fit: {e}")))
    }
}
