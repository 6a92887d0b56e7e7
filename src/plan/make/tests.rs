//! Ways back, procedures, refusals, stale plans, runs taken back, and the words for all of it.

use super::*;
use crate::config::checked::{Check, Drain, Need, Probe};
use crate::model::Purpose;
use crate::plan::noun::{Observed, Planned, Step};
use crate::plan::sample::*;
use crate::plan::stale::{Stale, rests_on, stale};
use crate::plan::undo::undo;
use crate::state::{FinishedRun, Levels, RunOutcome, Snapshot};
use patchform_sdk::message::Reload;
use std::time::Duration;

fn steps(procedure: &[Planned]) -> String {
    procedure.iter().map(|p| p.action.name()).collect::<Vec<_>>().join(" ")
}

fn change_of(platform: &Platform, name: &str) -> Change {
    match platform.verdict(name) {
        Verdict::Change(change) => *change,
        other => panic!("{other:?}"),
    }
}

fn check() -> Check {
    let probe = Probe::Tcp { host: "localhost".into(), port: 1 };
    let (timeout, interval, within) =
        (Duration::from_secs(5), Duration::from_secs(1), Duration::from_secs(30));
    Check {
        name: "ready".into(),
        probe,
        timeout,
        interval,
        within,
        successes: 1,
        failures: None,
        need: Need::Required,
    }
}

fn uninstall() -> WayBack {
    WayBack { kind: WayBackKind::Uninstall, duration: 0, ..restore() }
}

#[test]
fn procedures_follow_from_what_the_kind_can_and_the_patch_needs() {
    let all = Can { backup: true, ..Platform::new().can };
    let quiet = Preview { reload: Reload::None, artifacts: Vec::new(), ..preview() };
    let unpick = Preview { ways_back: vec![uninstall()], ..preview() };
    for (recorded, checks, can, preview, forth, back) in [
        (
            Some("1"),
            1,
            all,
            preview(),
            "gate fetch measure snapshot backup patch reload verify commit",
            "restore reload verify",
        ),
        (
            Some("1"),
            0,
            all,
            preview(),
            "gate fetch snapshot backup patch reload verify commit",
            "restore reload verify",
        ),
        (None, 1, all, preview(), "gate fetch snapshot patch reload verify commit", "restore reload verify"),
        (Some("1"), 1, all, quiet, "gate measure snapshot backup patch verify commit", "restore verify"),
        (
            Some("1"),
            0,
            Can { reload: false, fetch: false, ..all },
            preview(),
            "gate snapshot backup patch verify commit",
            "restore verify",
        ),
        (
            Some("1"),
            0,
            Can { backup: false, ..all },
            unpick,
            "gate fetch patch reload verify commit",
            "uninstall reload verify",
        ),
    ] {
        let mut platform = Platform::new().with("a", "2", recorded, recorded, &[]);
        platform.can = can;
        platform.component("a").checks = vec![check(); checks];
        platform.previews.insert(address("a"), PreviewOutcome::Ready(Box::new(preview)));
        let change = change_of(&platform, "a");
        assert_eq!((&*steps(&change.forth), &*steps(&change.back)), (forth, back));
    }
}

/// Traffic is away from before anything is stored until the level is verified; without a way back it only returns.
#[test]
fn traffic_is_away_while_anything_happens() {
    let forth = "gate fetch drain snapshot patch reload verify undrain commit";
    for (ways, forth, back) in [
        (vec![restore()], forth, "drain restore reload verify undrain"),
        (vec![], "gate fetch drain patch reload verify undrain commit", "undrain"),
    ] {
        let mut platform = Platform::new().with("a", "2", Some("1"), Some("1"), &[]);
        let preview = Preview { ways_back: ways, ..preview() };
        platform.previews.insert(address("a"), PreviewOutcome::Ready(Box::new(preview)));
        let component = platform.component("a");
        component.lifecycle.allow_irreversible = true;
        component.drain =
            Some(Drain { from: vec![0, 1], member: "a".into(), wait: Duration::from_secs(300) });
        let change = change_of(&platform, "a");
        assert_eq!((&*steps(&change.forth), &*steps(&change.back)), (forth, back));
        let drain = change.forth.iter().find(|p| p.action == Step::Drain).unwrap();
        assert_eq!(drain.deadline, Duration::from_secs(120 + 2 * 300), "each may take its time");
    }
}

#[test]
fn durations_are_the_providers_where_it_says_and_deadlines_are_generous() {
    let mut platform = Platform::new().with("a", "2", Some("1"), Some("1"), &[]);
    platform.component("a").checks = vec![check(), check()];
    let change = change_of(&platform, "a");
    let times: Vec<(&str, u128, u64)> = change
        .forth
        .iter()
        .chain(&change.back)
        .map(|p| (p.action.name(), p.expected.as_millis(), p.deadline.as_secs()))
        .collect();
    assert_eq!(
        times,
        [
            ("gate", 0, 120),
            ("fetch", 2_500, 120),
            ("measure", 400, 142),
            ("snapshot", 1_000, 120),
            ("patch", 60_000, 300),
            ("reload", 2_000, 120),
            ("verify", 900, 190),
            ("commit", 0, 120),
            ("restore", 40, 120),
            ("reload", 2_000, 120),
            ("verify", 900, 190),
        ]
    );
}

#[test]
fn no_duration_that_a_provider_says_breaks_the_clock() {
    let mut platform = Platform::new().with("a", "2", Some("1"), Some("1"), &[]);
    let mut wild = preview();
    wild.durations = [("patch".to_string(), u64::MAX), ("verify".to_string(), u64::MAX)].into();
    wild.artifacts[0].size = u64::MAX;
    wild.ways_back[0].duration = u64::MAX;
    platform.component("a").checks = vec![Check { within: Duration::MAX, ..check() }; 3];
    platform.previews.insert(address("a"), PreviewOutcome::Ready(Box::new(wild)));
    let change = change_of(&platform, "a");
    let longest = change.forth.iter().chain(&change.back).map(|p| p.deadline).max().unwrap();
    assert!(longest <= Duration::from_secs(50 * 86_400), "{longest:?}");
}

#[test]
fn the_first_way_back_that_keeps_data_is_taken() {
    let throws = WayBack { discards_data: true, ..restore() };
    let all = Platform::new().can;
    let no_snapshot = Can { snapshot: false, ..all };
    let ways = |ways: &[&WayBack]| ways.iter().map(|w| (*w).clone()).collect::<Vec<_>>();
    for (ways_back, can, may_lose, irreversible, expected) in [
        (ways(&[&restore(), &uninstall()]), all, false, false, Ok(Some(WayBackKind::Restore))),
        (ways(&[&throws, &uninstall()]), all, false, false, Ok(Some(WayBackKind::Uninstall))),
        (ways(&[&throws, &uninstall()]), all, true, false, Ok(Some(WayBackKind::Restore))),
        (ways(&[&restore(), &uninstall()]), no_snapshot, false, false, Ok(Some(WayBackKind::Uninstall))),
        (ways(&[&restore()]), no_snapshot, false, false, Err(Block::Irreversible)),
        (ways(&[&throws]), all, false, false, Err(Block::LosesData)),
        (ways(&[&throws]), no_snapshot, false, false, Err(Block::Irreversible)),
        (ways(&[&throws]), all, false, true, Ok(None)),
        (ways(&[]), all, false, false, Err(Block::Irreversible)),
    ] {
        let mut platform = Platform::new().with("a", "2", Some("1"), Some("1"), &[]);
        platform.can = can;
        platform.component("a").snapshot.may_lose_data = may_lose;
        platform.component("a").lifecycle.allow_irreversible = irreversible;
        let preview = Preview { ways_back, ..preview() };
        platform.previews.insert(address("a"), PreviewOutcome::Ready(Box::new(preview)));
        match platform.verdict("a") {
            Verdict::Change(change) => {
                assert_eq!(Ok(change.way_back.as_ref().map(|w| w.kind)), expected);
                assert_eq!(change.back.is_empty(), change.way_back.is_none());
                let snapshots = change.way_back.is_some_and(|w| w.kind == WayBackKind::Restore);
                assert_eq!(steps(&change.forth).contains("snapshot"), snapshots);
            }
            Verdict::Blocked(block) => assert_eq!(Err(block), expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_refused_preview_holds_what_stands_on_it_and_what_is_held_is_not_previewed() {
    let mut platform = Platform::new()
        .with("a", "2", Some("1"), Some("1"), &[])
        .with("b", "2", Some("1"), Some("1"), &["a"])
        .with("c", "2", Some("1"), Some("1"), &["b"])
        .with("d", "1", Some("1"), Some("1"), &["a"])
        .with("e", "2", Some("1"), Some("1"), &["d"]);
    platform.previews.insert(address("a"), PreviewOutcome::Blocked { why: "no space".into() });
    let plan = platform.plan();
    let words: Vec<String> = plan.entries.iter().map(|e| word(&e.verdict)).collect();
    assert_eq!(words, ["Refused(\"no space\")", "held [0]", "held [1]", "same", "Change"]);
    // Known to be held before any preview: nobody is asked.
    platform.observed.insert(address("a"), Observed::Unreachable { why: "down".into() });
    assert_eq!(platform.changes(platform.draft()).to_preview(), [4]);
    let plan = make(
        platform.changes(platform.draft()),
        BTreeMap::new(),
        &Making {
            workspace: "default",
            program: "0.1.0",
            now: Moment(0),
            can: &|_| Can::default(),
            stored: &|_| None,
            left_running: &|_| None,
        },
    );
    assert!(word(&plan.entries[4].verdict).starts_with("Refused(\"its provider did not say"));
}

/// What shares its target with what was left running there by what both claim may begin, and nothing else.
#[test]
fn what_cannot_share_its_target_waits_for_what_was_left_running_there() {
    let mut whole = restore();
    whole.coverage.whole_system = true;
    let along = "NotAlone(\"a restart, or a snapshot or way back of the whole system, takes along what was left running there: b: half\")";
    let claims_nothing = "NotAlone(\"it names no `claims`, so that it may change anything there, and something was left running: b: half\")";
    let anything = "NotAlone(\"what was left running there may change anything on its target: b: half\")";
    for (way, reload, claims, left_anything, expected) in [
        (restore(), Reload::Service, true, false, "Change"),
        (restore(), Reload::Reboot, true, false, along),
        (whole.clone(), Reload::None, true, false, along),
        (restore(), Reload::Service, false, false, claims_nothing),
        (restore(), Reload::Service, true, true, anything),
    ] {
        let mut platform = Platform::new().with("a", "2", Some("1"), Some("1"), &[]).with(
            "c",
            "2",
            Some("1"),
            Some("1"),
            &["a"],
        );
        let preview = Preview { ways_back: vec![way], reload, ..preview() };
        platform.previews.insert(address("a"), PreviewOutcome::Ready(Box::new(preview)));
        if let (false, Some(Observed::Present { identity, .. })) =
            (claims, platform.observed.get_mut(&address("a")))
        {
            identity.claims.clear();
        }
        assert_eq!(word(&platform.verdict("a")), "Change");
        let left = LeftRunning { why: "b: half".into(), anything: left_anything };
        platform.left_running.insert(address("a"), left);
        assert_eq!(word(&platform.verdict("a")), expected, "{reload:?}");
        assert_eq!(word(&platform.verdict("c")) == "Change", expected == "Change", "what stands on it");
    }
}

#[test]
fn a_plan_is_stale_only_if_what_it_rests_on_changed() {
    let platform = Platform::new()
        .with("a", "1", Some("1"), Some("1"), &[])
        .with("b", "2", Some("1"), Some("1"), &["a"])
        .with("c", "1", Some("1"), Some("1"), &[])
        .with("d", "1", Some("1"), Some("1"), &["b"]);
    let plan = platform.plan();
    assert_eq!(rests_on(&plan), [0, 1], "what it changes, and what that stands on");
    let now = || -> BTreeMap<usize, Observed> {
        plan.entries.iter().map(|e| platform.observed[&e.address].clone()).enumerate().collect()
    };
    assert_eq!(stale(&plan, &platform.state, &now()), []);

    let mut state = platform.state.clone();
    state.serial += 5;
    state.records.get_mut(&address("a")).unwrap().run = "r5".into();
    state.records.get_mut(&address("c")).unwrap().digest = "other".into();
    state.records.remove(&address("d"));
    assert_eq!(stale(&plan, &state, &now()), [], "none of this concerns it");
    state.records.get_mut(&address("a")).unwrap().digest = "other".into();
    state.records.remove(&address("b"));
    assert_eq!(stale(&plan, &state, &now()), [Stale::Record(address("a")), Stale::Record(address("b"))]);

    let mut changed = now();
    changed.insert(0, present("a", "7"));
    changed.insert(1, Observed::Unreachable { why: "down".into() });
    changed.insert(2, present("c", "7"));
    let found: Vec<String> =
        stale(&plan, &platform.state, &changed).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "release.a was changed on its target since the plan was made",
            "release.b cannot be read any more: down"
        ]
    );
    let mut other = platform.state.clone();
    other.lineage = "other".into();
    assert!(matches!(stale(&plan, &other, &now())[..], [Stale::Lineage { .. }]));
}

/// A run took `a` from 1 to 2 and installed `c`, with `b` between them that did not change.
fn finished() -> (Platform, Plan, FinishedRun) {
    let mut before = Platform::new()
        .with("a", "2", Some("1"), Some("1"), &[])
        .with("b", "1", Some("1"), Some("1"), &["a"])
        .with("c", "5", None, None, &["b"]);
    before.component("a").checks = vec![check()];
    before.component("c").checks = vec![check()];
    let plan = before.plan();
    let levels = plan
        .changes()
        .map(|(_, e, c)| (e.address.clone(), Levels { before: c.from.clone(), after: c.to.clone() }))
        .collect();
    let run = FinishedRun {
        id: "r2".into(),
        started: Moment(1),
        finished: Moment(2),
        outcome: RunOutcome::Complete,
        purpose: Purpose::Apply,
        journal_lines: 10,
        journal_head: "h".into(),
        levels,
    };
    let after = Platform::new()
        .with("a", "2", Some("2"), Some("2"), &[])
        .with("b", "1", Some("1"), Some("1"), &["a"])
        .with("c", "5", Some("5"), Some("5"), &["b"]);
    (after, plan, run)
}

#[test]
fn a_finished_run_is_taken_back_in_reverse() {
    let (platform, plan, mut run) = finished();
    run.levels.insert(address("moved"), Levels { before: None, after: None });
    let (draft, lost) = undo(&plan, &run, &platform.state).unwrap();
    assert_eq!(lost, [address("moved")]);
    let back = platform.plan_of(draft);
    assert_eq!(back.purpose, Purpose::Rollback { of: "r2".into() });
    assert_eq!(back.entries.len(), 2, "only what the run changed");
    let (a, c) = (entry(&back, "a"), entry(&back, "c"));
    assert_eq!((&a.after[..], &c.after[..]), (&[1][..], &[][..]), "the one below waits for the one above");
    let Verdict::Change(down) = &a.verdict else { panic!("{:?}", a.verdict) };
    assert_eq!((&down.from, &down.to, down.downgrade), (&Some(level("2")), &Some(level("1")), true));
    // Whoever takes a level back is not asked whether it is well.
    assert_eq!(steps(&down.forth), "gate fetch snapshot patch reload verify commit");
    let Verdict::Change(away) = &c.verdict else { panic!("{:?}", c.verdict) };
    assert_eq!((&away.from, &away.to), (&Some(level("5")), &None));
    assert_eq!(steps(&away.forth), "gate snapshot uninstall reload verify commit");
    assert_eq!(steps(&away.back), "restore reload verify");
}

#[test]
fn what_was_taken_back_already_needs_nothing_and_what_cannot_go_says_so() {
    let (mut platform, plan, run) = finished();
    platform.observed.insert(address("a"), present("a", "1"));
    platform.can.uninstall = false;
    let (draft, _) = undo(&plan, &run, &platform.state).unwrap();
    let back = platform.plan_of(draft);
    assert_eq!(word(&entry(&back, "c").verdict).split('(').next(), Some("Refused"));
    // With the snapshot of the time before, it goes by restoring that one.
    let mut stored = crate::state::sample::snapshot("release.c", "r2", 1);
    stored.component = address("c");
    for (level, by, goes) in [(None, "r2", true), (None, "r1", false), (Some(level("4")), "r2", false)] {
        let stored = Snapshot { level, run: by.into(), ..stored.clone() };
        platform.state.snapshots = [("s".to_string(), stored)].into();
        let (draft, _) = undo(&plan, &run, &platform.state).unwrap();
        let back = platform.plan_of(draft);
        let Verdict::Change(away) = &entry(&back, "c").verdict else {
            assert!(!goes, "{by}");
            continue;
        };
        assert_eq!((goes, away.restore_from.as_ref().map(|s| &*s.id)), (true, Some("s")));
        assert_eq!(steps(&away.forth), "gate snapshot restore reload verify commit");
        assert_eq!(steps(&away.back), "restore reload verify");
    }
    // It would be adopted, as every level that differs from its record is.
    assert_eq!(word(&entry(&back, "a").verdict), "adopt");
}

#[test]
fn a_drawing_of_a_plan_is_coloured() {
    let platform = Platform::new()
        .with("a", "1", Some("1"), Some("2"), &[])
        .with("b", "2", Some("1"), Some("1"), &["a"])
        .with("c", "2", None, None, &[]);
    let (graph, nodes) = crate::plan::drawing::of_plan(&platform.plan()).unwrap();
    let tones: Vec<String> = nodes.iter().map(|n| format!("{} {}", n.tone.name(), n.detail)).collect();
    assert_eq!(tones, ["blocked blocked", "held held", "install absent → 2"]);
    assert_eq!(graph.dependencies(1), [0]);
    let (_, plain) = crate::plan::drawing::of_config(&platform.config).unwrap();
    assert_eq!(plain[1].detail, "2");
}
