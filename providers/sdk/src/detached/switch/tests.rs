//! The dead man's switch: armed first, decided once, pulled by the target whoever is gone.

use super::*;
use crate::message::{Connection, TargetAwait};
use std::collections::BTreeMap;

fn guarded(id: &str, script: &str, revert: &str, within: u64) -> TargetRunOrRevert {
    let shell = |script: &str| vec!["/bin/sh".to_string(), "-c".into(), script.into()];
    TargetRunOrRevert {
        run: TargetRun {
            id: id.into(),
            connection: Connection::local(),
            argv: shell(script),
            env: BTreeMap::new(),
            cwd: None,
            stdin: String::new(),
            ephemeral: false,
            fresh: false,
        },
        revert: TargetCommand {
            argv: shell(revert),
            env: BTreeMap::from([("WHERE".to_string(), "back".to_string())]),
            cwd: None,
            stdin: "typed".into(),
        },
        within,
    }
}

fn confirm(id: &str) -> TargetConfirm {
    let (id, connection) = (id.to_string(), Connection::local());
    TargetConfirm { id, connection, revert: false, check: None, timeout: 10_000 }
}

fn checked(id: &str, script: &str, timeout: u64) -> TargetConfirm {
    let argv = vec!["/bin/sh".into(), "-c".into(), script.into()];
    let check = Some(TargetCommand { argv, ..TargetCommand::default() });
    TargetConfirm { check, timeout, ..confirm(id) }
}

fn standing_of(detached: &Detached, id: &str) -> (TargetAwaited, Option<Switch>) {
    let wait = TargetAwait { id: id.into(), connection: Connection::local(), timeout: 10_000 };
    let standing = detached.wait(&wait).unwrap();
    (standing.command, standing.switch)
}

fn decided(detached: &Detached, confirm: &TargetConfirm) -> Option<Switch> {
    detached.confirm_or_revert(confirm).unwrap().switch
}

/// Waits until the switch of `id` is decided and gone back, without touching it.
fn gone_back(dir: &Path, id: &str) -> Switch {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        match standing(&dir.join("store").join(id)) {
            Some(Switch::Armed { .. } | Switch::Reverting) | None if Instant::now() < until => {
                thread::sleep(Duration::from_millis(5));
            }
            standing => return standing.expect("a switch"),
        }
    }
}

fn reverted(code: i32, output: &str) -> Switch {
    Switch::Reverted { code, output: output.into() }
}

fn in_scratch(test: impl Fn(&Detached, &Path)) {
    let dir = tempfile::tempdir().unwrap();
    test(&Detached::new(&dir.path().join("store"), dir.path()), dir.path());
}

#[test]
fn what_is_confirmed_in_time_stays_whatever_is_asked_later() {
    in_scratch(|detached, dir| {
        let run = guarded("a", "echo done", "touch reverted", 20_000);
        assert!(detached.run_or_revert(&run).unwrap().started);
        assert!(!detached.run_or_revert(&run).unwrap().started);
        let (command, switch) = standing_of(detached, "a");
        assert!(matches!(command, TargetAwaited::Exited { code: 0, .. }));
        assert!(matches!(switch, Some(Switch::Armed { left: 1..20_000 })), "{switch:?}");
        assert_eq!(decided(detached, &checked("a", "true", 5000)), Some(Switch::Confirmed));
        // Again, otherwise, and by a fresh controller.
        let fresh = Detached::new(&dir.join("store"), dir);
        assert_eq!(decided(&fresh, &checked("a", "false", 5000)), Some(Switch::Confirmed));
        assert_eq!(decided(&fresh, &TargetConfirm { revert: true, ..confirm("a") }), Some(Switch::Confirmed));
        assert_eq!(standing_of(&fresh, "a").1, Some(Switch::Confirmed));
        let watchdog = dir.join("store/a/switch");
        let until = Instant::now() + Duration::from_secs(5);
        while is_alive(&watchdog) && Instant::now() < until {
            thread::sleep(GLANCE);
        }
        assert!(!is_alive(&watchdog), "the watchdog stands down");
        assert!(!dir.join("reverted").exists());
    });
}

/// Names of variables that the scripts might use for themselves.
const NAMES: &str = "a ask armed begun boot c check code d failed folder found given_up give_up gone hundredths id left line live \
                     mask n new now now_up of_boot p pause pid s stat state store switch t to until up watch where within wrapper";

/// Every variable of a command's environment has the value that it was given, and what it calls is a program, whatever the
/// scripts around it call theirs.
#[test]
fn a_command_and_its_way_back_get_their_environment_and_their_program() {
    in_scratch(|detached, dir| {
        let folder = dir.join("bin");
        fs::create_dir(&folder).unwrap();
        for name in ["stop", "now", "lives", "signal", "led", "goes_on", "exit", "export"] {
            let program = folder.join(name);
            fs::write(&program, "#!/bin/sh\nenv\n").unwrap();
            let executable = std::os::unix::fs::PermissionsExt::from_mode(0o700);
            fs::set_permissions(&program, executable).unwrap();
            let mut guarded = guarded(name, "env", "", 300);
            let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
            let env: BTreeMap<String, String> =
                NAMES.split_whitespace().map(|n| (n.into(), "mine".into())).collect();
            for command_env in [&mut guarded.run.env, &mut guarded.revert.env] {
                command_env.extend(env.clone());
                command_env.insert("PATH".into(), path.clone());
            }
            guarded.revert.argv = vec![name.into()];
            detached.run_or_revert(&guarded).unwrap();
            let (TargetAwaited::Exited { code: 0, stdout: there, .. }, _) = standing_of(detached, name)
            else {
                panic!("{name} does not end")
            };
            let Switch::Reverted { code: 0, output: back } = gone_back(dir, name) else {
                panic!("{name} is not called")
            };
            for (way, said) in [("there", there), ("back", back)] {
                let said: BTreeMap<&str, &str> =
                    said.lines().filter_map(|line| line.split_once('=')).collect();
                let lost: Vec<_> = env.keys().filter(|n| said.get(n.as_str()) != Some(&"mine")).collect();
                assert_eq!(lost, Vec::<&String>::new(), "{name}, {way}");
            }
        }
    });
}

#[test]
fn a_switch_needs_nothing_of_the_path_of_its_way_back() {
    in_scratch(|detached, dir| {
        let mut guarded = guarded("a", "true", "echo \"$PATH\"", 300);
        for env in [&mut guarded.run.env, &mut guarded.revert.env] {
            env.insert("PATH".into(), "/nowhere".into());
        }
        detached.run_or_revert(&guarded).unwrap();
        assert_eq!(gone_back(dir, "a"), reverted(0, "/nowhere\n"));
    });
}

/// Its shell alone is killed while it takes something back.
#[test]
fn a_switch_goes_back_as_long_as_what_it_started_does() {
    in_scratch(|detached, dir| {
        let revert = "touch began; sleep 1; echo back";
        detached.run_or_revert(&guarded("a", "true", revert, 200)).unwrap();
        while !dir.join("began").exists() {
            thread::sleep(GLANCE);
        }
        let process = fs::read_to_string(dir.join("store/a/switch/process")).unwrap();
        let shell = process.lines().nth(1).and_then(|stat| stat.split(' ').next()).unwrap().to_string();
        assert!(Command::new("kill").args(["-9", &shell]).status().unwrap().success());
        while is_alive(&dir.join("store/a/switch")) {
            thread::sleep(GLANCE);
        }
        assert_eq!(standing_of(detached, "a").1, Some(Switch::Reverting));
        assert_eq!(gone_back(dir, "a"), Switch::Lost { output: "back\n".into() });
    });
}

#[test]
fn what_nobody_confirms_goes_back_and_is_never_confirmed_later() {
    in_scratch(|detached, dir| {
        let revert = "cat; echo \" $WHERE\"; echo why >&2; exit 3";
        detached.run_or_revert(&guarded("a", "true", revert, 300)).unwrap();
        assert_eq!(gone_back(dir, "a"), reverted(3, "typed back\nwhy\n"));
        let fresh = Detached::new(&dir.join("store"), dir);
        assert_eq!(decided(&fresh, &confirm("a")), Some(reverted(3, "typed back\nwhy\n")));
        assert_eq!(standing_of(&fresh, "a").1, Some(reverted(3, "typed back\nwhy\n")));
        assert_eq!(decided(&fresh, &confirm("never")), None);
    });
}

#[test]
fn a_switch_is_pulled_at_once_and_waited_for() {
    in_scratch(|detached, _| {
        detached.run_or_revert(&guarded("a", "true", "sleep 0.3; echo back", 3_600_000)).unwrap();
        let pull = TargetConfirm { revert: true, ..confirm("a") };
        assert_eq!(decided(detached, &TargetConfirm { timeout: 0, ..pull.clone() }), Some(Switch::Reverting));
        assert_eq!(decided(detached, &pull), Some(reverted(0, "back\n")));
    });
}

#[test]
fn a_check_that_fails_or_hangs_pulls_it() {
    in_scratch(|detached, dir| {
        for (id, script, failed) in [
            ("fails", "echo no way in; exit 7", FailedCheck { code: Some(7), output: "no way in\n".into() }),
            ("hangs", "sleep 30", FailedCheck { code: None, output: String::new() }),
        ] {
            detached.run_or_revert(&guarded(id, "true", "echo back", 600_000)).unwrap();
            let confirm = checked(id, script, if id == "hangs" { 300 } else { 10_000 });
            assert_eq!(detached.confirm_or_revert(&confirm).unwrap().failed, Some(failed), "{id}");
            assert_eq!(gone_back(dir, id), reverted(0, "back\n"), "{id}");
        }
        // No check outlasts the switch.
        detached.run_or_revert(&guarded("late", "true", "echo back", 400)).unwrap();
        let asked = Instant::now();
        let confirmed = detached.confirm_or_revert(&checked("late", "sleep 30", 60_000)).unwrap();
        assert_eq!(confirmed.switch, Some(reverted(0, "back\n")));
        assert!(asked.elapsed() < Duration::from_secs(15));
    });
}

#[test]
fn a_command_that_still_runs_is_ended_before_it_goes_back() {
    in_scratch(|detached, dir| {
        // The second of its processes does not listen; the third one left for a session of its own, as a service does.
        let script = "(trap '' TERM; sleep 60) & echo $! > deaf; setsid sh -c 'sleep 3; touch service' & echo $$ > began; \
                      sleep 60";
        detached.run_or_revert(&guarded("a", script, "echo back", 800)).unwrap();
        assert_eq!(gone_back(dir, "a"), reverted(0, "back\n"));
        assert!(matches!(standing_of(detached, "a").0, TargetAwaited::Lost { .. }));
        for name in ["began", "deaf"] {
            let pid = fs::read_to_string(dir.join(name)).unwrap();
            assert_eq!(machine::start_time(pid.trim().parse().unwrap()), None, "{name}");
        }
        let until = Instant::now() + Duration::from_secs(20);
        while !dir.join("service").exists() {
            assert!(Instant::now() < until, "the service was ended, too");
            thread::sleep(GLANCE);
        }
    });
}

#[test]
fn neither_the_commands_shell_nor_its_starter_is_needed() {
    in_scratch(|_, dir| {
        let starter = Detached::new(&dir.join("store"), dir);
        let script = "echo half > file; kill -9 $PPID $$";
        starter.run_or_revert(&guarded("a", script, "echo whole > file", 400)).unwrap();
        drop(starter);
        assert_eq!(gone_back(dir, "a"), reverted(0, ""));
        assert_eq!(fs::read_to_string(dir.join("file")).unwrap(), "whole\n");
    });
}

fn watchdog_of(switch: &Path) -> String {
    let process = fs::read_to_string(switch.join("process")).unwrap();
    process.lines().nth(1).and_then(|stat| stat.split(' ').next()).unwrap().to_string()
}

#[test]
fn a_lost_watchdog_and_a_reboot_are_seen() {
    in_scratch(|detached, dir| {
        let lost = Some(Switch::Lost { output: String::new() });
        for id in ["in-time", "too-late", "rebooted"] {
            let within = if id == "too-late" { 700 } else { 3_600_000 };
            detached.run_or_revert(&guarded(id, "true", "echo back", within)).unwrap();
            let switch = dir.join("store").join(id).join("switch");
            let killed = Command::new("kill").args(["-9", &watchdog_of(&switch)]).status().unwrap();
            assert!(killed.success());
            if id == "too-late" {
                thread::sleep(Duration::from_millis(800));
            }
            if id == "rebooted" {
                let process = fs::read_to_string(switch.join("process")).unwrap();
                let earlier = process.replacen(&machine::boot(), "an-earlier-boot", 1);
                fs::write(switch.join("process"), earlier).unwrap();
            }
            let until = Instant::now() + Duration::from_secs(5);
            while is_alive(&switch) && Instant::now() < until {
                thread::sleep(GLANCE);
            }
            assert_eq!(standing_of(detached, id).1, lost, "{id}");
            let expected = if id == "in-time" { Some(Switch::Confirmed) } else { lost.clone() };
            assert_eq!(decided(detached, &confirm(id)), expected, "{id}");
            assert_eq!(standing_of(detached, id).1, expected, "{id}");
        }
    });
}

#[test]
fn without_a_switch_that_is_armed_the_command_never_runs() {
    in_scratch(|detached, dir| {
        // Something stands where the switch should.
        fs::create_dir_all(dir.join("store/a")).unwrap();
        fs::write(dir.join("store/a/switch"), "").unwrap();
        let run = guarded("a", "touch ran", "true", 1000);
        let error = detached.run_or_revert(&run).unwrap_err();
        assert!(error.message.contains("was not started: its dead man's switch"), "{error}");
        assert!(!detached.run(&run.run).unwrap().started);
        assert_eq!(standing_of(detached, "a"), (TargetAwaited::Unknown, None));
        assert!(!dir.join("ran").exists());
        for (name, run) in [
            ("revert.argv", TargetRunOrRevert { revert: TargetCommand::default(), ..run.clone() }),
            ("within", TargetRunOrRevert { within: 0, ..run }),
        ] {
            assert!(detached.run_or_revert(&run).unwrap_err().message.contains(name));
        }
    });
}

/// Its controller died between arming the switch and starting the command.
#[test]
fn what_never_began_is_not_taken_back() {
    in_scratch(|detached, dir| {
        let run = guarded("a", "touch ran", "touch reverted", 300);
        detached.arm(&dir.join("store/a"), &run).unwrap();
        assert_eq!(gone_back(dir, "a"), reverted(0, ""));
        // Its watchdog is still ending: a process that lives stands for it.
        let own = fs::read_to_string("/proc/self/stat").unwrap();
        fs::write(dir.join("store/a/switch/process"), format!("{}\n{own}", machine::boot())).unwrap();
        let error = detached.run_or_revert(&run).unwrap_err();
        assert!(error.message.contains("its watchdog is gone"), "{error}");
        assert_eq!(standing_of(detached, "a").0, TargetAwaited::Unknown);
        assert!(!dir.join("ran").exists() && !dir.join("reverted").exists());
    });
}

/// Confirmations, a pull and the deadline at the same moment: one of them wins, all see the same, and it goes back if and
/// only if nobody was told that it was confirmed.
#[test]
fn a_race_of_confirmation_and_deadline_has_one_winner() {
    const TRIES: usize = 200;
    in_scratch(|detached, dir| {
        let tries: Vec<usize> = (0..TRIES).collect();
        let seen: Vec<&str> = thread::scope(|scope| {
            let lanes = tries.chunks(TRIES / 8).map(|lane| {
                scope.spawn(|| lane.iter().map(|n| one_race(detached, dir, *n)).collect::<Vec<_>>())
            });
            let lanes: Vec<_> = lanes.collect();
            lanes.into_iter().flat_map(|lane| lane.join().unwrap()).collect()
        });
        assert_eq!(seen.len(), TRIES);
        eprintln!("confirmed: {}", seen.iter().filter(|s| **s == "confirmed").count());
        assert!(seen.contains(&"confirmed") && seen.contains(&"reverted"), "{seen:?}");
    });
}

fn one_race(detached: &Detached, dir: &Path, n: usize) -> &'static str {
    let id = format!("race-{n}");
    let within = 200;
    detached.run_or_revert(&guarded(&id, "true", &format!("touch back-{n}"), within)).unwrap();
    let switch = dir.join("store").join(&id).join("switch");
    // Each try aims differently at the moment when it goes off, most of them close to it.
    let aim = Duration::from_millis((n as u64 % 20) * (n as u64 % 7 + 1));
    thread::sleep(left(&switch).saturating_sub(aim));
    let answers: Vec<Option<Switch>> = thread::scope(|scope| {
        let asked: Vec<_> = [false, false, n.is_multiple_of(5)]
            .into_iter()
            .map(|revert| {
                let confirm = TargetConfirm { revert, ..confirm(&id) };
                scope.spawn(move || decided(detached, &confirm))
            })
            .collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let end = gone_back(dir, &id);
    assert!(answers.iter().all(|answer| answer.as_ref() == Some(&end)), "{n}: {answers:?} {end:?}");
    let there = |name: &str| switch.join(name).exists();
    assert_eq!([there("armed"), there("confirmed") != there("reverting")], [false, true], "{n}");
    let confirmed = end == Switch::Confirmed;
    // A watchdog that was wrong would go back a little later.
    thread::sleep(Duration::from_millis(if confirmed { 250 } else { 0 }));
    let expected = !confirmed && !there("../unused");
    assert_eq!(dir.join(format!("back-{n}")).exists(), expected, "{n}: {end:?}");
    if confirmed { "confirmed" } else { "reverted" }
}
