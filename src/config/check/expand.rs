//! Instances of modules, and the evaluation of what is in them, node by node.

use super::Checker;
use super::component::{ComponentBlock, Repeat};
use super::dynamic::has_dynamic;
use super::guess::Guesses;
use super::input::Given;
use super::instances::{Draft, Expander, computed};
use super::names::{Local, Node};
use super::order::Use;
use super::repeat::instances;
use super::rests::{Rest, Resting, Rests};
use super::secret::Secrets;
use super::told::{Own, Told, name_instance};
use super::values::{CallValue, Values, Wrong};
use super::{level, output, tree::Tree};
use crate::config::expr::Expr;
use crate::config::fields::Fields;
use crate::config::source::Sources;
use crate::config::syntax::Block;
use crate::config::value::{Entries, Value};
use crate::config::variables::Variables;
use crate::model::{Diagnostic, Diagnostics, InstanceKey, Selection, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One instance of a module.
pub(super) struct Instance {
    pub module: usize,
    pub parent: Option<usize>,
    /// Calls from the root down.
    pub path: Vec<(Arc<str>, InstanceKey)>,
    /// What `each` or `count` is in the arguments of its call.
    pub own: Own,
    pub values: Values,
    /// For each call the instances that it made, in the order of their keys; none are known where its `count` or
    /// `for_each` has failed.
    pub children: Vec<Option<Vec<usize>>>,
    /// For each component block its instances.
    pub drafts: Vec<Option<Vec<Draft>>>,
    /// Values of the outputs, as far as they are known.
    pub outputs: Entries,
    /// For each node what it rests on.
    pub rests: Vec<Rests>,
    /// What everything in it rests on.
    pub around: Rests,
    /// What is known of its names that have no value.
    pub guesses: Guesses,
    /// For each call, how many outputs of its module its value is made of.
    built: Vec<Option<usize>>,
}

/// More instances of modules, or of one block in all of them, than these are a mistake, or an attack on the memory.
const MAX_INSTANCES: usize = 1_000_000;
/// The most that is remembered of what values rest on.
const MAX_RESTS: usize = 20_000_000;

impl Instance {
    /// The key of its call.
    pub fn key(&self) -> &InstanceKey {
        self.path.last().map_or(&InstanceKey::None, |(_, key)| key)
    }

    /// One that has no values yet, of which nobody knows.
    pub fn new(tree: &Tree<'_>, module: usize, number: usize, wrong: Arc<Wrong>) -> Instance {
        let area = tree.area(module);
        let names = &area.names;
        let nothing = Rests::default();
        let handles = |kind: &'static str, labels: &mut dyn Iterator<Item = &str>| {
            let all = labels.map(|label| (label.to_string(), Value::block(kind, number, label.into())));
            (kind, all.collect::<BTreeMap<_, _>>())
        };
        let mut named = BTreeMap::from([
            handles("rollout", &mut names.rollouts.keys().copied()),
            handles("vendor", &mut names.vendors.keys().copied()),
            handles("maintenance_window", &mut names.windows.keys().copied()),
        ]);
        let mut traffic: BTreeMap<String, Entries> = BTreeMap::new();
        for (name, block) in &names.traffic {
            let Some(kind) = block.labels.first() else { continue };
            let handle = Value::block("traffic", number, (*name).into());
            traffic.entry(kind.text.to_string()).or_default().insert((*name).into(), handle);
        }
        let traffic = traffic.into_iter().map(|(kind, all)| (kind, Value::object(all))).collect();
        named.insert("traffic", traffic);
        Instance {
            module,
            parent: None,
            path: Vec::new(),
            own: None,
            values: Values { named, wrong, ..Values::default() },
            children: Vec::new(),
            drafts: names.components.iter().map(|_| None).collect(),
            outputs: Entries::new(),
            rests: vec![nothing.clone(); names.count()],
            around: nothing,
            guesses: Guesses::default(),
            built: vec![None; area.calls.len()],
        }
    }
}

/// One of several instances that share their text, in an instance of a module.
#[derive(Clone, Copy)]
pub(super) struct One<'a> {
    /// The instance of the module.
    pub at: usize,
    pub own: &'a Own,
    /// Its number among those that share the text.
    pub among: usize,
    pub address: &'a dyn Fn() -> String,
}

impl<'a, 'p> Checker<'a, 'p> {
    /// A checker that knows the root's variables.
    pub fn new(
        tree: &'a Tree<'p>,
        around: &'a super::Surroundings<'a>,
        variables: Variables,
        sources: &'a Sources,
        wrong: Arc<Wrong>,
        problems: Diagnostics,
    ) -> Self {
        let secrets = Secrets::of(&variables);
        let mut root = Instance::new(tree, 0, 0, wrong.clone());
        let places = variables.places;
        root.values.variables = variables.values;
        root.children = vec![None; tree.areas[0].calls.len()];
        let mut of_module = vec![Vec::new(); tree.modules.len()];
        of_module[0].push(0);
        let outputs = tree.areas[0].names.outputs.keys().map(|_| None).collect();
        let outputs_done = vec![0; tree.modules.len()];
        let instances = vec![root];
        let told = Told::default();
        let left = MAX_RESTS;
        Checker {
            tree,
            around,
            sources,
            secrets,
            instances,
            of_module,
            outputs_done,
            left,
            outputs,
            places,
            wrong,
            told,
            full: false,
            problems,
        }
    }

    /// Evaluates a node in every instance of its module.
    pub fn evaluate(&mut self, number: usize) {
        let tree = self.tree;
        let (module, node) = tree.node(number);
        if self.full && module > 0 {
            return;
        }
        let instances = std::mem::take(&mut self.of_module[module]);
        let mut made = 0;
        for (turn, instance) in instances.iter().copied().enumerate() {
            // `None`: what is wrong was told, and whatever rests on it is silent.
            let _ = match node {
                Node::Local(local) => self.local(instance, local, instances[0]),
                Node::Component(block) => self.component(instance, block),
                Node::Data(block) => self.data(instance, block),
                Node::Call(call) => self.call(instance, call),
                Node::Input(input) => self.input(instance, input),
                Node::Output(output) => self.output(instance, output),
            };
            made += self.made(instance, node);
            // Before all of them are made it is told that they are too many.
            let is_first_of_many = turn == 0 && made.saturating_mul(instances.len()) > MAX_INSTANCES;
            let all = if is_first_of_many { self.planned(&instances, node) } else { made };
            if all > MAX_INSTANCES {
                self.too_many(instance, node, instances.len());
            }
            if self.full {
                break;
            }
        }
        self.of_module[module] = instances;
        if let Node::Output(_) = node {
            self.outputs_done[module] += 1;
        }
    }

    /// How many instances a block has made in an instance of its module.
    fn made(&self, at: usize, node: Node) -> usize {
        let instance = &self.instances[at];
        match node {
            Node::Component(block) => instance.drafts[block].as_ref().map_or(0, Vec::len),
            Node::Call(call) => instance.children[call].as_ref().map_or(0, Vec::len),
            _ => 0,
        }
    }

    /// How a block is repeated, and what that uses.
    fn repeated(&self, at: usize, node: Node) -> Option<(&'a Repeat<'p>, &'p Block)> {
        let area = self.tree.area(self.instances[at].module);
        match node {
            Node::Component(block) => area.blocks[block].as_ref().map(|block| (&block.repeat, block.block)),
            Node::Call(call) => Some((&area.calls[call].repeat, area.calls[call].block)),
            _ => None,
        }
    }

    /// How many instances a block is going to make in all instances of its module, counted until they are too many.
    fn planned(&mut self, all: &[usize], node: Node) -> usize {
        let tree = self.tree;
        let mut sum = 0;
        for at in all.iter().copied() {
            let Some((repeat, _)) = self.repeated(at, node) else { break };
            let area = tree.area(self.instances[at].module);
            self.refresh_used(at, &area.uses[area.names.number(node)]);
            let (scope, values) = (self.scope(at), &self.instances[at].values);
            let hopeless = |expr: &Expr| values.hopeless(expr);
            // What is wrong is told when its turn comes.
            let mut problems = Diagnostics::default();
            let mut fields = Fields { scope: &scope, hopeless: &hopeless, problems: &mut problems };
            sum += instances(repeat, &mut fields).map_or(0, |keys| keys.len());
            if sum > MAX_INSTANCES {
                break;
            }
        }
        sum
    }

    /// Says that a block makes too many instances, of which it has made those in the instance `at` of its module.
    fn too_many(&mut self, at: usize, node: Node, modules: usize) {
        self.full = true;
        let Some((repeat, block)) = self.repeated(at, node) else { return };
        let place = match repeat {
            Repeat::Once => block.header,
            Repeat::Count(attribute) | Repeat::ForEach(attribute) => attribute.value.span(),
        };
        let here = self.made(at, node);
        let problem = Diagnostic::error(format!("This makes more than {MAX_INSTANCES} instances"))
            .at(place, format!("{here} in this instance of the module, of which there are {modules}"))
            .because(format!("That would be {} if all are like this one.", here.saturating_mul(modules)))
            .help("Repeat the module or what is in it less often.");
        self.take(problem.into(), at);
    }

    /// A local value of the instance `at`; `first`: the module's first one.
    fn local(&mut self, at: usize, local: usize, first: usize) -> Option<()> {
        let tree = self.tree;
        let area = tree.area(self.instances[at].module);
        let Local { root, name, written } = area.names.locals[local];
        let uses = &area.uses[area.names.number(Node::Local(local))];
        self.refresh_used(at, uses);
        // What rests on nothing but what is written out is the same in all instances of a module.
        let is_same = at != first && root == "local" && area.names.is_constant(name);
        let value = match self.instances[first].values.locals.get(name).filter(|_| is_same) {
            Some(value) => value.clone(),
            None => self.with_fields(at, |fields| match root {
                "baseline" => level::of_baseline(written, fields),
                _ => fields.value(&written.value),
            })?,
        };
        let values = &mut self.instances[at].values;
        let named = if root == "baseline" { &mut values.baselines } else { &mut values.locals };
        named.insert(name.to_string(), value);
        let rests = self.rests(at, uses, None)?;
        self.instances[at].rests[area.names.number(Node::Local(local))] = rests;
        Some(())
    }

    fn component(&mut self, at: usize, index: usize) -> Option<()> {
        let tree = self.tree;
        let area = tree.area(self.instances[at].module);
        let block = area.blocks[index].as_ref()?;
        let uses = &area.uses[area.names.number(Node::Component(index))];
        self.refresh_used(at, uses);
        // Of the instances of a block that rests on something wrong nothing is known.
        if self.wrong.is_spoilt() && self.unknown_repeat(at, &block.repeat) {
            self.with_fields(at, |fields| instances(&block.repeat, fields));
            self.sketch_component(at, block);
            return None;
        }
        let (drafts, value) = self.expand(at, block, uses)?;
        let instance = &mut self.instances[at];
        let of_kind = instance.values.components.entry(block.kind.clone()).or_default();
        of_kind.insert(block.name.clone(), value);
        instance.drafts[index] = Some(drafts);
        Some(())
    }

    fn expand(
        &mut self,
        at: usize,
        block: &ComponentBlock<'p>,
        uses: &[Use<'p>],
    ) -> Option<(Vec<Draft>, Value)> {
        let mut problems = Diagnostics::default();
        let (keys, made) = {
            let guessing = self.guessing(at);
            let scope = self.scope(at).resolver(&guessing);
            let values = &self.instances[at].values;
            let hopeless = |expr: &Expr| values.hopeless(expr);
            let secrets = &self.secrets;
            let (path, resolved) = (&*self.instances[at].path, self.around.levels);
            let expander =
                Expander { block, uses, secrets, scope: &scope, hopeless: &hopeless, path, resolved };
            let instances = expander.instances(&mut problems);
            let keys = instances.as_ref().map_or(0, Vec::len);
            (keys, instances.and_then(|instances| expander.expand(&instances, &mut problems)))
        };
        let places = |problems: &Diagnostics| {
            problems.0.iter().filter_map(|one| Some(one.primary.as_ref()?.0)).collect()
        };
        let told: Vec<Span> = places(&problems);
        self.take(problems, at);
        if keys == 0 {
            self.sketch_component(at, block);
        } else if has_dynamic(&block.block.body) {
            self.sketch_dynamic(at, block, &told);
        }
        made
    }

    fn unknown_repeat(&self, at: usize, repeat: &Repeat<'_>) -> bool {
        match repeat {
            Repeat::Once => false,
            Repeat::Count(a) | Repeat::ForEach(a) => self.instances[at].values.hopeless(&a.value),
        }
    }

    /// Makes the instances of a call.
    fn call(&mut self, at: usize, call: usize) -> Option<()> {
        let tree = self.tree;
        let module = self.instances[at].module;
        let area = tree.area(module);
        let called = &area.calls[call];
        let child = tree.modules[module].children[call]?;
        let number = area.names.number(Node::Call(call));
        self.refresh_used(at, &area.uses[number]);
        if self.wrong.is_spoilt() && self.unknown_repeat(at, &called.repeat) {
            self.with_fields(at, |fields| instances(&called.repeat, fields));
            return None;
        }
        let keys = self.with_fields(at, |fields| instances(&called.repeat, fields))?;
        if self.instances.len() + keys.len() > MAX_INSTANCES {
            self.full = true;
            let problem =
                Diagnostic::error(format!("There are more than {MAX_INSTANCES} instances of modules"))
                    .at(called.block.header, "some of them")
                    .help("Use fewer and larger modules.");
            self.take(problem.into(), at);
            return None;
        }
        let mut made = Vec::with_capacity(keys.len());
        for (key, own) in keys {
            let around = self.around(at, &area.uses[number], &called.depends, &key)?;
            let next = self.instances.len();
            let mut instance = Instance::new(tree, child, next, self.wrong.clone());
            let mut path = self.instances[at].path.clone();
            path.push((area.names.call_name(call).clone(), key));
            instance.children = vec![None; tree.area(child).calls.len()];
            (instance.parent, instance.path, instance.own, instance.around) = (Some(at), path, own, around);
            self.instances.push(instance);
            made.push(next);
            self.of_module[child].push(next);
        }
        self.instances[at].children[call] = Some(made);
        Some(())
    }

    /// What everything in an instance of a call waits for: what decides that there is one, and its `depends_on`.
    fn around(
        &mut self,
        at: usize,
        repeat: &[Use<'p>],
        depends: &[Use<'p>],
        key: &InstanceKey,
    ) -> Option<Rests> {
        if repeat.is_empty() && depends.is_empty() {
            return Some(self.instances[at].around.clone());
        }
        let mut all: BTreeSet<Rest> = (*self.instances[at].around).clone();
        let computed = computed(repeat, &self.scope(at));
        let resting = Resting { tree: self.tree, instances: &self.instances };
        resting.of(at, repeat, key, &computed, |rest, _| _ = all.insert(rest));
        resting.of(at, depends, &InstanceKey::None, &[], |rest, _| _ = all.insert(rest));
        self.remember(all, repeat.iter().chain(depends).next())
    }

    fn input(&mut self, at: usize, input: usize) -> Option<()> {
        let tree = self.tree;
        // The root's variables were given from outside.
        let (Some(parent), module) = (self.instances[at].parent, self.instances[at].module) else {
            return Some(());
        };
        let names = &tree.area(module).names;
        let (_, call) = tree.modules[module].parent?;
        let called = &tree.area(self.instances[parent].module).calls[call];
        let name = names.inputs.get(input)?;
        let variable = names.variables.get(name)?;
        let uses = &called.argument_uses[input];
        self.refresh_used(parent, uses);
        let own = self.instances[at].own.clone();
        let argument = called.arguments[input];
        let read = |fields: &mut Fields<'_>| super::input::given(variable, argument, fields);
        let path = self.instances[at].path.clone();
        let one = One {
            at: parent,
            own: &own,
            among: at,
            address: &|| Selection::Module(path.clone()).to_string(),
        };
        let value = match self.with_own(one, read)? {
            Given::Value(value) => value,
            Given::Nothing => self.otherwise(at, variable)?,
        };
        self.instances[at].values.variables.insert((*name).to_string(), value);
        let rests = self.rests(parent, uses, own.as_ref())?;
        self.instances[at].rests[names.number(Node::Input(input))] = rests;
        Some(())
    }

    /// Reads something in an instance of a module in which `each` or `count` is known.
    pub fn with_own<T>(&mut self, one: One<'_>, read: impl FnOnce(&mut Fields<'_>) -> T) -> T {
        let One { at, own, among, address } = one;
        let mut problems = Diagnostics::default();
        let answer = {
            let guessing = self.guessing(at);
            let outer = self.scope(at).resolver(&guessing);
            let scope = match own {
                Some((name, value)) => outer.child().with(*name, value.clone()),
                None => outer.child(),
            };
            let values = &self.instances[at].values;
            let hopeless = |expr: &Expr| values.hopeless(expr);
            read(&mut Fields { scope: &scope, hopeless: &hopeless, problems: &mut problems })
        };
        problems.0.iter_mut().for_each(|problem| name_instance(problem, own, address));
        self.tell(problems, at, Some(among));
        answer
    }

    fn output(&mut self, at: usize, index: usize) -> Option<()> {
        let tree = self.tree;
        let area = tree.area(self.instances[at].module);
        let number = area.names.number(Node::Output(index));
        let (name, block) = *area.outputs.get(index)?;
        self.refresh_used(at, &area.uses[number]);
        if area.names.root {
            let declared =
                block.body.attribute("value").and_then(|value| area.names.declared_type(&value.value));
            self.outputs[index] =
                self.with_fields(at, |fields| output::read(name, block, declared.as_ref(), fields));
            return self.outputs[index].as_ref().map(|_| ());
        }
        let value = self.with_fields(at, |fields| output::of_module(block, fields));
        // What is wrong with it may have been told when it was read.
        self.wrong.spoil(value.is_none());
        let value = value?;
        self.instances[at].outputs.insert(name.into(), value);
        let rests = self.rests(at, &area.uses[number], None)?;
        self.instances[at].rests[number] = rests;
        Some(())
    }

    /// Brings the values of the calls that are used up to date.
    pub fn refresh_used(&mut self, at: usize, uses: &[Use<'_>]) {
        let tree = self.tree;
        for used in uses {
            if let Node::Call(call) = tree.area(self.instances[at].module).names.node(used.node) {
                self.refresh(at, call);
            }
        }
    }

    /// Makes the value of a call from the outputs that are known by now.
    pub fn refresh(&mut self, at: usize, call: usize) {
        let tree = self.tree;
        let instance = &self.instances[at];
        let Some(child) = tree.modules[instance.module].children[call] else { return };
        let done = self.outputs_done[child];
        if instance.built[call] == Some(done) {
            return;
        }
        // What uses a call of which no instance is known is silent.
        let Some(children) = &instance.children[call] else { return };
        let area = tree.area(instance.module);
        let made = |child: &usize| &self.instances[*child];
        let values = children.iter().map(made);
        let value = match area.calls[call].repeat {
            Repeat::Once => {
                Value::object(children.first().map(|only| made(only).outputs.clone()).unwrap_or_default())
            }
            Repeat::Count(_) => Value::tuple(values.map(|i| Value::object(i.outputs.clone())).collect()),
            Repeat::ForEach(_) => {
                let entry = |i: &Instance| match i.key() {
                    InstanceKey::Key(key) => (key.clone(), Value::object(i.outputs.clone())),
                    _ => ("".into(), Value::NULL),
                };
                Value::object(values.map(entry).collect())
            }
        };
        let mut lacking = BTreeSet::new();
        if self.wrong.is_spoilt() {
            let declared = tree.area(child).names.outputs.keys();
            let lacks = |name: &&&str| children.iter().any(|i| !made(i).outputs.contains_key(**name));
            lacking.extend(declared.filter(lacks).map(|name| Arc::from(*name)));
        }
        let name = area.names.call_name(call).to_string();
        let repeated = !matches!(area.calls[call].repeat, Repeat::Once);
        let instance = &mut self.instances[at];
        instance.values.modules.insert(name, CallValue { value, repeated, lacking });
        instance.built[call] = Some(done);
    }

    pub fn rests(
        &mut self,
        at: usize,
        uses: &[Use<'p>],
        own: Option<&(&'static str, Value)>,
    ) -> Option<Rests> {
        if uses.is_empty() {
            return Some(Rests::default());
        }
        let computed = {
            let outer = self.scope(at);
            match own {
                Some((name, value)) => computed(uses, &outer.child().with(*name, value.clone())),
                None => computed(uses, &outer),
            }
        };
        let mut all = BTreeSet::new();
        let resting = Resting { tree: self.tree, instances: &self.instances };
        resting.of(at, uses, &InstanceKey::None, &computed, |rest, _| _ = all.insert(rest));
        self.remember(all, uses.first())
    }

    fn remember(&mut self, rests: BTreeSet<Rest>, used: Option<&Use<'_>>) -> Option<Rests> {
        match self.left.checked_sub(rests.len()) {
            Some(left) => {
                self.left = left;
                Some(Arc::new(rests))
            }
            None => {
                self.left = 0;
                self.problems.push(super::edges::too_many(used.map(|used| used.span)));
                None
            }
        }
    }
}
