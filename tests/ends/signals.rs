//! SIGINT, SIGTERM, SIGHUP, and a terminal that is closed.

use super::{appears, begun, done_once, ended, go, lab::Lab, resumable, signal, until, waiting};
use std::process::Command;
use std::time::Duration;

#[test]
fn once_running_actions_finish_and_the_run_is_resumable() {
    for name in ["INT", "TERM", "HUP"] {
        let lab = waiting();
        let child = begun(&lab);
        signal(child.id(), name);
        until("the request is told", || lab.patchform("run show").out.contains("asked"));
        go(&lab);
        ended(child).exits(7).says("patchform resume");
        assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.0"], "SIG{name}");
        resumable(&lab);
    }
}

/// Also what goes on past its deadline is running, whether the signal comes before or after that.
#[test]
fn once_what_goes_on_past_its_deadline_finishes_too() {
    let late = "it is past its deadline";
    let goes_on = |lab: &Lab| lab.patchform("run show").out.contains("still goes on");
    for first in [true, false] {
        let lab = late_one();
        let mut child = begun(&lab);
        if first {
            until(late, || goes_on(&lab));
        }
        signal(child.id(), "INT");
        until(late, || goes_on(&lab));
        std::thread::sleep(Duration::from_secs(3));
        assert!(child.try_wait().unwrap().is_none(), "it did not wait for the patch");
        go(&lab);
        ended(child).exits(7).says("patchform resume");
        assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.0"]);
        resumable(&lab);
    }
}

/// One whose patch waits for longer than its deadline.
fn late_one() -> Lab {
    let lab = waiting();
    let text = lab.read("main.pf.hcl").replace("  patch  ", "  timeout     = \"1s\"\n  patch  ");
    lab.write("main.pf.hcl", text);
    lab
}

/// While a run is paused it is seen how a late step ends, and what it said.
#[test]
fn while_it_is_paused_what_goes_on_past_its_deadline_is_asked_about() {
    let lab = late_one();
    lab.write(
        "main.pf.hcl",
        lab.read("main.pf.hcl").replacen("done;", "done; echo no space >&2; exit 3;", 1),
    );
    let child = begun(&lab);
    lab.patchform("run pause").exits(0);
    go(&lab);
    // Where it ends before its deadline, how far it came is asked about first.
    until("it has ended", || lab.patchform("run show").out.contains("nothing is running"));
    lab.patchform("run show").exits(0).says("exited with code 3").says("no space");
    lab.patchform("run continue").exits(0);
    ended(child).exits(3).says("exited with code 3").says("no space");
}

#[test]
fn twice_nothing_is_waited_for_and_the_journal_is_true() {
    for (first, second) in [("INT", "INT"), ("TERM", "INT"), ("HUP", "TERM")] {
        let lab = waiting();
        let child = begun(&lab);
        signal(child.id(), first);
        until("the request is told", || lab.patchform("run show").out.contains("asked"));
        signal(child.id(), second);
        ended(child).exits(7).says("patchform resume");
        assert_eq!(lab.read("a"), "half", "the patch goes on without its controller");
        lab.patchform("run show").exits(0).says("stopped at once");
        go(&lab);
        resumable(&lab);
    }
}

/// A shell that loses its terminal passes SIGHUP on, and the system sends it as well: that is one terminal closed, not
/// somebody who is in a hurry.
#[test]
fn a_hang_up_that_comes_twice_is_one() {
    let lab = waiting();
    let child = begun(&lab);
    signal(child.id(), "HUP");
    until("the request is told", || lab.patchform("run show").out.contains("asked"));
    signal(child.id(), "HUP");
    std::thread::sleep(Duration::from_millis(300));
    lab.patchform("run list").exits(0).says("running");
    go(&lab);
    ended(child).exits(7);
    assert_eq!(lab.read("a"), "1.1", "its end was waited for");
    resumable(&lab);
}

/// Starts patchform as a shell's child on a terminal of its own, closes the terminal when the patch has begun, and prints
/// how patchform ended.
const TERMINAL: &str = r#"
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
while not os.path.exists("begun.a"):
    time.sleep(0.01)
os.close(terminal)
time.sleep(0.3)
open("go", "w").close()
_, status = os.waitpid(pid, 0)
print(os.waitstatus_to_exitcode(status))
"#;

#[test]
fn a_terminal_that_is_closed_stops_the_run_as_ctrl_c_does() {
    if Command::new("python3").arg("--version").output().is_err() {
        return println!("skipped: python3 is not installed");
    }
    let patchform = env!("CARGO_BIN_EXE_patchform");
    let shell = format!("{patchform} apply --auto-approve; echo $? >code; wait");
    for how in [vec![patchform, "apply", "--auto-approve"], vec!["/bin/bash", "-ic", &shell]] {
        let lab = waiting();
        let arguments: Vec<&str> = ["-c", TERMINAL].into_iter().chain(how.iter().copied()).collect();
        let mut command = lab.command(std::path::Path::new("python3"), &arguments);
        let output = command.env("TERM", "xterm").output().unwrap();
        if how.len() == 3 && how[0] == patchform {
            assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "7", "{output:?}");
        }
        appears(&lab, "go");
        until("it ends", || !lab.patchform("run list").out.contains("running"));
        assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.0"], "{how:?}");
        resumable(&lab);
    }
}

#[test]
fn a_signal_while_it_goes_back_stops_that_too() {
    let lab = failing();
    let mut command = lab.patchform_command("apply --auto-approve");
    let child =
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    appears(&lab, "back.a");
    signal(child.id(), "INT");
    until("the request is told", || lab.patchform("run show").out.contains("asked"));
    go(&lab);
    ended(child).exits(7);
    lab.patchform("resume").exits(3);
    assert_eq!(lab.read("a"), "1.0");
    let effects = lab.read("effects");
    assert_eq!(effects.lines().count(), 1, "restored once: {effects}");
}

/// The patch of `a` fails, and its restore waits for `go`.
fn failing() -> Lab {
    let rows = |level: &str, patch: &str| {
        super::files(&[("a", level, "", patch)]).replace(
            "restore     = [\"sh\", \"-c\", \"",
            "restore     = [\"sh\", \"-c\", \"echo back >> effects; touch back.a; while [ ! -e go ]; do sleep 0.01; done; ",
        )
    };
    let lab = Lab::new(&rows("1.0", ""));
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", rows("1.1", "printf half > $NAME; exit 1"));
    lab
}

#[test]
fn a_signal_before_the_run_leaves_nothing() {
    let lab = waiting();
    let text =
        lab.read("main.pf.hcl").replace("cat \\\"$NAME\\\"", "touch reading; sleep 0.5; cat \\\"$NAME\\\"");
    lab.write("main.pf.hcl", text);
    let mut command = lab.patchform_command("apply --auto-approve");
    let child =
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    appears(&lab, "reading");
    signal(child.id(), "INT");
    assert_eq!(ended(child).code, -1, "ended by the signal");
    lab.patchform("resume").exits(1).says("no open run");
    go(&lab);
    lab.patchform("apply --auto-approve").exits(0);
    done_once(&lab);
}
