//! JSON with the place of everything in it, for `*.pf.json`.

use crate::model::{Diagnostic, FileId, Span};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Json {
    pub span: Span,
    pub value: JsonValue,
}

#[derive(Debug, Clone, PartialEq)]
pub enum JsonValue {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(Text),
    Array(Vec<Json>),
    Object(Vec<(Key, Json)>),
}

/// The name of a property.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub text: Text,
    pub span: Span,
}

/// A string, and where in the file each of its bytes comes from; the last place is that of the closing quote.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub text: String,
    pub places: Vec<u32>,
}

/// Deeper ones are refused before they fill the stack.
const MAX_DEPTH: usize = 64;

/// Reads a text that is one JSON value.
///
/// # Errors
/// What is wrong, pointing at the place.
pub fn parse(text: &str, file: FileId) -> Result<Json, Box<Diagnostic>> {
    let mut reader = Reader { text, bytes: text.as_bytes(), file, at: 0 };
    let value = reader.value(0)?;
    reader.space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => {
            Err(reader.wrong("Something stands behind the end of the JSON value", "not expected here"))
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    file: FileId,
    at: usize,
}

type Read<T> = Result<T, Box<Diagnostic>>;

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// A complaint about the character here.
    fn wrong(&self, summary: &str, label: &str) -> Box<Diagnostic> {
        let end = self.text[self.at.min(self.text.len())..].chars().next().map_or(0, char::len_utf8);
        let span = Span::new(self.file, self.at, self.at + end);
        let problem = Diagnostic::error(summary.to_string()).at(span, label);
        let is_comment =
            ["//", "/*", "#"].iter().any(|sign| self.text[self.at.min(self.text.len())..].starts_with(sign));
        Box::new(match is_comment {
            true => problem.help("A comment is a property of an object: \"//\": \"…\""),
            false => problem,
        })
    }

    fn value(&mut self, depth: usize) -> Read<Json> {
        self.space();
        let start = self.at;
        if depth > MAX_DEPTH {
            return Err(self.wrong("This is nested too deeply", "too deep"));
        }
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => JsonValue::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", JsonValue::Bool(true))?,
            Some(b'f') => self.word("false", JsonValue::Bool(false))?,
            Some(b'n') => self.word("null", JsonValue::Null)?,
            None => return Err(self.wrong("The JSON ends too early", "a value is missing")),
            Some(_) => return Err(self.wrong("This is no JSON value", "no value begins so")),
        };
        Ok(Json { span: Span::new(self.file, start, self.at), value })
    }

    fn word(&mut self, word: &str, value: JsonValue) -> Read<JsonValue> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.wrong("This is no JSON value", "no value begins so"))
    }

    fn number(&mut self) -> Read<JsonValue> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        if serde_json::from_str::<serde_json::Number>(text).is_err() {
            let span = Span::new(self.file, start, self.at);
            return Err(Box::new(Diagnostic::error("This is no number of JSON").at(span, "")));
        }
        Ok(JsonValue::Number(text.to_string()))
    }

    /// Goes over one character; answers where it stands.
    fn pass(&mut self) -> usize {
        self.at += 1;
        self.at - 1
    }

    /// Complains about a comma with nothing behind it.
    fn refuse_last(&self, comma: Option<usize>, what: &str) -> Read<()> {
        let Some(at) = comma else { return Ok(()) };
        let summary = format!("JSON has no comma behind the last {what}");
        Err(Box::new(Diagnostic::error(summary).at(Span::new(self.file, at, at + 1), "remove this comma")))
    }

    fn array(&mut self, depth: usize) -> Read<JsonValue> {
        self.at += 1;
        let mut items = Vec::new();
        let mut comma = None;
        loop {
            self.space();
            if self.peek() == Some(b']') {
                break self.refuse_last(comma, "element of an array")?;
            }
            items.push(self.value(depth + 1)?);
            self.space();
            match self.peek() {
                Some(b',') => comma = Some(self.pass()),
                Some(b']') => break,
                _ => {
                    return Err(
                        self.wrong("A `,` or `]` is missing in this JSON array", "expected before this")
                    );
                }
            }
        }
        self.at += 1;
        Ok(JsonValue::Array(items))
    }

    fn object(&mut self, depth: usize) -> Read<JsonValue> {
        self.at += 1;
        let mut entries = Vec::new();
        let mut comma = None;
        loop {
            self.space();
            if self.peek() == Some(b'}') {
                break self.refuse_last(comma, "property of an object")?;
            }
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.wrong("The name of a property must be in double quotes", "expected a name"));
            }
            let text = self.string()?;
            let key = Key { text, span: Span::new(self.file, start, self.at) };
            self.space();
            if self.peek() != Some(b':') {
                return Err(
                    self.wrong("A `:` is missing behind the name of a property", "expected before this")
                );
            }
            self.at += 1;
            entries.push((key, self.value(depth + 1)?));
            self.space();
            match self.peek() {
                Some(b',') => comma = Some(self.pass()),
                Some(b'}') => break,
                _ => {
                    return Err(
                        self.wrong("A `,` or `}` is missing in this JSON object", "expected before this")
                    );
                }
            }
        }
        self.at += 1;
        Ok(JsonValue::Object(entries))
    }

    fn string(&mut self) -> Read<Text> {
        let open = self.at;
        self.at += 1;
        let mut text = Text { text: String::new(), places: Vec::new() };
        loop {
            let start = self.at;
            let Some(c) = self.text[self.at..].chars().next() else {
                self.at = open;
                return Err(self.wrong("This string is never closed", "opened here"));
            };
            self.at += c.len_utf8();
            let c = match c {
                '"' => {
                    text.places.push(start as u32);
                    return Ok(text);
                }
                '\\' => self.escape(start)?,
                c if (c as u32) < 0x20 => {
                    self.at = start;
                    return Err(self.wrong(
                        "A control character stands in a JSON string",
                        "write it as an escape, such as \\n",
                    ));
                }
                c => c,
            };
            text.text.push(c);
            text.places.extend(std::iter::repeat_n(start as u32, c.len_utf8()));
        }
    }

    fn escape(&mut self, start: usize) -> Read<char> {
        let simple = self.peek();
        self.at += 1;
        let c = match simple {
            Some(c @ (b'"' | b'\\' | b'/')) => Some(c as char),
            Some(b'b') => Some('\u{8}'),
            Some(b'f') => Some('\u{c}'),
            Some(b'n') => Some('\n'),
            Some(b'r') => Some('\r'),
            Some(b't') => Some('\t'),
            Some(b'u') => self.unicode(),
            _ => None,
        };
        c.ok_or_else(|| {
            self.at = start;
            self.wrong("This is no escape of JSON", "not understood")
        })
    }

    fn unicode(&mut self) -> Option<char> {
        let first = self.four()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        if !self.text.get(self.at..)?.starts_with("\\u") {
            return None;
        }
        self.at += 2;
        let second = self.four().filter(|low| (0xdc00..0xe000).contains(low))?;
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
    }

    fn four(&mut self) -> Option<u32> {
        let digits =
            self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}
