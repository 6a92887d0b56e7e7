//! Encodings: `jsonencode`, `jsondecode`, `csvdecode`, `urlencode`.

use super::Takes::Text;
use super::bounds::gathered;
use super::text::text;
use super::{Done, Fault, Function, MAX_ITEMS, MAX_VALUES, nullable, param, plain};
use crate::config::types::{Field, Type};
use crate::config::value::{Data, Entries, Value, key};
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    plain("jsonencode", &[nullable("value")], |a| Ok(Value::string(to_json_text(&a[0]))))
        .told(
            "the value as JSON, on one line",
            "jsonencode({ port = 80, tags = [\"a\"] })",
            "\"{\\\"port\\\":80,\\\"tags\\\":[\\\"a\\\"]}\"",
        )
        .gives("string", &["any value"]),
    plain("jsondecode", &[param("text", Text)], jsondecode)
        .told(
            "the value that a text of JSON writes",
            "jsondecode(\"{\\\"port\\\": 80}\")",
            "{\n  \"port\" = 80\n}",
        )
        .gives("any", &["a text in JSON"]),
    plain("urlencode", &[param("text", Text)], |a| Ok(Value::string(urlencode(text(a, 0)))))
        .told("the text as it may stand in an address of the web", "urlencode(\"a b&c\")", "\"a+b%26c\"")
        .gives("string", &["any text"]),
    plain("csvdecode", &[param("text", Text)], csvdecode)
        .told(
            "a list of objects, one for each line but the first, which names their attributes",
            "csvdecode(\"name,port\\ndb,5432\")",
            "tolist([\n  {\n    \"name\" = \"db\"\n    \"port\" = \"5432\"\n  },\n])",
        )
        .gives("list of objects", &["a text in CSV; its first line names the attributes"]),
];

/// JSON text as Terraform writes it: no white space, `<`, `>` and `&` escaped, numbers with every digit.
pub(super) fn to_json_text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value.data() {
        Data::Null(_) => out.push_str("null"),
        Data::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Data::Number(n) => out.push_str(&n.to_string()),
        Data::String(s) => write_string(s, out),
        _ => {}
    }
    if let Some(items) = value.as_items() {
        out.push('[');
        for (i, item) in items.iter().enumerate() {
            out.push_str(if i > 0 { "," } else { "" });
            write(item, out);
        }
        out.push(']');
    }
    if let Some(entries) = value.as_entries() {
        out.push('{');
        for (i, (name, item)) in entries.iter().enumerate() {
            out.push_str(if i > 0 { "," } else { "" });
            write_string(name, out);
            out.push(':');
            write(item, out);
        }
        out.push('}');
    }
}

fn write_string(s: &str, out: &mut String) {
    for c in serde_json::Value::String(s.to_string()).to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", c as u32)),
            plain => out.push(plain),
        }
    }
}

fn jsondecode(args: &[Value]) -> Done {
    let json = text(args, 0);
    Value::from_json_within(json, MAX_VALUES, MAX_ITEMS).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Fault::at(0, format!("this is no valid JSON: line {line}, column {column}: {}", reason(&error)))
    })
}

/// The library's reason without its own line and column.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_string()
}

/// As in the query of an address: a space becomes `+`.
fn urlencode(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for byte in s.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// RFC 4180, with a header line: a list of objects.
fn csvdecode(args: &[Value]) -> Done {
    let mut rows = csv_rows(text(args, 0))?.into_iter();
    let Some((_, header)) = rows.next() else {
        return Err(Fault::at(0, "a header line is needed"));
    };
    let mut names = BTreeSet::new();
    if let Some(name) = header.iter().find(|name| !names.insert(*name)) {
        return Err(Fault::at(0, format!("the column {name:?} stands twice in the header")));
    }
    let names: Vec<Arc<str>> = header.iter().map(|name| key(name)).collect();
    let objects = rows.map(|(line, row)| {
        if row.len() != header.len() {
            let (have, want) = (row.len(), header.len());
            return Err(Fault::at(0, format!("line {line} has {have} fields, the header has {want}")));
        }
        let entries: Entries = names.iter().cloned().zip(row.into_iter().map(Value::string)).collect();
        Ok(Value::object(entries))
    });
    let row =
        || Type::object(names.iter().map(|name| (name.clone(), Field::required(Type::String))).collect());
    Ok(Value::list(gathered(objects)?).holding(row))
}

/// Rows with the lines that they begin on; empty lines are left out.
fn csv_rows(source: &str) -> Result<Vec<(usize, Vec<String>)>, Fault> {
    let source = source.replace("\r\n", "\n");
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut began, mut quoted, mut was_quoted) = (1, 1, false, false);
    let mut chars = source.chars().peekable();
    if source.bytes().filter(|byte| matches!(byte, b',' | b'\n')).count() > MAX_VALUES {
        return Err(Fault::at(0, format!("there are more than {MAX_VALUES} fields")));
    }
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' if quoted => quoted = false,
            _ if quoted => field.push(c),
            '"' if field.is_empty() && !was_quoted => (quoted, was_quoted) = (true, true),
            '"' => {
                return Err(Fault::at(0, format!("line {line}: a quote within a field that is not quoted")));
            }
            ',' => {
                row.push(std::mem::take(&mut field));
                was_quoted = false;
            }
            '\n' => {
                if !row.is_empty() || !field.is_empty() || was_quoted {
                    row.push(std::mem::take(&mut field));
                    rows.push((began, std::mem::take(&mut row)));
                }
                (began, was_quoted) = (line, false);
            }
            _ if was_quoted => return Err(Fault::at(0, format!("line {line}: text behind a closing quote"))),
            _ => field.push(c),
        }
    }
    if quoted {
        return Err(Fault::at(
            0,
            format!("the quote of the field that begins on line {began} is not closed"),
        ));
    }
    if !row.is_empty() || !field.is_empty() || was_quoted {
        row.push(field);
        rows.push((began, row));
    }
    Ok(rows)
}

/// A number for tests of other families.
#[cfg(test)]
pub(super) fn of(n: i64) -> Value {
    Value::number(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_reads_quotes_and_refuses_nonsense() {
        let rows = csv_rows("a,b\n\"x, \"\"y\"\"\n\",2\n\n")
            .map(|r| r.into_iter().map(|(_, f)| f).collect::<Vec<_>>());
        assert_eq!(rows, Ok(vec![vec!["a".into(), "b".into()], vec!["x, \"y\"\n".to_string(), "2".into()]]));
        for bad in ["a\"b", "\"a", "\"a\"b"] {
            assert!(csv_rows(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn json_text_keeps_digits_and_escapes_markup() {
        let value = Value::tuple(vec![of(1), Value::string("<&>"), Value::NULL]);
        assert_eq!(to_json_text(&value), r#"[1,"\u003c\u0026\u003e",null]"#);
    }
}
