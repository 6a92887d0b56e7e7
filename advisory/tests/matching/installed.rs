//! Installed packages of other people's dpkg databases: what their own programs found in them.

use crate::corpus::{self, Tally};
use patchform_advisory::dpkg::{self, Layout};
use std::path::Path;

/// `name version` of what is installed; none where the database is refused.
fn installed(path: &Path, layout: Layout) -> Option<Vec<String>> {
    let database = dpkg::read(&corpus::bytes(path), layout).ok()?;
    Some(database.installed.iter().map(|package| format!("{} {}", package.name, package.version)).collect())
}

/// What osv-scalibr's own test (extractor/filesystem/os/dpkg) expects of its files.
#[test]
fn odd_databases_are_read_as_osv_scalibr_reads_them() {
    let Some(folder) = corpus::folder("installed/scalibr/dpkg/dpkg") else { return };
    let status = Layout::Status;
    let cases: [(&str, Layout, Option<&[&str]>); 11] = [
        ("empty", status, Some(&[])),
        ("invalid", status, None),
        ("nopackage", status, Some(&["foo 1.0", "bar 2.0"])),
        ("noversion", status, Some(&["foo 1.0", "bar 2.0"])),
        ("single", status, Some(&["acl 2.3.1-3"])),
        ("trailingnewlines", status, Some(&["acl 2.3.1-3"])),
        ("transitional_dummy", status, Some(&["git-core 1:2.14.2-1"])),
        ("transitional", status, Some(&["iceweasel 78.13.0esr-1~deb10u1"])),
        ("transitional_empty", status, Some(&["runit-systemd 2.1.2-54+usrmerge"])),
        ("status.d/foo", Layout::Fragment, Some(&["foo 1.2.3"])),
        (
            "statusfield",
            status,
            Some(&["wantinstall_installed 1.0", "wantdeinstall_installed 1.0", "wantpurge_installed 1.0"]),
        ),
    ];
    let mut tally = Tally::default();
    for (name, layout, expected) in cases {
        let found = installed(&folder.join(name), layout);
        let expected = expected.map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
        tally.check(found == expected, || format!("{name}: {found:?}, not {expected:?}"));
    }
    tally.hold("installed/scalibr", 0);
}

#[test]
fn the_sources_of_a_build_host_are_those_that_debsecan_saw() {
    let Some(folder) = corpus::folder("match-debian/bookworm") else { return };
    let mut tally = Tally::default();
    for (host, count) in [("buildhost", 707), ("cloudhost", 263)] {
        let bytes = corpus::bytes(&folder.join(format!("{host}.status.gz")));
        let database = dpkg::read(&bytes, Layout::Status).unwrap();
        tally.check(database.installed.len() == count, || {
            format!("{host}: {} installed", database.installed.len())
        });
        let expected = corpus::text(&folder.join(format!("{host}.expected-findings.tsv")));
        for line in expected.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let same = database.installed.iter().any(|package| {
                package.name == columns[1]
                    && package.version == columns[2]
                    && package.source_name() == columns[3]
                    && package.source_version() == columns[4]
            });
            tally.check(same, || line.to_string());
        }
    }
    tally.hold("match-debian/*/*.status.gz (installed and sources)", 0);
}

#[test]
fn other_databases_have_as_many_packages_as_installed_stanzas() {
    let Some(folder) = corpus::folder("installed") else { return };
    let mut tally = Tally::default();
    let files = [
        "dpkg/bookworm-buildhost.status.gz",
        "dpkg/claircore-debian-only.status",
        "dpkg/claircore-postgresql.status",
    ];
    for name in files.into_iter().chain(["dpkg/claircore-vcpkg.status", "trivy-dpkg/valid.txtar"]) {
        let mut bytes = corpus::bytes(&folder.join(name));
        if name.ends_with(".txtar") {
            let text = String::from_utf8(bytes).unwrap();
            let (_, status) = text.split_once("-- var/lib/dpkg/status --\n").unwrap();
            bytes = status.split("\n-- ").next().unwrap().as_bytes().to_vec();
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // vcpkg lists the features of a package in stanzas without a version.
        let field = |stanza: &str, name: &str, end: &str| {
            stanza.lines().any(|line| line.starts_with(name) && line.ends_with(end))
        };
        let whole = |stanza: &&str| field(stanza, "Status:", " installed") && field(stanza, "Version:", "");
        let stanzas = text.split("\n\n").filter(whole).count();
        match dpkg::read(&bytes, Layout::Status) {
            Ok(database) => tally.check(database.installed.len() == stanzas && stanzas > 0, || {
                format!("{name}: {} of {stanzas}, {:?}", database.installed.len(), database.remarks)
            }),
            Err(fault) => tally.check(false, || format!("{name}: {fault}")),
        }
    }
    tally.hold("installed/dpkg, installed/trivy-dpkg", 0);
}
