//! The products of a CSAF document as they are written (CSAF 2.0 and 2.1, section 3.2.3).

use super::document::Extension;
use serde::Deserialize;

/// All that the document says about which products there are.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct ProductTree {
    /// Products by vendor, product and version, nested.
    pub branches: Vec<Branch>,
    /// Products without a branch.
    pub full_product_names: Vec<FullProductName>,
    /// Products under one name.
    pub product_groups: Vec<ProductGroup>,
    /// Products as parts of others (2.0).
    pub relationships: Vec<Relationship>,
    /// Products as parts of others, in more than one step (2.1).
    pub product_paths: Vec<ProductPath>,
}

/// A branch: either more branches, or a product (3.1.2).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Branch {
    /// What lies under it.
    pub branches: Vec<Branch>,
    /// What the name is: `vendor`, `product_name`, `product_version`, ...
    pub category: String,
    /// The name of this step.
    pub name: String,
    /// The product at its end.
    pub product: Option<FullProductName>,
}

/// A product that can be referred to (3.1.3).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct FullProductName {
    /// What people call it.
    pub name: String,
    /// What the document calls it; unique within it.
    pub product_id: String,
    /// How to find it on a host.
    pub product_identification_helper: Option<Helper>,
    /// Extensions about the product (2.1).
    pub x_extensions: Vec<Extension>,
}

/// How to find a product on a host (3.1.3.3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Helper {
    /// Its name of the Common Platform Enumeration.
    pub cpe: Option<String>,
    /// Digests of its files.
    pub hashes: Vec<Hashes>,
    /// Model numbers; `*` and `?` stand for what follows or for a letter.
    pub model_numbers: Vec<String>,
    /// Its package URL (2.0).
    pub purl: Option<String>,
    /// Its package URLs (2.1).
    pub purls: Vec<String>,
    /// Where its bill of materials is.
    pub sbom_urls: Vec<String>,
    /// Serial numbers, with the same signs as model numbers.
    pub serial_numbers: Vec<String>,
    /// Numbers of the stock.
    pub skus: Vec<String>,
    /// Identifiers of other kinds.
    pub x_generic_uris: Vec<GenericUri>,
}

/// Digests of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Hashes {
    /// One for each algorithm.
    pub file_hashes: Vec<FileHash>,
    /// The file.
    pub filename: String,
}

/// One digest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct FileHash {
    /// `sha256`, `sha512`, ...
    pub algorithm: String,
    /// In hexadecimal.
    pub value: String,
}

/// An identifier of a kind of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct GenericUri {
    /// What kind.
    pub namespace: String,
    /// The identifier.
    pub uri: String,
}

/// Products under one name (3.2.3.3).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct ProductGroup {
    /// What the document calls it.
    pub group_id: String,
    /// Who belongs to it.
    pub product_ids: Vec<String>,
    /// What they have in common.
    pub summary: Option<String>,
}

/// A product as a part of another (3.2.3.4 of 2.0).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Relationship {
    /// `default_component_of`, `external_component_of`, `installed_on`, `installed_with`, `optional_component_of`.
    pub category: String,
    /// The product that both make together.
    pub full_product_name: FullProductName,
    /// The part.
    pub product_reference: String,
    /// What it is a part of.
    pub relates_to_product_reference: String,
}

/// A product as a part of another, step by step (3.2.3.4 of 2.1).
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct ProductPath {
    /// The innermost part.
    pub beginning_product_reference: String,
    /// The product that all make together.
    pub full_product_name: FullProductName,
    /// From the part outwards.
    pub subpaths: Vec<Subpath>,
}

/// One step outwards.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Subpath {
    /// As the category of a [`Relationship`].
    pub category: String,
    /// What the part before is a part of.
    pub next_product_reference: String,
}

impl Helper {
    /// The package URLs, of either version's member.
    pub fn package_urls(&self) -> impl Iterator<Item = &str> {
        self.purl.iter().chain(&self.purls).map(String::as_str)
    }
}
