//! `rollback` reads before it says that something is restored or stays as it was: a journal that lacks its end (a run's
//! folder put back from an older backup, or cut off) does not make it say so of what is patched.

mod lab;

use lab::{Lab, files};
use std::fs;
use std::path::PathBuf;

/// Four files, one after the other; `c` fails, which halts the run. While `NAME.dark` is there NAME cannot be read.
fn halted() -> (Lab, PathBuf) {
    let config = |level: &str, patch: &str| {
        let rollout = "rollout \"stop\" {\n  on_failure = \"halt\"\n}\n";
        let rows = [
            ("a", level, "", ""),
            ("b", level, "command.a", ""),
            ("c", level, "command.b", patch),
            ("d", level, "command.c", ""),
        ];
        let text = files(&rows).replace("patch_level", "rollout = rollout.stop\n  patch_level");
        format!("{rollout}{}", text.replace("\"cat ", "\"test ! -e \\\"$NAME.dark\\\" || exit 1; cat "))
    };
    let lab = Lab::new(&config("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.1", "exit 1"));
    lab.patchform("apply --auto-approve").exits(7);
    let runs: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    let id = runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap();
    let journal = lab.path(&format!(".patchform/runs/{id}/journal/000001.jsonl"));
    (lab, journal)
}

fn levels(lab: &Lab) -> String {
    ["a", "b", "c", "d"].map(|name| lab.read(name)).join(" ")
}

/// Cuts the journal before the line in which `step` of component `index` is intended first.
fn cut_before(journal: &PathBuf, step: &str, index: usize) {
    let text = fs::read_to_string(journal).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let begins = |line: &&&str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = line.to_string();
        text.contains("intent")
            && text.contains(&format!("\"{step}\""))
            && text.contains(&format!("\"component\":{index}"))
    };
    let at = lines.iter().position(|line| begins(&line)).expect("the step is in the journal");
    // The last line that closes a batch before it.
    let closed = lines[..at].iter().rposition(|line| line.contains("\"end\":true")).expect("a closed batch");
    fs::write(journal, lines[..=closed].join("\n") + "\n").unwrap();
}

#[test]
fn what_the_journal_does_not_know_is_stuck_and_holds_what_it_stands_on() {
    let (lab, journal) = halted();
    assert_eq!(levels(&lab), "1.1 1.1 1.0 1.0");
    // b begins in its gate: nothing of it is left in the journal.
    cut_before(&journal, "gate", 1);
    let said = lab.patchform("rollback").exits(4);
    said.says("Emergency steps for command.b")
        .says("does not read as before the run")
        .says("command.b has to go back first")
        .does_not_say("Restored");
    assert_eq!(levels(&lab), "1.1 1.1 1.0 1.0", "nothing goes back below what is stuck");
    lab.patchform("apply --auto-approve").exits(6);
    // Put right by hand, it is out of the way.
    lab.write("b", "1.0");
    lab.patchform("rollback").exits(0).says("Taken back");
    assert_eq!(levels(&lab), "1.0 1.0 1.0 1.0");
}

#[test]
fn a_snapshot_that_the_journal_knows_takes_back_what_it_does_not_know() {
    let (lab, journal) = halted();
    cut_before(&journal, "patch", 1);
    lab.patchform("rollback").exits(0).says("Taken back");
    assert_eq!(levels(&lab), "1.0 1.0 1.0 1.0");
}

#[test]
fn a_journal_cut_in_half_never_ends_restored_over_patched_files() {
    for part in 1..8 {
        let (lab, journal) = halted();
        let good = fs::read(&journal).unwrap();
        fs::write(&journal, &good[..good.len() * part / 8]).unwrap();
        let ran = lab.patchform("rollback");
        let as_before = levels(&lab) == "1.0 1.0 1.0 1.0";
        assert_eq!(ran.code == 0, as_before, "cut to {part} eighths: {} {ran:?}", levels(&lab));
        assert!(ran.code == 0 || ran.code == 4 || ran.code == 1, "cut to {part} eighths: {ran:?}");
    }
}

#[test]
fn a_component_that_cannot_be_read_is_named_and_keeps_nobody_from_going_back() {
    let (lab, _) = halted();
    lab.write("d.dark", "");
    lab.patchform("rollback")
        .exits(0)
        .says("command.d could not be read; only the journal says that this run did not change it");
    assert_eq!(levels(&lab), "1.0 1.0 1.0 1.0");
}

/// The whole folder of an older time is put back: the journal does not tell of the patch, and no trace of it is there.
#[test]
fn no_snapshot_of_the_new_level_is_taken_as_one_of_the_old() {
    let (lab, journal) = halted();
    // Its snapshot is begun in the journal, and not answered.
    cut_before(&journal, "patch", 1);
    for lost in ["command", "actions"] {
        fs::remove_dir_all(lab.path(".patchform").join(lost)).unwrap();
    }
    lab.patchform("resume").says("it was changed on its target since the plan was made, and stands at 1.1");
    let listed = lab.patchform("snapshot list --json").exits(0).out;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    for snapshot in listed["snapshots"].as_array().unwrap() {
        if snapshot["address"] == "command.b" && snapshot["level"] == "1.0" {
            let id = snapshot["id"].as_str().unwrap();
            let holds = fs::read_dir(lab.path("")).unwrap().flatten().map(|e| e.path());
            let kept =
                holds.filter(|p| p.to_string_lossy().contains(id)).map(|p| fs::read_to_string(p).unwrap());
            assert!(kept.into_iter().all(|content| content == "1.0"), "{id} holds another level");
        }
    }
}

/// Its journal was cut between two lines, and the component reads as before by then: whether what runs there is of that level
/// nobody knows, so that it is not taken as untouched.
#[test]
fn what_a_journal_without_its_end_does_not_tell_of_is_brought_into_force() {
    let config = |level: &str| {
        let reload = "  reload      = [\"sh\", \"-c\", \"cp $NAME $NAME.runs; test ! -e fails\"]\n  read ";
        let text = files(&[("a", level, "", ""), ("b", level, "command.a", "")]);
        text.replace("  read ", reload)
    };
    let lab = Lab::new(&config("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.1"));
    lab.write("fails", "");
    // Its reload fails on both ways: 1.0 is there again, and nobody knows what runs.
    lab.patchform("apply --auto-approve").exits(4);
    lab.write("a.runs", "1.1");
    let id = last(&lab);
    let journal = lab.path(&format!(".patchform/runs/{id}/journal/000001.jsonl"));
    cut_before(&journal, "patch", 0);
    fs::remove_file(lab.path("fails")).unwrap();
    let ended = flat(lab.patchform("rollback").exits(0));
    assert!(ended.contains(&format!("he journal of run {id} lacks its end")), "{ended}");
    assert!(!ended.contains("untouched") && !ended.contains("before anything was changed"), "{ended}");
    lab.patchform("run list").exits(0).says(&id).does_not_say("open");
    lab.patchform("state show command.a").exits(0).says("to do").says("reload and verify");
    lab.write("main.pf.hcl", config("1.0"));
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!((lab.read("a"), lab.read("a.runs")), ("1.0".into(), "1.0".into()));
    lab.patchform("plan --detailed-exitcode").exits(0);
}

/// The id of the last run.
fn last(lab: &Lab) -> String {
    let runs: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().into()
}

/// What was printed, without its line breaks.
fn flat(ran: lab::Ran) -> String {
    (ran.out + &ran.err).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An older run is taken back over a newer one: that is said, and the outputs follow where the newer one goes as a whole.
#[test]
fn what_newer_runs_did_goes_with_an_older_run_and_is_named() {
    let at = |a: &str, b: &str| {
        let output = format!("output \"level\" {{\n  value = \"{a} {b}\"\n}}\n");
        files(&[("a", a, "", ""), ("b", b, "", "")]) + &output
    };
    for (b_too, output, kept) in [("1.0", "1.0 1.0", false), ("1.2", "1.2 1.2", true)] {
        let lab = Lab::new(&at("1.0", "1.0"));
        lab.patchform("init").exits(0);
        lab.patchform("apply --auto-approve").exits(0);
        lab.write("main.pf.hcl", at("1.1", "1.0"));
        lab.patchform("apply --auto-approve").exits(0);
        let older = last(&lab);
        lab.write("main.pf.hcl", at("1.2", b_too));
        lab.patchform("apply --auto-approve").exits(0);
        let newer = last(&lab);
        let told = flat(lab.patchform(&format!("rollback {older} --auto-approve")).exits(0));
        let named = format!("run {older} is taken back, and with it what run {newer} did here later");
        assert!(told.contains(&named), "{told}");
        let stay = format!("The outputs stay as they are: run {newer} came later");
        assert_eq!(told.contains(&stay), kept, "{told}");
        assert_eq!((lab.read("a"), lab.read("b")), ("1.0".into(), b_too.into()));
        lab.patchform("output level").exits(0).says(output);
        // Given again, there is nothing left of it.
        let again = flat(lab.patchform(&format!("rollback {older} --auto-approve")).exits(0));
        assert!(again.contains("at the levels before it already"), "{again}");
        assert!(!again.contains("declared"), "{again}");
        // Who takes the newest back hears of no other.
        lab.patchform("allow command.a").exits(0);
        lab.patchform("apply --auto-approve").exits(0);
        let told = flat(lab.patchform(&format!("rollback {} --auto-approve", last(&lab))).exits(0));
        assert!(!told.contains("and with it"), "{told}");
    }
}

/// What makes a level worth taking back does not keep it there: only apply asks whether what it leaves is well.
#[test]
fn an_ill_level_is_taken_back() {
    let check = "check \"exec\" \"well\" {\n    command = [\"sh\", \"-c\", \"! [ -e ill.$(cat a) ]\"]\n    within  = \"1s\"\n  }";
    let at = |level: &str| {
        files(&[("a", level, "", "")]).replace("  patch_level", &format!("  {check}\n  patch_level"))
    };
    let lab = Lab::new(&at("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", at("1.1"));
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("ill.1.1", "");
    let run = last(&lab);
    lab.write("main.pf.hcl", at("1.2"));
    lab.patchform("apply --auto-approve").exits(5).says("ill already before its patch");
    lab.patchform(&format!("rollback {run} --auto-approve")).exits(0).does_not_say("measure");
    assert_eq!(lab.read("a"), "1.0");
}

/// A run that failed has neither taken newer runs back nor brought outputs: it is not blamed, and it hides nothing.
#[test]
fn runs_that_failed_hide_no_newer_run_and_keep_no_outputs() {
    let at = |level: &str| {
        let patch = "test ! -e broken || exit 1; printf %s \"$PATCHFORM_LEVEL\" > $NAME";
        files(&[("a", level, "", patch)]) + &format!("output \"level\" {{\n  value = \"{level}\"\n}}\n")
    };
    let lab = Lab::new(&at("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    let [older, newer] = ["1.1", "1.2"].map(|level| {
        lab.write("main.pf.hcl", at(level));
        lab.patchform("apply --auto-approve").exits(0);
        last(&lab)
    });
    lab.write("broken", "");
    lab.write("main.pf.hcl", at("1.3"));
    lab.patchform("apply --auto-approve").exits(3);
    lab.patchform(&format!("rollback {older} --auto-approve")).exits(3);
    std::fs::remove_file(lab.path("broken")).unwrap();
    let told = flat(lab.patchform(&format!("rollback {older} --auto-approve")).exits(0));
    assert!(told.contains(&format!("and with it what run {newer} did here later")), "{told}");
    assert!(!told.contains("outputs stay"), "{told}");
    assert_eq!(lab.read("a"), "1.0");
    lab.patchform("output level").exits(0).says("1.0");
    // What each of them brought is given up, for its own reason.
    for (level, why) in [
        ("1.1", format!("a person took run {older} back")),
        ("1.2", format!("a person took run {older} back, and run {newer} with it")),
    ] {
        lab.write("main.pf.hcl", at(level));
        let plan = lab.patchform("plan --json").exits(0).out;
        assert!(
            plan.contains(&format!("{why}\"")) || plan.contains(&format!("{why};")),
            "{level}: {why}\n{plan}"
        );
    }
}

/// A run whose patch came half-way (the level is read from the first line), and was killed; its journal lacks the patch.
/// `known`: whether the state was made of the lines that are missing.
fn half_patched_and_cut(known: bool) -> Lab {
    let config = |patch: &str| {
        let text = files(&[("a", "1.1", "", patch), ("b", "1.1", "command.a", patch)])
            .replace("cat \\\"$NAME\\\" 2>/dev/null", "head -n 1 $NAME 2>/dev/null");
        let steps = "  rollout = rollout.r\n  reload = [\"sh\", \"-c\", \"cp $NAME $NAME.runs\"]\n  digest = [\"sh\", \"-c\", \"cat $NAME 2>/dev/null || true\"]\n  read ";
        text.replace("  read ", steps) + "rollout \"r\" { on_failure = \"halt\" }\n"
    };
    const WHOLE: &str = "printf '%s\\nwhole %s\\n' $PATCHFORM_LEVEL $PATCHFORM_LEVEL > $NAME";
    let lab = Lab::new(&config(WHOLE).replace("1.1", "1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    let state = fs::read(lab.path("patchform.state.json")).unwrap();
    lab.write("main.pf.hcl", config("printf '1.1\\nhalf of 1.1\\n' > $NAME; exit 1"));
    lab.patchform("apply --auto-approve").exits(7);
    assert_eq!(lab.read("a"), "1.1\nhalf of 1.1\n");
    let journal = lab.path(&format!(".patchform/runs/{}/journal/000001.jsonl", last(&lab)));
    cut_before(&journal, "patch", 0);
    if !known {
        lab.write("patchform.state.json", state);
    }
    lab.write("main.pf.hcl", config(WHOLE));
    lab
}

/// Whoever abandons a run has it read, too: what reads otherwise may be half of a patch of which the journal does not tell.
#[test]
fn a_patch_that_a_cut_journal_does_not_tell_of_is_owed_by_an_abandoned_run() {
    for known in [true, false] {
        let lab = half_patched_and_cut(known);
        // What runs at b is of nobody knows when.
        lab.write("b.runs", "old");
        let ended = flat(lab.patchform("run abandon").exits(0));
        assert!(
            ended.contains("command.a") && ended.contains("patch, reload and verify"),
            "{known}: {ended}"
        );
        assert!(ended.contains("lacks its end"), "{known}: {ended}");
        lab.patchform("state show command.a").exits(0).says("patch, reload and verify");
        let b = lab.patchform("state show command.b").exits(0).says("reload and verify");
        b.does_not_say("patch, reload and verify");
        lab.patchform("allow command.a");
        lab.patchform("apply --auto-approve").exits(0);
        assert_eq!(lab.read("a"), "1.1\nwhole 1.1\n", "{known}");
        assert_eq!((lab.read("a.runs"), lab.read("b.runs")), (lab.read("a"), lab.read("b")), "{known}");
        lab.patchform("plan --detailed-exitcode").exits(0);
    }
}

/// A resume goes on elsewhere and leaves such a component alone; what it may be is owed all the same.
#[test]
fn a_patch_that_a_cut_journal_does_not_tell_of_is_owed_by_a_resumed_run() {
    for known in [true, false] {
        let lab = half_patched_and_cut(known);
        let journal = lab.path(&format!(".patchform/runs/{}/journal/000001.jsonl", last(&lab)));
        cut_before(&journal, "gate", 0);
        lab.patchform("resume").exits(5).says("it was changed on its target since the plan was made");
        lab.patchform("state show command.a").exits(0).says("patch, reload and verify");
        lab.patchform("apply --auto-approve").exits(0);
        assert_eq!(lab.read("a"), "1.1\nwhole 1.1\n", "{known}");
        assert_eq!((lab.read("a.runs"), lab.read("b.runs")), (lab.read("a"), lab.read("b")), "{known}");
        lab.patchform("plan --detailed-exitcode").exits(0);
    }
}

/// One that cannot be read may be half done as well.
#[test]
fn what_cannot_be_read_behind_a_cut_journal_may_be_half_done() {
    let lab = half_patched_and_cut(true);
    let text = lab.read("main.pf.hcl");
    lab.write("b.unread", fs::read(lab.path("b")).unwrap());
    lab.write("main.pf.hcl", &text);
    fs::remove_file(lab.path("b")).unwrap();
    fs::create_dir(lab.path("b")).unwrap();
    let ended = flat(lab.patchform("run abandon").exits(0));
    assert!(ended.contains("command.b"), "{ended}");
    lab.patchform("state show command.b").exits(0).says("patch, reload and verify");
}

/// What one component proves counts for all: those that read as before may not be in force.
#[test]
fn once_one_component_proves_the_cut_all_that_may_have_begun_behind_it_owe_what_brings_them_into_force() {
    let config = |level: &str, b: &str, fails: &str| {
        let text = files(&[("a", level, "", ""), ("b", b, "command.a", fails)]);
        let rollout = "rollout \"r\" { on_failure = \"halt\" }\n";
        text.replace(
            "  read ",
            "  rollout = rollout.r\n  reload = [\"sh\", \"-c\", \"cp $NAME $NAME.runs\"]\n  read ",
        ) + rollout
    };
    for end in ["run abandon", "rollback"] {
        let lab = Lab::new(&config("1.0", "1.0", ""));
        lab.patchform("init").exits(0);
        lab.patchform("apply --auto-approve").exits(0);
        let state = fs::read(lab.path("patchform.state.json")).unwrap();
        lab.write("main.pf.hcl", config("1.1", "1.1", "exit 1"));
        lab.patchform("apply --auto-approve").exits(7);
        let journal = lab.path(&format!(".patchform/runs/{}/journal/000001.jsonl", last(&lab)));
        cut_before(&journal, "patch", 0);
        // Nothing but the readings tells of it.
        lab.write("patchform.state.json", state);
        lab.write("b.runs", "1.1");
        let ended = flat(lab.patchform(end).exits(0));
        assert!(!ended.contains("command.b untouched"), "{end}: {ended}");
        let b = lab.patchform("state show command.b").exits(0).says("reload and verify");
        b.does_not_say("patch, reload");
        let a = if end == "rollback" { "1.0" } else { "1.1" };
        lab.write("main.pf.hcl", config(a, "1.0", ""));
        if end == "rollback" {
            lab.patchform("allow command.a");
        }
        lab.patchform("apply --auto-approve").exits(0);
        let runs = ["a", "a.runs", "b", "b.runs"].map(|name| lab.read(name)).join(" ");
        assert_eq!(runs, format!("{a} {a} 1.0 1.0"), "{end}");
        lab.patchform("plan --detailed-exitcode").exits(0);
    }
}

/// A snapshot of which only lost lines told is in no list otherwise: it may be there, and goes the way of all orphans.
#[test]
fn a_snapshot_of_lost_lines_is_an_orphan() {
    let (lab, journal) = halted();
    let run = last(&lab);
    cut_before(&journal, "gate", 1);
    // Else the state knows of them.
    lab.write("patchform.state.json", lab.read("patchform.state.json.backup"));
    lab.patchform("run abandon").exits(0);
    let listed: serde_json::Value =
        serde_json::from_str(&lab.patchform("snapshot list --json").exits(0).out).unwrap();
    let found = listed["orphans"].as_array().unwrap().iter();
    let found: Vec<&str> = found.map(|orphan| orphan["id"].as_str().unwrap()).collect();
    // That of a is known; those of c and d may have been taken as well.
    assert_eq!(found, [1, 2, 3].map(|i| format!("{run}-{i}-1")), "{listed}");
    let told = lab.patchform("snapshot list").exits(0).says("Orphans");
    found.iter().fold(told, |told, id| told.says(id));
}
