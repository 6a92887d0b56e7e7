//! Installed packages and archive indices: what is read says enough to be a package, and stands in the bytes.

use patchform_advisory::dpkg::{self, Layout};
use patchform_advisory::packages::{self, Candidates};
use patchform_versions::Scheme;

/// A dpkg database or a Packages index.
pub fn run(data: &[u8]) {
    for layout in [Layout::Status, Layout::Fragment] {
        match dpkg::read(data, layout) {
            Ok(database) => {
                let all =
                    database.installed.iter().chain(database.partial.iter().map(|(package, _)| package));
                all.for_each(|package| assert!(!package.name.is_empty() && !package.version.is_empty()));
            }
            Err(fault) => assert!(fault.line > 0 && !fault.reason.is_empty()),
        }
    }
    let mut candidates = Candidates::default();
    for offered in packages::read(data).flatten() {
        if candidates.add(offered, "suite").is_ok() {
            let (newest, _) = candidates.newest(offered.name, offered.arch).expect("one was added");
            let order = Scheme::Dpkg.compare(newest.version, offered.version);
            assert!(order.is_ok_and(|order| order.is_ge()), "{newest:?} below {offered:?}");
        }
    }
}
