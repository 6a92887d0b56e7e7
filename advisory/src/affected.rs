//! What an advisory says of one package of one release.

use crate::ecosystem::{Ecosystem, Naming};
use crate::installed::Module;
use crate::range::Range;

/// One package that an advisory names, and what it says of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Affected {
    /// Whose package: vendor, release, channel.
    pub ecosystem: Ecosystem,
    /// The package's name.
    pub package: String,
    /// Whether that is a source or a binary package.
    pub naming: Naming,
    /// What decides: the ranges and versions, or the vendor's word.
    pub status: Status,
    /// Ranges of versions that are affected: in any of them is enough.
    pub ranges: Vec<Range>,
    /// Versions that are affected, listed one by one.
    pub versions: Vec<String>,
    /// Architectures it speaks of; none is all of them.
    pub arches: Vec<String>,
    /// The module stream it speaks of; none is what is in no module.
    pub module: Option<Module>,
    /// The vendor's words about this package: `Minor issue`.
    pub note: Option<String>,
    /// The product's id in a CSAF document.
    pub product: Option<String>,
}

/// What decides whether a package is affected. The verdicts of CSAF and OpenVEX map onto it; absence is no entry at all:
/// unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The ranges and the listed versions.
    Versions,
    /// Every version that the release has, and there is no fix for it. With a range, a version at its fix is safe (it
    /// came from elsewhere), although the release does not offer it.
    NoFix(NoFix),
    /// The listed versions, and of others nothing is said: a document that judges products one by one.
    Listed,
    /// None, says the vendor; of versions that it lists, these, and of others nothing is said.
    NotAffected,
    /// The vendor does not know.
    Undetermined,
    /// The vendor is looking at it.
    UnderInvestigation,
}

/// Why there is no fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoFix {
    /// There is none yet.
    Open,
    /// The vendor found it too small for an advisory.
    NoAdvisory,
    /// The vendor ignores it.
    Ignored,
    /// The vendor put it off.
    Postponed,
    /// The vendor will not fix it.
    WontFix,
    /// The package was removed from the archive.
    Removed,
    /// The release or package has no support any more.
    EndOfLife,
}

impl Affected {
    /// An entry of an ecosystem with nothing said yet but its name.
    pub fn new(ecosystem: Ecosystem, package: &str) -> Affected {
        Affected {
            naming: ecosystem.naming(),
            ecosystem,
            package: package.to_string(),
            status: Status::Versions,
            ranges: Vec::new(),
            versions: Vec::new(),
            arches: Vec::new(),
            module: None,
            note: None,
            product: None,
        }
    }

    /// An entry that is affected below a fix; a fix `0` means never.
    pub fn below(ecosystem: Ecosystem, package: &str, fix: &str) -> Affected {
        let status = if fix == "0" { Status::NotAffected } else { Status::Versions };
        let ranges = if fix == "0" { Vec::new() } else { vec![Range::below(fix, ecosystem.scheme())] };
        Affected { status, ranges, ..Affected::new(ecosystem, package) }
    }
}

impl NoFix {
    /// In plain words.
    pub fn words(self) -> &'static str {
        match self {
            NoFix::Open => "there is no fix yet",
            NoFix::NoAdvisory => "the vendor found it too small for an advisory",
            NoFix::Ignored => "the vendor ignores it",
            NoFix::Postponed => "the vendor put it off",
            NoFix::WontFix => "the vendor will not fix it",
            NoFix::Removed => "the package was removed from the archive",
            NoFix::EndOfLife => "its support has ended",
        }
    }
}
