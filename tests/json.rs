//! Everything that is printed for programs, through the binary, held against the published schemas.

mod lab;
// The checker of the schemas, as the unit tests of src/report use it; it needs `crate::model`.
#[path = "../src/report/schema.rs"]
#[allow(dead_code, reason = "the unit tests use more of it")]
mod schema;

use lab::{Lab, Ran, files};
use patchform::model;
use schema::Schema;
use serde_json::{Value as Json, json};

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
            "doomed",
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
    assert_eq!(
        outputs,
        serde_json::json!({ "where": { "sensitive": false, "type": "string", "value": "here" } })
    );
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

/// Mistakes that terraform marks at the same places: each text is a configuration of both.
const MISTAKES: [&str; 2] = [
    "variable \"wrong\" {\n  type = number\n  default = [\n    1,\n    \"ä\", \"x\",\n  ]\n}\n\noutput \"more\" {\n  value = 1\n  vale  = 2\n}\n",
    "output \"nowhere\" {\n  value = \"ö ${var.nowhere} and more\"\n}\n\nlocals {\n  a = local.b\n}\n",
];

/// What terraform says of the mistakes: what it prints now where it is on PATH, what it printed otherwise. `UPDATE=1` keeps it.
fn terraform_validates() -> Vec<Json> {
    let stored = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validate/terraform.json");
    let there = std::process::Command::new("terraform").arg("version").output();
    if !there.is_ok_and(|done| done.status.success()) {
        return serde_json::from_str(&std::fs::read_to_string(stored).unwrap()).unwrap();
    }
    let answer = |text: &&str| -> Json {
        let lab = Lab::empty();
        lab.write("main.tf", *text);
        let done = lab.command(std::path::Path::new("terraform"), &["validate", "-json"]).output().unwrap();
        serde_json::from_slice(&done.stdout).unwrap()
    };
    let answers: Vec<Json> = MISTAKES.iter().map(answer).collect();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(stored, serde_json::to_string_pretty(&answers).unwrap() + "\n").unwrap();
    }
    answers
}

/// Complains where `ours` lacks a key of `theirs`, or has another type there.
fn same_shape(theirs: &Json, ours: &Json, at: &str) {
    match (theirs, ours) {
        (Json::Object(theirs), Json::Object(ours)) => {
            for (key, theirs) in theirs {
                let ours = ours.get(key).unwrap_or_else(|| panic!("{at} has no {key}: {ours:?}"));
                same_shape(theirs, ours, &format!("{at}.{key}"));
            }
        }
        (Json::Array(theirs), Json::Array(ours)) => {
            theirs.iter().zip(ours).for_each(|(theirs, ours)| same_shape(theirs, ours, &format!("{at}[]")));
        }
        (theirs, ours) => {
            let same = std::mem::discriminant(theirs) == std::mem::discriminant(ours);
            assert!(same, "{at}: {ours} in place of {theirs}");
        }
    }
}

#[test]
fn validate_answers_in_the_shape_of_terraform() {
    for (text, theirs) in MISTAKES.into_iter().zip(terraform_validates()) {
        let lab = Lab::new(text);
        let ours = document(&lab.patchform("validate --json").exits(1));
        same_shape(&theirs, &ours, "");
        let mut own: Vec<&str> = fields(&ours);
        own.retain(|key| theirs.get(key).is_none());
        assert_eq!(own, Vec::<&str>::new(), "keys that terraform does not have");
        // Terraform tells them in an order of its own.
        let [theirs, ours] = [&theirs, &ours].map(|all| {
            let mut all = all["diagnostics"].as_array().unwrap().clone();
            all.sort_by_key(|one| one["range"]["start"]["byte"].as_u64());
            all
        });
        assert_eq!(theirs.len(), ours.len(), "{ours:#?}");
        for (theirs, ours) in theirs.iter().zip(&ours) {
            for key in ["start", "end"] {
                assert_eq!(theirs["range"][key], ours["range"][key], "{ours:#}");
            }
            assert_eq!(theirs["snippet"], ours["snippet"]);
            let known = ["help", "label", "related", "others", "address"];
            let extra =
                fields(ours).into_iter().find(|key| theirs.get(key).is_none() && !known.contains(key));
            assert_eq!(extra, None, "a key that docs/json.md does not name");
        }
    }
}

#[test]
fn validate_answers_in_one_shape_whatever_is_wrong() {
    let lab = Lab::new("variable \"a\" { default = 1 }\n");
    for (command, said) in [
        ("validate --json --var-file nowhere.pfvars", "Cannot read nowhere.pfvars"),
        ("validate --json --var hunter2", "--var needs a name and a value"),
        ("validate --json --nope", "Unexpected argument '--nope' found"),
        ("--chdir . validate --nope --json", "Unexpected argument '--nope' found"),
        ("validate --json --var a=b hunter2", "Unexpected argument '***' found"),
        ("--chdir nowhere validate --json", "Cannot work in nowhere"),
    ] {
        let done = lab.patchform(command).exits(1);
        let answer = document(&done);
        assert_eq!(
            (&answer["valid"], &answer["error_count"]),
            (&Json::Bool(false), &Json::from(1)),
            "{answer:#}"
        );
        let summary = answer["diagnostics"][0]["summary"].as_str().unwrap();
        assert!(summary.starts_with(said), "{summary}");
        assert!(!answer.to_string().contains("hunter2"), "{answer:#}");
    }
}

#[test]
fn a_command_line_that_cannot_be_read_is_told_in_json_where_that_is_asked_for() {
    let lab = Lab::new("variable \"a\" { default = 1 }\n");
    for (command, said) in [
        ("apply --json --nope", "unexpected argument '--nope' found"),
        ("plan --nope --json", "unexpected argument '--nope' found"),
        ("state list --json --lock", "unexpected argument '--lock' found"),
        ("--chdir validate plan --json --nope", "unexpected argument '--nope' found"),
        ("nope --json", "unrecognized subcommand 'nope'"),
        ("plan --json --var a=b hunter2", "unexpected argument '***' found"),
    ] {
        let done = lab.patchform(command).exits(1);
        let told = lines(&done);
        let [error] = told.as_slice() else { panic!("{command}: {told:?}") };
        assert_eq!((&error["type"], &error["kind"]), (&"error".into(), &"error".into()));
        assert_eq!((&error["message"], &error["exit_code"]), (&said.into(), &1.into()), "{command}");
        assert!(done.err.contains("Usage: ") && !done.out.contains("hunter2"), "{done:?}");
    }
    for command in ["apply --nope", "apply --nope -- --json", "plan --json --help"] {
        let out = lab.patchform(command).out;
        assert!(!out.starts_with('{'), "{command}: {out}");
    }
}

#[test]
fn what_only_terraform_has_is_told_with_what_to_do_here() {
    let lab = Lab::new("variable \"a\" { default = 1 }\n");
    for (command, tip) in [
        ("destroy -auto-approve", "`removed` block"),
        ("taint command.a", "`allow ADDRESS`"),
        ("providers lock", "`provider list`"),
        ("refresh", "`apply --refresh-only`"),
        ("import command.a i-123", "`import FROM`"),
        ("state replace-provider a b", "`required_providers`"),
        ("plan -lock=false", "`--lock-timeout`"),
        ("plan -var a=b -compact-warnings", "warnings are printed whole"),
        ("apply -parallelism=5", "`max_parallel`"),
        ("apply -replace=command.a", "`allow ADDRESS`"),
        ("init -backend=false", "there are no backends"),
        ("init -reconfigure", "leave it out"),
        ("get -update", "`init --upgrade`"),
        ("force-unlock -force 1", "nothing is asked"),
    ] {
        let done = lab.patchform(command).exits(1);
        let tips: Vec<&str> = done.err.lines().filter(|line| line.contains("tip: ")).collect();
        assert!(matches!(tips[..], [one] if one.contains(tip)), "{command}: {}", done.err);
        let told = lines(&lab.patchform(&format!("{command} --json")).exits(1));
        assert!(told[0]["help"][0].as_str().unwrap().contains(tip), "{command}: {told:?}");
    }
    for command in ["plan -input=false", "plan -input=false -var a=2", "init -input=false"] {
        lab.patchform(command).exits(0);
    }
}

#[test]
fn a_provider_that_is_not_there_is_told_at_its_row_and_hides_nothing_else() {
    let lab = Lab::new(
        "patchform {\n  required_providers {\n    aws = {\n      source  = \"hashicorp/aws\"\n      version = \"~> 5\"\n    }\n  }\n}\n\
         provider \"aws\" {}\n\
         component \"aws_thing\" \"x\" {\n  patch_level = \"1\"\n}\n\
         output \"o\" {\n  value = local.nope\n}\n",
    );
    let answer = document(&lab.patchform("validate --json").exits(1));
    let told: Vec<(&str, u64)> = answer["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["summary"].as_str().unwrap(), one["range"]["start"]["line"].as_u64().unwrap()))
        .collect();
    assert_eq!(told, [("Provider `aws` is not there", 4), ("There is no local value \"nope\"", 14)]);
    let said = lab.patchform("validate").exits(1).err;
    assert!(said.contains("aws = { source = \"./bin/patchform-provider-aws\" }"), "{said}");
}

#[test]
fn the_type_of_an_output_is_the_declared_one_whatever_it_holds() {
    let lab = Lab::new("");
    lab.write(
        "main.pf.hcl",
        r#"variable "hosts" {
  type    = map(object({ name = string, port = optional(number) }))
  default = { a = { name = "x" } }
}
variable "none" {
  type    = list(object({ tags = set(string) }))
  default = []
}
output "hosts" { value = var.hosts }
output "host" { value = var.hosts["a"] }
output "ports" { value = [for host in var.hosts : host.port] }
output "none" { value = var.none }
output "text" { value = "x" }
"#,
    );
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    let told = lab.patchform("output --json").exits(0);
    let outputs: Json = serde_json::from_str(&told.out).expect("JSON");
    let host = json!(["object", { "name": "string", "port": "number" }]);
    for (name, ty) in [
        ("hosts", json!(["map", host])),
        ("host", host.clone()),
        ("ports", json!(["tuple", ["number"]])),
        ("none", json!(["list", ["object", { "tags": ["set", "string"] }]])),
        ("text", json!("string")),
    ] {
        assert_eq!(outputs[name]["type"], ty, "{name}");
    }
    let state: Json = serde_json::from_str(&lab.patchform("state pull").exits(0).out).expect("JSON");
    let text = state["outputs"].as_array().and_then(|all| all.iter().find(|one| one["name"] == "text"));
    assert!(text.is_some_and(|text| text.get("type").is_none()), "{state}");
}
