//! Randomness, for ids.

use std::fmt::Write as _;

/// `n` random bytes as `2 n` hex digits.
///
/// # Errors
/// When the system gives none.
pub fn hex(n: usize) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut bytes = vec![0; n];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    }))
}
