//! Leases: an unfinished run holds its components and their targets until it is resumed, rolled back or abandoned.
//!
//! `<runs>/<id>/lease.json` says what a run holds; `<runs>/<id>/controller.lock` is locked for as long as the process
//! that drives it lives; `<runs>/token` holds the highest fencing token given out. Where the lease of a run that is open is
//! lost, it holds what its plan says, or anything. The caller of [`acquire`] holds the state lock, so that two runs cannot
//! take a lease at the same time.

pub use super::holdings::{Ground, Holdings};

use super::{holdings, marks};
use crate::model::{Moment, seal};
use crate::plan::stored;
use crate::world::{disk, failpoint, machine};
use machine::Controller;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// The largest lease file that is read, in bytes: 100,000 addresses and more.
const MAX_LEASE: u64 = 64 * 1024 * 1024;
/// The largest plan that is read in place of a damaged lease, in bytes.
const MAX_PLAN: u64 = 2 << 30;
/// Form 1 held every target alone.
const FORM: u32 = 2;
/// The first form that ends in its sum.
const SEALED: u32 = 2;
/// The folder whose lease is held while snapshots are pruned: that is no run.
pub const PRUNE: &str = "prune";

/// A run that is not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRun {
    /// Its id: the name of its folder.
    pub id: String,
    /// What it holds.
    pub holds: Holdings,
    /// Who drives it, or drove it last.
    pub controller: Controller,
    /// When that process took it.
    pub since: Moment,
    /// Its fencing token.
    pub token: u64,
    /// Whether that process is alive.
    pub alive: bool,
    /// Neither its lease nor its plan can be read: it may hold anything.
    pub unknown: bool,
}

impl OpenRun {
    /// Who drives it, for a message: `ana@host (process 4711)`; and that it stands still, where it does.
    pub fn driver(&self) -> String {
        let c = &self.controller;
        if c.user.is_empty() {
            return "another process".into();
        }
        // Whoever stands still takes no request.
        let still = match machine::is_suspended(c) {
            true => format!(", suspended: `kill -CONT {}` lets it go on", c.pid),
            false => String::new(),
        };
        format!("{}@{} (process {}{still})", c.user, c.host, c.pid)
    }
}

/// Why a lease cannot be had.
#[derive(Debug, Error)]
pub enum LeaseError {
    /// The system said no.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A lease or the token cannot be understood.
    #[error("{} is damaged: {why}. {hint}", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
        /// What to do.
        hint: &'static str,
    },
    /// A newer program wrote it.
    #[error("{} was written by a newer patchform (form {form}, this one reads {FORM}); use that one", path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its form.
        form: u32,
    },
    /// Another process drives this run now.
    #[error(
        "run {run} is being driven by {driver} since {since}; wait for it, or ask it to stop with `patchform run stop {run}`"
    )]
    Driven {
        /// Which run.
        run: String,
        /// By whom.
        driver: String,
        /// Since when.
        since: Moment,
    },
    /// Another unfinished run holds some of it.
    #[error("{}", overlap(run, shared))]
    Held {
        /// That run.
        run: Box<OpenRun>,
        /// What both need.
        shared: Box<Holdings>,
    },
}

fn overlap(run: &OpenRun, shared: &Holdings) -> String {
    let what = holdings::told(shared);
    let (id, driver, since) = (&run.id, run.driver(), run.since);
    if run.unknown {
        format!(
            "run {id} may hold {what}: neither its lease nor its plan can be read any more; let go of it with \
             `patchform run abandon {id}`"
        )
    } else if run.alive {
        format!("run {id}, driven by {driver} since {since}, holds {what}; wait for it to end")
    } else {
        format!("run {id}, which {driver} left unfinished on {since}, holds {what}")
    }
}

/// The stored form of a lease.
#[derive(Debug, Serialize, Deserialize)]
struct StoredLease {
    format_version: u32,
    components: BTreeSet<String>,
    #[serde(default)]
    rests_on: BTreeSet<String>,
    targets: StoredTargets,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    services: BTreeSet<String>,
    token: u64,
    since: String,
    host: String,
    boot: String,
    user: String,
    pid: u32,
    started: u64,
}

/// Which targets: by name only, as form 1 had them, or with what is held of each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum StoredTargets {
    Alone(BTreeSet<String>),
    Grounds(BTreeMap<String, StoredGround>),
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredGround {
    alone: bool,
    claims: BTreeSet<String>,
}

/// The part of every form that says which one it is.
#[derive(Debug, Deserialize)]
struct Versioned {
    format_version: u32,
}

impl From<&BTreeMap<String, Ground>> for StoredTargets {
    fn from(targets: &BTreeMap<String, Ground>) -> Self {
        let stored = |g: &Ground| StoredGround { alone: g.alone, claims: g.claims.clone() };
        StoredTargets::Grounds(targets.iter().map(|(target, g)| (target.clone(), stored(g))).collect())
    }
}

impl From<StoredTargets> for BTreeMap<String, Ground> {
    fn from(stored: StoredTargets) -> Self {
        match stored {
            StoredTargets::Alone(names) => names.into_iter().map(|name| (name, Ground::alone())).collect(),
            StoredTargets::Grounds(grounds) => grounds
                .into_iter()
                .map(|(target, g)| (target, Ground { alone: g.alone, claims: g.claims }))
                .collect(),
        }
    }
}

/// A lease that this process holds. Dropping it lets others drive the run, but keeps what the run holds.
#[derive(Debug)]
pub struct Lease {
    folder: PathBuf,
    token: u64,
    /// Locked while it is open.
    _lock: File,
}

impl Lease {
    /// The fencing token: strictly greater than every earlier one.
    pub fn token(&self) -> u64 {
        self.token
    }

    /// The run is finished: it holds nothing any more.
    ///
    /// # Errors
    /// The lease cannot be removed.
    pub fn release(self) -> Result<(), LeaseError> {
        let path = self.folder.join("lease.json");
        marks::mark_ended(&self.folder).map_err(failed("mark as ended", &self.folder))?;
        failpoint::hit("lease.release").map_err(failed("remove", &path))?;
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed("remove", &path)(e)),
            _ => failpoint::hit("lease.released")
                .and_then(|()| disk::sync_folder(&self.folder))
                .map_err(failed("sync", &self.folder)),
        }
    }
}

fn failed<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> LeaseError + 'a {
    move |source| LeaseError::Io { doing, path: path.into(), source }
}

/// Whether the lease of the run in `folder` is there, readable or not.
pub fn is_there(folder: &Path) -> bool {
    folder.join("lease.json").exists()
}

/// All runs in `runs` that are not finished, by id.
///
/// # Errors
/// A lease cannot be read.
pub fn open_runs(runs: &Path) -> Result<Vec<OpenRun>, LeaseError> {
    let entries = match fs::read_dir(runs) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(failed("list", runs))?,
    };
    let mut open = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed("list", runs))?;
        let folder = entry.path();
        let path = folder.join("lease.json");
        let bytes = match disk::read(&path, MAX_LEASE) {
            Err(e) if e.kind() == io::ErrorKind::NotFound && marks::is_open(&folder) => None,
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => continue,
            other => Some(other.map_err(failed("read", &path))?),
        };
        let id = entry.file_name().to_string_lossy().into_owned();
        if id == PRUNE {
            continue;
        }
        let alive = is_locked(&folder)?;
        open.push(match bytes.map(|bytes| parse(&id, &bytes, &path, alive)) {
            None | Some(Err(LeaseError::Damaged { .. })) => without_lease(id, &folder, alive),
            Some(other) => other?,
        });
    }
    open.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(open)
}

/// A run whose lease is lost or cannot be read: it holds what its plan says, or everything.
fn without_lease(id: String, folder: &Path, alive: bool) -> OpenRun {
    let plan = disk::read(&folder.join(marks::PLAN), MAX_PLAN).ok().and_then(|b| stored::read(&b).ok());
    let nobody =
        Controller { host: String::new(), boot: String::new(), user: String::new(), pid: 0, started: 0 };
    OpenRun {
        unknown: plan.is_none(),
        since: plan.as_ref().map(|plan| plan.made).or_else(|| begun(&id)).unwrap_or(Moment(0)),
        holds: plan.as_ref().map(Holdings::of).unwrap_or_default(),
        controller: nobody,
        // The journal tells a resumed run's token, and the file of tokens the highest of all.
        token: 0,
        alive,
        id,
    }
}

/// When the run of this id began: `20261122-024000-123-3f9a` begins with its time.
pub fn begun(id: &str) -> Option<Moment> {
    let digits: String = id.chars().filter(char::is_ascii_digit).take(17).collect();
    let part = |from: usize, to: usize| digits.get(from..to);
    Moment::parse(&format!(
        "{}-{}-{}T{}:{}:{}.{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?,
        part(14, 17)?
    ))
}

fn parse(id: &str, bytes: &[u8], path: &Path, alive: bool) -> Result<OpenRun, LeaseError> {
    const HINT: &str = "Look at the run with `patchform run show`, then resume it or abandon it";
    let damaged = |why: String| LeaseError::Damaged { path: path.into(), why, hint: HINT };
    if seal::check(bytes).is_some_and(|(_, whole)| !whole) {
        return Err(damaged("its sum is not the sum of its content".into()));
    }
    // A newer form may have another shape: its version is asked for first.
    let Versioned { format_version: form } =
        serde_json::from_slice(bytes).map_err(|e| damaged(e.to_string()))?;
    if form > FORM {
        return Err(LeaseError::Newer { path: path.into(), form });
    }
    if form >= SEALED && !seal::is_whole(bytes) {
        return Err(damaged("it does not end in its sum".into()));
    }
    let stored: StoredLease = serde_json::from_slice(bytes).map_err(|e| damaged(e.to_string()))?;
    let since =
        Moment::parse(&stored.since).ok_or_else(|| damaged(format!("{:?} is no time", stored.since)))?;
    Ok(OpenRun {
        id: id.into(),
        unknown: false,
        holds: Holdings {
            components: stored.components,
            rests_on: stored.rests_on,
            targets: stored.targets.into(),
            services: stored.services,
        },
        controller: Controller {
            host: stored.host,
            boot: stored.boot,
            user: stored.user,
            pid: stored.pid,
            started: stored.started,
        },
        since,
        token: stored.token,
        alive,
    })
}

/// Refuses what a run in `open`, other than `run`, holds of `wanted`.
///
/// # Errors
/// Names that run, and what both need.
pub fn refuse_held(open: &[OpenRun], run: &str, wanted: &Holdings) -> Result<(), LeaseError> {
    overlapping(open, run, wanted).map_or(Ok(()), |(other, shared)| {
        Err(LeaseError::Held { run: Box::new(other), shared: Box::new(shared) })
    })
}

/// The first run in `open`, other than `run`, that holds something of `wanted`.
pub fn overlapping(open: &[OpenRun], run: &str, wanted: &Holdings) -> Option<(OpenRun, Holdings)> {
    open.iter().filter(|other| other.id != run).find_map(|other| {
        let shared = if other.unknown { wanted.clone() } else { other.holds.shared(wanted) };
        (!shared.is_empty()).then(|| (other.clone(), shared))
    })
}

/// Takes the lease of `run` (a folder of `runs`, made if it is not there) on `wanted`. `above` is the highest token
/// that the run's journal knows. The caller holds the state lock.
///
/// # Errors
/// Another run holds some of it, another process drives this run, or a file cannot be read or written.
pub fn acquire(
    runs: &Path,
    run: &str,
    wanted: &Holdings,
    above: u64,
    now: Moment,
) -> Result<Lease, LeaseError> {
    let open = open_runs(runs)?;
    refuse_held(&open, run, wanted)?;
    let folder = runs.join(run);
    failpoint::hit("lease.folder").map_err(failed("make", &folder))?;
    disk::make_folder(&folder).map_err(failed("make", &folder))?;
    failpoint::hit("lease.lock").map_err(failed("lock", &folder))?;
    let Some(lock) = lock(&folder)? else {
        let mine = open.into_iter().find(|r| r.id == run);
        let driver = mine.as_ref().map_or_else(|| "another process".into(), OpenRun::driver);
        let since = mine.map_or(now, |r| r.since);
        return Err(LeaseError::Driven { run: run.into(), driver, since });
    };
    failpoint::hit("lease.locked").map_err(failed("lock", &folder))?;
    let known = open.iter().map(|r| r.token).max().unwrap_or(0).max(above);
    let token = next_token(runs, known)?;
    write(&folder, wanted, token, now, machine::this())?;
    Ok(Lease { folder, token, _lock: lock })
}

/// Writes down what a run holds, and in whose hands.
fn write(folder: &Path, holds: &Holdings, token: u64, now: Moment, me: Controller) -> Result<(), LeaseError> {
    let stored = StoredLease {
        format_version: FORM,
        components: holds.components.clone(),
        rests_on: holds.rests_on.clone(),
        targets: (&holds.targets).into(),
        services: holds.services.clone(),
        token,
        since: now.to_string(),
        host: me.host,
        boot: me.boot,
        user: me.user,
        pid: me.pid,
        started: me.started,
    };
    let path = folder.join("lease.json");
    let mut bytes = serde_json::to_vec(&stored).map_err(|e| LeaseError::Io {
        doing: "write",
        path: path.clone(),
        source: e.into(),
    })?;
    seal::seal(&mut bytes, 0);
    disk::write_atomic(&path, &bytes).map_err(failed("write", &path))
}

/// Holds `target` alone from now on for `run`, which this process drives: it turned out to need more of it than its plan
/// said. The caller holds the state lock.
///
/// # Errors
/// Another open run works there, or a file cannot be read or written.
pub fn hold_alone(runs: &Path, run: &str, target: &str) -> Result<(), LeaseError> {
    let open = open_runs(runs)?;
    let targets = BTreeMap::from([(target.to_string(), Ground::alone())]);
    let wanted = Holdings { targets, ..Holdings::default() };
    refuse_held(&open, run, &wanted)?;
    let Some(mine) = open.into_iter().find(|r| r.id == run) else { return Ok(()) };
    let mut holds = mine.holds;
    holds.targets.entry(target.to_string()).or_default().alone = true;
    write(&runs.join(run), &holds, mine.token, mine.since, mine.controller)
}

fn next_token(runs: &Path, known: u64) -> Result<u64, LeaseError> {
    let token = highest_token(runs)?.max(known).saturating_add(1);
    write_token(runs, token)?;
    Ok(token)
}

/// Lets the tokens in `runs` go on above `known` and those of `old`, where runs were kept before: targets refuse lower
/// ones than they have seen.
///
/// # Errors
/// A file of tokens that cannot be read, understood or written.
pub fn go_on_from(old: &Path, known: u64, runs: &Path) -> Result<(), LeaseError> {
    disk::make_folder(runs).map_err(failed("make", runs))?;
    let token = highest_token(old)?.max(known);
    if token > highest_token(runs)? { write_token(runs, token) } else { Ok(()) }
}

fn write_token(runs: &Path, token: u64) -> Result<(), LeaseError> {
    let path = runs.join("token");
    disk::write_atomic(&path, format!("{token}\n").as_bytes()).map_err(failed("write", &path))
}

fn highest_token(runs: &Path) -> Result<u64, LeaseError> {
    const HINT: &str =
        "Remove it and try again: the highest number is known from the state and the leases, too";
    let path = runs.join("token");
    match disk::read(&path, 64) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let damaged = |_| LeaseError::Damaged {
                path: path.clone(),
                why: format!("{:?} is no number", text.trim()),
                hint: HINT,
            };
            text.trim().parse::<u64>().map_err(damaged)
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(e) => Err(failed("read", &path)(e)),
    }
}

fn lock_file(folder: &Path) -> Result<File, LeaseError> {
    let path = folder.join("controller.lock");
    let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    opened.map_err(failed("open", &path))
}

/// The controller's lock; `None` when another process has it. Somebody who merely looks holds it for an instant, so
/// that it is tried a few times.
fn lock(folder: &Path) -> Result<Option<File>, LeaseError> {
    let file = lock_file(folder)?;
    for _ in 0..10 {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(e)) => return Err(failed("lock", folder)(e)),
        }
    }
    Ok(None)
}

fn is_locked(folder: &Path) -> Result<bool, LeaseError> {
    let path = folder.join("controller.lock");
    let file = match File::open(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        other => other.map_err(failed("open", &path))?,
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(e)) => Err(failed("lock", &path)(e)),
    }
}

#[cfg(test)]
mod tests;
