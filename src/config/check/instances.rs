//! The instances of a component block: every argument evaluated, by several threads where there are many.

use super::binding::Binding;
use super::component::{ComponentBlock, Named, Repeat, instance_key};
use super::kind::ArgumentPlan;
use super::level;
use super::order::{Use, Which};
use super::repeat::{Instance, instances};
use super::secret::Secrets;
use super::told::{Told, name_instance};
use super::{blocking, guess, nested, probe, secret, traffic, window};
use crate::config::arguments::{Arguments, LEVEL};
use crate::config::blocks::{CLASSES, EXPOSURES};
use crate::config::checked::{
    Baseline, Check, Connection, Constrained, Lifecycle, Role, Secret, Silence, SnapshotRule,
};
use crate::config::convert::convert;
use crate::config::eval::evaluate;
use crate::config::exact;
use crate::config::expr::Expr;
use crate::config::fields::{Fields, Misfit, in_a_list, misfit, sentence_case};
use crate::config::levels::Resolved;
use crate::config::scope::{Doubt, Scope};
use crate::config::syntax::Attribute;
use crate::config::types::Type;
use crate::config::value::{Marks, Value};
use crate::model::parts::in_parts;
use crate::model::{Address, Diagnostic, Diagnostics, InstanceKey, PatchLevel, Span};
use patchform_advisory::priority::Exposure;
use patchform_sdk::message::Class;
use std::sync::Arc;

/// An instance, evaluated; it does not know yet where it stands among the others.
pub(super) struct Draft {
    pub key: InstanceKey,
    pub class: Class,
    pub exposure: Exposure,
    pub level: PatchLevel,
    pub constrained: Option<Box<Constrained>>,
    pub baseline: Option<Baseline>,
    pub arguments: Arguments,
    pub secrets: Vec<Secret>,
    pub connection: Connection,
    pub snapshot: SnapshotRule,
    pub checks: Vec<Check>,
    pub role: Option<Box<Role>>,
    pub lifecycle: Lifecycle,
    /// The rollout that it was given as a value: which instance of a module declares it, and its name.
    pub rollout: Option<(usize, Arc<str>)>,
    pub zone: Option<String>,
    /// The vendor, likewise.
    pub vendor: Option<(usize, Arc<str>)>,
    /// Its maintenance windows, likewise.
    pub windows: Vec<(usize, Arc<str>)>,
    /// Where its traffic is taken away.
    pub drained: Option<Box<traffic::Drained>>,
    pub block: Option<Box<blocking::Written>>,
    pub silence: Option<Box<Silence>>,
    /// For each computed use of the block, in order: the instance it names, where that could be told.
    pub computed: Vec<Option<InstanceKey>>,
}

/// One of the kind's arguments: its name, its row, and where the block gives it.
type Given<'a> = (&'a str, &'a ArgumentPlan, Option<&'a Attribute>);

/// Some instances, and what references to each of them see.
type Part = (Vec<Draft>, Vec<Value>);

/// So many instances are made by one thread.
const ALONE: usize = 256;

/// All that an instance is made from.
pub(super) struct Expander<'a, 'p> {
    pub block: &'a ComponentBlock<'p>,
    pub uses: &'a [Use<'p>],
    pub secrets: &'a Secrets,
    /// Declared names, files and paths.
    pub scope: &'a Scope<'a>,
    pub hopeless: &'a Doubt<'a>,
    /// Calls from the root down.
    pub path: &'a [(Arc<str>, InstanceKey)],
    pub resolved: Resolved<'a>,
}

impl Expander<'_, '_> {
    /// All instances, and the value that references to the block have. `None` when something is wrong, which was said.
    pub fn expand(&self, instances: &[Instance], problems: &mut Diagnostics) -> Option<(Vec<Draft>, Value)> {
        let body = &self.block.block.body;
        let plans = self.block.plan.arguments.iter();
        let given: Vec<Given<'_>> = plans.map(|(name, plan)| (&**name, plan, body.attribute(name))).collect();
        let (mut drafts, mut values) = (Vec::new(), Vec::new());
        let (mut told, mut is_whole) = (Told::default(), true);
        let parts = in_parts(instances, ALONE, |instances| self.part(&given, instances));
        for (number, (made, found)) in parts.into_iter().enumerate() {
            found.0.into_iter().for_each(|one| told.add(one, number, problems));
            match made {
                None => is_whole = false,
                Some(part) if drafts.is_empty() => (drafts, values) = part,
                Some((more, their_values)) => {
                    drafts.extend(more);
                    values.extend(their_values);
                }
            }
        }
        if !is_whole {
            return None;
        }
        let value = self.block_value(&drafts, values);
        Some((drafts, value))
    }

    /// Some of the instances; none where something is wrong with one of them.
    fn part(&self, given: &[Given<'_>], instances: &[Instance]) -> (Option<Part>, Diagnostics) {
        let (mut told, mut all) = (Told::default(), Diagnostics::default());
        let (mut drafts, mut values) =
            (Vec::with_capacity(instances.len()), Vec::with_capacity(instances.len()));
        for (number, (key, own)) in instances.iter().enumerate() {
            let scope = match own {
                Some((name, value)) => self.scope.child().with(*name, value.clone()),
                None => self.scope.child(),
            };
            let mut problems = Diagnostics::default();
            let made = self.instance(given, key.clone(), &scope, &mut problems);
            for mut problem in problems.0 {
                name_instance(&mut problem, own, || self.address(key).to_string());
                told.add(problem, number, &mut all);
            }
            if let Some((draft, value)) = made.filter(|_| !all.has_errors()) {
                drafts.push(draft);
                values.push(value);
            }
        }
        ((drafts.len() == instances.len()).then_some((drafts, values)), all)
    }

    fn address(&self, key: &InstanceKey) -> Address {
        let ComponentBlock { kind, name, .. } = self.block;
        Address { module: self.path.to_vec(), kind: (*kind).clone(), name: (*name).clone(), key: key.clone() }
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
                // Instances are made in the order of their keys.
                Value::shaped(drafts.iter().map(key).collect(), values)
            }
        }
    }

    /// Which instances there are.
    pub fn instances(&self, problems: &mut Diagnostics) -> Option<Vec<Instance>> {
        let mut fields = Fields { scope: self.scope, hopeless: self.hopeless, problems };
        instances(&self.block.repeat, &mut fields)
    }

    fn instance(
        &self,
        given: &[Given<'_>],
        key: InstanceKey,
        scope: &Scope<'_>,
        problems: &mut Diagnostics,
    ) -> Option<(Draft, Value)> {
        let body = &self.block.block.body;
        let mut fields = Fields { scope, hopeless: self.hopeless, problems };
        let read = self.arguments(given, &mut fields);
        let asks = || level::Asks::new(self.block, self.path, &key, self.resolved);
        let level = level::read(self.block, &asks, &mut fields);
        let class = fields.one_of(body, "class", &CLASSES);
        let exposure = fields.one_of(body, "exposure", &EXPOSURES);
        let rollout = named("rollout", self.block.rollout, &mut fields);
        let vendor = named("vendor", self.block.vendor, &mut fields);
        let zone = fields.text(body, "zone").filter(|zone| !zone.is_empty());
        let read = read.zip(level).map(|((mut own, secrets), level)| {
            let plan = &self.block.plan;
            own.insert(plan.names.partition_point(|name| &**name < LEVEL), level.value);
            (Value::shaped(plan.names.clone(), own), secrets, level.level, level.constrained)
        });
        // Where something is wrong above, what stands in the blocks and does not look at it is checked all the same.
        let this = read.as_ref().map(|(value, ..)| value.clone());
        let looks_at_it = |expr: &Expr| expr.references().iter().any(|reference| &*reference.root == "self");
        let hopeless = |expr: &Expr| (self.hopeless)(expr) || (this.is_none() && looks_at_it(expr));
        let baseline = self.block.baseline.map(|(name, written)| Baseline {
            address: level::baseline(self.path, name).into(),
            span: written.value.span(),
        });
        let asked = scope.asks().filter(|_| this.is_none());
        let binding = asked.map(|outer| Binding { outer, names: vec![guess::this(self.block)] });
        let inner;
        let mut is_whole = true;
        let (connection, snapshot, lifecycle, windows, drained, block, silence, checks, role) =
            if body.blocks.is_empty() {
                let mut fields = Fields { scope, hopeless: self.hopeless, problems };
                (
                    nested::connection(self.block.block, &mut fields),
                    nested::snapshot(self.block.block, &mut fields),
                    nested::lifecycle(self.block.block, &mut fields),
                    Vec::new(),
                    None,
                    None,
                    None,
                    Vec::new(),
                    None,
                )
            } else {
                inner = match (&this, &binding) {
                    (Some(this), _) => scope.child().with("self", this.clone()),
                    (None, Some(binding)) => scope.child().resolver(binding),
                    (None, None) => scope.child(),
                };
                let mut fields = Fields { scope: &inner, hopeless: &hopeless, problems };
                let block;
                (block, is_whole) = super::dynamic::expanded(self.block.block, &mut fields);
                let block = &*block;
                let connection = nested::connection(block, &mut fields);
                let blocking = blocking::read(block, &connection, &mut fields);
                (
                    connection,
                    nested::snapshot(block, &mut fields),
                    nested::lifecycle(block, &mut fields),
                    window::named(block, &mut fields),
                    traffic::drained(block, &key, self.block.name, &mut fields).map(Box::new),
                    blocking,
                    super::silence::read(block, self.secrets, &mut fields),
                    probe::all(block, self.secrets, &mut fields),
                    super::role::read(block, &mut fields),
                )
            };
        let (value, secrets, level, constrained) = read.filter(|_| is_whole)?;
        let computed = self.computed(scope);
        let class = class.unwrap_or(self.block.plan.class);
        let draft = Draft {
            key,
            class,
            exposure: exposure.unwrap_or_default(),
            level,
            constrained,
            baseline,
            arguments: Arguments::of(&value),
            secrets,
            connection,
            snapshot,
            checks,
            role,
            lifecycle,
            rollout,
            zone,
            vendor,
            windows,
            drained,
            block,
            silence,
            computed,
        };
        Some((draft, value))
    }

    /// The kind's own arguments, by name, as references see them, and where secrets stand.
    fn arguments(&self, given: &[Given<'_>], fields: &mut Fields<'_>) -> Option<(Vec<Value>, Vec<Secret>)> {
        let mut own = Vec::with_capacity(self.block.plan.names.len());
        let mut secrets = Vec::new();
        let mut good = true;
        for (name, plan, attribute) in given {
            let (value, at) = match attribute {
                Some(attribute) => match argument(attribute, plan, fields) {
                    Some(value) => (value, attribute.value.span()),
                    None => {
                        good = false;
                        continue;
                    }
                },
                // That it is missing was said; it is no null.
                None if plan.required && plan.default.is_none() => {
                    good = false;
                    continue;
                }
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
pub(super) fn named(kind: &str, named: Named<'_>, fields: &mut Fields<'_>) -> Option<(usize, Arc<str>)> {
    let Named::Value(attribute) = named else { return None };
    let is = match fields.found(&attribute.value) {
        Err(guess) if guess.may_be_block() => return None,
        Err(guess) => guess.kind(),
        Ok(value) => match value.as_block() {
            Some(block) if block.kind == kind => return Some((block.owner, block.name.clone())),
            None if value.is_null() => return None,
            _ => value.kind(),
        },
    };
    let problem = Diagnostic::error(format!("\"{kind}\" must name a {kind} block"))
        .at(attribute.value.span(), format!("this is {is}"))
        .help(format!("Pass the block itself to the module: {kind} = {kind}.name, without quotes."));
    fields.problems.push(problem);
    None
}

/// An argument's value, converted to its type; null where it is left out.
pub(super) fn argument(attribute: &Attribute, plan: &ArgumentPlan, fields: &mut Fields<'_>) -> Option<Value> {
    let at = attribute.value.span();
    let value = match fields.found(&attribute.value) {
        Ok(value) => value,
        Err(guess) => {
            let misfit = misfit(&attribute.value, &guess, &plan.ty);
            let problem = match misfit {
                Some(misfit) => Some(wrong_type(attribute, plan, &misfit)),
                None => secret::mixed_in(attribute, &guess),
            };
            fields.problems.0.extend(problem);
            return None;
        }
    };
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
        Ok(value) if let Some(at) = null_within(attribute, &plan.ty, &value) => {
            let problem =
                Diagnostic::error(format!("\"{}\" holds null", attribute.name)).at(at, "this is null");
            fields
                .problems
                .push(problem.help("Leave the element out where it has no value, or give it one."));
            None
        }
        Ok(value) => match exact::rounded(&value) {
            None => Some(value),
            Some((number, told)) => {
                let hidden = value.is_sensitive();
                let problem = Diagnostic::error(format!(
                    "A number in \"{}\" is too long for a provider",
                    attribute.name
                ));
                let why = "A provider reads it as one of 64 bits or as a double, which has 15 exact digits";
                fields.problems.push(match hidden {
                    true => problem.at(at, "").because(format!("{why}.")),
                    false => problem.at(at, number).because(format!("{why}: it would become {told}.")),
                });
                None
            }
        },
        Err(wrong) => {
            let (at, part) = wrong.part(&attribute.value, &value);
            let misfit = Misfit { at, kind: part.kind(), error: wrong };
            fields.problems.push(wrong_type(attribute, plan, &misfit));
            None
        }
    }
}

/// Where null stands among elements of which each has to be something.
fn null_within(attribute: &Attribute, ty: &Type, value: &Value) -> Option<Span> {
    let (Type::List(of) | Type::Set(of) | Type::Map(of)) = ty else { return None };
    let at = value.children().position(Value::is_null).filter(|_| of.is_simple())?;
    let written = &attribute.value;
    let Some(key) = value.as_entries().and_then(|entries| entries.keys().nth(at)) else {
        // The elements of a set stand in another order than they were written in.
        return Some(if matches!(ty, Type::List(_)) { written.element(at) } else { written.span() });
    };
    let entries = written.as_object().unwrap_or_default();
    let entry = entries.iter().find(|(name, _)| name.name == Some(key));
    Some(entry.map_or(written.span(), |(_, value)| value.span()))
}

fn wrong_type(attribute: &Attribute, plan: &ArgumentPlan, misfit: &Misfit) -> Diagnostic {
    let why = sentence_case(&misfit.error.describe(&attribute.name));
    let problem = Diagnostic::error(format!("The argument \"{}\" has the wrong type", attribute.name))
        .at(misfit.at, format!("this is {}", misfit.kind))
        .because(format!("{why}. Its type is {}.", plan.ty));
    if plan.sensitive { problem } else { problem.help(in_a_list(attribute, &plan.ty)) }
}

#[cfg(test)]
mod tests {
    use super::Draft;
    use crate::config::checked::Component;

    /// There may be a hundred thousand of each, both at once for a while (docs/benchmarks.md): what most components do not
    /// have stands in a box of its own.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn a_component_stays_small() {
        assert!(size_of::<Draft>() <= 416, "{}", size_of::<Draft>());
        assert!(size_of::<Component>() <= 576, "{}", size_of::<Component>());
    }
}
