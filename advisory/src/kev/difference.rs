//! What changed between two editions.

use super::entry::Entry;
use crate::cve::CveId;
use std::collections::BTreeMap;

/// Entries that came, went or changed, each in the order of CVEs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// In the later edition only.
    pub added: Vec<CveId>,
    /// In the earlier edition only.
    pub removed: Vec<CveId>,
    /// In both, but not the same: between two editions some months apart two dozen old entries changed.
    pub changed: Vec<Change>,
}

/// A changed entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub cve: CveId,
    /// The fields that changed, as the schema calls them.
    pub fields: Vec<&'static str>,
}

impl Difference {
    /// Compares two editions' entries.
    #[must_use]
    pub fn of(earlier: &BTreeMap<CveId, Entry>, later: &BTreeMap<CveId, Entry>) -> Difference {
        let only = |of: &BTreeMap<CveId, Entry>, other: &BTreeMap<CveId, Entry>| {
            of.keys().filter(|cve| !other.contains_key(cve)).copied().collect()
        };
        let changed = later.values().filter_map(|entry| {
            let fields = earlier.get(&entry.cve)?.changed_fields(entry);
            (!fields.is_empty()).then_some(Change { cve: entry.cve, fields })
        });
        Difference { added: only(later, earlier), removed: only(earlier, later), changed: changed.collect() }
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Difference::default()
    }
}
