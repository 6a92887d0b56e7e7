//! Editions of our own: what changed, and what is refused.

use super::super::Sheet;
use super::*;

const ENTRY: &str = r#"{"cveID":"CVE-2024-3400","vendorProject":"V","product":"P","vulnerabilityName":"N","dateAdded":"2024-04-12","shortDescription":"D, \"quoted\"","requiredAction":"A","dueDate":"2024-04-19","knownRansomwareCampaignUse":"Unknown","notes":"https://a.example/x ; https://b.example/y","cwes":["CWE-20","CWE-77"]}"#;

fn edition(released: &str, count: usize, entries: &[&str]) -> Result<Catalog, KevError> {
    let text = format!(
        r#"{{"title":"t","catalogVersion":"v","dateReleased":"{released}","count":{count},"vulnerabilities":[{}]}}"#,
        entries.join(",")
    );
    Catalog::read(text.as_bytes())
}

fn reason<T: std::fmt::Debug>(result: Result<T, KevError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn an_entry_is_read_whole() {
    let catalog = edition("2024-04-12T15:00:00Z", 1, &[ENTRY]).unwrap();
    let entry = &catalog.entries[&CveId::parse("CVE-2024-3400").unwrap()];
    assert_eq!((Some(entry.added), Some(entry.due)), (Day::new(2024, 4, 12), Day::new(2024, 4, 19)));
    assert_eq!(entry.links(), ["https://a.example/x", "https://b.example/y"]);
    assert!(!entry.used_by_ransomware());
}

#[test]
fn old_entries_change_and_the_fields_are_named() {
    let earlier = edition("2024-04-12", 1, &[ENTRY]).unwrap();
    let changed = ENTRY.replace("Unknown", "Known");
    let later = edition("2024-05-12", 2, &[&changed, &ENTRY.replace("3400", "3401")]).unwrap();
    let difference = later.since(&earlier).unwrap();
    assert_eq!(difference.added.len(), 1);
    assert_eq!(difference.changed[0].fields, ["knownRansomwareCampaignUse"]);
    assert_eq!(
        reason(earlier.since(&later)),
        "the catalogue went back in time: released 2024-04-12, the last one 2024-05-12"
    );
    let empty = edition("2024-06-12", 0, &[]).unwrap();
    assert!(reason(empty.since(&later)).starts_with("the feed shrank from 2 to 0"));
}

#[test]
fn wrong_editions_are_refused() {
    assert_eq!(reason(edition("", 2, &[ENTRY])), "the catalogue says that it has 2 entries, and has 1");
    assert_eq!(reason(edition("", 2, &[ENTRY, ENTRY])), "CVE-2024-3400 stands in the catalogue twice");
    assert_eq!(
        reason(edition("", 1, &[&ENTRY.replace("2024-04-19", "19/4/24")])),
        "the dueDate of entry 0 is `19/4/24`"
    );
    assert!(reason(edition("", 1, &[&ENTRY.replace("dueDate", "due")])).contains("dueDate"));
    let text =
        format!(r#"{{"catalogVersion":"v","dateReleased":"r","count":1,"vulnerabilities":[{ENTRY}]}}"#);
    assert!(Catalog::read(text.as_bytes()).is_ok());
    for cut in 0..text.len() {
        assert!(Catalog::read(&text.as_bytes()[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn a_sheet_confirms_its_edition_and_no_other() {
    let sheet = "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,knownRansomwareCampaignUse,notes,cwes\n\
        CVE-2024-3400,V,P,N,2024-04-12,\"D, \"\"quoted\"\"\",A,2024-04-19,Unknown,https://a.example/x ; https://b.example/y,\"CWE-20, CWE-77\"\n";
    let sheet = Sheet::read(sheet.as_bytes()).unwrap();
    assert_eq!(edition("r", 1, &[ENTRY]).unwrap().confirm(&sheet), Ok(()));
    let other = edition("r", 1, &[&ENTRY.replace("2024-04-19", "2024-04-20")]).unwrap();
    assert_eq!(
        reason(other.confirm(&sheet)),
        "the sheet is of another edition than v: 0 added, 0 removed, 1 changed"
    );
}
