//! What was left running stays in the way under whatever name its component has by now.

use super::{Lab, flat};
use std::process::Stdio;
use std::time::{Duration, Instant};

const ACT: &str = r#"case $PATCHFORM_ACTION in
read) cat lv ;;
patch)
  if [ -e slow ]; then
    rm slow; echo half > lv
    i=0; while [ ! -e go ] && [ $i -lt 2000 ]; do i=$((i + 1)); sleep 0.05; done
  fi
  echo $PATCHFORM_LEVEL > lv
  if [ -e go ]; then touch over; fi ;;
snapshot) cp lv $PATCHFORM_SNAPSHOT; echo $PATCHFORM_SNAPSHOT ;;
restore) cp $PATCHFORM_SNAPSHOT lv ;;
esac
"#;

fn declared(name: &str, level: &str, target: &str, claims: &str, more: &str) -> String {
    let action = |action: &str| format!("  {action} = [\"sh\", \"act\"]\n");
    let actions = ["read", "patch", "snapshot", "restore"].map(action).concat();
    format!(
        "component \"command\" \"{name}\" {{\n  patch_level = \"{level}\"\n  target = \"{target}\"\n  claims = [{claims}]\n{actions}}}\n{more}"
    )
}

/// The patch of command.a to level 2 was let go of while it ran; it goes on until `go` is there.
fn left_running(claims: &str) -> Lab {
    let lab = Lab::new(&declared("a", "1", "switch-1", claims, ""));
    lab.write("act", ACT);
    lab.write("lv", "1\n");
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", declared("a", "2", "switch-1", claims, ""));
    leaves_running(&lab);
    lab
}

/// The patch of command.a is let go of while it runs.
fn leaves_running(lab: &Lab) {
    lab.write("slow", "");
    let mut apply = lab.patchform_command("apply --auto-approve");
    let mut apply = apply.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while lab.read("lv") != "half\n" {
        assert!(begun.elapsed() < Duration::from_secs(60), "the patch did not begin");
        std::thread::sleep(Duration::from_millis(20));
    }
    apply.kill().unwrap();
    apply.wait().unwrap();
    lab.patchform("run abandon --leave-running command.a").exits(0);
}

/// Lets what was left running end.
fn ends(lab: &Lab) {
    lab.write("go", "");
    let begun = Instant::now();
    while !lab.path("over").exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the patch did not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    // Its wrapper writes down that it has ended.
    std::thread::sleep(Duration::from_millis(500));
}

/// It is in the way, and once it has ended the component gets its level, which stays.
fn is_in_the_way(lab: &Lab, name: &str) {
    flat(lab.patchform("plan").exits(0)).says("need not stay").says("still runs");
    lab.patchform("apply --auto-approve");
    assert_eq!(lab.read("lv"), "half\n", "nothing begins beside it");
    ends(lab);
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("lv"), "3\n");
    lab.patchform("plan --detailed-exitcode").exits(0);
    lab.patchform(&format!("state show command.{name}")).exits(0).says("3");
}

const MOVED: &str = "moved {\n  from = command.a\n  to = command.b\n}\n";
const CLAIM: &str = "\"path:/a\"";

#[test]
fn what_was_left_running_is_in_the_way_after_moved() {
    let lab = left_running("");
    lab.write("main.pf.hcl", declared("b", "3", "switch-1", "", MOVED));
    flat(lab.patchform("plan").exits(0))
        .says("when this was command.a")
        .says("patchform state rm 'command.a'");
    is_in_the_way(&lab, "b");
}

#[test]
fn what_was_left_running_is_in_the_way_after_state_mv() {
    let lab = left_running("");
    lab.patchform("state mv command.a command.b").exits(0);
    lab.write("main.pf.hcl", declared("b", "3", "switch-1", "", ""));
    flat(lab.patchform("plan").exits(0)).says("when this was command.a");
    is_in_the_way(&lab, "b");
}

#[test]
fn what_was_left_running_is_in_the_way_where_its_target_has_another_name() {
    let lab = left_running(CLAIM);
    lab.write("main.pf.hcl", declared("a", "3", "switch-1.example", CLAIM, ""));
    is_in_the_way(&lab, "a");
}

/// Declared under another name without a word of the old one: what both claim says that they are the same.
#[test]
fn what_was_left_running_is_in_the_way_of_whatever_claims_the_same() {
    let lab = left_running(CLAIM);
    lab.write("main.pf.hcl", declared("b", "3", "switch-1", CLAIM, ""));
    is_in_the_way(&lab, "b");
}

/// What never ends is let go of by name.
#[test]
fn what_was_left_running_and_never_ends_is_forgotten_by_name() {
    let lab = left_running("");
    lab.patchform("state mv command.a command.b").exits(0);
    lab.write("main.pf.hcl", declared("b", "3", "switch-1", "", ""));
    flat(lab.patchform("plan").exits(0)).says("patchform state rm 'command.b'");
    lab.patchform("state rm command.b").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("lv"), "3\n");
    ends(&lab);
}

/// Nothing that is declared needs its provider any more.
#[test]
fn what_was_left_running_is_not_forgotten_with_the_last_of_its_kind() {
    let lab = left_running(CLAIM);
    lab.write("main.pf.hcl", "");
    flat(lab.patchform("apply --auto-approve").exits(5))
        .says("It was left running when this was command.a")
        .says("patchform state rm 'command.a'");
    lab.write("main.pf.hcl", declared("b", "3", "switch-1", CLAIM, ""));
    is_in_the_way(&lab, "b");
}

/// A snapshot, or a restore, of the whole system takes along whatever goes on there.
#[test]
fn what_was_left_running_is_in_the_way_of_what_takes_its_target_along() {
    let lab = left_running(CLAIM);
    lab.write("lv.s", "1\n");
    lab.write("act.s", ACT.replace("lv", "lv.s"));
    let both = |level: &str, covers: &str| {
        let system = declared("s", level, "switch-1", "\"path:/s\"", "");
        let system =
            system.replace("\"act\"", "\"act.s\"").replace("  target", &format!("  {covers}\n  target"));
        lab.write("main.pf.hcl", declared("a", "3", "switch-1", CLAIM, &system));
    };
    let whole = "covers = [\"system\"]";
    both("2", whole);
    flat(lab.patchform("apply --auto-approve").exits(5))
        .says("takes along what was left running there: command.a")
        .says("wait until that has ended");
    assert_eq!((lab.read("lv.s"), lab.read("lv")), ("1\n".into(), "half\n".into()));
    // What stays within its claims goes on beside it.
    both("2", "");
    lab.patchform("apply --auto-approve --target command.s").exits(0);
    assert_eq!(lab.read("lv.s"), "2\n");
    both("3", whole);
    ends(&lab);
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!((lab.read("lv.s"), lab.read("lv")), ("3\n".into(), "3\n".into()));
}

/// A component that names no claims may change anything on its target, and so may one whose snapshot holds the whole system.
#[test]
fn what_was_left_running_is_in_the_way_of_what_may_change_anything() {
    let system = format!("{CLAIM}]\n  covers = [\"system\"");
    for (old, new) in [("", ""), ("", "\"path:/z\""), (CLAIM, ""), (system.as_str(), "\"path:/z\"")] {
        let lab = left_running(old);
        lab.write("main.pf.hcl", declared("z", "3", "switch-1", new, ""));
        flat(lab.patchform("apply --auto-approve").exits(5)).says("may change anything").says("command.a");
        assert_eq!(lab.read("lv"), "half\n", "{old} {new}: nothing begins beside it");
        ends(&lab);
        lab.patchform("apply --auto-approve").exits(0);
        assert_eq!(lab.read("lv"), "3\n");
    }
}

/// What was left running after a plan was saved is not in it.
#[test]
fn what_was_left_running_since_a_plan_was_saved_is_in_its_way() {
    let saved = |old: &str, new: &str, covers: &str| {
        let lab = Lab::new(&declared("a", "1", "switch-1", old, ""));
        lab.write("act", ACT);
        lab.write("act.z", ACT.replace("lv", "lv.z"));
        lab.write("lv", "1\n");
        lab.write("lv.z", "1\n");
        lab.patchform("init").exits(0);
        lab.patchform("apply --auto-approve").exits(0);
        let z = declared("z", "3", "switch-1", new, "").replace("\"act\"", "\"act.z\"");
        let z = z.replace("  target", &format!("  {covers}\n  target"));
        lab.write("main.pf.hcl", declared("a", "1", "switch-1", old, &z));
        lab.patchform("plan --target command.z --out p.plan").exits(0);
        lab.write("main.pf.hcl", declared("a", "2", "switch-1", old, ""));
        leaves_running(&lab);
        lab
    };
    for (old, new, covers) in [
        (CLAIM, "", ""),
        (CLAIM, "\"path:/z\"", "covers = [\"system\"]"),
        ("\"path:/b\", \"path:/z\"", "\"path:/z\"", ""),
    ] {
        let lab = saved(old, new, covers);
        flat(lab.patchform("apply p.plan").exits(5)).says("command.z may not begin now").says("command.a");
        assert_eq!(lab.read("lv.z"), "1\n", "nothing begins beside it");
        ends(&lab);
    }
}

/// Nothing was changed there yet, and it goes on all the same.
#[test]
fn a_snapshot_that_was_left_running_is_in_the_way_after_moved() {
    let lab = Lab::new(&declared("a", "1", "switch-1", CLAIM, ""));
    let slow = "[ ! -e slow ] || { rm slow; touch begun; while [ ! -e go ]; do sleep 0.05; done; }; ";
    lab.write("act", ACT.replace("snapshot) cp lv", &format!("snapshot) {slow}cp lv")));
    lab.write("lv", "1\n");
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", declared("a", "2", "switch-1", CLAIM, ""));
    lab.write("slow", "");
    let mut apply = lab.patchform_command("apply --auto-approve");
    let mut apply = apply.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while !lab.path("begun").exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the snapshot did not begin");
        std::thread::sleep(Duration::from_millis(20));
    }
    apply.kill().unwrap();
    apply.wait().unwrap();
    lab.patchform("run abandon --leave-running command.a").exits(0);
    lab.write("main.pf.hcl", declared("b", "3", "switch-1", CLAIM, MOVED));
    flat(lab.patchform("apply --auto-approve").exits(5)).says("when this was command.a");
    assert_eq!(lab.read("lv"), "1\n", "nothing begins beside it");
    lab.write("go", "");
    std::thread::sleep(Duration::from_secs(1));
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("lv"), "3\n");
    lab.patchform("plan --detailed-exitcode").exits(0);
}
