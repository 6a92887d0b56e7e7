//! Blocks of which there is no instance: their bodies are looked through all the same. Nothing but what is written out has
//! a value there, as where `terraform validate` looks: a variable that is null may be why there is no instance.

use super::binding::Binding;
use super::component::{ComponentBlock, repeat};
use super::expand::Instance;
use super::guess::{Guessing, Within};
use super::instances::{argument, named};
use super::names::Node;
use super::repeat::instances;
use super::{Checker, assertion, dynamic, input, level, output, traffic, window};
use crate::config::blocks::{self, Holds, Place, Takes};
use crate::config::expr::Expr;
use crate::config::fields::Fields;
use crate::config::levels::Resolved;
use crate::config::syntax::{Attribute, Block, Body};
use crate::config::types::Type;
use crate::config::value::Value;
use crate::model::{Diagnostics, InstanceKey, Span};
use std::collections::BTreeMap;

impl<'p> Checker<'_, 'p> {
    /// Reads something in an instance of a module where nothing has a value but what is written out.
    fn sketch<T>(
        &self,
        at: usize,
        within: Within<'_, '_>,
        read: impl FnOnce(&mut Fields<'_>) -> T,
    ) -> (T, Diagnostics) {
        let mut problems = Diagnostics::default();
        let guessing = Guessing { sketched: true, ..self.guessing(at) };
        let binding = Binding { outer: &guessing, names: guessing.bound(within) };
        let scope = self.scope(at).sketched().resolver(&binding);
        let values = &self.instances[at].values;
        let hopeless = |expr: &Expr| values.hopeless(expr) || guessing.is_open(expr);
        let answer = read(&mut Fields { scope: &scope, hopeless: &hopeless, problems: &mut problems });
        (answer, problems)
    }

    /// The same; what is wrong is told.
    fn sketch_told<T>(
        &mut self,
        at: usize,
        within: Within<'_, '_>,
        read: impl FnOnce(&mut Fields<'_>) -> T,
    ) -> T {
        let (answer, problems) = self.sketch(at, within, read);
        self.take(problems, at);
        answer
    }

    /// Looks through a component block without instances.
    pub fn sketch_component(&mut self, at: usize, block: &ComponentBlock<'p>) {
        let levels = Resolved::AsFar(self.around.levels.levels());
        let path = self.instances[at].path.clone();
        self.sketch_told(at, Within::Component(block), |fields| {
            for (name, plan) in &block.plan.arguments {
                if let Some(attribute) = block.block.body.attribute(name) {
                    argument(attribute, plan, fields);
                }
            }
            let asks = || level::Asks::new(block, &path, &InstanceKey::None, levels);
            level::read(block, &asks, fields);
            named("rollout", block.rollout, fields);
            named("vendor", block.vendor, fields);
            window::named(block.block, fields);
            traffic::drained(block.block, &InstanceKey::None, block.name, fields);
            body(&block.block.body, Some(&blocks::COMPONENT), fields);
        });
    }

    /// Looks through the dynamic blocks of a component, of which some may make nothing; what was told at the places `told`
    /// is not told again.
    pub fn sketch_dynamic(&mut self, at: usize, block: &ComponentBlock<'p>, told: &[Span]) {
        let within = Within::Component(block);
        let (_, mut problems) = self.sketch(at, within, |fields| dynamic_within(block.block, fields));
        problems.0.retain(|problem| problem.primary.as_ref().is_none_or(|(at, _)| !told.contains(at)));
        self.take(problems, at);
    }

    /// Looks through a data block that is not read.
    pub fn sketch_data(&mut self, at: usize, block: &Block) {
        let repeat = repeat("data block", block, &mut Diagnostics::default());
        self.sketch_told(at, Within::Repeated(&repeat), |fields| inner(block, None, fields));
    }

    /// Looks through every module that has no instance: one is made of each for as long as this takes. `order`: of all
    /// nodes.
    pub fn sketch_modules(&mut self, order: &[usize]) {
        let (tree, real) = (self.tree, self.instances.len());
        if self.full {
            return;
        }
        for (module, known) in tree.modules.iter().enumerate() {
            let Some((parent, call)) = known.parent.filter(|_| self.of_module[module].is_empty()) else {
                continue;
            };
            let Some(at) = self.of_module[parent].first().copied() else { continue };
            let number = self.instances.len();
            let mut instance = Instance::new(tree, module, number, self.wrong.clone());
            instance.path.clone_from(&self.instances[at].path);
            instance.path.push((tree.area(parent).names.call_name(call).clone(), InstanceKey::None));
            (instance.parent, instance.children) = (Some(at), vec![None; tree.area(module).calls.len()]);
            self.instances.push(instance);
            self.of_module[module].push(number);
        }
        for (module, node) in order.iter().map(|number| tree.node(*number)) {
            match self.of_module[module].first() {
                Some(at) if *at >= real => self.sketch_node(*at, node),
                _ => {}
            }
        }
        for at in real..self.instances.len() {
            self.sketch_named(at);
        }
        self.instances.truncate(real);
        self.of_module.iter_mut().for_each(|instances| instances.retain(|at| *at < real));
    }

    fn sketch_node(&mut self, at: usize, node: Node) {
        let tree = self.tree;
        let area = tree.area(self.instances[at].module);
        match node {
            Node::Local(local) => {
                let local = area.names.locals[local];
                let value = self.sketch_told(at, Within::Module, |fields| match local.root {
                    "baseline" => level::of_baseline(local.written, fields).filter(|_| false),
                    _ => fields.value(&local.written.value),
                });
                let locals = &mut self.instances[at].values.locals;
                locals.extend(value.map(|value| (local.name.to_string(), value)));
            }
            Node::Component(block) => {
                if let Some(block) = &area.blocks[block] {
                    self.sketch_component(at, block);
                }
            }
            Node::Data(block) => self.sketch_data(at, area.names.data[block]),
            Node::Call(call) => {
                self.sketch_told(at, Within::Module, |fields| instances(&area.calls[call].repeat, fields));
            }
            Node::Input(variable) => self.sketch_input(at, variable),
            Node::Output(index) => {
                if let Some((_, block)) = area.outputs.get(index) {
                    self.sketch_told(at, Within::Module, |fields| output::of_module(block, fields));
                }
            }
        }
    }

    /// What the call gives to a variable of the module.
    fn sketch_input(&mut self, at: usize, index: usize) {
        let tree = self.tree;
        let Instance { module, parent, .. } = self.instances[at];
        let (Some(parent), Some((_, call))) = (parent, tree.modules[module].parent) else { return };
        let called = &tree.area(self.instances[parent].module).calls[call];
        if let Some(variable) = tree.area(module).names.variables.values().nth(index) {
            let given = called.arguments[index];
            self.sketch_told(parent, Within::Repeated(&called.repeat), |fields| {
                input::given(variable, given, fields)
            });
        }
    }

    /// What has a name and no value.
    fn sketch_named(&mut self, at: usize) {
        let names = &self.tree.area(self.instances[at].module).names;
        let all = [
            &names.rollouts,
            &names.windows,
            &names.blackouts,
            &names.traffic,
            &names.vendors,
            &names.services,
            &names.checks,
        ];
        for block in all.into_iter().flat_map(|named| named.values()) {
            self.sketch_told(at, Within::Module, |fields| {
                let row = blocks::top().find(|row| row.name == &*block.kind);
                if let Some(row) = row.filter(|row| row.more.is_empty()) {
                    row.check(block, fields.problems);
                }
                inner(block, None, fields);
            });
        }
    }
}

fn dynamic_within(block: &Block, fields: &mut Fields<'_>) {
    for within in &block.body.blocks {
        match &*within.kind {
            "dynamic" => inner(within, Some(&block.kind), fields),
            _ => dynamic_within(within, fields),
        }
    }
}

/// One block, which stands in one of the kind `around`.
fn inner(block: &Block, around: Option<&str>, fields: &mut Fields<'_>) {
    let sort = block.labels.first().map(|label| &*label.text);
    if matches!(&*block.kind, "precondition" | "assert") {
        // It is not asked here, only looked at.
        return drop(assertion::failed(&block.body, "", fields));
    }
    if &*block.kind != "dynamic" {
        return body(&block.body, row(&block.kind, sort, around), fields);
    }
    dynamic::looked_through(block, fields, |fields| {
        let labels = block.body.attribute("labels").and_then(|labels| labels.value.as_list());
        let made = labels.and_then(|labels| labels.first()?.as_literal()).and_then(Value::as_str);
        let row = sort.and_then(|kind| row(kind, made, around));
        block.body.blocks.iter().for_each(|content| body(&content.body, row, fields));
    });
}

/// The row of a block; nothing for one that is unknown, or whose sort is.
fn row(kind: &str, sort: Option<&str>, around: Option<&str>) -> Option<&'static blocks::Block> {
    blocks::ALL.iter().copied().find(|row| {
        let stands = match row.place {
            Place::Inside(places) => around.is_some_and(|around| places.contains(&around)),
            Place::Top | Place::Root => around.is_none(),
        };
        row.name == kind && stands && (row.sort.is_none() || row.sort == sort)
    })
}

fn body(body: &Body, row: Option<&'static blocks::Block>, fields: &mut Fields<'_>) {
    for attribute in &body.attributes {
        match row.map(|row| row.argument(&attribute.name)) {
            // Of a kind or a provider, or unknown.
            Some(None) => {}
            Some(Some(argument)) if argument.holds == Holds::Name => {}
            Some(Some(argument)) => typed(attribute, argument, body, fields),
            None => drop(fields.value(&attribute.value)),
        }
    }
    for within in &body.blocks {
        inner(within, row.map(|row| row.name), fields);
    }
}

/// An argument of the language, as its row wants it.
fn typed(attribute: &Attribute, argument: &blocks::Argument, body: &Body, fields: &mut Fields<'_>) {
    let name = argument.name;
    // What decides how many instances there are was looked at, and a level says more than that it is a text.
    if ["for_each", "count", "patch_level"].contains(&name) {
        return;
    }
    match argument.takes {
        Takes::Object => fields.fits(attribute, &Type::object(BTreeMap::new())),
        Takes::TextMap => fields.fits(attribute, &Type::map(Type::String)),
        _ if argument.holds == Holds::Secrets => drop(fields.value(&attribute.value)),
        Takes::Text => drop(fields.text(body, name)),
        Takes::Word(words) => {
            let words: Vec<(&str, ())> = words.iter().map(|word| (*word, ())).collect();
            fields.one_of(body, name, &words);
        }
        Takes::Flag => drop(fields.flag(body, name)),
        Takes::Whole(least, most) => drop(fields.whole(body, name, least, most)),
        Takes::Time => drop(fields.period(body, name)),
        Takes::Texts => drop(fields.texts(body, name)),
        Takes::Any | Takes::Special(_) => drop(fields.value(&attribute.value)),
    }
}
