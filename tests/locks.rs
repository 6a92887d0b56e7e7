//! The state lock and leases between real processes: two that start together, a hundred that queue, holders that died,
//! that were on another host, or whose number another process has now.

mod lab;

use lab::{Lab, Ran, files};
use patchform::model::Address;
use patchform::state::{Record, stored};
use std::process::{Child, Stdio};

fn spawn(lab: &Lab, line: &str) -> Child {
    let mut command = lab.patchform_command(line);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("patchform starts")
}

fn ended(child: Child) -> Ran {
    Ran::of(child.wait_with_output().expect("it ends"))
}

fn serial(lab: &Lab) -> u64 {
    stored::read(lab.read("patchform.state.json").as_bytes()).unwrap().serial
}

/// A state with `many` records besides that of `a`.
fn with_records(many: usize) -> Lab {
    let lab = Lab::new(&files(&[("a", "1.0", "", "")]));
    lab.patchform("apply --auto-approve").exits(0);
    let mut state = stored::read(lab.read("patchform.state.json").as_bytes()).unwrap();
    let record: Record = state.records.values().next().unwrap().clone();
    for k in 0..many {
        let address: Address = format!("command.x{k}").parse().unwrap();
        state.records.insert(address, record.clone());
    }
    state.serial += 1;
    lab.write("patchform.state.json", stored::write(&state));
    lab
}

/// The folder is shared, and what a component has on each machine is not.
#[test]
fn a_run_is_taken_up_on_the_machine_that_it_works_on() {
    let lab = Lab::new(&files(&[("a", "1.0", "", "")]));
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", files(&[("a", "1.1", "", "")]));
    let mut killed = lab.patchform_command("apply --auto-approve");
    killed.env("PATCHFORM_FAILPOINT", "drive.answered#3=kill");
    assert!(!killed.status().unwrap().success());
    let before = lab.read("a");
    lab.write("machine-id", "0123456789abcdef0123456789abcdef\n");
    let on_another = |line: &str| {
        let script = "mount --bind machine-id /etc/machine-id && exec \"$0\" \"$@\"";
        let program = lab.patchform_command(line).get_program().to_owned();
        let mut command = std::process::Command::new("unshare");
        command.args(["--mount", "sh", "-c", script]).arg(program).args(line.split(' '));
        Ran::of(command.current_dir(lab.path("")).output().unwrap())
    };
    for line in ["resume", "rollback --auto-approve"] {
        let ran = on_another(line)
            .exits(1)
            .says("works on command.a of the machine")
            .says("give the command there");
        ran.says("patchform run abandon");
    }
    assert_eq!(lab.read("a"), before);
    lab.patchform("resume").exits(0);
    lab.patchform("plan --detailed-exitcode").exits(0);
    // What ended is taken back there, too.
    let state: serde_json::Value = serde_json::from_str(&lab.read("patchform.state.json")).unwrap();
    let snapshot = state["snapshots"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_string();
    let run = snapshot.rsplitn(3, '-').last().unwrap().to_string();
    for line in
        [format!("rollback {run} --auto-approve"), format!("snapshot restore {snapshot} --auto-approve")]
    {
        on_another(&line).exits(1).says("of the machine").says("give the command there");
    }
    assert_eq!(lab.read("a"), "1.1");
    // A run that nobody can ask is let go of, and what it may have left undone is remembered.
    lab.write("main.pf.hcl", files(&[("a", "1.2", "", "")]));
    let mut killed = lab.patchform_command("apply --auto-approve");
    killed.env("PATCHFORM_FAILPOINT", "drive.begun#3=kill");
    assert!(!killed.status().unwrap().success());
    on_another("run abandon").exits(0).says("command.a");
    lab.patchform("plan").says("command.a").says("may have been changing");
}

#[test]
fn a_hundred_that_queue_lose_nothing() {
    const MANY: usize = 100;
    let lab = with_records(MANY);
    let before = serial(&lab);
    let children: Vec<(usize, Child)> = (0..MANY)
        .map(|k| {
            // Most have time; some have none, and are told who holds it.
            let patience = if k % 5 == 0 { "0s" } else { "180s" };
            (k, spawn(&lab, &format!("state rm --lock-timeout {patience} command.x{k}")))
        })
        .collect();
    let mut done = Vec::new();
    for (k, child) in children {
        let ran = ended(child);
        match ran.code {
            0 => done.push(k),
            _ => {
                assert!(k % 5 == 0, "{ran:?}");
                // Whoever has just taken it may not have signed yet.
                let unsigned = ran.err.contains("locked by a process that has not signed it");
                assert!(unsigned || ran.err.contains("locked by process"), "{ran:?}");
                ran.exits(6).says("not released");
            }
        }
    }
    assert!(done.len() >= MANY - MANY / 5, "{}", done.len());
    assert_eq!(serial(&lab), before + done.len() as u64, "one serial for each");
    let listed = lab.patchform("state list").exits(0).out;
    for k in 0..MANY {
        let gone = !listed.lines().any(|l| l == format!("command.x{k}"));
        assert_eq!(gone, done.contains(&k), "command.x{k}");
    }
    println!("{} of {MANY} got through, {} were told that it is locked", done.len(), MANY - done.len());
}

#[test]
fn of_two_that_start_together_one_patches() {
    for attempt in 0..8 {
        let text =
            files(&[("a", "1.0", "", "echo patched >> log; sleep 0.05; printf %s $PATCHFORM_LEVEL > $NAME")]);
        let lab = Lab::new(&text);
        lab.patchform("init").exits(0);
        if attempt % 2 == 0 {
            // With a state in place, and without: then both would make it.
            lab.patchform("apply --auto-approve --refresh-only");
        }
        let (first, second) = (spawn(&lab, "apply --auto-approve"), spawn(&lab, "apply --auto-approve"));
        let mut codes = [ended(first), ended(second)].map(|ran| {
            assert!([0, 6].contains(&ran.code), "{ran:?}");
            if ran.code == 6 {
                let told =
                    ran.err.contains("run ") || ran.err.contains("stale") || ran.err.contains("locked");
                assert!(told, "{ran:?}");
            }
            ran.code
        });
        codes.sort_unstable();
        assert_eq!(codes[0], 0);
        assert_eq!(
            (lab.read("log").as_str(), lab.read("a").as_str()),
            ("patched\n", "1.0"),
            "attempt {attempt}"
        );
        assert!(!lab.patchform("run list").exits(0).out.contains("open"));
    }
}

#[test]
fn a_lock_whose_holder_was_killed_holds_nobody_up() {
    for point in [
        "disk.create patchform.state.json",
        "disk.sync patchform.state.json",
        "disk.rename patchform.state.json",
        "disk.renamed patchform.state.json",
    ] {
        let lab = with_records(2);
        let before = serial(&lab);
        let mut command = lab.patchform_command("state rm command.x0");
        command.env("PATCHFORM_FAILPOINT", format!("{point}#1=kill"));
        assert_eq!(Ran::of(command.output().unwrap()).code, -1, "{point}");
        assert!(lab.read("patchform.state.json.lock").contains("state rm"), "{point}: it died with the lock");
        lab.patchform("state rm --lock-timeout 0s command.x1").exits(0);
        let replaced = u64::from(point.contains("renamed"));
        assert_eq!(serial(&lab), before + 1 + replaced, "{point}");
        assert_eq!(lab.read("patchform.state.json.lock"), "");
    }
}

fn leave_lock(lab: &Lab, host: &str, pid: u32) {
    lab.write(
        "patchform.state.json.lock",
        format!(
            "{{\"id\":\"abcd1234\",\"host\":\"{host}\",\"user\":\"ann\",\"pid\":{pid},\
             \"since\":\"2026-11-22T02:40:00Z\",\"doing\":\"apply\"}}"
        ),
    );
}

#[test]
fn a_lock_of_another_host_is_named_and_broken_only_by_its_id() {
    let lab = with_records(2);
    leave_lock(&lab, "far.example", 1);
    let refused = lab.patchform("state rm --lock-timeout 0s command.x0").exits(6);
    refused.says("process 1 of ann on far.example").says("force-unlock abcd1234");
    lab.patchform("apply --auto-approve --refresh-only").does_not_say("panicked");
    // Readers never wait.
    for line in ["state list", "plan", "run list", "show"] {
        lab.patchform(line).exits(0);
    }
    lab.patchform("force-unlock wrong").exits(1).says("abcd1234");
    lab.patchform("state rm --lock-timeout 0s command.x0").exits(6);
    lab.patchform("force-unlock abcd1234").exits(0);
    lab.patchform("force-unlock abcd1234").exits(1).says("not locked");
    lab.patchform("state rm --lock-timeout 0s command.x0").exits(0);
}

/// The system's lock decides, not the number in the file.
#[test]
fn a_lock_whose_number_another_process_has_now_is_free() {
    let lab = with_records(1);
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    leave_lock(&lab, &host, std::process::id());
    lab.patchform("state rm --lock-timeout 0s command.x0").exits(0);
}

/// A lock file that is damaged is free, whatever stands in it; the system's lock decides.
#[test]
fn a_damaged_lock_is_free() {
    let lab = with_records(4);
    for (k, rubbish) in ["{", "[]", "\u{0}\u{0}", "{\"id\":1}"].iter().enumerate() {
        lab.write("patchform.state.json.lock", rubbish);
        lab.patchform(&format!("state rm --lock-timeout 0s command.x{k}")).exits(0);
    }
}

/// A lease names the process that drove the run. That it has gone is seen by the lock that goes with it.
#[test]
fn a_killed_controller_holds_its_components_and_lets_itself_be_replaced() {
    let lab = Lab::new(&files(&[("a", "1.0", "", "printf half > $NAME; kill -9 $PPID; sleep 0.2")]));
    lab.patchform("init").exits(0);
    let mut command = lab.patchform_command("apply --auto-approve");
    command
        .env("PATCHFORM_FAILPOINT", "journal.written#3=kill")
        .env("PATCHFORM_FAILPOINT", "journal.synced#4=kill");
    assert_eq!(Ran::of(command.output().unwrap()).code, -1);
    lab.write("main.pf.hcl", files(&[("a", "1.0", "", "")]));
    lab.patchform("apply --auto-approve")
        .exits(6)
        .says("left unfinished on")
        .says("run abandon")
        .says("command.a");
    let (one, two) = (spawn(&lab, "rollback"), spawn(&lab, "rollback"));
    let mut codes = [ended(one).code, ended(two).code];
    codes.sort_unstable();
    // One drives it; the other is told so, or comes when nothing is open any more.
    assert!(codes[0] == 0 && [0, 1, 6].contains(&codes[1]), "{codes:?}");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("a"), "1.0");
}
