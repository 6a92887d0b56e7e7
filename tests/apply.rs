//! Plan, apply and going back, through the binary, on real files changed by real commands.

mod lab;

use lab::{Lab, files};

/// Three files, each standing on the one before.
fn tower(levels: [&str; 3], patch_of_c: &str) -> String {
    files(&[
        ("a", levels[0], "", ""),
        ("b", levels[1], "command.a", ""),
        ("c", levels[2], "command.b", patch_of_c),
    ])
}

#[test]
fn apply_reaches_the_levels_and_plan_then_says_no_changes() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    lab.patchform("plan --detailed-exitcode").exits(2).says("command.a");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!([lab.read("a"), lab.read("b"), lab.read("c")], ["1.0", "1.0", "1.0"]);
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
}

#[test]
fn a_patch_that_fails_is_undone_and_not_tried_again_until_allowed() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write(
        "main.pf.hcl",
        tower(["1.1", "1.1", "1.1"], "echo half > $NAME; echo the disk of c is on fire; exit 1"),
    );
    lab.patchform("apply --auto-approve").exits(3).says("the disk of c is on fire").says("restored");
    // The default takes back the component that failed, not what it stands on.
    assert_eq!([lab.read("a"), lab.read("b"), lab.read("c")], ["1.1", "1.1", "1.0"]);
    lab.patchform("plan --detailed-exitcode").exits(2).says("command.c").says("allow");
    lab.write("main.pf.hcl", tower(["1.1", "1.1", "1.1"], ""));
    lab.patchform("plan --detailed-exitcode").exits(2).says("Nothing to patch");
    lab.patchform("allow command.c").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("c"), "1.1");
}

#[test]
fn rollback_run_takes_everything_back_in_reverse_order() {
    let rollout = "rollout \"all\" {\n  on_failure = \"rollback_run\"\n}\n";
    let configuration = |levels, patch: &str| {
        let text = tower(levels, patch).replace("patch_level", "rollout     = rollout.all\n  patch_level");
        let log = "echo \\\"$NAME\\\" >> order; if [ -f";
        format!("{rollout}{}", text.replace("\"if [ -f", &format!("\"{log}")))
    };
    let lab = Lab::new(&configuration(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", configuration(["1.1", "1.1", "1.1"], "echo half > $NAME; exit 1"));
    lab.patchform("apply --auto-approve").exits(3);
    assert_eq!([lab.read("a"), lab.read("b"), lab.read("c")], ["1.0", "1.0", "1.0"]);
    assert_eq!(lab.read("order"), "c\nb\na\n");
}

#[test]
fn halt_leaves_a_run_that_can_be_taken_back() {
    let rollout = "rollout \"stop\" {\n  on_failure = \"halt\"\n}\n";
    let configuration = |levels, patch: &str| {
        format!(
            "{rollout}{}",
            tower(levels, patch).replace("patch_level", "rollout     = rollout.stop\n  patch_level")
        )
    };
    let lab = Lab::new(&configuration(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", configuration(["1.1", "1.1", "1.1"], "echo half > $NAME; exit 1"));
    lab.patchform("apply --auto-approve").exits(7);
    // The run holds its components.
    lab.patchform("apply --auto-approve").exits(6).says("run");
    lab.patchform("rollback").exits(0);
    assert_eq!([lab.read("a"), lab.read("b"), lab.read("c")], ["1.0", "1.0", "1.0"]);
}

/// A patch command that kills its controller the first time, in the middle of its work.
const KILLS: &str = "printf half > $NAME; if [ ! -f killed ]; then touch killed; kill -9 $(cat controller); sleep 0.3; fi; \
                     printf %s $PATCHFORM_LEVEL > $NAME";

fn killed_in_mid_patch() -> Lab {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", tower(["1.1", "1.1", "1.1"], KILLS));
    let mut command = lab.command(
        std::path::Path::new("/bin/sh"),
        &[
            "-c",
            &format!("echo $$ > controller; exec {} apply --auto-approve", env!("CARGO_BIN_EXE_patchform")),
        ],
    );
    let status =
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).status().unwrap();
    assert_eq!(status.code(), None, "the controller was to be killed");
    lab
}

#[test]
fn a_killed_run_is_finished_by_resume() {
    let lab = killed_in_mid_patch();
    lab.patchform("apply --auto-approve").exits(6).says("resume");
    lab.patchform("resume").exits(0);
    assert_eq!([lab.read("a"), lab.read("b"), lab.read("c")], ["1.1", "1.1", "1.1"]);
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
}

#[test]
fn a_killed_run_is_taken_back_by_rollback() {
    let lab = killed_in_mid_patch();
    lab.patchform("rollback").exits(0).says("Taken back: everything that this run changed");
    assert_eq!([lab.read("a"), lab.read("b"), lab.read("c")], ["1.0", "1.0", "1.0"]);
    lab.write("main.pf.hcl", tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
}

#[test]
fn a_finished_run_is_taken_back_by_a_new_plan() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", tower(["1.1", "1.1", "1.1"], ""));
    lab.patchform("apply --auto-approve").exits(0);
    let back = lab.patchform(&format!("rollback {} --auto-approve", last(&lab))).exits(0);
    let told = "command.a and 2 others go back by a patch: their snapshots are not restored";
    back.says(told).says("brings what stood there");
    assert_eq!([lab.read("a"), lab.read("b"), lab.read("c")], ["1.0", "1.0", "1.0"]);
}

/// The last run's id.
fn last(lab: &Lab) -> String {
    let runs: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_string()
}

/// What stands on each other goes back in order, or not at all.
#[test]
fn a_run_is_not_taken_back_around_a_component_that_was_renamed_since() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", tower(["1.1", "1.1", "1.1"], ""));
    lab.patchform("apply --auto-approve").exits(0);
    let run = last(&lab);
    lab.patchform("state mv command.b command.bb").exits(0);
    let refused = lab.patchform(&format!("rollback {run} --auto-approve")).exits(5);
    refused.says("command.bb").says("state mv 'command.bb' 'command.b'");
    assert_eq!([lab.read("a"), lab.read("b"), lab.read("c")], ["1.1", "1.1", "1.1"]);
    lab.patchform("state mv command.bb command.b").exits(0);
    lab.patchform(&format!("rollback {run} --auto-approve")).exits(0);
    assert_eq!([lab.read("a"), lab.read("b"), lab.read("c")], ["1.0", "1.0", "1.0"]);
}

/// What was taken back is given up: taking back a later run does not bring it again.
#[test]
fn a_rollback_does_not_go_to_a_level_that_was_given_up() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    let mut runs = Vec::new();
    for level in ["1.0", "1.1", "1.2"] {
        lab.write("main.pf.hcl", tower([level, level, level], ""));
        lab.patchform("apply --auto-approve").exits(0);
        runs.push(last(&lab));
    }
    lab.patchform(&format!("rollback {} --auto-approve", runs[1])).exits(0);
    assert_eq!(lab.read("a"), "1.0");
    let refused = lab.patchform(&format!("rollback {} --auto-approve", runs[2])).exits(5);
    refused.says("was given up by run").says("patchform allow");
    assert_eq!([lab.read("a"), lab.read("b"), lab.read("c")], ["1.0", "1.0", "1.0"]);
}

#[test]
fn drift_is_shown_and_mended_and_what_is_ahead_is_left_alone() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("a", "0.9");
    lab.write("b", "2.0");
    lab.patchform("plan --detailed-exitcode").exits(2).says("drift").says("ahead");
    lab.patchform("apply --auto-approve").exits(5);
    assert_eq!([lab.read("a"), lab.read("b")], ["1.0", "2.0"]);
}

#[test]
fn a_saved_plan_is_applied_as_it_was_reviewed_or_refused() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    lab.patchform("plan --out p").exits(0);
    lab.patchform("show p").exits(0).says("command.a");
    // One byte changed.
    let mut bytes = std::fs::read(lab.path("p")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    lab.write("damaged", &bytes);
    lab.patchform("apply damaged").exits(1).says("damaged");
    // Something it rests on changed.
    lab.write("a", "0.5");
    lab.patchform("apply p").exits(6).says("command.a");
    std::fs::remove_file(lab.path("a")).unwrap();
    lab.patchform("apply p").exits(0);
    lab.patchform("apply p").exits(6).says("has applied it");
}

#[test]
fn without_refresh_nothing_can_be_applied() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    lab.patchform("plan --refresh=false").exits(0).says("not read");
    lab.patchform("apply --refresh=false --auto-approve").exits(5);
}

#[test]
fn target_and_exclude_choose_with_what_they_stand_on() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve --target command.b").exits(0);
    assert_eq!([lab.read("a"), lab.read("b"), lab.read("c")], ["1.0", "1.0", ""]);
    lab.patchform("apply --auto-approve --exclude command.c").exits(0);
    assert_eq!(lab.read("c"), "");
    lab.patchform("plan --target command.nowhere").exits(1).says("command.nowhere");
}

#[test]
fn nothing_is_asked_without_a_terminal() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply").exits(5).says("--auto-approve");
    assert_eq!(lab.read("a"), "");
}

#[test]
fn taking_a_finished_run_back_that_fails_is_no_success() {
    let rollout = "rollout \"all\" {\n  on_failure = \"rollback_run\"\n}\n";
    let configuration = |level: &str| {
        // Going down to 1.0 fails: the patch command refuses that level once 1.1 was there.
        let patch = "if [ -f was-higher ] && [ $PATCHFORM_LEVEL = 1.0 ]; then exit 1; fi; \
                     [ $PATCHFORM_LEVEL = 1.0 ] || touch was-higher; printf %s $PATCHFORM_LEVEL > $NAME";
        let text = files(&[("a", level, "", patch)]);
        format!("{rollout}{}", text.replace("patch_level", "rollout     = rollout.all\n  patch_level"))
    };
    let lab = Lab::new(&configuration("1.0"));
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", configuration("1.1"));
    lab.patchform("apply --auto-approve").exits(0);
    let runs: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    let last = runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_string();
    lab.patchform(&format!("rollback {last} --auto-approve")).exits(3);
    assert_eq!(lab.read("a"), "1.1");
}

#[test]
fn what_an_open_run_holds_is_neither_adopted_nor_forgotten() {
    let lab = killed_in_mid_patch();
    // Command a is committed in the open run, and its record is still the old one.
    lab.write("main.pf.hcl", tower(["1.1", "1.1", "1.1"], ""));
    lab.patchform("apply --auto-approve --target command.a").exits(6).says("resume");
    lab.write("main.pf.hcl", files(&[("d", "1.0", "", "")]));
    lab.patchform("apply --auto-approve").exits(6).says("resume");
    lab.patchform("rollback").exits(0);
    lab.write("main.pf.hcl", tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
}

#[test]
fn a_saved_plan_does_not_try_a_level_again_that_was_rolled_back() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", tower(["1.0", "1.0", "1.1"], "echo half > $NAME; exit 1"));
    lab.patchform("plan --out p").exits(0);
    lab.patchform("apply p").exits(3);
    lab.patchform("apply p").exits(5).says("given up by run").says("allow");
    lab.patchform("apply p --var level=2").exits(1).says("level");
}

#[test]
fn what_was_blocked_is_not_called_complete() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", tower(["1.0", "1.1", "1.1"], ""));
    lab.write("a", "2.0");
    lab.write("main.pf.hcl", files(&[("a", "1.0", "", ""), ("b", "1.1", "", "")]));
    lab.patchform("apply --auto-approve").exits(5).says("Incomplete").does_not_say("Complete: every");
}

/// The id of the run that ended last.
fn last_run(lab: &Lab) -> String {
    let runs = lab.patchform("run list --json").exits(0).out;
    let runs: serde_json::Value = serde_json::from_str(&runs).unwrap();
    runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_string()
}

#[test]
fn a_first_installation_is_taken_back_by_restoring_its_snapshot() {
    // Neither has an `uninstall`.
    let lab = Lab::new(&format!(
        r#"{}
component "release" "app" {{
  patch_level = "1.0"
  depends_on  = [command.a]
  path        = "srv/current"
  artifact    = "app-{{level}}.tar.gz"
  sha256      = {{ "1.0" = filesha256("app-1.0.tar.gz") }}
  on_switch   = ["sh", "-c", "echo started >> log"]
  on_remove   = ["sh", "-c", "echo removed >> log"]
}}
"#,
        files(&[("a", "1.0", "", "")])
    ));
    lab.write("content/version", "1.0");
    let tar =
        lab.command(std::path::Path::new("tar"), &["czf", "app-1.0.tar.gz", "-C", "content", "."]).status();
    assert!(tar.is_ok_and(|s| s.success()));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!([lab.read("a"), lab.read("srv/current/version")], ["1.0", "1.0"]);
    lab.patchform(&format!("rollback {} --auto-approve", last_run(&lab))).exits(0);
    assert!(!lab.path("a").exists() && !lab.path("srv/current").exists());
    assert_eq!(lab.read("log"), "started\nremoved\n");
    lab.patchform("state list").exits(0).does_not_say("command.a").does_not_say("release.app");
    // And that was a run as any other: it can be taken back too.
    lab.patchform(&format!("rollback {} --auto-approve", last_run(&lab))).exits(0);
    assert_eq!([lab.read("a"), lab.read("srv/current/version")], ["1.0", "1.0"]);
}

#[test]
fn what_an_abandoned_run_left_is_not_taken_for_good_and_can_be_taken_back() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("apply --auto-approve").exits(0);
    // b reaches its level, is ill, and cannot be restored.
    let ill = |restore: &str| {
        let text = tower(["1.0", "1.1", "1.0"], "").replace("if [ -f \\\"$PATCHFORM_SNAPSHOT", restore);
        text.replace(
            "env         = { NAME = \"b\" }",
            "env         = { NAME = \"b\" }\n  verify      = [\"sh\", \"-c\", \"! grep -q 1.1 b\"]",
        )
    };
    lab.write("main.pf.hcl", ill("test -f mended || exit 1; if [ -f \\\"$PATCHFORM_SNAPSHOT"));
    lab.patchform("apply --auto-approve").exits(4).says("command.b");
    lab.patchform("run abandon").exits(0);
    assert_eq!(lab.read("b"), "1.1");
    lab.patchform("apply --auto-approve").exits(5).says("allow");
    lab.write("mended", "");
    lab.patchform(&format!("rollback {} --auto-approve", last_run(&lab))).exits(0);
    assert_eq!(lab.read("b"), "1.0");
}

#[test]
fn a_patch_that_was_refused_is_tried_again_without_being_allowed() {
    let lab = Lab::new(&tower(["1.0", "1.0", "1.0"], ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", tower(["1.0", "1.0", "1.1"], "exit 75"));
    lab.patchform("apply --auto-approve").exits(3).says("patchform apply").does_not_say("patchform allow");
    lab.write("main.pf.hcl", tower(["1.0", "1.0", "1.1"], ""));
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("c"), "1.1");
}

#[test]
fn an_empty_plan_is_called_empty() {
    let lab = Lab::new(&files(&[("a", "1.0", "", "")]));
    lab.patchform("init").exits(0);
    lab.write("p", "");
    for line in ["apply p", "show p"] {
        lab.patchform(line).exits(1).says("p is empty").says("patchform plan --out FILE");
    }
}

/// Nobody finds out afterwards that a patch went over what somebody had changed by hand.
#[test]
fn a_change_by_hand_is_told_where_the_declared_level_changes_too() {
    let at = |level: &str| {
        let digest = "  digest      = [\"sh\", \"-c\", \"cat a.conf\"]\n  patch ";
        files(&[("a", level, "", "")]).replacen("  patch ", digest, 1)
    };
    let lab = Lab::new(&at("1.0"));
    lab.write("a.conf", "as delivered");
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    let told = |ran: lab::Ran| ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    lab.write("main.pf.hcl", at("1.1"));
    let plain = told(lab.patchform("plan").exits(0));
    assert!(plain.contains("its declared level changed way forth"), "{plain}");
    lab.write("a.conf", "tuned at night");
    let content = told(lab.patchform("plan").exits(0));
    assert!(
        content.contains("its declared level changed; and what is there is not what was recorded"),
        "{content}"
    );
    lab.write("a", "1.0.5");
    let level = told(lab.patchform("plan").exits(0));
    let both = "its declared level changed; and somebody changed it outside patchform: 1.0 is recorded, 1.0.5 is observed";
    assert!(level.contains(both), "{level}");
    // Nothing else is declared than what is recorded.
    lab.write(
        "main.pf.hcl",
        at("1.0").replace("  patch_level", "  lifecycle {\n    allow_downgrade = true\n  }\n  patch_level"),
    );
    let drift = told(lab.patchform("plan").exits(0));
    assert!(!drift.contains("declared level changed") && drift.contains("outside patchform"), "{drift}");
}

/// Of what stood elsewhere before, nobody changed anything.
#[test]
fn what_the_configuration_moved_is_not_called_changed_by_somebody() {
    let text = files(&[("a", "1.0", "", "")]);
    let lab = Lab::new(&text);
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("a", "0.9");
    lab.patchform("plan").exits(0).says("somebody changed it outside patchform: 1.0 is recorded, 0.9");
    let alias = "provider \"command\" {\n  alias = \"other\"\n}\n\n";
    let by_alias = text.replacen("  patch_level", "  provider = command.other\n  patch_level", 1);
    lab.write("main.pf.hcl", format!("{alias}{by_alias}"));
    let told = lab.patchform("plan").exits(0).does_not_say("outside patchform");
    let told = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let moved = "the configuration has it in another place now, or by another provider: there 1.0 was recorded, here 0.9 is \
                 observed; what is at the former place stays as it is";
    assert!(told.contains(moved), "{told}");
    lab.patchform("plan --json").exits(0).says("\"cause\":\"elsewhere\"").says("\"action\":\"change\"");
    lab.patchform("apply --auto-approve").exits(0);
    lab.patchform("plan").exits(0).says("No changes");
}
