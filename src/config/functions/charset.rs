//! Texts in other character encodings: `textencodebase64`, `textdecodebase64`.

use super::Takes::Text;
use super::base64;
use super::text::text;
use super::{Done, Fault, Function, param, plain};
use crate::config::value::{Value, quoted};
use encoding_rs::{EncoderResult, Encoding};

pub(super) const FUNCTIONS: &[Function] = &[
    plain("textencodebase64", &[param("text", Text), param("encoding", Text)], textencodebase64)
        .told(
            "the text in another character encoding (`UTF-16LE`, `ISO-8859-1`, `Shift_JIS`, \
…), in base64",
            "textencodebase64(\"db\", \"UTF-16LE\")",
            "\"ZABiAA==\"",
        )
        .gives("string", &["any text", "an encoding's name in the list of IANA, such as `UTF-16LE`"]),
    plain("textdecodebase64", &[param("text", Text), param("encoding", Text)], textdecodebase64)
        .told(
            "the text that base64 of another character encoding writes",
            "textdecodebase64(\"ZABiAA==\", \"UTF-16LE\")",
            "\"db\"",
        )
        .gives(
            "string",
            &[
                "base64 of a text in that encoding",
                "an encoding's name in the list of IANA, such as `UTF-16LE`",
            ],
        ),
];

/// A character encoding.
enum Charset {
    /// One byte for each of the first so many characters.
    First(u32),
    /// Two bytes and more; big-endian, or little-endian; with a mark of the order at the beginning.
    Utf16 { big: bool, mark: bool },
    /// One of those that browsers know.
    Web(&'static Encoding),
}

/// The encoding of a name that IANA registers. Browsers read Latin 1 and ASCII as a Windows encoding: not here.
fn charset(args: &[Value]) -> Result<Charset, Fault> {
    let name = text(args, 1);
    Ok(match name.to_ascii_lowercase().as_str() {
        "us-ascii" | "ascii" | "ansi_x3.4-1968" | "iso646-us" => Charset::First(0x80),
        "iso-8859-1" | "iso_8859-1" | "iso_8859-1:1987" | "latin1" | "l1" | "cp819" | "ibm819" => {
            Charset::First(0x100)
        }
        "utf-16" => Charset::Utf16 { big: true, mark: true },
        "utf-16be" => Charset::Utf16 { big: true, mark: false },
        "utf-16le" => Charset::Utf16 { big: false, mark: false },
        _ => Charset::Web(Encoding::for_label_no_replacement(name.as_bytes()).ok_or_else(|| {
            let problem = format!("there is no encoding {}", quoted(name));
            Fault::at(1, format!("{problem}; use a name that IANA registers, such as UTF-16LE or ISO-8859-1"))
        })?),
    })
}

fn textencodebase64(args: &[Value]) -> Done {
    let source = text(args, 0);
    let bytes = match charset(args)? {
        Charset::First(limit) => source.chars().map(|c| in_one_byte(c, limit)).collect::<Result<_, _>>(),
        Charset::Utf16 { big, mark } => Ok(to_utf16(source, big, mark)),
        Charset::Web(encoding) => encoded(source, encoding),
    };
    let name = quoted(text(args, 1));
    let bytes =
        bytes.map_err(|c| Fault::at(0, format!("the character {c:?} cannot be written in {name}")))?;
    Ok(Value::string(base64::encode(&bytes)))
}

fn in_one_byte(c: char, limit: u32) -> Result<u8, char> {
    let code = c as u32;
    u8::try_from(code).ok().filter(|_| code < limit).ok_or(c)
}

fn to_utf16(source: &str, big: bool, mark: bool) -> Vec<u8> {
    let first = mark.then_some('\u{feff}' as u16);
    let units = first.into_iter().chain(source.encode_utf16());
    units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

/// Fails with the first character that the encoding does not have.
fn encoded(source: &str, encoding: &'static Encoding) -> Result<Vec<u8>, char> {
    if let Some(c) = source.chars().find(|c| is_hole(*c, encoding)) {
        return Err(c);
    }
    let mut encoder = encoding.new_encoder();
    let mut out = Vec::new();
    let mut rest = source;
    loop {
        let needed = encoder.max_buffer_length_from_utf8_without_replacement(rest.len());
        out.reserve(needed.unwrap_or(rest.len().saturating_mul(4)).max(16));
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut out, true);
        rest = &rest[read..];
        match result {
            EncoderResult::InputEmpty => return Ok(out),
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(c) => return Err(c),
        }
    }
}

/// Browsers fill the holes of the Windows encodings with control characters; elsewhere they mean nothing.
fn is_hole(c: char, encoding: &'static Encoding) -> bool {
    matches!(c, '\u{80}'..='\u{9f}') && encoding.name().starts_with("windows-")
}

fn textdecodebase64(args: &[Value]) -> Done {
    let bytes = base64::argument(args, 0)?;
    let decoded = match charset(args)? {
        Charset::First(limit) => {
            let all_known = bytes.iter().all(|b| u32::from(*b) < limit);
            all_known.then(|| bytes.iter().map(|b| char::from(*b)).collect())
        }
        Charset::Utf16 { big, mark } => from_utf16(&bytes, big, mark),
        Charset::Web(encoding) => {
            let decoded = encoding.decode_without_bom_handling_and_without_replacement(&bytes);
            decoded.filter(|text| !text.chars().any(|c| is_hole(c, encoding))).map(Into::into)
        }
    };
    let name = quoted(text(args, 1));
    decoded
        .map(|text: String| Value::string(text))
        .ok_or_else(|| Fault::at(0, format!("what it encodes is no text in {name}")))
}

fn from_utf16(bytes: &[u8], big: bool, mark: bool) -> Option<String> {
    let (big, bytes) = match bytes {
        [0xfe, 0xff, rest @ ..] if mark => (true, rest),
        [0xff, 0xfe, rest @ ..] if mark => (false, rest),
        _ => (big, bytes),
    };
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let unit = |two: &[u8]| {
        let two = [two[0], two[1]];
        if big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) }
    };
    char::decode_utf16(pairs.map(unit)).collect::<Result<_, _>>().ok()
}
