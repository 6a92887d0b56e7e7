//! `inventory`: everything that is installed where a component is, for holding it against what vendors publish.

use super::Subject;
use serde::{Deserialize, Serialize};

/// `inventory`: what is installed there? Must have no effect. Asked once for each place (minor version 2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InventoryRequest {
    /// Any component of that place.
    pub subject: Subject,
}

/// Answer to `inventory`. A place that cannot be asked is an error that says why.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Inventory {
    /// Stable identity of the host or system, as in a reading.
    pub target: String,
    /// Whose packages it has, and of which release, as the OSV schema writes it: `Debian:12`. Empty where nothing says so;
    /// for other things the type and namespace of their package URL: `pkg:generic/acme`.
    #[serde(default)]
    pub ecosystem: String,
    /// The channels that it gets beside what everybody gets: `Pro` of Ubuntu.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// The minor release that it stays on: 6 of a host that is pinned to 8.6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<u32>,
    /// The vendor that its own vendor rebuilds: `Red Hat:enterprise_linux:9`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// What is installed.
    pub packages: Vec<InstalledPackage>,
}

/// One installed package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstalledPackage {
    /// Its name.
    pub name: String,
    /// Its version, with the epoch where it has one.
    pub version: String,
    /// Its architecture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    /// The source package that it was built from and its version, where these are others than its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<(String, String)>,
    /// The module stream that it was built in: `httpd:2.4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
}
