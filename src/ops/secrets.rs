//! Secrets read again: a saved plan and a journal hold only where each came from.

use super::files::FilesOnDisk;
use super::inputs::{Given, Inputs};
use super::{Failure, project};
use crate::config::checked::{SecretForm, SecretOrigin, SecretSource};
use crate::config::scope::Files as _;
use crate::config::variables;
use crate::engine::secrets::{Missing, Secrets};
use crate::plan::Plan;
use crate::world::{disk, environment};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;

/// The largest variable file, in bytes.
const LIMIT: u64 = 16 << 20;

/// Whether `plan` gives secrets to anybody.
pub fn has_any(plan: &Plan) -> bool {
    plan.secrets().next().is_some()
}

/// The values of the sensitive variables that `plan` needs, read from where they came from; what is given now with
/// `--var` or `--var-file` counts first. Each is converted to its variable's type, as when the plan was made.
///
/// # Errors
/// Names the first that is missing or does not fit, and how to give it.
pub fn again(plan: &Plan, inputs: &Inputs) -> Result<Secrets, Failure> {
    let mut values = BTreeMap::new();
    plan.secrets().try_for_each(|(name, form)| find(plan, inputs, name, form, &mut values))?;
    Ok(Secrets(values))
}

/// As [`again`], for a run that is let go of: what cannot be read any more must not hold on to it. Says of each that is
/// missing why.
pub fn as_far_as_known(plan: &Plan, inputs: &Inputs) -> (Secrets, Vec<String>) {
    let (mut values, mut missing) = (BTreeMap::new(), BTreeMap::new());
    for (name, form) in plan.secrets() {
        if missing.contains_key(name) {
            continue;
        }
        if let Err(failure) = find(plan, inputs, name, form, &mut values) {
            values.remove(name);
            missing.insert(name, format!("{}; what needs it cannot be asked", failure.message));
        }
    }
    (Secrets(values), missing.into_values().collect())
}

/// Finds a value where that was not done for another argument, and looks whether it fits this one.
fn find(
    plan: &Plan,
    inputs: &Inputs,
    name: &str,
    form: SecretForm,
    values: &mut BTreeMap<String, Json>,
) -> Result<(), Failure> {
    if !values.contains_key(name) {
        values.insert(name.to_string(), value(name, plan.secret_sources.get(name), inputs)?);
    }
    fits(name, form, values)
}

/// A value that was changed since must still be what the argument takes.
fn fits(name: &str, form: SecretForm, values: &BTreeMap<String, Json>) -> Result<(), Failure> {
    match values.get(name).and_then(|value| variables::as_form(value, form)) {
        Some(_) => Ok(()),
        None => Err(unusable(name, "its value is not of the type that an argument takes any more")),
    }
}

fn value(name: &str, origin: Option<&SecretOrigin>, inputs: &Inputs) -> Result<Json, Failure> {
    let ty = origin.and_then(|o| o.ty.as_deref());
    if let Some(found) = given(name, ty, inputs)? {
        return Ok(found);
    }
    let gone = match origin.map(|o| &o.source) {
        Some(SecretSource::Environment(variable)) => match environment_value(variable, name, ty)? {
            Some(found) => return Ok(found),
            None => format!("the environment variable {variable} is not set"),
        },
        Some(SecretSource::File(path)) => match file_value(Path::new(path), name, ty)? {
            Some(found) => return Ok(found),
            None => format!("{path} does not set it any more"),
        },
        Some(SecretSource::CommandLine) => "it was given with --var, which is not stored".to_string(),
        Some(SecretSource::Default) => match default_value(Path::new("."), name, ty) {
            Some(found) => return Ok(found),
            None => "it was a default, and the configuration has none for it now".into(),
        },
        Some(SecretSource::DefaultIn(folder)) => match default_value(Path::new(folder), own(name), ty) {
            Some(found) => return Ok(found),
            None => format!("it was a default, and the module in {folder} has none for it now"),
        },
        Some(source @ (SecretSource::Content(_) | SecretSource::Command { .. })) => match read(source, ty) {
            Ok(found) => return Ok(found),
            Err(why) => format!("{}: {why}", variables::describe_source(source)),
        },
        None => "it is not known where it came from".into(),
    };
    match environment_value(&format!("PF_VAR_{name}"), name, ty)? {
        Some(found) => Ok(found),
        None => Err(unusable(name, &gone)),
    }
}

/// The last `--var name=…`, or `--var-file` that sets it.
fn given(name: &str, ty: Option<&str>, inputs: &Inputs) -> Result<Option<Json>, Failure> {
    for given in inputs.given.iter().rev() {
        let found = match given {
            Given::Variable(text) => match text.split_once('=') {
                Some((variable, value)) if variable == name => Some(
                    variables::of_text(value, ty).map_err(|why| unusable(name, &format!("--var: {why}")))?,
                ),
                _ => None,
            },
            Given::File(path) => file_value(path, name, ty)?,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn environment_value(variable: &str, name: &str, ty: Option<&str>) -> Result<Option<Json>, Failure> {
    environment::one(variable)
        .map(|value| variables::of_text(value.to_str().ok_or("it is not UTF-8")?, ty))
        .transpose()
        .map_err(|why| unusable(name, &format!("the environment variable {variable}: {why}")))
}

fn file_value(path: &Path, name: &str, ty: Option<&str>) -> Result<Option<Json>, Failure> {
    let wrong = |why: String| unusable(name, &format!("{}: {why}", path.display()));
    let bytes = disk::read(path, LIMIT).map_err(|e| wrong(e.to_string()))?;
    variables::in_file(&path.to_string_lossy(), &bytes, name, ty).map_err(wrong)
}

/// What the configuration's file or command gives now.
fn read(source: &SecretSource, ty: Option<&str>) -> Result<Json, String> {
    let text = variables::secret_text(&FilesOnDisk::default().secret(source)?)?;
    variables::of_text(&text, ty)
}

/// The name that a variable has in its module: `password` of `module.db.var.password`.
fn own(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The default in the configuration: the one thing that is read there again, because it is stored nowhere else.
fn default_value(folder: &Path, name: &str, ty: Option<&str>) -> Option<Json> {
    project::configuration_files(folder).ok()?.into_iter().find_map(|path| {
        let bytes = disk::read(&path, LIMIT).ok()?;
        variables::default_in(&path.to_string_lossy(), &bytes, name, ty)
    })
}

fn unusable(name: &str, why: &str) -> Failure {
    let environment = match own(name) == name {
        true => format!("set PF_VAR_{name}, give --var-file FILE or --var '{name}=…'"),
        // The environment and variable files know the root's variables only.
        false => format!("give --var '{name}=…'"),
    };
    Failure::error(format!("the value of the sensitive variable `{name}` is needed again: {why}"))
        .hint(format!("{environment}, or put it back where it came from"))
}

/// A secret that is not there.
pub fn missing(missing: Missing) -> Failure {
    let name = missing.0.clone();
    let environment = if own(&name) == name { format!("set PF_VAR_{name}, or ") } else { String::new() };
    Failure::error(missing).hint(format!("{environment}give it with --var '{name}=…'"))
}
