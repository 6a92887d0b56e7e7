//! Base64 and what is written in it: `base64encode`, `base64decode`, `base64gzip`.

use super::Takes::Text;
use super::text::text;
use super::{Done, Fault, Function, param, plain};
use crate::config::value::Value;
use flate2::{Compress, Compression, Crc, FlushCompress};

pub(super) const FUNCTIONS: &[Function] = &[
    plain("base64encode", &[param("text", Text)], |a| Ok(Value::string(encode(text(a, 0).as_bytes()))))
        .told("the text in base64", "base64encode(\"patchform\")", "\"cGF0Y2hmb3Jt\"")
        .gives("string", &["any text"]),
    plain("base64decode", &[param("text", Text)], base64decode)
        .told("the text that base64 writes", "base64decode(\"cGF0Y2hmb3Jt\")", "\"patchform\"")
        .gives("string", &["base64 of a text in UTF-8"]),
    plain("base64gzip", &[param("text", Text)], |a| Ok(Value::string(encode(&gzip(text(a, 0).as_bytes())))))
        .told("the text compressed with gzip, in base64", "length(base64gzip(\"patchform\"))", "52")
        .gives("string", &["any text"]),
];

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648, section 4, with padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |w, b| (w << 8) | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let letter = ALPHABET[(word >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

/// The bytes of base64; line breaks are ignored, as in Go. `None` if it is none.
pub(super) fn decode(source: &str) -> Option<Vec<u8>> {
    let source: Vec<u8> = source.bytes().filter(|b| !matches!(b, b'\n' | b'\r')).collect();
    let body = source.strip_suffix(b"==").or_else(|| source.strip_suffix(b"=")).unwrap_or(&source);
    if !source.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(body.len() * 3 / 4);
    for chunk in body.chunks(4) {
        let mut word = 0_u32;
        for byte in chunk {
            word = (word << 6) | six_bits(*byte)?;
        }
        word <<= 6 * (4 - chunk.len());
        bytes.extend_from_slice(&word.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}

/// What a letter of the alphabet stands for.
fn six_bits(letter: u8) -> Option<u32> {
    let value = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// The bytes of an argument in base64.
pub(super) fn argument(args: &[Value], index: usize) -> Result<Vec<u8>, Fault> {
    decode(text(args, index))
        .ok_or_else(|| Fault::at(index, "this is no valid base64 (RFC 4648, with padding)"))
}

fn base64decode(args: &[Value]) -> Done {
    String::from_utf8(argument(args, 0)?)
        .map(Value::string)
        .map_err(|_| Fault::at(0, "what it encodes is no UTF-8 text; binary data cannot be held in a string"))
}

/// RFC 1952, framed as Go's writer does when it is flushed before it is closed: no name, no time, no system.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    if bytes.is_empty() {
        out.extend([0, 0, 0, 0xff, 0xff]);
    } else {
        out.extend(deflated(bytes));
    }
    // A last block that holds nothing.
    out.extend([1, 0, 0, 0xff, 0xff]);
    let mut crc = Crc::new();
    crc.update(bytes);
    out.extend(crc.sum().to_le_bytes());
    out.extend((bytes.len() as u32).to_le_bytes());
    out
}

/// Deflated, and flushed to a whole byte.
fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut compress = Compress::new(Compression::default(), false);
    let mut out = Vec::with_capacity(bytes.len() / 2 + 64);
    loop {
        let begun = compress.total_in() as usize;
        // Memory is all that can lack; `reserve` sees to it.
        let _ = compress.compress_vec(&bytes[begun..], &mut out, FlushCompress::Sync);
        if compress.total_in() as usize == bytes.len() && out.len() < out.capacity() {
            return out;
        }
        out.reserve(out.capacity().max(1024));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn base64_is_its_own_inverse() {
        for s in ["", "f", "fo", "foo", "foob", "fooba", "foobar", "ä→😀"] {
            assert_eq!(decode(&encode(s.as_bytes())), Some(s.as_bytes().to_vec()));
        }
        for bad in ["a", "ab=a", "====", "a*=="] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_zipped_comes_back() {
        let noise: Vec<u8> = (0..300_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for bytes in [&b""[..], b"a", &[b'x'; 100_000], &noise] {
            let mut back = Vec::new();
            flate2::read::GzDecoder::new(&gzip(bytes)[..]).read_to_end(&mut back).expect("valid");
            assert_eq!(back, bytes);
        }
    }
}
