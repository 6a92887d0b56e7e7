//! Secrets through the binary: nowhere in clear, and read again by apply, resume and rollback of a saved plan.

mod lab;

use lab::{Lab, Ran};
use std::fs;
use std::path::Path;

/// Unlikely to stand anywhere by chance; the pin is a number that an argument takes as a string.
const PASSWORD: &str = "hunter2-hunter2";
const PIN: &str = "99887766";

/// A component whose commands print the secrets wherever they can, and write what they got into files.
const CONFIGURATION: &str = r#"
variable "password" {
  type      = string
  sensitive = true
}

variable "pin" {
  type      = number
  sensitive = true
}

variable "words" {
  type      = map(string)
  sensitive = true
  default   = {}
}

component "command" "db" {
  patch_level = "2"
  read        = ["sh", "-c", "cat level 2>/dev/null; echo reading $PASSWORD >&2"]
  preview     = ["sh", "-c", "echo would use $PASSWORD"]
  patch       = ["sh", "-c", "echo $PASSWORD $PIN; echo $PASSWORD >&2; echo \"$PASSWORD $PIN\" > got; [ ! -f broken ] && echo $PATCHFORM_LEVEL > level"]
  snapshot    = ["sh", "-c", "cp level level.old 2>/dev/null; echo level.old"]
  restore     = ["sh", "-c", "rm -f level; cp $PATCHFORM_SNAPSHOT level 2>/dev/null; echo back with $PASSWORD; true"]
  verify      = ["sh", "-c", "echo $PASSWORD; [ ! -f ill ] || grep -q 1 level"]
  env         = { PASSWORD = var.password, PIN = var.pin }
}

component "command" "words" {
  patch_level = "1"
  read        = ["sh", "-c", "cat words 2>/dev/null; true"]
  patch       = ["sh", "-c", "echo \"$ONE\" > words.got; echo $PATCHFORM_LEVEL > words"]
  env         = var.words
  lifecycle {
    allow_irreversible = true
  }
}

output "password" {
  value     = var.password
  sensitive = true
}
"#;

fn lab() -> Lab {
    let lab = Lab::new(CONFIGURATION);
    lab.patchform("init").exits(0);
    lab
}

/// Runs patchform with words as they are, and environment variables.
fn run(lab: &Lab, words: &[&str], environment: &[(&str, &str)]) -> Ran {
    let mut command = lab.command(Path::new(env!("CARGO_BIN_EXE_patchform")), words);
    command.env("COLUMNS", "400").envs(environment.iter().copied());
    Ran::of(command.output().expect("patchform starts"))
}

/// Fails when a secret stands in a file that patchform wrote, or was printed.
#[track_caller]
fn nowhere(lab: &Lab, ran: Ran) -> Ran {
    let mut folders = vec![lab.path("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !["got", "words.got", "secret.pfvars"].contains(&name.as_str()) {
                let text = String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned();
                assert!(!text.contains(PASSWORD) && !text.contains(PIN), "{}: {text}", path.display());
            }
        }
    }
    ran.does_not_say(PASSWORD).does_not_say(PIN)
}

const ENVIRONMENT: [(&str, &str); 2] = [("PF_VAR_password", PASSWORD), ("PF_VAR_pin", "099887766")];

#[test]
fn a_secret_stands_nowhere_in_clear() {
    let lab = lab();
    let words = |w: &'static [&'static str]| nowhere(&lab, run(&lab, w, &ENVIRONMENT));
    words(&["validate"]).exits(0);
    words(&["plan", "--out", "p"]).exits(0).says("would use (sensitive)");
    words(&["plan", "--json"]).exits(0);
    words(&["show", "--json", "p"]).exits(0);
    words(&["apply", "p"]).exits(0);
    assert_eq!(lab.read("got"), format!("{PASSWORD} {PIN}\n"));
    for quiet in
        [&["output", "--json"] as &[&str], &["run", "show"], &["run", "show", "--json"], &["state", "pull"]]
    {
        nowhere(&lab, run(&lab, quiet, &[])).exits(0);
    }
    // A script must not take "null" for the password.
    for asked in [
        &["output", "password"] as &[&str],
        &["output", "--raw", "password"],
        &["output", "--json", "password"],
    ] {
        let ran = run(&lab, asked, &[]).exits(1).says("no secret is stored");
        assert!(asked.contains(&"--json") || ran.out.is_empty(), "{}", ran.out);
    }
}

#[test]
fn a_failing_component_gives_no_secret_away() {
    let lab = lab();
    lab.write("level", "1\n");
    lab.write("broken", "");
    let apply = ["apply", "--auto-approve", "--json"];
    nowhere(&lab, run(&lab, &apply, &ENVIRONMENT)).exits(3);
    nowhere(&lab, run(&lab, &["plan"], &ENVIRONMENT)).exits(0);
    fs::remove_file(lab.path("broken")).expect("it is there");
    lab.write("ill", "");
    nowhere(&lab, run(&lab, &["apply", "--auto-approve"], &ENVIRONMENT)).exits(3);
    assert_eq!(lab.read("level"), "1\n");
}

#[test]
fn a_saved_plan_reads_the_environment_again() {
    let lab = lab();
    run(&lab, &["plan", "--out", "p"], &ENVIRONMENT).exits(0);
    nowhere(&lab, run(&lab, &["apply", "p"], &[]))
        .exits(1)
        .says("`password` is needed again: the environment variable PF_VAR_password is not set")
        .says("--var-file FILE");
    assert_eq!(lab.read("level"), "", "nothing was begun");
    run(&lab, &["apply", "p"], &[("PF_VAR_password", PASSWORD), ("PF_VAR_pin", "no number")])
        .exits(1)
        .says("PF_VAR_pin: it does not fit the type number")
        .does_not_say("no number");
    run(&lab, &["apply", "p"], &ENVIRONMENT).exits(0);
    assert_eq!(lab.read("got"), format!("{PASSWORD} {PIN}\n"));
}

#[test]
fn a_saved_plan_reads_a_file_again() {
    let lab = lab();
    let text = format!("password = \"{PASSWORD}\"\npin = \"{PIN}\"\nwords = {{ ONE = 1 }}\n");
    lab.write("secret.pfvars", &text);
    let plan = ["plan", "--out", "p", "--var-file", "secret.pfvars"];
    nowhere(&lab, run(&lab, &plan, &[])).exits(0);
    fs::rename(lab.path("secret.pfvars"), lab.path("elsewhere")).expect("it moves");
    run(&lab, &["apply", "p"], &[]).exits(1).says("secret.pfvars").says("needed again");
    fs::rename(lab.path("elsewhere"), lab.path("secret.pfvars")).expect("it moves back");
    lab.write("secret.pfvars", text.replace("password = ", "passwort = "));
    run(&lab, &["apply", "p"], &[]).exits(1).says("secret.pfvars does not set it any more");
    lab.write("secret.pfvars", text);
    nowhere(&lab, run(&lab, &["apply", "p"], &[])).exits(0);
    assert_eq!(lab.read("got"), format!("{PASSWORD} {PIN}\n"));
    assert_eq!(lab.read("words.got"), "1\n");
}

#[test]
fn what_was_given_on_the_command_line_is_given_again() {
    let lab = lab();
    let password = format!("password={PASSWORD}");
    let given = ["--var", &password, "--var", "pin=099887766", "--var", "words={ ONE = 1 }"];
    let with = |words: &[&'static str]| [words, given.as_slice()].concat();
    nowhere(&lab, run(&lab, &with(&["plan", "--out", "p"]), &[])).exits(0);
    run(&lab, &["apply", "p"], &[]).exits(1).says("it was given with --var, which is not stored");
    nowhere(&lab, run(&lab, &with(&["apply", "p"]), &[])).exits(0);
    assert_eq!(lab.read("got"), format!("{PASSWORD} {PIN}\n"));
    assert_eq!(lab.read("words.got"), "1\n");
}

#[test]
fn a_stopped_run_is_finished_and_taken_back_with_its_secrets() {
    for (command, level) in [("resume", "2\n"), ("rollback", "1\n")] {
        let lab = lab();
        lab.write("level", "1\n");
        lab.write("main.pf.hcl", halting());
        lab.write("broken", "");
        run(&lab, &["apply", "--auto-approve"], &ENVIRONMENT).exits(7);
        fs::remove_file(lab.path("broken")).expect("it is there");
        run(&lab, &[command], &[]).exits(1).says("PF_VAR_password is not set");
        let words = if command == "rollback" { vec![command, "--auto-approve"] } else { vec![command] };
        nowhere(&lab, run(&lab, &words, &ENVIRONMENT));
        assert_eq!(lab.read("level"), level, "{command}");
    }
}

/// A failure halts the run.
fn halting() -> String {
    let rollout = "rollout \"stop\" {\n  on_failure = \"halt\"\n}\n";
    let text =
        CONFIGURATION.replace("  patch_level = \"2\"", "  rollout = rollout.stop\n  patch_level = \"2\"");
    format!("{rollout}{text}")
}

/// A level and a snapshot's name in which a short secret stands by chance reach the provider as they were printed.
#[test]
fn what_a_provider_reads_is_not_masked() {
    let lab = lab();
    let text = CONFIGURATION.replace("patch_level = \"2\"", "patch_level = \"1.2026.2\"");
    lab.write("main.pf.hcl", text);
    lab.write("level", "1.2026.1\n");
    lab.write("broken", "");
    let year = [("PF_VAR_password", "2026"), ("PF_VAR_pin", "99887766")];
    run(&lab, &["plan"], &year).exits(0).says("1.2026.1").says("1.2026.2");
    run(&lab, &["apply", "--auto-approve"], &year).exits(3);
    assert_eq!(lab.read("level"), "1.2026.1\n");
    fs::remove_file(lab.path("broken")).expect("it is there");
    run(&lab, &["apply", "--auto-approve"], &year).exits(0);
    assert_eq!(lab.read("level"), "1.2026.2\n");
}

/// Stored as it is the token would give the secret away, and masked it could not be restored.
#[test]
fn a_snapshot_named_by_a_secret_is_refused() {
    let lab = lab();
    lab.write("main.pf.hcl", CONFIGURATION.replace("echo level.old", "echo level.$PASSWORD"));
    lab.write("level", "1\n");
    let apply = ["apply", "--auto-approve"];
    nowhere(&lab, run(&lab, &apply, &ENVIRONMENT)).exits(3).says("the snapshot was not accepted");
    assert_eq!(lab.read("level"), "1\n");
    assert_eq!(lab.read("got"), "", "the patch was not begun");
}

/// Every command prints the secrets; its controller is killed around it, and nobody takes in what it printed.
#[test]
fn what_a_killed_controller_left_holds_no_secret_once_its_run_is_abandoned() {
    let abandon = ["run", "abandon"];
    let mut killed = 0;
    for point in ["detached.started", "drive.answered"] {
        for nth in 1.. {
            let lab = lab();
            lab.write("level", "1\n");
            let failpoint = format!("{point}#{nth}=kill");
            let environment = [ENVIRONMENT[0], ENVIRONMENT[1], ("PATCHFORM_FAILPOINT", failpoint.as_str())];
            if run(&lab, &["apply", "--auto-approve"], &environment).code != -1 {
                break;
            }
            killed += 1;
            wait_until_nothing_runs(&lab);
            let ran = run(&lab, &abandon, &ENVIRONMENT);
            assert!([0, 1, 4].contains(&ran.code), "{failpoint}: {ran:?}");
            nowhere(&lab, ran);
            nowhere(&lab, run(&lab, &["run", "list"], &[]).exits(0));
        }
    }
    assert!(killed >= 6, "{killed}");
}

/// Every command prints the secrets, and its controller is killed around it. Then the secrets get other values: whoever
/// goes on knows the old ones no more.
#[test]
fn a_secret_that_was_changed_after_a_kill_leaves_its_old_value_nowhere() {
    let changed = [("PF_VAR_password", "correct-horse"), ("PF_VAR_pin", "55443322")];
    let ways: [&[&str]; 3] = [&["resume"], &["rollback", "--auto-approve"], &["run", "abandon"]];
    let (mut killed, mut left_out) = (0, 0);
    for (shift, point) in ["detached.started", "drive.answered"].into_iter().enumerate() {
        for nth in 1.. {
            let lab = lab();
            lab.write("level", "1\n");
            let failpoint = format!("{point}#{nth}=kill");
            let environment = [ENVIRONMENT[0], ENVIRONMENT[1], ("PATCHFORM_FAILPOINT", &failpoint)];
            if run(&lab, &["apply", "--auto-approve"], &environment).code != -1 {
                break;
            }
            killed += 1;
            wait_until_nothing_runs(&lab);
            let open = run(&lab, &["run", "export", "--out", "open.tar.gz"], &changed).exits(0);
            no_secret_in(&lab, "open.tar.gz", &open);
            let way = ways[(nth + shift) % ways.len()];
            let ran = run(&lab, way, &changed);
            assert!([0, 3, 4].contains(&ran.code), "{failpoint} {way:?}: {ran:?}");
            nowhere(&lab, ran);
            nowhere(&lab, run(&lab, &["run", "show"], &[]).exits(0));
            let ended = run(&lab, &["run", "export", "--out", "ended.tar.gz"], &changed).exits(0);
            let told = no_secret_in(&lab, "ended.tar.gz", &ended);
            left_out += usize::from(told.contains("(left out: another controller began this"));
        }
    }
    assert!(killed >= 6 && left_out > 0, "{killed} {left_out}");
}

/// What stands in an archive, which is removed; fails when a secret does.
#[track_caller]
fn no_secret_in(lab: &Lab, archive: &str, ran: &Ran) -> String {
    let unpacked = lab.command(Path::new("tar"), &["-xzOf", archive]).output().expect("tar starts");
    let text = String::from_utf8_lossy(&unpacked.stdout).into_owned();
    assert!(unpacked.status.success() && !text.contains(PASSWORD) && !text.contains(PIN), "{ran:?}\n{text}");
    fs::remove_file(lab.path(archive)).expect("it is there");
    text
}

/// What was started is there by its process; it has ended when its exit code is.
fn wait_until_nothing_runs(lab: &Lab) {
    let actions = fs::read_dir(lab.path(".patchform/actions")).into_iter().flatten().flatten();
    for folder in actions.map(|entry| entry.path()) {
        while folder.join("process").exists() && !folder.join("exit").exists() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

#[test]
fn a_command_that_outlives_its_abandoned_run_leaves_no_secret_either() {
    let lab = lab();
    let waiting = "echo $PASSWORD; touch begun; while [ -f begun ] && [ ! -f go ]; do sleep 0.02; done; echo $PASSWORD >&2; touch over";
    let before = "echo $PASSWORD $PIN; echo $PASSWORD >&2;";
    lab.write("main.pf.hcl", CONFIGURATION.replacen(before, &format!("{waiting};"), 1));
    lab.write("level", "1\n");
    let mut command = lab.patchform_command("apply --auto-approve");
    let mut apply =
        command.envs(ENVIRONMENT).stdout(std::process::Stdio::null()).spawn().expect("patchform starts");
    wait_for(&lab, "begun");
    apply.kill().expect("it runs");
    apply.wait().expect("it is ours");
    let actions = fs::read_dir(lab.path(".patchform/actions")).unwrap().flatten();
    let folder = actions.map(|entry| entry.path()).next().unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(folder).unwrap().permissions());
    assert_eq!(mode & 0o077, 0, "for its owner only");
    nowhere(&lab, run(&lab, &["run", "abandon", "--leave-running", "command.db"], &ENVIRONMENT)).exits(0);
    lab.write("go", "");
    wait_for(&lab, "over");
    nowhere(&lab, run(&lab, &["run", "show"], &[]).exits(0));
}

fn wait_for(lab: &Lab, name: &str) {
    while !lab.path(name).exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn a_variable_file_that_cannot_be_read_shows_no_secret() {
    let lab = lab();
    for (name, text) in [
        ("a.pfvars", "sizes = 3\npassword = \"hunter2${x\"\n"),
        ("b.pfvars", "password = hunter2 hunter2\n"),
        ("c.pfvars", "password = <<E\nhunter2\n"),
        ("d.pfvars", "password \"hunter2\"\n"),
        ("e.pfvars", "password = \"hunter2\n"),
        ("f.pfvars", "password = \"\\qhunter2\"\n"),
        ("g.pfvars", "password = \"one\"\npassword = \"hunter2\"\n"),
        ("h.pfvars", "passwrd = \"hunter2\n"),
        ("i.pfvars", "password = [\"hunter2\",\n  hunter2\nsizes = 1\n"),
        ("a.json", "{\"password\": \"hunter2\", \"sizes\": }"),
        ("b.json", "{\"password\": \"hunter2\n"),
        ("c.json", "{\"password\": hunter2}"),
        ("d.json", "{\"password\": \"\\qhunter2\"}"),
        ("e.json", "{\"password\": \"one\", \"password\": \"hunter2\"}"),
    ] {
        lab.write(name, text);
        for words in [&["validate", "--var-file", name][..], &["validate", "--json", "--var-file", name]] {
            run(&lab, words, &[]).exits(1).says(name).does_not_say("hunter2");
        }
    }
}

#[test]
fn a_diff_of_the_formatter_shows_no_secret() {
    let lab = Lab::empty();
    lab.write("a.pf.hcl", "variable \"password\" {\n  sensitive=true\n  default=\"hunter2\"\n}\n");
    lab.write("b.pf.hcl", "variable \"open\" {\n  default=\"shown\"\n}\n");
    lab.write("c.pf.hcl", "module \"m\" {\n  source=\"git::https://me:hunter2@git.example/x\"\n}\n");
    lab.write("below/d.pfvars", "password=\"hunter2\"\nopen=\"seen\"\n");
    let ran = lab.patchform("fmt --diff --recursive --write=false").exits(0).does_not_say("hunter2");
    let ran = ran.says("+  default   = *********").says("+  default = \"shown\"");
    ran.says("+password = *********").says("+open     = \"seen\"");
    lab.patchform("fmt --diff --recursive").exits(0).does_not_say("hunter2");
    assert_eq!(lab.read("below/d.pfvars"), "password = \"hunter2\"\nopen     = \"seen\"\n");
    // What it can lay out and nobody can read: a key that stands twice.
    lab.write("below/d.pfvars", "password={ a = \"hunter2\", a = \"b\" }\nopen=\"seen\"\n");
    let ran = lab.patchform("fmt --diff --recursive --write=false").exits(0).does_not_say("hunter2");
    ran.says("+open     = \"seen\"");
}

#[test]
fn the_rest_of_a_value_without_quotes_is_not_repeated() {
    let lab = lab();
    for words in [
        &["plan", "--var", "password=correct", "hunter2"][..],
        &["plan", "-var", "password=correct", "hunter2"],
        &["validate", "--var=password=correct", "hunter2", "battery"],
        &["apply", "--var", "password=correct", "hunter2"],
        &["apply", "--json", "--var", "password=correct", "hunter2"],
        &["rollback", "--var", "password=correct", "hunter2"],
        &["resume", "--var", "password=correct", "hunter2"],
        &["import", "--var", "password=correct", "hunter2"],
        &["plan", "password=hunter2"],
        &["apply", "password=hunter2"],
        &["rollback", "password=hunter2"],
        &["plan", "--var-file", "password=hunter2"],
        &["plan", "--json", "--var-file=password=hunter2"],
    ] {
        run(&lab, words, &[]).exits(1).says("--var 'name=two words'").does_not_say("hunter2");
    }
    run(&lab, &["apply", "no.plan"], &[]).exits(1).says("no.plan");
    run(&lab, &["apply", "no.plan", "--var", "password=x"], &[]).exits(1).says("no.plan");
}

#[test]
fn a_configuration_that_cannot_be_read_shows_no_secret() {
    for (name, text) in [
        ("a.pf.hcl", "variable \"a\" {\n  sensitive = true\n  default = \"hunter2\" + + \"x\"\n}\n"),
        ("b.pf.hcl", "variable \"a\" {\n  default = [\"hunter2\"\n  sensitive = true\n}\n"),
        ("c.pf.hcl", "variable \"a\" {\n  default = { x = \"hunter2 }\n  sensitive = true\n}\n"),
        ("d.pf.hcl", "variable \"a\" {\n  default = \"\\qhunter2\"\n  sensitive = true\n}\n"),
        ("e.pf.hcl", "variable \"a\" {\n  default = hunter2 hunter2\n  sensitive = var.x\n}\n"),
        ("g.pf.hcl", "variable \"a\" {\n  sensitive = true\n  default = 1\n  default = \"hunter2\"\n}\n"),
        (
            "h.pf.hcl",
            "variable \"a\" {\n  sensitive = true\n  default = {\n    x = \"one\"\n    x = \"hunter2\"\n  }\n}\n",
        ),
        ("i.pf.hcl", "variable \"a\" {\n  sensitive = true\n  defalt = \"hunter2\"\n}\n"),
        ("j.pf.hcl", "variable \"a\" {\n  sensitve = true\n  Default = \"hunter2\"\n}\n"),
        ("k.pf.hcl", "variable \"a\" {\n  sensitive = true\n  default: \"hunter2\"\n}\n"),
        ("l.pf.hcl", "variable \"a\" {\n  sensitive = true\n  default \"hunter2\"\n}\n"),
        ("m.pf.hcl", "variable \"a\" { sensitive = true, default = \"hunter2\" }\n"),
        ("n.pf.hcl", "variable \"a\" {\n  sensitive = true\n  default {\n    v = \"hunter2\"\n  }\n}\n"),
        (
            "o.pf.hcl",
            "variable \"a\" {\n  sensitive = true\n  default = \"hunter2\"\n  validation {\n    condition = var.a != \"hunter2\"\n    error_message = \"No.\"\n  }\n}\n",
        ),
        (
            "e.pf.json",
            "{\"variable\": {\"a\": [{\"sensitive\": true, \"default\": 1}, {\"default\": \"hunter2\"}]}}",
        ),
        ("c.pf.json", "{\"variable\": {\"a\": {\"sensitive\": true, \"defalt\": \"hunter2\"}}}"),
        (
            "d.pf.json",
            "{\"variable\": {\"a\": {\"sensitive\": true, \"default\": 1, \"default\": \"hunter2\"}}}",
        ),
        (
            "p.pf.hcl",
            "variable \"a\" {\n  sensitive = true\n  default = <-EOT\n    hunter2 correct\n  EOT\n}\n",
        ),
        ("q.pf.hcl", "variable \"a\" {\n  sensitive = true\n  default = <EOT\nhunter2 correct\nEOT\n}\n"),
        ("r.pf.hcl", "variable \"a\" {\n  sensitive = true\n  default = <-EOT\nhunter2 correct\n\"\n"),
        ("s.pf.hcl", "varible \"a\" { default = \"hunter2\" }\n"),
        ("t.pf.hcl", "variable \"a\" {\n  ensitive = true\n  default = \"hunter2\" x\n}\n"),
        (
            "g.pf.json",
            "{\"locals\": {}, \"variable\": {\"a\": {\"default\": \"hunter2\" \"x\", \"sensitive\": true}}}",
        ),
        ("h.pf.json", "{\"module\": {\"a\": {\"s\": \"hunter2\" \"x\"}}}"),
        ("f.pf.hcl", "variable \"a\" {\n  default = <<E\nhunter2\n  sensitive = true\n}\n"),
        ("a.pf.json", "{\"variable\": {\"a\": {\"default\": \"hunter2\" \"x\", \"sensitive\": true}}}"),
        ("b.pf.json", "{\"variable\": {\"a\": {\"sensitive\": true, \"default\": \"\\qhunter2\"}}}"),
    ] {
        let lab = Lab::new("");
        lab.write(name, text);
        for words in [&["validate"][..], &["validate", "--json"], &["plan"]] {
            run(&lab, words, &[]).exits(1).says(name).does_not_say("hunter2");
        }
        run(&lab, &["fmt", "--check"], &[]).does_not_say("hunter2");
    }
}

/// A module whose variables are sensitive, open, and not to be judged.
const MODULE: &str = "variable \"s\" {\n  sensitive = true\n}\nvariable \"open\" {\n  default = \"\"\n}\n\
    variable \"odd\" {\n  ensitive = true\n}\nvariable \"twice\" {}\nvariable \"twice\" {\n  sensitive = true\n}\n";

#[test]
fn what_a_broken_call_gives_to_a_secret_is_not_shown() {
    for line in [
        "s = \"hunter2\" \"x\"",
        "s = \"hunter2\"[",
        "s = = \"hunter2\"",
        "s \"hunter2\"",
        "s = \"\\qhunter2\"",
        "s = hunter2 hunter2",
        "odd = \"hunter2\" x",
        "twice = \"hunter2\" x",
        "nowhere = \"hunter2\" x",
        "s = <-EOT\n    hunter2 x\n  EOT",
        "s = { hunter2 = 1 }\n  x = [",
        "s = \"x-${var.x}-hunter2\" x",
        "v { s = \"hunter2\" }",
        "open = sensitive(\"hunter2\") x",
        "open = sensitive(\"hunter2\") + 1",
        "open = sensitive(\"hunter2\").x",
    ] {
        for header in [
            "module \"m\" {\n  source = \"./m\"\n",
            "modul \"m\" {\n",
            "module \"m\" {\n  source = \"git::x\"\n",
        ] {
            let lab = Lab::new("");
            lab.write("m/m.pf.hcl", MODULE);
            lab.write("main.pf.hcl", format!("{header}  {line}\n}}\n"));
            for words in [&["validate"][..], &["validate", "--json"], &["fmt", "--diff", "--check"]] {
                run(&lab, words, &[]).does_not_say("hunter2");
            }
        }
    }
    let lab = Lab::new("module \"m\" {\n  source = \"./m\"\n  open = \"seen\" \"x\"\n}\n");
    lab.write("m/m.pf.hcl", "variable \"open\" {}\n");
    run(&lab, &["validate"], &[]).exits(1).says("open = \"seen\" \"x\"");
}

#[test]
fn the_formatter_shows_of_a_broken_call_what_its_module_lets_everybody_see() {
    let lab =
        Lab::new("module \"m\" {\n  source = \"./m\"\n  open = [\"seen\", 1\n  s = [\"hunter2\", 1\n}\n");
    lab.write("m/m.pf.hcl", MODULE);
    let stdin = || std::fs::File::open(lab.path("main.pf.hcl")).expect("it was written");
    let from_stdin =
        || Ran::of(lab.patchform_command("fmt -").stdin(stdin()).output().expect("patchform starts"));
    let says = |seen: bool| {
        for ran in [run(&lab, &["fmt"], &[]), from_stdin(), run(&lab, &["validate"], &[])] {
            assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{}", ran.err);
            assert_eq!(ran.err.contains("open = [\"seen\", 1"), seen, "{}", ran.err);
        }
    };
    says(true);
    // Two calls of one name: both modules must let everybody see it.
    lab.write("n/m.pf.hcl", "variable \"s\" {}\n");
    lab.write("main.pf.hcl", lab.read("main.pf.hcl") + "module \"m\" {\n  source = \"./n\"\n}\n");
    says(false);
}

#[test]
fn a_diff_of_the_formatter_stars_what_cannot_be_judged() {
    for (name, text) in [
        (
            "main.pf.hcl",
            "module \"m\" {\n  source=\"./m\"\n  s=\"hunter2\"\n  odd=[\"hunter2\"]\n  twice=\"hunter2\"\n}\n",
        ),
        ("main.pf.hcl", "module \"m\" {\n  source=\"./nowhere\"\n  open=\"hunter2\"\n}\n"),
        (
            "main.pf.hcl",
            "module \"m\" {\n  source=\"./m\"\n  s=\"x-${local.x}-hunter2\"\n  v {\n  x=\"hunter2\"\n  }\n}\n",
        ),
        ("main.pf.hcl", "variable \"x\" {\n  sensitiv=true\n  default=\"hunter2\"\n}\n"),
        ("main.pf.hcl", "variable \"x\" {\n  ensitive=true\n  default=\"hunter2\"\n}\n"),
        ("main.pf.hcl", "varible \"x\" {\n  sensitive=true\n  default=\"hunter2\"\n}\n"),
        (
            "main.pf.hcl",
            "variable \"x\" {\n  default=\"hunter2\"\n}\nvariable \"x\" {\n  sensitive=true\n}\n",
        ),
        ("main.pf.hcl", "locals {\n  x=sensitive(\"hunter2\")\n}\n"),
        ("a.pfvars", "s=\"hunter2\"\nundeclared=\"hunter2\"\nb=\"hunter2\"\n"),
    ] {
        let lab = Lab::empty();
        lab.write("m/m.pf.hcl", MODULE);
        lab.write("own.pf.hcl", MODULE);
        lab.write("broken.pf.hcl", "variable \"b\" {\n  sensitive = = true\n}\n");
        lab.write(name, text);
        run(&lab, &["fmt", "--diff", "--check", name], &[]).exits(2).says("***").does_not_say("hunter2");
        let mut command = lab.patchform_command("fmt --diff -");
        command.stdin(std::fs::File::open(lab.path(name)).expect("it was written"));
        Ran::of(command.output().expect("patchform starts")).says("***").does_not_say("hunter2");
    }
    let lab = Lab::empty();
    lab.write("a.pfvars", "variable \"x\" {\n  default=\"hunter2\"\n}\nlocals {\n  a=\"hunter2\"\n}\n");
    run(&lab, &["fmt", "--diff", "--check"], &[]).exits(2).says("***").does_not_say("hunter2");
    lab.write("m/m.pf.hcl", MODULE);
    lab.write("main.pf.hcl", "module \"m\" {\n  source=\"./m\"\n  open=\"seen\"\n  s=local.seen_too\n}\n");
    run(&lab, &["fmt", "--diff", "--check"], &[]).exits(2).says("\"seen\"").says("local.seen_too");
}

#[test]
fn a_file_of_values_that_cannot_be_formatted_shows_none_of_them() {
    for text in [
        "password = \"hunter2\n",
        "password = \"hunter2\",\n",
        "password = 'hunter2'\n",
        "password: \"hunter2\"\n",
        "password \"hunter2\"\n",
        "export password=hunter2\n",
        "password = \"\\qhunter2\"\n",
        "password = \"hunter2\"\npassword = \"hunter2\"\n",
        "a.password = \"hunter2\"\n",
        "<<<<<<< HEAD\npassword = \"hunter2\"\n=======\n",
    ] {
        let lab = lab();
        lab.write("patchform.pfvars", text);
        for words in [&["fmt"][..], &["fmt", "--check", "--diff"]] {
            run(&lab, words, &[]).does_not_say("hunter2");
        }
        assert_eq!(lab.read("patchform.pfvars"), text);
        let mut command = lab.patchform_command("fmt -");
        command.stdin(std::fs::File::open(lab.path("patchform.pfvars")).expect("it was written"));
        let ran = Ran::of(command.output().expect("patchform starts"));
        assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    }
}

#[test]
fn a_complaint_about_the_address_of_a_feed_shows_no_key_in_it() {
    for address in [
        "htp://u:hunter2@feeds.example/a",
        "ftp://hunter2@feeds.example/a",
        "gopher://feeds.example/a?key=hunter2",
    ] {
        let lab = Lab::new(&format!("feed \"kev\" \"up\" {{\n  source = \"{address}\"\n}}\n"));
        for words in [&["validate"][..], &["validate", "--json"], &["collect"], &["collect", "--json"]] {
            run(&lab, words, &[]).exits(1).does_not_say("hunter2");
        }
    }
}

#[test]
fn a_value_on_the_command_line_without_a_name_is_not_shown() {
    let lab = lab();
    for given in ["hunter2", "password hunter2", "password {\"hunter2\"=1}", "{\"hunter2\"=1}"] {
        for words in [&["validate", "--var", given][..], &["validate", "--json", "--var", given]] {
            run(&lab, words, &[]).exits(1).says("--var").does_not_say("hunter2");
        }
    }
}

/// Names in an object are as secret as the object.
#[test]
fn a_message_names_no_key_of_a_secret() {
    let header = "data \"http\" \"z\" {\n  url = \"http://127.0.0.1:1/\"\n  request_headers = { (var.s) = \"a\\nb\" }\n}\n";
    for text in [
        "output \"x\" {\n  sensitive = true\n  value = true ? var.o : []\n}\n",
        "output \"x\" {\n  sensitive = true\n  value = true ? [local.o] : 1\n}\n",
        "output \"x\" {\n  value = merge(var.o, 1)\n}\n",
        header,
    ] {
        let lab = Lab::new("");
        let names = "variable \"s\" {\n  sensitive = true\n  default = \"hunter2\"\n}\n\
            variable \"o\" {\n  sensitive = true\n  default = { hunter2 = 1 }\n}\n\
            locals {\n  o = merge({}, { a = var.o })\n}\n";
        lab.write("main.pf.hcl", format!("{names}{text}"));
        for words in [&["validate"][..], &["validate", "--json"]] {
            run(&lab, words, &[]).exits(1).says("main.pf.hcl").does_not_say("hunter2");
        }
    }
}

#[test]
fn what_other_programs_know_is_not_repeated_where_it_is_secret() {
    let state = r#"{"version": 4, "outputs": {"pw": {"value": {"hunter2": "hunter2"}, "type": ["map", "number"], "sensitive": true}}}"#;
    for (name, text, kind) in [
        ("s.json", state, "terraform_state"),
        ("hosts.ini", "w1 ansible_password=correct hunter2\n", "ansible_inventory"),
        ("vars.ini", "w1\n[all:vars]\nansible_password hunter2\n", "ansible_inventory"),
        ("s.yaml", "a: !!int hunter2\n", "yaml"),
        ("s.csv", "hunter2,hunter2\n1,2\n", "csv"),
        ("s.conf", "Host a\n  Port hunter2\n", "ssh_config"),
    ] {
        // An inventory may hold passwords whether it is called sensitive or not.
        let flag = if kind == "ansible_inventory" { "" } else { "sensitive = true" };
        let lab = Lab::new(&format!("data \"{kind}\" \"t\" {{\n  path = \"{name}\"\n  {flag}\n}}\n"));
        lab.write(name, text);
        for words in [&["validate"][..], &["validate", "--json"]] {
            run(&lab, words, &[])
                .exits(1)
                .says(name.trim_start_matches(char::is_lowercase))
                .does_not_say("hunter2");
        }
    }
}

/// Lines that seem to say that a variable is sensitive, and are wrong.
const SENSITIVE_SOMEHOW: [&str; 34] = [
    "sensitive true",
    "sensitive: true",
    "sensitive == true",
    "sensitive -> true",
    "sensitive = true;",
    "sensitive = true,",
    "sensitive = tru",
    "sensitive = True",
    "sensitive = yes",
    "sensitive = 1",
    "sensitive = \"yes\"",
    "sensitive =",
    "sensitive",
    "sensitive = \"",
    "sensitive = var.b",
    "sensitive = [true]",
    "sensitive = true true",
    "sensitive = true default2 = 1",
    "description = \"x\" sensitive = true",
    "description = \"unterminated\n  sensitive = true",
    "validation sensitive = true",
    "sensitive = false\n  sensitive = true",
    "sensitive = true\n  sensitive = false",
    "senstive = true",
    "sensitve = true",
    "Sensitive = true",
    "SENSITIVE = true",
    "is_sensitive = true",
    "ephemeral = true",
    "secret = true",
    "sensitive {\n  }",
    "sensitive \"true\" {}",
    "lifecycle {\n    sensitive = true\n  }",
    "lifecycle {\n    senstive = true\n  }",
];

#[test]
fn a_variable_whose_sensitive_line_is_wrong_is_a_secret() {
    let uses = "variable \"b\" {\n  default = true\n}\noutput \"plus\" {\n  value = try(var.a.a, var.a) + 1\n}\n\
        locals {\n  number = tonumber(var.a)\n}\ncheck \"c\" {\n  assert {\n    condition = var.a == 1\n    error_message = \"bad ${var.a}\"\n  }\n}\n";
    let validation = "validation {\n    condition = var.a == 1\n    error_message = \"bad ${var.a}\"\n  }";
    let defaults = ["default = \"hunter2\"", "default = { a = \"hunter2\" }", validation];
    for line in SENSITIVE_SOMEHOW {
        for rest in defaults {
            let text = format!("variable \"a\" {{\n  {line}\n  {rest}\n}}\n{uses}");
            let lab = Lab::new(&text);
            for words in [&["validate"][..], &["validate", "--json"], &["plan"]] {
                let given = rest == validation && words[0] == "plan";
                let environment = if given { &[("PF_VAR_a", "hunter2")][..] } else { &[] };
                run(&lab, words, environment).exits(1).does_not_say("hunter2");
            }
        }
    }
}

#[test]
fn a_variable_whose_sensitive_is_wrong_in_json_is_a_secret() {
    for said in [
        r#""sensitive": "yes""#,
        r#""sensitive": 1"#,
        r#""sensitive": [true]"#,
        r#""sensitive": { "a": true }"#,
        r#""sensitive": false, "sensitive": true"#,
        r#""senstive": true"#,
        r#""Sensitive": true"#,
        r#""lifecycle": { "sensitive": true }"#,
    ] {
        let lab = Lab::new("output \"plus\" {\n  value = var.a + 1\n}\n");
        lab.write("a.pf.json", format!(r#"{{ "variable": {{ "a": {{ {said}, "default": "hunter2" }} }} }}"#));
        for words in [&["validate"][..], &["validate", "--json"]] {
            run(&lab, words, &[]).exits(1).does_not_say("hunter2");
        }
    }
}

#[test]
fn nothing_more_is_said_of_a_value_that_may_be_meant_to_be_a_secret() {
    let calls = "module \"m\" {\n  source = \"./m\"\n  a = \"hunter2\"\n}\noutput \"a\" {\n  value = module.m.a + 1\n}\n";
    for (root, module) in [
        (
            "variable \"a\" {\n  senstive = true\n  default = \"hunter2\"\n}\noutput \"a\" {\n  value = var.a\n}\n",
            "",
        ),
        (
            "variable \"a\" {\n  sensitive = true\n  default = \"hunter2\"\n}\noutput \"a\" {\n  senstive = true\n  value = var.a\n}\n",
            "",
        ),
        (calls, "variable \"a\" {\n  senstive = true\n}\noutput \"a\" {\n  value = var.a\n}\n"),
        (calls, "variable \"a\" {}\noutput \"a\" {\n  sensitive: true\n  value = var.a\n}\n"),
        (calls, "variable \"a\" {}\noutput \"a\" {\n  sensitive = True\n  value = var.a\n}\n"),
        (calls, "variable \"a\" {}\noutput \"a\" {\n  senstive = true\n  value = var.a\n}\n"),
        (
            "variable \"a\" {\n  sensitive = false\n  default = \"x\"\n}\nvariable \"a\" {\n  sensitive = true\n  default = \"hunter2\"\n}\noutput \"a\" {\n  value = var.a\n}\n",
            "",
        ),
    ] {
        let lab = Lab::new(root);
        if !module.is_empty() {
            lab.write("m/main.pf.hcl", module);
        }
        run(&lab, &["validate"], &[]).exits(1).says("1 error;").does_not_say("hunter2");
    }
}
