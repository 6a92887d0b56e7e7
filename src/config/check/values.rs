//! Values that were found so far in one instance of a module: what its references see.

use crate::config::expr::{Expr, RefStep, Reference};
use crate::config::scope::Resolve;
use crate::config::suggest::Searches;
use crate::config::value::{Table, Value};
use crate::model::Span;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Values by the names that references use.
#[derive(Default)]
pub(super) struct Values {
    pub variables: BTreeMap<String, Value>,
    pub locals: BTreeMap<String, Value>,
    /// Levels of baselines.
    pub baselines: BTreeMap<String, Value>,
    /// By kind and name.
    pub components: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Value>>,
    /// Data blocks: by kind an object of all that are known.
    pub data: BTreeMap<String, Value>,
    /// Calls of modules, by name.
    pub modules: BTreeMap<String, CallValue>,
    /// Blocks that are named and have no value: by kind and name.
    pub named: BTreeMap<&'static str, BTreeMap<String, Value>>,
    pub wrong: Arc<Wrong>,
}

/// What a reference to a call of a module sees.
#[derive(Default)]
pub(super) struct CallValue {
    pub value: Value,
    /// Whether it has `count` or `for_each`.
    pub repeated: bool,
    /// Outputs that some instance lacks: they failed, or their turn has not come.
    pub lacking: BTreeSet<Arc<str>>,
}

/// What went wrong so far, in all modules.
#[derive(Default)]
pub(super) struct Wrong {
    /// References and names of functions that mean nothing.
    pub bad: BTreeSet<Span>,
    /// Whether an output of some module may be what could not be read.
    pub outputs_lost: bool,
    /// Whether variables may be without a value, so that types are held against each other in place of values.
    pub lacks: bool,
    /// Whether anything has failed: only then is it asked what an expression rests on.
    spoilt: AtomicBool,
    searches: Searches,
}

impl Wrong {
    pub fn spoil(&self, so: bool) {
        self.spoilt.fetch_or(so, Ordering::Relaxed);
    }

    pub fn is_spoilt(&self) -> bool {
        self.spoilt.load(Ordering::Relaxed)
    }
}

impl Values {
    /// Whether an expression rests on something that is already known to be wrong. Values are found in order, so
    /// that what is missing by now has failed.
    pub fn hopeless(&self, expr: &Expr) -> bool {
        if !self.wrong.is_spoilt() {
            return false;
        }
        expr.references().iter().any(|reference| self.lacks(reference))
            || expr.calls().iter().any(|call| self.wrong.bad.contains(&call.name_span))
    }

    /// Whether what a reference means has no value, or it means nothing.
    pub fn lacks(&self, reference: &Reference) -> bool {
        self.wrong.bad.contains(&reference.span) || !self.has(reference)
    }

    fn has(&self, reference: &Reference) -> bool {
        let name = reference.name().map_or("", |name| name);
        match &*reference.root {
            "var" => self.variables.contains_key(name),
            "local" => self.locals.contains_key(name),
            "baseline" => self.baselines.contains_key(name),
            "each" | "count" | "self" | "path" | "patchform" => true,
            "data" => {
                let second = reference.steps.get(1).and_then(|(step, _)| match step {
                    RefStep::Attr(name) => Some(name),
                    _ => None,
                });
                self.data.get(name).is_some_and(|all| second.is_some_and(|name| all.get(name).is_some()))
            }
            "module" => self.modules.get(name).is_some_and(|call| match output(reference, call.repeated) {
                Some((output, _)) => !call.lacking.contains(output),
                None => call.lacking.is_empty() && !self.wrong.outputs_lost,
            }),
            kind => match self.named.get(kind) {
                Some(all) => all.contains_key(name),
                None => self.components.get(kind).is_some_and(|all| all.contains_key(name)),
            },
        }
    }
}

/// The output that a reference to a module names, and where: `out` in `module.eu.out`; where the call is repeated, in
/// `module.eu["a"].out` and in `module.eu.a.out`.
pub(super) fn output(reference: &Reference, repeated: bool) -> Option<(&Arc<str>, Span)> {
    let place = match reference.steps.get(1) {
        Some((RefStep::Attr(_), _)) if !repeated => 1,
        _ => 2,
    };
    match reference.steps.get(place) {
        Some((RefStep::Attr(name), span)) => Some((name, *span)),
        _ => None,
    }
}

impl Resolve for Values {
    fn resolve(&self, root: &str, name: &str) -> Option<Cow<'_, Value>> {
        match root {
            "var" => self.variables.get(name),
            "local" => self.locals.get(name),
            "baseline" => self.baselines.get(name),
            "data" => self.data.get(name),
            "module" => self.modules.get(name).map(|call| &call.value),
            kind => match self.named.get(kind) {
                Some(all) => all.get(name),
                None => self.components.get(kind).and_then(|all| all.get(name)),
            },
        }
        .map(Cow::Borrowed)
    }

    fn names(&self) -> Vec<String> {
        let variables = self.variables.keys().map(|name| format!("var.{name}"));
        let locals = self.locals.keys().map(|name| format!("local.{name}"));
        let baselines = self.baselines.keys().map(|name| format!("baseline.{name}"));
        let modules = self.modules.keys().map(|name| format!("module.{name}"));
        let components = self
            .components
            .iter()
            .flat_map(|(kind, all)| all.keys().map(move |name| format!("{kind}.{name}")));
        let data = self.data.iter().flat_map(|(kind, all)| {
            let names = all.as_entries().into_iter().flat_map(Table::keys);
            names.map(move |name| format!("data.{kind}.{name}"))
        });
        variables.chain(locals).chain(baselines).chain(data).chain(modules).chain(components).collect()
    }

    fn may_suggest(&self, among: usize) -> bool {
        self.wrong.searches.allow(among)
    }
}
