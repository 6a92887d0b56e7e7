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
