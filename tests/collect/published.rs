//! What publishers publish, in small.

use std::fmt::Write as _;

/// An OSV document about a package of Debian 12, with further members.
pub fn osv(id: &str, package: &str, more: &str) -> String {
    format!(
        "{{\"id\": \"{id}\", {more} \"modified\": \"2026-11-01T00:00:00Z\", \"affected\": [{{\"package\": {{\"ecosystem\": \
         \"Debian:12\", \"name\": \"{package}\"}}, \"ranges\": [{{\"type\": \"ECOSYSTEM\", \"events\": [{{\"introduced\": \"0\"}}, \
         {{\"fixed\": \"2-1\"}}]}}]}}]}}"
    )
}

/// An edition of KEV with so many entries.
pub fn kev(entries: usize, released: &str) -> String {
    let entry = |at: usize| {
        format!(
            "{{\"cveID\":\"CVE-2024-{:04}\",\"vendorProject\":\"P\",\"product\":\"O\",\"vulnerabilityName\":\"N\",\"dateAdded\":\
             \"2024-04-12\",\"shortDescription\":\"D\",\"requiredAction\":\"A\",\"dueDate\":\"2024-04-19\",\
             \"knownRansomwareCampaignUse\":\"Known\",\"notes\":\"\"}}",
            at + 1
        )
    };
    let all: Vec<String> = (0..entries).map(entry).collect();
    format!(
        "{{\"catalogVersion\":\"{released}\",\"dateReleased\":\"{released}\",\"count\":{entries},\"vulnerabilities\":[{}]}}",
        all.join(",")
    )
}

/// A day of EPSS with so many rows.
pub fn epss(rows: usize, day: &str) -> String {
    let mut text =
        format!("#model_version:v2025.03.14,score_date:{day}T00:00:00+0000\ncve,epss,percentile\n");
    for row in 0..rows {
        let _ = writeln!(text, "CVE-2024-{:04},0.00{:03},0.5", row + 1, row % 1000);
    }
    text
}

/// A CSAF document.
pub fn csaf(id: &str, title: &str) -> String {
    format!(
        "{{\"document\":{{\"category\":\"csaf_base\",\"csaf_version\":\"2.0\",\"title\":\"{title}\",\"publisher\":{{\"category\":\
         \"vendor\",\"name\":\"A\",\"namespace\":\"https://a.example\"}},\"tracking\":{{\"id\":\"{id}\",\"status\":\"final\",\
         \"version\":\"1\",\"current_release_date\":\"2026-01-01T00:00:00Z\",\"initial_release_date\":\"2026-01-01T00:00:00Z\",\
         \"revision_history\":[{{\"date\":\"2026-01-01T00:00:00Z\",\"number\":\"1\",\"summary\":\"s\"}}]}}}}}}"
    )
}

/// A digest of bytes as `sha512sum` and its kin print it.
pub fn sum(program: &str, bytes: &[u8]) -> String {
    use std::io::Write as _;
    let mut child = std::process::Command::new(program)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("coreutils");
    child.stdin.take().expect("a pipe").write_all(bytes).expect("written");
    let said = String::from_utf8(child.wait_with_output().expect("it ends").stdout).expect("text");
    said.split(' ').next().expect("a digest").to_string()
}
