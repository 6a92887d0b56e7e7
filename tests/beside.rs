//! The same mistakes, as patchform and as terraform tell of them: docs/diagnostics.md is made of the folders under
//! `tests/beside`. `UPDATE=1` writes the page anew and, where terraform is on the PATH, what it says; elsewhere what it
//! said is stored.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const INTRODUCTION: &str = "# Diagnostics, beside terraform's

A message should say where, what, with which value, and what to do. This page sets what patchform says beside what terraform says
of the same mistake. It is made by a test (`tests/beside.rs`), so it shows what both really print: `patchform validate` and
`terraform plan -no-color` (1.11). Where the language is the same, both read the same text.

";

struct Case {
    title: String,
    folder: PathBuf,
    ours: String,
    theirs: String,
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/beside");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.into_iter().map(Case::at).collect()
}

impl Case {
    fn at(folder: PathBuf) -> Case {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let title = name.split_once('_').unwrap().1.replace('_', " ");
        let text = |name: &str| fs::read_to_string(folder.join(name)).ok();
        let (ours, theirs) = match text("both.hcl") {
            Some(both) => (both.clone(), both),
            None => (text("main.pf.hcl").unwrap(), text("main.tf").unwrap()),
        };
        Case { title, folder, ours, theirs }
    }

    /// What patchform says: its errors, without the last line, which is the same for all.
    fn told(&self) -> String {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("main.pf.hcl"), &self.ours).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_patchform"));
        let output = command.arg("validate").env("COLUMNS", "100").current_dir(dir.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", self.title);
        let said = String::from_utf8(output.stderr).unwrap();
        let (errors, last) = said.trim_end().rsplit_once("\n\n").unwrap();
        assert!(last.ends_with("nothing was done"), "{said}");
        errors.to_string()
    }

    /// What terraform says, if it is on this machine.
    fn asked(&self) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("main.tf"), &self.theirs).unwrap();
        fs::write(dir.path().join("rc"), "").unwrap();
        let mut command = Command::new("terraform");
        command.args(["plan", "-no-color", "-input=false"]).env("TF_CLI_CONFIG_FILE", dir.path().join("rc"));
        let output = command.env("CHECKPOINT_DISABLE", "1").current_dir(dir.path()).output().ok()?;
        assert_eq!(output.status.code(), Some(1), "{}", self.title);
        let said = String::from_utf8(output.stderr).unwrap();
        let lines: Vec<&str> = said.trim().lines().map(str::trim_end).collect();
        Some(lines.join("\n"))
    }

    fn section(&self, theirs: &str) -> String {
        let (title, ours, told) = (&self.title, &self.ours, self.told());
        let text = match self.ours == self.theirs {
            true => format!("```hcl\n{ours}```"),
            false => format!("```hcl\n{ours}```\n\nFor terraform:\n\n```hcl\n{}```", self.theirs),
        };
        format!("## {title}\n\n{text}\n\n```text\n{told}\n```\n\nterraform:\n\n```text\n{theirs}\n```\n")
    }
}

#[test]
fn the_page_shows_what_both_really_say() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut sections = Vec::new();
    for case in cases() {
        let stored = case.folder.join("terraform.txt");
        if let Some(said) = case.asked() {
            if update {
                fs::write(&stored, format!("{said}\n")).unwrap();
            }
            let kept = fs::read_to_string(&stored).unwrap_or_default();
            assert_eq!(in_order(&said), in_order(kept.trim_end()), "{}", case.title);
        }
        let kept = fs::read_to_string(&stored).expect("what terraform said is stored");
        sections.push(case.section(kept.trim_end()));
    }
    assert!(sections.len() >= 20);
    let page = format!("{INTRODUCTION}{}", sections.join("\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnostics.md");
    if update {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        page,
        "UPDATE=1 writes docs/diagnostics.md anew"
    );
}

/// The words sorted: terraform gives neither its errors nor the members of a cycle in the same order each time.
fn in_order(said: &str) -> Vec<&str> {
    let mut words: Vec<&str> = said.split_whitespace().map(|word| word.trim_end_matches(',')).collect();
    words.sort_unstable();
    words
}
