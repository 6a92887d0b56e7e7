//! An assessment as SARIF 2.1.0: a rule for each vulnerability, a result for each finding, at the patch level that has to change.

use super::{Assessment, words};
use crate::finding::Found;
use patchform_advisory::priority::Priority;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// The log.
pub fn render(assessment: &Assessment<'_>) -> String {
    let mut rules: BTreeMap<&str, &Found> = BTreeMap::new();
    for found in &assessment.found {
        rules.entry(&found.key.vulnerability).or_insert(found);
    }
    let at: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let described: Vec<Json> = rules.iter().map(|(id, found)| rule(id, found)).collect();
    let results: Vec<Json> = assessment
        .found
        .iter()
        .map(|found| result(assessment, found, at[found.key.vulnerability.as_str()]))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "patchform", "version": env!("CARGO_PKG_VERSION"), "rules": described}},
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(id: &str, found: &Found<'_>) -> Json {
    let summary = &found.named.finding.record.summary;
    let text = if summary.is_empty() { id } else { summary.as_str() };
    let mut rule = json!({"id": id, "shortDescription": {"text": text}});
    if let Some(scored) = found.facts.cvss {
        rule["properties"] = json!({"security-severity": scored.score.to_string(), "tags": ["security"]});
    }
    rule
}

fn result(assessment: &Assessment<'_>, found: &Found<'_>, rule: usize) -> Json {
    let installed = found.named.finding.installed;
    let level = match found.priority {
        _ if found.is_overdue() => "error",
        Priority::Critical | Priority::High => "error",
        Priority::Medium => "warning",
        Priority::Low => "note",
    };
    let fix =
        if found.target.is_fixed() { format!("go to {}", found.target) } else { found.target.to_string() };
    let due = words::due(found);
    let due = if due.is_empty() { due } else { format!("; due: {due}") };
    let (key, version) = (&found.key, &installed.version);
    let text =
        format!("{} {version} of {} has {}: {fix}{due}", key.package, key.component, key.vulnerability);
    let mut result = json!({
        "ruleId": key.vulnerability,
        "ruleIndex": rule,
        "level": level,
        "message": {"text": text},
        "partialFingerprints": {"finding/v1": format!("{}|{}|{}", key.component, key.package, key.vulnerability)},
    });
    if let Some(place) = assessment.places.get(&key.component) {
        result["locations"] = json!([{"physicalLocation": {
            "artifactLocation": {"uri": place.file}, "region": {"startLine": place.line}}}]);
    }
    if let Some(exception) = found.exception.filter(|_| words::standing(found) == "excepted") {
        result["suppressions"] = json!([{"kind": "external", "justification": exception.justification()}]);
    }
    result
}
