//! Form 1 of the stored findings: a row for each, with all of its words.

use super::{End, History, StoredError, address, moment, parsed};
use crate::finding::course::{Course, Remembered};
use crate::finding::remembered::{Findings, Packages};
use crate::model::Address;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "version and sum were checked before")]
struct Form {
    format_version: u64,
    assessed: Option<String>,
    findings: Vec<Row>,
    sum: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    component: String,
    package: String,
    vulnerability: String,
    version: String,
    first_seen: String,
    last_seen: String,
    reopened: Option<String>,
    closed: Option<End>,
}

/// Reads bytes that are whole.
pub(super) fn read(bytes: &[u8]) -> Result<Findings, StoredError> {
    let form: Form = parsed(bytes)?;
    let mut findings =
        Findings { assessed: form.assessed.as_deref().map(moment).transpose()?, ..Findings::default() };
    let mut all: BTreeMap<Address, BTreeMap<Arc<str>, BTreeMap<u32, Remembered>>> = BTreeMap::new();
    for row in form.findings {
        let number = findings.names.number(&row.vulnerability);
        let packages = all.entry(address(&row.component)?).or_default();
        packages.entry(row.package.as_str().into()).or_default().insert(number, row.remembered()?);
    }
    let courses = |packages: BTreeMap<Arc<str>, BTreeMap<u32, Remembered>>| -> Packages {
        packages.into_iter().map(|(package, each)| (package, each.into_iter().collect::<Course>())).collect()
    };
    findings.courses = all.into_iter().map(|(component, packages)| (component, courses(packages))).collect();
    Ok(findings)
}

impl Row {
    fn remembered(self) -> Result<Remembered, StoredError> {
        let Row { first_seen, last_seen, reopened, closed, version, .. } = self;
        let history = History { first_seen, last_seen, reopened, closed }.whole()?;
        Ok(Remembered { version: version.into(), ..history })
    }
}
