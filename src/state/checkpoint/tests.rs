//! Every way to come to rest, and folding twice.

use super::*;
use crate::model::Purpose;
use crate::state::sample::*;

fn reading(text: &str) -> Reading {
    let Record { provider, alias, level, digest, target, claims, .. } = record(text);
    Reading { provider, alias, level, digest, target, claims }
}

fn results(settled: Vec<(&str, Standing)>) -> Results {
    let settle =
        |(name, standing): (&str, Standing)| Settled { component: address(name), standing, at: Moment(9) };
    Results {
        run: "r2".into(),
        line: 5,
        token: 3,
        program: "0.2.0".into(),
        settled: settled.into_iter().map(settle).collect(),
        taken: BTreeMap::new(),
        dropped: Vec::new(),
        outputs: None,
        finished: None,
    }
}

fn state() -> State {
    let mut state = State::new("l", "0.1.0");
    state.records.insert(address("release.a"), record("1"));
    state.records.insert(address("release.b"), record("1"));
    let rejection = |component: &str, level: &str| Rejected {
        component: address(component),
        level: single(level),
        run: "r1".into(),
        reason: "old".into(),
        at: Moment(1),
    };
    state.rejected =
        vec![rejection("release.a", "2"), rejection("release.a", "3"), rejection("release.b", "2")];
    state.snapshots.insert("s1".into(), snapshot("release.a", "r1", 1));
    state
}

#[test]
fn each_standing_leaves_its_mark() {
    let failed = |level: &str| Standing::Restored { rejected: Some((single(level), "new".into())) };
    // What happened to release.a: its record afterwards, and the levels rejected as component@level:reason.
    for (standing, recorded, rejected) in [
        (Standing::Recorded(reading("2")), Some("2"), "a@3:old b@2:old"),
        (Standing::Recorded(reading("9")), Some("9"), "a@2:old a@3:old b@2:old"),
        (Standing::Gone, None, "a@2:old a@3:old b@2:old"),
        (Standing::Forgotten, None, "a@2:old a@3:old b@2:old"),
        (failed("2"), Some("1"), "a@3:old b@2:old a@2:new"),
        (failed("4"), Some("1"), "a@2:old a@3:old b@2:old a@4:new"),
        (Standing::Restored { rejected: None }, Some("1"), "a@2:old a@3:old b@2:old"),
        (Standing::Stuck, Some("1"), "a@2:old a@3:old b@2:old"),
    ] {
        let next = checkpoint(&state(), results(vec![("release.a", standing.clone())]));
        let level = next.records.get(&address("release.a")).map(|r| r.level.to_string());
        assert_eq!(level.as_deref(), recorded, "{standing:?}");
        let marks: Vec<String> =
            next.rejected.iter().map(|r| format!("{}@{}:{}", r.component.name, r.level, r.reason)).collect();
        assert_eq!(marks.join(" "), rejected, "{standing:?}");
        assert_eq!((next.serial, &*next.program), (1, "0.2.0"));
        assert_eq!(next.records[&address("release.b")], record("1"));
    }
}

#[test]
fn what_is_owed_stays_until_it_is_in_force() {
    let owes = |reload| Standing::Owes { reload, half: false, reloaded: None };
    let owed = checkpoint(&state(), results(vec![("release.a", owes(Reload::Service))]));
    let found = &owed.owed[&address("release.a")];
    assert_eq!((found.run.as_str(), found.reload), ("r2", Reload::Service));
    // What happens to release.a then, and what it owes afterwards.
    for (standing, after) in [
        (Standing::Recorded(reading("2")), Some(Reload::Service)),
        (Standing::Restored { rejected: None }, Some(Reload::Service)),
        (Standing::Stuck, Some(Reload::Service)),
        (owes(Reload::None), Some(Reload::None)),
        (Standing::InForce, None),
        (Standing::Gone, Some(Reload::Service)),
        (Standing::Forgotten, None),
    ] {
        let next = checkpoint(&owed, results(vec![("release.a", standing.clone())]));
        let left = next.owed.get(&address("release.a")).map(|owed| owed.reload);
        assert_eq!(left, after, "{standing:?}");
    }
}

#[test]
fn folding_again_adds_nothing() {
    let mut all = results(vec![
        ("release.a", Standing::Recorded(reading("2"))),
        ("release.b", Standing::Restored { rejected: Some((single("5"), "ill".into())) }),
    ]);
    all.taken.insert("s2".into(), snapshot("release.a", "r2", 2));
    all.dropped.push("s1".into());
    all.finished = Some(run("r2", &[("release.a", Some("1"), Some("2"))]));
    let once = checkpoint(&state(), all.clone());
    assert_eq!(once.snapshots.keys().collect::<Vec<_>>(), ["s2"]);
    assert_eq!(once.runs.len(), 1);
    assert_eq!(once.folded, Some(Folded { run: "r2".into(), line: 5 }));
    let twice = checkpoint(&once, all);
    assert_eq!(twice, once, "not even the serial grows");
}

#[test]
fn a_later_line_of_the_same_run_ends_in_the_same_state() {
    let early = results(vec![("release.a", Standing::Recorded(reading("2")))]);
    let mut late = results(vec![
        ("release.a", Standing::Recorded(reading("2"))),
        ("release.b", Standing::Recorded(reading("2"))),
    ]);
    late.line = 9;
    let direct = checkpoint(&state(), late.clone());
    let by_steps = checkpoint(&checkpoint(&state(), early), late);
    assert_eq!(State { serial: 0, ..by_steps }, State { serial: 0, ..direct });
}

#[test]
fn only_the_last_runs_keep_their_levels() {
    let mut state = state();
    for i in 0..LEVELS_KEPT + 5 {
        let mut next = results(Vec::new());
        next.run = format!("r{i}");
        next.finished = Some(run(&next.run, &[("release.a", Some("1"), Some("2"))]));
        state = checkpoint(&state, next);
    }
    assert_eq!(state.runs.len(), LEVELS_KEPT + 5, "their heads stay");
    let kept: Vec<bool> = state.runs.iter().map(|r| !r.levels.is_empty()).collect();
    assert_eq!(kept, [vec![false; 5], vec![true; LEVELS_KEPT]].concat());
    let forgotten: Vec<bool> = state.runs.iter().map(|r| state.has_forgotten_levels_of(&r.id)).collect();
    assert_eq!(forgotten, kept.iter().map(|kept| !kept).collect::<Vec<bool>>());
    assert_eq!(state.last_run_of(&address("release.a")).unwrap().id, format!("r{}", LEVELS_KEPT + 4));
}

/// A controller that was taken for dead writes its checkpoint after the one that took its run over.
#[test]
fn what_comes_late_changes_nothing() {
    let failed = Standing::Restored { rejected: Some((single("2"), "new".into())) };
    let early = results(vec![("release.a", failed)]);
    let later = checkpoint(&state(), Results { line: 7, ..results(Vec::new()) });
    assert_eq!(checkpoint(&later, early.clone()), later);
    let run = FinishedRun {
        id: "r2".into(),
        started: Moment(1),
        finished: Moment(2),
        outcome: super::super::RunOutcome::Complete,
        purpose: Purpose::Apply,
        journal_lines: 9,
        journal_head: String::new(),
        levels: BTreeMap::new(),
    };
    let mut ended = checkpoint(&later, Results { line: 9, finished: Some(run), ..results(Vec::new()) });
    // Another run wrote since.
    ended.folded = Some(Folded { run: "r3".into(), line: 1 });
    assert_eq!(checkpoint(&ended, early), ended, "also after its end");
}
