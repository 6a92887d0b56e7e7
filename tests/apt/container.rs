//! A host as a container of this machine, entered without its network.

use super::*;

/// What is wanted of the container; `more` is further text of the component.
fn wants(host: &Debian, level: &str, more: &str) -> String {
    let name = host.container();
    format!(
        "component \"apt\" \"host\" {{\n  patch_level = {{ {level} }}\n  {more}\n  connection \"container\" {{\n    name = \"{name}\"\n  }}\n}}\n"
    )
}

#[test]
fn a_container_is_patched_rebooted_and_taken_back_from_its_host() {
    let Some(host) = prepared() else { return };
    let (before, boot) = (host.manifest(), host.boot_id());
    let lab = ready(&wants(&host, "pf-app = \"2.0-1\"", "reboot = \"always\""));
    lab.patchform("apply --auto-approve").exits(0);
    stands(&host, "pf-app", "2.0-1");
    assert_ne!(host.boot_id(), boot);
    lab.patchform("plan --detailed-exitcode").exits(0);
    let run = last_run(&lab.patchform("run list --json").exits(0).out);
    lab.patchform(&format!("rollback {run} --auto-approve")).exits(0);
    assert_eq!(host.manifest(), before);
    // It is known by its own machine-id, whichever way leads to it; and a controller that dies leaves its work to the container.
    lab.write("main.pf.hcl", text(&host, "pf-app = \"1.0-1\"", ""));
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
    lab.write("main.pf.hcl", wants(&host, "pf-app = \"1.4-1\"", ""));
    let mut controller = in_the_middle(&host, &lab);
    controller.kill().unwrap();
    controller.wait().unwrap();
    host.says("touch /run/go-on");
    lab.patchform("resume").exits(0);
    stands(&host, "pf-app", "1.4-1");
}

#[test]
fn a_container_that_is_not_there_is_named() {
    let name = "connection \"container\" {\n    name = \"pf-nowhere\"\n    wait = \"1s\"\n  }";
    let lab = ready(&format!(
        "component \"apt\" \"host\" {{\n  patch_level = {{ pf-app = \"1\" }}\n  {name}\n}}\n"
    ));
    let said = flat(&lab.patchform("plan").out);
    let told = "container pf-nowhere cannot be entered: no container of this name runs on this machine";
    assert!(said.contains(told), "{said}");
}
