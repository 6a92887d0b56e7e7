//! `check "http"`: an address of the web answers as expected.

use crate::world::{clock, http};
use patchform_sdk::line::beginning;
use std::time::Duration;

/// # Errors
/// What was found instead, in a sentence.
pub(super) fn ask(
    url: &str,
    expect_status: u16,
    expect_body: Option<&str>,
    max_latency: Option<Duration>,
    timeout: Duration,
) -> Result<(), String> {
    let asked = clock::steady();
    let response = http::get(url, timeout).map_err(|e| format!("http GET {url} failed: {e}"))?;
    let took = asked.elapsed();
    if response.status != expect_status {
        let said = response.body.lines().next().map(str::trim).filter(|line| !line.is_empty());
        let said = said.map_or(String::new(), |line| format!(": {}", beginning(line.as_bytes())));
        return Err(format!("http GET {url} answered {}, expected {expect_status}{said}", response.status));
    }
    if let Some(text) = expect_body.filter(|text| !response.body.contains(*text)) {
        let body = beginning(response.body.as_bytes());
        return Err(format!(
            "http GET {url} answered {expect_status}, but without {text:?}; the body begins: {body}"
        ));
    }
    match max_latency.filter(|most| took > *most) {
        Some(most) => Err(format!(
            "http GET {url} answered {expect_status}, but in {} ms; at most {} ms are allowed",
            took.as_millis(),
            most.as_millis()
        )),
        None => Ok(()),
    }
}
