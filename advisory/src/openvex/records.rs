//! The neutral records of a document: one for each vulnerability that it speaks of.

use super::reading::Reading;
use super::statement::{Product, Statement, in_force};
use crate::advisory::{Advisory, Provenance};
use crate::affected::NoFix;
use crate::feed::Feed;
use crate::remark::Remark;
use crate::said::Said;
use std::collections::{BTreeMap, BTreeSet};

/// The records of a document: of several statements about one product the latest counts. What is said of parts within
/// a product says nothing about a host that has the part, and what is no package URL cannot be told; both are remarked.
#[must_use]
pub fn records(reading: &Reading, provenance: &Provenance) -> Feed {
    let statements: Vec<Statement> = reading.statements().collect();
    let mut by_name: BTreeMap<&str, Vec<&Statement>> = BTreeMap::new();
    for statement in &statements {
        by_name.entry(&statement.written.vulnerability.name).or_default().push(statement);
    }
    let mut feed = Feed::default();
    for (name, about) in by_name {
        let mut record = head(reading, name, &about, provenance);
        let mut passed = 0;
        for id in about.iter().flat_map(|statement| products(statement)).collect::<BTreeSet<_>>() {
            let word =
                in_force(&statements, name, Product { id, subcomponent: None }).and_then(|s| said(s, id));
            match word.map(Said::entry) {
                Some(Ok(entry)) => record.affected.push(entry),
                Some(Err(_)) | None => passed += 1,
            }
        }
        if passed > 0 {
            let reason = format!("{passed} products are no package URLs, or only parts of them are meant");
            feed.remarks.push(Remark::new(provenance.line, &record.id, reason));
        }
        feed.records.push(record);
    }
    feed
}

fn head(reading: &Reading, name: &str, about: &[&Statement], provenance: &Provenance) -> Advisory {
    let document = &reading.document;
    let aliases = about.iter().flat_map(|statement| &statement.written.vulnerability.aliases);
    let dates = |written: fn(&Statement) -> Option<String>| about.iter().filter_map(|s| written(s)).max();
    Advisory {
        id: format!("{}#{name}", document.id),
        upstream: std::iter::once(name.to_string()).chain(aliases.cloned()).collect(),
        published: document.timestamp.clone(),
        modified: dates(|s| s.written.last_updated.clone().or_else(|| s.written.timestamp.clone()))
            .or_else(|| document.last_updated.clone())
            .or_else(|| document.timestamp.clone()),
        summary: about.iter().find_map(|s| s.written.vulnerability.description.clone()).unwrap_or_default(),
        provenance: provenance.clone(),
        ..Advisory::default()
    }
}

/// The package URLs of a statement's products, else their ids.
fn products<'s>(statement: &'s Statement<'_>) -> Vec<&'s str> {
    let purl = |product: &'s super::document::Component| {
        product.ids().find(|id| id.starts_with("pkg:")).or_else(|| product.ids().next())
    };
    statement.written.products.iter().filter_map(purl).collect()
}

fn said<'a>(statement: &Statement<'a>, id: &'a str) -> Option<Said<'a>> {
    let note = statement.written.justification.clone().or_else(|| statement.written.impact_statement.clone());
    Some(Said {
        product: id,
        purl: id,
        platform: None,
        stance: statement.status.stance(),
        last: false,
        no_fix: NoFix::Open,
        note,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::installed::Installed;
    use crate::matching::Index;
    use crate::platform::Platform;
    use serde_json::json;

    #[test]
    fn the_latest_word_counts_and_parts_are_passed_over() {
        let text = json!({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "vex-1", "author": "Quince",
            "timestamp": "2026-01-01T00:00:00Z", "version": 1, "statements": [
                {"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": "pkg:deb/debian/a@1"}], "status": "affected", "action_statement": "wait"},
                {"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": "pkg:deb/debian/a@1"}, "pkg:oci/b"], "status": "not_affected",
                 "justification": "component_not_present", "timestamp": "2026-02-01T00:00:00Z"},
                {"vulnerability": {"name": "CVE-2026-2"}, "status": "affected", "action_statement": "wait",
                 "products": [{"@id": "pkg:oci/image", "subcomponents": [{"@id": "pkg:deb/debian/a@1"}]}, "mine"]}]});
        let reading = crate::openvex::read(text.to_string().as_bytes()).unwrap();
        let feed = records(&reading, &Provenance::default());
        let ids: Vec<&str> = feed.records.iter().map(|record| record.id.as_str()).collect();
        assert_eq!(ids, ["vex-1#CVE-2026-1", "vex-1#CVE-2026-2"]);
        assert_eq!(feed.records[0].cves(), ["CVE-2026-1"]);
        assert!(feed.records[1].affected.is_empty());
        assert!(feed.remarks[0].reason.starts_with("2 products"), "{:?}", feed.remarks);
        let index = Index::new(&feed.records);
        let a = Installed::new("a", "1");
        let found = index.assess_one(&Platform::parse("Debian:12"), &a);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].why.to_string(), "the vendor says that it is not affected");
        assert_eq!(found[0].entry.note.as_deref(), Some("component_not_present"));
    }
}
