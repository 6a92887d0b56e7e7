//! A patch that takes the way in away.

use super::*;

#[test]
fn a_broken_sshd_is_taken_back_by_the_host_itself() {
    let Some(host) = Debian::boot() else { return };
    host.install("pf-sshd=1.0-1");
    let before = host.manifest();
    host.wait.set("2s");
    // Without a switch nobody is let in any more, and it goes back over the connection that there is.
    let lab = component(&host, "pf-sshd = \"1.2-1\"", "restart = [\"ssh\"]");
    let plan = flat(&lab.patchform("plan").exits(0).out);
    assert!(plan.contains("touches what lets people log in (ssh.service): with `confirm_within`"), "{plan}");
    let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
    assert!(said.contains("the host lets nobody in any more"), "{said}");
    assert_eq!(host.manifest(), before);
    lab.allow_what_was_taken_back();
    lab.write("main.pf.hcl", text(&host, "pf-sshd = \"1.2-1\"", "confirm_within = \"10s\""));
    let plan = flat(&lab.patchform("plan").exits(0).out);
    assert!(plan.contains("unless it is confirmed over a new connection within 10s"), "{plan}");
    // apt says that all is well, and the connection that there is goes on; nobody gets in any more.
    let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
    assert!(said.contains("it could not be confirmed within 10s"), "{said}");
    assert!(said.contains("its dead man's switch took it back"), "{said}");
    assert_eq!(host.manifest(), before);
    stands(&host, "pf-sshd", "1.0-1");
    // What lets patchform in stays.
    lab.write("main.pf.hcl", text(&host, "pf-sshd = \"1.1-1\"", "confirm_within = \"60s\""));
    lab.patchform("apply --auto-approve").exits(0);
    stands(&host, "pf-sshd", "1.1-1");
    assert!(host.says("systemctl show -P ExecStart ssh").contains("VERBOSE"));

    // Nobody is there who could confirm it: the host goes back all the same, and who resumes finds that out.
    lab.write("main.pf.hcl", text(&host, "pf-sshd = \"1.2-1\"", "confirm_within = \"10s\""));
    lab.allow_what_was_taken_back();
    let mut controller = begin(&lab);
    wait_until(|| host.ssh("root", "true").code != 0, "nobody gets in");
    controller.kill().unwrap();
    controller.wait().unwrap();
    wait_until(|| host.ssh("root", "true").code == 0, "the host goes back");
    let said = flat(&lab.patchform("resume").exits(3).out);
    assert!(said.contains("took it back"), "{said}");
    stands(&host, "pf-sshd", "1.1-1");
}
