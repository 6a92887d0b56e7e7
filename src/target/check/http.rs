//! `check "http"`: an address of the web answers as expected.

use crate::config::checked::Web;
use crate::target::{Targets, credential};
use crate::world::{certificate, clock, http};
use patchform_sdk::line::beginning;
use std::time::Duration;

/// # Errors
/// What was found instead, in a sentence.
pub(super) fn ask(wanted: &Web, timeout: Duration, targets: &Targets) -> Result<(), String> {
    let Web { url, expect_status, trusted, .. } = wanted;
    let trusted = trusted.as_deref();
    let headers = credential::headers(wanted.credential.as_ref(), targets)
        .map_err(|why| format!("http GET {url} was not asked: {why}"))?;
    let asked = clock::steady();
    let response =
        http::get(url, &headers, trusted, timeout).map_err(|e| format!("http GET {url} failed: {e}"))?;
    let took = asked.elapsed();
    if response.status != *expect_status {
        let said = response.body.lines().next().map(str::trim).filter(|line| !line.is_empty());
        let said = said.map_or(String::new(), |line| format!(": {}", beginning(line.as_bytes())));
        return Err(format!("http GET {url} answered {}, expected {expect_status}{said}", response.status));
    }
    if let Some(text) = wanted.expect_body.as_ref().filter(|text| !response.body.contains(*text)) {
        let body = beginning(response.body.as_bytes());
        return Err(format!(
            "http GET {url} answered {expect_status}, but without {text:?}; the body begins: {body}"
        ));
    }
    if let Some(most) = wanted.max_latency.filter(|most| took > *most) {
        return Err(format!(
            "http GET {url} answered {expect_status}, but in {} ms; at most {} ms are allowed",
            took.as_millis(),
            most.as_millis()
        ));
    }
    let Some(left) = wanted.valid_for else { return Ok(()) };
    certificate::holds(url, trusted, left, timeout)
        .map_err(|why| format!("http GET {url} answered {expect_status}, but {why}"))
}
