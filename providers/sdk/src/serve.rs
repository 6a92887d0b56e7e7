//! Serves a provider: reads requests line by line, handles them concurrently, answers each with one line.

use crate::context::Context;
use crate::line::{self, Line};
use crate::message::{
    Act, Action, CHUNK, Cancel, Compare, Compared, Configure, Discover, INTERNAL_ERROR, INVALID_REQUEST,
    Initialize, Initialized, InventoryRequest, MAX_LINE, METHOD_NOT_FOUND, MembersRequest, PARSE_ERROR,
    PROTOCOL, PreviewAnswer, PreviewRequest, Probe, Read, ReadAnswer, RpcError, TOO_BUSY, VERSION_MISMATCH,
    Validate, Validated,
};
use crate::pipe::{Envelope, Pipe, answer_line};
use crate::pool::Pool;
use crate::provider::Provider;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The most requests that are worked on at once.
const THREADS: usize = 64;
/// The most requests that wait for a thread.
const WAITING: usize = 4096;

/// Serves `provider` over stdin and stdout until `shutdown` or the end of stdin. Actions that still run are finished
/// first: a patch is never cut off because the program that asked for it died.
///
/// # Errors
/// Those of reading stdin; when no thread can be started.
pub fn serve(provider: impl Provider) -> io::Result<()> {
    let input = BufReader::with_capacity(256 * 1024, io::stdin());
    serve_on(Arc::new(provider), input, io::stdout())
}

/// [`serve`] over any pipe.
///
/// # Errors
/// Those of reading `input`; when no thread can be started.
pub fn serve_on(
    provider: Arc<dyn Provider>,
    mut input: impl BufRead,
    output: impl Write + Send + 'static,
) -> io::Result<()> {
    let server = Arc::new(Server { provider, pipe: Arc::new(Pipe::new(output)), running: Mutex::default() });
    let pool = Pool::new(THREADS, WAITING)?;
    let ended = loop {
        match line::next(&mut input, MAX_LINE) {
            Ok(Some(Line::Text(text))) if text.iter().all(u8::is_ascii_whitespace) => {}
            Ok(Some(Line::Text(text))) => {
                if server.take(text, &pool) == Next::Stop {
                    break Ok(());
                }
            }
            Ok(Some(Line::TooLong { beginning })) => {
                let why = format!("a line is longer than {MAX_LINE} bytes; it begins: {beginning}");
                server.answer(&Value::Null, Err(RpcError::new(INVALID_REQUEST, why)));
            }
            Ok(None) => break Ok(()),
            Err(e) => break Err(e),
        }
    };
    server.pipe.close();
    pool.finish();
    ended
}

#[derive(PartialEq, Eq)]
enum Next {
    Go,
    Stop,
}

struct Server {
    provider: Arc<dyn Provider>,
    pipe: Arc<Pipe>,
    /// Actions that run, by id, with the flag that cancels each.
    running: Mutex<BTreeMap<String, Arc<AtomicBool>>>,
}

impl Server {
    /// Takes one line: an answer goes to the call that waits for it, `cancel` and `shutdown` are done at once, the rest
    /// goes to the pool.
    fn take(self: &Arc<Self>, text: Vec<u8>, pool: &Pool) -> Next {
        let envelope: Envelope<'_> = match serde_json::from_slice(&text) {
            Ok(envelope) => envelope,
            Err(e) => {
                self.reject(&text, &e);
                return Next::Go;
            }
        };
        let Some(method) = envelope.method.as_deref() else {
            if envelope.result.is_some() || envelope.error.is_some() {
                self.pipe.answered(&envelope);
            } else {
                let why = "the message has no method, no result and no error";
                self.answer(&envelope.id.unwrap_or_default(), Err(RpcError::new(INVALID_REQUEST, why)));
            }
            return Next::Go;
        };
        match method {
            "cancel" => {
                let done = parse(&text).and_then(|cancel: Cancel| json(&self.cancel(&cancel)));
                if let Some(id) = &envelope.id {
                    self.answer(id, done);
                }
            }
            "shutdown" => {
                if let Some(id) = &envelope.id {
                    self.answer(id, Ok(b"null".to_vec()));
                }
                return Next::Stop;
            }
            _ => {
                // A notification that is not known is ignored, as JSON-RPC 2.0 section 4.1 asks.
                if let Some(id) = envelope.id.clone() {
                    let (method, server) = (method.to_string(), Arc::clone(self));
                    let reply = id.clone();
                    if pool.run(move || server.handle(&id, &method, &text)).is_err() {
                        let why = format!("more than {WAITING} requests wait already");
                        self.answer(&reply, Err(RpcError::new(TOO_BUSY, why)));
                    }
                }
            }
        }
        Next::Go
    }

    fn reject(&self, text: &[u8], why: &serde_json::Error) {
        let (code, what) = match serde_json::from_slice::<Value>(text) {
            Ok(_) => (INVALID_REQUEST, "is no request"),
            Err(_) => (PARSE_ERROR, "is no JSON"),
        };
        let message = format!("the line {what} ({why}); it begins: {}", line::beginning(text));
        self.answer(&Value::Null, Err(RpcError::new(code, message)));
    }

    fn handle(&self, id: &Value, method: &str, text: &[u8]) {
        let answer = catch_unwind(AssertUnwindSafe(|| self.dispatch(method, text))).unwrap_or_else(|panic| {
            let what = panic
                .downcast_ref::<&str>()
                .map(ToString::to_string)
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            Err(RpcError::new(INTERNAL_ERROR, format!("the provider panicked in {method}: {what}")))
        });
        self.answer(id, answer);
    }

    fn answer(&self, id: &Value, answer: Result<Vec<u8>, RpcError>) {
        self.pipe.write(&answer_line(id, answer));
    }

    fn dispatch(&self, method: &str, text: &[u8]) -> Result<Vec<u8>, RpcError> {
        let provider = &*self.provider;
        let context = || Context::new(Arc::clone(&self.pipe), None, Arc::default());
        match method {
            "initialize" => self.initialize(&parse(text)?),
            "describe" => json(&provider.describe()),
            "configure" => json(&provider.configure(&parse::<Configure>(text)?)?),
            "validate" => self.validate(&parse(text)?),
            "read" => {
                let read: Read = parse(text)?;
                chunk(read.components.len())?;
                json(&ReadAnswer { readings: provider.read_all(&read.components, &context()) })
            }
            "preview" => {
                let request: PreviewRequest = parse(text)?;
                chunk(request.changes.len())?;
                let context = context();
                json(&PreviewAnswer {
                    previews: request.changes.iter().map(|c| provider.preview(c, &context)).collect(),
                })
            }
            "compare" => {
                let Compare { kind, pairs } = parse(text)?;
                json(&Compared { orders: pairs.iter().map(|(a, b)| provider.compare(&kind, a, b)).collect() })
            }
            "probe" => json(&provider.probe(&parse::<Probe>(text)?, &context())?),
            "discover" => json(&provider.discover(&parse::<Discover>(text)?, &context())?),
            "members" => {
                let request: MembersRequest = parse(text)?;
                chunk(request.members.len())?;
                json(&provider.members(&request, &context())?)
            }
            "inventory" => json(&provider.inventory(&parse::<InventoryRequest>(text)?.subject, &context())?),
            name => match Action::of_name(name) {
                Some(action) => self.act(action, &parse(text)?),
                None => Err(RpcError::new(METHOD_NOT_FOUND, format!("there is no method `{name}`"))),
            },
        }
    }

    fn initialize(&self, hello: &Initialize) -> Result<Vec<u8>, RpcError> {
        if hello.protocol.major != PROTOCOL.major {
            return Err(RpcError::new(
                VERSION_MISMATCH,
                format!(
                    "{} {} speaks protocol {}.{}, this provider speaks {}.{}",
                    hello.program.name,
                    hello.program.version,
                    hello.protocol.major,
                    hello.protocol.minor,
                    PROTOCOL.major,
                    PROTOCOL.minor
                ),
            ));
        }
        json(&Initialized { protocol: PROTOCOL, provider: self.provider.identity() })
    }

    fn validate(&self, request: &Validate) -> Result<Vec<u8>, RpcError> {
        chunk(request.components.len())?;
        let mut complaints = Vec::new();
        for (component, desired) in request.components.iter().enumerate() {
            for complaint in self.provider.validate(desired) {
                complaints.push(crate::message::Complaint { component, ..complaint });
            }
        }
        json(&Validated { complaints })
    }

    fn act(&self, action: Action, act: &Act) -> Result<Vec<u8>, RpcError> {
        let flag = Arc::new(AtomicBool::new(false));
        let running = || self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running().insert(act.id.clone(), Arc::clone(&flag));
        let context = Context::new(Arc::clone(&self.pipe), Some(act.id.clone()), flag);
        let answer = catch_unwind(AssertUnwindSafe(|| self.provider.act(action, act, &context)));
        running().remove(&act.id);
        match answer {
            Ok(answer) => json(&answer),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    fn cancel(&self, cancel: &Cancel) {
        let flag = self.running.lock().unwrap_or_else(PoisonError::into_inner).get(&cancel.id).cloned();
        if let Some(flag) = flag {
            flag.store(true, Ordering::Relaxed);
            self.provider.cancel(&cancel.id);
        }
    }
}

fn chunk(len: usize) -> Result<(), RpcError> {
    if len > CHUNK {
        return Err(RpcError::invalid_params(format!(
            "{len} components in one request; {CHUNK} are the most"
        )));
    }
    Ok(())
}

fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, RpcError> {
    #[derive(serde::Deserialize)]
    struct Call<T> {
        params: T,
    }
    serde_json::from_slice::<Call<T>>(text)
        .map(|call| call.params)
        .map_err(|e| RpcError::invalid_params(format!("the parameters do not fit: {e}")))
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, RpcError> {
    serde_json::to_vec(value)
        .map_err(|e| RpcError::internal(format!("the answer cannot be written as JSON: {e}")))
}

#[cfg(test)]
mod tests;
