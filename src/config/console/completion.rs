//! What may stand where the cursor is: functions, references, members of values, keys of instances.

use crate::config::fmt::{Unfinished, unfinished};
use crate::config::functions;
use crate::config::value::{Value, quoted};

/// Words that begin an expression and are no names.
const WORDS: [&str; 5] = ["false", "null", "path.", "patchform.", "true"];

/// Where the word before the end of `line` begins, and what may stand in its place; sorted. `names` are the references
/// that have a value; `value` tells the value of one, or of a part of one.
pub fn complete(line: &str, names: &[String], value: &dyn Fn(&str) -> Option<Value>) -> (usize, Vec<String>) {
    if let Some((base, start)) = index(line) {
        return (start, keys(base, &line[start..], value));
    }
    if matches!(unfinished(line), Unfinished::Text | Unfinished::Comment) {
        return (line.len(), Vec::new());
    }
    let word = &line[begin(line)..];
    let Some((base, typed)) = word.rsplit_once('.') else {
        return (line.len() - word.len(), roots(word, names));
    };
    let mut found = members(base, names, value);
    found.retain(|name| name.starts_with(typed));
    (line.len() - typed.len(), found)
}

/// Where the reference before the end of `line` begins; indices in it may hold anything.
fn begin(line: &str) -> usize {
    let bytes = line.as_bytes();
    let mut at = line.len();
    while at > 0 {
        match bytes[at - 1] {
            b'_' | b'-' | b'.' | 0x80.. => at -= 1,
            b if b.is_ascii_alphanumeric() => at -= 1,
            b']' => match line[..at].rfind('[') {
                Some(open) => at = open,
                None => break,
            },
            _ => break,
        }
    }
    // A minus is a sign where no name begins before it.
    at + line[at..].len() - line[at..].trim_start_matches(['-', '.']).len()
}

/// In `release.api["eu`: the reference before the bracket, and where the index begins.
fn index(line: &str) -> Option<(&str, usize)> {
    let open = line.rfind('[')?;
    let typed = &line[open + 1..];
    let key = typed.strip_prefix('"').unwrap_or(typed);
    let base = &line[begin(&line[..open])..open];
    (!base.is_empty() && !key.contains(['"', ']', ' ', ','])).then_some((base, open + 1))
}

fn keys(base: &str, typed: &str, value: &dyn Fn(&str) -> Option<Value>) -> Vec<String> {
    let Some(value) = value(base).filter(shows_names) else { return Vec::new() };
    let texts: Vec<String> = match (value.as_entries(), value.as_items()) {
        (Some(entries), _) => entries.keys().map(|key| quoted(key)).collect(),
        (None, Some(items)) => (0..items.len()).map(|at| at.to_string()).collect(),
        _ => Vec::new(),
    };
    texts.into_iter().filter(|key| key.starts_with(typed)).map(|key| format!("{key}]")).collect()
}

/// A secret inside makes no secret of the names; one that names were made of marks the whole.
fn shows_names(value: &Value) -> bool {
    !value.marks().is_sensitive()
}

/// What an expression may begin with.
fn roots(typed: &str, names: &[String]) -> Vec<String> {
    let firsts = names.iter().filter_map(|name| Some(format!("{}.", name.split_once('.')?.0)));
    let functions = functions::names().map(|name| format!("{name}("));
    let mut found: Vec<String> = firsts
        .chain(functions)
        .chain(WORDS.map(str::to_string))
        .filter(|word| word.starts_with(typed))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// What may stand behind `base` and a dot: the names of its family, or the attributes of its value.
fn members(base: &str, names: &[String], value: &dyn Fn(&str) -> Option<Value>) -> Vec<String> {
    let prefix = format!("{base}.");
    let family: Vec<String> =
        names.iter().filter_map(|n| n.strip_prefix(&prefix)).map(str::to_string).collect();
    if !family.is_empty() {
        return family;
    }
    let Some(value) = value(base).filter(shows_names) else { return Vec::new() };
    let keys = value.as_entries().into_iter().flat_map(|entries| entries.keys());
    keys.filter(|key| is_identifier(key)).map(|key| key.to_string()).collect()
}

fn is_identifier(key: &str) -> bool {
    key.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::value::{Entries, Marks};

    fn offered(line: &str) -> String {
        let names = ["local.a", "release.api", "release.db", "var.nodes", "var.port"].map(str::to_string);
        let node = Value::object(Entries::from([
            ("port".into(), Value::number(1_i64)),
            ("no name".into(), Value::number(2_i64)),
        ]));
        let secret = || Value::string("hunter2").marked(&Marks::anonymous());
        let login = Value::object(Entries::from([
            ("user".into(), Value::string("a")),
            ("password".into(), secret()),
        ]));
        let nodes = Value::map(Entries::from([("eu-1".into(), node.clone()), ("us-1".into(), node)]));
        let value = |text: &str| match text {
            "var.nodes" | "release.api" => Some(nodes.clone()),
            "var.nodes[\"eu-1\"]" => nodes.get("eu-1"),
            "local.login" => Some(login.clone()),
            "local.login.password" => Some(secret()),
            "local.hidden" => Some(login.clone().marked(&Marks::anonymous())),
            "local.logins" => Some(Value::map(Entries::from([("eu".into(), login.clone())]))),
            "local.tokens" => Some(Value::list(vec![secret(), secret()])),
            "local.a" => Some(Value::list(vec![Value::number(1_i64), Value::number(2_i64)])),
            _ => None,
        };
        let (start, found) = complete(line, &names, &value);
        format!("{}| {}", &line[..start], found.join(" "))
    }

    #[test]
    fn offers_what_may_stand_there() {
        for (line, wanted) in [
            ("jsonen", "| jsonencode("),
            ("1 + va", "1 + | values( var."),
            ("var.", "var.| nodes port"),
            ("f(var.po", "f(var.| port"),
            ("-var.po", "-var.| port"),
            ("release.", "release.| api db"),
            ("release.api[", "release.api[| \"eu-1\"] \"us-1\"]"),
            ("release.api[\"u", "release.api[| \"us-1\"]"),
            ("var.nodes[\"eu-1\"].", "var.nodes[\"eu-1\"].| port"),
            ("[var.nodes[\"eu-1\"].p", "[var.nodes[\"eu-1\"].| port"),
            ("local.a[", "local.a[| 0] 1]"),
            ("[va", "[| values( var."),
            ("\"text va", "\"text va| "),
            ("\"text ${va", "\"text ${| values( var."),
            ("nothing.", "nothing.| "),
            ("# va", "# va| "),
            ("local.login.", "local.login.| password user"),
            ("local.login.password.", "local.login.password.| "),
            ("local.logins[", "local.logins[| \"eu\"]"),
            ("local.tokens[", "local.tokens[| 0] 1]"),
            ("local.hidden.", "local.hidden.| "),
            ("local.hidden[", "local.hidden[| "),
        ] {
            assert_eq!(offered(line), wanted, "{line}");
        }
    }
}
