//! A check of a run's chain, for programs (`docs/schemas/audit.schema.json`).

use super::Audit;
use serde_json::json;

/// One document.
pub fn to_json(audit: &Audit) -> String {
    let segments: Vec<_> = audit
        .segments
        .iter()
        .map(|s| json!({ "file": s.file, "lines": s.lines, "bytes": s.bytes }))
        .collect();
    let broken = audit
        .broken
        .as_ref()
        .map(|b| json!({ "file": b.file, "line": b.line, "why": b.why, "means": b.means }));
    let document = json!({
        "format_version": 1, "run": audit.run, "verdict": if audit.is_intact() { "intact" } else { "broken" },
        "ended": audit.ended, "record": audit.record.name(), "segments": segments, "lines": audit.lines,
        "head_sha256": audit.head, "first": audit.between.map(|(first, _)| first.to_string()),
        "last": audit.between.map(|(_, last)| last.to_string()), "plan_sha256": audit.plan,
        "notices": audit.notices, "broken": broken,
    });
    format!("{document:#}\n")
}
