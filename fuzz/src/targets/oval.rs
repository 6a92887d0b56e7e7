//! OVAL: what is read can be matched, and each record tells which definitions it is of.

use super::tracker::matched;
use patchform_advisory::{Ecosystem, Provenance, oval};

/// A document, as it is and as somebody else's.
pub fn run(data: &[u8]) {
    for ecosystem in [None, Some(Ecosystem::parse("AlmaLinux:9"))] {
        let read = oval::read(data, ecosystem.as_ref(), &Provenance::default()).map(|reading| reading.feed);
        if let Ok(feed) = &read {
            assert!(feed.records.iter().all(|record| !record.related.is_empty()));
        }
        matched(read);
    }
}
