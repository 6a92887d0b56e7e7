//! The catalog is whole whatever happens: kill -9 in the middle, a full disk, two that collect at once.

use crate::published::{epss, osv};
use crate::{Lab, Tells as _, feed, with};
use patchform::catalog::Catalog;
use patchform_advisory::cve::CveId;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How many scores the catalog has of the first `most` CVEs, and which one the first is.
fn scores(lab: &Lab, most: usize) -> (usize, Option<f64>) {
    let cves = (1..=most).map(|n| CveId::parse(&format!("CVE-2024-{n:04}")).unwrap());
    let known = Catalog::open(&lab.path(".patchform/catalog.db")).unwrap().facts(cves).unwrap();
    let first = known.values().next().and_then(|known| known.percentile);
    (known.len(), first)
}

#[test]
fn killed_in_the_middle_the_catalog_is_the_old_one_or_the_new_one() {
    const ROWS: usize = 8_000;
    let lab = with(&[("epss", "epss", "epss.csv", "max_age = \"36500d\"")]);
    lab.write("epss.csv", epss(ROWS, "2026-11-01"));
    lab.patchform("collect").exits(0);
    let next = epss(ROWS, "2026-11-02").replace(",0.5\n", ",0.6\n");
    lab.write("epss.csv", &next);
    let mut ended = 0;
    for step in 0..12 {
        let mut child =
            lab.patchform_command("collect").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(30 + 60 * step));
        ended += u32::from(child.try_wait().unwrap().is_some());
        let _ = child.kill();
        child.wait().unwrap();
        let (count, percentile) = scores(&lab, ROWS);
        assert_eq!(count, ROWS);
        assert!(percentile == Some(0.5) || percentile == Some(0.6), "{percentile:?}");
    }
    assert!(ended < 12, "none was killed in its middle");
    lab.patchform("collect").exits(0);
    assert_eq!(scores(&lab, ROWS), (ROWS, Some(0.6)));
}

#[test]
fn two_that_collect_at_once_both_end_well() {
    let lab = with(&[("epss", "epss", "epss.csv", ""), ("osv", "a", "a.json", "")]);
    lab.write("epss.csv", epss(20_000, "2026-11-26"));
    lab.write("a.json", osv("DSA-1", "openssl", ""));
    let start =
        || lab.patchform_command("collect").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let both = [start(), start()];
    for child in both {
        let ended = child.wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    assert_eq!(scores(&lab, 20_000).0, 20_000);
}

#[test]
fn on_a_full_disk_the_last_copy_stays() {
    let lab = with(&[("epss", "epss", "epss.csv", "max_age = \"36500d\"")]);
    lab.write("epss.csv", epss(200, "2026-11-01"));
    std::fs::create_dir(lab.path(".patchform")).unwrap();
    let place = lab.path(".patchform");
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "none"]).arg(&place).output();
    if !mount.is_ok_and(|ran| ran.status.success()) {
        eprintln!("skipped: a small file system cannot be mounted here");
        return;
    }
    lab.patchform("collect").exits(0);
    lab.write("epss.csv", epss(60_000, "2026-11-02"));
    let full = lab.patchform("collect");
    let still = scores(&lab, 300).0;
    lab.write("epss.csv", epss(210, "2026-11-03"));
    let after = lab.patchform("collect --json");
    assert!(Command::new("umount").arg(&place).status().unwrap().success());
    full.exits(1).tells("the disk is full; free some space and run the command again, nothing was lost");
    assert_eq!(still, 200);
    assert_eq!(feed(&after.exits(0), "epss")["entries"], 210);
}
