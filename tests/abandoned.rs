//! What a run that was abandoned half-way still owes: what stands on the disk is not in force, or nobody verified it. That is
//! not forgotten, whatever the readings say.

mod lab;

use lab::{Lab, Ran, files};
use std::path::Path;

/// A file whose reload notes what runs then. What is run in `patch` and `reload` besides is given.
fn service(level: &str, patch: &str, reload: &str) -> String {
    let write = format!("printf %s \"$PATCHFORM_LEVEL\" > \"$NAME\"; {patch}");
    let reload = format!("cp $NAME running; {reload}");
    let kind = files(&[("a", level, "", &write)]);
    kind.replace("  read ", &format!("  reload = [\"sh\", \"-c\", \"{reload}\"]\n  read "))
}

/// A platform at 1.0 that is to go to 1.1.
fn platform(patch: &str, reload: &str) -> Lab {
    let lab = Lab::new(&service("1.0", "", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", service("1.1", patch, reload));
    lab
}

/// The plan, which has something to do, without its line breaks.
fn planned(lab: &Lab) -> Ran {
    let ran = lab.patchform("plan --detailed-exitcode").exits(2);
    Ran { out: ran.out.split_whitespace().collect::<Vec<_>>().join(" "), ..ran }
}

/// Stops the run from within a step: it ends, and nothing follows.
fn stop() -> String {
    format!("{} run stop >/dev/null", Path::new(env!("CARGO_BIN_EXE_patchform")).display())
}

/// At 1.1 on the disk, 1.0 runs: the run was stopped after its patch, before its reload, and abandoned.
fn patched_only() -> (Lab, Ran) {
    let lab = platform(&stop(), "");
    lab.patchform("apply --auto-approve").exits(7);
    let ended = lab.patchform("run abandon").exits(0);
    assert_eq!((lab.read("a"), lab.read("running")), ("1.1".into(), "1.0".into()));
    lab.write("main.pf.hcl", service("1.1", "", ""));
    (lab, ended)
}

#[test]
fn a_reload_that_an_abandoned_run_left_undone_is_done_by_the_next() {
    let (lab, ended) = patched_only();
    ended.says("reload and verify are still to be done");
    let told = planned(&lab).says("was abandoned before its reload and verify").says("stays at 1.1");
    told.says("gate → reload").does_not_say("cannot be undone").does_not_say("→ patch");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("running"), "1.1");
    lab.patchform("plan --detailed-exitcode").exits(0);
    lab.patchform("state show command.a").exits(0).does_not_say("to do");
}

#[test]
fn it_goes_along_with_another_level_and_with_a_way_back() {
    let (lab, _) = patched_only();
    // The level of before is declared again, and put there by hand: what runs is of that level, but who knows.
    lab.write("a", "1.0");
    lab.write("main.pf.hcl", service("1.0", "", ""));
    lab.patchform("state show command.a").exits(0).says("to do").says("reload and verify");
    planned(&lab).says("was abandoned before its reload and verify");
    lab.write("main.pf.hcl", service("1.2", "", ""));
    planned(&lab).says("its declared level changed").says("abandoned before its reload");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("running"), "1.2");
    lab.write("main.pf.hcl", service("1.2", "", "true"));
    lab.patchform("plan --detailed-exitcode").exits(0);
}

#[test]
fn what_was_in_force_and_not_verified_is_verified() {
    let lab = platform("", &stop());
    lab.patchform("apply --auto-approve").exits(7);
    lab.patchform("run abandon").exits(0).says("verify is still to be done").does_not_say("reload and");
    lab.write("main.pf.hcl", service("1.1", "", ""));
    lab.write("running", "nobody reloads it");
    planned(&lab).says("before its verify");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("running"), "nobody reloads it");
    lab.patchform("plan --detailed-exitcode").exits(0);
}

/// A reload that fails once more takes nothing back and gives no level up: it stays owed.
#[test]
fn what_fails_again_stays_owed() {
    let (lab, _) = patched_only();
    lab.write("main.pf.hcl", service("1.1", "", "exit 1"));
    let ran = lab.patchform("apply --auto-approve").exits(4);
    ran.says("reload failed").does_not_say("accepted it as irreversible");
    lab.patchform("run abandon").exits(0);
    assert_eq!(lab.read("a"), "1.1");
    lab.write("main.pf.hcl", service("1.1", "", ""));
    planned(&lab).says("abandoned before its reload").does_not_say("given up");
    lab.patchform("apply --auto-approve").exits(0);
    lab.patchform("plan --detailed-exitcode").exits(0);
}

/// A run that was taken back half-way is at its old level on the disk only.
#[test]
fn a_way_back_that_was_abandoned_owes_its_reload_too() {
    let lab = platform("", "exit 1");
    lab.patchform("apply --auto-approve").exits(4);
    lab.patchform("run abandon").exits(0).says("reload and verify are still to be done");
    assert_eq!(lab.read("a"), "1.0");
    lab.write("main.pf.hcl", service("1.0", "", ""));
    planned(&lab).says("abandoned before its reload");
    lab.write("running", "1.1");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("running"), "1.0");
}

/// What is owed is done as well by a run that goes back: its way back has reloaded and verified what stands there.
#[test]
fn a_way_back_that_reloads_and_verifies_does_what_was_owed() {
    let (lab, _) = patched_only();
    lab.write("main.pf.hcl", service("1.2", "", "grep -q 1.1 a"));
    planned(&lab).says("abandoned before its reload");
    lab.patchform("apply --auto-approve").exits(3);
    assert_eq!((lab.read("a"), lab.read("running")), ("1.1".into(), "1.1".into()));
    lab.patchform("state show command.a").exits(0).does_not_say("to do");
    lab.write("main.pf.hcl", service("1.1", "", ""));
    lab.patchform("plan").exits(0).does_not_say("reload");
}

/// A way back that had nothing to take back has brought nothing into force.
#[test]
fn what_is_owed_stays_where_nothing_had_to_go_back() {
    let (lab, _) = patched_only();
    lab.write("main.pf.hcl", service("1.2", "exit 75;", "").replace("printf", "exit 75; printf"));
    lab.patchform("apply --auto-approve").exits(3);
    assert_eq!((lab.read("a"), lab.read("running")), ("1.1".into(), "1.0".into()));
    lab.patchform("state show command.a").exits(0).says("to do").says("reload and verify");
}

/// The first level of a file that is read, which a patch may reach before the rest of it, or not.
fn halves(level: &str, patch: &str) -> String {
    let kind = files(&[("a", level, "", patch)])
        .replace("cat \\\"$NAME\\\" 2>/dev/null", "head -n 1 $NAME 2>/dev/null");
    let steps = "  reload = [\"sh\", \"-c\", \"cp $NAME running\"]\n  digest = [\"sh\", \"-c\", \"cat $NAME 2>/dev/null || true\"]\n  rollout = rollout.r\n  read ";
    kind.replacen("  read ", steps, 1) + "rollout \"r\" { on_failure = \"halt\" }\n"
}

/// Whole contents; half of 1.1, of which 1.0 or 1.1 is read.
const WHOLE: &str = "printf '%s\\nwhole %s\\n' $PATCHFORM_LEVEL $PATCHFORM_LEVEL > $NAME";

/// A patch that came half-way, after which `level` is read, halted its run; that was abandoned, and `declared` is wanted.
fn half_patched(level: &str, declared: &str) -> (Lab, Ran) {
    let lab = Lab::new(&halves("1.0", WHOLE));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", halves("1.1", &format!("printf '%s\\nhalf of 1.1\\n' {level} > $NAME; exit 1")));
    lab.patchform("apply --auto-approve").exits(7);
    let ended = lab.patchform("run abandon").exits(0);
    lab.patchform("allow command.a").exits(0);
    lab.write("main.pf.hcl", halves(declared, WHOLE));
    (lab, ended)
}

#[test]
fn a_patch_that_was_left_half_done_is_done_again_whatever_level_is_read() {
    for level in ["1.0", "1.1"] {
        let (lab, ended) = half_patched(level, level);
        ended.says("patch, reload and verify are still to be done").says("after patch had failed");
        lab.patchform("state show command.a").exits(0).says("patch, reload and verify");
        let told = planned(&lab).says("may be half done").says("→ patch 5s → reload");
        told.does_not_say("outside patchform");
        lab.patchform("apply --auto-approve").exits(0);
        assert_eq!(lab.read("a"), format!("{level}\nwhole {level}\n"));
        assert_eq!(lab.read("running"), lab.read("a"));
        lab.patchform("state show command.a").exits(0).does_not_say("to do");
        lab.patchform("plan --detailed-exitcode").exits(0);
    }
    // At the recorded level the content tells.
    let (lab, _) = half_patched("1.0", "1.0");
    planned(&lab).says("is not the recorded one");
}

/// Once more half done, taken back to what was half before: it is still owed.
#[test]
fn what_goes_back_to_a_half_patch_still_owes_it() {
    let (lab, _) = half_patched("1.1", "1.1");
    lab.write(
        "main.pf.hcl",
        halves("1.1", "printf other > $NAME; exit 1").replace("halt", "rollback_component"),
    );
    lab.patchform("apply --auto-approve").exits(3);
    assert_eq!(lab.read("a"), "1.1\nhalf of 1.1\n");
    lab.patchform("state show command.a").exits(0).says("patch, reload and verify");
    planned(&lab).says("may be half done");
}

/// A first installation that was abandoned: there is no record, but something to do.
#[test]
fn what_is_owed_without_a_record_can_be_shown_moved_and_forgotten() {
    let kind =
        |name: &str| service("1.0", "", "").replace("\"command\" \"a\"", &format!("\"command\" \"{name}\""));
    let lab = Lab::new(&service("1.0", &stop(), ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(7);
    lab.patchform("run abandon").exits(0).says("reload and verify are still to be done");
    lab.patchform("state show command.a").exits(0).says("to do").says("reload and verify");
    // Its block is gone: no plan does it, and that is said.
    lab.write("main.pf.hcl", "");
    lab.patchform("plan").exits(0).says("command.a").says("state rm");
    // It has another name, by a block and by hand.
    lab.write("main.pf.hcl", kind("b") + "moved {\n  from = command.a\n  to   = command.b\n}\n");
    planned(&lab).says("command.b stays at 1.0").says("before its reload");
    lab.patchform("state mv command.a command.c").exits(0);
    lab.patchform("state show command.a").exits(1);
    lab.patchform("state mv command.c command.a").exits(0);
    lab.write("main.pf.hcl", service("1.0", "", ""));
    planned(&lab).says("before its reload");
    lab.patchform("state rm command.a").exits(0);
    lab.patchform("plan").exits(0).does_not_say("reload");
}

/// The id of the only run.
fn the_run(lab: &Lab) -> String {
    let listed = lab.patchform("run list --json").exits(0).out;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    listed["runs"][0]["id"].as_str().unwrap().to_string()
}

/// What was taken away, and is not out of force yet.
#[test]
fn what_is_owed_where_a_component_was_taken_away_is_done() {
    let reload = "test ! -e broken && { cp $NAME running 2>/dev/null || rm -f running; }";
    let kind = service("1.0", "", "true").replace("cp $NAME running; true", reload);
    let kind = kind.replace("  read ", "  rollout = rollout.r\n  read ")
        + "rollout \"r\" { on_failure = \"halt\" }\n";
    let lab = Lab::new(&kind);
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    let first = the_run(&lab);
    lab.write("broken", "");
    lab.patchform(&format!("rollback {first} --auto-approve")).exits(7);
    lab.patchform("run abandon").exits(0).says("reload and verify are still to be done");
    assert!(!lab.path("a").exists());
    assert_eq!(lab.read("running"), "1.0");
    std::fs::remove_file(lab.path("broken")).unwrap();
    let again = lab.patchform(&format!("rollback {first} --auto-approve")).exits(0);
    again.says("abandoned before its reload").says("gate → reload");
    assert!(!lab.path("running").exists(), "it is out of force");
    lab.patchform("state show command.a").exits(1);
}

/// Whatever a plan says of a component, it says what is owed there too; and nobody else is blamed for what the run left.
#[test]
fn what_is_owed_is_said_where_the_plan_does_not_do_it() {
    let (lab, _) = patched_only();
    // Ahead: 1.1 is there, 1.0 is declared again.
    lab.write("main.pf.hcl", service("1.0", "", ""));
    let told =
        lab.patchform("plan").exits(0).says("it is ahead").says("command.a still needs reload and verify");
    told.says("was abandoned before its reload and verify");
    // Towards another level: the run is named, not somebody.
    lab.write("main.pf.hcl", service("1.2", "", ""));
    let told = planned(&lab).says("left it as it is: 1.0 is recorded, 1.1 is observed");
    told.says("; and run").does_not_say("outside patchform").does_not_say("still needs");
}
