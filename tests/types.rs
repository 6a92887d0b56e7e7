//! Expressions over variables that have a type and no value: what `validate` refuses, `terraform validate` refuses, and the
//! other way round. `types/expressions.tsv` holds an expression in each row, what terraform says of it, and why it is
//! otherwise here, where it is. `UPDATE=1` asks terraform anew; where version 1.11 is on PATH, it is always asked.

use patchform::config::levels::Resolved;
use patchform::config::scope::Files;
use patchform::config::{Schemas, Sources, Surroundings, VariableInputs, check, parse};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const VARIABLES: &str = include_str!("types/variables.hcl");
const TABLE: &str = "tests/types/expressions.tsv";

/// So many expressions are given to terraform at once: it takes ever longer for each.
const AT_ONCE: usize = 150;

struct Row {
    expression: String,
    /// Whether terraform refuses it.
    refused: bool,
    /// Why it is otherwise here.
    otherwise: Option<String>,
}

fn table() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE)
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(table()).expect("the table");
    let row = |line: &str| {
        let mut cells = line.split('\t');
        let expression = cells.next().expect("an expression").to_string();
        let refused = match cells.next() {
            Some("refused") => true,
            Some("valid") => false,
            other => panic!("{expression}: {other:?}"),
        };
        Row { expression, refused, otherwise: cells.next().map(str::to_string) }
    };
    text.lines().map(row).collect()
}

/// An output for each expression, each in a line of its own behind the variables.
fn configuration<'r>(rows: impl Iterator<Item = &'r Row>) -> String {
    let mut text = VARIABLES.to_string();
    for (number, row) in rows.enumerate() {
        writeln!(text, "output \"o{number}\" {{ value = {} }}", row.expression).expect("a text");
    }
    text
}

struct Nothing;

impl Files for Nothing {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("not found".to_string())
    }
}

/// What is said of each row, by its number.
fn said(rows: &[Row]) -> BTreeMap<usize, String> {
    let mut sources = Sources::new();
    let file = sources.add("main.pf.hcl", configuration(rows.iter()).as_bytes()).expect("a text");
    let (parsed, wrong) = parse(&sources);
    assert!(!wrong.has_errors(), "{wrong:?}");
    let around = Surroundings {
        files: &Nothing,
        folder: ".",
        working_folder: "/work",
        workspace: "default",
        levels: Resolved::NONE,
    };
    let inputs = VariableInputs { may_lack: true, ..VariableInputs::default() };
    let Err(problems) = check(&parsed, &mut sources, &Schemas::default(), &inputs, &around) else {
        return BTreeMap::new();
    };
    let before = VARIABLES.lines().count();
    let mut said = BTreeMap::new();
    for problem in problems.0.iter().filter(|problem| problem.severity == patchform::model::Severity::Error) {
        let (at, _) = problem.primary.as_ref().expect("a place");
        assert_eq!(at.file, file);
        let line = sources.text(file)[..at.start as usize].matches('\n').count();
        let words = format!("{}: {}", problem.summary, problem.detail);
        for (at, _) in problem.related.iter().map(|(at, words)| (at, words)) {
            let line = sources.text(file)[..at.start as usize].matches('\n').count();
            if let Some(row) = line.checked_sub(before) {
                said.entry(row).or_insert_with(|| words.clone());
            }
        }
        said.insert(line.checked_sub(before).expect("an expression"), words);
    }
    said
}

fn has_terraform() -> bool {
    let done = Command::new("terraform").arg("version").stdin(Stdio::null()).output();
    let there = done.is_ok_and(|done| String::from_utf8_lossy(&done.stdout).contains("v1.11."));
    if !there {
        println!("skipped: terraform 1.11 is not on PATH");
    }
    there
}

/// Which of the rows terraform refuses.
fn asked(rows: &[Row], folder: &Path) -> Vec<bool> {
    let before = VARIABLES.lines().count();
    let mut all = Vec::new();
    for part in rows.chunks(AT_ONCE) {
        std::fs::write(folder.join("main.tf"), configuration(part.iter())).expect("written");
        let done = Command::new("terraform")
            .args(["validate", "-json"])
            .current_dir(folder)
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .expect("it runs");
        let answer: Json = serde_json::from_slice(&done.stdout).expect("JSON");
        let mut refused = vec![false; part.len()];
        for problem in answer["diagnostics"].as_array().expect("a list") {
            let line = problem["range"]["start"]["line"].as_u64().expect("a line") as usize - 1;
            refused[line - before] |= problem["severity"] == "error";
        }
        all.extend(refused);
    }
    all
}

#[test]
fn what_terraform_refuses_is_refused_and_nothing_else_but_what_never_comes_to_a_value() {
    let rows = rows();
    assert!(rows.len() > 1000, "{}", rows.len());
    let said = said(&rows);
    let wrong = rows.iter().enumerate().filter_map(|(number, row)| {
        let ours = said.get(&number);
        let differs = ours.is_some() != row.refused;
        let Row { expression, otherwise, .. } = row;
        (differs != otherwise.is_some()).then(|| format!("{expression}\n{otherwise:?}\n{ours:?}\n"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_stored_verdicts_are_those_of_terraform() {
    if !has_terraform() {
        return;
    }
    let mut rows = rows();
    let folder = std::env::temp_dir().join(format!("patchform-types-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let refused = asked(&rows, &folder);
    let _ = std::fs::remove_dir_all(&folder);
    let differing: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].refused != refused[*at]).collect();
    if std::env::var_os("UPDATE").is_none() {
        let told: Vec<&str> = differing.iter().map(|at| &*rows[*at].expression).collect();
        assert!(told.is_empty(), "terraform says something else of {told:#?}");
        return;
    }
    differing.into_iter().for_each(|at| rows[at].refused = refused[at]);
    let line = |row: &Row| {
        let verdict = if row.refused { "refused" } else { "valid" };
        let otherwise = row.otherwise.as_ref().map(|why| format!("\t{why}")).unwrap_or_default();
        format!("{}\t{verdict}{otherwise}\n", row.expression)
    };
    std::fs::write(table(), rows.iter().map(line).collect::<String>()).expect("written");
}
