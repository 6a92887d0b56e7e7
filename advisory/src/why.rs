//! Why a package is affected, is not although an advisory names it, or cannot be told.

use crate::affected::NoFix;
use crate::installed::Module;
use std::fmt;

/// What an advisory means for a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Named, and not affected.
    NotAffected,
    /// Named, and it cannot be told: never to be taken for safe.
    Unknown,
    /// Affected.
    Affected,
}

/// The reason of a verdict. The later of two reasons with the same verdict says more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why<'a> {
    /// The entry speaks of other architectures.
    OtherArchitecture(&'a [String]),
    /// The entry speaks of another module stream; none is "no module".
    OtherStream(Option<&'a Module>),
    /// No range and no listed version has it.
    InNoRange,
    /// Below the first version that is affected.
    BeforeFirst,
    /// Above the last version that is affected.
    AfterLast(&'a str),
    /// At or above the fix.
    Fixed(&'a str),
    /// The vendor says that it is not affected.
    VendorSaysNot,
    /// The vendor does not know whether it is affected.
    Undetermined,
    /// The vendor is looking at it.
    UnderInvestigation,
    /// The vendor speaks of other versions only.
    OtherVersions(&'a [String]),
    /// The order of the ecosystem's versions is not known here.
    NoOrder,
    /// Only commits are named, and no version shows which ones it holds.
    CommitsOnly,
    /// A version, the host's or the record's, cannot be read.
    Unreadable(String),
    /// A modular build, of a stream that the record or the host does not name.
    StreamNotNamed,
    /// Affected, and there is no fix.
    NoFix(NoFix),
    /// Affected: below a fix that the host's channels do not offer.
    FixOutOfReach(&'a str),
    /// Affected: one of the listed versions.
    Listed,
    /// Affected: in a range without a fix.
    InRange,
    /// Affected: below a fix.
    Below(&'a str),
}

impl<'a> Why<'a> {
    /// What follows from it.
    pub fn verdict(&self) -> Verdict {
        match self {
            Why::OtherArchitecture(_)
            | Why::OtherStream(_)
            | Why::InNoRange
            | Why::BeforeFirst
            | Why::AfterLast(_)
            | Why::Fixed(_)
            | Why::VendorSaysNot => Verdict::NotAffected,
            Why::Undetermined
            | Why::UnderInvestigation
            | Why::OtherVersions(_)
            | Why::NoOrder
            | Why::CommitsOnly
            | Why::Unreadable(_)
            | Why::StreamNotNamed => Verdict::Unknown,
            Why::NoFix(_) | Why::FixOutOfReach(_) | Why::Listed | Why::InRange | Why::Below(_) => {
                Verdict::Affected
            }
        }
    }

    /// Whether the entry says something of the version; of several entries, one that does decides.
    pub(crate) fn speaks(&self) -> bool {
        !matches!(self, Why::OtherVersions(_))
    }

    /// The version to go to, where the host can have it.
    pub fn fix(&self) -> Option<&'a str> {
        match self {
            Why::Below(fix) => Some(fix),
            _ => None,
        }
    }
}

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::OtherArchitecture(arches) => write!(f, "the entry is for {}", arches.join(", ")),
            Why::OtherStream(Some(module)) => write!(f, "the entry is for the module stream {module}"),
            Why::OtherStream(None) => f.write_str("the entry is for the build outside modules"),
            Why::InNoRange => f.write_str("no affected range has its version"),
            Why::BeforeFirst => f.write_str("it is below the first affected version"),
            Why::AfterLast(last) => write!(f, "it is above {last}, the last affected version"),
            Why::Fixed(fix) => write!(f, "fixed in {fix}"),
            Why::VendorSaysNot => f.write_str("the vendor says that it is not affected"),
            Why::Undetermined => f.write_str("the vendor does not know whether it is affected"),
            Why::UnderInvestigation => f.write_str("the vendor is looking at it"),
            Why::OtherVersions(versions) => {
                write!(f, "the vendor speaks of other versions: ")?;
                let shown = versions.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
                f.write_str(&shown)?;
                f.write_str(if versions.len() > 3 { ", …" } else { "" })
            }
            Why::NoOrder => f.write_str("the order of this ecosystem's versions is not known here"),
            Why::CommitsOnly => {
                f.write_str("only commits are named, and no version shows which ones it holds")
            }
            Why::Unreadable(reason) => f.write_str(reason),
            Why::StreamNotNamed => f.write_str("it is a modular build, and its stream is not named"),
            Why::NoFix(why) => f.write_str(why.words()),
            Why::FixOutOfReach(fix) => write!(f, "below {fix}, which the channels of this host do not offer"),
            Why::Listed => f.write_str("its version is listed as affected"),
            Why::InRange => f.write_str("its version is in an affected range, which has no fix"),
            Why::Below(fix) => write!(f, "below {fix}"),
        }
    }
}
