//! The controller is killed (SIGKILL) at many moments of an apply on real files, then the run is finished, or in another
//! try taken back: the end is always right.

mod lab;

use lab::{Lab, files};
use std::process::Stdio;
use std::time::Duration;

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Five files: two side by side on the first, one on both, one on top.
fn platform(level: &str) -> String {
    let slow = "printf half > $NAME; sleep 0.02; printf %s $PATCHFORM_LEVEL > $NAME";
    files(&[
        ("a", level, "", slow),
        ("b", level, "command.a", slow),
        ("c", level, "command.a", slow),
        ("d", level, "command.b, command.c", slow),
        ("e", level, "command.d", slow),
    ])
}

/// An apply from 1.0 to 1.1 that is killed after `delay`. `None` when it had ended by then.
fn killed_after(delay: Duration) -> Option<Lab> {
    let lab = Lab::new(&platform("1.0"));
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", platform("1.1"));
    let mut command = lab.patchform_command("apply --auto-approve");
    let mut controller =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("patchform starts");
    std::thread::sleep(delay);
    let ended = controller.try_wait().expect("its status").is_some();
    controller.kill().expect("it is killed");
    controller.wait().expect("it ends");
    (!ended).then_some(lab)
}

fn levels(lab: &Lab) -> [String; 5] {
    NAMES.map(|name| lab.read(name))
}

/// Whether the killed process left an open run: it may have died before it had one.
fn has_open_run(lab: &Lab) -> bool {
    let rows: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    rows["runs"].as_array().unwrap().iter().any(|r| r["outcome"] == "open")
}

/// Moments from the first instant to the end, in milliseconds.
fn moments() -> impl Iterator<Item = Duration> {
    (0..).map(|k| Duration::from_millis(10 + 35 * k)).take(24)
}

#[test]
fn resume_finishes_whatever_was_killed() {
    let mut open = 0;
    for delay in moments() {
        let Some(lab) = killed_after(delay) else { break };
        if has_open_run(&lab) {
            open += 1;
            lab.patchform("resume").exits(0);
            assert_eq!(levels(&lab), ["1.1"; 5].map(String::from), "killed after {delay:?}");
        }
        lab.patchform("apply --auto-approve").exits(0);
        assert_eq!(levels(&lab), ["1.1"; 5].map(String::from), "killed after {delay:?}");
        lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
    }
    assert!(open >= 3, "only {open} runs were killed in their middle");
}

#[test]
fn rollback_takes_back_whatever_was_killed() {
    let mut open = 0;
    for delay in moments() {
        let Some(lab) = killed_after(delay) else { break };
        if has_open_run(&lab) {
            open += 1;
            lab.patchform("rollback").exits(0);
            assert_eq!(levels(&lab), ["1.0"; 5].map(String::from), "killed after {delay:?}");
            lab.write("main.pf.hcl", platform("1.0"));
            lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
        }
    }
    assert!(open >= 3, "only {open} runs were killed in their middle");
}
