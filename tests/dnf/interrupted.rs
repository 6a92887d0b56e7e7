//! A patch that is cut off: the controller, the connection, the power, rpm itself; and a disk that is full.

use super::*;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

#[track_caller]
fn wait_for(host: &Debian, script: &str) {
    let until = Instant::now() + Duration::from_secs(120);
    while host.ssh("root", &format!("{script} >/dev/null 2>&1")).code != 0 {
        assert!(Instant::now() < until, "{script}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Begins to patch to a version whose `%post` waits, and gives the controller back when that waits.
fn in_the_middle(host: &Debian, lab: &Lab) -> Child {
    let mut apply = lab.patchform_command("apply --auto-approve");
    let controller = apply.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(host, "pgrep -f '[r]pm-tmp'");
    controller
}

#[test]
fn a_lost_power_a_killed_rpm_a_cut_connection_and_a_dead_controller() {
    let Some(host) = prepared() else { return };
    let before = manifest(&host);
    let lab = component(&host, "pf-app = \"1.4-1\"", "");
    // The host loses its power: two versions are installed at once, and that is taken back when it is there again.
    let mut controller = in_the_middle(&host, &lab);
    assert_eq!(host.says("rpm -q pf-app").lines().count(), 2);
    host.ssh("root", "reboot -ff");
    assert_eq!(controller.wait().unwrap().code(), Some(3));
    as_before(&host, &before);

    // rpm is killed earlier: the new files are half there, and the database knows nothing of them.
    lab.allow_what_was_taken_back();
    let mut controller = in_the_middle(&host, &lab);
    host.says(
        "script=$(ps -o ppid= -p $(pgrep -f '[r]esolver.py')); kill -STOP $script; pkill -9 -f '[r]esolver.py'; \
         pkill -9 -f '[r]pm-tmp'; \
         rpm -e --justdb --noscripts --nodeps pf-app-1.4-1; \
         cp /bin/true '/usr/lib/pf-app/serve;5f3a9c01'; head -c 9000 /bin/sh >/usr/lib/pf-app/serve; \
         kill -CONT $script",
    );
    assert_eq!(controller.wait().unwrap().code(), Some(3));
    as_before(&host, &before);

    // The connections are cut: dnf goes on, and so does the run.
    lab.allow_what_was_taken_back();
    let mut controller = in_the_middle(&host, &lab);
    host.ssh("root", "pkill -9 -f '^[s]shd: root'");
    wait_for(&host, "touch /run/go-on");
    assert_eq!(controller.wait().unwrap().code(), Some(0));
    stands(&host, "pf-app", "1.4-1");

    // The controller is killed: dnf goes on, and who resumes finds out how it ended.
    host.says("dnf -q -y downgrade pf-app-1.0; rm /run/go-on");
    let mut controller = in_the_middle(&host, &lab);
    controller.kill().unwrap();
    controller.wait().unwrap();
    let said = flat(&lab.patchform("plan").out);
    assert!(said.contains("which was not finished, holds it"), "{said}");
    host.says("touch /run/go-on");
    lab.patchform("resume").exits(0);
    stands(&host, "pf-app", "1.4-1");
}

#[test]
fn a_disk_that_is_full_before_and_in_the_middle() {
    let Some(host) = prepared() else { return };
    let before = manifest(&host);
    let lab = component(&host, "pf-app = \"1.1-1\"", "");
    // Before: the plan says so, or the step that finds it changes nothing.
    host.says("cat /dev/zero >/var/full 2>/dev/null || true");
    let ran = lab.patchform("apply --auto-approve");
    assert_ne!(ran.code, 0, "{}", ran.out);
    host.says("rm /var/full");
    as_before(&host, &before);
    // In the middle: nothing can be written there, until somebody makes room.
    lab.write("main.pf.hcl", text(&host, "pf-app = \"1.6-1\"", ""));
    let ran = lab.patchform("apply --auto-approve");
    assert!([3, 4].contains(&ran.code), "{}: {}", ran.code, ran.out);
    host.says("rm -f /var/full");
    if ran.code == 4 {
        lab.patchform("resume").exits(3);
    }
    as_before(&host, &before);
}
