//! Small plans for tests of the engine.

use crate::config::checked::{Connection, Lifecycle, OnFailure, SnapshotRule};
use crate::model::{Address, InstanceKey, Moment, PatchLevel, Purpose};
use crate::plan::noun::{
    Cause, Change, Entry, Identity, Observed, Plan, Planned, RolloutLimit, Step, Verdict,
};
use patchform_sdk::message::{Class, Coverage, Preview, Reload, WayBack, WayBackKind};
use std::collections::BTreeMap;
use std::time::Duration;

/// The way forth of the components here.
pub(crate) const FORTH: [Step; 5] = [Step::Gate, Step::Snapshot, Step::Patch, Step::Verify, Step::Commit];
/// Their way back.
pub(crate) const BACK: [Step; 2] = [Step::Restore, Step::Verify];

/// A plan of `after.len()` changing components in one rollout; each on a target of its own.
pub(crate) fn plan(after: &[&[usize]], max_parallel: u64, on_failure: OnFailure) -> Plan {
    Plan {
        program: "0.1.0".into(),
        made: Moment(0),
        lineage: "l1".into(),
        purpose: Purpose::Apply,
        providers: Vec::new(),
        entries: after.iter().enumerate().map(|(i, after)| entry(i, after)).collect(),
        outputs: Vec::new(),
        outputs_before: None,
        secret_sources: BTreeMap::new(),
        rollouts: vec![RolloutLimit { max_parallel, on_failure, ..RolloutLimit::default() }],
        waves: Vec::new(),
        traffic: Vec::new(),
        services: Vec::new(),
        workspace: "default".into(),
        moves: Vec::new(),
        assertions: Vec::new(),
        inputs: Vec::new(),
        vendors: Vec::new(),
        hours: Default::default(),
    }
}

fn entry(i: usize, after: &[usize]) -> Entry {
    let level = |text: &str| PatchLevel::Single(text.into());
    let identity = Identity { target: format!("t{i}"), claims: Vec::new(), digest: before(i) };
    Entry {
        address: Address::root("release", &format!("c{i}"), InstanceKey::None),
        provider: 0,
        class: Class::Other,
        arguments: serde_json::Value::Null,
        secrets: Vec::new(),
        connection: Connection { kind: "local".into(), arguments: BTreeMap::new() },
        snapshot: SnapshotRule::default(),
        checks: Vec::new(),
        lifecycle: Lifecycle::default(),
        rollout: 0,
        wave: 0,
        zone: None,
        ill: None,
        idle: false,
        baseline: None,
        vendor: None,
        drain: None,
        block: None,
        silence: None,
        role: None,
        when: Default::default(),
        after: after.to_vec(),
        desired: Some(level("2")),
        recorded: Some(level("1")),
        observed: Observed::Present {
            level: level("1"),
            running: None,
            pending: Reload::None,
            pending_by: Vec::new(),
            identity,
        },
        record_digest: None,
        verdict: Verdict::Change(Box::new(change())),
    }
}

/// Digest of component `i` before the run.
pub(crate) fn before(i: usize) -> String {
    format!("before {i}")
}

fn change() -> Change {
    Change {
        from: Some(PatchLevel::Single("1".into())),
        to: Some(PatchLevel::Single("2".into())),
        cause: Cause::Change,
        altered: false,
        newer: Vec::new(),
        brought: Vec::new(),
        owed: None,
        put_by: None,
        earlier: None,
        downgrade: false,
        preview: Preview::default(),
        artifacts: Vec::new(),
        way_back: Some(WayBack {
            kind: WayBackKind::Restore,
            coverage: Coverage::default(),
            place: "here".into(),
            survives_target_loss: false,
            discards_data: false,
            size: 0,
            duration: 0,
        }),
        restore_from: None,
        forth: planned(&FORTH),
        back: planned(&BACK),
    }
}

/// These steps, with the same deadline each.
pub(crate) fn planned(steps: &[Step]) -> Vec<Planned> {
    let one = |action: &Step| Planned {
        action: *action,
        expected: Duration::from_secs(1),
        deadline: Duration::from_secs(10),
    };
    steps.iter().map(one).collect()
}

/// The change of entry `i`, to alter it.
pub(crate) fn change_of(plan: &mut Plan, i: usize) -> &mut Change {
    match &mut plan.entries[i].verdict {
        Verdict::Change(change) => change,
        other => panic!("{other:?}"),
    }
}
