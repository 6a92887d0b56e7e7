//! Packages that are there for several architectures beside each other.

use super::*;

const SHOWN: &str = "dpkg-query -W -f '${Architecture} ${Version} ${db:Status-Abbrev}\\n' pf-both";

/// A level names the host's own; the foreign one has its version always, and comes along both ways.
#[test]
fn a_foreign_architecture_comes_along_and_goes_back() {
    let Some(host) = Debian::boot() else { return };
    host.says("dpkg --add-architecture i386");
    host.install("pf-both=1.0-1 pf-both:i386=1.0-1");
    // What dpkg leaves of a journal that it could not begin is none.
    host.says("apt-mark auto pf-both:i386; apt-mark hold pf-both:i386; touch /var/lib/dpkg/updates/tmp.i");
    let lab = component(&host, "pf-both = \"1.1-1\"", "allow_held = true");
    // Not the version that apt would take by itself.
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(host.says(SHOWN), "amd64 1.1-1 ii \ni386 1.1-1 hi \n");
    assert_eq!(host.says("apt-mark showauto pf-both pf-both:i386"), "pf-both:i386\n");
    lab.patchform("plan --detailed-exitcode").exits(0);
    let before = host.manifest();
    lab.write("main.pf.hcl", text(&host, "pf-both = \"1.2-1\"", "allow_held = true"));
    lab.patchform("apply --auto-approve").exits(3);
    assert_eq!(host.manifest(), before);
    // One that is there for the host's own alone is no less of a package.
    host.says("apt-get -qq -y --allow-change-held-packages remove pf-both:i386; systemctl start pf-both");
    let before = host.manifest();
    lab.allow_what_was_taken_back();
    lab.patchform("apply --auto-approve").exits(3);
    assert_eq!(host.manifest(), before);
}
