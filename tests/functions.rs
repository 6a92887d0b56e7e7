//! Every function that Terraform 1.11 has is one of ours and takes as many arguments, or is refused with what to use in its
//! place. `terraform.tsv` holds what `terraform metadata functions -json` says: a name, how many arguments must be given,
//! and whether more may be. Where that version is on PATH, it is asked again.

use patchform::config::functions::{Function, Work, find, names};
use patchform::config::levels::Resolved;
use patchform::config::scope::Files;
use patchform::config::{Schemas, Sources, Surroundings, VariableInputs, check, parse};
use patchform::report::diagnostic::{Look, draw_all};
use serde_json::Value as Json;
use std::process::Command;

const STORED: &str = include_str!("functions/terraform.tsv");

/// Those that make a plan depend on chance or the clock, or have no sound library; and what is used in their place.
const REFUSED: [(&str, &str); 5] = [
    ("bcrypt", "Pass the value in as a variable"),
    ("plantimestamp", "Pass the time in as a variable"),
    ("rsadecrypt", "openssl pkeyutl -decrypt"),
    ("timestamp", "Pass the time in as a variable"),
    ("uuid", "uuidv5()"),
];

struct Nothing;

impl Files for Nothing {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("not found".to_string())
    }
}

/// What is said of a configuration with this expression in it.
fn said_of(expression: &str) -> String {
    let mut sources = Sources::new();
    let text = format!("locals {{\n  x = {expression}\n}}\n");
    sources.add("main.pf.hcl", text.as_bytes()).expect("a text");
    let (parsed, wrong) = parse(&sources);
    assert!(!wrong.has_errors(), "{expression}");
    let around = Surroundings {
        files: &Nothing,
        folder: ".",
        working_folder: "/work",
        workspace: "default",
        levels: Resolved::NONE,
    };
    match check(&parsed, &mut sources, &Schemas::default(), &VariableInputs::default(), &around) {
        Ok(_) => String::new(),
        Err(problems) => draw_all(&problems, &sources, Look::PLAIN),
    }
}

#[test]
fn every_function_of_terraform_is_there_or_refused_with_what_to_use() {
    assert_eq!(STORED.lines().count(), 118);
    for row in STORED.lines() {
        let [name, given, more] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let function: &Function = find(name).unwrap_or_else(|| panic!("there is no {name}"));
        if let Some((_, instead)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            assert!(matches!(function.work, Work::Refused(_)), "{name}");
            let said = said_of(&format!("{name}(\"a\")")).split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains(&format!("{name}() cannot be used here")), "{said}");
            assert!(said.contains(instead), "{said}");
            continue;
        }
        assert!(names().any(|known| known == name), "{name} is refused");
        let (ours, theirs) = (function.params.len(), given.parse::<usize>().expect("a number"));
        assert_eq!(function.rest.is_some(), more == "more", "{name} takes other arguments");
        // Some say of themselves that none need be given, and then ask for one or two.
        assert!(ours == theirs || (more == "more" && ours > theirs), "{name} takes other arguments");
        assert!(!function.about.is_empty() && !function.example.is_empty(), "{name} is not told about");
    }
}

#[test]
fn the_stored_signatures_are_those_of_terraform() {
    let version = Command::new("terraform").arg("version").output();
    if !version.is_ok_and(|done| String::from_utf8_lossy(&done.stdout).contains("v1.11.")) {
        return println!("skipped: terraform 1.11 is not on PATH");
    }
    let done = Command::new("terraform").args(["metadata", "functions", "-json"]).output().expect("it runs");
    let said: Json = serde_json::from_slice(&done.stdout).expect("JSON");
    let signatures = said["function_signatures"].as_object().expect("signatures");
    let mut rows: Vec<String> = signatures
        .iter()
        .filter(|(name, _)| !name.contains("::"))
        .map(|(name, signature)| {
            let given = signature["parameters"].as_array().map_or(0, Vec::len);
            let more = if signature["variadic_parameter"].is_null() { "" } else { "more" };
            format!("{name}\t{given}\t{more}\n")
        })
        .collect();
    rows.sort();
    assert_eq!(rows.concat(), STORED);
}
