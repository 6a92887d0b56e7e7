//! How the ids of each rpm vendor's advisories look.

use crate::ecosystem::Ecosystem;

/// The vendors whose ids have a form, and how they begin. Sources: the vendors' errata pages.
const SHAPES: [(&str, &[&str]); 7] = [
    ("AlmaLinux", &["ALSA-", "ALBA-", "ALEA-"]),
    ("Amazon Linux", &["ALAS"]),
    ("Fedora", &["FEDORA-"]),
    ("Oracle Linux", &["ELSA-", "ELBA-", "ELEA-"]),
    ("Red Hat", &["RHSA-", "RHBA-", "RHEA-"]),
    ("Rocky Linux", &["RLSA-", "RLBA-", "RLEA-", "RXSA-", "RXBA-", "RXEA-"]),
    ("openEuler", &["openEuler-"]),
];

/// Whether an id is one of its vendor: its prefix, then a year, then more. Other vendors may have any.
pub(super) fn fits(id: &str, ecosystem: &Ecosystem) -> bool {
    let Some((_, prefixes)) = SHAPES.iter().find(|(name, _)| *name == ecosystem.name) else {
        return !id.is_empty();
    };
    let year = |rest: &str| {
        rest.get(..4).is_some_and(|year| year.bytes().all(|b| b.is_ascii_digit()))
            && rest[4..].starts_with([':', '-'])
            && rest.len() > 5
    };
    prefixes.iter().any(|prefix| id.starts_with(prefix))
        && id.match_indices('-').any(|(at, _)| year(&id[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_vendor_are_told_from_others() {
        let fits = |id: &str, name: &str| fits(id, &Ecosystem::parse(name));
        for (id, name) in [
            ("ALSA-2022:4940", "AlmaLinux:9"),
            ("ALAS2023LIVEPATCH-2023-001", "Amazon Linux:2023"),
            ("FEDORA-EPEL-2018-abe0e978c0", "Fedora:38"),
            ("GHSA-mgxf-pj6m-9494", "Bottlerocket"),
        ] {
            assert!(fits(id, name), "{id}");
        }
        for id in ["NOT-A-VALID-ADVISORY-ID", "ALSA-2022", "ALSA-2022:", "ALSA-é022:1", "RHSA-2022:4940", ""]
        {
            assert!(!fits(id, "AlmaLinux:9"), "{id}");
        }
        assert!(!fits("", "Bottlerocket"));
    }
}
