//! The plan of a scenario, as the engine gets it.

use super::scenario::{Component, Scenario, WAVES, Way};
use patchform::config::checked::{Connection, Lifecycle, Pace, SnapshotRule};
use patchform::model::{Address, InstanceKey, Moment, PatchLevel, Purpose};
use patchform::plan::noun::{
    Cause, Change, Entry, Identity, Observed, PinnedProvider, Plan, Planned, RolloutLimit, Step, Verdict,
    Wave,
};
use patchform_sdk::message::{Class, Coverage, Preview, Reload, WayBack, WayBackKind};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Of every action, in seconds.
pub const DEADLINE: u64 = 20;

/// What a reading says of component `i`: content that is installed, and content that runs.
pub fn digest(i: usize, installed: u8, running: u8) -> String {
    format!("{i}:{installed}:{running}")
}

/// The level that content stands for.
pub fn level(content: u8) -> PatchLevel {
    PatchLevel::Single(content.to_string())
}

/// The plan.
pub fn plan(scenario: &Scenario) -> Plan {
    let provider = |k: usize| PinnedProvider {
        name: format!("p{k}"),
        alias: String::new(),
        source: None,
        version: "1".into(),
        digest: None,
        arguments: serde_json::Value::Null,
        secrets: Vec::new(),
    };
    let limit = |(k, rollout): (usize, &super::scenario::Rollout)| RolloutLimit {
        name: format!("r{k}"),
        max_parallel: rollout.max_parallel,
        on_failure: rollout.on_failure,
        pace: Pace {
            max_failures: rollout.max_failures,
            max_per_zone: rollout.max_per_zone,
            max_zones: rollout.max_zones,
            ..Pace::default()
        },
    };
    Plan {
        program: "0".into(),
        made: Moment(0),
        lineage: "l".into(),
        purpose: Purpose::Apply,
        providers: (0..3).map(provider).collect(),
        entries: scenario.components.iter().enumerate().map(|(i, c)| entry(scenario, i, c)).collect(),
        outputs: vec![("out".into(), serde_json::Value::Bool(true).into(), false)],
        outputs_before: Some(Vec::new()),
        secret_sources: BTreeMap::new(),
        rollouts: scenario.rollouts.iter().enumerate().map(limit).collect(),
        waves: waves(scenario),
        traffic: Vec::new(),
        services: scenario.services.clone(),
        workspace: "default".into(),
        moves: Vec::new(),
        assertions: Vec::new(),
        inputs: Vec::new(),
        vendors: Vec::new(),
        hours: Default::default(),
    }
}

/// As many for each rollout.
fn waves(scenario: &Scenario) -> Vec<Wave> {
    let wave = |k: usize| {
        let (rollout, nth) = (&scenario.rollouts[k / WAVES], k % WAVES);
        let after = (rollout.waved && nth > 0).then(|| k - 1);
        Wave { after, canary: rollout.canary && rollout.waved && nth == 0 }
    };
    (0..scenario.rollouts.len() * WAVES).map(wave).collect()
}

/// The address of component `i`.
pub fn address(i: usize) -> Address {
    Address::root("sim", &format!("c{i}"), InstanceKey::None)
}

fn entry(sc: &Scenario, i: usize, c: &Component) -> Entry {
    let identity = Identity { target: format!("t{}", c.target), claims: Vec::new(), digest: digest(i, 0, 0) };
    let lifecycle = Lifecycle { allow_irreversible: c.way == Way::Irreversible, ..Lifecycle::default() };
    Entry {
        address: address(i),
        provider: c.provider,
        class: Class::Other,
        arguments: serde_json::Value::Null,
        secrets: Vec::new(),
        connection: Connection { kind: "local".into(), arguments: BTreeMap::new() },
        snapshot: SnapshotRule::default(),
        checks: Vec::new(),
        lifecycle,
        rollout: c.rollout,
        wave: c.wave,
        zone: c.zone.map(|zone| format!("z{zone}")),
        ill: sc.ails(i, 0).then(|| "it does not answer".into()),
        idle: false,
        baseline: None,
        vendor: None,
        drain: None,
        block: None,
        silence: None,
        role: None,
        when: Default::default(),
        after: c.after.clone(),
        desired: Some(level(1)),
        recorded: Some(level(0)),
        observed: Observed::Present {
            level: level(0),
            running: None,
            pending: Reload::None,
            pending_by: Vec::new(),
            identity,
        },
        record_digest: None,
        verdict: match c.changes {
            true => Verdict::Change(Box::new(change(c))),
            false => Verdict::NoChange { adopt: false },
        },
    }
}

fn change(c: &Component) -> Change {
    let planned = |steps: Vec<Step>| {
        let one = |action| Planned {
            action,
            expected: Duration::from_secs(if action == Step::Soak { c.soak } else { 2 }),
            deadline: Duration::from_secs(DEADLINE),
        };
        steps.into_iter().map(one).collect::<Vec<_>>()
    };
    let (forth, back) = c.procedures();
    let whole = c.way == Way::Whole;
    let way_back = (!matches!(c.way, Way::Irreversible | Way::Missing)).then(|| WayBack {
        kind: if c.way == Way::Uninstall { WayBackKind::Uninstall } else { WayBackKind::Restore },
        coverage: Coverage { whole_system: whole, data: whole },
        place: String::new(),
        survives_target_loss: false,
        discards_data: false,
        size: 0,
        duration: 0,
    });
    Change {
        from: Some(level(0)),
        to: Some(level(1)),
        cause: Cause::Change,
        altered: false,
        newer: Vec::new(),
        brought: Vec::new(),
        owed: None,
        put_by: None,
        earlier: None,
        downgrade: false,
        preview: Preview { reload: c.reload, ..Preview::default() },
        artifacts: Vec::new(),
        way_back,
        restore_from: None,
        forth: planned(forth),
        back: planned(back),
    }
}

/// Who stands on whom among the components that change, through those that do not.
#[derive(Debug)]
pub struct Graph {
    /// What each stands on.
    pub needs: Vec<BTreeSet<usize>>,
    /// What stands on each.
    pub needed_by: Vec<BTreeSet<usize>>,
}

/// The graph of a scenario, reckoned apart from the engine's own.
pub fn graph(scenario: &Scenario) -> Graph {
    let mut needs: Vec<BTreeSet<usize>> = Vec::new();
    for c in &scenario.components {
        let mut set = BTreeSet::new();
        for on in &c.after {
            match scenario.components[*on].changes {
                true => {
                    set.insert(*on);
                }
                false => set.extend(needs[*on].iter().copied()),
            }
        }
        needs.push(set);
    }
    let mut needed_by = vec![BTreeSet::new(); needs.len()];
    for (i, on) in needs.iter().enumerate().filter(|(i, _)| scenario.components[*i].changes) {
        on.iter().for_each(|on| {
            needed_by[*on].insert(i);
        });
    }
    Graph { needs, needed_by }
}
