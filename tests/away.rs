//! The note of who keeps a member of a traffic away, on a disk that fails.

mod lab;

use lab::{Lab, Ran};

const CONFIGURATION: &str = r#"
component "command" "a" {
  patch_level = "2"
  read        = ["cat", "level"]
  snapshot    = ["sh", "-c", "cp level old; echo old"]
  patch       = ["sh", "-c", "echo patched while $(cat pool) >>log; echo 2 >level"]
  restore     = ["cp", "old", "level"]
  maintenance {
    drain  = [traffic.command.pool]
    member = "a"
  }
}

traffic "command" "pool" {
  drain   = ["sh", "-c", "echo away >pool"]
  undrain = ["sh", "-c", "echo serving >pool"]
  probe   = ["cat", "pool"]
}
"#;

/// Where the note could not be made durable nothing is drained, and nobody takes the member for drained afterwards.
#[test]
fn a_note_whose_sync_failed_keeps_nobody_away() {
    let lab = Lab::new(CONFIGURATION);
    lab.write("level", "1\n");
    lab.write("pool", "serving\n");
    lab.patchform("init").exits(0);
    let mut command = lab.patchform_command("apply --auto-approve");
    command.env("PATCHFORM_FAILPOINT", "kept.renamed#1=fail");
    Ran::of(command.output().unwrap()).exits(3).says("cannot be written");
    assert_eq!((lab.read("level").as_str(), lab.read("pool").as_str()), ("1\n", "serving\n"));
    lab.allow_what_was_taken_back();
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("log"), "patched while away\n");
    assert_eq!((lab.read("level").as_str(), lab.read("pool").as_str()), ("2\n", "serving\n"));
}
