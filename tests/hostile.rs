//! Bad input through the binary: a message that says what, where and what to do; the right exit code; nothing lost;
//! never a panic.

mod lab;

use lab::{Lab, files};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

fn one() -> String {
    files(&[("a", "1.0", "", "")])
}

#[test]
fn configurations_that_are_none() {
    let deep = format!("locals {{\n  x = {}1{}\n}}\n", "[".repeat(100_000), "]".repeat(100_000));
    let splats = format!("locals {{\n  x = [1]{}\n}}\n", "[*]".repeat(300_000));
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("not UTF-8", b"locals {\n  x = \"\xff\xfe\"\n}\n".to_vec(), "UTF-8"),
        ("deeply nested", deep.into_bytes(), "main.pf.hcl"),
        ("splats in splats", splats.into_bytes(), "nested too deeply"),
        ("half-written", b"component \"command\" \"a\" {\n  patch_level = \"1".to_vec(), "main.pf.hcl:2"),
        ("NUL bytes", b"locals {\n  x = 1\0\n}\n".to_vec(), "main.pf.hcl:2"),
        ("nonsense", b"%%%% ((((".to_vec(), "main.pf.hcl:1"),
        ("unknown block", b"komponent \"command\" \"a\" {\n}\n".to_vec(), "component"),
        ("unclosed heredoc", b"locals {\n  x = <<EOT\nabc\n".to_vec(), "main.pf.hcl:2"),
        ("unknown kind", b"component \"comand\" \"a\" {\n  patch_level = \"1\"\n}\n".to_vec(), "command"),
    ];
    for (name, text, said) in cases {
        let lab = Lab::empty();
        lab.write("main.pf.hcl", text);
        lab.patchform("validate").exits(1).says(said).does_not_say("panicked");
        let ran = lab.patchform("plan").exits(1);
        assert!(!ran.err.is_empty(), "{name}");
    }
}

#[test]
fn an_enormous_configuration_is_read_or_refused() {
    let lab = Lab::empty();
    lab.write("main.pf.hcl", format!("locals {{\n  x = \"{}\"\n}}\n", "x".repeat(30 << 20)));
    let ran = lab.patchform("validate");
    assert!(ran.code == 0 || ran.code == 1, "{}", ran.err);
    let lab = Lab::empty();
    lab.write("main.pf.hcl", "x ".repeat(5 << 20));
    lab.patchform("validate").exits(1).says("main.pf.hcl:1").does_not_say("panicked");
}

#[test]
fn an_unreadable_configuration_and_an_empty_folder() {
    let lab = Lab::empty();
    lab.patchform("plan").exits(1).says(".pf.hcl");
    fs::create_dir(lab.path("main.pf.hcl")).unwrap();
    lab.patchform("plan").exits(1).says("main.pf.hcl");
}

#[test]
fn every_problem_is_shown_at_once() {
    let lab = Lab::new(
        "variable \"port\" {\n  type = number\n  default = \"http\"\n}\nlocals {\n  a = var.prot\n  b = 1 +\n  c = upper(1, 2)\n}\n\
         component \"command\" \"x\" {\n  patch_level = 1\n  raed = []\n}\n",
    );
    lab.patchform("validate").exits(1).says("main.pf.hcl:3").says("main.pf.hcl:7").says("read");
}

#[test]
fn a_journal_that_was_damaged_is_named_and_nothing_is_lost() {
    let lab =
        Lab::new(&files(&[("a", "1.0", "", "printf half > $NAME; kill -9 $(cat controller); sleep 1")]));
    lab.patchform("init").exits(0);
    let program = env!("CARGO_BIN_EXE_patchform");
    let line = format!("echo $$ > controller; exec {program} apply --auto-approve");
    let mut command = lab.command(std::path::Path::new("/bin/sh"), &["-c", &line]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    let runs: Vec<_> = fs::read_dir(lab.path(".patchform/runs"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_dir())
        .collect();
    let segment = runs[0].join("journal/000001.jsonl");
    let good = fs::read(&segment).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 3] ^= 1;
    fs::write(&segment, &bad).unwrap();
    lab.patchform("resume").exits(1).says("000001.jsonl");
    assert_eq!(fs::read(&segment).unwrap(), bad);
    fs::write(&segment, &good).unwrap();
    // A torn last line is what a crash leaves: it is dropped with a notice.
    fs::write(&segment, [good.as_slice(), b"{\"half a li"].concat()).unwrap();
    lab.patchform("rollback").exits(0);
    assert!(!lab.path("a").exists());
}

#[test]
fn a_read_only_folder_is_named() {
    let lab = Lab::new(&one());
    lab.patchform("init").exits(0);
    fs::set_permissions(lab.path(""), fs::Permissions::from_mode(0o555)).unwrap();
    // Root writes into read-only folders all the same: only an ordinary user sees this refused.
    let refused = fs::write(lab.path("probe"), "").is_err();
    let ran = lab.patchform("apply --auto-approve");
    fs::set_permissions(lab.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    if refused {
        let ran = ran.exits(1).says("patchform");
        assert!(!lab.path("a").exists(), "{ran:?}");
    } else {
        ran.exits(0);
    }
}

#[test]
fn wrong_usage_says_what_is_right() {
    let lab = Lab::new(&one());
    lab.patchform("aply").exits(1).says("apply");
    lab.patchform("apply --auto-aprove").exits(1).says("--auto-approve");
    lab.patchform("plan --target a.b.c").exits(1).says("a.b.c");
    lab.patchform("plan --var x").exits(1).says("name=value");
    lab.patchform("plan --var-file nowhere.pfvars").exits(1).says("nowhere.pfvars");
    lab.patchform("apply nowhere.plan").exits(1).says("nowhere.plan");
    lab.patchform("resume").exits(1).says("run");
    lab.patchform("rollback nothing").exits(1).says("nothing");
    lab.patchform("--chdir nowhere plan").exits(1).says("nowhere");
    lab.patchform("plan -detailed-exitcode").exits(2);
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let lab = Lab::new(&one());
    let line = format!("{} plan --json | head -c 1", env!("CARGO_BIN_EXE_patchform"));
    let output = lab.command(std::path::Path::new("/bin/sh"), &["-c", &line]).output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

#[test]
fn a_run_whose_journal_is_lost_can_still_be_let_go() {
    let lab =
        Lab::new(&files(&[("a", "1.0", "", "printf half > $NAME; kill -9 $(cat controller); sleep 1")]));
    lab.patchform("init").exits(0);
    let line = format!("echo $$ > controller; exec {} apply --auto-approve", env!("CARGO_BIN_EXE_patchform"));
    let mut command = lab.command(std::path::Path::new("/bin/sh"), &["-c", &line]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    let run =
        fs::read_dir(lab.path(".patchform/runs")).unwrap().map(|e| e.unwrap().path()).find(|p| p.is_dir());
    fs::write(run.unwrap().join("journal/000001.jsonl"), "").unwrap();
    lab.patchform("resume").exits(1).says("journal").says("run abandon").does_not_say("changed nothing");
    lab.write("main.pf.hcl", one());
    lab.patchform("apply --auto-approve").exits(6).says("abandon");
    lab.patchform("run abandon").exits(0).says("holds nothing any more");
    // Nobody knows what the lost run did: the reading does, once its command has ended.
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let planned = lab.patchform("plan --detailed-exitcode").exits(2);
        if !planned.out.contains("still runs") || Instant::now() > deadline {
            planned.says("half");
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_answer_that_cannot_be_written_is_no_success() {
    let lab = Lab::new(&one());
    lab.patchform("apply --auto-approve").exits(0);
    for command in ["state pull", "plan --json"] {
        let line = format!("{} {command} > /dev/full", env!("CARGO_BIN_EXE_patchform"));
        let output = lab.command(std::path::Path::new("/bin/sh"), &["-c", &line]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("standard output"), "{command}");
    }
}

#[test]
fn a_pipe_in_the_folder_is_not_waited_for() {
    let lab = Lab::new(&one());
    let made = lab.command(std::path::Path::new("mkfifo"), &["b.pf.hcl"]).status().unwrap();
    assert!(made.success());
    lab.patchform("validate").exits(1).says("b.pf.hcl");
    std::fs::rename(lab.path("b.pf.hcl"), lab.path("patchform.pfvars")).unwrap();
    lab.patchform("validate").exits(1).says("patchform.pfvars: it is no file");
}

#[test]
fn the_name_of_a_file_is_shown_and_not_obeyed() {
    let lab = Lab::new(&one());
    lab.write("a\u{1b}[31m\n\u{202e}.pf.hcl", "output \"x\" {}\n");
    let told = lab.patchform("validate").exits(1).says("a\\u{1b}[31m\\n\\u{202e}.pf.hcl:1:1");
    told.does_not_say("\u{1b}[31m").does_not_say("\u{202e}");
}

/// Each of them was compared with every known name: minutes.
#[test]
fn very_many_misspelt_names_are_told_at_once() {
    let of = |line: &dyn Fn(usize) -> String| (0..40_000).map(line).collect::<String>();
    let object = of(&|i| format!("    k{i} = 1\n"));
    for text in [
        format!("locals {{\n{}}}\n", of(&|i| format!("  a{i} = local.nope{i}\n"))),
        format!("locals {{\n  o = {{\n{object}  }}\n{}}}\n", of(&|i| format!("  a{i} = local.o.nope{i}\n"))),
    ] {
        let lab = Lab::empty();
        lab.write("main.pf.hcl", text);
        let begun = Instant::now();
        lab.patchform("validate").exits(1).says("nope0").does_not_say("panicked");
        assert!(begun.elapsed() < Duration::from_secs(60));
    }
}

#[test]
fn a_very_long_chain_of_moves_is_followed_at_once() {
    let chain = |last: &str| {
        let moved = |i: usize| format!("moved {{\n  from = release.a{i}\n  to = release.a{}\n}}\n", i + 1);
        (0..20_000).map(moved).collect::<String>() + last
    };
    for (last, said) in
        [("", "release.a19999 is moved to"), (BACK, "These moves go in a circle: release.a0 → ")]
    {
        let lab = Lab::empty();
        lab.write("main.pf.hcl", chain(last));
        let begun = Instant::now();
        lab.patchform("validate").says(said).does_not_say("panicked");
        assert!(begun.elapsed() < Duration::from_secs(60));
    }
}

const BACK: &str = "moved {\n  from = release.a20000\n  to = release.a0\n}\n";

#[test]
fn a_link_to_a_folder_above_is_a_module_that_calls_itself() {
    let lab = Lab::empty();
    lab.write("main.pf.hcl", "module \"m\" {\n  source = \"./m/up\"\n}\n");
    fs::create_dir(lab.path("m")).unwrap();
    std::os::unix::fs::symlink("..", lab.path("m/up")).unwrap();
    lab.patchform("validate").exits(1).says("A module calls itself");
}
