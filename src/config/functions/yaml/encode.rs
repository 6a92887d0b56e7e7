//! From a value to YAML, byte for byte as Terraform writes it: strings in double quotes, or as a literal block where
//! they have several lines; long ones are folded.

use crate::config::value::{Data, Value};

/// Where a line is folded, at the next space.
const WIDTH: usize = 80;
/// The longest key that stands before a colon; longer ones begin with `?`.
const LONGEST_KEY: usize = 128;

/// The document that holds `value`.
pub(super) fn to_yaml(value: &Value) -> String {
    let mut emitter = Emitter { out: String::new(), column: 0 };
    emitter.node(value, 0, Place::Root);
    emitter.out.push('\n');
    // A plain scalar could go on: its end is marked.
    if matches!(value.data(), Data::Null(_) | Data::Bool(_) | Data::Number(_)) {
        emitter.out.push_str("...\n");
    }
    emitter.out
}

/// Where a node stands: what is between it and what stands before it.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// At the beginning.
    Root,
    /// Behind `- `, `? ` or the `: ` of a long key, so that a list or map begins on this line.
    Same,
    /// Behind the `:` of a short key.
    Value,
}

struct Emitter {
    out: String,
    column: usize,
}

impl Emitter {
    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    /// `indent` is that of the list or map in which the node stands.
    fn node(&mut self, value: &Value, indent: usize, place: Place) {
        let space = if place == Place::Value { " " } else { "" };
        if let Some(items) = value.as_items().filter(|items| !items.is_empty()) {
            // A list in a map is not indented.
            return self.items(items, if place == Place::Same { indent + 2 } else { indent }, place);
        }
        if let Some(entries) = value.as_entries().filter(|entries| !entries.is_empty()) {
            let indent = if place == Place::Root { indent } else { indent + 2 };
            for (i, (name, value)) in entries.iter().enumerate() {
                if i > 0 || place == Place::Value {
                    self.line(indent);
                }
                self.entry(name, value, indent);
            }
            return;
        }
        self.write(space);
        match value.data() {
            Data::Null(_) => self.write("null"),
            Data::Bool(b) => self.write(if *b { "true" } else { "false" }),
            Data::Number(n) => self.write(&n.to_string()),
            Data::String(text) => self.string(text, indent + 2, true),
            Data::List(_) | Data::Set(_) | Data::Tuple(_) => self.write("[]"),
            Data::Map(_) | Data::Object(_) => self.write("{}"),
            Data::Block(_) => self.write(&value.brief()),
        }
    }

    fn items(&mut self, items: &[Value], indent: usize, place: Place) {
        for (i, item) in items.iter().enumerate() {
            if i > 0 || place == Place::Value {
                self.line(indent);
            }
            self.write("- ");
            self.node(item, indent, Place::Same);
        }
    }

    fn entry(&mut self, name: &str, value: &Value, indent: usize) {
        let simple = name.len() <= LONGEST_KEY && !name.contains(is_break);
        if simple {
            self.string(name, indent + 2, false);
            self.write(":");
            return self.node(value, indent, Place::Value);
        }
        self.write("? ");
        self.string(name, indent + 2, true);
        self.line(indent);
        self.write(": ");
        self.node(value, indent, Place::Same);
    }

    fn string(&mut self, text: &str, indent: usize, may_fold: bool) {
        if text.contains('\n') && may_be_block(text) {
            self.block(text, indent);
        } else {
            self.quoted(text, indent, may_fold);
        }
    }

    fn block(&mut self, text: &str, indent: usize) {
        self.write("|");
        if text.starts_with([' ', '\n', '\u{2028}', '\u{2029}']) {
            self.write("2");
        }
        let body = text.trim_end_matches(is_break);
        let breaks = text[body.len()..].chars().count();
        match breaks {
            0 => self.write("-"),
            1 if !body.is_empty() => {}
            _ => self.write("+"),
        }
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            if line.is_empty() {
                self.out.push('\n');
            } else {
                self.line(indent);
                self.write(line);
            }
        }
    }

    fn quoted(&mut self, text: &str, indent: usize, may_fold: bool) {
        self.write("\"");
        let mut after_space = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let is_last = chars.peek().is_none();
            if c == ' ' && may_fold && !after_space && self.column > WIDTH && at > 0 && !is_last {
                self.line(indent);
                if chars.peek().is_some_and(|(_, next)| *next == ' ') {
                    self.write("\\");
                }
            } else {
                self.letter(c);
            }
            after_space = c == ' ';
        }
        self.write("\"");
    }

    fn letter(&mut self, c: char) {
        let short = match c {
            '\0' => "\\0",
            '\u{7}' => "\\a",
            '\u{8}' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\u{b}' => "\\v",
            '\u{c}' => "\\f",
            '\r' => "\\r",
            '\u{1b}' => "\\e",
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{85}' => "\\N",
            '\u{2028}' => "\\L",
            '\u{2029}' => "\\P",
            plain if is_printable(plain) => return self.write(plain.encode_utf8(&mut [0; 4])),
            other => {
                let code = other as u32;
                let text = match code {
                    0..=0xff => format!("\\x{code:02X}"),
                    0x100..=0xffff => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                };
                return self.write(&text);
            }
        };
        self.write(short);
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What stands in a literal block as it is. Characters beyond 16 bits never do.
fn is_printable(c: char) -> bool {
    match c {
        '\n' | ' '..='~' => true,
        '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        '\u{a0}'..='\u{ffff}' => true,
        _ => false,
    }
}

/// A block would lose a space at the end of a line.
fn may_be_block(text: &str) -> bool {
    let mut after_space = false;
    for c in text.chars() {
        if !is_printable(c) || (after_space && is_break(c)) {
            return false;
        }
        after_space = c == ' ';
    }
    !after_space
}
