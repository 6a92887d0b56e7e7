//! Standard streams that are closed, full, or read by nobody.

use super::lab::{Lab, files};
use super::{appears, ended, go, resumable, signal, until, waiting};
use std::io::{BufRead as _, BufReader, PipeReader, PipeWriter, Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

fn shell(lab: &Lab, end: &str) -> super::Ran {
    let line = format!("exec {} apply --auto-approve {end}", env!("CARGO_BIN_EXE_patchform"));
    super::Ran::of(lab.command(Path::new("/bin/sh"), &["-c", &line]).output().expect("it runs"))
}

#[test]
fn a_reader_that_goes_away_does_not_stop_the_run() {
    for json in ["", " --json"] {
        let lab = waiting();
        let mut command = lab.patchform_command(&format!("apply --auto-approve{json}"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(!first.is_empty());
        go(&lab);
        // The pipe is closed now, and the run has just begun.
        let ran = ended(child).exits(0);
        assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.1"]);
        assert_eq!(ran.err.matches("standard output").count(), 1, "told once: {}", ran.err);
        assert!(
            ran.err.contains("that stops no run") && ran.err.contains("patchform run show"),
            "{}",
            ran.err
        );
        lab.patchform("run show").exits(0).says("Complete");
    }
}

#[test]
fn streams_that_are_closed_from_the_start_change_nothing() {
    for end in [">&-", "2>&-", "<&-", ">&- 2>&- <&-", "--json >&-"] {
        let lab = waiting();
        go(&lab);
        assert_eq!(shell(&lab, end).code, 0, "{end}");
        assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.1"], "{end}");
        lab.patchform("plan --detailed-exitcode").exits(0);
    }
}

#[test]
fn a_standard_error_that_nobody_reads_changes_nothing() {
    let lab = waiting();
    let mut command = lab.patchform_command("apply --auto-approve");
    let mut child =
        command.env("PF_LOG", "info").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    go(&lab);
    assert_eq!(ended(child).code, 0);
    assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.1"]);
}

/// "1: nothing was changed" would be a lie: the exit code of a run says how the run ended.
#[test]
fn what_cannot_be_written_does_not_change_how_a_run_ended() {
    let lab = waiting();
    go(&lab);
    let ran = shell(&lab, ">/dev/full").exits(0).says("standard output could not be written");
    assert!(ran.err.contains("patchform run show"), "{}", ran.err);
    assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.1"]);
    lab.write("main.pf.hcl", files(&[("a", "1.2", "", "printf half > $NAME; exit 1"), ("b", "1.1", "", "")]));
    shell(&lab, ">/dev/full").exits(3);
    assert_eq!(lab.read("a"), "1.1");
}

/// A pipe that is full: so much fits into it, and is in it.
fn full_pipe(blocks: bool) -> (PipeReader, PipeWriter, usize) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let size = rustix::pipe::fcntl_setpipe_size(&writer, 4096).unwrap();
    writer.write_all(&vec![b'.'; size]).unwrap();
    if !blocks {
        rustix::fs::fcntl_setfl(&writer, rustix::fs::OFlags::NONBLOCK).unwrap();
    }
    (reader, writer, size)
}

/// A reader that stays, and reads no more, holds up nothing: what it has not read waits for it, until it reads on or somebody ends that.
#[test]
fn a_reader_that_reads_no_more_does_not_stop_the_run() {
    for (json, reads_on, blocks) in
        [("", true, true), ("--json ", true, true), ("--json ", true, false), ("", false, true)]
    {
        let lab = waiting();
        lab.patchform("plan --out p").exits(0);
        let (mut reader, writer, size) = full_pipe(blocks);
        let mut child = lab
            .patchform_command(&format!("apply {json}p"))
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        go(&lab);
        let done = || lab.patchform("run show").out.contains("Complete") && lab.read("b") == "1.1";
        until("it is all done", done);
        std::thread::sleep(Duration::from_millis(500));
        assert!(child.try_wait().unwrap().is_none(), "what was said is not thrown away");
        if !reads_on {
            signal(child.id(), "TERM");
            assert_eq!(ended(child).code, 0);
            continue;
        }
        let mut said = String::new();
        reader.read_to_string(&mut said).unwrap();
        let said = &said[size..];
        ended(child).exits(0);
        match json {
            "" => assert!(said.contains("command.a") && said.contains("Complete"), "{said}"),
            _ => {
                let lines: Vec<serde_json::Value> =
                    said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                assert_eq!(lines.last().unwrap()["type"], "outcome", "{said}");
            }
        }
    }
}

#[test]
fn a_run_that_nobody_reads_of_is_stopped_by_a_signal_as_any_other() {
    let lab = waiting();
    lab.patchform("plan --out p").exits(0);
    let (_reader, writer, _) = full_pipe(true);
    let mut child = lab.patchform_command("apply p").stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    appears(&lab, "begun.a");
    signal(child.id(), "TERM");
    go(&lab);
    until("it is stopped", || !lab.patchform("run list").out.contains("running"));
    assert!(child.try_wait().unwrap().is_none(), "what was said is not thrown away");
    while child.try_wait().unwrap().is_none() {
        signal(child.id(), "TERM");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(ended(child).code, 7);
    resumable(&lab);
}
