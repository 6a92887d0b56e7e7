//! What a run that was abandoned half-way still owes: what stands on the disk is not in force, or nobody verified it. That is
//! not forgotten, whatever the readings say.

#[path = "abandoned/damaged.rs"]
mod damaged;
mod lab;
#[path = "abandoned/renamed.rs"]
mod renamed;

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
    flat(lab.patchform("plan --detailed-exitcode").exits(2))
}

/// The plan, which may not do what there is to do, without its line breaks.
fn plan_is_blocked(lab: &Lab) -> Ran {
    flat(lab.patchform("plan --detailed-exitcode").exits(2)).says("Blocked")
}

/// What was printed, without its line breaks.
fn flat(ran: Ran) -> Ran {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    Ran { out: flat(&ran.out), err: flat(&ran.err), ..ran }
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
    let told = planned(&lab).says("ended before its reload and verify").says("stays at 1.1");
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
    planned(&lab).says("ended before its reload and verify");
    lab.write("main.pf.hcl", service("1.2", "", ""));
    planned(&lab).says("its declared level changed").says("ended before its reload");
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

/// What was verified or not is a level, not a component: another level that is put there by hand is not in force.
#[test]
fn a_verify_that_is_owed_for_one_level_does_not_count_for_another() {
    let lab = platform("", &stop());
    lab.patchform("apply --auto-approve").exits(7);
    lab.patchform("run abandon").exits(0).says("verify is still to be done").does_not_say("reload and");
    assert_eq!((lab.read("a"), lab.read("running")), ("1.1".into(), "1.1".into()));
    flat(lab.patchform("state show command.a").exits(0))
        .says("at any other level than 1.1: reload and verify");
    lab.write("a", "1.0");
    lab.write("main.pf.hcl", service("1.0", "", ""));
    planned(&lab).says("gate → reload").says("before its reload and verify");
    lab.patchform("plan --out saved").exits(0);
    lab.patchform("apply saved").exits(0);
    assert_eq!((lab.read("a"), lab.read("running")), ("1.0".into(), "1.0".into()));
    lab.patchform("state show command.a").exits(0).does_not_say("to do");
    lab.patchform("plan --detailed-exitcode").exits(0);
}

/// The same where its way back was reloaded and not verified: the planned level, put there by hand, is not in force.
#[test]
fn a_verify_that_is_owed_on_the_way_back_does_not_count_for_the_planned_level() {
    let lab = platform("", "test ! -e first && { touch first; exit 1; }");
    let check = format!("[ ! -e first ] || {}; true", stop());
    let text = lab.read("main.pf.hcl").replace("cp $NAME running;", &format!("{check}; cp $NAME running;"));
    lab.write(
        "main.pf.hcl",
        text.replace("&& { touch first; exit 1; }", "&& { touch first; exit 1; }; true"),
    );
    lab.patchform("apply --auto-approve").exits(7);
    lab.patchform("run abandon").exits(0).says("verify is still to be done").does_not_say("reload and");
    assert_eq!((lab.read("a"), lab.read("running")), ("1.0".into(), "1.0".into()));
    lab.patchform("allow command.a").exits(0);
    lab.write("a", "1.1");
    lab.write("main.pf.hcl", service("1.1", "", ""));
    planned(&lab).says("gate → reload");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!((lab.read("a"), lab.read("running")), ("1.1".into(), "1.1".into()));
}

/// A reload that fails once more takes nothing back and gives no level up: it stays owed.
#[test]
fn what_fails_again_stays_owed() {
    let (lab, _) = patched_only();
    lab.write("main.pf.hcl", service("1.1", "", "exit 1"));
    let ran = lab.patchform("apply --auto-approve").exits(4);
    ran.says("reload failed").does_not_say("accepted it as irreversible");
    flat(lab.patchform("state show command.a").exits(0)).says("stuck, stays at 1.1");
    lab.patchform("run abandon").exits(0);
    assert_eq!(lab.read("a"), "1.1");
    lab.write("main.pf.hcl", service("1.1", "", ""));
    planned(&lab).says("ended before its reload").does_not_say("given up");
    lab.patchform("apply --auto-approve").exits(0);
    lab.patchform("plan --detailed-exitcode").exits(0);
}

/// It stands again where an abandoned run had left it, made sure of: by its way back, or by hand where that failed. Nobody has
/// changed it behind anybody's back.
#[test]
fn what_goes_back_to_an_owed_level_is_recorded_there() {
    for by_hand in [false, true] {
        let (lab, _) = patched_only();
        let fails = service("1.2", "exit 1", "");
        let broken = |text: String| text.replace("if [ -f", "test -e broken && exit 1; if [ -f");
        lab.write("main.pf.hcl", broken(fails));
        if by_hand {
            lab.write("broken", "");
            lab.patchform("apply --auto-approve").exits(4);
            lab.write("a", "1.1");
            lab.patchform("resume").exits(3);
        } else {
            lab.patchform("apply --auto-approve").exits(3);
        }
        assert_eq!((lab.read("a"), lab.read("running")), ("1.1".into(), "1.1".into()));
        lab.patchform("state show command.a").exits(0).says("1.1").does_not_say("to do");
        lab.write("main.pf.hcl", service("1.3", "", ""));
        planned(&lab)
            .says("its declared level changed")
            .does_not_say("outside patchform")
            .does_not_say("is observed");
        lab.write("main.pf.hcl", service("1.1", "", ""));
        lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
    }
}

/// What a person put there since is not laid at its door as if that were known.
#[test]
fn what_somebody_put_there_after_an_abandoned_run_is_not_known_to_be_its_work() {
    let (lab, _) = patched_only();
    lab.write("a", "1.1.5");
    lab.write("main.pf.hcl", service("1.2", "", ""));
    planned(&lab)
        .says("may have left it so: 1.0 is recorded, 1.1.5 is observed")
        .does_not_say("left it as it is");
}

/// A run that was taken back half-way is at its old level on the disk only.
#[test]
fn a_way_back_that_was_abandoned_owes_its_reload_too() {
    let lab = platform("", "exit 1");
    lab.patchform("apply --auto-approve").exits(4);
    lab.patchform("run abandon").exits(0).says("reload and verify are still to be done");
    assert_eq!(lab.read("a"), "1.0");
    lab.write("main.pf.hcl", service("1.0", "", ""));
    planned(&lab).says("ended before its reload");
    lab.write("running", "1.1");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("running"), "1.0");
}

/// What is owed is done as well by a run that goes back: its way back has reloaded and verified what stands there.
#[test]
fn a_way_back_that_reloads_and_verifies_does_what_was_owed() {
    let (lab, _) = patched_only();
    lab.write("main.pf.hcl", service("1.2", "", "grep -q 1.1 a"));
    planned(&lab).says("ended before its reload");
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
    assert_eq!(lab.patchform("state list").exits(0).out, "command.a\n");
    lab.patchform("state list --json").exits(0).says("\"reload\": \"service\"");
    flat(lab.patchform("show").exits(0)).says("command.a to do: reload and verify");
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

/// Its record goes, and what is owed there with it: not without a word.
#[test]
fn what_is_owed_where_a_plan_forgets_the_component_is_told() {
    let lab = Lab::new(&service("1.0", "", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", service("1.1", &stop(), ""));
    lab.patchform("apply --auto-approve").exits(7);
    lab.patchform("run abandon").exits(0);
    lab.write("main.pf.hcl", "");
    let plan = flat(lab.patchform("plan").exits(0));
    plan.says("command.a still needs reload and verify")
        .says("declare it again before it is applied, and it is done");
}

/// That a level failed is not forgotten with its component: declared again, it is not tried again by itself.
#[test]
fn a_level_that_failed_stays_given_up_where_its_component_is_forgotten() {
    for by_hand in [false, true] {
        let lab = platform("grep -q 1.0 a; echo no room for it; exit 1", "");
        let broken = |text: String| text.replace("if [ -f", "exit 1; if [ -f");
        lab.write("main.pf.hcl", broken(lab.read("main.pf.hcl")));
        lab.patchform("apply --auto-approve").exits(4);
        lab.patchform("run abandon").exits(0);
        lab.write("main.pf.hcl", "");
        match by_hand {
            true => lab.patchform("state rm command.a").exits(0),
            false => lab.patchform("apply --auto-approve").exits(0),
        };
        lab.patchform("state list").exits(0).does_not_say("reload");
        lab.write("a", "1.0");
        lab.write("main.pf.hcl", service("1.1", "", ""));
        plan_is_blocked(&lab).says("1.1 was given up by run").says("patchform allow");
        lab.patchform("allow command.a").exits(0);
        lab.patchform("apply --auto-approve").exits(0);
    }
}

/// The id of a run, by its place in the list.
fn run_at(lab: &Lab, place: usize) -> String {
    let listed = lab.patchform("run list --json").exits(0).out;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    listed["runs"][place]["id"].as_str().unwrap().to_string()
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
    let first = run_at(&lab, 0);
    lab.write("broken", "");
    lab.patchform(&format!("rollback {first} --auto-approve")).exits(7);
    lab.patchform("run abandon").exits(0).says("reload and verify are still to be done");
    assert!(!lab.path("a").exists());
    assert_eq!(lab.read("running"), "1.0");
    std::fs::remove_file(lab.path("broken")).unwrap();
    let again = lab.patchform(&format!("rollback {first} --auto-approve")).exits(0);
    again.says("before its reload").says("gate → reload");
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
    told.says("ended before its reload and verify");
    // Towards another level: the run is named, not somebody.
    lab.write("main.pf.hcl", service("1.2", "", ""));
    let told = planned(&lab).says("left it as it is: 1.0 is recorded, 1.1 is observed");
    told.says("; and run")
        .does_not_say("outside patchform")
        .does_not_say("still needs")
        .does_not_say("drifted");
}

/// A service with a check that fails at 1.1.
fn checked(service: &str) -> String {
    let check = "  check \"exec\" \"well\" {\n    command = [\"sh\", \"-c\", \"! grep -q 1.1 running\"]\n    within  = \"1s\"\n  }\n";
    service.replace("  read ", &format!("{check}  read "))
}

/// A service that is ill at 1.1.
fn ill(level: &str, patch: &str) -> String {
    checked(&service(level, patch, ""))
}

/// A run put 1.1 there, which is ill, and was abandoned before that was in force; and that run.
fn left_ill() -> (Lab, String) {
    let lab = Lab::new(&ill("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", ill("1.1", &format!("[ $PATCHFORM_LEVEL = 1.0 ] || {}", stop())));
    lab.patchform("apply --auto-approve").exits(7);
    let put = run_at(&lab, 1);
    let ended = flat(lab.patchform("run abandon").exits(0));
    ended.says(&format!("To take back what it put there: patchform rollback {put}"));
    (lab, put)
}

/// What was left there is ill: neither what is owed nor another level comes right, and every message names the way out, which
/// works as it is printed.
#[test]
fn an_ill_level_that_is_owed_is_taken_back_by_the_run_that_is_named() {
    let (lab, put) = left_ill();
    let back = format!("patchform rollback {put}");
    // What is owed fails.
    lab.write("main.pf.hcl", ill("1.1", ""));
    let stuck = flat(lab.patchform("apply --auto-approve").exits(4));
    stuck.says(&format!("After that, to take back what run {put} put there: {back}"));
    let left = flat(lab.patchform("run abandon").exits(0));
    left.says(&format!("To take back what run {put} put there: {back}")).does_not_say("what it put there");
    // Another level is not tried.
    lab.write("main.pf.hcl", ill("1.2", ""));
    let skipped = flat(lab.patchform("apply --auto-approve").exits(5)).says("ill already before its patch");
    skipped.says(&format!("To take back what run {put} put there: {back}"));
    lab.patchform(&format!("rollback {put} --auto-approve")).exits(0);
    assert_eq!((lab.read("a"), lab.read("running")), ("1.0".into(), "1.0".into()));
    lab.patchform("state show command.a").exits(0).does_not_say("to do");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("running"), "1.2");
}

/// A run whose folder is gone cannot be taken back: nobody is sent there.
#[test]
fn a_run_that_is_gone_is_not_named_as_the_way_out() {
    let (lab, put) = left_ill();
    std::fs::remove_dir_all(lab.path(&format!(".patchform/runs/{put}"))).unwrap();
    lab.write("main.pf.hcl", ill("1.1", ""));
    let stuck = lab.patchform("apply --auto-approve").exits(4);
    stuck.says("verify failed").does_not_say(&format!("patchform rollback {put}"));
}

/// What was left on purpose is not called for any more; and the two ways to take something back are told apart.
#[test]
fn what_could_not_be_restored_and_was_left_is_no_emergency_any_more() {
    let irreversible = |level: &str, reload: &str| {
        let text = service(level, "", reload)
            .lines()
            .filter(|line| !["snapshot", "restore"].iter().any(|word| line.trim().starts_with(word)))
            .map(|line| format!("{line}\n"))
            .collect::<String>();
        text.replace("  read ", "  lifecycle {\n    allow_irreversible = true\n  }\n  read ")
    };
    let lab = Lab::new(&irreversible("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", irreversible("1.1", "exit 1"));
    lab.patchform("apply --auto-approve").exits(4).says("A person is needed").says("Emergency steps");
    let left = flat(lab.patchform("run abandon").exits(0)).says("Abandoned: the run ended as it stood");
    left.says("1 left").does_not_say("A person is needed").does_not_say("Emergency steps");
    flat(lab.patchform("run show").exits(0)).says("could not be restored, and was left so");
    // What is forgotten with it is said.
    let gone = flat(lab.patchform("state rm command.a").exits(0)).says("command.a is forgotten");
    gone.says("ended before its reload and verify, and no plan does that any more");
}

/// The same where only its verify is owed, which changes nothing: it fails again and again.
#[test]
fn an_ill_level_that_nobody_verified_is_taken_back_by_the_run_that_is_named() {
    let ill = |level: &str, reload: &str| checked(&service(level, "", reload));
    let lab = Lab::new(&ill("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", ill("1.1", &format!("[ $PATCHFORM_LEVEL = 1.0 ] || {}", stop())));
    lab.patchform("apply --auto-approve").exits(7);
    let back = format!("patchform rollback {}", run_at(&lab, 1));
    lab.patchform("run abandon").exits(0).says("verify is still to be done");
    lab.write("main.pf.hcl", ill("1.1", ""));
    let failed = flat(lab.patchform("apply --auto-approve").exits(3)).says("before anything was changed");
    failed.says(&back);
    lab.patchform(&format!("{} --auto-approve", back.trim_start_matches("patchform "))).exits(0);
    assert_eq!((lab.read("a"), lab.read("running")), ("1.0".into(), "1.0".into()));
}

/// A run that did what another had left undone put nothing there that could be taken back.
#[test]
fn what_only_did_owed_work_is_not_said_to_be_taken_back() {
    let (lab, _) = patched_only();
    let done = lab.patchform("apply --auto-approve").exits(0).says("Complete");
    done.does_not_say("patchform rollback");
    let back = lab.patchform(&format!("rollback {} --auto-approve", run_at(&lab, 2))).exits(1);
    back.says("changed nothing that could be taken back");
}

/// Flips a bit in the first line of the journal of a run, after `from`, that holds `text`.
fn damage(lab: &Lab, run: &str, text: &str) {
    let path = lab.path(&format!(".patchform/runs/{run}/journal/000001.jsonl"));
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(text.len()).position(|window| window == text.as_bytes()).expect("it is there");
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

/// A damaged run that is let go of may have done anything behind the damage: nothing of it is forgotten.
#[test]
fn what_a_damaged_run_may_have_left_is_done_by_the_next() {
    for lost in ["taken", "patch", "plan.json", "everything"] {
        let lab = platform(&stop(), "");
        lab.patchform("apply --auto-approve").exits(7);
        let run = run_at(&lab, 1);
        match lost {
            "plan.json" => {
                std::fs::remove_file(lab.path(&format!(".patchform/runs/{run}/plan.json"))).unwrap()
            }
            "everything" => {
                for file in ["plan.json", "lease.json"] {
                    lab.write(&format!(".patchform/runs/{run}/{file}"), "lost");
                }
            }
            text => damage(&lab, &run, text),
        }
        lab.write("main.pf.hcl", service("1.1", "", ""));
        // Going on is of no use: nobody is sent there.
        let refused = flat(lab.patchform("apply --auto-approve").exits(6));
        refused.says(&format!("`patchform run abandon {run}`")).does_not_say("patchform resume");
        if lost != "everything" {
            let blocked = flat(lab.patchform("plan").exits(0));
            blocked
                .says("cannot be read any more")
                .says(&format!("patchform run abandon {run}"))
                .does_not_say("resume");
        }
        let let_go = flat(lab.patchform("run abandon").exits(0)).says("holds nothing any more");
        if lost == "everything" {
            // Not even which components: that is said.
            let_go.says("read each component");
            continue;
        }
        let_go.says("Read each").says("command.a patch, reload and verify");
        lab.patchform("state show command.a").exits(0).says("patch, reload and verify");
        planned(&lab).says("may be half done").says("patch");
        flat(lab.patchform(&format!("run show {run}")).exits(1))
            .says("has ended")
            .does_not_say("run abandon");
        lab.patchform("apply --auto-approve").exits(0);
        assert_eq!(lab.read("running"), "1.1", "{lost}");
        lab.patchform("plan --detailed-exitcode").exits(0);
    }
}

/// What the beginning of its journal proves counts, unless the rest tells more; and the run can be taken back.
#[test]
fn what_is_known_of_a_damaged_run_counts() {
    let config = |level: &str, patch: &str| {
        let text = files(&[("a", level, "", ""), ("b", level, "command.a", patch)]);
        text.replace("  read ", "  rollout = rollout.r\n  read ")
            + "rollout \"r\" { on_failure = \"halt\" }\n"
    };
    let lab = Lab::new(&config("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.1", "[ $PATCHFORM_LEVEL = 1.0 ] || { printf half > $NAME; exit 1; }; printf %s $PATCHFORM_LEVEL > $NAME"));
    lab.patchform("apply --auto-approve").exits(7);
    let run = run_at(&lab, 1);
    damage(&lab, &run, "half");
    let let_go = flat(lab.patchform("run abandon").exits(0))
        .says("command.a verify")
        .says("command.b patch and verify");
    let_go.says(&format!("patchform rollback {run}"));
    lab.write("main.pf.hcl", config("1.1", ""));
    planned(&lab).says("command.a stays at 1.1").says("before its verify").says("may be half done");
    lab.patchform(&format!("rollback {run} --auto-approve")).exits(0);
    assert_eq!((lab.read("a"), lab.read("b")), ("1.0".into(), "1.0".into()));
    lab.patchform("state show command.a").exits(0).does_not_say("to do");
    lab.patchform("state show command.b").exits(0).does_not_say("to do");
}

/// A plan that was saved before an abandoned run left something, or before that was done, is not carried out.
#[test]
fn a_saved_plan_is_stale_through_what_is_owed_since() {
    let lab = platform(&stop(), "");
    let other = |level: &str| service(level, "", "") + &files(&[("b", "1.0", "command.a", "")]);
    lab.patchform("apply --auto-approve").exits(7);
    lab.patchform("rollback").exits(0);
    lab.allow_what_was_taken_back();
    lab.write("main.pf.hcl", other("1.0"));
    lab.patchform("plan --out of-b").exits(0).says("command.b");
    lab.write("main.pf.hcl", service("1.2", "", ""));
    lab.patchform("plan --out of-a").exits(0).says("1.0 → 1.2");
    // Its way back is begun and left: 1.0 is read all the while.
    lab.write(
        "main.pf.hcl",
        service("1.1", "", &format!("[ $PATCHFORM_LEVEL = 1.1 ] && exit 1; {}", stop())),
    );
    lab.patchform("apply --auto-approve");
    lab.patchform("run abandon").exits(0);
    assert_eq!(lab.read("a"), "1.0");
    let run = run_at(&lab, 2);
    for plan in ["of-a", "of-b"] {
        let stale = flat(lab.patchform(&format!("apply {plan}")).exits(6)).says("stale");
        stale.says(&format!("run {run} left verify of command.a undone since"));
    }
    // And the other way round.
    lab.write("main.pf.hcl", service("1.2", "", ""));
    lab.patchform("plan --out of-a").exits(0).says("ended before its");
    lab.write("main.pf.hcl", service("1.0", "", ""));
    lab.patchform("apply --auto-approve").exits(0);
    let stale = flat(lab.patchform("apply of-a").exits(6));
    stale.says("what was still to be done at command.a was done since the plan was made");
}

/// The newest snapshot of a component, by the level that it holds.
fn snapshot(lab: &Lab, level: &str) -> String {
    let listed: serde_json::Value =
        serde_json::from_str(&lab.patchform("snapshot list --json").exits(0).out).unwrap();
    let of = |s: &&serde_json::Value| s["level"] == level;
    listed["snapshots"].as_array().unwrap().iter().rfind(of).unwrap()["id"].as_str().unwrap().to_string()
}

/// A snapshot that is put back brings that into force, too; before that it is said what was left.
#[test]
fn a_snapshot_that_is_put_back_does_what_is_owed() {
    let (lab, _) = patched_only();
    let id = snapshot(&lab, "1.0");
    let told = flat(lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(0));
    told.says(&format!("snapshot {id} is restored; run")).says("ended before its reload and verify");
    assert_eq!((lab.read("a"), lab.read("running")), ("1.0".into(), "1.0".into()));
    lab.patchform("state show command.a").exits(0).does_not_say("to do");
}

/// Nothing failed where a run was ended before it changed anything; what was under way is named, also where it only looked.
#[test]
fn a_run_that_changed_nothing_did_not_fail() {
    let lab = platform("", "");
    let text =
        service("1.1", "", "").replace("\"cp \\\"$NAME\\\"", &format!("\"{}; cp \\\"$NAME\\\"", stop()));
    assert!(text.contains("run stop"), "{text}");
    lab.write("main.pf.hcl", text);
    lab.patchform("apply --auto-approve").exits(7);
    let ended = lab.patchform("run abandon").exits(0).does_not_say("Failed");
    ended.says("Ended before anything was changed.");
    lab.patchform("state show command.a").exits(0).does_not_say("to do");
}

/// What is done stays where a run was ended before the next component changed, and the end says so.
#[test]
fn what_is_done_is_not_called_unchanged() {
    let rows = |level| [("a", level, "", ""), ("b", level, "command.a", "")];
    let lab = Lab::new(&files(&rows("1")));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    let stopped = files(&rows("2"))
        .replace("\"cp \\\"$NAME\\\"", &format!("\"[ $NAME = a ] || {}; cp \\\"$NAME\\\"", stop()));
    lab.write("main.pf.hcl", stopped);
    lab.patchform("apply --auto-approve").exits(7);
    let ended = flat(lab.patchform("run abandon").exits(0));
    ended
        .says("Ended early: what is done stays, and nothing else was changed.")
        .says("To take back what is done: patchform rollback");
    assert_eq!((lab.read("a"), lab.read("b")), ("2".into(), "1".into()));
}

/// A way back that was walked to its end and leads somewhere else: nobody knows what is there.
#[test]
fn what_reads_otherwise_after_its_way_back_is_done_again() {
    let config = |level: &str, patch: &str| {
        let restore = "restore     = [\"sh\", \"-c\", \"printf torn > $NAME; if false";
        service(level, patch, "")
            .replace("restore     = [\"sh\", \"-c\", \"if [ -f \\\"$PATCHFORM_SNAPSHOT\\\" ]", restore)
    };
    let lab = Lab::new(&config("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.1", "exit 1").replace("rm -f", "true"));
    flat(lab.patchform("apply --auto-approve").exits(4)).says("stuck");
    lab.patchform("run abandon").exits(0).says("patch, reload and verify are still to be done");
    lab.write("main.pf.hcl", config("1.2", ""));
    planned(&lab).says("may be half done");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("running"), "1.2");
}

/// Put back by hand, it is at its level of before and not in force: who takes its run back takes it in.
#[test]
fn what_was_put_back_by_hand_is_brought_into_force_by_a_rollback_of_its_run() {
    let config = |level: &str| {
        let text = files(&[("a", level, "", ""), ("b", level, "command.a", "")]);
        let reload =
            "  reload = [\"sh\", \"-c\", \"cp $NAME $NAME.runs; [ $NAME = a ] || test ! -e fails\"]\n  read ";
        text.replace("  read ", reload)
            .replace("if [ -f", "[ $NAME = a ] || test ! -e fails || exit 1; if [ -f")
    };
    let lab = Lab::new(&config("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.1"));
    lab.write("fails", "");
    lab.patchform("apply --auto-approve").exits(4).says("stuck");
    let run = run_at(&lab, 1);
    lab.write("b", "1.0");
    let ended = flat(lab.patchform("run abandon").exits(0)).says("reload and verify are still to be done");
    ended.says(&format!("patchform rollback {run}"));
    std::fs::remove_file(lab.path("fails")).unwrap();
    let runs = || ["a", "a.runs", "b", "b.runs"].map(|name| lab.read(name)).join(" ");
    assert_eq!(runs(), "1.1 1.1 1.0 1.1");
    let back = flat(lab.patchform(&format!("rollback {run} --auto-approve")).exits(0));
    back.says("command.b stays at 1.0").says("gate → reload");
    assert_eq!(runs(), "1.0 1.0 1.0 1.0");
    lab.patchform("state show command.b").exits(0).does_not_say("to do");
    // Once more there is nothing.
    lab.patchform(&format!("rollback {run} --auto-approve")).exits(0).says("already");
}

/// It was begun and not ended, and what it was to change is as it should be: the plan tells of it all the same.
#[test]
fn an_open_run_that_nothing_of_the_plan_tells_of_is_named() {
    let lab = platform("", "");
    let mut killed = lab.patchform_command("apply --auto-approve");
    killed.env("PATCHFORM_FAILPOINT", "run.opened#1=kill");
    assert_eq!(killed.output().unwrap().status.code(), None);
    let run = run_at(&lab, 1);
    lab.write("main.pf.hcl", service("1.0", "", ""));
    let told = flat(lab.patchform("plan --detailed-exitcode").exits(0)).says("No changes");
    told.says(&format!("Run {run} was not finished, and holds what it was to change"))
        .says(&format!("patchform rollback {run}"));
    // Where it is in the way it is named there.
    lab.write("main.pf.hcl", service("1.2", "", ""));
    plan_is_blocked(&lab).does_not_say("holds what it was to change");
    lab.patchform("rollback").exits(0);
    lab.write("main.pf.hcl", service("1.0", "", ""));
    lab.patchform("plan").exits(0).does_not_say("was not finished");
}
