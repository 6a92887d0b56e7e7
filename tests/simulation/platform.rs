//! Random plans: 1 to 40 components, edges, shared targets, rollouts, ways back of every sort.

use super::dice::Dice;
use patchform::config::checked::{Connection, Lifecycle, OnFailure, SnapshotRule};
use patchform::model::{Address, InstanceKey, Moment, PatchLevel};
use patchform::plan::noun::{
    Cause, Change, Entry, Identity, Observed, Plan, Planned, Purpose, RolloutLimit, Step, Verdict,
};
use patchform_sdk::message::{Class, Coverage, Preview, Reload, WayBack, WayBackKind};
use std::collections::BTreeMap;
use std::time::Duration;

/// Digest of component `i` at `content`.
pub fn digest(i: usize, content: u32) -> String {
    format!("{i}:{content}")
}

/// A random plan.
pub fn plan(dice: &mut Dice) -> Plan {
    let most = dice.pick(&[3, 6, 6, 10, 10, 16, 40]);
    let n = 1 + dice.below(most);
    let rollouts: Vec<RolloutLimit> = (0..1 + dice.below(3))
        .map(|k| RolloutLimit {
            name: format!("r{k}"),
            max_parallel: dice.pick(&[1, 1, 2, 3, 1000]),
            on_failure: dice.pick(&[
                OnFailure::RollbackComponent,
                OnFailure::RollbackComponent,
                OnFailure::RollbackRun,
                OnFailure::Halt,
            ]),
        })
        .collect();
    let targets = 1 + dice.below(n);
    let entries = (0..n).map(|i| entry(dice, i, targets, rollouts.len())).collect();
    Plan {
        program: "0".into(),
        made: Moment(0),
        lineage: "l".into(),
        purpose: Purpose::Apply,
        providers: Vec::new(),
        entries,
        outputs: Vec::new(),
        secret_sources: BTreeMap::new(),
        rollouts,
        vendors: Vec::new(),
    }
}

fn entry(dice: &mut Dice, i: usize, targets: usize, rollouts: usize) -> Entry {
    let mut after: Vec<usize> = (0..dice.below(4)).filter(|_| i > 0).map(|_| dice.below(i.max(1))).collect();
    after.sort_unstable();
    after.dedup();
    let identity =
        Identity { target: format!("t{}", dice.below(targets)), claims: Vec::new(), digest: digest(i, 0) };
    let changes = dice.percent(85);
    let irreversible = dice.percent(4);
    let level = |text: &str| PatchLevel::Single(text.into());
    Entry {
        address: Address::root("sim", &format!("c{i}"), InstanceKey::None),
        provider: 0,
        class: Class::Other,
        arguments: serde_json::Value::Null,
        secrets: Vec::new(),
        connection: Connection { kind: "local".into(), arguments: BTreeMap::new() },
        snapshot: SnapshotRule::default(),
        checks: Vec::new(),
        lifecycle: Lifecycle { allow_irreversible: irreversible, ..Lifecycle::default() },
        rollout: dice.below(rollouts),
        wave: 0,
        vendor: None,
        after,
        desired: Some(level("1")),
        recorded: Some(level("0")),
        observed: Observed::Present { level: level("0"), running: None, pending: Reload::None, identity },
        record_digest: None,
        verdict: match changes {
            true => Verdict::Change(Box::new(change(dice, irreversible))),
            false => Verdict::NoChange { adopt: false },
        },
    }
}

fn change(dice: &mut Dice, irreversible: bool) -> Change {
    let level = |text: &str| Some(PatchLevel::Single(text.into()));
    let reload = dice.pick(&[Reload::None, Reload::None, Reload::Service, Reload::Reboot]);
    let uninstall = !irreversible && dice.percent(20);
    let whole = !irreversible && !uninstall && dice.percent(12);
    let drains = dice.percent(40);
    let mut forth = vec![Step::Gate];
    let mut back = Vec::new();
    let mut both = |step, also_back| {
        forth.push(step);
        if also_back {
            back.push(step);
        }
    };
    for (step, chance) in [(Step::Fetch, 50), (Step::Measure, 40)] {
        if dice.percent(chance) {
            both(step, false);
        }
    }
    if drains {
        both(Step::Drain, true);
    }
    if !irreversible && !uninstall {
        both(Step::Snapshot, false);
    }
    both(Step::Patch, false);
    back.push(if uninstall { Step::Uninstall } else { Step::Restore });
    let mut rest = vec![Step::Verify];
    if reload > Reload::None {
        rest.insert(0, Step::Reload);
    }
    if drains {
        rest.push(Step::Undrain);
    }
    back.extend(&rest);
    forth.extend(&rest);
    forth.push(Step::Commit);
    if irreversible {
        back.clear();
    }
    let planned = |steps: Vec<Step>| {
        let one = |action| Planned { action, expected: Duration::from_secs(2), deadline: DEADLINE };
        steps.into_iter().map(one).collect::<Vec<_>>()
    };
    let way_back = (!irreversible).then(|| WayBack {
        kind: if uninstall { WayBackKind::Uninstall } else { WayBackKind::Restore },
        coverage: Coverage { whole_system: whole, data: whole },
        place: String::new(),
        survives_target_loss: false,
        discards_data: false,
        size: 0,
        duration: 0,
    });
    Change {
        from: level("0"),
        to: level("1"),
        cause: Cause::Change,
        downgrade: false,
        preview: Preview { reload, ..Preview::default() },
        artifacts: Vec::new(),
        way_back,
        restore_from: None,
        forth: planned(forth),
        back: planned(back),
    }
}

/// Of every action.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// What `i` stands on among the components that change, through those that do not.
pub fn change_dependencies(plan: &Plan) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = Vec::new();
    for entry in &plan.entries {
        let mut set = std::collections::BTreeSet::new();
        for on in &entry.after {
            match plan.entries[*on].verdict {
                Verdict::Change(_) => {
                    set.insert(*on);
                }
                _ => set.extend(all[*on].iter().copied()),
            }
        }
        all.push(set.into_iter().collect());
    }
    all
}
