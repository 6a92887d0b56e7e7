//! The plan as programs read it: `plan --json` and `show --json`. A published form (`docs/schemas/plan.schema.json`):
//! addresses instead of indices, actions with their reasons, counts. A field that has no value is null, never left out.

mod services;

use super::contact_json::ContactView;
use super::hours::{EmergencyView, WhenView};
use super::mark::{Counts, Mark};
use super::order::Order;
use super::reason::{Reason, name};
use crate::calendar::ZONES_VERSION;
use crate::config::exact::Exact;
use crate::config::inputs::{Digest, Input};
use crate::model::{PatchLevel, Purpose};
use crate::plan::along::Along;
use crate::plan::noun::{Block, Cause, Change, Observed, Plan, Planned, Verdict};
use patchform_sdk::ended::millis;
use patchform_sdk::message::{Artifact, Class, FileChange, Level, PartChange, Reload, WayBack, WayBackKind};
use serde::Serialize;
use serde_json::Value as Json;
use services::{ServiceView, service_of};
use std::collections::BTreeMap;

/// The version of this form; it rises when a program that reads it would misunderstand.
pub const FORMAT_VERSION: u32 = 1;

/// The plan as one JSON object on one line, with a newline behind it.
pub fn render(plan: &Plan) -> String {
    // Only strings as keys and no type that can refuse: serialising into memory cannot fail.
    let mut text = serde_json::to_string(&PlanView::of(plan)).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct PlanView<'a> {
    format_version: u32,
    #[serde(rename = "type")]
    kind: &'static str,
    program: &'a str,
    made: String,
    lineage: &'a str,
    purpose: PurposeView<'a>,
    summary: BTreeMap<&'static str, usize>,
    longest_path_ms: u64,
    providers: Vec<ProviderView<'a>>,
    rollouts: Vec<RolloutView<'a>>,
    waves: Vec<WaveView<'a>>,
    services: Vec<ServiceView<'a>>,
    vendors: Vec<ContactView<'a>>,
    time_zone_database: &'static str,
    emergency: Option<EmergencyView<'a>>,
    components: Vec<ComponentView<'a>>,
    outputs: BTreeMap<&'a str, OutputView<'a>>,
    moves: Vec<MoveView>,
    checks: Vec<CheckView<'a>>,
    inputs: Vec<InputView<'a>>,
}

/// What expressions took from files.
#[derive(Default, Serialize)]
struct InputView<'a> {
    is: &'static str,
    path: &'a str,
    pattern: Option<&'a str>,
    sha256: Option<&'a str>,
    key: Option<&'a str>,
    hmac_sha256: Option<&'a str>,
    there: Option<bool>,
    files: Option<&'a [String]>,
}

/// A record that gets another address.
#[derive(Serialize)]
struct MoveView {
    from: String,
    to: String,
}

/// A top-level `check` block.
#[derive(Serialize)]
struct CheckView<'a> {
    address: &'a str,
    holds: bool,
    failed: &'a [String],
}

#[derive(Serialize)]
struct PurposeView<'a> {
    is: &'static str,
    run: Option<&'a str>,
    snapshot: Option<&'a str>,
}

#[derive(Serialize)]
struct ProviderView<'a> {
    name: &'a str,
    alias: Option<&'a str>,
    source: Option<&'a str>,
    version: &'a str,
    sha256: Option<&'a str>,
}

#[derive(Serialize)]
struct RolloutView<'a> {
    name: &'a str,
    max_parallel: u64,
    on_failure: &'static str,
    canary: u64,
    waves: Vec<String>,
    max_failures: Option<u64>,
    soak_ms: u64,
    max_per_zone: u64,
    max_zones: Option<u64>,
    group: bool,
}

/// A slice of the instances of one block, or of all that a rollout groups.
#[derive(Serialize)]
struct WaveView<'a> {
    number: usize,
    rollout: &'a str,
    after: Option<usize>,
    canary: bool,
    changing: usize,
}

#[derive(Serialize)]
struct OutputView<'a> {
    value: &'a Exact,
    sensitive: bool,
}

#[derive(Serialize)]
struct ComponentView<'a> {
    address: String,
    kind: &'a str,
    class: Class,
    provider: String,
    rollout: &'a str,
    wave: usize,
    zone: Option<&'a str>,
    role: Option<&'a str>,
    ill: Option<&'a str>,
    baseline: Option<&'a str>,
    vendor: Option<&'a str>,
    arguments: &'a Json,
    action: &'static str,
    reason: String,
    way_out: Option<String>,
    desired: Option<Level>,
    recorded: Option<Level>,
    observed: ObservedView<'a>,
    after: Vec<String>,
    layer: Option<usize>,
    blocked: Option<BlockedView<'a>>,
    held_by: Vec<String>,
    when: Option<WhenView<'a>>,
    change: Option<ChangeView<'a>>,
}

#[derive(Serialize)]
struct ObservedView<'a> {
    status: &'static str,
    level: Option<Level>,
    running: Option<Level>,
    pending: Reload,
    pending_by: &'a [String],
    target: Option<&'a str>,
    claims: &'a [String],
    sha256: Option<&'a str>,
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct BlockedView<'a> {
    is: &'static str,
    parts: &'a [String],
    run: Option<&'a str>,
    claim: Option<&'a str>,
    by: Option<String>,
}

#[derive(Serialize)]
struct ChangeView<'a> {
    from: Option<Level>,
    to: Option<Level>,
    cause: &'static str,
    altered: bool,
    newer_runs: &'a [String],
    owed: Option<OwedView<'a>>,
    downgrade: bool,
    pulled_in: Vec<PartView<'a>>,
    removed: &'a [String],
    files: Vec<FileView<'a>>,
    services: &'a [String],
    reload: Reload,
    artifacts: Vec<ArtifactView<'a>>,
    space_bytes: u64,
    warnings: &'a [String],
    forth: Vec<StepView>,
    back: Vec<StepView>,
    way_back: Option<WayBackView<'a>>,
}

/// What an abandoned run left undone, which the change does.
#[derive(Serialize)]
struct OwedView<'a> {
    run: &'a str,
    reload: Reload,
    half: bool,
    put_by: Option<&'a str>,
}

#[derive(Serialize)]
struct PartView<'a> {
    name: &'a str,
    from: Option<&'a str>,
    to: Option<&'a str>,
}

#[derive(Serialize)]
struct FileView<'a> {
    path: &'a str,
    sha256_before: Option<&'a str>,
    sha256_after: Option<&'a str>,
    text_before: Option<&'a str>,
    text_after: Option<&'a str>,
}

#[derive(Serialize)]
struct ArtifactView<'a> {
    source: &'a str,
    sha256: &'a str,
    size_bytes: u64,
}

#[derive(Serialize)]
struct StepView {
    step: &'static str,
    expected_ms: u64,
    deadline_ms: u64,
}

#[derive(Serialize)]
struct WayBackView<'a> {
    kind: &'static str,
    whole_system: bool,
    data: bool,
    place: &'a str,
    survives_target_loss: bool,
    discards_data: bool,
    size_bytes: u64,
    expected_ms: u64,
    takes_along: Vec<String>,
}

impl<'a> PlanView<'a> {
    fn of(plan: &'a Plan) -> Self {
        let order = Order::of(plan);
        let along = Along::of(plan);
        let layers = order.by_entry(plan.entries.len());
        let counts = Counts::of(&plan.entries);
        PlanView {
            format_version: FORMAT_VERSION,
            kind: "plan",
            program: &plan.program,
            made: plan.made.to_string(),
            lineage: &plan.lineage,
            purpose: purpose(&plan.purpose),
            summary: Mark::ALL.into_iter().map(|m| (m.name(), counts.get(m))).collect(),
            longest_path_ms: millis(order.longest),
            providers: plan.providers.iter().map(provider).collect(),
            rollouts: plan.rollouts.iter().map(rollout).collect(),
            waves: waves(plan),
            services: plan.services.iter().map(|service| service_of(plan, service)).collect(),
            vendors: plan.vendors.iter().map(ContactView::of).collect(),
            time_zone_database: ZONES_VERSION,
            emergency: EmergencyView::of(plan),
            components: (0..plan.entries.len()).map(|i| component(plan, i, layers[i], &along)).collect(),
            outputs: plan.outputs.iter().map(|(n, value, s)| (n.as_str(), output(value, *s))).collect(),
            moves: plan
                .moves
                .iter()
                .map(|(from, to)| MoveView { from: from.to_string(), to: to.to_string() })
                .collect(),
            checks: plan.assertions.iter().map(check).collect(),
            inputs: plan.inputs.iter().map(input).collect(),
        }
    }
}

fn purpose(purpose: &Purpose) -> PurposeView<'_> {
    let (is, run, snapshot) = match purpose {
        Purpose::Apply => ("apply", None, None),
        Purpose::RefreshOnly => ("refresh_only", None, None),
        Purpose::Rollback { of } => ("rollback", Some(&**of), None),
        Purpose::Restore { snapshot } => ("restore", None, Some(&**snapshot)),
    };
    PurposeView { is, run, snapshot }
}

fn provider(p: &crate::plan::noun::PinnedProvider) -> ProviderView<'_> {
    ProviderView {
        name: &p.name,
        alias: Some(p.alias.as_str()).filter(|a| !a.is_empty()),
        source: p.source.as_deref(),
        version: &p.version,
        sha256: p.digest.as_deref(),
    }
}

fn rollout(r: &crate::plan::noun::RolloutLimit) -> RolloutView<'_> {
    use crate::config::checked::OnFailure;
    let on_failure = match r.on_failure {
        OnFailure::RollbackComponent => "rollback_component",
        OnFailure::RollbackWave => "rollback_wave",
        OnFailure::RollbackRun => "rollback_run",
        OnFailure::Halt => "halt",
    };
    RolloutView {
        name: &r.name,
        max_parallel: r.max_parallel,
        on_failure,
        canary: r.pace.canary,
        waves: r.pace.waves.iter().map(ToString::to_string).collect(),
        max_failures: r.pace.max_failures,
        soak_ms: millis(r.pace.soak),
        max_per_zone: r.pace.max_per_zone,
        max_zones: r.pace.max_zones,
        group: r.pace.group,
    }
}

fn waves(plan: &Plan) -> Vec<WaveView<'_>> {
    let mut waves: Vec<WaveView<'_>> = plan
        .waves
        .iter()
        .enumerate()
        .map(|(number, wave)| WaveView {
            number,
            rollout: "",
            after: wave.after,
            canary: wave.canary,
            changing: 0,
        })
        .collect();
    for entry in &plan.entries {
        let Some(wave) = waves.get_mut(entry.wave) else { continue };
        wave.rollout = plan.rollouts.get(entry.rollout).map_or("", |r| &r.name);
        wave.changing += usize::from(matches!(entry.verdict, Verdict::Change(_)));
    }
    waves
}

/// A sensitive value never stands in a plan; this keeps it so.
fn output(value: &Exact, sensitive: bool) -> OutputView<'_> {
    OutputView { value: if sensitive { &Exact::NULL } else { value }, sensitive }
}

fn check(assertion: &crate::config::checked::Assertion) -> CheckView<'_> {
    let failed = assertion.failed.as_slice();
    CheckView { address: &assertion.address, holds: failed.is_empty(), failed }
}

fn input(input: &Input) -> InputView<'_> {
    let nothing = InputView::default();
    match input {
        Input::Content { path, digest } => by_digest("content", path, digest.as_ref()),
        Input::Answer { request, digest } => by_digest("answer", &request.url, digest.as_ref()),
        Input::Presence { path, there } => InputView { is: "presence", path, there: Some(*there), ..nothing },
        Input::Matches { folder, pattern, files } => {
            InputView { is: "matches", path: folder, pattern: Some(pattern), files: Some(files), ..nothing }
        }
    }
}

fn by_digest<'a>(is: &'static str, path: &'a str, digest: Option<&'a Digest>) -> InputView<'a> {
    let nothing = InputView { is, path, ..InputView::default() };
    match digest {
        None => nothing,
        Some(Digest::Plain(sha256)) => InputView { sha256: Some(sha256), ..nothing },
        Some(Digest::Keyed { key, hmac_sha256 }) => {
            InputView { key: Some(key), hmac_sha256: Some(hmac_sha256), ..nothing }
        }
    }
}

fn wire(level: Option<&PatchLevel>) -> Option<Level> {
    level.cloned().map(Level::from)
}

fn component<'a>(plan: &'a Plan, i: usize, layer: usize, along: &Along<'_>) -> ComponentView<'a> {
    let entry = &plan.entries[i];
    let Reason { why, way_out } = Reason::of(plan, entry);
    let (blocked, held_by, change) = match &entry.verdict {
        Verdict::Blocked(block) => (Some(blocked(plan, block)), Vec::new(), None),
        Verdict::Held { by } => (None, by.iter().map(|i| name(plan, *i)).collect(), None),
        Verdict::Change(change) => (None, Vec::new(), Some(of_change(change, takes_along(plan, i, along)))),
        _ => (None, Vec::new(), None),
    };
    let when = match &entry.verdict {
        Verdict::Change(change) => WhenView::of(plan, entry, change),
        _ => None,
    };
    ComponentView {
        address: entry.address.to_string(),
        kind: &entry.address.kind,
        class: entry.class,
        provider: plan.providers.get(entry.provider).map_or_else(String::new, |p| match p.alias.as_str() {
            "" => p.name.clone(),
            alias => format!("{}.{alias}", p.name),
        }),
        rollout: plan.rollouts.get(entry.rollout).map_or("", |r| &r.name),
        wave: entry.wave,
        zone: entry.zone.as_deref(),
        role: entry.role.as_ref().and_then(|role| role.found.as_deref()),
        ill: entry.ill.as_deref(),
        baseline: entry.baseline.as_deref(),
        vendor: entry.vendor.and_then(|v| plan.vendors.get(v)).map(|v| v.label.as_str()),
        arguments: &entry.arguments,
        action: Mark::of(entry).name(),
        reason: why,
        way_out,
        desired: wire(entry.desired.as_ref()),
        recorded: wire(entry.recorded.as_ref()),
        observed: observed(&entry.observed),
        after: entry.after.iter().map(|i| name(plan, *i)).collect(),
        layer: Some(layer).filter(|l| *l > 0),
        blocked,
        held_by,
        when,
        change,
    }
}

fn takes_along(plan: &Plan, i: usize, along: &Along<'_>) -> Vec<String> {
    along.with(plan, i).into_iter().map(|other| name(plan, other)).collect()
}

fn observed(observed: &Observed) -> ObservedView<'_> {
    let identity = observed.identity();
    let (status, running, pending, why) = match observed {
        Observed::NotRead => ("not_read", None, Reload::None, None),
        Observed::Absent(_) => ("absent", None, Reload::None, None),
        Observed::Present { running, pending, .. } => ("present", wire(running.as_ref()), *pending, None),
        Observed::Unreachable { why } => ("unreachable", None, Reload::None, Some(why.as_str())),
        Observed::Unsettled { why } => ("unsettled", None, Reload::None, Some(why.as_str())),
    };
    ObservedView {
        status,
        level: wire(observed.level()),
        running,
        pending,
        pending_by: match observed {
            Observed::Present { pending_by, .. } => pending_by,
            _ => &[],
        },
        target: identity.map(|i| i.target.as_str()),
        claims: identity.map_or(&[], |i| &i.claims),
        sha256: identity.map(|i| i.digest.as_str()),
        why,
    }
}

fn blocked<'a>(plan: &Plan, block: &'a Block) -> BlockedView<'a> {
    let view = |is| BlockedView { is, parts: &[], run: None, claim: None, by: None };
    match block {
        Block::NotRead(_) => view("not_read"),
        Block::Ahead => view("ahead"),
        Block::UnknownOrder => view("unknown_order"),
        Block::NotInstalled(parts) => BlockedView { parts, ..view("not_installed") },
        Block::Rejected { run, .. } => BlockedView { run: Some(run), ..view("rejected") },
        Block::Refused(_) => view("refused"),
        Block::Irreversible => view("irreversible"),
        Block::LosesData => view("loses_data"),
        Block::Unplaced(_) => view("unplaced"),
        Block::NotAlone(_) => view("not_alone"),
        Block::Claimed { claim, by } => {
            BlockedView { claim: Some(claim), by: Some(name(plan, *by)), ..view("claimed") }
        }
        Block::Leased { run, .. } => BlockedView { run: Some(run), ..view("leased") },
    }
}

fn of_change(change: &Change, along: Vec<String>) -> ChangeView<'_> {
    let preview = &change.preview;
    ChangeView {
        from: wire(change.from.as_ref()),
        to: wire(change.to.as_ref()),
        cause: match change.cause {
            Cause::Install => "install",
            Cause::Change => "change",
            Cause::Drift => "drift",
            Cause::Elsewhere => "elsewhere",
            Cause::Unrecorded => "unrecorded",
            Cause::Owed => "owed",
        },
        altered: change.altered,
        newer_runs: &change.newer,
        owed: change.owed.as_ref().map(|owed| OwedView {
            run: &owed.run,
            reload: owed.reload,
            half: owed.half,
            put_by: change.put_by.as_deref(),
        }),
        downgrade: change.downgrade,
        pulled_in: preview.pulled_in.iter().map(part).collect(),
        removed: &preview.removed,
        files: preview.files.iter().map(file).collect(),
        services: &preview.services,
        reload: preview.reload,
        artifacts: change.artifacts.iter().map(artifact).collect(),
        space_bytes: preview.space,
        warnings: &preview.warnings,
        forth: change.forth.iter().map(step).collect(),
        back: change.back.iter().map(step).collect(),
        way_back: change.way_back.as_ref().map(|way| way_back(way, along)),
    }
}

fn part(part: &PartChange) -> PartView<'_> {
    PartView { name: &part.name, from: part.from.as_deref(), to: part.to.as_deref() }
}

fn file(file: &FileChange) -> FileView<'_> {
    FileView {
        path: &file.path,
        sha256_before: file.before.as_deref(),
        sha256_after: file.after.as_deref(),
        text_before: file.text.as_ref().map(|t| t.0.as_str()),
        text_after: file.text.as_ref().map(|t| t.1.as_str()),
    }
}

fn artifact(artifact: &Artifact) -> ArtifactView<'_> {
    ArtifactView { source: &artifact.source, sha256: &artifact.sha256, size_bytes: artifact.size }
}

fn step(planned: &Planned) -> StepView {
    StepView {
        step: planned.action.name(),
        expected_ms: millis(planned.expected),
        deadline_ms: millis(planned.deadline),
    }
}

fn way_back(way: &WayBack, takes_along: Vec<String>) -> WayBackView<'_> {
    WayBackView {
        kind: match way.kind {
            WayBackKind::Restore => "restore",
            WayBackKind::Uninstall => "uninstall",
        },
        whole_system: way.coverage.whole_system,
        data: way.coverage.data,
        place: &way.place,
        survives_target_loss: way.survives_target_loss,
        discards_data: way.discards_data,
        size_bytes: way.size,
        expected_ms: way.duration,
        takes_along,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::samples;
    use crate::report::schema::Schema;
    use serde_json::json;

    fn schema() -> Schema {
        Schema::parse(include_str!("../../docs/schemas/plan.schema.json"))
    }

    #[test]
    fn every_plan_fits_the_published_schema() {
        let schema = schema();
        let mut plans = vec![
            samples::everything(),
            samples::windows(),
            samples::fleet(2, true),
            samples::hostile(),
            samples::plan(Vec::new()),
        ];
        plans.push(Plan { purpose: Purpose::Rollback { of: "r1".into() }, ..samples::fleet(1, false) });
        plans.push(Plan { purpose: Purpose::Restore { snapshot: "s1".into() }, ..samples::fleet(1, false) });
        plans.push(Plan { purpose: Purpose::RefreshOnly, ..samples::fleet(1, false) });
        for plan in plans {
            let text = render(&plan);
            assert_eq!(text.lines().count(), 1);
            let json: Json = serde_json::from_str(&text).unwrap();
            assert_eq!(schema.complaints(&json), Vec::<String>::new());
        }
    }

    #[test]
    fn the_schema_of_windows_is_strict() {
        let json: Json = serde_json::from_str(&render(&samples::windows())).unwrap();
        for part in ["/components/0/when", "/components/3/when", "/emergency"] {
            let fields = json.pointer(part).and_then(Json::as_object).expect(part);
            for field in fields.keys() {
                let mut less = json.clone();
                less.pointer_mut(part).and_then(Json::as_object_mut).map(|o| o.remove(field));
                assert!(!schema().complaints(&less).is_empty(), "{part} does not need {field}");
            }
        }
    }

    #[test]
    fn windows_as_they_stood_when_the_plan_was_made() {
        let json: Json = serde_json::from_str(&render(&samples::windows())).unwrap();
        let when = |i: usize| json["components"][i]["when"].clone();
        let needs = 13_240;
        assert_eq!(
            when(0),
            json!({
                "windows": ["eu_night"], "blackouts": [], "zone": "Europe/Berlin", "needs_ms": needs, "earlier_ms": null, "fits": true,
                "starts": "2026-11-24T00:00:00.000Z", "closes": "2026-11-24T03:00:00.000Z",
                "why": "it is outside of its window eu_night"
            })
        );
        assert_eq!(
            (&when(1)["starts"], &when(1)["why"]),
            (&json!("2026-11-24T15:00:00.000Z"), &json!("blackout launch holds (the new shop opens)"))
        );
        assert_eq!((&when(2)["starts"], &when(2)["closes"]), (&json!(null), &json!(null)));
        assert_eq!((&when(3)["fits"], &when(3)["why"]), (&json!(true), &json!(null)), "anna passes it over");
        assert_eq!(json["emergency"], json!({ "who": "anna", "why": "CVE-2026-1 is exploited" }));
    }

    /// The schema is as strict as the form: nothing can be added to or taken out of any object of it.
    #[test]
    fn the_schema_is_strict() {
        let json: Json = serde_json::from_str(&render(&samples::everything())).unwrap();
        schema().assert_strict(
            &json,
            &[
                "/components/*/arguments",
                "/outputs",
                "/components/*/desired",
                "/components/*/recorded",
                "/components/*/observed/level",
                "/components/*/change/from",
                "/components/*/change/to",
            ],
        );
    }

    #[test]
    fn addresses_reasons_and_counts() {
        let json: Json = serde_json::from_str(&render(&samples::everything())).unwrap();
        let of = |address: &str| {
            let all = json["components"].as_array().unwrap();
            all.iter().find(|c| c["address"] == address).unwrap().clone()
        };
        assert_eq!(of("release.web")["after"], json!(["release.api"]));
        assert_eq!(of("release.web")["layer"], 3);
        assert_eq!(of("release.held")["held_by"], json!(["release.b-ahead"]));
        assert_eq!(of("release.b-claimed")["blocked"]["by"], "release.api");
        assert_eq!(of("apt.db[\"eu-1\"]")["provider"], "apt.eu");
        assert_eq!(of("apt.db[\"eu-1\"]")["class"], "database");
        assert_eq!(json["summary"]["blocked"], 11);
        assert_eq!(json["outputs"]["db_password"], json!({ "sensitive": true, "value": null }));
        assert_eq!(json["longest_path_ms"], 113_215 + 2 * 7_040);
    }

    #[test]
    fn a_sensitive_output_is_not_shown_even_if_the_plan_holds_it() {
        let mut plan = samples::plan(Vec::new());
        plan.outputs = vec![("key".into(), json!("hunter2").into(), true)];
        assert!(!render(&plan).contains("hunter2"));
    }
}
