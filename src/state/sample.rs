//! Any state, for properties; and one of any size, for speed.

use super::*;
use crate::config::exact::Exact;
use crate::model::{Address, InstanceKey, Moment, PatchLevel, Purpose};
use patchform_sdk::message::{Coverage, Reload};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// An address, from its text.
pub fn address(text: &str) -> Address {
    text.parse().unwrap()
}

/// A level of one string.
pub fn single(text: &str) -> PatchLevel {
    PatchLevel::Single(text.into())
}

/// A record at this level.
pub fn record(text: &str) -> Record {
    Record {
        provider: "release".into(),
        alias: String::new(),
        level: single(text),
        digest: "ab".repeat(32),
        target: "machine-id:0123456789abcdef0123456789abcdef".into(),
        claims: vec!["path:/srv/app".into()],
        run: "20261122-024000-ab12".into(),
        at: Moment(1_795_000_000_000),
    }
}

/// A snapshot of a component by a run, taken at a moment.
pub fn snapshot(component: &str, run: &str, taken: i64) -> Snapshot {
    Snapshot {
        component: address(component),
        run: run.into(),
        level: Some(single("1")),
        token: json!({ "folder": "/srv/.old/1" }),
        place: "/srv/.old/1".into(),
        coverage: Coverage::default(),
        taken: Moment(taken),
        size: 10,
        digest: None,
        expires: None,
        survives_target_loss: false,
    }
}

/// A complete run, with the levels before and after of what it changed.
pub fn run(id: &str, levels: &[(&str, Option<&str>, Option<&str>)]) -> FinishedRun {
    let level = |text: &Option<&str>| text.map(single);
    FinishedRun {
        id: id.into(),
        started: Moment(1_000),
        finished: Moment(2_000),
        outcome: RunOutcome::Complete,
        purpose: Purpose::Apply,
        journal_lines: 7,
        journal_head: "cd".repeat(32),
        levels: levels
            .iter()
            .map(|(component, before, after)| {
                (address(component), Levels { before: level(before), after: level(after) })
            })
            .collect(),
    }
}

/// A state of `n` records.
pub fn large(n: u64) -> State {
    let mut state = State::new("5f0c", "0.1.0");
    for i in 0..n {
        state.records.insert(Address::root("release", "app", InstanceKey::Index(i)), record("1.4.0"));
    }
    state
}

fn levels() -> impl Strategy<Value = PatchLevel> {
    prop_oneof![
        ".{0,8}".prop_map(PatchLevel::Single),
        btree_map(".{0,5}", ".{0,5}", 0..3).prop_map(PatchLevel::Map)
    ]
}

fn addresses() -> impl Strategy<Value = Address> {
    let key = prop_oneof![
        Just(InstanceKey::None),
        any::<u64>().prop_map(InstanceKey::Index),
        "[^\\p{C}]{0,5}".prop_map(|k| InstanceKey::Key(k.as_str().into()))
    ];
    ("[a-z]{1,4}", "[a-z][a-z0-9_-]{0,4}", key)
        .prop_filter("no kind", |(kind, _, _)| kind != "module")
        .prop_map(|(kind, name, key)| Address::root(&kind, &name, key))
}

fn moments() -> impl Strategy<Value = Moment> {
    any::<i64>().prop_map(Moment)
}

fn tokens() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<i64>().prop_map(Json::from),
        ".{0,5}".prop_map(|s| json!({ "a": [s] }))
    ]
}

fn records() -> impl Strategy<Value = Record> {
    (".{0,4}", ".{0,4}", levels(), ".{0,4}", ".{0,4}", vec(".{0,4}", 0..3), ".{0,4}", moments()).prop_map(
        |(provider, alias, level, digest, target, claims, run, at)| Record {
            provider,
            alias,
            level,
            digest,
            target,
            claims,
            run,
            at,
        },
    )
}

fn snapshots() -> impl Strategy<Value = Snapshot> {
    let coverage = any::<(bool, bool)>().prop_map(|(whole_system, data)| Coverage { whole_system, data });
    let first = (addresses(), ".{0,4}", option::of(levels()), tokens(), ".{0,4}", coverage);
    let second = (moments(), any::<u64>(), option::of(".{0,4}"), option::of(moments()), any::<bool>());
    (first, second).prop_map(|(first, second)| {
        let (component, run, level, token, place, coverage) = first;
        let (taken, size, digest, expires, survives_target_loss) = second;
        Snapshot {
            component,
            run,
            level,
            token,
            place,
            coverage,
            taken,
            size,
            digest,
            expires,
            survives_target_loss,
        }
    })
}

fn runs() -> impl Strategy<Value = FinishedRun> {
    let outcome = (0..RunOutcome::ALL.len()).prop_map(|i| RunOutcome::ALL[i]);
    let purpose = prop_oneof![
        Just(Purpose::Apply),
        Just(Purpose::RefreshOnly),
        ".{0,4}".prop_map(|of| Purpose::Rollback { of }),
        ".{0,4}".prop_map(|snapshot| Purpose::Restore { snapshot })
    ];
    let change = (option::of(levels()), option::of(levels()));
    let levels = btree_map(addresses(), change.prop_map(|(before, after)| Levels { before, after }), 0..3);
    (".{0,4}", moments(), moments(), outcome, purpose, any::<u64>(), ".{0,4}", levels).prop_map(
        |(id, started, finished, outcome, purpose, journal_lines, journal_head, levels)| FinishedRun {
            id,
            started,
            finished,
            outcome,
            purpose,
            journal_lines,
            journal_head,
            levels,
        },
    )
}

/// Any state that the program could make.
pub fn states() -> impl Strategy<Value = State> {
    let output = (tokens(), any::<bool>())
        .prop_map(|(value, sensitive)| (if sensitive { Exact::NULL } else { value.into() }, sensitive))
        .prop_map(|(value, sensitive)| OutputValue { value, sensitive });
    let rejected = btree_map((addresses(), levels()), (".{0,4}", ".{0,4}", moments()), 0..3);
    let reload = prop_oneof![Just(Reload::None), Just(Reload::Service), Just(Reload::PowerCycle)];
    let reloaded = (option::of(levels()), option::of(".{0,4}"), reload.clone());
    let reloaded = reloaded.prop_map(|(level, digest, reload)| Reloaded { level, digest, reload });
    let owed = (".{0,4}", reload, any::<bool>(), option::of(reloaded), moments());
    let owed = owed.prop_map(|(run, reload, half, reloaded, at)| Owed { run, reload, half, reloaded, at });
    let owed = btree_map(addresses(), owed, 0..2);
    let first = (".{0,6}", any::<u64>(), ".{0,6}", option::of((".{0,4}", any::<u64>())));
    let maps = (
        btree_map(addresses(), records(), 0..4),
        btree_map(".{0,4}", snapshots(), 0..3),
        btree_map(".{0,4}", output, 0..3),
    );
    (first, maps, rejected, owed, vec(runs(), 0..3)).prop_map(|(first, maps, rejected, owed, runs)| {
        let (lineage, serial, program, folded) = first;
        let (records, snapshots, outputs) = maps;
        let rejected = rejected.into_iter().map(|((component, level), (run, reason, at))| Rejected {
            component,
            level,
            run,
            reason,
            at,
        });
        let mut seen = std::collections::BTreeSet::new();
        State {
            lineage,
            serial,
            program,
            records,
            snapshots,
            rejected: rejected.collect(),
            owed,
            runs: runs.into_iter().filter(|r| seen.insert(r.id.clone())).collect(),
            outputs,
            token: serial % 3,
            folded: folded.map(|(run, line)| Folded { run, line }),
        }
    })
}
