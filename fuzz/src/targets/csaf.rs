//! CSAF documents: what is read can be tested and judged, and what no list names stays unknown.

use patchform_advisory::csaf::{self, Kind, RULES, Stance, Tree, verdicts};

/// One document.
pub fn run(data: &[u8]) {
    let reading = match csaf::read(data) {
        Ok(reading) => reading,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    for complaint in csaf::check(&reading) {
        let Kind::Test(number) = complaint.kind else { panic!("{complaint} is of no test") };
        let rule = RULES.iter().find(|rule| rule.number == number).expect("a row of the table");
        assert!(rule.editions.contains(&reading.edition) && !complaint.reason.is_empty());
    }
    let tree = Tree::of(&reading.document);
    for vulnerability in reading.document.vulnerabilities() {
        for (product, verdict) in verdicts(vulnerability, &tree) {
            let named = verdict.statuses.iter().any(|status| status.stance().is_some());
            assert!(named || verdict.stance() == Stance::Unknown, "{product}");
            let _ = tree.helper(product);
        }
    }
    let name = csaf::file_name(&reading.document.document.tracking.id);
    assert!(!name.contains(['/', '\\']) && name.ends_with(".json"));
}
