//! Bundles: what feeds' sources answered, kept in one file, to be read where no source can be reached.
//!
//! A bundle is a `tar.gz`: `manifest.json` first, then the documents as they came, `files/1` and so on. The manifest has of
//! each document its feed, its place there, its size and its SHA-256. Signatures travel along, so that they are checked
//! again where the bundle is read.

use super::problem::Problem;
use crate::config::checked::{Feed, FeedFormat};
use crate::model::Moment;
use crate::world::archive::{self, Archive};
use crate::world::disk;
use crate::world::listing::Stamped;
use patchform_sdk::digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The form of manifests that is written and read.
const FORM: u32 = 1;

const MANIFEST: &str = "manifest.json";

/// The most bytes of a manifest: that of millions of documents.
const MOST_MANIFEST: u64 = 1 << 30;

/// What a bundle holds, feed by feed.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    format_version: u32,
    made_by: String,
    feeds: Vec<Listed>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Listed {
    name: String,
    format: String,
    /// When its source was asked.
    checked: String,
    /// Whether the source was a folder.
    folder: bool,
    files: Vec<Kept>,
}

/// A document of a bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Kept {
    /// Where it stands in the feed; empty for the source itself.
    key: String,
    /// Where it stands in the bundle.
    file: String,
    size: u64,
    sha256: String,
}

/// What one feed's source answers, kept as it comes.
pub struct Recording {
    folder: PathBuf,
    kept: Mutex<Answers>,
}

#[derive(Default)]
struct Answers {
    files: BTreeMap<String, Kept>,
    folder: bool,
}

impl Recording {
    /// Keeps documents in a folder that is there.
    pub fn new(folder: PathBuf) -> Recording {
        Recording { folder, kept: Mutex::default() }
    }

    pub(super) fn folder(&self) {
        self.lock().folder = true;
    }

    pub(super) fn keep(&self, key: &str, bytes: &[u8]) -> Result<(), Problem> {
        let mut answers = self.lock();
        // What is asked for twice has one file.
        let file = match answers.files.get(key) {
            Some(earlier) => earlier.file.clone(),
            None => (answers.files.len() + 1).to_string(),
        };
        let failed =
            |error: io::Error| Problem::at(key, format!("it cannot be kept for the bundle: {error}"));
        std::fs::File::create(self.folder.join(&file))
            .and_then(|mut out| out.write_all(bytes))
            .map_err(failed)?;
        let kept =
            Kept { key: key.to_string(), file, size: bytes.len() as u64, sha256: digest::of_bytes(bytes) };
        answers.files.insert(key.to_string(), kept);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a bundle of what was recorded; the file must not be there yet.
///
/// # Errors
/// Those of the system.
pub fn write(path: &Path, recorded: &[(&Feed, Recording, Moment)]) -> io::Result<()> {
    let mut listed = Vec::new();
    let mut all = Vec::new();
    for (feed, recording, checked) in recorded {
        let answers = recording.lock();
        let mut files = Vec::new();
        for kept in answers.files.values() {
            all.push(recording.folder.join(&kept.file));
            files.push(Kept { file: format!("files/{}", all.len()), ..kept.clone() });
        }
        listed.push(Listed {
            name: feed.name.clone(),
            format: feed.format.name().to_string(),
            checked: checked.to_string(),
            folder: answers.folder,
            files,
        });
    }
    let made_by = format!("patchform {}", env!("CARGO_PKG_VERSION"));
    let manifest = Manifest { format_version: FORM, made_by, feeds: listed }.write()?;
    disk::write_new(path, |out| {
        let mut archive = Archive::new(out);
        archive.add(MANIFEST, &manifest)?;
        for (at, file) in all.iter().enumerate() {
            archive.add(&format!("files/{}", at + 1), &disk::read(file, u64::MAX - 1)?)?;
        }
        archive.finish()
    })
}

impl Manifest {
    /// Reads one.
    ///
    /// # Errors
    /// It is none, or of a form that this version does not know: the form and who made it.
    pub fn read(bytes: &[u8]) -> Result<Manifest, NoManifest> {
        let manifest: Manifest =
            serde_json::from_slice(bytes).map_err(|e| NoManifest::Unreadable(e.to_string()))?;
        match manifest.format_version {
            FORM => Ok(manifest),
            other => Err(NoManifest::Other(format!(
                "it has the form {other}, of another version ({})",
                manifest.made_by
            ))),
        }
    }

    /// Its text.
    ///
    /// # Errors
    /// None that texts and numbers can have.
    pub fn write(&self) -> io::Result<Vec<u8>> {
        Ok(serde_json::to_vec_pretty(self)?)
    }
}

/// Why a manifest cannot be read.
#[derive(Debug)]
pub enum NoManifest {
    /// It is none.
    Unreadable(String),
    /// Another version wrote it.
    Other(String),
}

/// A bundle that was unpacked into a folder of its own.
pub struct Bundles {
    folder: disk::Scratch,
    feeds: BTreeMap<String, Listed>,
}

/// What a bundle holds of one feed.
pub struct Bundle {
    folder: PathBuf,
    /// When the source was asked.
    pub checked: Moment,
    is_folder: bool,
    files: BTreeMap<String, Kept>,
}

impl Bundles {
    /// Opens a bundle; it is unpacked into `folder`.
    ///
    /// # Errors
    /// It cannot be read, or is no bundle.
    pub fn open(path: &Path, folder: &Path) -> Result<Bundles, Problem> {
        let name = path.display().to_string();
        let at = |what: String| Problem::at(&name, what);
        let none = |what: &str| at(format!("it is no bundle of `patchform collect --export`: {what}"));
        if !path.exists() {
            return Err(at("it is not there".to_string())
                .hint("name the file that `patchform collect --export FILE` wrote on the other side"));
        }
        let folder = disk::scratch_in(folder)
            .map_err(|error| at(format!("there is no room to unpack it: {error}")))?;
        archive::unpack(path, folder.path()).map_err(|error| {
            none(&error.to_string())
                .hint("it may have been cut off on its way: compare its digest with what `--export` told")
        })?;
        let manifest = disk::read(&folder.path().join(MANIFEST), MOST_MANIFEST)
            .map_err(|_| none("it has no manifest.json"))?;
        let manifest = Manifest::read(&manifest).map_err(|why| match why {
            NoManifest::Unreadable(why) => none(&format!("manifest.json: {why}")),
            NoManifest::Other(what) => {
                at(what).hint("read it with the version of patchform that wrote it, or a newer one")
            }
        })?;
        let feeds = manifest.feeds.into_iter().map(|listed| (listed.name.clone(), listed)).collect();
        Ok(Bundles { folder, feeds })
    }

    /// The names of its feeds.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.feeds.keys().map(String::as_str)
    }

    /// What it holds of a feed; none where it has nothing of that name.
    ///
    /// # Errors
    /// It has another feed of that name, or its time cannot be read.
    pub fn of(&self, feed: &Feed) -> Result<Option<Bundle>, Problem> {
        let Some(listed) = self.feeds.get(&feed.name) else { return Ok(None) };
        let wrong = |what: String| Err(Problem::at("the bundle", what));
        if FeedFormat::of_name(&listed.format) != Some(feed.format) {
            return wrong(format!(
                "its feed {} is of the format {}, not {}",
                feed.name, listed.format, feed.format
            ));
        }
        let Some(checked) = Moment::parse(&listed.checked) else {
            return wrong("it does not say when its sources were asked".to_string());
        };
        let files = listed.files.iter().map(|kept| (kept.key.clone(), kept.clone())).collect();
        let folder = self.folder.path().to_path_buf();
        Ok(Some(Bundle { folder, checked, is_folder: listed.folder, files }))
    }
}

impl Bundle {
    pub(super) fn is_folder(&self) -> bool {
        self.is_folder
    }

    pub(super) fn list(&self, wanted: impl Fn(&str) -> bool) -> Vec<Stamped> {
        let files = self.files.values().filter(|kept| wanted(&kept.key));
        files.map(|kept| Stamped { path: kept.key.clone(), size: kept.size, written: 0 }).collect()
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.files.contains_key(key)
    }

    /// A document, if it is whole.
    pub(super) fn get(&self, key: &str, limit: u64) -> Result<Option<Vec<u8>>, Problem> {
        let Some(kept) = self.files.get(key) else { return Ok(None) };
        let wrong = |what: String| Problem::at(format!("{} of the bundle", kept.file), what);
        // A manifest can name anything; only what was unpacked is read.
        let number =
            kept.file.strip_prefix("files/").filter(|number| number.bytes().all(|b| b.is_ascii_digit()));
        let Some(number) = number else { return Err(wrong("there can be no such file".to_string())) };
        let bytes = disk::read(&self.folder.join("files").join(number), limit)
            .map_err(|error| wrong(error.to_string()))?;
        if bytes.len() as u64 != kept.size || digest::of_bytes(&bytes) != kept.sha256 {
            return Err(wrong(
                "it is not what the manifest says: it was changed, or damaged on its way".to_string(),
            ));
        }
        Ok(Some(bytes))
    }
}
