//! A run whose files were damaged, and that was let go of: what its files still tell is kept, and what they tell no more is not
//! made up.

use super::{Lab, damage, flat, plan_is_blocked, planned, platform, run_at, service, stop};
use serde_json::Value as Json;
use std::fs;
use std::process::Stdio;

/// What kills the controller from within a step: nothing of its run is in the state then.
const KILL: &str = "kill -9 $(cat controller)";

/// Applies until that is killed; answers the run.
fn killed(lab: &Lab) -> String {
    let line = format!("echo $$ > controller; exec {} apply --auto-approve", env!("CARGO_BIN_EXE_patchform"));
    let mut command = lab.command("/bin/sh".as_ref(), &["-c", &line]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    assert_eq!(command.status().unwrap().code(), None, "the controller was to be killed");
    run_at(lab, 1)
}

fn listed(lab: &Lab) -> Json {
    serde_json::from_str(&lab.patchform("snapshot list --json").exits(0).out).unwrap()
}

/// Those of `list` that `run` took.
fn of<'a>(list: &'a Json, run: &str) -> Vec<&'a Json> {
    list.as_array().unwrap().iter().filter(|s| s["run"] == run).collect()
}

/// A snapshot of which only lines behind the damage tell is there: it is listed as that, and goes the way of all others.
#[test]
fn a_snapshot_behind_the_damage_is_listed_and_can_be_restored() {
    let lab = platform(KILL, "");
    let run = killed(&lab);
    damage(&lab, &run, "taken");
    let told = flat(lab.patchform("run abandon").exits(0));
    told.says("1 snapshot of it").says("patchform snapshot list");
    lab.write("main.pf.hcl", service("1.1", "", ""));
    let list = listed(&lab);
    let [found] = of(&list["snapshots"], &run).try_into().expect("one snapshot");
    assert_eq!((&found["level"], &found["proved"]), (&"1.0".into(), &false.into()), "{found}");
    assert_eq!(list["snapshots"].as_array().unwrap().iter().filter(|s| s["proved"] == true).count(), 1);
    flat(lab.patchform("snapshot list").exits(0))
        .says("(not proved)")
        .says("is damaged before the line that tells of it");
    let id = found["id"].as_str().unwrap();
    lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(0);
    assert_eq!((lab.read("a"), lab.read("running")), ("1.0".into(), "1.0".into()));
    lab.patchform("state show command.a").exits(0).does_not_say("to do");
}

/// One whose answer is the damage may be there: an orphan as any other.
#[test]
fn a_snapshot_whose_answer_is_damaged_is_an_orphan() {
    let drops = |text: String| {
        text.replace("  read ", "  drop = [\"sh\", \"-c\", \"rm -f $PATCHFORM_SNAPSHOT\"]\n  read ")
    };
    let lab = Lab::new(&drops(service("1.0", "", "")));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", drops(service("1.1", KILL, "")));
    let run = killed(&lab);
    // What the snapshot's command printed is its token.
    damage(&lab, &run, &format!("\"a.{run}"));
    lab.patchform("run abandon").exits(0);
    let list = listed(&lab);
    assert!(of(&list["snapshots"], &run).is_empty(), "{list}");
    let [orphan] = of(&list["orphans"], &run).try_into().expect("one orphan");
    let id = orphan["id"].as_str().unwrap();
    let refused = flat(lab.patchform(&format!("snapshot restore {id}")).exits(1));
    refused.says("nobody saw whether it was made").says("snapshot list");
    // It may be the only way back, until what the run left is done.
    let kept = flat(lab.patchform("snapshot prune"));
    kept.says("this may be its only way back").does_not_say(&format!("dropped {id}"));
    lab.patchform("snapshot list").exits(0).says("Orphans");
    lab.write("main.pf.hcl", drops(service("1.1", "", "")));
    lab.patchform("apply --auto-approve").exits(0);
    lab.patchform("snapshot prune").exits(0).says(&format!("dropped {id}"));
    lab.patchform("snapshot list").exits(0).does_not_say("Orphans");
}

/// What failed before the damage failed: its level is given up, as if the run could be read to its end.
#[test]
fn a_failure_that_the_journal_proves_gives_the_level_up() {
    let lab = platform("", "grep -q 1.0 a; echo no room for it; exit 1");
    lab.patchform("apply --auto-approve").exits(4);
    let run = run_at(&lab, 1);
    damage(&lab, &run, "\"step\":\"restore\"");
    let told = flat(lab.patchform("run abandon").exits(0));
    told.says("1.1 is given up").says("exited with code 1").says("patchform allow");
    lab.write("main.pf.hcl", service("1.1", "", ""));
    plan_is_blocked(&lab).says(&format!("given up by run {run}")).says("cannot be read");
    lab.patchform("allow command.a").exits(0);
    planned(&lab).says("may be half done");
}

/// The journal as it was is put back after its run was let go of: that it goes on behind what was recorded is no fraud.
#[test]
fn a_journal_that_is_put_back_afterwards_is_told_for_what_it_is() {
    for damaged in ["taken", "patch"] {
        let lab = platform(&format!("[ $PATCHFORM_LEVEL = 1.0 ] || {}", stop()), "");
        lab.patchform("apply --auto-approve").exits(7);
        let run = run_at(&lab, 1);
        let path = format!(".patchform/runs/{run}/journal/000001.jsonl");
        let good = lab.read(&path);
        damage(&lab, &run, damaged);
        lab.patchform("run abandon").exits(0);
        lab.write(&path, &good);
        lab.write("main.pf.hcl", service("1.1", "", ""));
        let shown = flat(lab.patchform(&format!("run show {run}")).exits(0));
        shown
            .says("was let go of at")
            .says("of its journal could be read")
            .says("patchform rollback")
            .does_not_say("lacks its end");
        let proved = flat(lab.patchform(&format!("run show --verify {run}")).exits(0));
        proved.says("was let go of").does_not_say("broken");
        lab.patchform(&format!("run show --verify --json {run}")).exits(0).says("\"let_go\"");
        let exported = format!("run export {run} --out {damaged}.tar.gz --without-outputs");
        flat(lab.patchform(&exported).exits(0)).says("let-go.json is what the state recorded then");
        // Cut off before what was recorded, it is another matter.
        if damaged == "patch" {
            let begun: String = good.lines().take(2).map(|line| format!("{line}\n")).collect();
            lab.write(&path, begun);
            flat(lab.patchform(&format!("run show {run}")).exits(1)).says("lacks its end");
            lab.patchform(&format!("run show --verify {run}")).exits(1).says("broken");
            lab.write(&path, &good);
        }
        lab.patchform(&format!("rollback {run} --auto-approve")).exits(0);
        assert_eq!((lab.read("a"), lab.read("running")), ("1.0".into(), "1.0".into()), "{damaged}");
        let shown = flat(lab.patchform(&format!("run show {run}")).exits(0));
        shown
            .says("was let go of at")
            .says("othing that it left is still")
            .does_not_say("What it may have left");
    }
}

/// A run whose plan is lost cannot be taken back, and why is said; its snapshot can be restored all the same.
#[test]
fn a_lost_plan_is_the_reason_that_is_told() {
    let lab = platform(&stop(), "");
    lab.patchform("apply --auto-approve").exits(7);
    let run = run_at(&lab, 1);
    fs::remove_file(lab.path(&format!(".patchform/runs/{run}/plan.json"))).unwrap();
    lab.patchform("run abandon").exits(0);
    lab.write("main.pf.hcl", service("1.1", "", ""));
    let refused = flat(lab.patchform(&format!("rollback {run}")).exits(1)).does_not_say("so old");
    refused.says("its plan could not be read when it was let go of").says("snapshot list");
    lab.patchform("snapshot list").exits(0).does_not_say("its run is gone").says("(its plan is lost)");
    let list = listed(&lab);
    let [found] = of(&list["snapshots"], &run).try_into().expect("one snapshot");
    let id = found["id"].as_str().unwrap();
    lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(0);
    assert_eq!((lab.read("a"), lab.read("running")), ("1.0".into(), "1.0".into()));
}

/// Its controller was killed, so that the state does not know its snapshot, and without its plan nobody knows of which component
/// it is: it is listed all the same.
#[test]
fn a_snapshot_of_a_run_whose_plan_is_lost_is_listed() {
    let lab = platform(KILL, "");
    let run = killed(&lab);
    fs::remove_file(lab.path(&format!(".patchform/runs/{run}/plan.json"))).unwrap();
    lab.patchform("run abandon").exits(0);
    let told = flat(lab.patchform("snapshot list").exits(0)).says("nobody knows of which component");
    told.says(&format!("{run}-0-1")).says(&format!("a.{run}"));
    let list = listed(&lab);
    let [found] = of(&list["nameless"], &run).try_into().expect("one snapshot");
    assert_eq!(found["id"], format!("{run}-0-1"), "{found}");
    lab.patchform("snapshot prune").exits(0).does_not_say(&format!("dropped {run}"));
}

/// Lease and plan are lost together: the run may hold anything, and no more is promised than can be kept.
#[test]
fn a_run_of_which_nothing_is_known_blocks_every_plan() {
    let lab = platform(&stop(), "");
    lab.patchform("apply --auto-approve").exits(7);
    let run = run_at(&lab, 1);
    for file in ["plan.json", "lease.json"] {
        lab.write(&format!(".patchform/runs/{run}/{file}"), "lost");
    }
    lab.write("main.pf.hcl", service("1.2", "", ""));
    lab.patchform("run list").exits(0).says("damaged").does_not_say("1970-01");
    lab.patchform("run list --json").exits(0).does_not_say("1970-01");
    let shown = flat(lab.patchform(&format!("run show {run}")).exits(1));
    shown.says("nothing is known of what it held").does_not_say("takes what it may have left");
    plan_is_blocked(&lab).says("may hold").says(&format!("patchform run abandon {run}"));
    lab.patchform("apply --auto-approve").exits(6).does_not_say("1970-01");
    flat(lab.patchform("run abandon").exits(0)).says("read each component").does_not_say("1970-01");
    lab.patchform("run list").exits(0).says("abandoned").does_not_say("1970-01");
}

/// What a lease said is told by plan and journal: a run that lost it is open as before, and every way on works as it is printed.
#[test]
fn a_run_whose_lease_is_gone_is_open_as_before() {
    for way in ["resume", "rollback", "run abandon"] {
        let lab = platform(&stop(), "");
        lab.patchform("apply --auto-approve").exits(7);
        let run = run_at(&lab, 1);
        fs::remove_file(lab.path(&format!(".patchform/runs/{run}/lease.json"))).unwrap();
        lab.patchform("run list").exits(0).says("open");
        lab.patchform("run show").exits(0).says(&format!("patchform resume {run}"));
        flat(lab.patchform("state list").exits(0)).says(&format!("run {run} is open"));
        flat(lab.patchform("plan").exits(0)).says(&format!("run {run}, which was not finished, holds it"));
        lab.patchform("apply --auto-approve").exits(6).says(&run);
        lab.patchform("snapshot list").exits(0).does_not_say("Orphans");
        lab.patchform(&format!("{way} {run}")).exits(0);
        lab.write("main.pf.hcl", service("1.1", "", ""));
        lab.patchform("apply --auto-approve --json").does_not_say(&format!("{run} holds"));
        lab.patchform("run list").exits(0).does_not_say("open");
    }
}

/// Lease and plan are gone: the run may hold anything, until it is let go of.
#[test]
fn a_run_whose_lease_and_plan_are_gone_blocks_every_plan() {
    let lab = platform(&stop(), "");
    lab.patchform("apply --auto-approve").exits(7);
    let run = run_at(&lab, 1);
    for file in ["lease.json", "plan.json"] {
        fs::remove_file(lab.path(&format!(".patchform/runs/{run}/{file}"))).unwrap();
    }
    lab.patchform("run list").exits(0).says("damaged");
    plan_is_blocked(&lab).says("may hold").says(&format!("patchform run abandon {run}"));
    flat(lab.patchform(&format!("run show {run}")).exits(1)).says("nothing is known of what it held");
    lab.patchform(&format!("run abandon {run}")).exits(0);
    lab.patchform("run list").exits(0).says("abandoned");
    flat(lab.patchform("plan").exits(0)).does_not_say(&run);
    flat(lab.patchform(&format!("run show {run}")).exits(1)).says("the run has ended, and holds nothing");
}

/// Its whole folder is gone, or all that patchform keeps beside the state: what it held and did nobody knows, until it is let go of.
#[test]
fn a_run_whose_folder_is_gone_blocks_every_plan() {
    for gone in ["runs/RUN", "runs", ""] {
        let lab = platform(&stop(), "");
        lab.patchform("apply --auto-approve").exits(7);
        let run = run_at(&lab, 1);
        fs::remove_dir_all(lab.path(&format!(".patchform/{gone}").replace("RUN", &run))).unwrap();
        lab.patchform("init").exits(0);
        plan_is_blocked(&lab).says("may hold").says(&format!("patchform run abandon {run}"));
        lab.patchform("run list").exits(0).says("damaged").says(&run);
        lab.patchform("apply --auto-approve").exits(6);
        flat(lab.patchform("run abandon").exits(0)).says("read each component");
        lab.patchform("run list").exits(0).says("abandoned");
        flat(lab.patchform("plan").exits(0)).does_not_say(&run);
    }
}

/// An older copy of a run's folder lies beside a state that knows the run's end: it is not gone on with.
#[test]
fn an_older_copy_of_a_run_that_has_ended_is_not_taken() {
    let lab = platform(&stop(), "");
    lab.patchform("apply --auto-approve").exits(7);
    let run = run_at(&lab, 1);
    let (there, copy) = (lab.path(&format!(".patchform/runs/{run}")), lab.path("copy"));
    let copied = std::process::Command::new("cp").arg("-a").args([&there, &copy]).status().unwrap();
    assert!(copied.success());
    lab.patchform("resume").exits(0);
    fs::remove_dir_all(&there).unwrap();
    fs::rename(&copy, &there).unwrap();
    for line in ["resume", "rollback"] {
        flat(lab.patchform(&format!("{line} {run}")).exits(6))
            .says("the state knows that it has ended")
            .says(&format!("patchform run abandon {run}"));
    }
    lab.patchform("run list").exits(0).says("old");
    lab.patchform(&format!("run abandon {run}")).exits(0);
    assert_eq!((lab.read("a"), lab.read("running")), ("1.1".into(), "1.1".into()));
}

#[test]
fn a_run_that_is_named_and_not_open_is_told_with_those_that_are() {
    let lab = platform(&stop(), "");
    lab.patchform("apply --auto-approve").exits(7);
    let (ended, open) = (run_at(&lab, 0), run_at(&lab, 1));
    flat(lab.patchform(&format!("resume {ended}")).exits(1))
        .says(&format!("there is no open run {ended}: it has ended"))
        .says(&format!("open is {open} (command.a)"));
    flat(lab.patchform(&format!("resume {}", &open[..15])).exits(1))
        .says("there is no open run")
        .says(&format!("open is {open} (command.a)"));
    lab.patchform("rollback ../x").exits(1).says("there is no");
}

/// Its plan is deleted while it is driven: every message names the same way out, and that leads out.
#[test]
fn a_run_that_is_driven_and_whose_plan_is_deleted_has_one_way_out() {
    for waits in [true, false] {
        let lab = platform("while test -e wait; do sleep 0.02; done", "");
        lab.write("wait", "");
        let mut driven = lab.patchform_command("apply --auto-approve");
        let mut driven = driven.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while lab.read("a") != "1.1" {
            assert!(std::time::Instant::now() < deadline);
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let run = run_at(&lab, 1);
        fs::remove_file(lab.path(&format!(".patchform/runs/{run}/plan.json"))).unwrap();
        for line in
            ["run stop", "run pause", "run show", "run abandon", "resume", "rollback", "run skip command.a"]
        {
            let told = flat(lab.patchform(line).exits(1)).says("wait for its end");
            told.says(&format!("`kill {}`", driven.id())).does_not_say("backup").does_not_say("run stop");
        }
        if !waits {
            let killed = std::process::Command::new("kill").arg(driven.id().to_string()).status().unwrap();
            assert!(killed.success());
        }
        fs::remove_file(lab.path("wait")).unwrap();
        let ended = driven.wait().unwrap().code();
        if waits {
            assert_eq!(ended, Some(0));
            lab.patchform("plan --detailed-exitcode").exits(0);
            continue;
        }
        assert_eq!(ended, Some(7));
        flat(lab.patchform("run abandon").exits(0)).says("patch, reload and verify");
        lab.write("main.pf.hcl", service("1.1", "", ""));
        lab.patchform("apply --auto-approve").exits(0);
        lab.patchform("plan --detailed-exitcode").exits(0);
    }
}

/// A run's folder that was away while a later run changed what it had held, and is there again: it is not taken, and nothing of
/// it goes over what the later one did.
#[test]
fn a_run_whose_folder_was_away_is_old() {
    for finished in [false, true] {
        let lab = platform(&stop(), "");
        lab.patchform("apply --auto-approve").exits(7);
        let old = run_at(&lab, 1);
        let (there, away) = (lab.path(&format!(".patchform/runs/{old}")), lab.path("away"));
        if finished {
            // It ended, and the state was not written any more.
            let state = lab.read("patchform.state.json");
            let lease = fs::read(there.join("lease.json")).unwrap();
            lab.patchform("rollback").exits(0);
            lab.write("patchform.state.json", state);
            fs::write(there.join("lease.json"), lease).unwrap();
            let _ = fs::remove_file(there.join("ended"));
        }
        fs::rename(&there, &away).unwrap();
        lab.write("main.pf.hcl", service("1.2", "", ""));
        lab.patchform("apply --auto-approve").exits(6);
        lab.patchform(&format!("run abandon {old}")).exits(0);
        lab.patchform("apply --auto-approve").exits(0);
        let newer = run_at(&lab, 2);
        fs::remove_dir_all(&there).unwrap();
        fs::rename(&away, &there).unwrap();
        if !finished {
            lab.patchform("run list").exits(0).says("old");
            for line in ["resume", "rollback"] {
                let told = flat(lab.patchform(&format!("{line} {old}")).exits(6));
                told.says(&format!("run {old} is old: run {newer} changed command.a since it began"))
                    .says(&format!("patchform run abandon {old}"));
            }
            flat(lab.patchform(&format!("run abandon {old}")).exits(0))
                .says("is old")
                .does_not_say("command.a reload");
        }
        lab.patchform("plan --detailed-exitcode").exits(0);
        lab.patchform("state show command.a")
            .exits(0)
            .says("1.2")
            .does_not_say("to do")
            .does_not_say("given up");
        assert_eq!((lab.read("a"), lab.read("running")), ("1.2".into(), "1.2".into()));
        lab.patchform(&format!("rollback {old} --auto-approve")).exits(1).says("changed nothing");
    }
}
