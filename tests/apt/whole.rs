//! What a run brought goes back with it, and what others have left half done is repaired.

use super::*;

#[test]
fn a_run_that_is_taken_back_leaves_nothing_and_half_installed_packages_are_repaired() {
    let Some(host) = prepared() else { return };
    let before = host.manifest();
    let lab = component(&host, "pf-app = \"2.0-1\"", "");
    lab.patchform("apply --auto-approve").exits(0);
    // The mirror has dropped what was there, which the snapshot has kept.
    host.repository.drops("pf-app_1.0-1_amd64.deb");
    host.says(
        "rm -rf /var/cache/patchform/apt/.fresh /var/cache/patchform/apt/debs /var/cache/apt/archives/*.deb",
    );
    let run = last_run(&lab.patchform("run list --json").exits(0).out);
    let ran = lab.patchform(&format!("rollback {run} --auto-approve"));
    let said = flat(&ran.exits(0).out);
    assert!(said.contains("pf-new"), "{said}");
    assert_eq!(host.manifest(), before);

    // Somebody's installation has failed in the middle.
    host.ssh("root", "apt-get -qq -y -o Dpkg::Options::=--force-confold install pf-app=1.2-1");
    let repair = "repair = true";
    let said = blocked(&host, &lab, "pf-app = \"1.3-1\"", "");
    assert!(said.contains("or write `repair = true`"), "{said}");
    let broken = host.says("dpkg-query -W -f '${Version} ${db:Status-Abbrev}' pf-app");
    assert_eq!(broken.trim(), "1.2-1 iF");
    // It goes back to where it was: not configured.
    lab.write("main.pf.hcl", text(&host, "pf-app = \"1.3-1\"", repair));
    let said = flat(&lab.patchform("plan").exits(0).out);
    assert!(said.contains("going back leaves it unpacked and not configured"), "{said}");
    let ran = lab.patchform("apply --auto-approve");
    ran.exits(3);
    let broken = host.says("dpkg-query -W -f '${Version} ${db:Status-Abbrev}' pf-app");
    assert_eq!(broken.trim(), "1.2-1 iU");
    // dpkg was interrupted besides, and left a package that must be installed anew.
    host.says(
        "dpkg -s pf-new >/dev/null 2>&1 || apt-get -qq -y install pf-held=1.0-1; \
         sed -i '/^Package: pf-old$/,/^$/s/^Status:.*/Status: install reinstreq half-installed/' /var/lib/dpkg/status; \
         dpkg-query -s pf-held | sed 's/^Version: .*/&/' >/var/lib/dpkg/updates/0000",
    );
    lab.write(
        "main.pf.hcl",
        text(&host, "pf-app = \"1.1-1\"", "repair = true\n  lifecycle {\n    allow_downgrade = true\n  }"),
    );
    let ran = lab.patchform("apply --auto-approve");
    let said = flat(&ran.exits(0).out);
    assert!(said.contains("dpkg was interrupted there") && said.contains("pf-old"), "{said}");
    stands(&host, "pf-app", "1.1-1");
    stands(&host, "pf-old", "1.0-1");
    assert_eq!(host.says("ls /var/lib/dpkg/updates"), "");
    host.says("apt-get check && dpkg --audit");
    lab.patchform("plan --detailed-exitcode").exits(0);
}
