//! Values as an INI inventory writes them: literals of Python, and everything else a string.

use crate::config::number::Number;
use crate::config::value::{Entries, Value, key};

/// How deep lists and maps may lie in each other; deeper is a string.
const DEEPEST: usize = 64;
/// The most digits of a number that Python reads.
const DIGITS: usize = 4300;

/// What a text means: the value of a literal of Python (`80`, `True`, `['a', 'b']`, `80, 443`), or the text itself.
pub(super) fn value(text: &str) -> Value {
    let mut reader = Reader { rest: text.trim_start_matches([' ', '\t']) };
    match reader.items("") {
        Some((items, commas)) if reader.ended() => match (items.len(), commas) {
            (1, false) => items.into_iter().next().unwrap_or(Value::NULL),
            (0, _) => Value::string(text),
            _ => Value::tuple(items),
        },
        _ => Value::string(text),
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    /// Whether nothing but a comment is left.
    fn ended(&mut self) -> bool {
        self.blanks(false);
        self.rest.is_empty() || self.rest.starts_with('#')
    }

    /// Passes over blanks; within brackets, over the ends of lines too.
    fn blanks(&mut self, inside: bool) {
        self.rest =
            self.rest.trim_start_matches(|c| matches!(c, ' ' | '\t') || inside && matches!(c, '\n' | '\r'));
    }

    fn eat(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Items between commas, up to `close` or the end of the text, and whether there was a comma.
    fn items(&mut self, close: &str) -> Option<(Vec<Value>, bool)> {
        self.items_at(close, 0)
    }

    fn items_at(&mut self, close: &str, depth: usize) -> Option<(Vec<Value>, bool)> {
        let (mut items, mut commas) = (Vec::new(), false);
        loop {
            self.blanks(!close.is_empty());
            let closed = if close.is_empty() { self.ended() } else { self.eat(close) };
            if closed {
                return Some((items, commas));
            }
            items.push(self.one(depth)?);
            self.blanks(!close.is_empty());
            if self.eat(",") {
                commas = true;
            } else {
                let closed = if close.is_empty() { self.ended() } else { self.eat(close) };
                return closed.then_some((items, commas));
            }
        }
    }

    fn one(&mut self, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        if self.eat("[") {
            return self.items_at("]", depth + 1).map(|(items, _)| Value::tuple(items));
        }
        if self.eat("(") {
            let (items, commas) = self.items_at(")", depth + 1)?;
            return match items.len() {
                1 if !commas => items.into_iter().next(),
                0 if commas => None,
                _ => Some(Value::tuple(items)),
            };
        }
        if self.eat("{") {
            return self.map(depth + 1);
        }
        if let Some(text) = self.text() {
            return Some(Value::string(text));
        }
        self.word()
    }

    /// A number with its sign, or one of the names that are values.
    fn word(&mut self) -> Option<Value> {
        // Blanks may stand behind a sign.
        let (sign, unsigned) = match self.rest.strip_prefix(['-', '+']) {
            Some(rest) => (&self.rest[..1], rest.trim_start_matches([' ', '\t'])),
            None => ("", self.rest),
        };
        let is_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '+' | '-');
        let end = unsigned.find(|c: char| !is_of_word(c)).unwrap_or(unsigned.len());
        let (word, rest) = unsigned.split_at(end);
        let value = match (sign, word) {
            ("", "True") => Value::bool(true),
            ("", "False") => Value::bool(false),
            ("", "None") => Value::NULL,
            ("", "...") => Value::string("..."),
            (sign, digits) => Value::number(number(sign, digits)?),
        };
        self.rest = rest;
        Some(value)
    }

    /// A map, whose keys are strings or numbers; or a set, which is a list here.
    fn map(&mut self, depth: usize) -> Option<Value> {
        let (mut entries, mut items) = (Entries::new(), Vec::new());
        loop {
            self.blanks(true);
            if self.eat("}") {
                break;
            }
            let first = self.one(depth)?;
            self.blanks(true);
            if self.eat(":") {
                self.blanks(true);
                let name = match (first.as_str(), first.as_number()) {
                    (Some(text), _) => text.to_string(),
                    (_, Some(number)) => number.to_string(),
                    _ => return None,
                };
                entries.insert(key(&name), self.one(depth)?);
            } else {
                items.push(first);
            }
            self.blanks(true);
            if !self.eat(",") {
                if !self.eat("}") {
                    return None;
                }
                break;
            }
        }
        match (entries.is_empty(), items.is_empty()) {
            (_, true) => Some(Value::object(entries)),
            (true, false) => Some(Value::tuple(items)),
            (false, false) => None,
        }
    }

    /// Strings, several in a row being one.
    fn text(&mut self) -> Option<String> {
        let mut whole: Option<String> = None;
        while let Some(part) = self.part() {
            whole.get_or_insert_default().push_str(&part);
            self.blanks(false);
        }
        whole
    }

    fn part(&mut self) -> Option<String> {
        let signed =
            |signs: [char; 2]| self.rest.strip_prefix(signs).filter(|body| body.starts_with(['\'', '"']));
        let raw = signed(['r', 'R']);
        let body = raw.or_else(|| signed(['u', 'U'])).unwrap_or(self.rest);
        let quote = body.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let body = &body[1..];
        // Three quotes may hold ends of lines: nobody writes that on one line.
        if body.starts_with(&format!("{quote}{quote}")[..]) {
            return None;
        }
        let mut text = String::new();
        let mut chars = body.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                c if c == quote => {
                    self.rest = &body[at + 1..];
                    return Some(text);
                }
                '\n' => return None,
                '\\' if raw.is_some() => {
                    text.push('\\');
                    text.push(chars.next()?.1);
                }
                '\\' => escaped(&mut chars, &mut text)?,
                other => text.push(other),
            }
        }
        None
    }
}

/// What a backslash and what follows it stand for.
fn escaped(chars: &mut std::str::CharIndices<'_>, text: &mut String) -> Option<()> {
    let (_, c) = chars.next()?;
    let mut hex = |digits: usize| {
        let code: Option<String> = (0..digits).map(|_| chars.next().map(|(_, c)| c)).collect();
        char::from_u32(u32::from_str_radix(&code?, 16).ok()?)
    };
    let one = match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '\\' | '\'' | '"' => c,
        'x' => hex(2)?,
        'u' => hex(4)?,
        'U' => hex(8)?,
        // Names of characters, and numbers of base eight: so rare that the text is left as it is.
        'N' | '0'..='7' => return None,
        other => {
            text.push('\\');
            other
        }
    };
    text.push(one);
    Some(())
}

/// A number of Python: decimal with or without a point, or with `0x`, `0o`, `0b`; `_` between digits.
fn number(sign: &str, digits: &str) -> Option<Number> {
    let sign = sign.trim_start_matches('+');
    let underscores = digits.contains("__") || digits.ends_with('_') || digits.starts_with('_');
    if underscores || digits.len() > DIGITS {
        return None;
    }
    let lower = digits.to_ascii_lowercase();
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)];
    if let Some((rest, base)) =
        radix.iter().find_map(|(mark, base)| Some((lower.strip_prefix(mark)?.replace('_', ""), *base)))
    {
        let fits = !rest.is_empty() && rest.chars().all(|c| c.is_digit(base));
        return fits.then(|| Number::parse_radix(&format!("{sign}{rest}"), base).ok())?;
    }
    let plain = lower.replace('_', "");
    let point = plain.contains(['.', 'e']);
    let zeros = plain.starts_with('0') && !plain.bytes().all(|b| b == b'0');
    let begins = plain.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let letters = plain.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'+' | b'-'));
    if !begins || !letters || zeros && !point {
        return None;
    }
    if !point {
        return format!("{sign}{plain}").parse().ok();
    }
    // A number with a point is a double, and nothing more exact.
    let double = format!("{sign}{plain}").parse::<f64>().ok().filter(|double| double.is_finite())?;
    double.to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn literals_are_those_of_python() {
        let rows = [
            ("80", "80"),
            (" -7", "-7"),
            ("1_000", "1000"),
            ("0x1F", "31"),
            ("-0b11", "-3"),
            ("00", "0"),
            ("1.50", "1.5"),
            (".5", "0.5"),
            ("1e3", "1000"),
            ("True", "true"),
            ("None", "null"),
            ("'a b'", r#""a b""#),
            (r#""a\tb\x41\u00e9""#, "\"a\\tbA\u{e9}\""),
            ("'a' \"b\"", r#""ab""#),
            ("r'a\\n'", r#""a\\n""#),
            ("[1, 'a', [True]]", r#"[1,"a",[true]]"#),
            ("{'a': 1, 2: [3]}", r#"{"2":[3],"a":1}"#),
            ("{1, 2}", "[1,2]"),
            ("{}", "{}"),
            ("()", "[]"),
            ("(1)", "1"),
            ("(1,)", "[1]"),
            ("80, 443", "[80,443]"),
            ("80,", "[80]"),
            ("1 # one", "1"),
            ("- 5", "-5"),
        ];
        for (text, json) in rows {
            assert_eq!(value(text).to_json().to_string(), json, "{text}");
        }
    }

    #[test]
    fn everything_else_is_a_string() {
        for text in [
            "",
            "web1",
            "true",
            "010",
            "1 2",
            "a,b",
            "[a]",
            "[1",
            "{'a'}x",
            "{'a': 1, 2}",
            "1__0",
            "--1",
            "1.2.3.4",
            "0x",
            "'a",
            "'\\400'",
            "/etc/x # y",
            "{{ name }}",
            "1e999",
            ",",
            "(,)",
            "__import__('os')",
            "'a'.b",
            "[1]]",
            "é",
            "r",
            "u",
        ] {
            assert_eq!(value(text).as_str(), Some(text), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(value(&deep).as_str(), Some(deep.as_str()));
        let digits = "9".repeat(5000);
        assert_eq!(value(&digits).as_str(), Some(digits.as_str()));
    }

    proptest! {
        #[test]
        fn any_text_means_something(text in r#"[ \[\](){}'"a1,:\\ru#.eé-]{0,24}|.{0,24}"#) {
            let _ = value(&text);
        }
    }
}
