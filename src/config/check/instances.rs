//! The instances of a component block: `count` and `for_each` expanded, every argument evaluated.

use super::component::{ComponentBlock, Named, Repeat, instance_key};
use super::kind::ArgumentPlan;
use super::level;
use super::order::{Use, Which};
use super::secret::{Secrets, called};
use super::{nested, probe};
use crate::config::arguments::{Arguments, LEVEL};
use crate::config::blocks::CLASSES;
use crate::config::checked::{Check, Connection, Lifecycle, Secret, SnapshotRule};
use crate::config::convert::convert;
use crate::config::eval::evaluate;
use crate::config::expr::Expr;
use crate::config::fields::{Fields, sentence_case};
use crate::config::scope::Scope;
use crate::config::syntax::{Attribute, Body};
use crate::config::types::Type;
use crate::config::value::{Data, Entries, Marks, Value};
use crate::model::{Diagnostic, Diagnostics, InstanceKey, PatchLevel, Span};
use patchform_sdk::message::Class;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An instance, evaluated; it does not know yet where it stands among the others.
pub(super) struct Draft {
    pub key: InstanceKey,
    pub class: Class,
    pub level: PatchLevel,
    pub arguments: Arguments,
    pub secrets: Vec<Secret>,
    pub connection: Connection,
    pub snapshot: SnapshotRule,
    pub checks: Vec<Check>,
    pub lifecycle: Lifecycle,
    /// The rollout that it was given as a value: which instance of a module declares it, and its name.
    pub rollout: Option<(usize, Arc<str>)>,
    /// The vendor, likewise.
    pub vendor: Option<(usize, Arc<str>)>,
    /// For each computed use of the block, in order: the instance it names, where that could be told.
    pub computed: Vec<Option<InstanceKey>>,
}

/// More than these is a mistake, or an attack on the memory.
const MAX_INSTANCES: u64 = 1_000_000;

/// All that an instance is made from.
pub(super) struct Expander<'a, 'p> {
    pub block: &'a ComponentBlock<'p>,
    pub uses: &'a [Use<'p>],
    pub secrets: &'a Secrets,
    /// Declared names, files and paths.
    pub scope: &'a Scope<'a>,
    pub hopeless: &'a dyn Fn(&Expr) -> bool,
}

/// Its key, and what `each` or `count` is in it.
pub(super) type Instance = (InstanceKey, Option<(&'static str, Value)>);

impl Expander<'_, '_> {
    /// All instances, and the value that references to the block have. `None` when something is wrong, which was
    /// said: of several instances with the same mistake only the first one is complained about.
    pub fn expand(&self, problems: &mut Diagnostics) -> Option<(Vec<Draft>, Value)> {
        let before = problems.0.len();
        let instances = self.instances(problems)?;
        let mut drafts = Vec::with_capacity(instances.len());
        let mut values = Vec::with_capacity(instances.len());
        for (key, own) in instances {
            let scope = match own {
                Some((name, value)) => self.scope.child().with(name, value),
                None => self.scope.child(),
            };
            let made = self.instance(key, &scope, problems);
            if problems.0.len() > before && problems.has_errors() {
                return None;
            }
            let (draft, value) = made?;
            drafts.push(draft);
            values.push(value);
        }
        let value = self.block_value(&drafts, values);
        Some((drafts, value))
    }

    fn block_value(&self, drafts: &[Draft], values: Vec<Value>) -> Value {
        match self.block.repeat {
            Repeat::Once => values.into_iter().next().unwrap_or(Value::NULL),
            Repeat::Count(_) => Value::tuple(values),
            Repeat::ForEach(_) => {
                let key = |draft: &Draft| match &draft.key {
                    InstanceKey::Key(key) => key.clone(),
                    _ => "".into(),
                };
                Value::object(drafts.iter().map(key).zip(values).collect())
            }
        }
    }

    fn instances(&self, problems: &mut Diagnostics) -> Option<Vec<Instance>> {
        let mut fields = Fields { scope: self.scope, hopeless: self.hopeless, problems };
        instances(&self.block.repeat, &mut fields)
    }

    fn instance(
        &self,
        key: InstanceKey,
        scope: &Scope<'_>,
        problems: &mut Diagnostics,
    ) -> Option<(Draft, Value)> {
        let body = &self.block.block.body;
        let mut fields = Fields { scope, hopeless: self.hopeless, problems };
        let read = self.arguments(body, &mut fields);
        let level = level::read(self.block, &mut fields);
        let class = self.class(body, &mut fields);
        let rollout = named("rollout", self.block.rollout, &mut fields);
        let vendor = named("vendor", self.block.vendor, &mut fields);
        let (mut own, secrets) = read?;
        let (level, level_value) = level?;
        let plan = &self.block.plan;
        own.insert(plan.names.partition_point(|name| &**name < LEVEL), level_value);
        let value = Value::shaped(plan.names.clone(), own);
        let inner;
        let (connection, snapshot, lifecycle, checks) = if body.blocks.is_empty() {
            let mut fields = Fields { scope, hopeless: self.hopeless, problems };
            (
                nested::connection(self.block.block, &mut fields),
                nested::snapshot(self.block.block, &mut fields),
                nested::lifecycle(self.block.block, &mut fields),
                Vec::new(),
            )
        } else {
            inner = scope.child().with("self", value.clone());
            let mut fields = Fields { scope: &inner, hopeless: self.hopeless, problems };
            let block = super::dynamic::expanded(self.block.block, &mut fields)?;
            let block = &*block;
            (
                nested::connection(block, &mut fields),
                nested::snapshot(block, &mut fields),
                nested::lifecycle(block, &mut fields),
                probe::all(block, &mut fields),
            )
        };
        let computed = self.computed(scope);
        let class = class.unwrap_or(self.block.plan.class);
        let draft = Draft {
            key,
            class,
            level,
            arguments: Arguments::of(&value),
            secrets,
            connection,
            snapshot,
            checks,
            lifecycle,
            rollout,
            vendor,
            computed,
        };
        Some((draft, value))
    }

    /// The kind's own arguments, by name, as references see them, and where secrets stand.
    fn arguments(&self, body: &Body, fields: &mut Fields<'_>) -> Option<(Vec<Value>, Vec<Secret>)> {
        let mut own = Vec::with_capacity(self.block.plan.names.len());
        let mut secrets = Vec::new();
        let mut good = true;
        for (name, plan) in &self.block.plan.arguments {
            let (value, at) = match body.attribute(name) {
                Some(attribute) => match argument(attribute, plan, fields) {
                    Some(value) => (value, attribute.value.span()),
                    None => {
                        good = false;
                        continue;
                    }
                },
                None => (plan.default.clone().unwrap_or(Value::NULL), self.block.block.header),
            };
            if let Err(problem) = self.secrets.find(name, &value, at, &mut secrets) {
                fields.problems.push(*problem);
                good = false;
            }
            let value = if plan.sensitive && !value.is_null() && !value.is_sensitive() {
                value.marked(&Marks::anonymous())
            } else {
                value
            };
            own.push(value);
        }
        good.then_some((own, secrets))
    }

    fn class(&self, body: &Body, fields: &mut Fields<'_>) -> Option<Class> {
        let text = fields.text(body, "class")?;
        let found = serde_json::from_value::<Class>(Json::String(text.clone()));
        if found.is_err() {
            let at = body.attribute("class").map_or(self.block.block.header, |a| a.value.span());
            let problem = Diagnostic::error(format!("There is no class {text:?}"))
                .at(at, "unknown class")
                .help(crate::config::suggest::sentence(&text, CLASSES.iter().copied()));
            fields.problems.push(problem);
        }
        found.ok()
    }

    fn computed(&self, scope: &Scope<'_>) -> Vec<Option<InstanceKey>> {
        computed(self.uses, scope)
    }
}

/// For each computed use, in order: the instance it names, where that can be told.
pub(super) fn computed(uses: &[Use<'_>], scope: &Scope<'_>) -> Vec<Option<InstanceKey>> {
    let keys = uses.iter().filter_map(|used| match used.which {
        Which::Computed(expr) => Some(evaluate(expr, scope).ok().filter(|v| !v.is_sensitive())),
        _ => None,
    });
    keys.map(|value| value.and_then(|value| instance_key(&value))).collect()
}

/// The block that an argument names by its value; null names none.
fn named(kind: &str, named: Named<'_>, fields: &mut Fields<'_>) -> Option<(usize, Arc<str>)> {
    let Named::Value(attribute) = named else { return None };
    let value = fields.value(&attribute.value)?;
    match value.as_block() {
        Some(block) if block.kind == kind => Some((block.owner, block.name.clone())),
        None if value.is_null() => None,
        _ => {
            let problem = Diagnostic::error(format!("\"{kind}\" must name a {kind} block"))
                .at(attribute.value.span(), format!("this is {}", value.kind()))
                .help(format!("Pass the block itself to the module: {kind} = {kind}.name, without quotes."));
            fields.problems.push(problem);
            None
        }
    }
}

/// The keys of a block's instances, and what `each` or `count` is in them.
pub(super) fn instances(repeat: &Repeat<'_>, fields: &mut Fields<'_>) -> Option<Vec<Instance>> {
    match repeat {
        Repeat::Once => Some(vec![(InstanceKey::None, None)]),
        Repeat::Count(attribute) => count(attribute, fields),
        Repeat::ForEach(attribute) => for_each(attribute, fields),
    }
}

/// An argument's value, converted to its type; null where it is left out.
pub(super) fn argument(attribute: &Attribute, plan: &ArgumentPlan, fields: &mut Fields<'_>) -> Option<Value> {
    let value = fields.value(&attribute.value)?;
    let at = attribute.value.span();
    if value.is_null() {
        if plan.required && plan.default.is_none() {
            let problem = Diagnostic::error(format!(
                "The argument \"{}\" is required and may not be null",
                attribute.name
            ))
            .at(at, "this is null")
            .help("Give it a value; coalesce(…) takes the first that is neither null nor empty.");
            fields.problems.push(problem);
            return None;
        }
        return Some(plan.default.clone().unwrap_or(Value::NULL));
    }
    match convert(&value, &plan.ty) {
        Ok(value) => Some(value),
        Err(wrong) => {
            let problem =
                Diagnostic::error(format!("The argument \"{}\" has the wrong type", attribute.name))
                    .at(at, format!("this is {}", value.kind()))
                    .because(format!(
                        "{}. Its type is {}.",
                        sentence_case(&wrong.describe(&attribute.name)),
                        plan.ty
                    ));
            fields.problems.push(problem);
            None
        }
    }
}

fn count(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<Vec<Instance>> {
    let at = attribute.value.span();
    let value = fields.value(&attribute.value)?;
    refuse_secret("count", &value, at, fields)?;
    let number = convert(&value, &Type::Number).ok().and_then(|v| v.as_number().and_then(|n| n.as_usize()));
    match number.map(|n| n as u64) {
        Some(n) if n <= MAX_INSTANCES => {
            let own = |i: u64| Value::object(Entries::from([("index".into(), Value::number(i as i64))]));
            Some((0..n).map(|i| (InstanceKey::Index(i), Some(("count", own(i))))).collect())
        }
        found => {
            let help = if found.is_some() {
                format!("At most {MAX_INSTANCES} instances are made.")
            } else {
                "Write a number, for example length(var.hosts); 0 makes no instance.".to_string()
            };
            let problem = Diagnostic::error("\"count\" must be a whole number, 0 or more")
                .at(at, format!("this is {}", value.brief()))
                .help(help);
            fields.problems.push(problem);
            None
        }
    }
}

fn for_each(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<Vec<Instance>> {
    let at = attribute.value.span();
    let value = fields.value(&attribute.value)?;
    let shown = value.clone().unmarked();
    let keyed = matches!(value.data(), Data::Map(_) | Data::Object(_));
    // The values of a map may be secrets; the keys are shown everywhere.
    refuse_secret(
        "for_each",
        if keyed && !value.marks().is_sensitive() { &Value::NULL } else { &value },
        at,
        fields,
    )?;
    let instance = |key: &Arc<str>, value: &Value| {
        let each =
            Entries::from([("key".into(), Value::string(key.clone())), ("value".into(), value.clone())]);
        (InstanceKey::Key(key.clone()), Some(("each", Value::object(each))))
    };
    if let Some(entries) = value.as_entries() {
        return Some(entries.iter().map(|(key, value)| instance(key, value)).collect());
    }
    if let Data::Set(_) = value.data() {
        let items = value.as_items().unwrap_or_default();
        let keys: Option<Vec<Instance>> = items
            .iter()
            .map(|item| match item.data() {
                Data::String(key) => Some(instance(key, item)),
                _ => None,
            })
            .collect();
        if keys.is_some() {
            return keys;
        }
    }
    let help = match value.data() {
        Data::List(_) | Data::Tuple(_) => {
            "A list has no keys, so that taking one out would move the others: write toset([…]) or a map."
        }
        Data::Null => "Give an empty map, {}, to make no instances.",
        _ => "Write a map, { key = value }, or toset([\"a\", \"b\"]).",
    };
    let problem = Diagnostic::error("\"for_each\" must be a map or a set of strings")
        .at(at, format!("this is {}", shown.kind()))
        .help(help);
    fields.problems.push(problem);
    None
}

fn refuse_secret(name: &str, value: &Value, at: Span, fields: &mut Fields<'_>) -> Option<()> {
    if !value.is_sensitive() {
        return Some(());
    }
    let problem = Diagnostic::error(format!("A secret may not decide \"{name}\""))
        .at(at, from_variables(value))
        .because("Addresses of components are shown and stored in clear, and would give it away.")
        .help("Use a value that is not sensitive; nonsensitive(…) says that showing it does no harm.");
    fields.problems.push(problem);
    None
}

/// For the label of a value that is sensitive.
pub(super) fn from_variables(value: &Value) -> String {
    let names: BTreeMap<Arc<str>, ()> = value.deep_marks().variables().map(|n| (n.clone(), ())).collect();
    let names: Vec<String> = names.keys().map(|n| called(n)).collect();
    if names.is_empty() {
        "this is sensitive".to_string()
    } else {
        format!("this is sensitive, by {}", names.join(", "))
    }
}
