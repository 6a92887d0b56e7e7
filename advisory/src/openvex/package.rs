//! Whether a package falls under the package URL of a statement.

use std::collections::BTreeSet;

/// Whether a package falls under a package URL: type, namespace and name are the same, and so is the version where one
/// is given, and every qualifier that is given (OpenVEX 0.2.0, "Package URLs as product identifiers").
#[must_use]
pub fn purl_matches(general: &str, special: &str) -> bool {
    let (Some(general), Some(special)) = (parts(general), parts(special)) else { return false };
    general.path == special.path
        && general.version.is_none_or(|version| special.version == Some(version))
        && general.qualifiers.is_subset(&special.qualifiers)
}

/// A package URL, taken apart as far as comparison needs.
struct Parts<'a> {
    path: &'a str,
    version: Option<&'a str>,
    qualifiers: BTreeSet<&'a str>,
}

fn parts(purl: &str) -> Option<Parts<'_>> {
    let rest = purl.strip_prefix("pkg:")?;
    let rest = rest.split('#').next().unwrap_or_default();
    let (rest, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
    // An `@` of a namespace stands before the last slash.
    let name = rest.rfind('/').map_or(0, |slash| slash + 1);
    let (path, version) = match rest[name..].find('@') {
        Some(at) => (&rest[..name + at], Some(&rest[name + at + 1..])),
        None => (rest, None),
    };
    let qualifiers = qualifiers.split('&').filter(|pair| !pair.is_empty()).collect();
    Some(Parts { path, version: version.filter(|version| !version.is_empty()), qualifiers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_package_falls_under_what_is_more_general() {
        for (general, special, falls) in [
            ("pkg:deb/debian/a", "pkg:deb/debian/a@1?arch=amd64", true),
            ("pkg:deb/debian/a@1", "pkg:deb/debian/a@1?arch=amd64", true),
            ("pkg:deb/debian/a@1?arch=amd64", "pkg:deb/debian/a@1", false),
            ("pkg:deb/debian/a@1", "pkg:deb/debian/a@2", false),
            ("pkg:deb/debian/a", "pkg:deb/ubuntu/a", false),
            ("pkg:npm/%40a/b", "pkg:npm/%40a/b@1", true),
            ("pkg:npm/@a/b", "pkg:npm/@a/b@1", true),
            ("a", "a", false),
        ] {
            assert_eq!(purl_matches(general, special), falls, "{general} {special}");
        }
    }

    proptest! {
        #[test]
        fn a_package_falls_under_itself(name in "[a-z/]{1,9}", version in "@[a-z0-9.]{1,5}|", more in "\\?a=b&c=d|") {
            let purl = format!("pkg:{name}{version}{more}");
            prop_assert!(purl_matches(&purl, &purl));
        }
    }
}
