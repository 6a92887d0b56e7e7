//! What a container says is affected.

use super::text::Text;
use serde::Deserialize;

/// A product, or a package of a collection, with its versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Affected<'a> {
    /// `vendor`; `n/a` in old records.
    #[serde(borrow)]
    pub vendor: Option<Text<'a>>,
    /// `product`; `n/a` in old records.
    pub product: Option<Text<'a>>,
    /// `packageName` within the collection.
    pub package_name: Option<Text<'a>>,
    /// `collectionURL`, such as a registry's address.
    #[serde(rename = "collectionURL")]
    pub collection_url: Option<Text<'a>>,
    /// `packageURL`, since format 5.2.
    #[serde(rename = "packageURL")]
    pub package_url: Option<Text<'a>>,
    /// `repo`: the address of its source.
    pub repo: Option<Text<'a>>,
    /// `cpes`
    pub cpes: Vec<Text<'a>>,
    /// `platforms`
    pub platforms: Vec<Text<'a>>,
    /// `defaultStatus`: of every version that no range names; unknown where it is not given.
    pub default_status: Status,
    /// `versions`
    pub versions: Vec<Range<'a>>,
}

/// Whether a version is affected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is.
    Affected,
    /// It is not.
    Unaffected,
    /// Nobody said; also any word that the schema does not have.
    #[default]
    #[serde(other)]
    Unknown,
}

/// A version, or a range that begins with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Range<'a> {
    /// `version`: the only one, or the first; `0`, `unspecified`, `*` or `n/a` where the publisher knew none.
    #[serde(borrow)]
    pub version: Text<'a>,
    /// `status` from there on.
    pub status: Status,
    /// `versionType`, such as `semver`, `git`, `rpm`, `custom`; many records give none.
    pub version_type: Option<Text<'a>>,
    /// `lessThan`: the end, exclusive; `*` for none.
    pub less_than: Option<Text<'a>>,
    /// `lessThanOrEqual`: the end, inclusive; `*` for none.
    pub less_than_or_equal: Option<Text<'a>>,
    /// `changes` of the status within the range.
    pub changes: Vec<Change<'a>>,
}

/// A status that begins within a range.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Change<'a> {
    /// From this version on.
    #[serde(borrow)]
    pub at: Text<'a>,
    /// It is so.
    pub status: Status,
}
