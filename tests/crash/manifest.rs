//! What stands on the platform: every managed file with its mode, every link with where it leads, every service with
//! what it answers. Two platforms are equal when their manifests are.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// Path or port, and what stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest(pub BTreeMap<String, String>);

impl Manifest {
    /// Adds everything below `folder`; hidden files (ledgers) are no part of the platform.
    pub fn tree(&mut self, folder: &Path) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten().filter(|e| !e.file_name().to_string_lossy().starts_with('.')) {
            let path = entry.path();
            let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
            if metadata.is_dir() {
                self.0.insert(path.display().to_string(), format!("folder {:o}", metadata.mode()));
                self.tree(&path);
            } else {
                let content = fs::read(&path).unwrap_or_default();
                let what = format!("file {:o} {:?}", metadata.mode(), String::from_utf8_lossy(&content));
                self.0.insert(path.display().to_string(), what);
            }
        }
    }

    /// Adds a link, and what stands behind it.
    pub fn link(&mut self, link: &Path) {
        let target = fs::read_link(link).map(|t| t.display().to_string());
        self.0.insert(link.display().to_string(), format!("{target:?}"));
        self.tree(link);
    }

    /// Adds what a service on this port says of itself.
    pub fn service(&mut self, port: u16) {
        for page in ["/version", "/protocol", "/healthz"] {
            self.0.insert(format!("{port}{page}"), answer(port, page).unwrap_or_else(|e| e.to_string()));
        }
    }

    /// How two of them differ; `None` when they do not.
    pub fn differs(&self, other: &Manifest) -> Option<String> {
        let keys = self.0.keys().chain(other.0.keys());
        let mut lines: Vec<String> = keys
            .filter(|key| self.0.get(*key) != other.0.get(*key))
            .map(|key| format!("{key}: {:?} instead of {:?}", self.0.get(key), other.0.get(key)))
            .collect();
        lines.sort_unstable();
        lines.dedup();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

fn answer(port: u16, page: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {page} HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

/// Waits until something listens on this port.
pub fn listens(port: u16) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}
