//! Values that were found so far: what references see.

use crate::config::expr::Expr;
use crate::config::scope::Resolve;
use crate::config::value::Value;
use crate::model::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Values by the names that references use.
#[derive(Default)]
pub(super) struct Values {
    pub variables: BTreeMap<String, Value>,
    pub locals: BTreeMap<String, Value>,
    /// By kind and name.
    pub components: BTreeMap<String, BTreeMap<String, Value>>,
    /// Expressions with a reference that means nothing.
    pub bad: BTreeSet<Span>,
    /// Whether anything has failed: only then is it asked what an expression rests on.
    pub spoilt: bool,
}

impl Values {
    /// Whether an expression rests on something that is already known to be wrong. Values are found in order, so
    /// that what is missing by now has failed.
    pub fn hopeless(&self, expr: &Expr) -> bool {
        if !self.spoilt {
            return false;
        }
        self.bad.contains(&expr.span())
            || expr.references().iter().any(|reference| {
                let name = reference.name().map_or("", |name| name);
                match &*reference.root {
                    "var" => !self.variables.contains_key(name),
                    "local" => !self.locals.contains_key(name),
                    "each" | "count" | "self" | "path" | "patchform" => false,
                    kind => !self.components.get(kind).is_some_and(|all| all.contains_key(name)),
                }
            })
    }
}

impl Resolve for Values {
    fn resolve(&self, root: &str, name: &str) -> Option<Value> {
        match root {
            "var" => self.variables.get(name),
            "local" => self.locals.get(name),
            kind => self.components.get(kind).and_then(|all| all.get(name)),
        }
        .cloned()
    }

    fn names(&self) -> Vec<String> {
        let variables = self.variables.keys().map(|name| format!("var.{name}"));
        let locals = self.locals.keys().map(|name| format!("local.{name}"));
        let components = self
            .components
            .iter()
            .flat_map(|(kind, all)| all.keys().map(move |name| format!("{kind}.{name}")));
        variables.chain(locals).chain(components).collect()
    }
}
