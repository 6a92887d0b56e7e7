//! `provider "name" { … }`: how a provider is configured, once per alias.

use super::instances::argument;
use super::kind;
use super::secret::Secrets;
use crate::config::blocks::{Known, Own, PROVIDER};
use crate::config::checked::ProviderBlock;
use crate::config::fields::Fields;
use crate::config::load::is_identifier;
use crate::config::schemas::Schemas;
use crate::config::scope::Scope;
use crate::config::suggest;
use crate::config::syntax::Block;
use crate::config::value::Value;
use crate::model::{Absence, Diagnostic, Diagnostics, Span};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// A provider block whose name and alias are known.
pub(super) struct Declared<'p> {
    pub name: &'p str,
    pub alias: String,
    block: &'p Block,
}

/// A provider block, evaluated.
pub(super) type Configured = ProviderBlock;

/// Reads names and aliases; each pair may stand once.
pub(super) fn declared<'p>(
    blocks: &[&'p Block],
    schemas: &Schemas,
    problems: &mut Diagnostics,
) -> Vec<Declared<'p>> {
    let mut seen: BTreeMap<(&str, String), Span> = BTreeMap::new();
    let mut all = Vec::new();
    for block in blocks.iter().copied() {
        let Some(label) = block.labels.first() else { continue };
        if schemas.provider(&label.text).is_none() {
            let help = match suggest::sentence(&label.text, schemas.names()) {
                empty if empty.is_empty() => "Name it in patchform { required_providers { … } }.".to_string(),
                sentence => sentence,
            };
            let problem = Diagnostic::error(format!("There is no provider \"{}\"", label.text));
            problems.push(problem.at(label.span, "unknown provider").help(help).absent(Absence::Provider));
            continue;
        }
        let Some(alias) = alias(block, problems) else { continue };
        if let Some(first) = seen.insert((&label.text, alias.clone()), block.header) {
            let problem = super::names::twice(&format!("provider \"{}\"", label.text), block.header, first);
            problems.push(problem.help("Give one of them an alias of its own: alias = \"…\""));
            continue;
        }
        all.push(Declared { name: &label.text, alias, block });
    }
    all
}

fn alias(block: &Block, problems: &mut Diagnostics) -> Option<String> {
    let Some(attribute) = block.body.attribute("alias") else { return Some(String::new()) };
    let scope = Scope::root();
    let text = Fields { scope: &scope, hopeless: &|_| false, problems }.text(&block.body, "alias")?;
    if !is_identifier(&text) {
        let problem = Diagnostic::error(format!("{text:?} cannot be an alias"))
            .at(attribute.value.span(), "no identifier")
            .help("Use letters, digits, `_` and `-`; begin with a letter or `_`.");
        problems.push(problem);
        return None;
    }
    Some(text)
}

/// Evaluates a provider block against its provider's schema.
pub(super) fn read(
    declared: &Declared<'_>,
    schemas: &Schemas,
    known: &Secrets,
    fields: &mut Fields<'_>,
) -> Option<Configured> {
    let (name, block) = (declared.name, declared.block);
    let before = fields.problems.0.len();
    let plans = match kind::arguments(&schemas.provider(name)?.arguments) {
        Ok(plans) => plans,
        Err(wrong) => {
            fields.problems.push(kind::bad_provider(name, &wrong, block.header));
            return None;
        }
    };
    let what = format!("provider \"{name}\"");
    let own: Vec<Own<'_>> = kind::own(&plans).collect();
    Known::new(&PROVIDER, &what, &what, &own).check(block, fields.problems);
    let mut json = Map::new();
    let mut secrets = Vec::new();
    for (argument_name, plan) in &plans {
        let (value, at) = match block.body.attribute(argument_name) {
            Some(attribute) => match argument(attribute, plan, fields) {
                Some(value) => (value, attribute.value.span()),
                None => continue,
            },
            None => (plan.default.clone().unwrap_or(Value::NULL), block.header),
        };
        if let Err(problem) = known.find(argument_name, &value, at, &mut secrets) {
            fields.problems.push(*problem);
        }
        if !value.is_null() {
            json.insert(argument_name.clone(), value.to_json());
        }
    }
    let good = fields.problems.0.len() == before;
    good.then(|| ProviderBlock {
        name: name.to_string(),
        alias: declared.alias.clone(),
        arguments: Json::Object(json),
        secrets,
    })
}

/// In place of a block that is wrong, which was said.
pub(super) fn unread(name: &str, alias: &str) -> Configured {
    let arguments = Json::Object(Map::new());
    ProviderBlock { name: name.to_string(), alias: alias.to_string(), arguments, secrets: Vec::new() }
}

/// The block that a provider has when none is written: every argument left out.
///
/// # Errors
/// A diagnostic at `at` when an argument is required.
pub(super) fn implied(name: &str, schemas: &Schemas, at: Span) -> Result<Configured, Box<Diagnostic>> {
    let rows = schemas.provider(name).map(|d| &d.arguments);
    let plans = match rows.map(kind::arguments).transpose() {
        Ok(plans) => plans.unwrap_or_default(),
        Err(wrong) => return Err(Box::new(kind::bad_provider(name, &wrong, at))),
    };
    let mut json = Map::new();
    for (argument, plan) in &plans {
        match &plan.default {
            Some(default) => {
                json.insert(argument.clone(), default.to_json());
            }
            None if plan.required => {
                let problem = Diagnostic::error(format!("The provider \"{name}\" must be configured"))
                    .at(at, "needs this provider")
                    .because(format!("It requires the argument \"{argument}\". {}", plan.description))
                    .help(format!("Add provider \"{name}\" {{ {argument} = … }}"));
                return Err(Box::new(problem));
            }
            None => {}
        }
    }
    Ok(ProviderBlock {
        name: name.to_string(),
        alias: String::new(),
        arguments: Json::Object(json),
        secrets: Vec::new(),
    })
}
