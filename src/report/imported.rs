//! Components that were found on hosts, as the text of a configuration.

use crate::config::value::{Data, Entries, Value, key, quoted};
use std::collections::BTreeSet;

/// A component that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// Its kind.
    pub kind: String,
    /// Name of its block.
    pub name: String,
    /// The kind's own arguments.
    pub arguments: Entries,
    /// Its present level.
    pub level: Value,
    /// `ssh` or `local`.
    pub connection: &'static str,
    /// The arguments of the connection.
    pub reached: Entries,
}

/// The text of a file that declares them; `about` is what its first line says. It is not formatted yet.
pub fn text(about: &str, components: &[Imported]) -> String {
    let mut out = format!("# {about}\n");
    for component in components {
        out.push_str(&format!("\ncomponent {} {} {{\n", quoted(&component.kind), quoted(&component.name)));
        out.push_str(&format!("patch_level = {}\n", render(&component.level)));
        arguments(&component.arguments, &mut out);
        if component.connection == "local" && component.reached.is_empty() {
            out.push_str("\nconnection \"local\" {}\n}\n");
            continue;
        }
        out.push_str(&format!("\nconnection {} {{\n", quoted(component.connection)));
        arguments(&component.reached, &mut out);
        out.push_str("}\n}\n");
    }
    out
}

fn arguments(all: &Entries, out: &mut String) {
    for (name, value) in all {
        out.push_str(&format!("{name} = {}\n", render(value)));
    }
}

/// A value as an expression: strings always in quotes, so that nothing in them is taken for a template.
fn render(value: &Value) -> String {
    match value.data() {
        Data::Bool(flag) => flag.to_string(),
        Data::Number(number) => number.to_string(),
        Data::String(text) => quoted(text),
        Data::List(_) | Data::Set(_) | Data::Tuple(_) => {
            let items: Vec<String> = value.children().map(render).collect();
            format!("[{}]", items.join(", "))
        }
        Data::Map(entries) | Data::Object(entries) => {
            let lines = entries.iter().map(|(name, value)| format!("{} = {}\n", quoted(name), render(value)));
            format!("{{\n{}}}", lines.collect::<String>())
        }
        Data::Null(_) | Data::Block(_) => "null".to_string(),
    }
}

/// A name of the language for each of these, in order: what cannot stand in one becomes `-`, and no two are alike.
pub fn names<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let name = |wanted: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let plain: String = wanted.chars().map(|c| if fits(c) { c } else { '-' }).collect();
        let begins = plain.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let plain = if begins { plain } else { format!("host-{plain}") };
        let mut free = plain.clone();
        let mut n = 1;
        while !taken.insert(free.clone()) {
            n += 1;
            free = format!("{plain}-{n}");
        }
        free
    };
    wanted.into_iter().map(name).collect()
}

/// A level as a value.
pub fn level(parts: impl IntoIterator<Item = (String, String)>) -> Value {
    Value::object(parts.into_iter().map(|(name, version)| (key(&name), Value::string(version))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_become_names_of_the_language() {
        let all = ["web-1", "web.example", "web-example", "10.0.0.1", "2001:db8::1", "\"${x}", "\u{e9}"];
        let expected = [
            "web-1",
            "web-example",
            "web-example-2",
            "host-10-0-0-1",
            "host-2001-db8--1",
            "host----x-",
            "host--",
        ];
        assert_eq!(names(all), expected);
    }

    #[test]
    fn a_component_is_text_that_means_the_same() {
        let hostile = "x\" }\n${file(\"/etc/passwd\")} %{ if";
        let component = Imported {
            kind: "apt".into(),
            name: "web".into(),
            arguments: Entries::new(),
            level: level([("libc6".to_string(), "2.36-9+deb12u1".to_string())]),
            connection: "ssh",
            reached: Entries::from([(key("host"), Value::string(hostile)), (key("sudo"), Value::bool(true))]),
        };
        let text = text("Imported.", &[component]);
        let mut sources = crate::config::Sources::new();
        let file = sources.add("a.pf.hcl", text.as_bytes()).expect("a text");
        let formatted = crate::config::fmt::format(&sources, file).expect("valid");
        assert!(
            formatted.starts_with("# Imported.\n\ncomponent \"apt\" \"web\" {\n  patch_level = {\n"),
            "{formatted}"
        );
        assert!(formatted.contains("$${file(") && formatted.contains("%%{ if"), "{formatted}");
    }
}
