//! The file of a digest that stands beside a document (7.1.18).

use crate::digest::{Algorithm, Digest};
use crate::fault::Fault;
use crate::input;

const WHAT: &str = "digest file";

/// The most bytes that are read: a digest and a file's name.
const MOST_BYTES: usize = 64 << 10;

/// A digest as its file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestFile<'a> {
    /// The digest.
    pub digest: Digest,
    /// The file that it is of, where it is named.
    pub file: Option<&'a str>,
}

/// Why a digest says nothing for a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// It is of another file.
    #[error("the digest is of {0}, not of this document")]
    OtherFile(String),
    /// It does not fit.
    #[error("the document has the digest {computed}, but {listed} is published")]
    Mismatch {
        /// What is published.
        listed: Digest,
        /// What was computed of the bytes.
        computed: Digest,
    },
}

impl<'a> DigestFile<'a> {
    /// What the names of such files end in.
    pub const SUFFIXES: [(Algorithm, &'static str); 2] =
        [(Algorithm::Sha256, ".sha256"), (Algorithm::Sha512, ".sha512")];

    /// Reads the digest, and the file's name as `sha512sum` writes it.
    ///
    /// # Errors
    ///
    /// Bytes that are no text, or of another form.
    pub fn read(bytes: &'a [u8], algorithm: Algorithm) -> Result<DigestFile<'a>, Fault> {
        let text = input::text(WHAT, bytes, MOST_BYTES)?.trim();
        let (value, file) = match text.split_once(char::is_whitespace) {
            Some((value, file)) => (value, Some(file.trim_start().trim_start_matches('*'))),
            None => (text, None),
        };
        let digest =
            Digest::new(algorithm, value).filter(|_| !file.is_some_and(|file| file.contains(['\n', '\r'])));
        let digest = digest.ok_or_else(|| {
            let digits = algorithm.digits();
            Fault::whole(WHAT, format!("it is not {digits} hexadecimal digits, a blank, and a file name"))
        })?;
        Ok(DigestFile { digest, file })
    }

    /// Holds the digest against one that was computed of a document's bytes. The name of the document counts without
    /// its folder.
    ///
    /// # Errors
    ///
    /// A digest of another file, or one that does not fit.
    pub fn check(&self, name: &str, computed: &Digest) -> Result<(), DigestError> {
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_string();
        if let Some(file) = self.file.filter(|file| last(file) != last(name)) {
            return Err(DigestError::OtherFile(file.to_string()));
        }
        if self.digest == *computed {
            return Ok(());
        }
        Err(DigestError::Mismatch { listed: self.digest.clone(), computed: computed.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_as_tools_write_it_and_compared() {
        let hex = "ab".repeat(32);
        let of = |hex: &str| Digest::new(Algorithm::Sha256, hex).expect("a digest");
        for text in [
            format!("{hex}  2023/a.json\n"),
            format!("{hex} *a.json"),
            hex.clone(),
            format!("\u{feff}{hex}\n"),
        ] {
            let file = DigestFile::read(text.as_bytes(), Algorithm::Sha256).expect(&text);
            assert_eq!(file.check("white/a.json", &of(&hex.to_uppercase())), Ok(()), "{text}");
            let other = file.check("a.json", &of(&"00".repeat(32)));
            assert!(matches!(other, Err(DigestError::Mismatch { .. })));
        }
        let text = format!("{hex}  b.json");
        let file = DigestFile::read(text.as_bytes(), Algorithm::Sha256).expect("a digest");
        assert_eq!(file.check("a.json", &of(&hex)), Err(DigestError::OtherFile("b.json".into())));
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        let hex = "ab".repeat(32);
        for text in ["", "<html>", &hex[1..], &format!("{hex}  a.json\n{hex}  b.json"), &"zz".repeat(32)] {
            let fault = DigestFile::read(text.as_bytes(), Algorithm::Sha256).expect_err(text).to_string();
            assert_eq!(fault, "digest file: it is not 64 hexadecimal digits, a blank, and a file name");
        }
        assert!(DigestFile::read(hex.as_bytes(), Algorithm::Sha512).is_err());
    }
}
