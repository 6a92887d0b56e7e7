//! What the providers in use can do: provider name → its description.

use patchform_sdk::message::{Description, Kind, TrafficType};
use std::collections::{BTreeMap, BTreeSet};

/// The descriptions of all providers that a configuration may use, by the name it knows them by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schemas {
    providers: BTreeMap<String, Description>,
}

impl Schemas {
    /// No providers yet.
    pub fn new() -> Self {
        Schemas::default()
    }

    /// Adds a provider.
    pub fn add(&mut self, name: impl Into<String>, description: Description) {
        self.providers.insert(name.into(), description);
    }

    /// A provider's description.
    pub fn provider(&self, name: &str) -> Option<&Description> {
        self.providers.get(name)
    }

    /// Names of all providers, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.providers.keys().map(String::as_str)
    }

    /// A kind as one provider describes it.
    pub fn kind(&self, provider: &str, kind: &str) -> Option<&Kind> {
        self.providers.get(provider)?.kinds.get(kind)
    }

    /// Names of the providers that offer a kind, sorted.
    pub fn offering<'a>(&'a self, kind: &str) -> Vec<&'a str> {
        self.providers
            .iter()
            .filter(|(_, d)| d.kinds.contains_key(kind))
            .map(|(name, _)| name.as_str())
            .collect()
    }

    /// A type of traffic as one provider describes it.
    pub fn traffic(&self, provider: &str, kind: &str) -> Option<&TrafficType> {
        self.providers.get(provider)?.traffic.get(kind)
    }

    /// Names of the providers that offer a type of traffic, sorted.
    pub fn directing<'a>(&'a self, kind: &str) -> Vec<&'a str> {
        let offering = self.providers.iter().filter(|(_, d)| d.traffic.contains_key(kind));
        offering.map(|(name, _)| name.as_str()).collect()
    }

    /// Names of all types of traffic, sorted, each once.
    pub fn traffic_types(&self) -> Vec<&str> {
        let types: BTreeSet<&str> =
            self.providers.values().flat_map(|d| d.traffic.keys()).map(String::as_str).collect();
        types.into_iter().collect()
    }

    /// Names of all kinds, sorted, each once.
    pub fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> =
            self.providers.values().flat_map(|d| d.kinds.keys()).map(String::as_str).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}

impl<N: Into<String>> FromIterator<(N, Description)> for Schemas {
    fn from_iter<I: IntoIterator<Item = (N, Description)>>(rows: I) -> Self {
        Schemas { providers: rows.into_iter().map(|(name, d)| (name.into(), d)).collect() }
    }
}
