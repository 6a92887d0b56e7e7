//! Keeps the house: direction of imports, purity, one home per outside crate, shape of files, no forgotten examples, a golden text
//! for every message.
//!
//! Every rule reads the sources as text and names file and line of what breaks it, and what to do. The rules
//! themselves are tested on small sources made up for the purpose.

mod crates;
mod examples;
mod floors;
mod homes;
mod messages;
mod paths;
mod purity;
mod shape;
mod source;

use source::Complaint;
use std::path::PathBuf;

/// The workspace. Read when the test runs, so that a moved folder is not looked for where it was built.
fn workspace() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

fn hold(complaints: &[Complaint]) {
    let lines: Vec<String> = complaints.iter().map(Complaint::to_string).collect();
    assert!(lines.is_empty(), "{} complaints:\n\n{}\n", lines.len(), lines.join("\n\n"));
}

#[test]
fn folders_use_only_folders_above_them() {
    let sources = source::read(&workspace(), &["src"]);
    let floors = floors::from_lib(&sources);
    assert!(
        floors.len() > 10,
        "src/lib.rs lists the folders from top to bottom, but only {floors:?} was found"
    );
    hold(&floors::check(&sources, &floors));
}

#[test]
fn pure_folders_name_nothing_outside() {
    hold(&purity::check(&source::read(&workspace(), &["src", "advisory"])));
}

#[test]
fn outside_crates_stay_at_home() {
    let sources = source::read(&workspace(), &["src", "advisory", "providers"]);
    let mut complaints = homes::check(&sources);
    complaints.extend(homes::check_table(&source::read_manifests(&workspace())));
    hold(&complaints);
}

#[test]
fn files_say_what_they_are_and_stay_small() {
    let sources = source::read(&workspace(), &["src", "advisory", "providers", "tests", "fuzz/src"]);
    hold(&shape::check(&sources));
}

#[test]
fn every_message_of_the_checker_has_a_golden_text() {
    let golden = messages::lines(&source::read_texts(&workspace(), &["tests/diagnostics"]));
    let tests = source::read_texts(&workspace(), &["tests", "src"]);
    let sources = source::read(&workspace(), &["src/config"]);
    hold(&messages::check(&sources, &golden, messages::ELSEWHERE, &tests));
}

#[test]
fn no_example_is_forgotten() {
    let tests = source::read_texts(&workspace(), &["tests", "src", "advisory", "providers", "ci"]);
    hold(&examples::check(&examples::list(&workspace()), &tests));
}

#[test]
fn providers_cannot_see_the_program() {
    hold(&crates::check(&source::read_manifests(&workspace())));
}
