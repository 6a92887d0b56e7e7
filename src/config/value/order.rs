//! The order of a set's elements: that in which Terraform goes through them. Strings, numbers and bools have an order of
//! their own; anything else stands in that of the bytes which cty makes of it for its hash (`makeSetHashBytes`).

use super::{Data, Value};
use crate::config::number::Number;

/// Digits that Go's `big.Float.String` writes.
const DIGITS: usize = 10;

/// Brings elements into order. Null stands last; equal elements stand together.
pub(super) fn sort(items: &mut [Value]) {
    if items.iter().all(is_simple) {
        items.sort_by(|a, b| a.is_null().cmp(&b.is_null()).then_with(|| a.cmp(b)));
    } else {
        items.sort_by_cached_key(|item| (item.is_null(), rendered(item), item.clone()));
    }
}

fn is_simple(value: &Value) -> bool {
    matches!(value.data(), Data::Null(_) | Data::Bool(_) | Data::Number(_) | Data::String(_))
}

fn rendered(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value.data() {
        Data::Null(_) => out.push('~'),
        Data::Bool(b) => out.push(if *b { 'T' } else { 'F' }),
        Data::Number(n) => out.push_str(&number(n)),
        Data::String(s) => quoted(s, out),
        Data::Block(block) => quoted(&block.name, out),
        Data::List(s) | Data::Set(s) => sequence('[', &s.items, ']', out),
        Data::Tuple(s) => sequence('<', &s.items, '>', out),
        Data::Object(t) => sequence('<', t.values(), '>', out),
        Data::Map(t) => {
            out.push('{');
            for (key, item) in t.iter() {
                quoted(key, out);
                out.push(':');
                write(item, out);
                out.push(';');
            }
            out.push('}');
        }
    }
}

fn sequence<'v>(open: char, items: impl IntoIterator<Item = &'v Value>, close: char, out: &mut String) {
    out.push(open);
    for item in items {
        write(item, out);
        out.push(';');
    }
    out.push(close);
}

/// As `%.10g` of Go's `big.Float` writes it.
fn number(n: &Number) -> String {
    let (mantissa, exponent) = n.to_scientific(DIGITS - 1);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", &*mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let digits = match digits.trim_end_matches('0') {
        "" => "0",
        digits => digits,
    };
    let before = exponent + 1;
    let few = digits.len() as i64;
    let most = if DIGITS as i64 > few && few >= before { few } else { DIGITS as i64 };
    if exponent < -4 || exponent >= most {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let direction = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}e{direction}{:02}", exponent.unsigned_abs());
    }
    let plain = match usize::try_from(before) {
        Ok(before) if before >= digits.len() => format!("{digits:0<before$}"),
        Ok(before) if before > 0 => format!("{}.{}", &digits[..before], &digits[before..]),
        _ => format!("0.{}{digits}", "0".repeat(before.unsigned_abs() as usize)),
    };
    format!("{sign}{plain}")
}

/// As Go's `%q` writes it.
fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) < 0x80 => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if u32::from(c) < 0x1_0000 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    out.push('"');
}

/// Letters, marks, numbers, punctuation, symbols and the plain space. Behind another letter the library escapes no mark.
fn is_printable(c: char) -> bool {
    let mut buffer = [b'a'; 5];
    let length = c.encode_utf8(&mut buffer[1..]).len();
    match std::str::from_utf8(&buffer[..=length]) {
        Ok(behind) if !c.is_ascii() => behind.escape_debug().count() == 2,
        _ => c == ' ' || c.is_ascii_graphic(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_go_writes_them() {
        for (n, go) in [
            ("0", "0"),
            ("100", "100"),
            ("-5", "-5"),
            ("0.1", "0.1"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("1.5", "1.5"),
            ("123456", "123456"),
            ("1234567890", "1234567890"),
            ("12345678901", "1.23456789e+10"),
            ("1e10", "1e+10"),
            ("1e100", "1e+100"),
            ("9999999999.9", "1e+10"),
        ] {
            assert_eq!(number(&n.parse().expect(n)), go, "{n}");
        }
    }

    #[test]
    fn texts_as_go_quotes_them() {
        let mut out = String::new();
        quoted("a\"\\\n\u{1}é\u{301}\u{a0}\u{e000}\u{10ffff} ", &mut out);
        assert_eq!(out, "\"a\\\"\\\\\\n\\x01é\u{301}\\u00a0\\ue000\\U0010ffff \"");
    }
}
