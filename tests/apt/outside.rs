//! What happens around a patch: the network, the repository, the clock, the disk, and another apt.

use super::*;

#[test]
fn a_host_that_is_not_reached_and_a_repository_that_is_slow_or_from_another_time() {
    let Some(host) = prepared() else { return };
    let before = host.manifest();
    let app = "pf-app = \"1.1-1\"";
    let lab = component(&host, app, "");

    // An index from a time to come: that is what a clock which is behind sees.
    let repository = &host.repository;
    repository.sign("good", "Date: Fri, 01 Jan 2100 00:00:00 UTC\n");
    let said = blocked(&host, &lab, app, "");
    assert!(said.contains("is not valid yet") && said.contains("the clock of this host says"), "{said}");
    repository.sign("good", "");

    // Slow is not down; one that stands still is given up.
    repository.slows("/dists/", Duration::from_millis(200));
    host.says("rm -f /var/cache/patchform/apt/.fresh");
    let said = flat(&lab.patchform("plan").exits(0).out);
    assert!(said.contains("pf-app 1.0-1 → 1.1-1"), "{said}");
    repository.slows("pf-app_1.1-1", Duration::from_secs(60));
    let ran = lab.patchform("apply --auto-approve");
    let said = flat(&ran.out);
    assert!(ran.code != 0 && said.contains("could not be fetched"), "{said}");
    repository.mends();
    assert_eq!(host.manifest(), before);

    // Not reached before: nothing is begun.
    host.wait.set("1s");
    lab.write("main.pf.hcl", text(&host, app, ""));
    host.reach(false);
    let said = flat(&lab.patchform("apply --auto-approve").exits(5).out);
    assert!(said.contains("cannot be reached over ssh"), "{said}");
    host.reach(true);

    // Not reached in the middle: apt goes on there, and the run does when it is back.
    host.wait.set("90s");
    lab.write("main.pf.hcl", text(&host, "pf-app = \"1.4-1\"", ""));
    let mut controller = in_the_middle(&host, &lab);
    host.ssh("root", "pkill -9 -f '^[s]shd: root'");
    host.reach(false);
    std::thread::sleep(Duration::from_secs(3));
    host.reach(true);
    wait_for(&host, "touch /run/go-on");
    assert_eq!(controller.wait().unwrap().code(), Some(0));
    stands(&host, "pf-app", "1.4-1");

    // Not reached when it ends: what nobody can tell is not believed, and when the host is back it is as it was.
    host.install("pf-app=1.0-1");
    let before = host.manifest();
    host.wait.set("1s");
    lab.write("main.pf.hcl", text(&host, "pf-app = \"1.4-1\"", ""));
    host.says("rm /run/go-on");
    let mut apply = lab.patchform_command("apply --auto-approve");
    let controller = apply.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&host, "pgrep -f '[p]f-app.postinst configure'");
    let gone = "[ $(cat /sys/class/net/host0/operstate) = down ]";
    host.says(&format!("systemd-run -q sh -c 'until {gone}; do sleep 0.1; done; touch /run/go-on'"));
    host.reach(false);
    let ran = lab::Ran::of(controller.wait_with_output().unwrap()).exits(4);
    assert!(flat(&ran.out).contains("Emergency steps"), "{}", ran.out);
    host.reach(true);
    lab.patchform("resume").exits(3);
    assert_eq!(host.manifest(), before);
}

#[test]
fn a_disk_that_is_full_before_and_in_the_middle() {
    let Some(host) = prepared() else { return };
    let before = host.manifest();
    let app = "pf-app = \"1.1-1\"";
    let lab = component(&host, app, "");
    host.says("cat /dev/zero >/var/full 2>/dev/null; true");
    let said = flat(&lab.patchform("apply --auto-approve").exits(5).out);
    assert!(said.contains("No space left on device"), "{said}");
    host.says("rm /var/full");
    assert_eq!(host.manifest(), before);

    // It becomes full while dpkg unpacks. Nothing can be brought back there until there is room.
    lab.write("main.pf.hcl", text(&host, "pf-app = \"1.6-1\"", ""));
    let ran = lab.patchform("apply --auto-approve");
    assert_eq!(ran.code, 4, "{}", ran.out);
    assert!(flat(&ran.out).contains("Emergency steps"), "{}", ran.out);
    host.says("rm /var/full");
    lab.patchform("resume").exits(3);
    assert_eq!(host.manifest(), before);
}

#[test]
fn another_apt_between_plan_and_apply_and_beside_it() {
    let Some(host) = prepared() else { return };
    let lab = component(&host, "pf-app = \"1.1-1\"", "");
    let planned = |level: &str| {
        lab.write("main.pf.hcl", text(&host, level, ""));
        lab.patchform("plan --out saved").exits(0);
    };
    // What is patched was changed since it was planned.
    planned("pf-app = \"2.0-1\"");
    host.install("pf-app=1.1-1");
    let ran = lab.patchform("apply saved").exits(6);
    assert!(flat(&ran.err).contains("changed"), "{}", ran.err);
    stands(&host, "pf-app", "1.1-1");
    host.install("pf-app=1.0-1");

    // What it pulls in was: apt would do something else than the plan says.
    planned("pf-app = \"2.0-1\"");
    host.install("pf-lib=1:2.0-1");
    let before = host.manifest();
    let ran = lab.patchform("apply saved");
    assert_ne!(ran.code, 0);
    assert!(flat(&ran.out).contains("pf-lib is not at 1:1.0-1 any more"), "{}", ran.out);
    assert_eq!(host.manifest(), before);
    host.install("pf-lib=1:1.0-1");

    // Another apt has begun, changes the same package at last, and lets the lock go then: the way back would not be that
    // one's package, so that nothing is done.
    planned("pf-app = \"1.1-1\"");
    host.says(
        "systemd-run -q --unit=another apt-get -y -o Dpkg::Options::=--force-confold install pf-app=1.5-1",
    );
    wait_for(&host, "pgrep -f '[p]f-wait.postinst configure'");
    let mut apply = lab.patchform_command("apply saved");
    let controller = apply.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&host, "grep -rqs 'waiting for the lock' /var/lib/patchform/actions/*/stdout");
    host.says("touch /run/go-on");
    let ran = lab::Ran::of(controller.wait_with_output().unwrap());
    let said = flat(&ran.out);
    assert_ne!(ran.code, 0, "{said}");
    assert!(said.contains("somebody has changed the packages since the snapshot was taken"), "{said}");
    stands(&host, "pf-app", "1.5-1");
}
