//! Tests of package URLs: 6.1.13 and 6.1.42.

use super::definition::helpers;
use super::{Findings, Subject};
use crate::purl::Purl;

/// 6.1.13
pub fn invalid(subject: &Subject, findings: &mut Findings) {
    for (path, helper) in helpers(subject) {
        for purl in helper.package_urls() {
            if let Err(error) = Purl::parse(purl) {
                findings.tell(&path, error.to_string());
            }
        }
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
