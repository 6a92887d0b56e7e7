//! The state as people read it, in golden files.

use super::*;
use crate::plan::samples::single;
use crate::report::state_samples::{now, state};

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
        let text = show(&state, &address.parse().unwrap(), now(), Style::plain(80)).unwrap();
        insta::assert_snapshot!(format!("show_{name}"), text);
    }
    assert_eq!(show(&state, &"release.none".parse().unwrap(), now(), Style::plain(80)), None);
}

#[test]
fn snapshots_at_three_widths() {
    for width in [60, 80, 120] {
        let text = snapshot_list(&state(), &[], now(), Style::plain(width));
        insta::assert_snapshot!(format!("snapshots_{width}"), text);
    }
    assert_eq!(
        snapshot_list(&State { snapshots: Default::default(), ..state() }, &[], now(), Style::plain(80)),
        "There are no snapshots.\n"
    );
}

#[test]
fn runs() {
    let open = [
        OpenRun {
            id: "20261122-030000-ff00".into(),
            started: Moment(now().0 - 90_000),
            purpose: "apply".into(),
            driver: Some("ops@deploy-1, process 4711".into()),
            components: 12,
        },
        OpenRun {
            id: "20261122-020000-ee00".into(),
            started: Moment(now().0 - 3_700_000),
            purpose: "apply".into(),
            driver: None,
            components: 3,
        },
    ];
    insta::assert_snapshot!("run_list", run_list(&state(), &open, now(), Style::plain(100)));
    insta::assert_snapshot!("run_show", run_show(&state().runs[0], now(), Style::plain(80)));
}

#[test]
fn hostile_places_are_not_obeyed() {
    let mut state = state();
    for snapshot in state.snapshots.values_mut() {
        snapshot.place = "\u{1b}[2J\nforged".into();
        snapshot.level = Some(single("\u{7}"));
    }
    let text = snapshot_list(&state, &[], now(), Style::plain(80));
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
