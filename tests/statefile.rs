//! The state commands, and what happens to a state that was damaged, copied or locked, through the binary.

mod lab;

use lab::{Lab, files};

fn applied() -> Lab {
    let lab = Lab::new(&files(&[("a", "1.0", "", ""), ("b", "1.0", "command.a", "")]));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab
}

#[test]
fn list_show_mv_rm() {
    let lab = applied();
    lab.patchform("state list").exits(0).says("command.a").says("command.b");
    lab.patchform("state show command.a").exits(0).says("1.0");
    lab.patchform("state show command.x").exits(1).says("command.x");
    lab.patchform("state mv command.a command.z").exits(0);
    lab.patchform("state list").exits(0).says("command.z").does_not_say("command.a");
    lab.patchform("state mv command.z command.b").exits(1);
    lab.patchform("state rm command.z").exits(0);
    lab.patchform("state list").exits(0).does_not_say("command.z");
    lab.patchform("state rm command.z").exits(1).says("command.z");
}

#[test]
fn pull_and_push() {
    let lab = applied();
    let state = lab.patchform("state pull").exits(0).out;
    lab.write("copy.json", &state);
    lab.patchform("state rm command.a").exits(0);
    // Older than what is there: refused, unless forced.
    lab.patchform("state push copy.json").exits(1).says("serial");
    lab.patchform("state push --force copy.json").exits(0);
    lab.patchform("state list").exits(0).says("command.a");
    // Somebody else's.
    let other = applied();
    lab.write("other.json", other.patchform("state pull").exits(0).out);
    lab.patchform("state push other.json").exits(1).says("lineage");
    lab.write("broken.json", &state[..state.len() / 2]);
    lab.patchform("state push broken.json").exits(1);
}

#[test]
fn a_damaged_state_is_an_error_and_stays_as_it_is() {
    let lab = applied();
    let good = lab.read("patchform.state.json");
    for (bad, said) in [
        (good[..good.len() / 2].to_string(), "patchform.state.json"),
        (good.replace("1.0", "1.1"), "digest"),
        (good.replacen("\"format_version\": 1", "\"format_version\": 99", 1), "newer"),
        (String::new(), "patchform.state.json"),
        ("[]".to_string(), "patchform.state.json"),
    ] {
        lab.write("patchform.state.json", &bad);
        let ran = lab.patchform("plan").says(said);
        assert!(ran.code == 1 || ran.code == 6, "{} for {said}", ran.code);
        lab.patchform("apply --auto-approve");
        assert_eq!(lab.read("patchform.state.json"), bad, "a state that cannot be read is not overwritten");
    }
}

#[test]
fn outputs_and_graph() {
    let lab = Lab::new(&format!(
        "{}\noutput \"where\" {{\n  value = \"port ${{1 + 2}}\"\n}}\n",
        files(&[("a", "1.0", "", ""), ("b", "1.0", "command.a", "")])
    ));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.patchform("output").exits(0).says("port 3");
    lab.patchform("output where").exits(0).says("port 3");
    lab.patchform("output nothing").exits(1);
    lab.patchform("graph").exits(0).says("digraph").says("command.a");
    let picture = lab.patchform("graph --format svg").exits(0).says("command.a").out;
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"), "{picture}");
    lab.patchform("graph --format mermaid").exits(0).says("flowchart").says("command.b");
}

/// Through the plan, the saved plan, the state and what is told of it.
#[test]
fn outputs_keep_every_digit() {
    const LONG: &str = "12345678901234567890123";
    const FRACTION: &str = "0.1234567890123456789012345";
    let lab = Lab::new(&format!(
        r#"
data "external" "echo" {{
  program = ["cat"]
  query   = {{ n = {LONG} }}
}}
output "a" {{
  value = {{ long = {LONG}, list = [{FRACTION}, 1.5, 10000000000000000000000] }}
}}
output "echo" {{
  value = data.external.echo.value.n
}}
"#
    ));
    lab.patchform("init").exits(0);
    lab.patchform("plan --out saved.plan").exits(0).says(LONG).says(FRACTION);
    lab.patchform("show --json saved.plan").exits(0).says(LONG).says(FRACTION);
    lab.patchform("apply saved.plan").exits(0);
    for line in ["output", "output --json", "output a"] {
        lab.patchform(line).exits(0).says(LONG).says(FRACTION).says("1.5");
    }
    lab.patchform("output echo").exits(0).says(LONG);
    assert!(lab.read("patchform.state.json").contains(&format!("\"long\":{LONG}")));
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
    lab.write("main.pf.hcl", lab.read("main.pf.hcl").replace(LONG, "12345678901234567890124"));
    lab.patchform("plan --detailed-exitcode").exits(2).says("12345678901234567890124");
}

/// The state, the journal and the folder of a run may be of different times: each command says what is missing.
#[test]
fn what_is_kept_of_a_run_may_lack_a_part() {
    let lab = applied();
    let run = last_run(&lab);
    let journal = format!(".patchform/runs/{run}/journal/000001.jsonl");
    let whole = lab.read(&journal);
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    lab.write(&journal, lines[..lines.len() - 2].concat());
    let said = lab.patchform(&format!("run show {run}")).exits(1);
    said.says("lacks its end").does_not_say("resume");
    lab.write(&journal, &whole);
    lab.patchform(&format!("run show {run}")).exits(0);

    let state = lab.read("patchform.state.json");
    std::fs::remove_file(lab.path("patchform.state.json")).unwrap();
    lab.patchform(&format!("rollback {run}")).exits(1).says("does not remember").says("run show");
    // Nobody begins as if nothing had been: its backup takes in what runs did since.
    lab.patchform("run list").exits(0).says(&run);
    lab.patchform("plan").exits(1).says("the state is gone").says("move .patchform/runs away");
    lab.write("patchform.state.json.backup", &state);
    lab.patchform("apply --auto-approve").exits(1).says("patchform state push patchform.state.json.backup");
    lab.patchform("state push patchform.state.json.backup").exits(0);
    lab.patchform("plan --detailed-exitcode").exits(0);
    lab.write("patchform.state.json", state);
    std::fs::remove_dir_all(lab.path(&format!(".patchform/runs/{run}"))).unwrap();
    lab.patchform(&format!("rollback {run}")).exits(1).says("is not there any more");
    lab.patchform("rollback 20260101-000000-000-0000").exits(1).says("there is no run");
}

/// A run that is taken back takes its outputs with it; those of a later run stay.
#[test]
fn outputs_go_back_with_their_run() {
    let at = |level: &str, more: &str| {
        format!("{}\noutput \"level\" {{\n  value = \"{level}\"\n}}\n{more}", files(&[("a", level, "", "")]))
    };
    let lab = Lab::new(&at("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", at("1.1", "output \"more\" {\n  value = [1]\n}\n"));
    lab.patchform("apply --auto-approve").exits(0);
    lab.patchform(&format!("rollback {} --auto-approve", last_run(&lab))).exits(0);
    lab.patchform("output --json").exits(0).says("1.0").does_not_say("1.1").does_not_say("more");
    lab.write("main.pf.hcl", at("1.0", ""));
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");

    // A run that is taken back before anything begins is no run that went through.
    lab.write("main.pf.hcl", at("1.2", ""));
    let mut killed = lab.patchform_command("apply --auto-approve");
    killed.env("PATCHFORM_FAILPOINT", "run.opened#1=kill");
    assert_eq!(killed.output().unwrap().status.code(), None);
    lab.patchform("rollback").exits(0);
    lab.patchform("output level").exits(0).says("1.0");

    lab.patchform("apply --auto-approve").exits(0);
    let run = last_run(&lab);
    lab.write("main.pf.hcl", at("1.2", "output \"more\" {\n  value = [2]\n}\n"));
    lab.patchform("apply --auto-approve").exits(0);
    lab.patchform(&format!("rollback {run} --auto-approve")).exits(0);
    lab.patchform("output --json").exits(0).says("more");

    // Neither the restore of a snapshot nor taking that back touches them.
    let listed = lab.patchform("snapshot list --json").exits(0).out;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let snapshot = listed["snapshots"][0]["id"].as_str().unwrap();
    let outputs = lab.patchform("output --json").exits(0).out;
    lab.patchform(&format!("snapshot restore {snapshot} --auto-approve")).exits(0);
    lab.patchform(&format!("rollback {} --auto-approve", last_run(&lab))).exits(0);
    assert_eq!(lab.patchform("output --json").exits(0).out, outputs);
}

#[test]
fn snapshots_are_listed_restored_and_pruned() {
    let lab = applied();
    for level in ["1.1", "1.2", "1.3"] {
        lab.write("main.pf.hcl", files(&[("a", level, "", ""), ("b", "1.0", "command.a", "")]));
        lab.patchform("apply --auto-approve").exits(0);
    }
    let listed = lab.patchform("snapshot list --json").exits(0).out;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let of_a: Vec<_> =
        listed["snapshots"].as_array().unwrap().iter().filter(|s| s["address"] == "command.a").collect();
    assert_eq!(of_a.len(), 2, "keep = 2 by default: {listed}");
    let newest = of_a.iter().find(|s| s["level"] == "1.2").unwrap()["id"].as_str().unwrap();
    lab.patchform(&format!("snapshot restore {newest} --auto-approve")).exits(0);
    assert_eq!(lab.read("a"), "1.2");
    lab.patchform("run list --json").exits(0).says(&format!("restore of {newest}"));
    lab.patchform("plan").exits(0).says("a person restored snapshot").says(newest);
    // More often than snapshots are kept: the one that is restored stays.
    for _ in 0..3 {
        lab.write("a", "by hand");
        lab.patchform(&format!("snapshot restore {newest} --auto-approve")).exits(0);
        assert_eq!(lab.read("a"), "1.2");
    }
    lab.patchform("snapshot prune").exits(0);
    lab.patchform("snapshot restore nothing --auto-approve").exits(1).says("nothing");
}

/// The drop is an action like others, done once under its id: trying again must be another one.
#[test]
fn a_drop_that_failed_is_tried_again() {
    let lab = Lab::empty();
    let at = |level: &str| {
        let text = files(&[("a", level, "", "")]);
        text.replace("  restore ", "  drop        = [\"sh\", \"-c\", \"[ -f droppable ]\"]\n  restore ")
    };
    for level in ["1.0", "1.1", "1.2", "1.3"] {
        lab.write("main.pf.hcl", at(level));
        lab.patchform("init").exits(0);
        lab.patchform("apply --auto-approve").exits(0);
    }
    let count = || {
        let listed = lab.patchform("snapshot list --json").exits(0).out;
        let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
        listed["snapshots"].as_array().unwrap().len()
    };
    let before = count();
    lab.patchform("snapshot prune").exits(1).says("exited with code 1").says("could not be dropped");
    assert_eq!(count(), before);
    // What nobody can drop is taken out of the list by a person.
    let listed: serde_json::Value =
        serde_json::from_str(&lab.patchform("snapshot list --json").exits(0).out).unwrap();
    let id = listed["snapshots"][0]["id"].as_str().unwrap();
    lab.patchform("snapshot forget nothing").exits(1).says("there is no snapshot nothing");
    lab.patchform(&format!("snapshot forget {id}")).exits(0).says("is no way back any more");
    assert_eq!(count(), before - 1);
    lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(1);
    lab.write("droppable", "");
    lab.patchform("snapshot prune").exits(0);
    assert_eq!(count(), 2, "keep = 2 by default");
}

/// What a prune that was killed may have dropped is told, not restored, and dropped by the next one.
#[test]
fn a_prune_that_was_killed_is_ended_by_the_next_one() {
    let lab = Lab::empty();
    let at = |level: &str| {
        let drop =
            r#"["sh", "-c", "rm -f $PATCHFORM_SNAPSHOT; [ ! -e kill ] || kill -9 $(cat kill); rm -f kill"]"#;
        let text =
            files(&[("a", level, "", "")]).replace("  restore ", &format!("  drop = {drop}\n  restore "));
        text.replace("  patch_level", "  snapshot {\n    keep = 9\n  }\n  patch_level")
    };
    lab.write("main.pf.hcl", at("1.0"));
    lab.patchform("init").exits(0);
    for level in ["1.0", "1.1", "1.2", "1.3", "1.4"] {
        lab.write("main.pf.hcl", at(level));
        lab.patchform("apply --auto-approve").exits(0);
    }
    // The rule of the newest run counts.
    let fewer = |level: &str| at(level).replace("keep = 9", "keep = 1");
    lab.write("main.pf.hcl", fewer("1.4"));
    lab.patchform("plan").exits(0).does_not_say("drop ");
    lab.patchform("snapshot prune").exits(0).says("0 snapshots dropped; no more may go by the rules");
    let listed = || {
        let listed = lab.patchform("snapshot list --json").exits(0).out;
        let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
        let all = listed["snapshots"].as_array().unwrap().clone();
        let is_doomed = |one: &&serde_json::Value| one["doomed"] == true;
        (all.len(), all.iter().find(is_doomed).map(|one| one["id"].as_str().unwrap().to_string()))
    };
    assert_eq!(listed(), (5, None));
    // What its own run could not drop is for the prune.
    let refused = |text: String| {
        text.replace("rm -f $PATCHFORM_SNAPSHOT; ", "[ -e may ] || exit 1; rm -f $PATCHFORM_SNAPSHOT; ")
    };
    lab.write("main.pf.hcl", refused(fewer("1.5")));
    lab.patchform("apply --auto-approve").exits(0).says("could not be dropped");
    // Its command did not promise that nothing was changed.
    let (count, doomed) = listed();
    assert!(count == 6 && doomed.is_some());
    lab.write("may", "");
    let script = format!("echo $$ > kill; exec {} snapshot prune", env!("CARGO_BIN_EXE_patchform"));
    let ended = lab.command("/bin/sh".as_ref(), &["-c", &script]).output().unwrap();
    assert_eq!(ended.status.code(), None, "it was killed");
    let (count, doomed) = listed();
    assert_eq!(count, 6, "the state is written at the end");
    let doomed = doomed.unwrap();
    lab.patchform("snapshot list").exits(0).says("(may be gone)").says("To end it:");
    let refused = lab.patchform(&format!("snapshot restore {doomed} --auto-approve")).exits(5);
    refused.says("may be gone").says("patchform snapshot prune");
    assert_eq!(lab.read("a"), "1.5");
    lab.patchform("snapshot prune").exits(0).says(&format!("dropped {doomed}"));
    assert_eq!(listed(), (1, None));
    lab.patchform("snapshot list").exits(0).does_not_say("may be gone");
}

/// A run on `a` that halted, beside the finished one of `a` and `b`.
fn halted() -> (Lab, String) {
    let lab = applied();
    let stop = "rollout \"stop\" {\n  on_failure = \"halt\"\n}\n";
    let broken = files(&[("a", "1.1", "", "exit 1"), ("b", "1.0", "command.a", "")]);
    lab.write(
        "main.pf.hcl",
        format!("{stop}{}", broken.replace("patch_level", "rollout = rollout.stop\n  patch_level")),
    );
    lab.patchform("apply --auto-approve").exits(7);
    let id = last_run(&lab);
    (lab, id)
}

fn last_run(lab: &Lab) -> String {
    let runs: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_string()
}

#[test]
fn what_an_open_run_holds_is_not_edited() {
    let (lab, run) = halted();
    for line in [
        "state mv command.a command.z",
        "state mv command.b command.a",
        "state rm command.a",
        "allow command.a",
    ] {
        lab.patchform(line).exits(6).says(&run).says("holds command.a").says("run abandon");
    }
    // Its own snapshot is listed, and is its own way back.
    let refused = lab.patchform(&format!("snapshot restore {run}-0-1 --auto-approve")).exits(6);
    refused.says("which has not ended").says(&format!("patchform rollback {run}"));
    lab.patchform("snapshot list").exits(0).says(&format!("{run}-0-1"));
    // What it does not hold is free.
    lab.patchform("state mv command.b command.z").exits(0);
    lab.patchform("rollback").exits(0);
    lab.patchform("state rm command.a").exits(0);
}

#[test]
fn a_lease_that_is_a_folder_is_told_with_the_way_out() {
    let (lab, run) = halted();
    let lease = lab.path(&format!(".patchform/runs/{run}/lease.json"));
    std::fs::remove_file(&lease).unwrap();
    std::fs::create_dir(&lease).unwrap();
    for line in ["plan", "run list", "run show", "resume", "rollback", "run abandon", "apply --auto-approve"]
    {
        lab.patchform(line).exits(1).says("lease.json aside");
    }
    std::fs::rename(&lease, lab.path("aside")).unwrap();
    lab.patchform("rollback").exits(0);
}

#[test]
fn a_run_with_a_damaged_lease_can_still_be_ended() {
    for (line, a) in [("rollback", "1.0"), ("run abandon", "1.0"), ("resume", "1.1")] {
        let (lab, run) = halted();
        let lease = format!(".patchform/runs/{run}/lease.json");
        assert!(!lab.read(&lease).is_empty(), "{lease}");
        lab.write(&lease, "");
        lab.patchform("run list").exits(0).says(&run);
        lab.patchform("plan").exits(0).says(&run);
        lab.patchform("apply --auto-approve --target command.a").says(&run);
        assert_eq!(lab.read("a"), "1.0");
        let ran = lab.patchform(line);
        assert!([0, 7].contains(&ran.code), "{line}: {ran:?}");
        if line != "resume" {
            assert_eq!((ran.code, lab.read("a")), (0, a.into()), "{line}");
            lab.patchform("allow command.a");
            lab.patchform("state rm command.a").exits(0);
        }
    }
}

#[test]
fn pruning_goes_by_the_newest_rule_and_is_no_run() {
    let config = |level: &str, keep: u32| {
        let drop =
            format!("{} run list > during; rm -f $PATCHFORM_SNAPSHOT", env!("CARGO_BIN_EXE_patchform"));
        let more = format!("drop = [\"sh\", \"-c\", \"{drop}\"]\n  snapshot {{\n    keep = {keep}\n  }}\n");
        files(&[("a", level, "", "")]).replace("patch_level", &format!("{more}  patch_level"))
    };
    let lab = Lab::new(&config("1.0", 1));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.1", 9));
    lab.patchform("apply --auto-approve").exits(0);
    // The first run's rule would keep one.
    lab.patchform("snapshot prune").exits(0).says("0 snapshots dropped");
    let mut state: serde_json::Value =
        serde_json::from_str(&lab.patchform("state pull").exits(0).out).unwrap();
    for snapshot in state["snapshots"].as_array_mut().unwrap() {
        snapshot["expires"] = "2020-01-01T00:00:00Z".into();
    }
    lab.write("expired.json", state.to_string());
    lab.patchform("state push --force expired.json").exits(0);
    lab.patchform("snapshot prune").exits(0).says("1 snapshot dropped");
    let listed = lab.read("during");
    assert!(listed.contains("complete") && !listed.contains("damaged"), "{listed}");
    lab.patchform("snapshot prune").exits(0).says("0 snapshots dropped");
}

#[test]
fn fencing_tokens_go_on_where_the_folder_of_runs_is_lost() {
    let lab = applied();
    lab.write("main.pf.hcl", files(&[("a", "1.1", "", ""), ("b", "1.0", "command.a", "")]));
    lab.patchform("apply --auto-approve").exits(0);
    std::fs::remove_dir_all(lab.path(".patchform/runs")).unwrap();
    lab.write("main.pf.hcl", files(&[("a", "1.2", "", ""), ("b", "1.0", "command.a", "")]));
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read(".patchform/runs/token").trim(), "3");
}

#[test]
fn a_run_that_is_settled_later_ended_when_it_ended() {
    let (lab, run) = halted();
    let folder = format!(".patchform/runs/{run}");
    let lease = lab.read(&format!("{folder}/lease.json"));
    lab.patchform("rollback").exits(0);
    let finished = |lab: &Lab| {
        let state: serde_json::Value = serde_json::from_str(&lab.read("patchform.state.json")).unwrap();
        (state["runs"][1]["finished"].to_string(), state["snapshots"].to_string())
    };
    let before = finished(&lab);
    // As if its controller had died between the journal's last line and the end of its lease.
    lab.write(&format!("{folder}/lease.json"), lease);
    lab.write(&format!(".patchform/actions/{run}.0.forth4.1/stdout"), "what it printed");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    lab.patchform("run list").exits(0).does_not_say("open");
    assert!(lab.read(&format!("{folder}/lease.json")).is_empty());
    assert_eq!(lab.read(&format!("{folder}/outputs/{run}.0.forth4.1/stdout")), "what it printed");
    assert_eq!(finished(&lab), before);
}

/// Where the state lies is not changed behind anybody's back.
#[test]
fn another_place_for_the_state_asks_for_init_and_leaves_no_open_run_behind() {
    let config = |path: &str, level: &str, patch: &str| {
        let rollout = "rollout \"stop\" {\n  on_failure = \"halt\"\n}\n";
        let state = format!("patchform {{\n  state \"local\" {{\n    path = \"{path}\"\n  }}\n}}\n");
        let files = files(&[("a", level, "", patch)]);
        format!("{state}{rollout}{}", files.replace("patch_level", "rollout = rollout.stop\n  patch_level"))
    };
    let lab = Lab::new(&config("one/state.json", "1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("./one/state.json", "1.1", "exit 1"));
    lab.patchform("apply --auto-approve").exits(7);
    lab.write("main.pf.hcl", config("two/state.json", "1.1", ""));
    for line in ["plan", "plan --out p", "apply --auto-approve", "init"] {
        lab.patchform(line)
            .exits(6)
            .says("two/state.json now, but so far it is in")
            .says("one/state.json")
            .says("one/.patchform/runs")
            .says("take it back with");
    }
    lab.patchform("rollback").exits(0);
    for line in ["plan", "apply --auto-approve"] {
        lab.patchform(line).exits(1).says("two/state.json now").says("patchform init");
    }
    // A workspace made meanwhile stands at the old place.
    lab.patchform("workspace new w2").exits(0);
    for line in ["plan", "init"] {
        lab.patchform(line).exits(1).says("no workspace w2 there").says("workspace select default");
    }
    lab.patchform("workspace select default").exits(0);
    lab.patchform("init").exits(0).says("Before it was ./one/state.json, which stays as it is");
    lab.patchform("init").exits(0).does_not_say("Before it was");
    lab.patchform("apply --auto-approve").exits(0);
    assert!(lab.path("two/state.json").exists());
}

/// As the message and docs/operations.md say.
#[test]
fn the_backup_replaces_a_damaged_state() {
    let lab = Lab::new(&files(&[("a", "1.0", "", "")]));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", files(&[("a", "1.1", "", "")]));
    lab.patchform("apply --auto-approve").exits(0);
    let good = lab.read("patchform.state.json");
    lab.write("patchform.state.json", &good[..good.len() / 2]);
    lab.patchform("state list").exits(1).says("state push --force").says(".backup");
    let push = "state push patchform.state.json.backup";
    lab.patchform(push).exits(1).says("state push --force patchform.state.json.backup").says(".damaged");
    let (damaged, backup) = (lab.read("patchform.state.json"), lab.read("patchform.state.json.backup"));
    // The run that it does not know of is not lost with it.
    lab.patchform(&format!("{push} --force")).exits(0).says("is taken in again");
    assert_eq!(lab.read("patchform.state.json.damaged"), damaged);
    lab.patchform("state show command.a").exits(0).says("1.1");
    lab.patchform("plan --detailed-exitcode").exits(0).does_not_say("does not know run");
    assert_eq!(lab.patchform("snapshot list --json").exits(0).out.matches("\"unrecorded\": []").count(), 1);
    // Copied there by hand it is named, and its snapshot, too.
    lab.write("patchform.state.json", backup);
    let run = ids(&lab).pop().unwrap();
    let plan = lab.patchform("plan").exits(0).says(&format!("The state does not know run {run}"));
    plan.says("state push");
    let list = lab.patchform("snapshot list").exits(0);
    list.says("Taken by runs that the state has no record of").says("unknown").does_not_say("0 B");
    let json: serde_json::Value =
        serde_json::from_str(&lab.patchform("snapshot list --json").exits(0).out).unwrap();
    assert_eq!(json["unrecorded"].as_array().unwrap().len(), 1, "{json}");
    assert_eq!(json["unrecorded"][0]["level"], "1.0");
    assert!(json["snapshots"][0]["size_bytes"].is_null(), "{json}");
    lab.patchform("snapshot prune").exits(0).says("0 snapshots dropped");
}

fn ids(lab: &Lab) -> Vec<String> {
    let runs: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    runs["runs"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_string()).collect()
}

/// What ended since the backup was made is taken in again: what was given up, what is owed, and the runs; in order, and of damaged
/// ones what can be read.
#[test]
fn what_ended_since_an_older_state_is_taken_in_with_it() {
    let config = |level: &str, patch: &str| {
        let write = format!("printf %s $PATCHFORM_LEVEL > $NAME; {patch}");
        let reload = "  reload = [\"sh\", \"-c\", \"cp $NAME running\"]\n  read ";
        let text = files(&[("a", level, "", &write)]).replace("  read ", reload);
        text + &format!("output \"level\" {{\n  value = \"{level}\"\n}}\n")
    };
    let stop = format!("{} run stop >/dev/null", env!("CARGO_BIN_EXE_patchform"));
    let lab = Lab::new(&config("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    let old = lab.read("patchform.state.json");
    lab.write("main.pf.hcl", config("1.1", ""));
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.2", "exit 1"));
    lab.patchform("apply --auto-approve").exits(3);
    lab.write("main.pf.hcl", config("1.3", &stop));
    lab.patchform("apply --auto-approve").exits(7);
    lab.patchform("run abandon").exits(0);
    // When it began is known from its journal then, some milliseconds later.
    let rows = || {
        let listed = lab.patchform("run list").exits(0).out;
        let row = |line: &str| {
            line.split_whitespace().filter(|word| !word.ends_with('s')).collect::<Vec<_>>().join(" ")
        };
        listed.lines().skip(1).map(row).collect::<Vec<_>>()
    };
    // Of a snapshot that was dropped since, its run does not tell.
    let show = || {
        let shown = lab.patchform("state show command.a").exits(0).out;
        let shown = shown.split("  ways back").next().unwrap_or_default();
        // How long ago it was differs from one look to the next.
        let stays = |word: &&str| !word.starts_with('(') && !word.ends_with("ago)");
        shown.split_whitespace().filter(stays).collect::<Vec<_>>().join(" ")
    };
    let (listed, shown) = (rows(), show());
    assert!(shown.contains("to do") && shown.contains("1.2 was given up"), "{shown}");
    for damage in ["damaged", "older"] {
        if damage == "damaged" {
            lab.write("patchform.state.json", &old[..old.len() / 2]);
        }
        lab.write("old.json", &old);
        let pushed = lab.patchform("state push --force old.json").exits(0);
        ids(&lab)[1..].iter().fold(pushed, |pushed, id| pushed.says(id)).says("allow, state mv, state rm");
        assert_eq!(rows(), listed);
        assert_eq!(show(), shown);
        lab.patchform("output level").exits(0).says("1.1");
        // Once more there is nothing to take in.
        lab.write("same.json", lab.patchform("state pull").exits(0).out);
        lab.patchform("state push same.json").exits(0).does_not_say("taken in");
    }
    // Whose plan is lost is known by name only, and named.
    let last = ids(&lab).pop().unwrap();
    std::fs::remove_file(lab.path(&format!(".patchform/runs/{last}/plan.json"))).unwrap();
    lab.write("patchform.state.json", &old);
    lab.patchform("plan").says(&last);
    lab.patchform("run list").exits(0).says(&last);
    lab.patchform("state push --force old.json")
        .exits(0)
        .says(&format!("run {last}"))
        .says("read its components");
    lab.patchform("run list").exits(0).says(&last).says("abandoned");
    lab.patchform("plan").does_not_say("does not know");
}
