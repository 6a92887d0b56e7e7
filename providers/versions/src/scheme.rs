//! The version schemes, by name.

use crate::parse_error::{ParseError, ParseWarning, Verdict};
use crate::version::Version;
use crate::{apk, dpkg, natural, rpm, semver};
use std::cmp::Ordering;
use std::fmt;

/// Whose rules a version follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Debian and Ubuntu packages: `[epoch:]upstream[-revision]`.
    Dpkg,
    /// rpm packages: `[epoch:]version[-release]`, or `name-[epoch:]version-release[.arch]`.
    Rpm,
    /// Alpine packages: `1.2.3b_rc4-r5`.
    Apk,
    /// Semantic versions: `1.2.3-rc.1+build`.
    Semver,
    /// Anything else: numbers and words, see the crate's `natural` rules in `docs/versions.md`.
    Natural,
}

/// What one scheme does; a new scheme is a new file and a new row.
struct Rules {
    name: &'static str,
    trim: fn(&str) -> &str,
    check: fn(&str) -> Verdict,
    compare: fn(&str, &str) -> Ordering,
}

const fn as_it_is(text: &str) -> &str {
    text
}

impl Scheme {
    /// Every scheme.
    pub const ALL: [Scheme; 5] = [Scheme::Dpkg, Scheme::Rpm, Scheme::Apk, Scheme::Semver, Scheme::Natural];

    fn rules(self) -> &'static Rules {
        match self {
            Scheme::Dpkg => {
                &Rules { name: "dpkg", trim: dpkg::trim, check: dpkg::check, compare: dpkg::compare }
            }
            Scheme::Rpm => &Rules { name: "rpm", trim: as_it_is, check: rpm::check, compare: rpm::compare },
            Scheme::Apk => &Rules { name: "apk", trim: as_it_is, check: apk::check, compare: apk::compare },
            Scheme::Semver => {
                &Rules { name: "semver", trim: as_it_is, check: semver::check, compare: semver::compare }
            }
            Scheme::Natural => {
                &Rules { name: "natural", trim: as_it_is, check: natural::check, compare: natural::compare }
            }
        }
    }

    /// The name that providers and messages use: `dpkg`, `rpm`, `apk`, `semver`, `natural`.
    pub fn name(self) -> &'static str {
        self.rules().name
    }

    /// The scheme of that name.
    pub fn from_name(name: &str) -> Option<Scheme> {
        Scheme::ALL.into_iter().find(|scheme| scheme.name() == name)
    }

    /// Reads a version. Accepts exactly what the scheme's reference program accepts; where that program reads a text
    /// but complains, the version carries a [`Version::warning`].
    ///
    /// # Errors
    /// With the place and the reason, for a text that the reference program refuses.
    pub fn parse(self, text: &str) -> Result<Version, ParseError> {
        let warning = self.check(text)?;
        Ok(Version::checked(self, (self.rules().trim)(text), warning))
    }

    /// Reads a version as [`Scheme::parse`] does, but takes a warning for an error: for what people write themselves.
    ///
    /// # Errors
    /// With the place and the reason, for a text that the reference program refuses or complains about.
    pub fn parse_strict(self, text: &str) -> Result<Version, ParseError> {
        let version = self.parse(text)?;
        match version.warning() {
            None => Ok(version),
            Some(ParseWarning { at, reason }) => {
                Err(ParseError { text: text.to_string(), what: self.noun(), at: *at, reason: reason.clone() })
            }
        }
    }

    /// Orders two texts without keeping them. Equal means equal in order: dpkg's `1.0` and `1.0-0` are.
    ///
    /// # Errors
    /// For the first of the two texts that [`Scheme::parse`] refuses.
    pub fn compare(self, a: &str, b: &str) -> Result<Ordering, ParseError> {
        self.check(a)?;
        self.check(b)?;
        let rules = self.rules();
        Ok((rules.compare)((rules.trim)(a), (rules.trim)(b)))
    }

    /// Orders two texts that were checked ([`Scheme::check`]) before: for those who compare one text with many. Texts
    /// that the scheme refuses have an order, too, but it means nothing.
    pub fn order(self, a: &str, b: &str) -> Ordering {
        let rules = self.rules();
        (rules.compare)((rules.trim)(a), (rules.trim)(b))
    }

    /// How a message calls a version of this scheme.
    fn noun(self) -> String {
        format!("{} version", self.name())
    }

    /// Checks a text as [`Scheme::parse`] does, without keeping it. Places in errors count from the start of `text`, in
    /// warnings from the start of the version in it.
    ///
    /// # Errors
    /// With the place and the reason, for a text that the reference program refuses.
    pub fn check(self, text: &str) -> Result<Option<ParseWarning>, ParseError> {
        let rules = self.rules();
        let inner = (rules.trim)(text);
        let before = inner.as_ptr().addr() - text.as_ptr().addr();
        match (rules.check)(inner) {
            Ok(warning) => Ok(warning.map(|flaw| ParseWarning { at: flaw.at, reason: flaw.reason })),
            Err(flaw) => Err(flaw.moved(before).into_error(text, &self.noun())),
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_is_found_by_its_name() {
        for scheme in Scheme::ALL {
            assert_eq!(Scheme::from_name(scheme.name()), Some(scheme));
        }
        assert_eq!(Scheme::from_name("deb"), None);
    }

    #[test]
    fn errors_name_the_text_the_scheme_and_the_place() {
        let error = Scheme::Dpkg.parse(" 1.0- ").unwrap_err();
        assert_eq!(error.at, 5);
        let error = Scheme::Dpkg.parse("a:1.0").unwrap_err().to_string();
        assert_eq!(
            error,
            "\"a:1.0\" is not a valid dpkg version: the epoch before the colon is not a number, at character 1"
        );
    }

    #[test]
    fn a_warning_is_an_error_only_where_strictness_is_asked_for() {
        let version = Scheme::Dpkg.parse("1_0").unwrap();
        assert_eq!(version.warning().unwrap().to_string(), "\"_\" does not belong in a version");
        let error = Scheme::Dpkg.parse_strict("1_0").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"1_0\" is not a valid dpkg version: \"_\" does not belong in a version, at character 2"
        );
        assert!(Scheme::Dpkg.parse_strict("1.0").is_ok());
    }

    #[test]
    fn compare_reports_the_text_that_is_wrong() {
        assert_eq!(Scheme::Semver.compare("1.0.0", "1.0.x").unwrap_err().text, "1.0.x");
        assert_eq!(Scheme::Dpkg.compare(" 1.0", "1.0\t").unwrap(), Ordering::Equal);
    }
}
