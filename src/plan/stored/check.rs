//! The stored form of a check.

use super::credential::StoredCredential;
use crate::config::checked::{Check, Comparison, Need, Probe, Web};
use patchform_sdk::ended::millis;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

#[derive(Serialize, Deserialize)]
pub struct StoredCheck<'a> {
    name: Cow<'a, str>,
    probe: StoredProbe<'a>,
    timeout_ms: u64,
    interval_ms: u64,
    within_ms: u64,
    #[serde(default = "once", skip_serializing_if = "is_once")]
    successes: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failures: Option<u32>,
    #[serde(default, skip_serializing_if = "StoredNeed::is_required")]
    need: StoredNeed,
}

#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredNeed {
    #[default]
    Required,
    Kept,
    Wanted,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredProbe<'a> {
    Exec {
        command: Cow<'a, [String]>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expect_output: Option<Cow<'a, str>>,
    },
    Tcp {
        host: Cow<'a, str>,
        port: u16,
    },
    Http {
        url: Cow<'a, str>,
        expect_status: u16,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expect_body: Option<Cow<'a, str>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_latency_ms: Option<u64>,
        /// From form 4 on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        valid_for_ms: Option<u64>,
        /// From form 4 on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trusted: Option<Cow<'a, str>>,
        /// From form 4 on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credential: Option<StoredCredential<'a>>,
    },
    Systemd {
        units: Cow<'a, [String]>,
    },
    Journal {
        units: Cow<'a, [String]>,
        priority: Cow<'a, str>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<Cow<'a, str>>,
        look_back_ms: u64,
    },
    Prometheus {
        url: Cow<'a, str>,
        query: Cow<'a, str>,
        comparison: StoredComparison,
        threshold: f64,
        /// From form 4 on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trusted: Option<Cow<'a, str>>,
        /// From form 4 on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credential: Option<StoredCredential<'a>>,
    },
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum StoredComparison {
    #[serde(rename = "<")]
    Below,
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = "==")]
    Equal,
    #[serde(rename = "!=")]
    Unequal,
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = ">")]
    Above,
}

fn once() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_once(successes: &u32) -> bool {
    *successes == 1
}

impl StoredNeed {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_required(&self) -> bool {
        *self == StoredNeed::Required
    }
}

impl<'a> From<&'a Check> for StoredCheck<'a> {
    fn from(check: &'a Check) -> Self {
        StoredCheck {
            name: Cow::Borrowed(&check.name),
            probe: (&check.probe).into(),
            timeout_ms: millis(check.timeout),
            interval_ms: millis(check.interval),
            within_ms: millis(check.within),
            successes: check.successes,
            failures: check.failures,
            need: match check.need {
                Need::Required => StoredNeed::Required,
                Need::Kept => StoredNeed::Kept,
                Need::Wanted => StoredNeed::Wanted,
            },
        }
    }
}

impl From<StoredCheck<'_>> for Check {
    fn from(stored: StoredCheck<'_>) -> Self {
        Check {
            name: stored.name.into_owned(),
            probe: stored.probe.into(),
            timeout: Duration::from_millis(stored.timeout_ms),
            interval: Duration::from_millis(stored.interval_ms),
            within: Duration::from_millis(stored.within_ms),
            successes: stored.successes,
            failures: stored.failures,
            need: match stored.need {
                StoredNeed::Required => Need::Required,
                StoredNeed::Kept => Need::Kept,
                StoredNeed::Wanted => Need::Wanted,
            },
        }
    }
}

impl<'a> From<&'a Probe> for StoredProbe<'a> {
    fn from(probe: &'a Probe) -> Self {
        match probe {
            Probe::Exec { command, expect_output } => StoredProbe::Exec {
                command: Cow::Borrowed(command),
                expect_output: expect_output.as_deref().map(Cow::Borrowed),
            },
            Probe::Tcp { host, port } => StoredProbe::Tcp { host: Cow::Borrowed(host), port: *port },
            Probe::Http(web) => StoredProbe::Http {
                url: Cow::Borrowed(&web.url),
                expect_status: web.expect_status,
                expect_body: web.expect_body.as_deref().map(Cow::Borrowed),
                max_latency_ms: web.max_latency.map(millis),
                valid_for_ms: web.valid_for.map(millis),
                trusted: web.trusted.as_deref().map(Cow::Borrowed),
                credential: web.credential.as_ref().map(StoredCredential::from),
            },
            Probe::Systemd { units } => StoredProbe::Systemd { units: Cow::Borrowed(units) },
            Probe::Journal { units, priority, pattern, look_back } => StoredProbe::Journal {
                units: Cow::Borrowed(units),
                priority: Cow::Borrowed(priority),
                pattern: pattern.as_deref().map(Cow::Borrowed),
                look_back_ms: millis(*look_back),
            },
            Probe::Prometheus { url, query, comparison, threshold, trusted, credential } => {
                StoredProbe::Prometheus {
                    url: Cow::Borrowed(url),
                    query: Cow::Borrowed(query),
                    comparison: (*comparison).into(),
                    threshold: *threshold,
                    trusted: trusted.as_deref().map(Cow::Borrowed),
                    credential: credential.as_ref().map(StoredCredential::from),
                }
            }
        }
    }
}

impl From<StoredProbe<'_>> for Probe {
    fn from(stored: StoredProbe<'_>) -> Self {
        match stored {
            StoredProbe::Exec { command, expect_output } => Probe::Exec {
                command: command.into_owned(),
                expect_output: expect_output.map(Cow::into_owned),
            },
            StoredProbe::Tcp { host, port } => Probe::Tcp { host: host.into_owned(), port },
            StoredProbe::Http {
                url,
                expect_status,
                expect_body,
                max_latency_ms,
                valid_for_ms,
                trusted,
                credential,
            } => Probe::Http(Web {
                url: url.into_owned(),
                expect_status,
                expect_body: expect_body.map(Cow::into_owned),
                max_latency: max_latency_ms.map(Duration::from_millis),
                valid_for: valid_for_ms.map(Duration::from_millis),
                trusted: trusted.map(Cow::into_owned),
                credential: credential.map(Into::into),
            }),
            StoredProbe::Systemd { units } => Probe::Systemd { units: units.into_owned() },
            StoredProbe::Journal { units, priority, pattern, look_back_ms } => Probe::Journal {
                units: units.into_owned(),
                priority: priority.into_owned(),
                pattern: pattern.map(Cow::into_owned),
                look_back: Duration::from_millis(look_back_ms),
            },
            StoredProbe::Prometheus { url, query, comparison, threshold, trusted, credential } => {
                Probe::Prometheus {
                    url: url.into_owned(),
                    query: query.into_owned(),
                    comparison: comparison.into(),
                    threshold,
                    trusted: trusted.map(Cow::into_owned),
                    credential: credential.map(Into::into),
                }
            }
        }
    }
}

impl From<Comparison> for StoredComparison {
    fn from(comparison: Comparison) -> Self {
        match comparison {
            Comparison::Below => StoredComparison::Below,
            Comparison::AtMost => StoredComparison::AtMost,
            Comparison::Equal => StoredComparison::Equal,
            Comparison::Unequal => StoredComparison::Unequal,
            Comparison::AtLeast => StoredComparison::AtLeast,
            Comparison::Above => StoredComparison::Above,
        }
    }
}

impl From<StoredComparison> for Comparison {
    fn from(stored: StoredComparison) -> Self {
        match stored {
            StoredComparison::Below => Comparison::Below,
            StoredComparison::AtMost => Comparison::AtMost,
            StoredComparison::Equal => Comparison::Equal,
            StoredComparison::Unequal => Comparison::Unequal,
            StoredComparison::AtLeast => Comparison::AtLeast,
            StoredComparison::Above => Comparison::Above,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::checked::Credential;

    /// A check of each sort with everything that it can say.
    fn all() -> Vec<Check> {
        let units = vec!["shop.service".to_string()];
        let probes = [
            Probe::Exec { command: vec!["true".into()], expect_output: Some("up".into()) },
            Probe::Tcp { host: "localhost".into(), port: 80 },
            Probe::Http(Web {
                url: "https://localhost".into(),
                expect_status: 204,
                expect_body: Some("up".into()),
                max_latency: Some(Duration::from_millis(250)),
                valid_for: Some(Duration::from_secs(86_400)),
                trusted: Some("-----BEGIN CERTIFICATE-----".into()),
                credential: Some(Credential::Basic { username: "watch".into(), password: "secret".into() }),
            }),
            Probe::Systemd { units: units.clone() },
            Probe::Journal {
                units,
                priority: "warning".into(),
                pattern: Some("panic".into()),
                look_back: Duration::from_secs(90),
            },
        ];
        let comparisons = Comparison::SIGNS.map(|(_, comparison)| Probe::Prometheus {
            url: "http://localhost:9090".into(),
            query: "up".into(),
            comparison,
            threshold: 0.1,
            trusted: Some("-----BEGIN CERTIFICATE-----".into()),
            credential: Some(Credential::Bearer("token".into())),
        });
        let probes = probes.into_iter().chain(comparisons).zip(Need::WORDS.iter().cycle());
        probes
            .map(|(probe, (name, need))| Check {
                name: (*name).into(),
                probe,
                timeout: Duration::from_secs(5),
                interval: Duration::from_secs(1),
                within: Duration::from_secs(30),
                successes: 3,
                failures: Some(2),
                need: *need,
            })
            .collect()
    }

    #[test]
    fn every_sort_comes_back_as_it_was_stored() {
        for check in all() {
            let text = serde_json::to_string(&StoredCheck::from(&check)).unwrap();
            let stored: StoredCheck<'_> = serde_json::from_str(&text).unwrap();
            assert_eq!(Check::from(stored), check, "{text}");
        }
    }

    #[test]
    fn the_signs_of_the_language_are_those_of_the_form() {
        for (sign, comparison) in Comparison::SIGNS {
            assert_eq!(comparison.sign(), sign);
            let stored = serde_json::to_string(&StoredComparison::from(comparison)).unwrap();
            assert_eq!(stored, format!("{sign:?}"));
        }
    }

    #[test]
    fn a_check_of_an_older_plan_is_required_and_counts_once() {
        let text = r#"{"name":"a","probe":{"http":{"url":"http://x","expect_status":200}},"timeout_ms":1,"interval_ms":1,"within_ms":1}"#;
        let check: Check = serde_json::from_str::<StoredCheck<'_>>(text).unwrap().into();
        assert_eq!((check.successes, check.failures, check.need), (1, None, Need::Required));
    }
}
