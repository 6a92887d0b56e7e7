//! The `command` provider through the binary: commands that fail, hang and are looked for afterwards.

mod lab;

use lab::{Lab, files};
use std::time::{Duration, Instant};

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

/// `count` components that are read at once, and whatever the function adds.
fn readings(count: usize, read: impl Fn(usize) -> String) -> String {
    (0..count)
        .map(|i| {
            format!(
                "component \"command\" \"c{i}\" {{\n  patch_level = \"1\"\n  timeout = \"1s\"\n  read = [\"sh\", \
                 \"-c\", \"{}\"]\n  patch = [\"true\"]\n  snapshot = [\"true\"]\n  restore = [\"true\"]\n}}\n",
                read(i)
            )
        })
        .collect()
}

#[test]
fn one_reading_that_hangs_stops_no_other_and_is_ended() {
    let hanging = "sleep 3; touch went-on";
    let lab = lab(&readings(256, |i| if i == 7 { hanging.into() } else { "echo 1".into() }));
    lab.patchform("plan").says("command.c7").says("did not end in time").does_not_say("cannot be asked");
    std::thread::sleep(Duration::from_secs(3));
    assert!(!lab.path("went-on").exists(), "it was not ended");
}

#[test]
fn readings_that_hang_do_not_add_up() {
    let lab = lab(&readings(96, |_| "sleep 60".into()));
    let asked = Instant::now();
    lab.patchform("plan").says("did not end in time");
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
}
