//! Answers the callbacks of a provider: `target/run`, `target/await`, `target/put`, `target/get`.

use crate::target::Targets;
use patchform_sdk::line::beginning;
use patchform_sdk::message::{METHOD_NOT_FOUND, RpcError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The answer to one callback, as JSON text.
///
/// # Errors
/// What the provider is told: no such method, wrong parameters, or what the target said.
pub fn answer(targets: &Targets, method: &str, line: &[u8]) -> Result<Vec<u8>, RpcError> {
    match method {
        "target/run" => json(&targets.run(&parse(method, line)?)?),
        "target/await" => json(&targets.wait(&parse(method, line)?)?),
        "target/put" => json(&targets.put(&parse(method, line)?)?),
        "target/get" => json(&targets.get(&parse(method, line)?)?),
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
