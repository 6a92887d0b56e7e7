//! The level that a package has to be brought to.

use patchform_advisory::packages::Offered;
use patchform_advisory::{Finding, Naming, Why};
use std::cmp::Ordering;
use std::fmt;

/// Where a package has to go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target<'a> {
    /// To this version of it.
    Level(&'a str),
    /// To whatever version is built of this version of its source; no archive that was read offers one.
    Source(&'a str),
    /// Nowhere: why there is no fix, or why none is needed.
    Nowhere(Why<'a>),
}

impl<'a> Target<'a> {
    /// Where a finding sends its package, which archives offer an `upgrade` of: the newest over all suites, since a point
    /// release may be ahead of a security suite. Without one the version of the source stands for that of a package that
    /// equals it.
    pub fn of(finding: &Finding<'a>, upgrade: Option<&Offered<'a>>) -> Target<'a> {
        let Some(fix) = finding.fix() else { return Target::Nowhere(finding.why.clone()) };
        let (entry, installed) = (finding.entry, finding.installed);
        let reaches = |version: &str| {
            let scheme = entry.ecosystem.scheme();
            scheme.and_then(|scheme| scheme.compare(version, fix).ok()).is_some_and(Ordering::is_ge)
        };
        if let Some(candidate) = upgrade {
            let version = match entry.naming {
                Naming::Source => candidate.source_version,
                Naming::Binary => candidate.version,
            };
            if reaches(version) {
                return Target::Level(candidate.version);
            }
        }
        match entry.naming {
            Naming::Binary => Target::Level(fix.strip_prefix("0:").unwrap_or(fix)),
            Naming::Source if installed.version == installed.source_version() => Target::Level(fix),
            Naming::Source => Target::Source(fix),
        }
    }

    /// The version, where it can be written as a level.
    pub fn level(&self) -> Option<&'a str> {
        match self {
            Target::Level(level) => Some(level),
            _ => None,
        }
    }

    /// Whether there is a fix.
    pub fn is_fixed(&self) -> bool {
        !matches!(self, Target::Nowhere(_))
    }
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Level(level) => f.write_str(level),
            Target::Source(version) => write!(f, "source {version}"),
            Target::Nowhere(why) => why.fmt(f),
        }
    }
}
