//! Tests of package URLs: 6.1.13 and 6.1.42.

use super::definition::helpers;
use super::{Findings, Subject};

/// Types whose package URLs have no namespace (definitions of <https://github.com/package-url/purl-spec>).
const NO_NAMESPACE: [&str; 14] = [
    "bitnami",
    "cargo",
    "cocoapods",
    "conda",
    "cran",
    "gem",
    "hackage",
    "mlflow",
    "nuget",
    "oci",
    "opam",
    "otp",
    "pub",
    "pypi",
];

/// 6.1.13
pub fn invalid(subject: &Subject, findings: &mut Findings) {
    for (path, helper) in helpers(subject) {
        for purl in helper.package_urls() {
            if let Err(reason) = check(purl) {
                findings.tell(&path, format!("{purl}: {reason}"));
            }
        }
    }
}

/// A type, a name, and a namespace only where the type has one.
fn check(purl: &str) -> Result<(), &'static str> {
    let rest = purl.strip_prefix("pkg:").ok_or("does not begin with pkg:")?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (kind, rest) = rest.trim_start_matches('/').split_once('/').ok_or("has no type")?;
    let named = rest.rfind('/').map_or(0, |slash| slash + 1);
    let (namespace, name) = rest.split_at(named);
    let name = name.split('@').next().unwrap_or_default();
    if kind.is_empty() {
        Err("has no type")
    } else if name.is_empty() {
        Err("has no name")
    } else if !namespace.trim_matches('/').is_empty()
        && NO_NAMESPACE.contains(&kind.to_ascii_lowercase().as_str())
    {
        Err("has a namespace, which its type does not know")
    } else {
        Ok(())
    }
}

/// 6.1.42: the package URLs of one product differ in their qualifiers only.
pub fn more_than_qualifiers(subject: &Subject, findings: &mut Findings) {
    for (path, helper) in helpers(subject) {
        let mut plain = helper.purls.iter().map(|purl| unqualified(purl));
        let first = plain.next();
        if plain.any(|purl| Some(purl) != first) {
            findings.tell(format!("{path}/purls"), "they differ in more than their qualifiers");
        }
    }
}

/// What stands before the qualifiers, and the path behind them.
fn unqualified(purl: &str) -> (&str, &str) {
    let (rest, subpath) = purl.split_once('#').unwrap_or((purl, ""));
    (rest.split('?').next().unwrap_or_default(), subpath)
}
