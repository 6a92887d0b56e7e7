//! Patches that are in force only after a reboot.

use super::*;

#[track_caller]
fn rebooted(host: &Debian, before: &str) -> String {
    let now = host.boot_id();
    assert!(!now.is_empty() && now != before, "{now} {before}");
    now
}

#[test]
fn a_kernel_and_a_package_that_asks_for_a_reboot() {
    let Some(host) = Debian::boot() else { return };
    host.install("linux-image-pf=6.1-1 pf-core=1.0-1");
    host.says("systemctl start lab-kernel");
    let kernel = "linux-image-pf = \"6.2-1\"";
    let lab = component(&host, kernel, "");
    let said = blocked(&host, &lab, kernel, "");
    assert!(said.contains("write `reboot = \"when_needed\"`"), "{said}");

    // Planned, done, and proved by another boot.
    let mut boot = host.boot_id();
    let needed = "reboot = \"when_needed\"\n  reboot_timeout = \"120s\"";
    lab.write("main.pf.hcl", text(&host, kernel, needed));
    assert!(flat(&lab.patchform("plan").exits(0).out).contains("needs a reboot"));
    lab.patchform("apply --auto-approve").exits(0);
    boot = rebooted(&host, &boot);
    assert_eq!(host.says("uname -r").trim(), "6.2-1-pf");
    lab.patchform("plan --detailed-exitcode").exits(0);

    // Another one is installed by hand: what runs is told, and nothing is done about it.
    host.install("linux-image-pf=6.1-1");
    lab.write("main.pf.hcl", text(&host, &kernel.replace("6.2", "6.1"), needed));
    let said = flat(&lab.patchform("plan").exits(0).out);
    assert!(
        said.contains(
            "linux-image-pf 6.1-1 is installed, linux-image-pf 6.2-1 still runs: it needs a reboot"
        ),
        "{said}"
    );
    assert_eq!(host.boot_id(), boot);

    // Who wants none is told who asks for one.
    let asks = "pf-core = \"1.1-1\"";
    let said = flat(&component(&host, asks, "").patchform("apply --auto-approve").exits(0).out);
    assert!(
        said.contains("a reboot is asked for by pf-core; `reboot` is \"never\": it is left to you"),
        "{said}"
    );
    host.install("pf-core=1.0-1");
    host.says("rm -f /run/reboot-required /run/reboot-required.pkgs");

    // That a package asks for one shows only when it is configured: then the host reboots, too. Its controller is killed
    // meanwhile.
    let lab = component(&host, asks, needed);
    let mut controller = begin(&lab);
    wait_until(|| host.boot_id().is_empty(), "it goes down");
    controller.kill().unwrap();
    controller.wait().unwrap();
    lab.patchform("resume").exits(0);
    boot = rebooted(&host, &boot);
    stands(&host, "pf-core", "1.1-1");
    lab.patchform("plan --detailed-exitcode").exits(0);

    // It is well until the host has rebooted: going back takes another reboot.
    let before = host.manifest();
    lab.write("main.pf.hcl", text(&host, "pf-core = \"1.2-1\"", needed));
    let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
    assert!(said.contains("pf-core.service does not run"), "{said}");
    assert_eq!(host.manifest(), before);
    rebooted(&host, &boot);
    assert!(said.contains("reboot"), "{said}");
}

#[test]
fn a_host_that_does_not_come_back_from_its_reboot() {
    let Some(host) = Debian::boot() else { return };
    host.install("pf-core=1.0-1");
    let before = host.manifest();
    host.wait.set("1s");
    let lab = component(&host, "pf-core = \"1.1-1\"", "reboot = \"always\"\n  reboot_timeout = \"3s\"");
    host.stays_down(true);
    let ran = lab.patchform("apply --auto-approve");
    let said = flat(&ran.out);
    assert!(said.contains("the host did not come back within 3 s of its reboot"), "{said}");
    assert!(said.contains("Stuck"), "{said}");
    // Somebody helps it up: the way back goes on.
    host.stays_down(false);
    wait_until(|| !host.boot_id().is_empty(), "it comes up");
    let ran = lab.patchform("resume");
    ran.exits(3);
    assert_eq!(host.manifest(), before);
}
