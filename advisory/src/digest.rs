//! Digests as data: what somebody published, and what was computed of the bytes that came.

use std::fmt;

/// How a digest is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// MD5, of old repositories.
    Md5,
    /// SHA-1, of old repositories.
    Sha1,
    /// SHA-224
    Sha224,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

/// The algorithms with their names and the number of hexadecimal digits.
const ALGORITHMS: [(Algorithm, &str, usize); 6] = [
    (Algorithm::Md5, "md5", 32),
    (Algorithm::Sha1, "sha1", 40),
    (Algorithm::Sha224, "sha224", 56),
    (Algorithm::Sha256, "sha256", 64),
    (Algorithm::Sha384, "sha384", 96),
    (Algorithm::Sha512, "sha512", 128),
];

impl Algorithm {
    /// By its name, as repositories write it: `sha256`; `sha` is SHA-1.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Algorithm> {
        let name = if name == "sha" { "sha1" } else { name };
        ALGORITHMS.iter().find(|(_, known, _)| *known == name).map(|(algorithm, ..)| *algorithm)
    }

    /// Its name, and how many hexadecimal digits a digest has.
    fn row(self) -> (&'static str, usize) {
        let row = ALGORITHMS.iter().find(|(algorithm, ..)| *algorithm == self);
        row.map_or(("", 0), |(_, name, digits)| (*name, *digits))
    }

    /// How many hexadecimal digits a digest has.
    #[must_use]
    pub fn digits(self) -> usize {
        self.row().1
    }
}

impl fmt::Display for Algorithm {
    /// `sha256`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().0)
    }
}

/// A digest of the form of its algorithm. Two are equal if they are of the same algorithm and bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    algorithm: Algorithm,
    /// In lower case.
    hex: String,
}

impl Digest {
    /// A digest in hexadecimal, of either case; none where it has not the digits of its algorithm.
    #[must_use]
    pub fn new(algorithm: Algorithm, hex: &str) -> Option<Digest> {
        let formed = hex.len() == algorithm.digits() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        formed.then(|| Digest { algorithm, hex: hex.to_ascii_lowercase() })
    }

    /// How it was computed.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// In lower-case hexadecimal.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.hex
    }
}

impl fmt::Display for Digest {
    /// `sha256 ab…`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.algorithm, self.hex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_has_the_digits_of_its_algorithm() {
        for (algorithm, name, digits) in ALGORITHMS {
            let hex = "aB".repeat(digits / 2);
            let digest = Digest::new(algorithm, &hex).expect("a digest");
            assert_eq!(digest.to_string(), format!("{name} {}", hex.to_lowercase()));
            assert_eq!(Algorithm::of_name(name), Some(algorithm));
            assert_eq!(Digest::new(algorithm, &hex[1..]), None);
            assert_eq!(Digest::new(algorithm, &"z".repeat(digits)), None);
        }
        assert_eq!((Algorithm::of_name("sha"), Algorithm::of_name("crc")), (Some(Algorithm::Sha1), None));
    }
}
