//! Which packages a host has already: those that somebody asked for, or those of a list, at their present versions.

use crate::answer;
use crate::look::LOOK;
use crate::manager::Manager;
use crate::reading::Package;
use crate::script::{Call, Script};
use patchform_sdk::Context;
use patchform_sdk::message::{Discover, Discovered, Found, Level, RpcError, Subject};
use serde_json::json;
use std::collections::BTreeMap;

/// One component, whose level is what is installed.
pub fn discover(
    manager: &'static Manager,
    wanted: &Discover,
    context: &Context,
) -> Result<Discovered, RpcError> {
    if let Some(odd) = wanted.parts.iter().find(|name| !(manager.names.is_package)(name)) {
        return Err(RpcError::invalid_params(format!("{odd:?} is no package's name")));
    }
    let subject = Subject {
        address: String::new(),
        kind: wanted.kind.clone(),
        alias: wanted.alias.clone(),
        arguments: json!({}),
        connection: wanted.connection.clone(),
    };
    let call =
        Call { manager, script: Script::Discover, arguments: wanted.parts.clone(), stdin: String::new() };
    let lines = call.ask(&subject, LOOK, context).map_err(RpcError::internal)?;
    let level = level(manager, &lines).map_err(RpcError::internal)?;
    if level.is_empty() {
        return Err(RpcError::internal("none of the packages is installed"));
    }
    let found = Found { name: String::new(), arguments: json!({}), level: Level::Map(level) };
    Ok(Discovered { components: vec![found] })
}

/// The level that a host has by its answer.
fn level(manager: &'static Manager, lines: &[Vec<String>]) -> Result<BTreeMap<String, String>, String> {
    let native = answer::of(lines, "native", 1).next().map(|words| words[0].to_string()).unwrap_or_default();
    let mut level = BTreeMap::new();
    for package in answer::of(lines, "package", 4).filter_map(|words| Package::of(manager, &words)) {
        if !package.is_there()
            || ![native.as_str(), manager.names.any].contains(&package.architecture.as_str())
        {
            continue;
        }
        if let Some(how) = package.broken() {
            return Err(format!(
                "{} {} is {how}: mend that first ({}), or leave it out",
                package.name, package.version, manager.words.mend_one
            ));
        }
        level.insert(package.name, package.version);
    }
    Ok(level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SAMPLE;

    fn told(body: &str) -> Result<String, String> {
        let lines = answer::lines(&format!("patchform-answer\nnative amd64\n{body}\nend\n")).unwrap();
        level(&SAMPLE, &lines)
            .map(|level| level.into_iter().map(|(name, version)| format!("{name}={version} ")).collect())
    }

    #[test]
    fn what_is_whole_is_the_level() {
        let body = "package app amd64 1:2-1 ii\npackage doc all 3 hi\npackage old amd64 1 rc\npackage lib i386 1 ii\n\
                    package ../x all 1 ii";
        assert_eq!(told(body).unwrap(), "app=1:2-1 doc=3 ");
        assert!(told("package app amd64 1 iF").unwrap_err().contains("app 1 is half configured"));
    }
}
