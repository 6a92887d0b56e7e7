//! Digests computed of the bytes that came, in the form of those that were published.

use patchform_advisory::digest::{Algorithm, Digest};
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};
use std::fmt::Write as _;

/// The digest of bytes; none for MD5, of which files with the same digest can be made at will.
pub(super) fn of(bytes: &[u8], algorithm: Algorithm) -> Option<Digest> {
    let digest = match algorithm {
        Algorithm::Md5 => return None,
        Algorithm::Sha1 => Sha1::digest(bytes).to_vec(),
        Algorithm::Sha224 => Sha224::digest(bytes).to_vec(),
        Algorithm::Sha256 => Sha256::digest(bytes).to_vec(),
        Algorithm::Sha384 => Sha384::digest(bytes).to_vec(),
        Algorithm::Sha512 => Sha512::digest(bytes).to_vec(),
    };
    let mut hex = String::with_capacity(digest.len() * 2);
    for byte in digest {
        let _ = write!(hex, "{byte:02x}");
    }
    Digest::new(algorithm, &hex)
}
