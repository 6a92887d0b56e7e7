//! One row: a CVE, its probability, and since September 2021 its percentile.

use super::scores::Likelihood;
use crate::cve::CveId;

/// Reads a row of two or three columns.
pub(super) fn row(line: &str, percentile: bool) -> Option<(CveId, Likelihood)> {
    let (cve, rest) = line.split_once(',')?;
    let (epss, rest) = if percentile { rest.split_once(',')? } else { (rest, "") };
    let likelihood = Likelihood {
        probability: share(epss)?,
        percentile: if percentile { Some(share(rest)?) } else { None },
    };
    Some((CveId::parse(cve)?, likelihood))
}

/// A number from 0 to 1. Only digits, point and exponent are read, so neither `inf` nor `nan` nor blanks.
fn share(text: &str) -> Option<f64> {
    let formed =
        text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'));
    let number: f64 = if formed { text.parse().ok()? } else { return None };
    (0.0..=1.0).contains(&number).then_some(number)
}
