//! The configuration of the working folder, read and parsed.

use super::inputs::{Given, Inputs};
use super::modules::Library;
use super::{Failure, Place};
use crate::config::check::Surroundings;
use crate::config::levels::Resolved;
use crate::config::load::{self, Missing, Parsed, Reading, Wanted};
use crate::config::modules::{self, ModuleSource};
use crate::config::scope::Files;
use crate::config::source::Sources;
use crate::config::variables::{self, VariableFile, VariableInputs};
use crate::model::{Diagnostics, FileId};
use crate::world::disk;
use std::io;
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes (256 MiB).
pub(super) const LIMIT: u64 = 256 << 20;

/// A configuration that could be parsed.
pub struct Project {
    /// Its texts.
    pub sources: Sources,
    /// Its blocks.
    pub parsed: Parsed,
    /// Where variables may get values from.
    pub inputs: VariableInputs,
    /// Where its things are kept.
    pub place: Place,
    /// Complaints so far. With errors among them nothing may be done but to look for more.
    pub problems: Diagnostics,
}

impl Project {
    /// Reads the working folder.
    ///
    /// # Errors
    /// Files that cannot be read.
    pub fn load(inputs: &Inputs) -> Result<Project, Failure> {
        let pins = super::providers::read_lock(&Place::lock_file()).map(|lock| lock.modules);
        // What is wrong with the lock file is said where the providers are looked for.
        Project::load_with(inputs, &mut Library::here(pins.unwrap_or_default())?)
    }

    /// Reads the working folder, with modules from `library`.
    ///
    /// # Errors
    /// Files that cannot be read, modules that cannot be fetched.
    pub fn load_with(inputs: &Inputs, library: &mut Library) -> Result<Project, Failure> {
        let mut sources = Sources::new();
        let mut problems = Diagnostics::default();
        let names = names_in(Path::new("."))?;
        if !names.iter().any(|n| load::is_configuration(n)) {
            let failure = Failure::error(format!("there is no *.pf.hcl file in {}", here()));
            let other = names.iter().find(|name| name.ends_with(".tf") || name.ends_with(".hcl"));
            let failure = match other.filter(|name| !name.ends_with(".lock.hcl")) {
                Some(name) => {
                    failure.hint(format!("files such as {name} are read under a name like main.pf.hcl only"))
                }
                None => failure,
            };
            return Err(failure.hint("go to the folder of your configuration, or name it with --chdir"));
        }
        let root = add_folder(Path::new(""), &names, &mut sources, &mut problems)?;
        let variables = variable_inputs(&names, inputs, &mut sources, &mut problems)?;
        let mut reading = Reading::new(&sources, &root);
        while let Some(wanted) = reading.next() {
            read_module(wanted, &mut reading, library, &mut sources, &mut problems)?;
        }
        let (parsed, mut found) = reading.finish();
        parsed.conceal(&mut sources, &found);
        sources.conceal_words(&mut found);
        problems.0.extend(found.0);
        let place = Place::of(parsed.settings())?;
        Ok(Project { sources, parsed, inputs: variables, place, problems })
    }

    /// This project, if nothing is wrong with its syntax.
    ///
    /// # Errors
    /// Syntax errors, a version of patchform that does not fit.
    pub fn sound(self) -> Result<Project, Failure> {
        if self.problems.has_errors() {
            Err(Failure::configuration(self.sources, self.problems))
        } else {
            Ok(self)
        }
    }
}

/// Adds the configuration files of a folder whose entries are `names`. What cannot be read as text is among the
/// sources all the same.
fn add_folder(
    folder: &Path,
    names: &[String],
    sources: &mut Sources,
    problems: &mut Diagnostics,
) -> Result<Vec<FileId>, Failure> {
    let mut files = Vec::new();
    for name in names.iter().filter(|name| load::is_configuration(name)) {
        let path = folder.join(name);
        only_file(&path)?;
        add(sources, problems, &path)?;
        files.extend(sources.files().last());
    }
    Ok(files)
}

/// Reads a module that is called, or says why that cannot be done.
/// The folder that a link leads to, if it is one of those that the link stands in: a module there calls itself.
fn above(folder: &str) -> Option<String> {
    let path = Path::new(folder);
    let real = path.canonicalize().ok()?;
    let found = path.ancestors().skip(1).find(|above| {
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        above.canonicalize().is_ok_and(|above| above == real)
    });
    found.map(|above| above.to_string_lossy().into_owned())
}

fn read_module(
    wanted: Wanted,
    reading: &mut Reading,
    library: &mut Library,
    sources: &mut Sources,
    problems: &mut Diagnostics,
) -> Result<(), Failure> {
    let (folder, package) = match &wanted.source {
        ModuleSource::Local(_) => (above(&wanted.folder).unwrap_or_else(|| wanted.folder.clone()), None),
        ModuleSource::Git(source) => match library.find(source)? {
            Ok(package) => {
                let package = package.to_string_lossy().into_owned();
                (modules::join(&package, &source.folder), Some(package))
            }
            Err(missing) => {
                reading.missing(wanted, missing);
                return Ok(());
            }
        },
    };
    let path = Path::new(if folder.is_empty() { "." } else { &folder });
    let names = match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => names_in(path)?,
        Ok(_) => {
            reading.missing(wanted, Missing::Unreadable(format!("{folder} is no folder")));
            return Ok(());
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut wanted = wanted;
            wanted.folder = folder;
            reading.missing(wanted, Missing::NoFolder);
            return Ok(());
        }
        Err(error) => {
            reading.missing(wanted, Missing::Unreadable(error.to_string()));
            return Ok(());
        }
    };
    let files = match reading.knows(&folder) {
        true => Vec::new(),
        false => add_folder(path, &names, sources, problems)?,
    };
    match package {
        None => {
            let mut wanted = wanted;
            wanted.folder = folder;
            reading.add(sources, wanted, &files);
        }
        Some(package) => reading.add_fetched(sources, wanted, folder, package, &files),
    }
    Ok(())
}

/// The variable files that are read by themselves, then what the command line names.
fn variable_inputs(
    names: &[String],
    inputs: &Inputs,
    sources: &mut Sources,
    problems: &mut Diagnostics,
) -> Result<VariableInputs, Failure> {
    let mut found = VariableInputs {
        environment: crate::world::environment::all(),
        may_lack: inputs.may_lack,
        ..VariableInputs::default()
    };
    for name in names {
        let which = match name.as_str() {
            "patchform.pfvars" | "patchform.pfvars.json" => VariableFile::Default,
            n if n.ends_with(".auto.pfvars") || n.ends_with(".auto.pfvars.json") => VariableFile::Auto,
            n if n.strip_suffix(".json").unwrap_or(n).ends_with(".auto.tfvars")
                || n.strip_suffix(".json").unwrap_or(n) == "terraform.tfvars" =>
            {
                found.foreign_files.push(name.clone());
                continue;
            }
            _ => continue,
        };
        // What `--var-file` names may be a pipe, such as `<(…)` of a shell; what is found in the folder was not asked for.
        only_file(Path::new(name))?;
        if let Some(id) = add(sources, problems, Path::new(name))? {
            found.files.push((id, which));
        }
    }
    for given in &inputs.given {
        match given {
            // Told here: not every command looks at the values of variables.
            Given::Variable(text) if !text.contains('=') => {
                problems.push(variables::no_assignment(text, None, sources));
            }
            Given::Variable(text) => found.arguments.push(variables::Given::Variable(text.clone())),
            Given::File(path) => {
                if let Some(id) = add(sources, problems, path)? {
                    found.arguments.push(variables::Given::File(id));
                }
            }
        }
    }
    Ok(found)
}

/// A pipe would be waited for, a folder cannot be read.
fn only_file(path: &Path) -> Result<(), Failure> {
    match path.is_file() {
        true => Ok(()),
        false => Err(Failure::error(format!("cannot read {}: it is no file", path.display()))),
    }
}

fn add(
    sources: &mut Sources,
    problems: &mut Diagnostics,
    path: &Path,
) -> Result<Option<crate::model::FileId>, Failure> {
    let bytes = disk::read(path, LIMIT).map_err(|e| unreadable(path, &e))?;
    match sources.add(&path.to_string_lossy(), &bytes) {
        Ok(id) => Ok(Some(id)),
        Err(problem) => {
            problems.push(problem);
            Ok(None)
        }
    }
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::error(format!("cannot read {}: {error}", path.display()))
}

/// Names of the folder's entries, sorted; those that are hidden or no UTF-8 are passed over.
pub(super) fn names_in(folder: &Path) -> Result<Vec<String>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|e| unreadable(folder, &e))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|e| unreadable(folder, &e))?;
        names.extend(entry.file_name().into_string().ok().filter(|n| !n.starts_with('.')));
    }
    names.sort_unstable();
    Ok(names)
}

/// The configuration files of a folder, sorted.
///
/// # Errors
/// The folder cannot be read.
pub(super) fn configuration_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let names = names_in(folder)?;
    Ok(names.into_iter().filter(|n| load::is_configuration(n)).map(|name| folder.join(name)).collect())
}

fn here() -> String {
    std::env::current_dir().map_or_else(|_| "this folder".into(), |p| p.display().to_string())
}

/// The working folder, as `path.cwd` shows it.
pub(super) fn working_folder() -> String {
    std::env::current_dir().unwrap_or_default().to_string_lossy().into_owned()
}

/// What expressions may ask of the world around the configuration.
pub(super) fn around<'a>(
    files: &'a dyn Files,
    working_folder: &'a str,
    workspace: &'a str,
    levels: Resolved<'a>,
) -> Surroundings<'a> {
    Surroundings { files, folder: ".", working_folder, workspace, levels }
}
