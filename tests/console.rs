//! Asks the real `terraform console` for the answers that the evaluator's table stores, where terraform is on PATH.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

const TABLES: [(&str, &str); 2] = [
    ("as Terraform", include_str!("../src/config/eval/console.tsv")),
    ("unlike Terraform", include_str!("../src/config/eval/console_differs.tsv")),
];
/// The version whose answers are stored.
const VERSION: &str = "1.11.";
/// One in so many expressions is asked again (one call takes 0.1 s); `CONSOLE_EVERY=1` asks all.
const EVERY: usize = 29;

fn unescaped(cell: &str) -> String {
    cell.replace("\\\\", "\u{0}").replace("\\n", "\n").replace("\\t", "\t").replace('\u{0}', "\\")
}

/// What terraform prints for one expression; `ERR` when it refuses it.
fn ask(folder: &Path, expression: &str) -> std::io::Result<String> {
    let mut child = Command::new("terraform")
        .arg("console")
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", folder.join("none"))
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(expression.as_bytes())?;
        stdin.write_all(b"\n")?;
    }
    let output = child.wait_with_output()?;
    let refused = !output.status.success() || String::from_utf8_lossy(&output.stderr).contains("Error");
    let answer = String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_string();
    Ok(if refused { "ERR".to_string() } else { answer })
}

#[test]
fn the_stored_answers_are_those_of_terraform() {
    let version = Command::new("terraform").arg("version").env("CHECKPOINT_DISABLE", "1").output();
    let is_known = version.is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains(&format!("v{VERSION}")));
    if !is_known {
        println!("skipped: terraform {VERSION}x is not on PATH");
        return;
    }
    let every = std::env::var("CONSOLE_EVERY").ok().and_then(|n| n.parse().ok()).unwrap_or(EVERY);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut asked = 0;
    let mut wrong = Vec::new();
    for (relation, table) in TABLES {
        for line in table.lines().step_by(every) {
            let cells: Vec<String> = line.split('\t').map(unescaped).collect();
            let answer = ask(folder.path(), &cells[0]).expect("terraform runs");
            if (answer == cells[1]) != (relation == "as Terraform") {
                wrong.push(format!("{} (stored as {relation}): {answer}", cells[0]));
            }
            asked += 1;
        }
    }
    println!("{asked} expressions asked");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 20, "{asked}");
}
