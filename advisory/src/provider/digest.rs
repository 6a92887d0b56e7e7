//! A digest that stands beside a document (7.1.18): compared with one that was computed.

/// How a digest is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// `.sha256`
    Sha256,
    /// `.sha512`
    Sha512,
}

/// A digest as its file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest<'a> {
    /// How it was computed.
    pub algorithm: Algorithm,
    /// In hexadecimal.
    pub value: &'a str,
    /// The file that it is of, where it is named.
    pub file: Option<&'a str>,
}

/// Why a digest says nothing for a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// The file is empty or holds something else.
    #[error("the digest is not {expected} hexadecimal digits, a blank, and a file name")]
    Form {
        /// How many digits it must have.
        expected: usize,
    },
    /// It is of another file.
    #[error("the digest is of {0}, not of this document")]
    OtherFile(String),
    /// It does not fit.
    #[error("the document has the digest {computed}, but {listed} is published")]
    Mismatch {
        /// What is published.
        listed: String,
        /// What was computed of the bytes.
        computed: String,
    },
}

impl Algorithm {
    /// What its files' names end in.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Algorithm::Sha256 => ".sha256",
            Algorithm::Sha512 => ".sha512",
        }
    }

    fn digits(self) -> usize {
        match self {
            Algorithm::Sha256 => 64,
            Algorithm::Sha512 => 128,
        }
    }
}

impl<'a> Digest<'a> {
    /// Reads the text of a digest's file: the digest, and the file's name as `sha512sum` writes it.
    ///
    /// # Errors
    ///
    /// A text of another form.
    pub fn parse(text: &'a str, algorithm: Algorithm) -> Result<Digest<'a>, DigestError> {
        let expected = algorithm.digits();
        let form = DigestError::Form { expected };
        let line = text.trim_start_matches('\u{feff}').trim();
        let (value, file) = match line.split_once(char::is_whitespace) {
            Some((value, file)) => (value, Some(file.trim_start().trim_start_matches('*'))),
            None => (line, None),
        };
        let hexadecimal = value.len() == expected && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hexadecimal || file.is_some_and(|file| file.contains(['\n', '\r'])) {
            return Err(form);
        }
        Ok(Digest { algorithm, value, file })
    }

    /// Holds the digest against one that was computed of a document's bytes. The name of the document counts without
    /// its folder.
    ///
    /// # Errors
    ///
    /// A digest of another file, or one that does not fit.
    pub fn check(&self, name: &str, computed: &str) -> Result<(), DigestError> {
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_string();
        if let Some(file) = self.file.filter(|file| last(file) != last(name)) {
            return Err(DigestError::OtherFile(file.to_string()));
        }
        if self.value.eq_ignore_ascii_case(computed) {
            return Ok(());
        }
        Err(DigestError::Mismatch { listed: self.value.to_string(), computed: computed.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_as_tools_write_it_and_compared() {
        let hex = "ab".repeat(32);
        for text in [
            format!("{hex}  2023/a.json\n"),
            format!("{hex} *a.json"),
            hex.clone(),
            format!("\u{feff}{hex}\n"),
        ] {
            let digest = Digest::parse(&text, Algorithm::Sha256).expect(&text);
            assert_eq!(digest.check("white/a.json", &hex.to_uppercase()), Ok(()), "{text}");
            assert!(matches!(digest.check("a.json", &"00".repeat(32)), Err(DigestError::Mismatch { .. })));
        }
        let text = format!("{hex}  b.json");
        let digest = Digest::parse(&text, Algorithm::Sha256).expect("a digest");
        assert_eq!(digest.check("a.json", &hex), Err(DigestError::OtherFile("b.json".into())));
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        let hex = "ab".repeat(32);
        for text in ["", "<html>", &hex[1..], &format!("{hex}  a.json\n{hex}  b.json"), &"zz".repeat(32)] {
            assert_eq!(
                Digest::parse(text, Algorithm::Sha256),
                Err(DigestError::Form { expected: 64 }),
                "{text}"
            );
        }
        assert!(Digest::parse(&hex, Algorithm::Sha512).is_err());
    }
}
