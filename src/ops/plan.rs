//! `plan`: reads, compares, previews.

use super::checking::{Checked, check, drop_aside};
use super::inputs::Inputs;
use super::providers::{self, Starter};
use super::{Failure, Place, hours, kept_out, key, left, past, runs, services, unfolded};
use crate::config::source::Sources;
use crate::engine::fleet::Fleet;
use crate::engine::lease::OpenRun;
use crate::engine::secrets::Secrets;
use crate::engine::{ailing, block, observe, preview, roles, traffic};
use crate::model::{Address, Diagnostic, Diagnostics, Purpose, Selection, Span};
use crate::plan::hours::When;
use crate::plan::noun::{Entry, Observed, Verdict};
use crate::plan::{Changes, Draft, Facts, Focus, Making, Plan, moves, roles as plan_roles, undo};
use crate::provider::Watch;
use crate::report::given_up::given_up;
use crate::report::left_undone::left_undone;
use crate::state::State;
use crate::target::Targets;
use crate::world::{clock, random};
use patchform_sdk::message::Order;
use patchform_versions::Scheme;
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
    /// `--emergency`: why windows are passed over.
    pub emergency: Option<String>,
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
            unfolded::refuse_lost_state(&checked.place)?;
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
    if let Some(why) = &request.emergency {
        let whens: Vec<&When> = draft.entries.iter().map(|e| &e.when).collect();
        hours::declare(why, &mut draft.hours, &whens)?;
    }
    let focus = Focus::of(&draft, &request.targets, &request.excludes).map_err(Failure::error)?;
    let readings = read(&draft, &focus, &fleet, &secrets, request.refresh, stages)?;
    refuse_unresolved(&mut checked, &draft, &readings)?;
    let plan = readings_to_plan(
        draft,
        readings,
        &focus,
        known,
        &fleet,
        &checked.starter.targets,
        &secrets,
        &checked.place,
        stages,
    )?;
    checked.warnings.0.extend(left_undone(&plan, known));
    checked.warnings.0.extend(given_up(&plan, known));
    checked.warnings.0.extend(unfinished(&plan, &checked.place)?);
    checked.warnings.0.extend(unfolded::told(&unfolded::find_since(&checked.place, known)?));
    let Checked { config, sources, warnings, place, starter, .. } = checked;
    drop_aside(config);
    Ok(Planned { plan, sources, warnings, place, fleet, starter, secrets, state })
}

/// Runs that nobody drives and that hold only what this plan finds in order: nothing else of it tells of them.
fn unfinished(plan: &Plan, place: &Place) -> Result<Vec<Diagnostic>, Failure> {
    let of = |is: fn(&Verdict) -> bool| -> BTreeSet<String> {
        plan.entries
            .iter()
            .filter(|entry| is(&entry.verdict))
            .map(|entry| entry.address.to_string())
            .collect()
    };
    let calm = of(|verdict| matches!(verdict, Verdict::NoChange { .. }));
    let blocked = of(|verdict| matches!(verdict, Verdict::Blocked(_)));
    let open = runs::open(&place.runs)?.into_iter().filter(|run| !run.alive && !run.unknown);
    let quiet = open.filter(|run| {
        let holds = |some: &BTreeSet<String>| run.holds.components.iter().any(|held| some.contains(held));
        holds(&calm) && !holds(&blocked)
    });
    let warning = |OpenRun { id, .. }: OpenRun| {
        Diagnostic::warning(format!("run {id} was not finished, and holds what it was to change")).help(format!(
            "`patchform run show {id}` tells how it stands; `patchform resume {id}`, `patchform rollback {id}` or `patchform run \
             abandon {id}` ends it"
        ))
    };
    Ok(quiet.map(warning).collect())
}

/// Reads what a draft wants to know.
///
/// # Errors
/// A provider that failed as a whole.
pub(super) fn read(
    draft: &Draft,
    focus: &Focus,
    fleet: &Fleet,
    secrets: &Secrets,
    refresh: bool,
    stages: &mut dyn Stages,
) -> Result<Vec<Observed>, Failure> {
    let which = if refresh { draft.to_read(focus) } else { Vec::new() };
    stages.stage(Stage::Reading(which.len()));
    observe::observe(fleet, &draft.providers, &draft.entries, &which, secrets).map_err(providers::missing)
}

/// Refuses a constraint without a level whose host can be read: `propose` would find one. Where it cannot, the component is
/// blocked, and no other.
fn refuse_unresolved(checked: &mut Checked, draft: &Draft, readings: &[Observed]) -> Result<(), Failure> {
    let open = checked.config.components.iter().filter(|component| component.is_open());
    let open: BTreeMap<&Address, Span> = open.map(|one| (&one.address, one.level_span)).collect();
    let mut problems = Diagnostics::default();
    for (entry, reading) in draft.entries.iter().zip(readings) {
        let is_read = matches!(reading, Observed::Present { .. } | Observed::Absent(_));
        if let (Some(span), true) = (open.get(&entry.address), is_read) {
            let what = format!("patchform.lock.hcl has no level for {}, which can be read", entry.address);
            let problem = Diagnostic::error(what).at(*span, "a constraint");
            problems.push(problem.help(
                "Run `patchform propose`, which finds it and writes it there; review and commit that.",
            ));
        }
    }
    match problems.has_errors() {
        true => Err(Failure::configuration(std::mem::take(&mut checked.sources), problems)),
        false => Ok(()),
    }
}

/// Compares and previews what a draft wants, now that it was read.
///
/// # Errors
/// See [`Failure`]; nothing was changed.
#[allow(clippy::too_many_arguments, reason = "each is another noun of the pipeline")]
pub(super) fn readings_to_plan(
    draft: Draft,
    mut readings: Vec<Observed>,
    focus: &Focus,
    state: &State,
    fleet: &Fleet,
    targets: &Targets,
    secrets: &Secrets,
    place: &Place,
    stages: &mut dyn Stages,
) -> Result<Plan, Failure> {
    left::unsettle(
        (&draft.entries, &draft.providers, &draft.moves),
        &mut readings,
        (state, place),
        (fleet, secrets),
    )?;
    let draft = arranged(draft, &readings, targets)?;
    let leases = runs::leases(&place.runs)?;
    let changes = compare(draft, readings, state, &leases, focus, fleet);
    stages.stage(Stage::Previewing(changes.to_preview().len()));
    let purpose = changes.draft.purpose.clone();
    let taken = |entry: &crate::plan::noun::Entry, level: Option<&crate::model::PatchLevel>| {
        undo::snapshot_before(state, &purpose, &entry.address, level)
    };
    let mut previews = preview::preview(fleet, &changes, &taken, secrets).map_err(providers::missing)?;
    let entries = changes.draft.entries.iter().enumerate();
    let touched =
        entries.filter(|(i, _)| changes.proposed(*i).is_some()).filter_map(|(_, entry)| entry.target());
    let left = left::on_targets(touched, &changes.draft.providers, (state, place), (fleet, secrets))?;
    let left_running = |entry: &Entry| left.get(entry.target()?).cloned();
    let idle = traffic::foresee(fleet, &changes, secrets, &mut previews);
    block::foresee(targets, &changes, &mut previews);
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
        left_running: &left_running,
    };
    let mut plan = crate::plan::make(changes, previews, &making);
    name_none_that_is_lost(&mut plan, &place.runs);
    kept_out::remember(&mut plan, state, &place.runs, targets);
    past::note(&mut plan, state, &place.runs);
    ailing::look(&mut plan, targets);
    ailing::without_traffic(&mut plan, idle);
    ailing::half_done(&mut plan);
    services::spare(&plan)?;
    services::keep(&plan)?;
    stages.stage(Stage::Done);
    Ok(plan)
}

/// The draft, with the members of ordered services behind each other.
///
/// # Errors
/// An order that cannot be kept.
fn arranged(mut draft: Draft, readings: &[Observed], targets: &Targets) -> Result<Draft, Failure> {
    let asked = plan_roles::to_ask(&draft, readings);
    let answered = roles::look(&draft, &asked, targets);
    plan_roles::arrange(&mut draft, readings, answered).map_err(|circle| {
        Failure::refused(circle)
            .hint("take one of the two out: what makes one wait (`depends_on`, or a reference), or the service's order")
    })?;
    Ok(draft)
}

/// A run whose plan is lost cannot be taken back: nobody is sent there.
fn name_none_that_is_lost(plan: &mut Plan, folder: &Path) {
    let lost = |run: &String| !folder.join(run).join(runs::PLAN).exists();
    for entry in &mut plan.entries {
        if let Verdict::Change(change) = &mut entry.verdict
            && change.put_by.as_ref().is_some_and(lost)
        {
            change.put_by = None;
        }
    }
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
        E::Io { path, source, .. } => Failure::error(&error).at(path, source),
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
