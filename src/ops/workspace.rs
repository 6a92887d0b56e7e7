//! Workspaces: one configuration, several platforms; each has its own state, runs and leases.

use super::place::{DEFAULT_WORKSPACE, Place};
use super::{Failure, runs};
use crate::backend::Local;
use crate::world::{disk, environment};
use std::path::Path;

/// Names the workspace in use, unless the environment does.
const SELECTED: &str = ".patchform/workspace";
/// Names the workspace in use, whatever was selected.
const VARIABLE: &str = "PF_WORKSPACE";

/// The workspace in use: `PF_WORKSPACE`, the selected one, or `default`.
///
/// # Errors
/// A name that cannot be one.
pub fn current() -> Result<String, Failure> {
    if let Some(name) = environment::one(VARIABLE).filter(|name| !name.is_empty()) {
        // What is not UTF-8 is no name, and no reason to use another workspace.
        return named(&name.to_string_lossy())
            .map_err(|f| f.hint(format!("it is set by the environment variable {VARIABLE}")));
    }
    match disk::read(Path::new(SELECTED), 4 << 10) {
        Ok(bytes) => named(String::from_utf8_lossy(&bytes).trim()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(DEFAULT_WORKSPACE.to_string()),
        Err(error) => Err(Failure::error(format!("cannot read {SELECTED}: {error}"))),
    }
}

fn named(name: &str) -> Result<String, Failure> {
    let good = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if name.is_empty() || name.len() > 90 || name.starts_with(['.', '-']) || !name.chars().all(good) {
        return Err(Failure::error(format!("{name:?} cannot be the name of a workspace"))
            .hint("use letters, digits, `_`, `-` and `.`; begin with a letter or a digit"));
    }
    Ok(name.to_string())
}

/// All workspaces, sorted, `default` first.
///
/// # Errors
/// A folder that cannot be read.
pub fn list() -> Result<Vec<String>, Failure> {
    let mut names = vec![DEFAULT_WORKSPACE.to_string()];
    let folder = Place::folder()?.workspaces();
    if folder.is_dir() {
        names.extend(super::project::names_in(&folder)?);
    }
    Ok(names)
}

/// Whether there is a workspace of a name.
///
/// # Errors
/// As [`list`].
pub fn exists(name: &str) -> Result<bool, Failure> {
    Ok(list()?.iter().any(|known| known == name))
}

/// Makes a workspace and selects it.
///
/// # Errors
/// A name that is none, or taken.
pub fn new(name: &str) -> Result<(), Failure> {
    let name = named(name)?;
    if exists(&name)? {
        return Err(Failure::error(format!("there is a workspace {name} already"))
            .hint(format!("`patchform workspace select {name}` changes to it")));
    }
    let folder = Place::folder()?.workspaces().join(&name);
    disk::make_folder(&folder)
        .map_err(|e| Failure::error(format!("cannot make {}: {e}", folder.display())))?;
    write(&name)
}

/// Changes to a workspace.
///
/// # Errors
/// There is none of that name.
pub fn select(name: &str) -> Result<(), Failure> {
    let name = named(name)?;
    if !exists(&name)? {
        return Err(unknown(&name));
    }
    write(&name)
}

pub(super) fn unknown(name: &str) -> Failure {
    Failure::error(format!("there is no workspace {name}"))
        .hint(format!("`patchform workspace list` shows all; `patchform workspace new {name}` makes it"))
}

fn write(name: &str) -> Result<(), Failure> {
    disk::make_folder(Path::new(".patchform"))
        .and_then(|()| disk::write_atomic(Path::new(SELECTED), format!("{name}\n").as_bytes()))
        .map_err(|e| Failure::error(format!("cannot write {SELECTED}: {e}")))
}

/// Deletes a workspace that manages nothing.
///
/// # Errors
/// The one in use, `default`, one whose state knows components or that has an open run.
pub fn delete(name: &str) -> Result<(), Failure> {
    let name = named(name)?;
    if name == DEFAULT_WORKSPACE {
        return Err(Failure::error("the workspace default is always there"));
    }
    if !exists(&name)? {
        return Err(unknown(&name));
    }
    if current()? == name {
        return Err(Failure::error(format!("the workspace {name} is in use"))
            .hint("change to another one first: `patchform workspace select default`"));
    }
    let place = Place::folder()?.of_workspace(&name);
    let local = Local::new(&place.state);
    let lock = local.lock("workspace delete").map_err(super::plan::backend)?;
    if let Some(run) = runs::open(&place.runs)?.first() {
        return Err(Failure::locked(format!("run {} of the workspace {name} has not ended", run.id))
            .hint("`patchform resume`, `rollback` or `run abandon` ends it, with that workspace selected"));
    }
    let known = local.read().map_err(super::plan::backend)?.map_or(0, |state| state.records.len());
    if known > 0 {
        return Err(Failure::refused(format!(
            "the workspace {name} manages {}",
            crate::report::size::counted(known, "component")
        ))
        .hint("`patchform state rm` forgets them, with that workspace selected"));
    }
    let folder = Place::folder()?.workspaces().join(&name);
    std::fs::remove_dir_all(&folder)
        .map_err(|e| Failure::error(format!("cannot remove {}: {e}", folder.display())))?;
    drop(lock);
    Ok(())
}
