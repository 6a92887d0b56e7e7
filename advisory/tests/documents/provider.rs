//! Real providers: CISA's tree, a directory of csaf_distribution's tests, Red Hat's and openEuler's lists.

use crate::corpus::{Tally, bytes, folder, text};
use crate::{files, name};
use patchform_advisory::csaf::Moment;
use patchform_advisory::provider::{Algorithm, Digest, Metadata, Stray, changes, feed, index, strays};
use sha2::{Digest as _, Sha256, Sha512};
use std::collections::BTreeSet;
use std::path::Path;

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn computed(bytes: &[u8], algorithm: Algorithm) -> String {
    match algorithm {
        Algorithm::Sha256 => hex(&Sha256::digest(bytes)),
        Algorithm::Sha512 => hex(&Sha512::digest(bytes)),
    }
}

/// Paths of documents below a folder, as a list names them.
fn documents(folder: &Path) -> Vec<String> {
    let below = |path: &Path| path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
    files(folder, ".json")
        .iter()
        .filter(|path| !name(path).contains("feed"))
        .map(|path| below(path))
        .collect()
}

#[test]
fn every_digest_fits_its_document_and_no_other() {
    for collection in ["csaf-cisa", "csaf-oasis/gocsaf/simple-directory-provider/white"] {
        let Some(folder) = folder(collection) else { return };
        let mut tally = Tally::default();
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            for path in files(&folder, algorithm.suffix()) {
                let document = path.with_extension("");
                let text = text(&path);
                let digest = Digest::parse(&text, algorithm)
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                let mut content = bytes(&document);
                let fits = digest.check(name(&document), &computed(&content, algorithm));
                content.push(b' ');
                let altered = digest.check(name(&document), &computed(&content, algorithm));
                tally.check(fits.is_ok() && altered.is_err(), || format!("{}: {fits:?}", name(&path)));
            }
        }
        tally.hold(&format!("{collection} (digests)"), 0);
    }
}

/// CISA's paths begin at the root of its repository.
#[test]
fn cisas_lists_name_every_document() {
    let Some(folder) = folder("csaf-cisa") else { return };
    let mut tally = Tally::default();
    for part in ["OT/white", "IT/white"] {
        let own = format!("csaf_files/{part}");
        let there = documents(&folder.join(part));
        let present: BTreeSet<&str> = there.iter().map(String::as_str).collect();
        let index = index(&bytes(&folder.join(part).join("index.txt")), &own).expect("a list");
        let changes = changes(&bytes(&folder.join(part).join("changes.csv")), &own).expect("a list");
        for listing in [&index, &changes] {
            let stray = strays(listing, &present);
            tally.check(stray.is_empty(), || format!("{part}: {stray:?}"));
            tally.check(listing.entries.len() == present.len(), || {
                format!("{part}: {}", listing.entries.len())
            });
        }
        tally.check(index.complaints.is_empty(), || format!("{part}: {}", index.complaints[0]));
    }
    tally.hold("csaf-cisa (index.txt, changes.csv)", 0);
}

#[test]
fn only_what_changed_is_read_again() {
    let Some(folder) = folder("csaf-cisa/IT/white") else { return };
    let listing = changes(&bytes(&folder.join("changes.csv")), "csaf_files/IT/white").expect("a list");
    let since =
        |text: &str| listing.changed_since(Moment::parse(text).expect("a moment")).collect::<Vec<_>>();
    assert_eq!(since("2024-10-03T16:03:00Z"), [""; 0]);
    assert_eq!(since("2024-10-03T16:02:59Z"), ["2024/va-24-254-02.json"]);
    assert_eq!(since("2024-09-18T16:30:00Z"), ["2024/va-24-254-02.json", "2024/va-24-262-01.json"]);
    let feed = feed(&bytes(&folder.join("cisa-csaf-it-feed-tlp-white.json"))).expect("a feed");
    let changed: Vec<&str> = feed
        .changed_since(Moment::parse("2024-10-03T16:02:59Z").expect("a moment"))
        .map(|entry| entry.id.as_str())
        .collect();
    assert_eq!(changed, ["VA-24-254-02"]);
}

#[test]
fn a_document_that_is_not_listed_is_told() {
    let Some(folder) = folder("csaf-oasis/gocsaf/simple-directory-provider/white") else { return };
    let there = documents(&folder);
    let present: BTreeSet<&str> = there.iter().map(String::as_str).collect();
    let listing = index(&bytes(&folder.join("index.txt")), "white").expect("a list");
    assert_eq!(strays(&listing, &present), [Stray::NotListed("avendor-advisory-0004-not-listed.json")]);
    // What is there instead of a list, when a provider answers with a page.
    let page = bytes(&folder.join("index.html"));
    assert!(index(&page, "white").is_err());
}

#[test]
fn lists_feeds_and_metadata_of_others_are_read() {
    let Some(folder) = folder("") else { return };
    let mut tally = Tally::default();
    for (file, entries) in
        [("csaf-vendors/openeuler/advisories/index.txt", 2), ("csaf-vendors/openeuler/cve/index.txt", 3)]
    {
        let listing = index(&bytes(&folder.join(file)), "").expect(file);
        tally.check(listing.entries.len() == entries && listing.complaints.is_empty(), || file.to_string());
    }
    for kind in ["csaf", "vex"] {
        for list in ["changes.csv", "deletions.csv"] {
            let file = format!("csaf-vendors/redhat/feed/{kind}/{list}");
            let listing = changes(&bytes(&folder.join(&file)), "").expect(&file);
            tally.check(listing.entries.len() == 3 && listing.complaints.is_empty(), || file);
        }
    }
    for (file, entries, complaints) in [
        ("csaf-oasis/csaf_2.0/examples/ROLIE/example-01-feed-tlp-white.json", 1, 0),
        ("csaf-oasis/csaf_2.1/examples/ROLIE/example-01-feed-tlp-white.json", 1, 0),
        // Each entry calls its links `ref` instead of `rel`.
        ("csaf-cisa/IT/white/cisa-csaf-it-feed-tlp-white.json", 4, 4),
    ] {
        let reading = feed(&bytes(&folder.join(file))).expect(file);
        let whole = reading.entries.iter().all(|entry| entry.signature.is_some() && entry.updated.is_some());
        let counts = (reading.entries.len(), reading.complaints.len());
        tally.check(counts == (entries, complaints) && whole, || format!("{file}: {counts:?}"));
    }
    for file in [
        "csaf-oasis/csaf_2.1/examples/provider-metadata/example-02-maintained-until-provider-metadata.json",
        "csaf-oasis/csaf_2.1/examples/provider-metadata/example-03-maintained-from-provider-metadata.json",
        "csaf-oasis/gocsaf/simple-directory-provider/provider-metadata.json",
    ] {
        let reading = Metadata::read(&bytes(&folder.join(file))).expect(file);
        let lists = reading.metadata.feeds().count() + reading.metadata.directories().count();
        tally.check(reading.complaints.is_empty() && lists == 1, || {
            format!("{file}: {:?}", reading.complaints)
        });
    }
    tally.hold("csaf-oasis, csaf-vendors, csaf-cisa (lists, feeds, metadata)", 0);
}
