//! One entry of the catalogue.

use crate::cve::CveId;
use crate::day::Day;

/// A vulnerability that is known to be exploited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `cveID`
    pub cve: CveId,
    /// `vendorProject`
    pub vendor: String,
    /// `product`
    pub product: String,
    /// `vulnerabilityName`
    pub name: String,
    /// `dateAdded`: when it came into the catalogue.
    pub added: Day,
    /// `shortDescription`
    pub description: String,
    /// `requiredAction`
    pub required_action: String,
    /// `dueDate`: until when federal agencies have to act.
    pub due: Day,
    /// `knownRansomwareCampaignUse`: `Known` or `Unknown`; empty in editions before October 2023.
    pub ransomware: String,
    /// `notes`: free text, mostly links separated by semicolons.
    pub notes: String,
    /// `cwes`; empty in editions before 2024.
    pub cwes: Vec<String>,
}

impl Entry {
    /// Whether it is known to have been used by ransomware.
    #[must_use]
    pub fn used_by_ransomware(&self) -> bool {
        self.ransomware.eq_ignore_ascii_case("known")
    }

    /// The links among the notes.
    #[must_use]
    pub fn links(&self) -> Vec<&str> {
        let words = self.notes.split([';', ' ', '\n']).map(str::trim);
        words.filter(|word| word.starts_with("https://") || word.starts_with("http://")).collect()
    }

    /// The names of the fields in which two entries of one CVE differ, as the schema calls them.
    #[must_use]
    pub fn changed_fields(&self, other: &Entry) -> Vec<&'static str> {
        let fields = [
            ("vendorProject", self.vendor != other.vendor),
            ("product", self.product != other.product),
            ("vulnerabilityName", self.name != other.name),
            ("dateAdded", self.added != other.added),
            ("shortDescription", self.description != other.description),
            ("requiredAction", self.required_action != other.required_action),
            ("dueDate", self.due != other.due),
            ("knownRansomwareCampaignUse", self.ransomware != other.ransomware),
            ("notes", self.notes != other.notes),
            ("cwes", self.cwes != other.cwes),
        ];
        fields.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect()
    }
}
