//! The dead man's switch through the binary: a patch that nobody confirms over a new connection goes back by itself,
//! whether its controller is cut off, killed or back in time; and the run ends in a state that says so.

mod lab;

use lab::{Lab, Ran};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A file whose content is its level, patched under a dead man's switch.
struct Component {
    patch: &'static str,
    restore: &'static str,
    confirm: Option<&'static str>,
    /// Empty: there is no switch.
    within: &'static str,
}

impl Default for Component {
    fn default() -> Component {
        Component {
            patch: "printf 2 > file",
            restore: "echo $PATCHFORM_ACTION_ID >> restores; cp $PATCHFORM_SNAPSHOT file",
            confirm: None,
            within: "3s",
        }
    }
}

impl Component {
    /// A lab in which the file stands at level 1, and is to be patched to level 2.
    fn lab(&self) -> Lab {
        let Component { patch, restore, within, .. } = self;
        let confirm = self.confirm.map(|script| format!("confirm = [\"sh\", \"-c\", \"{script}\"]"));
        let within = Some(*within).filter(|time| !time.is_empty());
        let within = within.map_or(String::new(), |time| format!("confirm_within = \"{time}\""));
        let lab = Lab::new(&format!(
            r#"
component "command" "a" {{
  patch_level = "2"
  read        = ["cat", "file"]
  patch       = ["sh", "-c", "{patch}"]
  snapshot    = ["sh", "-c", "cp file old; echo old"]
  restore     = ["sh", "-c", "{restore}"]
  {within}
  {}
}}
"#,
            confirm.unwrap_or_default()
        ));
        lab.write("file", "1");
        lab.patchform("init").exits(0);
        lab
    }
}

fn begin(lab: &Lab) -> Child {
    let mut command = lab.patchform_command("apply --auto-approve");
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("patchform starts")
}

fn kill(mut controller: Child) {
    controller.kill().expect("it is killed");
    controller.wait().expect("it ends");
}

/// Begins a run, and kills its controller when the file has a content.
#[track_caller]
fn killed_at(lab: &Lab, content: &str) {
    let controller = begin(lab);
    becomes(lab, content);
    kill(controller);
}

/// Waits until the file has a content.
#[track_caller]
fn becomes(lab: &Lab, content: &str) {
    let until = Instant::now() + Duration::from_secs(30);
    while lab.read("file") != content {
        assert!(Instant::now() < until, "the file is still {:?}", lab.read("file"));
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until a file is there.
#[track_caller]
fn exists(lab: &Lab, name: &str) {
    let until = Instant::now() + Duration::from_secs(30);
    while !lab.path(name).exists() {
        assert!(Instant::now() < until, "{name} does not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What was printed, without its line breaks.
struct Said(String);

impl Said {
    fn of(ran: &Ran) -> Said {
        Said(ran.out.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    #[track_caller]
    fn says(self, text: &str) -> Said {
        assert!(self.0.contains(text), "{text:?} was not said: {}", self.0);
        self
    }
}

/// How often `restore` was run by the switch, and in all.
fn restores(lab: &Lab) -> (usize, usize) {
    let all = lab.read("restores");
    (all.lines().filter(|id| id.ends_with(".revert")).count(), all.lines().count())
}

#[test]
fn a_patch_that_is_confirmed_stays() {
    let lab = Component { confirm: Some("grep -q 2 file"), ..Component::default() }.lab();
    let ran = lab.patchform("plan");
    Said::of(&ran).says("unless it is confirmed within 3s, the target goes back by itself");
    lab.patchform("apply --auto-approve").exits(0);
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!((lab.read("file").as_str(), restores(&lab)), ("2", (0, 0)));
    lab.patchform("plan --detailed-exitcode").exits(0);
}

#[test]
fn a_patch_that_cuts_off_its_controller_goes_back_in_time() {
    // Nothing comes back over the new connection.
    let lab = Component { confirm: Some("sleep 60"), ..Component::default() }.lab();
    let controller = begin(&lab);
    becomes(&lab, "2");
    let patched = Instant::now();
    becomes(&lab, "1");
    assert!(patched.elapsed() < Duration::from_secs(6), "{:?}", patched.elapsed());
    assert_eq!(restores(&lab).0, 1);
    let ended = controller.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(3));
    let run = lab.patchform("run show").says("restored");
    Said::of(&run)
        .says("its `confirm`, `sh -c 'sleep 60'`, did not end in time")
        .says("its dead man's switch took it back");
    // It was tried and went back: it is not tried again by itself.
    lab.patchform("plan").says("patchform allow");
}

#[test]
fn a_check_that_fails_over_the_new_connection_takes_it_back_at_once() {
    let confirm = Some("echo no way in; exit 1");
    let lab = Component { confirm, within: "10m", ..Component::default() }.lab();
    let asked = Instant::now();
    let ran = lab.patchform("apply --auto-approve").exits(3);
    Said::of(&ran).says("exited with code 1: no way in").says("its dead man's switch took it back");
    assert!(asked.elapsed() < Duration::from_secs(60));
    assert_eq!((lab.read("file").as_str(), restores(&lab).0), ("1", 1));
}

#[test]
fn a_patch_that_fails_goes_back_at_once_and_one_that_refuses_does_not() {
    let patch = "printf half > file; exit 9";
    let lab = Component { patch, within: "10m", ..Component::default() }.lab();
    lab.patchform("apply --auto-approve").exits(3).says("exited with code 9");
    assert_eq!((lab.read("file").as_str(), restores(&lab).0), ("1", 1));
    let lab = Component { patch: "exit 75", within: "10m", ..Component::default() }.lab();
    let refused = lab.patchform("apply --auto-approve").exits(3).says("exited with code 75");
    // What this run did not change it has not brought back either.
    Said::of(&refused).says("Failed before anything was changed there").says("untouched not changed, was 1");
    refused.does_not_say("back at").does_not_say("estored");
    assert_eq!((lab.read("file").as_str(), restores(&lab)), ("1", (0, 0)));
}

#[test]
fn a_killed_controller_leaves_a_target_that_goes_back_by_itself() {
    // In the middle of its command, and after it.
    for (patch, at) in [("printf half > file; sleep 60; printf 2 > file", "half"), ("printf 2 > file", "2")] {
        let lab = Component { patch, confirm: Some("sleep 60"), ..Component::default() }.lab();
        let controller = begin(&lab);
        becomes(&lab, at);
        let patched = Instant::now();
        kill(controller);
        // Nobody returns.
        becomes(&lab, "1");
        assert!(patched.elapsed() < Duration::from_secs(6), "{:?}", patched.elapsed());
        assert_eq!(restores(&lab), (1, 1));
        let ran = lab.patchform("resume").exits(3);
        Said::of(&ran).says("its controller was lost").says("its dead man's switch took it back");
        assert_eq!(lab.read("file"), "1");
        lab.patchform("run list").says("restored");
        lab.patchform("plan").says("patchform allow");
    }
}

/// Whoever takes the run up hears how the patch ended, and not only that nobody was there.
#[test]
fn how_a_patch_failed_is_known_to_who_returns() {
    let patch = "printf half > file; sleep 1; echo no space >&2; exit 9";
    let lab = Component { patch, ..Component::default() }.lab();
    killed_at(&lab, "half");
    becomes(&lab, "1");
    let ran = lab.patchform("resume").exits(3);
    Said::of(&ran).says("exited with code 9; its dead man's switch took it back").says("no space");
}

#[test]
fn a_controller_that_returns_in_time_confirms() {
    let patch = "printf half > file; sleep 0.5; printf 2 > file";
    let lab =
        Component { patch, confirm: Some("grep -q 2 file"), within: "20s", ..Component::default() }.lab();
    killed_at(&lab, "half");
    lab.patchform("resume").exits(0);
    assert_eq!((lab.read("file").as_str(), restores(&lab)), ("2", (0, 0)));
    lab.patchform("plan --detailed-exitcode").exits(0);
}

#[test]
fn a_rollback_finds_it_gone_back() {
    let lab = Component { confirm: Some("sleep 60"), ..Component::default() }.lab();
    killed_at(&lab, "2");
    lab.patchform("rollback").exits(0);
    assert_eq!(lab.read("file"), "1");
}

#[test]
fn a_way_back_that_fails_by_itself_and_by_hand_is_stuck() {
    let restore = "echo $PATCHFORM_ACTION_ID >> restores; echo no room; exit 1";
    let lab = Component { restore, confirm: Some("exit 1"), ..Component::default() }.lab();
    let ran = lab.patchform("apply --auto-approve").exits(4);
    Said::of(&ran)
        .says("its dead man's switch ran `restore`, which exited with code 1: no room")
        .says("Emergency");
    assert_eq!((lab.read("file").as_str(), restores(&lab).0), ("2", 1));
}

#[test]
fn what_cannot_go_back_by_itself_is_refused_before_anything() {
    let lab = Lab::new(
        "component \"command\" \"a\" {\n  patch_level = \"2\"\n  read = [\"cat\", \"file\"]\n  patch = [\"true\"]\n  \
         confirm_within = \"soon\"\n  confirm = [\"true\"]\n}\n",
    );
    lab.patchform("validate").exits(1).says("\"soon\" is no period").says("nothing that could go back");
}

// ------------------------------------------------------------------ a run that is abandoned

/// Blocks its confirmation until somebody is back.
const UNTIL_BACK: Option<&str> = Some("test -f back || sleep 60");
/// Goes on until it is let.
const UNTIL_GO: &str =
    "printf half > file; while [ ! -f go ]; do sleep 0.02; done; printf %s $PATCHFORM_LEVEL > file";

/// The names of the decisions that lie about, of every switch that was ever armed.
fn decisions(lab: &Lab) -> Vec<String> {
    let mut work = vec![lab.path(".patchform")];
    let mut found = Vec::new();
    while let Some(folder) = work.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_dir() {
                work.push(entry.path());
            } else if ["armed", "confirmed", "reverting"].contains(&name.as_str()) {
                found.push(name);
            }
        }
    }
    found
}

#[test]
fn abandoning_a_run_decides_the_switches_that_it_left_armed() {
    let lab = Component { confirm: UNTIL_BACK, within: "10m", ..Component::default() }.lab();
    killed_at(&lab, "2");
    assert_eq!(decisions(&lab), ["armed"]);
    lab.write("back", "");
    let ended = lab.patchform("run abandon").exits(0).does_not_say("tuck").does_not_say("Emergency");
    // It was confirmed: nobody failed to restore anything.
    Said::of(&ended).says("Abandoned: the run ended as it stood").says("1 left");
    Said::of(&ended)
        .says("the run was abandoned after patch was done, before verify")
        .says("if that is wanted");
    assert_eq!((decisions(&lab), lab.read("file").as_str()), (vec!["confirmed".into()], "2"));
    // One whose patch failed goes back now, and not when somebody has patched it anew.
    let patch = "touch began; while [ ! -f go ]; do sleep 0.02; done; printf half > file; exit 9";
    let lab = Component { patch, within: "10m", ..Component::default() }.lab();
    let controller = begin(&lab);
    exists(&lab, "began");
    kill(controller);
    lab.write("go", "");
    becomes(&lab, "half");
    let left = lab.patchform("run abandon");
    if left.code == 7 {
        // Its shell had not ended yet.
        lab.patchform("run abandon").exits(0);
    }
    assert_eq!((decisions(&lab), lab.read("file").as_str()), (vec!["reverting".into()], "1"));
    lab.patchform("run list").says("abandoned");
}

#[test]
fn a_run_whose_patch_still_runs_is_not_abandoned_unless_that_is_accepted_by_name() {
    let lab = Component { patch: UNTIL_GO, within: "10m", ..Component::default() }.lab();
    killed_at(&lab, "half");
    let ran = lab.patchform("run abandon").exits(7).says("command.a");
    let err = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(err.contains("was not abandoned") && err.contains("--leave-running 'command.a'"), "{err}");
    let folder = std::fs::read_dir(lab.path(".patchform/actions")).unwrap();
    let names: Vec<String> = folder.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert!(
        names.iter().any(|name| err.contains(&format!("its folder is actions/{name}"))),
        "{names:?}: {err}"
    );
    lab.patchform("run list").says("open");
    lab.patchform("apply --auto-approve").exits(6);
    lab.patchform("run abandon --leave-running command.b").exits(1).says("does not change command.b");
    lab.write("go", "");
    becomes(&lab, "2");
    while lab.patchform("run abandon").code == 7 {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(decisions(&lab), ["confirmed"]);
}

/// Where somebody removed what tells of the switch, its watchdog still lives, and will act.
#[test]
fn a_run_whose_watchdog_lives_is_not_abandoned_where_its_trace_was_removed() {
    let lab = Component { patch: UNTIL_GO, within: "4s", ..Component::default() }.lab();
    killed_at(&lab, "half");
    std::fs::remove_dir_all(lab.path(".patchform/actions")).unwrap();
    lab.patchform("run abandon").exits(7).says("command.a");
    lab.write("go", "");
    becomes(&lab, "2");
    if lab.read("file") == "2" {
        let ran = lab.patchform("run abandon");
        assert!(ran.code == 7 || lab.read("file") == "1", "{ran:?}");
    }
    becomes(&lab, "1");
    let until = Instant::now() + Duration::from_secs(30);
    while lab.patchform("run abandon").code == 7 {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(lab.read("file"), "1");
    lab.patchform("run list").says("abandoned");
}

/// Whoever took the run up finds at once that the patch has ended, however long it had gone on: it is confirmed in time.
#[test]
fn a_patch_that_ends_late_is_confirmed_by_who_resumed_the_run() {
    let lab = Component { patch: UNTIL_GO, within: "14s", ..Component::default() }.lab();
    killed_at(&lab, "half");
    let resumed = lab.patchform_command("resume").spawn().unwrap();
    // Looks that are further and further apart would come at 7 and at 15 seconds.
    std::thread::sleep(Duration::from_millis(8_500));
    lab.write("go", "");
    assert!(resumed.wait_with_output().unwrap().status.success());
    assert_eq!((decisions(&lab), lab.read("file").as_str()), (vec!["confirmed".into()], "2"));
}

/// It ends the patch before it goes back, also where nobody can read any more which process that is.
#[test]
fn a_watchdog_ends_the_patch_whose_trace_was_removed() {
    let lab = Component { patch: UNTIL_GO, within: "3s", ..Component::default() }.lab();
    killed_at(&lab, "half");
    std::fs::remove_dir_all(lab.path(".patchform/actions")).unwrap();
    becomes(&lab, "1");
    lab.write("go", "");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(lab.read("file"), "1", "the patch went on beside it");
}

/// The controller was killed between the two: the switch is armed for a patch that never began.
#[test]
fn a_switch_without_a_patch_is_in_nobodys_way_once_its_run_has_ended() {
    let lab = Component { within: "60s", ..Component::default() }.lab();
    let mut killed = lab.patchform_command("apply --auto-approve");
    // The first is that of the snapshot.
    killed.env("PATCHFORM_FAILPOINT", "detached.start#2=kill").output().unwrap();
    assert_eq!(lab.read("file"), "1");
    assert!(
        lab.path(".patchform/actions")
            .read_dir()
            .unwrap()
            .flatten()
            .any(|e| e.path().join("switch/armed").exists())
    );
    lab.patchform("rollback").exits(0);
    let begun = Instant::now();
    lab.patchform("plan").exits(0).does_not_say("still runs").says("1 to change");
    lab.patchform("apply --auto-approve").exits(0);
    assert!(begun.elapsed() < Duration::from_secs(40), "it was waited for");
    assert_eq!(lab.read("file"), "2");
}

/// What is told ends the patch; its dead man's switch lives, and takes it back.
#[test]
fn a_patch_that_hangs_is_ended_and_its_watchdog_is_not() {
    let lab = Component { patch: UNTIL_GO, within: "4s", ..Component::default() }.lab();
    killed_at(&lab, "half");
    std::fs::remove_dir_all(lab.path(".patchform/actions")).unwrap();
    let said = lab.patchform("run abandon").exits(7).err.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = said.split('`').find(|part| part.starts_with("pgrep ")).expect("it says how");
    let ended = format!("kill -s KILL -- -$({line})");
    assert!(std::process::Command::new("sh").args(["-c", &ended]).status().unwrap().success(), "{ended}");
    // Nothing but the switch could do that.
    becomes(&lab, "1");
}

/// The state knows no level of anything, whatever is to be done there.
fn nothing_recorded(lab: &Lab) {
    let state: serde_json::Value = serde_json::from_str(&lab.read("patchform.state.json")).unwrap();
    assert_eq!(state["records"], serde_json::json!([]), "{state}");
}

/// What is read while an old action goes on is not the truth: nobody records it, plans by it, or acts beside it.
#[test]
fn what_reads_while_an_abandoned_run_goes_on_is_not_believed() {
    let lab = Component { patch: UNTIL_GO, within: "", ..Component::default() }.lab();
    // What stands on it waits, too.
    let above = lab::files(&[("b", "1", "command.a", "")]);
    lab.write("main.pf.hcl", lab.read("main.pf.hcl") + &above);
    killed_at(&lab, "half");
    let ran = lab.patchform("run abandon --leave-running command.a").exits(0);
    let ran = ran.says("1. End what still goes on of it, before anything else.");
    let err = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(err.contains("command.a") && err.contains("may still run"), "{err}");
    lab.patchform("run show").says("left running: command.a");
    let plan = lab.patchform("plan --detailed-exitcode").exits(2);
    Said::of(&plan)
        .says("what it reads now need not stay")
        .says("still runs")
        .says("wait until that has ended");
    lab.patchform("plan --json").exits(0).says("\"unsettled\"");
    Said::of(&lab.patchform("apply --auto-approve").exits(5)).says("need not stay").says("command.b");
    Said::of(&lab.patchform("apply --refresh-only --auto-approve")).says("need not stay");
    nothing_recorded(&lab);
    assert_eq!((lab.read("file").as_str(), lab.read("b").as_str()), ("half", ""));
    lab.write("go", "");
    // It has ended: what it left is what a new run begins with.
    lab.write("main.pf.hcl", lab.read("main.pf.hcl").replace("= \"2\"", "= \"3\""));
    let mut ran = lab.patchform("apply --auto-approve");
    while ran.code == 5 {
        std::thread::sleep(Duration::from_millis(20));
        ran = lab.patchform("apply --auto-approve");
    }
    ran.exits(0);
    assert_eq!((lab.read("file").as_str(), lab.read("b").as_str()), ("3", "1"));
}

/// It stands at the declared level, and will not stay there.
#[test]
fn what_reads_while_a_switch_is_armed_is_not_believed() {
    let lab = Component { confirm: UNTIL_BACK, within: "10s", ..Component::default() }.lab();
    killed_at(&lab, "2");
    lab.patchform("run abandon --leave-running command.a").exits(0);
    let plan = lab.patchform("plan");
    if lab.read("file") == "2" {
        Said::of(&plan).says("dead man's switch").says("is armed, and takes it back in");
    }
    lab.patchform("apply --auto-approve");
    becomes(&lab, "1");
    while Said::of(&lab.patchform("plan").exits(0)).0.contains("need not stay") {
        std::thread::sleep(Duration::from_millis(20));
    }
    nothing_recorded(&lab);
    assert_eq!((decisions(&lab), restores(&lab)), (vec!["reverting".into()], (1, 1)));
    lab.patchform("plan").exits(0).says("1 → 2");
}

/// A person who comes back to a killed controller sees what was going on, and that the target may act by itself.
#[test]
fn what_was_going_on_and_what_goes_off_by_itself_is_shown() {
    let patch = "printf 2 > file; while ! test -e go; do sleep 0.05; done";
    for (within, switch) in [("5m", true), ("", false)] {
        let lab = Component { patch, within, ..Component::default() }.lab();
        killed_at(&lab, "2");
        let shown = lab.patchform("run show").exits(0);
        let asked = "patch was begun and has not answered: `resume` and `rollback` first ask how far it came";
        let said = Said::of(&shown).says(asked);
        let goes_off = "begun under a dead man's switch of 5m: unless `resume` or `rollback` decided it before, its target \
                        goes back, or went back, by itself about 20";
        assert_eq!(said.0.contains(goes_off), switch, "{}", said.0);
        assert_eq!(said.0.contains("dead man"), switch, "{}", said.0);
        let told = lab.patchform("run show --json").exits(0);
        assert!(told.out.lines().last().unwrap().contains("patch was begun"), "{}", told.out);
        lab.write("go", "");
        lab.patchform("rollback").exits(0);
        assert_eq!(lab.read("file"), "1");
        Said::of(&lab.patchform("run show").exits(0)).says("restored");
        lab.patchform("run show").exits(0).does_not_say("has not answered");
    }
}
