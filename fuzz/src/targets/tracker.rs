//! Debian's tracker, lists and document: each id once, and what is read can be matched.

use patchform_advisory::{Fault, Feed, Index, Installed, Naming, Platform, Provenance, Source, debian};
use std::collections::BTreeSet;

/// A list or the document.
pub fn run(data: &[u8]) {
    let from = Provenance::default();
    for feed in [debian::list::read(data, &from), debian::tracker::read(data, &from)] {
        matched(feed);
    }
}

/// Matches each package that the records name, at a version of its own.
pub(super) fn matched(feed: Result<Feed, Fault>) {
    let feed = match feed {
        Ok(feed) => feed,
        Err(fault) => return assert!(fault.line > 0 && !fault.reason.is_empty()),
    };
    let ids: BTreeSet<&str> = feed.records.iter().map(|record| record.id.as_str()).collect();
    assert_eq!(ids.len(), feed.records.len(), "an id is there twice");
    let index = Index::new(&feed.records);
    let named = feed.records.iter().filter(|record| record.withdrawn.is_none());
    for entry in named.flat_map(|record| &record.affected).take(50) {
        let mut installed = Installed::new(&entry.package, "1.0-1");
        if entry.naming == Naming::Source {
            installed.source = Some(Source { name: entry.package.clone(), version: "1.0-1".into() });
        }
        let mut platform = Platform { ecosystem: entry.ecosystem.clone(), ..Platform::default() };
        platform.channels.extend(platform.ecosystem.channel.take());
        let found = index.assess_one(&platform, &installed);
        assert!(!found.is_empty(), "{entry:?} names it, and there is no finding");
        found.iter().for_each(|finding| assert!(!finding.why.to_string().is_empty()));
    }
}
