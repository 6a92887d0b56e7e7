//! Every argument of every block may come from a variable that has no value yet: where a configuration is valid with the value,
//! `validate` has nothing to say without it.

mod lab;

use lab::{Lab, Ran};
use std::fs;
use std::path::Path;

/// A line `name = literal` with what stands before and behind it; lists and objects are those of one line.
fn literal(line: &str) -> Option<(&str, &str, &str)> {
    let (left, value) = line.split_once(" = ")?;
    let name = left.trim();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let value = value.trim();
    let is_text = value.len() >= 2 && value.starts_with('"') && value.ends_with('"') && !value.contains("${");
    let is_plain = value.parse::<f64>().is_ok() || ["true", "false"].contains(&value) || is_text;
    let is_string = |part: &str| part.len() >= 2 && part.starts_with('"') && part.ends_with('"');
    let parts = |open: char, close: char| {
        let inner = value.strip_prefix(open)?.strip_suffix(close)?;
        Some(inner.split(',').map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>())
    };
    let all = |parts: Option<Vec<&str>>, is: &dyn Fn(&str) -> bool| {
        parts.is_some_and(|parts| !parts.is_empty() && parts.iter().all(|part| is(part)))
    };
    let entry = |part: &str| part.split_once(" = ").is_some_and(|(_, value)| is_string(value));
    let ty = match value {
        _ if value.contains("${") => return None,
        _ if all(parts('[', ']'), &is_string) => "list(string)",
        _ if all(parts('[', ']'), &|part| part.parse::<f64>().is_ok()) => "list(number)",
        _ if all(parts('{', '}'), &entry) => "map(string)",
        _ if !is_plain => return None,
        _ if value.starts_with('"') => "string",
        "true" | "false" => "bool",
        _ => "number",
    };
    is_name.then_some((name, value, ty))
}

#[test]
fn any_argument_may_come_from_a_variable_without_a_value() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/blocks/examples");
    let lab = Lab::empty();
    for entry in fs::read_dir(&examples)
        .unwrap()
        .flatten()
        .filter(|e| !e.file_name().to_string_lossy().contains(".pf."))
    {
        fs::copy(entry.path(), lab.path("").join(entry.file_name())).unwrap();
    }
    let mut files: Vec<_> = fs::read_dir(&examples).unwrap().flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".pf.hcl"));
    files.sort();
    let (mut tried, mut wrong) = (0, Vec::new());
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        lab.write("main.pf.hcl", &text);
        if lab.patchform("validate").code != 0 {
            // Such as a module of another example.
            continue;
        }
        for (n, line) in text.lines().enumerate() {
            let Some((name, value, ty)) = literal(line) else { continue };
            let with = |default: &str| {
                let new = line.replacen(&format!("= {value}"), "= var.open", 1);
                let lines =
                    text.lines().enumerate().map(|(at, old)| if at == n { new.as_str() } else { old });
                let body: String = lines.flat_map(|line| [line, "\n"]).collect();
                format!("{body}variable \"open\" {{\n  type = {ty}\n{default}}}\n")
            };
            lab.write("main.pf.hcl", with(&format!("  default = {value}\n")));
            if lab.patchform("validate").code != 0 {
                // What must be written out.
                continue;
            }
            lab.write("main.pf.hcl", with(""));
            tried += 1;
            let ran = lab.patchform("validate");
            if ran.code != 0 {
                let file = path.file_name().unwrap().to_string_lossy();
                wrong.push(format!("{file}:{} {name}: {}", n + 1, ran.err.lines().next().unwrap_or("")));
            }
        }
    }
    assert!(tried > 150, "{tried}");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}

const FLEET: &str = r#"
variable "hosts" {
  type = map(object({ zone = string }))
}
variable "level" {
  type = string
}
variable "password" {
  type      = string
  sensitive = true
}
locals {
  known = 1 + 1
  open  = "${var.level}-1"
}
module "db" {
  source = "./db"
  level  = var.level
}
component "command" "web" {
  for_each    = var.hosts
  patch_level = module.db.level
  read        = ["cat", each.key]
  patch       = ["true"]
}
component "command" "front" {
  patch_level = "1"
  read        = ["cat", "front"]
  patch       = ["true"]
  depends_on  = [command.web]
}
"#;

const DB: &str = r#"
variable "level" {
  type = string
}
component "command" "db" {
  patch_level = var.level
  read        = ["cat", "db"]
  patch       = ["true"]
}
output "level" {
  value = command.db.patch_level
}
"#;

fn fleet() -> Lab {
    let lab = Lab::new(FLEET);
    lab.write("db/main.pf.hcl", DB);
    lab
}

/// Gives a line to a console.
fn asked(lab: &Lab, line: &str) -> Ran {
    lab.write("line", line);
    let mut command = lab.patchform_command("console");
    command.stdin(fs::File::open(lab.path("line")).unwrap());
    Ran::of(command.output().unwrap())
}

#[test]
fn the_console_answers_what_needs_no_value_and_tells_what_is_known_of_the_rest() {
    let lab = fleet();
    for (line, answer) in [
        ("1+1", "2"),
        ("local.known", "2"),
        ("command.front.read[1]", "\"front\""),
        ("var.level", "(known once var.level has a value: string)"),
        ("length(var.hosts) + local.known", "(known once var.hosts has a value: number)"),
        (
            "{ a = local.open, b = var.hosts }",
            "(known once local.open and var.hosts have values: object({ a =",
        ),
        ("module.db.level", "(known once module.db.level has a value: string)"),
        ("command.web[\"a\"].read", "(known once command.web has a value: list(string))"),
        ("upper(var.password)", "(known once var.password has a value: sensitive)"),
        ("true || var.level == \"1\"", "true"),
    ] {
        let ran = asked(&lab, line).exits(0).says("3 variables have no value yet");
        assert!(ran.out.starts_with(answer), "{line}: {}", ran.out);
    }
    for (line, wrong) in [
        ("var.level.x", "A string has no attributes"),
        ("var.levle", "Did you mean var.level?"),
        ("var.hosts[var.hosts]", "A map is indexed by a string, not by a map"),
    ] {
        asked(&lab, line).exits(1).says(wrong);
    }
}

#[test]
fn the_graph_has_blocks_in_place_of_instances_that_are_not_known() {
    let lab = fleet();
    let drawn = lab.patchform("graph").exits(0).says("3 variables have no value yet");
    let drawn = drawn.says("command.web").says("command.front").says("module.db.command.db");
    assert_eq!(drawn.out.matches("->").count(), 2, "{}", drawn.out);
    let values = "--var level=1 --var password=x --var hosts={a={zone=\"a\"},b={zone=\"b\"}}";
    let drawn = lab.patchform(&format!("graph {values}")).exits(0).says("command.web[\\\"b\\\"]");
    assert!(drawn.err.is_empty(), "{}", drawn.err);
}

#[test]
fn many_variables_without_a_value_are_told_of_in_a_few_lines() {
    let lab = Lab::empty();
    let variables: String = (0..70).map(|n| format!("variable \"v{n}\" {{ type = string }}\n")).collect();
    lab.write("main.pf.hcl", format!("{variables}output \"all\" {{\n  value = var.v69.x\n}}\n"));
    let told = lab.patchform("validate").exits(1).says("70 variables have no value yet");
    let told = told.says("v0 (main.pf.hcl:1)").says("and 17 more").says("A string has no attributes");
    assert!(told.err.lines().count() < 30, "{}", told.err);
    let (first, last) = (told.err.find("warning:"), told.err.find("error:"));
    assert!(first < last, "{}", told.err);
}
