//! Signatures, checked by gpgv with a keyring that the configuration names.

use super::problem::Problem;
use crate::world::{disk, process};
use std::io;
use std::path::Path;
use std::time::Duration;

/// How long gpgv may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most that it prints, in bytes.
const PRINTED: usize = 1 << 20;

const BEGIN: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";
const END: &str = "-----END PGP SIGNATURE-----";

/// Who signed bytes with a detached signature: the fingerprint of a key of the ring.
pub(super) fn detached(keyring: &str, name: &str, bytes: &[u8], signature: &[u8]) -> Result<String, Problem> {
    verify(keyring, name, &[("signature", signature), ("signed", bytes)])
}

/// Who signed a clear-signed text.
pub(super) fn clear(keyring: &str, name: &str, bytes: &[u8]) -> Result<String, Problem> {
    verify(keyring, name, &[("signed", bytes)])
}

/// The signed part of a clear-signed text: what stands before or behind it is signed by nobody.
///
/// # Errors
/// It is none, is cut off, or something stands before or behind the signed part.
pub fn signed_part(text: &str) -> Result<String, &'static str> {
    let mut lines = text.lines();
    if lines.next().map(str::trim_end) != Some(BEGIN) {
        return Err("text stands before the part that is signed");
    }
    // Headers, such as `Hash: SHA256`, end with an empty line.
    if !lines.by_ref().take(16).any(|line| line.trim().is_empty()) {
        return Err("it is no clear-signed text");
    }
    let mut signed = String::new();
    loop {
        match lines.next() {
            None => return Err("the signature is missing"),
            Some(line) if line.trim_end() == SIGNATURE => break,
            Some(line) if line.starts_with("-----") => return Err("it is no clear-signed text"),
            // Dash-escaped, and without the blanks at its end, which are not signed: RFC 9580, 7.2.
            Some(line) => {
                let line = line.strip_prefix("- ").unwrap_or(line);
                signed.push_str(line.trim_end_matches([' ', '\t', '\r']));
                signed.push('\n');
            }
        }
    }
    if !lines.by_ref().any(|line| line.trim_end() == END) {
        return Err("the signature is cut off");
    }
    match lines.all(|line| line.trim().is_empty()) {
        true => Ok(signed),
        false => Err("text stands behind the part that is signed"),
    }
}

fn verify(keyring: &str, name: &str, files: &[(&str, &[u8])]) -> Result<String, Problem> {
    let failed = |what: String| Problem::at(name, what);
    let unreadable = |error: io::Error| failed(format!("the keyring {keyring} cannot be read: {error}"));
    let ring = std::path::absolute(keyring).map_err(unreadable)?;
    let beginning = disk::read(&ring, 64 << 20).map_err(unreadable)?;
    if beginning.starts_with(b"-----BEGIN") {
        return Err(failed(format!("gpgv cannot read the keyring {keyring}, which is armoured"))
            .hint(format!("`gpg --dearmor <{keyring} >keyring.gpg` makes one that it can read")));
    }
    let scratch = disk::scratch().map_err(|error| failed(format!("no temporary folder: {error}")))?;
    let mut arguments: Vec<String> =
        ["--status-fd", "1", "--keyring"].map(str::to_string).into_iter().chain([shown(&ring)]).collect();
    for (file, bytes) in files {
        let path = scratch.path().join(file);
        disk::write_atomic(&path, bytes)
            .map_err(|error| failed(format!("it cannot be written aside: {error}")))?;
        arguments.push(shown(&path));
    }
    let ran =
        process::capture(Path::new("gpgv"), &arguments, PRINTED, PATIENCE).map_err(|error| {
            match error.kind() {
                io::ErrorKind::NotFound => failed(
                    "its signature cannot be checked: gpgv is not installed".to_string(),
                )
                .hint("install it (Debian: apt install gpgv), or take `signed_by` out of the feed block"),
                _ => failed(format!("gpgv: {error}")),
            }
        })?;
    let status = String::from_utf8_lossy(&ran.stdout);
    let told = |word: &str| {
        status
            .lines()
            .filter_map(|line| line.strip_prefix("[GNUPG:] "))
            .find_map(|line| line.strip_prefix(word))
    };
    let good = ran.status.is_some_and(|status| status.success());
    match told("VALIDSIG ").and_then(|rest| rest.split(' ').next()) {
        Some(fingerprint) if good && told("EXPKEYSIG ").is_none() && told("REVKEYSIG ").is_none() => {
            Ok(fingerprint.to_string())
        }
        _ => Err(failed(why(&told, keyring))),
    }
}

/// What gpgv's status lines say of a signature that is not good.
fn why<'a>(told: &impl Fn(&str) -> Option<&'a str>, keyring: &str) -> String {
    if told("BADSIG ").is_some() {
        return "the signature is bad: it was changed after it was signed, or the signature is another one's"
            .to_string();
    }
    if told("EXPKEYSIG ").is_some() || told("REVKEYSIG ").is_some() || told("EXPSIG ").is_some() {
        return format!("the signature, or the key in {keyring} that made it, has expired or was revoked");
    }
    match told("NO_PUBKEY ") {
        Some(key) => format!("it is signed by the key {key}, which is not in {keyring}"),
        None => "there is no signature in it that could be checked".to_string(),
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_signed_is_read() {
        let text = format!("{BEGIN}\nHash: SHA256\n\nOrigin: Debian\n- -dash\n{SIGNATURE}\n\nxyz\n{END}\n");
        assert_eq!(signed_part(&text).unwrap(), "Origin: Debian\n-dash\n");
        assert!(signed_part(&format!("Origin: Evil\n{text}")).unwrap_err().contains("before"));
        assert!(signed_part(&format!("{text}Origin: Evil\n")).unwrap_err().contains("behind"));
        assert!(signed_part(&text.replace(END, "")).unwrap_err().contains("cut off"));
        assert!(signed_part("Origin: Debian\n").is_err() && signed_part("").is_err());
        // What ends a line in blanks is not signed: RFC 9580, 7.2.
        let blanks = text.replace("Debian", "Debian \t\r\r");
        assert_eq!(signed_part(&blanks).unwrap(), signed_part(&text).unwrap());
        for cut in 0..text.len() - 2 {
            assert!(signed_part(&text[..cut]).is_err(), "{cut}");
        }
    }
}
