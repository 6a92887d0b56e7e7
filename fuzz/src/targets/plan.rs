//! A saved plan: what can be read is written and read again as the same, can be shown, drawn, and begun.

use patchform::plan::noun::Plan;
use patchform::plan::{drawing, stored};
use patchform::report::plan_text::{self, View};
use patchform::report::{Style, plan_json};
use patchform::run::{Run, decide, outcome};
use std::collections::BTreeSet;

/// Reads it as it is, and with a header that fits what follows the first line.
pub fn run(data: &[u8]) {
    examine(data);
    if let Some(sealed) = sealed(data) {
        examine(&sealed);
    }
}

/// The same body under a header made for it: otherwise its digest would turn every change away.
fn sealed(data: &[u8]) -> Option<Vec<u8>> {
    let end = data.iter().position(|b| *b == b'\n')?;
    let body = data[end + 1..].strip_suffix(b"\n").unwrap_or(&data[end + 1..]);
    let program = serde_json::from_slice::<serde_json::Value>(body).ok()?["program"].as_str()?.to_string();
    let program = serde_json::Value::from(program);
    let (bytes, sha256) = (body.len(), patchform_sdk::digest::of_bytes(body));
    let header = format!(
        r#"{{"patchform":"plan","format_version":1,"program":{program},"bytes":{bytes},"sha256":"{sha256}"}}"#
    );
    Some([header.as_bytes(), b"\n", body, b"\n"].concat())
}

fn examine(saved: &[u8]) {
    match stored::read(saved) {
        Ok(plan) => {
            stable(&plan);
            used(&plan);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn stable(plan: &Plan) {
    let bytes = stored::write(plan);
    let again = stored::read(&bytes).expect("what was written can be read");
    assert_eq!(&again, plan, "written and read it is another");
    assert_eq!(stored::write(&again), bytes, "written twice it differs");
}

/// Shows it, draws it, and begins a run of it.
fn used(plan: &Plan) {
    assert!(!plan_text::render(plan, &View { full: true, ..View::new(Style::plain(80)) }).is_empty());
    let json = plan_json::render(plan);
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "no JSON: {json}");
    let _ = drawing::of_plan(plan);
    let run = Run::start(plan, "20261122-024000-000-ab12");
    let _ = decide(&run, &BTreeSet::new());
    let _ = outcome(&run);
}
