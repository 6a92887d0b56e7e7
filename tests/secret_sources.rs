//! Secrets that the configuration reads from a file or a command, in the root and in modules: nowhere in clear, read
//! again by apply, resume and rollback, and named when they are gone.

mod lab;

use lab::{Lab, Ran};
use std::fs;
use std::path::Path;

/// Unlikely to stand anywhere by chance.
const PASSWORD: &str = "hunter2-hunter2";
const TOKEN: &str = "tok-99887766";
/// Where the secrets are kept: the one folder that is not searched for them.
const VAULT: &str = "vault";

/// A component whose commands print the secrets wherever they can, and write what they got into a file of the vault.
const CONFIGURATION: &str = r#"
variable "password" {
  type      = string
  sensitive = true
  from_file = "vault/password"
}

variable "token" {
  sensitive    = true
  from_command = ["sh", "vault/token.sh"]
  timeout      = "10s"
}

rollout "stop" {
  on_failure = "halt"
}

component "command" "db" {
  rollout     = rollout.stop
  patch_level = "2"
  read        = ["sh", "-c", "cat level 2>/dev/null; echo reading $PASSWORD >&2"]
  preview     = ["sh", "-c", "echo would use $PASSWORD"]
  patch       = ["sh", "-c", "echo $TOKEN; echo $PASSWORD >&2; echo \"$PASSWORD $TOKEN\" > vault/got; [ ! -f broken ] && echo $PATCHFORM_LEVEL > level"]
  snapshot    = ["sh", "-c", "cp level level.old 2>/dev/null; echo level.old"]
  restore     = ["sh", "-c", "rm -f level; cp $PATCHFORM_SNAPSHOT level 2>/dev/null; echo back with $TOKEN; true"]
  env         = { PASSWORD = var.password, TOKEN = var.token }
}

output "password" {
  value     = var.password
  sensitive = true
}
"#;

fn lab_with(configuration: &str) -> Lab {
    let lab = Lab::new(configuration);
    fs::create_dir_all(lab.path(VAULT)).expect("a folder");
    lab.write("vault/password", format!("{PASSWORD}\n"));
    lab.write("vault/token.sh", format!("printf %s {TOKEN}"));
    lab.patchform("init").exits(0);
    lab
}

fn lab() -> Lab {
    lab_with(CONFIGURATION)
}

fn run_with(lab: &Lab, words: &[&str], environment: &[(&str, &str)]) -> Ran {
    let mut command = lab.command(Path::new(env!("CARGO_BIN_EXE_patchform")), words);
    command.env("COLUMNS", "400").envs(environment.iter().copied());
    Ran::of(command.output().expect("patchform starts"))
}

/// Runs patchform; fails when a secret was printed, or stands in a file beside the vault.
#[track_caller]
fn run(lab: &Lab, words: &[&str]) -> Ran {
    let ran = run_with(lab, words, &[]);
    nowhere(lab, PASSWORD);
    nowhere(lab, TOKEN);
    ran.does_not_say(PASSWORD).does_not_say(TOKEN)
}

/// Fails when a text stands in a file beside the vault.
#[track_caller]
fn nowhere(lab: &Lab, secret: &str) {
    let mut folders = vec![lab.path("")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).expect("a folder").flatten().map(|entry| entry.path()) {
            if path.is_dir() && !path.ends_with(VAULT) {
                folders.push(path);
            } else if path.is_file() {
                let text = String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned();
                assert!(!text.contains(secret), "{}: {text}", path.display());
            }
        }
    }
}

#[track_caller]
fn got(lab: &Lab, password: &str, token: &str) {
    assert_eq!(lab.read("vault/got"), format!("{password} {token}\n"));
}

#[test]
fn what_a_file_and_a_command_give_stands_nowhere_in_clear() {
    let lab = lab();
    run(&lab, &["validate"]).exits(0);
    run(&lab, &["plan", "--out", "p"]).exits(0).says("would use (sensitive)");
    run(&lab, &["show", "--json", "p"]).exits(0);
    run(&lab, &["apply", "p"]).exits(0);
    got(&lab, PASSWORD, TOKEN);
    for quiet in [&["output", "--json"] as &[&str], &["run", "show", "--json"], &["state", "pull"]] {
        run(&lab, quiet).exits(0);
    }
    run(&lab, &["run", "export", "--out", "run.tar"]).exits(0);
}

#[test]
fn a_saved_plan_stops_before_it_begins_when_a_source_is_gone() {
    let lab = lab();
    run(&lab, &["plan", "--out", "p"]).exits(0);
    fs::rename(lab.path("vault/password"), lab.path("vault/elsewhere")).expect("it moves");
    run(&lab, &["apply", "p"])
        .exits(1)
        .says("`password` is needed again: the file vault/password: there is no such file")
        .says("set PF_VAR_password");
    fs::rename(lab.path("vault/elsewhere"), lab.path("vault/password")).expect("it moves back");
    fs::rename(lab.path("vault/token.sh"), lab.path("vault/elsewhere")).expect("it moves");
    run(&lab, &["apply", "p"])
        .exits(1)
        .says("`token` is needed again: the command `sh vault/token.sh`: it exited with code");
    assert_eq!(lab.read("level"), "", "nothing was begun");
    run_with(&lab, &["apply", "p", "--var", "token=given"], &[]).exits(0);
    got(&lab, PASSWORD, "given");
}

#[test]
fn what_was_changed_between_plan_and_apply_counts() {
    let lab = lab();
    run(&lab, &["plan", "--out", "p"]).exits(0);
    lab.write("vault/password", "correct-horse\n");
    lab.write("vault/token.sh", "echo battery-staple");
    run(&lab, &["apply", "p"]).exits(0).does_not_say("correct-horse").does_not_say("battery-staple");
    got(&lab, "correct-horse", "battery-staple");
}

/// What a command does between plan and apply, and what is said of it.
#[test]
fn a_command_that_gives_no_secret_is_told_without_what_it_printed() {
    let lab = lab();
    run(&lab, &["plan", "--out", "p"]).exits(0);
    let failing = format!("echo {TOKEN}; echo no {TOKEN} in the store >&2; exit 3");
    for (script, told) in [
        (failing.as_str(), "it exited with code 3: no (sensitive) in the store"),
        (&format!("echo {TOKEN}; kill -9 $$"), "it was ended by signal 9"),
        ("true", "it gives nothing"),
        ("echo", "it gives nothing"),
        ("printf '\\377\\376'", "what it gives is no text in UTF-8"),
        ("printf 'a\\000b'", "what it gives is no text: it holds a NUL"),
        (&format!("yes {TOKEN} | head -c 100000000"), "it printed more than 1048576 bytes"),
        (&format!("echo {TOKEN}; sleep 600"), "it did not end within 10s"),
    ] {
        lab.write("vault/token.sh", script);
        run(&lab, &["apply", "p"]).exits(1).says("the command `sh vault/token.sh`: ").says(told);
        assert_eq!(lab.read("level"), "", "nothing was begun");
    }
    run(&lab, &["plan"]).exits(1).says("The value of variable \"token\" cannot be read");
}

#[test]
fn what_is_given_counts_before_what_would_be_read() {
    let lab = lab();
    fs::remove_file(lab.path("vault/password")).expect("it is there");
    run(&lab, &["plan"]).exits(1).says("There is no such file").says("PF_VAR_password");
    let apply = ["apply", "--auto-approve"];
    run_with(&lab, &apply, &[("PF_VAR_password", "of-environment")]).exits(0);
    got(&lab, "of-environment", TOKEN);
    lab.write("vault/secret.pfvars", "password = \"of-file\"\ntoken = \"of-file-too\"\n");
    for (words, password) in [
        (vec!["--var-file", "vault/secret.pfvars"], "of-file"),
        (vec!["--var-file", "vault/secret.pfvars", "--var", "password=of-words"], "of-words"),
    ] {
        fs::remove_file(lab.path("level")).expect("it was patched");
        run(&lab, &[apply.as_slice(), &words].concat()).exits(0);
        got(&lab, password, "of-file-too");
    }
}

#[test]
fn resume_and_rollback_read_it_again_and_stop_when_it_is_gone() {
    for (words, level) in [(vec!["resume"], "2\n"), (vec!["rollback", "--auto-approve"], "1\n")] {
        let lab = lab();
        lab.write("level", "1\n");
        lab.write("broken", "");
        run(&lab, &["apply", "--auto-approve"]).exits(7);
        fs::remove_file(lab.path("broken")).expect("it is there");
        fs::rename(lab.path("vault/password"), lab.path("vault/elsewhere")).expect("it moves");
        run(&lab, &words).exits(1).says("the file vault/password: there is no such file");
        assert_eq!(lab.read("level"), "1\n", "nothing was done");
        fs::rename(lab.path("vault/elsewhere"), lab.path("vault/password")).expect("it moves back");
        run(&lab, &words);
        assert_eq!(lab.read("level"), level, "{words:?}");
    }
}

/// A module with secrets of its own, called from a module: one from its caller, one from a file, one from a default.
const INNER: &str = r#"
variable "name" {}

variable "password" {
  type      = string
  sensitive = true
}

variable "token" {
  sensitive = true
  from_file = "${path.module}/vault/token"
}

variable "pin" {
  type      = number
  sensitive = true
  default   = 1234
}

component "command" "db" {
  patch_level = "2"
  read        = ["sh", "-c", "cat level-${var.name} 2>/dev/null; true"]
  patch       = ["sh", "-c", "echo \"$PASSWORD $TOKEN $PIN\" > vault/got-${var.name}; echo $PASSWORD $TOKEN; [ ! -f broken-${var.name} ] && echo 2 > level-${var.name}"]
  preview     = ["sh", "-c", "echo would use $TOKEN"]
  snapshot    = ["echo", "none"]
  restore     = ["sh", "-c", "echo $TOKEN > vault/back-${var.name}; echo 1 > level-${var.name}"]
  env         = { PASSWORD = var.password, TOKEN = var.token, PIN = var.pin }
  rollout     = rollout.stop
}

rollout "stop" {
  on_failure = "halt"
}
"#;

const OUTER: &str = r#"
variable "password" {
  sensitive = true
}

module "db" {
  source   = "./db"
  for_each = toset(["a", "b"])
  name     = each.key
  password = var.password
}
"#;

const ROOT: &str = r#"
variable "password" {
  type      = string
  sensitive = true
  from_file = "vault/password"
}

module "site" {
  source   = "./site"
  password = var.password
}
"#;

/// Whoever lets go of a run needs no secret: what cannot be asked without one is told, and let go of by name.
#[test]
fn a_run_is_let_go_of_when_its_secrets_are_gone() {
    let lab = lab();
    lab.write("broken", "");
    run(&lab, &["apply", "--auto-approve"]).exits(7);
    fs::rename(lab.path("vault/password"), lab.path("vault/elsewhere")).expect("it moves");
    run(&lab, &["resume"]).exits(1).says("`password` is needed again");
    run(&lab, &["run", "abandon"])
        .exits(0)
        .says("`password` is needed again: the file vault/password: there is no such file")
        .says("what needs it cannot be asked");
    run(&lab, &["run", "list"]).exits(0).says("abandoned");
    // Of a restore that has failed nobody has to ask how far it came.
    let lab = lab_with(
        &CONFIGURATION
            .replace("\"halt\"", "\"rollback_component\"")
            .replace("rm -f level;", "exit 3;")
            .replace("[ ! -f broken ]", "echo half > level; [ ! -f broken ]"),
    );
    lab.write("level", "1");
    lab.write("broken", "");
    run(&lab, &["apply", "--auto-approve"]).exits(4).says("Emergency steps");
    fs::rename(lab.path("vault/password"), lab.path("vault/elsewhere")).expect("it moves");
    run(&lab, &["run", "abandon"]).exits(0);
    run(&lab, &["run", "show"])
        .exits(0)
        .says("could not be restored")
        .does_not_say("was under way")
        .does_not_say("has not answered");
    // Its controller died while the patch was under way: nobody can ask how far that came.
    let lab = lab_with(&CONFIGURATION.replace("[ ! -f broken ]", "sleep 3"));
    let apply = ["apply", "--auto-approve"];
    run_with(&lab, &apply, &[("PATCHFORM_FAILPOINT", "drive.begun#3=kill")]);
    fs::rename(lab.path("vault/password"), lab.path("vault/elsewhere")).expect("it moves");
    run(&lab, &["run", "abandon"]).exits(7).says("--leave-running").says("command.db");
    run(&lab, &["run", "abandon", "--leave-running", "command.db"]).exits(0);
}

fn modules() -> Lab {
    let lab = Lab::new(ROOT);
    for folder in [VAULT, "site/db/vault"] {
        fs::create_dir_all(lab.path(folder)).expect("a folder");
    }
    lab.write("vault/password", format!("{PASSWORD}\n"));
    lab.write("site/main.pf.hcl", OUTER);
    lab.write("site/db/main.pf.hcl", INNER);
    lab.write("site/db/vault/token", format!("{TOKEN}\n"));
    lab.patchform("init").exits(0);
    lab
}

const OWN: &str =
    "`module.site.module.db.var.token` is needed again: the file site/db/vault/token: there is no";

#[test]
fn a_modules_own_secrets_reach_its_components_and_are_read_again() {
    let lab = modules();
    run(&lab, &["plan", "--out", "p"]).exits(0).says("would use (sensitive)");
    let token = lab.path("site/db/vault/token");
    fs::rename(&token, lab.path("vault/token")).expect("it moves");
    run(&lab, &["apply", "p"]).exits(1).says(OWN).says("--var 'module.site.module.db.var.token=…'");
    fs::rename(lab.path("vault/token"), &token).expect("it moves back");
    run(&lab, &["apply", "p"]).exits(0);
    for name in ["a", "b"] {
        assert_eq!(lab.read(&format!("vault/got-{name}")), format!("{PASSWORD} {TOKEN} 1234\n"));
    }
}

#[test]
fn a_modules_own_secrets_are_read_again_by_resume_and_rollback() {
    for words in [vec!["resume"], vec!["rollback", "--auto-approve"]] {
        let lab = modules();
        for file in ["level-a", "level-b"] {
            lab.write(file, "1\n");
        }
        lab.write("broken-b", "");
        run(&lab, &["apply", "--auto-approve"]).exits(7);
        assert_eq!((lab.read("level-a"), lab.read("level-b")), ("2\n".into(), "1\n".into()));
        fs::remove_file(lab.path("broken-b")).expect("it is there");
        let token = lab.path("site/db/vault/token");
        fs::rename(&token, lab.path("vault/token")).expect("it moves");
        run(&lab, &words).exits(1).says(OWN);
        let given = format!("module.site.module.db.var.token={TOKEN}");
        run(&lab, &[words.as_slice(), &["--var", given.as_str()]].concat());
        let level = if words[0] == "resume" { "2\n" } else { "1\n" };
        assert_eq!((lab.read("level-a"), lab.read("level-b")), (level.into(), level.into()), "{words:?}");
        let restored = lab.read("vault/back-a");
        assert_eq!(restored, if words[0] == "resume" { String::new() } else { format!("{TOKEN}\n") });
    }
}

#[test]
fn a_configuration_in_json_reads_its_secrets_again() {
    let lab = lab();
    fs::remove_file(lab.path("main.pf.hcl")).expect("it is there");
    let text = r#"{
  "variable": {
    "word":  { "type": "string", "sensitive": true, "default": "only here" },
    "password": { "sensitive": true, "from_file": "${path.module}/vault/password" },
    "token": { "type": "string", "sensitive": true, "from_command": ["sh", "vault/token.sh"] }
  },
  "component": { "command": { "db": {
    "patch_level": "2",
    "read": ["sh", "-c", "cat level; true"],
    "patch": ["sh", "-c", "echo \"$WORD $PASSWORD $TOKEN\" > vault/got; echo 2 > level"],
    "env": { "WORD": "${var.word}", "PASSWORD": "${var.password}", "TOKEN": "${var.token}" },
    "lifecycle": { "allow_irreversible": true }
  } } }
}"#;
    lab.write("main.pf.json", text);
    run(&lab, &["plan", "--out", "p"]).exits(0);
    run(&lab, &["apply", "p"]).exits(0);
    assert_eq!(lab.read("vault/got"), format!("only here {PASSWORD} {TOKEN}\n"));
}

/// A key of several lines is printed line by line, and what is told of a failure may begin in the midst of it.
#[test]
fn no_line_of_a_secret_is_shown() {
    let lab = lab();
    let lines: Vec<String> = (0..12).map(|n| format!("MIIEvQIBADANBgkqh{n:02}")).collect();
    lab.write("vault/password", format!("-----BEGIN KEY-----\n{}\n-----END KEY-----\n", lines.join("\n")));
    let quoted = CONFIGURATION.replace("echo reading $PASSWORD", "echo \\\"$PASSWORD\\\"");
    let quoted = quoted.replace("echo $PASSWORD >&2", "echo \\\"$PASSWORD\\\" | tail -n 4 >&2");
    let quoted = quoted.replace("echo would use $PASSWORD", "echo \\\"$PASSWORD\\\"");
    lab.write("main.pf.hcl", quoted);
    lab.write("level", "1\n");
    lab.write("broken", "");
    run(&lab, &["plan", "--out", "p"]).exits(0);
    for ran in
        [run(&lab, &["plan"]), run(&lab, &["apply", "p"]).exits(7), run(&lab, &["run", "show", "--json"])]
    {
        for line in &lines {
            nowhere(&lab, line);
        }
        lines.iter().fold(ran, |ran, line| ran.does_not_say(line));
    }
    assert!(lab.read("vault/got").contains(&lines[11]), "{}", lab.read("vault/got"));
}

/// A command that asks a person, or a vault that counts, is run once by each command of patchform that needs its secret.
#[test]
fn the_command_of_a_secret_is_run_once_by_each_command() {
    let lab = lab();
    lab.write("vault/token.sh", format!("echo once >> vault/asked; printf %s {TOKEN}"));
    let asked = |line: &str| {
        let _ = fs::remove_file(lab.path("vault/asked"));
        lab.patchform(line);
        lab.read("vault/asked").lines().count()
    };
    assert_eq!(["plan --out p", "apply p"].map(asked), [1, 1]);
    assert_eq!(lab.read("level"), "2\n");
    lab.write("main.pf.hcl", lab.read("main.pf.hcl").replace("\"2\"", "\"3\""));
    lab.write("broken", "");
    // It halts with an exit code of its own: what is asked for is counted all the same.
    assert_eq!(["apply --auto-approve", "resume", "rollback"].map(asked), [1, 1, 1]);
    assert_eq!(lab.read("level"), "2\n");
}
