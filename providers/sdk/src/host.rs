//! What stands behind a provider's callbacks: something that runs commands and moves files.

use crate::line::beginning;
use crate::message::{
    METHOD_NOT_FOUND, RpcError, TargetAwait, TargetConfirm, TargetConfirmed, TargetGet, TargetGot, TargetPut,
    TargetRun, TargetRunOrRevert, TargetStanding, TargetStarted,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A target, or all of them by their connections.
pub trait Host: Send + Sync {
    /// Starts a command, detached, unless its id was started before.
    ///
    /// # Errors
    /// When it cannot be reached, the id is not allowed, or the command cannot be started.
    fn run(&self, run: &TargetRun) -> Result<TargetStarted, RpcError>;

    /// Waits for a detached command, also for one that an earlier process started.
    ///
    /// # Errors
    /// When it cannot be reached.
    fn wait(&self, wait: &TargetAwait) -> Result<TargetStanding, RpcError>;

    /// Starts a command under a dead man's switch that is armed, unless its id was started before.
    ///
    /// # Errors
    /// When it cannot be reached, the parameters do not fit, or the switch cannot be armed: then the command does not run.
    fn run_or_revert(&self, run: &TargetRunOrRevert) -> Result<TargetStarted, RpcError>;

    /// Decides a dead man's switch over a new connection, once.
    ///
    /// # Errors
    /// When it cannot be reached, or its answer was lost: asked again, it says what was decided.
    fn confirm_or_revert(&self, confirm: &TargetConfirm) -> Result<TargetConfirmed, RpcError>;

    /// Writes a file, atomically and durably.
    ///
    /// # Errors
    /// When it cannot be reached, or the file cannot be written.
    fn put(&self, put: &TargetPut) -> Result<(), RpcError>;

    /// Reads a file; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be reached, or the file cannot be read.
    fn get(&self, get: &TargetGet) -> Result<TargetGot, RpcError>;
}

/// The answer to one callback, given its method and whole line, as JSON text.
///
/// # Errors
/// What the provider is told: no such method, wrong parameters, or what the host said.
pub fn answer(host: &dyn Host, method: &str, line: &[u8]) -> Result<Vec<u8>, RpcError> {
    match method {
        "target/run" => json(&host.run(&parse(method, line)?)?),
        "target/await" => json(&host.wait(&parse(method, line)?)?),
        "target/run_or_revert" => json(&host.run_or_revert(&parse(method, line)?)?),
        "target/confirm_or_revert" => json(&host.confirm_or_revert(&parse(method, line)?)?),
        "target/put" => json(&host.put(&parse(method, line)?)?),
        "target/get" => json(&host.get(&parse(method, line)?)?),
        other => Err(RpcError::new(
            METHOD_NOT_FOUND,
            format!("patchform has no method `{}`", beginning(other.as_bytes())),
        )),
    }
}

fn parse<T: DeserializeOwned>(method: &str, line: &[u8]) -> Result<T, RpcError> {
    #[derive(serde::Deserialize)]
    struct Call<T> {
        params: T,
    }
    serde_json::from_slice::<Call<T>>(line)
        .map(|call| call.params)
        .map_err(|e| RpcError::invalid_params(format!("the parameters of {method} do not fit: {e}")))
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, RpcError> {
    serde_json::to_vec(value).map_err(|e| RpcError::internal(e.to_string()))
}
