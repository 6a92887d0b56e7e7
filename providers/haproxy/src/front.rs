//! A backend of HAProxy as its `traffic` block names it, and what its admin socket says of it.

use crate::server::{Server, listed};
use patchform_sdk::Context;
use patchform_sdk::detached::safe_id;
use patchform_sdk::ended::{self, Ended};
use patchform_sdk::message::{Subject, TargetRun};
use serde::Deserialize;
use serde_json::{Number, Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What is run where HAProxy is.
const SCRIPT: &str = include_str!("ask.sh");
/// By it the script tells that HAProxy answered, and not what was asked for.
const SAID_NO: i32 = 65;
/// By it the script tells that nobody is there to be connected to.
const ABSENT: i32 = 68;
/// How long one question may take.
const LOOK: Duration = Duration::from_secs(30);
/// How often one that is not there is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// The arguments of the block.
#[derive(Debug, Deserialize)]
struct Arguments {
    socket: String,
    backend: String,
    #[serde(default)]
    min_serving: Option<Number>,
}

/// A backend that can be asked.
pub struct Front<'a> {
    subject: &'a Subject,
    context: &'a Context,
    socket: String,
    /// Its name.
    pub backend: String,
    /// So many of its servers go on serving whatever is drained.
    pub min_serving: u64,
    /// For how long it may be away, as one that is restarted is.
    patience: Duration,
}

/// Why HAProxy did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It answered, and did not.
    Said(String),
    /// Nobody is there to ask, so nothing was said to it.
    Absent(String),
    /// Nobody knows what it did.
    Unknown(String),
}

impl Trouble {
    /// In a sentence.
    pub fn why(self) -> String {
        match self {
            Trouble::Said(why) | Trouble::Absent(why) | Trouble::Unknown(why) => why,
        }
    }
}

/// Whether HAProxy takes it as a name: a space or a semicolon would begin another word or command of its own.
pub fn is_name(text: &str) -> bool {
    let named = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
    (1..=256).contains(&text.len()) && text.chars().all(named)
}

impl<'a> Front<'a> {
    /// Reads the arguments.
    ///
    /// # Errors
    /// What is wrong with them, in a sentence with the way out.
    pub fn of(subject: &'a Subject, context: &'a Context) -> Result<Front<'a>, String> {
        let arguments = Arguments::deserialize(&subject.arguments)
            .map_err(|e| format!("the arguments of {} do not fit: {e}", subject.address))?;
        let Arguments { socket, backend, min_serving } = arguments;
        let plain = |c: char| c.is_ascii_alphanumeric() || "/_.-@+".contains(c);
        if !socket.starts_with('/') || !socket.chars().all(plain) {
            return Err(format!(
                "{socket:?} cannot be the socket of {}: write the absolute path of HAProxy's `stats socket`, of letters, digits \
                 and /_.-@+",
                subject.address
            ));
        }
        if !is_name(&backend) {
            return Err(format!(
                "{backend:?} cannot be the backend of {}: a name of HAProxy has letters, digits and _.:- only",
                subject.address
            ));
        }
        let min_serving = match min_serving {
            None => 1,
            Some(given) => given.as_u64().ok_or_else(|| {
                format!("min_serving of {} must be a whole number, 0 or more; it is {given}", subject.address)
            })?,
        };
        Ok(Front { subject, context, socket, backend, min_serving, patience: Duration::ZERO })
    }

    /// Waits for one that is not there, as long as that may take.
    pub fn patient(self, patience: Duration) -> Front<'a> {
        Front { patience, ..self }
    }

    /// What tells this server from every other one: where HAProxy is, and its names there.
    pub fn identity(&self, server: &str) -> Value {
        json!(["haproxy", self.subject.connection, self.socket, self.backend, server])
    }

    /// `web/web-1`, as HAProxy's own log names it.
    pub fn named(&self, server: &str) -> String {
        format!("{}/{server}", self.backend)
    }

    /// Its servers.
    ///
    /// # Errors
    /// Why they cannot be listed.
    pub fn servers(&self) -> Result<Vec<Server>, Trouble> {
        self.ask(&["members", &self.backend]).map(|said| listed(&said)).map_err(|trouble| match trouble {
            Trouble::Said(said) if said.contains("find backend") => Trouble::Said(format!(
                "HAProxy has no backend {:?}; name one of its `backend` or `listen` sections in {}",
                self.backend, self.subject.address
            )),
            other => other,
        })
    }

    /// Some of the sessions that a server still works on, as HAProxy lists them.
    pub fn sessions(&self, server: &str) -> String {
        self.ask(&["sessions", &self.backend, server]).unwrap_or_default()
    }

    /// Changes a server.
    ///
    /// # Errors
    /// It was not done, or nobody knows.
    pub fn set(&self, server: &str, what: &str) -> Result<(), Trouble> {
        self.ask(&["set", &format!("set server {} {what}", self.named(server))]).map(|_| ())
    }

    /// Ends what a server still works on.
    ///
    /// # Errors
    /// It was not done, or nobody knows.
    pub fn end_sessions(&self, server: &str) -> Result<(), Trouble> {
        self.ask(&["set", &format!("shutdown sessions server {}", self.named(server))]).map(|_| ())
    }

    fn ask(&self, words: &[&str]) -> Result<String, Trouble> {
        let until = Instant::now() + self.patience;
        loop {
            match self.ask_once(words) {
                Err(Trouble::Absent(_)) if Instant::now() < until && !self.context.is_cancelled() => {
                    self.context.progress("waits for HAProxy, which does not answer", None);
                    thread::sleep(AGAIN);
                }
                other => return other,
            }
        }
    }

    fn ask_once(&self, words: &[&str]) -> Result<String, Trouble> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let id = safe_id(&format!("haproxy-{}-{number}", std::process::id()));
        let script = ["sh", "-c", SCRIPT, "sh", &self.socket];
        let run = TargetRun {
            id: id.clone(),
            connection: self.subject.connection.clone(),
            argv: script.iter().chain(words).map(ToString::to_string).collect(),
            env: BTreeMap::new(),
            cwd: None,
            stdin: String::new(),
            ephemeral: true,
            fresh: false,
        };
        self.context.target().run(&run).map_err(|e| Trouble::Unknown(e.message))?;
        match ended::wait(&id, self.subject, LOOK, self.context).0 {
            Ended::Exited { code: 0, said } => Ok(said.stdout),
            Ended::Exited { code, said } => {
                let why = format!("HAProxy at {}: {}", self.socket, said.stderr.trim());
                Err(match code {
                    SAID_NO => Trouble::Said(why),
                    ABSENT => Trouble::Absent(why),
                    _ => Trouble::Unknown(why),
                })
            }
            Ended::Unreachable(why) => Err(Trouble::Unknown(why)),
            _ => Err(Trouble::Unknown(format!("HAProxy at {} did not answer", self.socket))),
        }
    }
}
