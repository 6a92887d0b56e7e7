//! A provider made with the SDK: it answers every request of any stream of lines exactly once, with a whole line.

use patchform_sdk::message::*;
use patchform_sdk::pipe::Envelope;
use patchform_sdk::serve::serve_on;
use patchform_sdk::{Context, Provider};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Serves the lines to their end.
pub fn run(data: &[u8]) {
    let out = Out::default();
    serve_on(Arc::new(Quiet), data, out.clone()).expect("memory can be read");
    let bytes = out.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let answers = answers(&bytes);
    for (id, due) in requests(data) {
        let got = answers.get(&id).copied().unwrap_or_default();
        assert_eq!(got, due, "{id} was asked {due} times and answered {got} times");
    }
}

/// How often an answer is due to each id, up to the request that ends it all.
fn requests(data: &[u8]) -> BTreeMap<String, usize> {
    let mut asked = BTreeMap::new();
    for line in data.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(line) else { continue };
        let answer = envelope.method.is_none() && (envelope.result.is_some() || envelope.error.is_some());
        // What is neither a request nor an answer is told so.
        if let Some(id) = envelope.id.as_ref().filter(|_| !answer) {
            *asked.entry(id.to_string()).or_default() += 1;
        }
        if envelope.method.as_deref() == Some("shutdown") {
            break;
        }
    }
    asked
}

/// How often each id was answered. Every line it writes must be a message.
fn answers(bytes: &[u8]) -> BTreeMap<String, usize> {
    let mut answered = BTreeMap::new();
    assert!(bytes.is_empty() || bytes.ends_with(b"\n"), "the last line is cut off");
    for line in bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        let message: Value = serde_json::from_slice(line).expect("a line is JSON");
        assert_eq!(message["jsonrpc"], "2.0");
        if message.get("method").is_none() {
            let whole = message.get("result").is_some() != message.get("error").is_some();
            assert!(whole, "neither result nor error, or both: {message}");
            assert_ne!(message["error"]["code"], TOO_BUSY);
            *answered.entry(message["id"].to_string()).or_default() += 1;
        }
    }
    answered
}

#[derive(Clone, Default)]
struct Out(Arc<Mutex<Vec<u8>>>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A provider without any effect.
struct Quiet;

impl Provider for Quiet {
    fn identity(&self) -> Identity {
        Identity { name: "quiet".into(), version: "1.0.0".into() }
    }

    fn describe(&self) -> Description {
        Description::default()
    }

    fn read(&self, desired: &Desired, _: &Context) -> Reading {
        Reading::unreachable(desired.subject.address.clone())
    }

    fn preview(&self, proposed: &Proposed, _: &Context) -> PreviewOutcome {
        PreviewOutcome::Blocked { why: proposed.subject.address.clone() }
    }

    fn act(&self, action: Action, act: &Act, context: &Context) -> Answer {
        context.progress(action.name(), None);
        Answer::Refused { why: act.id.clone(), output: String::new() }
    }

    fn probe(&self, _: &Probe, _: &Context) -> Result<Probed, RpcError> {
        Ok(Probed::Busy)
    }
}
