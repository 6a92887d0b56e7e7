//! What scripts of packages do beside files and versions.

use super::*;

#[test]
fn what_starts_at_boot_is_as_it_was_and_what_else_was_done_is_told() {
    let Some(host) = Debian::boot() else { return };
    host.install("pf-meddle=1.0-1 pf-app=1.0-1");
    for verb in ["disable", "mask", "enable"] {
        host.says(&format!("systemctl unmask -q pf-meddle; systemctl {verb} -q pf-meddle"));
        let before = host.manifest();
        let lab = component(&host, "pf-meddle = \"1.1-1\"", "");
        let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
        let told = [
            "not taken back: unit pf-app.service is masked, and was enabled",
            "not taken back: local diversion of /usr/share/pf-diverted to /usr/share/pf-diverted.distrib: it was not there",
        ];
        told.iter().for_each(|line| assert!(said.contains(line), "{verb}: {said}"));
        assert_eq!(said.matches("not taken back").count(), told.len(), "{said}");
        host.says(
            "systemctl unmask -q pf-app; dpkg-divert --quiet --no-rename --remove /usr/share/pf-diverted",
        );
        assert_eq!(host.manifest(), before, "{verb}");
    }
}
