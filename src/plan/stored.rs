//! The saved plan: one header line (format, program, length and digest of the rest), then the plan as JSON. The digest
//! covers the raw bytes, and the header must read exactly as it would be written again, so that one changed byte
//! anywhere is found. What providers say (previews, artifacts, ways back) is kept in the protocol's own wire form.

use super::noun::*;
use super::wave;
use crate::config::checked::Assertion;
use crate::config::exact::Exact;
use crate::model::{Address, Moment, Purpose};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::borrow::Cow;
use thiserror::Error;

mod barrier;
mod change;
mod check;
mod credential;
mod entry;
mod hours;
mod input;
mod pace;
mod parts;
mod role;
mod secrets;
mod silence;
mod traffic;
mod vendor;

use entry::StoredEntry;
use hours::StoredHours;
use input::StoredInput;
use pace::{StoredService, StoredWave};
use parts::{StoredProvider, StoredPurpose, StoredRollout};
use secrets::StoredOrigin;
use traffic::StoredTraffic;
use vendor::StoredVendor;

/// The form that this program writes.
pub const FORMAT_VERSION: u32 = 4;

/// Why a saved plan cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// Something else.
    #[error("this is no saved plan: {0}")]
    NotAPlan(String),
    /// The end is missing.
    #[error("the saved plan is cut off: {has} of {wants} bytes are there")]
    Truncated {
        /// Bytes of the body that are there.
        has: usize,
        /// Bytes that the header promises.
        wants: usize,
    },
    /// Some byte is not what was saved.
    #[error("the saved plan was changed after it was made ({what}); nothing of it is used")]
    Damaged {
        /// What does not agree.
        what: String,
    },
    /// A newer program wrote it.
    #[error(
        "the saved plan has form {format_version}, written by patchform {program}; this program reads up to form \
         {FORMAT_VERSION}: use patchform {program} or newer, or make a new plan with this one"
    )]
    Newer {
        /// Its form.
        format_version: u32,
        /// The program that wrote it.
        program: String,
    },
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    patchform: String,
    format_version: u32,
    program: String,
    bytes: usize,
    sha256: String,
}

/// Everything below the first line. Borrows from a [`Plan`] when written, owns what it read.
#[derive(Serialize, Deserialize)]
struct Body<'a> {
    program: Cow<'a, str>,
    /// From form 3 on: that of the first line, which nothing else vouches for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format_version: Option<u32>,
    made: String,
    lineage: Cow<'a, str>,
    /// Left out for `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    workspace: Option<Cow<'a, str>>,
    purpose: StoredPurpose,
    providers: Vec<StoredProvider<'a>>,
    rollouts: Vec<StoredRollout<'a>>,
    /// From form 3 on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    waves: Vec<StoredWave>,
    /// From form 3 on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    services: Vec<StoredService<'a>>,
    /// From form 4 on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    traffic: Vec<StoredTraffic<'a>>,
    /// From form 2 on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    vendors: Vec<StoredVendor<'a>>,
    /// From form 3 on.
    #[serde(default, skip_serializing_if = "StoredHours::is_none")]
    hours: StoredHours<'a>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    moves: Vec<StoredMove>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    assertions: Vec<StoredAssertion>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inputs: Vec<StoredInput>,
    outputs: Vec<StoredOutput<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outputs_before: Option<Vec<StoredOutput<'a>>>,
    secret_sources: std::collections::BTreeMap<String, StoredOrigin>,
    entries: Vec<StoredEntry<'a>>,
}

/// A record that gets another address.
#[derive(Serialize, Deserialize)]
struct StoredMove {
    from: String,
    to: String,
}

/// A top-level `check` block.
#[derive(Serialize, Deserialize)]
struct StoredAssertion {
    address: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    failed: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredOutput<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, Exact>,
    /// Left out where the value says it.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    ty: Option<Cow<'a, Json>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
}

impl StoredOutput<'_> {
    fn owned(self) -> (String, Exact, bool) {
        let ty = self.ty.map(Cow::into_owned);
        (self.name.into_owned(), self.value.into_owned().told(ty), self.sensitive)
    }
}

/// The bytes of a saved plan.
pub fn write(plan: &Plan) -> Vec<u8> {
    let body = Body {
        program: Cow::Borrowed(&plan.program),
        format_version: Some(FORMAT_VERSION),
        made: plan.made.to_string(),
        lineage: Cow::Borrowed(&plan.lineage),
        workspace: Some(Cow::Borrowed(plan.workspace.as_str())).filter(|name| name != "default"),
        purpose: StoredPurpose::from(&plan.purpose),
        providers: plan.providers.iter().map(StoredProvider::from).collect(),
        rollouts: plan.rollouts.iter().map(StoredRollout::from).collect(),
        waves: plan.waves.iter().map(StoredWave::from).collect(),
        traffic: plan.traffic.iter().map(StoredTraffic::from).collect(),
        services: plan.services.iter().map(StoredService::from).collect(),
        vendors: plan.vendors.iter().map(StoredVendor::from).collect(),
        hours: StoredHours::from(&plan.hours),
        moves: plan
            .moves
            .iter()
            .map(|(from, to)| StoredMove { from: from.to_string(), to: to.to_string() })
            .collect(),
        assertions: plan
            .assertions
            .iter()
            .map(|a| StoredAssertion { address: a.address.clone(), failed: a.failed.clone() })
            .collect(),
        inputs: plan.inputs.iter().map(StoredInput::from).collect(),
        outputs: plan.outputs.iter().map(output).collect(),
        outputs_before: plan.outputs_before.as_ref().map(|all| all.iter().map(output).collect()),
        secret_sources: plan.secret_sources.iter().map(|(name, s)| (name.clone(), s.into())).collect(),
        entries: plan.entries.iter().map(StoredEntry::from).collect(),
    };
    // A map with string keys, numbers that are finite, and no type that can fail: serialising into memory cannot.
    let body = serde_json::to_vec(&body).unwrap_or_default();
    let header = Header {
        patchform: "plan".into(),
        format_version: FORMAT_VERSION,
        program: plan.program.clone(),
        bytes: body.len(),
        sha256: patchform_sdk::digest::of_bytes(&body),
    };
    let mut bytes = serde_json::to_vec(&header).unwrap_or_default();
    bytes.push(b'\n');
    bytes.extend_from_slice(&body);
    bytes.push(b'\n');
    bytes
}

/// The digest by which an approval, a journal and a report name a saved plan: that of its body.
pub fn digest(saved: &[u8]) -> Option<String> {
    let (line, _) = first_line(saved)?;
    serde_json::from_slice::<Header>(line).ok().map(|h| h.sha256)
}

/// Reads a saved plan.
///
/// # Errors
/// Anything that is not exactly what [`write()`] wrote.
pub fn read(saved: &[u8]) -> Result<Plan, PlanError> {
    let body = checked_body(saved)?;
    let stored: Body<'_> = serde_json::from_slice(body).map_err(|e| damaged(format!("its content: {e}")))?;
    let plan = plan_of(stored)?;
    agrees(&plan)?;
    Ok(plan)
}

fn output((name, value, sensitive): &(String, Exact, bool)) -> StoredOutput<'_> {
    let ty = value.told_type().map(Cow::Borrowed);
    StoredOutput { name: Cow::Borrowed(name), value: Cow::Borrowed(value), ty, sensitive: *sensitive }
}

fn moved(stored: &StoredMove) -> Result<(Address, Address), PlanError> {
    let read = |text: &str| text.parse::<Address>().map_err(damaged);
    Ok((read(&stored.from)?, read(&stored.to)?))
}

fn first_line(saved: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = saved.iter().take(4_096).position(|b| *b == b'\n')?;
    Some((&saved[..end], &saved[end + 1..]))
}

/// The body's bytes, once header, length and digest agree.
fn checked_body(saved: &[u8]) -> Result<&[u8], PlanError> {
    let not = |why: &str| PlanError::NotAPlan(why.into());
    if saved.is_empty() {
        return Err(not("the file is empty"));
    }
    let (line, rest) = first_line(saved).ok_or_else(|| not("it has no header line"))?;
    let version =
        serde_json::from_slice::<Version>(line).map_err(|_| not("its first line is no plan header"))?;
    if version.patchform != "plan" {
        return Err(not("its first line is the header of something else"));
    }
    if version.format_version > FORMAT_VERSION {
        return Err(PlanError::Newer { format_version: version.format_version, program: version.program });
    }
    let header: Header = serde_json::from_slice(line).map_err(|e| damaged(format!("its first line: {e}")))?;
    if header.format_version == 0 || serde_json::to_vec(&header).ok().as_deref() != Some(line) {
        return Err(damaged("its first line is not as it was written".into()));
    }
    // The body and the newline behind it.
    if rest.len() <= header.bytes {
        return Err(PlanError::Truncated { has: rest.len(), wants: header.bytes.saturating_add(1) });
    }
    let (body, end) = rest.split_at(header.bytes);
    if end != b"\n" {
        return Err(damaged("something was added at its end".into()));
    }
    let digest = patchform_sdk::digest::of_bytes(body);
    if digest != header.sha256 {
        return Err(damaged(format!(
            "its SHA-256 is {}…, {}… was saved",
            &digest[..12],
            header.sha256.get(..12).unwrap_or(&header.sha256)
        )));
    }
    match serde_json::from_slice::<Named>(body) {
        Ok(named) if named.program != header.program => {
            Err(damaged("its first line names another program".into()))
        }
        Ok(named) if named.format_version != Some(header.format_version).filter(|form| *form >= 3) => {
            Err(damaged("its first line names another form".into()))
        }
        _ => Ok(body),
    }
}

/// What every form of the header has had and will have.
#[derive(Deserialize)]
struct Version {
    patchform: String,
    format_version: u32,
    #[serde(default)]
    program: String,
}

#[derive(Deserialize)]
struct Named {
    program: String,
    #[serde(default)]
    format_version: Option<u32>,
}

fn damaged(what: String) -> PlanError {
    PlanError::Damaged { what }
}

fn plan_of(stored: Body<'_>) -> Result<Plan, PlanError> {
    let made = Moment::parse(&stored.made).ok_or_else(|| damaged(format!("{:?} is no time", stored.made)))?;
    let in_waves = stored.entries.iter().all(StoredEntry::in_wave);
    let mut entries: Vec<Entry> =
        stored.entries.into_iter().map(|e| e.entry().map_err(damaged)).collect::<Result<_, _>>()?;
    if !in_waves {
        wave::lay(&mut entries, &[], &Purpose::Apply, |_| 0);
    }
    Ok(Plan {
        program: stored.program.into_owned(),
        made,
        lineage: stored.lineage.into_owned(),
        workspace: stored.workspace.map_or_else(|| "default".to_string(), Cow::into_owned),
        purpose: stored.purpose.into(),
        providers: stored.providers.into_iter().map(Into::into).collect(),
        entries,
        outputs: stored.outputs.into_iter().map(StoredOutput::owned).collect(),
        outputs_before: stored.outputs_before.map(|all| all.into_iter().map(StoredOutput::owned).collect()),
        secret_sources: stored.secret_sources.into_iter().map(|(name, s)| (name, s.into())).collect(),
        moves: stored.moves.iter().map(moved).collect::<Result<_, _>>()?,
        assertions: stored
            .assertions
            .into_iter()
            .map(|a| Assertion { address: a.address, failed: a.failed })
            .collect(),
        inputs: stored.inputs.into_iter().map(Into::into).collect(),
        rollouts: stored.rollouts.into_iter().map(Into::into).collect(),
        waves: stored.waves.into_iter().map(Into::into).collect(),
        traffic: stored.traffic.into_iter().map(Into::into).collect(),
        services: stored
            .services
            .into_iter()
            .map(TryInto::try_into)
            .collect::<Result<_, _>>()
            .map_err(damaged)?,
        vendors: stored.vendors.into_iter().map(Into::into).collect(),
        hours: stored.hours.hours().map_err(damaged)?,
    })
}

/// A plan whose digest fits may still have been made by hand: every index must lead somewhere, and entries must be
/// sorted by address, each once.
fn agrees(plan: &Plan) -> Result<(), PlanError> {
    let in_order = plan.entries.windows(2).all(|pair| pair[0].address < pair[1].address);
    if !in_order {
        return Err(damaged("its components are not sorted by address, each once".into()));
    }
    let n = plan.entries.len();
    let follows = |(i, wave): (usize, &Wave)| wave.after.is_none_or(|after| after < i);
    if !plan.waves.iter().enumerate().all(follows) {
        return Err(damaged("one of its waves waits for itself or a later one".into()));
    }
    for service in &plan.services {
        let members = &service.members;
        if members.iter().any(|i| *i >= n) || !members.is_sorted_by(|a, b| a < b) {
            return Err(damaged(format!("service {} names members that are not in it", service.name)));
        }
    }
    if plan.traffic.iter().any(|traffic| traffic.provider >= plan.providers.len()) {
        return Err(damaged("its traffic refers to a provider that is not in it".into()));
    }
    for entry in &plan.entries {
        let others = match &entry.verdict {
            Verdict::Held { by } => &by[..],
            Verdict::Blocked(Block::Claimed { by, .. }) => std::slice::from_ref(by),
            _ => &[],
        };
        let fits = entry.provider < plan.providers.len()
            && entry.rollout < plan.rollouts.len()
            && entry.vendor.is_none_or(|v| v < plan.vendors.len())
            && entry.when.windows.iter().all(|w| *w < plan.hours.windows.len())
            && entry.when.blackouts.iter().all(|b| *b < plan.hours.blackouts.len())
            && entry.drain.iter().flat_map(|d| &d.from).all(|t| *t < plan.traffic.len())
            && entry.after.iter().chain(others).all(|i| *i < n);
        if !fits {
            return Err(damaged(format!("{} refers to something that is not in it", entry.address)));
        }
    }
    Ok(())
}

/// Reads an address, or says what is wrong with it.
fn address(text: &str) -> Result<Address, String> {
    text.parse()
}

#[cfg(test)]
mod tests;
