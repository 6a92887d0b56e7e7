//! Everything that is printed for programs, through the binary, held against the published schemas.

mod lab;
// The checker of the schemas, as the unit tests of src/report use it; it needs `crate::model`.
#[path = "../src/report/schema.rs"]
#[allow(dead_code, reason = "the unit tests use more of it")]
mod schema;

use lab::{Lab, Ran, files};
use patchform::model;
use schema::Schema;
use serde_json::Value as Json;

const FAILS: &str = "echo half > $NAME; echo the disk of b is on fire; exit 1";

fn configuration(level: &str, patch_of_b: &str) -> String {
    let outputs = "output \"where\" {\n  value = \"here\"\n}\n";
    files(&[("a", level, "", ""), ("b", level, "command.a", patch_of_b)]) + outputs
}

fn applied() -> Lab {
    let lab = Lab::new(&configuration("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab
}

fn events() -> Schema {
    Schema::parse(include_str!("../docs/schemas/event.schema.json"))
}

/// Every line of standard output, held against the schema of events.
#[track_caller]
fn lines(ran: &Ran) -> Vec<Json> {
    let schema = events();
    let lines: Vec<Json> =
        ran.out.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect();
    for line in &lines {
        assert_eq!(schema.complaints(line), Vec::<String>::new());
    }
    lines
}

/// All of standard output as one document.
#[track_caller]
fn document(ran: &Ran) -> Json {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}", ran.out))
}

#[track_caller]
fn fields(json: &Json) -> Vec<&str> {
    json.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn a_run_is_told_in_events_with_the_outcome_last() {
    let lab = Lab::new(&configuration("1.0", ""));
    lab.patchform("init").exits(0);
    let told = lines(&lab.patchform("apply --json --auto-approve").exits(0));
    assert!(told.iter().any(|l| l["type"] == "intent" && l["action"]["address"] == "command.a"));
    assert_eq!(
        told.last().map(|l| (&l["type"], &l["outcome"])),
        Some((&"outcome".into(), &"complete".into()))
    );
    // Nothing to do is an outcome too.
    let nothing = lines(&lab.patchform("apply --json --auto-approve").exits(0));
    assert_eq!(
        (nothing.len(), &nothing[0]["outcome"], &nothing[0]["run"]),
        (1, &"complete".into(), &Json::Null)
    );
    lab.write("main.pf.hcl", configuration("1.1", FAILS));
    let failed = lines(&lab.patchform("apply --json --auto-approve").exits(3));
    let outcome = failed.last().expect("an outcome");
    assert_eq!(outcome["outcome"], "restored");
    assert_eq!(outcome["components"][1]["failed_at"], "patch");
    // The journal tells the same, afterwards.
    let shown = lines(&lab.patchform("run show --json").exits(0));
    assert_eq!(shown.last().map(|l| &l["components"]), Some(&outcome["components"]));
    // What is blocked is incomplete, not done.
    let blocked = lines(&lab.patchform("apply --json --auto-approve").exits(5));
    assert_eq!(blocked[0]["outcome"], "incomplete");
}

#[test]
fn a_plan_fits_its_schema_and_saved_shows_the_same() {
    let lab = applied();
    lab.write("main.pf.hcl", configuration("1.1", ""));
    let schema = Schema::parse(include_str!("../docs/schemas/plan.schema.json"));
    let plan = document(&lab.patchform("plan --json --out p").exits(0));
    assert_eq!(schema.complaints(&plan), Vec::<String>::new());
    assert_eq!(document(&lab.patchform("show --json p").exits(0)), plan);
}

#[test]
fn the_state_fits_its_schema() {
    let lab = applied();
    let schema = Schema::parse(include_str!("../docs/schemas/state.schema.json"));
    lab.write("main.pf.hcl", configuration("1.1", FAILS));
    lab.patchform("apply --auto-approve").exits(3);
    for command in ["state pull", "show --json"] {
        let state = document(&lab.patchform(command).exits(0));
        assert_eq!(schema.complaints(&state), Vec::<String>::new());
    }
}

#[test]
fn lists_have_the_documented_fields() {
    let lab = applied();
    let components = document(&lab.patchform("state list --json").exits(0));
    assert_eq!(fields(&components), ["components", "format_version", "open_runs", "owed"]);
    assert_eq!(
        fields(&components["components"][0]),
        ["address", "alias", "at", "level", "provider", "run", "sha256", "target"]
    );
    let one = document(&lab.patchform("state list --json command.b").exits(0));
    assert_eq!(one["components"].as_array().map(Vec::len), Some(1));
    let snapshots = document(&lab.patchform("snapshot list --json").exits(0));
    assert_eq!(
        fields(&snapshots),
        ["format_version", "nameless", "open_runs", "orphans", "snapshots", "unrecorded"]
    );
    assert_eq!(
        fields(&snapshots["snapshots"][0]),
        [
            "address",
            "data",
            "expires",
            "id",
            "level",
            "place",
            "proved",
            "run",
            "run_kept",
            "size_bytes",
            "survives_target_loss",
            "taken",
            "whole_system"
        ]
    );
    let runs = document(&lab.patchform("run list --json").exits(0));
    assert_eq!(fields(&runs["runs"][0]), ["components", "finished", "id", "outcome", "purpose", "started"]);
    let outputs = document(&lab.patchform("output --json").exits(0));
    assert_eq!(outputs, serde_json::json!({ "where": { "sensitive": false, "value": "here" } }));
    assert_eq!(document(&lab.patchform("output --json where").exits(0)), "here");
    let version = document(&lab.patchform("version --json").exits(0));
    assert_eq!(
        fields(&version),
        ["bundled_providers", "format_version", "patchform", "protocol", "time_zone_database"]
    );
    let valid = document(&lab.patchform("validate --json").exits(0));
    assert_eq!(valid["valid"], true);
}

#[test]
fn what_fails_says_so_as_its_last_line_and_in_words() {
    let lab = Lab::new(&configuration("1.0", ""));
    lab.patchform("init").exits(0);
    for (command, code, kind) in [
        ("apply --json", 5, "refused"),
        ("apply --json nowhere.plan", 1, "error"),
        ("plan --json --target command.nowhere", 1, "error"),
        ("resume --json", 1, "error"),
        ("rollback --json", 1, "error"),
        ("run show --json 20261122-000000-0000", 1, "error"),
        ("state list --json", 1, "error"),
        ("output --json", 1, "error"),
    ] {
        let ran = lab.patchform(command).exits(code);
        assert!(ran.err.contains("error: "), "{command}: {}", ran.err);
        let told = lines(&ran);
        let last = told.last().unwrap_or_else(|| panic!("{command} printed nothing"));
        assert_eq!((&last["type"], &last["kind"]), (&"error".into(), &kind.into()), "{command}");
        assert_eq!(last["exit_code"], code, "{command}");
    }
}

#[test]
fn complaints_about_the_configuration_are_in_the_error() {
    let lab = Lab::new("component \"command\" \"a\" {\n  patch_levle = \"1\"\n}\n");
    lab.patchform("init").exits(0);
    for command in ["plan --json", "apply --json --auto-approve"] {
        let told = lines(&lab.patchform(command).exits(1));
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["diagnostics"][0]["range"]["filename"], "main.pf.hcl");
    }
    let valid = document(&lab.patchform("validate --json").exits(1));
    assert_eq!(valid["valid"], false);
}
