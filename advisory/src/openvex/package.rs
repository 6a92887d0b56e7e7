//! Whether a package falls under the package URL of a statement.

use crate::purl::Purl;

/// Whether a package falls under a package URL: type, namespace and name are the same, and so is the version where one
/// is given, and every qualifier that is given (OpenVEX 0.2.0, "Package URLs as product identifiers").
#[must_use]
pub fn purl_matches(general: &str, special: &str) -> bool {
    let (Ok(general), Ok(special)) = (Purl::parse(general), Purl::parse(special)) else { return false };
    let (general, special) = (general.parts(), special.parts());
    let same = (&general.kind, &general.namespace, &general.name)
        == (&special.kind, &special.namespace, &special.name);
    same && (general.version.is_none() || general.version == special.version)
        && general.qualifiers.iter().all(|(name, value)| special.qualifiers.get(name) == Some(value))
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
            ("pkg:npm/%40a/b", "pkg:npm/@a/b@1", true),
            ("pkg:oci/a@sha256%3A12", "pkg:oci/a@sha256:12", true),
            ("a", "a", false),
        ] {
            assert_eq!(purl_matches(general, special), falls, "{general} {special}");
        }
    }

    proptest! {
        #[test]
        fn a_package_falls_under_itself(name in "[a-z]{1,5}/[a-z]{1,5}", version in "@[a-z0-9.]{1,5}|", more in "\\?a=b&c=d|") {
            let purl = format!("pkg:generic/{name}{version}{more}");
            prop_assert!(purl_matches(&purl, &purl));
        }
    }
}
