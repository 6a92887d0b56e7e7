//! Messages of the provider protocol: what can be read is written and read again as the same JSON; callbacks are answered.

use patchform_sdk::host::{self, Host};
use patchform_sdk::message::*;
use patchform_sdk::pipe::{Envelope, answer_line};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One line of the protocol.
pub fn run(data: &[u8]) {
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(data) else { return };
    if let Some(method) = &envelope.method {
        let answer = host::answer(&Fake, method, data);
        answered(&envelope.id.clone().unwrap_or_default(), answer);
    }
    for given in [envelope.params, envelope.result].into_iter().flatten() {
        each_shape(given.get().as_bytes());
    }
}

fn answered(id: &Value, answer: Result<Vec<u8>, RpcError>) {
    let line = answer_line(id, answer);
    let read: Value = serde_json::from_slice(&line).expect("an answer is JSON");
    assert_eq!(&read["id"], id);
    assert!(read.get("result").is_some() != read.get("error").is_some(), "{read}");
    assert_eq!(line.iter().filter(|b| **b == b'\n').count(), 1, "an answer is one line");
}

/// Tries every message that a line may carry.
fn each_shape(json: &[u8]) {
    let shapes: [fn(&[u8]); 34] = [
        stable::<Initialize>,
        stable::<Initialized>,
        stable::<Description>,
        stable::<Configure>,
        stable::<Validate>,
        stable::<Validated>,
        stable::<Read>,
        stable::<ReadAnswer>,
        stable::<Compare>,
        stable::<Compared>,
        stable::<PreviewRequest>,
        stable::<PreviewAnswer>,
        stable::<Act>,
        stable::<Answer>,
        stable::<Probe>,
        stable::<Probed>,
        stable::<Progress>,
        stable::<Cancel>,
        stable::<Discover>,
        stable::<Discovered>,
        stable::<TargetRun>,
        stable::<TargetStarted>,
        stable::<TargetAwait>,
        stable::<TargetStanding>,
        stable::<TargetRunOrRevert>,
        stable::<TargetConfirm>,
        stable::<TargetConfirmed>,
        stable::<TargetPut>,
        stable::<TargetGet>,
        stable::<TargetGot>,
        stable::<RpcError>,
        stable::<Level>,
        stable::<Snapshot>,
        stable::<Verdict>,
    ];
    shapes.iter().for_each(|shape| shape(json));
}

fn stable<T: Serialize + DeserializeOwned>(json: &[u8]) {
    let Ok(message) = serde_json::from_slice::<T>(json) else { return };
    let written = serde_json::to_vec(&message).expect("a message is JSON");
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(serde_json::to_vec(&again).expect("a message is JSON"), written, "written twice it differs");
}

/// Does nothing and answers what it was asked.
struct Fake;

impl Host for Fake {
    fn run(&self, run: &TargetRun) -> Result<TargetStarted, RpcError> {
        match run.id.as_str() {
            "" => Err(RpcError::invalid_params("an id is empty")),
            id => Err(RpcError::internal(id)),
        }
    }

    fn wait(&self, wait: &TargetAwait) -> Result<TargetStanding, RpcError> {
        let command = TargetAwaited::Lost { output: wait.id.clone() };
        Ok(TargetStanding { command, switch: Some(Switch::Armed { left: wait.timeout }) })
    }

    fn run_or_revert(&self, run: &TargetRunOrRevert) -> Result<TargetStarted, RpcError> {
        self.run(&run.run)
    }

    fn confirm_or_revert(&self, confirm: &TargetConfirm) -> Result<TargetConfirmed, RpcError> {
        let failed = FailedCheck { code: None, output: confirm.id.clone() };
        Ok(TargetConfirmed { switch: Some(Switch::Confirmed), failed: Some(failed) })
    }

    fn put(&self, put: &TargetPut) -> Result<(), RpcError> {
        let content = patchform_sdk::base64::decode(&put.content);
        if let Some(bytes) = content {
            let again = patchform_sdk::base64::encode(&bytes);
            assert_eq!(patchform_sdk::base64::decode(&again).as_deref(), Some(bytes.as_slice()));
        }
        Ok(())
    }

    fn get(&self, get: &TargetGet) -> Result<TargetGot, RpcError> {
        Ok(TargetGot { content: Some(patchform_sdk::base64::encode(get.path.as_bytes())) })
    }
}
