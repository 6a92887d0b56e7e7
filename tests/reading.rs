//! What readers of the state see while a run goes on: the checkpoint with the open journal folded in, and that it is so.

mod lab;

use lab::{Lab, Ran, files};
use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const WAITS: &str = "touch at; for i in $(seq 3000); do [ -f go ] && break; sleep 0.02; done; \
                     printf %s $PATCHFORM_LEVEL > $NAME";

/// `a` fails at 1.1 and goes back, then `c` stands still in its patch; `b` is new.
fn platform(level: &str) -> String {
    let rollout = "rollout \"one\" {\n  max_parallel = 1\n}\n";
    let files = files(&[
        ("a", level, "", if level == "1.0" { "" } else { "echo half > $NAME; echo broken; exit 1" }),
        ("c", level, "", if level == "1.0" { "" } else { WAITS }),
    ]);
    let new = if level == "1.0" { String::new() } else { lab::files(&[("d", level, "command.c", "")]) };
    format!("{rollout}{}", (files + &new).replace("patch_level", "rollout = rollout.one\n  patch_level"))
}

fn started(lab: &Lab) -> Child {
    let mut child = lab
        .patchform_command("apply --auto-approve")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !lab.path("at").exists() {
        assert!(child.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn in_the_middle() -> (Lab, Child, String) {
    let lab = Lab::new(&platform("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", platform("1.1"));
    let child = started(&lab);
    let runs: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    let id = runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_string();
    (lab, child, id)
}

#[test]
fn in_the_middle_of_a_run_everything_that_it_did_is_seen() {
    let (lab, child, id) = in_the_middle();
    // The checkpoint knows nothing of it yet.
    let pulled = lab.patchform("state pull").exits(0).out;
    assert!(!pulled.contains("broken") && !pulled.contains("is_going_on"));
    assert_eq!(pulled, lab.read("patchform.state.json"), "pull gives the file's bytes");
    let shown = lab.patchform("state show command.a").exits(0).says("1.0").says("rejected");
    shown.says("back at 1.0").says(&id).says("is going on");
    lab.patchform("state show command.c")
        .exits(0)
        .says("1.0")
        .says("on its way, 1.0 → 1.1")
        .says("2 snapshots");
    lab.patchform("state show command.d").exits(0).says("not begun").says(&id);
    lab.patchform("show").exits(0).says("is going on").says("given up by run").says("on its way");
    let json: serde_json::Value = serde_json::from_str(&lab.patchform("show --json").exits(0).out).unwrap();
    assert_eq!(json["rejected"].as_array().unwrap().len(), 1, "{json}");
    for line in ["state list", "snapshot list", "state list --json", "snapshot list --json"] {
        let ran = lab.patchform(line).exits(0);
        assert!(ran.err.contains(&id) && ran.err.contains("is going on"), "{line}: {}", ran.err);
    }
    let listed: serde_json::Value =
        serde_json::from_str(&lab.patchform("snapshot list --json").exits(0).out).unwrap();
    let of_run = listed["snapshots"].as_array().unwrap().iter().filter(|s| s["run"] == id.as_str()).count();
    assert_eq!((of_run, &listed["open_runs"][0]["id"]), (2, &id.as_str().into()), "{listed}");
    lab.patchform("plan").exits(0).says("command.a").says(&id);
    lab.write("go", "");
    Ran::of(child.wait_with_output().unwrap()).exits(3);
    let shown = lab.patchform("state show command.a").exits(0).says("rejected");
    shown.does_not_say("is going on").does_not_say("note:");
    lab.patchform("state show command.d").exits(0).says("1.1");
}

#[test]
fn a_damaged_open_journal_leaves_the_checkpoint_with_a_warning() {
    let (lab, mut child, id) = in_the_middle();
    child.kill().unwrap();
    child.wait().unwrap();
    lab.write("go", "");
    lab.patchform("state show command.a").exits(0).says("nobody drives it").says("rejected").says(&id);
    let segment = lab.path(&format!(".patchform/runs/{id}/journal/000001.jsonl"));
    let good = fs::read(&segment).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 4;
    fs::write(&segment, &bad).unwrap();
    for line in ["state show command.a", "state list", "show", "snapshot list", "plan"] {
        let ran = lab.patchform(line).exits(0).says(&id);
        let ran = ran.says("000001.jsonl").says("damaged");
        assert!(!ran.out.contains("rejected"), "{line}: {}", ran.out);
    }
    fs::write(&segment, &good).unwrap();
    lab.patchform("rollback").exits(0);
    assert_eq!([lab.read("a"), lab.read("c")], ["1.0", "1.0"]);
}

#[test]
fn a_state_is_not_pushed_over_an_open_run() {
    let (lab, mut child, id) = in_the_middle();
    lab.write("copy", lab.read("patchform.state.json"));
    lab.patchform("state push copy").exits(6).says(&id).says("driven by");
    lab.patchform("state push --force copy").exits(6).says(&id);
    child.kill().unwrap();
    child.wait().unwrap();
    lab.write("go", "");
    lab.patchform("state push copy").exits(6).says(&id).says("run abandon").says("--force");
    // Another lineage: the run could never be ended under it.
    let other = Lab::new(&files(&[("z", "1.0", "", "")]));
    other.patchform("apply --auto-approve").exits(0);
    lab.write("other", other.read("patchform.state.json"));
    lab.patchform("state push --force other").exits(6).says(&id).does_not_say("--force takes");
    lab.patchform("state push --force copy").exits(0);
    lab.patchform("resume").exits(3);
    // What the run did is in the state, on top of what was pushed.
    lab.patchform("state show command.c").exits(0).says("1.1");
    lab.patchform("state push copy").exits(1).says("serial");
}

#[test]
fn a_good_backup_does_not_go_for_a_damaged_state() {
    let lab = Lab::new(&files(&[("a", "1.0", "", "")]));
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", files(&[("a", "1.1", "", "")]));
    lab.patchform("apply --auto-approve").exits(0);
    let (good, backup) = (lab.read("patchform.state.json"), lab.read("patchform.state.json.backup"));
    lab.write("good", &good);
    let damaged = &good[..good.len() / 2];
    lab.write("patchform.state.json", damaged);
    lab.patchform("state push good").exits(1).says(".backup");
    lab.patchform("state push --force good").exits(0);
    assert_eq!(lab.read("patchform.state.json.backup"), backup);
    assert_eq!(lab.read("patchform.state.json.damaged"), damaged);
    lab.patchform("plan --detailed-exitcode").exits(0);
}
