//! An exception: somebody decided, for a reason and a time, that a deadline does not hold.

use crate::cve::CveId;
use crate::day::Day;
use crate::id::is_called;

/// A named, justified exception that expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    name: String,
    justification: String,
    scope: Scope,
    granted: Day,
    expires: Day,
}

/// What an exception covers. Something has to be named; what is named has to agree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only this vulnerability.
    pub cve: Option<CveId>,
    /// Only what an advisory of this id is about: `DSA-5532-1`, `GHSA-…`; without a revision, of each: `DSA-5532`.
    pub advisory: Option<String>,
    /// Only this component.
    pub component: Option<String>,
    /// Only deadlines of this profile.
    pub profile: Option<String>,
}

/// Why an exception is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExceptionError {
    /// It has no name.
    #[error("an exception needs a name")]
    Name,
    /// It has no reason.
    #[error("the exception `{0}` needs a justification")]
    Justification(String),
    /// It covers everything.
    #[error("the exception `{0}` names no CVE, no advisory and no component; it would cover everything")]
    Scope(String),
    /// It expires before it begins.
    #[error("the exception `{name}` expires on {expires}, before it is granted on {granted}")]
    Expires {
        /// Which.
        name: String,
        /// Its first day.
        granted: Day,
        /// Its last day.
        expires: Day,
    },
}

impl Exception {
    /// An exception from the day it is granted to the day it expires, both included.
    ///
    /// # Errors
    ///
    /// No name, no justification, nothing named that it covers, or an end before the beginning.
    pub fn new(
        name: &str,
        justification: &str,
        scope: Scope,
        granted: Day,
        expires: Day,
    ) -> Result<Exception, ExceptionError> {
        let (name, justification) = (name.trim().to_string(), justification.trim().to_string());
        if name.is_empty() {
            return Err(ExceptionError::Name);
        }
        if justification.is_empty() {
            return Err(ExceptionError::Justification(name));
        }
        if scope.cve.is_none() && scope.advisory.is_none() && scope.component.is_none() {
            return Err(ExceptionError::Scope(name));
        }
        if expires < granted {
            return Err(ExceptionError::Expires { name, granted, expires });
        }
        Ok(Exception { name, justification, scope, granted, expires })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its reason.
    #[must_use]
    pub fn justification(&self) -> &str {
        &self.justification
    }

    /// The profile whose deadlines alone it covers.
    #[must_use]
    pub fn policy(&self) -> Option<&str> {
        self.scope.profile.as_deref()
    }

    /// The component that alone it covers.
    #[must_use]
    pub fn component(&self) -> Option<&str> {
        self.scope.component.as_deref()
    }

    /// Its first day.
    #[must_use]
    pub fn granted(&self) -> Day {
        self.granted
    }

    /// Its last day.
    #[must_use]
    pub fn expires(&self) -> Day {
        self.expires
    }

    /// Whether it covers a finding of a profile; `advisories` are the ids of the records that say it, and their aliases.
    #[must_use]
    pub fn covers<'i>(
        &self,
        cve: Option<CveId>,
        mut advisories: impl Iterator<Item = &'i str>,
        component: &str,
        profile: &str,
    ) -> bool {
        let Scope { cve: only_cve, advisory, component: only_component, profile: only_profile } = &self.scope;
        only_cve.is_none_or(|only| cve == Some(only))
            && advisory.as_ref().is_none_or(|only| advisories.any(|id| is_called(id, only)))
            && only_component.as_deref().is_none_or(|only| only == component)
            && only_profile.as_deref().is_none_or(|only| only == profile)
    }

    /// Whether it holds on that day.
    #[must_use]
    pub fn holds(&self, now: Day) -> bool {
        self.granted <= now && now <= self.expires
    }
}
