//! Maintenance windows and blackouts through the binary, whose wall clock is set by libfaketime.

#[path = "lab/clock.rs"]
mod clock;
mod lab;

use clock::Clock;
use lab::{Lab, Ran, files};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const WAITS: &str =
    "touch begun.$NAME; while [ ! -e go ]; do sleep 0.05; done; printf %s \"$PATCHFORM_LEVEL\" > \"$NAME\"";

/// A platform and the clock that patchform sees there.
struct Platform {
    lab: Lab,
    clock: Clock,
}

impl Platform {
    /// Components at level 1.0 that are to come to 1.1, and windows.
    fn new(rows: &[(&str, &str, &str)], windows: &str) -> Option<Platform> {
        let at = |level: &str| {
            let rows: Vec<_> =
                rows.iter().map(|(name, after, patch)| (*name, level, *after, *patch)).collect();
            files(&rows)
        };
        let lab = Lab::new(&at("1.0"));
        let clock = Clock::new(&lab)?;
        lab.write("go", "");
        lab.patchform("apply --auto-approve").exits(0);
        std::fs::remove_file(lab.path("go")).unwrap();
        for (name, ..) in rows {
            let _ = std::fs::remove_file(lab.path(&format!("begun.{name}")));
        }
        // Every component keeps to the window `night`, where there is one.
        let text = match windows.contains("maintenance_window \"night\"") {
            true => at("1.1").replace(
                "  patch_level",
                "  maintenance {\n    window = maintenance_window.night\n  }\n  patch_level",
            ),
            false => at("1.1"),
        };
        lab.write("main.pf.hcl", text + windows);
        Some(Platform { lab, clock })
    }

    /// Sets the clock: RFC 3339.
    fn set(&self, at: &str) {
        self.clock.set(at);
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.lab.command(Path::new(env!("CARGO_BIN_EXE_patchform")), words);
        self.clock.show(&mut command);
        command
    }

    fn run(&self, line: &str) -> Ran {
        let words: Vec<&str> = line.split_whitespace().collect();
        Ran::of(self.command(&words).output().expect("patchform starts"))
    }

    fn at(&self, at: &str, line: &str) -> Ran {
        self.set(at);
        self.run(line)
    }

    fn starts(&self, line: &str) -> Child {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("patchform starts")
    }

    fn appears(&self, name: &str) {
        let began = Instant::now();
        while !self.lab.path(name).exists() {
            assert!(began.elapsed() < Duration::from_secs(60), "{name} appears");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Takes the last run back, which has ended.
    fn takes_back(&self) -> Ran {
        let runs: serde_json::Value =
            serde_json::from_str(&self.run("run list --json").exits(0).out).unwrap();
        let id = runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap();
        self.run(&format!("rollback {id} --auto-approve"))
    }

    #[track_caller]
    fn stands(&self, levels: &[(&str, &str)]) {
        for (name, level) in levels {
            assert_eq!(self.lab.read(name), *level, "{name}");
        }
    }
}

fn ended(child: Child) -> Ran {
    Ran::of(child.wait_with_output().expect("it ends"))
}

fn signal(child: &Child, name: &str) {
    let done = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status();
    assert!(done.is_ok_and(|status| status.success()));
}

fn berlin(start: &str, duration: &str, more: &str) -> String {
    format!(
        "maintenance_window \"night\" {{\n  timezone = \"Europe/Berlin\"\n  start = \"{start}\"\n  duration = \"{duration}\"\n{more}}}\n"
    )
}

#[test]
fn outside_of_its_window_nothing_begins() {
    let windows = berlin("01:00", "3h", "  days = [\"tue\"]\n");
    let Some(platform) = Platform::new(&[("a", "", "")], &windows) else { return };
    let monday = "2027-06-07T12:00:00Z";
    let plan = platform.at(monday, "plan --out night.plan").exits(0);
    plan.says("starts at 2027-06-08 01:00 Europe/Berlin (+02:00) (2027-06-07 23:00 here)")
        .says("outside of its window night");
    for line in ["apply --auto-approve", "apply night.plan"] {
        platform
            .at(monday, line)
            .exits(5)
            .says("nothing was begun")
            .says("may start at 2027-06-08 01:00 Europe/Berlin")
            .says("--wait");
    }
    platform.stands(&[("a", "1.0")]);
    assert!(!platform.run("run list").exits(0).out.contains("open"));
    platform.at("2027-06-07T22:59:58Z", "apply night.plan").exits(5);
    platform.at("2027-06-07T23:00:05Z", "apply night.plan").exits(0);
    platform.stands(&[("a", "1.1")]);
    // Taking it back never waits.
    platform.set(monday);
    platform.takes_back().exits(0);
    platform.stands(&[("a", "1.0")]);
}

#[test]
fn nights_on_which_clocks_are_changed() {
    let Some(spring) = Platform::new(&[("a", "", "")], &berlin("02:30", "1h", "")) else { return };
    // There is no 02:30: it opens when the clocks show 03:00, and closes at 04:00.
    spring
        .at("2027-03-28T00:59:30Z", "apply --auto-approve")
        .exits(5)
        .says("2027-03-28 03:00 Europe/Berlin (+02:00)");
    spring.at("2027-03-28T02:00:05Z", "apply --auto-approve").exits(5).says("2027-03-29 02:30");
    spring.at("2027-03-28T01:00:05Z", "apply --auto-approve").exits(0);
    let autumn = Platform::new(&[("a", "", "")], &berlin("02:30", "1h", "")).expect("the library is there");
    // 02:30 comes twice: the first time counts.
    autumn
        .at("2027-10-31T01:30:05Z", "apply --auto-approve")
        .exits(5)
        .says("2027-11-01 02:30 Europe/Berlin (+01:00)");
    autumn
        .at("2027-10-31T00:29:30Z", "apply --auto-approve")
        .exits(5)
        .says("2027-10-31 02:30 Europe/Berlin (+02:00)");
    autumn.at("2027-10-31T00:30:05Z", "apply --auto-approve").exits(0);
}

#[test]
fn a_window_that_closes_in_the_middle_starts_nothing_new() {
    let rows = [("a", "", WAITS), ("b", "command.a", ""), ("c", "command.b", "")];
    let Some(platform) = Platform::new(&rows, &berlin("01:00", "3h", "")) else { return };
    platform.set("2027-06-08T01:59:00Z");
    let child = platform.starts("apply --auto-approve");
    platform.appears("begun.a");
    platform.set("2027-06-08T02:00:01Z");
    platform.lab.write("go", "");
    let ran = ended(child).exits(5).says("command.b").says("outside of its window night");
    ran.says("it may start at 2027-06-09 01:00 Europe/Berlin");
    platform.stands(&[("a", "1.1"), ("b", "1.0"), ("c", "1.0")]);
    platform.run("run list").exits(0).says("incomplete").does_not_say("open");
    platform.run("plan --detailed-exitcode").exits(2).says("command.b").says("starts at 2027-06-09 01:00");
    platform.at("2027-06-08T23:10:00Z", "apply --auto-approve").exits(0);
    platform.stands(&[("b", "1.1"), ("c", "1.1")]);
}

#[test]
fn what_was_patched_goes_back_after_its_window_has_closed() {
    let fails = "touch begun.$NAME; while [ ! -e go ]; do sleep 0.05; done; if [ $PATCHFORM_LEVEL = 1.1 ]; then echo half > $NAME; exit 1; fi; printf %s $PATCHFORM_LEVEL > $NAME";
    let Some(platform) = Platform::new(&[("a", "", fails)], &berlin("01:00", "3h", "")) else { return };
    platform.set("2027-06-08T01:59:00Z");
    let child = platform.starts("apply --auto-approve");
    platform.appears("begun.a");
    platform.set("2027-06-08T09:00:00Z");
    platform.lab.write("go", "");
    ended(child).exits(3);
    platform.stands(&[("a", "1.0")]);
}

/// A platform whose `a` stores a snapshot until a file `go` appears.
fn slow_to_store() -> Option<Platform> {
    let platform = Platform::new(&[("a", "", ""), ("b", "command.a", "")], &berlin("01:00", "3h", ""))?;
    let text = platform.lab.read("main.pf.hcl");
    let waits = "touch begun.$NAME; while [ ! -e go ]; do sleep 0.05; done; cp";
    platform
        .lab
        .write("main.pf.hcl", text.replacen("cp \\\"$NAME\\\"", &format!("{waits} \\\"$NAME\\\""), 1));
    Some(platform)
}

#[test]
fn what_is_slow_to_prepare_does_not_begin_after_its_window_has_closed() {
    let Some(platform) = slow_to_store() else { return };
    platform.set("2027-06-08T01:59:00Z");
    let child = platform.starts("apply --auto-approve");
    platform.appears("begun.a");
    platform.set("2027-06-08T02:00:01Z");
    platform.lab.write("go", "");
    let ran = ended(child).exits(5).says("command.a").says("outside of its window night");
    ran.says("it may start at 2027-06-09 01:00 Europe/Berlin");
    platform.stands(&[("a", "1.0"), ("b", "1.0")]);
    platform.run("run list").exits(0).says("incomplete").does_not_say("open");
    platform.at("2027-06-08T23:10:00Z", "apply --auto-approve").exits(0);
    platform.stands(&[("a", "1.1"), ("b", "1.1")]);
}

#[test]
fn what_is_taken_up_after_its_window_has_closed_does_not_begin() {
    let Some(platform) = slow_to_store() else { return };
    platform.set("2027-06-08T01:59:00Z");
    let mut child = platform.starts("apply --auto-approve");
    platform.appears("begun.a");
    signal(&child, "KILL");
    child.wait().expect("it ends");
    platform.set("2027-06-08T09:00:00Z");
    platform.lab.write("go", "");
    platform.run("resume").exits(5).says("outside of its window night");
    platform.stands(&[("a", "1.0"), ("b", "1.0")]);
    platform.run("run list").exits(0).says("incomplete").does_not_say("open");
}

/// The same, where its traffic is taken away first; `pool` tells how it goes.
fn slow_behind_its_drain() -> Option<Platform> {
    let platform = slow_to_store()?;
    let pool = platform.lab.path("pool");
    let says = |word: &str| format!("[\"sh\", \"-c\", \"echo {word} >> {}\"]", pool.display());
    let text = platform.lab.read("main.pf.hcl").replacen(
        "    window = maintenance_window.night\n",
        "    window = maintenance_window.night\n    drain  = [traffic.command.pool]\n    member = \"a\"\n",
        1,
    );
    let (out, back) = (says("out"), says("in"));
    let traffic = format!(
        "traffic \"command\" \"pool\" {{\n  drain   = {out}\n  undrain = {back}\n  probe   = [\"sh\", \"-c\", \
         \"tail -n 1 {} | grep -q out && echo away || echo serving\"]\n}}\n",
        pool.display()
    );
    platform.lab.write("main.pf.hcl", text + &traffic);
    Some(platform)
}

#[test]
fn what_is_slow_behind_its_drain_gets_its_traffic_back_when_its_window_has_closed() {
    let Some(platform) = slow_behind_its_drain() else { return };
    platform.set("2027-06-08T01:58:00Z");
    platform.run("plan").exits(0).says("gate → drain").says("→ gate → patch");
    let child = platform.starts("apply --auto-approve");
    platform.appears("begun.a");
    assert_eq!(platform.lab.read("pool"), "out\n");
    platform.set("2027-06-08T02:00:01Z");
    platform.lab.write("go", "");
    let ran = ended(child).exits(5).says("command.a").says("outside of its window night");
    ran.says("it may start at 2027-06-09 01:00 Europe/Berlin");
    platform.stands(&[("a", "1.0"), ("b", "1.0"), ("pool", "out\nin\n")]);
    platform.run("run list").exits(0).says("incomplete").does_not_say("open");
    platform.at("2027-06-08T23:10:00Z", "apply --auto-approve").exits(0);
    platform.stands(&[("a", "1.1"), ("b", "1.1"), ("pool", "out\nin\nout\nin\n")]);
}

#[test]
fn while_traffic_returns_to_what_a_gate_refused_it_is_said_why() {
    let Some(platform) = slow_behind_its_drain() else { return };
    let (returns, back) = (platform.lab.path("returns"), platform.lab.path("back"));
    let slowly = format!(
        "touch {}; while [ ! -e {} ]; do sleep 0.05; done; echo in >>",
        returns.display(),
        back.display()
    );
    platform.lab.write("main.pf.hcl", platform.lab.read("main.pf.hcl").replace("echo in >>", &slowly));
    platform.set("2027-06-08T01:58:00Z");
    let child = platform.starts("apply --auto-approve");
    platform.appears("begun.a");
    platform.set("2027-06-08T02:00:01Z");
    platform.lab.write("go", "");
    platform.appears("returns");
    platform
        .run("run show")
        .says("refused by a gate, and not changed")
        .says("not changed; what uses it comes back")
        .does_not_say("going back to");
    platform.lab.write("back", "");
    ended(child).exits(5).says("refused by a gate, and not changed").does_not_say("gate failed");
    platform.stands(&[("a", "1.0"), ("pool", "out\nin\n")]);
}

#[test]
fn what_was_only_drained_gets_its_traffic_back_when_it_is_taken_up_too_late() {
    let Some(platform) = slow_behind_its_drain() else { return };
    platform.set("2027-06-08T01:58:00Z");
    let mut child = platform.starts("apply --auto-approve");
    platform.appears("begun.a");
    signal(&child, "KILL");
    child.wait().expect("it ends");
    platform.set("2027-06-08T09:00:00Z");
    platform.lab.write("go", "");
    platform.run("resume").exits(5).says("outside of its window night");
    platform.stands(&[("a", "1.0"), ("b", "1.0"), ("pool", "out\nin\n")]);
    platform.run("run list").exits(0).says("incomplete").does_not_say("open");
}

#[test]
fn waiting_ends_when_the_window_opens_also_after_a_jump_of_the_clock() {
    let Some(platform) = Platform::new(&[("a", "", "")], &berlin("01:00", "3h", "")) else { return };
    platform.set("2027-06-07T20:00:00Z");
    let child = platform.starts("apply --auto-approve --wait");
    std::thread::sleep(Duration::from_secs(2));
    platform.stands(&[("a", "1.0")]);
    // As after a sleep of the machine.
    platform.set("2027-06-07T22:59:57Z");
    let began = Instant::now();
    ended(child).exits(0).says("waiting: command.a may start at 2027-06-08 01:00 Europe/Berlin");
    assert!(began.elapsed() >= Duration::from_secs(2), "it did not begin too early");
    platform.stands(&[("a", "1.1")]);
}

#[test]
fn what_changes_while_it_is_waited_is_found() {
    let Some(platform) = Platform::new(&[("a", "", "")], &berlin("01:00", "3h", "")) else { return };
    platform.set("2027-06-07T20:00:00Z");
    let child = platform.starts("apply --auto-approve --wait");
    std::thread::sleep(Duration::from_secs(2));
    platform.lab.write("a", "0.9");
    platform.set("2027-06-07T23:00:01Z");
    ended(child).exits(6).says("command.a");
    platform.stands(&[("a", "0.9")]);
}

#[test]
fn a_wait_can_be_broken_off() {
    let Some(platform) = Platform::new(&[("a", "", "")], &berlin("01:00", "3h", "")) else { return };
    platform.set("2027-06-07T20:00:00Z");
    let runs = platform.run("run list --json").exits(0).out;
    for name in ["INT", "TERM"] {
        let child = platform.starts("apply --auto-approve --wait");
        std::thread::sleep(Duration::from_secs(2));
        signal(&child, name);
        ended(child).exits(7).says("stopped while waiting for a window; nothing was begun");
    }
    platform.stands(&[("a", "1.0")]);
    assert_eq!(platform.run("run list --json").exits(0).out, runs, "no run was opened");
    platform.at("2027-06-07T23:00:05Z", "apply --auto-approve").exits(0);
}

#[test]
fn what_stands_half_way_is_finished_whatever_windows_say() {
    let rows = [("a", "", WAITS), ("b", "command.a", "")];
    let Some(platform) = Platform::new(&rows, &berlin("01:00", "3h", "")) else { return };
    platform.set("2027-06-08T01:00:00Z");
    let child = platform.starts("apply --auto-approve");
    platform.appears("begun.a");
    signal(&child, "INT");
    platform.lab.write("go", "");
    ended(child).exits(7);
    let resumed = platform.at("2027-06-08T05:00:00Z", "resume").exits(5);
    resumed.says("command.b").says("it may start at 2027-06-09 01:00 Europe/Berlin");
    platform.stands(&[("a", "1.1"), ("b", "1.0")]);
    platform.at("2027-06-08T23:00:05Z", "apply --auto-approve").exits(0);
    platform.stands(&[("b", "1.1")]);
}

#[test]
fn a_run_with_nothing_half_way_is_resumed_within_its_window_only() {
    let Some(platform) = Platform::new(&[("a", "", "")], &berlin("01:00", "3h", "")) else { return };
    platform.set("2027-06-08T01:00:00Z");
    let mut killed = platform.command(&["apply", "--auto-approve"]);
    killed.env("PATCHFORM_FAILPOINT", "run.opened#1=kill");
    Ran::of(killed.output().expect("patchform starts")).exits(-1);
    let outside = platform.at("2027-06-08T05:00:00Z", "resume").exits(5);
    outside.says("nothing was begun: command.a may start at 2027-06-09 01:00");
    platform.run("run list").exits(0).says("open");
    platform.stands(&[("a", "1.0")]);
    platform.set("2027-06-08T22:59:57Z");
    platform.run("resume --wait").exits(0).says("waiting: command.a");
    platform.stands(&[("a", "1.1")]);
}

#[test]
fn what_took_longer_before_is_reckoned_with() {
    let Some(platform) = Platform::new(&[("a", "", WAITS)], &berlin("01:00", "1m", "")) else { return };
    platform.set("2027-06-07T23:00:05Z");
    let child = platform.starts("apply --auto-approve");
    platform.appears("begun.a");
    // Its preview expects 6.5 s, and 5.5 s for the way back. A clock that is set would not count: it really takes longer.
    std::thread::sleep(Duration::from_secs(10));
    platform.lab.write("go", "");
    ended(child).exits(0);
    let text = platform.lab.read("main.pf.hcl").replace("\"1.1\"", "\"1.2\"");
    platform.lab.write("main.pf.hcl", text);
    // 14 s are left: enough for what the preview expects.
    let plan = platform.at("2027-06-08T23:00:46Z", "plan --json").exits(0).out;
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    let when = &plan["components"][0]["when"];
    assert_eq!(when["starts"], "2027-06-09T23:00:00.000Z", "{when}");
    let (earlier, needs) = (when["earlier_ms"].as_u64().unwrap(), when["needs_ms"].as_u64().unwrap());
    assert!(earlier >= 10_000 && needs == earlier + 5_500, "{when}");
    platform
        .at("2027-06-08T23:00:46Z", "apply --auto-approve")
        .exits(5)
        .says("what is left before it closes is shorter");
    platform.at("2027-06-08T23:00:05Z", "apply --auto-approve").exits(0);
    platform.stands(&[("a", "1.2")]);
}

#[test]
fn blackouts_and_windows_that_are_too_short() {
    let blackouts = "blackout \"launch\" {\n  timezone = \"Asia/Tokyo\"\n  dates = [\"2027-06-08\"]\n  components = [command.a]\n  reason = \"the shop opens\"\n}\n";
    let Some(platform) = Platform::new(&[("a", "", ""), ("b", "", "")], blackouts) else { return };
    // 2027-06-08 in Tokyo. What it does not name goes on; what it names is left alone.
    let noon = "2027-06-08T03:00:00Z";
    platform
        .at(noon, "plan")
        .exits(0)
        .says("starts at 2027-06-09 00:00 Asia/Tokyo (+09:00)")
        .says("launch holds (the shop opens)");
    platform.at(noon, "apply --auto-approve").exits(5).says("it may start at 2027-06-09 00:00");
    platform.stands(&[("a", "1.0"), ("b", "1.1")]);
    platform
        .at(noon, "apply --auto-approve")
        .exits(5)
        .says("nothing was begun: command.a may start at 2027-06-09 00:00");
    platform.at("2027-06-08T15:00:05Z", "apply --auto-approve").exits(0);
    platform.stands(&[("a", "1.1")]);
}

#[test]
fn times_here_are_those_of_this_machines_zone() {
    let Some(platform) = Platform::new(&[("a", "", "")], &berlin("01:00", "3h", "")) else { return };
    platform.set("2027-06-07T12:00:00Z");
    for (zone, here) in [
        ("Asia/Kolkata", "2027-06-08 04:30 here"),
        ("UTC", "2027-06-07 23:00 here"),
        ("XYZ+3", "2027-06-07 20:00 here"),
        ("No/Such", "2027-06-07 23:00 here"),
    ] {
        let plan = platform.command(&["plan"]).env("TZ", zone).output().expect("patchform starts");
        Ran::of(plan).exits(0).says("2027-06-08 01:00 Europe/Berlin (+02:00)").says(here);
    }
}

/// Of a service, with all its members.
#[test]
fn a_blackout_of_a_service_closes_for_its_members_alone() {
    let rest = "blackout \"launch\" {\n  timezone = \"Asia/Tokyo\"\n  dates = [\"2027-06-08\"]\n  services = [service.shop]\n}\nservice \"shop\" {\n  members = [command.a, command.c]\n  min_available = 1\n}\nrollout \"one\" {\n  max_parallel = 1\n}\n";
    let Some(platform) = Platform::new(&[("a", "", ""), ("b", "", ""), ("c", "", "")], rest) else { return };
    let text = platform.lab.read("main.pf.hcl");
    let text = text.replace("  patch_level", "  rollout     = rollout.one\n  patch_level");
    platform.lab.write("main.pf.hcl", text);
    platform.at("2027-06-08T03:00:00Z", "apply --auto-approve").exits(5).says("blackout launch holds");
    platform.stands(&[("a", "1.0"), ("b", "1.1"), ("c", "1.0")]);
    platform.at("2027-06-08T15:00:05Z", "apply --auto-approve").exits(0);
    platform.stands(&[("a", "1.1"), ("c", "1.1")]);
}

#[test]
fn an_emergency_passes_over_what_lets_its_user_and_is_recorded() {
    let out = Command::new("id").arg("-un").output().expect("id").stdout;
    let me = String::from_utf8(out).unwrap().trim().to_string();
    let nobody = berlin("01:00", "3h", "  emergency = [\"somebody-else\"]\n");
    let Some(refused) = Platform::new(&[("a", "", "")], &nobody) else { return };
    let noon = "2027-06-08T12:00:00Z";
    refused.set(noon);
    let emergency = |platform: &Platform, words: &[&str]| {
        Ran::of(platform.command(words).output().expect("patchform starts"))
    };
    let apply = ["apply", "--auto-approve", "--emergency", "CVE-2027-1 is exploited"];
    emergency(&refused, &apply)
        .exits(5)
        .says(&format!("lets {me} pass it over"))
        .says("these may: somebody-else");
    emergency(&refused, &["apply", "--auto-approve", "--emergency", " "]).exits(1).says("needs a reason");
    refused.stands(&[("a", "1.0")]);
    let platform =
        Platform::new(&[("a", "", "")], &berlin("01:00", "3h", &format!("  emergency = [\"{me}\"]\n")));
    let platform = platform.expect("the library is there");
    platform.set(noon);
    platform.run("apply --auto-approve").exits(5);
    let told = format!("Emergency, declared by {me}: CVE-2027-1 is exploited");
    emergency(&platform, &["plan", "--out", "now.plan", "--emergency", "CVE-2027-1 is exploited"])
        .exits(0)
        .says(&told);
    platform.run("show now.plan").exits(0).says(&told);
    platform.run("apply now.plan").exits(0);
    platform.stands(&[("a", "1.1")]);
    platform.run("run show").exits(0).says(&told);
    platform.run("run export --out evidence.tar.gz").exits(0);
    let unpacked =
        platform.lab.command(Path::new("tar"), &["-xzOf", "evidence.tar.gz"]).output().expect("tar").stdout;
    assert!(String::from_utf8_lossy(&unpacked).contains("CVE-2027-1 is exploited"), "the evidence has it");
    let shown = platform.run("show now.plan --json").exits(0).out;
    let plan: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(plan["emergency"], serde_json::json!({ "who": me, "why": "CVE-2027-1 is exploited" }));
    platform.takes_back().exits(0).does_not_say("Emergency");
    platform.stands(&[("a", "1.0")]);
}
