//! A kind's arguments as the checker needs them: types read once, not per component.

use crate::config::arguments::LEVEL;
use crate::config::blocks::{self, Own};
use crate::config::convert::convert;
use crate::config::types::Type;
use crate::config::value::Value;
use crate::model::{Diagnostic, Span};
use patchform_sdk::message::{self, Class, LevelShape};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A kind's schema.
pub(super) struct KindPlan {
    pub class: Class,
    pub level: LevelShape,
    pub scheme: String,
    pub arguments: BTreeMap<String, ArgumentPlan>,
    /// What references to a component of it may name, sorted: its arguments and its level.
    pub names: Arc<[Arc<str>]>,
}

/// One argument.
pub(super) struct ArgumentPlan {
    pub ty: Type,
    pub required: bool,
    /// Of its type.
    pub default: Option<Value>,
    pub sensitive: bool,
    pub description: String,
}

impl KindPlan {
    /// Reads a kind's description.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the provider.
    pub fn new(kind: &message::Kind) -> Result<KindPlan, String> {
        if let Some(name) = kind.arguments.keys().find(|name| blocks::COMPONENT.argument(name).is_some()) {
            return Err(format!("its argument \"{name}\" is named as one that every component has"));
        }
        let names: BTreeSet<&str> = kind.arguments.keys().map(String::as_str).chain([LEVEL]).collect();
        Ok(KindPlan {
            class: kind.class,
            level: kind.level,
            scheme: kind.scheme.clone(),
            arguments: arguments(&kind.arguments)?,
            names: names.into_iter().map(Arc::from).collect(),
        })
    }
}

/// The arguments as the checker of names wants them.
pub(super) fn own(plans: &BTreeMap<String, ArgumentPlan>) -> impl Iterator<Item = Own<'_>> {
    plans.iter().map(|(name, plan)| Own {
        name,
        required: plan.required && plan.default.is_none(),
        about: &plan.description,
    })
}

/// Reads the descriptions of arguments.
///
/// # Errors
/// A sentence that says what is wrong with the provider.
pub(super) fn arguments(
    rows: &BTreeMap<String, message::Argument>,
) -> Result<BTreeMap<String, ArgumentPlan>, String> {
    rows.iter().map(|(name, row)| argument(name, row).map(|plan| (name.clone(), plan))).collect()
}

fn argument(name: &str, row: &message::Argument) -> Result<ArgumentPlan, String> {
    let ty = Type::from_json(&row.ty)
        .map_err(|wrong| format!("its argument \"{name}\" has no proper type: {wrong}"))?;
    let default = match row.default.as_ref().filter(|default| !default.is_null()) {
        Some(json) => {
            let value = convert(&Value::from_json(json), &ty);
            Some(value.map_err(|wrong| {
                format!("the default of its argument \"{name}\" has another type: {wrong}")
            })?)
        }
        None => None,
    };
    let (required, sensitive) = (row.required, row.sensitive);
    Ok(ArgumentPlan { ty, required, default, sensitive, description: row.description.clone() })
}

/// A provider that describes itself wrongly: the configuration is not to blame.
pub(super) fn bad_provider(provider: &str, wrong: &str, at: Span) -> Diagnostic {
    Diagnostic::error(format!("The provider \"{provider}\" describes itself wrongly"))
        .at(at, "needs this provider")
        .because(format!("It says something that makes no sense: {wrong}."))
        .help("This is a mistake in the provider; try another version of it, or tell its author.")
}
