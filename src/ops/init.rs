//! `init`: finds the providers, pins their digests, prepares the state's place.

use super::inputs::Inputs;
use super::modules::{self, Library, Pins};
use super::plan::backend;
use super::project::Project;
use super::providers::{Starter, read_lock};
use super::{Failure, Place, runs};
use crate::backend::Local;
use crate::config::lock::Lock;
use crate::engine::lease;
use crate::provider::watch::Silent;
use crate::world::disk;
use std::path::PathBuf;
use std::sync::Arc;

/// What `init` did.
pub struct Initialized {
    /// One row per provider.
    pub providers: Vec<Row>,
    /// One row per repository of modules.
    pub modules: Vec<modules::Row>,
    /// Whether the lock file was written.
    pub lock_changed: bool,
    /// Path of the state.
    pub state: PathBuf,
    /// `new`, or how many components it holds.
    pub state_is: String,
    /// Where the state was before, if there is one and the configuration names another place now.
    pub state_was: Option<PathBuf>,
}

/// A provider that was found.
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Path of its executable; `None` when bundled.
    pub source: Option<String>,
    /// Digest of its executable; `None` when bundled.
    pub digest: Option<String>,
    /// `pinned`, `unchanged` or `pinned anew: its executable changed`.
    pub change: &'static str,
}

/// Initializes the working folder.
///
/// # Errors
/// A configuration that cannot be parsed, a provider that cannot be found or described, a folder that cannot be written.
pub fn init(inputs: &Inputs, pins: Pins) -> Result<Initialized, Failure> {
    let before = read_lock(&Place::lock_file())?;
    let mut library = Library::here(before.modules.clone())?.fetching(pins);
    let project = Project::load_with(inputs, &mut library)?.sound()?;
    let (modules, fetched) = library.finish();
    // One that is damaged is written anew.
    let old = project.place.moved_from().ok().flatten();
    if let Some(old) = &old {
        old.refuse_open(&project.place)?;
        // Before it is remembered that the state is elsewhere: `init` may be killed in between.
        let known = Local::new(&old.state).read().ok().flatten().map_or(0, |state| state.token);
        lease::go_on_from(&old.runs, known, &project.place.runs).map_err(runs::leased)?;
    }
    project.place.prepare()?;
    let starter = Starter::new(&project.place, Arc::new(Silent));
    let parsed = &project.parsed;
    let gathered = starter.gather(
        parsed.required_providers(),
        &parsed.kinds(),
        &parsed.traffic_types(),
        &parsed.configured_providers(),
        None,
    )?;
    if gathered.problems.has_errors() {
        return Err(Failure::configuration(project.sources, gathered.problems));
    }
    let after = Lock { modules, levels: before.levels.clone(), ..gathered.lock() };
    let lock_changed = before != after || !project.place.lock_file.exists();
    if lock_changed {
        disk::write_public(&project.place.lock_file, after.write().as_bytes()).map_err(|e| {
            Failure::error(format!("cannot write {}: {e}", project.place.lock_file.display()))
        })?;
    }
    let state = Local::new(&project.place.state).read().map_err(backend)?;
    let state_is = state.map_or_else(|| "new".into(), |s| format!("{} components", s.records.len()));
    let Place { state, .. } = project.place;
    let state_was = old.map(|old| old.state).filter(|old| old.exists());
    let providers = rows(&before, after);
    Ok(Initialized { providers, modules: fetched, lock_changed, state, state_is, state_was })
}

fn rows(before: &Lock, after: Lock) -> Vec<Row> {
    let row = |(name, pin): (String, crate::config::lock::Pin)| {
        let change = match before.providers.get(&name) {
            None => "pinned",
            Some(known) if *known == pin => "unchanged",
            Some(_) => "pinned anew: it changed",
        };
        Row { name, version: pin.version, source: pin.source, digest: pin.digest, change }
    };
    after.providers.into_iter().map(row).collect()
}
