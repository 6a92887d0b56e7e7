//! Tests of where values come from.

use super::*;
use crate::config::syntax::{Body, read};
use crate::config::variables::declared;

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("not here".to_string())
    }
}

struct Desk {
    sources: Sources,
    inputs: VariableInputs,
}

impl Desk {
    fn new() -> Self {
        Desk { sources: Sources::new(), inputs: VariableInputs::default() }
    }

    fn file(&mut self, path: &str, text: &str) -> FileId {
        self.sources.add(path, text.as_bytes()).unwrap()
    }

    fn settle(mut self, declarations: &str) -> (Variables, Vec<String>) {
        let file = self.file("main.pf.hcl", declarations);
        let mut problems = Diagnostics::default();
        let body: Body = read(&self.sources, file, &mut problems);
        let declared = declared(&body.blocks, &mut problems);
        let variables =
            settle(&declared, &self.inputs, &Scope::root(), &NoFiles, &mut self.sources, &mut problems);
        (variables, problems.0.into_iter().map(|d| d.summary).collect())
    }
}

/// From the weakest to the strongest.
const PLACES: [&str; 7] = ["default", "env", "patchform", "a.auto", "b.auto", "first", "second"];

#[test]
fn of_every_set_of_places_the_strongest_counts() {
    for set in 0..1u32 << PLACES.len() {
        let mut desk = Desk::new();
        let has = |place: &str| set >> PLACES.iter().position(|p| *p == place).unwrap() & 1 == 1;
        // Told in an order that differs from the precedence, as a directory listing might.
        for name in ["b.auto", "a.auto", "patchform"].into_iter().filter(|name| has(name)) {
            let file = desk.file(&format!("{name}.pfvars"), &format!("v = \"{name}\"\n"));
            let which = if name == "patchform" { VariableFile::Default } else { VariableFile::Auto };
            desk.inputs.files.push((file, which));
        }
        if has("env") {
            desk.inputs.environment.push(("PF_VAR_v".into(), "env".into()));
        }
        if has("first") {
            desk.inputs.arguments.push(Given::Variable("v=first".into()));
        }
        if has("second") {
            let file = desk.file("second", "v = \"second\"\n");
            desk.inputs.arguments.push(Given::File(file));
        }
        let declaration =
            if has("default") { "variable \"v\" { default = \"default\" }" } else { "variable \"v\" {}" };
        let (variables, problems) = desk.settle(declaration);
        let strongest = PLACES.iter().rev().find(|place| has(place));
        let found = variables.values.get("v").and_then(|v| v.as_str().map(str::to_string));
        assert_eq!(found.as_deref(), strongest.copied(), "{set:b}");
        assert_eq!(problems.is_empty(), strongest.is_some(), "{set:b}: {problems:?}");
    }
}

#[test]
fn the_order_of_arguments_counts() {
    let mut desk = Desk::new();
    let file = desk.file("x.pfvars", "v = \"file\"\n");
    desk.inputs.arguments = vec![Given::File(file), Given::Variable("v=last".into())];
    assert_eq!(desk.settle("variable \"v\" {}").0.values["v"].as_str(), Some("last"));
}

#[test]
fn texts_are_read_by_the_declared_type() {
    for (ty, text, json) in [
        ("", "[1]", "\"[1]\""),
        ("type = string", "a=b", "\"a=b\""),
        ("type = string", "", "\"\""),
        ("type = number", "080", "80"),
        ("type = number", "1e2", "100"),
        ("type = bool", "true", "true"),
        ("type = list(string)", "[\"a\", 1]", "[\"a\",\"1\"]"),
        ("type = map(number)", "{ a = \"1\" }", "{\"a\":1}"),
        ("type = any", "{ a = [true] }", "{\"a\":[true]}"),
        ("type = list(string)", "null", "null"),
    ] {
        for sensitive in ["", "sensitive = true"] {
            let mut desk = Desk::new();
            desk.inputs.environment.push(("PF_VAR_v".into(), text.into()));
            let (variables, problems) = desk.settle(&format!("variable \"v\" {{\n{ty}\n{sensitive}\n}}"));
            assert_eq!(problems, Vec::<String>::new(), "{ty} {text}");
            assert_eq!(variables.values["v"].to_json().to_string(), json, "{ty} {text}");
            assert_eq!(variables.values["v"].is_sensitive(), !sensitive.is_empty());
        }
    }
}

#[test]
fn null_takes_the_default_only_where_it_may_not_stand() {
    for (nullable, json) in [("", "null"), ("nullable = false", "\"d\"")] {
        let mut desk = Desk::new();
        let file = desk.file("patchform.pfvars", "v = null\n");
        desk.inputs.files.push((file, VariableFile::Default));
        let (variables, _) =
            desk.settle(&format!("variable \"v\" {{\ntype = string\ndefault = \"d\"\n{nullable}\n}}"));
        assert_eq!(variables.values["v"].to_json().to_string(), json);
    }
}

#[cfg(unix)]
#[test]
fn a_value_of_the_environment_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStringExt;
    for sensitive in ["", "sensitive = true"] {
        let mut desk = Desk::new();
        let value = std::ffi::OsString::from_vec(b"hunter2\xff".to_vec());
        desk.inputs.environment.push(("PF_VAR_v".into(), value.clone()));
        desk.inputs.environment.push(("PF_VAR_other".into(), value));
        let (variables, problems) = desk.settle(&format!("variable \"v\" {{\ndefault = 1\n{sensitive}\n}}"));
        assert_eq!(problems, ["The value of the environment variable PF_VAR_v is not UTF-8"]);
        assert!(!variables.values.contains_key("v"), "the default does not stand in for it");
    }
}
