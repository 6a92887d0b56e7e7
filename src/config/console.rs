//! The console: values as `terraform console` shows them, so that hands and eyes need not relearn; lines that go on;
//! completion.

use super::fmt::scan::tokens;
use super::fmt::token::Kind;
use super::fmt::{Unfinished, unfinished};
use super::types::Type;
use super::value::{Data, HiddenType, Value};
use std::collections::BTreeSet;

mod completion;

pub use completion::complete;

/// Whether an expression goes on on the next line: a bracket, a template, a heredoc or a comment is open.
pub fn goes_on(text: &str) -> bool {
    matches!(unfinished(&format!("{text}\n")), Unfinished::Open | Unfinished::Comment)
}

/// Whether a text holds nothing but whole comments, which ask nothing.
pub fn is_comment(text: &str) -> bool {
    !goes_on(text) && tokens(text).all(|token| matches!(token.kind, Kind::Comment | Kind::Newline))
}

/// The text of a value; secrets as `(sensitive value)`.
pub fn render(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

/// What is said of a value that is not known yet: `lacking` are the names without a value, `ty` is its type.
pub fn render_open(lacking: &BTreeSet<String>, ty: Option<&str>, is_secret: bool) -> String {
    let names: Vec<&str> = lacking.iter().map(String::as_str).collect();
    let have = if names.len() == 1 { "has a value" } else { "have values" };
    let is = match (is_secret, ty) {
        (true, _) => ": sensitive".to_string(),
        (false, Some(ty)) => format!(": {ty}"),
        (false, None) => String::new(),
    };
    format!("(known once {} {have}{is})", names.join(" and "))
}

fn write(value: &Value, indent: usize, out: &mut String) {
    if value.marks().is_sensitive() {
        out.push_str("(sensitive value)");
        return;
    }
    match value.data() {
        Data::Null(HiddenType(ty)) => out.push_str(&null(ty)),
        Data::Bool(b) => out.push_str(&b.to_string()),
        Data::Number(n) => out.push_str(&n.to_string()),
        Data::String(s) if s.contains('\n') => multiline(s, indent, out),
        Data::String(s) => out.push_str(&quoted(s)),
        Data::Block(block) => out.push_str(&format!("{}.{}", block.kind, block.name)),
        Data::List(_) => items(value, ["tolist([", "])"], indent, out),
        Data::Set(_) => items(value, ["toset([", "])"], indent, out),
        Data::Tuple(_) => items(value, ["[", "]"], indent, out),
        Data::Map(_) => entries(value, ["tomap({", "})"], indent, out),
        Data::Object(_) => entries(value, ["{", "}"], indent, out),
    }
}

/// A null with its type, as Terraform's console shows it.
fn null(ty: &Type) -> String {
    match ty {
        Type::Any => "null".to_string(),
        Type::Bool | Type::Number | Type::String => format!("to{ty}(null)"),
        Type::List(of) => format!("tolist(null) /* of {} */", friendly(of)),
        Type::Set(of) => format!("toset(null) /* of {} */", friendly(of)),
        Type::Map(of) => format!("tomap(null) /* of {} */", friendly(of)),
        Type::Tuple(_) | Type::Object(_) => format!("null /* {} */", friendly(ty)),
    }
}

/// A type in words: `list of map of string`.
fn friendly(ty: &Type) -> String {
    match ty {
        Type::Any => "dynamic".to_string(),
        Type::Bool | Type::Number | Type::String => ty.to_string(),
        Type::List(of) => format!("list of {}", friendly(of)),
        Type::Set(of) => format!("set of {}", friendly(of)),
        Type::Map(of) => format!("map of {}", friendly(of)),
        Type::Tuple(_) => "tuple".to_string(),
        Type::Object(_) => "object".to_string(),
    }
}

/// As a heredoc whose end marker does not stand in the text.
fn multiline(text: &str, indent: usize, out: &mut String) {
    let mut marker = "EOT".to_string();
    while text.lines().any(|line| line.trim() == marker) {
        marker.push('_');
    }
    let (dash, pad) = if indent > 0 { ("-", " ".repeat(indent)) } else { ("", String::new()) };
    out.push_str(&format!("<<{dash}{marker}"));
    for line in text.split('\n') {
        out.push_str(&format!("\n{pad}{line}"));
    }
    out.push_str(&format!("\n{pad}{marker}"));
}

/// In quotes. The console does not escape `${`: what it shows is a value, not a template. What cannot be seen is told
/// by its number.
fn quoted(text: &str) -> String {
    let quoted = super::value::quoted(text).replace("$${", "${").replace("%%{", "%{");
    if quoted.is_ascii() {
        return quoted;
    }
    quoted.chars().map(seen).collect()
}

fn seen(c: char) -> String {
    // A letter before it, so that marks which combine count as what they are.
    let is_seen = c.is_ascii() || format!("x{c}").escape_debug().count() == 2;
    match c as u32 {
        _ if is_seen => c.to_string(),
        code if code > 0xffff => format!("\\U{code:08x}"),
        code => format!("\\u{code:04x}"),
    }
}

fn items(value: &Value, [open, close]: [&str; 2], indent: usize, out: &mut String) {
    let items = value.as_items().unwrap_or_default();
    out.push_str(open);
    for item in items {
        out.push_str(&format!("\n{}", " ".repeat(indent + 2)));
        write(item, indent + 2, out);
        out.push(',');
    }
    end(items.is_empty(), indent, close, out);
}

fn entries(value: &Value, [open, close]: [&str; 2], indent: usize, out: &mut String) {
    let Some(entries) = value.as_entries() else { return };
    out.push_str(open);
    for (key, entry) in entries {
        out.push_str(&format!("\n{}{} = ", " ".repeat(indent + 2), quoted(key)));
        write(entry, indent + 2, out);
    }
    end(entries.is_empty(), indent, close, out);
}

fn end(empty: bool, indent: usize, close: &str, out: &mut String) {
    if !empty {
        out.push_str(&format!("\n{}", " ".repeat(indent)));
    }
    out.push_str(close);
}

#[cfg(test)]
mod tests {
    use super::{goes_on, is_comment};

    #[test]
    fn a_comment_may_go_on_and_asks_nothing() {
        for (text, more, comment) in [
            ("1", false, false),
            ("[1,", true, false),
            ("/* a", true, false),
            ("/* a\nb */", false, true),
            ("# a\n// b\n\n/* c */", false, true),
            ("/* a */ 1", false, false),
            ("\"/* a\"", false, false),
            ("", false, true),
        ] {
            assert_eq!((goes_on(text), is_comment(text)), (more, comment), "{text}");
        }
    }
}
