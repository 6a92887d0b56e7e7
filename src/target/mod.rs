//! Where components are reached: connections, detached commands on targets, and health checks.

pub mod check;
pub mod local;

use crate::target::local::Local;
use patchform_sdk::message::{
    Connection, RpcError, TargetAwait, TargetAwaited, TargetGet, TargetGot, TargetPut, TargetRun,
    TargetStarted,
};
use std::path::Path;

/// All targets of a run, by their connections.
pub struct Targets {
    local: Local,
}

impl Targets {
    /// `store` keeps the traces of detached commands on this machine; relative paths start at `folder`, the
    /// configuration's.
    pub fn new(store: &Path, folder: &Path) -> Targets {
        Targets { local: Local::new(store, folder) }
    }

    /// Starts a command, detached, unless its id was started before.
    ///
    /// # Errors
    /// When there is no such connection, or the command cannot be started.
    pub fn run(&self, run: &TargetRun) -> Result<TargetStarted, RpcError> {
        self.at(&run.connection)?.run(run)
    }

    /// Waits for a detached command.
    ///
    /// # Errors
    /// When there is no such connection, or it cannot be asked.
    pub fn wait(&self, wait: &TargetAwait) -> Result<TargetAwaited, RpcError> {
        self.at(&wait.connection)?.wait(wait)
    }

    /// Writes a file, atomically.
    ///
    /// # Errors
    /// When there is no such connection, or the file cannot be written.
    pub fn put(&self, put: &TargetPut) -> Result<(), RpcError> {
        self.at(&put.connection)?.put(put)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When there is no such connection, or the file cannot be read.
    pub fn get(&self, get: &TargetGet) -> Result<TargetGot, RpcError> {
        self.at(&get.connection)?.get(get)
    }

    fn at(&self, connection: &Connection) -> Result<&Local, RpcError> {
        match connection.kind.as_str() {
            "local" => Ok(&self.local),
            other => Err(RpcError::invalid_params(format!(
                "connection {other:?} is not known; there is \"local\""
            ))),
        }
    }
}
