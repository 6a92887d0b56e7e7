//! Every module of a configuration: the root, and one for each call, before `for_each` and `count` are known.

use super::call::{Call, Passed};
use super::component::ComponentBlock;
use super::names::{Names, Node};
use super::order::{Edge, Part, Use};
use super::provider;
use super::service;
use super::shapes::{Plans, Shapes};
use super::values::Wrong;
use crate::config::load::{Parsed, with_chain};
use crate::config::schemas::Schemas;
use crate::config::syntax::Block;
use crate::model::{Diagnostic, Diagnostics, Selection, Span};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// What one folder declares, checked as far as that can be done without values.
pub(super) struct Area<'p> {
    pub names: Names<'p>,
    pub blocks: Vec<Option<ComponentBlock<'p>>>,
    pub calls: Vec<Call<'p>>,
    /// What each node uses.
    pub uses: Vec<Box<[Use<'p>]>>,
    /// The outputs in the order of their numbers.
    pub outputs: Vec<(&'p str, &'p Block)>,
    /// Of each service the components and modules that it names.
    pub members: BTreeMap<&'p str, Vec<Use<'p>>>,
    /// `path.module`
    pub path: &'p str,
}

/// One call of a module, wherever its folder is called from.
pub(super) struct Module {
    pub area: usize,
    /// The calling module, and which of its calls.
    pub parent: Option<(usize, usize)>,
    /// The number of its first node.
    pub base: usize,
    /// For each call the module that it makes.
    pub children: Vec<Option<usize>>,
    /// Names and places of the calls that lead here.
    pub chain: Vec<(Arc<str>, Span)>,
    /// What the root calls the providers.
    pub providers: Passed,
}

/// More of them are a mistake, or an attack on the memory.
const MAX_MODULES: usize = 100_000;

/// All folders and all modules.
pub(super) struct Tree<'p> {
    pub areas: Vec<Area<'p>>,
    /// The root first; each behind the one that calls it.
    pub modules: Vec<Module>,
    pub providers: Vec<provider::Declared<'p>>,
}

impl<'p> Tree<'p> {
    /// Reads every block's shape.
    pub fn grow(
        parsed: &'p Parsed,
        schemas: &Schemas,
        wrong: &mut Wrong,
        problems: &mut Diagnostics,
    ) -> Self {
        let mut names = collect(parsed, schemas, problems);
        for (index, folder) in parsed.folders.iter().enumerate() {
            let calls = names[index].calls.clone();
            let outputs = calls.iter().map(|block| {
                let called = block.labels.first().and_then(|label| folder.calls.get(&label.text))?;
                Some(names[*called].outputs.keys().copied().collect())
            });
            names[index].call_outputs = outputs.collect();
            // What is said of a folder that could not be read was said when it was looked for.
            wrong.spoil(names[index].call_outputs.iter().any(Option::is_none));
        }
        let providers = provider::declared(&names[0].providers, schemas, problems);
        let mut plans = Plans { schemas, known: BTreeMap::new() };
        let mut areas: Vec<Area<'p>> = Vec::new();
        for (index, folder) in parsed.folders.iter().enumerate() {
            let before = problems.0.len();
            let aliases = aliases(index, folder, &providers);
            let reading = Shapes { parsed, schemas, names: &names, aliases: &aliases };
            let (blocks, mut calls) = reading.read(index, &mut plans, problems);
            let uses = reading.uses(index, &blocks, &mut calls, wrong, problems);
            let services = names[index].services.iter();
            let members =
                services.map(|(name, block)| (*name, service::members(&names[index], block, problems)));
            let members = members.collect();
            problems.0[before..].iter_mut().for_each(|problem| with_chain(problem, &folder.chain));
            let outputs = names[index].outputs.iter().map(|(name, block)| (*name, *block)).collect();
            let path = &folder.path;
            areas.push(Area { names: Names::default(), blocks, calls, uses, outputs, members, path });
        }
        for (area, names) in areas.iter_mut().zip(names) {
            area.names = names;
        }
        let mut tree = Tree { areas, modules: Vec::new(), providers };
        tree.call(problems);
        tree
    }

    /// Makes a module of every call, breadth first.
    fn call(&mut self, problems: &mut Diagnostics) {
        let mut base = 0;
        let root = Module {
            area: 0,
            parent: None,
            base,
            children: Vec::new(),
            chain: Vec::new(),
            providers: Passed::new(),
        };
        self.modules.push(root);
        let mut next = 0;
        while next < self.modules.len() {
            self.modules[next].base = base;
            let area = self.modules[next].area;
            base += self.areas[area].names.count();
            let mut children = Vec::with_capacity(self.areas[area].calls.len());
            for call in 0..self.areas[area].calls.len() {
                children.push(self.child(next, call, problems));
            }
            self.modules[next].children = children;
            next += 1;
        }
    }

    fn child(&mut self, parent: usize, call: usize, problems: &mut Diagnostics) -> Option<usize> {
        let (module, area) = (&self.modules[parent], &self.areas[self.modules[parent].area]);
        let called = &area.calls[call];
        let folder = called.folder?;
        let mut chain = module.chain.clone();
        chain.push((area.names.call_name(call).clone(), called.block.header));
        if self.is_above(parent, folder) {
            // Each loop is told once, at the call that closes it first.
            let known = problems
                .0
                .iter()
                .any(|p| p.primary.as_ref().is_some_and(|(at, _)| *at == called.block.header));
            if !known {
                problems.push(calls_itself(&chain, self.areas[folder].path));
            }
            return None;
        }
        if self.modules.len() >= MAX_MODULES {
            if self.modules.len() == MAX_MODULES {
                let problem = Diagnostic::error(format!("There are more than {MAX_MODULES} modules"))
                    .at(called.block.header, "one too many")
                    .help("A module with for_each counts once: use it in place of many calls.");
                problems.push(problem);
            }
            return None;
        }
        let passed = called.providers.iter().map(|(inner, outer)| {
            let root = module.providers.get(outer).unwrap_or(outer);
            (inner.clone(), root.clone())
        });
        // A provider without an alias is inherited.
        let inherited = module.providers.iter().filter(|((_, alias), _)| alias.is_empty());
        let providers = inherited.map(|(a, b)| (a.clone(), b.clone())).chain(passed).collect();
        let child = Module {
            area: folder,
            parent: Some((parent, call)),
            base: 0,
            children: Vec::new(),
            chain,
            providers,
        };
        self.modules.push(child);
        Some(self.modules.len() - 1)
    }

    fn is_above(&self, module: usize, area: usize) -> bool {
        let mut at = Some(module);
        while let Some(module) = at {
            if self.modules[module].area == area {
                return true;
            }
            at = self.modules[module].parent.map(|(parent, _)| parent);
        }
        false
    }

    /// The folder of a module.
    pub fn area(&self, module: usize) -> &Area<'p> {
        &self.areas[self.modules[module].area]
    }

    /// Whether a block or a call stands there, be it without instances.
    pub fn has_block(&self, what: &Selection) -> bool {
        let (path, own) = match what {
            Selection::Component(address) => (&address.module, Some(address)),
            Selection::Module(path) => (path, None),
        };
        let within = path.iter().try_fold(0, |module, (name, _)| {
            let call = self.area(module).names.call_named(name)?;
            self.modules[module].children.get(call).copied().flatten()
        });
        within.is_some_and(|module| {
            let names = &self.area(module).names;
            own.is_none_or(|own| names.component_named(&own.kind, &own.name).is_some())
        })
    }

    /// Which node of which module a number means.
    pub fn node(&self, number: usize) -> (usize, Node) {
        let module = self.modules.partition_point(|m| m.base <= number) - 1;
        // Modules without nodes share their number with the next one, which is the last of them.
        (module, self.area(module).names.node(number - self.modules[module].base))
    }

    /// How a node is named in messages.
    pub fn node_name(&self, number: usize) -> String {
        let (module, node) = self.node(number);
        let names = &self.area(module).names;
        let own = match node {
            Node::Local(i) => format!("{}.{}", names.locals[i].root, names.locals[i].name),
            Node::Component(i) => {
                let labels: Vec<&str> = names.components[i].labels.iter().map(|l| &*l.text).collect();
                labels.join(".")
            }
            Node::Data(i) => {
                let labels: Vec<&str> = names.data[i].labels.iter().map(|l| &*l.text).collect();
                format!("data.{}", labels.join("."))
            }
            Node::Call(i) => format!("module.{}", names.call_name(i)),
            Node::Input(i) => format!("var.{}", names.inputs.get(i).copied().unwrap_or_default()),
            Node::Output(i) => format!("output.{}", names.outputs.keys().nth(i).copied().unwrap_or_default()),
        };
        let chain = self.modules[module].chain.iter().map(|(name, _)| format!("module.{name}."));
        chain.collect::<String>() + &own
    }

    /// What every node needs first.
    pub fn edges(&self) -> Vec<Vec<Edge>> {
        let mut all = Vec::new();
        // What everything in a module waits for by `depends_on` of the calls around it.
        let mut around: Vec<Rc<Vec<Edge>>> = Vec::with_capacity(self.modules.len());
        for (index, module) in self.modules.iter().enumerate() {
            let area = self.area(index);
            around.push(self.around(index, &around));
            for (number, uses) in area.uses.iter().enumerate() {
                let node = area.names.node(number);
                let mut edges = Vec::with_capacity(uses.len());
                if let Some((parent, call)) = module.parent {
                    let caller = self.area(parent);
                    let made = self.modules[parent].base + caller.names.number(Node::Call(call));
                    edges.push(Edge { node: made, span: caller.calls[call].block.header });
                    if let Node::Input(input) = node {
                        self.add(parent, &caller.calls[call].argument_uses[input], &mut edges);
                    }
                    if matches!(node, Node::Component(_)) {
                        edges.extend(around[index].iter().copied());
                    }
                }
                self.add(index, uses, &mut edges);
                all.push(edges);
            }
        }
        all
    }

    fn around(&self, module: usize, known: &[Rc<Vec<Edge>>]) -> Rc<Vec<Edge>> {
        let Some((parent, call)) = self.modules[module].parent else { return Rc::default() };
        let depends = &self.area(parent).calls[call].depends;
        if depends.is_empty() {
            return known[parent].clone();
        }
        let mut edges = (*known[parent]).clone();
        self.add(parent, depends, &mut edges);
        Rc::new(edges)
    }

    fn add(&self, module: usize, uses: &[Use<'_>], edges: &mut Vec<Edge>) {
        let (Module { base, children, .. }, names) = (&self.modules[module], &self.area(module).names);
        for used in uses {
            let span = used.span;
            edges.push(Edge { node: base + used.node, span });
            let Node::Call(call) = names.node(used.node) else { continue };
            let Some(child) = children.get(call).copied().flatten() else { continue };
            match used.part {
                Part::Output(output) => {
                    let node = self.modules[child].base + self.area(child).names.number(Node::Output(output));
                    edges.push(Edge { node, span });
                }
                Part::Outputs => self.outputs(child, span, edges),
                Part::Everything => self.everything(child, span, edges),
            }
        }
    }

    fn outputs(&self, module: usize, span: Span, edges: &mut Vec<Edge>) {
        let (base, names) = (self.modules[module].base, &self.area(module).names);
        let outputs = (0..names.outputs.len()).map(|i| base + names.number(Node::Output(i)));
        edges.extend(outputs.map(|node| Edge { node, span }));
    }

    fn everything(&self, module: usize, span: Span, edges: &mut Vec<Edge>) {
        let (base, names) = (self.modules[module].base, &self.area(module).names);
        let components = (0..names.components.len()).map(|i| base + names.number(Node::Component(i)));
        edges.extend(components.map(|node| Edge { node, span }));
        for child in self.modules[module].children.iter().flatten() {
            self.everything(*child, span, edges);
        }
    }
}

fn collect<'p>(parsed: &'p Parsed, schemas: &Schemas, problems: &mut Diagnostics) -> Vec<Names<'p>> {
    let mut all = Vec::with_capacity(parsed.folders.len());
    for (index, folder) in parsed.folders.iter().enumerate() {
        let before = problems.0.len();
        all.push(Names::collect(&folder.blocks, index == 0, schemas, problems));
        problems.0[before..].iter_mut().for_each(|problem| with_chain(problem, &folder.chain));
    }
    all
}

/// Providers with an alias that a folder knows: the root declares them, a module asks for them.
fn aliases(
    index: usize,
    folder: &crate::config::load::Folder,
    declared: &[provider::Declared<'_>],
) -> Vec<(String, String)> {
    if index == 0 {
        return declared.iter().map(|p| (p.name.to_string(), p.alias.clone())).collect();
    }
    folder.requires.aliases.iter().map(|(name, alias, _)| (name.clone(), alias.clone())).collect()
}

fn calls_itself(chain: &[(Arc<str>, Span)], path: &str) -> Diagnostic {
    let names: Vec<String> = chain.iter().map(|(name, _)| format!("module.{name}")).collect();
    let (outer, last) = chain.split_at(chain.len().saturating_sub(1));
    let mut problem = Diagnostic::error(format!("A module calls itself: {}", names.join(" → ")))
        .because("A module within itself would never end.")
        .help("Move what both need into a module of its own.");
    if let Some((_, span)) = last.first() {
        problem = problem.at(*span, format!("calls {path} again"));
    }
    with_chain(&mut problem, outer);
    problem
}
