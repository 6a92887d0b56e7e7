//! `fmt`: files of the configuration in the usual style.

use super::Failure;
use super::project;
use crate::config::load::{self, Declared};
use crate::config::modules::ModuleSource;
use crate::config::source::Sources;
use crate::model::{Diagnostics, FileId};
use crate::world::disk;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Names of files that can be formatted end so. JSON has no style of ours.
const ENDINGS: [&str; 2] = [".pf.hcl", ".pfvars"];

/// A file whose style differs.
pub struct Change {
    /// What it holds; a byte order mark is left out.
    pub before: String,
    /// What it should hold.
    pub after: String,
}

/// The files that `targets` name: files themselves, those of folders, with `recursive` also of folders below. Without
/// targets those of the working folder. Hidden files and folders are passed over.
///
/// # Errors
/// A target that is not there, or no file of ours; a folder that cannot be read.
pub fn files(targets: &[PathBuf], recursive: bool) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    if targets.is_empty() {
        in_folder(Path::new("."), recursive, &mut found)?;
    }
    for target in targets {
        if target.is_dir() {
            in_folder(target, recursive, &mut found)?;
        } else if !target.exists() {
            return Err(Failure::error(format!("there is no file or folder {}", target.display())));
        } else if is_ours(&target.to_string_lossy()) {
            found.push(target.clone());
        } else {
            let problem = format!("{} cannot be formatted", target.display());
            return Err(Failure::error(problem).hint("fmt formats *.pf.hcl and *.pfvars files"));
        }
    }
    Ok(found)
}

fn in_folder(folder: &Path, recursive: bool, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let mut below = Vec::new();
        for name in project::names_in(&folder)? {
            let path = if folder == Path::new(".") { PathBuf::from(&name) } else { folder.join(&name) };
            // A link to a folder may lead in circles; its files are formatted where they are.
            let is_folder = path.is_dir();
            if is_folder && recursive && !path.is_symlink() {
                below.push(path);
            } else if !is_folder && is_ours(&name) {
                found.push(path);
            }
        }
        folders.extend(below.into_iter().rev());
    }
    Ok(())
}

fn is_ours(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Formats one file; `write` replaces it. Nothing is written where nothing changes.
///
/// # Errors
/// A file that cannot be read or written; what is wrong with its syntax. Then it stays as it is.
pub fn file(path: &Path, write: bool) -> Result<Option<Change>, Failure> {
    if !path.is_file() {
        return Err(Failure::error(format!("cannot format {}: it is no file", path.display())));
    }
    let bytes = disk::read(path, project::LIMIT).map_err(|e| project::unreadable(path, &e))?;
    let Some(change) = text(&path.to_string_lossy(), &bytes)? else { return Ok(None) };
    if write {
        disk::replace(path, &bytes, change.after.as_bytes())
            .map_err(|e| Failure::error(format!("cannot write {}: {e}", path.display())))?;
    }
    Ok(Some(change))
}

/// What changes in a file, as it may be shown: with stars in place of its secrets. Whose values may be seen, the
/// configuration beside it says, that of the working folder, and that of each module that it calls.
pub fn shown(path: &Path, change: &Change) -> Change {
    let mut sources = Sources::new();
    let name = path.to_string_lossy();
    let [before, after] = [&change.before, &change.after].map(|text| sources.add_text(&name, text));
    let beside = path.parent().unwrap_or(Path::new(""));
    let mut own = Declared::default();
    // What standard input holds stands in no folder.
    own.add_file(before, &sources);
    [beside, Path::new("")].into_iter().for_each(|folder| add_declared(folder, &mut own));
    let mut called = called(beside);
    let mut text = |file| {
        load::conceal_read(file, &own, &mut called, &mut sources);
        sources.shown(file).to_string()
    };
    Change { before: text(before), after: text(after) }
}

/// The variables of each module that a file in the folder `beside` calls, as the file names it.
fn called(beside: &Path) -> impl FnMut(&str) -> Rc<Declared> {
    let mut known: BTreeMap<String, Rc<Declared>> = BTreeMap::new();
    move |source| {
        let declared = known.entry(source.to_string()).or_insert_with(|| {
            let mut declared = Declared::default();
            if let Ok(ModuleSource::Local(folder)) = ModuleSource::parse(source) {
                add_declared(&beside.join(folder), &mut declared);
            }
            Rc::new(declared)
        });
        declared.clone()
    }
}

/// Adds the variables that a folder declares; what cannot be read declares none.
fn add_declared(folder: &Path, declared: &mut Declared) {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let names = project::names_in(here).unwrap_or_default();
    let mut sources = Sources::new();
    for name in names.iter().filter(|name| load::is_configuration(name)) {
        let Ok(bytes) = disk::read(&here.join(name), project::LIMIT) else { continue };
        if let Ok(file) = sources.add(name, &bytes) {
            declared.add_file(file, &sources);
        }
    }
}

/// Puts stars in place of what may be a secret in a file of values that cannot be read. Whose values may be seen, the
/// configuration beside it says, and that of the working folder.
fn conceal_values(path: &Path, file: FileId, sources: &mut Sources) {
    let mut declared = Declared::default();
    let folders = [path.parent().unwrap_or(Path::new("")), Path::new("")];
    folders.into_iter().for_each(|folder| add_declared(folder, &mut declared));
    load::conceal_values(file, &declared, sources);
}

/// Formats a text; nothing if it is in style already.
///
/// # Errors
/// What is wrong with its syntax.
pub fn text(name: &str, bytes: &[u8]) -> Result<Option<Change>, Failure> {
    let mut sources = Sources::new();
    let formatted = match sources.add(name, bytes) {
        Ok(file) => crate::config::fmt::format(&sources, file).map(|after| (sources.text(file), after)),
        Err(problem) => Err(Diagnostics::from(problem)),
    };
    match formatted {
        Ok((_, after)) if after.as_bytes() == bytes => Ok(None),
        Ok((before, after)) => Ok(Some(Change { before: before.to_string(), after })),
        Err(mut problems) => {
            let beside = Path::new(name).parent().unwrap_or(Path::new(""));
            for file in sources.files() {
                // Standard input that begins no block may hold values.
                match load::is_configuration(name) || load::has_blocks(sources.text(file)) {
                    true => load::conceal_unread(file, &mut called(beside), &mut sources),
                    false => conceal_values(Path::new(name), file, &mut sources),
                }
            }
            sources.conceal_words(&mut problems);
            let failure = Failure::error(format!("{name} cannot be formatted; it stays as it is"));
            Err(Failure { diagnostics: Some(Box::new((sources, problems))), ..failure })
        }
    }
}
