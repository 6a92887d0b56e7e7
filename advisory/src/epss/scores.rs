//! The scores of one day.

use super::error::EpssError;
use super::row::row;
use super::{MOST_BYTES, MOST_LINE};
use crate::cve::CveId;
use crate::day::Day;
use crate::input;

/// How likely a CVE is exploited.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likelihood {
    /// Within 30 days, from 0 to 1.
    pub probability: f64,
    /// The share of all CVEs that are at most as likely, from 0 to 1; none before September 2021.
    pub percentile: Option<f64>,
}

/// A day's scores, of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// The model, such as `v2025.03.14`; none before February 2022, when the feed did not say.
    pub model: Option<String>,
    /// The day; before February 2022 that of the file's name, where it was given.
    pub day: Option<Day>,
    /// Whether the last row has its line end. Without one the feed may have been cut within a number.
    pub ended: bool,
    /// In the order of CVEs.
    rows: Vec<(CveId, Likelihood)>,
}

/// A probability from which on something holds, for one model only.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// The model that it was chosen for.
    pub model: String,
    /// From 0 to 1, inclusive.
    pub probability: f64,
}

/// Numbers of two models do not compare.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("scores of the model {found} do not compare with those of {expected}")]
pub struct OtherModel {
    /// The model asked for.
    pub expected: String,
    /// The model of the scores; `unknown` where the feed did not say.
    pub found: String,
}

impl Scores {
    /// Reads a day in any form that the feed had since April 2021. `named` is the day that the file's name says; it
    /// counts only where the text says none.
    ///
    /// # Errors
    ///
    /// No text, other columns, a line or a number beyond its limits, or a CVE that stands there twice.
    pub fn read(bytes: &[u8], named: Option<Day>) -> Result<Scores, EpssError> {
        let text = input::text(bytes, MOST_BYTES)?;
        let mut lines = Lines { rest: text, line: 0 };
        let first = lines.next().ok_or(EpssError::Empty)??;
        let (remark, columns) = match first.strip_prefix('#') {
            Some(remark) => (Some(remark), lines.next().ok_or(EpssError::Empty)??),
            None => (None, first),
        };
        let (model, day) = match remark {
            Some(remark) => said(remark).map(|(model, day)| (Some(model), Some(day)))?,
            None => (None, named),
        };
        let rows = rows(lines, percentile(columns)?, text.len())?;
        if rows.is_empty() {
            Err(EpssError::Empty)
        } else {
            Ok(Scores { model, day, ended: text.ends_with('\n'), rows })
        }
    }

    /// How many CVEs have a score.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none; scores that were read have some.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The score of a CVE.
    #[must_use]
    pub fn of(&self, cve: CveId) -> Option<Likelihood> {
        self.rows.binary_search_by_key(&cve, |(cve, _)| *cve).ok().map(|at| self.rows[at].1)
    }

    /// All scores, in the order of CVEs.
    #[must_use]
    pub fn rows(&self) -> &[(CveId, Likelihood)] {
        &self.rows
    }

    /// The CVEs that reach a threshold.
    ///
    /// # Errors
    ///
    /// The threshold is of another model.
    pub fn reaching(&self, threshold: &Threshold) -> Result<Vec<CveId>, OtherModel> {
        self.is_of(&threshold.model)?;
        let reaching =
            self.rows.iter().filter(|(_, likelihood)| likelihood.probability >= threshold.probability);
        Ok(reaching.map(|(cve, _)| *cve).collect())
    }

    /// By how much the probability of a CVE rose since an earlier day; none where one of the days has no score of it.
    ///
    /// # Errors
    ///
    /// The days are of different models.
    pub fn trend(&self, earlier: &Scores, cve: CveId) -> Result<Option<f64>, OtherModel> {
        self.is_of(earlier.model.as_deref().unwrap_or(UNKNOWN))?;
        let both = self.of(cve).zip(earlier.of(cve));
        Ok(both.map(|(now, then)| now.probability - then.probability))
    }

    /// An unknown model is not even like itself: nobody said that it stayed the same.
    fn is_of(&self, model: &str) -> Result<(), OtherModel> {
        if self.model.as_deref() == Some(model) {
            return Ok(());
        }
        let found = self.model.clone().unwrap_or_else(|| UNKNOWN.to_string());
        Err(OtherModel { expected: model.to_string(), found })
    }
}

const UNKNOWN: &str = "unknown";

/// Model and day of a remark such as `model_version:v2025.03.14,score_date:2025-03-19T00:00:00+0000`; since 2026 the time
/// zone is written `Z`.
fn said(remark: &str) -> Result<(String, Day), EpssError> {
    let value = |name: &str| {
        let pairs = remark.split(',').filter_map(|pair| pair.split_once(':'));
        pairs.into_iter().find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
    };
    let model = value("model_version").filter(|model| !model.is_empty());
    let day = value("score_date").and_then(Day::parse);
    let said = model.zip(day).map(|(model, day)| (model.to_string(), day));
    said.ok_or_else(|| EpssError::Remark(format!("#{remark}")))
}

/// Whether the columns have a percentile.
fn percentile(columns: &str) -> Result<bool, EpssError> {
    match columns {
        "cve,epss" => Ok(false),
        "cve,epss,percentile" => Ok(true),
        other => Err(EpssError::Columns(other.chars().take(80).collect())),
    }
}

fn rows(mut lines: Lines<'_>, percentile: bool, bytes: usize) -> Result<Vec<(CveId, Likelihood)>, EpssError> {
    // A row has at least 20 bytes, mostly about 30; one allocation is enough for a whole feed.
    let mut rows = Vec::with_capacity((bytes / 30).min(1 << 20));
    while let Some(text) = lines.next() {
        let text = text?;
        let read = row(text, percentile);
        rows.push(
            read.ok_or_else(|| EpssError::Row { line: lines.line, text: text.chars().take(60).collect() })?,
        );
    }
    if !rows.is_sorted_by_key(|(cve, _)| *cve) {
        rows.sort_by_key(|(cve, _)| *cve);
    }
    match rows.array_windows().find(|[(a, _), (b, _)]| a == b) {
        Some([(cve, _), _]) => Err(EpssError::Twice(*cve)),
        None => Ok(rows),
    }
}

/// Lines that are not blank, without their end, and within the limit.
struct Lines<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Result<&'a str, EpssError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            self.line += 1;
            let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
            self.rest = rest;
            if line.len() > MOST_LINE {
                return Some(Err(EpssError::Long { line: self.line }));
            }
            let line = line.strip_suffix('\r').unwrap_or(line);
            if !line.is_empty() {
                return Some(Ok(line));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
