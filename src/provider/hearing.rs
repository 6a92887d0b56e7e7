//! What one process of a provider says: answers to requests that wait, callbacks, progress, its log; and what it should
//! not have said. It knows nothing of the process itself, only its lines.

use crate::provider::ProviderError;
use crate::provider::pending::{Pending, Waiting};
use crate::provider::session::Launch;
use crate::world::clock;
use patchform_sdk::host;
use patchform_sdk::line::{self, Line, beginning};
use patchform_sdk::message::{MAX_LINE, Progress, RpcError, TOO_BUSY};
use patchform_sdk::pipe::{Envelope, answer_line, call_line};
use patchform_sdk::pool::Pool;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, BufRead};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How much of its log is kept, in bytes.
const LOG: usize = 64 * 1024;
/// A longer line of its log is cut there.
const LOG_LINE: usize = 8 * 1024;
/// The most callbacks that are worked on at once, and that wait.
const CALLBACKS: (usize, usize) = (64, 1024);
/// Progress of one action is passed on at most this often.
const PROGRESS: Duration = Duration::from_millis(100);

/// Both directions of a provider's pipes.
pub struct Hearing {
    launch: Arc<Launch>,
    /// Lines for its stdin; a thread writes them, so that a provider that does not read blocks nobody.
    lines: Mutex<Option<Sender<Vec<u8>>>>,
    /// Requests on their way.
    pub pending: Pending,
    heard: Mutex<Heard>,
}

/// What it said beside its answers.
#[derive(Default)]
struct Heard {
    log: VecDeque<u8>,
    /// How it ended, once it did.
    ended: Option<String>,
    /// The last line that was no message.
    odd: Option<String>,
    /// How many odd things were logged; beyond a hundred they are only counted.
    oddities: u32,
    /// When each action's progress was last passed on.
    progress: BTreeMap<String, Instant>,
}

impl Hearing {
    /// Of a process that was started as `launch` says and gets what is sent to `lines`.
    pub fn new(launch: &Arc<Launch>, lines: Sender<Vec<u8>>) -> Hearing {
        let (pending, heard) = Default::default();
        Hearing { launch: Arc::clone(launch), lines: Mutex::new(Some(lines)), pending, heard }
    }

    /// Sends a request; its reply is called once, whatever happens. `Err` gives the request back when the process is gone.
    ///
    /// # Errors
    /// The request itself.
    pub fn send(&self, waiting: Waiting, params: &impl Serialize) -> Result<(), Box<Waiting>> {
        let method = waiting.method;
        let id = self.pending.add(waiting)?;
        match call_line(Some(id), method, params) {
            Ok(line) if line.len() <= MAX_LINE => self.write(line),
            Ok(line) => {
                self.unsent(id, format!("the request of {} bytes is longer than a line may be", line.len()))
            }
            Err(e) => self.unsent(id, e.to_string()),
        }
        Ok(())
    }

    fn unsent(&self, id: u64, why: String) {
        if let Some(waiting) = self.pending.take(id) {
            let (provider, method) = (self.launch.name.clone(), waiting.method.to_string());
            (waiting.reply)(Err(ProviderError::Send { provider, method, why }));
        }
    }

    /// Sends a notification.
    pub fn notify(&self, method: &str, params: &impl Serialize) {
        if let Ok(line) = call_line(None, method, params) {
            self.write(line);
        }
    }

    /// Writes a line to its stdin.
    pub fn write(&self, line: Vec<u8>) {
        if let Some(lines) = &*lock(&self.lines) {
            let _ = lines.send(line);
        }
    }

    /// How it ended; `None` while it runs.
    pub fn ended(&self) -> Option<String> {
        lock(&self.heard).ended.clone()
    }

    /// The end of its log, for an error: a line break and up to 2,000 bytes; empty when it logged nothing.
    pub fn last_words(&self) -> String {
        let heard = lock(&self.heard);
        let bytes: Vec<u8> = heard.log.iter().copied().collect();
        drop(heard);
        let text = String::from_utf8_lossy(&bytes);
        let text = line::tail(text.trim(), 2000);
        if text.is_empty() { String::new() } else { format!("; the end of its log:\n{text}") }
    }

    /// Its log: the last 64 KiB.
    pub fn log(&self) -> String {
        let bytes: Vec<u8> = lock(&self.heard).log.iter().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// It is over: `how` it ended is kept for whoever asks.
    pub fn over(&self, how: String) {
        lock(&self.heard).ended = Some(how);
    }

    /// Sends nothing more, so that its stdin ends when all is written, and tells everybody who waits `why`, which is
    /// given the provider and the method.
    pub fn close(&self, why: impl Fn(String, String) -> ProviderError) {
        lock(&self.lines).take();
        for waiting in self.pending.close() {
            let error = why(self.launch.name.clone(), waiting.method.to_string());
            (waiting.reply)(Err(error));
        }
    }

    /// Who answers callbacks.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn answerers() -> io::Result<Pool> {
        Pool::new(CALLBACKS.0, CALLBACKS.1)
    }

    /// Reads its stdout to the end; callbacks are answered by `answerers`.
    pub fn read(self: &Arc<Self>, mut stdout: impl BufRead, answerers: &Pool) {
        loop {
            match line::next(&mut stdout, MAX_LINE) {
                Ok(Some(Line::Text(text))) if text.iter().all(u8::is_ascii_whitespace) => {}
                Ok(Some(Line::Text(text))) => self.take(text, answerers),
                Ok(Some(Line::TooLong { beginning })) => self.nonsense("is longer than 16 MiB", &beginning),
                Ok(None) | Err(_) => return,
            }
        }
    }

    fn take(self: &Arc<Self>, text: Vec<u8>, answerers: &Pool) {
        let envelope: Envelope<'_> = match serde_json::from_slice(&text) {
            Ok(envelope) => envelope,
            Err(_) if serde_json::from_slice::<Value>(&text).is_ok() => {
                return self.nonsense("is no message of the protocol", &String::from_utf8_lossy(&text));
            }
            Err(_) => return self.nonsense("is no JSON", &String::from_utf8_lossy(&text)),
        };
        match (&envelope.method, envelope.id.clone()) {
            (Some(method), Some(id)) => {
                let (method, me, reply) = (method.clone(), Arc::clone(self), id.clone());
                let work = move || {
                    // The provider waits for an answer, whatever becomes of it here.
                    let answer = || host::answer(&*me.launch.targets, &method, &text);
                    let answer = catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|_| {
                        Err(RpcError::internal(format!(
                            "patchform failed in {method}, which is a fault of it"
                        )))
                    });
                    me.write(answer_line(&id, answer));
                };
                if answerers.run(work).is_err() {
                    let why = format!("more than {} callbacks wait already", CALLBACKS.1);
                    self.write(answer_line(&reply, Err(RpcError::new(TOO_BUSY, why))));
                }
            }
            (Some(method), None) if method == "progress" => self.progress(&envelope),
            (Some(method), None) => {
                self.odd(&format!("sent a notification `{method}` that is not known; ignored"))
            }
            (None, Some(id)) if envelope.result.is_some() || envelope.error.is_some() => {
                self.answered(&id, &envelope)
            }
            (None, None) if envelope.error.is_some() => {
                // It could not read one of our lines, and cannot say which.
                let error = envelope.error.map(|e| e.to_string()).unwrap_or_default();
                self.odd(&format!("complained about a line it was sent: {error}"));
            }
            _ => self.nonsense("is no message of the protocol", &String::from_utf8_lossy(&text)),
        }
    }

    fn answered(&self, id: &Value, envelope: &Envelope<'_>) {
        let Some(waiting) = id.as_u64().and_then(|id| self.pending.take(id)) else {
            if id != &Value::from(0) {
                self.odd(&format!(
                    "answered a request {id} that nobody waits for (late, twice, or made up); dropped"
                ));
            }
            return;
        };
        let answer = match (&envelope.error, envelope.result) {
            (Some(error), _) => Err(ProviderError::Answered {
                provider: self.launch.name.clone(),
                method: waiting.method.into(),
                error: error.clone(),
            }),
            (None, Some(result)) => Ok(result.get().as_bytes().to_vec()),
            (None, None) => Ok(b"null".to_vec()),
        };
        if let Some(action) = &waiting.action {
            lock(&self.heard).progress.remove(action);
        }
        (waiting.reply)(answer);
    }

    /// A line that is no message. Whoever asked something without effect is told at once; an action may have been done,
    /// so it waits for its true answer until its deadline.
    fn nonsense(&self, what: &str, line: &str) {
        // Masked before it is cut: half a secret would not be known again.
        let line = beginning(self.launch.targets.masked(line).as_bytes());
        self.log_odd(&format!("sent a line that {what}; it begins: {line}"));
        lock(&self.heard).odd = Some(format!("; it sent a line that {what}: {line}"));
        for waiting in self.pending.take_questions() {
            let (provider, method) = (self.launch.name.clone(), waiting.method.to_string());
            let (what, line) = (what.to_string(), line.clone());
            (waiting.reply)(Err(ProviderError::Nonsense { provider, method, what, line }));
        }
    }

    /// Logs what should not have been said; it may quote any part of a line, so secrets are hidden here.
    fn odd(&self, what: &str) {
        self.log_odd(&self.launch.targets.masked(what));
    }

    /// Logs what should not have been said, and quotes no secret.
    fn log_odd(&self, what: &str) {
        let mut heard = lock(&self.heard);
        heard.oddities = heard.oddities.saturating_add(1);
        let n = heard.oddities;
        drop(heard);
        match n {
            0..100 => self.launch.watch.log(&self.launch.name, what),
            100 => self.launch.watch.log(&self.launch.name, "did a hundred odd things; no more are logged"),
            _ => {}
        }
    }

    /// Passes progress on, of actions that are on their way, and not too often.
    fn progress(&self, envelope: &Envelope<'_>) {
        let progress = envelope.params.and_then(|p| serde_json::from_str::<Progress>(p.get()).ok());
        let Some(mut progress) = progress else {
            return self.odd("sent a progress that does not fit; ignored");
        };
        progress.message = self.launch.targets.masked(&progress.message);
        let now = clock::steady();
        let recent = lock(&self.heard).progress.get(&progress.id).is_some_and(|last| now - *last < PROGRESS);
        if recent || !self.pending.has_action(&progress.id) {
            return;
        }
        lock(&self.heard).progress.insert(progress.id.clone(), now);
        self.launch.watch.progress(&self.launch.name, &progress);
    }

    /// Reads its stderr to the end.
    pub fn read_log(&self, mut stderr: impl BufRead) {
        while let Ok(Some(text)) = line::next(&mut stderr, LOG_LINE) {
            let text = match text {
                Line::Text(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Line::TooLong { beginning } => beginning,
            };
            let text = self.launch.targets.masked(&text);
            let mut heard = lock(&self.heard);
            heard.log.extend(text.bytes().chain([b'\n']));
            let excess = heard.log.len().saturating_sub(LOG);
            heard.log.drain(..excess);
            drop(heard);
            self.launch.watch.log(&self.launch.name, &text);
        }
    }

    /// Tells whoever waited too long, until it is over.
    pub fn keep_deadlines(&self) {
        while let Some(late) = self.pending.overdue() {
            let odd = lock(&self.heard).odd.clone().unwrap_or_default();
            for waiting in late {
                let (provider, method) = (self.launch.name.clone(), waiting.method.to_string());
                let (after, odd) = (waiting.patience, odd.clone());
                (waiting.reply)(Err(ProviderError::Late { provider, method, after, odd }));
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing under these locks leaves a value half-changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
