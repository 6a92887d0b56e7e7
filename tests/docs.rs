//! The documents say what is: their configurations are valid, and no argument, function or option is left out.

mod lab;

use lab::Lab;
use patchform::config::blocks::ALL;
use patchform::config::functions::{SUBJECTS, Subject, Work};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const PAGES: [&str; 11] = [
    "language.md",
    "kinds/release.md",
    "kinds/command.md",
    "kinds/apt.md",
    "kinds/dnf.md",
    "cli.md",
    "traffic.md",
    "checks.md",
    "windows.md",
    "operations.md",
    "reliability.md",
];

fn page(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)).expect(name)
}

/// The blocks of a page that are fenced as `language`.
fn fenced(text: &str, language: &str) -> Vec<String> {
    let opening = format!("\n```{language}\n");
    let bodies = text.split(opening.as_str()).skip(1);
    bodies.map(|rest| rest.split("\n```").next().unwrap_or_default().to_string()).collect()
}

/// The first cells of table rows that are code: `name` of "| `name` | …".
fn rows(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect()
}

#[test]
fn every_complete_configuration_is_valid() {
    let mut tried = 0;
    for name in PAGES {
        for configuration in fenced(&page(name), "hcl") {
            if !configuration.starts_with("# a complete configuration") {
                continue;
            }
            let lab = Lab::new(&configuration);
            let ran = lab.patchform("validate");
            assert_eq!(ran.code, 0, "{name}:\n{configuration}\n{}{}", ran.out, ran.err);
            assert!(!ran.err.contains("warning"), "{name}:\n{configuration}\n{}", ran.err);
            tried += 1;
        }
    }
    assert!(tried >= 15, "only {tried} configurations were found");
}

#[test]
fn the_page_of_each_bundled_kind_has_exactly_its_arguments() {
    for kind in ["release", "command"] {
        let schema = Lab::empty().patchform(&format!("provider schema {kind} --json")).exits(0);
        let schema: Json = serde_json::from_str(&schema.out).expect("JSON");
        let arguments = find(&schema, kind).expect("the kind's arguments");
        let text = page(&format!("kinds/{kind}.md"));
        let table = text.split("\n## Arguments\n").nth(1).expect("a table");
        let table = table.split("\n## ").next().expect("a table");
        let told = rows(table);
        let has: BTreeSet<&str> = arguments.keys().map(String::as_str).collect();
        assert_eq!(told, has, "{kind}");
        for (name, argument) in arguments {
            let row = table.lines().find(|l| l.starts_with(&format!("| `{name}`"))).expect("a row");
            let ty = match &argument["type"] {
                Json::String(ty) => ty.clone(),
                ty => format!("{}({})", ty[0].as_str().unwrap_or(""), ty[1].as_str().unwrap_or("")),
            };
            assert!(row.contains(&format!("| {ty} |")), "{kind}.{name} is {ty}: {row}");
            assert_eq!(row.contains("| required |"), argument["required"] == true, "{kind}.{name}: {row}");
            if let Some(default) = argument.get("default").filter(|d| !d.is_null()) {
                assert!(row.contains(&format!("| `{default}` |")), "{kind}.{name} is {default}: {row}");
            }
        }
    }
}

/// The arguments of a kind, wherever they stand in what `provider schema --json` prints.
fn find<'a>(json: &'a Json, kind: &str) -> Option<&'a serde_json::Map<String, Json>> {
    let object = json.as_object()?;
    if let Some(found) = object.get("kinds").and_then(|kinds| kinds.get(kind)) {
        return found.get("arguments")?.as_object();
    }
    object.values().find_map(|inner| find(inner, kind))
}

#[test]
fn the_language_tells_every_argument_and_every_function_that_is_refused() {
    let text = page("language.md");
    for block in ALL {
        for argument in block.arguments {
            let told = text.contains(&format!("`{}`", argument.name));
            assert!(told, "docs/language.md does not tell `{}` of {}", argument.name, block.what);
        }
    }
    let refused = SUBJECTS.iter().flat_map(Subject::functions);
    for function in refused.filter(|function| matches!(function.work, Work::Refused(_))) {
        assert!(
            text.contains(&format!("`{}`", function.name)),
            "{} is refused, which is not told",
            function.name
        );
    }
}

#[test]
fn every_command_and_option_is_told() {
    let text = page("cli.md");
    let mut left = vec![String::new()];
    while let Some(command) = left.pop() {
        let help = Lab::empty().patchform(&format!("{command} --help")).exits(0).out;
        for line in help.lines() {
            if let Some(option) = line.trim_start().strip_prefix("-").and_then(|_| long_option(line)) {
                assert!(
                    text.contains(option),
                    "`patchform {command}` has {option}, which docs/cli.md does not tell"
                );
            }
        }
        let list =
            help.split("\nCommands:\n").nth(1).unwrap_or_default().split("\n\n").next().unwrap_or_default();
        for line in list.lines().filter(|l| l.starts_with("  ") && !l.starts_with("   ")) {
            let name = line.split_whitespace().next().unwrap_or_default();
            if name != "help" {
                let whole = format!("{command} {name}").trim().to_string();
                let heading = text.lines().any(|l| l.starts_with("### ") && l.contains(name));
                assert!(
                    heading || text.contains(&format!("`{whole}")),
                    "docs/cli.md does not tell `{whole}`"
                );
                left.push(whole);
            }
        }
    }
}

/// `--name` of a line of `--help`.
fn long_option(line: &str) -> Option<&str> {
    let start = line.find("--")?;
    let name = &line[start..];
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(name.len());
    Some(&name[..end])
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    for name in PAGES {
        let text = page(name);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = Path::new(name).parent().unwrap_or(Path::new(""));
            let target =
                if file.is_empty() { text.clone() } else { page(&folder.join(file).to_string_lossy()) };
            let found = target.lines().filter(|l| l.starts_with('#')).any(|heading| {
                let heading = heading.trim_start_matches('#').trim().to_lowercase();
                let kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
                heading.chars().filter(kept).collect::<String>().replace(' ', "-") == anchor
            });
            assert!(anchor.is_empty() || found, "{name}: {link} leads nowhere");
        }
    }
}
