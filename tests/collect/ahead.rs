//! Dates that have not come yet: told, and never taken for freshness.

use crate::published::{kev, osv};
use crate::{Lab, Tells as _, feed, with};
use std::process::Command;

#[test]
fn a_publishers_date_that_has_not_come_yet_is_told_and_not_used() {
    let lab = with(&[("kev", "cisa", "kev.json", "max_age = \"3650d\""), ("osv", "osv", "osv", "")]);
    std::fs::create_dir(lab.path("osv")).unwrap();
    lab.write("kev.json", kev(20, "2931-11-01T00:00:00Z"));
    lab.write("osv/a.json", osv("DSA-1", "openssl", "").replace("2026-11-01", "2931-01-01"));
    lab.write("osv/b.json", osv("DSA-2", "zlib", ""));
    let ran = lab.patchform("collect --json").exits(0);
    let (cisa, several) = (feed(&ran, "cisa"), feed(&ran, "osv"));
    assert!(cisa["published"].is_null() && cisa["remarks"] == 1, "{cisa}");
    let remark = cisa["first_remarks"][0].as_str().unwrap();
    assert!(remark.contains("dated 2931-11-01T00:00:00.000Z, which has not come yet"), "{remark}");
    // One record that lies ahead says nothing about the others.
    assert_eq!((&several["published"], &several["remarks"]), (&"2026-11-01T00:00:00.000Z".into(), &1.into()));
    // A later copy with an honest date is no step back.
    lab.write("kev.json", kev(21, "2026-11-02T00:00:00Z"));
    let ran = lab.patchform("collect --json").exits(0);
    assert_eq!(feed(&ran, "cisa")["published"], "2026-11-02T00:00:00.000Z");
    // Nor can a date that is ahead bring an old copy past one that is newer, for ever.
    lab.write("kev.json", kev(20, "2026-10-01T00:00:00Z"));
    lab.patchform("collect").exits(1).tells("it went back in time");
    lab.write("kev.json", kev(22, "2931-11-01T00:00:00Z"));
    lab.patchform("collect").exits(0).tells("which has not come yet");
    lab.write("kev.json", kev(20, "2026-10-01T00:00:00Z"));
    lab.patchform("collect").exits(1).tells("the last one of 2026-11-02");
    lab.patchform("collect --accept-older cisa").exits(0);
    lab.write("kev.json", kev(20, "2026-10-02T00:00:00Z"));
    lab.patchform("collect").exits(0);
}

/// Makes a bundle that says that its sources were asked at another time.
fn asked_at(lab: &Lab, bundle: &str, year: &str) {
    let script = format!(
        "rm -rf u && mkdir u && cd u && tar xzf ../{bundle} && sed -i 's/\"checked\": \"20/\"checked\": \"{year}/' \
         manifest.json && tar czf ../{bundle} manifest.json files/*"
    );
    assert!(Command::new("sh").args(["-c", &script]).current_dir(lab.path("")).status().unwrap().success());
}

#[test]
fn a_bundle_of_a_time_that_has_not_come_yet_is_taken_and_counts_as_stale() {
    let lab = with(&[("osv", "a", "a.json", "")]);
    lab.write("a.json", osv("DSA-1", "openssl", ""));
    lab.patchform("collect --export ahead.tar.gz").exits(0);
    asked_at(&lab, "ahead.tar.gz", "29");
    let ran = lab.patchform("collect --import ahead.tar.gz").exits(0).tells("new copy, stale");
    ran.tells("the source of a was asked at 29").tells("nobody can say when its source was asked");
    // An honest bundle is not older than that, and makes it fresh.
    lab.patchform("collect --export honest.tar.gz").exits(0);
    let ran = lab.patchform("collect --import honest.tar.gz --json").exits(0);
    assert_eq!(
        (&feed(&ran, "a")["outcome"], &feed(&ran, "a")["stale"]),
        (&"unchanged".into(), &false.into())
    );
}
