//! Digests that only who has a key can make. A file may hold a short secret, and whoever has its plain digest can try all
//! that it may be; a plan goes to many hands, and the key stays beside the state.

use super::Input;
use hmac::{Hmac, Mac as _};
use patchform_sdk::digest;
use sha2::Sha256;
use std::fmt::Write as _;

/// What tells whether a file holds, or a server answers, what it did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Digest {
    /// SHA-256, as 64 lower-case hex digits.
    Plain(String),
    /// HMAC-SHA-256 (RFC 2104) of the plain one's digits, under a key.
    Keyed {
        /// The key's name.
        key: String,
        /// As 64 lower-case hex digits.
        hmac_sha256: String,
    },
}

impl Digest {
    /// That of what was read, if it was.
    pub(super) fn of<E>(read: &Result<Vec<u8>, E>) -> Option<Digest> {
        read.as_ref().ok().map(|bytes| Digest::Plain(digest::of_bytes(bytes)))
    }

    fn keyed(self, key: &Key) -> Digest {
        match self {
            Digest::Plain(sha256) => key.digest(&sha256),
            keyed @ Digest::Keyed { .. } => keyed,
        }
    }

    fn is_by(&self, key: &Key) -> bool {
        matches!(self, Digest::Keyed { key: name, .. } if *name == key.name)
    }
}

/// A key, and its name, which tells nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    name: String,
    secret: String,
}

impl Key {
    /// The key that is this text: random, and long enough that nobody can try all.
    pub fn new(secret: String) -> Key {
        let name = digest::of_bytes(format!("the name of the key {secret}").as_bytes());
        Key { name: name.chars().take(16).collect(), secret }
    }

    fn digest(&self, text: &str) -> Digest {
        // A key of any length will do.
        let made = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).map(|mut mac| {
            mac.update(text.as_bytes());
            mac.finalize().into_bytes()
        });
        let hex = made.into_iter().flatten().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Digest::Keyed { key: self.name.clone(), hmac_sha256: hex }
    }
}

impl Input {
    /// As a plan holds it: with the key's digest in place of a plain one.
    #[must_use]
    pub fn keyed(self, key: &Key) -> Input {
        let keyed = |digest: Option<Digest>| digest.map(|digest| digest.keyed(key));
        match self {
            Input::Content { path, digest } => Input::Content { path, digest: keyed(digest) },
            Input::Answer { request, digest } => Input::Answer { request, digest: keyed(digest) },
            other => other,
        }
    }

    /// With the key, if it is the one by which this input was told.
    pub(super) fn as_told(&self, now: Input, key: Option<&Key>) -> Input {
        let told = match self {
            Input::Content { digest, .. } | Input::Answer { digest, .. } => digest.as_ref(),
            _ => None,
        };
        match (told, key) {
            (Some(told), Some(key)) if told.is_by(key) => now.keyed(key),
            _ => now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_rfc_4231() {
        // Test case 2.
        let Digest::Keyed { hmac_sha256, .. } =
            Key::new("Jefe".into()).digest("what do ya want for nothing?")
        else {
            panic!("no key")
        };
        assert_eq!(hmac_sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn a_key_is_told_by_its_name_and_another_one_cannot_compare() {
        let content = |text: &str| Input::Content {
            path: "pin".into(),
            digest: Some(Digest::Plain(digest::of_bytes(text.as_bytes()))),
        };
        let (key, other) = (Key::new("a".repeat(64)), Key::new("b".repeat(64)));
        assert_ne!(key.name, other.name);
        let told = content("1234").keyed(&key);
        assert_ne!(told, content("1234").keyed(&other));
        let differences = |now: &str, key| told.differences(&told.as_told(content(now), key)).join("");
        assert_eq!(differences("1234", Some(&key)), "");
        assert_eq!(differences("1235", Some(&key)), "pin was changed since the plan was made");
        for key in [Some(&other), None] {
            assert!(differences("1234", key).starts_with("pin cannot be compared"));
        }
        // A plan of an earlier program holds the plain digest.
        assert_eq!(
            content("1234").differences(&content("1234").as_told(content("1234"), Some(&key))).len(),
            0
        );
    }
}
