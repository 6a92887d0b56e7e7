//! The bytes of a feed as text, within a limit.

use crate::fault::Fault;

/// The most bytes of a feed that has no limit of its own: some times the largest that is published.
pub const MOST_BYTES: usize = 1 << 30;

/// The text, without a byte order mark.
///
/// # Errors
///
/// More than `most` bytes, another encoding than UTF-8, or a NUL byte, which no feed has.
pub fn text<'a>(what: &'static str, bytes: &'a [u8], most: usize) -> Result<&'a str, Fault> {
    if bytes.len() > most {
        let reason = format!("{} bytes are more than the {most} that are read here", bytes.len());
        return Err(Fault::whole(what, reason));
    }
    let plain = unmarked(what, bytes)?;
    let before = bytes.len() - plain.len();
    let fault = |at: usize, reason: &str| {
        Fault::line(what, line(plain, at), format!("byte {} {reason}", before + at))
    };
    let text = std::str::from_utf8(plain).map_err(|error| fault(error.valid_up_to(), "is not UTF-8"))?;
    match memchr::memchr(0, plain) {
        Some(at) => Err(fault(at, "is NUL; this is no text")),
        None => Ok(text),
    }
}

/// The bytes without the mark that UTF-8 may begin with; those of other encodings are refused.
pub(crate) fn unmarked<'a>(what: &'static str, bytes: &'a [u8]) -> Result<&'a [u8], Fault> {
    const WIDE: [&[u8]; 3] = [b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"];
    if WIDE.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(Fault::line(what, 1, "the text is UTF-16 or UTF-32; it is read as UTF-8 only"));
    }
    Ok(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// The line, from 1, that a byte stands in.
fn line(bytes: &[u8], at: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &bytes[..at]).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_utf8_within_the_limit_is_text() {
        assert_eq!(text("feed", b"\xef\xbb\xbfa", 9), Ok("a"));
        let refused = |bytes: &[u8]| text("feed", bytes, 9).unwrap_err().to_string();
        assert_eq!(refused(&[b' '; 10]), "feed: 10 bytes are more than the 9 that are read here");
        let wide = "feed, line 1: the text is UTF-16 or UTF-32; it is read as UTF-8 only";
        assert_eq!(refused(b"\xff\xfea\0"), wide);
        assert_eq!(refused(b"\n\na\xffb"), "feed, line 3: byte 3 is not UTF-8");
        assert_eq!(refused(b"a\nb\0"), "feed, line 2: byte 3 is NUL; this is no text");
        assert_eq!(refused(b"\xef\xbb\xbfa\0"), "feed, line 1: byte 4 is NUL; this is no text");
    }
}
