//! What the state says of one component.

use crate::model::{Moment, PatchLevel};
use patchform_sdk::digest::Running;

/// What was known of a component when patchform last changed or adopted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Name of the provider that manages it.
    pub provider: String,
    /// Alias of that provider's block; empty for the default one.
    pub alias: String,
    /// Its level.
    pub level: PatchLevel,
    /// Digest of what it manages, from the reading at that time.
    pub digest: String,
    /// Stable identity of its host or system.
    pub target: String,
    /// What it manages there.
    pub claims: Vec<String>,
    /// The run that recorded it.
    pub run: String,
    /// When.
    pub at: Moment,
}

impl Record {
    /// Digest of what the record says of the component: 64 hex digits. A plan pins it, so that the plan is refused
    /// when somebody changed the record since. Which run recorded it, and when, does not count.
    pub fn fingerprint(&self) -> String {
        let mut digest = Running::default();
        // Every text goes in with its length in front, so that no two records give the same bytes.
        let mut feed = |text: &str| {
            digest.update(&(text.len() as u64).to_le_bytes());
            digest.update(text.as_bytes());
        };
        feed(&self.provider);
        feed(&self.alias);
        match &self.level {
            PatchLevel::Single(level) => {
                feed("single");
                feed(level);
            }
            PatchLevel::Map(parts) => {
                feed("map");
                for (part, level) in parts {
                    feed(part);
                    feed(level);
                }
                feed("end");
            }
        }
        feed(&self.digest);
        feed(&self.target);
        for claim in &self.claims {
            feed(claim);
        }
        digest.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_it_says_of_the_component_counts() {
        let record = Record {
            provider: "release".into(),
            alias: String::new(),
            level: PatchLevel::Single("1.4.0".into()),
            digest: "d".into(),
            target: "t".into(),
            claims: vec!["path:/srv/a".into()],
            run: "r1".into(),
            at: Moment(1),
        };
        let same = Record { run: "r2".into(), at: Moment(2), ..record.clone() };
        assert_eq!(record.fingerprint(), same.fingerprint());
        let map = |pairs: &[(&str, &str)]| {
            PatchLevel::Map(pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect())
        };
        let others = [
            Record { provider: "releas".into(), alias: "e".into(), ..record.clone() },
            Record { level: PatchLevel::Single("1.4.1".into()), ..record.clone() },
            Record { level: map(&[("a", "1")]), ..record.clone() },
            Record { level: map(&[("a", "1"), ("b", "2")]), ..record.clone() },
            Record { digest: "e".into(), ..record.clone() },
            Record { target: "u".into(), ..record.clone() },
            Record { claims: Vec::new(), ..record.clone() },
        ];
        let mut all: Vec<String> = others.iter().map(Record::fingerprint).collect();
        all.push(record.fingerprint());
        all.sort();
        all.dedup();
        assert_eq!(all.len(), others.len() + 1);
    }
}
