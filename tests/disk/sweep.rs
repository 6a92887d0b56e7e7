//! A write or an fsync that fails, in turn at every one that an operation makes.

use crate::lab::Ran;
use crate::platform::{End, Platform, whole};

/// An operation, where it starts from, and how it is ended when it was cut off.
struct Operation {
    line: &'static str,
    from: fn() -> Platform,
    ends: &'static [End],
    /// Every how many points is tried without `PATCHFORM_SWEEP`.
    stride: usize,
}

fn declared() -> Platform {
    let platform = Platform::at_1_0();
    platform.declare("1.1", "");
    platform
}

fn fresh() -> Platform {
    let platform = Platform::new();
    platform.declare("1.1", "");
    platform
}

const BOTH: &[End] = &[End::Resume, End::Rollback];
const OPERATIONS: [Operation; 6] = [
    Operation { line: "init", from: fresh, ends: &[End::Resume], stride: 2 },
    Operation { line: "plan --out p", from: declared, ends: &[End::Resume], stride: 1 },
    Operation { line: "apply --auto-approve", from: declared, ends: BOTH, stride: 3 },
    Operation { line: "resume", from: Platform::halted, ends: BOTH, stride: 5 },
    Operation { line: "rollback", from: Platform::halted, ends: BOTH, stride: 5 },
    Operation { line: "run abandon", from: Platform::halted, ends: BOTH, stride: 3 },
];

/// What a failpoint does, how often, and which points it is set on.
type Fault = (&'static str, &'static str, fn(&str) -> bool);
const FAULTS: [Fault; 3] = [
    ("", "full", |_| true),
    // The disk stays full.
    ("+", "full", |_| true),
    ("", "fail", |name| name.contains("sync") || name.contains("renamed")),
];

#[test]
fn a_disk_that_is_full_or_fails_at_any_write_loses_nothing() {
    let mut trials = 0;
    for operation in &OPERATIONS {
        let platform = (operation.from)();
        platform.keep();
        let points = platform.passes(operation.line);
        for (f, (on, action, at)) in FAULTS.iter().enumerate() {
            for (k, name) in points.iter().enumerate().filter(|(_, name)| writes(name) && at(name)) {
                if !whole() && (k + f) % operation.stride != 0 {
                    continue;
                }
                let ends = if whole() { operation.ends } else { &[operation.ends[k % operation.ends.len()]] };
                for end in ends {
                    let nth = points[..=k].iter().filter(|earlier| *earlier == name).count();
                    let failpoint = format!("{name}#{nth}{on}={action}");
                    trial(&platform, operation.line, &failpoint, name, *end);
                    trials += 1;
                }
            }
        }
        println!("{}: {} points", operation.line, points.len());
    }
    println!("{trials} trials");
}

fn trial(platform: &Platform, line: &str, failpoint: &str, name: &str, end: End) {
    platform.set_back();
    let before = platform.levels();
    let ran = platform.run_failing(line, failpoint);
    let when = format!("`{line}` with {failpoint} ({name}), then {end:?}: {ran:?}");
    let log = platform.log();
    assert!(!ran.err.contains("panicked"), "{when}");
    assert!([0, 1, 7].contains(&ran.code), "{when}");
    if ran.code != 0 {
        assert!(says_what_and_where(&ran), "{when}");
    }
    if ran.code == 1 {
        assert_eq!(platform.levels(), before, "{when}");
        assert_eq!(asked(platform), 0, "refused, and yet asked of the run: {when}");
    }
    if ran.code != 0 && line == "run abandon" {
        let listed = platform.run("run list").exits(0).out;
        assert!(!listed.contains("abandoned"), "not abandoned, and yet it is: {when}\n{listed}");
    }
    if ran.code == 7 && line == "rollback" && asked(platform) > 0 {
        assert!(ran.err.contains("goes on taking it back"), "{when}");
    }
    let mut after = log.iter().skip(log_index(&log, failpoint));
    let effects_after = effects_rest_on(name) && after.any(|l| l == "effect");
    assert!(!effects_after, "something began that rests on {name}: {when}\n{log:?}");
    platform.recovers(end, &when);
    assert!(platform.half_written().is_empty(), "{when}");
}

/// How many requests stand in the journals.
fn asked(platform: &Platform) -> usize {
    let runs = std::fs::read_dir(platform.lab.path("work/.patchform/runs")).into_iter().flatten().flatten();
    let journals = runs.filter_map(|run| std::fs::read_dir(run.path().join("journal")).ok());
    let texts =
        journals.flatten().flatten().filter_map(|segment| std::fs::read_to_string(segment.path()).ok());
    texts.map(|text| text.matches("\"asked\"").count()).sum()
}

/// Where in the log the failpoint acted.
fn log_index(log: &[String], failpoint: &str) -> usize {
    let (name, rest) = failpoint.rsplit_once('#').unwrap();
    let k: usize = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap();
    let mut points = log.iter().enumerate().filter(|(_, l)| *l == name).map(|(i, _)| i);
    points.nth(k - 1).unwrap_or(log.len())
}

/// Where the controller writes. At the other points it can only be killed.
fn writes(name: &str) -> bool {
    ["disk.", "journal.", "lock.", "lease."].iter().any(|beginning| name.starts_with(beginning))
}

/// What the next effect stands on. The state is a checkpoint only: a run goes on without it.
fn effects_rest_on(name: &str) -> bool {
    ["journal.", "lease.json", "token", "plan.json", " begun"].iter().any(|part| name.contains(part))
}

/// A message for a person: what could not be written, and where.
fn says_what_and_where(ran: &Ran) -> bool {
    let said = &ran.err;
    let why = said.contains("space") || said.contains("full") || said.contains("failpoint");
    why && [".json", "patchform", ".hcl", "the plan as p"].iter().any(|place| said.contains(place))
}

/// What is edited by hand is written or not, and what was there is kept.
#[test]
fn a_state_edited_on_a_full_disk_is_the_old_one_or_the_new_one() {
    let platform = Platform::at_1_0();
    let pulled = platform.run("state pull").exits(0).out;
    platform.lab.write("work/pulled", pulled);
    platform.keep();
    let mut trials = 0;
    for line in ["state rm command.b", "state mv command.b command.c", "state push --force pulled"] {
        platform.set_back();
        let points = platform.passes(line);
        assert!(points.len() >= 8, "{line}: {points:?}");
        for (k, name) in points.iter().enumerate() {
            for action in ["full", "fail"] {
                platform.set_back();
                let ran = platform.run_failing(line, &format!("*#{}={action}", k + 1));
                let when = format!("{line} with {action} at {name}: {ran:?}");
                assert!([0, 1].contains(&ran.code), "{when}");
                platform.run("state list").exits(0).says("command.a");
                if name.contains("patchform.state.json") && ran.code == 1 && !name.contains("backup") {
                    let replaced = name.contains("renamed");
                    assert_eq!(ran.err.contains("it is replaced"), replaced, "{when}");
                }
                // Again, with a disk that works.
                if !platform.run(line).err.is_empty() {
                    platform.run("state list").exits(0).does_not_say(if line.contains("rm") {
                        "command.b"
                    } else {
                        "none"
                    });
                }
                assert!(platform.half_written().is_empty(), "{when}");
                trials += 1;
            }
        }
    }
    println!("{trials} trials");
}

/// Retention and the stored ways back: a snapshot that is recorded is there.
#[test]
fn a_snapshot_that_is_recorded_is_there_whatever_the_disk_refuses() {
    let platform = Platform::at_1_0();
    for level in ["1.1", "1.2", "1.3"] {
        platform.declare(level, "");
        platform.run("apply --auto-approve").exits(0);
    }
    let snapshots = || -> Vec<String> {
        let listed = platform.run("snapshot list --json").exits(0).out;
        let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
        listed["snapshots"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s["place"].as_str().unwrap().to_string())
            .collect()
    };
    assert_eq!(snapshots().len(), 4);
    let back = format!("snapshot restore {} --auto-approve", {
        let listed = platform.run("snapshot list --json command.a").exits(0).out;
        let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
        listed["snapshots"][0]["id"].as_str().unwrap().to_string()
    });
    platform.declare("1.4", "");
    platform.keep();
    for line in ["apply --auto-approve", back.as_str()] {
        platform.set_back();
        let points = platform.passes(line);
        let stride = if whole() { 1 } else { 6 };
        for (k, name) in points.iter().enumerate().skip(points.len() / 2).step_by(stride) {
            platform.set_back();
            let ran = platform.run_failing(line, &format!("*#{}+=full", k + 1));
            let when = format!("{line} with full from {name} on: {ran:?}");
            assert!([0, 1, 7].contains(&ran.code), "{when}");
            platform.lab.write("files/ok", "");
            if platform.open().is_some() {
                platform.run("resume").exits(0);
            }
            platform.run("snapshot prune").exits(0);
            for place in snapshots() {
                assert!(std::path::Path::new(&place).exists(), "{place} is recorded and gone: {when}");
            }
        }
    }
}
