//! A seal: JSON that ends in the SHA-256 of everything before it, so that a changed bit is found.
//!
//! An object `{…}` is sealed as `{…,"sum":"64 hex digits"}`; the sum is that of the bytes before `,"sum":`.

use patchform_sdk::digest;

/// `,"sum":"` + 64 digits + `"}`
const TAIL: usize = 8 + 64 + 2;

/// Seals the object that stands in `out` from `start` to its end; answers its sum.
pub fn seal(out: &mut Vec<u8>, start: usize) -> String {
    debug_assert_eq!(out.last(), Some(&b'}'));
    out.pop();
    let sum = digest::of_bytes(&out[start..]);
    out.extend_from_slice(b",\"sum\":\"");
    out.extend_from_slice(sum.as_bytes());
    out.extend_from_slice(b"\"}");
    sum
}

/// The sum that a sealed object ends in, and whether it is its own; `None` when it has no seal.
pub fn check(bytes: &[u8]) -> Option<(&[u8], bool)> {
    let (body, tail) = bytes.split_at(bytes.len().checked_sub(TAIL)?);
    let sum = tail.strip_prefix(b",\"sum\":\"")?.strip_suffix(b"\"}")?;
    Some((sum, digest::of_bytes(body).as_bytes() == sum))
}

/// Whether it is sealed, and the seal whole.
pub fn is_whole(bytes: &[u8]) -> bool {
    check(bytes).is_some_and(|(_, whole)| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flipped_bit_breaks_the_seal() {
        let mut sealed = b"{\"a\":1}".to_vec();
        let sum = seal(&mut sealed, 0);
        assert_eq!(check(&sealed), Some((sum.as_bytes(), true)));
        assert!(serde_json::from_slice::<serde_json::Value>(&sealed).is_ok());
        for at in 0..sealed.len() {
            for bit in 0..8 {
                sealed[at] ^= 1 << bit;
                assert!(!is_whole(&sealed), "byte {at}, bit {bit}");
                sealed[at] ^= 1 << bit;
            }
            assert!(!is_whole(&sealed[..at]));
        }
    }
}
