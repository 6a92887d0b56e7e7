//! Where components are reached: connections, detached commands on targets, and health checks.

pub mod check;
pub mod credential;
pub mod question;
pub mod role;
mod ssh;

pub use ssh::untrusted;

use crate::config::checked::SecretForm;
use crate::config::variables::as_form;
use crate::model::Mask;
use crate::target::ssh::{Queue, Ssh};
use crate::world::{disk, machine};
use patchform_sdk::host::Host;
use patchform_sdk::local::Local;
use patchform_sdk::message::{
    Connection, RpcError, Switch, TargetAwait, TargetAwaited, TargetConfirm, TargetConfirmed, TargetGet,
    TargetGot, TargetPut, TargetRun, TargetRunOrRevert, TargetStanding, TargetStarted,
};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

/// The largest trace that is masked, in bytes.
const TRACE: u64 = 64 << 20;

/// A host that does not answer, and is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// As the user named it.
    pub host: String,
    /// Why it is not reached, in a sentence.
    pub why: String,
    /// How long it is tried again from now on, at most.
    pub left: Duration,
}

/// Told on any thread of what a person should see at once.
pub trait Watch: Send + Sync {
    /// A host is waited for.
    fn waits(&self, waiting: &Waiting);
}

/// Nobody.
struct Unwatched;

impl Watch for Unwatched {
    fn waits(&self, _waiting: &Waiting) {}
}

/// All targets of a run, by their connections.
pub struct Targets {
    local: Arc<Local>,
    /// Hosts that are reached over ssh, by their connection's arguments.
    hosts: Mutex<BTreeMap<String, Arc<Ssh>>>,
    /// Places for the shells of all of them.
    queue: Arc<Queue>,
    store: PathBuf,
    /// What hides the run's secrets; `None` where it has none.
    mask: RwLock<Option<Mask>>,
    /// Values of sensitive variables, by which servers are told who asks.
    secrets: RwLock<BTreeMap<String, Json>>,
    /// Ids of the commands that this process started while there were secrets, and whether they are ephemeral.
    own: Mutex<BTreeMap<String, bool>>,
    watch: Arc<dyn Watch>,
}

/// Stands for what a command printed that another controller began: a secret may have had another value then.
pub const LEFT_OUT: &str =
    "(left out: another controller began this, and a secret may have been changed since)";

impl Targets {
    /// `store` keeps the traces of detached commands on this machine; relative paths start at `folder`, the
    /// configuration's.
    pub fn new(store: &Path, folder: &Path) -> Targets {
        Targets {
            local: Arc::new(Local::new(store, folder)),
            hosts: Mutex::default(),
            queue: Arc::new(Queue::new(machine::descriptors())),
            store: store.to_path_buf(),
            mask: RwLock::default(),
            secrets: RwLock::default(),
            own: Mutex::default(),
            watch: Arc::new(Unwatched),
        }
    }

    /// `watch` is told of hosts that are waited for.
    pub fn watched_by(self, watch: Arc<dyn Watch>) -> Targets {
        Targets { watch, ..self }
    }

    /// Hides secrets in everything that commands print from now on, also where their traces are kept. Of a command that
    /// this process did not start nothing is shown: which values they had then is not known. `None`: there are none.
    pub fn hide(&self, secrets: Option<Mask>) {
        *self.mask.write().unwrap_or_else(PoisonError::into_inner) = secrets;
    }

    /// Values of sensitive variables, which are told to nobody but the servers that they are for.
    pub fn know(&self, secrets: BTreeMap<String, Json>) {
        *self.secrets.write().unwrap_or_else(PoisonError::into_inner) = secrets;
    }

    /// The value of a sensitive variable, as a text.
    fn secret(&self, variable: &str) -> Option<String> {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        match as_form(secrets.get(variable)?, SecretForm::Text)? {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// Ends all commands without an effect (readings, checks) that still run: nobody waits for them any more.
    pub fn end_questions(&self) {
        self.local.end_questions();
        let hosts: Vec<Arc<Ssh>> = self.hosts().values().cloned().collect();
        hosts.iter().for_each(|host| host.end_questions());
    }

    /// A text without the secrets that are to be hidden.
    pub fn masked(&self, text: &str) -> String {
        let mask = self.mask.read().unwrap_or_else(PoisonError::into_inner);
        mask.as_ref().map_or_else(|| text.to_string(), |mask| mask.apply(text).into_owned())
    }

    /// What may be shown of what command `id` printed.
    fn shown(&self, id: &str, printed: &str) -> String {
        let foreign = self.has_secrets() && !self.own().contains_key(id);
        if foreign && !printed.is_empty() { LEFT_OUT.into() } else { self.masked(printed) }
    }

    fn has_secrets(&self) -> bool {
        self.mask.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn own(&self) -> MutexGuard<'_, BTreeMap<String, bool>> {
        // Nothing under this lock leaves a value half-changed.
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what was asked for here. After an error it may run, too; what another process had started is not own.
    fn asked_for(
        &self,
        run: &TargetRun,
        started: Result<TargetStarted, RpcError>,
    ) -> Result<TargetStarted, RpcError> {
        let another = matches!(started, Ok(TargetStarted { started: false }));
        if self.has_secrets() && !another {
            self.own().insert(run.id.clone(), run.ephemeral);
        }
        started
    }

    /// Nobody asks again for what left no trace.
    fn answered_for(&self, id: &str) {
        let mut own = self.own();
        if own.get(id) == Some(&true) {
            own.remove(id);
        }
    }

    /// What may be shown and stored of an ended command's output; `None` when that is all of it. The output is masked
    /// where it is kept, too, and marked so: whoever asks again must not take the masked text for what was printed. A
    /// trace that cannot be written any more stays as it is.
    fn mask_trace(&self, id: &str, name: &str, output: &str) -> Option<String> {
        let masked = self.shown(id, output);
        // A trace that another host keeps is not here: the answer alone is masked.
        let path = self.store.join(id).join(name);
        let mark = path.with_extension("masked");
        if masked == output {
            return mark.exists().then_some(masked);
        }
        if let Ok(bytes) = disk::read(&path, TRACE)
            && disk::write_atomic(&mark, b"").is_ok()
        {
            let _ = disk::write_atomic(&path, self.shown(id, &String::from_utf8_lossy(&bytes)).as_bytes());
        }
        Some(masked)
    }

    /// What went back may have printed secrets, too.
    fn mask_switch(&self, id: &str, switch: Option<&mut Switch>) {
        if let Some(Switch::Reverted { output, .. } | Switch::Lost { output }) = switch {
            self.mask_trace(id, "switch/stdout", output);
            self.mask_trace(id, "switch/stderr", output);
            *output = self.shown(id, output);
        }
    }

    fn at(&self, connection: &Connection) -> Result<Arc<dyn Host>, RpcError> {
        match connection.kind.as_str() {
            "local" => Ok(Arc::clone(&self.local) as Arc<dyn Host>),
            "ssh" | "chroot" | "container" => Ok(self.ssh(connection)?),
            other => Err(RpcError::invalid_params(format!(
                "connection {other:?} is not known; there are \"local\", \"ssh\", \"container\" and \"chroot\""
            ))),
        }
    }

    /// One host per connection's arguments, so that it is connected to once.
    fn ssh(&self, connection: &Connection) -> Result<Arc<Ssh>, RpcError> {
        let key = format!("{:?}", connection.arguments);
        let mut hosts = self.hosts();
        if let Some(known) = hosts.get(&key) {
            return Ok(Arc::clone(known));
        }
        let host = Arc::new(Ssh::new(connection, Arc::clone(&self.queue), Arc::clone(&self.watch))?);
        hosts.insert(key, Arc::clone(&host));
        Ok(host)
    }

    /// From now on `connection` leads to the machine with this id or nowhere: another one may answer under the same name by now.
    pub fn keep_to(&self, connection: &Connection, machine: &str) {
        if matches!(connection.kind.as_str(), "ssh" | "container")
            && let Ok(host) = self.ssh(connection)
        {
            host.must_be(machine);
        }
    }

    fn hosts(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Ssh>>> {
        // Nothing under this lock leaves a value half-changed.
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host for Targets {
    fn run(&self, run: &TargetRun) -> Result<TargetStarted, RpcError> {
        self.asked_for(run, self.at(&run.connection)?.run(run))
    }

    fn wait(&self, wait: &TargetAwait) -> Result<TargetStanding, RpcError> {
        let mut answer = self.at(&wait.connection)?.wait(wait)?;
        self.mask_switch(&wait.id, answer.switch.as_mut());
        match &mut answer.command {
            // A provider reads levels and tokens in it: it gets what was printed, and beside it what may be shown.
            TargetAwaited::Exited { stdout, stderr, stdout_masked, stderr_masked, .. } => {
                *stdout_masked = self.mask_trace(&wait.id, "stdout", stdout);
                *stderr_masked = self.mask_trace(&wait.id, "stderr", stderr);
            }
            TargetAwaited::Lost { output } => {
                self.mask_trace(&wait.id, "stdout", output);
                self.mask_trace(&wait.id, "stderr", output);
                *output = self.shown(&wait.id, output);
            }
            TargetAwaited::Running | TargetAwaited::Unknown => {}
        }
        self.answered_for(&wait.id);
        Ok(answer)
    }

    fn run_or_revert(&self, run: &TargetRunOrRevert) -> Result<TargetStarted, RpcError> {
        self.asked_for(&run.run, self.at(&run.run.connection)?.run_or_revert(run))
    }

    fn confirm_or_revert(&self, confirm: &TargetConfirm) -> Result<TargetConfirmed, RpcError> {
        let mut answer = self.at(&confirm.connection)?.confirm_or_revert(confirm)?;
        self.mask_switch(&confirm.id, answer.switch.as_mut());
        if let Some(failed) = &mut answer.failed {
            failed.output = self.masked(&failed.output);
        }
        Ok(answer)
    }

    fn put(&self, put: &TargetPut) -> Result<(), RpcError> {
        self.at(&put.connection)?.put(put)
    }

    fn get(&self, get: &TargetGet) -> Result<TargetGot, RpcError> {
        self.at(&get.connection)?.get(get)
    }
}
