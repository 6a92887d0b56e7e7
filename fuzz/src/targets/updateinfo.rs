//! updateinfo and repomd: what is read can be matched, and no file of a repository lies outside of it.

use super::tracker::matched;
use patchform_advisory::rpm::{repomd, updateinfo};
use patchform_advisory::{Ecosystem, Provenance};

/// Either document.
pub fn run(data: &[u8]) {
    for ecosystem in ["AlmaLinux:9", "Bottlerocket"] {
        matched(updateinfo::read(data, &Ecosystem::parse(ecosystem), &Provenance::default()));
    }
    match repomd::read(data) {
        Ok(parts) => {
            for part in parts {
                assert!(
                    !part.href.starts_with('/') && part.href.split('/').all(|step| step != ".."),
                    "{part:?}"
                );
                assert_eq!(part.check(part.size.unwrap_or_default(), &part.digest), Ok(()));
            }
        }
        Err(fault) => assert!(fault.line > 0 && !fault.reason.is_empty()),
    }
}
