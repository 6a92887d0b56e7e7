//! OSV: a document alone and as a line of many is the same record, and what is read can be matched.

use super::tracker::matched;
use patchform_advisory::{Provenance, Relations, osv};

/// A document, or one per line.
pub fn run(data: &[u8]) {
    let from = Provenance::default();
    let lines = osv::read_lines(data, &from);
    if let (Ok((record, _)), false) = (osv::read(data, &from), data.contains(&b'\n')) {
        let alone = lines.as_ref().map(|feed| feed.records.len());
        assert_eq!(alone, Ok(1), "{record:?}");
    }
    if let Ok(feed) = &lines {
        let relations = Relations::new(&feed.records);
        for record in &feed.records {
            let name = relations.vulnerability(&record.id);
            assert!(name <= record.id.as_str());
            record.aliases.iter().for_each(|alias| assert_eq!(relations.vulnerability(alias), name));
        }
    }
    matched(lines);
}
