//! An assessment as SARIF 2.1.0: a rule for each vulnerability, a result for each finding, at the patch level that has to change.

use super::each::Each;
use super::{Assessment, words};
use crate::finding::Found;
use patchform_advisory::priority::Priority;
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::io;

/// Writes the log, result by result.
///
/// # Errors
/// Those of `out`.
pub fn write(assessment: &Assessment<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut rules: BTreeMap<&str, &Found> = BTreeMap::new();
    for found in &assessment.found {
        rules.entry(found.key().vulnerability).or_insert(found);
    }
    let at: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let described = || rules.iter().map(|(id, found)| rule(id, found));
    let results =
        || assessment.found.iter().map(|found| result(assessment, found, at[found.key().vulnerability]));
    let driver = Driver { name: "patchform", rules: Each(described), version: env!("CARGO_PKG_VERSION") };
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        runs: [Run { results: Each(results), tool: Tool { driver } }],
        version: "2.1.0",
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Log<R, D> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<R, D>; 1],
    version: &'static str,
}

#[derive(Serialize)]
struct Run<R, D> {
    results: R,
    tool: Tool<D>,
}

#[derive(Serialize)]
struct Tool<D> {
    driver: Driver<D>,
}

#[derive(Serialize)]
struct Driver<D> {
    name: &'static str,
    rules: D,
    version: &'static str,
}

fn rule(id: &str, found: &Found<'_>) -> Json {
    let summary = &found.named.said.finding.record.summary;
    let text = if summary.is_empty() { id } else { summary.as_str() };
    let mut rule = json!({"id": id, "shortDescription": {"text": text}});
    if let Some(scored) = found.judged.facts.cvss {
        rule["properties"] = json!({"security-severity": scored.score.to_string(), "tags": ["security"]});
    }
    rule
}

fn result(assessment: &Assessment<'_>, found: &Found<'_>, rule: usize) -> Json {
    let installed = found.installed();
    let level = match found.judged.priority {
        _ if found.judged.is_overdue() => "error",
        Priority::Critical | Priority::High => "error",
        Priority::Medium => "warning",
        Priority::Low => "note",
    };
    let fix = if found.target().is_fixed() {
        format!("go to {}", found.target())
    } else {
        found.target().to_string()
    };
    let due = words::due(found);
    let due = if due.is_empty() { due } else { format!("; due: {due}") };
    let (key, version) = (found.key(), &installed.version);
    let text =
        format!("{} {version} of {} has {}: {fix}{due}", key.package, key.component, key.vulnerability);
    let mut result = json!({
        "ruleId": key.vulnerability,
        "ruleIndex": rule,
        "level": level,
        "message": {"text": text},
        "partialFingerprints": {"finding/v1": format!("{}|{}|{}", key.component, key.package, key.vulnerability)},
    });
    if let Some(place) = assessment.places.get(key.component) {
        result["locations"] = json!([{"physicalLocation": {
            "artifactLocation": {"uri": place.file}, "region": {"startLine": place.line}}}]);
    }
    if let Some(exception) = words::passes(found) {
        result["suppressions"] = json!([{"kind": "external", "justification": exception}]);
    }
    result
}
