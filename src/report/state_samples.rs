//! A state for tests, with every sort of row.

use crate::model::{Address, Moment, PatchLevel, Purpose};
use crate::plan::samples::single;
use crate::state::noun::{Folded, OutputValue, Rejected};
use crate::state::{FinishedRun, Levels, Owed, Record, RunOutcome, Snapshot, State};
use patchform_sdk::message::{Coverage, Reload};
use serde_json::json;
use std::collections::BTreeMap;

/// The present of the samples.
pub fn now() -> Moment {
    Moment(1_795_318_807_000)
}

fn address(text: &str) -> Address {
    text.parse().expect("samples name real addresses")
}

fn record(name: &str, level: PatchLevel) -> Record {
    Record {
        provider: "release".into(),
        alias: String::new(),
        level,
        digest: patchform_sdk::digest::of_bytes(name.as_bytes()),
        target: "7f3c0d5ab2".into(),
        claims: vec![format!("path:/srv/{name}")],
        run: "20261122-024007-ab12".into(),
        at: Moment(now().0 - 3_600_000),
    }
}

fn snapshot(component: &str, level: Option<&str>, hours: i64, expires: Option<i64>) -> Snapshot {
    Snapshot {
        component: address(component),
        run: "20261122-024007-ab12".into(),
        level: level.map(single),
        token: json!({ "path": "/srv/.patchform/1" }),
        place: "/srv/.patchform/snapshots".into(),
        coverage: Coverage { whole_system: expires.is_none(), data: expires.is_none() },
        taken: Moment(now().0 - hours * 3_600_000),
        size: 12_400_000,
        digest: None,
        expires: expires.map(|h| Moment(now().0 + h * 3_600_000)),
        survives_target_loss: level.is_none(),
    }
}

fn runs() -> Vec<FinishedRun> {
    let purposes = [
        Purpose::Apply,
        Purpose::RefreshOnly,
        Purpose::Rollback { of: "20261120-000000-0000".into() },
        Purpose::Apply,
        Purpose::Apply,
    ];
    let outcomes = RunOutcome::ALL.into_iter().zip(purposes);
    outcomes
        .enumerate()
        .map(|(i, (outcome, purpose))| FinishedRun {
            id: format!("2026112{i}-000000-0000"),
            started: Moment(now().0 - 86_400_000 * (6 - i as i64)),
            finished: Moment(now().0 - 86_400_000 * (6 - i as i64) + 73_000),
            outcome,
            purpose,
            journal_lines: 40 + i as u64,
            journal_head: patchform_sdk::digest::of_bytes(&[i as u8]),
            levels: BTreeMap::from([
                (
                    address("release.api"),
                    Levels { before: Some(single("1.3.0")), after: Some(single("1.4.0")) },
                ),
                (address("release.web"), Levels { before: None, after: Some(single("1.4.0")) }),
                (address("release.gone"), Levels { before: Some(single("1")), after: None }),
                (address("release.kept"), Levels { before: Some(single("2")), after: Some(single("2")) }),
            ]),
        })
        .collect()
}

/// The state.
pub fn state() -> State {
    let parts = BTreeMap::from([("libpq5".into(), "15.18".into()), ("postgresql-15".into(), "15.18".into())]);
    let long = "module.europe[\"frankfurt-1\"].release.a-rather-long-name[\"and-a-key\"]";
    State {
        lineage: "5b0a4c2e".into(),
        serial: 7,
        program: "0.1.0".into(),
        records: BTreeMap::from([
            (
                address("apt.db[\"eu-1\"]"),
                Record { alias: "eu".into(), ..record("db", PatchLevel::Map(parts)) },
            ),
            (address("release.api"), record("api", single("1.4.0"))),
            (address(long), record("long", single("1"))),
        ]),
        snapshots: BTreeMap::from([
            ("20261121-013000-cd34.1".into(), snapshot("release.api", Some("1.3.0"), 25, Some(-1))),
            ("20261122-024007-ab12.3".into(), snapshot("release.api", Some("1.4.0"), 1, Some(335))),
            ("20261122-024007-ab12.4".into(), snapshot("apt.db[\"eu-1\"]", None, 1, None)),
            ("20261122-024007-ab12.5".into(), snapshot("release.forgotten", Some("1"), 1, Some(2))),
        ]),
        rejected: vec![Rejected {
            component: address("release.api"),
            level: single("1.5.0"),
            run: "20261121-013000-cd34".into(),
            reason: "check ready: answered 503, expected 200".into(),
            at: Moment(now().0 - 86_400_000),
        }],
        owed: BTreeMap::from([(
            address("release.api"),
            Owed {
                run: "20261121-013000-cd34".into(),
                reload: Reload::Service,
                half: false,
                reloaded: None,
                at: now(),
            },
        )]),
        runs: runs(),
        outputs: BTreeMap::from([
            ("api_level".into(), OutputValue { value: json!("1.4.0").into(), sensitive: false }),
            ("password".into(), OutputValue { value: json!(null).into(), sensitive: true }),
        ]),
        token: 12,
        folded: Some(Folded { run: "20261122-024007-ab12".into(), line: 44 }),
    }
}
