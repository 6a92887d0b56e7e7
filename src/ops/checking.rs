//! The configuration of the working folder, read and checked with its providers' schemas, and what it takes to start them.

use super::files::FilesOnDisk;
use super::inputs::Inputs;
use super::ledger::settle_ended;
use super::project::{self, Project};
use super::providers::{self, Gathered, Starter};
use super::{Failure, Place, view};
use crate::backend::{Local, local};
use crate::config::check::{self, Surroundings};
use crate::config::checked::{Config, Secret, Step};
use crate::config::inputs::{Input, Noting};
use crate::config::levels::Resolved;
use crate::config::load::Parsed;
use crate::config::lock::Lock;
use crate::config::schemas::Schemas;
use crate::config::source::Sources;
use crate::config::variables::VariableInputs;
use crate::engine::fleet::Fleet;
use crate::engine::secrets::Secrets;
use crate::model::{Diagnostic, Diagnostics, parts};
use crate::plan::noun::PinnedProvider;
use crate::provider::Watch;
use crate::state::State;
use patchform_sdk::message::{self, Desired, Subject};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A configuration that was checked with its providers' schemas.
pub struct Checked<T = Config> {
    /// The configuration.
    pub config: T,
    /// Its texts.
    pub sources: Sources,
    /// Complaints that are no errors.
    pub warnings: Diagnostics,
    /// What its expressions took from files.
    pub read: Vec<Input>,
    /// Where things are kept.
    pub place: Place,
    /// Its providers, not started.
    pub gathered: Gathered,
    /// What starting them takes.
    pub starter: Starter,
    /// The lock file, as it was read.
    pub(super) lock: Lock,
}

/// Reads and checks the configuration of the working folder.
///
/// # Errors
/// Everything that is wrong with it; a provider that cannot be found or is not the pinned one.
pub fn check(inputs: &Inputs, watch: Arc<dyn Watch>) -> Result<Checked, Failure> {
    checked(inputs, watch, Unresolved::Refused, check::check)
}

/// As [`check`]; a constraint on a level that the lock file has no level for stands for itself, so that it can be resolved.
///
/// # Errors
/// As [`check`].
pub(super) fn check_unresolved(inputs: &Inputs, watch: Arc<dyn Watch>) -> Result<Checked, Failure> {
    checked(inputs, watch, Unresolved::Kept, check::check)
}

/// As [`check_unresolved`], and each such constraint is warned of.
///
/// # Errors
/// As [`check`].
pub(super) fn check_telling(inputs: &Inputs, watch: Arc<dyn Watch>) -> Result<Checked, Failure> {
    checked(inputs, watch, Unresolved::Told, check::check)
}

/// What is made of constraints on levels that the lock file has no level for.
pub(super) enum Unresolved {
    /// They are wrong.
    Refused,
    /// They stand for themselves, and are warned of.
    Told,
    /// They stand for themselves: to be resolved.
    Kept,
}

/// Reads the working folder and lets `judge` check it.
pub(super) fn checked<T>(
    inputs: &Inputs,
    watch: Arc<dyn Watch>,
    unresolved: Unresolved,
    judge: impl FnOnce(
        &Parsed,
        &mut Sources,
        &Schemas,
        &VariableInputs,
        &Surroundings<'_>,
    ) -> Result<(T, Diagnostics), Diagnostics>,
) -> Result<Checked<T>, Failure> {
    let Project { mut sources, parsed, inputs, place, mut problems } = Project::load(inputs)?;
    let starter = Starter::new(&place, watch);
    let gathered = providers::read_lock(&place.lock_file).and_then(|lock| {
        let (required, kinds) = (parsed.required_providers(), parsed.kinds());
        let (types, configured) = (parsed.traffic_types(), parsed.configured_providers());
        let gathered = starter.gather(required, &kinds, &types, &configured, Some(&lock))?;
        Ok((gathered, lock))
    });
    let (mut gathered, lock) = match gathered {
        Ok(gathered) => gathered,
        // Without schemas nothing more can be said than what is wrong with the syntax.
        Err(_) if problems.has_errors() => return Err(Failure::configuration(sources, problems)),
        Err(failure) => return Err(failure),
    };
    problems.0.append(&mut gathered.problems.0);
    let folder = project::working_folder();
    let on_disk = FilesOnDisk::but(local::files(&place.state));
    let files = Noting::new(&on_disk);
    let levels = match unresolved {
        Unresolved::Refused => Resolved::All(&lock.levels),
        Unresolved::Told => Resolved::Told(&lock.levels),
        Unresolved::Kept => Resolved::AsFar(&lock.levels),
    };
    let around = project::around(&files, &folder, &place.workspace, levels);
    let broken = problems.has_errors();
    let (config, mut found) = match judge(&parsed, &mut sources, &gathered.schemas(), &inputs, &around) {
        Ok((config, warnings)) => (Some(config), warnings),
        Err(found) => (None, found),
    };
    gathered.explain(&mut found);
    drop_aside(parsed);
    problems.0.append(&mut found.0);
    match config {
        Some(config) if !broken => {
            let read = files.inputs();
            Ok(Checked { config, sources, warnings: problems, read, place, gathered, starter, lock })
        }
        _ => Err(Failure::configuration(sources, problems)),
    }
}

impl<T> Checked<T> {
    /// The configuration in what was made of it, and the rest of that.
    pub(super) fn map<M>(self, take: impl FnOnce(T) -> (Config, M)) -> (Checked, M) {
        let Checked { config, sources, warnings, read, place, gathered, starter, lock } = self;
        let (config, more) = take(config);
        (Checked { config, sources, warnings, read, place, gathered, starter, lock }, more)
    }
}

/// Gives back a large tree while the work goes on. Without a thread it is given back at once.
pub(super) fn drop_aside<T: Send + 'static>(tree: T) {
    let _ = std::thread::Builder::new().name("drop".into()).spawn(move || drop(tree));
}

impl Checked {
    /// Starts the providers that the configuration uses, gives them their blocks, and lets them validate components.
    ///
    /// # Errors
    /// A provider that fails, or what one complains about.
    pub fn start(&mut self) -> Result<Fleet, Failure> {
        let managing = self.config.components.iter().map(|c| c.provider);
        let directing = self.config.traffic.iter().map(|t| t.provider);
        let used: BTreeSet<&str> = managing.chain(directing).map(|i| self.provider_name(i)).collect();
        let secrets = self.secrets();
        self.starter.targets.hide(secrets.hidden());
        self.starter.targets.know(secrets.0);
        let fleet = self.starter.fleet(&self.gathered, &used)?;
        for block in &self.config.providers {
            fleet.configure(&block.name, &block.alias, &block.arguments).map_err(providers::missing)?;
        }
        let complaints = self.complaints(&fleet)?;
        self.warnings.0.extend(complaints.0);
        if self.warnings.has_errors() {
            return Err(Failure::configuration(
                std::mem::take(&mut self.sources),
                std::mem::take(&mut self.warnings),
            ));
        }
        Ok(fleet)
    }

    /// [`Checked::start`], and the state, which is read while the providers validate.
    ///
    /// # Errors
    /// Those of starting; a state that cannot be read.
    pub(super) fn start_and_read(&mut self) -> Result<(Fleet, Option<State>), Failure> {
        self.place.refuse_moved()?;
        let local = Local::new(&self.place.state);
        // A plan also works where nothing may be written; whoever applies it makes the folders.
        let _ = self.place.prepare();
        if let Err(failure) = settle_ended(&self.place, &local) {
            self.warnings.push(unsettled(&failure));
        }
        let place = self.place.clone();
        let (fleet, seen) = parts::beside(|| self.start(), || view::look(&place, &local));
        let (fleet, seen) = (fleet?, seen?);
        for damaged in seen.iter().flat_map(|seen| &seen.damaged) {
            self.warnings.push(Diagnostic::warning(damaged));
        }
        Ok((fleet, seen.map(|seen| seen.state)))
    }

    pub(super) fn provider_name(&self, provider: usize) -> &str {
        self.config.providers.get(provider).map_or("", |p| p.name.as_str())
    }

    fn complaints(&self, fleet: &Fleet) -> Result<Diagnostics, Failure> {
        let mut by_provider: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        // What is not resolved is no level that a provider could judge.
        let closed = self.config.components.iter().enumerate().filter(|(_, component)| !component.is_open());
        for (i, component) in closed {
            by_provider.entry(self.provider_name(component.provider)).or_default().push(i);
        }
        let mut all = Diagnostics::default();
        for (name, members) in by_provider {
            let Some(session) = fleet.session(name) else { continue };
            let complaints = session.validate(&members, |i| self.desired(*i)).map_err(providers::missing)?;
            // Instances of a block make the same mistake in one place: it is told once, with how many make it.
            let mut told: BTreeMap<_, (usize, Diagnostic, usize)> = BTreeMap::new();
            for complaint in complaints {
                let Some(i) = members.get(complaint.component) else { continue };
                let problem = self.diagnose(*i, complaint);
                let at = problem.primary.as_ref().map(|(span, _)| (span.file, span.start));
                let same = (at, problem.summary.clone(), problem.detail.clone());
                told.entry(same).or_insert((*i, problem, 0)).2 += 1;
            }
            for (i, problem, times) in told.into_values() {
                let address = &self.config.components[i].address;
                let who = match times {
                    1 => address.to_string(),
                    times => format!("{address}, and {} more", times - 1),
                };
                all.push(problem.with_value("component", who));
            }
        }
        Ok(all)
    }

    /// A component as its provider is asked for it.
    pub(super) fn desired(&self, i: usize) -> Desired {
        let component = &self.config.components[i];
        let alias = self.config.providers.get(component.provider).map_or("", |p| p.alias.as_str());
        Desired {
            subject: Subject {
                address: component.address.to_string(),
                kind: component.address.kind.to_string(),
                alias: alias.into(),
                arguments: component.arguments.to_json(),
                connection: (&component.connection).into(),
            },
            level: component.level.clone().into(),
        }
    }

    /// A provider's complaint, pointing at the argument that it names.
    fn diagnose(&self, i: usize, complaint: message::Complaint) -> Diagnostic {
        let component = &self.config.components[i];
        let first = complaint.path.first().and_then(Json::as_str);
        let span = match first {
            Some("patch_level") => component.level_span,
            Some(name) => component.argument_spans.get(name).unwrap_or(component.span),
            None => component.span,
        };
        let base = if complaint.warning { Diagnostic::warning } else { Diagnostic::error };
        let masked = |text: &str| self.starter.targets.masked(text);
        base(masked(&complaint.summary)).at(span, "").because(masked(&complaint.detail))
    }

    /// The providers as a plan pins them; indices as in [`Config::providers`].
    pub fn pinned(&self) -> Vec<PinnedProvider> {
        let lock = self.gathered.lock();
        let pinned = self.config.providers.iter().map(|block| {
            let pin = lock.providers.get(&block.name);
            PinnedProvider {
                name: block.name.clone(),
                alias: block.alias.clone(),
                source: pin.and_then(|p| p.source.clone()),
                version: pin.map_or_else(String::new, |p| p.version.clone()),
                digest: pin.and_then(|p| p.digest.clone()),
                arguments: crate::plan::draft::without_secrets(block.arguments.clone(), &block.secrets),
                secrets: block.secrets.clone(),
            }
        });
        pinned.collect()
    }

    /// Values of the sensitive variables that stand in arguments.
    pub fn secrets(&self) -> Secrets {
        let mut values = self.config.credentials.clone();
        let secret = self.config.components.iter().filter(|c| !c.secrets.is_empty());
        let components = secret.map(|c| (Cow::Owned(c.arguments.to_json()), &c.secrets));
        let blocks = self.config.providers.iter().map(|p| (Cow::Borrowed(&p.arguments), &p.secrets));
        let traffic = self.config.traffic.iter().map(|t| (Cow::Borrowed(&t.arguments), &t.secrets));
        for (arguments, secrets) in components.chain(blocks).chain(traffic) {
            for secret in secrets {
                if let Some(value) = value_at(&arguments, secret) {
                    values.insert(secret.variable.clone(), value.clone());
                }
            }
        }
        Secrets(values)
    }
}

fn value_at<'a>(arguments: &'a Json, secret: &Secret) -> Option<&'a Json> {
    secret.path.iter().try_fold(arguments, |at, step| match step {
        Step::Key(key) => at.get(key),
        Step::Index(i) => at.get(i),
    })
}

/// A run that has ended, but cannot be written into the state now: its components look held.
fn unsettled(failure: &Failure) -> Diagnostic {
    Diagnostic::warning("a run that has ended could not be written into the state").because(&failure.message)
}
