//! A vector, checked against the form of its version, and its scores.

use super::metric::{Group, Metric, Version};
use super::score::{Score, Severity};
use super::third::Third;
use ::cvss::Cvss;
use std::fmt;
use std::str::FromStr;

/// The longest text that is read as a vector. The longest valid one (4.0, every metric given) has fewer than 250.
pub const MOST_BYTES: usize = 512;

/// A metric and the value it is given.
type Given = (&'static Metric, &'static str);

/// A vector whose metrics are known, given at most once, and complete in the base group.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector {
    version: Version,
    /// In the order of the specification.
    given: Vec<Given>,
    computed: Cvss,
}

/// Why a text is not a vector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VectorError {
    /// Longer than [`MOST_BYTES`].
    #[error("a CVSS vector has at most {MOST_BYTES} bytes; this text has {0}")]
    TooLong(usize),
    /// It begins with `CVSS:`, but not with a version that is known.
    #[error(
        "the vector begins with `{0}`; known are CVSS:3.0/, CVSS:3.1/, CVSS:4.0/, and vectors of 2.0 without any"
    )]
    Version(String),
    /// A part is not a name and a value with a colon between.
    #[error("`{0}` is not of the form NAME:VALUE")]
    Pair(String),
    /// The version has no such metric.
    #[error("CVSS {version} has no metric `{name}`")]
    Metric {
        /// Of the vector.
        version: Version,
        /// As it stands there.
        name: String,
    },
    /// The metric has no such value.
    #[error("the metric {name} of CVSS {version} is {}; not `{value}`", allowed.join(", "))]
    Value {
        /// Of the vector.
        version: Version,
        /// Of the metric.
        name: &'static str,
        /// As it stands there.
        value: String,
        /// What it may be.
        allowed: &'static [&'static str],
    },
    /// A metric is given twice.
    #[error("the metric {0} is given twice")]
    Twice(&'static str),
    /// A metric of the base group is not given.
    #[error("the base metric {0} is missing")]
    Missing(&'static str),
    /// Strict reading only: the metric stands behind one that it belongs before.
    #[error("the metric {0} is not in its place; the specification fixes the order")]
    Order(&'static str),
    /// Strict reading only: 2.0 gives a group whole or not at all.
    #[error("the metric {0} is missing, though others of its group are given")]
    Partial(&'static str),
    /// The equations refuse what the form allows.
    #[error("the vector cannot be computed: {0}")]
    Equation(String),
}

impl Vector {
    /// Reads a vector as publishers write it: metrics in any order, groups other than base given in part.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with the text.
    pub fn parse(text: &str) -> Result<Vector, VectorError> {
        let (version, metrics) = read(text)?;
        Vector::complete(version, metrics)
    }

    /// Reads a vector by the letter of its specification. The guide of 2.0 (section 2.4) fixes the order and lists a
    /// group whole; 3.0 and 3.1 (section 6) allow any order; 4.0 (section 7) fixes it.
    ///
    /// # Errors
    ///
    /// As [`Vector::parse`], and where order or wholeness is broken.
    pub fn parse_strict(text: &str) -> Result<Vector, VectorError> {
        let (version, metrics) = read(text)?;
        if matches!(version, Version::V2 | Version::V40) {
            ordered(version, &metrics)?;
        }
        let vector = Vector::complete(version, metrics)?;
        if version == Version::V2 {
            whole(&vector, Group::Threat)?;
            whole(&vector, Group::Environmental)?;
        }
        Ok(vector)
    }

    fn complete(version: Version, mut given: Vec<Given>) -> Result<Vector, VectorError> {
        given.sort_by_key(|(metric, _)| place(version, metric));
        if let Some([(metric, _), _]) = given.array_windows().find(|[(a, _), (b, _)]| a == b) {
            return Err(VectorError::Twice(metric.name));
        }
        for metric in version.metrics().iter().filter(|metric| metric.group == Group::Base) {
            if !given.iter().any(|(known, _)| known.name == metric.name) {
                return Err(VectorError::Missing(metric.name));
            }
        }
        let computed = equations(&written(version, &given))?;
        Ok(Vector { version, given, computed })
    }

    /// The version that the vector is written in.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whether a metric of that group is given and defined.
    #[must_use]
    pub fn gives(&self, group: Group) -> bool {
        self.given.iter().any(|(metric, value)| metric.group == group && !Metric::undefined(value))
    }

    /// The base score.
    #[must_use]
    pub fn base(&self) -> Score {
        self.score(Group::Base)
    }

    /// The score of that group together with the groups that it stands on: the base score, the temporal (4.0: threat)
    /// score, or the environmental score, which counts every group. Metrics that are not given count as not defined.
    /// Supplemental metrics change nothing: their score is that of all the others.
    #[must_use]
    pub fn score(&self, group: Group) -> Score {
        let all = matches!(group, Group::Environmental | Group::Supplemental);
        match &self.computed {
            Cvss::CvssV20(vector) => Score::of_equation(match group {
                Group::Base => vector.score().value(),
                Group::Threat => vector.temporal_score().value(),
                _ => vector.environmental_score().value(),
            }),
            Cvss::CvssV40(vector) if all => Score::of_equation(vector.score().value()),
            Cvss::CvssV40(_) => {
                Score::of_equation(self.only_up_to(group).map_or(0.0, |vector| vector.score()))
            }
            _ => Third { version: self.version, value: &|name| self.value(name) }.score(group),
        }
    }

    /// The score of everything that the vector says: what 4.0 calls CVSS-B, -BT, -BE or -BTE.
    #[must_use]
    pub fn overall(&self) -> Score {
        let most = [Group::Environmental, Group::Threat].into_iter().find(|group| self.gives(*group));
        self.score(most.unwrap_or(Group::Base))
    }

    /// The score that publishers are to put beside the vector: the base score; in 4.0, which has one score for whatever
    /// is given (section 1.3), that of everything.
    #[must_use]
    pub fn principal(&self) -> Score {
        if self.version == Version::V40 { self.overall() } else { self.base() }
    }

    /// The word for the principal score.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.principal().severity(self.version)
    }

    /// The value of a metric; `X` where it is not given.
    fn value(&self, name: &str) -> &'static str {
        self.given.iter().find(|(metric, _)| metric.name == name).map_or("X", |(_, value)| value)
    }

    /// The same vector without the groups after `group`. It was computed whole before, so its part computes, too.
    fn only_up_to(&self, group: Group) -> Option<Cvss> {
        let given: Vec<_> = self.given.iter().copied().filter(|(metric, _)| metric.group <= group).collect();
        equations(&written(self.version, &given)).ok()
    }
}

impl FromStr for Vector {
    type Err = VectorError;

    fn from_str(text: &str) -> Result<Vector, VectorError> {
        Vector::parse(text)
    }
}

impl fmt::Display for Vector {
    /// The vector with its metrics in the order of the specification.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(self.version, &self.given))
    }
}

/// The version and the metrics in the order of the text, each known by its version.
fn read(text: &str) -> Result<(Version, Vec<Given>), VectorError> {
    if text.len() > MOST_BYTES {
        return Err(VectorError::TooLong(text.len()));
    }
    let (version, rest) = split_version(text)?;
    let metrics: Result<_, _> = rest.split('/').map(|part| read_metric(version, part)).collect();
    Ok((version, metrics?))
}

fn split_version(text: &str) -> Result<(Version, &str), VectorError> {
    for version in [Version::V40, Version::V31, Version::V30] {
        if let Some(rest) = text.strip_prefix(version.prefix()) {
            return Ok((version, rest));
        }
    }
    let first = text.split('/').next().unwrap_or_default();
    if first.starts_with("CVSS") {
        Err(VectorError::Version(first.to_string()))
    } else {
        Ok((Version::V2, text))
    }
}

fn read_metric(version: Version, part: &str) -> Result<Given, VectorError> {
    let (name, value) = part.split_once(':').ok_or_else(|| VectorError::Pair(part.to_string()))?;
    let metric = version
        .metrics()
        .iter()
        .find(|metric| metric.name == name)
        .ok_or_else(|| VectorError::Metric { version, name: name.to_string() })?;
    let known = metric.values.iter().find(|known| **known == value);
    let known = known.ok_or_else(|| VectorError::Value {
        version,
        name: metric.name,
        value: value.to_string(),
        allowed: metric.values,
    })?;
    Ok((metric, known))
}

/// Where the metric stands in the table of its version.
fn place(version: Version, metric: &Metric) -> usize {
    version.metrics().iter().position(|known| known == metric).unwrap_or(usize::MAX)
}

fn ordered(version: Version, metrics: &[Given]) -> Result<(), VectorError> {
    let places = metrics.iter().map(|(metric, _)| place(version, metric));
    let wrong = places.clone().zip(places.skip(1)).position(|(a, b)| a > b);
    wrong.map_or(Ok(()), |at| Err(VectorError::Order(metrics[at + 1].0.name)))
}

fn whole(vector: &Vector, group: Group) -> Result<(), VectorError> {
    let has = |metric: &Metric| vector.given.iter().any(|(known, _)| *known == metric);
    let all = || vector.version.metrics().iter().filter(|metric| metric.group == group);
    if !all().any(has) {
        return Ok(());
    }
    all().find(|metric| !has(metric)).map_or(Ok(()), |metric| Err(VectorError::Partial(metric.name)))
}

fn written(version: Version, given: &[Given]) -> String {
    let parts: Vec<String> = given.iter().map(|(metric, value)| format!("{}:{value}", metric.name)).collect();
    format!("{}{}", version.prefix(), parts.join("/"))
}

fn equations(text: &str) -> Result<Cvss, VectorError> {
    // Only a prefix makes the crate's own `Cvss` choose a version.
    let read = if text.starts_with("CVSS:") { text.parse() } else { text.parse().map(Cvss::CvssV20) };
    read.map_err(|error: ::cvss::Error| VectorError::Equation(error.to_string()))
}

#[cfg(test)]
mod tests;
