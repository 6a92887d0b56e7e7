//! What the command line of `hcldec` takes beside a specification and one file.

use serde_json::{Value as Json, json};
use std::fs;
use std::process::{Command, Output};
use tempfile::TempDir;

const SPEC: &str = r#"
variables {
  name = "Ann"
  port = 80
}
object {
  attr "greeting" { type = string }
  attr "port" { type = any }
  block_list "rule" {
    attr { name = "allow" }
  }
}
"#;

struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(TempDir::new().expect("a folder"));
        for (name, text) in files.iter().chain([&("spec.hcldec", SPEC)]) {
            fs::write(folder.0.path().join(name), text).expect("written");
        }
        folder
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_hcldec"))
            .current_dir(self.0.path())
            .args(words)
            .stdin(std::process::Stdio::null())
            .output()
            .expect("hcldec runs")
    }

    fn decoded(&self, words: &[&str]) -> Json {
        let done = self.run(words);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice(&done.stdout).expect("JSON")
    }

    fn diagnostics(&self, words: &[&str]) -> Vec<String> {
        let done = self.run(&[words, &["--diags=json"]].concat());
        assert_eq!(done.status.code(), Some(2));
        let told: Json = serde_json::from_slice(&done.stderr).expect("JSON");
        let place = |d: &Json| {
            let subject = &d["subject"];
            format!("{}:{}:{}", subject["filename"], subject["start"]["line"], subject["start"]["column"])
        };
        told["diagnostics"].as_array().into_iter().flatten().map(place).collect()
    }
}

#[test]
fn later_variables_win_whatever_they_stand_in() {
    let folder = Folder::new(&[
        ("in.hcl", "greeting = \"Hello, ${name}! ${extra.a[1]}\"\nport = port\n"),
        ("vars.hcl", "port = [1, 2]\n"),
        ("vars.json", r#"{"name": "Zoe ${x}"}"#),
    ]);
    let options = [
        "-s",
        "spec.hcldec",
        r#"--vars={"name":"Bob","extra":{"a":[1,2]}}"#,
        "-Vvars.hcl",
        "-V",
        "vars.json",
    ];
    let told = folder.decoded(&[&options[..], &["in.hcl"]].concat());
    assert_eq!(told, json!({ "greeting": "Hello, Zoe ${x}! 2", "port": [1, 2], "rule": [] }));
}

#[test]
fn several_files_are_one_body() {
    let folder = Folder::new(&[
        ("one.hcl", "greeting = \"x\"\nrule {\n  allow = 1\n}\n"),
        ("two.hcl.json", r#"{"port": 81, "rule": {"allow": 2}}"#),
        ("three.hcl", "port = 82\n"),
    ]);
    let told = folder.decoded(&["--spec=spec.hcldec", "one.hcl", "two.hcl.json"]);
    assert_eq!(told, json!({ "greeting": "x", "port": 81, "rule": [1, 2] }));
    let told = folder.diagnostics(&["--spec=spec.hcldec", "two.hcl.json", "three.hcl"]);
    assert_eq!(told, ["\"three.hcl\":1:1"], "an argument of both");
}

#[test]
fn nulls_go_unless_they_are_kept_and_the_type_stands_beside() {
    let folder = Folder::new(&[("in.hcl", "")]);
    assert_eq!(folder.decoded(&["--spec=spec.hcldec", "in.hcl"]), json!({ "rule": [] }));
    let kept = folder.decoded(&["--spec=spec.hcldec", "--keep-nulls", "--with-type", "in.hcl"]);
    let ty = json!(["object", { "greeting": "string", "port": "dynamic", "rule": ["list", "dynamic"] }]);
    assert_eq!(kept, json!({ "value": { "greeting": null, "port": null, "rule": [] }, "type": ty }));
}

#[test]
fn references_have_the_values_of_variables() {
    let folder = Folder::new(&[("in.hcl", "greeting = \"${name} ${other}\"\n")]);
    let told = folder.decoded(&["--spec=spec.hcldec", "--var-refs", "in.hcl"]);
    assert_eq!((&told[0]["root_name"], &told[0]["value"]), (&json!("name"), &json!("Ann")));
    assert_eq!((&told[1]["root_name"], told[1].get("value")), (&json!("other"), None));
}

#[test]
fn the_result_goes_to_a_file() {
    let folder = Folder::new(&[("in.hcl", "greeting = \"x\"\n")]);
    assert!(folder.run(&["--spec=spec.hcldec", "-oout.json", "in.hcl"]).status.success());
    let text = fs::read_to_string(folder.0.path().join("out.json")).expect("the result");
    assert_eq!(text, "{\"greeting\":\"x\",\"rule\":[]}\n");
}

#[test]
fn wrong_words_and_files_have_the_exit_codes_of_hcldec() {
    let folder = Folder::new(&[("broken.hcl", "greeting = )\n"), ("broken.json", "{\"a\": 1,}")]);
    let code = |words: &[&str]| folder.run(words).status.code();
    assert_eq!(code(&[]), Some(1), "no specification");
    assert_eq!(code(&["--spec=spec.hcldec", "--diags=xml"]), Some(2));
    assert_eq!(code(&["--spec=spec.hcldec", "--unknown"]), Some(2));
    assert_eq!(code(&["--spec=missing.hcldec"]), Some(2));
    assert_eq!(code(&["--version"]), Some(0));
    assert_eq!(folder.diagnostics(&["--spec=spec.hcldec", "broken.hcl"]), ["\"broken.hcl\":1:12"]);
    assert_eq!(folder.diagnostics(&["--spec=spec.hcldec", "broken.json"]), ["\"broken.json\":1:8"]);
    assert_eq!(
        folder.diagnostics(&["--spec=spec.hcldec", r#"--vars={"a":1,}"#, "broken.json"]),
        ["\"<vars argument 0>\":1:7", "\"broken.json\":1:8"]
    );
}
