//! An OpenVEX document as it is written, in the forms of 0.0.1 and 0.2.0.

use crate::json::Others;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// A whole document.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct OpenVex {
    /// `https://openvex.dev/ns`, with a version.
    #[serde(rename = "@context")]
    pub context: String,
    /// Its id.
    #[serde(rename = "@id")]
    pub id: String,
    /// Who says so.
    pub author: String,
    /// In which role.
    pub role: Option<String>,
    /// Who supplies the product, where statements do not say.
    pub supplier: Option<String>,
    /// When it was written; statements inherit it.
    pub timestamp: Option<String>,
    /// When it was last changed; statements inherit it.
    pub last_updated: Option<String>,
    /// What wrote it.
    pub tooling: Option<String>,
    /// What it says.
    pub statements: Vec<WrittenStatement>,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    pub others: Others,
}

/// A statement as it is written.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct WrittenStatement {
    /// Its id.
    #[serde(rename = "@id")]
    pub id: Option<String>,
    /// What it is about.
    pub vulnerability: Vulnerability,
    /// When it was made.
    pub timestamp: Option<String>,
    /// When it was last changed.
    pub last_updated: Option<String>,
    /// Which products.
    pub products: Vec<Component>,
    /// Which parts of all these products (0.0.1).
    pub subcomponents: Vec<Component>,
    /// `not_affected`, `affected`, `fixed`, `under_investigation`.
    pub status: String,
    /// Who supplies the product.
    pub supplier: Option<String>,
    /// How the status came to be.
    pub status_notes: Option<String>,
    /// Why it is not affected, as a code.
    pub justification: Option<String>,
    /// Why it is not affected, in words.
    pub impact_statement: Option<String>,
    /// What to do.
    pub action_statement: Option<String>,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    pub others: Others,
}

/// A vulnerability: 0.0.1 has its name only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vulnerability {
    /// Its address.
    pub id: Option<String>,
    /// Its name: `CVE-2023-1255`.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Its other names.
    pub aliases: Vec<String>,
}

/// A product or a part of one: 0.0.1 has its id only.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Component {
    /// Its id, often a package URL.
    pub id: Option<String>,
    /// Its other ids.
    pub identifiers: Identifiers,
    /// Digests, by algorithm.
    pub hashes: BTreeMap<String, String>,
    /// Its parts that the statement is about; none is all of it.
    pub subcomponents: Vec<Component>,
}

/// Ids of other systems.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Identifiers {
    /// A package URL.
    pub purl: Option<String>,
    /// A name of CPE 2.2.
    pub cpe22: Option<String>,
    /// A name of CPE 2.3.
    pub cpe23: Option<String>,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    pub others: Others,
}

/// A text, or an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Either<T> {
    Text(String),
    Object(T),
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FullVulnerability {
    #[serde(rename = "@id")]
    id: Option<String>,
    name: String,
    description: Option<String>,
    aliases: Vec<String>,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    _others: Others,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FullComponent {
    #[serde(rename = "@id")]
    id: Option<String>,
    identifiers: Identifiers,
    hashes: BTreeMap<String, String>,
    subcomponents: Vec<Component>,
    /// Members that are not known here. They also keep an array from being read as an object.
    #[serde(flatten)]
    _others: Others,
}

impl<'de> Deserialize<'de> for Vulnerability {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Ok(match Either::<FullVulnerability>::deserialize(source)? {
            Either::Text(name) => Vulnerability { name, ..Vulnerability::default() },
            Either::Object(FullVulnerability { id, name, description, aliases, .. }) => {
                Vulnerability { id, name, description, aliases }
            }
        })
    }
}

impl<'de> Deserialize<'de> for Component {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Ok(match Either::<FullComponent>::deserialize(source)? {
            Either::Text(id) => Component { id: Some(id), ..Component::default() },
            Either::Object(FullComponent { id, identifiers, hashes, subcomponents, .. }) => {
                Component { id, identifiers, hashes, subcomponents }
            }
        })
    }
}

impl Component {
    /// Every id that it has.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let Identifiers { purl, cpe22, cpe23, .. } = &self.identifiers;
        [&self.id, purl, cpe22, cpe23].into_iter().flatten().map(String::as_str)
    }
}
