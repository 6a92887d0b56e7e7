//! Tables of verdicts, and what must hold for every platform.

use super::*;
use crate::config::checked::Lifecycle;
use crate::model::Moment;
use crate::plan::sample::*;
use crate::state::Rejected;
use patchform_sdk::message::Reload;
use proptest::prelude::*;

type Row = (&'static str, Option<&'static str>, Option<&'static str>, &'static str, &'static str);

/// One component: wanted, recorded, observed; what is allowed (`i` no install, `d` downgrade); the verdict.
const TABLE: &[Row] = &[
    ("1", Some("1"), Some("1"), "", "same"),
    ("1", None, Some("1"), "", "adopt"),
    ("2", Some("1"), Some("2"), "", "adopt"),
    ("2", Some("1"), Some("1"), "", "Change"),
    ("2", None, Some("1"), "", "Unrecorded"),
    ("2", None, None, "", "Install"),
    ("2", None, None, "i", "NotInstalled([])"),
    ("2", Some("2"), None, "", "Drift"),
    ("3", Some("1"), Some("2"), "", "Drift"),
    ("1", Some("1"), Some("2"), "", "Ahead"),
    ("1", Some("1"), Some("2"), "d", "Drift down"),
    ("1", Some("2"), Some("2"), "", "Ahead"),
    ("1", Some("2"), Some("2"), "d", "Change down"),
    ("1", None, Some("2"), "d", "Unrecorded down"),
    ("1", Some("1"), Some("x"), "", "UnknownOrder"),
    ("1", Some("x"), Some("x"), "d", "Change down"),
    ("1", Some("1"), Some("01"), "", "Drift"),
    ("a=1 b=1", Some("a=1 b=1"), Some("a=1 b=1"), "", "same"),
    ("a=1", Some("a=1 b=1"), Some("a=1"), "", "adopt"),
    ("a=2 b=1", Some("a=1 b=1"), Some("a=1 b=1"), "", "Change"),
    ("a=2 b=1", Some("a=1 b=2"), Some("a=1 b=2"), "", "Ahead"),
    ("a=1 b=1", Some("a=1"), Some("a=1"), "", "Change"),
    ("a=1 b=1", Some("a=1"), Some("a=1"), "i", "NotInstalled([\"b\"])"),
    ("a=1 b=1", Some("a=1 b=1"), Some("a=1"), "", "Drift"),
    ("a=1 b=1", None, None, "", "Install"),
    ("a=1", Some("1"), Some("1"), "", "UnknownOrder"),
];

#[test]
fn desired_observed_recorded() {
    for (wanted, recorded, observed, allowed, expected) in TABLE {
        let mut platform = Platform::new().with("a", wanted, *recorded, *observed, &[]);
        platform.component("a").lifecycle = Lifecycle {
            allow_downgrade: allowed.contains('d'),
            install: !allowed.contains('i'),
            allow_irreversible: false,
        };
        let found = word(&platform.verdict("a"));
        assert_eq!(found, *expected, "wanted {wanted}, recorded {recorded:?}, observed {observed:?}");
    }
}

#[test]
fn a_change_of_content_at_the_same_level_is_adopted() {
    for change in ["digest", "target", "claims", "alias"] {
        let mut platform = Platform::new().with("a", "1", Some("1"), Some("1"), &[]);
        let record = platform.state.records.get_mut(&address("a")).unwrap();
        match change {
            "digest" => record.digest = "other".into(),
            "target" => record.target = "other".into(),
            "claims" => record.claims.push("other".into()),
            _ => record.alias = "other".into(),
        }
        assert_eq!(word(&platform.verdict("a")), "adopt", "{change}");
    }
}

/// What was recorded of another place was not changed by anybody in this one.
#[test]
fn what_the_configuration_moved_nobody_changed() {
    for (change, observed, cause) in [
        ("", Some("2"), Cause::Drift),
        ("digest", Some("2"), Cause::Drift),
        ("target", Some("2"), Cause::Elsewhere),
        ("claims", Some("2"), Cause::Elsewhere),
        // It manages more there than before, or nothing was known of what it manages.
        ("one claim more", Some("2"), Cause::Drift),
        ("no claims", Some("2"), Cause::Drift),
        ("provider", Some("2"), Cause::Elsewhere),
        ("alias", Some("2"), Cause::Elsewhere),
        ("alias", None, Cause::Elsewhere),
        ("", None, Cause::Drift),
        // It stands at the level that was recorded: another one is wanted now.
        ("target", Some("1"), Cause::Change),
    ] {
        let mut platform = Platform::new().with("a", "3", Some("1"), observed, &[]);
        let record = platform.state.records.get_mut(&address("a")).unwrap();
        match change {
            "digest" => record.digest = "other".into(),
            "target" => record.target = "other".into(),
            "claims" => record.claims = vec!["other".into()],
            "one claim more" => record.claims.push("other".into()),
            "no claims" => record.claims.clear(),
            "provider" => record.provider = "other".into(),
            "alias" => record.alias = "other".into(),
            _ => {}
        }
        let Verdict::Change(found) = platform.verdict("a") else { panic!("{change} {observed:?}") };
        assert_eq!(found.cause, cause, "{change} {observed:?}");
    }
}

/// A change by hand is told beside another one. What the configuration itself may have changed in what is read is not taken
/// for one.
#[test]
fn a_change_of_content_is_told_where_the_level_changes_too() {
    for (wanted, recorded, observed, change, altered) in [
        ("2", "1", "1", "", false),
        ("2", "1", "1", "digest", true),
        ("2", "1", "1", "target", false),
        ("2", "1", "1", "claims", false),
        // Drift tells it already.
        ("3", "1", "2", "digest", false),
        ("a=2 b=1", "a=1 b=1", "a=1 b=1", "digest", true),
        ("a=2", "a=1 b=1", "a=1 b=1", "digest", false),
        ("a=1 b=1", "a=1", "a=1", "digest", false),
    ] {
        let mut platform = Platform::new().with("a", wanted, Some(recorded), Some(observed), &[]);
        let record = platform.state.records.get_mut(&address("a")).unwrap();
        match change {
            "digest" => record.digest = "other".into(),
            "target" => (record.target, record.digest) = ("other".into(), "other".into()),
            "claims" => (record.claims, record.digest) = (Vec::new(), "other".into()),
            _ => {}
        }
        let Verdict::Change(found) = platform.verdict("a") else { panic!("{wanted} {recorded} {observed}") };
        assert_eq!(found.altered, altered, "{wanted} {recorded} {observed} {change}");
    }
}

#[test]
fn what_cannot_be_read() {
    let down = || Observed::Unreachable { why: "no route".into() };
    for (observed, recorded, expected, dependent) in [
        (down(), Some("1"), "NotRead(\"no route\")", "held [0]"),
        // It has nothing to do as far as anybody knows: nobody waits for it.
        (down(), Some("2"), "NotRead(\"no route\")", "Change"),
        (down(), None, "NotRead(\"no route\")", "held [0]"),
        // Somebody is at work there, whatever the record says.
        (Observed::Unsettled { why: "it runs".into() }, Some("2"), "NotRead(\"it runs\")", "held [0]"),
        (Observed::NotRead, Some("1"), "NotRead(\"it was not read\")", "held [0]"),
        (Observed::NotRead, Some("2"), "same", "Change"),
    ] {
        let mut platform = Platform::new().with("a", "2", recorded, Some("1"), &[]).with(
            "b",
            "2",
            Some("1"),
            Some("1"),
            &["a"],
        );
        platform.observed.insert(address("a"), observed);
        let plan = platform.plan();
        assert_eq!(word(&entry(&plan, "a").verdict), expected);
        assert_eq!(word(&entry(&plan, "b").verdict), dependent, "{expected} with record {recorded:?}");
    }
}

#[test]
fn a_rejected_level_is_blocked_until_another_is_wanted() {
    let mut platform = Platform::new().with("a", "2", Some("1"), Some("1"), &[]);
    platform.state.rejected.push(Rejected {
        component: address("a"),
        level: level("2"),
        run: "r7".into(),
        reason: "check failed".into(),
        at: Moment(5),
    });
    assert_eq!(word(&platform.verdict("a")), "Rejected { run: \"r7\", reason: \"check failed\" }");
    platform.component("a").level = level("3");
    assert_eq!(word(&platform.verdict("a")), "Change");
    // It stands there though it failed (a run that was abandoned): that is not healthy until somebody says so.
    platform.component("a").level = level("2");
    platform.observed.insert(address("a"), present("a", "2"));
    assert_eq!(word(&platform.verdict("a")), "Rejected { run: \"r7\", reason: \"check failed\" }");
    platform.state.rejected.clear();
    assert_eq!(word(&platform.verdict("a")), "adopt");
}

#[test]
fn what_an_abandoned_run_left_undone_is_work() {
    let owed = |reload| Owed { run: "r7".into(), reload, half: false, reloaded: None, at: Moment(5) };
    let steps = |change: &crate::plan::noun::Change| {
        let names: Vec<&str> = change.forth.iter().map(|p| p.action.name()).collect();
        names.join(" ")
    };
    for (wanted, recorded, observed, reload, expected, forth) in [
        ("2", Some("1"), "2", Reload::Service, "Owed", "gate reload verify commit"),
        ("2", Some("2"), "2", Reload::None, "Owed", "gate verify commit"),
        ("2", None, "2", Reload::Reboot, "Owed", "gate reload verify commit"),
        ("a=2", Some("a=1"), "a=2 z=9", Reload::Service, "Owed", "gate reload verify commit"),
        ("3", Some("1"), "2", Reload::Service, "Drift", "gate fetch snapshot patch reload verify commit"),
        ("3", Some("2"), "2", Reload::None, "Change", "gate fetch snapshot patch reload verify commit"),
    ] {
        let mut platform = Platform::new().with("a", wanted, recorded, Some(observed), &[]);
        platform.can.reload = true;
        platform.state.owed.insert(address("a"), owed(reload));
        let Verdict::Change(change) = platform.verdict("a") else { panic!("{:?}", platform.verdict("a")) };
        assert_eq!(
            (word(&Verdict::Change(change.clone())).as_str(), steps(&change).as_str()),
            (expected, forth)
        );
        assert_eq!(change.owed, Some(owed(reload)));
        if change.cause == Cause::Owed {
            assert_eq!(change.from, change.to);
            let kept = crate::policy::judge(
                crate::policy::Subject { entry: entry(&platform.plan(), "a"), change: &change, next: 0 },
                crate::policy::Facts::from(&platform.plan()),
                Moment(9),
            );
            assert_eq!(kept, crate::policy::Verdict::Pass);
        }
    }
    // What may be half of a patch is patched again, at whatever level it is read.
    for (wanted, recorded, cause) in [("2", "1", "Owed"), ("2", "2", "Owed"), ("3", "2", "Change")] {
        let mut platform = Platform::new().with("a", wanted, Some(recorded), Some("2"), &[]);
        platform.can.reload = true;
        platform.state.owed.insert(address("a"), Owed { half: true, ..owed(Reload::Service) });
        let Verdict::Change(change) = platform.verdict("a") else { panic!("{:?}", platform.verdict("a")) };
        assert_eq!(word(&Verdict::Change(change.clone())), cause);
        assert_eq!(steps(&change), "gate fetch snapshot patch reload verify commit");
        assert!(!change.catches_up() && change.way_back.is_some());
    }
    // Where it is not read, where somebody is at work, and where only records are to change.
    let mut platform = Platform::new().with("a", "2", Some("2"), Some("2"), &[]);
    platform.state.owed.insert(address("a"), owed(Reload::Service));
    platform.observed.insert(address("a"), Observed::NotRead);
    assert_eq!(word(&platform.verdict("a")), "NotRead(\"it was not read\")");
    platform.observed.insert(address("a"), present("a", "2"));
    platform.leases.components.insert(address("a"), "r9".into());
    assert_eq!(word(&platform.verdict("a")), "Leased { run: \"r9\", driver: None, idle: Resumable }");
    platform.purpose = Purpose::RefreshOnly;
    assert_eq!(word(&platform.verdict("a")), "same");
}

#[test]
fn a_lease_on_the_component_or_its_target_blocks_what_would_change() {
    let mut platform = Platform::new()
        .with("a", "2", Some("1"), Some("1"), &[])
        .with("b", "1", Some("1"), Some("1"), &[])
        .with("c", "2", Some("1"), Some("1"), &[]);
    platform.leases.components.insert(address("a"), "r9".into());
    assert_eq!(word(&platform.verdict("a")), "Leased { run: \"r9\", driver: None, idle: Resumable }");
    assert_eq!(word(&platform.verdict("c")), "Change");
    platform.leases.targets.insert("host".into(), "r8".into());
    assert_eq!(word(&platform.verdict("b")), "same");
    assert_eq!(word(&platform.verdict("c")), "Leased { run: \"r8\", driver: None, idle: Resumable }");
    // At its level already, by the run that holds it: that run records it, or takes it back.
    platform.observed.insert(address("a"), present("a", "2"));
    assert_eq!(word(&platform.verdict("a")), "Leased { run: \"r9\", driver: None, idle: Resumable }");
    // Above it, in the middle of that run: nobody should write into git what a run is about to take back.
    platform.observed.insert(address("a"), present("a", "3"));
    assert_eq!(word(&platform.verdict("a")), "Leased { run: \"r9\", driver: None, idle: Resumable }");
}

#[test]
fn one_claim_of_two_components_blocks_both_and_names_the_other() {
    let mut platform = Platform::new()
        .with("a", "1", Some("1"), Some("1"), &[])
        .with("b", "2", Some("1"), Some("1"), &["a"])
        .with("c", "2", Some("1"), Some("1"), &["b"]);
    let mut shared = present("b", "1");
    if let Observed::Present { identity, .. } = &mut shared {
        identity.claims.push("path:/srv/a".into());
    }
    platform.observed.insert(address("b"), shared.clone());
    let plan = platform.plan();
    let blocked = |by| Verdict::Blocked(Block::Claimed { claim: "path:/srv/a".into(), by });
    assert_eq!(entry(&plan, "a").verdict, blocked(1));
    assert_eq!(entry(&plan, "b").verdict, blocked(0));
    assert_eq!(entry(&plan, "c").verdict, Verdict::Held { by: vec![1] });
    // The same claim on another target is another thing.
    if let Observed::Present { identity, .. } = &mut shared {
        identity.target = "other host".into();
    }
    platform.observed.insert(address("b"), shared);
    assert_eq!(word(&platform.verdict("b")), "Change");
}

#[test]
fn refresh_only_records_and_does_nothing() {
    let mut platform = Platform::new()
        .with("absent", "1", Some("1"), None, &[])
        .with("drifted", "3", Some("1"), Some("2"), &[])
        .with("same", "3", Some("1"), Some("1"), &[])
        .with("unrecorded", "3", None, Some("1"), &[])
        .with("unknown", "3", None, None, &[])
        .with("down", "3", Some("1"), Some("1"), &[])
        .record("gone", "1", None);
    platform.purpose = Purpose::RefreshOnly;
    platform.observed.insert(address("down"), Observed::Unreachable { why: "no route".into() });
    let plan = platform.plan();
    let words: Vec<String> =
        plan.entries.iter().map(|e| format!("{} {}", e.address.name, word(&e.verdict))).collect();
    assert_eq!(
        words,
        [
            "absent adopt",
            "down NotRead(\"no route\")",
            "drifted adopt",
            "gone same",
            "same same",
            "unknown same",
            "unrecorded adopt"
        ]
    );
}

#[test]
fn what_only_the_state_knows_is_forgotten() {
    let platform = Platform::new().with("b", "1", Some("1"), Some("1"), &[]).record("a", "1", None);
    let plan = platform.plan();
    assert_eq!(plan.entries.len(), 2);
    assert_eq!(entry(&plan, "a").verdict, Verdict::Forget);
    assert_eq!(plan.providers.len(), 1, "its provider is one of the configuration's");
    let mut stranger = platform;
    stranger.state.records.get_mut(&address("a")).unwrap().provider = "acme".into();
    let plan = stranger.plan();
    assert_eq!(plan.providers[entry(&plan, "a").provider].name, "acme");
}

#[test]
fn targets_take_what_they_stand_on_and_excludes_what_stands_on_them() {
    let platform = || {
        Platform::new()
            .with("a", "2", Some("1"), Some("1"), &[])
            .with("b", "2", Some("1"), Some("1"), &["a"])
            .with("c", "2", Some("1"), Some("1"), &["b"])
            .with("d", "2", Some("1"), Some("1"), &[])
    };
    for (targets, excludes, left) in [
        (&[][..], &[][..], "abcd"),
        (&["b"], &[], "ab"),
        (&["d"], &[], "d"),
        (&["b", "d"], &[], "abd"),
        (&[], &["b"], "ad"),
        (&[], &["a"], "d"),
        (&["c"], &["b"], "a"),
    ] {
        let mut platform = platform();
        platform.targets = targets.iter().map(|n| address(n).into()).collect();
        platform.excludes = excludes.iter().map(|n| address(n).into()).collect();
        let plan = platform.plan();
        let changing: String = plan.changes().map(|(_, e, _)| e.address.name.to_string()).collect();
        assert_eq!(changing, left, "--target {targets:?} --exclude {excludes:?}");
        let excluded = plan.entries.iter().filter(|e| e.verdict == Verdict::Excluded);
        assert!(excluded.clone().all(|e| e.observed == Observed::NotRead));
        assert_eq!(excluded.count(), 4 - left.len());
    }
    let draft = platform().draft();
    let unknown =
        Focus::of(&draft, &[address("x").into(), address("a").into()], &[address("y").into()]).unwrap_err();
    assert_eq!(unknown.0, [address("x").into(), address("y").into()]);
    assert!(unknown.to_string().contains("release.x, release.y"));
}

/// Any small platform: per component wanted, recorded, observed (0 is none), and what it stands on (smaller ones).
fn platforms() -> impl Strategy<Value = Vec<(u8, u8, u8, Vec<bool>, u8)>> {
    let one = (1u8..4, 0u8..4, 0u8..5, proptest::collection::vec(proptest::bool::weighted(0.3), 7), 0u8..8);
    proptest::collection::vec(one, 1..8)
}

fn build(rows: &[(u8, u8, u8, Vec<bool>, u8)]) -> Platform {
    let name = |i: usize| format!("c{i}");
    let mut platform = Platform::new();
    for (i, (wanted, recorded, observed, after, flags)) in rows.iter().enumerate() {
        let after: Vec<String> = (0..i).filter(|on| after[*on]).map(name).collect();
        let after: Vec<&str> = after.iter().map(String::as_str).collect();
        let text = |n: &u8| (*n > 0 && *n < 4).then(|| n.to_string());
        let (recorded, seen) = (text(recorded), text(observed));
        platform = platform.with(&name(i), &wanted.to_string(), recorded.as_deref(), seen.as_deref(), &after);
        if *observed == 4 {
            platform.observed.insert(address(&name(i)), Observed::Unreachable { why: "down".into() });
        }
        let lifecycle = &mut platform.component(&name(i)).lifecycle;
        (lifecycle.allow_downgrade, lifecycle.install) = (flags & 1 == 0, flags & 6 != 0);
    }
    platform
}

proptest! {
    #[test]
    fn a_component_changes_only_if_all_below_is_done_or_changes_too(rows in platforms()) {
        let plan = build(&rows).plan();
        for entry in &plan.entries {
            let ready = |on: &usize| {
                let below = &plan.entries[*on];
                match &below.verdict {
                    Verdict::NoChange { .. } | Verdict::Change(_) => true,
                    Verdict::Blocked(Block::NotRead(_)) => below.recorded == below.desired,
                    _ => false,
                }
            };
            match &entry.verdict {
                Verdict::Change(change) => {
                    prop_assert!(entry.after.iter().all(ready));
                    prop_assert!(change.way_back.is_some() && !change.back.is_empty());
                    prop_assert!(entry.lifecycle.allow_downgrade || !change.downgrade);
                    prop_assert!(entry.lifecycle.install || change.from.is_some());
                }
                Verdict::Held { by } => {
                    prop_assert!(!by.is_empty());
                    prop_assert!(by.iter().all(|on| entry.after.contains(on) && !ready(on)));
                }
                _ => {}
            }
        }
    }

    #[test]
    fn the_order_in_which_components_are_given_does_not_matter(rows in platforms()) {
        let platform = build(&rows);
        let mut shuffled = build(&rows);
        let last = shuffled.config.components.len() - 1;
        shuffled.config.components.reverse();
        for component in &mut shuffled.config.components {
            for dependency in &mut component.after {
                dependency.on = last - dependency.on;
            }
        }
        prop_assert_eq!(platform.plan(), shuffled.plan());
    }

    #[test]
    fn after_the_planned_levels_are_reached_nothing_changes(rows in platforms()) {
        let mut platform = build(&rows);
        let plan = platform.plan();
        let mut settled = crate::plan::settle::without_work(&plan, Moment(2));
        for (i, entry, change) in plan.changes() {
            let name = entry.address.name.to_string();
            let to = change.to.as_ref().map(ToString::to_string).unwrap_or_default();
            platform.observed.insert(entry.address.clone(), present(&name, &to));
            settled.extend(crate::plan::settle::recorded(&plan, i, &present(&name, &to), Moment(2)));
        }
        let results = crate::state::checkpoint::Results {
            run: "r2".into(),
            line: 9,
            token: 1,
            program: "0.1.0".into(),
            settled,
            taken: BTreeMap::new(),
            dropped: Vec::new(),
            outputs: None,
            finished: None,
        };
        platform.state = crate::state::checkpoint(&platform.state, results);
        let again = platform.plan();
        for entry in &again.entries {
            let before = plan.entries.iter().find(|e| e.address == entry.address).unwrap();
            match before.verdict {
                Verdict::Change(_) | Verdict::NoChange { .. } => {
                    prop_assert_eq!(&entry.verdict, &Verdict::NoChange { adopt: false });
                }
                Verdict::Forget => prop_assert!(false, "it was forgotten"),
                // What was in the way still is.
                Verdict::Blocked(_) | Verdict::Held { .. } | Verdict::Excluded => {
                    prop_assert_eq!(&entry.verdict, &before.verdict);
                }
            }
        }
    }
}
