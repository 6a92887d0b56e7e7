//! A patch that takes the way in away, and one that is in force only after a reboot.

use super::*;

#[test]
fn a_broken_sshd_is_taken_back_by_the_host_itself_and_a_good_one_reboots_it() {
    let Some(host) = booted() else { return };
    install(&host, "pf-base pf-sshd-1.0");
    let (before, boot) = (manifest(&host), host.boot_id());
    host.wait.set("2s");
    let lab = component(&host, "pf-sshd = \"1.2-1\"", "");
    let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
    assert!(said.contains("the host lets nobody in any more"), "{said}");
    as_before(&host, &before);
    lab.allow_what_was_taken_back();
    lab.write("main.pf.hcl", text(&host, "pf-sshd = \"1.2-1\"", "confirm_within = \"15s\""));
    let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
    assert!(said.contains("its dead man's switch took it back"), "{said}");
    as_before(&host, &before);
    assert_eq!(host.boot_id(), boot);
    host.wait.set("90s");
    let more = "confirm_within = \"60s\"\n  reboot = \"always\"";
    lab.write("main.pf.hcl", text(&host, "pf-sshd = \"1.1-1\"", more));
    lab.patchform("apply --auto-approve").exits(0);
    stands(&host, "pf-sshd", "1.1-1");
    assert_ne!(host.boot_id(), boot);
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
}
