//! What is seen of a run while it goes on: on a real pseudo terminal, in a pipe, and from another terminal.

mod lab;
#[path = "lab/terminal.rs"]
mod terminal;

use lab::{Lab, files};
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};
use terminal::{Emulated, Terminal};

/// Longer than anything takes here, also on a crowded machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Five hosts in three waves, each patched while the file `go` is there, in a service that needs three of them.
fn platform() -> Lab {
    let hosts = |level: &str, rollout: &str, patch: &str| {
        let web = files(&[("web", level, "", patch)])
            .replace("  patch_level", "  for_each    = toset([\"h1\", \"h2\", \"h3\", \"h4\", \"h5\"])\n  rollout     = rollout.careful\n  patch_level")
            .replace("NAME = \"web\"", "NAME = each.key");
        format!(
            "rollout \"careful\" {{\n{rollout}\n}}\nservice \"shop\" {{\n  members = [command.web]\n  min_available = 3\n}}\n{web}"
        )
    };
    let lab = Lab::new(&hosts("1.0", "", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    let patch = "until [ -e go ]; do sleep 0.05; done; printf %s $PATCHFORM_LEVEL > $NAME";
    lab.write(
        "main.pf.hcl",
        hosts(
            "1.1",
            "  canary = 1\n  waves = [2]\n  max_parallel = 2\n  max_failures = 2\n  soak = \"2s\"",
            patch,
        ),
    );
    lab
}

/// Waits until `seen` holds of the screen.
#[track_caller]
fn wait(terminal: &Terminal, screen: &mut Emulated, seen: impl Fn(&str) -> bool) -> String {
    let until = Instant::now() + PATIENCE;
    loop {
        let text = screen.text();
        if seen(&text) {
            return text;
        }
        match terminal.screen.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(bytes) => screen.write(&String::from_utf8_lossy(&bytes)),
            Err(why) => panic!("{why}; on the screen stands\n{text}"),
        }
    }
}

/// The panel: what stands below the last heading, with what differs from run to run left out.
fn panel(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().rposition(|line| line.starts_with("── run ")).expect("a heading");
    let mask = |line: &&str| {
        let mut out = String::new();
        for c in line.chars() {
            match c.is_ascii_digit() {
                true if out.ends_with('#') => {}
                true => out.push('#'),
                false => out.push(c),
            }
        }
        out
    };
    lines[at + 1..].iter().filter(|line| !line.is_empty()).map(mask).collect()
}

#[test]
fn a_terminal_shows_the_gauges_and_nothing_of_them_in_the_end() {
    let lab = platform();
    let columns = 72;
    let mut terminal = Terminal::start(lab.patchform_command("apply --auto-approve --no-color"), columns, 30);
    let mut screen = Emulated::new(columns.into());
    let text = wait(&terminal, &mut screen, |text| {
        let sees = |what| text.contains(what);
        sees("── run ") && sees("  patch  ") && sees("4 of 5 up")
    });
    assert_eq!(
        panel(&text),
        [
            "command.web  wave # of #, canary: # of # done, # in progress; # in",
            "    later waves",
            "failures  rollout.careful # of #",
            "service.shop  # of # up, # must be: # more may be away",
            "  ● command.web[\"h#\"]  patch  #s of about #s",
            "# of # done, # in progress, # not begun  #s",
        ],
        "{text}"
    );
    lab.patchform("run pause").exits(0);
    wait(&terminal, &mut screen, |text| {
        text.contains("Paused: nothing new begins, 1 running step ends first")
    });
    lab.write("go", "");
    wait(&terminal, &mut screen, |text| text.contains("Paused: nothing new begins, nothing is running"));
    lab.patchform("run continue").exits(0);
    let text = wait(&terminal, &mut screen, |text| text.contains("To take it all back"));
    assert_eq!(terminal.child.wait().expect("its status").code(), Some(0));
    assert!(!text.contains("── run ") && !text.contains(" more may be away"), "{text}");
    for line in
        ["wave 1 of 3, the canary, is settled: 1 of 1 done", "wave 3 of 3 begins: 2 components", "Complete:"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn a_pipe_is_told_of_waves_and_another_terminal_follows() {
    let lab = platform();
    let apply = |line: &str| {
        lab.patchform_command(line)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let run = apply("apply --auto-approve");
    let until = Instant::now() + PATIENCE;
    while !lab.patchform("run show").out.contains("1 in progress") {
        assert!(Instant::now() < until, "it does not begin");
        std::thread::sleep(Duration::from_millis(50));
    }
    // A look in between has the same numbers in text and in JSON.
    let shown = lab.patchform("run show").exits(0);
    shown
        .says("The run goes on:")
        .says("0 of 5 done, 1 in progress, 4 not begun")
        .says("4 of 5 up, 3 must be");
    let json = lab.patchform("run show --json").exits(0).out;
    let last: serde_json::Value = serde_json::from_str(json.lines().last().unwrap()).unwrap();
    assert_eq!((last["type"].as_str(), &last["services"][0]["up"]), (Some("progress"), &4.into()));
    assert_eq!(last["counts"], serde_json::json!({ "forward": 1, "untouched": 4 }));
    // Who follows sees the end, and the run does not end with who follows.
    let mut gone = Terminal::start(lab.patchform_command("run show --watch --no-color"), 80, 24);
    wait(&gone, &mut Emulated::new(80), |text| text.contains("── run ") && text.contains("1 in progress"));
    gone.child.kill().unwrap();
    let (watch, events) = (apply("run show --watch"), apply("run show --watch --json"));
    lab.write("go", "");
    let out = |child: std::process::Child| {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    let (run, watched, events) = (out(run), out(watch), out(events));
    for text in [&run, &watched] {
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.contains("wave 1 of 3, the canary, is settled: 1 of 1 done"), "{text}");
        assert!(text.contains("wave 2 of 3 begins: 2 components"), "{text}");
        assert!(text.contains("Complete: every component is at its planned level."), "{text}");
    }
    assert!(run.contains("wave 1 of 3, the canary, begins: 1 component"), "{run}");
    let events: Vec<serde_json::Value> =
        events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (&events[0]["type"], &events[events.len() - 1]["outcome"]),
        (&"taken".into(), &"complete".into())
    );
    assert!(events.iter().filter(|e| e["type"] == "progress").count() >= 4);
    // Of a run that has ended it is what is shown anyhow.
    lab.patchform("run show --watch").exits(0).says("Complete:");
}

/// Who has typed `yes` has not seen yet what for.
#[test]
fn what_was_typed_before_the_plan_was_shown_approves_nothing() {
    let lab = platform();
    lab.write("go", "");
    let mut terminal = Terminal::start(lab.patchform_command("apply --no-color"), 72, 30);
    terminal.keys.write_all(b"yes\n").unwrap();
    let mut screen = Emulated::new(72);
    wait(&terminal, &mut screen, |text| text.contains("Enter a value:"));
    std::thread::sleep(Duration::from_secs(1));
    assert!(terminal.child.try_wait().unwrap().is_none(), "it was taken as approval, or refused");
    assert_eq!(lab.read("h1"), "1.0");
    terminal.keys.write_all(b"yes\n").unwrap();
    wait(&terminal, &mut screen, |text| text.contains("Complete"));
    assert!(terminal.child.wait().unwrap().success());
}

/// Ctrl-S stops what is shown, and nothing else; Ctrl-Q shows what was missed.
#[test]
fn a_terminal_that_is_held_does_not_hold_the_run() {
    let lab = platform();
    let mut terminal = Terminal::start(lab.patchform_command("apply --auto-approve --no-color"), 72, 30);
    let mut screen = Emulated::new(72);
    wait(&terminal, &mut screen, |text| text.contains("── run "));
    terminal.keys.write_all(b"\x13").unwrap();
    lab.write("go", "");
    let until = Instant::now() + PATIENCE;
    while !lab.patchform("run show").out.contains("Complete") {
        assert!(Instant::now() < until, "the run stands still");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(terminal.child.try_wait().unwrap().is_none(), "what was said is not thrown away");
    terminal.keys.write_all(b"\x11").unwrap();
    wait(&terminal, &mut screen, |text| text.contains("Complete"));
    assert!(terminal.child.wait().unwrap().success());
}
