//! The scripts that run on a host, and how one is asked for.

use crate::answer;
use patchform_sdk::Context;
use patchform_sdk::base64;
use patchform_sdk::detached::safe_id;
use patchform_sdk::ended;
use patchform_sdk::message::{Connection, Subject, TargetGet, TargetRun};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const HOST: &str = include_str!("host/host.sh");
const STAND: &str = include_str!("host/stand.sh");
const SERVICES: &str = include_str!("host/services.sh");
/// Where long answers stand on a host.
const ANSWERS: &str = "/var/cache/patchform/apt/answers/";

/// One of the scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // Each says in its first line what it does.
pub enum Script {
    Read,
    Discover,
    Preview,
    Fetch,
    Snapshot,
    Patch,
    Reload,
    Booted,
    Verify,
    Restore,
    Drop,
}

impl Script {
    /// Its name, for a person.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    fn row(self) -> (&'static str, &'static str) {
        match self {
            Script::Read => ("read", include_str!("host/read.sh")),
            Script::Discover => ("discover", include_str!("host/discover.sh")),
            Script::Preview => ("preview", include_str!("host/preview.sh")),
            Script::Fetch => ("fetch", include_str!("host/fetch.sh")),
            Script::Snapshot => ("snapshot", include_str!("host/snapshot.sh")),
            Script::Patch => ("patch", include_str!("host/patch.sh")),
            Script::Reload => ("reload", include_str!("host/reload.sh")),
            Script::Booted => ("booted", include_str!("host/booted.sh")),
            Script::Verify => ("verify", include_str!("host/verify.sh")),
            Script::Restore => ("restore", include_str!("host/restore.sh")),
            Script::Drop => ("drop", include_str!("host/drop.sh")),
        }
    }

    /// The whole text.
    fn text(self) -> String {
        let parts: &[&str] = match self {
            Script::Snapshot => &[STAND],
            Script::Patch | Script::Reload | Script::Restore => &[STAND, SERVICES],
            _ => &[],
        };
        format!("{HOST}{}{}", parts.concat(), self.row().1)
    }
}

/// A script with its arguments and its standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Which.
    pub script: Script,
    /// `$1` and so on.
    pub arguments: Vec<String>,
    /// Lines of words.
    pub stdin: String,
}

impl Call {
    /// The request that runs it under `id`.
    pub fn request(&self, id: &str, connection: &Connection, ephemeral: bool) -> TargetRun {
        let shell = ["/bin/sh", "-c", &self.script.text(), "patchform-apt"].map(str::to_string);
        TargetRun {
            id: safe_id(id),
            connection: connection.clone(),
            argv: shell.into_iter().chain(self.arguments.clone()).collect(),
            env: BTreeMap::new(),
            cwd: Some("/".into()),
            stdin: self.stdin.clone(),
            ephemeral,
        }
    }

    /// Runs a script without effect on the host of `subject`, and gives the lines of its answer, each split at its blanks.
    ///
    /// # Errors
    /// What it did instead of answering, in a sentence.
    pub fn ask(
        &self,
        subject: &Subject,
        patience: Duration,
        context: &Context,
    ) -> Result<Vec<Vec<String>>, String> {
        let id = fresh();
        let request = self.request(&id, &subject.connection, true);
        context.target().run(&request).map_err(|e| e.message)?;
        let shown = ["apt".to_string(), self.script.name().into()];
        let printed = ended::wait(&id, subject, patience, context).0.output(&shown)?;
        let lines = answer::lines(&printed)?;
        let long = answer::of(&lines, "answer", 1).next().map(|words| words[0].to_string());
        match long {
            Some(path) => answer::lines(&content(&subject.connection, &path, context)?),
            None => Ok(lines),
        }
    }
}

/// The content of an answer that was too long to be printed.
fn content(connection: &Connection, path: &str, context: &Context) -> Result<String, String> {
    if !path.starts_with(ANSWERS) {
        return Err(format!("the host names {path:?} as its answer"));
    }
    let get = TargetGet { connection: connection.clone(), path: path.into() };
    let content = context.target().get(&get).map_err(|e| e.message)?.content.unwrap_or_default();
    let bytes = base64::decode(&content).ok_or("the host's answer is no base64")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A name that no other question of any controller has.
pub fn fresh() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("apt-{}-{now}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
