//! Edits by hand, and what they refuse.

use super::*;
use crate::model::Moment;
use crate::state::sample::*;
use crate::state::{Owed, Rejected};
use patchform_sdk::message::Reload;

fn state() -> State {
    let mut state = State::new("l", "0.1.0");
    for name in ["release.a", "release.b[0]", "release.b[1]"] {
        state.records.insert(address(name), record("1"));
        state.rejected.push(Rejected {
            component: address(name),
            level: single("2"),
            run: "r1".into(),
            reason: "ill".into(),
            at: Moment(1),
        });
    }
    state.snapshots.insert("s1".into(), snapshot("release.a", "r1", 1));
    let owed = Owed { run: "r1".into(), reload: Reload::Service, half: false, reloaded: None, at: Moment(1) };
    state.owed.insert(address("release.a"), owed.clone());
    state.owed.insert(address("release.b[0]"), owed);
    state.runs.push(run("r1", &[("release.a", None, Some("1"))]));
    state
}

#[test]
fn mv_takes_everything_along() {
    let mut moved = state();
    moved.mv(&address("release.a"), &address("release.new[\"x\"]")).unwrap();
    let to = address("release.new[\"x\"]");
    assert_eq!(moved.serial, 1);
    assert!(moved.records.contains_key(&to) && !moved.records.contains_key(&address("release.a")));
    assert_eq!(moved.snapshots["s1"].component, to);
    assert!(moved.rejection(&to, &single("2")).is_some());
    assert!(moved.runs[0].levels.contains_key(&to));
    assert!(moved.owed.contains_key(&to) && !moved.owed.contains_key(&address("release.a")));
    moved.mv(&to, &address("release.a")).unwrap();
    assert_eq!(moved.records, state().records);
}

#[test]
fn mv_refuses_what_would_lose_something() {
    let mut state = state();
    let before = state.clone();
    for (from, to, words) in [
        ("release.x", "release.y", "no record of release.x"),
        ("release.a", "release.b[0]", "already has a record of release.b[0]"),
        ("release.a", "release.a", "already has a record of release.a"),
        ("release.a", "apt.a", "is of kind \"release\" and cannot become apt.a"),
    ] {
        let error = state.mv(&address(from), &address(to)).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    assert_eq!(state, before);
}

#[test]
fn rm_and_allow_take_a_block_with_all_its_instances() {
    let mut left = state();
    let gone = left.rm(&address("release.b").into()).unwrap();
    assert_eq!(gone, [address("release.b[0]"), address("release.b[1]")]);
    assert_eq!((left.records.len(), left.rejected.len(), left.owed.len(), left.serial), (1, 3, 1, 1));
    assert_eq!(left.rm(&address("release.b").into()), Err(Refused::Unknown(address("release.b").into())));

    let mut allowed = state();
    assert_eq!(
        allowed.allow(&address("release.b[1]").into()).unwrap(),
        [(address("release.b[1]"), single("2"))]
    );
    assert_eq!((allowed.records.len(), allowed.rejected.len(), allowed.serial), (3, 2, 1));
    let again = allowed.allow(&address("release.b[1]").into());
    assert_eq!(again, Err(Refused::NotRejected(address("release.b[1]").into())));
    assert_eq!(allowed.serial, 1);
}

#[test]
fn only_a_later_form_of_the_same_state_may_replace_it() {
    let current = State { serial: 5, ..state() };
    for (lineage, serial, expected) in [
        ("l", 6, Ok(())),
        ("l", 5, Ok(())),
        ("l", 4, Err(Refused::Older { ours: 5, theirs: 4 })),
        ("m", 9, Err(Refused::OtherLineage { ours: "l".into(), theirs: "m".into() })),
    ] {
        let next = State { lineage: lineage.into(), serial, ..state() };
        assert_eq!(next.may_replace(&current), expected);
    }
}
