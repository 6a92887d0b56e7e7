//! How a plan's entry is named to its provider.

use super::secrets::{Missing, Secrets};
use crate::model::PatchLevel;
use crate::plan::noun::{Entry, Plan};
use patchform_sdk::message::{Desired, Subject};

/// The subject of requests about `entry`, secrets in clear.
///
/// # Errors
/// A secret that is not there.
pub fn subject(entry: &Entry, alias: &str, secrets: &Secrets) -> Result<Subject, Missing> {
    Ok(Subject {
        address: entry.address.to_string(),
        kind: entry.address.kind.to_string(),
        alias: alias.into(),
        arguments: secrets.fill(&entry.arguments, &entry.secrets)?,
        connection: (&entry.connection).into(),
    })
}

/// The subject with the level that a reading should look for: a map is read for exactly its keys.
///
/// # Errors
/// A secret that is not there.
pub fn desired(
    entry: &Entry,
    alias: &str,
    level: &PatchLevel,
    secrets: &Secrets,
) -> Result<Desired, Missing> {
    Ok(Desired { subject: subject(entry, alias, secrets)?, level: level.clone().into() })
}

/// The level that readings of this entry look for: the desired one, else the recorded or observed one.
pub fn level_of(entry: &Entry) -> PatchLevel {
    let known = entry.desired.as_ref().or(entry.recorded.as_ref()).or(entry.observed.level());
    known.cloned().unwrap_or_else(|| PatchLevel::Single(String::new()))
}

/// The alias of an entry's provider block.
pub fn alias_of<'a>(plan: &'a Plan, entry: &Entry) -> &'a str {
    plan.providers.get(entry.provider).map_or("", |p| p.alias.as_str())
}

/// The name of an entry's provider.
pub fn provider_of<'a>(plan: &'a Plan, entry: &Entry) -> &'a str {
    plan.providers.get(entry.provider).map_or("", |p| p.name.as_str())
}
