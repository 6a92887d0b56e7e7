//! Secrets read again: a saved plan and a journal hold only where each came from.

use super::Failure;
use super::inputs::{Given, Inputs};
use crate::config::checked::{Secret, SecretSource};
use crate::config::variables;
use crate::engine::secrets::{Missing, Secrets};
use crate::plan::Plan;
use crate::world::{disk, environment};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The values of the sensitive variables that `plan` needs, read from where they came from; `--var` counts first.
///
/// # Errors
/// Names the first that is missing, and how to give it.
pub fn again(plan: &Plan, inputs: &Inputs) -> Result<Secrets, Failure> {
    let of_entries = plan.entries.iter().flat_map(|e| &e.secrets);
    let of_providers = plan.providers.iter().flat_map(|p| &p.secrets);
    let needed: BTreeSet<&str> =
        of_entries.chain(of_providers).map(|s: &Secret| s.variable.as_str()).collect();
    let mut values = BTreeMap::new();
    for name in needed {
        let value =
            given(name, inputs).map_or_else(|| from_source(name, plan.secret_sources.get(name)), Ok)?;
        values.insert(name.to_string(), value);
    }
    Ok(Secrets(values))
}

/// The last `--var name=…`.
fn given(name: &str, inputs: &Inputs) -> Option<Json> {
    inputs.given.iter().rev().find_map(|given| match given {
        Given::Variable(text) => {
            let (variable, value) = text.split_once('=')?;
            (variable == name).then(|| Json::from(value))
        }
        Given::File(_) => None,
    })
}

fn from_source(name: &str, source: Option<&SecretSource>) -> Result<Json, Failure> {
    let absent = |why: String| {
        Err(Failure::error(format!("the value of the sensitive variable `{name}` is needed again: {why}"))
            .hint(format!("give it with --var {name}=…, or put it back where it came from")))
    };
    match source {
        Some(SecretSource::Environment(variable)) => {
            match environment::all().into_iter().find(|(n, _)| n == variable) {
                Some((_, value)) => Ok(Json::from(value)),
                None => absent(format!("the environment variable {variable} is not set")),
            }
        }
        Some(SecretSource::File(path)) => match disk::read(Path::new(path), 16 << 20) {
            Err(e) => absent(format!("{path}: {e}")),
            Ok(bytes) => match variables::value_in_file(path, &bytes, name) {
                Some(value) => Ok(value),
                None => absent(format!("{path} does not set it any more")),
            },
        },
        Some(SecretSource::CommandLine) => absent("it was given with --var, which is not stored".into()),
        Some(SecretSource::Default) | None => {
            absent("its default is in the configuration, which is not read here".into())
        }
    }
}

/// A secret that is not there.
pub fn missing(missing: Missing) -> Failure {
    let name = missing.0.clone();
    Failure::error(missing).hint(format!("give it with --var {name}=…"))
}
