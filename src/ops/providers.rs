//! Finds, describes and starts the providers that a configuration needs; keeps the lock file's promise.

use super::{Failure, Place};
use crate::config::checked::RequiredProvider;
use crate::config::lock::{Lock, Pin};
use crate::config::schemas::Schemas;
use crate::config::source::Sources;
use crate::engine::fleet::Fleet;
use crate::engine::secrets::Secrets;
use crate::model::{Absence, Diagnostic, Diagnostics};
use crate::plan::noun::PinnedProvider;
use crate::provider::cache::{Cache, Described};
use crate::provider::locate::{BUNDLED, Located, Source, locate};
use crate::provider::session::Patience;
use crate::provider::watch::OfTargets;
use crate::provider::{Launch, ProviderError, Session, Watch};
use crate::target::Targets;
use crate::world::disk;
use patchform_sdk::message::{Kind, TrafficType};
use patchform_versions::{Constraint, Scheme};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A provider that was found and described, not necessarily started.
pub struct Known {
    /// Its program.
    pub located: Located,
    /// What it says of itself.
    pub described: Described,
}

/// Everything that starting a provider takes.
pub struct Starter {
    /// Where callbacks of providers go.
    pub targets: Arc<Targets>,
    /// Who is told of progress and log lines.
    pub watch: Arc<dyn Watch>,
    store: PathBuf,
    cache: Cache,
}

impl Starter {
    /// For the folder whose things are at `place`.
    pub fn new(place: &Place, watch: Arc<dyn Watch>) -> Starter {
        let told = Arc::new(OfTargets(Arc::clone(&watch)));
        let targets = Arc::new(Targets::new(&place.actions, Path::new(".")).watched_by(told));
        Starter { store: place.store(), targets, watch, cache: Cache::new(&place.cache) }
    }

    /// Starts one provider.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub fn start(&self, located: &Located) -> Result<Session, ProviderError> {
        Session::start(Launch {
            name: located.name.clone(),
            program: located.program.clone(),
            arguments: located.arguments.clone(),
            folder: ".".into(),
            store: self.store.clone(),
            targets: Arc::clone(&self.targets),
            watch: Arc::clone(&self.watch),
            patience: Patience::default(),
        })
    }

    /// What a provider says of itself, from the cache where it is there.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub fn describe(&self, located: Located) -> Result<Known, ProviderError> {
        if let Some(described) = self.cache.get(&located) {
            return Ok(Known { located, described });
        }
        let session = self.start(&located)?;
        let described = Described { identity: session.identity().clone(), description: session.describe()? };
        self.cache.put(&located, &described);
        Ok(Known { located, described })
    }

    /// Finds and describes what `required` names, and the bundled providers that offer one of `kinds` or of the `types` of
    /// traffic, or that `configured` names. With a `lock`, a foreign one that is not the pinned one is not started.
    ///
    /// # Errors
    /// A provider that cannot be started or described.
    pub fn gather(
        &self,
        required: &BTreeMap<String, RequiredProvider>,
        kinds: &BTreeSet<&str>,
        types: &BTreeSet<&str>,
        configured: &BTreeSet<&str>,
        lock: Option<&Lock>,
    ) -> Result<Gathered, Failure> {
        let (mut known, mut unused, mut problems) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let mut lacks_some = false;
        for (name, row) in required {
            let located = match locate(name, row.source.as_deref(), Path::new("")) {
                Ok(located) => located,
                Err(why) => {
                    problems.push(not_there(name, row, &why));
                    lacks_some = true;
                    continue;
                }
            };
            if let Some(problem) = lock.and_then(|lock| unpinned(lock, row, &located)) {
                problems.push(problem);
                lacks_some = true;
                continue;
            }
            let found = match self.describe(located) {
                Ok(found) => found,
                Err(why) => {
                    problems.push(not_described(name, row, &why));
                    lacks_some = true;
                    continue;
                }
            };
            problems.extend(unfit(name, row, &found));
            known.insert(name.clone(), found);
        }
        for row in BUNDLED.iter().filter(|row| !required.contains_key(row.name)) {
            let bundled =
                self.describe(locate(row.name, None, Path::new("")).map_err(missing)?).map_err(missing)?;
            let description = &bundled.described.description;
            let offers = description.kinds.keys().any(|kind| kinds.contains(kind.as_str()));
            let directs = description.traffic.keys().any(|kind| types.contains(kind.as_str()));
            let used = offers || directs || configured.contains(row.name);
            if used { &mut known } else { &mut unused }.insert(row.name.into(), bundled);
        }
        Ok(Gathered { known, unused, problems: Diagnostics(problems), lacks_some })
    }

    /// Starts the providers of `gathered` that `used` names.
    ///
    /// # Errors
    /// A provider that cannot be started.
    pub fn fleet(&self, gathered: &Gathered, used: &BTreeSet<&str>) -> Result<Fleet, Failure> {
        let mut fleet = Fleet::default();
        for (name, known) in gathered.known.iter().filter(|(name, _)| used.contains(name.as_str())) {
            let session = self.start(&known.located).map_err(missing)?;
            fleet.add(name, session, known.described.description.clone());
        }
        Ok(fleet)
    }

    /// Starts the providers that a plan pinned, exactly those, and gives them their blocks.
    ///
    /// # Errors
    /// A provider that cannot be started, or is not the one that was pinned; a secret that is missing.
    pub fn pinned_fleet(
        &self,
        pinned: &[PinnedProvider],
        needed: &BTreeSet<usize>,
        secrets: &Secrets,
        lenience: &Lenience<'_>,
    ) -> Result<Pinned, Failure> {
        self.targets.hide(secrets.hidden());
        self.targets.know(secrets.0.clone());
        if let Some(name) = lenience.accepted.iter().find(|name| pinned.iter().all(|p| p.name != **name)) {
            return Err(Failure::error(format!("the run has no provider `{name}` that could be accepted")));
        }
        let mut found = Pinned::default();
        for provider in needed.iter().filter_map(|i| pinned.get(*i)) {
            if found.fleet.session(&provider.name).is_some() {
                continue;
            }
            let of_it = needed.iter().filter_map(|i| pinned.get(*i)).filter(|p| p.name == provider.name);
            let unknown = of_it.filter_map(|p| secrets.fill(&p.arguments, &p.secrets).err()).next();
            let started = match unknown {
                Some(secret) => Err(super::secrets::missing(secret)),
                None => self.start_pinned(provider, lenience, &mut found),
            };
            match started {
                Err(failure) if lenience.may_be_missing => found.missing.push(failure.message),
                started => started?,
            }
        }
        for provider in needed.iter().filter_map(|i| pinned.get(*i)) {
            if found.fleet.session(&provider.name).is_some() {
                let arguments =
                    secrets.fill(&provider.arguments, &provider.secrets).map_err(super::secrets::missing)?;
                found.fleet.configure(&provider.name, &provider.alias, &arguments).map_err(missing)?;
            }
        }
        Ok(found)
    }

    /// Starts one, where it is the pinned one or accepted.
    fn start_pinned(
        &self,
        provider: &PinnedProvider,
        lenience: &Lenience<'_>,
        found: &mut Pinned,
    ) -> Result<(), Failure> {
        let name = &provider.name;
        let gone = |error| missing(error).hint(lenience.way_without());
        let located = locate(name, provider.source.as_deref(), Path::new("")).map_err(gone)?;
        if let (Source::Foreign { path, digest }, Some(wanted)) = (&located.source, &provider.digest)
            && digest != wanted
        {
            if !lenience.accepted.contains(name) {
                return Err(Failure::locked(format!(
                    "provider `{name}` is not the one that the plan was made with: {path} has the digest {digest}, the plan \
                     pinned {wanted}"
                ))
                .hint(lenience.way_out(name)));
            }
            found.accepted.push(format!("the provider `{name}` as it is now (sha256 {digest})"));
        }
        let known = self.describe(located).map_err(gone)?;
        let session = self.start(&known.located).map_err(gone)?;
        found.fleet.add(name, session, known.described.description);
        Ok(())
    }
}

/// What is done about a provider that is not the pinned one.
#[derive(Debug, Default)]
pub struct Lenience<'a> {
    /// Names of those that are accepted as they are now.
    pub accepted: &'a [String],
    /// Whether the run is an open one, of which some may be accepted.
    pub is_open: bool,
    /// Whether the others may be missing: what they manage cannot be asked then.
    pub may_be_missing: bool,
}

impl Lenience<'_> {
    /// What is done about a provider that does not start.
    fn way_without(&self) -> String {
        self.way_back_or(
            ", and give the command again; or let go of the run as it stands: `patchform run abandon`, with --leave-running \
             ADDRESS for what cannot be asked without it",
        )
    }

    /// What is done about a provider that is another one.
    fn way_out(&self, name: &str) -> String {
        self.way_back_or(&format!(
            "; or accept this one, if you know that it does the same with what the other one has left: --accept-provider {name}"
        ))
    }

    fn way_back_or(&self, open: &str) -> String {
        let or = if self.is_open { open } else { ", or make a new plan" };
        format!("put the executable back that the plan was made with{or}")
    }
}

/// The providers of a plan.
#[derive(Default)]
pub struct Pinned {
    /// Those that run.
    pub fleet: Fleet,
    /// What was accepted, for the journal.
    pub accepted: Vec<String>,
    /// Why others do not run.
    pub missing: Vec<String>,
}

/// A provider that is asked for and not there.
fn not_there(name: &str, row: &RequiredProvider, why: &ProviderError) -> Diagnostic {
    let why = match why {
        ProviderError::Start { why, .. } => why.clone(),
        other => other.to_string(),
    };
    let bundled: Vec<&str> = BUNDLED.iter().map(|bundled| bundled.name).collect();
    let written = format!("{name} = {{ source = \"./bin/patchform-provider-{name}\" }}");
    let needless = format!("These are bundled and need no source: {}.", bundled.join(", "));
    let (because, help) = match row.source.as_deref() {
        None => (
            "It is not bundled with patchform.".to_string(),
            format!("Say where its executable is: {written}. {needless}"),
        ),
        Some(source) if bundled.contains(&name) => (
            format!("{source}: {why}."),
            "It is bundled: leave `source` out, which names an executable to be taken in its place."
                .to_string(),
        ),
        Some(source) if source.starts_with(['.', '/']) => (
            format!("{source}: {why}."),
            "Put its executable there, or correct the path: it is relative to the configuration's folder."
                .to_string(),
        ),
        // As Terraform names what its registry holds.
        Some(source) => (
            format!("{source}: {why}. There is no registry: `source` is the path of an executable."),
            format!("Write {written}, with the path of its executable. {needless}"),
        ),
    };
    let problem = Diagnostic::error(format!("Provider `{name}` is not there")).because(because).help(help);
    at_source(problem, row)
}

/// A provider that is there, and does not say what it offers.
fn not_described(name: &str, row: &RequiredProvider, why: &ProviderError) -> Diagnostic {
    let problem = Diagnostic::error(format!("Provider `{name}` does not say what it offers"))
        .because(format!("{why}."))
        .help(format!("`patchform provider schema {name}` asks it alone; its author can mend it."));
    at_source(problem, row)
}

/// Points at where a provider's executable is named.
fn at_source(problem: Diagnostic, row: &RequiredProvider) -> Diagnostic {
    match row.source_span.or(row.span) {
        Some(at) => problem.at(at, ""),
        None => problem,
    }
}

/// Holds a provider's version against what its row in `required_providers` asks for.
fn unfit(name: &str, row: &RequiredProvider, found: &Known) -> Option<Diagnostic> {
    let wanted = row.version.as_deref()?;
    let version = &found.described.identity.version;
    let (what, way_out) = match &found.located.source {
        Source::Bundled => {
            ("bundled with this patchform".to_string(), "Use the version of patchform that brings it")
        }
        Source::Foreign { path, .. } => (path.clone(), "Put an executable there that fits"),
    };
    let problem = |summary: String, label: String| match row.version_span.or(row.span) {
        Some(at) => Diagnostic::error(summary).at(at, label),
        None => Diagnostic::error(summary),
    };
    let parsed = match Scheme::Semver.parse(version) {
        Ok(parsed) => parsed,
        Err(wrong) => {
            let summary = format!("The version of provider `{name}` cannot be held against {wanted:?}");
            let detail = format!("The provider ({what}) says that its version is {version:?}: {wrong}.");
            let help = "Take `version` out of this row, or tell the provider's author.";
            return Some(problem(summary, String::new()).because(detail).help(help));
        }
    };
    // The requirement was parsed when the configuration was read.
    let fits = Constraint::parse(Scheme::Semver, wanted).is_ok_and(|c| c.matches(&parsed));
    (!fits).then(|| {
        let summary = format!("Provider `{name}` ({what}) is version {version}; {wanted:?} is asked for");
        problem(summary, format!("{version} does not fit"))
            .help(format!("{way_out}, or change `version` in this row of required_providers."))
    })
}

/// The providers of a configuration.
pub struct Gathered {
    /// Those it uses, by name.
    pub known: BTreeMap<String, Known>,
    /// Bundled ones that it does not use: for suggestions.
    unused: BTreeMap<String, Known>,
    /// Those that are not there or not pinned, and versions that are not what `required_providers` asks for.
    pub problems: Diagnostics,
    /// Whether some are not there or not pinned: what they offer is unknown.
    lacks_some: bool,
}

impl Gathered {
    /// What the checker needs to know of them.
    pub fn schemas(&self) -> Schemas {
        let mut schemas = Schemas::new();
        for (name, known) in self.known.iter().chain(&self.unused) {
            schemas.add(name.as_str(), known.described.description.clone());
        }
        schemas
    }

    /// Takes out of `found` what only follows from providers that are not there.
    pub fn explain(&self, found: &mut Diagnostics) {
        found.0.retain(|problem| !self.lacks_some || problem.absence != Some(Absence::Provider));
    }

    /// The lock file that fits them.
    pub fn lock(&self) -> Lock {
        let pins = self.known.iter().map(|(name, known)| (name.clone(), pin(known)));
        Lock { providers: pins.collect(), ..Lock::default() }
    }
}

/// Says that the lock file does not pin a foreign provider, or pins it to another executable: it is not started then.
fn unpinned(lock: &Lock, row: &RequiredProvider, located: &Located) -> Option<Diagnostic> {
    let Source::Foreign { path, digest } = &located.source else { return None };
    let name = &located.name;
    let pinned = lock.providers.get(name).map(|pin| pin.digest.as_deref());
    let problem = match pinned {
        Some(Some(pinned)) if pinned == digest => return None,
        None => Diagnostic::error(format!("Provider `{name}` is not pinned in patchform.lock.hcl"))
            .because("An executable is started only if its digest stands there.")
            .help("Run `patchform init`, and commit the lock file."),
        Some(pinned) => {
            let pins = pinned.map_or("the bundled one".to_string(), |digest| format!("the digest {digest}"));
            Diagnostic::error(format!("Provider `{name}` is not the one that patchform.lock.hcl pins"))
                .because(format!("{path} has the digest {digest}; {pins} is pinned."))
                .help("If you changed it on purpose, run `patchform init` and commit the lock file; otherwise find out who did.")
        }
    };
    Some(at_source(problem, row))
}

fn pin(known: &Known) -> Pin {
    let version = known.described.identity.version.clone();
    match &known.located.source {
        Source::Bundled => Pin { source: None, version, digest: None },
        Source::Foreign { path, digest } => {
            Pin { source: Some(path.clone()), version, digest: Some(digest.clone()) }
        }
    }
}

/// A provider that is not there or cannot be spoken with.
pub fn missing(error: ProviderError) -> Failure {
    Failure::error(error)
}

/// Reads the lock file; an absent one pins nothing.
///
/// # Errors
/// A lock file that cannot be read or understood.
pub fn read_lock(path: &Path) -> Result<Lock, Failure> {
    let bytes = match disk::read(path, 16 << 20) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Lock::default()),
        Err(e) => return Err(Failure::error(format!("cannot read {}: {e}", path.display()))),
    };
    let mut sources = Sources::new();
    let read = match sources.add(&path.display().to_string(), &bytes) {
        Ok(file) => Lock::read(&sources, file),
        Err(problem) => Err(problem.into()),
    };
    read.map_err(|problems| Failure {
        diagnostics: Some(Box::new((sources, problems))),
        ..Failure::error(format!("{} cannot be understood; nothing was done", path.display()))
            .hint("take it from git again, or delete it, run `patchform init`, and `patchform propose` for the levels of constraints")
    })
}

/// A row of `provider list`.
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `bundled`, or its path.
    pub from: String,
    /// The kinds it offers.
    pub kinds: Vec<String>,
}

/// The bundled providers, and the foreign ones of the configuration in the working folder, if there is one.
///
/// # Errors
/// A provider that cannot be found or described.
pub fn list() -> Result<Vec<Row>, Failure> {
    let row = |known: Known| Row {
        from: match &known.located.source {
            Source::Bundled => "bundled".into(),
            Source::Foreign { path, .. } => path.clone(),
        },
        kinds: known.described.description.kinds.keys().cloned().collect(),
        version: known.described.identity.version,
        name: known.located.name,
    };
    Ok(every()?.into_iter().map(row).collect())
}

/// A kind of component.
pub struct KindRow {
    /// The provider that offers it.
    pub provider: String,
    /// Its name.
    pub name: String,
    /// What its provider says of it.
    pub kind: Kind,
}

/// The kinds of all providers that [`list`] lists.
///
/// # Errors
/// As [`list`].
pub fn kinds() -> Result<Vec<KindRow>, Failure> {
    let rows = every()?.into_iter().flat_map(|known| {
        let provider = known.located.name;
        let kinds = known.described.description.kinds.into_iter();
        kinds.map(move |(name, kind)| KindRow { provider: provider.clone(), name, kind })
    });
    Ok(rows.collect())
}

/// The types of traffic of all providers that [`list`] lists, by their names.
///
/// # Errors
/// As [`list`].
pub fn traffic_types() -> Result<Vec<(String, TrafficType)>, Failure> {
    Ok(every()?.into_iter().flat_map(|known| known.described.description.traffic).collect())
}

fn every() -> Result<Vec<Known>, Failure> {
    let place = Place::known()?;
    let starter = Starter::new(&place, Arc::new(crate::provider::watch::Silent));
    let mut known = Vec::new();
    for row in BUNDLED {
        known.push(
            starter.describe(locate(row.name, None, Path::new("")).map_err(missing)?).map_err(missing)?,
        );
    }
    for (name, pin) in read_lock(&place.lock_file)?.providers {
        if let Some(source) = &pin.source {
            let located = locate(&name, Some(source), Path::new("")).map_err(missing)?;
            known.push(starter.describe(located).map_err(missing)?);
        }
    }
    Ok(known)
}

/// What a provider says of itself: a bundled one, or one that the lock file names.
///
/// # Errors
/// There is none of that name, or it cannot be described.
pub fn describe(name: &str) -> Result<Described, Failure> {
    let place = Place::known()?;
    let source = read_lock(&place.lock_file)?.providers.remove(name).and_then(|pin| pin.source);
    let starter = Starter::new(&place, Arc::new(crate::provider::watch::Silent));
    let located = locate(name, source.as_deref(), Path::new("")).map_err(missing)?;
    Ok(starter.describe(located).map_err(missing)?.described)
}

/// The command line of a provider, and its contract file: for the contract suite.
///
/// # Errors
/// There is no such provider, or no contract file.
pub fn contract(provider: &str, file: Option<&Path>) -> Result<(Vec<String>, std::path::PathBuf), Failure> {
    let path = Path::new(provider);
    let bundled = BUNDLED.iter().any(|row| row.name == provider);
    let source = (!bundled).then_some(provider);
    let located = locate(provider, source, Path::new("")).map_err(missing)?;
    let beside = disk::folder_of(path).join("contract.json");
    let file = match file {
        Some(file) => file.to_path_buf(),
        None if !bundled && beside.exists() => beside,
        None => {
            return Err(Failure::error(format!("there is no contract file for provider `{provider}`"))
                .hint("name it with --contract; docs/protocol.md says what stands in it"));
        }
    };
    let mut command = vec![located.program.to_string_lossy().into_owned()];
    command.extend(located.arguments);
    Ok((command, file))
}
