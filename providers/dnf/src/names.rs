//! What rpm's packages and versions look like.

use patchform_versions::{Nevra, Scheme};

/// Whether this is a package's name, or a name with an architecture behind a dot. rpm's own rule (`build/parsePreamble.c`)
/// is a letter, digit or `_` first, then also `-`, `.` and `+`.
pub fn is_package(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._+".contains(&b);
    (1..=200).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.bytes().all(allowed)
}

/// What is wrong with a version: `[epoch:]version-release` as rpm shows it has nothing.
///
/// # Errors
/// What does not fit, in a sentence.
pub fn version(text: &str) -> Result<(), String> {
    Scheme::Rpm.parse_strict(text).map_err(|why| why.to_string())?;
    let parts = Nevra::parse(text).map_err(|why| why.to_string())?;
    let odd = |c: char| !(c.is_ascii_alphanumeric() || "._+~^-:".contains(c));
    if let Some(c) = text.chars().find(|c| odd(*c)) {
        return Err(format!("{c:?} cannot stand in the version {text:?}"));
    }
    match (parts.name, parts.epoch, parts.release, parts.arch) {
        (Some(name), ..) => Err(format!("the version {text:?} begins with a package's name, {name:?}")),
        (.., Some(arch)) => Err(format!("the version {text:?} ends with an architecture, {arch:?}")),
        (.., None, _) => Err(format!("the version {text:?} has no release")),
        (_, Some(epoch), ..) if epoch.bytes().all(|b| b == b'0') => {
            Err(format!("the version {text:?} has the epoch 0, which is not written"))
        }
        _ => Ok(()),
    }
}

/// The name of a package's file, as it is kept.
pub fn file(name: &str, architecture: &str, version: &str) -> String {
    format!("{name}-{}.{architecture}.rpm", version.replace(':', "%3a"))
}

/// `kernel-core` of `kernel-core-6.1-1.el9` at `6.1-1.el9`: what is installed beside its other versions has its own in its name,
/// as rpm takes it. None has another architecture than the host's.
pub fn beside<'a>(name: &'a str, version: &str) -> Option<&'a str> {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    name.strip_suffix(version)?.strip_suffix('-').filter(|bare| !bare.is_empty())
}

/// Whether a package brings a kernel.
pub fn is_kernel(name: &str) -> bool {
    let rest = name.strip_prefix("kernel").unwrap_or("-none");
    matches!(
        rest,
        "" | "-core" | "-rt" | "-rt-core" | "-64k" | "-64k-core" | "-debug" | "-debug-core" | "-uki-virt"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_to_a_host() {
        for text in ["nginx", "libstdc++", "NetworkManager", "python3.11", "glibc.i686", "_x", "a"] {
            assert!(is_package(text), "{text:?}");
        }
        for text in ["", "-y", ".a", "a b", "a;b", "a/b", "a:b", "a=1", "ä1", "$(id)", "a\nb", "@core", "a*"]
        {
            assert!(!is_package(text), "{text:?}");
        }
        assert!(!is_package(&"a".repeat(10_000)));
        assert_eq!(file("a", "noarch", "1:2-3"), "a-1%3a2-3.noarch.rpm");
        assert_eq!(beside("kernel-core-6.1-1.el9", "6.1-1.el9"), Some("kernel-core"));
        assert_eq!(beside("kernel-6.1-1", "2:6.1-1"), Some("kernel"));
        for (name, version) in
            [("kernel-core", "6.1-1"), ("app-6.1-1", "6.2-1"), ("6.1-1", "6.1-1"), ("-6.1-1", "6.1-1")]
        {
            assert_eq!(beside(name, version), None, "{name}");
        }
        assert!(is_kernel("kernel-core") && is_kernel("kernel") && !is_kernel("kernel-headers"));
    }

    #[test]
    fn a_version_is_written_as_rpm_shows_it() {
        for text in ["1.0-1", "2:1.26.3-1.el9", "1.0~rc1^git-1.fc40", "1.0-1.el9~broken"] {
            assert_eq!(version(text), Ok(()), "{text:?}");
        }
        for (text, why) in [
            ("1.0", "has no release"),
            ("0:1.0-1", "epoch 0"),
            ("1.0-1.x86_64", "ends with an architecture"),
            ("nginx-1.0-1", "begins with a package's name"),
            ("$(id)-1", "does not belong"),
        ] {
            assert!(version(text).is_err_and(|said| said.contains(why)), "{text:?}: {:?}", version(text));
        }
        assert!(version("").is_err() && version("1 0-1").is_err() && version("-1").is_err());
    }
}
