//! The provider is killed (SIGKILL) in the middle of every kind of action, again and again, and hangs.

use super::lab::{Lab, Ran, files};
use super::{appears, begun, done_once, ended, go, signal, until, waiting};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

/// One component whose commands count what they do; the one that the file `at` names waits for `go`.
const COMMANDS: &str = r#"#!/bin/sh
echo "$1" >>effects
if [ "$1" = "$(cat at)" ]; then touch begun; while [ ! -e go ]; do sleep 0.01; done; fi
case $1 in
snapshot) cp level "$PATCHFORM_SNAPSHOT"; echo "$PATCHFORM_SNAPSHOT" ;;
patch) echo "$PATCHFORM_LEVEL" >level ;;
restore) cp "$PATCHFORM_SNAPSHOT" level ;;
drop) rm -f "$PATCHFORM_SNAPSHOT" ;;
verify) [ ! -e ill ] || grep -q 1.0 level ;;
esac
"#;

fn commands(level: &str) -> String {
    let verbs = ["snapshot", "patch", "restore", "drop", "verify", "reload"];
    let lines: String = verbs.iter().map(|v| format!("  {v} = [\"./commands\", \"{v}\"]\n")).collect();
    format!(
        "component \"command\" \"x\" {{\n  patch_level = \"{level}\"\n  read = [\"cat\", \"level\"]\n{lines}  snapshot {{\n    keep = 1\n  }}\n}}\n"
    )
}

fn counting() -> Lab {
    let lab = Lab::new(&commands("1.0"));
    lab.write("commands", COMMANDS);
    fs::set_permissions(lab.path("commands"), fs::Permissions::from_mode(0o755)).unwrap();
    lab.write("level", "0.8\n");
    lab.write("at", "");
    for level in ["0.9", "1.0"] {
        lab.write("main.pf.hcl", commands(level));
        lab.patchform("apply --auto-approve").exits(0);
    }
    fs::remove_file(lab.path("effects")).unwrap();
    lab.write("main.pf.hcl", commands("1.1"));
    lab
}

/// The process ids of the providers that a controller has started.
fn providers(controller: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    let pids = processes.filter_map(|e| e.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        parent == Some(controller) && line.contains("serve")
    })
    .collect()
}

fn kill_provider(controller: u32) {
    let found = providers(controller);
    assert_eq!(found.len(), 1, "one provider is at work");
    signal(found[0], "KILL");
    until("it is gone", || !providers(controller).contains(&found[0]));
}

#[test]
fn killed_in_the_middle_of_an_action_it_is_found_again_and_not_done_twice() {
    for (kind, code, level) in [
        ("snapshot", 0, "1.1"),
        ("patch", 0, "1.1"),
        ("reload", 0, "1.1"),
        ("drop", 0, "1.1"),
        ("restore", 3, "1.0"),
    ] {
        let lab = counting();
        lab.write("at", kind);
        if kind == "restore" {
            lab.write("ill", "");
        }
        let mut command = lab.patchform_command("apply --auto-approve");
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        appears(&lab, "begun");
        kill_provider(child.id());
        go(&lab);
        ended(child).exits(code);
        assert_eq!(lab.read("level").trim(), level, "{kind}");
        let effects = lab.read("effects");
        assert_eq!(effects.lines().filter(|e| *e == kind).count(), 1, "{kind}: {effects}");
        lab.write("at", "");
        lab.patchform("run list").exits(0).does_not_say("open");
        if code == 0 {
            lab.patchform("plan --detailed-exitcode").exits(0);
        }
    }
}

/// A way back that goes on under providers that are gone is waited for: it is no failure, and nobody is to restore by hand beside it.
#[test]
fn killed_again_while_it_is_asked_how_far_a_restore_came_it_waits_for_it() {
    let lab = counting();
    lab.write("at", "restore");
    lab.write("ill", "");
    let mut command = lab.patchform_command("apply --auto-approve");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    appears(&lab, "begun");
    for _ in 0..2 {
        kill_provider(child.id());
        until("another one is at work", || providers(child.id()).len() == 1);
    }
    std::thread::sleep(std::time::Duration::from_secs(2));
    go(&lab);
    ended(child).exits(3);
    assert_eq!(lab.read("level").trim(), "1.0");
}

/// A provider that dies while it is asked whether all is well has not said that anything is wrong.
#[test]
fn killed_while_it_verifies_it_is_asked_again() {
    let lab = counting();
    lab.write("at", "verify");
    let mut command = lab.patchform_command("apply --auto-approve");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    appears(&lab, "begun");
    kill_provider(child.id());
    go(&lab);
    ended(child).exits(0);
    assert_eq!(lab.read("level").trim(), "1.1");
}

#[test]
fn killed_four_times_it_is_given_up_and_the_run_can_be_taken_back() {
    let lab = waiting();
    go(&lab);
    let mut command = lab.patchform_command("apply --auto-approve");
    // Every one of its processes dies when it has done its first action.
    let output = command.env("PATCHFORM_FAILPOINT", "ledger.answered#1=kill").output().unwrap();
    Ran::of(output).exits(4).says("was started 4 times in this run").says("patchform rollback");
    lab.patchform("run show").exits(0).says("started 4 times");
    lab.patchform("run list").exits(0).says("stuck");
    lab.patchform("rollback").exits(0);
    assert_eq!([lab.read("a"), lab.read("b")], ["1.0", "1.0"]);
    done_once(&lab);
}

/// It is neither alive nor dead (SIGSTOP). The deadline of an action is two minutes at least, so that this is only tried
/// where everything is (`PATCHFORM_CRASH=all`).
#[test]
fn one_that_hangs_is_unclear_after_its_deadline_and_asked_again() {
    if std::env::var("PATCHFORM_CRASH").is_ok_and(|v| v != "all") || std::env::var("PATCHFORM_CRASH").is_err()
    {
        return println!("skipped: takes minutes; PATCHFORM_CRASH=all tries it");
    }
    let lab = waiting();
    let child = begun(&lab);
    let provider = providers(child.id())[0];
    signal(provider, "STOP");
    go(&lab);
    until("the patch ends", || lab.read("a") == "1.1");
    let began = std::time::Instant::now();
    while !lab.patchform("run show").out.contains("no answer within") {
        assert!(began.elapsed().as_secs() < 1_200, "its deadline comes");
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    signal(provider, "CONT");
    ended(child).exits(0);
    assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.1"]);
    done_once(&lab);
}

/// The journal has the request, its file still lies in the inbox, and the controller dies.
#[test]
fn a_request_that_was_journalled_and_not_removed_does_not_bind_the_next_controller() {
    for request in ["stop", "pause", "skip command.b"] {
        let lab = waiting();
        let mut command = lab.patchform_command("apply --auto-approve");
        command.env("PATCHFORM_FAILPOINT", "inbox.journalled#1=kill");
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        appears(&lab, "begun.a");
        // Whoever asked may learn that nobody is left to take it.
        lab.patchform(&format!("run {request}"));
        assert_eq!(ended(child).code, -1, "killed");
        go(&lab);
        let skipped = request.starts_with("skip");
        lab.patchform("resume").exits(if skipped { 5 } else { 0 });
        assert_eq!([lab.read("a"), lab.read("b")], ["1.1", if skipped { "1.0" } else { "1.1" }], "{request}");
        done_once(&lab);
        lab.write("main.pf.hcl", files(&[("a", "1.1", "", ""), ("b", "1.1", "command.a", "")]));
        lab.patchform("apply --auto-approve").exits(0);
    }
}
