//! A CSAF document as it is written: the part about the document itself (CSAF 2.0 and 2.1, section 3.2.2).
//!
//! The same types hold both versions. Reading is lenient: what the schema requires but a vendor left out is empty here,
//! and [`super::read`] says that it is missing.

use super::product::ProductTree;
use super::vulnerability::Vulnerability;
use serde::Deserialize;

/// A whole document.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Csaf {
    /// The address of the schema; 2.1 requires it.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// What the document says of itself.
    pub document: Document,
    /// The products that it names.
    pub product_tree: Option<ProductTree>,
    /// What it says of each vulnerability. None where the member is missing, which some profiles require.
    pub vulnerabilities: Option<Vec<Vulnerability>>,
    /// Extensions of the whole document (2.1).
    pub x_extensions: Vec<Extension>,
}

/// A version of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// CSAF 2.0, of 2022.
    V20,
    /// CSAF 2.1.
    V21,
}

/// What the document says of itself (3.2.2).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Document {
    /// Thanks.
    pub acknowledgments: Vec<Acknowledgment>,
    /// The publisher's word for the weight of all of it.
    pub aggregate_severity: Option<AggregateSeverity>,
    /// The profile: `csaf_security_advisory`, `csaf_vex`, or a word of the publisher (section 4).
    pub category: String,
    /// `2.0` or `2.1`.
    pub csaf_version: String,
    /// Who may see it.
    pub distribution: Option<Distribution>,
    /// The language that it is written in.
    pub lang: Option<String>,
    /// The terms of its use, as an SPDX expression (2.1).
    pub license_expression: Option<String>,
    /// Texts about the whole document.
    pub notes: Vec<Note>,
    /// Who says so.
    pub publisher: Publisher,
    /// Links.
    pub references: Vec<Reference>,
    /// The language that it was translated from.
    pub source_lang: Option<String>,
    /// What it is about, in a line.
    pub title: String,
    /// Its id, versions and dates.
    pub tracking: Tracking,
    /// Extensions about the document (2.1).
    pub x_extensions: Vec<Extension>,
}

/// Thanks to somebody (3.1.1).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Acknowledgment {
    /// Names of people.
    pub names: Vec<String>,
    /// Of what organization.
    pub organization: Option<String>,
    /// What for.
    pub summary: Option<String>,
    /// Links.
    pub urls: Vec<String>,
}

/// The publisher's word for the weight of the document (3.2.2.2).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct AggregateSeverity {
    /// Where the word is explained.
    pub namespace: Option<String>,
    /// The word.
    pub text: String,
}

/// Who may see the document (3.2.2.5).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Distribution {
    /// Whom it is shared with (2.1).
    pub sharing_group: Option<SharingGroup>,
    /// In words.
    pub text: Option<String>,
    /// By the Traffic Light Protocol.
    pub tlp: Option<Tlp>,
}

/// Whom the document is shared with (2.1).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct SharingGroup {
    /// A UUID; all ones is everybody, all zeros nobody.
    pub id: String,
    /// What people call it.
    pub name: Option<String>,
}

/// A label of the Traffic Light Protocol.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Tlp {
    /// `WHITE` (2.0) or `CLEAR` (2.1), `GREEN`, `AMBER`, `AMBER+STRICT`, `RED`.
    pub label: String,
    /// Where it is explained.
    pub url: Option<String>,
}

/// A text (3.1.5).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Note {
    /// Whom it is for.
    pub audience: Option<String>,
    /// `description`, `details`, `faq`, `general`, `legal_disclaimer`, `other`, `summary`.
    pub category: String,
    /// Products that it is about, by group (2.1).
    pub group_ids: Vec<String>,
    /// Products that it is about (2.1).
    pub product_ids: Vec<String>,
    /// The text.
    pub text: String,
    /// Its heading.
    pub title: Option<String>,
}

/// Who publishes the document (3.2.2.8).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Publisher {
    /// `coordinator`, `discoverer`, `other`, `translator`, `user`, `vendor`; `multiplier` in 2.1.
    pub category: String,
    /// How to reach it.
    pub contact_details: Option<String>,
    /// What makes it speak for the product.
    pub issuing_authority: Option<String>,
    /// Its name.
    pub name: String,
    /// Its address, under which ids are unique.
    pub namespace: String,
}

/// A link (3.1.10).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Reference {
    /// `external`, or `self` for the document itself; external where it is missing.
    pub category: Option<String>,
    /// What is there.
    pub summary: String,
    /// Where it is.
    pub url: String,
}

/// The id, versions and dates of the document (3.2.2.12).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Tracking {
    /// Other ids of the same document.
    pub aliases: Vec<String>,
    /// When this version was released.
    pub current_release_date: String,
    /// What wrote it.
    pub generator: Option<Generator>,
    /// The publisher's id, unique under its namespace.
    pub id: String,
    /// When the first version was released.
    pub initial_release_date: String,
    /// One entry for each version.
    pub revision_history: Vec<Revision>,
    /// `draft`, `final`, `interim`; `deleted` in the stubs that Red Hat leaves behind.
    pub status: String,
    /// The version of the document, an integer or a semantic version.
    pub version: String,
}

/// What wrote the document.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Generator {
    /// When.
    pub date: Option<String>,
    /// What.
    pub engine: Engine,
}

/// The program that wrote the document.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Engine {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
}

/// One version of the document (3.2.2.12.6).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Revision {
    /// When it was made.
    pub date: String,
    /// The publisher's own number for it.
    pub legacy_version: Option<String>,
    /// Its version.
    pub number: String,
    /// What changed.
    pub summary: String,
}

/// Content that the standard does not know (2.1).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Extension {
    /// The address of the extension's schema.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// `essential`, `significant`, `supplementary`.
    pub category: String,
    /// Whether a reader that does not know it must refuse the document.
    pub critical: bool,
}

impl Csaf {
    /// The version of the standard that the document says it follows.
    #[must_use]
    pub fn edition(&self) -> Option<Edition> {
        Edition::of_name(&self.document.csaf_version)
    }

    /// Whether this is only a stub that says that the document was taken back.
    #[must_use]
    pub fn deleted(&self) -> bool {
        self.document.tracking.status == "deleted"
    }

    /// What it says of each vulnerability; nothing where the member is missing.
    pub fn vulnerabilities(&self) -> &[Vulnerability] {
        self.vulnerabilities.as_deref().unwrap_or_default()
    }
}

impl Edition {
    /// The version of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Edition> {
        match name {
            "2.0" => Some(Edition::V20),
            "2.1" => Some(Edition::V21),
            _ => None,
        }
    }

    /// `2.0` or `2.1`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Edition::V20 => "2.0",
            Edition::V21 => "2.1",
        }
    }
}
