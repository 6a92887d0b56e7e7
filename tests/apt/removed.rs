//! What a patch pulls in was there before: removed, with its conffiles left.

use super::*;

#[test]
fn conffiles_that_were_left_are_left_again() {
    let Some(host) = prepared() else { return };
    let removed = |version: &str| {
        host.install(&format!("pf-new={version}"));
        host.says("echo admins >/etc/pf-new.conf; chmod 600 /etc/pf-new.conf; apt-get -qq -y remove pf-new; rm -f /etc/pf-new.conf.dpkg-*");
        host.manifest()
    };
    let before = removed("1.0");
    assert!(before.contains("pf-new all 1.0 rc"), "{before}");
    // The patch fails.
    let lab = component(&host, "pf-app = \"4.0-1\"", "allow_removal = [\"pf-old\"]");
    lab.patchform("apply --auto-approve").exits(3);
    assert_eq!(host.manifest(), before);
    // It succeeds, and its run is taken back; the removed version is another one than the one that comes.
    let before = removed("0.9");
    let lab = component(&host, "pf-app = \"2.0-1\"", "");
    lab.patchform("apply --auto-approve").exits(0);
    let run = last_run(&lab.patchform("run list --json").exits(0).out);
    lab.patchform(&format!("rollback {run} --auto-approve")).exits(0);
    assert_eq!(host.manifest(), before.replace("pf-new all 0.9 rc", "pf-new all 1.0 rc"));
    // What a patch itself takes away keeps its conffiles, too.
    let lab = component(&host, "pf-app = \"3.0-1\"", "allow_removal = [\"pf-old\"]");
    lab.patchform("apply --auto-approve").exits(0);
    assert!(
        host.says("dpkg-query -W -f '${db:Status-Abbrev}' pf-old; cat /etc/pf-old.conf").starts_with("rc")
    );
}
