//! The formatter against stored answers of `terraform fmt`; `tests/fmt.rs` asks them again.

use super::format;
use crate::config::Sources;

/// What is formatted as terraform does: text, answer (`ERR`: refused).
const CASES: &str = include_str!("cases.tsv");
/// What is not: text, our answer, terraform's, and why.
const DIFFERS: &str = include_str!("differs.tsv");

fn cells(line: &str) -> Vec<String> {
    let unescaped = |cell: &str| {
        cell.replace("\\\\", "\u{0}")
            .replace("\\n", "\n")
            .replace("\\t", "\t")
            .replace("\\r", "\r")
            .replace('\u{0}', "\\")
    };
    line.split('\t').map(unescaped).collect()
}

/// What becomes of a text; `ERR` where it is refused.
fn made_of(text: &str) -> String {
    let mut sources = Sources::new();
    let added = sources.add("main.pf.hcl", text.as_bytes());
    let formatted = added.ok().and_then(|file| format(&sources, file).ok());
    formatted.unwrap_or_else(|| "ERR".into())
}

#[test]
fn texts_are_formatted_as_terraform_does() {
    let mut wrong = Vec::new();
    for line in CASES.lines() {
        let row = cells(line);
        let made = made_of(&row[0]);
        if made != row[1] {
            wrong.push(format!("{line}\n    ours: {made:?}\n  theirs: {:?}", row[1]));
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(CASES.lines().count() > 100);
}

#[test]
fn differences_are_as_they_are_listed() {
    for line in DIFFERS.lines() {
        let row = cells(line);
        assert_eq!((made_of(&row[0]), row.len()), (row[1].clone(), 4), "{line}");
        assert_ne!(row[1], row[2], "{line}");
    }
}

#[test]
fn what_is_formatted_stays() {
    for line in CASES.lines().chain(DIFFERS.lines()) {
        let made = cells(line)[1].clone();
        if made != "ERR" {
            assert_eq!(made_of(&made), made, "{line}");
        }
    }
}

#[test]
fn hostile_texts_cost_linear_time_and_no_stack() {
    let long = format!("a = [{}]\n", "1, ".repeat(500_000));
    let made = made_of(&long);
    assert_eq!(made.trim_end(), long.trim_end());
    let deep = format!("a = {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(made_of(&deep), "ERR");
    let sequences = format!("a = \"{}\"\n", "${x}".repeat(100_000));
    assert_eq!(made_of(&sequences), sequences);
    let splats = format!("a = x{}\n", ".*".repeat(100_000));
    assert_eq!(made_of(&splats), splats);
    assert_eq!(made_of(&format!("a = x{}\n", "[*]".repeat(300_000))), "ERR");
    assert_eq!(made_of(&"x =\n".repeat(20_000)), "ERR");
    let comments = "/* a */ ".repeat(100_000);
    assert_eq!(made_of(&comments).trim_end(), comments.trim_end());
}
