//! A level that was rolled back is not tried again until `patchform allow`, or until git names another one: after every
//! `on_failure`, after resume, rollback and abandon.

mod lab;

use lab::{Lab, files};

/// b on a; both under one rollout. The patch of b prints its numbers and fails while `broken` is there.
fn tower(mode: &str, level: &str) -> String {
    let patch = "echo half > $NAME; if [ -f broken ]; then echo 4711 rows were moved; exit 1; fi; \
                 printf %s $PATCHFORM_LEVEL > $NAME";
    let text = files(&[("a", level, "", ""), ("b", level, "command.a", patch)]);
    let rollout = format!("rollout \"all\" {{\n  on_failure = \"{mode}\"\n}}\n");
    format!("{rollout}{}", text.replace("  patch_level", "  rollout     = rollout.all\n  patch_level"))
}

/// A tower at 1.0, to go to 1.1, which fails.
fn broken(mode: &str) -> Lab {
    let lab = Lab::new(&tower(mode, "1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("broken", "");
    lab.write("main.pf.hcl", tower(mode, "1.1"));
    lab
}

/// 1.1 of `component` is not tried until it is allowed, nor is any other way tried; another level is.
fn rejects(lab: &Lab, mode: &str, component: &str) {
    let address = format!("command.{component}");
    let allow = format!("patchform allow '{address}'");
    lab.patchform("plan --json").exits(0).says("\"is\":\"rejected\"");
    lab.patchform("plan").exits(0).says("1.1 was given up by run").says(&allow);
    let before = lab.read(component);
    let _ = std::fs::remove_file(lab.path("broken"));
    lab.patchform(&format!("apply --auto-approve --target {address}")).exits(5).says(&allow);
    assert_eq!(lab.read(component), before, "{mode}");
    lab.write("main.pf.hcl", tower(mode, "1.2"));
    lab.patchform("plan").exits(0).does_not_say("was given up");
    lab.write("main.pf.hcl", tower(mode, "1.1"));
    lab.patchform(&format!("allow {address}")).exits(0).says("may be tried at 1.1 again");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.1"], "{mode}");
}

#[test]
fn in_every_mode() {
    for (mode, code) in [("rollback_component", 3), ("rollback_wave", 3), ("rollback_run", 3), ("halt", 7)] {
        let lab = broken(mode);
        lab.patchform("apply --auto-approve").exits(code).says("4711 rows");
        if mode == "halt" {
            // It fails again, and then a person takes it back.
            lab.patchform("resume").exits(7);
            lab.patchform("rollback").exits(0).says("patchform allow 'command.b'");
        }
        assert_eq!(lab.read("b"), "1.0", "{mode}");
        rejects(&lab, mode, "b");
    }
}

#[test]
fn after_a_killed_run_was_resumed_and_failed() {
    let lab = broken("rollback_component");
    // The controller dies in the patch of a; resumed, b fails.
    let kills = "if [ ! -f killed ]; then touch killed; kill -9 $(cat controller); sleep 0.3; fi; \
                 printf %s $PATCHFORM_LEVEL > $NAME";
    let text = tower("rollback_component", "1.1");
    let plain = "printf %s \\\"$PATCHFORM_LEVEL\\\" > \\\"$NAME\\\"";
    assert!(text.contains(plain));
    lab.write("main.pf.hcl", text.replacen(plain, kills, 1));
    killed(&lab);
    lab.patchform("resume").exits(3).says("patchform allow 'command.b'");
    assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.0"]);
    rejects(&lab, "rollback_component", "b");
}

fn killed(lab: &Lab) {
    let line = format!("echo $$ > controller; exec {} apply --auto-approve", env!("CARGO_BIN_EXE_patchform"));
    let mut command = lab.command(std::path::Path::new("/bin/sh"), &["-c", &line]);
    let status = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).status();
    assert_eq!(status.unwrap().code(), None, "the controller was to be killed");
}

#[test]
fn what_a_person_took_back_is_rejected_where_nothing_failed() {
    // An open run, killed in the middle.
    let lab = broken("rollback_component");
    std::fs::remove_file(lab.path("broken")).unwrap();
    let kills = "printf %s $PATCHFORM_LEVEL > $NAME; if [ ! -f killed ]; then touch killed; kill -9 $(cat controller); sleep 0.3; fi";
    let plain = "printf %s \\\"$PATCHFORM_LEVEL\\\" > \\\"$NAME\\\"";
    lab.write("main.pf.hcl", tower("rollback_component", "1.1").replacen(plain, kills, 1));
    killed(&lab);
    lab.patchform("rollback").exits(0).says("patchform allow 'command.a'");
    assert_eq!([lab.read("a"), lab.read("b")], ["1.0", "1.0"]);
    lab.patchform("plan").exits(0).says("a person took the run back").does_not_say("command.b was given up");
    rejects(&lab, "rollback_component", "a");
    // A finished one.
    let done = last_run(&lab);
    lab.patchform(&format!("rollback {done} --auto-approve")).exits(0).says("patchform allow 'command.a'");
    assert_eq!([lab.read("a"), lab.read("b")], ["1.0", "1.0"]);
    lab.patchform("plan --json").exits(0).says(&format!("a person took run {done} back"));
    lab.patchform("apply --auto-approve").exits(5);
    assert_eq!([lab.read("a"), lab.read("b")], ["1.0", "1.0"]);
    lab.patchform("allow command.b").exits(0);
    rejects(&lab, "rollback_component", "a");
    // Taken back and brought again: nothing speaks against it any more.
    lab.patchform(&format!("rollback {} --auto-approve", last_run(&lab))).exits(0);
    lab.patchform(&format!("rollback {} --auto-approve", last_run(&lab))).exits(0);
    assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.1"]);
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
}

fn last_run(lab: &Lab) -> String {
    let runs = lab.patchform("run list --json").exits(0).out;
    let runs: serde_json::Value = serde_json::from_str(&runs).unwrap();
    runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_string()
}

#[test]
fn what_an_abandoned_run_left_failed() {
    let lab = broken("halt");
    lab.patchform("apply --auto-approve").exits(7);
    lab.patchform("run abandon").exits(0);
    assert_eq!([lab.read("a"), lab.read("b").trim().to_string()], ["1.1", "half"]);
    rejects(&lab, "halt", "b");
}

/// What a run learned is there after everything was taken back: what failed steps printed, what steps before them
/// printed, how long they took.
#[test]
fn what_a_run_learned_survives_its_way_back() {
    for (mode, then) in [("rollback_run", None), ("halt", Some("rollback")), ("halt", Some("run abandon"))] {
        let lab = broken(mode);
        let text = tower(mode, "1.1");
        let plain = "printf %s \\\"$PATCHFORM_LEVEL\\\" > \\\"$NAME\\\"";
        lab.write("main.pf.hcl", text.replacen(plain, &format!("{plain}; echo 815 files were read"), 1));
        lab.patchform("apply --auto-approve");
        if let Some(then) = then {
            lab.patchform(then).exits(0);
        }
        let story = lab.patchform("run show").exits(0);
        let story = story.says("4711 rows were moved").says("patch 1.0 → 1.1 done in");
        story.says("patch failed").says("exited with code 1");
        let json = lab.patchform("run show --json").exits(0).out;
        let lines: Vec<serde_json::Value> = json.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let printed = |address: &str, what: &str| {
            lines.iter().any(|l| {
                l["action"]["address"] == address
                    && l["action"]["leg"] == "forth"
                    && l["answer"]["output"].as_str().is_some_and(|o| o.contains(what))
            })
        };
        assert!(printed("command.a", "815 files were read"), "{mode}\n{json}");
        assert!(printed("command.b", "4711 rows were moved"), "{mode}\n{json}");
        let run = last_run(&lab);
        let outputs = std::fs::read_dir(lab.path(&format!(".patchform/runs/{run}/outputs"))).unwrap();
        let whole = outputs.flatten().filter_map(|o| std::fs::read_to_string(o.path().join("stdout")).ok());
        assert!(whole.into_iter().any(|text| text.contains("4711 rows")), "{mode}: its output in full");
    }
}

/// A first installation that failed leaves no record, and a level that was given up: the overview shows that.
#[test]
fn the_overview_shows_what_was_given_up_where_nothing_is_recorded() {
    let lab = Lab::new(&tower("rollback_run", "1.1"));
    lab.write("broken", "");
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(3);
    lab.patchform("show").exits(0).says("command.b").says("1.1 was given up by run");
    // Nor is the platform where it should be, though there is nothing to record.
    let nothing = lab.patchform("plan --refresh-only").exits(0).says("No changes.");
    nothing.does_not_say("declared levels");
}

/// The name in the configuration is not what failed.
#[test]
fn a_renamed_component_is_warned_of() {
    let lab = broken("rollback_component");
    lab.patchform("apply --auto-approve").exits(3);
    let renamed = tower("rollback_component", "1.1").replace("\"command\" \"b\"", "\"command\" \"c\"");
    lab.write("main.pf.hcl", &renamed);
    let flat = |ran: lab::Ran| (ran.out + &ran.err).split_whitespace().collect::<Vec<_>>().join(" ");
    let plan = flat(lab.patchform("plan").exits(0));
    assert!(plan.contains("1.1 was given up at command.b, which is not declared any more"), "{plan}");
    assert!(plan.contains("patchform state mv 'command.b' 'command.c'"), "{plan}");
    lab.patchform("state mv command.b command.c").exits(0);
    lab.patchform("plan").exits(0).says("1.1 was given up by run").does_not_say("not declared any more");
    // Another level is no news of that.
    lab.patchform("state mv command.c command.b").exits(0);
    lab.write("main.pf.hcl", renamed.replace("1.1", "1.2"));
    lab.patchform("plan").exits(0).does_not_say("given up");
}
