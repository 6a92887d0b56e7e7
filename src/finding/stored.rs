//! The findings as they are stored: one JSON object with a row for each, and a seal that finds every later change.

use super::remembered::{Closed, Findings, Key, Remembered};
use crate::model::{Address, Moment, seal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the stored form that this program writes, and the newest that it reads.
pub const FORMAT: u64 = 1;

/// Why bytes are no findings. A sentence that can follow the file's name and a colon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoredError {
    /// It is no JSON, cut off, or was changed.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// A newer program wrote it.
    #[error("it was written by a newer patchform, in form {0}; this one reads up to form {FORMAT}")]
    Newer(u64),
}

#[derive(Deserialize)]
struct Head {
    format_version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    format_version: u64,
    assessed: Option<String>,
    findings: Vec<Row>,
    #[serde(default, skip_serializing)]
    #[allow(dead_code, reason = "checked as bytes before")]
    sum: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    component: String,
    package: String,
    vulnerability: String,
    version: String,
    first_seen: String,
    last_seen: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reopened: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<ClosedRow>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClosedRow {
    at: String,
    run: Option<String>,
    version: Option<String>,
}

/// The bytes of findings.
pub fn write(findings: &Findings) -> Vec<u8> {
    let row = |(key, known): (&Key, &Remembered)| Row {
        component: key.component.to_string(),
        package: key.package.clone(),
        vulnerability: key.vulnerability.clone(),
        version: known.version.clone(),
        first_seen: known.first_seen.to_string(),
        last_seen: known.last_seen.to_string(),
        reopened: known.reopened.map(|at| at.to_string()),
        closed: known.closed.as_ref().map(|closed| ClosedRow {
            at: closed.at.to_string(),
            run: closed.run.clone(),
            version: closed.version.clone(),
        }),
    };
    let form = Form {
        format_version: FORMAT,
        assessed: findings.assessed.map(|at| at.to_string()),
        findings: findings.all.iter().map(row).collect(),
        sum: None,
    };
    // Texts, numbers and lists only: this cannot fail.
    let mut bytes = serde_json::to_vec(&form).unwrap_or_default();
    seal::seal(&mut bytes, 0);
    bytes
}

/// Reads what [`write()`] wrote.
///
/// # Errors
/// Bytes that are no findings, were changed, or are of a newer form.
pub fn read(bytes: &[u8]) -> Result<Findings, StoredError> {
    let damaged = |why: String| StoredError::Damaged(why);
    let head: Head = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    if head.format_version > FORMAT {
        return Err(StoredError::Newer(head.format_version));
    }
    if !seal::is_whole(bytes) {
        return Err(damaged("it was changed after patchform wrote it".into()));
    }
    let form: Form = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    let assessed = form.assessed.as_deref().map(moment).transpose()?;
    let all = form.findings.into_iter().map(Row::whole).collect::<Result<BTreeMap<_, _>, _>>()?;
    Ok(Findings { assessed, all })
}

fn moment(text: &str) -> Result<Moment, StoredError> {
    Moment::parse(text).ok_or_else(|| StoredError::Damaged(format!("{text:?} is no time")))
}

impl Row {
    fn whole(self) -> Result<(Key, Remembered), StoredError> {
        let component: Address = self
            .component
            .parse()
            .map_err(|_| StoredError::Damaged(format!("{:?} is no address", self.component)))?;
        let closed = self
            .closed
            .map(|closed| Ok(Closed { at: moment(&closed.at)?, run: closed.run, version: closed.version }));
        let known = Remembered {
            first_seen: moment(&self.first_seen)?,
            last_seen: moment(&self.last_seen)?,
            version: self.version,
            closed: closed.transpose()?,
            reopened: self.reopened.as_deref().map(moment).transpose()?,
        };
        Ok((Key { component, package: self.package, vulnerability: self.vulnerability }, known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One of form 1, as it was written first: it must read for ever.
    const FORM_1: &[u8] = include_bytes!("findings-1.json");

    fn sample() -> Findings {
        let key = |vulnerability: &str| Key {
            component: "module.eu.apt.web[\"a\"]".parse().unwrap(),
            package: "openssl".into(),
            vulnerability: vulnerability.into(),
        };
        let open = Remembered {
            first_seen: Moment(1_790_000_000_000),
            last_seen: Moment(1_790_000_500_000),
            version: "3.0.17-1~deb12u2".into(),
            closed: None,
            reopened: Some(Moment(1_790_000_400_000)),
        };
        let closed = Closed {
            at: Moment(1_790_000_600_000),
            run: Some("20261122-024000-000-3f9a".into()),
            version: Some("3.0.17-1~deb12u3".into()),
        };
        let ended = Remembered { closed: Some(closed), reopened: None, ..open.clone() };
        Findings {
            assessed: Some(Moment(1_790_000_600_000)),
            all: BTreeMap::from([(key("CVE-2026-1"), open), (key("CVE-2026-2"), ended)]),
        }
    }

    #[test]
    fn what_was_written_is_read_also_of_the_first_form() {
        assert_eq!(read(&write(&sample())), Ok(sample()));
        assert_eq!(read(FORM_1.trim_ascii_end()), Ok(sample()));
    }

    #[test]
    fn damage_is_found_and_a_newer_form_is_told() {
        let bytes = write(&sample());
        for at in 0..bytes.len() {
            assert!(read(&bytes[..at]).is_err(), "cut at {at}");
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(read(&flipped).is_err(), "flipped at {at}");
        }
        assert_eq!(read(b"{\"format_version\":2,\"x\":1}"), Err(StoredError::Newer(2)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }
    }
}
