//! The metrics of each version, in the order that its specification lists them.

use std::fmt;

/// A version of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// 2.0, of 2007.
    V2,
    /// 3.0, of 2015.
    V30,
    /// 3.1, of 2019.
    V31,
    /// 4.0, of 2023.
    V40,
}

impl Version {
    /// What a vector of this version begins with; nothing before version 3.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Version::V2 => "",
            Version::V30 => "CVSS:3.0/",
            Version::V31 => "CVSS:3.1/",
            Version::V40 => "CVSS:4.0/",
        }
    }

    /// The metrics in the order of the specification: section 2.4 of 2.0, table 15 of 3.1, table 23 of 4.0.
    pub(super) fn metrics(self) -> &'static [Metric] {
        match self {
            Version::V2 => V2,
            Version::V30 | Version::V31 => V3,
            Version::V40 => V4,
        }
    }
}

impl fmt::Display for Version {
    /// `2.0`, `3.0`, `3.1`, `4.0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Version::V2 => "2.0",
            Version::V30 => "3.0",
            Version::V31 => "3.1",
            Version::V40 => "4.0",
        })
    }
}

/// A group of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// What does not change over time nor from place to place; mandatory.
    Base,
    /// What changes over time: the temporal metrics of versions 2 and 3, the threat metric of version 4.
    Threat,
    /// What depends on the place.
    Environmental,
    /// What is said besides and changes no score; version 4 only.
    Supplemental,
}

impl Group {
    /// What a person calls the group in that version.
    #[must_use]
    pub fn name(self, version: Version) -> &'static str {
        match self {
            Group::Base => "base",
            Group::Threat if version == Version::V40 => "threat",
            Group::Threat => "temporal",
            Group::Environmental => "environmental",
            Group::Supplemental => "supplemental",
        }
    }
}

/// One metric: its short name, its group, and the values it may have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Metric {
    pub(super) name: &'static str,
    pub(super) group: Group,
    pub(super) values: &'static [&'static str],
}

impl Metric {
    /// Whether that value says "not defined", which is as if the metric were absent.
    pub(super) fn undefined(value: &str) -> bool {
        matches!(value, "X" | "ND")
    }
}

const fn metric(group: Group, name: &'static str, values: &'static [&'static str]) -> Metric {
    Metric { name, group, values }
}

use Group::{Base, Environmental, Supplemental, Threat};

const V2: &[Metric] = &[
    metric(Base, "AV", &["L", "A", "N"]),
    metric(Base, "AC", &["H", "M", "L"]),
    metric(Base, "Au", &["M", "S", "N"]),
    metric(Base, "C", &["N", "P", "C"]),
    metric(Base, "I", &["N", "P", "C"]),
    metric(Base, "A", &["N", "P", "C"]),
    metric(Threat, "E", &["U", "POC", "F", "H", "ND"]),
    metric(Threat, "RL", &["OF", "TF", "W", "U", "ND"]),
    metric(Threat, "RC", &["UC", "UR", "C", "ND"]),
    metric(Environmental, "CDP", &["N", "L", "LM", "MH", "H", "ND"]),
    metric(Environmental, "TD", &["N", "L", "M", "H", "ND"]),
    metric(Environmental, "CR", &["L", "M", "H", "ND"]),
    metric(Environmental, "IR", &["L", "M", "H", "ND"]),
    metric(Environmental, "AR", &["L", "M", "H", "ND"]),
];

const V3: &[Metric] = &[
    metric(Base, "AV", &["N", "A", "L", "P"]),
    metric(Base, "AC", &["L", "H"]),
    metric(Base, "PR", &["N", "L", "H"]),
    metric(Base, "UI", &["N", "R"]),
    metric(Base, "S", &["U", "C"]),
    metric(Base, "C", &["H", "L", "N"]),
    metric(Base, "I", &["H", "L", "N"]),
    metric(Base, "A", &["H", "L", "N"]),
    metric(Threat, "E", &["X", "H", "F", "P", "U"]),
    metric(Threat, "RL", &["X", "U", "W", "T", "O"]),
    metric(Threat, "RC", &["X", "C", "R", "U"]),
    metric(Environmental, "CR", &["X", "H", "M", "L"]),
    metric(Environmental, "IR", &["X", "H", "M", "L"]),
    metric(Environmental, "AR", &["X", "H", "M", "L"]),
    metric(Environmental, "MAV", &["X", "N", "A", "L", "P"]),
    metric(Environmental, "MAC", &["X", "L", "H"]),
    metric(Environmental, "MPR", &["X", "N", "L", "H"]),
    metric(Environmental, "MUI", &["X", "N", "R"]),
    metric(Environmental, "MS", &["X", "U", "C"]),
    metric(Environmental, "MC", &["X", "N", "L", "H"]),
    metric(Environmental, "MI", &["X", "N", "L", "H"]),
    metric(Environmental, "MA", &["X", "N", "L", "H"]),
];

const V4: &[Metric] = &[
    metric(Base, "AV", &["N", "A", "L", "P"]),
    metric(Base, "AC", &["L", "H"]),
    metric(Base, "AT", &["N", "P"]),
    metric(Base, "PR", &["N", "L", "H"]),
    metric(Base, "UI", &["N", "P", "A"]),
    metric(Base, "VC", &["H", "L", "N"]),
    metric(Base, "VI", &["H", "L", "N"]),
    metric(Base, "VA", &["H", "L", "N"]),
    metric(Base, "SC", &["H", "L", "N"]),
    metric(Base, "SI", &["H", "L", "N"]),
    metric(Base, "SA", &["H", "L", "N"]),
    metric(Threat, "E", &["X", "A", "P", "U"]),
    metric(Environmental, "CR", &["X", "H", "M", "L"]),
    metric(Environmental, "IR", &["X", "H", "M", "L"]),
    metric(Environmental, "AR", &["X", "H", "M", "L"]),
    metric(Environmental, "MAV", &["X", "N", "A", "L", "P"]),
    metric(Environmental, "MAC", &["X", "L", "H"]),
    metric(Environmental, "MAT", &["X", "N", "P"]),
    metric(Environmental, "MPR", &["X", "N", "L", "H"]),
    metric(Environmental, "MUI", &["X", "N", "P", "A"]),
    metric(Environmental, "MVC", &["X", "N", "L", "H"]),
    metric(Environmental, "MVI", &["X", "N", "L", "H"]),
    metric(Environmental, "MVA", &["X", "N", "L", "H"]),
    metric(Environmental, "MSC", &["X", "N", "L", "H"]),
    metric(Environmental, "MSI", &["X", "N", "L", "H", "S"]),
    metric(Environmental, "MSA", &["X", "N", "L", "H", "S"]),
    metric(Supplemental, "S", &["X", "N", "P"]),
    metric(Supplemental, "AU", &["X", "N", "Y"]),
    metric(Supplemental, "R", &["X", "A", "U", "I"]),
    metric(Supplemental, "V", &["X", "D", "C"]),
    metric(Supplemental, "RE", &["X", "L", "M", "H"]),
    metric(Supplemental, "U", &["X", "Clear", "Green", "Amber", "Red"]),
];
