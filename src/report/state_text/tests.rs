//! The state as people read it, in golden files.

use super::*;
use crate::plan::samples::single;
use crate::report::state_samples::{now, state};
use crate::state::{Orphan, State};

fn clock() -> Clock {
    Clock { now: now(), zone: |_| 3_600 }
}

#[test]
fn lists_are_for_pipes() {
    let text = list(&state(), &[], Style::plain(40));
    assert_eq!(text.lines().count(), state().records.len());
    assert!(text.lines().any(|l| l.len() > 40), "an address is never wrapped:\n{text}");
    let some = list(&state(), &["apt.db".parse().unwrap()], Style::plain(80));
    assert!(some.lines().all(|l| l.starts_with("apt.db[")) && !some.is_empty());
}

#[test]
fn shows_one() {
    let state = state();
    for (name, address) in [("single", "release.api"), ("map", "apt.db[\"eu-1\"]")] {
        let text = show(&state, &[], &address.parse().unwrap(), clock(), Style::plain(80)).unwrap();
        insta::assert_snapshot!(format!("show_{name}"), text);
    }
    assert_eq!(show(&state, &[], &"release.none".parse().unwrap(), clock(), Style::plain(80)), None);
}

#[test]
fn snapshots_at_three_widths() {
    for width in [60, 80, 120] {
        let text = snapshot_list(&listed(state()), &[], clock(), Style::plain(width));
        insta::assert_snapshot!(format!("snapshots_{width}"), text);
    }
    let none = State { snapshots: Default::default(), ..state() };
    let none = known_of(none);
    assert_eq!(snapshot_list(&none, &[], clock(), Style::plain(80)), "There are no snapshots.\n");
}

/// Nothing but the state.
fn known_of(state: State) -> Listed {
    Listed {
        state,
        orphans: Vec::new(),
        unrecorded: Vec::new(),
        unproved: Default::default(),
        doomed: Default::default(),
        nameless: Vec::new(),
        planless: Default::default(),
        lost: Default::default(),
    }
}

/// With an orphan, and a snapshot whose run is gone.
fn listed(state: State) -> Listed {
    let mut listed = known_of(state);
    let (id, snapshot) = listed.state.snapshots.first_key_value().unwrap();
    listed.orphans.push(Orphan {
        id: format!("{id}-2"),
        component: snapshot.component.clone(),
        run: "20261122-010000-cd34".into(),
        level: Some(single("1.4.0")),
        asked: snapshot.taken,
        place: snapshot.place.clone(),
    });
    listed.lost.insert(snapshot.run.clone());
    listed
}

#[test]
fn overviews() {
    for width in [60, 100] {
        let text = overview(&state(), &[], clock(), Style::plain(width));
        insta::assert_snapshot!(format!("overview_{width}"), text);
    }
}

#[test]
fn runs() {
    let row = |id: &str, outcome: &str, ago: i64, took: Option<i64>| RunRow {
        id: id.into(),
        started: Some(Moment(now().0 - ago)),
        finished: took.map(|t| Moment(now().0 - ago + t)),
        outcome: outcome.into(),
        purpose: "apply".into(),
        components: 12,
    };
    let back = RunRow {
        purpose: "rollback of 20261121-010000-aa00".into(),
        ..row("20261121-020000-bb00", "complete", 90_000_000, Some(830))
    };
    let damaged = RunRow { started: None, ..row("20261122-015000-dd00", "damaged", 0, None) };
    let rows = [
        row("20261121-010000-aa00", "restored", 93_600_000, Some(3_725_250)),
        back,
        damaged,
        row("20261122-020000-ee00", "open", 3_700_000, None),
        row("20261122-021000-ef00", "stuck", 3_100_000, None),
        row("20261122-030000-ff00", "running", 90_000, None),
    ];
    for width in [60, 100] {
        insta::assert_snapshot!(format!("run_list_{width}"), run_list(&rows, clock(), Style::plain(width)));
    }
    assert_eq!(run_list(&[], clock(), Style::plain(80)), "There was no run yet.\n");
}

#[test]
fn hostile_places_are_not_obeyed() {
    let mut state = state();
    for snapshot in state.snapshots.values_mut() {
        snapshot.place = "\u{1b}[2J\nforged".into();
        snapshot.level = Some(single("\u{7}"));
    }
    let text = snapshot_list(&listed(state), &[], clock(), Style::plain(80));
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
}

/// The stored state is a published form too.
#[test]
fn the_stored_state_fits_the_published_schema() {
    use crate::report::schema::Schema;
    let schema = Schema::parse(include_str!("../../../docs/schemas/state.schema.json"));
    let bytes = crate::state::stored::write(&state());
    let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(schema.complaints(&json), Vec::<String>::new());
    let mut odd = json.clone();
    odd["records"][0]["surprise"] = serde_json::Value::Null;
    assert!(!schema.complaints(&odd).is_empty());
}
