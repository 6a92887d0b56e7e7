//! Leases: overlap, tokens, and who is alive.

use super::*;

fn holds(components: &[&str], target: &str) -> Holdings {
    let components = components.iter().map(|n| n.to_string()).collect();
    let targets = BTreeMap::from([(target.to_string(), Ground::alone())]);
    Holdings { components, targets, ..Holdings::default() }
}

const NOW: Moment = Moment(1_764_000_000_000);

#[test]
fn a_run_holds_its_components_until_it_is_released() {
    let dir = tempfile::tempdir().unwrap();
    let runs = dir.path().join("runs");
    assert_eq!(open_runs(&runs).unwrap(), []);
    let one = acquire(&runs, "r1", &holds(&["release.a", "release.b"], "t1"), 0, NOW).unwrap();
    assert_eq!(one.token(), 1);
    let open = open_runs(&runs).unwrap();
    assert_eq!((open.len(), open[0].alive, open[0].since), (1, true, NOW));

    let error = acquire(&runs, "r2", &holds(&["release.b"], "t2"), 0, NOW).unwrap_err().to_string();
    assert!(error.contains("run r1, driven by") && error.contains("component release.b;"), "{error}");
    let error = acquire(&runs, "r2", &holds(&["release.c"], "t1"), 0, NOW).unwrap_err().to_string();
    assert!(error.contains("holds the target t1, on which one of the two must be alone"), "{error}");
    let two = acquire(&runs, "r2", &holds(&["release.c"], "t2"), 0, NOW).unwrap();
    assert_eq!(two.token(), 2);

    drop(one);
    assert!(!open_runs(&runs).unwrap()[0].alive);
    let error = acquire(&runs, "r3", &holds(&["release.a"], "t3"), 0, NOW).unwrap_err().to_string();
    assert!(error.contains("run r1, which") && error.contains("left unfinished"), "{error}");
    let one = acquire(&runs, "r1", &holds(&["release.a", "release.b"], "t1"), 9, NOW).unwrap();
    assert_eq!(one.token(), 10, "above what its journal knows");
    one.release().unwrap();
    two.release().unwrap();
    assert_eq!(open_runs(&runs).unwrap(), []);
    let three = acquire(&runs, "r3", &holds(&["release.a"], "t1"), 0, NOW).unwrap();
    assert_eq!(three.token(), 11);
}

#[test]
fn a_run_has_one_controller() {
    let dir = tempfile::tempdir().unwrap();
    let wanted = holds(&["release.a"], "t1");
    let _one = acquire(dir.path(), "r1", &wanted, 0, NOW).unwrap();
    let error = acquire(dir.path(), "r1", &wanted, 0, NOW).unwrap_err();
    assert!(matches!(&error, LeaseError::Driven { .. }), "{error}");
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
}

#[test]
fn damaged_files_are_errors_that_name_them() {
    let dir = tempfile::tempdir().unwrap();
    let wanted = holds(&["release.a"], "t1");
    let lease = acquire(dir.path(), "r1", &wanted, 0, NOW).unwrap();
    let path = dir.path().join("r1/lease.json");
    let whole = fs::read(&path).unwrap();
    for cut in 0..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let open = open_runs(dir.path()).unwrap();
        assert!(open[0].unknown && open[0].id == "r1", "{cut}");
    }
    // Nobody knows what it holds: nobody else takes anything, and it can be ended.
    let error = acquire(dir.path(), "r2", &holds(&["release.x"], "tx"), 0, NOW).unwrap_err().to_string();
    assert!(error.contains("run r1 may hold the component release.x"), "{error}");
    fs::write(dir.path().join("r1/plan.json"), stored::write(&crate::plan::samples::everything())).unwrap();
    let open = open_runs(dir.path()).unwrap();
    assert!(!open[0].unknown);
    assert_eq!(open[0].holds, Holdings::of(&crate::plan::samples::everything()));
    let newer = String::from_utf8(whole).unwrap().replace("\"format_version\":2", "\"format_version\":3");
    let mut newer = format!("{}}}", newer.split(",\"sum\"").next().unwrap()).into_bytes();
    seal::seal(&mut newer, 0);
    fs::write(&path, newer).unwrap();
    assert!(matches!(open_runs(dir.path()), Err(LeaseError::Newer { form: 3, .. })));
    lease.release().unwrap();
    fs::write(dir.path().join("token"), "many").unwrap();
    let error = acquire(dir.path(), "r1", &wanted, 0, NOW).unwrap_err().to_string();
    assert!(error.contains("token") && error.contains("\"many\""), "{error}");
}

#[test]
fn form_1_held_every_target_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("r1")).unwrap();
    let old = r#"{"format_version":1,"components":["release.a"],"targets":["t1"],"token":4,"since":"2026-11-22T02:40:00Z",
        "host":"h","boot":"b","user":"ana","pid":1,"started":2}"#;
    fs::write(dir.path().join("r1/lease.json"), old).unwrap();
    let open = open_runs(dir.path()).unwrap();
    assert_eq!((&open[0].holds, open[0].token), (&holds(&["release.a"], "t1"), 4));
}

#[test]
fn a_target_is_held_side_by_side_until_one_needs_it_alone() {
    let dir = tempfile::tempdir().unwrap();
    let part = |component: &str, claim: &str| Holdings {
        components: BTreeSet::from([component.to_string()]),
        rests_on: BTreeSet::new(),
        targets: BTreeMap::from([(
            "t1".to_string(),
            Ground { alone: false, claims: BTreeSet::from([claim.to_string()]) },
        )]),
        ..Holdings::default()
    };
    let one = acquire(dir.path(), "r1", &part("release.a", "path:/a"), 0, NOW).unwrap();
    let two = acquire(dir.path(), "r2", &part("release.b", "path:/b"), 0, NOW).unwrap();
    let error = acquire(dir.path(), "r3", &part("release.c", "path:/a"), 0, NOW).unwrap_err().to_string();
    assert!(error.contains("run r1") && error.contains("the claim path:/a of target t1"), "{error}");
    let error = hold_alone(dir.path(), "r1", "t1").unwrap_err().to_string();
    assert!(error.contains("run r2") && error.contains("must be alone"), "{error}");
    two.release().unwrap();
    hold_alone(dir.path(), "r1", "t1").unwrap();
    let error = acquire(dir.path(), "r2", &part("release.b", "path:/b"), 0, NOW).unwrap_err().to_string();
    assert!(error.contains("run r1"), "{error}");
    let open = open_runs(dir.path()).unwrap();
    assert_eq!((open[0].token, open[0].since), (one.token(), NOW), "nothing else of it changed");
}

/// The system's lock decides who is alive: neither a process that got the number of a dead one, nor another boot or
/// host in the lease makes a run look driven.
#[test]
fn a_reused_pid_drives_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let wanted = holds(&["release.a"], "t1");
    drop(acquire(dir.path(), "r1", &wanted, 0, NOW).unwrap());
    let me = machine::this();
    for other in [
        Controller { pid: 1, ..me.clone() },
        Controller { started: 1, ..me.clone() },
        Controller { boot: "another".into(), ..me.clone() },
        Controller { host: "elsewhere".into(), ..me.clone() },
    ] {
        write(&dir.path().join("r1"), &wanted, 5, NOW, other.clone()).unwrap();
        let open = open_runs(dir.path()).unwrap();
        assert_eq!((open[0].alive, &open[0].controller), (false, &other));
        drop(acquire(dir.path(), "r1", &wanted, 0, NOW).unwrap());
    }
}

/// A lease that held something else than was written would let two runs work on one component.
#[test]
fn a_flipped_bit_anywhere_in_a_lease_is_found() {
    let dir = tempfile::tempdir().unwrap();
    drop(acquire(dir.path(), "r1", &holds(&["release.a"], "t1"), 0, NOW).unwrap());
    let path = dir.path().join("r1/lease.json");
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bad = whole.clone();
        bad[at] ^= 1 << (at % 8);
        let parsed = parse("r1", &bad, &path, false);
        assert!(matches!(parsed, Err(LeaseError::Damaged { .. })), "byte {at}: {parsed:?}");
    }
}
