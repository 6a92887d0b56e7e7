//! The scores of one day.

use super::row::row;
use super::{MOST_BYTES, MOST_LINE};
use crate::cve::CveId;
use crate::day::Day;
use crate::fault::Fault;
use crate::input;
use crate::line::Lines;

const WHAT: &str = "EPSS scores";

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
    pub fn read(bytes: &[u8], named: Option<Day>) -> Result<Scores, Fault> {
        let text = input::text(WHAT, bytes, MOST_BYTES)?;
        let mut lines = Lines::new(text.as_bytes(), WHAT, MOST_LINE);
        let first = next(&mut lines)?.ok_or_else(empty)?;
        let (remark, columns) = match first.strip_prefix('#') {
            Some(remark) => (Some(remark), next(&mut lines)?.ok_or_else(empty)?),
            None => (None, first),
        };
        let (model, day) = match remark {
            Some(remark) => {
                let (model, day) = said(remark).ok_or_else(|| unsaid(remark))?;
                (Some(model), Some(day))
            }
            None => (None, named),
        };
        let columns = percentile(columns).ok_or_else(|| {
            let columns: String = columns.chars().take(80).collect();
            lines.fault(format!("the columns are `{columns}`, not `cve,epss` or `cve,epss,percentile`"))
        })?;
        let rows = rows(lines, columns, text.len())?;
        if rows.is_empty() {
            Err(empty())
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
fn said(remark: &str) -> Option<(String, Day)> {
    let value = |name: &str| {
        let pairs = remark.split(',').filter_map(|pair| pair.split_once(':'));
        pairs.into_iter().find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
    };
    let model = value("model_version").filter(|model| !model.is_empty());
    let day = value("score_date").and_then(Day::parse);
    model.zip(day).map(|(model, day)| (model.to_string(), day))
}

fn unsaid(remark: &str) -> Fault {
    Fault::line(WHAT, 1, format!("it is `#{remark}`, not `#model_version:…,score_date:…`"))
}

/// Whether the columns have a percentile; none where they are others.
fn percentile(columns: &str) -> Option<bool> {
    match columns {
        "cve,epss" => Some(false),
        "cve,epss,percentile" => Some(true),
        _ => None,
    }
}

fn rows(mut lines: Lines<'_>, percentile: bool, bytes: usize) -> Result<Vec<(CveId, Likelihood)>, Fault> {
    // A row has at least 20 bytes, mostly about 30; one allocation is enough for a whole feed.
    let mut rows = Vec::with_capacity((bytes / 30).min(1 << 20));
    while let Some(text) = next(&mut lines)? {
        let read = row(text, percentile);
        rows.push(read.ok_or_else(|| lines.fault(format!("it is no CVE with its scores: `{text:.60}`")))?);
    }
    if !rows.is_sorted_by_key(|(cve, _)| *cve) {
        rows.sort_by_key(|(cve, _)| *cve);
    }
    match rows.array_windows().find(|[(a, _), (b, _)]| a == b) {
        Some([(cve, _), _]) => Err(Fault::whole(WHAT, format!("{cve} stands there twice"))),
        None => Ok(rows),
    }
}

/// The next line that is not blank.
fn next<'a>(lines: &mut Lines<'a>) -> Result<Option<&'a str>, Fault> {
    for line in lines.by_ref() {
        let line = line?;
        if !line.is_empty() {
            return std::str::from_utf8(line).map(Some).map_err(|_| lines.fault("the line is not UTF-8"));
        }
    }
    Ok(None)
}

fn empty() -> Fault {
    Fault::whole(WHAT, "there are no scores")
}

#[cfg(test)]
mod tests;
