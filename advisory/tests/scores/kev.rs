//! Two real editions of KEV and the difference between them.

use crate::corpus::{self, Tally};
use patchform_advisory::cve::CveId;
use patchform_advisory::kev::Catalog;

fn cves(expected: &serde_json::Value, name: &str) -> Vec<CveId> {
    let list = expected[name].as_array().expect("a list of CVEs");
    let mut cves: Vec<CveId> =
        list.iter().map(|cve| cve.as_str().expect("a text").parse().expect("a CVE")).collect();
    cves.sort();
    cves
}

#[test]
fn editions_differ_as_expected() {
    let Some(folder) = corpus::folder("kev") else { return };
    let mut editions = Tally::default();
    let mut differences = Tally::default();
    let read = |day: &str| {
        let plain = folder.join(format!("kev-{day}.json"));
        let path = if plain.exists() { plain } else { folder.join(format!("kev-{day}.json.gz")) };
        Catalog::read(&corpus::bytes(&path))
    };
    for entry in std::fs::read_dir(&folder).expect("the corpus") {
        let name = entry.expect("an entry").file_name().to_string_lossy().to_string();
        let Some(days) = name.strip_prefix("expected-diff-").and_then(|name| name.strip_suffix(".json"))
        else {
            continue;
        };
        let (earlier, later) = days.split_once("-to-").expect("two days");
        let (earlier, later) = (read(earlier), read(later));
        editions.check(earlier.is_ok(), || format!("{name}: {earlier:?}"));
        editions.check(later.is_ok(), || format!("{name}: {later:?}"));
        let found = later.expect("an edition").since(&earlier.expect("an edition")).expect("a difference");
        let expected = serde_json::from_slice(&corpus::bytes(&folder.join(&name))).expect("JSON");
        let changed: Vec<CveId> = found.changed.iter().map(|change| change.cve).collect();
        for (what, found) in [("added", found.added), ("removed", found.removed), ("changed", changed)] {
            differences.check(found == cves(&expected, what), || format!("{name}: {what} {found:?}"));
        }
    }
    editions.hold("kev editions read, count checked", 0);
    differences.hold("kev differences (added, removed, changed)", 0);
}
