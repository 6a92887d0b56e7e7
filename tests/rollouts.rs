//! Rollouts through the binary, on a fleet of twelve files changed by real commands: canary, waves, budget, zones, soak;
//! and people who ask for something while a wave is watched, or kill the run.

mod lab;

use lab::{Lab, Ran, files};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A patch that fails on these hosts, and notes on each when it begins and ends.
fn patch(fails: &str) -> String {
    format!(
        "echo + $NAME >> order; sleep 0.05; printf %s $PATCHFORM_LEVEL > $NAME; echo - $NAME >> order; case \" {fails} \" in *\" $NAME \"*) echo no disk; exit 1;; esac"
    )
}

/// `n` hosts `h01` … in three racks, under a rollout that says this; a check on each asks whether it is `ill`.
fn fleet(n: usize, level: &str, rollout: &str, patch: &str) -> String {
    let racks: Vec<String> = (1..=n).map(|k| format!("h{k:02} = \"r{}\"", k % 3)).collect();
    let hosts = files(&[("web", level, "", patch)])
        .replace(
            "  patch_level",
            &format!(
                "  for_each    = {{ {} }}\n  rollout     = rollout.careful\n  patch_level",
                racks.join(", ")
            ),
        )
        .replace("NAME = \"web\"", "NAME = each.key");
    let check = "  check \"exec\" \"well\" {\n    command = [\"sh\", \"-c\", \"! grep -qx ${each.key} ill\"]\n    within  = \"1s\"\n  }\n}\n";
    let hosts = hosts.trim_end().strip_suffix('}').unwrap().to_string() + check;
    format!("rollout \"careful\" {{\n{rollout}\n}}\n{hosts}")
}

/// `n` hosts at 1.0 that are to go to 1.1.
fn platform(n: usize, rollout: &str, fails: &str) -> Lab {
    let lab = Lab::new(&fleet(n, "1.0", "", ""));
    lab.write("ill", "");
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", fleet(n, "1.1", rollout, &patch(fails)));
    lab
}

/// The hosts at the new level: `1 2 3`.
fn patched(lab: &Lab, n: usize) -> String {
    let new = (1..=n).filter(|k| lab.read(&format!("h{k:02}")) == "1.1");
    new.map(|k| k.to_string()).collect::<Vec<_>>().join(" ")
}

/// The hosts in the order in which their patches began.
fn began(lab: &Lab) -> Vec<usize> {
    let order = lab.read("order");
    order.lines().filter_map(|line| line.strip_prefix("+ h")?.parse().ok()).collect()
}

/// The most patches that went on at once.
fn at_once(lab: &Lab) -> usize {
    let mut now = 0usize;
    let mut most = 0;
    for line in lab.read("order").lines() {
        now = if line.starts_with('+') { now + 1 } else { now.saturating_sub(1) };
        most = most.max(now);
    }
    most
}

const WAVES: &str = "  canary = 1\n  waves = [2, \"25%\"]";

#[test]
fn the_plan_shows_its_waves_and_the_run_keeps_them() {
    let lab = platform(12, WAVES, "");
    let plan = lab.patchform("plan").exits(0);
    let plan = plan.says("command.web  canary 1 → 2 → 3 → 6; nothing more begins at 1 failure");
    plan.says("  1st   command.web[\"h01\"]\n").says("  2nd   command.web[\"h02\"], command.web[\"h03\"]\n");
    let json: serde_json::Value = serde_json::from_str(&lab.patchform("plan --json").exits(0).out).unwrap();
    let of = |wave: &serde_json::Value| {
        (wave["after"].as_u64(), wave["canary"].as_bool(), wave["changing"].as_u64())
    };
    let waves: Vec<_> = json["waves"].as_array().unwrap().iter().map(of).collect();
    let expected = [(None, true, 1), (Some(0), false, 2), (Some(1), false, 3), (Some(2), false, 6)];
    assert_eq!(waves, expected.map(|(after, canary, n)| (after, Some(canary), Some(n))));
    assert_eq!(json["rollouts"][0]["waves"], serde_json::json!(["2", "25%"]));
    lab.patchform("apply --auto-approve").exits(0);
    let order = began(&lab);
    let wave = |k: usize| [1, 3, 6, 12].iter().position(|end| k <= *end).unwrap();
    let waves: Vec<usize> = order.iter().map(|k| wave(*k)).collect();
    assert!(waves.is_sorted() && waves.len() == 12, "{order:?}");
}

#[test]
fn a_canary_that_fails_leaves_the_others_untouched() {
    const CANARY: &str = "  canary = 1\n  max_failures = 5";
    let lab = platform(12, CANARY, "h01");
    let ran = lab.patchform("apply --auto-approve").exits(3);
    let ran = ran.says("1 restored, 11 held").says("canary command.web[\"h01\"] was not committed");
    ran.says("To go on with what was held: patchform plan");
    assert_eq!((began(&lab), patched(&lab, 12)), (vec![1], String::new()));
    // The level is rejected there; the others are taken up by the next plan, with a canary among them.
    lab.write("main.pf.hcl", fleet(12, "1.1", CANARY, &patch("")));
    lab.patchform("plan").exits(0).says("canary 1 → 10");
    lab.patchform("apply --auto-approve").says("11 done");
    assert_eq!(patched(&lab, 12), "2 3 4 5 6 7 8 9 10 11 12");
}

/// Where no rollout is named one instance goes first all the same.
#[test]
fn without_a_rollout_one_instance_goes_first() {
    let without = |level: &str, patch: &str| {
        let text = fleet(4, level, "", patch);
        text.replace("rollout \"careful\" {\n\n}\n", "").replace("  rollout     = rollout.careful\n", "")
    };
    let lab = Lab::new(&without("1.0", ""));
    lab.write("ill", "");
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", without("1.1", &patch("h01")));
    lab.patchform("plan").exits(0).says("command.web  canary 1 → 3");
    lab.patchform("apply --auto-approve").exits(3).says("3 held");
    assert_eq!(began(&lab), [1]);
}

#[test]
fn a_wave_that_fails_ends_the_rollout_and_goes_back_whole() {
    let rollout = format!("{WAVES}\n  on_failure = \"rollback_wave\"");
    let lab = platform(12, &rollout, "h05");
    let ran = lab.patchform("apply --auto-approve").exits(3);
    let ran = ran.says("3 done").says("3 restored").says("6 held");
    ran.says("rollout.careful allows no more failures after that of command.web[\"h05\"]");
    assert_eq!(patched(&lab, 12), "1 2 3");
}

#[test]
fn failures_are_counted_over_the_whole_rollout() {
    let rollout = "  waves = [2, 4]\n  max_failures = \"25%\"\n  max_parallel = 2";
    let lab = platform(12, rollout, "h01 h04 h05 h06");
    lab.patchform("plan").exits(0).says("2 → 4 → 6; nothing more begins at 3 failures");
    let ran = lab.patchform("apply --auto-approve").exits(3);
    ran.says("rollout.careful allows no more failures after that of");
    // The third failure is one of the second wave: its last member may have begun beside it, the third wave never.
    assert_eq!(patched(&lab, 12), "2 3");
    assert!(began(&lab).iter().all(|k| *k <= 6), "{:?}", began(&lab));
    lab.write("main.pf.hcl", fleet(12, "1.1", rollout, &patch("")));
    lab.patchform("apply --auto-approve");
    assert!(patched(&lab, 12).ends_with("7 8 9 10 11 12"), "{}", patched(&lab, 12));
}

#[test]
fn no_two_of_one_zone_are_patched_at_once() {
    for (rollout, most) in [("", 3), ("  max_per_zone = 2", 6)] {
        let lab = platform(9, "", "");
        let zoned = fleet(9, "1.1", rollout, &patch(""))
            .replace("  rollout   ", "  zone        = each.value\n  rollout   ");
        lab.write("main.pf.hcl", zoned);
        lab.patchform("apply --auto-approve").exits(0);
        let order = lab.read("order");
        let mut racks = [0; 3];
        for line in order.lines() {
            let k: usize = line[3..].parse().unwrap();
            if line.starts_with('+') {
                racks[k % 3] += 1
            } else {
                racks[k % 3] -= 1
            }
            assert!(racks.iter().all(|n| *n <= most / 3), "{order}");
        }
        assert!(at_once(&lab) <= most, "{order}");
    }
}

const SOAK: &str = "  canary = 1\n  soak = \"3s\"";

fn spawn(lab: &Lab, line: &str) -> Child {
    let mut command = lab.patchform_command(line);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("patchform starts")
}

fn until(what: &str, so: impl Fn() -> bool) {
    let since = Instant::now();
    while !so() {
        assert!(since.elapsed() < Duration::from_secs(60), "{what}: it never comes");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Begins a run whose canary is watched, and waits until it is.
fn watching(lab: &Lab) -> (Child, Instant) {
    let child = spawn(lab, "apply --auto-approve");
    until("the canary", || lab.path("order").exists() && lab.read("order").contains("- h01"));
    (child, Instant::now())
}

#[test]
fn a_soak_is_waited_for_before_the_next_wave() {
    let lab = platform(3, SOAK, "");
    let (child, since) = watching(&lab);
    until("the second wave", || lab.read("order").contains("+ h02"));
    assert!(since.elapsed() >= Duration::from_millis(2_900), "after {:?}", since.elapsed());
    let ran = Ran::of(child.wait_with_output().unwrap()).exits(0);
    ran.says("soak: watched for 3s before it counts as done").says("soak done in 3");
    // Several looks make up a soak: what was counted of each is what the journal holds.
    lab.patchform("run show").exits(0).says("soak done in 3");
}

#[test]
fn what_turns_ill_during_its_soak_goes_back_and_holds_the_others() {
    let lab = platform(3, SOAK, "");
    let (child, _) = watching(&lab);
    std::thread::sleep(Duration::from_millis(700));
    lab.write("ill", "h01\n");
    until("the way back", || lab.read("h01") == "1.0");
    lab.write("ill", "");
    let ran = Ran::of(child.wait_with_output().unwrap()).exits(3);
    ran.says("soak failed").says("check \"well\"").says("1 restored, 2 held");
    assert_eq!(patched(&lab, 3), "");
}

#[test]
fn a_soak_stands_still_while_the_run_is_paused() {
    let lab = platform(3, SOAK, "");
    let (child, since) = watching(&lab);
    lab.patchform("run pause").exits(0);
    lab.patchform("run skip command.web[\"h03\"]").exits(0);
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(began(&lab), [1]);
    lab.patchform("run continue").exits(0);
    let ran = Ran::of(child.wait_with_output().unwrap()).exits(5);
    ran.says("2 done, 1 skipped");
    assert!(since.elapsed() >= Duration::from_secs(5), "after {:?}", since.elapsed());
    assert_eq!(patched(&lab, 3), "1 2");
}

#[test]
fn a_run_killed_during_a_soak_watches_what_is_left_of_it() {
    let lab = platform(3, "  canary = 1\n  soak = \"6s\"", "");
    let (mut child, since) = watching(&lab);
    // Looks are a second apart.
    std::thread::sleep(Duration::from_millis(3_700));
    child.kill().unwrap();
    child.wait().unwrap();
    let watched = since.elapsed();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(began(&lab), [1]);
    let resumed = Instant::now();
    let child = spawn(&lab, "resume");
    until("the second wave", || lab.read("order").contains("+ h02"));
    let whole = watched + resumed.elapsed();
    assert!(whole >= Duration::from_secs(6), "it was watched for {whole:?}");
    assert!(resumed.elapsed() < Duration::from_secs(5), "it was watched anew, {:?}", resumed.elapsed());
    Ran::of(child.wait_with_output().unwrap()).exits(0);
    assert_eq!(patched(&lab, 3), "1 2 3");
}

#[test]
fn a_run_stops_at_once_while_it_only_watches() {
    let lab = platform(2, "  canary = 1\n  soak = \"10m\"", "");
    let (child, _) = watching(&lab);
    std::thread::sleep(Duration::from_millis(300));
    let asked = Instant::now();
    lab.patchform("run stop").exits(0);
    Ran::of(child.wait_with_output().unwrap()).exits(7).says("resume");
    assert!(asked.elapsed() < Duration::from_secs(10), "after {:?}", asked.elapsed());
    lab.patchform("rollback").exits(0);
    assert_eq!(patched(&lab, 2), "");
}

#[test]
fn what_is_written_wrong_is_told_with_the_way_out() {
    for (rollout, says) in [
        ("  canary = -1", "\"canary\" must be a whole number, 0 or more"),
        ("  waves = 3", "\"waves\" must be a list of sizes"),
        ("  waves = [0]", "Write waves = [1, \"5%\", \"20%\"]"),
        ("  waves = [\"101%\"]", "\"waves\" must be a list of sizes"),
        ("  waves = [for i in range(101) : 1]", "there may be 100 of"),
        ("  max_failures = 0", "\"max_failures\" must be a number or a share of the components"),
        ("  soak = \"8d\"", "\"soak\" is longer than a week"),
        ("  soak = \"soon\"", "\"soak\" must be a length of time"),
        ("  max_per_zone = 0", "\"max_per_zone\" must be a whole number, 1 or more"),
        ("  group = \"maybe\"", "group"),
    ] {
        Lab::new(&fleet(1, "1.0", rollout, "")).patchform("validate").exits(1).says(says);
    }
    let zone = fleet(1, "1.0", "", "").replace("  rollout   ", "  zone = [\"r1\"]\n  rollout   ");
    Lab::new(&zone).patchform("validate").exits(1).says("\"zone\" has the wrong type");
}
