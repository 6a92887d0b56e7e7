//! The machine's clock is set while a run goes on: really, for patchform alone, by libfaketime.

use super::lab::{Lab, faketime};
use super::{appears, done_once, ended, go, resumable, signal, until, waiting};
use std::process::{Command, Stdio};

/// patchform whose wall clock goes by the file `clock`: `-3600` is an hour back.
fn with_clock(lab: &Lab, library: &std::path::Path, line: &str) -> Command {
    let mut command = lab.patchform_command(line);
    command
        .env("LD_PRELOAD", library)
        .env("FAKETIME_TIMESTAMP_FILE", lab.path("clock"))
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .env("DONT_FAKE_MONOTONIC", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Writes a whole file: half of one would be another time.
fn set(lab: &Lab, to: &str) {
    lab.write("clock.new", format!("{to}\n"));
    std::fs::rename(lab.path("clock.new"), lab.path("clock")).unwrap();
}

#[test]
fn a_clock_that_is_set_is_journalled_and_shortens_nothing() {
    let Some(library) = faketime() else { return };
    for (to, said) in [("-3600", "the clock was set back by"), ("+864000", "the clock was set forward by")] {
        let lab = waiting();
        set(&lab, "+0");
        let child = with_clock(&lab, &library, "apply --auto-approve").spawn().unwrap();
        appears(&lab, "begun.a");
        set(&lab, to);
        until(said, || lab.patchform("run show").out.contains(said));
        go(&lab);
        // Ten days are longer than every deadline: the patch would be called unclear.
        ended(child).exits(0).does_not_say("unclear");
        assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.1"]);
        done_once(&lab);
        let shown = lab.patchform("run show --json").exits(0).out;
        let clock = shown.lines().find(|line| line.contains("\"type\":\"clock\"")).expect("an event");
        let event: serde_json::Value = serde_json::from_str(clock).unwrap();
        let (ahead, wanted) = (event["ahead_ms"].as_i64().unwrap(), to.parse::<i64>().unwrap() * 1000);
        assert!((ahead - wanted).abs() < 60_000, "{ahead} is about {wanted}");
        let mut lines = shown.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let outcome = lines.next_back().unwrap();
        let took = outcome["components"][0]["took_ms"].as_u64().unwrap();
        assert!(took < 600_000, "an hour is not what it took: {outcome}");
        let whole = outcome["took_ms"].as_u64().unwrap();
        assert!(
            took <= whole && whole < 600_000,
            "what the run took does not depend on it either: {outcome}"
        );
        lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
        lab.patchform("run list").exits(0).says("complete");
    }
}

#[test]
fn a_clock_that_was_set_back_while_nobody_drove_the_run() {
    let Some(library) = faketime() else { return };
    let lab = waiting();
    let child = super::begun(&lab);
    signal(child.id(), "INT");
    go(&lab);
    ended(child).exits(7);
    set(&lab, "-86400");
    let resumed = with_clock(&lab, &library, "resume").output().unwrap();
    let resumed = super::Ran::of(resumed).exits(0);
    // Two patches took time, whatever the clock says: a column that says "0ms" measured the clock.
    let none = resumed.out.split_whitespace().any(|word| word.trim_end_matches(['.', ',']) == "0ms");
    assert!(!none, "{}", resumed.out);
    lab.patchform("run show").exits(0).says("set back by");
    assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.1"]);
    done_once(&lab);
    lab.patchform("plan --detailed-exitcode").exits(0);
}

#[test]
fn the_run_that_began_last_is_told_by_no_clock() {
    let Some(library) = faketime() else { return };
    let lab = waiting();
    go(&lab);
    lab.patchform("apply --auto-approve").exits(0);
    let first = lab.patchform("run show --json").exits(0).out;
    set(&lab, "-86400");
    let edited = lab.read("main.pf.hcl").replace("1.1", "1.2");
    lab.write("main.pf.hcl", edited);
    let second = with_clock(&lab, &library, "apply --auto-approve").output().unwrap();
    super::Ran::of(second).exits(0);
    let last = lab.patchform("run show --json").exits(0).out;
    let id = |shown: &str| {
        let line: serde_json::Value = serde_json::from_str(shown.lines().next().unwrap()).unwrap();
        line["run"].as_str().unwrap().to_string()
    };
    assert!(id(&last) < id(&first), "its name is a day older: {} and {}", id(&last), id(&first));
}

#[test]
fn a_run_that_is_stopped_yesterday_is_resumed_today() {
    let Some(library) = faketime() else { return };
    let lab = waiting();
    set(&lab, "-86400");
    let child = with_clock(&lab, &library, "apply --auto-approve").spawn().unwrap();
    appears(&lab, "begun.a");
    signal(child.id(), "TERM");
    go(&lab);
    ended(child).exits(7);
    resumable(&lab);
}
