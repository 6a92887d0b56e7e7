//! Leases: overlap, tokens, and who is alive.

use super::*;

fn holds(components: &[&str], target: &str) -> Holdings {
    let set = |names: &[&str]| names.iter().map(|n| n.to_string()).collect();
    Holdings { components: set(components), targets: set(&[target]) }
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
    assert!(error.contains("holds the target t1"), "{error}");
    let two = acquire(&runs, "r2", &holds(&["release.c"], "t2"), 0, NOW).unwrap();
    assert_eq!(two.token(), 2);

    drop(one);
    assert!(!open_runs(&runs).unwrap()[0].alive);
    let error = acquire(&runs, "r3", &holds(&["release.a"], "t3"), 0, NOW).unwrap_err().to_string();
    assert!(error.contains("patchform resume r1"), "{error}");
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
    assert!(error.contains("run r1, driven by another process"), "{error}");
    fs::write(dir.path().join("r1/plan.json"), stored::write(&crate::plan::samples::everything())).unwrap();
    let open = open_runs(dir.path()).unwrap();
    assert!(!open[0].unknown);
    assert_eq!(open[0].holds, Holdings::of(&crate::plan::samples::everything()));
    let newer = String::from_utf8(whole).unwrap().replace("\"format_version\":1", "\"format_version\":2");
    fs::write(&path, newer).unwrap();
    assert!(matches!(open_runs(dir.path()), Err(LeaseError::Newer { form: 2, .. })));
    lease.release().unwrap();
    fs::write(dir.path().join("token"), "many").unwrap();
    let error = acquire(dir.path(), "r1", &wanted, 0, NOW).unwrap_err().to_string();
    assert!(error.contains("token") && error.contains("\"many\""), "{error}");
}
