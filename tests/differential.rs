//! The stored answers of `terraform console` against what terraform says today, where it is on PATH.
//!
//! `src/config/eval/console.tsv` holds expressions and terraform's answers; that ours are the same is tested there
//! (`config::eval::tests::answers`), with terraform or without. Here the stored answers themselves are held against
//! terraform, and the rows of `console_differs.tsv` must really differ. `ci/console-answers` writes them anew.

#[path = "../src/config/eval/tests/cells.rs"]
mod cells;

use cells::unescaped;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TABLE: &str = "src/config/eval/console.tsv";
const DIFFERS: &str = "src/config/eval/console_differs.tsv";
const FILES: &str = "src/config/eval/console";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rows(table: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join(table)).expect("the table");
    text.lines().map(|line| line.split('\t').map(unescaped).collect()).collect()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t")
}

/// Terraform in a folder of its own, with the files that expressions refer to.
struct Terraform {
    folder: PathBuf,
}

impl Drop for Terraform {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the files") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

impl Terraform {
    /// Nothing where terraform is not on PATH.
    fn new(name: &str) -> Option<Terraform> {
        let there =
            Command::new("terraform").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) {
            println!("terraform is not on PATH: its stored answers are not compared with what it says today");
            return None;
        }
        let folder = std::env::temp_dir().join(format!("patchform-{name}-{}", std::process::id()));
        copy(&root().join(FILES), &folder);
        Some(Terraform { folder })
    }

    /// What terraform prints for an expression; `ERR` for a failure.
    fn answer(&self, expression: &str) -> String {
        let mut console = Command::new("terraform")
            .arg("console")
            .current_dir(&self.folder)
            .env("CHECKPOINT_DISABLE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("terraform starts");
        let mut stdin = console.stdin.take().expect("a pipe");
        stdin.write_all(format!("{expression}\n").as_bytes()).expect("written");
        drop(stdin);
        let output = console.wait_with_output().expect("terraform ends");
        let text = String::from_utf8_lossy(&output.stdout);
        let answer = text.strip_suffix('\n').unwrap_or(&text);
        if output.status.success() { answer.to_string() } else { "ERR".to_string() }
    }

    /// The rows whose answers are others today, with these. Many rows are asked at once, as one list; where its answer
    /// is another, its halves are asked.
    fn changed<'r>(&self, rows: &'r [Vec<String>], found: &mut Vec<(&'r [String], String)>) {
        match rows {
            [] => {}
            [row] => {
                let answer = self.answer(&row[0]);
                if answer != row[1] {
                    found.push((row, answer));
                }
            }
            several if self.answer(&as_list(several)) == listed(several) => {}
            several => {
                let (left, right) = several.split_at(several.len() / 2);
                self.changed(left, found);
                self.changed(right, found);
            }
        }
    }
}

/// All expressions as one list; of what must fail, whether it can be evaluated.
fn as_list(rows: &[Vec<String>]) -> String {
    let asked = |row: &Vec<String>| match row[1].as_str() {
        "ERR" => format!("can({})", row[0]),
        _ => row[0].clone(),
    };
    format!("[{}]", rows.iter().map(asked).collect::<Vec<_>>().join(", "))
}

/// How the console prints the list of these answers.
fn listed(rows: &[Vec<String>]) -> String {
    let item = |row: &Vec<String>| {
        let answer = if row[1] == "ERR" { "false" } else { &row[1] };
        format!("  {},\n", answer.replace('\n', "\n  "))
    };
    format!("[\n{}]", rows.iter().map(item).collect::<String>())
}

#[test]
fn terraform_still_answers_what_is_stored() {
    let Some(terraform) = Terraform::new("answers") else { return };
    let mut rows = rows(TABLE);
    // What has several lines cannot stand in a list of one line.
    let alone = |row: &Vec<String>| row[0].contains(['\n', '#']) || row[1].contains("<<");
    let (single, together): (Vec<_>, Vec<_>) = rows.clone().into_iter().partition(alone);
    let mut found = Vec::new();
    single.chunks(1).chain(together.chunks(32)).for_each(|rows| terraform.changed(rows, &mut found));
    if std::env::var_os("PATCHFORM_STORE_ANSWERS").is_some() {
        for row in &mut rows {
            if let Some((_, answer)) = found.iter().find(|(changed, _)| changed[0] == row[0]) {
                row[1].clone_from(answer);
            }
        }
        let lines = rows.iter().map(|row| format!("{}\t{}\n", escaped(&row[0]), escaped(&row[1])));
        std::fs::write(root().join(TABLE), lines.collect::<String>()).expect("written");
        return;
    }
    let told =
        |(row, answer): &(&[String], String)| format!("{}\n  stored: {}\n  today:  {answer}", row[0], row[1]);
    let told: Vec<String> = found.iter().map(told).collect();
    assert!(told.is_empty(), "{} answers changed; run ci/console-answers:\n{}", told.len(), told.join("\n"));
}

#[test]
fn what_is_said_to_differ_does() {
    let Some(terraform) = Terraform::new("differs") else { return };
    let rows = rows(DIFFERS);
    let same: Vec<&str> =
        rows.iter().filter(|row| terraform.answer(&row[0]) == row[1]).map(|row| row[0].as_str()).collect();
    assert!(same.is_empty(), "these no longer differ; move them to console.tsv: {same:#?}");
}
