//! OVAL: one document of each release, packed as vendors pack them, from a folder and from an address.

use crate::{Lab, feed, ids, with};
use std::fs;
use std::process::Command;

/// A document of Red Hat with a CVE that has no fix, and a patch, of one release.
fn document(release: &str, fix: &str) -> String {
    let definition = |class: &str, id: &str, title: &str, test: &str| {
        format!(
            "<definition class=\"{class}\" id=\"oval:com.redhat.{id}:def:1\"><metadata><title>{title}: x</title>\
             <advisory><severity>Moderate</severity></advisory></metadata><criteria><criterion test_ref=\"r\"/>\
             <criterion test_ref=\"{test}\"/></criteria></definition>"
        )
    };
    format!(
        "<oval_definitions><generator><timestamp>2026-11-01T00:00:00</timestamp></generator><definitions>{}{}</definitions><tests>\
         <rpmverifyfile_test id=\"r\" check=\"at least one\"><object object_ref=\"f\"/><state state_ref=\"r\"/></rpmverifyfile_test>\
         <rpminfo_test id=\"p\" check=\"at least one\"><object object_ref=\"o\"/><state state_ref=\"p\"/></rpminfo_test>\
         <rpminfo_test id=\"n\" check=\"at least one\"><object object_ref=\"o\"/></rpminfo_test></tests>\
         <objects><rpmverifyfile_object id=\"f\"><filepath>/etc/redhat-release</filepath></rpmverifyfile_object>\
         <rpminfo_object id=\"o\"><name>tar</name></rpminfo_object></objects><states>\
         <rpmverifyfile_state id=\"r\"><version operation=\"pattern match\">^{release}[^\\d]</version></rpmverifyfile_state>\
         <rpminfo_state id=\"p\"><evr operation=\"less than\">{fix}</evr></rpminfo_state></states></oval_definitions>",
        definition("vulnerability", "cve", "CVE-2005-2541", "n"),
        definition("patch", "rhsa", &format!("RHSA-2026:{release}000"), "p"),
    )
}

fn pack(lab: &Lab, tool: &str, file: &str) {
    assert!(Command::new(tool).arg(lab.path(file)).status().unwrap().success());
}

#[test]
fn documents_of_several_releases_complete_each_other() {
    let lab = with(&[
        ("oval", "red_hat", "oval", ""),
        ("oval", "one", "one.xml.gz", "ecosystem = \"AlmaLinux:9\""),
    ]);
    fs::create_dir_all(lab.path("oval/RHEL9")).unwrap();
    lab.write("oval/rhel-8.oval.xml", document("8", "2:1.30-9.el8"));
    lab.write("oval/RHEL9/rhel-9.oval.xml", document("9", "2:1.34-6.el9"));
    lab.write("oval/PULP_MANIFEST", "no document");
    lab.write("one.xml", document("9", "2:1.34-6.el9"));
    pack(&lab, "bzip2", "oval/RHEL9/rhel-9.oval.xml");
    pack(&lab, "gzip", "one.xml");
    let ran = lab.patchform("collect --json").exits(0);
    assert_eq!((&feed(&ran, "red_hat")["entries"], &feed(&ran, "one")["entries"]), (&3.into(), &2.into()));
    assert_eq!(feed(&ran, "red_hat")["remarks"], 0, "{}", feed(&ran, "red_hat"));
    let all = ids(&lab);
    assert_eq!(all.iter().filter(|id| *id == "CVE-2005-2541").count(), 2, "{all:?}");
    assert_eq!(feed(&lab.patchform("collect --json").exits(0), "red_hat")["outcome"], "unchanged");
    // What went away is retracted, and a file that cannot be unpacked is named.
    fs::remove_file(lab.path("oval/rhel-8.oval.xml")).unwrap();
    lab.write("oval/RHEL9/rhel-9.oval.xml.bz2", b"BZh91AY&SY");
    let ran = lab.patchform("collect --json --feed red_hat").exits(1);
    let problem = feed(&ran, "red_hat")["problem"].to_string();
    assert!(
        problem.contains("RHEL9/rhel-9.oval.xml.bz2") && problem.contains("cannot be unpacked"),
        "{problem}"
    );
}
