//! Constraints over versions: `>= 1.2, < 2.0`.

use crate::parse_error::{Flaw, ParseError};
use crate::scheme::Scheme;
use crate::version::Version;
use crate::{digits, dpkg, natural, rpm, semver};
use std::cmp::Ordering;
use std::fmt;

/// How a version must stand to the one that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`, or none.
    Equal,
    /// `!=`
    Not,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `<`
    Below,
    /// `~>`: at least this, and only the last of the written numbers may differ (`~> 1.2` is 1.2, 1.9, not 2.0).
    Series,
}

impl Operator {
    /// Longer signs first, so that the first that fits is the one that was written.
    const ALL: [(&'static str, Operator); 7] = [
        ("!=", Operator::Not),
        (">=", Operator::AtLeast),
        ("<=", Operator::AtMost),
        ("~>", Operator::Series),
        ("=", Operator::Equal),
        (">", Operator::Above),
        ("<", Operator::Below),
    ];

    /// How it is written.
    pub fn sign(self) -> &'static str {
        // Every operator has its row.
        Operator::ALL.iter().find(|(_, operator)| *operator == self).map_or("=", |(sign, _)| sign)
    }
}

/// All of a list of conditions, separated by commas.
///
/// Details follow the scheme: an rpm bound without a release says nothing of the release, and a name or architecture
/// never counts; a semantic pre-release is taken only where a bound names a pre-release of the same three numbers (as
/// in Terraform), or by `=` and `!=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    scheme: Scheme,
    conditions: Vec<(Operator, Version)>,
}

impl Constraint {
    /// Whether a text starts with an operator, so that it is a constraint and not an exact version.
    pub fn is_constraint(text: &str) -> bool {
        Operator::ALL.iter().any(|(sign, _)| text.trim_start().starts_with(sign))
    }

    /// Reads a list of conditions.
    ///
    /// # Errors
    /// With the place in the whole text, for an empty condition, an unknown operator or a malformed version.
    pub fn parse(scheme: Scheme, text: &str) -> Result<Constraint, ParseError> {
        let mut conditions = Vec::new();
        let mut start = 0;
        for item in text.split(',') {
            let lead = item.len() - item.trim_start().len();
            let condition = condition(scheme, item.trim()).map_err(|flaw| {
                flaw.moved(start + lead).into_error(text, &format!("constraint on {scheme} versions"))
            })?;
            conditions.push(condition);
            start += item.len() + 1;
        }
        Ok(Constraint { scheme, conditions })
    }

    /// Whose versions it speaks of.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The conditions as they were written.
    pub fn conditions(&self) -> &[(Operator, Version)] {
        &self.conditions
    }

    /// Whether a version fulfils every condition. A version of another scheme does not.
    pub fn matches(&self, version: &Version) -> bool {
        version.scheme() == self.scheme
            && self.conditions.iter().all(|(operator, bound)| fulfils(version, *operator, bound))
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (operator, bound)) in self.conditions.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}{} {bound}", operator.sign())?;
        }
        Ok(())
    }
}

fn condition(scheme: Scheme, text: &str) -> Result<(Operator, Version), Flaw> {
    if text.is_empty() {
        return Err(Flaw::new(0, "a condition is missing here"));
    }
    let found = Operator::ALL.iter().find_map(|(sign, operator)| Some((text.strip_prefix(sign)?, *operator)));
    let (rest, operator) = found.unwrap_or((text, Operator::Equal));
    if rest.starts_with(['=', '<', '>', '!']) || (found.is_none() && text.starts_with(['~', '^', '!'])) {
        return Err(Flaw::new(0, "this operator is unknown (there are = != > >= < <= ~>)"));
    }
    let at = text.len() - rest.trim_start().len();
    let bound = scheme.parse(&text[at..]).map_err(|error| Flaw::new(at + error.at, error.reason))?;
    if operator == Operator::Series && series(&bound).1.is_empty() {
        return Err(Flaw::new(at, "~> needs a version that starts with a number"));
    }
    Ok((operator, bound))
}

fn fulfils(version: &Version, operator: Operator, bound: &Version) -> bool {
    let order = to_bound(version, bound);
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::Not => order.is_ne(),
        _ if is_foreign_pre_release(version, bound) => false,
        Operator::AtLeast => order.is_ge(),
        Operator::AtMost => order.is_le(),
        Operator::Above => order.is_gt(),
        Operator::Below => order.is_lt(),
        Operator::Series => order.is_ge() && same_series(version, bound),
    }
}

fn to_bound(version: &Version, bound: &Version) -> Ordering {
    match version.scheme() {
        Scheme::Rpm => rpm::compare_to_bound(version.as_str(), bound.as_str()),
        _ => version.cmp(bound),
    }
}

fn is_foreign_pre_release(version: &Version, bound: &Version) -> bool {
    if version.scheme() != Scheme::Semver {
        return false;
    }
    let (version, bound) = (semver::split(version.as_str()), semver::split(bound.as_str()));
    version.pre.is_some() && (bound.pre.is_none() || semver::compare_core(version.core, bound.core).is_ne())
}

/// Whether all numbers of the bound but its last are those of the version, and the epochs are the same.
fn same_series(version: &Version, bound: &Version) -> bool {
    let (epoch, numbers) = series(version);
    let (bound_epoch, bound_numbers) = series(bound);
    let fixed = bound_numbers.split('.').count() - 1;
    let mut numbers = numbers.split('.');
    digits::compare(epoch, bound_epoch).is_eq()
        && bound_numbers.split('.').take(fixed).all(|wanted| {
            digits::compare(numbers.next().unwrap_or_default().as_bytes(), wanted.as_bytes()).is_eq()
        })
}

/// The epoch and the numbers between dots that a version starts with: `1:2.3.4rc1-5` has `1` and `2.3.4`.
fn series(version: &Version) -> (&[u8], &str) {
    let text = version.as_str();
    let (epoch, text): (&[u8], &str) = match version.scheme() {
        Scheme::Dpkg => (dpkg::epoch_digits(dpkg::split(text).epoch), dpkg::split(text).upstream),
        Scheme::Rpm => (rpm::split(text).epoch.unwrap_or_default().as_bytes(), rpm::split(text).version),
        Scheme::Semver => (&[], semver::split(text).core),
        Scheme::Apk => (&[], text),
        Scheme::Natural => (&[], natural::without_v(text)),
    };
    let bytes = text.as_bytes();
    let mut end = digits::run(bytes, u8::is_ascii_digit);
    while end > 0 && bytes.get(end) == Some(&b'.') {
        let more = digits::run(&bytes[end + 1..], u8::is_ascii_digit);
        if more == 0 {
            break;
        }
        end += 1 + more;
    }
    (epoch, &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching<'a>(scheme: Scheme, constraint: &str, versions: &[&'a str]) -> Vec<&'a str> {
        let constraint = Constraint::parse(scheme, constraint).unwrap();
        versions.iter().copied().filter(|v| constraint.matches(&scheme.parse(v).unwrap())).collect()
    }

    #[test]
    fn every_operator_selects_what_it_says() {
        let versions = ["1.0.0", "1.2.0", "1.2.9", "1.3.0", "2.0.0"];
        let table: [(&str, &[&str]); 10] = [
            ("1.2.0", &["1.2.0"]),
            ("= 1.2.0", &["1.2.0"]),
            ("!= 1.2.0", &["1.0.0", "1.2.9", "1.3.0", "2.0.0"]),
            ("> 1.2.0", &["1.2.9", "1.3.0", "2.0.0"]),
            (">=1.2.0", &["1.2.0", "1.2.9", "1.3.0", "2.0.0"]),
            ("< 1.2.0", &["1.0.0"]),
            ("<= 1.2.0", &["1.0.0", "1.2.0"]),
            ("~> 1.2.0", &["1.2.0", "1.2.9"]),
            ("~> 1.2", &["1.2.0", "1.2.9", "1.3.0"]),
            (">= 1.2, < 2.0, != 1.2.9", &["1.2.0", "1.3.0"]),
        ];
        for (constraint, wanted) in table {
            for scheme in Scheme::ALL {
                assert_eq!(matching(scheme, constraint, &versions), wanted, "{scheme} {constraint}");
            }
        }
    }

    #[test]
    fn a_series_keeps_its_epoch_and_knows_tildes() {
        let versions = ["1:3.0.17-1~deb12u3", "1:3.1~rc1-1", "1:4.0~rc1-1", "3.0.18-1", "2:3.0.18-1"];
        assert_eq!(matching(Scheme::Dpkg, "~> 1:3.0", &versions), ["1:3.0.17-1~deb12u3", "1:3.1~rc1-1"]);
        assert_eq!(
            matching(Scheme::Natural, "~> 21.4", &["21.4R3-S5", "v21.9", "22.1R1"]),
            ["21.4R3-S5", "v21.9"]
        );
        assert_eq!(matching(Scheme::Semver, "~> 1", &["0.9.0", "1.0.0", "2.0.0"]), ["1.0.0", "2.0.0"]);
    }

    #[test]
    fn an_rpm_bound_without_release_says_nothing_of_it() {
        let versions = ["5.1-1.el9", "bash-5.1-2.el9.x86_64", "5.2-1.el9", "1:5.0-1"];
        assert_eq!(matching(Scheme::Rpm, "= 5.1", &versions), ["5.1-1.el9", "bash-5.1-2.el9.x86_64"]);
        assert_eq!(matching(Scheme::Rpm, "> 5.1", &versions), ["5.2-1.el9", "1:5.0-1"]);
        assert_eq!(
            matching(Scheme::Rpm, "> 5.1-1.el9, < 1:0", &versions),
            ["bash-5.1-2.el9.x86_64", "5.2-1.el9"]
        );
    }

    #[test]
    fn a_semantic_pre_release_must_be_named() {
        let versions = ["1.0.0-rc.1", "1.0.0-rc.2", "1.1.0-rc.1", "1.1.0"];
        assert_eq!(matching(Scheme::Semver, ">= 1.0.0-rc.2", &versions), ["1.0.0-rc.2", "1.1.0"]);
        assert_eq!(matching(Scheme::Semver, ">= 0.1.0", &versions), ["1.1.0"]);
        assert_eq!(matching(Scheme::Semver, "1.1.0-rc.1", &versions), ["1.1.0-rc.1"]);
    }

    #[test]
    fn errors_point_into_the_whole_text() {
        let table = [
            ("", 0, "missing"),
            (">= 1.0,", 7, "missing"),
            (">= 1.0, , < 2", 8, "missing"),
            (">= 1.0, =< 2", 8, "unknown"),
            (">= 1.0.0, < 2.x", 14, "numbers"),
            ("~1.0", 0, "unknown"),
            (">=", 2, "there is none"),
        ];
        for (text, at, reason) in table {
            let error = Constraint::parse(Scheme::Semver, text).unwrap_err();
            assert!(error.at == at && error.reason.contains(reason), "{text:?}: {error:?}");
        }
        let error = Constraint::parse(Scheme::Natural, "~> R1").unwrap_err().to_string();
        let wanted = "\"~> R1\" is not a valid constraint on natural versions: ~> needs a version that starts with a number, at character 4";
        assert_eq!(error, wanted);
    }

    #[test]
    fn display_is_canonical_and_reads_back() {
        let constraint = Constraint::parse(Scheme::Semver, ">=1.2.0,<2.0.0 , 1.5.0").unwrap();
        assert_eq!(constraint.to_string(), ">= 1.2.0, < 2.0.0, = 1.5.0");
        assert_eq!(Constraint::parse(Scheme::Semver, &constraint.to_string()).unwrap(), constraint);
        assert!(Constraint::is_constraint(" ~> 1") && !Constraint::is_constraint("1.0"));
    }
}
