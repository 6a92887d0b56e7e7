//! What a tired person reads of a run that is stuck, or of which something is lost: what is wrong, what is not, and what to
//! do; and what a command finds in its environment who serves more than one purpose.

mod lab;

use lab::{Lab, Ran, files};

/// What was printed, without its line breaks.
fn flat(ran: Ran) -> String {
    (ran.out + &ran.err).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn has(text: &str, wanted: &str) {
    assert!(text.contains(wanted), "{wanted:?} was not said: {text}");
}

fn last_run(lab: &Lab) -> String {
    let runs: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().into()
}

/// b stands on a. While `broken` is there no restore works; `fails` is what the patch of b does at last.
fn platform(level: &str, fails: &str) -> String {
    let patch = format!("printf %s \"$PATCHFORM_LEVEL\" > \"$NAME\"; {fails}");
    let text = files(&[("a", level, "", ""), ("b", level, "command.a", &patch)]);
    let text = text.replace("if [ -f", "test -e broken && exit 1; if [ -f");
    let rollout = "rollout \"all\" {\n  on_failure = \"rollback_run\"\n}\n";
    format!("{rollout}{}", text.replace("  patch_level", "  rollout     = rollout.all\n  patch_level"))
}

fn applied() -> Lab {
    let lab = Lab::new(&platform("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab
}

#[test]
fn what_is_well_is_told_from_what_is_broken() {
    let lab = applied();
    lab.write("main.pf.hcl", platform("1.1", "exit 1"));
    lab.write("broken", "");
    let ended = flat(lab.patchform("apply --auto-approve").exits(4));
    has(&ended, "Emergency steps for command.b");
    has(&ended, "command.a is at its planned level, verified: nothing is wrong with it.");
    has(&ended, "command.a kept at 1.1");
    has(&ended, "command.b stuck between 1.0 → 1.1");
    let id = last_run(&lab);
    let told = lab.patchform("run show --json").exits(0).out;
    let told: serde_json::Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    let well = |i: usize| (&told["components"][i]["address"], &told["components"][i]["emergency"]["well"]);
    assert_eq!(well(0), (&"command.a".into(), &true.into()), "{told}");
    assert_eq!(well(1), (&"command.b".into(), &false.into()), "{told}");
    has(&flat(lab.patchform("rollback").exits(4)), "restore failed 5 times, lastly");
    // Each says what it does.
    let way_out = format!(
        "patchform run show {id} says what is to be repaired; then patchform rollback {id} takes back all that it changed, \
         or patchform resume {id} goes on where it stopped"
    );
    lab.write("main.pf.hcl", platform("1.2", ""));
    let planned = flat(lab.patchform("plan").exits(0));
    has(&planned, &format!("run {id}, which is stuck, holds it"));
    has(&planned, &way_out);
    let refused = flat(lab.patchform("apply --auto-approve").exits(6));
    has(&refused, &format!("it is stuck: repair what `patchform run show {id}` names"));
    has(&refused, &format!("`patchform rollback {id}` takes back all that it changed"));
    std::fs::remove_file(lab.path("broken")).unwrap();
    lab.patchform("rollback").exits(0);
    assert_eq!((lab.read("a"), lab.read("b")), ("1.0".into(), "1.0".into()));
}

/// A run in which a is well at 1.1, and b stuck: its snapshot is gone, so that no restore can ever work, and each one fails.
fn without_a_way_back() -> (Lab, String) {
    let config = |level: &str, fails: &str| {
        let text = platform(level, fails).replace("rollback_run", "rollback_component");
        text.replace("test -e broken && exit 1; ", "test -e $PATCHFORM_SNAPSHOT || exit 1; ")
    };
    let lab = Lab::new(&config("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.1", "rm -f b.*; exit 1"));
    let ended = flat(lab.patchform("apply --auto-approve").exits(4));
    has(&ended, "command.a done 1.0 → 1.1");
    has(&ended, "Emergency steps for command.b");
    (lab, ended)
}

/// What is printed is followed to the letter: `resume` ends the run, what is well stays.
#[test]
fn what_a_person_has_put_back_is_left_so_by_resume() {
    let (lab, ended) = without_a_way_back();
    let id = last_run(&lab);
    let way_out =
        "When it is repaired, to end the run and leave what is well at its new level: patchform resume";
    has(&ended, &format!("{way_out} {id}"));
    has(&flat(lab.patchform("resume").exits(4)), &format!("{way_out} {id}"));
    lab.write("b", "1.0");
    let told = flat(lab.patchform(&format!("resume {id}")).exits(3));
    has(&told, "command.a done 1.0 → 1.1");
    has(&told, "command.b restored back at 1.0");
    // What was looked at before it went on is no way back.
    let story = flat(lab.patchform("run show").exits(0));
    has(&story, "command.b read again: it is as it was before the run");
    has(&story, "command.b read again: it is not as it was before the run");
    assert_eq!(story.matches("command.b restored to 1.0").count(), 1, "{story}");
    assert!(!story.contains("read after going back"), "{story}");
    assert_eq!((lab.read("a"), lab.read("b")), ("1.1".into(), "1.0".into()));
    lab.patchform("plan").exits(0).says("given up");
}

/// … and `rollback` takes back what is well, too. Before b is repaired it makes nothing worse.
#[test]
fn what_a_person_has_put_back_lets_everything_else_go_back() {
    let (lab, ended) = without_a_way_back();
    let id = last_run(&lab);
    let way_out = format!("patchform rollback {id}");
    has(&ended, &format!("When it is repaired, to take back what is well, too: {way_out}"));
    let told = flat(lab.patchform("rollback").exits(4));
    has(&told, "1 stuck, 1 kept");
    has(&told, "command.a kept at 1.1");
    has(&told, "command.a is at its planned level, verified: nothing is wrong with it.");
    has(&told, "why command.b has to go back first, and could not be restored");
    has(&told, &format!("When it is repaired, to go on going back: {way_out}"));
    assert!(!told.contains("command.a it may differ"), "{told}");
    lab.write("b", "1.0");
    lab.patchform(&format!("rollback {id}")).exits(0).says("Restored");
    assert_eq!((lab.read("a"), lab.read("b")), ("1.0".into(), "1.0".into()));
}

/// Nobody puts it back: the run ends all the same, and what is well is recorded as that.
#[test]
fn a_run_without_a_way_back_is_let_go_with_what_is_well() {
    let (lab, _) = without_a_way_back();
    lab.patchform("rollback").exits(4);
    lab.patchform(&format!("run abandon {}", last_run(&lab))).exits(0);
    lab.patchform("state show command.a").exits(0).says("1.1");
    let plan = flat(lab.patchform("plan").exits(0));
    assert!(plan.contains("command.b") && !plan.contains("~ command.a"), "{plan}");
}

/// Nobody knows what a stored snapshot needs to be in force: that is not "nothing".
#[test]
fn a_restore_that_fails_does_not_say_that_nothing_is_needed() {
    let lab = applied();
    lab.write("main.pf.hcl", platform("1.1", ""));
    lab.patchform("apply --auto-approve").exits(0);
    let listed: serde_json::Value =
        serde_json::from_str(&lab.patchform("snapshot list --json").exits(0).out).unwrap();
    let of_b = |s: &&serde_json::Value| s["address"] == "command.b" && s["level"] == "1.0";
    let id = listed["snapshots"].as_array().unwrap().iter().find(of_b).unwrap()["id"].as_str().unwrap();
    lab.write("broken", "");
    let ended = flat(lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(4));
    assert!(!ended.contains("into force: nothing"), "{ended}");
    has(&ended, "Bring it into force, where it does not take that up by itself.");
}

/// What a restore printed that failed after its deadline is what a person needs.
#[test]
fn what_a_late_restore_printed_stands_in_the_emergency_steps() {
    let lab = applied();
    let late = "test -e broken && sleep 1.5 && echo no room left >&2; test -e broken && exit 4; if [ -f";
    let text = platform("1.1", "exit 1").replace("test -e broken && exit 1; if [ -f", late);
    lab.write("main.pf.hcl", text.replace("  patch_level", "  timeout     = \"1s\"\n  patch_level"));
    lab.write("broken", "");
    let ended = flat(lab.patchform("apply --auto-approve").exits(4));
    let steps = &ended[ended.find("Emergency steps for command.b").expect("it is stuck")..];
    has(steps, "exited with code 4");
    has(steps, "no room left");
}

/// The run before it is not shown in place of one whose plan is lost.
#[test]
fn the_last_run_is_the_last_although_its_plan_is_lost() {
    let lab = applied();
    lab.write("main.pf.hcl", platform("1.1", ""));
    lab.patchform("apply --auto-approve").exits(0);
    let id = last_run(&lab);
    let plan = format!(".patchform/runs/{id}/plan.json");
    std::fs::remove_file(lab.path(&plan)).unwrap();
    let shown = flat(lab.patchform("run show").exits(1));
    has(&shown, &format!("the plan of run {id}"));
    has(&shown, "is not there any more");
}

/// One program that serves every purpose is told which one.
#[test]
fn a_command_is_told_what_is_asked_of_it() {
    let text = r#"
component "command" "a" {
  patch_level = "1.0"
  read        = ["sh", "wrap"]
  digest      = ["sh", "wrap"]
  preview     = ["sh", "wrap"]
  patch       = ["sh", "wrap"]
  snapshot    = ["sh", "wrap"]
  restore     = ["sh", "wrap"]
  reload      = ["sh", "wrap"]
  verify      = ["sh", "wrap"]
  confirm        = ["sh", "-c", "echo $PATCHFORM_ACTION $PATCHFORM_SNAPSHOT >> confirms"]
  confirm_within = "60s"
}
"#;
    let wrap = "echo $PATCHFORM_ACTION >> asked\ncase $PATCHFORM_ACTION in\nread) cat a 2>/dev/null || true ;;\n\
                patch) printf %s $PATCHFORM_LEVEL > a ;;\nsnapshot) echo stored ;;\nesac\n";
    let lab = Lab::new(text);
    lab.write("wrap", wrap);
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    let asked = lab.read("asked");
    for purpose in ["read", "digest", "preview", "snapshot", "patch", "reload", "verify"] {
        assert!(asked.lines().any(|line| line == purpose), "{purpose}: {asked}");
    }
    assert!(asked.lines().all(|line| !line.is_empty()), "{asked}");
    assert_eq!(lab.read("confirms"), "patch stored\n");
}

/// A controller that is killed while it only looks: the step is named, and what goes on from it.
#[test]
fn a_look_that_was_cut_off_is_named() {
    let die = "  verify      = [\"sh\", \"-c\", \"[ ! -e die ] || kill -9 $(cat die)\"]\n  snapshot    = [";
    let config = |level: &str| files(&[("a", level, "", "")]).replace("  snapshot    = [", die);
    let lab = Lab::new(&config("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.1"));
    let script = format!("echo $$ > die; exec {} apply --auto-approve", env!("CARGO_BIN_EXE_patchform"));
    let ended = lab.command("/bin/sh".as_ref(), &["-c", &script]).output().unwrap();
    assert_eq!(ended.status.code(), None, "it was killed: {ended:?}");
    std::fs::remove_file(lab.path("die")).unwrap();
    let shown = flat(lab.patchform("run show").exits(0));
    has(&shown, "verify was begun and has not answered: `resume` does it again");
    lab.patchform("resume").exits(0);
}

/// b stands on a; what runs of each is noted by its reload. Restores fail while `broken` is there, and b cannot reach 1.1.
fn services(level: &str) -> String {
    let reload = "  reload      = [\"sh\", \"-c\", \"cp $NAME $NAME.runs\"]\n  read ";
    let verify = "test $(cat $NAME.runs) = $PATCHFORM_LEVEL && ! test -e $NAME.ill$PATCHFORM_LEVEL";
    let verify = format!("  verify      = [\"sh\", \"-c\", \"{verify}\"]\n");
    platform(level, "").replace("  read ", &format!("{verify}{reload}"))
}

/// A run in which a is well at 1.1, and b stuck between 1.0 and 1.1, since its restore failed.
fn stuck_services() -> Lab {
    let lab = Lab::new(&services("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", services("1.1"));
    lab.write("broken", "");
    lab.write("b.ill1.1", "");
    has(&flat(lab.patchform("apply --auto-approve").exits(4)), "command.a kept at 1.1");
    lab
}

/// What is well under something stuck, and was put back by hand, is not well at its new level any more; and what it takes to
/// be in force is not forgotten.
#[test]
fn what_is_kept_and_was_put_back_by_hand_is_not_called_well() {
    for resumed in [true, false] {
        let lab = stuck_services();
        lab.write("a", "1.0");
        if resumed {
            let told = flat(lab.patchform("resume").exits(4));
            assert!(!told.contains("command.a is at its planned level"), "{told}");
            has(&told, "command.a stuck back at 1.0");
            let shown = flat(lab.patchform("run show").exits(0));
            has(&shown, "command.a reads as before the run: it was put back by hand");
            assert!(!shown.contains("nothing is wrong"), "{shown}");
        }
        let ended = flat(lab.patchform("run abandon").exits(0));
        has(&ended, "command.a left back at 1.0");
        has(&ended, "command.a reload and verify are still to be done");
        let state = flat(lab.patchform("state show command.a").exits(0));
        has(&state, "reload and verify");
        assert!(!state.contains("1.1"), "{state}");
        lab.write("main.pf.hcl", services("1.0"));
        lab.patchform("apply --auto-approve").exits(5);
        assert_eq!((lab.read("a"), lab.read("a.runs")), ("1.0".into(), "1.0".into()), "{resumed}");
    }
}

/// Whoever lets go of a stuck run hears what became of it: that it could not be restored, why, and what is left to do there.
#[test]
fn what_could_not_be_restored_is_left_with_its_reason() {
    let lab = stuck_services();
    let ended = flat(lab.patchform("run abandon").exits(0));
    has(&ended, "command.b could not be restored, and was left so");
    has(&ended, "why restore failed 3 times, lastly");
    has(&ended, "command.b patch, reload and verify are still to be done");
    has(
        &ended,
        "A level that failed is not tried again. Declare another one, or: patchform allow 'command.b'",
    );
    assert!(!ended.contains("before it went back"), "{ended}");
    has(&flat(lab.patchform("plan").exits(0)), "it could not be restored, and was left so");
}

#[test]
fn only_what_was_not_done_on_the_way_back_is_owed() {
    let lab = Lab::new(&services("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", services("1.1"));
    // Ill at both: its way back is walked up to the verification.
    lab.write("b.ill1.1", "");
    lab.write("b.ill1.0", "");
    lab.patchform("apply --auto-approve").exits(4);
    assert_eq!((lab.read("b"), lab.read("b.runs")), ("1.0".into(), "1.0".into()));
    let ended = flat(lab.patchform("run abandon").exits(0));
    has(&ended, "why verify failed 3 times");
    has(&ended, "command.b verify is still to be done there");
}

/// Without a stored way back a person puts it back, and nothing of the run brings that into force: the steps say so, and the next
/// run does it.
#[test]
fn what_has_no_way_back_and_was_put_back_by_hand_owes_its_reload() {
    let irreversible = |level: &str| {
        let text = services(level).lines().filter(|line| !line.trim().starts_with("snapshot")).fold(
            String::new(),
            |text, line| match line.trim().starts_with("restore") {
                true => text,
                false => text + line + "\n",
            },
        );
        text.replace("  read ", "  lifecycle {\n    allow_irreversible = true\n  }\n  read ")
    };
    let lab = Lab::new(&irreversible("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", irreversible("1.1"));
    lab.write("b.ill1.1", "");
    let ended = flat(lab.patchform("apply --auto-approve").exits(4));
    has(&ended, "There is no stored way back: see by hand that it is at 1.0 again.");
    has(&ended, "Bring it into force: a restart of its service.");
    for name in ["a", "b"] {
        lab.write(name, "1.0");
    }
    // What stands on others comes first.
    lab.patchform("rollback").exits(4);
    let ended = flat(lab.patchform("rollback").exits(0));
    has(&ended, "command.b reload and verify are still to be done there: the next plan says so");
    assert_eq!(lab.read("b.runs"), "1.1");
    has(&flat(lab.patchform("state show command.b").exits(0)), "reload and verify, which run");
    lab.write("main.pf.hcl", irreversible("1.0"));
    has(&flat(lab.patchform("plan").exits(0)), "command.b");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!((lab.read("a.runs"), lab.read("b.runs")), ("1.0".into(), "1.0".into()));
    lab.patchform("plan --detailed-exitcode").exits(0);
}

/// What was kept and is changed by hand since is neither at its planned level nor as before: nobody calls it well.
#[test]
fn what_is_kept_and_reads_as_neither_is_not_called_well() {
    for end in ["rollback", "resume", "run abandon"] {
        let (lab, _) = without_a_way_back();
        let id = last_run(&lab);
        has(&flat(lab.patchform("rollback").exits(4)), "command.a kept at 1.1");
        lab.write("a", "by hand");
        let (code, told) = match end {
            "run abandon" => (0, flat(lab.patchform(&format!("run abandon {id}")).exits(0))),
            end => (4, flat(lab.patchform(&format!("{end} {id}")).exits(4))),
        };
        assert!(!told.contains("command.a is at its planned level"), "{end}: {told}");
        assert!(!told.contains("command.a kept"), "{end}: {told}");
        has(&told, "it reads neither as before the run nor as it was verified");
        if code == 0 {
            lab.patchform("state show command.a").exits(0).says("patch and verify");
            continue;
        }
        has(&told, "Emergency steps for command.a");
        has(&told, "2 stuck");
        // As it was verified again, it is well again.
        lab.write("a", "1.1");
        let told = flat(lab.patchform(&format!("{end} {id}")).exits(4));
        has(&told, "command.a kept at 1.1");
    }
}

/// The line is pasted as it stands, at 02:40.
/// What was printed to be done for one component.
fn steps_of<'a>(address: &str, printed: &'a str) -> &'a str {
    let of =
        |text: &&str| text.contains("\n  1. ") && text.lines().next().is_some_and(|l| l.contains(address));
    printed.split("\n\n").find(of).unwrap_or_else(|| panic!("no steps of {address}: {printed}"))
}

/// The lines that are to be pasted for it, in order.
fn lines(address: &str, printed: &str) -> Vec<String> {
    let there = "On this machine, in the folder of the configuration:\n";
    let to_next = |text: &str| {
        let next = (2..9).filter_map(|n| text.find(&format!("\n  {n}. "))).min();
        text[..next.or_else(|| text.find("\n\n")).unwrap_or(text.len())].to_string()
    };
    steps_of(address, printed).split(there).skip(1).map(to_next).collect()
}

fn paste(lab: &Lab, line: &str) {
    let pasted = std::process::Command::new("sh")
        .args(["-c", line])
        .env("SECRET_PW", "hunter2!")
        .current_dir(lab.path(""))
        .output()
        .unwrap();
    assert!(pasted.status.success(), "{line}\n{pasted:?}");
}

/// The way back has more steps than the restore: each that is one command is there to be pasted, with its environment and without
/// its secrets.
#[test]
fn the_lines_that_are_printed_bring_into_force_and_verify_by_hand() {
    let more = r#"  reload      = ["sh", "-c", "test -e jammed && exit 1; echo $PATCHFORM_LEVEL $PW $PATCHFORM_ACTION > loaded"]
  verify      = ["sh", "-c", "grep -qx \"1.0 $PW reload\" loaded"]
"#;
    let config = |level| {
        let text = files(&[("b", level, "", "")]).replace("  read ", &format!("{more}  read "));
        let text = text.replace("NAME = \"b\"", "NAME = \"b\", PW = var.pw");
        format!("variable \"pw\" {{\n  sensitive = true\n  default   = \"hunter2!\"\n}}\n{text}")
    };
    let lab = Lab::new(&config("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write(
        "main.pf.hcl",
        config("1.1").replace("test -e jammed", "[ $PATCHFORM_LEVEL = 1.0 ] && test -e jammed"),
    );
    lab.write("jammed", "");
    let ended = lab.patchform("apply --auto-approve").exits(4).out;
    assert!(!ended.contains("hunter2!"), "{ended}");
    let typed = lines("command.b", &ended);
    let [restore, reload, verify] = &typed[..] else { panic!("{typed:?}\n{ended}") };
    std::fs::remove_file(lab.path("jammed")).unwrap();
    for line in [restore, reload, verify] {
        paste(&lab, line);
    }
    assert_eq!([lab.read("b"), lab.read("loaded")], ["1.0", "1.0 hunter2! reload\n"]);
    // The same stands where the run is looked at again.
    assert_eq!(lines("command.b", &lab.patchform("run show").exits(0).out), typed);
}

/// What is well and had to stay has its lines, too; what has no snapshot is told so, and nothing to type takes it away.
#[test]
fn the_steps_of_what_was_kept_and_of_what_has_no_snapshot() {
    let lab = applied();
    lab.write("main.pf.hcl", platform("1.1", "exit 1"));
    lab.write("broken", "");
    let ended = lab.patchform("apply --auto-approve").exits(4).out;
    let [restore] = &lines("command.a", &ended)[..] else { panic!("{ended}") };
    std::fs::remove_file(lab.path("broken")).unwrap();
    paste(&lab, restore);
    assert_eq!(lab.read("a"), "1.0");
    // b halts; c, which stands on it and has not begun, is changed meanwhile.
    let config = |level| {
        let broken = "test -e ok && printf %s $PATCHFORM_LEVEL > $NAME";
        let text = files(&[("b", level, "", broken), ("c", level, "command.b", "")]);
        let text = text.replace("  patch_level", "  rollout     = rollout.all\n  patch_level");
        format!("rollout \"all\" {{\n  on_failure = \"halt\"\n}}\n{text}")
    };
    let lab = Lab::new(&config("1.0"));
    lab.write("ok", "");
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    std::fs::remove_file(lab.path("ok")).unwrap();
    lab.write("main.pf.hcl", config("1.1"));
    lab.patchform("apply --auto-approve").exits(7);
    lab.write("c", "1.05");
    let ended = lab.patchform("rollback").exits(4);
    let noted: Vec<&str> = ended.err.split_whitespace().collect();
    has(&noted.join(" "), "command.c stands at 1.05 now: neither as before");
    let ended = ended.out;
    has(&ended, "This run took no snapshot of it: see by hand that it is at 1.0 again.");
    assert!(!steps_of("command.c", &ended).contains("cp \"$PATCHFORM_SNAPSHOT\""), "{ended}");
}

#[test]
fn the_line_that_is_printed_takes_a_patch_out_by_hand() {
    let uninstall = r#"  uninstall   = ["sh", "-c", "test -e broken && exit 1; printf %s \"$PATCHFORM_LEVEL\" > \"$NAME\""]
"#;
    let config = |level, patch| {
        let text = files(&[("b", level, "", patch)]).replace("  read ", &format!("{uninstall}  read "));
        let kept: Vec<&str> =
            text.lines().filter(|l| !l.contains("snapshot  ") && !l.contains("restore  ")).collect();
        kept.join("\n") + "\n"
    };
    let lab = Lab::new(&config("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.1", "printf half > $NAME; exit 1"));
    lab.write("broken", "");
    let ended = lab.patchform("apply --auto-approve").exits(4).out;
    let typed = lines("command.b", &ended);
    let [uninstall] = &typed[..] else { panic!("{typed:?}\n{ended}") };
    std::fs::remove_file(lab.path("broken")).unwrap();
    assert_eq!(lab.read("b"), "half");
    paste(&lab, uninstall);
    assert_eq!(lab.read("b"), "1.0");
}

#[test]
fn the_line_that_is_printed_restores_by_hand() {
    let lab = Lab::new(&platform("1.0", "").replace("NAME = \"b\"", "NAME = \"b\", ODD = \"it's $HOME\""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    // It wants to know the level, and has two lines.
    let reads = "[ $PATCHFORM_LEVEL = 1.0 ] || exit 1\\n[ $PATCHFORM_TOKEN -ge 1 ] || exit 75\\nprintf %s \\\"$ODD\\\" >odd; test -e broken && echo the robot is jammed";
    let config = platform("1.1", "exit 1")
        .replace("NAME = \"b\"", "NAME = \"b\", ODD = \"it's $HOME\"")
        .replace("test -e broken", reads);
    lab.write("main.pf.hcl", config);
    lab.write("broken", "");
    let ended = lab.patchform("apply --auto-approve").exits(4).out;
    assert!(steps_of("command.b", &ended).contains("│ the robot is jammed"), "{ended}");
    let typed = lines("command.b", &ended);
    std::fs::remove_file(lab.path("broken")).unwrap();
    std::fs::remove_file(lab.path("odd")).unwrap();
    assert_eq!(lab.read("b"), "1.1");
    let [restore] = &typed[..] else { panic!("{typed:?}") };
    paste(&lab, restore);
    assert_eq!([lab.read("b"), lab.read("odd")], ["1.0", "it's $HOME"], "{restore}");
    lab.patchform("rollback").exits(0);
    lab.patchform("plan").exits(0).says("given up");
}
