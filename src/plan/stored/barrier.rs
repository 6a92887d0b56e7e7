//! Stored form of how customers are kept out of a component.

use super::check::StoredCheck;
use super::parts::{StoredConnection, millis};
use crate::config::checked::{Barrier, Log, LogSource, Net};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

#[derive(Serialize, Deserialize)]
pub struct StoredBarrier<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<usize>,
    #[serde(default, skip_serializing_if = "<[u16]>::is_empty")]
    ports: Cow<'a, [u16]>,
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    interfaces: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    from: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    allow: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log_group: Option<u16>,
    probe: StoredCheck<'a>,
    probe_at: StoredConnection<'a>,
    log: StoredLog<'a>,
}

#[derive(Serialize, Deserialize)]
struct StoredLog<'a> {
    source: StoredSource<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<StoredConnection<'a>>,
    within_ms: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredSource<'a> {
    Journal,
    File(Cow<'a, str>),
    Command(Cow<'a, [String]>),
}

fn texts(nets: &[Net]) -> Vec<String> {
    nets.iter().map(Net::to_string).collect()
}

impl<'a> From<&'a Barrier> for StoredBarrier<'a> {
    fn from(block: &'a Barrier) -> Self {
        StoredBarrier {
            at: block.at,
            ports: Cow::Borrowed(&block.ports),
            interfaces: Cow::Borrowed(&block.interfaces),
            from: texts(&block.from),
            allow: texts(&block.allow),
            log_group: block.log_group,
            probe: StoredCheck::from(&block.probe),
            probe_at: StoredConnection::from(&block.probe_at),
            log: StoredLog {
                source: match &block.log.source {
                    LogSource::Journal => StoredSource::Journal,
                    LogSource::File(path) => StoredSource::File(Cow::Borrowed(path)),
                    LogSource::Command(words) => StoredSource::Command(Cow::Borrowed(words)),
                },
                at: block.log.at.as_ref().map(StoredConnection::from),
                within_ms: millis(block.log.within),
            },
        }
    }
}

impl StoredBarrier<'_> {
    /// The inner form.
    ///
    /// # Errors
    /// What of it is no address.
    pub fn barrier(self) -> Result<Barrier, String> {
        let net =
            |text: &String| Net::parse(text).ok_or_else(|| format!("{text:?} is no address and no net"));
        let nets = |texts: &[String]| texts.iter().map(net).collect::<Result<Vec<Net>, String>>();
        Ok(Barrier {
            at: self.at,
            from: nets(&self.from)?,
            allow: nets(&self.allow)?,
            ports: self.ports.into_owned(),
            interfaces: self.interfaces.into_owned(),
            log_group: self.log_group,
            probe: self.probe.into(),
            probe_at: self.probe_at.into(),
            log: Log {
                source: match self.log.source {
                    StoredSource::Journal => LogSource::Journal,
                    StoredSource::File(path) => LogSource::File(path.into_owned()),
                    StoredSource::Command(words) => LogSource::Command(words.into_owned()),
                },
                at: self.log.at.map(Into::into),
                within: Duration::from_millis(self.log.within_ms),
            },
        })
    }
}
