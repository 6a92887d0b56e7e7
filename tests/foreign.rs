//! A provider that somebody else wrote, in another language: found, pinned, used like a bundled one, refused when its
//! executable changed.

mod lab;

use lab::Lab;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// A folder with the example's provider in it; `None` without Python.
fn notes() -> Option<Lab> {
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        println!("skipped: python3 is not installed");
        return None;
    }
    let lab = Lab::new(
        r#"
patchform {
  required_providers {
    note = { source = "./provider.py" }
  }
}
component "note" "a" {
  count       = 3
  path        = "note-${count.index}"
  patch_level = "1.0"
}
"#,
    );
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/provider-python/provider.py");
    fs::copy(example, lab.path("provider.py")).expect("the example's provider");
    Some(lab)
}

#[test]
fn it_works_like_a_bundled_one() {
    let Some(lab) = notes() else { return };
    lab.patchform("plan").exits(1).says("not pinned").says("patchform init");
    lab.patchform("init").exits(0).says("./provider.py");
    lab.patchform("apply --auto-approve").exits(0);
    assert!(lab.read("note-2").contains("1.0"));
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
}

#[test]
fn one_that_is_not_pinned_is_told_where_it_is_named_and_hides_nothing_else() {
    let Some(lab) = notes() else { return };
    lab.write("other.pf.hcl", "output \"o\" {\n  value = local.nope\n}\n");
    let started = "import os; open('started', 'w'); import sys; sys.exit(1)\n";
    let told = |said: &str| {
        let ran = lab.patchform("validate").exits(1);
        let said = [said, "main.pf.hcl:4:23", "patchform init", "local value \"nope\"", "has 2 errors"];
        said.iter().for_each(|said| assert!(ran.err.contains(said), "{said}: {}", ran.err));
    };
    told("`note` is not pinned in patchform.lock.hcl");
    fs::remove_file(lab.path("other.pf.hcl")).unwrap();
    lab.patchform("init").exits(0);
    lab.patchform("validate").exits(0);
    lab.write("other.pf.hcl", "output \"o\" {\n  value = local.nope\n}\n");
    let program = lab.read("provider.py");
    lab.write("provider.py", program.replacen('\n', &format!("\n{started}"), 1));
    told("`note` is not the one that patchform.lock.hcl pins");
    assert!(!lab.path("started").exists(), "it was started all the same");
}

/// The example's provider, whose `provider` block says in which folder its notes are.
fn in_folders() -> Option<Lab> {
    let lab = notes()?;
    let mut text = lab.read("provider.py");
    for (plain, configured) in [
        (
            "DESCRIPTION = {\n",
            "FOLDERS = {}\nDESCRIPTION = {\n    \"arguments\": {\"folder\": {\"type\": \"string\", \"required\": True}},\n",
        ),
        (
            "subject[\"arguments\"][\"path\"]",
            "os.path.join(FOLDERS[subject.get(\"alias\", \"\")], subject[\"arguments\"][\"path\"])",
        ),
        (
            "\"configure\": lambda params: None",
            "\"configure\": lambda params: FOLDERS.update({params.get(\"alias\", \"\"): params[\"arguments\"][\"folder\"]})",
        ),
    ] {
        assert!(text.contains(plain), "{plain}");
        text = text.replacen(plain, configured, 1);
    }
    fs::write(lab.path("provider.py"), text).unwrap();
    for folder in ["eu", "us", "asia"] {
        fs::create_dir(lab.path(folder)).unwrap();
    }
    lab.write(
        "main.pf.hcl",
        r#"
patchform {
  required_providers {
    note = { source = "./provider.py" }
  }
}
variable "far" { default = "us" }
provider "note" { folder = "eu" }
provider "note" {
  alias  = "far"
  folder = var.far
}
component "note" "near" {
  path        = "a"
  patch_level = "1"
}
component "note" "far" {
  provider    = note.far
  path        = "a"
  patch_level = "2"
}
"#,
    );
    Some(lab)
}

/// One process serves both: each component is read, patched and taken back where its own configuration says, also by a saved
/// plan and by a rollback, which never open the configuration.
#[test]
fn each_component_is_worked_on_by_its_own_configuration() {
    let Some(lab) = in_folders() else { return };
    lab.patchform("init").exits(0);
    lab.patchform("plan --out p").exits(0).says("eu/a (new)").says("us/a (new)").says("Plan: 2 to install");
    lab.patchform("apply p").exits(0);
    assert_eq!((lab.read("eu/a"), lab.read("us/a")), ("1\n".into(), "2\n".into()));
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
    lab.patchform("state show note.far").exits(0).says("note.far");
    // Another configuration of the alias is another place.
    lab.patchform("plan --var far=asia").exits(0).says("asia/a (new)").says("1 to install, 1 unchanged");

    let text = lab.read("main.pf.hcl").replace("patch_level = \"2\"", "patch_level = \"3\"");
    lab.write("main.pf.hcl", text);
    let applied = lab.patchform("apply --auto-approve").exits(0);
    assert_eq!((lab.read("eu/a"), lab.read("us/a")), ("1\n".into(), "3\n".into()));
    lab.write("main.pf.hcl", "nonsense");
    let run = applied.out.split("patchform rollback ").nth(1).and_then(|rest| rest.split_whitespace().next());
    lab.patchform(&format!("rollback {} --auto-approve", run.unwrap())).exits(0);
    assert_eq!((lab.read("eu/a"), lab.read("us/a")), ("1\n".into(), "2\n".into()));
}

/// As in Terraform: a module uses the default configuration, unless the call passes another one for it or for an alias that the
/// module asks for; what it passes on itself is seen from the root.
#[test]
fn configurations_are_passed_into_modules_and_through_them() {
    let Some(lab) = in_folders() else { return };
    let module = |asks: &str, rest: &str| {
        format!(
            "patchform {{\n  required_providers {{\n    note = {{ configuration_aliases = [note.{asks}] }}\n  }}\n}}\n\
             variable \"name\" {{}}\n\
             component \"note\" \"plain\" {{\n  path = \"${{var.name}}-plain\"\n  patch_level = \"1\"\n}}\n\
             component \"note\" \"asked\" {{\n  provider = note.{asks}\n  path = \"${{var.name}}-asked\"\n  patch_level = \"1\"\n}}\n{rest}"
        )
    };
    let call = |name: &str, source: &str, given: &str, passed: &str| {
        format!(
            "module \"{name}\" {{\n  source = \"{source}\"\n  name = \"{given}\"\n  providers = {{ {passed} }}\n}}\n"
        )
    };
    lab.write(
        "outer/main.pf.hcl",
        module("site", &call("inner", "../inner", "${var.name}-inner", "note.deep = note.site")),
    );
    lab.write("inner/main.pf.hcl", module("deep", ""));
    let root = lab.read("main.pf.hcl")
        + &call("one", "./outer", "one", "note.site = note.far")
        + &call("two", "./outer", "two", "note = note.far, note.site = note");
    lab.write("main.pf.hcl", root);
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    let notes = |folder: &str| {
        let names = fs::read_dir(lab.path(folder)).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    };
    assert_eq!(notes("eu"), ["a", "one-inner-plain", "one-plain", "two-asked", "two-inner-asked"]);
    assert_eq!(notes("us"), ["a", "one-asked", "one-inner-asked", "two-inner-plain", "two-plain"]);
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
}

#[test]
fn a_changed_executable_is_refused_before_it_is_started() {
    let Some(lab) = notes() else { return };
    lab.patchform("init").exits(0);
    lab.patchform("plan --out p").exits(0);
    lab.write("provider.py", "#!/bin/sh\ntouch started\n");
    fs::set_permissions(lab.path("provider.py"), fs::Permissions::from_mode(0o755)).unwrap();
    lab.patchform("plan").exits(1).says("provider.py").says("digest");
    lab.patchform("apply p").exits(6).says("digest");
    assert!(!lab.path("started").exists());
    fs::remove_file(lab.path("provider.py")).unwrap();
    lab.patchform("plan").exits(1).says("./provider.py");
}

/// A run whose controller is killed when it has begun, and whose provider is mended then.
fn begun_and_mended() -> Option<Lab> {
    let lab = notes()?;
    lab.patchform("init").exits(0);
    let mut command = lab.patchform_command("apply --auto-approve");
    let killed = command.env("PATCHFORM_FAILPOINT", "run.opened#1=kill").status().unwrap();
    assert!(!killed.success());
    lab.write("provider.py", lab.read("provider.py") + "# mended\n");
    Some(lab)
}

#[test]
fn a_run_goes_on_with_a_changed_executable_that_is_accepted_by_name() {
    let Some(lab) = begun_and_mended() else { return };
    lab.patchform("resume").exits(6).says("digest").says("--accept-provider note");
    lab.patchform("rollback").exits(6).says("--accept-provider note");
    lab.patchform("resume --accept-provider command").exits(1).says("no provider `command`");
    lab.patchform("resume --accept-provider note").exits(0);
    assert!(lab.read("note-2").contains("1.0"));
    lab.patchform("run show").exits(0).says("accepting the provider `note` as it is now");
}

/// What nobody can ask any more can be let go of.
#[test]
fn a_run_whose_provider_has_changed_or_is_gone_can_be_abandoned() {
    let Some(lab) = begun_and_mended() else { return };
    lab.patchform("run abandon").exits(0).says("digest");
    let Some(lab) = begun_and_mended() else { return };
    fs::remove_file(lab.path("provider.py")).unwrap();
    lab.patchform("run abandon").exits(0).says("provider.py");
    lab.patchform("run list").exits(0).says("abandoned");
}

#[test]
fn what_it_writes_to_its_log_is_seen_when_asked_for() {
    let Some(lab) = notes() else { return };
    let text =
        lab.read("provider.py").replacen("import", "import sys; print('hello', file=sys.stderr)\nimport", 1);
    fs::write(lab.path("provider.py"), text).unwrap();
    lab.patchform("init").exits(0).does_not_say("hello");
    let logged =
        lab.patchform_command("plan").env("PF_LOG", "info").env("PF_LOG_PATH", "log").output().unwrap();
    assert!(logged.status.success(), "{logged:?}");
    assert!(lab.read("log").contains("provider note: hello"), "{}", lab.read("log"));
}

/// Controller and provider are killed just after the patch, and the provider's ledgers are lost: the notes tell.
#[test]
fn what_it_did_is_found_without_its_ledger() {
    let Some(lab) = notes() else { return };
    let dies = "write(path, act[\"level\"])\n        os.path.exists(\"die\") and (os.kill(os.getppid(), 9), os._exit(1))";
    let text = lab.read("provider.py").replacen("write(path, act[\"level\"])", dies, 1);
    assert!(text.contains("os._exit"));
    fs::write(lab.path("provider.py"), text).unwrap();
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", lab.read("main.pf.hcl").replace("\"1.0\"", "\"1.1\""));
    lab.write("die", "");
    lab.patchform("apply --auto-approve").exits(-1);
    let notes = ["note-0", "note-1", "note-2"];
    assert!(notes.iter().any(|note| lab.read(note).contains("1.1")));
    for note in notes {
        fs::remove_file(lab.path(&format!(".{note}.ledger"))).unwrap();
    }
    lab.patchform("rollback").exits(0);
    assert_eq!(notes.map(|note| lab.read(note).trim().to_string()), ["1.0", "1.0", "1.0"]);
}

#[test]
fn one_that_fails_while_it_is_first_asked_is_told_where_it_is_named() {
    let Some(lab) = notes() else { return };
    for program in [
        "#!/usr/bin/env python3\nimport sys\nsys.exit(3)\n",
        "#!/usr/bin/env python3\nprint('hello', flush=True)\ninput()\n",
    ] {
        lab.write("provider.py", program);
        let ran = lab.patchform("init").exits(1);
        ran.says("Provider `note` does not say what it offers").says("main.pf.hcl:4:23");
        assert!(!lab.path("patchform.lock.hcl").exists());
    }
}
