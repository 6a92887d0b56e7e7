//! Every argument of every block may come from a variable that has no value yet: where a configuration is valid with the value,
//! `validate` has nothing to say without it.

mod lab;

use lab::Lab;
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
