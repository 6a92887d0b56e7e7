//! Where the parts of a component lie, and the link that is switched.

use patchform_sdk::detached::safe_id;
use patchform_sdk::durable::{self, Survives};
use patchform_sdk::failpoint;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// The places of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The symlink, absolute.
    pub link: PathBuf,
    /// The folder beside it that holds everything else.
    pub releases: PathBuf,
}

/// What stands at the link's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Current {
    /// Nothing.
    Nothing,
    /// A link, with what it says.
    Link(PathBuf),
    /// Something that is no link.
    Other,
}

impl Layout {
    /// Of the component whose symlink is `link` (absolute).
    pub fn of(link: PathBuf) -> Layout {
        let name = link.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let releases = durable::folder_of(&link).join(format!("{name}.releases"));
        Layout { link, releases }
    }

    /// The ledger.
    pub fn ledger(&self) -> PathBuf {
        self.releases.join(".ledger")
    }

    /// What was unpacked as release `name`.
    pub fn meta(&self, name: &str) -> PathBuf {
        self.metas().join(format!("{name}.json"))
    }

    /// The folder of all these.
    pub fn metas(&self) -> PathBuf {
        self.releases.join(".meta")
    }

    /// A fetched artifact.
    pub fn stored(&self, sha256: &str) -> PathBuf {
        self.store().join(format!("{sha256}.tar.gz"))
    }

    /// The folder of fetched artifacts.
    pub fn store(&self) -> PathBuf {
        self.releases.join(".store")
    }

    /// A snapshot's file.
    pub fn snapshot(&self, id: &str) -> PathBuf {
        self.snapshots().join(format!("{}.json", safe_id(id)))
    }

    /// The snapshots' folder.
    pub fn snapshots(&self) -> PathBuf {
        self.releases.join(".snapshots")
    }

    /// Release `name`.
    pub fn release(&self, name: &str) -> PathBuf {
        self.releases.join(name)
    }

    /// What the link to release `name` says.
    pub fn target(&self, name: &str) -> PathBuf {
        Path::new(self.releases.file_name().unwrap_or_default()).join(name)
    }

    /// The release that a link's text names; `None` when it points elsewhere.
    pub fn name_of(&self, target: &Path) -> Option<String> {
        let folder = durable::folder_of(&self.link).join(target);
        let name = folder.file_name()?.to_str()?.to_string();
        (folder.parent() == Some(&self.releases) && !name.starts_with('.')).then_some(name)
    }

    /// What stands at the link's place.
    ///
    /// # Errors
    /// Those of the system.
    pub fn current(&self) -> io::Result<Current> {
        match fs::symlink_metadata(&self.link) {
            Ok(found) if found.is_symlink() => fs::read_link(&self.link).map(Current::Link),
            Ok(_) => Ok(Current::Other),
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(Current::Nothing)
            }
            Err(e) => Err(e),
        }
    }

    /// Points the link to `target`, or removes it: atomic and durable.
    ///
    /// # Errors
    /// Those of the system; then the link is as it was, except when the last sync failed.
    pub fn switch(&self, target: Option<&Path>) -> io::Result<()> {
        let folder = durable::folder_of(&self.link);
        match target {
            Some(target) => {
                let fresh = durable::beside(&self.link);
                symlink(target, &fresh)?;
                let switched = failpoint::hit("release.switch").and_then(|()| fs::rename(&fresh, &self.link));
                if let Err(e) = switched {
                    let _ = fs::remove_file(&fresh);
                    return Err(e);
                }
            }
            None => match fs::remove_file(&self.link) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            },
        }
        failpoint::hit("release.switched")?;
        durable::sync_folder(folder)
    }

    /// Writes a small file of the component, making its folder.
    ///
    /// # Errors
    /// Those of the system.
    pub fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(durable::folder_of(path))?;
        durable::replace(path, bytes, 0o644, Survives::PowerLoss)
    }
}
