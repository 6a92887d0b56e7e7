//! `run pause|continue|skip|stop|abandon` from another terminal at any moment of a run: the run ends in a legal way, and
//! each request is honoured, or its sender is told why not; none is lost.
//!
//! `PATCHFORM_SWEEP=1` plays a hundred runs, without it a few are played; `PATCHFORM_SEED=N` plays run N alone.

mod lab;

use lab::{Lab, Ran, files};
use patchform::engine::lease::{self, Holdings};
use patchform::model::Moment;
use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

fn platform(level: &str) -> String {
    let slow = "printf half > $NAME; sleep 0.06; printf %s $PATCHFORM_LEVEL > $NAME";
    let patch = if level == "1.0" { "" } else { slow };
    files(&[
        ("a", level, "", patch),
        ("b", level, "command.a", patch),
        ("c", level, "", patch),
        ("d", level, "command.b, command.c", patch),
        ("e", level, "", patch),
    ])
}

/// SplitMix64: the same run again for the same seed, as far as the machine plays along.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

fn applied() -> Lab {
    let lab = Lab::new(&platform("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", platform("1.1"));
    lab
}

fn spawn(lab: &Lab, line: &str) -> Child {
    let mut command = lab.patchform_command(line);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("patchform starts")
}

/// What was asked of the run, and how often that was answered with yes.
type Honoured = BTreeMap<String, usize>;

/// Asks at random moments until the run's process has ended; a run that was paused is let go on at last.
fn ask(lab: &Lab, child: &mut Child, dice: &mut Dice, honoured: &mut Honoured) {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(120), "the run does not end");
        std::thread::sleep(Duration::from_millis(dice.throw(120)));
        let skip = format!("run skip command.{}", NAMES[dice.throw(5) as usize]);
        // Now and then two at once, which may contradict each other.
        let lines: Vec<&str> = (0..=dice.throw(3) / 2)
            .map(|_| match dice.throw(12) {
                0..=2 => "run pause",
                3..=7 => "run continue",
                8 | 9 => skip.as_str(),
                10 => "run stop",
                _ => "run abandon",
            })
            .collect();
        let asked: Vec<(&str, Child)> = lines.iter().map(|line| (*line, spawn(lab, line))).collect();
        for (line, asked) in asked {
            answered(line, &Ran::of(asked.wait_with_output().unwrap()), honoured);
        }
    }
}

fn answered(line: &str, ran: &Ran, honoured: &mut Honoured) {
    let abandons = line == "run abandon";
    match ran.code {
        0 if !abandons => {
            assert!(ran.out.contains("Run "), "{line}: {ran:?}");
            assert!(!ran.out.contains("not taken"), "{line}: {ran:?}");
            *honoured.entry(line.trim_start_matches("run ").into()).or_default() += 1;
        }
        // Nobody drove it: it is let go.
        0 | 4 | 5 if abandons => *honoured.entry("abandon".into()).or_default() += 1,
        1 => {
            let told = [
                "no open run",
                "nobody drives",
                "ended or stopped",
                "has ended meanwhile",
                "had begun",
                "did not take",
                "begins at this moment",
                "is stopping",
                "is dropping old snapshots",
            ];
            assert!(told.iter().any(|why| ran.err.contains(why)), "{line}: {ran:?}");
        }
        // Somebody had just stopped waiting for a step.
        7 => assert!(abandons && ran.err.contains("was not abandoned"), "{line}: {ran:?}"),
        6 => assert!(abandons && ran.err.contains("is being driven by"), "{line}: {ran:?}"),
        _ => panic!("{line}: {ran:?}"),
    }
}

/// What the journal says was asked.
fn journalled(lab: &Lab, id: &str) -> Honoured {
    let mut all = Honoured::new();
    for line in lab.patchform(&format!("run show --json {id}")).exits(0).out.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        if event["type"] == "asked" {
            let request = event["request"].as_str().unwrap();
            let name = match event["address"].as_str() {
                Some(address) => format!("{request} {address}"),
                None => request.to_string(),
            };
            *all.entry(name).or_default() += 1;
        }
    }
    all
}

fn last_run(lab: &Lab) -> (String, String) {
    let listed: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    let last = listed["runs"].as_array().unwrap().last().unwrap().clone();
    let text = |name: &str| last[name].as_str().unwrap().to_string();
    (text("id"), text("outcome"))
}

fn play(seed: u64) -> String {
    let (lab, mut dice, mut honoured) = (applied(), Dice(seed), Honoured::new());
    let mut story = Vec::new();
    let mut line = "apply --auto-approve";
    loop {
        let mut child = spawn(&lab, line);
        ask(&lab, &mut child, &mut dice, &mut honoured);
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert!(!ran.err.contains("panicked") && ran.code >= 0, "seed {seed}: {ran:?}");
        story.push(format!("{line}: {}", ran.code));
        let (_, outcome) = last_run(&lab);
        match (ran.code, outcome.as_str()) {
            // Stopped: go on, or back.
            (7, "open") => line = if dice.throw(3) == 0 { "rollback" } else { "resume" },
            // Abandoned between its end and this look, or before this process had taken it.
            (1 | 6 | 7, _) if honoured.contains_key("abandon") => break,
            (0 | 5, _) => break,
            // Stopped while it was taken back: going on ends with what failed, or was asked for, restored.
            (3, "restored") => break,
            _ => panic!("seed {seed}, {story:?}: {ran:?}, and the run is {outcome}"),
        }
    }
    let (id, outcome) = last_run(&lab);
    let ended = ["complete", "incomplete", "restored", "abandoned"].contains(&outcome.as_str());
    let shown = || lab.patchform(&format!("run show {id}")).out;
    assert!(ended, "seed {seed}, {story:?}, {honoured:?}: the run is {outcome}\n{}", shown());
    told_and_journalled(&lab, &id, &honoured, seed);
    levels_are_legal(&lab, &outcome, seed);
    // Nothing is left lying about, and nothing is held.
    let inbox = std::fs::read_dir(lab.path(&format!(".patchform/runs/{id}/inbox")));
    let left = inbox.unwrap().filter(|e| e.as_ref().unwrap().path().extension().is_some_and(|e| e == "json"));
    assert_eq!(left.count(), 0, "seed {seed}");
    lab.allow_what_was_taken_back();
    lab.patchform("apply --auto-approve").exits(0);
    assert!(NAMES.iter().all(|name| lab.read(name) == "1.1"), "seed {seed}");
    format!("{} → {outcome}, {honoured:?}", story.join(", "))
}

/// Whatever was answered with yes is in the journal, once; and nothing else is but what rollback and abandon say.
fn told_and_journalled(lab: &Lab, id: &str, honoured: &Honoured, seed: u64) {
    let mut journalled = journalled(lab, id);
    journalled.remove("rollback");
    for (request, times) in honoured {
        let written = journalled.get(request).copied().unwrap_or_default();
        // A skip that came too late is journalled, too, and its sender is told so.
        let right = if request.starts_with("skip") { written >= *times } else { written == *times };
        assert!(right, "seed {seed}: {request} was honoured {times} times and journalled {written}");
    }
    for (request, times) in journalled.iter().filter(|(r, _)| !r.starts_with("skip")) {
        assert_eq!(honoured.get(request), Some(times), "seed {seed}: {request}");
    }
}

/// It holds its lease, and has written down neither its plan nor a line of its journal.
#[test]
fn a_run_that_has_just_begun_is_no_damaged_one() {
    let lab = applied();
    let id = "20270607-230000-000-abcd";
    let lease = lease::acquire(&lab.path(".patchform/runs"), id, &Holdings::default(), 0, Moment(0))
        .expect("a lease");
    for line in ["run abandon", "run show 20270607-230000-000-abcd", "resume"] {
        let ran = lab.patchform(line);
        let told = format!("{line}: {ran:?}");
        assert!(ran.err.contains(&format!("run {id} begins at this moment")), "{told}");
        assert!(ran.err.contains("ask again in a moment"), "{told}");
        assert!(ran.err.contains(&format!("kill {}", std::process::id())), "{told}");
        assert_eq!(ran.code, 1, "{told}");
    }
    // Once it had begun its files are lost.
    lab.write(&format!(".patchform/runs/{id}/begun"), "");
    let lost = lab.patchform("run abandon").exits(1).does_not_say("begins at this moment");
    lost.says("is not there any more").says("drives it all the same");
    lease.release().expect("it is released");
}

fn levels_are_legal(lab: &Lab, outcome: &str, seed: u64) {
    let levels = NAMES.map(|name| lab.read(name));
    let legal =
        |level: &String| level == "1.0" || level == "1.1" || (outcome == "abandoned" && level == "half");
    assert!(levels.iter().all(legal), "seed {seed}: {levels:?}");
    match outcome {
        "complete" => assert!(levels.iter().all(|l| l == "1.1"), "seed {seed}: {levels:?}"),
        "restored" => assert!(levels.iter().all(|l| l == "1.0"), "seed {seed}: {levels:?}"),
        _ => {}
    }
    // What stands on something was not patched before it.
    if outcome != "abandoned" {
        let at = |name: &str| lab.read(name) == "1.1";
        assert!(!at("b") || at("a"), "seed {seed}: {levels:?}");
        assert!(!at("d") || (at("b") && at("c")), "seed {seed}: {levels:?}");
    }
}

#[test]
fn at_any_moment_a_request_is_honoured_or_answered() {
    if let Some(seed) = std::env::var("PATCHFORM_SEED").ok().and_then(|n| n.parse().ok()) {
        println!("{seed}: {}", play(seed));
        return;
    }
    let runs = if std::env::var_os("PATCHFORM_SWEEP").is_some() { 100 } else { 8 };
    for seed in 0..runs {
        println!("{seed}: {}", play(seed));
    }
}

#[test]
fn a_run_that_has_ended_answers_clearly() {
    let lab = applied();
    lab.patchform("apply --auto-approve").exits(0);
    let (id, _) = last_run(&lab);
    for request in ["pause", "continue", "stop", "abandon"] {
        lab.patchform(&format!("run {request} {id}")).exits(1).says(&id).says("run list");
        lab.patchform(&format!("run {request}")).exits(1).says("no open run");
    }
    lab.patchform(&format!("run skip command.a {id}")).exits(1).says(&id);
}

/// Letters that are none are set aside, whatever is in them; the run goes on.
#[test]
fn damaged_letters_do_not_disturb_a_run() {
    let lab = applied();
    let mut child = spawn(&lab, "apply --auto-approve");
    let begun = Instant::now();
    let inbox = loop {
        assert!(begun.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none());
        let runs = std::fs::read_dir(lab.path(".patchform/runs")).unwrap().map(|e| e.unwrap().path());
        let open = runs.filter(|run| run.join("lease.json").exists() && run.join("inbox").exists()).max();
        if let Some(run) = open {
            break run.join("inbox");
        }
    };
    for (k, text) in
        ["{", "", "[]", "{\"request\":\"stop\"", "{\"request\":\"st\u{0}p\"}", "\u{0}"].iter().enumerate()
    {
        std::fs::write(inbox.join(format!("bad{k}.json")), text).unwrap();
    }
    let ran = Ran::of(child.wait_with_output().unwrap()).exits(0);
    assert!(NAMES.iter().all(|name| lab.read(name) == "1.1"), "{ran:?}");
    for k in 0..6 {
        assert!(!inbox.join(format!("bad{k}.json")).exists());
        assert!(inbox.join(format!("bad{k}.refused")).exists());
    }
}

/// One file whose patch waits until it is let, and a run that is in the middle of it.
fn waiting() -> (Lab, Child) {
    let slow =
        "printf half > $NAME; while [ ! -f go ]; do sleep 0.02; done; printf %s $PATCHFORM_LEVEL > $NAME";
    let lab = Lab::new(&files(&[("a", "1.0", "", slow)]));
    lab.patchform("init").exits(0);
    let child = spawn(&lab, "apply --auto-approve");
    let begun = Instant::now();
    while lab.read("a") != "half" {
        assert!(begun.elapsed() < Duration::from_secs(60), "the patch does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    (lab, child)
}

/// What is left of its folder tells still that it had begun.
#[test]
fn a_run_that_lost_its_journal_and_its_mark_is_open() {
    let (lab, mut child) = waiting();
    child.kill().expect("it is killed");
    child.wait().expect("it has ended");
    let id = last_run(&lab).0;
    let folder = lab.path(&format!(".patchform/runs/{id}"));
    std::fs::remove_dir_all(folder.join("journal")).unwrap();
    std::fs::remove_file(folder.join("begun")).unwrap();
    lab.patchform("run list").says(&id);
    lab.patchform("resume").exits(1).says("run abandon");
    lab.patchform("plan").says(&id);
    lab.write("go", "");
    lab.patchform("run abandon").exits(0);
    lab.patchform("plan").exits(0).says("command.a").says("patch");
}

#[test]
fn a_run_whose_process_is_suspended_says_so() {
    let (lab, child) = waiting();
    let list = || lab.patchform("state list").exits(0);
    list().says("is going on").does_not_say("suspended");
    signal(&child, "STOP");
    list().says(", suspended: `kill -CONT");
    signal(&child, "CONT");
    list().does_not_say("suspended");
    ends_well(&lab, child);
}

fn ends_well(lab: &Lab, child: Child) {
    lab.write("go", "");
    Ran::of(child.wait_with_output().unwrap()).exits(0);
}

#[test]
fn a_paused_run_is_shown_as_paused() {
    let (lab, child) = waiting();
    lab.patchform("run list").exits(0).says("running");
    lab.patchform("run pause").exits(0).says("pauses");
    assert_eq!(last_run(&lab).1, "paused");
    lab.patchform("run list").exits(0).says("paused").says("patchform run continue");
    lab.patchform("run show").exits(0).says("Paused: nothing new begins").says("patchform run continue");
    lab.patchform("run continue").exits(0).says("goes on");
    assert_eq!(last_run(&lab).1, "running");
    lab.patchform("run show").exits(0).does_not_say("Paused:");
    ends_well(&lab, child);
    assert_eq!(last_run(&lab).1, "complete");
}

/// Nothing takes a stop back; one signal beside it is the first of two.
#[test]
fn a_run_that_stops_cannot_go_on() {
    let (lab, child) = waiting();
    lab.patchform("run stop").exits(0);
    lab.patchform("run continue").exits(1).says("is stopping").says("patchform resume");
    signal(&child, "TERM");
    std::thread::sleep(Duration::from_millis(500));
    lab.write("go", "");
    let ended = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ended.code, &*lab.read("a")), (7, "1.0"), "{ended:?}");
    ended.says("stopped on request").does_not_say("at once");
    lab.patchform("resume").exits(0);
}

/// Two snapshots that a run drops at its end, the first of which waits for `gone`; the run is in the middle of it.
fn dropping() -> (Lab, Child) {
    let drop = r#"["sh", "-c", "echo $PATCHFORM_SNAPSHOT >> drops; while [ ! -f gone ]; do sleep 0.02; done; rm -f $PATCHFORM_SNAPSHOT"]"#;
    let text = |level: &str| {
        let text = files(&[("a", level, "", ""), ("b", level, "", "")]);
        let text = text.replace("  restore ", &format!("  drop = {drop}\n  restore "));
        text.replace("  patch_level", "  snapshot {\n    keep = 1\n  }\n  patch_level")
    };
    let lab = Lab::new(&text("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", text("1.1"));
    let child = spawn(&lab, "apply --auto-approve");
    let begun = Instant::now();
    while lab.read("drops").is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing is dropped");
        std::thread::sleep(Duration::from_millis(5));
    }
    (lab, child)
}

fn may_be_gone(lab: &Lab) -> Vec<String> {
    let listed = lab.patchform("snapshot list --json").exits(0).out;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let doomed = listed["snapshots"].as_array().unwrap().iter().filter(|one| one["doomed"] == true);
    doomed.map(|one| one["id"].as_str().unwrap().to_string()).collect()
}

#[test]
fn a_run_that_drops_old_snapshots_says_so_and_may_be_stopped() {
    let (lab, mut child) = dropping();
    assert_eq!(may_be_gone(&lab).len(), 2);
    lab.patchform("run show").exits(0).says("All is done").says("drops old snapshots");
    lab.patchform("run stop").exits(1).says("is dropping old snapshots").says("SIGTERM");
    std::thread::sleep(Duration::from_millis(2200));
    assert!(child.try_wait().unwrap().is_none());
    signal(&child, "TERM");
    let ended = Ran::of(child.wait_with_output().unwrap()).exits(0);
    ended.says("is still being dropped").says("stopped waiting");
    // The other one was not begun.
    let doomed = may_be_gone(&lab);
    assert_eq!(doomed.len(), 1);
    let refused = lab.patchform(&format!("snapshot restore {} --auto-approve", doomed[0]));
    refused.exits(5).says("may be gone").says("patchform snapshot prune");
    lab.write("gone", "");
    // The command that the run did not wait for goes on by itself, and its shell a little longer than what it removes.
    let begun = Instant::now();
    while lab.path(lab.read("drops").trim()).exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_secs(1));
    lab.patchform("snapshot prune").exits(0).says("2 snapshots dropped");
    assert!(may_be_gone(&lab).is_empty());
}

/// What was noted goes with the next prune.
#[test]
fn a_run_that_was_killed_while_it_drops_leaves_a_mark() {
    let (lab, mut child) = dropping();
    child.kill().expect("it is killed");
    child.wait().expect("it has ended");
    lab.write("gone", "");
    let doomed = may_be_gone(&lab);
    assert_eq!(doomed.len(), 2);
    lab.patchform(&format!("snapshot restore {} --auto-approve", doomed[0])).exits(5).says("may be gone");
    lab.patchform("snapshot prune").exits(0).says("2 snapshots dropped");
    assert!(may_be_gone(&lab).is_empty());
    let notes = std::fs::read_dir(lab.path(".patchform/runs/prune")).unwrap();
    assert!(!notes.flatten().any(|note| note.file_name().to_string_lossy().starts_with("doomed")));
}

/// A run that goes on without its lease is known by its controller's lock, and hears what it is asked.
#[test]
fn a_run_that_goes_on_without_its_lease_is_driven() {
    let (lab, child) = waiting();
    let id = last_run(&lab).0;
    std::fs::remove_file(lab.path(&format!(".patchform/runs/{id}/lease.json"))).unwrap();
    assert_eq!(last_run(&lab).1, "running");
    lab.patchform("plan").exits(0).says(&id);
    lab.patchform("run abandon").exits(6).says("is being driven");
    lab.patchform("run pause").exits(0).says("pauses");
    lab.patchform("run continue").exits(0);
    ends_well(&lab, child);
    assert_eq!(last_run(&lab).1, "complete");
    lab.patchform("plan").exits(0).does_not_say(&id);
}

/// A controller that does not answer has not taken the request, and never will.
#[test]
fn a_request_that_nobody_takes_is_withdrawn_and_fails() {
    let (lab, child) = waiting();
    signal(&child, "STOP");
    let asked = lab.patchform("run pause");
    signal(&child, "CONT");
    let asked = asked.exits(1);
    assert!(asked.err.contains(", suspended: `kill -CONT") && asked.err.contains("withdrawn"), "{asked:?}");
    lab.patchform("run stop").exits(0);
    let id = last_run(&lab).0;
    lab.write("go", "");
    Ran::of(child.wait_with_output().unwrap()).exits(7);
    assert_eq!(journalled(&lab, &id), Honoured::from([("stop".into(), 1)]));
}

fn signal(child: &Child, name: &str) {
    let arguments = [format!("-{name}"), child.id().to_string()];
    assert!(std::process::Command::new("kill").args(arguments).status().unwrap().success());
}

/// It ended at that very moment: its controller died before it could let go.
#[test]
fn abandoning_a_run_that_has_just_ended_says_so() {
    let (lab, child) = waiting();
    let id = last_run(&lab).0;
    let lease = format!(".patchform/runs/{id}/lease.json");
    let held = lab.read(&lease);
    ends_well(&lab, child);
    lab.write(&lease, held);
    lab.patchform(&format!("run abandon {id}")).exits(1).says("no open run").does_not_say("defect");
    assert!(!lab.path(&lease).exists());
    assert_eq!(last_run(&lab).1, "complete");
    // Whoever wants something of a run that goes on does not want the last one taken back.
    for line in ["run stop", "run pause", "run skip command.a"] {
        lab.patchform(line).exits(1).says("no open run").says("run list").does_not_say("rollback");
    }
    lab.patchform("rollback").exits(1).says("no open run").says("takes a finished one back");
}

/// It ends between the look of a second controller and its lease.
#[test]
fn a_run_that_ends_before_it_is_taken_is_not_taken() {
    let (lab, child) = waiting();
    let id = last_run(&lab).0;
    signal(&child, "KILL");
    Ran::of(child.wait_with_output().unwrap());
    lab.write("go", "");
    let ended = || {
        let found =
            std::process::Command::new("find").args([&lab.path(".patchform/actions")]).output().unwrap();
        String::from_utf8(found.stdout).unwrap().lines().filter(|path| path.ends_with("/exit")).count()
    };
    let begun = Instant::now();
    while lab.read("a") != "1.0" || ended() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the patch does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
    // What another controller writes meanwhile, made in a copy of the folder.
    let copy = Lab::empty();
    let from = format!("{}/.", lab.path("").display());
    let copied = std::process::Command::new("cp").args(["-a", &from]).arg(copy.path("")).status();
    assert!(copied.unwrap().success());
    copy.patchform("resume").exits(0);

    let lock = std::fs::File::create(lab.path("patchform.state.json.lock")).unwrap();
    lock.lock().unwrap();
    let child = spawn(&lab, &format!("resume {id} --lock-timeout 60s"));
    let begun = Instant::now();
    // It has read the journal when it has started the providers.
    let children = format!("/proc/{0}/task/{0}/children", child.id());
    while std::fs::read_to_string(&children).unwrap().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it starts no provider");
        std::thread::sleep(Duration::from_millis(5));
    }
    let journal = format!(".patchform/runs/{id}/journal");
    std::fs::remove_dir_all(lab.path(&journal)).unwrap();
    let written =
        std::process::Command::new("cp").arg("-a").args([copy.path(&journal), lab.path(&journal)]).status();
    assert!(written.unwrap().success());
    drop(lock);
    Ran::of(child.wait_with_output().unwrap()).exits(1).says("has ended meanwhile").does_not_say("defect");
    assert_eq!(last_run(&lab).1, "complete");
    assert!(!lab.path(&format!(".patchform/runs/{id}/lease.json")).exists());
    lab.patchform(&format!("run show --verify {id}")).exits(0);
}

/// What somebody drives is not to be resumed.
#[test]
fn a_plan_beside_a_run_names_who_drives_it() {
    let (lab, child) = waiting();
    let driver = format!("(process {})", child.id());
    lab.patchform("plan").exits(0).says(&driver).does_not_say("patchform resume");
    signal(&child, "KILL");
    Ran::of(child.wait_with_output().unwrap());
    lab.write("go", "");
    lab.patchform("plan").exits(0).says("patchform resume");
}
