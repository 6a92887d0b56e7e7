//! `connection "ssh"`: a host, by the system's OpenSSH client with the user's own configuration.
//!
//! Every request is a script on the standard input of a shell there ([`script`]), over one multiplexed connection; a dead
//! man's switch is decided over a connection that is made for it. What is left there is what [`patchform_sdk::detached`]
//! leaves on this machine: the same scripts write it.

mod answer;
mod script;

use super::{Waiting, Watch};
use crate::world::process::{self, Fed, Holding};
use crate::world::{clock, disk};
use answer::Answer;
use patchform_sdk::host::Host;
use patchform_sdk::message::{
    Connection, RpcError, TargetAwait, TargetAwaited, TargetConfirm, TargetConfirmed, TargetGet, TargetGot,
    TargetPut, TargetRun, TargetRunOrRevert, TargetStanding, TargetStarted,
};
use patchform_sdk::{base64, detached, digest};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a connection may take to come up, in seconds.
const CONNECT: u64 = 10;
/// How long a host may take for what should take no time.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a host that cannot be reached is tried again, where its connection does not say: a dropped connection, a
/// server that restarts, a short reboot.
const AWAY: Duration = Duration::from_secs(90);
/// The pause before it is tried again.
const AGAIN: Duration = Duration::from_secs(2);
/// A host that has said nothing for so long is told to be waited for.
const SILENT: Duration = Duration::from_secs(3);
/// It is told again after this long.
const TOLD: Duration = Duration::from_secs(20);
/// One question waits no longer on the host; a longer wait is several questions, so that a lost connection is noticed.
const SLICE: Duration = Duration::from_secs(20);

/// A host.
pub struct Ssh {
    /// As the user named it.
    host: String,
    /// Arguments of every call, up to the host.
    way: Vec<String>,
    /// What runs there.
    shell: &'static str,
    /// How long it is tried again when it cannot be reached.
    away: Duration,
    /// `ControlPath=` where the shared connection's socket lies.
    socket: String,
    /// Commands without a trace, by id.
    brief: Mutex<BTreeMap<String, Holding>>,
    /// Who is told that it is waited for.
    watch: Arc<dyn Watch>,
    /// When that was told last.
    told: Mutex<Option<Instant>>,
}

impl Ssh {
    /// The host that `connection` names; `watch` is told when it is waited for.
    ///
    /// # Errors
    /// When the connection names no host, or the shared connection's socket has no place.
    pub fn new(connection: &Connection, watch: Arc<dyn Watch>) -> Result<Ssh, RpcError> {
        let text = |name: &str| connection.arguments.get(name).and_then(Value::as_str);
        let host = text("host").filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| RpcError::invalid_params("the ssh connection names no host"))?;
        let mut way: Vec<String> = Vec::new();
        let port = connection.arguments.get("port").and_then(Value::as_u64).map(|port| port.to_string());
        let options =
            [("-F", text("config")), ("-p", port.as_deref()), ("-l", text("user")), ("-i", text("identity"))];
        for (option, value) in options {
            way.extend(value.into_iter().flat_map(|value| [option.to_string(), value.to_string()]));
        }
        let fixed = [
            // Nobody is there to be asked.
            "BatchMode=yes".to_string(),
            format!("ConnectTimeout={CONNECT}"),
            "ServerAliveInterval=5".into(),
            "ServerAliveCountMax=3".into(),
            "ClearAllForwardings=yes".into(),
            "LogLevel=ERROR".into(),
        ];
        way.extend(fixed.into_iter().flat_map(|option| ["-o".to_string(), option]));
        if text("identity").is_some() {
            way.extend(["-o".into(), "IdentitiesOnly=yes".into()]);
        }
        let wait = connection.arguments.get("wait").and_then(Value::as_u64);
        let away = wait.map_or(AWAY, Duration::from_millis);
        let sudo = connection.arguments.get("sudo").and_then(Value::as_bool) == Some(true);
        let shell = if sudo { "exec sudo -n -- /bin/sh -s" } else { "exec /bin/sh -s" };
        let folder = disk::private_folder("patchform-ssh")
            .map_err(|e| RpcError::internal(format!("the sockets of ssh have no place: {e}")))?;
        // Whoever logs in otherwise has another connection. (A socket's path has at most 104 bytes.)
        let name = digest::of_bytes(way.join("\n").as_bytes());
        let socket = format!("ControlPath={}/{}-%C", folder.display(), &name[..8]);
        let (host, brief, told) = (host.to_string(), Mutex::default(), Mutex::default());
        Ok(Ssh { host, way, shell, away, socket, brief, watch, told })
    }

    fn arguments(&self, fresh: bool) -> Vec<String> {
        let sharing = match fresh {
            true => vec!["ControlPath=none", "ControlMaster=no"],
            false => vec!["ControlMaster=auto", "ControlPersist=60", &self.socket],
        };
        let mut arguments = self.way.clone();
        arguments.push("-T".into());
        arguments.extend(sharing.into_iter().flat_map(|option| ["-o".to_string(), option.to_string()]));
        arguments.extend(["--".to_string(), self.host.clone(), self.shell.to_string()]);
        arguments
    }

    fn begin(&self, script: &str, fresh: bool) -> Result<Holding, RpcError> {
        process::feed("ssh", &self.arguments(fresh), script.as_bytes())
            .map_err(|e| RpcError::internal(format!("ssh cannot be started: {e}")))
    }

    /// Asks the host and waits for its whole answer.
    fn ask(&self, script: &str, fresh: bool, patience: Duration) -> Result<Answer, RpcError> {
        let fed = self.begin(script, fresh)?.end(patience.saturating_add(Duration::from_secs(CONNECT)));
        self.read(fed)
    }

    /// As [`Ssh::ask`], for what may be asked twice and must not be given up for a connection that was lost: the host
    /// knows commands by their ids. Says, too, whether it was asked more than once.
    fn insist(&self, script: &str, patience: Duration) -> Result<(Answer, bool), RpcError> {
        let began = clock::steady();
        let mut again = false;
        loop {
            let asked = self.begin(script, false)?;
            if !asked.speaks_within(SILENT) {
                self.waits(began, "it does not answer over ssh");
            }
            let fed = asked.end(patience.saturating_add(Duration::from_secs(CONNECT)));
            if began.elapsed() >= self.away || !away(&fed) {
                return Ok((self.read(fed)?, again));
            }
            again = true;
            self.waits(began, &self.unreached(&fed));
            std::thread::sleep(AGAIN);
        }
    }

    /// Tells that it is waited for since `began`; not again and again for each of those who wait.
    fn waits(&self, began: Instant, why: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|at| at.elapsed() >= TOLD) {
            *told = Some(clock::steady());
            let left = self.away.saturating_sub(began.elapsed());
            self.watch.waits(&Waiting { host: self.host.clone(), why: why.into(), left });
        }
    }

    fn read(&self, fed: Fed) -> Result<Answer, RpcError> {
        match Answer::read(&fed.stdout) {
            Some(answer) => match answer.word("error") {
                Some(why) => Err(RpcError::internal(format!("{}: {why}", self.host))),
                None => Ok(answer),
            },
            None => Err(RpcError::internal(self.unreached(&fed))),
        }
    }

    /// Why there is no answer, in a sentence.
    fn unreached(&self, fed: &Fed) -> String {
        let log = String::from_utf8_lossy(&fed.stderr);
        let host = &self.host;
        if log.contains("REMOTE HOST IDENTIFICATION HAS CHANGED") {
            // ssh knows which name and which file the key stands under; `host` may be an alias of its configuration.
            let own = log.lines().map(str::trim).find(|line| line.starts_with("ssh-keygen "));
            let command = own.map_or_else(|| format!("ssh-keygen -R {host}"), str::to_string);
            return format!(
                "the host key of {host} has changed: it is another machine, or somebody stands in between. If it was \
                 set up anew, remove the old key with `{command}`"
            );
        }
        if log.contains("Host key verification failed") {
            return format!(
                "the host key of {host} is not known here: compare it with what its operator says, and accept it by \
                 logging in once as the user who runs patchform (`ssh {host}`)"
            );
        }
        let said = log.lines().map(str::trim).rfind(|line| !line.is_empty());
        match (fed.ended, said) {
            (false, _) => format!("{host} did not answer over ssh in time"),
            (true, Some(said)) if said.starts_with("sudo:") => {
                format!("{host} answers over ssh, but does not let this user act as root: {said}")
            }
            (true, Some(said)) => format!("{host} cannot be reached over ssh: {said}"),
            (true, None) => format!("the ssh connection to {host} was lost"),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Holding>> {
        // Nothing under this lock leaves a value half-changed.
        self.brief.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all commands without an effect that still run.
    pub fn end_questions(&self) {
        self.lock().clear();
    }

    fn wait_brief(&self, holding: Holding, patience: Duration) -> Result<TargetStanding, RpcError> {
        let fed = holding.end(patience);
        if !fed.ended {
            return Ok(TargetStanding { command: TargetAwaited::Running, switch: None });
        }
        let answer = self.read(fed)?;
        let command = answer.command().ok_or_else(|| self.odd())?;
        Ok(TargetStanding { command, switch: None })
    }

    fn odd(&self) -> RpcError {
        RpcError::internal(format!("{} answered what was not asked", self.host))
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
        let mut brief = self.lock();
        if brief.contains_key(&run.id) {
            return Ok(TargetStarted { started: false });
        }
        let holding = self.begin(&script::brief(run)?, false)?;
        brief.insert(run.id.clone(), holding);
        Ok(TargetStarted { started: true })
    }

    fn wait(&self, wait: &TargetAwait) -> Result<TargetStanding, RpcError> {
        detached::check_id(&wait.id)?;
        let patience = Duration::from_millis(wait.timeout);
        let brief = self.lock().remove(&wait.id);
        if let Some(holding) = brief {
            return self.wait_brief(holding, patience);
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
        self.started(&self.ask(&script::run_or_revert(guarded)?, false, PATIENCE)?)
    }

    fn confirm_or_revert(&self, confirm: &TargetConfirm) -> Result<TargetConfirmed, RpcError> {
        detached::check_id(&confirm.id)?;
        let twice = Duration::from_millis(confirm.timeout).saturating_mul(2);
        let answer = self.ask(&script::confirm(confirm)?, true, twice.saturating_add(PATIENCE))?;
        Ok(TargetConfirmed { switch: answer.switch(), failed: answer.failed() })
    }

    fn put(&self, put: &TargetPut) -> Result<(), RpcError> {
        absolute(&put.path)?;
        if base64::decode(&put.content).is_none() {
            return Err(RpcError::invalid_params(format!("the content for {} is no base64", put.path)));
        }
        self.ask(&script::put(put), false, PATIENCE).map(|_| ())
    }

    fn get(&self, get: &TargetGet) -> Result<TargetGot, RpcError> {
        absolute(&get.path)?;
        let answer = self.ask(&script::get(get), false, PATIENCE)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn arguments(given: Value, fresh: bool) -> String {
        let arguments = serde_json::from_value(given).unwrap();
        let host =
            Ssh::new(&Connection { kind: "ssh".into(), arguments }, Arc::new(crate::target::Unwatched))
                .unwrap();
        assert!(host.socket.starts_with("ControlPath=/") && host.socket.ends_with("-%C"), "{}", host.socket);
        host.arguments(fresh).join(" ").replace(&host.socket, "SOCKET")
    }

    #[test]
    fn what_ssh_is_asked() {
        let fixed = "-o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o \
                     ClearAllForwardings=yes -o LogLevel=ERROR";
        assert_eq!(
            arguments(json!({ "host": "db-1" }), false),
            format!(
                "{fixed} -T -o ControlMaster=auto -o ControlPersist=60 -o SOCKET -- db-1 exec /bin/sh -s"
            )
        );
        let all = json!({ "host": "h", "port": 2222, "user": "ops", "identity": "id", "config": "c", "sudo": true });
        assert_eq!(
            arguments(all, true),
            format!(
                "-F c -p 2222 -l ops -i id {fixed} -o IdentitiesOnly=yes -T -o ControlPath=none -o ControlMaster=no -- h exec \
                 sudo -n -- /bin/sh -s"
            )
        );
        let none = Connection { kind: "ssh".into(), arguments: BTreeMap::new() };
        assert!(Ssh::new(&none, Arc::new(crate::target::Unwatched)).is_err());
    }
}
