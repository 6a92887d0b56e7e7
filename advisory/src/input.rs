//! The bytes of a feed as text, within a limit.

/// Why bytes are not read as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// More bytes than the reader takes.
    #[error("{found} bytes are more than the {most} that are read here")]
    TooLarge {
        /// How many there are.
        found: usize,
        /// How many are read.
        most: usize,
    },
    /// Begins with the mark of UTF-16 or UTF-32.
    #[error("the text is UTF-16 or UTF-32; it is read as UTF-8 only")]
    Wide,
    /// Not UTF-8.
    #[error("byte {at} is not UTF-8")]
    NotUtf8 {
        /// How many bytes stand before it.
        at: usize,
    },
    /// A NUL byte, which no feed of text has.
    #[error("byte {at} is NUL; this is no text")]
    Nul {
        /// How many bytes stand before it.
        at: usize,
    },
}

/// The text, without a byte order mark.
///
/// # Errors
///
/// More than `most` bytes, another encoding than UTF-8, or a NUL byte.
pub fn text(bytes: &[u8], most: usize) -> Result<&str, InputError> {
    if bytes.len() > most {
        return Err(InputError::TooLarge { found: bytes.len(), most });
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.starts_with(b"\0\0\xfe\xff")
    {
        return Err(InputError::Wide);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| InputError::NotUtf8 { at: error.valid_up_to() })?;
    if let Some(at) = text.find('\0') {
        return Err(InputError::Nul { at });
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_utf8_within_the_limit_is_text() {
        assert_eq!(text(b"\xef\xbb\xbfa", 9), Ok("a"));
        assert_eq!(text(b"abc", 2), Err(InputError::TooLarge { found: 3, most: 2 }));
        assert_eq!(text(b"\xff\xfea\0", 9), Err(InputError::Wide));
        assert_eq!(text(b"a\xffb", 9), Err(InputError::NotUtf8 { at: 1 }));
        assert_eq!(text(b"ab\0", 9), Err(InputError::Nul { at: 2 }));
    }
}
