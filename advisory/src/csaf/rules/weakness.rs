//! Test of weaknesses: 6.1.11.
//!
//! MITRE's list has a thousand entries; here are those that advisories name most (the Top 25 of several years and their
//! neighbours), those whose name changed, and what is no weakness but a category or a view. An id that is not here is
//! taken as it is.

use super::{Findings, Subject};
use crate::csaf::document::Edition;
use crate::csaf::vulnerability::Cwe;

/// A version of the list.
type Release = (u32, u32);

/// The first release whose names are here; what older ones called things is not known.
const FIRST: Release = (4, 0);

/// Names that an id has or had: the first release that has it (of those that are known), and the name.
const NAMES: &[(&str, &[(Release, &str)])] = &[
    ("20", &[((4, 0), "Improper Input Validation")]),
    ("22", &[((4, 0), "Improper Limitation of a Pathname to a Restricted Directory ('Path Traversal')")]),
    (
        "77",
        &[((4, 0), "Improper Neutralization of Special Elements used in a Command ('Command Injection')")],
    ),
    (
        "78",
        &[(
            (1, 0),
            "Improper Neutralization of Special Elements used in an OS Command ('OS Command Injection')",
        )],
    ),
    (
        "79",
        &[((4, 0), "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')")],
    ),
    (
        "89",
        &[((4, 0), "Improper Neutralization of Special Elements used in an SQL Command ('SQL Injection')")],
    ),
    ("94", &[((4, 0), "Improper Control of Generation of Code ('Code Injection')")]),
    ("119", &[((4, 0), "Improper Restriction of Operations within the Bounds of a Memory Buffer")]),
    ("120", &[((4, 0), "Buffer Copy without Checking Size of Input ('Classic Buffer Overflow')")]),
    ("121", &[((4, 0), "Stack-based Buffer Overflow")]),
    ("122", &[((4, 0), "Heap-based Buffer Overflow")]),
    ("125", &[((4, 0), "Out-of-bounds Read")]),
    ("190", &[((4, 0), "Integer Overflow or Wraparound")]),
    ("200", &[((4, 0), "Exposure of Sensitive Information to an Unauthorized Actor")]),
    ("269", &[((4, 0), "Improper Privilege Management")]),
    ("276", &[((4, 0), "Incorrect Default Permissions")]),
    ("284", &[((4, 0), "Improper Access Control")]),
    ("287", &[((4, 0), "Improper Authentication")]),
    ("295", &[((4, 0), "Improper Certificate Validation")]),
    ("306", &[((4, 0), "Missing Authentication for Critical Function")]),
    ("327", &[((4, 0), "Use of a Broken or Risky Cryptographic Algorithm")]),
    ("352", &[((4, 0), "Cross-Site Request Forgery (CSRF)")]),
    (
        "362",
        &[(
            (1, 0),
            "Concurrent Execution using Shared Resource with Improper Synchronization ('Race Condition')",
        )],
    ),
    ("400", &[((4, 0), "Uncontrolled Resource Consumption")]),
    ("416", &[((4, 0), "Use After Free")]),
    ("434", &[((4, 0), "Unrestricted Upload of File with Dangerous Type")]),
    ("476", &[((4, 0), "NULL Pointer Dereference")]),
    ("502", &[((4, 0), "Deserialization of Untrusted Data")]),
    ("601", &[((4, 0), "URL Redirection to Untrusted Site ('Open Redirect')")]),
    ("611", &[((4, 0), "Improper Restriction of XML External Entity Reference")]),
    ("770", &[((4, 0), "Allocation of Resources Without Limits or Throttling")]),
    ("787", &[((4, 0), "Out-of-bounds Write")]),
    ("798", &[((4, 0), "Use of Hard-coded Credentials")]),
    ("862", &[((4, 0), "Missing Authorization")]),
    ("863", &[((4, 0), "Incorrect Authorization")]),
    ("918", &[((4, 0), "Server-Side Request Forgery (SSRF)")]),
    (
        "1192",
        &[
            ((4, 0), "System-on-Chip (SoC) Using Components without Unique, Immutable Identifiers"),
            ((4, 14), "Improper Identifier for IP Block used in System-On-Chip (SOC)"),
        ],
    ),
    (
        "1324",
        &[
            ((4, 3), "Sensitive Information Accessible by Physical Probing of JTAG Interface"),
            ((4, 10), "DEPRECATED: Sensitive Information Accessible by Physical Probing of JTAG Interface"),
        ],
    ),
    ("1419", &[((4, 13), "Incorrect Initialization of Resource")]),
];

/// Categories and views, which no vulnerability has.
const GROUPS: [&str; 36] = [
    "2", "16", "19", "189", "199", "254", "255", "264", "265", "275", "310", "320", "355", "361", "371",
    "387", "389", "399", "411", "417", "429", "438", "465", "604", "635", "658", "659", "660", "661", "677",
    "678", "699", "1000", "1003", "1008", "1387",
];

/// 6.1.11
pub fn unknown(subject: &Subject, findings: &mut Findings) {
    for (path, vulnerability) in subject.vulnerabilities() {
        let new = vulnerability.cwes.iter().enumerate().map(|(at, cwe)| (format!("{path}/cwes/{at}"), cwe));
        let old = vulnerability.cwe.iter().map(|cwe| (format!("{path}/cwe"), cwe));
        for (path, cwe) in old.chain(new) {
            if let Some(reason) = against(cwe, subject.edition) {
                findings.tell(path, reason);
            }
        }
    }
}

fn against(cwe: &Cwe, edition: Edition) -> Option<String> {
    let number = cwe.id.strip_prefix("CWE-")?;
    if GROUPS.contains(&number) {
        return Some(format!("{} is a category or a view, not a weakness", cwe.id));
    }
    let (_, names) = NAMES.iter().find(|(known, _)| *known == number)?;
    if edition == Edition::V20 {
        // Which release is meant, 2.0 cannot say.
        let known = names.iter().any(|(_, name)| *name == cwe.name);
        return (!known)
            .then(|| format!("{} is called {}, not {}", cwe.id, names[names.len() - 1].1, cwe.name));
    }
    let release = release(cwe.version.as_deref()?).filter(|release| *release >= FIRST)?;
    match names.iter().rev().find(|(since, _)| *since <= release) {
        None => Some(format!("{} is not yet in release {}.{}", cwe.id, release.0, release.1)),
        Some((_, name)) if *name == cwe.name => None,
        Some((_, name)) => Some(format!(
            "{} is called {name} in release {}.{}, not {}",
            cwe.id, release.0, release.1, cwe.name
        )),
    }
}

fn release(text: &str) -> Option<Release> {
    let mut parts = text.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
