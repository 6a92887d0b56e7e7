//! What a provider lists beside what it has.

use super::listing::Listing;
use std::collections::BTreeSet;

/// A document that is in one place only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stray<'a> {
    /// Listed, but not there.
    Missing(&'a str),
    /// There, but not listed: nobody published it.
    NotListed(&'a str),
}

/// The documents that are listed but not there, and those that are there but not listed.
#[must_use]
pub fn strays<'a>(listing: &'a Listing, present: &BTreeSet<&'a str>) -> Vec<Stray<'a>> {
    let listed: BTreeSet<&str> = listing.entries.keys().map(String::as_str).collect();
    let missing = listed.difference(present).map(|path| Stray::Missing(path));
    missing.chain(present.difference(&listed).map(|path| Stray::NotListed(path))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::index;

    #[test]
    fn documents_in_one_place_only_are_found() {
        let listing = index(b"a.json\nb.json\n", "").expect("a list");
        let present = BTreeSet::from(["b.json", "c.json"]);
        assert_eq!(strays(&listing, &present), [Stray::Missing("a.json"), Stray::NotListed("c.json")]);
    }
}
