//! Hosts over ssh, real ones: commands and files, a connection that is cut, a way in that a patch destroys.

mod lab;
#[path = "lab/sshd.rs"]
mod sshd;

use lab::Lab;
use patchform::target::Targets;
use patchform_sdk::base64;
use patchform_sdk::host::Host as _;
use patchform_sdk::message::{
    Connection, Switch, TargetAwait, TargetAwaited, TargetCommand, TargetConfirm, TargetGet, TargetPut,
    TargetRun, TargetRunOrRevert,
};
use serde_json::json;
use sshd::Sshd;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

fn targets(host: &Sshd) -> Targets {
    Targets::new(&host.lab.path("store"), &host.lab.path(""))
}

fn connection(host: &Sshd) -> Connection {
    let arguments =
        json!({ "host": host.address, "config": host.lab.path("ssh_config").display().to_string() });
    Connection { kind: "ssh".into(), arguments: serde_json::from_value(arguments).unwrap() }
}

fn command(host: &Sshd, id: &str, argv: &[&str]) -> TargetRun {
    TargetRun {
        id: id.into(),
        connection: connection(host),
        argv: argv.iter().map(ToString::to_string).collect(),
        env: BTreeMap::new(),
        cwd: None,
        stdin: String::new(),
        ephemeral: false,
        fresh: false,
    }
}

fn wait(targets: &Targets, host: &Sshd, id: &str, timeout: u64) -> (TargetAwaited, Option<Switch>) {
    let wait = TargetAwait { id: id.into(), connection: connection(host), timeout };
    let standing = targets.wait(&wait).unwrap();
    (standing.command, standing.switch)
}

fn printed(command: TargetAwaited) -> (i32, String, String) {
    match command {
        TargetAwaited::Exited { code, stdout, stderr, .. } => (code, stdout, stderr),
        other => panic!("{other:?}"),
    }
}

#[test]
fn commands_and_files_go_there_and_back_whatever_is_in_them() {
    let Some(host) = Sshd::start() else { return };
    let targets = targets(&host);
    let nasty = "a'b\"c\\d $HOME `id` $(id)\n* ~ ; & | < > # ! \t € --";
    for (id, ephemeral) in [("kept", false), ("brief", true)] {
        let mut run =
            command(&host, id, &["sh", "-c", "printf %s \"$1$SAYS\"; cat >&2; exit 3", "sh", nasty]);
        run.env.insert("SAYS".into(), nasty.into());
        run.stdin = nasty.into();
        run.ephemeral = ephemeral;
        assert!(targets.run(&run).unwrap().started);
        assert!(!targets.run(&run).unwrap().started);
        let twice = format!("{nasty}{nasty}");
        assert_eq!(printed(wait(&targets, &host, id, 20_000).0), (3, twice, nasty.into()), "{id}");
    }
    // A fresh controller finds what is kept, and nothing of what is not.
    let fresh = self::targets(&host);
    assert_eq!(printed(wait(&fresh, &host, "kept", 0).0).0, 3);
    assert_eq!(wait(&fresh, &host, "brief", 0).0, TargetAwaited::Unknown);
    assert!(!fresh.run(&command(&host, "kept", &["true"])).unwrap().started);

    let path = host.lab.path("it's a file").display().to_string();
    let content: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let get = TargetGet { connection: connection(&host), path: path.clone() };
    assert_eq!(fresh.get(&get).unwrap().content, None);
    let put =
        TargetPut { connection: connection(&host), path, content: base64::encode(&content), mode: 0o640 };
    fresh.put(&put).unwrap();
    assert_eq!(fresh.get(&get).unwrap().content.and_then(|c| base64::decode(&c)), Some(content));
    let bad = TargetPut { path: "/no/such/folder/file".into(), ..put };
    assert!(fresh.put(&bad).unwrap_err().message.contains("cannot be written"));
}

#[test]
fn a_fresh_question_finds_out_that_nobody_is_let_in_any_more() {
    let Some(host) = Sshd::start() else { return };
    let targets = targets(&host);
    let asked = |id: &str, fresh: bool| {
        let run = TargetRun { ephemeral: true, fresh, ..command(&host, id, &["echo", "in"]) };
        targets.run(&run).unwrap();
        let wait = TargetAwait { id: id.into(), connection: connection(&host), timeout: 20_000 };
        targets.wait(&wait).map(|standing| printed(standing.command).1).map_err(|e| e.message)
    };
    assert_eq!(asked("shared", false).as_deref(), Ok("in\n"));
    assert_eq!(asked("own", true).as_deref(), Ok("in\n"));
    host.lab.write("authorized", "");
    assert!(asked("shut", true).unwrap_err().contains("Permission denied"));
    assert_eq!(asked("still", false).as_deref(), Ok("in\n"));
}

#[test]
fn no_secret_stands_on_a_command_line() {
    let Some(host) = Sshd::start() else { return };
    let targets = targets(&host);
    // Of this machine and the host: they share their processes.
    let script = "printf '%s\\n' \"$TOKEN\" > $PWD/pattern; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | \
                  grep -c -F -f $PWD/pattern";
    for (id, ephemeral, guard) in [("brief", true, false), ("kept", false, false), ("guarded", false, true)] {
        let mut run = command(&host, id, &["sh", "-c", script]);
        run.env.insert("TOKEN".into(), "s3cr3t-that-nobody-else-knows".replace('e', "x"));
        run.cwd = Some(host.lab.path("").display().to_string());
        run.ephemeral = ephemeral;
        if guard {
            let revert = TargetCommand { argv: run.argv.clone(), env: run.env.clone(), ..Default::default() };
            targets.run_or_revert(&TargetRunOrRevert { run, revert, within: 60_000 }).unwrap();
        } else {
            targets.run(&run).unwrap();
        }
        assert_eq!(printed(wait(&targets, &host, id, 20_000).0), (1, "0\n".into(), String::new()), "{id}");
    }
    assert_eq!(host.lab.read("pattern").trim().len(), 29);
}

/// Whatever the scripts around it call their own.
#[test]
fn every_variable_of_a_command_reaches_it_as_it_is() {
    let Some(host) = Sshd::start() else { return };
    let targets = targets(&host);
    let names = "asked c check code d failed give_up id left line live mask n now now_up p part pid s state store switch t to \
                 until watch within wrapper";
    let env: BTreeMap<String, String> =
        names.split_whitespace().map(|name| (name.into(), "mine".into())).collect();
    for (id, ephemeral) in [("effect", false), ("question", true)] {
        let run = TargetRun { env: env.clone(), ephemeral, ..command(&host, id, &["env"]) };
        targets.run(&run).unwrap();
        let (_, stdout, _) = printed(wait(&targets, &host, id, 20_000).0);
        let said: BTreeMap<&str, &str> = stdout.lines().filter_map(|line| line.split_once('=')).collect();
        let lost: Vec<_> = env.keys().filter(|name| said.get(name.as_str()) != Some(&"mine")).collect();
        assert_eq!(lost, Vec::<&String>::new(), "{id}");
        let mut run = TargetRun {
            ephemeral,
            ..command(&host, &format!("{id}-path"), &["/bin/sh", "-c", "echo $PATH"])
        };
        run.env.insert("PATH".into(), "/nowhere".into());
        targets.run(&run).unwrap();
        assert_eq!(printed(wait(&targets, &host, &run.id, 20_000).0).1, "/nowhere\n");
    }
}

/// It was asked for, and started, before the host lost its power; and with that the trace of its start.
#[test]
fn a_command_that_was_asked_for_before_a_reboot_does_not_start_again() {
    let Some(host) = Sshd::start() else { return };
    let targets = targets(&host);
    let folder = "/var/lib/patchform/actions/then";
    let lost = format!("mkdir -p {folder} && echo another-boot > {folder}/asked");
    targets.run(&command(&host, "lost", &["sh", "-c", &lost])).unwrap();
    assert_eq!(printed(wait(&targets, &host, "lost", 20_000).0).0, 0);
    let ran = host.lab.path("ran").display().to_string();
    assert!(!targets.run(&command(&host, "then", &["touch", &ran])).unwrap().started);
    assert_eq!(wait(&targets, &host, "then", 0).0, TargetAwaited::Unknown);
    // In one boot the same question is answered as ever.
    assert!(targets.run(&command(&host, "now", &["touch", &ran])).unwrap().started);
    assert_eq!(printed(wait(&targets, &host, "now", 20_000).0).0, 0);
    assert!(!targets.run(&command(&host, "now", &["touch", &ran])).unwrap().started);
    assert!(host.lab.path("ran").exists());
}

/// The host stands still between the claim of a wrapper and its first trace: a pipe that nobody reads holds it there.
#[test]
fn what_never_began_as_was_said_does_not_begin_later() {
    let Some(host) = Sshd::start() else { return };
    let targets = targets(&host);
    let folder = "/var/lib/patchform/actions/late";
    let there = |id: &str, script: &str| {
        targets.run(&command(&host, id, &["sh", "-c", script])).unwrap();
        assert_eq!(printed(wait(&targets, &host, id, 20_000).0).0, 0, "{script}");
    };
    there("pipe", &format!("mkdir -p {folder} && mkfifo {folder}/exit.new"));
    let ran = host.lab.path("ran").display().to_string();
    std::thread::scope(|scope| {
        let late = scope.spawn(|| targets.run(&command(&host, "late", &["touch", &ran])));
        there("claimed", &format!("until [ -e {folder}/started ]; do sleep 0.05; done"));
        assert_eq!(wait(&targets, &host, "late", 0).0, TargetAwaited::Unknown);
        there("on", &format!("cat {folder}/exit.new && until [ -e {folder}/process ]; do sleep 0.05; done"));
        late.join().unwrap().unwrap();
    });
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(wait(&targets, &host, "late", 0).0, TargetAwaited::Unknown);
    assert!(!host.lab.path("ran").exists());
}

/// Root needs no password for it: what is shown is that the script gets through, and that the store is root's.
#[test]
fn everything_runs_by_sudo_where_that_is_asked() {
    let Some(host) = Sshd::start() else { return };
    if std::process::Command::new("sudo").args(["-n", "true"]).output().is_err() {
        return eprintln!("skipped: this test needs `sudo` (package sudo)");
    }
    let targets = targets(&host);
    for ephemeral in [false, true] {
        let mut run = command(&host, "by-sudo", &["sh", "-c", "echo $SUDO_USER $(id -u); cat"]);
        run.connection.arguments.insert("sudo".into(), true.into());
        run.stdin = "typed".into();
        run.ephemeral = ephemeral;
        targets.run(&run).unwrap();
        let wait = TargetAwait { id: "by-sudo".into(), connection: run.connection.clone(), timeout: 20_000 };
        let (code, out, _) = printed(targets.wait(&wait).unwrap().command);
        assert_eq!((code, out.as_str()), (0, "root 0\ntyped"));
    }
}

#[test]
fn a_question_that_hangs_is_ended_there_too() {
    let Some(host) = Sshd::start() else { return };
    let targets = targets(&host);
    let mut run = command(&host, "hangs", &["sh", "-c", "sleep 3; touch went-on"]);
    run.cwd = Some(host.lab.path("").display().to_string());
    run.ephemeral = true;
    targets.run(&run).unwrap();
    assert_eq!(wait(&targets, &host, "hangs", 500).0, TargetAwaited::Running);
    std::thread::sleep(Duration::from_secs(4));
    assert!(!host.lab.path("went-on").exists());
}

#[test]
fn a_cut_connection_hurts_no_command_and_a_changed_host_key_is_an_error() {
    let Some(host) = Sshd::start() else { return };
    let targets = targets(&host);
    targets.run(&command(&host, "long", &["sh", "-c", "sleep 2; echo done"])).unwrap();
    host.cut();
    let ended = wait(&targets, &host, "long", 30_000).0;
    assert_eq!(printed(ended), (0, "done\n".into(), String::new()));
    // The shared connection is gone: only a new one looks at the key.
    host.cut();
    let other = host.lab.read("id.pub");
    host.lab.write("known_hosts", format!("{} {other}", host.address));
    let error = self::targets(&host).run(&command(&host, "no", &["true"])).unwrap_err();
    assert!(error.message.contains("the host key of") && error.message.contains("has changed"), "{error}");
}

fn guarded(host: &Sshd, id: &str, within: u64) -> TargetRunOrRevert {
    let revert = TargetCommand { argv: vec!["echo".into(), "it's back".into()], ..TargetCommand::default() };
    TargetRunOrRevert { run: command(host, id, &["echo", "done"]), revert, within }
}

#[test]
fn a_switch_is_confirmed_pulled_and_goes_off_over_there() {
    let Some(host) = Sshd::start() else { return };
    let targets = targets(&host);
    let back = Some(Switch::Reverted { code: 0, output: "it's back\n".into() });
    let confirm = |id: &str, check: &[&str], revert| TargetConfirm {
        id: id.into(),
        connection: connection(&host),
        revert,
        check: Some(TargetCommand {
            argv: check.iter().map(ToString::to_string).collect(),
            ..Default::default()
        }),
        timeout: 20_000,
    };
    for id in ["good", "bad", "pulled"] {
        assert!(targets.run_or_revert(&guarded(&host, id, 600_000)).unwrap().started);
        let (command, switch) = wait(&targets, &host, id, 20_000);
        assert_eq!(printed(command).0, 0);
        assert!(matches!(switch, Some(Switch::Armed { left: 1..600_000 })), "{switch:?}");
    }
    let good = targets.confirm_or_revert(&confirm("good", &["true"], false)).unwrap();
    assert_eq!((good.switch, good.failed), (Some(Switch::Confirmed), None));
    let bad = targets.confirm_or_revert(&confirm("bad", &["sh", "-c", "echo no; exit 4"], false)).unwrap();
    assert_eq!(
        (bad.switch, bad.failed.map(|f| (f.code, f.output))),
        (back.clone(), Some((Some(4), "no\n".into())))
    );
    assert_eq!(targets.confirm_or_revert(&confirm("pulled", &["true"], true)).unwrap().switch, back);
    targets.run_or_revert(&guarded(&host, "late", 1500)).unwrap();
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!(wait(&targets, &host, "late", 0).1, back);
    assert_eq!(targets.confirm_or_revert(&confirm("late", &["true"], false)).unwrap().switch, back);
    assert_eq!(wait(&targets, &host, "good", 0).1, Some(Switch::Confirmed));
}

/// A component on the host whose patch and way back are the given scripts; its level is the content of a file.
fn component(host: &Sshd, patch: &str, restore: &str, within: &str) -> Lab {
    let file = host.lab.path("level").display().to_string();
    host.lab.write("level", "1");
    let within = if within.is_empty() { String::new() } else { format!("confirm_within = \"{within}\"") };
    let lab = Lab::new(&format!(
        r#"
component "command" "way-in" {{
  patch_level    = "2"
  read           = ["cat", "{file}"]
  patch          = ["sh", "-c", "printf 2 > {file}; {patch}"]
  snapshot       = ["echo", "1"]
  restore        = ["sh", "-c", "printf $PATCHFORM_SNAPSHOT > {file}; {restore}"]
  {within}
  {}
}}
"#,
        host.block()
    ));
    lab.patchform("init").exits(0);
    lab
}

#[test]
fn a_good_patch_is_confirmed_over_a_new_connection() {
    let Some(host) = Sshd::start() else { return };
    let lab = component(&host, "true", "true", "60s");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(host.lab.read("level"), "2");
    lab.patchform("plan --detailed-exitcode").exits(0);
}

#[test]
fn a_firewall_that_shuts_everybody_out_opens_again_by_itself() {
    let Some(host) = Sshd::start() else { return };
    let shut = "nft add table inet shut; nft 'add chain inet shut in { type filter hook input priority 0; policy drop; }'";
    let lab = component(&host, shut, "nft delete table inet shut 2>/dev/null; true", "15s");
    let asked = Instant::now();
    let ran = lab.patchform("apply --auto-approve").exits(3);
    let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("its dead man's switch took it back"), "{said}");
    assert_eq!(host.lab.read("level"), "1");
    eprintln!("shut out and back after {:?}", asked.elapsed());
}

#[test]
fn a_patch_that_ends_sshd_is_taken_back_by_the_switch() {
    let Some(host) = Sshd::start() else { return };
    let path = host.lab.path("").display().to_string();
    let end = format!("kill $(cat {path}sshd.pid)");
    let start =
        format!("kill -0 $(cat {path}sshd.pid) 2>/dev/null || $(command -v sshd) -f {path}sshd_config");
    let lab = component(&host, &end, &start, "8s");
    let ran = lab.patchform("apply --auto-approve").exits(3);
    let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("its dead man's switch took it back"), "{said}");
    assert_eq!(host.lab.read("level"), "1");
}

/// Nobody goes back while the patch still runs, only because it could not be asked for a while.
#[test]
fn a_host_that_is_away_for_a_while_is_waited_for() {
    let Some(host) = Sshd::start() else { return };
    let path = host.lab.path("").display().to_string();
    let mine = "$(readlink /proc/self/ns/net)";
    let away = format!(
        "for p in $(pgrep -x sshd); do [ $(readlink /proc/$p/ns/net) = {mine} ] && kill -9 $p; done; sleep 6; \
         $(command -v sshd) -f {path}sshd_config"
    );
    let lab = component(&host, &away, "true", "");
    lab.patchform("apply --auto-approve").exits(0).does_not_say("going back");
    assert_eq!(host.lab.read("level"), "2");
    lab.patchform("plan --detailed-exitcode").exits(0);
}

/// Begins a run, and kills its controller when the patch has changed something; until when what follows is waited for.
fn killed_in_its_patch(host: &Sshd, lab: &Lab) -> Instant {
    let mut apply = lab.patchform_command("apply --auto-approve");
    let mut controller = apply.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while host.lab.read("level") != "2" {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(5));
    }
    controller.kill().unwrap();
    controller.wait().unwrap();
    until
}

#[test]
fn a_killed_controller_finds_out_what_became_of_its_host() {
    let Some(host) = Sshd::start() else { return };
    for (within, code, level) in [("60s", 0, "2"), ("2s", 3, "1")] {
        let lab = component(&host, "sleep 1", "true", within);
        let until = killed_in_its_patch(&host, &lab);
        if code == 3 {
            while host.lab.read("level") != "1" {
                assert!(Instant::now() < until);
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        lab.patchform("resume").exits(code);
        assert_eq!(host.lab.read("level"), level);
    }
}

/// Another machine may answer under a host's name by now: nothing is asked of it, and nothing done there.
#[test]
fn a_host_that_was_replaced_under_its_name_is_left_alone() {
    let Some(host) = Sshd::start() else { return };
    let lab = component(&host, "sleep 4", "true", "");
    let text = lab.read("main.pf.hcl");
    lab.write("main.pf.hcl", text.replace("    config = ", "    wait = \"1s\"\n    config = "));
    let own = host.lab.read("machine-id");
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    killed_in_its_patch(&host, &lab);
    host.lab.write("machine-id", "99999999999999999999999999999999\n");
    for (command, code) in [("run abandon", 7), ("resume", 4), ("run abandon", 7)] {
        let ran = lab.patchform(command).exits(code);
        let said = flat(&(ran.out + &ran.err));
        assert!(said.contains("another host answers there"), "{command}: {said}");
        assert_eq!(host.lab.read("level"), "2", "{command}");
    }
    // However its line ends.
    host.lab.write("machine-id", format!("{}\r", own.trim()));
    lab.patchform("resume").exits(3);
    assert_eq!(host.lab.read("level"), "1");
    // A run that has ended, and one of its snapshots.
    lab.write("main.pf.hcl", lab.read("main.pf.hcl").replace("sleep 4", "true"));
    lab.patchform("allow command.way-in").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    let list = lab.patchform("snapshot list --json").exits(0).out;
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let taken = list["snapshots"].as_array().unwrap().last().unwrap();
    let (id, run) = (taken["id"].as_str().unwrap(), taken["run"].as_str().unwrap());
    host.lab.write("machine-id", "99999999999999999999999999999999\n");
    for command in [format!("rollback {run} --auto-approve"), format!("snapshot restore {id} --auto-approve")]
    {
        let ran = lab.patchform(&command);
        let said = flat(&(ran.out + &ran.err));
        assert!(ran.code != 0 && said.contains("another host answers there"), "{command}: {said}");
        assert_eq!(host.lab.read("level"), "2", "{command}");
    }
    host.lab.write("machine-id", &own);
    lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(0);
    assert_eq!(host.lab.read("level"), "1");
}

/// Begins a command, and waits until a line on one of its streams has all of `texts`.
fn until_said(mut command: Command, errors: bool, texts: &[&str]) -> Child {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let stream: Box<dyn Read + Send> = match errors {
        true => Box::new(child.stderr.take().unwrap()),
        false => Box::new(child.stdout.take().unwrap()),
    };
    let (say, said) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let _ = say.send(line);
        }
    });
    let mut all = String::new();
    while !texts.iter().all(|text| all.contains(text)) {
        let line = said.recv().unwrap_or_else(|_| panic!("it ended and had only said: {all}"));
        all += &(line + " ");
    }
    child
}

/// Whoever waits for a host sees at once for which, why, and how long; the host comes back only when that was said.
#[test]
fn a_host_that_is_waited_for_is_named_at_once() {
    let Some(host) = Sshd::start() else { return };
    let go = host.lab.path("go").display().to_string();
    let lab = component(&host, &format!("while [ ! -f {go} ]; do sleep 0.1; done"), "true", "");
    killed_in_its_patch(&host, &lab);
    host.reach(false);
    let waiting = format!("waiting for {}:", host.address);
    let asked = Instant::now();
    let mut abandon =
        until_said(lab.patchform_command("run abandon"), true, &[&waiting, "tried for another", "Ctrl-C"]);
    eprintln!("said after {:?}", asked.elapsed());
    host.reach(true);
    // It is still at work: the run is kept.
    assert_eq!(abandon.wait().unwrap().code(), Some(7));
    host.reach(false);
    let mut resume = until_said(
        lab.patchform_command("resume --json"),
        false,
        &["\"type\":\"waiting\"", &format!("\"host\":\"{}\"", host.address), "\"left_ms\":"],
    );
    host.reach(true);
    host.lab.write("go", "");
    assert_eq!(resume.wait().unwrap().code(), Some(0));
}
