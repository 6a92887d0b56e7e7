//! Descriptions that were given before, by the provider's digest, so that `plan` need not wait for them. A damaged entry
//! is ignored and written anew.

use crate::model::seal;
use crate::provider::locate::{Located, Source};
use crate::provider::{ProviderError, Session};
use crate::world::{disk, executable};
use patchform_sdk::digest;
use patchform_sdk::message::{Description, Identity, PROTOCOL};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The largest entry that is believed, in bytes.
const LIMIT: u64 = 16 * 1024 * 1024;

/// What a provider said of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// Its name and version.
    pub identity: Identity,
    /// Its kinds.
    pub description: Description,
}

/// An entry as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    /// Must be the key that is looked for: guards against a file under a wrong name.
    key: String,
    identity: Identity,
    description: Description,
}

/// Descriptions in a folder.
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Keeps its entries in `folder`, which is made when needed.
    pub fn new(folder: &Path) -> Cache {
        Cache { folder: folder.into() }
    }

    /// The description of a provider, if it was kept and is whole.
    pub fn get(&self, located: &Located) -> Option<Described> {
        let key = key(located)?;
        let bytes = disk::read(&self.path(&key), LIMIT).ok().filter(|bytes| seal::is_whole(bytes))?;
        let stored: Stored = serde_json::from_slice(&bytes).ok()?;
        (stored.key == key)
            .then_some(Described { identity: stored.identity, description: stored.description })
    }

    /// Keeps a description. A cache that cannot be written is no error: the provider is asked again.
    pub fn put(&self, located: &Located, described: &Described) {
        let Some(key) = key(located) else { return };
        let path = self.path(&key);
        let Described { identity, description } = described.clone();
        if let Ok(mut bytes) = serde_json::to_vec(&Stored { key, identity, description }) {
            seal::seal(&mut bytes, 0);
            let _ = disk::make_folder(&self.folder).and_then(|()| disk::write_atomic(&path, &bytes));
        }
    }

    /// The description of a provider: the kept one, or else the one that `start` asks it for, which is then kept.
    ///
    /// # Errors
    /// Those of starting and asking it.
    pub fn describe(
        &self,
        located: &Located,
        start: impl FnOnce() -> Result<Session, ProviderError>,
    ) -> Result<Described, ProviderError> {
        if let Some(described) = self.get(located) {
            return Ok(described);
        }
        let session = start()?;
        let described = Described { identity: session.identity().clone(), description: session.describe()? };
        self.put(located, &described);
        Ok(described)
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{}.json", digest::of_bytes(key.as_bytes())))
    }
}

/// What a description depends on. A bundled provider is known by the program's version, and its executable's size and
/// time, which change with each build.
fn key(located: &Located) -> Option<String> {
    let protocol = format!("{}.{}", PROTOCOL.major, PROTOCOL.minor);
    Some(match &located.source {
        Source::Foreign { digest, .. } => format!("{protocol} foreign {} {digest}", located.name),
        Source::Bundled => {
            let (size, built) = executable::stamp(&located.program).ok()?;
            let version = env!("CARGO_PKG_VERSION");
            format!("{protocol} bundled {} {version} {size} {built}", located.name)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_by_digest_and_damage_is_ignored() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::new(&dir.path().join("descriptions"));
        let located = |digest: &str| Located {
            name: "acme".into(),
            program: "/bin/acme".into(),
            arguments: Vec::new(),
            source: Source::Foreign { path: "acme".into(), digest: digest.into() },
        };
        let described = Described {
            identity: Identity { name: "acme".into(), version: "1".into() },
            description: Description::default(),
        };
        assert_eq!(cache.get(&located("a")), None);
        cache.put(&located("a"), &described);
        assert_eq!(cache.get(&located("a")), Some(described.clone()));
        assert_eq!(cache.get(&located("b")), None);
        let file =
            std::fs::read_dir(dir.path().join("descriptions")).unwrap().next().unwrap().unwrap().path();
        std::fs::write(&file, b"{\"key\":").unwrap();
        assert_eq!(cache.get(&located("a")), None);
        cache.put(&located("a"), &described);
        assert_eq!(cache.get(&located("a")), Some(described));
    }
}
