//! The other ends of a controller: signals, a closed terminal, streams that nobody reads, providers that die or hang, a
//! clock that is set. Every one of them leaves a run that is finished, or stopped and resumable.

#[path = "ends/clock.rs"]
mod clock;
mod lab;
#[path = "ends/providers.rs"]
mod providers;
#[path = "ends/signals.rs"]
mod signals;
#[path = "ends/streams.rs"]
mod streams;
#[path = "ends/timeline.rs"]
mod timeline;

use lab::{Lab, Ran, files};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A patch that says that it has begun and waits for the file `go`; it counts itself in `effects`.
const WAITS: &str = "echo $NAME $PATCHFORM_ACTION_ID >> effects; printf half > $NAME; touch begun.$NAME; \
                     while [ ! -e go ]; do sleep 0.01; done; printf %s $PATCHFORM_LEVEL > $NAME";

/// `b` stands on `a`; both are at 1.0, and 1.1 is declared. The patch of `a` waits for `go`.
fn waiting() -> Lab {
    let rows = |level| files(&[("a", level, "", WAITS), ("b", level, "command.a", "")]);
    let lab = Lab::new(&rows("1.0"));
    lab.write("go", "");
    lab.patchform("apply --auto-approve").exits(0);
    for name in ["go", "begun.a", "effects"] {
        std::fs::remove_file(lab.path(name)).unwrap();
    }
    lab.write("main.pf.hcl", rows("1.1"));
    lab
}

/// Starts an apply and waits until the patch of `a` has begun.
fn begun(lab: &Lab) -> Child {
    let mut command = lab.patchform_command("apply --auto-approve");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("patchform starts");
    appears(lab, "begun.a");
    child
}

/// Waits for a file.
fn appears(lab: &Lab, name: &str) {
    until(&format!("{name} appears"), || lab.path(name).exists());
}

/// Waits until something is so.
#[track_caller]
fn until(what: &str, so: impl Fn() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what} in time");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Lets the patch go on.
fn go(lab: &Lab) {
    lab.write("go", "");
}

fn signal(pid: u32, name: &str) {
    let done = std::process::Command::new("kill").args([format!("-{name}"), pid.to_string()]).status();
    assert!(done.is_ok_and(|s| s.success()), "kill -{name} {pid}");
}

fn ended(child: Child) -> Ran {
    Ran::of(child.wait_with_output().expect("it ends"))
}

/// The patch of `a` was done once, although two controllers had to do with it.
#[track_caller]
fn done_once(lab: &Lab) {
    let effects = lab.read("effects");
    assert_eq!(effects.lines().filter(|line| line.starts_with("a ")).count(), 1, "{effects}");
}

/// The run was stopped in its middle; `resume` finishes it.
#[track_caller]
fn resumable(lab: &Lab) {
    lab.patchform("run list").exits(0).says("open");
    lab.patchform("run show").exits(0);
    lab.patchform("apply --auto-approve").exits(6).says("resume");
    lab.patchform("resume").exits(0);
    assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.1"]);
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
    done_once(lab);
}

#[test]
fn what_has_begun_is_not_skipped_and_it_is_said_how_it_stands() {
    let lab = waiting();
    let child = begun(&lab);
    lab.patchform("run skip command.a").exits(1).says("had begun command.a already").says("it is in");
    go(&lab);
    ended(child).exits(0);
    done_once(&lab);
}
