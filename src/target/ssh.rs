//! `connection "ssh"`: a host, by the system's OpenSSH client with the user's own configuration; and the connections `"container"`
//! and `"chroot"`, which differ only in the way to a shell.
//!
//! Every request is a script on the standard input of a shell there ([`script`]), over one multiplexed connection; a dead
//! man's switch is decided over a connection that is made for it, and so is what asks whether anybody gets in. What is left there is what [`patchform_sdk::detached`]
//! leaves on this machine: the same scripts write it.

mod answer;
mod queue;
mod script;
mod way;

use super::{Waiting, Watch};
use crate::config::checked::WAIT;
use crate::world::clock;
use crate::world::process::{self, Fed, Holding};
use answer::Answer;
use patchform_sdk::host::Host;
use patchform_sdk::message::{
    Connection, RpcError, TargetAwait, TargetAwaited, TargetConfirm, TargetConfirmed, TargetGet, TargetGot,
    TargetPut, TargetRun, TargetRunOrRevert, TargetStanding, TargetStarted,
};
use patchform_sdk::{base64, detached, machine};
use queue::Place;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use way::Way;
pub use way::untrusted;

pub use queue::Queue;

/// How long a host may take for what should take no time.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause before it is tried again.
const AGAIN: Duration = Duration::from_secs(2);
/// A host that has said nothing for so long is told to be waited for.
const SILENT: Duration = Duration::from_secs(3);
/// It is told again after this long.
const TOLD: Duration = Duration::from_secs(20);
/// One question waits no longer on the host; a longer wait is several questions, so that a lost connection is noticed.
const SLICE: Duration = Duration::from_secs(20);

/// Which connection to a host something is asked over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// The one that all share.
    Shared,
    /// One of its own, when it is its turn to log in.
    Own,
    /// One of its own at once: who has to confirm in time waits for nobody.
    OwnAtOnce,
}

/// A host.
pub struct Ssh {
    /// How a shell there is come by.
    way: Way,
    /// How long it is tried again when it cannot be reached.
    away: Duration,
    /// Places for its shells among those of all hosts.
    queue: Arc<Queue>,
    /// The machine-id that it must have, once that is known.
    machine: OnceLock<String>,
    /// Whether it has answered over the shared connection.
    known: AtomicBool,
    /// Commands without a trace, by id.
    brief: Mutex<BTreeMap<String, Shell>>,
    /// Who is told that it is waited for.
    watch: Arc<dyn Watch>,
    /// When that was told last.
    told: Mutex<Option<Instant>>,
}

/// A shell there, and its place.
struct Shell {
    holding: Holding,
    /// Whether it was waited for already, and said nothing.
    silent: bool,
    /// Confirmations have none: they wait for nobody.
    _place: Option<Place>,
}

impl Ssh {
    /// The host that `connection` names; `queue` has places for its shells; `watch` is told when it is waited for.
    ///
    /// # Errors
    /// When the connection names no host, or the shared connection's socket has no place.
    pub fn new(connection: &Connection, queue: Arc<Queue>, watch: Arc<dyn Watch>) -> Result<Ssh, RpcError> {
        let way = Way::of(connection, queue.persist())?;
        let wait = connection.arguments.get("wait").and_then(Value::as_u64);
        let away = if way.boots() { wait.map_or(WAIT, Duration::from_millis) } else { Duration::ZERO };
        let (brief, told) = Default::default();
        let machine = OnceLock::new();
        Ok(Ssh { way, away, queue, machine, known: AtomicBool::new(false), brief, watch, told })
    }

    /// From now on nothing is asked of a host with another machine-id that answers in its place, and nothing done there.
    pub fn must_be(&self, machine: &str) {
        let _ = self.machine.set(machine.into());
    }

    fn begin(&self, script: &str, over: Over) -> Result<Shell, RpcError> {
        let place = (over != Over::OwnAtOnce).then(|| self.queue.shell());
        let is_new = match over {
            Over::Shared => !self.known.load(Ordering::Relaxed),
            Over::Own => true,
            Over::OwnAtOnce => false,
        };
        let login = (is_new && self.way.is_far()).then(|| self.queue.login());
        let (program, arguments) = self.way.command(over != Over::Shared);
        let script = script::for_machine(self.machine.get().map_or("", String::as_str), script);
        let holding = machine::patiently(|| process::feed(program, &arguments, script.as_bytes()))
            .map_err(|e| RpcError::internal(format!("{program} cannot be started: {e}")))?;
        // It is logged in to until it says something.
        let silent = login.is_some() && !holding.speaks_within(SILENT);
        Ok(Shell { holding, silent, _place: place })
    }

    /// Asks the host and waits for its whole answer.
    fn ask(&self, script: &str, over: Over, patience: Duration) -> Result<Answer, RpcError> {
        let shell = self.begin(script, over)?;
        self.read(shell.holding.end(patience.saturating_add(Duration::from_secs(way::CONNECT))))
    }

    /// As [`Ssh::ask`], for what may be asked twice and must not be given up for a connection that was lost: the host
    /// knows commands by their ids. Says, too, whether it was asked more than once.
    fn insist(&self, script: &str, patience: Duration) -> Result<(Answer, bool), RpcError> {
        let began = clock::steady();
        let mut again = false;
        loop {
            let shell = self.begin(script, Over::Shared)?;
            if shell.silent || !shell.holding.speaks_within(SILENT) {
                self.waits(began, "it does not answer");
            }
            let fed = shell.holding.end(patience.saturating_add(Duration::from_secs(way::CONNECT)));
            let another = Answer::read(&fed.stdout).and_then(|answer| self.another(&answer));
            if began.elapsed() >= self.away || (another.is_none() && !away(&fed)) {
                return Ok((self.read(fed)?, again));
            }
            again = true;
            self.known.store(false, Ordering::Relaxed);
            self.waits(began, &another.unwrap_or_else(|| self.way.unreached(&fed)));
            std::thread::sleep(AGAIN);
        }
    }

    /// Tells that it is waited for since `began`; not again and again for each of those who wait.
    fn waits(&self, began: Instant, why: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|at| at.elapsed() >= TOLD) {
            *told = Some(clock::steady());
            let left = self.away.saturating_sub(began.elapsed());
            self.watch.waits(&Waiting { host: self.way.name().into(), why: why.into(), left });
        }
    }

    fn read(&self, fed: Fed) -> Result<Answer, RpcError> {
        let answer = Answer::read(&fed.stdout);
        self.known.store(answer.is_some(), Ordering::Relaxed);
        match answer {
            Some(answer) => {
                let why = answer.word("error").map(String::from).or_else(|| self.another(&answer));
                why.map_or(Ok(answer), |why| Err(RpcError::internal(format!("{}: {why}", self.way.name()))))
            }
            None => Err(RpcError::internal(self.way.unreached(&fed))),
        }
    }

    /// Says that another host answered.
    fn another(&self, answer: &Answer) -> Option<String> {
        let (is, machine) = answer.word("another").zip(self.machine.get())?;
        Some(format!(
            "another host answers there, with the machine-id {is}: this works on that with {machine}, and nothing else was done"
        ))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Shell>> {
        // Nothing under this lock leaves a value half-changed.
        self.brief.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all commands without an effect that still run.
    pub fn end_questions(&self) {
        self.lock().clear();
    }

    fn wait_brief(&self, shell: Shell, patience: Duration) -> Result<TargetStanding, RpcError> {
        let fed = shell.holding.end(patience);
        if !fed.ended {
            return Ok(TargetStanding { command: TargetAwaited::Running, switch: None });
        }
        let answer = self.read(fed)?;
        let command = answer.command().ok_or_else(|| self.odd())?;
        Ok(TargetStanding { command, switch: None })
    }

    fn odd(&self) -> RpcError {
        RpcError::internal(format!("{} answered what was not asked", self.way.name()))
    }

    fn started(&self, answer: &Answer) -> Result<TargetStarted, RpcError> {
        let started = answer.word("started").ok_or_else(|| self.odd())?;
        Ok(TargetStarted { started: started == "yes" })
    }
}

impl Host for Ssh {
    fn run(&self, run: &TargetRun) -> Result<TargetStarted, RpcError> {
        detached::check_id(&run.id)?;
        if !run.ephemeral {
            let (answer, again) = self.insist(&script::run(run)?, PATIENCE)?;
            // What an earlier try started before its answer was lost was started by this call.
            return Ok(TargetStarted { started: self.started(&answer)?.started || again });
        }
        if self.lock().contains_key(&run.id) {
            return Ok(TargetStarted { started: false });
        }
        // Not under the lock: it may have to wait for its place.
        let over = if run.fresh { Over::Own } else { Over::Shared };
        let shell = self.begin(&script::brief(run)?, over)?;
        self.lock().insert(run.id.clone(), shell);
        Ok(TargetStarted { started: true })
    }

    fn wait(&self, wait: &TargetAwait) -> Result<TargetStanding, RpcError> {
        detached::check_id(&wait.id)?;
        let patience = Duration::from_millis(wait.timeout);
        let brief = self.lock().remove(&wait.id);
        if let Some(shell) = brief {
            return self.wait_brief(shell, patience);
        }
        let began = clock::steady();
        loop {
            let left = patience.saturating_sub(began.elapsed()).min(SLICE);
            let timeout = u64::try_from(left.as_millis()).unwrap_or(0);
            let (answer, _) = self.insist(&script::wait(wait, timeout), left.saturating_add(PATIENCE))?;
            let command = answer.command().ok_or_else(|| self.odd())?;
            if command != TargetAwaited::Running || began.elapsed() >= patience {
                return Ok(TargetStanding { command, switch: answer.switch() });
            }
        }
    }

    fn run_or_revert(&self, guarded: &TargetRunOrRevert) -> Result<TargetStarted, RpcError> {
        detached::check_id(&guarded.run.id)?;
        if guarded.run.ephemeral || guarded.within == 0 {
            let why =
                "under a dead man's switch a command has an effect, and `within` at least 1 millisecond";
            return Err(RpcError::invalid_params(why));
        }
        self.started(&self.ask(&script::run_or_revert(guarded)?, Over::Shared, PATIENCE)?)
    }

    fn confirm_or_revert(&self, confirm: &TargetConfirm) -> Result<TargetConfirmed, RpcError> {
        detached::check_id(&confirm.id)?;
        let twice = Duration::from_millis(confirm.timeout).saturating_mul(2);
        let answer = self.ask(&script::confirm(confirm)?, Over::OwnAtOnce, twice.saturating_add(PATIENCE))?;
        Ok(TargetConfirmed { switch: answer.switch(), failed: answer.failed() })
    }

    fn put(&self, put: &TargetPut) -> Result<(), RpcError> {
        absolute(&put.path)?;
        if base64::decode(&put.content).is_none() {
            return Err(RpcError::invalid_params(format!("the content for {} is no base64", put.path)));
        }
        self.ask(&script::put(put), Over::Shared, PATIENCE).map(|_| ())
    }

    fn get(&self, get: &TargetGet) -> Result<TargetGot, RpcError> {
        absolute(&get.path)?;
        let answer = self.ask(&script::get(get), Over::Shared, PATIENCE)?;
        let there = answer.word("absent").is_none();
        let content = answer.part("content").split_ascii_whitespace().collect();
        Ok(TargetGot { content: there.then_some(content) })
    }
}

/// Whether the host may be reached a little later: nobody answered, and nobody refused.
fn away(fed: &Fed) -> bool {
    const REFUSED: [&str; 4] =
        ["HOST IDENTIFICATION HAS CHANGED", "Host key verification failed", "Permission denied", "sudo:"];
    let log = String::from_utf8_lossy(&fed.stderr);
    Answer::read(&fed.stdout).is_none() && !REFUSED.iter().any(|refused| log.contains(refused))
}

fn absolute(path: &str) -> Result<(), RpcError> {
    if path.starts_with('/') && !path.contains('\0') {
        return Ok(());
    }
    Err(RpcError::invalid_params(format!("the path {path:?} is not absolute")))
}
