//! `connection "local"`: this machine.

use crate::base64;
use crate::detached::Detached;
use crate::durable::{self, Survives};
use crate::host::Host;
use crate::message::{
    MAX_LINE, RpcError, TargetAwait, TargetConfirm, TargetConfirmed, TargetGet, TargetGot, TargetPut,
    TargetRun, TargetRunOrRevert, TargetStanding, TargetStarted,
};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The largest file that is moved: its base64 must fit into a line.
const FILE: u64 = (MAX_LINE as u64 - 4096) / 4 * 3;

/// This machine as a target.
pub struct Local {
    detached: Detached,
}

impl Local {
    /// Commands leave their traces in `store`; they run in `folder` unless they name another one.
    pub fn new(store: &Path, folder: &Path) -> Local {
        Local { detached: Detached::new(store, folder) }
    }

    /// Ends all commands without an effect that still run.
    pub fn end_questions(&self) {
        self.detached.end_questions();
    }
}

impl Host for Local {
    fn run(&self, run: &TargetRun) -> Result<TargetStarted, RpcError> {
        self.detached.run(run)
    }

    fn wait(&self, wait: &TargetAwait) -> Result<TargetStanding, RpcError> {
        self.detached.wait(wait)
    }

    fn run_or_revert(&self, run: &TargetRunOrRevert) -> Result<TargetStarted, RpcError> {
        self.detached.run_or_revert(run)
    }

    /// There is no way in to this machine that could be cut: a fresh process stands for the new connection.
    fn confirm_or_revert(&self, confirm: &TargetConfirm) -> Result<TargetConfirmed, RpcError> {
        self.detached.confirm_or_revert(confirm)
    }

    fn put(&self, put: &TargetPut) -> Result<(), RpcError> {
        let path = absolute(&put.path)?;
        let content = base64::decode(&put.content)
            .ok_or_else(|| RpcError::invalid_params(format!("the content for {} is no base64", put.path)))?;
        durable::replace(&path, &content, put.mode & 0o7777, Survives::PowerLoss)
            .map_err(|e| RpcError::internal(format!("{} cannot be written: {e}", put.path)))
    }

    fn get(&self, get: &TargetGet) -> Result<TargetGot, RpcError> {
        match read(&absolute(&get.path)?) {
            Ok(bytes) => Ok(TargetGot { content: Some(base64::encode(&bytes)) }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(TargetGot { content: None }),
            Err(e) => Err(RpcError::internal(format!("{} cannot be read: {e}", get.path))),
        }
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {FILE} bytes")));
    }
    Ok(bytes)
}

fn absolute(path: &str) -> Result<PathBuf, RpcError> {
    let found = PathBuf::from(path);
    if found.is_absolute() {
        return Ok(found);
    }
    Err(RpcError::invalid_params(format!("the path {path:?} is not absolute")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Connection;

    #[test]
    fn files_go_there_and_back() {
        let dir = tempfile::tempdir().unwrap();
        let local = Local::new(&dir.path().join("store"), dir.path());
        let path = dir.path().join("file").display().to_string();
        let get = TargetGet { connection: Connection::local(), path: path.clone() };
        assert_eq!(local.get(&get).unwrap().content, None);
        let put = TargetPut { connection: Connection::local(), path, content: "aGk=".into(), mode: 0o600 };
        local.put(&put).unwrap();
        assert_eq!(local.get(&get).unwrap().content.as_deref(), Some("aGk="));
        assert!(local.put(&TargetPut { content: "h".into(), ..put.clone() }).is_err());
        assert!(
            local
                .put(&TargetPut { path: "file".into(), ..put })
                .unwrap_err()
                .message
                .contains("not absolute")
        );
    }
}
