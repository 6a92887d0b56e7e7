//! The `command` provider through the binary: commands that fail, hang and are looked for afterwards.

mod lab;

use lab::{Lab, files};

fn lab(configuration: &str) -> Lab {
    let lab = Lab::new(configuration);
    lab.patchform("init").exits(0);
    lab
}

/// A package manager shows the new version of what it could not configure.
#[test]
fn a_failed_patch_whose_level_reads_as_wanted_is_taken_back() {
    let lab = lab(&files(&[("a", "2", "", "printf 2 > \"$NAME\"; exit 100")]));
    lab.write("a", "1");
    lab.patchform("apply --auto-approve").exits(3).says("exited with code 100");
    assert_eq!(lab.read("a"), "1");
}

#[test]
fn a_patch_that_failed_and_changed_nothing_is_not_taken_back() {
    let touching = files(&[("a", "2", "", "exit 100")]).replace("if [ -f", "touch restored; if [ -f");
    let lab = lab(&touching);
    lab.write("a", "1");
    lab.patchform("apply --auto-approve").exits(3).says("exited with code 100");
    assert_eq!(lab.read("a"), "1");
    assert!(!lab.path("restored").exists());
}
