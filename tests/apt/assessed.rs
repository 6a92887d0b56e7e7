//! A host is assessed, patched by what `propose` writes, and assessed again; its snapshot opens the finding again.

use super::catalog::advisories;
use super::debian::Debian;
use super::kind::{self, flat};
use serde_json::Value;

#[test]
fn a_host_is_assessed_patched_by_proposal_and_assessed_again() {
    let Some(host) = Debian::boot() else { return };
    host.install("pf-app=1.0-1 pf-lib=1:1.0-1");
    let lab = kind::ready(&kind::text("apt", &host, "pf-app = \"1.0-1\"", ""));
    lab.patchform("apply --auto-approve").exits(0);
    advisories(
        &lab,
        "Debian:12",
        &[
            ("DSA-1", "CVE-2026-10001", "pf-app", Some("1.1-1"), "bad"),
            ("DSA-2", "CVE-2026-10002", "pf-lib", Some("1:2.0-1"), "not in the level"),
        ],
    );
    lab.patchform("assess").exits(0).says("CVE-2026-10001").says("2 findings open");
    lab.patchform("propose").exits(0).says("Raise pf-app of apt.host to 1.1-1");
    lab.patchform("apply --auto-approve").exits(0);
    let closed = lab.patchform("assess").exits(0);
    let text = flat(&closed.out);
    assert!(text.contains("1 finding closed by run 20"), "{text}");
    assert!(text.contains("1 finding open"), "{text}");

    // The level that had it comes back: open again at once, and with the same first sight.
    let snapshots = lab.patchform("snapshot list --json").exits(0).out;
    let listed: Value = serde_json::from_str(&snapshots).unwrap();
    let id = listed["snapshots"][0]["id"].as_str().expect(&snapshots).to_string();
    let back = lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(0);
    let told = flat(&format!("{}{}", back.out, back.err));
    assert!(told.contains("1 finding open again"), "{told}");
    let json: Value = serde_json::from_str(&lab.patchform("assess --json").exits(0).out).unwrap();
    let first = json["findings"].as_array().unwrap().iter().find(|f| f["vulnerability"] == "CVE-2026-10001");
    assert!(first.is_some_and(|found| found["reopened"].is_string()), "{json}");
}
