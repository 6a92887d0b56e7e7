//! Editions and sheets of KEV: an edition differs from itself in nothing, and confirms no other.

use patchform_advisory::kev::{Catalog, Difference, Sheet};

/// An edition or a sheet.
pub fn run(data: &[u8]) {
    match Catalog::read(data) {
        Ok(catalog) => {
            assert_eq!(catalog.since(&catalog), Ok(Difference::default()));
            assert_eq!(catalog.confirm(&Sheet { entries: catalog.entries.clone() }), Ok(()));
            assert!(catalog.entries.iter().all(|(cve, entry)| *cve == entry.cve));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Err(error) = Sheet::read(data) {
        assert!(!error.to_string().is_empty());
    }
}
