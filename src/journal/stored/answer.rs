//! What an action answered, and how far it was found to have come, as a journal has it.

use patchform_sdk::message::{
    Ailment, Answer, Cause, CommandLine, Coverage, Done, Probed, Reload, Snapshot, Verdict,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::journal) enum StoredAnswer {
    Applied(StoredDone),
    Refused { why: String, output: String },
    Unclear { why: String, output: String },
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::journal) struct StoredDone {
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<Box<StoredSnapshot>>,
    reload: StoredReload,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<StoredVerdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ailments: Vec<StoredAilment>,
    #[serde(skip_serializing_if = "String::is_empty")]
    output: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct StoredAilment {
    check: String,
    ill: bool,
    why: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredReload {
    #[default]
    None,
    Service,
    Reboot,
    PowerCycle,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::journal) enum StoredVerdict {
    Healthy,
    Ill(String),
    Inconclusive(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct StoredSnapshot {
    token: Value,
    place: String,
    size: u64,
    digest: Option<String>,
    whole_system: bool,
    data: bool,
    survives_target_loss: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by_hand: Option<StoredCommandLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct StoredCommandLine {
    argv: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    env: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::journal) enum StoredFound {
    Before,
    After(StoredDone),
    Between(String),
    Busy,
    Unknown(String),
    /// From form 11 on, as the next.
    EndedBefore(StoredCause),
    EndedBetween {
        why: String,
        ended: StoredCause,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::journal) struct StoredCause {
    why: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    output: String,
}

same!(Reload, StoredReload: None, Service, Reboot, PowerCycle);

impl From<&Done> for StoredDone {
    fn from(done: &Done) -> Self {
        StoredDone {
            snapshot: done.snapshot.as_ref().map(|s| {
                Box::new(StoredSnapshot {
                    token: s.token.clone(),
                    place: s.place.clone(),
                    size: s.size,
                    digest: s.digest.clone(),
                    whole_system: s.coverage.whole_system,
                    data: s.coverage.data,
                    survives_target_loss: s.survives_target_loss,
                    by_hand: s
                        .by_hand
                        .clone()
                        .map(|CommandLine { argv, env }| StoredCommandLine { argv, env }),
                })
            }),
            reload: done.reload.into(),
            verdict: done.verdict.as_ref().map(StoredVerdict::from),
            digest: done.digest.clone(),
            ailments: done.ailments.iter().map(StoredAilment::from).collect(),
            output: done.output.clone(),
        }
    }
}

impl From<&Ailment> for StoredAilment {
    fn from(ailment: &Ailment) -> Self {
        let Ailment { check, ill, why } = ailment.clone();
        StoredAilment { check, ill, why }
    }
}

impl From<StoredAilment> for Ailment {
    fn from(stored: StoredAilment) -> Self {
        let StoredAilment { check, ill, why } = stored;
        Ailment { check, ill, why }
    }
}

impl From<StoredDone> for Done {
    fn from(done: StoredDone) -> Self {
        Done {
            snapshot: done.snapshot.map(|s| {
                Box::new(Snapshot {
                    token: s.token,
                    place: s.place,
                    size: s.size,
                    digest: s.digest,
                    coverage: Coverage { whole_system: s.whole_system, data: s.data },
                    survives_target_loss: s.survives_target_loss,
                    by_hand: s.by_hand.map(|StoredCommandLine { argv, env }| CommandLine { argv, env }),
                })
            }),
            reload: done.reload.into(),
            verdict: done.verdict.map(Verdict::from),
            digest: done.digest,
            ailments: done.ailments.into_iter().map(Ailment::from).collect(),
            output: done.output,
        }
    }
}

impl From<&Verdict> for StoredVerdict {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Healthy => StoredVerdict::Healthy,
            Verdict::Ill { why } => StoredVerdict::Ill(why.clone()),
            Verdict::Inconclusive { why } => StoredVerdict::Inconclusive(why.clone()),
        }
    }
}

impl From<StoredVerdict> for Verdict {
    fn from(stored: StoredVerdict) -> Self {
        match stored {
            StoredVerdict::Healthy => Verdict::Healthy,
            StoredVerdict::Ill(why) => Verdict::Ill { why },
            StoredVerdict::Inconclusive(why) => Verdict::Inconclusive { why },
        }
    }
}

impl From<&Answer> for StoredAnswer {
    fn from(answer: &Answer) -> Self {
        match answer {
            Answer::Applied(done) => StoredAnswer::Applied(done.into()),
            Answer::Refused { why, output } => {
                StoredAnswer::Refused { why: why.clone(), output: output.clone() }
            }
            Answer::Unclear { why, output } => {
                StoredAnswer::Unclear { why: why.clone(), output: output.clone() }
            }
        }
    }
}

impl From<StoredAnswer> for Answer {
    fn from(answer: StoredAnswer) -> Self {
        match answer {
            StoredAnswer::Applied(done) => Answer::Applied(done.into()),
            StoredAnswer::Refused { why, output } => Answer::Refused { why, output },
            StoredAnswer::Unclear { why, output } => Answer::Unclear { why, output },
        }
    }
}

impl From<&Result<Probed, String>> for StoredFound {
    fn from(found: &Result<Probed, String>) -> Self {
        match found {
            Ok(Probed::Before { ended: None }) => StoredFound::Before,
            Ok(Probed::Before { ended: Some(ended) }) => StoredFound::EndedBefore(ended.into()),
            Ok(Probed::After(done)) => StoredFound::After(done.into()),
            Ok(Probed::Between { why, ended: None }) => StoredFound::Between(why.clone()),
            Ok(Probed::Between { why, ended: Some(ended) }) => {
                StoredFound::EndedBetween { why: why.clone(), ended: ended.into() }
            }
            Ok(Probed::Busy) => StoredFound::Busy,
            Err(why) => StoredFound::Unknown(why.clone()),
        }
    }
}

impl From<StoredFound> for Result<Probed, String> {
    fn from(found: StoredFound) -> Self {
        match found {
            StoredFound::Before => Ok(Probed::before()),
            StoredFound::After(done) => Ok(Probed::After(done.into())),
            StoredFound::Between(why) => Ok(Probed::between(why)),
            StoredFound::Busy => Ok(Probed::Busy),
            StoredFound::Unknown(why) => Err(why),
            StoredFound::EndedBefore(ended) => Ok(Probed::Before { ended: Some(ended.into()) }),
            StoredFound::EndedBetween { why, ended } => {
                Ok(Probed::Between { why, ended: Some(ended.into()) })
            }
        }
    }
}

impl From<&Cause> for StoredCause {
    fn from(Cause { why, output }: &Cause) -> Self {
        StoredCause { why: why.clone(), output: output.clone() }
    }
}

impl From<StoredCause> for Cause {
    fn from(StoredCause { why, output }: StoredCause) -> Self {
        Cause { why, output }
    }
}
