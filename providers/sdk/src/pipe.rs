//! The provider's end of the pipe: writes one whole line at a time, and matches the core's answers to callbacks.

use crate::message::{INTERNAL_ERROR, MAX_LINE, RpcError};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Any line of the protocol, before it is known what it is.
#[derive(Debug, serde::Deserialize)]
pub struct Envelope<'a> {
    /// Of a request or an answer; a notification has none.
    #[serde(default)]
    pub id: Option<Value>,
    /// Of a request or a notification.
    #[serde(default)]
    pub method: Option<String>,
    /// Of a request or a notification.
    #[serde(borrow, default, deserialize_with = "given")]
    pub params: Option<&'a RawValue>,
    /// Of an answer; `null` is a result too.
    #[serde(borrow, default, deserialize_with = "given")]
    pub result: Option<&'a RawValue>,
    /// Of an answer.
    #[serde(default)]
    pub error: Option<RpcError>,
}

/// Whatever stands there, `null` too, as its text.
fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue as serde::Deserialize>::deserialize(from).map(Some)
}

/// The line of a request (`id` given) or a notification, with its line end.
///
/// # Errors
/// When `params` cannot be written as JSON.
pub fn call_line(id: Option<u64>, method: &str, params: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = match id {
        Some(id) => format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":"#),
        None => format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":"#),
    }
    .into_bytes();
    serde_json::to_writer(&mut line, params)?;
    line.extend_from_slice(b"}\n");
    Ok(line)
}

/// The line of an answer, with its line end. An answer that is too long for a line becomes an error.
pub fn answer_line(id: &Value, answer: Result<Vec<u8>, RpcError>) -> Vec<u8> {
    let body = match answer {
        Ok(result) if result.len() + 200 < MAX_LINE => [b"\"result\":", result.as_slice()].concat(),
        Ok(result) => {
            let why = format!(
                "the answer of {} bytes is longer than a line may be ({MAX_LINE} bytes)",
                result.len()
            );
            error_body(&RpcError::new(INTERNAL_ERROR, why))
        }
        Err(error) => error_body(&error),
    };
    let mut line = format!(r#"{{"jsonrpc":"2.0","id":{id},"#).into_bytes();
    line.extend_from_slice(&body);
    line.extend_from_slice(b"}\n");
    line
}

fn error_body(error: &RpcError) -> Vec<u8> {
    let json = serde_json::to_vec(error)
        .unwrap_or_else(|_| br#"{"code":-32603,"message":"internal error"}"#.to_vec());
    [b"\"error\":", json.as_slice()].concat()
}

/// The pipe to the core.
pub struct Pipe {
    out: Mutex<Box<dyn Write + Send>>,
    calls: Mutex<Calls>,
}

#[derive(Default)]
struct Calls {
    last: u64,
    closed: bool,
    waiting: BTreeMap<u64, Sender<Result<Vec<u8>, RpcError>>>,
}

impl Pipe {
    /// A pipe that writes to `out`.
    pub fn new(out: impl Write + Send + 'static) -> Pipe {
        Pipe { out: Mutex::new(Box::new(out)), calls: Mutex::default() }
    }

    /// Writes one line. A core that is gone is noticed by the reader; nothing is lost with the line.
    pub fn write(&self, line: &[u8]) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = out.write_all(line).and_then(|()| out.flush());
    }

    /// Calls the core and waits for its answer, as JSON text.
    ///
    /// # Errors
    /// The core's own; or that it is gone, or did not answer within `patience`.
    pub fn call(
        &self,
        method: &str,
        params: &impl Serialize,
        patience: Duration,
    ) -> Result<Vec<u8>, RpcError> {
        let (reply, answer) = mpsc::channel();
        let id = {
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            if calls.closed {
                return Err(gone(method));
            }
            calls.last += 1;
            let id = calls.last;
            calls.waiting.insert(id, reply);
            id
        };
        let line = call_line(Some(id), method, params).map_err(|e| RpcError::internal(e.to_string()))?;
        self.write(&line);
        let answered = answer.recv_timeout(patience);
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).waiting.remove(&id);
        match answered {
            Ok(result) => result,
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(gone(method)),
            Err(mpsc::RecvTimeoutError::Timeout) => Err(RpcError::internal(format!(
                "patchform did not answer {method} within {} s",
                patience.as_secs()
            ))),
        }
    }

    /// Hands an answer of the core to the call that waits for it; an answer nobody waits for is dropped.
    pub fn answered(&self, envelope: &Envelope<'_>) {
        let Some(id) = envelope.id.as_ref().and_then(Value::as_u64) else { return };
        let waiting = self.calls.lock().unwrap_or_else(PoisonError::into_inner).waiting.remove(&id);
        if let Some(reply) = waiting {
            let result = match (&envelope.error, envelope.result) {
                (Some(error), _) => Err(error.clone()),
                (None, Some(result)) => Ok(result.get().as_bytes().to_vec()),
                (None, None) => Ok(b"null".to_vec()),
            };
            let _ = reply.send(result);
        }
    }

    /// Whether the core is gone.
    pub fn is_closed(&self) -> bool {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).closed
    }

    /// The core is gone: every call that waits, and every later one, is told so.
    pub fn close(&self) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.closed = true;
        calls.waiting.clear();
    }
}

fn gone(method: &str) -> RpcError {
    RpcError::internal(format!("patchform closed the pipe before it answered {method}"))
}
