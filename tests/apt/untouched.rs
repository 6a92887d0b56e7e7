//! What fails before any package is another one, and has changed the host all the same.

use super::*;

#[test]
fn a_service_that_was_stopped_and_a_journal_that_dpkg_left_go_back() {
    let Some(host) = Debian::boot() else { return };
    host.install("pf-stop=1.0-1 pf-app=1.0-1");
    let before = host.manifest();
    // The old version stops its service, and the new one's `preinst` fails: all packages are as they were.
    let lab = component(&host, "pf-stop = \"1.1-1\"", "");
    lab.patchform("apply --auto-approve").exits(3);
    assert_eq!(host.manifest(), before);

    // The disk is full when dpkg writes down how far it came; what patchform keeps lies on another one.
    host.says("mount -t tmpfs tmpfs /var/lib/patchform");
    lab.write("main.pf.hcl", text(&host, "pf-app = \"1.6-1\"", ""));
    let said = flat(&lab.patchform("apply --auto-approve").exits(4).out);
    assert!(said.contains("is the disk full?"), "{said}");
    let journal = host.says("ls /var/lib/dpkg/updates");
    assert!(journal.contains("0000"), "{journal}");
    host.says("rm /var/full");
    lab.patchform("resume").exits(3);
    assert_eq!(host.manifest(), before);
    assert_eq!(host.says("ls /var/lib/dpkg/updates; apt-get -s check -qq"), "");
}
