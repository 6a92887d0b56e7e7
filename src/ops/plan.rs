//! `plan`: reads, compares, previews.

use super::files::FilesOnDisk;
use super::inputs::Inputs;
use super::ledger::settle_ended;
use super::project::{self, Project};
use super::providers::{self, Gathered, Starter};
use super::{Failure, Place};
use super::{key, runs, view};
use crate::backend::Local;
use crate::config::check::{self, Surroundings};
use crate::config::checked::{Config, Secret, Step};
use crate::config::inputs::{Input, Noting};
use crate::config::load::Parsed;
use crate::config::schemas::Schemas;
use crate::config::source::Sources;
use crate::config::variables::VariableInputs;
use crate::engine::fleet::Fleet;
use crate::engine::secrets::Secrets;
use crate::engine::{observe, preview};
use crate::model::{Address, Diagnostic, Diagnostics, Purpose, Selection};
use crate::plan::noun::{Entry, Observed, PinnedProvider, Verdict};
use crate::plan::{Changes, Draft, Facts, Focus, Making, Plan, moves, stored, undo};
use crate::provider::Watch;
use crate::report::reason::left;
use crate::state::{Owed, State};
use crate::world::{clock, disk, random};
use patchform_sdk::message::{self, Desired, Order, Subject};
use patchform_versions::Scheme;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// What is to be planned.
#[derive(Debug, Clone)]
pub struct Request {
    /// Values of variables.
    pub inputs: Inputs,
    /// `--target`
    pub targets: Vec<Selection>,
    /// `--exclude`
    pub excludes: Vec<Selection>,
    /// Whether components are read.
    pub refresh: bool,
    /// Whether only records change.
    pub refresh_only: bool,
}

/// The stages of a plan, for progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The configuration is read and checked.
    Checking,
    /// So many components are read.
    Reading(usize),
    /// So many changes are previewed.
    Previewing(usize),
    /// Nothing goes on any more.
    Done,
}

/// Told of the stages.
pub trait Stages {
    /// A stage begins.
    fn stage(&mut self, stage: Stage);
    /// Who is told of what providers say, from their start on.
    fn watch(&self) -> Arc<dyn Watch>;
}

/// A plan, and everything at hand that applying it needs.
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// Its configuration's texts.
    pub sources: Sources,
    /// Complaints that are no errors.
    pub warnings: Diagnostics,
    /// Where things are kept.
    pub place: Place,
    /// The providers, started.
    pub fleet: Fleet,
    /// What starting providers takes.
    pub starter: Starter,
    /// Values of sensitive variables.
    pub secrets: Secrets,
    /// The state that it was made against; `None` when there was none.
    pub state: Option<State>,
}

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
}

/// Reads and checks the configuration of the working folder.
///
/// # Errors
/// Everything that is wrong with it; a provider that cannot be found or is not the pinned one.
pub fn check(inputs: &Inputs, watch: Arc<dyn Watch>) -> Result<Checked, Failure> {
    checked(inputs, watch, check::check)
}

/// Reads the working folder and lets `judge` check it.
pub(super) fn checked<T>(
    inputs: &Inputs,
    watch: Arc<dyn Watch>,
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
        starter.gather(
            parsed.required_providers(),
            &parsed.kinds(),
            &parsed.configured_providers(),
            Some(&lock),
        )
    });
    let mut gathered = match gathered {
        Ok(gathered) => gathered,
        // Without schemas nothing more can be said than what is wrong with the syntax.
        Err(_) if problems.has_errors() => return Err(Failure::configuration(sources, problems)),
        Err(failure) => return Err(failure),
    };
    problems.0.append(&mut gathered.problems.0);
    let folder = project::working_folder();
    let files = Noting::new(&FilesOnDisk);
    let around = project::around(&files, &folder, &place.workspace);
    let broken = problems.has_errors();
    let (config, mut found) = match judge(&parsed, &mut sources, &gathered.schemas(), &inputs, &around) {
        Ok((config, warnings)) => (Some(config), warnings),
        Err(found) => (None, found),
    };
    drop_aside(parsed);
    problems.0.append(&mut found.0);
    match config {
        Some(config) if !broken => {
            let read = files.inputs();
            Ok(Checked { config, sources, warnings: problems, read, place, gathered, starter })
        }
        _ => Err(Failure::configuration(sources, problems)),
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
        let used: BTreeSet<&str> =
            self.config.components.iter().map(|c| self.provider_name(c.provider)).collect();
        self.starter.targets.hide(self.secrets().hidden());
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
    fn start_and_read(&mut self) -> Result<(Fleet, Option<State>), Failure> {
        self.place.refuse_moved()?;
        let local = Local::new(&self.place.state);
        // A plan also works where nothing may be written; whoever applies it makes the folders.
        let _ = self.place.prepare();
        if let Err(failure) = settle_ended(&self.place, &local) {
            self.warnings.push(unsettled(&failure));
        }
        let place = self.place.clone();
        let (fleet, seen) = std::thread::scope(|scope| {
            let seen = scope.spawn(|| view::look(&place, &local));
            let fleet = self.start();
            (fleet, seen.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let (fleet, seen) = (fleet?, seen?);
        for damaged in seen.iter().flat_map(|seen| &seen.damaged) {
            self.warnings.push(Diagnostic::warning(damaged));
        }
        Ok((fleet, seen.map(|seen| seen.state)))
    }

    fn provider_name(&self, provider: usize) -> &str {
        self.config.providers.get(provider).map_or("", |p| p.name.as_str())
    }

    fn complaints(&self, fleet: &Fleet) -> Result<Diagnostics, Failure> {
        let mut by_provider: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (i, component) in self.config.components.iter().enumerate() {
            by_provider.entry(self.provider_name(component.provider)).or_default().push(i);
        }
        let mut all = Diagnostics::default();
        for (name, members) in by_provider {
            let Some(session) = fleet.session(name) else { continue };
            let complaints = session.validate(&members, |i| self.desired(*i)).map_err(providers::missing)?;
            for complaint in complaints {
                if let Some(i) = members.get(complaint.component) {
                    all.push(self.diagnose(*i, complaint));
                }
            }
        }
        Ok(all)
    }

    fn desired(&self, i: usize) -> Desired {
        let component = &self.config.components[i];
        let alias = self.config.providers.get(component.provider).map_or("", |p| p.alias.as_str());
        Desired {
            subject: Subject {
                address: component.address.to_string(),
                kind: component.address.kind.to_string(),
                alias: alias.into(),
                arguments: component.arguments.to_json(),
                connection: message::Connection {
                    kind: component.connection.kind.clone(),
                    arguments: component.connection.arguments.clone(),
                },
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
        base(masked(&complaint.summary))
            .at(span, "")
            .because(masked(&complaint.detail))
            .with_value("component", component.address.to_string())
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
        let mut values = BTreeMap::new();
        let secret = self.config.components.iter().filter(|c| !c.secrets.is_empty());
        let components = secret.map(|c| (Cow::Owned(c.arguments.to_json()), &c.secrets));
        let blocks = self.config.providers.iter().map(|p| (Cow::Borrowed(&p.arguments), &p.secrets));
        for (arguments, secrets) in components.chain(blocks) {
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

/// What abandoned runs left undone and `plan` does not do: where the component is blocked, held or left out, and where neither
/// the configuration nor a record names it.
fn left_undone(plan: &Plan, state: &State) -> Vec<Diagnostic> {
    let warning = |(address, owed): (&Address, &Owed)| {
        let entry = plan.entries.binary_search_by(|entry| entry.address.cmp(address)).ok();
        let help = match entry.map(|i| &plan.entries[i].verdict) {
            Some(Verdict::Change(_)) => return None,
            Some(Verdict::Forget) => {
                "this plan forgets that, too: declare it again, and it is done".to_string()
            }
            Some(_) => "this plan does not do it: a later one does, once nothing is in the way".to_string(),
            None => format!(
                "no plan does it, since there is neither a block nor a record of it: declare it again, or look at its \
                 target and forget it with `patchform state rm '{address}'`"
            ),
        };
        let summary = format!("{address} still needs {}", owed.steps());
        Some(Diagnostic::warning(summary).because(left(owed)).help(help))
    };
    state.owed.iter().filter_map(warning).collect()
}

/// Makes a plan towards the configuration.
///
/// # Errors
/// See [`Failure`]; nothing was changed.
pub fn plan(request: &Request, stages: &mut dyn Stages) -> Result<Planned, Failure> {
    stages.stage(Stage::Checking);
    let mut checked = check(&request.inputs, stages.watch())?;
    let (fleet, state) = checked.start_and_read()?;
    let secrets = checked.secrets();
    let fresh;
    let known = match &state {
        Some(state) => state,
        None => {
            fresh = fresh_state()?;
            &fresh
        }
    };
    let declared = checked.config.components.iter().map(|component| &component.address);
    let moved = moves::resolve(&checked.config.moves, declared, known).map_err(Failure::error)?;
    let after_moves;
    let known = if moved.is_empty() {
        known
    } else {
        let mut state = known.clone();
        moves::apply(&moved, &mut state);
        after_moves = state;
        &after_moves
    };
    let purpose = if request.refresh_only { Purpose::RefreshOnly } else { Purpose::Apply };
    let mut draft =
        Draft::of_config(&checked.config, checked.pinned(), known, purpose).map_err(Failure::error)?;
    draft.moves = moved;
    if !checked.read.is_empty() {
        let key = key::made(&checked.place)?;
        draft.inputs = std::mem::take(&mut checked.read).into_iter().map(|input| input.keyed(&key)).collect();
    }
    let focus = Focus::of(&draft, &request.targets, &request.excludes).map_err(Failure::error)?;
    let plan =
        draft_to_plan(draft, &focus, known, &fleet, &secrets, request.refresh, &checked.place, stages)?;
    checked.warnings.0.extend(left_undone(&plan, known));
    let Checked { config, sources, warnings, place, starter, .. } = checked;
    drop_aside(config);
    Ok(Planned { plan, sources, warnings, place, fleet, starter, secrets, state })
}

/// Reads, compares and previews what a draft wants.
///
/// # Errors
/// See [`Failure`]; nothing was changed.
#[allow(clippy::too_many_arguments, reason = "each is another noun of the pipeline")]
pub(super) fn draft_to_plan(
    draft: Draft,
    focus: &Focus,
    state: &State,
    fleet: &Fleet,
    secrets: &Secrets,
    refresh: bool,
    place: &Place,
    stages: &mut dyn Stages,
) -> Result<Plan, Failure> {
    let which = if refresh { draft.to_read(focus) } else { Vec::new() };
    stages.stage(Stage::Reading(which.len()));
    let readings = observe::observe(fleet, &draft.providers, &draft.entries, &which, secrets)
        .map_err(providers::missing)?;
    let leases = runs::leases(&place.runs)?;
    let changes = compare(draft, readings, state, &leases, focus, fleet);
    stages.stage(Stage::Previewing(changes.to_preview().len()));
    let purpose = changes.draft.purpose.clone();
    let taken = |entry: &crate::plan::noun::Entry, level: Option<&crate::model::PatchLevel>| {
        undo::snapshot_before(state, &purpose, &entry.address, level)
    };
    let previews = preview::preview(fleet, &changes, &taken, secrets).map_err(providers::missing)?;
    let names: Vec<String> = changes.draft.providers.iter().map(|p| p.name.clone()).collect();
    let can = |entry: &crate::plan::noun::Entry| {
        fleet.can_as(names.get(entry.provider).map_or("", String::as_str), entry)
    };
    let before = |entry: &crate::plan::noun::Entry| taken(entry, None);
    let making = Making {
        workspace: &place.workspace,
        program: env!("CARGO_PKG_VERSION"),
        now: clock::now(),
        can: &can,
        stored: &before,
    };
    let plan = crate::plan::make(changes, previews, &making);
    stages.stage(Stage::Done);
    Ok(plan)
}

fn compare(
    draft: Draft,
    readings: Vec<Observed>,
    state: &State,
    leases: &crate::plan::Leases,
    focus: &Focus,
    fleet: &Fleet,
) -> Changes {
    let order = |kind: &str, a: &str, b: &str| order(fleet, kind, a, b);
    let facts = Facts { state, compare: &order, leases, focus };
    crate::plan::diff(draft, readings, &facts)
}

/// How two versions of a kind compare, by the scheme that its provider names.
fn order(fleet: &Fleet, kind: &str, a: &str, b: &str) -> Option<Ordering> {
    let (provider, described) =
        fleet.descriptions().find_map(|(name, d)| Some((name, d.kinds.get(kind)?)))?;
    if described.scheme == "own" {
        let answer = fleet.session(provider)?.compare(kind, &[(a.into(), b.into())]).ok()?;
        return match answer.first()? {
            Order::Less => Some(Ordering::Less),
            Order::Equal => Some(Ordering::Equal),
            Order::Greater => Some(Ordering::Greater),
            Order::Unknown => None,
        };
    }
    let scheme = Scheme::from_name(&described.scheme).unwrap_or(Scheme::Natural);
    scheme.compare(a, b).ok()
}

/// A state that knows nothing yet, with a lineage of its own.
pub(super) fn fresh_state() -> Result<State, Failure> {
    let lineage =
        random::hex(16).map_err(|e| Failure::error(format!("no randomness for the state's lineage: {e}")))?;
    Ok(State::new(lineage, env!("CARGO_PKG_VERSION")))
}

/// What went wrong with the state.
pub(super) fn backend(error: crate::backend::BackendError) -> Failure {
    use crate::backend::BackendError as E;
    use crate::state::stored::StoredError;
    match &error {
        E::Locked { .. } | E::Foreign { .. } | E::ChangedUnderneath { .. } => Failure::locked(error),
        E::Stored { source: StoredError::Newer { .. }, .. } => Failure::locked(error),
        _ => Failure::error(error),
    }
}

/// Whether the plan does anything: changes, or only records.
pub fn has_work(plan: &Plan) -> bool {
    !plan.moves.is_empty() || plan.entries.iter().any(|e| e.verdict.acts())
}

/// Whether applying the plan would leave something to do: something differs, also where it may not be changed, or could
/// not be read, so that nobody can tell; also an output.
pub fn differs(planned: &Planned) -> bool {
    let open =
        |verdict: &Verdict| verdict.acts() || matches!(verdict, Verdict::Blocked(_) | Verdict::Held { .. });
    let unread = |e: &Entry| {
        matches!((&e.verdict, &e.observed), (Verdict::NoChange { .. }, Observed::Unreachable { .. }))
    };
    let entries = &planned.plan.entries;
    entries.iter().any(|e| open(&e.verdict) || unread(e))
        || super::apply::worth_a_run(&planned.plan, planned.state.as_ref())
}

/// Saves a plan.
///
/// # Errors
/// A file that cannot be written.
pub fn save(plan: &Plan, path: &Path) -> Result<(), Failure> {
    disk::write_atomic(path, &stored::write(plan))
        .map_err(|e| Failure::error(format!("cannot save the plan as {}: {e}", path.display())))
}

/// What to do about a saved plan that cannot be used.
const ANEW: &str = "make a new plan with `patchform plan --out FILE`";

/// Reads a saved plan.
///
/// # Errors
/// A file that cannot be read, is no plan, or was changed.
pub fn read_saved(path: &Path) -> Result<Plan, Failure> {
    let bytes = disk::read(path, 2 << 30)
        .map_err(|e| Failure::error(format!("cannot read the plan {}: {e}", path.display())))?;
    if bytes.is_empty() {
        let empty = format!(
            "{} is empty: the plan was not saved whole, or something emptied the file",
            path.display()
        );
        return Err(Failure::error(empty).hint(ANEW));
    }
    stored::read(&bytes).map_err(|e| {
        let message = format!("{}: {e}", path.display());
        if matches!(e, stored::PlanError::Newer { .. }) {
            Failure::locked(message)
        } else {
            Failure::error(message).hint(ANEW)
        }
    })
}
