//! `check "prometheus"`: each value of a query compares with a threshold as it should. Whatever is not a number that a
//! server said just now is nothing to go by: the component may be well, or not.

use super::Found;
use crate::config::checked::Comparison;
use crate::world::http::{self, NoAnswer, Question};
use patchform_sdk::line::beginning;
use serde_json::{Map, Value};
use std::time::Duration;

/// The longest answer that is read, in bytes: some ten thousand series.
const LIMIT: u64 = 4 * 1024 * 1024;

/// # Errors
/// The first value that does not compare so, or why there is none.
pub(super) fn ask(
    (url, query): (&str, &str),
    limit: (Comparison, f64),
    timeout: Duration,
    trusted: Option<&str>,
    headers: &[(String, String)],
) -> Result<(), Found> {
    let nothing = |why: String| Found::Nothing(format!("prometheus {url} {why}"));
    let address = format!("{}/api/v1/query?query={}", url.trim_end_matches('/'), percent(query));
    let question =
        Question { url: &address, headers, timeout, limit: LIMIT, redirections: 3, secure: false, trusted };
    let answer = http::ask(&question).map_err(|none| nothing(unanswered(&none)))?;
    let values = read(answer.status, &answer.body).map_err(nothing)?;
    compare(query, &values, limit)
}

fn unanswered(none: &NoAnswer) -> String {
    let told = none.told(LIMIT);
    if *none == NoAnswer::TooLong { format!("{told}; let the query give fewer series") } else { told }
}

/// A value of an answer, and the labels of its series.
#[derive(Debug, PartialEq)]
struct Sample {
    series: String,
    value: f64,
}

/// The values of an answer (Prometheus, HTTP API, "Instant queries").
fn read(status: u16, body: &[u8]) -> Result<Vec<Sample>, String> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| {
        let body = String::from_utf8_lossy(body);
        let first = body.lines().next().unwrap_or_default().trim();
        format!(
            "answered {status} with something that is no answer to a query: {}",
            beginning(first.as_bytes())
        )
    })?;
    if answer["status"] != "success" {
        let why = answer["error"].as_str().unwrap_or("it does not say why");
        return Err(format!("answered {status} and refuses the query: {}", beginning(why.as_bytes())));
    }
    let data = &answer["data"];
    let samples = match data["resultType"].as_str() {
        Some("scalar") => vec![sample(String::new(), &data["result"])],
        Some("vector") => data["result"]
            .as_array()
            .ok_or("answered without a result")?
            .iter()
            .map(|one| sample(labels(one["metric"].as_object()), &one["value"]))
            .collect(),
        other => {
            let kind = beginning(other.unwrap_or("nothing").as_bytes());
            return Err(format!(
                "answered with a {kind}; write a query that gives one value for each series"
            ));
        }
    };
    let samples: Vec<Sample> =
        samples.into_iter().collect::<Option<_>>().ok_or("answered with a value that is no number")?;
    match samples.is_empty() {
        true => Err("has no data for the query".into()),
        false => Ok(samples),
    }
}

/// `[ time, "value" ]`
fn sample(series: String, pair: &Value) -> Option<Sample> {
    Some(Sample { series, value: pair[1].as_str()?.parse().ok()? })
}

fn labels(metric: Option<&Map<String, Value>>) -> String {
    let pairs = metric.into_iter().flatten();
    let all: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
    if all.is_empty() { String::new() } else { format!(" for {}", beginning(all.join(", ").as_bytes())) }
}

fn compare(query: &str, values: &[Sample], (comparison, threshold): (Comparison, f64)) -> Result<(), Found> {
    // 0/0 is what a rate without requests gives.
    if let Some(none) = values.iter().find(|sample| sample.value.is_nan()) {
        return Err(Found::Nothing(format!("prometheus says that `{query}` is no number{}", none.series)));
    }
    match values.iter().find(|sample| !comparison.holds(sample.value, threshold)) {
        None => Ok(()),
        Some(Sample { series, value }) => Err(Found::Ill(format!(
            "prometheus says that `{query}` is {value}{series}, expected {} {threshold}",
            comparison.sign()
        ))),
    }
}

/// RFC 3986, 2.1: all but the unreserved characters.
fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(values: &[&str]) -> String {
        let all: Vec<String> = values
            .iter()
            .map(|v| format!(r#"{{"metric":{{"job":"shop"}},"value":[1700000000.1,"{v}"]}}"#))
            .collect();
        let result = all.join(",");
        format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{result}]}}}}"#)
    }

    fn judged(body: &str, comparison: Comparison, threshold: f64) -> Result<(), Found> {
        let values = read(200, body.as_bytes()).map_err(Found::Nothing)?;
        compare("up", &values, (comparison, threshold))
    }

    #[test]
    fn every_value_is_compared() {
        assert_eq!(judged(&vector(&["1", "2"]), Comparison::AtLeast, 1.0), Ok(()));
        let says = "prometheus says that `up` is 0 for job=\"shop\", expected >= 1";
        assert_eq!(judged(&vector(&["1", "0"]), Comparison::AtLeast, 1.0), Err(Found::Ill(says.into())));
        let scalar = r#"{"status":"success","data":{"resultType":"scalar","result":[1,"0.5"]}}"#;
        assert_eq!(judged(scalar, Comparison::Below, 0.6), Ok(()));
        assert!(matches!(judged(&vector(&["+Inf"]), Comparison::Below, 5.0), Err(Found::Ill(_))));
    }

    #[test]
    fn what_is_no_number_tells_nothing() {
        for (body, says) in [
            (vector(&["1", "NaN"]), "`up` is no number for job"),
            (vector(&[]), "has no data"),
            (vector(&["one"]), "a value that is no number"),
            (
                r#"{"status":"error","error":"parse error: unexpected end"}"#.into(),
                "refuses the query: parse error",
            ),
            (r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#.into(), "a matrix"),
            (r#"{"status":"success"}"#.into(), "a nothing"),
            (r#"{"status":"success","data":{"resultType":"vector","result":7}}"#.into(), "without a result"),
            ("<html>502</html>".into(), "no answer to a query: <html>502"),
            (vector(&["1"])[..40].into(), "no answer to a query"),
            ("[".repeat(100_000), "no answer to a query"),
            ("null".into(), "does not say why"),
        ] {
            match judged(&body, Comparison::AtLeast, 1.0) {
                Err(Found::Nothing(why)) => assert!(why.contains(says) && why.len() < 500, "{says}: {why}"),
                other => panic!("{says}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_query_is_one_word_of_an_address() {
        assert_eq!(percent("rate(x{a=\"b\"}[5m]) > 0"), "rate%28x%7Ba%3D%22b%22%7D%5B5m%5D%29%20%3E%200");
    }
}
