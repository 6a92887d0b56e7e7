//! What goes, and what is never dropped.

use super::*;
use crate::state::FinishedRun;
use crate::state::sample::*;
use std::time::Duration;

const DAY: i64 = 86_400_000;

/// Five snapshots of release.a, taken by runs r1 to r5 on days 1 to 5.
fn state() -> State {
    let mut state = State::new("l", "0.1.0");
    for day in 1..=5 {
        let run_id = format!("r{day}");
        state.snapshots.insert(format!("s{day}"), snapshot("release.a", &run_id, day * DAY));
        state.runs.push(run(&run_id, &[("release.b", None, None)]));
    }
    state.runs.push(run("r6", &[]));
    state
}

fn dropped(state: &State, keep: u64, days: Option<u64>, open: &[&str]) -> String {
    let keep_for = days.map(|d| Duration::from_secs(d * 86_400));
    let rule = |_: &Address| Some(SnapshotRule { keep, keep_for, may_lose_data: false });
    let open = open.iter().map(ToString::to_string).collect();
    to_drop(state, rule, &open, Moment(6 * DAY)).join(" ")
}

#[test]
fn keep_and_keep_for() {
    for (keep, days, open, expected) in [
        (9, None, &[][..], ""),
        (5, None, &[], ""),
        (2, None, &[], "s1 s2 s3"),
        (0, None, &[], "s1 s2 s3 s4 s5"),
        (9, Some(3), &[], "s1 s2"),
        (4, Some(3), &[], "s1 s2"),
        (1, Some(3), &[], "s1 s2 s3 s4"),
        (9, Some(0), &[], "s1 s2 s3 s4 s5"),
        (0, None, &["r2", "r5"], "s1 s3 s4"),
    ] {
        assert_eq!(dropped(&state(), keep, days, open), expected, "keep {keep}, for {days:?} days");
    }
}

#[test]
fn the_last_finished_run_of_the_component_holds_its_snapshot() {
    let mut state = state();
    state.runs[1].levels.insert(
        address("release.a"),
        run("x", &[("release.a", None, None)]).levels[&address("release.a")].clone(),
    );
    assert_eq!(dropped(&state, 0, None, &[]), "s1 s3 s4 s5");
    // A later run of another component takes nothing away from that.
    state.runs.push(run("r7", &[("release.b", None, Some("1"))]));
    assert_eq!(dropped(&state, 0, None, &[]), "s1 s3 s4 s5");
}

#[test]
fn each_component_counts_for_itself_and_one_that_is_gone_keeps_until_expiry() {
    let mut state = state();
    state.snapshots.insert("t1".into(), snapshot("release.z", "r1", DAY));
    state.snapshots.insert("t2".into(), snapshot("release.z", "r2", 2 * DAY));
    state.snapshots.get_mut("t2").unwrap().expires = Some(Moment(6 * DAY));
    let rule = |a: &Address| {
        (&*a.name == "a").then_some(SnapshotRule { keep: 3, keep_for: None, may_lose_data: false })
    };
    assert_eq!(to_drop(&state, rule, &BTreeSet::new(), Moment(6 * DAY)), ["s1", "s2", "t2"]);
    assert_eq!(to_drop(&state, rule, &BTreeSet::new(), Moment(6 * DAY - 1)), ["s1", "s2"]);
}

#[test]
fn snapshots_of_one_moment_go_by_their_id() {
    let mut state = State::new("l", "0.1.0");
    for id in ["a", "b", "c"] {
        state.snapshots.insert(id.into(), snapshot("release.a", "r1", DAY));
    }
    assert_eq!(dropped(&state, 1, None, &[]), "a b");
}

#[test]
fn the_record_names_the_run_that_holds_where_old_runs_forgot_their_levels() {
    let mut state = state();
    let mut record = record("1");
    record.run = "r2".into();
    state.records.insert(address("release.a"), record);
    assert_eq!(dropped(&state, 0, None, &[]), "s1 s3 s4 s5");
}

#[test]
fn a_run_ended_as_it_stood_holds_until_a_later_one_ends_well() {
    let mut state = state();
    state.runs[2].outcome = RunOutcome::Abandoned;
    assert_eq!(dropped(&state, 0, None, &[]), "s1 s2 s4 s5");
    // Earlier ones, ones of other components, and mere looking take nothing away from that.
    let mut record = record("1");
    record.run = "r1".into();
    state.records.insert(address("release.a"), record);
    assert_eq!(dropped(&state, 0, None, &[]), "s2 s4 s5");
    state.runs.push(FinishedRun { purpose: Purpose::RefreshOnly, ..run("r7", &[]) });
    state.records.get_mut(&address("release.a")).unwrap().run = "r7".into();
    assert_eq!(dropped(&state, 0, None, &[]), "s1 s2 s4 s5");
    state.runs.push(run("r8", &[("release.a", None, Some("2"))]));
    assert_eq!(dropped(&state, 0, None, &[]), "s1 s2 s3 s4 s5");
}

#[test]
fn the_run_that_came_last_is_newest_whatever_its_clock_said() {
    let mut state = state();
    state.snapshots.get_mut("s5").unwrap().taken = Moment(0);
    assert_eq!(dropped(&state, 2, None, &[]), "s1 s2 s3");
    assert_eq!(dropped(&state, 0, None, &["r2"]), "s1 s3 s4 s5");
}
