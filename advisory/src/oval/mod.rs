//! OVAL: definitions of vulnerabilities and patches, whose criteria say which packages are affected.
//!
//! Source: the OVAL language 5.11 (oval-definitions-schema), and what Red Hat, AlmaLinux, Rocky Linux, Oracle, SUSE,
//! Ubuntu, Debian, Microsoft and VMware publish.
//!
//! A definition is a tree of criteria, whose leaves are tests of a host; a test has an object (what is looked at) and
//! states (what must be true of it). The tree becomes the ways to fulfil it, and each way an entry: the package, the
//! versions, the release, the architectures, the module stream. A definition whose package is only asked to be there has
//! no fix. What a way asks for that no record can say makes it unknown, and is remarked: it is never left out as if it
//! were true.

mod condition;
mod definition;
mod document;
mod element;
mod entry;
mod meaning;
mod records;
mod resolution;
mod tree;
mod vendor;

#[cfg(test)]
mod tests;

use crate::advisory::Provenance;
use crate::ecosystem::Ecosystem;
use crate::fault::Fault;
use crate::feed::Feed;
use document::Document;

const WHAT: &str = "OVAL";

/// What a document has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// Its records: one of each advisory or CVE.
    pub feed: Feed,
    /// When it was made, as its maker wrote it, often without a time zone: `2022-08-17T00:34:31`.
    pub generated: Option<String>,
}

/// Reads a document. The vendor and its releases are told by the definitions; where they are not, or where somebody knows
/// better, `ecosystem` says whose packages all of them are about.
///
/// # Errors
/// For what is not well-formed, is no document of definitions, or declares a document type; and where no definition of it
/// could be read.
pub fn read(bytes: &[u8], ecosystem: Option<&Ecosystem>, from: &Provenance) -> Result<Reading, Fault> {
    let mut document = Document::read(bytes)?;
    let generated = document.generated.take();
    let feed = records::of(&document, ecosystem, from)?;
    Ok(Reading { feed, generated })
}
