//! Statements with what they inherit, and the one that is in force.

use super::document::{Component, OpenVex, WrittenStatement};
use super::package::purl_matches;
use crate::csaf::Stance;
use crate::moment::Moment;

/// A status (0.2.0, "Status Labels").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// `not_affected`
    NotAffected,
    /// `affected`
    Affected,
    /// `fixed`
    Fixed,
    /// `under_investigation`
    UnderInvestigation,
}

/// A statement, with what it inherits from its document.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement<'a> {
    /// As it is written.
    pub written: &'a WrittenStatement,
    /// What it says.
    pub status: Status,
    /// When: its own last change or making, else those of the document.
    pub since: Option<Moment>,
    /// Who supplies the product: its own word, else the document's.
    pub supplier: Option<&'a str>,
}

/// What is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Product<'a> {
    /// A package URL, a CPE or whatever id.
    pub id: &'a str,
    /// The part of it, where that is asked about.
    pub subcomponent: Option<&'a str>,
}

impl Status {
    /// The status of that label.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Status> {
        match name {
            "not_affected" => Some(Status::NotAffected),
            "affected" => Some(Status::Affected),
            "fixed" => Some(Status::Fixed),
            "under_investigation" => Some(Status::UnderInvestigation),
            _ => None,
        }
    }

    /// The same in the words that CSAF and OpenVEX share.
    #[must_use]
    pub fn stance(self) -> Stance {
        match self {
            Status::NotAffected => Stance::NotAffected,
            Status::Affected => Stance::Affected,
            Status::Fixed => Stance::Fixed,
            Status::UnderInvestigation => Stance::UnderInvestigation,
        }
    }
}

impl<'a> Statement<'a> {
    /// The statement, with what it inherits; none where its status is not known.
    pub(super) fn of(written: &'a WrittenStatement, document: &'a OpenVex) -> Option<Statement<'a>> {
        let dates = [&written.last_updated, &written.timestamp, &document.last_updated, &document.timestamp];
        Some(Statement {
            written,
            status: Status::of_name(&written.status)?,
            since: dates.into_iter().flatten().find_map(|text| Moment::parse(text)),
            supplier: written.supplier.as_deref().or(document.supplier.as_deref()),
        })
    }

    /// Whether it is about the vulnerability of that name or alias.
    #[must_use]
    pub fn is_about(&self, vulnerability: &str) -> bool {
        let own = &self.written.vulnerability;
        own.name == vulnerability || own.aliases.iter().any(|alias| alias == vulnerability)
    }

    /// Whether it is about the product. One that names parts is about those parts only, so that it says nothing about
    /// the product as a whole.
    #[must_use]
    pub fn names(&self, product: Product) -> bool {
        self.written.products.iter().any(|own| {
            let parts =
                if own.subcomponents.is_empty() { &self.written.subcomponents } else { &own.subcomponents };
            let part = match product.subcomponent {
                _ if parts.is_empty() => true,
                Some(part) => parts.iter().any(|own| is(own, part)),
                None => false,
            };
            part && is(own, product.id)
        })
    }
}

/// Whether the component has that id, or a package URL that it falls under.
fn is(component: &Component, id: &str) -> bool {
    component.ids().any(|own| own == id || purl_matches(own, id))
}

/// The latest statement about the vulnerability and the product; of two of the same moment the later in order. None is
/// unknown, never safe.
#[must_use]
pub fn in_force<'s, 'a>(
    statements: impl IntoIterator<Item = &'s Statement<'a>>,
    vulnerability: &str,
    product: Product,
) -> Option<&'s Statement<'a>>
where
    'a: 's,
{
    let about = |statement: &&Statement| statement.is_about(vulnerability) && statement.names(product);
    statements.into_iter().filter(about).max_by_key(|statement| statement.since)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openvex::read;
    use serde_json::json;

    #[test]
    fn a_statement_inherits_and_the_latest_is_in_force() {
        let text = json!({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "Quince", "supplier": "Quince",
            "timestamp": "2026-01-01T00:00:00Z", "version": 1, "statements": [
                {"vulnerability": {"name": "CVE-1", "aliases": ["GHSA-1"]}, "products": [{"@id": "pkg:deb/q/a"}], "status": "under_investigation"},
                {"vulnerability": "CVE-1", "products": ["pkg:deb/q/a"], "status": "fixed", "timestamp": "2026-01-01T02:00:00+01:00"},
                {"vulnerability": "CVE-1", "status": "not_affected", "justification": "component_not_present",
                 "products": [{"@id": "pkg:oci/image", "subcomponents": [{"@id": "pkg:deb/q/b"}]}]}]});
        let reading = read(text.to_string().as_bytes()).expect("a document");
        let statements: Vec<Statement> = reading.statements().collect();
        assert_eq!(statements[0].since, Moment::parse("2026-01-01T00:00:00Z"));
        assert_eq!(statements[1].supplier, Some("Quince"));
        let status = |vulnerability: &str, id: &str, subcomponent: Option<&str>| {
            in_force(&statements, vulnerability, Product { id, subcomponent })
                .map(|statement| statement.status)
        };
        assert_eq!(status("CVE-1", "pkg:deb/q/a@1?arch=amd64", None), Some(Status::Fixed));
        assert_eq!(status("GHSA-1", "pkg:deb/q/a", None), Some(Status::UnderInvestigation));
        assert_eq!(status("CVE-1", "pkg:oci/image", Some("pkg:deb/q/b@2")), Some(Status::NotAffected));
        assert_eq!(status("CVE-1", "pkg:oci/image", Some("pkg:deb/q/c")), None);
        assert_eq!(status("CVE-1", "pkg:oci/image", None), None);
        assert_eq!(status("CVE-2", "pkg:deb/q/a", None), None);
    }
}
