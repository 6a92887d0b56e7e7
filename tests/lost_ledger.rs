//! What a provider wrote down of its actions may be lost, or lie in another folder: that nothing stands there proves
//! nothing. The target tells.

mod lab;

use lab::Lab;
use patchform::report::emergency::ending;
use patchform_sdk::machine;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// One file at 1.1 whose patch waits for `go`, with its state in a folder of its own.
fn declared(lab: &Lab, level: &str) -> String {
    let root = lab.path("");
    let root = root.display();
    format!(
        r#"
patchform {{
  state "local" {{
    path = "{root}/shared/state.json"
  }}
}}
component "command" "a" {{
  patch_level = "{level}"
  claims      = ["path:{root}/a"]
  read        = ["sh", "-c", "cat {root}/a 2>/dev/null || true"]
  patch       = ["sh", "-c", "echo $PATCHFORM_ACTION_ID >> {root}/log; [ ! -e {root}/controller ] || kill -9 $(cat {root}/controller); rm -f {root}/controller; while [ ! -e {root}/go ]; do sleep 0.02; done; printf %s $PATCHFORM_LEVEL > {root}/a"]
  snapshot    = ["sh", "-c", "cp {root}/a {root}/$PATCHFORM_SNAPSHOT 2>/dev/null; echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp {root}/$PATCHFORM_SNAPSHOT {root}/a"]
}}
"#
    )
}

fn in_folder(lab: &Lab, folder: &str, line: &str) -> Command {
    let mut command = lab.patchform_command(line);
    command.current_dir(lab.path(folder)).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// `first` was killed by its own patch to 1.1, which still runs; `second` is another checkout.
fn killed_in_its_patch() -> Lab {
    let lab = Lab::empty();
    for folder in ["first", "second"] {
        lab.write(&format!("{folder}/main.pf.hcl"), declared(&lab, "1.0"));
        assert!(in_folder(&lab, folder, "init").output().unwrap().status.success());
    }
    lab.write("go", "");
    assert!(in_folder(&lab, "first", "apply --auto-approve").output().unwrap().status.success());
    fs::remove_file(lab.path("go")).unwrap();
    fs::remove_file(lab.path("log")).unwrap();
    for folder in ["first", "second"] {
        lab.write(&format!("{folder}/main.pf.hcl"), declared(&lab, "1.1"));
    }
    let script =
        format!("echo $$ > ../controller; exec {} apply --auto-approve", env!("CARGO_BIN_EXE_patchform"));
    let mut shell = lab.command("/bin/sh".as_ref(), &["-c", &script]);
    let ended = shell.current_dir(lab.path("first")).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert_eq!(ended.unwrap().code(), None, "it was killed");
    lab
}

fn wait_until(mut what: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !what() {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Lets the patch go on, and waits until its command has ended.
fn go(lab: &Lab) {
    lab.write("go", "");
    wait_until(|| lab.read("a") == "1.1");
}

#[test]
fn what_was_done_is_found_where_no_ledger_tells_of_it() {
    for (lost, end) in [
        (&["command"][..], "rollback"),
        (&["command", "actions"], "rollback"),
        (&["command"], "resume"),
        (&["command", "actions"], "resume"),
    ] {
        let lab = killed_in_its_patch();
        go(&lab);
        for folder in lost {
            fs::remove_dir_all(lab.path("shared/.patchform").join(folder)).unwrap();
        }
        let ran = in_folder(&lab, "first", end).output().unwrap();
        let code = ran.status.code();
        if end == "rollback" {
            assert_eq!((code, &*lab.read("a")), (Some(0), "1.0"), "{lost:?}: {ran:?}");
        } else {
            assert_eq!((code, &*lab.read("a")), (Some(0), "1.1"), "{lost:?}: {ran:?}");
        }
        assert_eq!(lab.read("log").lines().count(), 1, "patched once: {lost:?}, {end}");
        let recorded = in_folder(&lab, "first", "state show command.a").output().unwrap();
        let recorded = String::from_utf8_lossy(&recorded.stdout).into_owned();
        assert!(recorded.contains(&lab.read("a")), "{lost:?}, {end}: {recorded}");
    }
}

#[test]
fn another_checkout_does_not_patch_beside_a_patch_that_runs() {
    for end in ["resume", "rollback"] {
        let lab = killed_in_its_patch();
        let mut taking: Child = in_folder(&lab, "second", end).spawn().unwrap();
        // It finds the command, and waits for its end.
        wait_until(|| taking.try_wait().unwrap().is_some() || said(&lab, "busy") || said(&lab, "probe"));
        assert_eq!(taking.try_wait().unwrap(), None, "{end} waits for the command");
        ends_right(&lab, taking, end);
    }
}

/// Once the patch goes on, whoever took the run up ends it, and does not patch again.
fn ends_right(lab: &Lab, taking: Child, end: &str) {
    go(lab);
    let ran = taking.wait_with_output().unwrap();
    let level = if end == "resume" { "1.1" } else { "1.0" };
    assert_eq!((ran.status.code(), &*lab.read("a")), (Some(0), level), "{end}: {ran:?}");
    assert_eq!(lab.read("log").lines().count(), 1, "{end}");
}

/// Its wrapper still names the folder that somebody removed.
#[test]
fn a_patch_that_runs_is_waited_for_where_its_trace_was_removed() {
    for end in ["resume", "rollback"] {
        let lab = killed_in_its_patch();
        fs::remove_dir_all(lab.path("shared/.patchform/actions")).unwrap();
        let mut taking: Child = in_folder(&lab, "first", end).spawn().unwrap();
        wait_until(|| taking.try_wait().unwrap().is_some() || said(&lab, "busy") || said(&lab, "probe"));
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(lab.read("log").lines().count(), 1, "{end}: a second patch beside the first");
        ends_right(&lab, taking, end);
    }
}

/// Whoever lets go of its run is told how its process is found, its folder being gone.
#[test]
fn a_patch_whose_trace_was_removed_is_found_by_its_number() {
    let lab = killed_in_its_patch();
    let id = lab.read("log").trim().to_string();
    fs::remove_dir_all(lab.path("shared/.patchform/actions")).unwrap();
    let refused = in_folder(&lab, "first", "run abandon").output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    let line = format!("pgrep -of 'actions/{id} [^0-9]'");
    assert!(refused.status.code() == Some(7) && said.contains(&line), "{said}");
    let ended = format!("kill -s KILL -- -$({line})");
    assert!(Command::new("sh").args(["-c", &ended]).status().unwrap().success());
    let abandoned = in_folder(&lab, "first", "run abandon").output().unwrap();
    assert_eq!(abandoned.status.code(), Some(0), "{abandoned:?}");
}

/// The line of the emergency steps ends also a command that is suspended, with all of its session; what it came to is read.
#[test]
fn a_patch_that_hangs_is_ended_by_the_line_that_is_told() {
    let lab = killed_in_its_patch();
    let id = lab.read("log").trim().to_string();
    let line = ending(".patchform/actions", &id);
    let send = |signal: &str| {
        let line = line.replace("KILL", signal);
        Command::new("sh").args(["-c", &line]).current_dir(lab.path("shared")).status().unwrap().success()
    };
    assert!(send("STOP") && send("TERM"));
    let process =
        fs::read_to_string(lab.path("shared/.patchform/actions").join(&id).join("process")).unwrap();
    let number = process.lines().nth(1).unwrap().split(' ').next().unwrap().to_string();
    let lives = || {
        let listed = Command::new("ps").args(["-s", &number, "-o", "stat="]).output().unwrap().stdout;
        String::from_utf8(listed).unwrap().lines().any(|state| !state.starts_with('Z'))
    };
    assert!(lives(), "a suspended one takes no other signal");
    let said = |folder: &str| {
        let ran = Command::new("sh").args(["-c", &line]).current_dir(lab.path(folder)).output().unwrap();
        (ran.status.success(), String::from_utf8(ran.stdout).unwrap())
    };
    assert_eq!(said("first"), (false, String::new()), "no other folder tells of it");
    // Its number may be somebody else's by now: after it has ended, in another boot, or where that began at another time.
    let folder = lab.path("shared/.patchform/actions").join(&id);
    let began = machine::started(process.lines().nth(1).unwrap()).unwrap();
    let other_start = process.replace(&format!(" {began} "), " 1 ");
    let other_boot = format!("0{process}");
    for (name, text) in [("exit", "0\n"), ("process", &*other_start), ("process", &*other_boot)] {
        fs::write(folder.join(name), text).unwrap();
        send("KILL");
        fs::write(folder.join("process"), &process).unwrap();
        let _ = fs::remove_file(folder.join("exit"));
        assert!(lives(), "{name}: {text}");
    }
    assert!(send("KILL"));
    wait_until(|| !lives());
    fs::write(folder.join("exit"), "137\n").unwrap();
    assert_eq!(said("shared"), (true, "it has ended already\n".into()));
    fs::remove_file(folder.join("exit")).unwrap();
    lab.write("go", "");
    let ran = in_folder(&lab, "first", "resume").output().unwrap();
    assert_eq!((ran.status.code(), &*lab.read("a")), (Some(0), "1.1"), "{ran:?}");
    assert_eq!(lab.read("log").lines().count(), 2, "it had changed nothing, and was tried again");
}

#[test]
fn what_an_open_run_holds_has_the_name_that_the_run_knows() {
    let lab = killed_in_its_patch();
    let renamed = declared(&lab, "1.1").replace("\"a\" {", "\"b\" {");
    lab.write("second/main.pf.hcl", renamed + "moved {\n  from = command.a\n  to   = command.b\n}\n");
    let ran = in_folder(&lab, "second", "apply --auto-approve").output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(ran.status.code(), Some(6), "{said}");
    assert!(said.contains("holds command.a (command.b in this plan) or what it needs"), "{said}");
    assert!(!said.contains("two runs work on one target"), "{said}");
    // What its own way back needs is listed, and is not for others.
    let id = lab.read("log");
    let run = id.split('.').next().unwrap();
    let listed = in_folder(&lab, "first", "snapshot list").output().unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains(&format!("{run}-0-1")), "{listed:?}");
    let refused = in_folder(&lab, "first", &format!("snapshot restore {run}-0-1")).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(6), "{said}");
    assert!(
        said.contains("is for the way back of run") && said.contains(&format!("patchform rollback {run}")),
        "{said}"
    );
    go(&lab);
}

#[test]
fn a_checkout_that_was_not_prepared_says_so() {
    let lab = killed_in_its_patch();
    fs::remove_dir_all(lab.path("second/.patchform")).unwrap();
    for line in ["run list", "rollback", "resume", "state list", "output"] {
        let ran = in_folder(&lab, "second", line).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(said.contains("patchform init"), "{line}: {ran:?}");
    }
    go(&lab);
    assert!(in_folder(&lab, "first", "rollback").output().unwrap().status.success());
}

/// Whether the journal of the open run holds an event of this name.
fn said(lab: &Lab, name: &str) -> bool {
    let runs = fs::read_dir(lab.path("shared/.patchform/runs")).unwrap().flatten();
    let segments = runs.filter_map(|run| fs::read_dir(run.path().join("journal")).ok()).flatten().flatten();
    segments.into_iter().any(|segment| {
        fs::read_to_string(segment.path()).unwrap_or_default().contains(&format!("\"{name}\""))
    })
}
