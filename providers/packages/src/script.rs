//! The scripts that run on a host, and how one is asked for.

use crate::answer;
use crate::manager::Manager;
use patchform_sdk::Context;
use patchform_sdk::base64;
use patchform_sdk::detached::safe_id;
use patchform_sdk::ended;
use patchform_sdk::message::{Connection, Subject, TargetGet, TargetRun};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const BASE: &str = include_str!("host/base.sh");
const SERVICES: &str = include_str!("host/services.sh");
const BTRFS: &str = include_str!("host/btrfs.sh");
const KEPT: &str = include_str!("host/kept.sh");

/// One of the scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // Each says in its first line what it does.
pub enum Script {
    Read,
    Discover,
    Inventory,
    Preview,
    Fetch,
    Snapshot,
    Patch,
    Reload,
    Booted,
    Verify,
    Restore,
    Root,
    Drop,
}

impl Script {
    /// Its name, for a person.
    pub fn name(self) -> &'static str {
        match self {
            Script::Read => "read",
            Script::Discover => "discover",
            Script::Inventory => "inventory",
            Script::Preview => "preview",
            Script::Fetch => "fetch",
            Script::Snapshot => "snapshot",
            Script::Patch => "patch",
            Script::Reload => "reload",
            Script::Booted => "booted",
            Script::Verify => "verify",
            Script::Restore => "restore",
            Script::Root => "root",
            Script::Drop => "drop",
        }
    }

    /// What is the same for every manager: these scripts use the functions that its own parts define.
    fn shared(self) -> Option<&'static str> {
        Some(match self {
            Script::Read => include_str!("host/read.sh"),
            Script::Inventory => include_str!("host/inventory.sh"),
            Script::Fetch => include_str!("host/fetch.sh"),
            Script::Snapshot => include_str!("host/snapshot.sh"),
            Script::Reload => include_str!("host/reload.sh"),
            Script::Booted => include_str!("host/booted.sh"),
            Script::Verify => include_str!("host/verify.sh"),
            Script::Root => include_str!("host/root.sh"),
            Script::Drop => include_str!("host/drop.sh"),
            Script::Discover | Script::Preview | Script::Patch | Script::Restore => return None,
        })
    }

    /// The whole text.
    fn text(self, manager: &Manager) -> String {
        let common = match self {
            Script::Patch | Script::Restore => [SERVICES, KEPT].concat(),
            Script::Reload => SERVICES.into(),
            Script::Preview | Script::Snapshot | Script::Root | Script::Drop => BTRFS.into(),
            _ => String::new(),
        };
        let own = (manager.own)(self).concat();
        format!("kind={}\n{BASE}{common}{own}{}", manager.kind, self.shared().unwrap_or_default())
    }
}

/// A script with its arguments and its standard input.
#[derive(Clone)]
pub struct Call {
    /// Of which manager.
    pub manager: &'static Manager,
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
        let name = format!("patchform-{}", self.manager.kind);
        let shell = ["/bin/sh", "-c", &self.script.text(self.manager), &name].map(str::to_string);
        TargetRun {
            id: safe_id(id),
            connection: connection.clone(),
            argv: shell.into_iter().chain(self.arguments.clone()).collect(),
            env: BTreeMap::new(),
            cwd: Some("/".into()),
            stdin: self.stdin.clone(),
            ephemeral,
            fresh: false,
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
        let request = self.request(&fresh(self.manager), &subject.connection, true);
        self.put(&request, subject, patience, context)
    }

    /// As [`Call::ask`], over a connection that is made for it: whoever answers lets people in.
    ///
    /// # Errors
    /// Likewise.
    pub fn ask_anew(
        &self,
        subject: &Subject,
        patience: Duration,
        context: &Context,
    ) -> Result<Vec<Vec<String>>, String> {
        let request = self.request(&fresh(self.manager), &subject.connection, true);
        self.put(&TargetRun { fresh: true, ..request }, subject, patience, context)
    }

    fn put(
        &self,
        request: &TargetRun,
        subject: &Subject,
        patience: Duration,
        context: &Context,
    ) -> Result<Vec<Vec<String>>, String> {
        context.target().run(request).map_err(|e| e.message)?;
        let shown = [self.manager.kind.to_string(), self.script.name().into()];
        let printed = ended::wait(&request.id, subject, patience, context).0.output(&shown)?;
        let lines = answer::lines(&printed)?;
        let long = answer::of(&lines, "answer", 1).next().map(|words| words[0].to_string());
        match long {
            Some(path) => answer::lines(&content(self.manager, &subject.connection, &path, context)?),
            None => Ok(lines),
        }
    }
}

/// The content of an answer that was too long to be printed.
fn content(
    manager: &Manager,
    connection: &Connection,
    path: &str,
    context: &Context,
) -> Result<String, String> {
    if !path.starts_with(&format!("/var/cache/patchform/{}/answers/", manager.kind)) {
        return Err(format!("the host names {path:?} as its answer"));
    }
    let get = TargetGet { connection: connection.clone(), path: path.into() };
    let content = context.target().get(&get).map_err(|e| e.message)?.content.unwrap_or_default();
    let bytes = base64::decode(&content).ok_or("the host's answer is no base64")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A name that no other question of any controller has.
pub fn fresh(manager: &Manager) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("{}-{}-{now}-{}", manager.kind, std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
