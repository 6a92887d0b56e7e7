//! What units, addresses and digests may look like: nothing else goes to a host, or is believed from one.

/// Whether this is an architecture's name, or the one that fits everywhere.
pub fn is_architecture(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b))
        && !text.starts_with('-')
}

/// Whether this names a unit of systemd.
pub fn is_unit(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b':' | b'-' | b'_' | b'.' | b'\\' | b'@');
    (1..=255).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(allowed)
}

/// Whether this is a SHA-256.
pub fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Whether a package could come from here: a scheme, and neither blanks nor quotes.
pub fn is_address(text: &str) -> bool {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.');
    scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(plain)
        && text.len() <= 2000
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'\'' | b'"' | b'#' | b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_to_a_host() {
        for (is, good, bad) in [
            (
                is_architecture as fn(&str) -> bool,
                &["amd64", "all", "kfreebsd-amd64", "x86_64"][..],
                &["", "-a", "AMD", "a b", "?"][..],
            ),
            (is_unit, &["nginx.service", "a@b.service", "nginx"], &["", "-f", "a b", "a;b", "a/b", "a\n"]),
            (
                is_address,
                &["http://a/b_1%3a2.deb", "file:/x/y.deb", "mirror+file:/etc/m"],
                &["", "/a", "http", "http://a b", "http://a'b", "-x:y", "http://a#b", "HTTP://a"],
            ),
        ] {
            for text in good {
                assert!(is(text), "{text:?}");
            }
            for text in bad {
                assert!(!is(text), "{text:?}");
            }
        }
        assert!(is_digest(&"0a".repeat(32)) && !is_digest(&"0A".repeat(32)) && !is_digest("0"));
    }
}
