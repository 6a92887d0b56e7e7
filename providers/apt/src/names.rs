//! What packages, versions, units and digests may look like: nothing else goes to a host, or is believed from one.

use patchform_versions::Scheme;

/// Whether this is a package's name (Debian policy 5.6.1).
pub fn is_package(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.');
    (2..=200).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.bytes().all(allowed)
}

/// Whether this is a version that dpkg takes without complaint.
pub fn is_version(text: &str) -> bool {
    text.len() <= 200 && Scheme::Dpkg.parse_strict(text).is_ok()
}

/// Whether this is an architecture's name, or `all`.
pub fn is_architecture(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
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

/// Whether apt could fetch from here: a scheme, and neither blanks nor quotes.
pub fn is_address(text: &str) -> bool {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.');
    scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(plain)
        && text.len() <= 2000
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'\'' | b'"' | b'#' | b'\\'))
}

/// The name of a package's file, as apt calls it in its archives.
pub fn file(name: &str, architecture: &str, version: &str) -> String {
    format!("{name}_{}_{architecture}.deb", version.replace(':', "%3a"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_to_a_host() {
        for (is, good, bad) in [
            (
                is_package as fn(&str) -> bool,
                &["nginx", "libstdc++6", "0ad", "g++-12", "python3.11"][..],
                &["", "a", "-y", "Nginx", "a b", "a;b", "a/b", "a:amd64", "a=1", "ä1", "$(id)", "a\nb"][..],
            ),
            (is_version, &["1.0", "1:2.3-4~deb12u1+b1", "0"], &["", "1 0", "a;b", "$(id)", "-1", "1\n2"]),
            (is_architecture, &["amd64", "all", "kfreebsd-amd64"], &["", "-a", "AMD", "a b", "?"]),
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
        assert!(!is_package(&"a".repeat(10_000)) && !is_version(&"1".repeat(10_000)));
        assert!(is_digest(&"0a".repeat(32)) && !is_digest(&"0A".repeat(32)) && !is_digest("0"));
        assert_eq!(file("a", "all", "1:2-3"), "a_1%3a2-3_all.deb");
    }
}
