//! Scores and points of a container.

use super::text::Text;
use crate::cvss::{Agreement, Score, Vector, VectorError, Version};
use crate::day::Day;
use crate::ssvc::{CisaPoints, Selection};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A CVSS vector and what was published beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Published<'a> {
    /// The field that it stood in: `cvssV2_0`, `cvssV3_0`, `cvssV3_1`, `cvssV4_0`.
    pub field: Version,
    /// `vectorString`
    pub vector: Text<'a>,
    /// `baseScore`, never to be trusted.
    pub score: f64,
    /// `baseSeverity`; 2.0 has none.
    pub severity: Option<Text<'a>>,
}

impl Published<'_> {
    /// The vector, from which scores are computed.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read(&self) -> Result<Vector, VectorError> {
        Vector::parse(&self.vector)
    }

    /// How the published score relates to the vector's; none where the vector or the number cannot be read.
    #[must_use]
    pub fn agreement(&self) -> Option<Agreement> {
        Some(Agreement::of(&self.read().ok()?, Score::of_number(self.score)?))
    }
}

/// One of `metrics`: it has one or several of these.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metric<'a> {
    #[serde(borrow, rename = "cvssV2_0")]
    second: Option<Cvss<'a>>,
    #[serde(rename = "cvssV3_0")]
    third: Option<Cvss<'a>>,
    #[serde(rename = "cvssV3_1")]
    third_one: Option<Cvss<'a>>,
    #[serde(rename = "cvssV4_0")]
    fourth: Option<Cvss<'a>>,
    other: Option<Other<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cvss<'a> {
    #[serde(borrow)]
    vector_string: Text<'a>,
    base_score: f64,
    base_severity: Option<Text<'a>>,
}

/// What is no CVSS: its content has a form of its own for every type.
#[derive(Deserialize)]
struct Other<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    content: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kev<'a> {
    #[serde(borrow)]
    date_added: Text<'a>,
}

/// What the metrics of a container say together.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Metrics<'a> {
    pub(super) scores: Vec<Published<'a>>,
    pub(super) ssvc: Option<CisaPoints>,
    pub(super) kev_added: Option<Day>,
}

impl<'a> Metrics<'a> {
    pub(super) fn take(&mut self, metric: Metric<'a>) -> Result<(), String> {
        let fields = [
            (Version::V2, metric.second),
            (Version::V30, metric.third),
            (Version::V31, metric.third_one),
            (Version::V40, metric.fourth),
        ];
        let given = fields.into_iter().filter_map(|(field, cvss)| Some((field, cvss?)));
        self.scores.extend(given.map(|(field, cvss)| Published {
            field,
            vector: cvss.vector_string,
            score: cvss.base_score,
            severity: cvss.base_severity,
        }));
        metric.other.map_or(Ok(()), |other| self.take_other(&other))
    }

    fn take_other(&mut self, other: &Other<'a>) -> Result<(), String> {
        let content = other.content.get();
        match &*other.kind {
            "ssvc" => {
                let selection =
                    Selection::read_json(content.as_bytes()).map_err(|error| format!("ssvc: {error}"))?;
                let points = self.ssvc.get_or_insert_default();
                selection.pairs().into_iter().for_each(|(point, value)| points.take(point, value));
            }
            "kev" => {
                let kev: Kev = serde_json::from_str(content).map_err(|error| format!("kev: {error}"))?;
                let day = Day::parse(&kev.date_added);
                self.kev_added = Some(day.ok_or_else(|| format!("kev: `{}` is no day", kev.date_added))?);
            }
            _ => {}
        }
        Ok(())
    }
}
