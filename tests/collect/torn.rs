//! Documents that cannot be read among others that can: what is known of them counts on, and it is told until they can.

use crate::published::{csaf, osv};
use crate::{Tells as _, feed, ids, with};
use patchform::catalog::Catalog;
use patchform::config::checked::FeedFormat;
use patchform_advisory::cve::CveId;

/// A CVE record of the newest form.
fn cve(id: &str, changed: &str) -> String {
    format!(
        "{{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"cveMetadata\":{{\"cveId\":\"{id}\",\"state\":\"PUBLISHED\",\
         \"dateUpdated\":\"{changed}\"}},\"containers\":{{\"cna\":{{\"title\":\"T\"}}}}}}"
    )
}

/// An OpenVEX document.
fn openvex(id: &str) -> String {
    format!(
        "{{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"@id\":\"https://a.example/{id}\",\"author\":\"A\",\"timestamp\":\
         \"2026-01-01T00:00:00Z\",\"version\":1,\"statements\":[{{\"vulnerability\":{{\"name\":\"CVE-2026-1\"}},\"products\":\
         [{{\"@id\":\"pkg:deb/debian/x\"}}],\"status\":\"fixed\"}}]}}"
    )
}

#[test]
fn a_torn_document_of_a_folder_keeps_its_last_record() {
    let lab = with(&[
        ("osv", "osv", "osv", ""),
        ("csaf", "csaf", "csaf", ""),
        ("openvex", "vex", "vex", ""),
        ("cve5", "cve5", "cve5", ""),
    ]);
    for folder in ["osv", "csaf", "vex", "cve5"] {
        std::fs::create_dir(lab.path(folder)).unwrap();
    }
    let write = |name: &str, text: &str| lab.write(name, text);
    write("osv/a.json", &osv("DSA-1", "openssl", ""));
    // The one that is torn is the newest: that the others are older is no step back in time.
    write("osv/b.json", &osv("DSA-2", "zlib", "").replace("2026-11-01", "2026-11-02"));
    for (folder, a, b) in [
        ("csaf", csaf("A-1", "one"), csaf("A-2", "two")),
        ("vex", openvex("a"), openvex("b")),
        (
            "cve5",
            cve("CVE-2026-10001", "2026-01-01T00:00:00Z"),
            cve("CVE-2026-10002", "2026-02-01T00:00:00Z"),
        ),
    ] {
        write(&format!("{folder}/CVE-a.json"), &a);
        write(&format!("{folder}/CVE-b.json"), &b);
    }
    lab.patchform("collect").exits(0);
    let whole = std::fs::read_to_string(lab.path("osv/b.json")).unwrap();
    for torn in ["osv/b.json", "csaf/CVE-b.json", "vex/CVE-b.json", "cve5/CVE-b.json"] {
        let text = std::fs::read(lab.path(torn)).unwrap();
        lab.write(torn, &text[..text.len() / 2]);
    }
    let known = || {
        let catalog = Catalog::open(&lab.path(".patchform/catalog.db")).unwrap();
        let count = |format| catalog.documents(format).unwrap().len();
        let cves = ["CVE-2026-10001", "CVE-2026-10002"].map(|id| CveId::parse(id).unwrap());
        let facts = catalog.facts(cves).unwrap().values().filter(|known| known.title.is_some()).count();
        (ids(&lab).len(), count(FeedFormat::Csaf), count(FeedFormat::OpenVex), facts)
    };
    // It is told each time, until it can be read.
    for _ in 0..2 {
        let ran = lab.patchform("collect --json").exits(1);
        for name in ["osv", "csaf", "vex", "cve5"] {
            let feed = feed(&ran, name);
            assert_eq!(
                (&feed["entries"], &feed["unread"], &feed["gone"]),
                (&2.into(), &1.into(), &0.into()),
                "{feed}"
            );
            assert!(feed["first_unread"][0].as_str().unwrap().contains("b.json"), "{feed}");
            assert_eq!((&feed["outcome"], &feed["remarks"]), (&"new".into(), &0.into()), "{feed}");
        }
        assert_eq!(known(), (2, 2, 2, 2));
    }
    let told = lab.patchform("collect --feed osv").exits(1).tells("new copy, incomplete");
    told.tells("osv: 1 entry cannot be read; what is known of it counts on").tells("b.json: OSV document");
    lab.write("osv/b.json", whole);
    lab.patchform("collect --feed osv").exits(0).tells("new copy");
    lab.patchform("collect --feed osv").exits(0).tells("nothing new");
    // A file of another kind is a stranger in the folder, unless it was a record before.
    lab.write("osv/schema.json", "{\"title\": \"a schema\"}");
    let ran = lab.patchform("collect --feed osv --json").exits(0);
    assert_eq!((&feed(&ran, "osv")["unread"], &feed(&ran, "osv")["remarks"]), (&0.into(), &1.into()));
    lab.patchform("collect --feed osv").exits(0).tells("nothing new");
    lab.write("osv/a.json", "{\"error\": \"slow down\"}");
    for _ in 0..2 {
        lab.patchform("collect --feed osv")
            .exits(1)
            .tells("osv: 1 entry cannot be read")
            .tells("a.json: OSV");
    }
    assert_eq!(ids(&lab), ["DSA-1", "DSA-2"]);
    lab.write("osv/a.json", osv("DSA-1", "openssl", ""));
    // What is taken away is gone, and what nobody ever read is told and leaves nothing.
    std::fs::remove_file(lab.path("osv/b.json")).unwrap();
    lab.write("osv/c.json", "{");
    let ran = lab.patchform("collect --feed osv --accept-shrink osv --json").exits(1);
    let osv = feed(&ran, "osv");
    assert_eq!((&osv["entries"], &osv["gone"], &osv["unread"]), (&1.into(), &1.into(), &1.into()));
}

#[test]
fn a_torn_line_keeps_what_its_file_said_before() {
    let lab = with(&[("osv", "osv", "all.jsonl", "")]);
    let lines = |third: &str| {
        lab.write("all.jsonl", format!("{}\n{third}\n{}\n", osv("DSA-1", "a", ""), osv("DSA-3", "c", "")));
    };
    lines(&osv("DSA-2", "b", ""));
    lab.patchform("collect").exits(0);
    lines(&osv("DSA-2", "b", "")[..40]);
    lab.patchform("collect")
        .exits(1)
        .tells("osv: 1 entry cannot be read")
        .tells("line 2: the line is left out");
    assert_eq!(ids(&lab), ["DSA-1", "DSA-2", "DSA-3"]);
}

#[test]
fn a_torn_document_of_a_provider_is_asked_for_again_though_its_list_is_the_same() {
    let lab = with(&[("csaf", "csaf", "csaf", "")]);
    std::fs::create_dir(lab.path("csaf")).unwrap();
    let list = |day: &str| {
        let rows = format!("\"b.json\",\"2026-01-{day}T00:00:00Z\"\n\"a.json\",\"2026-01-01T00:00:00Z\"\n");
        lab.write("csaf/changes.csv", rows);
    };
    list("02");
    lab.write("csaf/a.json", csaf("A-1", "one"));
    lab.write("csaf/b.json", csaf("A-2", "two"));
    lab.patchform("collect").exits(0);
    list("03");
    lab.write("csaf/b.json", "{\"document\": ");
    for _ in 0..2 {
        let ran = lab.patchform("collect --json").exits(1);
        assert_eq!((&feed(&ran, "csaf")["entries"], &feed(&ran, "csaf")["unread"]), (&2.into(), &1.into()));
    }
    lab.write("csaf/b.json", csaf("A-2", "three"));
    let ran = lab.patchform("collect --json").exits(0);
    assert_eq!(feed(&ran, "csaf")["changed"], 1);
    lab.patchform("collect").exits(0).tells("nothing new");
}

/// A provider as large as Red Hat's would else be fetched whole, each time.
#[test]
fn a_torn_document_of_a_provider_is_asked_for_again_alone_and_a_deleted_one_goes() {
    let lab = with(&[("csaf", "vendor", "white", "")]);
    std::fs::create_dir(lab.path("white")).unwrap();
    let document =
        |at: usize, title: &str| lab.write(&format!("white/{at}.json"), csaf(&format!("A-{at}"), title));
    (0..20).for_each(|at| document(at, "one"));
    let list: String = (0..20).map(|at| format!("\"{at}.json\",\"2026-01-01T00:00:00Z\"\n")).collect();
    lab.write("white/changes.csv", &list);
    lab.write("white/1.json", "{");
    let told = |code: i32| {
        let ran = lab.patchform("collect --json").exits(code);
        let feed = feed(&ran, "vendor");
        ["entries", "new", "changed", "gone", "unread"].map(|name| feed[name].as_u64())
    };
    assert_eq!(told(1), [19, 20 - 1, 0, 0, 1].map(Some));
    // What the list does not call changed is not fetched.
    document(2, "two");
    assert_eq!(told(1), [19, 0, 0, 0, 1].map(Some));
    document(1, "one");
    assert_eq!(told(0), [20, 1, 0, 0, 0].map(Some));
    lab.patchform("collect").exits(0).tells("nothing new");
    // Deleted, and changed since it was deleted.
    let deleted = "\"3.json\",\"2026-02-01T00:00:00Z\"\n\"4.json\",\"2025-01-01T00:00:00Z\"\n";
    lab.write("white/deletions.csv", deleted);
    assert_eq!(told(0), [19, 0, 0, 1, 0].map(Some));
    lab.patchform("collect").exits(0).tells("nothing new");
}

/// An old document is as validly signed as the new one.
#[test]
fn a_document_that_goes_back_in_time_is_told_and_the_newer_one_kept() {
    let lab = with(&[("osv", "osv", "osv", ""), ("csaf", "csaf", "csaf", "")]);
    for folder in ["osv", "csaf"] {
        std::fs::create_dir(lab.path(folder)).unwrap();
    }
    let publish = |day: &str, title: &str, listed: &str| {
        let summary = format!("\"summary\": \"{title}\",");
        lab.write("osv/a.json", osv("DSA-1", "openssl", &summary).replace("2026-11-01", day));
        lab.write("csaf/a.json", csaf("A-1", title).replace("2026-01-01", day));
        lab.write("csaf/changes.csv", format!("\"a.json\",\"{listed}T00:00:00Z\"\n"));
    };
    // Another one is the newest, so that neither feed goes back as a whole.
    lab.write("osv/b.json", osv("DSA-2", "zlib", "").replace("2026-11-01", "2026-11-05"));
    publish("2026-11-03", "new", "2026-11-03");
    lab.patchform("collect").exits(0);
    publish("2026-11-02", "old", "2026-11-04");
    let held = || {
        let catalog = Catalog::open(&lab.path(".patchform/catalog.db")).unwrap();
        let records = catalog.advisories(|_| true, None).unwrap();
        let documents = catalog.documents(FeedFormat::Csaf).unwrap();
        let body = String::from_utf8(documents[0].1.body.clone()).unwrap();
        [records.iter().any(|record| record.summary == "new"), body.contains("\"title\":\"new\"")]
    };
    for _ in 0..2 {
        let ran =
            lab.patchform("collect").exits(1).tells("osv: 1 entry went back in time; the newer one is kept");
        ran.tells("csaf: 1 entry went back in time")
            .tells("DSA-1: this copy is of 2026-11-02")
            .tells("--accept-older osv");
        assert_eq!(held(), [true; 2]);
    }
    lab.patchform("collect --accept-older osv --accept-older csaf").exits(0);
    assert_eq!(held(), [false; 2]);
}
