//! Where components are reached: connections, detached commands on targets, and health checks.

pub mod check;

use crate::model::Mask;
use crate::world::disk;
use patchform_sdk::host::Host;
use patchform_sdk::local::Local;
use patchform_sdk::message::{
    Connection, RpcError, TargetAwait, TargetAwaited, TargetGet, TargetGot, TargetPut, TargetRun,
    TargetStarted,
};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

/// The largest trace that is masked, in bytes.
const TRACE: u64 = 64 << 20;

/// All targets of a run, by their connections.
pub struct Targets {
    local: Local,
    store: PathBuf,
    mask: RwLock<Mask>,
}

impl Targets {
    /// `store` keeps the traces of detached commands on this machine; relative paths start at `folder`, the
    /// configuration's.
    pub fn new(store: &Path, folder: &Path) -> Targets {
        Targets { local: Local::new(store, folder), store: store.to_path_buf(), mask: RwLock::default() }
    }

    /// Hides secrets in everything that commands print from now on, also where their traces are kept.
    pub fn hide(&self, mask: Mask) {
        *self.mask.write().unwrap_or_else(PoisonError::into_inner) = mask;
    }

    /// A text without the secrets that are to be hidden.
    pub fn masked(&self, text: &str) -> String {
        self.mask.read().unwrap_or_else(PoisonError::into_inner).apply(text).into_owned()
    }

    /// An ended command's output is masked where it is kept. A trace that cannot be written any more stays as it is:
    /// its answer is masked all the same.
    fn mask_trace(&self, id: &str) {
        for name in ["stdout", "stderr"] {
            let path = self.store.join(id).join(name);
            let Ok(bytes) = disk::read(&path, TRACE) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            let masked = self.masked(&text);
            if masked != text {
                let _ = disk::write_atomic(&path, masked.as_bytes());
            }
        }
    }

    fn at(&self, connection: &Connection) -> Result<&dyn Host, RpcError> {
        match connection.kind.as_str() {
            "local" => Ok(&self.local),
            other => Err(RpcError::invalid_params(format!(
                "connection {other:?} is not known; there is \"local\""
            ))),
        }
    }
}

impl Host for Targets {
    fn run(&self, run: &TargetRun) -> Result<TargetStarted, RpcError> {
        self.at(&run.connection)?.run(run)
    }

    fn wait(&self, wait: &TargetAwait) -> Result<TargetAwaited, RpcError> {
        let mut answer = self.at(&wait.connection)?.wait(wait)?;
        match &mut answer {
            TargetAwaited::Exited { stdout, stderr, .. } => {
                let shown = [self.masked(stdout), self.masked(stderr)];
                if shown != [&**stdout, &**stderr] {
                    self.mask_trace(&wait.id);
                }
                [*stdout, *stderr] = shown;
            }
            TargetAwaited::Lost { output } => {
                let shown = self.masked(output);
                if shown != *output {
                    self.mask_trace(&wait.id);
                }
                *output = shown;
            }
            TargetAwaited::Running | TargetAwaited::Unknown => {}
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
