//! What a reader makes of a feed of many records.

use crate::advisory::Advisory;
use crate::remark::Remark;
use std::collections::BTreeMap;

/// The records of a feed, and what was wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Feed {
    /// The records, each id once.
    pub records: Vec<Advisory>,
    /// What was passed over or taken although the format forbids it.
    pub remarks: Vec<Remark>,
}

impl Feed {
    /// Keeps one record of every id, the one that was changed last (or stands last), and remarks the others.
    pub(crate) fn distinct(mut self) -> Feed {
        let mut last: BTreeMap<String, Advisory> = BTreeMap::new();
        let mut order = Vec::new();
        for record in self.records {
            let Some(earlier) = last.get_mut(&record.id) else {
                order.push(record.id.clone());
                last.insert(record.id.clone(), record);
                continue;
            };
            let line = record.provenance.line;
            let reason = format!(
                "the id was there before, at line {}; the record changed last counts",
                earlier.provenance.line
            );
            self.remarks.push(Remark::new(line, &record.id, reason));
            if record.modified >= earlier.modified {
                *earlier = record;
            }
        }
        self.records = order.into_iter().filter_map(|id| last.remove(&id)).collect();
        self
    }

    /// Makes one record of those with the same id, where both say something, and remarks it.
    pub(crate) fn merged(mut self) -> Feed {
        let mut at: BTreeMap<String, usize> = BTreeMap::new();
        let mut records: Vec<Advisory> = Vec::with_capacity(self.records.len());
        for record in self.records {
            let Some(&first) = at.get(&record.id) else {
                at.insert(record.id.clone(), records.len());
                records.push(record);
                continue;
            };
            let earlier = &mut records[first];
            let reason =
                format!("the id was there before, at line {}; both entries count", earlier.provenance.line);
            self.remarks.push(Remark::new(record.provenance.line, &record.id, reason));
            earlier.affected.extend(record.affected);
            earlier.upstream.extend(record.upstream);
            earlier.related.extend(record.related);
            earlier.reboot |= record.reboot;
        }
        Feed { records, remarks: self.remarks }
    }
}
