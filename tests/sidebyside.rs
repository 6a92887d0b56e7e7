//! Two runs on one machine at the same time: on what is disjoint both go on, and the state holds what both did; on what
//! overlaps the second is refused by name.

mod lab;

use lab::{Lab, Ran};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Components `NAME0`, `NAME1`, … of one group, each a file; `gate` makes the first stand still until `go-NAME` is there.
fn group(name: &str, level: &str, count: usize, gate: &str, claims: bool) -> String {
    (0..count)
        .map(|k| {
            let claims = if claims { format!("claims = [\"path:{name}{k}\"]") } else { String::new() };
            let gate = if k == 0 { gate } else { "" };
            format!(
                r#"
component "command" "{name}{k}" {{
  patch_level = "{level}"
  {claims}
  env         = {{ NAME = "{name}{k}" }}
  read        = ["sh", "-c", "cat $NAME 2>/dev/null || true"]
  patch       = ["sh", "-c", "{gate}printf %s $PATCHFORM_LEVEL > $NAME"]
  snapshot    = ["sh", "-c", "cp $NAME $NAME.$PATCHFORM_ACTION_ID 2>/dev/null; echo $NAME.$PATCHFORM_ACTION_ID"]
  restore     = ["sh", "-c", "rm -f $NAME; cp $PATCHFORM_SNAPSHOT $NAME 2>/dev/null || true"]
}}
"#
            )
        })
        .collect()
}

fn gate(name: &str) -> String {
    format!("touch at-{name}; for i in $(seq 3000); do [ -f go-{name} ] && break; sleep 0.02; done; ")
}

/// Starts an apply of these components, and waits until it stands at its gate.
fn started(lab: &Lab, gate: &str, targets: &str) -> Child {
    let mut command = lab.patchform_command(&format!("apply --auto-approve --json {targets}"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while !lab.path(&format!("at-{gate}")).exists() {
        if let Some(status) = child.try_wait().unwrap() {
            panic!("it ended before its gate ({status}): {:?}", Ran::of(child.wait_with_output().unwrap()));
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came to its gate");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn targets(name: &str, count: usize) -> String {
    (0..count).map(|k| format!("--target command.{name}{k} ")).collect()
}

fn levels(lab: &Lab, name: &str, count: usize) -> Vec<String> {
    (0..count).map(|k| lab.read(&format!("{name}{k}"))).collect()
}

#[test]
fn two_runs_on_one_machine_with_disjoint_components_both_complete() {
    const MANY: usize = 12;
    let lab =
        Lab::new(&(group("a", "1.0", MANY, &gate("a"), true) + &group("b", "1.0", MANY, &gate("b"), true)));
    lab.patchform("init").exits(0);
    let a = started(&lab, "a", &targets("a", MANY));
    // The second one begins in the middle of the first, and both end while the other goes on or has just ended.
    let b = started(&lab, "b", &targets("b", MANY));
    let listed: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    let running = listed["runs"].as_array().unwrap().iter().filter(|r| r["outcome"] == "running").count();
    assert_eq!(running, 2, "{listed}");
    // What overlaps with either is refused, by name.
    let refused = lab.patchform("apply --auto-approve --target command.a1").exits(6);
    refused.says("command.a1").says("driven by").says("process").says("since").says("run stop");
    lab.write("go-b", "");
    lab.write("go-a", "");
    for run in [a, b] {
        Ran::of(run.wait_with_output().unwrap()).exits(0);
    }
    for name in ["a", "b"] {
        assert_eq!(levels(&lab, name, MANY), vec!["1.0"; MANY]);
    }
    let state: serde_json::Value = serde_json::from_str(&lab.patchform("state pull").exits(0).out).unwrap();
    assert_eq!(state["records"].as_array().unwrap().len(), 2 * MANY);
    assert_eq!(state["snapshots"].as_array().unwrap().len(), 2 * MANY);
    assert_eq!(state["runs"].as_array().unwrap().len(), 2);
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
}

/// Their checkpoints come in any order: each adds to what the other wrote.
#[test]
fn eight_runs_at_once_lose_no_record() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let all: String = names.iter().map(|n| group(n, "1.0", 3, "", true)).collect();
    let lab = Lab::new(&all);
    lab.patchform("init").exits(0);
    let runs: Vec<Child> = names
        .iter()
        .map(|name| {
            let line = format!("apply --auto-approve --lock-timeout 120s {}", targets(name, 3));
            let mut command = lab.patchform_command(&line);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut done = 0;
    for run in runs {
        let ran = Ran::of(run.wait_with_output().unwrap());
        // The first of all makes the state: who planned for another lineage is refused, and can try again.
        assert!([0, 6].contains(&ran.code), "{ran:?}");
        done += usize::from(ran.code == 0);
    }
    assert!(done >= 1);
    let state: serde_json::Value = serde_json::from_str(&lab.patchform("state pull").exits(0).out).unwrap();
    assert_eq!(state["records"].as_array().unwrap().len(), 3 * done);
    assert_eq!(state["runs"].as_array().unwrap().len(), done);
    let level: Vec<_> = names.iter().flat_map(|n| levels(&lab, n, 3)).filter(|l| l == "1.0").collect();
    assert_eq!(level.len(), 3 * done);
    // Now all of them, side by side, from one state.
    lab.write("main.pf.hcl", names.iter().map(|n| group(n, "1.1", 3, "", true)).collect::<String>());
    let runs: Vec<Child> = names
        .iter()
        .map(|name| {
            let line = format!("apply --auto-approve --lock-timeout 120s {}", targets(name, 3));
            let mut command = lab.patchform_command(&line);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for run in runs {
        Ran::of(run.wait_with_output().unwrap()).exits(0);
    }
    let state: serde_json::Value = serde_json::from_str(&lab.patchform("state pull").exits(0).out).unwrap();
    let recorded = state["records"].as_array().unwrap();
    assert!(recorded.len() == 24 && recorded.iter().all(|r| r["level"] == "1.1"), "{state}");
    assert_eq!(state["runs"].as_array().unwrap().len(), done + 8);
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
}

#[test]
fn a_component_without_claims_may_touch_anything_and_has_its_target_alone() {
    let lab = Lab::new(&(group("a", "1.0", 1, &gate("a"), false) + &group("b", "1.0", 1, "", true)));
    lab.patchform("init").exits(0);
    let a = started(&lab, "a", "--target command.a0");
    let refused = lab.patchform("apply --auto-approve --target command.b0").exits(6);
    refused.says("command.b0").says("driven by").says("`claims`");
    // The other way round only the lease is in the way.
    lab.write("main.pf.hcl", group("a", "1.0", 1, &gate("a"), false) + &group("b", "1.0", 1, "", false));
    lab.patchform("apply --auto-approve --target command.b0").exits(6).says("`claims`");
    lab.write("go-a", "");
    Ran::of(a.wait_with_output().unwrap()).exits(0);
    lab.patchform("apply --auto-approve --target command.b0").exits(0);
}

#[test]
fn what_a_run_stands_on_is_not_changed_under_it() {
    let lab = Lab::empty();
    let config = |level: &str| {
        let above = group("b", level, 1, &gate("b"), true);
        group("a", level, 1, "", true) + &above.replace("  env  ", "  depends_on = [command.a0]\n  env  ")
    };
    lab.write("main.pf.hcl", config("1.0"));
    lab.write("go-b", "");
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    std::fs::remove_file(lab.path("go-b")).unwrap();
    std::fs::remove_file(lab.path("at-b")).unwrap();
    // b goes to 1.1 on an a that stays.
    lab.write("main.pf.hcl", config("1.1").replacen("1.1", "1.0", 1));
    let b = started(&lab, "b", "");
    lab.write("main.pf.hcl", config("1.1"));
    lab.patchform("apply --auto-approve --target command.a0").exits(6).says("command.a0").says("driven by");
    lab.write("go-b", "");
    Ran::of(b.wait_with_output().unwrap()).exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!([lab.read("a0"), lab.read("b0")], ["1.1", "1.1"]);
}

#[test]
fn a_saved_plan_that_overlaps_is_refused_by_name() {
    let config = |level: &str| group("a", level, 2, &gate("a"), true);
    let lab = Lab::new(&config("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("plan --out p --target command.a1").exits(0);
    let a = started(&lab, "a", "");
    lab.patchform("apply p").exits(6);
    lab.write("go-a", "");
    Ran::of(a.wait_with_output().unwrap()).exits(0);
}
