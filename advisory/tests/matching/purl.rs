//! Package URLs: the suite of the purl specification.

use crate::corpus::{self, Tally};
use patchform_advisory::purl::{Parts, Purl};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;

fn parts(json: &Json) -> Parts {
    let text = |key: &str| json[key].as_str().map(str::to_string);
    let qualifiers = json["qualifiers"].as_object().into_iter().flatten();
    let qualifiers =
        qualifiers.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_string()));
    Parts {
        kind: text("type").unwrap_or_default(),
        namespace: text("namespace"),
        name: text("name").unwrap_or_default(),
        version: text("version"),
        qualifiers: qualifiers.collect::<BTreeMap<_, _>>(),
        subpath: text("subpath"),
    }
}

/// Whether one test of the suite is met.
fn met(test: &Json) -> bool {
    let fails = test["expected_failure"] == true;
    let expected = &test["expected_output"];
    match (test["test_type"].as_str().unwrap(), &test["input"]) {
        ("parse", Json::String(text)) => match Purl::parse(text) {
            Ok(purl) => !fails && *purl.parts() == parts(expected),
            Err(_) => fails,
        },
        ("build", input) if input.is_object() => match Purl::build(parts(input)) {
            Ok(purl) => !fails && expected.as_str() == Some(&purl.to_string()),
            Err(_) => fails,
        },
        // Read, and written in the canonical form.
        (_, Json::String(text)) => match Purl::parse(text) {
            Ok(purl) => !fails && expected.as_str() == Some(&purl.to_string()),
            Err(_) => fails,
        },
        _ => false,
    }
}

#[test]
fn the_suite_of_the_specification_is_met() {
    let Some(folder) = corpus::folder("purl") else { return };
    for below in ["spec", "types"] {
        let mut tally = Tally::default();
        let mut paths: Vec<_> =
            fs::read_dir(folder.join(below)).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let document: Json = serde_json::from_slice(&corpus::bytes(&path)).unwrap();
            for test in document["tests"].as_array().into_iter().flatten() {
                tally.check(met(test), || format!("{}: {test}", path.file_name().unwrap().to_string_lossy()));
            }
        }
        tally.hold(&format!("purl/{below}"), 0);
    }
}
