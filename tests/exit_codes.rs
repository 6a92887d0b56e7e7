//! Exit codes that others build on: what `plan --detailed-exitcode` calls "no changes", what is not approved, and output
//! that went nowhere.

mod lab;

use lab::{Lab, Ran, files};
use std::path::Path;

fn detailed(lab: &Lab) -> Ran {
    lab.patchform("plan --detailed-exitcode")
}

/// Two files at 1.0.
fn applied() -> Lab {
    let lab = Lab::new(&files(&[("a", "1.0", "", ""), ("b", "1.0", "command.a", "")]));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    detailed(&lab).exits(0);
    lab
}

#[test]
fn what_differs_and_is_blocked_is_something() {
    let lab = applied();
    lab.write("a", "2.0");
    // a is ahead of what is declared, and so blocked; nothing else is to change.
    detailed(&lab).exits(2).says("ahead").does_not_say("No changes");
    lab.patchform("plan").exits(0);
    lab.patchform("apply --auto-approve").exits(5);
    // So does what a run records that could do nothing.
    lab.patchform("plan --out p").exits(0);
    lab.patchform("apply p").exits(5);
    let listed = lab.patchform("run list --json").exits(0).out;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["runs"].as_array().unwrap().last().unwrap()["outcome"], "incomplete", "{listed}");
}

#[test]
fn what_cannot_be_read_does_not_look_like_no_changes() {
    let lab = applied();
    let text = lab.read("main.pf.hcl").replacen("|| true", "|| exit 1", 1);
    lab.write("main.pf.hcl", text);
    std::fs::remove_file(lab.path("a")).unwrap();
    detailed(&lab).exits(2).does_not_say("No changes");
    detailed(&applied()).exits(0).says("No changes");
    // Asked not to read, it compares with the records.
    lab.patchform("plan --detailed-exitcode --refresh=false").exits(0).does_not_say("No changes");
}

#[test]
fn an_output_that_differs_is_something() {
    let lab = applied();
    lab.write("more.pf.hcl", "output \"x\" {\n  value = 1\n}\n");
    detailed(&lab).exits(2).says("x");
    lab.patchform("apply --auto-approve").exits(0);
    detailed(&lab).exits(0);
}

#[test]
fn an_approval_that_nobody_gives_is_a_gate() {
    let lab = applied();
    lab.write("a", "0.9");
    for line in ["apply", "apply --input=false", "apply --json"] {
        lab.patchform(line).exits(5).says("approval is needed").says("--auto-approve");
    }
    assert_eq!(lab.read("a"), "0.9");
}

#[test]
fn what_is_written_to_a_closed_output_is_no_success() {
    let lab = applied();
    let shell = |line: &str| {
        let line = format!("exec {} {line}", env!("CARGO_BIN_EXE_patchform"));
        Ran::of(lab.command(Path::new("/bin/sh"), &["-c", &line]).output().expect("it runs"))
    };
    for line in ["state pull >&-", "run export --out - >&-"] {
        shell(line).exits(1).says("standard output is closed; nothing was written");
    }
    // Who throws it away on purpose may.
    for line in ["state pull >/dev/null", "run export --out - >/dev/null"] {
        shell(line).exits(0);
    }
    for line in ["state pull >/dev/full", "run export --out - >/dev/full"] {
        shell(line).exits(1).says("No space left");
    }
}
