//! Snapshots whose making nobody saw: found by `snapshot list`, dropped by `snapshot prune`; and what retention keeps.

mod lab;

use lab::{Lab, files};
use serde_json::Value as Json;

/// One file with a `drop`; its snapshot kills the controller where `kills` says so, before or after it is made.
fn one(level: &str, snapshot: &str, keep: u32) -> String {
    let more = format!(
        "drop        = [\"sh\", \"-c\", \"echo $PATCHFORM_SNAPSHOT >> dropped; rm -f $PATCHFORM_SNAPSHOT\"]\n  \
         snapshot {{\n    keep = {keep}\n  }}\n"
    );
    let text = files(&[("a", level, "", "")]).replace("  patch_level", &format!("  {more}  patch_level"));
    let lines = text.lines().map(|line| match line.trim_start().starts_with("snapshot ") && line.contains("\"sh\"") {
        true => format!("  snapshot = [\"sh\", \"-c\", \"cp a $PATCHFORM_SNAPSHOT 2>/dev/null; echo $PATCHFORM_SNAPSHOT; {snapshot}\"]\n"),
        false => format!("{line}\n"),
    });
    lines.collect()
}

fn listed(lab: &Lab) -> Json {
    serde_json::from_str(&lab.patchform("snapshot list --json").exits(0).out).unwrap()
}

fn ids(list: &Json) -> Vec<String> {
    list.as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap().to_string()).collect()
}

#[test]
fn an_orphan_is_found_and_dropped_whether_it_exists_or_not() {
    let lab = Lab::new(&one("1.0", "true", 2));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    // It is cut off with its controller; nobody can tell how far it came, so another one is taken.
    let cut_off = "[ -f killed ] || { touch killed; kill -9 $(cat controller); kill -9 $$; }";
    let probe = "probe       = [\"sh\", \"-c\", \"echo between\"]\n  patch_level";
    lab.write("main.pf.hcl", one("1.1", cut_off, 2).replace("patch_level", probe));
    let line = format!("echo $$ > controller; exec {} apply --auto-approve", env!("CARGO_BIN_EXE_patchform"));
    let mut command = lab.command(std::path::Path::new("/bin/sh"), &["-c", &line]);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    assert_eq!(command.status().unwrap().code(), None, "the controller was to be killed");
    assert_eq!(listed(&lab)["orphans"], Json::Array(Vec::new()), "an open run still decides");
    lab.patchform("resume").exits(0);
    let list = listed(&lab);
    let [orphan] = ids(&list["orphans"]).try_into().expect("one orphan");
    assert!(lab.path(&orphan).exists(), "it was made");
    let about = &list["orphans"][0];
    assert_eq!((&about["address"], &about["level"]), (&"command.a".into(), &"1.0".into()));
    assert!(about["place"].as_str().unwrap().contains("restore"), "{about}");
    assert!(orphan.starts_with(about["run"].as_str().unwrap()), "{about}");
    assert!(!ids(&list["snapshots"]).contains(&orphan));
    let text = lab.patchform("snapshot list").exits(0);
    text.says("Orphans").says(&orphan).says("snapshot prune");
    lab.patchform("snapshot prune").exits(0).says(&format!("dropped {orphan}")).says("1 snapshot dropped");
    assert!(!lab.path(&orphan).exists());
    assert_eq!(lab.read("dropped").trim(), orphan);
    // It is known to be gone.
    lab.patchform("snapshot list").exits(0).does_not_say("Orphans");
    lab.patchform("snapshot prune").exits(0).says("0 snapshots dropped");
    // One that was never made: the same.
    let run = about["run"].as_str().unwrap();
    std::fs::remove_file(lab.path(&format!(".patchform/runs/{run}/dropped-orphans"))).unwrap();
    lab.patchform("snapshot prune").exits(0).says("1 snapshot dropped");
    // And the ways back that count are still there.
    assert_eq!(ids(&listed(&lab)["snapshots"]).len(), ids(&list["snapshots"]).len());
}

/// Nobody asks whether a snapshot that failed is there: what it copied may be. It is told so, listed, and dropped.
#[test]
fn a_snapshot_that_failed_may_have_left_something() {
    let lab = Lab::new(&one("1.0", "true", 2));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", one("1.1", "exit 1", 2));
    let ran = lab.patchform("apply --auto-approve").exits(3);
    ran.says("snapshot may have happened in part")
        .says("may have left something")
        .does_not_say("nothing of snapshot");
    assert_eq!(lab.read("a"), "1.0");
    let left = ids(&listed(&lab)["orphans"]);
    assert_eq!(left.len(), 2, "it is tried twice: {left:?}");
    assert!(left.iter().all(|id| lab.path(id).exists()), "{left:?}");
    lab.patchform("snapshot list").exits(0).says("Orphans").says(&left[0]);
    lab.patchform("snapshot prune").exits(0).says("2 snapshots dropped");
    assert!(left.iter().all(|id| !lab.path(id).exists()), "{left:?}");
    assert!(ids(&listed(&lab)["orphans"]).is_empty());
}

#[test]
fn a_snapshot_whose_run_is_gone_is_marked_and_dropped_by_the_rules() {
    let lab = Lab::new(&one("1.0", "true", 9));
    lab.patchform("init").exits(0);
    for level in ["1.0", "1.1", "1.2"] {
        lab.write("main.pf.hcl", one(level, "true", 9));
        lab.patchform("apply --auto-approve").exits(0);
    }
    let first = &listed(&lab)["snapshots"][0];
    let run = first["run"].as_str().unwrap().to_string();
    std::fs::remove_dir_all(lab.path(&format!(".patchform/runs/{run}"))).unwrap();
    lab.patchform("snapshot list").exits(0).says("(its run is gone)");
    let gone: Vec<Json> = listed(&lab)["snapshots"].as_array().unwrap().clone();
    assert_eq!(gone.iter().filter(|s| s["run_kept"] == false).count(), 1);
    // The next run's rule keeps two: the others go, that one too.
    lab.write("main.pf.hcl", one("1.3", "true", 2));
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(ids(&listed(&lab)["snapshots"]).len(), 2);
    assert!(lab.read("dropped").contains(&run), "{}", lab.read("dropped"));
}

/// `keep = 1` and an open run, and a run that ended with everything restored: what they hold is never dropped.
#[test]
fn what_an_open_run_or_the_last_one_holds_is_kept() {
    let halting = |level: &str, patch: &str| {
        let text = one(level, "true", 1).replace("  patch_level", "  rollout = rollout.stop\n  patch_level");
        let plain = "printf %s \\\"$PATCHFORM_LEVEL\\\" > \\\"$NAME\\\"";
        format!("rollout \"stop\" {{\n  on_failure = \"halt\"\n}}\n{}", text.replace(plain, patch))
    };
    let good = "printf %s $PATCHFORM_LEVEL > $NAME";
    let lab = Lab::new(&halting("1.0", good));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", halting("1.1", good));
    lab.patchform("apply --auto-approve").exits(0);
    let last = ids(&listed(&lab)["snapshots"]);
    assert_eq!(last.len(), 1, "keep = 1");
    lab.write("main.pf.hcl", halting("1.2", "echo half > $NAME; exit 1"));
    lab.patchform("apply --auto-approve").exits(7);
    lab.patchform("snapshot prune").exits(0).says("0 snapshots dropped");
    let held = ids(&listed(&lab)["snapshots"]);
    assert!(
        held.contains(&last[0]) && held.len() == 2,
        "{held:?}: that of the last run, and of the open one"
    );
    lab.patchform("rollback").exits(0);
    assert_eq!(lab.read("a"), "1.1");
    lab.patchform("snapshot prune").exits(0);
    assert!(ids(&listed(&lab)["snapshots"]).contains(&last[0]), "the last run that brought it where it is");
}
