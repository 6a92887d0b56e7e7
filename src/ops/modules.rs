//! Modules from repositories: found where `init` has put them, fetched by nobody else.

use super::Failure;
use super::git;
use crate::config::load::Missing;
use crate::config::lock::ModulePin;
use crate::config::modules::GitSource;
use crate::world::disk;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where fetched modules are.
const FOLDER: &str = ".patchform/modules";
/// Says which of them is where.
const MANIFEST: &str = ".patchform/modules/modules.json";

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format_version: u32,
    modules: BTreeMap<String, Fetched>,
}

/// A repository that was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fetched {
    folder: String,
    commit: String,
}

/// How `init` treats pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pins {
    /// What is pinned is fetched as it is pinned.
    Keep,
    /// Branches and tags are looked up again.
    Renew,
}

/// What `init` did with a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `git::https://…?ref=v1`
    pub package: String,
    /// The commit that is pinned now.
    pub commit: String,
    /// `pinned`, `unchanged`, `fetched as pinned`, `pinned anew`.
    pub change: &'static str,
}

/// Finds fetched modules, and fetches missing ones if it may.
pub struct Library {
    manifest: Manifest,
    pins: BTreeMap<String, ModulePin>,
    fetching: Option<Pins>,
    /// What was asked for, in order, each once.
    rows: BTreeMap<String, Row>,
}

impl Library {
    /// What is here; nothing is fetched.
    ///
    /// # Errors
    /// The list of what is here cannot be read.
    pub fn here(pins: BTreeMap<String, ModulePin>) -> Result<Library, Failure> {
        let manifest = match disk::read(Path::new(MANIFEST), 16 << 20) {
            // A damaged one is as good as none: `init` writes it anew.
            Ok(bytes) => serde_json::from_slice::<Manifest>(&bytes).unwrap_or_default(),
            Err(e) if e.kind() == ErrorKind::NotFound => Manifest::default(),
            Err(e) => return Err(super::project::unreadable(Path::new(MANIFEST), &e)),
        };
        Ok(Library { manifest, pins, fetching: None, rows: BTreeMap::new() })
    }

    /// Fetches what is missing.
    pub fn fetching(self, pins: Pins) -> Library {
        Library { fetching: Some(pins), ..self }
    }

    /// The folder of a repository's checkout.
    ///
    /// # Errors
    /// Why it is not here; outside, a repository that cannot be fetched.
    pub fn find(&mut self, source: &GitSource) -> Result<Result<PathBuf, Missing>, Failure> {
        let package = source.package();
        if let Some(how) = self.fetching.filter(|_| !self.rows.contains_key(&package)) {
            match self.fetch(source, &package, how) {
                Ok(row) => drop(self.rows.insert(package.clone(), row)),
                Err(failure) => {
                    return Ok(Err(Missing::Unfetched(failure.message, failure.hints.join("; "))));
                }
            }
        }
        let Some(fetched) = self.manifest.modules.get(&package) else { return Ok(Err(Missing::NotFetched)) };
        let folder = PathBuf::from(&fetched.folder);
        Ok(match self.pins.get(&package) {
            _ if !folder.is_dir() => Err(Missing::NotFetched),
            Some(pin) if pin.commit == fetched.commit => Ok(folder),
            Some(_) => Err(Missing::OtherCommit),
            None => Err(Missing::NotFetched),
        })
    }

    fn fetch(&mut self, source: &GitSource, package: &str, how: Pins) -> Result<Row, Failure> {
        let pinned = self.pins.get(package).map(|pin| pin.commit.clone());
        let row = |commit: String, change| Row { package: package.to_string(), commit, change };
        let wanted = pinned.clone().filter(|_| how == Pins::Keep);
        let here = self.manifest.modules.get(package).filter(|f| Path::new(&f.folder).is_dir());
        if let (Some(wanted), Some(here)) = (&wanted, here)
            && here.commit == *wanted
        {
            return Ok(row(here.commit.clone(), "unchanged"));
        }
        disk::make_folder(Path::new(FOLDER)).map_err(|e| cannot_write(Path::new(FOLDER), &e))?;
        let (folder, commit) = git::checkout(source, wanted.as_deref(), Path::new(FOLDER))?;
        let change = match &pinned {
            None => "pinned",
            Some(_) if wanted.is_some() => "fetched as pinned",
            Some(before) if *before == commit => "unchanged",
            Some(_) => "pinned anew: it moved",
        };
        let fetched = Fetched { folder: folder.to_string_lossy().into_owned(), commit: commit.clone() };
        self.manifest.format_version = 1;
        self.manifest.modules.insert(package.to_string(), fetched);
        let bytes = serde_json::to_vec_pretty(&self.manifest).map_err(Failure::error)?;
        disk::write_atomic(Path::new(MANIFEST), &bytes).map_err(|e| cannot_write(Path::new(MANIFEST), &e))?;
        self.pins.insert(package.to_string(), ModulePin { commit: commit.clone() });
        Ok(row(commit, change))
    }

    /// The pins of everything that was asked for, and what was done with each.
    pub fn finish(self) -> (BTreeMap<String, ModulePin>, Vec<Row>) {
        let mut pins = self.pins;
        pins.retain(|package, _| self.rows.contains_key(package));
        (pins, self.rows.into_values().collect())
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::error(format!("cannot write {}: {error}", path.display()))
}
