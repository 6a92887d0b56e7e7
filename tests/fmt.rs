//! The formatter beside the real `terraform fmt`, where that is on PATH: stored answers are asked again, and generated
//! texts are compared. `FMT_CASES` sets how many (1,000), `FMT_SEED` where they begin.

#[path = "fmt/damage.rs"]
mod damage;
#[path = "simulation/dice.rs"]
mod dice;
#[path = "fmt/soup.rs"]
mod soup;

use dice::Dice;
use patchform::config::{Sources, fmt};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The version whose answers are stored.
const VERSION: &str = "1.11.";
/// So many files are given to one process.
const BATCH: usize = 2_000;

fn terraform(folder: &Path) -> Command {
    let mut command = Command::new("terraform");
    command.current_dir(folder).env("CHECKPOINT_DISABLE", "1").env_remove("TF_CLI_ARGS");
    command
}

fn has_terraform() -> bool {
    let version = terraform(Path::new(".")).arg("version").output();
    let known = version.is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains(&format!("v{VERSION}")));
    if !known {
        println!("skipped: terraform {VERSION}x is not on PATH");
    }
    known
}

/// What we make of a text; nothing if we refuse it.
fn ours(text: &str) -> Option<String> {
    let mut sources = Sources::new();
    let file = sources.add("main.pf.hcl", text.as_bytes()).ok()?;
    fmt::format(&sources, file).ok()
}

/// What terraform makes of texts; nothing for those that it refuses.
fn theirs(texts: &[String]) -> Vec<Option<String>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |at: usize| folder.path().join(format!("f{at}.tf"));
    for (at, text) in texts.iter().enumerate() {
        fs::write(path(at), text).expect("a file");
    }
    let done = terraform(folder.path()).args(["fmt", "-no-color"]).output().expect("terraform runs");
    let said = String::from_utf8_lossy(&done.stderr);
    let refused: BTreeSet<usize> =
        said.split(" on f").skip(1).filter_map(|rest| rest.split_once(".tf line")?.0.parse().ok()).collect();
    let read = |at: usize| fs::read_to_string(path(at)).expect("a file");
    (0..texts.len()).map(|at| (!refused.contains(&at)).then(|| read(at))).collect()
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Formats texts with both; says how many both take, and counts them if they are alike.
fn compare(texts: &[String], name: impl Fn(usize) -> String) -> usize {
    let (mut both, mut broken, mut refused, mut wrong) = (0, 0, [0, 0], Vec::new());
    for (at, (text, theirs)) in texts.iter().zip(theirs(texts)).enumerate() {
        match (ours(text), theirs) {
            (Some(made), Some(theirs)) if made == theirs => {
                assert_eq!(ours(&made), Some(made.clone()), "{}: not stable\n{text}", name(at));
                both += 1;
            }
            // Where terraform loses a part of the text, nobody can read what it leaves.
            (Some(_), Some(theirs)) if ours(&theirs).is_none() => broken += 1,
            (Some(made), Some(theirs)) => {
                let name = name(at);
                wrong.push(format!("{name}\n--- text\n{text}\n--- ours\n{made}\n--- theirs\n{theirs}"));
            }
            (None, Some(_)) => refused[0] += 1,
            (Some(_), None) => refused[1] += 1,
            (None, None) => {}
        }
    }
    let ([us, them], not) = (refused, wrong.len());
    println!(
        "{both} alike, {not} not, {broken} broken by them; refused by us alone {us}, by them alone {them}"
    );
    wrong.sort_by_key(String::len);
    wrong.truncate(3);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    both
}

#[test]
fn generated_texts_are_formatted_as_terraform_does() {
    if !has_terraform() {
        return;
    }
    let (cases, seed) = (number("FMT_CASES", 1_000), number("FMT_SEED", 1));
    let numbers: Vec<u64> = (seed..seed + cases).collect();
    let mut both = 0;
    for batch in numbers.chunks(BATCH) {
        let texts: Vec<String> = batch.iter().map(|n| soup::text(&mut Dice(*n))).collect();
        both += compare(&texts, |at| format!("seed {}", batch[at]));
    }
    assert!(both * 2 > numbers.len(), "only {both} of {} texts were taken by both", numbers.len());
}

/// Every text of the language that the project holds: examples, tests, and the blocks of its pages.
fn collected(folder: &Path, texts: &mut Vec<String>) {
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            collected(&path, texts);
        } else if name.ends_with(".pf.hcl") || name.ends_with(".pfvars") {
            texts.extend(fs::read_to_string(&path).ok());
        } else if name.ends_with(".md") {
            let page = fs::read_to_string(&path).expect("a page");
            let blocks = page.split("```hcl\n").skip(1).filter_map(|rest| rest.split("```").next());
            texts.extend(blocks.map(str::to_string));
        }
    }
}

#[test]
fn damaged_texts_are_formatted_as_terraform_does() {
    if !has_terraform() {
        return;
    }
    let mut whole = Vec::new();
    collected(Path::new(env!("CARGO_MANIFEST_DIR")), &mut whole);
    assert!(whole.len() > 100, "{}", whole.len());
    let both = compare(&whole, |at| format!("text {at}"));
    let (cases, seed) = (number("FMT_CASES", 1_000) / 2, number("FMT_SEED", 1));
    let numbers: Vec<u64> = (seed..seed + cases).collect();
    for batch in numbers.chunks(BATCH) {
        let spoil = |n: &u64| damage::damage(&whole[*n as usize % whole.len()], &mut Dice(*n));
        let texts: Vec<String> = batch.iter().map(spoil).collect();
        compare(&texts, |at| format!("seed {}", batch[at]));
    }
    assert!(both > 50, "only {both} texts of the project were taken by both");
}

fn rows(table: &str) -> Vec<Vec<String>> {
    let unescaped = |cell: &str| {
        let cell = cell.replace("\\\\", "\u{0}").replace("\\n", "\n").replace("\\t", "\t");
        cell.replace("\\r", "\r").replace('\u{0}', "\\")
    };
    table.lines().map(|line| line.split('\t').map(unescaped).collect()).collect()
}

#[test]
fn the_stored_answers_are_those_of_terraform() {
    if !has_terraform() {
        return;
    }
    let alike =
        rows(include_str!("../src/config/fmt/cases.tsv")).into_iter().map(|r| (r[0].clone(), r[1].clone()));
    let unlike =
        rows(include_str!("../src/config/fmt/differs.tsv")).into_iter().map(|r| (r[0].clone(), r[2].clone()));
    let (texts, stored): (Vec<String>, Vec<String>) = alike.chain(unlike).unzip();
    for ((text, stored), answer) in texts.iter().zip(stored).zip(theirs(&texts)) {
        assert_eq!(answer.unwrap_or_else(|| "ERR".into()), stored, "{text}");
    }
}
