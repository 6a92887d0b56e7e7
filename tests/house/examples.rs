//! Rule: every folder in examples/ is run by a test, so that none rots.

use crate::source::Complaint;
use std::fs;
use std::path::Path;

/// The names of the folders in examples/; none where there is no such folder.
pub fn list(workspace: &Path) -> Vec<String> {
    let entries = fs::read_dir(workspace.join("examples")).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A test names an example as `examples/NAME` or, behind a constant for the folder, as `"NAME"`.
pub fn check(examples: &[String], files: &[(String, String)]) -> Vec<Complaint> {
    let is_test =
        |file: &str| file.ends_with("tests.rs") || file.contains("tests/") || file.starts_with("ci/");
    let tests: Vec<&String> = files.iter().filter(|(file, _)| is_test(file)).map(|(_, text)| text).collect();
    let named = |name: &str| {
        let forms = [format!("examples/{name}"), format!("\"{name}\"")];
        tests.iter().any(|text| forms.iter().any(|form| text.contains(form)))
    };
    let forgotten = examples.iter().filter(|name| !named(name));
    forgotten
        .map(|name| Complaint {
            file: format!("examples/{name}"),
            line: 1,
            what: "no test names this example".into(),
            instead: format!("run it in a test under tests/ that says \"examples/{name}\", or remove it"),
        })
        .collect()
}

#[test]
fn forgotten_examples_are_found() {
    let files = [
        ("tests/quickstart.rs".to_string(), "run(\"examples/quickstart\"); one(\"python\")".to_string()),
        ("src/cli/mod.rs".to_string(), "\"forgotten\"".to_string()),
    ];
    let examples = ["forgotten", "python", "quickstart"].map(String::from);
    let found: Vec<String> = check(&examples, &files).into_iter().map(|c| c.file).collect();
    assert_eq!(found, ["examples/forgotten"]);
}
