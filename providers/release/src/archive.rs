//! Reads and unpacks a tar.gz without trusting it: no path leaves its folder, no entry is more than a file, a folder, a
//! symlink that stays inside or a hard link to a file inside, no bit beyond the permissions, no more bytes than allowed.

use crate::manifest::{self, Entry};
use flate2::read::MultiGzDecoder;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::path::{Component, Path, PathBuf};
use tar::{Archive, EntryType};

/// The largest size of an unpacked release, unless the component says otherwise: 4 GiB.
pub const MAX_SIZE: u64 = 4 * 1024 * 1024 * 1024;
/// The most entries in an artifact.
const MAX_ENTRIES: usize = 500_000;

/// What a pass over an artifact does with each entry.
pub trait Visit {
    /// A regular file with its permission bits; `content` must be read to its end or left alone.
    ///
    /// # Errors
    /// A sentence; ends the pass.
    fn file(&mut self, path: &Path, mode: u32, content: &mut dyn Read) -> Result<(), String>;
    /// A folder.
    ///
    /// # Errors
    /// A sentence; ends the pass.
    fn folder(&mut self, path: &Path) -> Result<(), String>;
    /// A symlink.
    ///
    /// # Errors
    /// A sentence; ends the pass.
    fn link(&mut self, path: &Path, target: &Path) -> Result<(), String>;
    /// A hard link to an earlier file of the same artifact.
    ///
    /// # Errors
    /// A sentence; ends the pass.
    fn hard_link(&mut self, path: &Path, earlier: &Path) -> Result<(), String>;
}

/// Passes over every entry of a tar.gz.
///
/// # Errors
/// A sentence that names the entry: damage, an entry that is not allowed, too much of it, or what the visitor said.
pub fn pass(artifact: &Path, max_size: u64, visit: &mut dyn Visit) -> Result<(), String> {
    let file = File::open(artifact).map_err(|e| format!("{} cannot be opened: {e}", artifact.display()))?;
    // Headers and padding count too: half a KiB per entry, and a little.
    let stream = MultiGzDecoder::new(io::BufReader::new(file));
    let limit = max_size.saturating_add(MAX_ENTRIES as u64 * 1024);
    let mut archive = Archive::new(stream.take(limit));
    let damaged = |e: io::Error| format!("the artifact is damaged or no tar.gz: {e}");
    let mut left = max_size;
    let mut entries = 0;
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        entries += 1;
        if entries > MAX_ENTRIES {
            return Err(format!("the artifact has more than {MAX_ENTRIES} entries"));
        }
        let shown = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let path = inside(&entry.path().map_err(damaged)?)
            .ok_or_else(|| format!("the entry {shown:?} would leave the release's folder"))?;
        let size = entry.size();
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                left = left.checked_sub(size).ok_or_else(|| too_large(max_size))?;
                let mode = entry.header().mode().map_err(damaged)? & 0o777;
                if path.as_os_str().is_empty() {
                    return Err(format!("the entry {shown:?} has no name"));
                }
                visit.file(&path, mode, &mut entry).map_err(|e| format!("{shown}: {e}"))?;
            }
            EntryType::Directory => visit.folder(&path).map_err(|e| format!("{shown}: {e}"))?,
            EntryType::Symlink => {
                let target = entry.link_name().map_err(damaged)?.unwrap_or_default().into_owned();
                if !stays_inside(&path, &target) {
                    return Err(format!(
                        "the symlink {shown:?} points to {:?}, which is outside of the release",
                        target.display().to_string()
                    ));
                }
                visit.link(&path, &target).map_err(|e| format!("{shown}: {e}"))?;
            }
            EntryType::Link => {
                let target = entry.link_name().map_err(damaged)?.unwrap_or_default().into_owned();
                let earlier = inside(&target).ok_or_else(|| {
                    format!("the hard link {shown:?} points outside of the release, to {}", target.display())
                })?;
                visit.hard_link(&path, &earlier).map_err(|e| format!("{shown}: {e}"))?;
            }
            EntryType::XGlobalHeader => {}
            other => return Err(format!("the entry {shown:?} is neither file, folder nor link ({other:?})")),
        }
    }
    Ok(())
}

fn too_large(max_size: u64) -> String {
    format!("the unpacked release would be larger than max_size, {max_size} bytes")
}

/// A path of the artifact, without `./`; `None` when it is absolute or has `..`.
fn inside(path: &Path) -> Option<PathBuf> {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(clean)
}

/// Whether a symlink at `path` that says `target` stays within the release.
fn stays_inside(path: &Path, target: &Path) -> bool {
    let mut depth = path.components().count().saturating_sub(1);
    for part in target.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            _ => return false,
        }
    }
    !target.as_os_str().is_empty()
}

/// Unpacks a tar.gz into `root`, which must be empty, and makes every file durable. Gives the files.
///
/// # Errors
/// As [`pass`]; `root` may then hold a part of it.
pub fn unpack(artifact: &Path, root: &Path, max_size: u64) -> Result<BTreeMap<String, Entry>, String> {
    let mut unpack = Unpack { root: root.into(), files: BTreeMap::new(), folders: vec![root.into()] };
    pass(artifact, max_size, &mut unpack)?;
    for folder in unpack.folders.iter().rev() {
        patchform_sdk::durable::sync_folder(folder).map_err(|e| e.to_string())?;
    }
    Ok(unpack.files)
}

struct Unpack {
    root: PathBuf,
    files: BTreeMap<String, Entry>,
    folders: Vec<PathBuf>,
}

impl Unpack {
    /// Makes the folders above `path`, none of which may be a symlink, and makes room for it.
    fn place(&mut self, path: &Path) -> Result<PathBuf, String> {
        if let Some(parent) = path.parent() {
            self.folder(parent)?;
        }
        let place = self.root.join(path);
        match fs::symlink_metadata(&place) {
            Ok(found) if found.is_dir() => Err("there is a folder of that name already".into()),
            Ok(_) => fs::remove_file(&place).map(|()| place).map_err(|e| e.to_string()),
            Err(_) => Ok(place),
        }
    }
}

impl Visit for Unpack {
    fn file(&mut self, path: &Path, mode: u32, content: &mut dyn Read) -> Result<(), String> {
        let place = self.place(path)?;
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(place)
            .map_err(|e| e.to_string())?;
        let mut running = patchform_sdk::digest::Running::default();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let n = content.read(&mut buffer).map_err(|e| e.to_string())?;
            if n == 0 {
                break;
            }
            running.update(&buffer[..n]);
            file.write_all(&buffer[..n]).map_err(|e| e.to_string())?;
        }
        file.set_permissions(fs::Permissions::from_mode(mode)).map_err(|e| e.to_string())?;
        file.sync_all().map_err(|e| e.to_string())?;
        let entry = Entry { sha256: running.finish(), mode, stamp: Default::default() };
        self.files.insert(path.to_string_lossy().into_owned(), entry);
        Ok(())
    }

    fn folder(&mut self, path: &Path) -> Result<(), String> {
        let mut place = self.root.clone();
        for part in path.components() {
            place.push(part);
            match fs::symlink_metadata(&place) {
                Ok(found) if found.is_dir() => {}
                Ok(_) => {
                    return Err(format!(
                        "{} is a file or a link, and something is put below it",
                        path.display()
                    ));
                }
                Err(_) => {
                    fs::create_dir(&place).map_err(|e| e.to_string())?;
                    self.folders.push(place.clone());
                }
            }
        }
        Ok(())
    }

    fn link(&mut self, path: &Path, target: &Path) -> Result<(), String> {
        let place = self.place(path)?;
        symlink(target, place).map_err(|e| e.to_string())?;
        let entry = Entry { sha256: manifest::of_link(target), mode: 0, stamp: Default::default() };
        self.files.insert(path.to_string_lossy().into_owned(), entry);
        Ok(())
    }

    fn hard_link(&mut self, path: &Path, earlier: &Path) -> Result<(), String> {
        let Some(entry) = self.files.get(earlier.to_string_lossy().as_ref()).filter(|e| e.mode != 0).cloned()
        else {
            return Err(format!(
                "is a hard link to {}, which is no earlier file of the artifact",
                earlier.display()
            ));
        };
        let place = self.place(path)?;
        fs::hard_link(self.root.join(earlier), place).map_err(|e| e.to_string())?;
        self.files.insert(path.to_string_lossy().into_owned(), entry);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
