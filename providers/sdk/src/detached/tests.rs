//! Detached commands: once only, kept after their starter died, and no mistaken process.

use super::*;
use crate::message::Connection;

fn command(id: &str, script: &str, ephemeral: bool) -> TargetRun {
    TargetRun {
        id: id.into(),
        connection: Connection::local(),
        argv: vec!["/bin/sh".into(), "-c".into(), script.into()],
        env: BTreeMap::from([("GREETING".to_string(), "hello".to_string())]),
        cwd: None,
        stdin: "typed".into(),
        ephemeral,
        fresh: false,
    }
}

fn waiting(id: &str, timeout: u64) -> TargetAwait {
    TargetAwait { id: id.into(), connection: Connection::local(), timeout }
}

fn exited(code: i32, stdout: &str, stderr: &str) -> TargetAwaited {
    TargetAwaited::Exited {
        code,
        stdout: stdout.into(),
        stderr: stderr.into(),
        stdout_masked: None,
        stderr_masked: None,
    }
}

fn in_scratch(test: impl Fn(&Detached, &Path)) {
    let dir = tempfile::tempdir().unwrap();
    test(&Detached::new(&dir.path().join("store"), dir.path()), dir.path());
}

#[test]
fn output_exit_code_input_environment_and_folder() {
    for ephemeral in [false, true] {
        in_scratch(|detached, dir| {
            let script = "cat; echo \" $GREETING\"; pwd >&2; exit 3";
            assert!(detached.run(&command("a", script, ephemeral)).unwrap().started);
            let folder = format!("{}\n", fs::canonicalize(dir).unwrap().display());
            assert_eq!(
                detached.wait(&waiting("a", 5000)).unwrap().command,
                exited(3, "typed hello\n", &folder)
            );
        });
    }
}

#[test]
fn one_id_starts_once_and_a_fresh_process_can_await_it() {
    in_scratch(|detached, dir| {
        let run = command("a", "echo once >> log; sleep 0.2; echo done", false);
        assert!(detached.run(&run).unwrap().started);
        assert!(!detached.run(&run).unwrap().started);
        let fresh = Detached::new(&dir.join("store"), dir);
        assert!(!fresh.run(&run).unwrap().started);
        assert_eq!(fresh.wait(&waiting("a", 0)).unwrap().command, TargetAwaited::Running);
        assert_eq!(fresh.wait(&waiting("a", 5000)).unwrap().command, exited(0, "done\n", ""));
        assert_eq!(fresh.wait(&waiting("a", 0)).unwrap().command, exited(0, "done\n", ""));
        assert_eq!(fs::read_to_string(dir.join("log")).unwrap(), "once\n");
    });
}

#[test]
fn racing_starts_of_one_id_run_it_once() {
    in_scratch(|detached, dir| {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| detached.run(&command("a", "echo once >> log", false)).unwrap());
            }
        });
        assert_eq!(detached.wait(&waiting("a", 5000)).unwrap().command, exited(0, "", ""));
        assert_eq!(fs::read_to_string(dir.join("log")).unwrap(), "once\n");
    });
}

#[test]
fn a_killed_command_is_lost_and_a_reused_pid_is_not_mistaken() {
    in_scratch(|detached, dir| {
        let script = "echo begun; kill -9 $(sed -n '2s/ .*//p' store/a/process); sleep 0.1";
        assert!(detached.run(&command("a", script, false)).unwrap().started);
        let lost = TargetAwaited::Lost { output: "begun\n".into() };
        assert_eq!(detached.wait(&waiting("a", 5000)).unwrap().command, lost);
        // A folder whose wrapper's pid is now this process, which started at another time.
        let folder = dir.join("store/b");
        fs::create_dir_all(folder.join("started")).unwrap();
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        let own = machine::started(&stat).unwrap().to_string();
        let write =
            |stat: &str| fs::write(folder.join("process"), format!("{}\n{stat}", machine::boot())).unwrap();
        write(&stat);
        assert_eq!(detached.wait(&waiting("b", 0)).unwrap().command, TargetAwaited::Running);
        write(&stat.replace(&format!(" {own} "), " 1 "));
        assert_eq!(
            detached.wait(&waiting("b", 0)).unwrap().command,
            TargetAwaited::Lost { output: String::new() }
        );
    });
}

#[test]
fn a_command_whose_folder_was_removed_still_runs_until_it_ends() {
    in_scratch(|detached, dir| {
        let script = "touch begun; while [ ! -e go ]; do sleep 0.01; done";
        assert!(detached.run(&command("a", script, false)).unwrap().started);
        while !dir.join("begun").exists() {
            thread::sleep(Duration::from_millis(5));
        }
        fs::remove_dir_all(dir.join("store")).unwrap();
        let on_a_host = || {
            let folder = fs::canonicalize(dir).unwrap().join("store/a");
            let script = format!("{KERNEL}works_in {} && echo yes", folder.display());
            let mut shell = std::process::Command::new("sh");
            let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            shell.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
            String::from_utf8(shell.wait_with_output().unwrap().stdout).unwrap()
        };
        let fresh = Detached::new(&dir.join("store"), dir);
        assert_eq!(fresh.wait(&waiting("a", 60)).unwrap().command, TargetAwaited::Running);
        assert_eq!(fresh.wait(&waiting("b", 60)).unwrap().command, TargetAwaited::Unknown);
        assert_eq!(on_a_host(), "yes\n");
        fs::write(dir.join("go"), "").unwrap();
        assert_eq!(fresh.wait(&waiting("a", 5000)).unwrap().command, TargetAwaited::Unknown);
        assert_eq!(on_a_host(), "");
    });
}

#[test]
fn a_command_whose_wrapper_was_killed_still_runs_until_it_ends() {
    in_scratch(|detached, dir| {
        let script = "kill -9 $(sed -n '2s/ .*//p' store/a/process); touch killed; while [ ! -e go ]; do sleep 0.01; done";
        assert!(detached.run(&command("a", script, false)).unwrap().started);
        while !dir.join("killed").exists() {
            thread::sleep(Duration::from_millis(5));
        }
        let on_a_host = || {
            let script = format!("{KERNEL}goes_on {} && echo yes", dir.join("store/a").display());
            let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        for _ in 0..5 {
            assert_eq!(detached.wait(&waiting("a", 50)).unwrap().command, TargetAwaited::Running);
            assert_eq!(on_a_host(), "yes\n");
        }
        fs::write(dir.join("go"), "").unwrap();
        assert_eq!(
            detached.wait(&waiting("a", 5000)).unwrap().command,
            TargetAwaited::Lost { output: String::new() }
        );
        assert_eq!(on_a_host(), "");
    });
}

#[test]
fn a_path_that_leads_elsewhere_hinders_nobody() {
    in_scratch(|detached, dir| {
        let mut run = command("a", "echo \"$PATH\"", false);
        run.env.insert("PATH".into(), "/nowhere".into());
        assert!(detached.run(&run).unwrap().started);
        assert_eq!(detached.wait(&waiting("a", 5000)).unwrap().command, exited(0, "/nowhere\n", ""));
        assert!(dir.join("store/a/exit").exists());
    });
}

/// As it looks in another container, or on another machine with the same disk: no process has the number that is told.
#[test]
fn a_command_that_is_not_seen_here_runs_until_it_ends() {
    in_scratch(|detached, dir| {
        detached.run(&command("a", "until [ -e go ]; do sleep 0.02; done; echo done", false)).unwrap();
        let process = dir.join("store/a/process");
        let (_, stat) = fs::read_to_string(&process)
            .unwrap()
            .split_once('\n')
            .map(|(a, b)| (a.to_string(), b.to_string()))
            .unwrap();
        let unseen = format!("0{}", machine::boot());
        fs::write(&process, format!("{unseen}\n{stat}")).unwrap();
        thread::scope(|scope| {
            let asked: Vec<_> =
                (0..4).map(|_| scope.spawn(|| detached.wait(&waiting("a", 20)).unwrap().command)).collect();
            for one in asked {
                assert_eq!(one.join().unwrap(), TargetAwaited::Running);
            }
        });
        fs::write(dir.join("go"), "").unwrap();
        assert_eq!(detached.wait(&waiting("a", 5000)).unwrap().command, exited(0, "done\n", ""));
        // One that was killed holds nothing, whatever it started goes on.
        let script = "n=$(sed -n '2s/ .*//p' store/b/process); echo > ready; until [ -e end ]; do sleep 0.02; done; \
                      sleep 2 & kill -9 $n; sleep 0.1";
        detached.run(&command("b", script, false)).unwrap();
        while !dir.join("ready").exists() {
            thread::sleep(Duration::from_millis(1));
        }
        fs::write(dir.join("store/b/process"), format!("{unseen}\n{stat}")).unwrap();
        fs::write(dir.join("end"), "").unwrap();
        assert_eq!(
            detached.wait(&waiting("b", 5000)).unwrap().command,
            TargetAwaited::Lost { output: String::new() }
        );
    });
}

#[test]
fn an_unknown_id_stays_unknown_even_if_its_start_was_on_the_way() {
    in_scratch(|detached, dir| {
        assert_eq!(detached.wait(&waiting("a", 0)).unwrap().command, TargetAwaited::Unknown);
        // Its controller died after it made the folder.
        fs::create_dir_all(dir.join("store/b")).unwrap();
        assert_eq!(detached.wait(&waiting("b", 0)).unwrap().command, TargetAwaited::Unknown);
        assert!(!detached.run(&command("b", "echo late > log", false)).unwrap().started);
        assert_eq!(detached.wait(&waiting("b", 0)).unwrap().command, TargetAwaited::Unknown);
        assert!(!dir.join("log").exists());
    });
}

/// The machine stands still between the claim of a wrapper and its first trace: a pipe that nobody reads holds it there.
#[test]
fn what_never_began_as_was_said_does_not_begin_later() {
    in_scratch(|detached, dir| {
        let folder = dir.join("store/a");
        fs::create_dir_all(&folder).unwrap();
        let pipe = folder.join("exit.new");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        thread::scope(|scope| {
            let run = scope.spawn(|| detached.run(&command("a", "echo late > log", false)));
            while !folder.join("started").exists() {
                thread::sleep(Duration::from_millis(1));
            }
            assert_eq!(detached.wait(&waiting("a", 0)).unwrap().command, TargetAwaited::Unknown);
            fs::read(&pipe).unwrap();
            run.join().unwrap().unwrap();
        });
        while machine::runs_with(fs::canonicalize(&folder).unwrap().as_os_str().as_encoded_bytes()) {
            thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(detached.wait(&waiting("a", 0)).unwrap().command, TargetAwaited::Unknown);
        assert!(folder.join("process").exists() && !dir.join("log").exists());
    });
}

#[test]
fn ids_cannot_leave_the_store_and_bad_programs_are_named() {
    in_scratch(|detached, _| {
        for id in ["", "..", "a/b", ".hidden", "a b", &"x".repeat(201)] {
            assert!(detached.run(&command(id, "true", false)).is_err(), "{id}");
            assert!(detached.wait(&waiting(id, 0)).is_err(), "{id}");
        }
        let mut run = command("a", "true", true);
        run.argv = vec!["/no/such/program".into()];
        assert!(detached.run(&run).unwrap_err().message.contains("`/no/such/program` cannot be started"));
        // With a trace the shell says so, as it would over ssh.
        run.ephemeral = false;
        run.id = "b".into();
        detached.run(&run).unwrap();
        assert!(
            matches!(detached.wait(&waiting("b", 5000)).unwrap().command, TargetAwaited::Exited { code: 127, stderr, .. } if stderr.contains("not found"))
        );
    });
}

#[test]
fn any_text_has_a_safe_id() {
    assert_eq!(safe_id("run-1:patch.2"), "run-1:patch.2");
    for text in ["", "../x", "release.api[\"eu\"]/patch/1", &"y".repeat(999)] {
        assert!(check_id(&safe_id(text)).is_ok());
    }
    assert_ne!(safe_id("a/b"), safe_id("a/c"));
}

#[test]
fn long_output_keeps_its_end() {
    in_scratch(|detached, _| {
        let script = "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done";
        detached.run(&command("a", script, true)).unwrap();
        let TargetAwaited::Exited { stdout, .. } = detached.wait(&waiting("a", 20000)).unwrap().command
        else {
            panic!()
        };
        assert_eq!(stdout.len() as u64, OUTPUT);
        assert!(stdout.ends_with("line 19999\n"));
    });
}

#[test]
fn a_question_ends_with_its_wait_and_with_its_core_and_an_effect_goes_on() {
    in_scratch(|detached, dir| {
        let script = |name: &str| format!("(sleep 0.4; echo > {name}) & sleep 0.4; echo > {name}.too");
        for (name, ephemeral) in [("late", true), ("open", true), ("effect", false)] {
            detached.run(&command(name, &script(name), ephemeral)).unwrap();
        }
        assert_eq!(detached.wait(&waiting("late", 50)).unwrap().command, TargetAwaited::Running);
        assert_eq!(detached.wait(&waiting("late", 0)).unwrap().command, TargetAwaited::Unknown);
        assert_eq!(detached.wait(&waiting("effect", 50)).unwrap().command, TargetAwaited::Running);
        let core = Detached::new(&dir.join("store"), dir);
        core.run(&command("other", &script("other"), true)).unwrap();
        drop(core);
        assert!(matches!(
            detached.wait(&waiting("open", 5000)).unwrap().command,
            TargetAwaited::Exited { .. }
        ));
        thread::sleep(Duration::from_millis(300));
        let there = |name: &str| dir.join(name).exists() || dir.join(format!("{name}.too")).exists();
        assert_eq!(["late", "other", "open", "effect"].map(there), [false, false, true, true]);
    });
}

#[test]
fn what_a_killed_process_of_the_same_number_left_is_in_nobodys_way() {
    let next = durable::beside(&std::env::temp_dir().join("patchform")).display().to_string();
    let (start, n) = next.trim_end_matches(".new").rsplit_once('-').unwrap();
    let n: u64 = n.parse().unwrap();
    let left: Vec<String> = (n + 1..n + 200).map(|n| format!("{start}-{n}.new")).collect();
    left.iter().for_each(|path| fs::write(path, "").unwrap());
    let made: Vec<bool> = (0..3).map(|_| unnamed().is_ok()).collect();
    left.iter().for_each(|path| drop(fs::remove_file(path)));
    assert_eq!(made, [true; 3]);
}
