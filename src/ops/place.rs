//! Where a configuration's folder keeps its things.

use super::{Failure, runs, workspace};
use crate::config::checked::Settings;
use crate::model::seal;
use crate::world::disk;
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Paths, relative to the working folder unless the configuration says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The state file.
    pub state: PathBuf,
    /// One folder per run, beside the state.
    pub runs: PathBuf,
    /// Output of detached commands, beside the runs.
    pub actions: PathBuf,
    /// What feeds say: one for all workspaces.
    pub catalog: PathBuf,
    /// Descriptions of providers.
    pub cache: PathBuf,
    /// The lock file, which is committed.
    pub lock_file: PathBuf,
    /// The workspace whose things these are.
    pub workspace: String,
    /// The state of the workspace `default`, as the configuration names it.
    base: PathBuf,
}

/// The workspace that is always there.
pub const DEFAULT_WORKSPACE: &str = "default";

/// The default path of the state.
pub const STATE: &str = "patchform.state.json";
/// Remembers where the state is, so that commands which do not open the configuration find it.
const REMEMBERED: &str = ".patchform/place.json";

#[derive(Serialize, Deserialize)]
struct Remembered {
    format_version: u32,
    state: PathBuf,
}

impl Place {
    /// The place that a configuration names.
    ///
    /// # Errors
    /// A workspace that does not exist.
    pub fn of(settings: &Settings) -> Result<Place, Failure> {
        Place::with_state(PathBuf::from(&settings.state_path)).in_use()
    }

    /// This folder's place in the workspace that is in use.
    fn in_use(self) -> Result<Place, Failure> {
        let name = workspace::current()?;
        let place = self.of_workspace(&name);
        if name == DEFAULT_WORKSPACE || place.workspaces().join(&name).is_dir() {
            return Ok(place);
        }
        Err(match place.moved_from()? {
            None => workspace::unknown(&name),
            Some(old) => Failure::error(format!("{}, and there is no workspace {name} there", old.moved_to(&place)))
                .hint(format!(
                    "`patchform workspace select {DEFAULT_WORKSPACE}` and `patchform init`, then `patchform workspace new \
                     {name}`; or put the path back"
                )),
        })
    }

    /// The place of another workspace of this folder.
    pub fn of_workspace(&self, name: &str) -> Place {
        let base = self.base.clone();
        if name == DEFAULT_WORKSPACE {
            return Place::with_state(base);
        }
        let state = self.workspaces().join(name).join(base.file_name().unwrap_or_default());
        let catalog = self.catalog.clone();
        Place { workspace: name.to_string(), base, catalog, ..Place::with_state(state) }
    }

    /// Where workspaces other than `default` have their states and runs: beside the state.
    pub fn workspaces(&self) -> PathBuf {
        disk::folder_of(&self.base).join("patchform.state.d")
    }

    /// The place that was used last in this folder: for commands that do not open the configuration.
    ///
    /// # Errors
    /// What remembers it is damaged: another state must not be taken for it.
    pub fn known() -> Result<Place, Failure> {
        Place::folder()?.in_use()
    }

    /// What to do where nothing is found because no command has prepared this folder, so that a state that lies elsewhere
    /// is not known here.
    pub fn unprepared() -> Option<&'static str> {
        let prepared = Path::new(REMEMBERED).exists();
        (!prepared)
            .then_some("this folder was not prepared yet: `patchform init` finds a state that lies elsewhere")
    }

    /// The place that was used last in this folder, of the workspace `default`.
    ///
    /// # Errors
    /// As [`Place::known`].
    pub fn folder() -> Result<Place, Failure> {
        let bytes = match disk::read(Path::new(REMEMBERED), 64 << 10) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Place::with_state(PathBuf::from(STATE))),
            Err(e) => return Err(Failure::unreadable(Path::new(REMEMBERED), &e)),
        };
        let damaged = || {
            Failure::error(format!("{REMEMBERED}, which tells where the state is, is damaged"))
                .hint("`patchform init` writes it anew, as the configuration says")
        };
        let remembered: Remembered = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        let plain = remembered.format_version == 1 && !bytes.windows(5).any(|w| w == b"\"sum\"");
        if !plain && !seal::is_whole(&bytes) {
            return Err(damaged());
        }
        Ok(Place::with_state(remembered.state))
    }

    /// The lock file, wherever the state is.
    pub fn lock_file() -> PathBuf {
        PathBuf::from("patchform.lock.hcl")
    }

    /// The place that was used before in this folder, where `self` is another one.
    ///
    /// # Errors
    /// What remembers it is damaged.
    pub fn moved_from(&self) -> Result<Option<Place>, Failure> {
        let known = Place::folder()?.of_workspace(&self.workspace);
        let at = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.into());
        let same = at(&known.state) == at(&self.state);
        Ok((!same && Path::new(REMEMBERED).exists()).then_some(known))
    }

    /// Refuses to go on with another state than the one that was used before: what that one knows, and its open runs,
    /// would be left behind silently.
    ///
    /// # Errors
    /// The configuration names another place since; a run is open at the old one.
    pub fn refuse_moved(&self) -> Result<(), Failure> {
        let Some(old) = self.moved_from()? else { return Ok(()) };
        old.refuse_open(self)?;
        Err(Failure::error(format!("{}; nothing was done", old.moved_to(self))).hint(format!(
            "run `patchform init` to go on there (move {} and {} there first if it is to know the same), or put the \
             path back",
            old.state.display(),
            old.runs.display()
        )))
    }

    /// Refuses to leave this place for `new` while a run is open here.
    ///
    /// # Errors
    /// Names the run, and how it is ended.
    pub fn refuse_open(&self, new: &Place) -> Result<(), Failure> {
        match runs::open(&self.runs)?.first() {
            None => Ok(()),
            Some(run) => {
                let (moved, at) = (self.moved_to(new), self.runs.display());
                let failure =
                    Failure::locked(format!("{moved}, and run {} has not ended there ({at})", run.id));
                Err(runs::unended(failure, &self.runs, &run.id))
            }
        }
    }

    fn moved_to(&self, new: &Place) -> String {
        let (old, new) = (self.state.display(), new.state.display());
        format!("the configuration keeps the state in {new} now, but so far it is in {old}")
    }

    /// Where providers keep what must survive.
    pub fn store(&self) -> PathBuf {
        disk::folder_of(&self.actions).to_path_buf()
    }

    fn with_state(state: PathBuf) -> Place {
        let beside = disk::folder_of(&state).to_path_buf();
        let beside = if beside == Path::new(".") { PathBuf::new() } else { beside };
        Place {
            runs: beside.join(".patchform/runs"),
            actions: beside.join(".patchform/actions"),
            catalog: beside.join(".patchform/catalog.db"),
            cache: PathBuf::from(".patchform/cache"),
            lock_file: Place::lock_file(),
            workspace: DEFAULT_WORKSPACE.to_string(),
            base: state.clone(),
            state,
        }
    }

    /// Makes the folders, and remembers where the state is.
    ///
    /// # Errors
    /// A folder that cannot be made or written.
    pub fn prepare(&self) -> Result<(), Failure> {
        for folder in [&self.runs, &self.actions, &self.cache] {
            disk::make_folder(folder).map_err(|e| self.unusable(folder, &e))?;
        }
        if !Place::known().is_ok_and(|known| known == *self) || !Path::new(REMEMBERED).exists() {
            let remembered = Remembered { format_version: 2, state: self.base.clone() };
            let mut bytes = serde_json::to_vec(&remembered).map_err(Failure::error)?;
            seal::seal(&mut bytes, 0);
            disk::write_atomic(Path::new(REMEMBERED), &bytes)
                .map_err(|e| self.unusable(Path::new(REMEMBERED), &e))?;
        }
        Ok(())
    }

    fn unusable(&self, path: &Path, error: &std::io::Error) -> Failure {
        Failure::error(format!("cannot write {}: {error}", path.display()))
            .hint("patchform keeps journals and snapshots of its runs there; make the folder writable")
    }
}
