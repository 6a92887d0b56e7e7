//! A core of protocol 1.0: it knows no dead man's switch.

use crate::host::Host;
use crate::local::Local;
use crate::message::{
    METHOD_NOT_FOUND, RpcError, TargetAwait, TargetConfirm, TargetConfirmed, TargetGet, TargetGot, TargetPut,
    TargetRun, TargetRunOrRevert, TargetStanding, TargetStarted,
};

/// This machine, as a core of protocol 1.0 reaches it.
pub struct Old(pub Local);

fn unknown(method: &str) -> RpcError {
    RpcError::new(METHOD_NOT_FOUND, format!("there is no method `{method}`"))
}

impl Host for Old {
    fn run(&self, run: &TargetRun) -> Result<TargetStarted, RpcError> {
        self.0.run(run)
    }

    fn wait(&self, wait: &TargetAwait) -> Result<TargetStanding, RpcError> {
        self.0.wait(wait).map(|standing| TargetStanding { switch: None, ..standing })
    }

    fn run_or_revert(&self, _: &TargetRunOrRevert) -> Result<TargetStarted, RpcError> {
        Err(unknown("target/run_or_revert"))
    }

    fn confirm_or_revert(&self, _: &TargetConfirm) -> Result<TargetConfirmed, RpcError> {
        Err(unknown("target/confirm_or_revert"))
    }

    fn put(&self, put: &TargetPut) -> Result<(), RpcError> {
        self.0.put(put)
    }

    fn get(&self, get: &TargetGet) -> Result<TargetGot, RpcError> {
        self.0.get(get)
    }
}
