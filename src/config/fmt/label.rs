//! A block's label in its usual spelling.

use crate::config::value;
use std::fmt::Write as _;
use unicode_normalization::UnicodeNormalization as _;

/// Escapes of a label (what stands between its quotes) in the form that `terraform fmt` gives them: those that nobody
/// needs are written out. A text with `$` or `%` in it stays as it is.
pub(super) fn usual(label: &str) -> String {
    let plain = label.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'\\');
    if plain || label.contains(['$', '%']) {
        return label.to_string();
    }
    let Some(meant) = unescaped(label) else { return label.to_string() };
    let meant: String = meant.nfc().collect();
    let mut out = String::with_capacity(label.len());
    for c in meant.chars() {
        if c.is_ascii() {
            let quoted = value::quoted(c.encode_utf8(&mut [0; 4]));
            out.push_str(&quoted[1..quoted.len() - 1]);
        } else if is_printed(c) {
            out.push(c);
        } else if c > '\u{ffff}' {
            let _ = write!(out, "\\U{:08x}", c as u32);
        } else {
            let _ = write!(out, "\\u{:04x}", c as u32);
        }
    }
    out
}

/// What a text with escapes means; `None` where one is unknown.
fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next()? {
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            c @ ('"' | '\\') => out.push(c),
            'u' => out.push(code_point(&mut rest, 4)?),
            'U' => out.push(code_point(&mut rest, 8)?),
            _ => return None,
        }
    }
    Some(out)
}

fn code_point(rest: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let text = rest.as_str().get(..digits)?;
    *rest = rest.as_str()[digits..].chars();
    char::from_u32(u32::from_str_radix(text, 16).ok()?)
}

/// Whether a character is a letter, mark, number, sign or symbol: neither a space, nor a control or format character.
fn is_printed(c: char) -> bool {
    // The standard library knows; it escapes a mark only where it begins a text.
    let mut text = String::from("a");
    text.push(c);
    text.escape_debug().count() == 2
}
