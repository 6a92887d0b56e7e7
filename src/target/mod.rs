//! Where components are reached: connections, detached commands on targets, and health checks.

pub mod check;

use patchform_sdk::host::Host;
use patchform_sdk::local::Local;
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

    fn at(&self, connection: &Connection) -> Result<&dyn Host, RpcError> {
        match connection.kind.as_str() {
            "local" => Ok(&self.local),
            other => Err(RpcError::invalid_params(format!(
                "connection {other:?} is not known; there is \"local\""
            ))),
        }
    }
}

impl Host for Targets {
    fn run(&self, run: &TargetRun) -> Result<TargetStarted, RpcError> {
        self.at(&run.connection)?.run(run)
    }

    fn wait(&self, wait: &TargetAwait) -> Result<TargetAwaited, RpcError> {
        self.at(&wait.connection)?.wait(wait)
    }

    fn put(&self, put: &TargetPut) -> Result<(), RpcError> {
        self.at(&put.connection)?.put(put)
    }

    fn get(&self, get: &TargetGet) -> Result<TargetGot, RpcError> {
        self.at(&get.connection)?.get(get)
    }
}
