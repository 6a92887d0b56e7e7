//! A plain client for the suite: it can also say what no well-behaved client says.

use crate::host::{self, Host};
use crate::line::{self, Line, beginning};
use crate::message::{MAX_LINE, RpcError};
use crate::pipe::answer_line;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running provider.
pub struct Peer {
    child: Child,
    stdin: Arc<Mutex<Option<ChildStdin>>>,
    messages: Receiver<Value>,
    /// Answers that came before somebody asked for them.
    held: BTreeMap<u64, Value>,
    next: u64,
}

/// An error that a provider answered, or that it did not answer.
#[derive(Debug, Clone)]
pub enum Trouble {
    /// It answered with an error.
    Answered(RpcError),
    /// It did something else; in a sentence.
    Other(String),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::Answered(error) => write!(f, "it answered with the error: {error}"),
            Trouble::Other(why) => f.write_str(why),
        }
    }
}

impl Peer {
    /// Starts it in `folder`; `host` stands behind its callbacks.
    pub fn start(
        program: &Path,
        arguments: &[String],
        folder: &Path,
        host: Arc<dyn Host>,
    ) -> Result<Peer, String> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child =
            command.spawn().map_err(|e| format!("{} cannot be started: {e}", program.display()))?;
        let stdin = Arc::new(Mutex::new(child.stdin.take()));
        let Some(stdout) = child.stdout.take() else { return Err("it came without its pipes".into()) };
        let (sender, messages) = mpsc::channel();
        let answers = Arc::clone(&stdin);
        thread::spawn(move || listen(BufReader::new(stdout), &answers, &host, &sender));
        Ok(Peer { child, stdin, messages, held: BTreeMap::new(), next: 0 })
    }

    /// Sends raw bytes and a line end.
    pub fn say(&self, line: &[u8]) {
        write(&self.stdin, &[line, b"\n"].concat());
    }

    /// Sends a request and gives its id.
    pub fn send(&mut self, method: &str, params: &impl Serialize) -> u64 {
        self.next += 1;
        let id = self.next;
        self.say(
            json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string().as_bytes(),
        );
        id
    }

    /// Waits for the answer to a request.
    pub fn receive<T: DeserializeOwned>(&mut self, id: u64) -> Result<T, Trouble> {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(mut answer) = self.held.remove(&id) {
                if let Some(error) = answer.get("error") {
                    let error = serde_json::from_value(error.clone());
                    return Err(error.map_or_else(
                        |e| Trouble::Other(format!("its error does not fit: {e}")),
                        Trouble::Answered,
                    ));
                }
                let result = answer.get_mut("result").map(Value::take);
                let result =
                    result.ok_or_else(|| Trouble::Other("its answer has no result and no error".into()))?;
                let shown = beginning(result.to_string().as_bytes());
                return serde_json::from_value(result)
                    .map_err(|e| Trouble::Other(format!("its answer does not fit ({e}): {shown}")));
            }
            match self.messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Value::String(nonsense)) => return Err(Trouble::Other(nonsense)),
                Ok(message) => {
                    if let Some(id) = message.get("id").and_then(Value::as_u64) {
                        self.held.insert(id, message);
                    }
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    return Err(Trouble::Other(format!("it did not answer within {} s", PATIENCE.as_secs())));
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    return Err(Trouble::Other("it ended before it answered".into()));
                }
            }
        }
    }

    /// Sends a request and waits for its answer.
    pub fn call<T: DeserializeOwned>(&mut self, method: &str, params: &impl Serialize) -> Result<T, Trouble> {
        let id = self.send(method, params);
        self.receive(id)
    }

    /// Closes its stdin.
    pub fn close(&self) {
        self.stdin.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Whether it ends by itself within `patience`.
    pub fn ends(&mut self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        loop {
            match self.child.try_wait() {
                Ok(Some(_)) => return true,
                _ if Instant::now() > until => return false,
                _ => thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    /// Ends it at once, as `kill -9` does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.close();
        if !self.ends(Duration::from_millis(200)) {
            self.kill();
        }
    }
}

fn write(stdin: &Mutex<Option<ChildStdin>>, line: &[u8]) {
    if let Some(stdin) = &mut *stdin.lock().unwrap_or_else(PoisonError::into_inner) {
        // A provider that is gone is noticed where its answer is waited for.
        let _ = stdin.write_all(line).and_then(|()| stdin.flush());
    }
}

fn listen(
    mut stdout: impl std::io::BufRead,
    stdin: &Arc<Mutex<Option<ChildStdin>>>,
    host: &Arc<dyn Host>,
    sender: &Sender<Value>,
) {
    while let Ok(Some(line)) = line::next(&mut stdout, MAX_LINE) {
        let text = match line {
            Line::Text(text) => text,
            Line::TooLong { beginning } => {
                let _ = sender.send(Value::String(format!("it sent a line longer than 16 MiB: {beginning}")));
                continue;
            }
        };
        let Ok(message) = serde_json::from_slice::<Value>(&text) else {
            let _ =
                sender.send(Value::String(format!("it sent a line that is no JSON: {}", beginning(&text))));
            continue;
        };
        match (message.get("method").and_then(Value::as_str).map(str::to_string), message.get("id").cloned())
        {
            (Some(method), Some(id)) => {
                let (stdin, host) = (Arc::clone(stdin), Arc::clone(host));
                thread::spawn(move || write(&stdin, &answer_line(&id, host::answer(&*host, &method, &text))));
            }
            (Some(_), None) => {}
            (None, _) if message.is_object() => {
                let _ = sender.send(message);
            }
            (None, _) => {
                let _ = sender
                    .send(Value::String(format!("it sent a line that is no message: {}", beginning(&text))));
            }
        }
    }
}

/// Where a provider's traces of commands go, beside a scratch folder.
pub fn store_of(scratch: &Path) -> PathBuf {
    scratch.join("target-store")
}
