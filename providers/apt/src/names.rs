//! What dpkg's packages and versions look like.

use patchform_versions::Scheme;

/// Whether this is a package's name (Debian policy 5.6.1).
pub fn is_package(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.');
    (2..=200).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.bytes().all(allowed)
}

/// What is wrong with a version: one that dpkg takes without complaint has nothing.
///
/// # Errors
/// What it complains of.
pub fn version(text: &str) -> Result<(), String> {
    Scheme::Dpkg.parse_strict(text).map(|_| ()).map_err(|why| why.to_string())
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
        let is_version = |text: &str| version(text).is_ok();
        for text in ["nginx", "libstdc++6", "0ad", "g++-12", "python3.11"] {
            assert!(is_package(text), "{text:?}");
        }
        for text in ["", "a", "-y", "Nginx", "a b", "a;b", "a/b", "a:amd64", "a=1", "ä1", "$(id)", "a\nb"] {
            assert!(!is_package(text), "{text:?}");
        }
        for text in ["1.0", "1:2.3-4~deb12u1+b1", "0"] {
            assert!(is_version(text), "{text:?}");
        }
        for text in ["", "1 0", "a;b", "$(id)", "-1", "1\n2"] {
            assert!(!is_version(text), "{text:?}");
        }
        assert!(!is_package(&"a".repeat(10_000)));
        assert_eq!(file("a", "all", "1:2-3"), "a_1%3a2-3_all.deb");
    }
}
