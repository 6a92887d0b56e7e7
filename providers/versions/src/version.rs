//! A version that was checked by its scheme.

use crate::parse_error::ParseWarning;
use crate::scheme::Scheme;
use std::cmp::Ordering;
use std::fmt;

/// A version together with its scheme. Its order is the scheme's, and so is its equality: dpkg's `1.0` equals `1.0-0`.
/// Whether two texts are the same is told by [`Version::as_str`]. Versions of different schemes order by scheme.
#[derive(Debug, Clone)]
pub struct Version {
    scheme: Scheme,
    text: Box<str>,
    warning: Option<Box<ParseWarning>>,
}

impl Version {
    /// Only `Scheme::parse` makes versions: the text is known to be well-formed.
    pub(crate) fn checked(scheme: Scheme, text: &str, warning: Option<ParseWarning>) -> Self {
        Version { scheme, text: text.into(), warning: warning.map(Box::new) }
    }

    /// Whose rules it follows.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The text as it was written, without blanks around it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What the reference program complains about while it reads this version.
    pub fn warning(&self) -> Option<&ParseWarning> {
        self.warning.as_deref()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.scheme.cmp(&other.scheme).then_with(|| self.scheme.order(&self.text, &other.text))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}
