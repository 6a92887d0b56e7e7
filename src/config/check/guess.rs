//! What names mean that have no value: their types, as far as declarations and expressions tell them.

use super::binding::{Binding, Bound};
use super::component::{ComponentBlock, Repeat, repeat};
use super::expand::Instance;
use super::names::asks_outside;
use super::tree::Tree;
use super::values::output;
use super::{Surroundings, scope};
use crate::config::arguments::LEVEL;
use crate::config::convert::fit;
use crate::config::expr::{Expr, RefStep, Reference};
use crate::config::infer::{Guess, infer};
use crate::config::scope::Resolve;
use crate::config::sensitivity::seems_sensitive;
use crate::config::syntax::{Attribute, Block};
use crate::config::types::{Field, Type};
use crate::config::value::{Marks, Value};
use crate::config::variables::Variable;
use crate::model::Diagnostics;
use patchform_sdk::message::LevelShape;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What was found of the names in an instance of a module: as it is, and where nothing but what is written out has a value.
#[derive(Default)]
pub(super) struct Guesses([Mutex<BTreeMap<String, Guess>>; 2]);

/// So many names are followed from one to the next.
const DEEPEST: usize = 24;

/// Answers for an instance of a module what has a value, and what is known of the rest.
#[derive(Clone)]
pub(super) struct Guessing<'a, 'p> {
    pub tree: &'a Tree<'p>,
    pub instances: &'a [Instance],
    pub around: &'a Surroundings<'a>,
    pub at: usize,
    /// Whether nothing has a value but what is written out.
    pub sketched: bool,
    /// The names that were followed to get here.
    pub following: Vec<(usize, String)>,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) enum Within<'a, 'p> {
    /// Where names mean the same everywhere in a module.
    Module,
    /// In a block that may be repeated.
    Repeated(&'a Repeat<'p>),
    Component(&'a ComponentBlock<'p>),
}

impl Guessing<'_, '_> {
    fn instance(&self) -> &Instance {
        &self.instances[self.at]
    }

    /// What an expression comes to at another place, without a word about what is wrong with it: that is told there.
    fn other(&self, at: usize, own: Option<Bound>, expr: &Expr) -> Guess {
        let instance = &self.instances[at];
        let there = Guessing { at, ..self.clone() };
        let there = Binding { outer: &there, names: own.into_iter().collect() };
        let scope = scope(self.around, self.tree.area(instance.module).path, &instance.values);
        let scope = if self.sketched { scope.sketched() } else { scope };
        let (guess, wrong) = infer(expr, &scope.resolver(&there).quietly());
        if wrong.has_errors() { Guess::ANY } else { guess }
    }

    /// What a name of an instance means, found once. Names that lead round in a circle lead to nothing.
    fn once(&self, at: usize, name: String, find: impl FnOnce(&Self) -> Guess) -> Guess {
        let known = &self.instances[at].guesses.0[usize::from(self.sketched)];
        let lock = || known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&name) {
            return known.clone();
        }
        let name = (at, name);
        if self.following.len() >= DEEPEST || self.following.contains(&name) {
            return Guess::ANY;
        }
        let mut further = self.clone();
        further.following.push(name.clone());
        let found = find(&further);
        lock().insert(name.1, found.clone());
        found
    }

    fn local(&self, name: &str) -> Guess {
        let Some(local) = self.tree.area(self.instance().module).names.local_named(name) else {
            return Guess::ANY;
        };
        let find = |further: &Self| further.other(self.at, None, &local.written.value);
        self.once(self.at, format!("local.{name}"), find)
    }

    fn variable(&self, name: &str) -> Guess {
        let names = &self.tree.area(self.instance().module).names;
        let Some(variable) = names.variables.get(name).filter(|variable| !variable.broken) else {
            return Guess::ANY;
        };
        let declared = Guess::of(variable.ty.clone());
        if names.root {
            return if variable.sensitive { declared.marked(&Marks::variable(name)) } else { declared };
        }
        self.once(self.at, format!("var.{name}"), |further| {
            let given = further.given(name, variable);
            let marks = given.as_ref().map_or(Marks::NONE, Guess::marks);
            // Of a secret no more is told than is declared.
            let is_open = variable.ty.has_any() && !variable.sensitive;
            let guess = given.filter(|_| is_open).unwrap_or(declared).marked(&marks);
            if variable.sensitive && !marks.is_sensitive() {
                return guess.marked(&Marks::variable(&further.called(&format!("var.{name}"))));
            }
            guess
        })
    }

    /// What something in this instance of a module is called outside.
    fn called(&self, name: &str) -> String {
        let calls = self.tree.modules[self.instance().module].chain.iter();
        let calls: String = calls.map(|(call, _)| format!("module.{call}.")).collect();
        calls + name
    }

    /// What a call gives to a variable of its module, where that is what the variable will be.
    fn given(&self, name: &str, variable: &Variable<'_>) -> Option<Guess> {
        let Instance { module, parent, ref own, .. } = *self.instance();
        let parent = parent?;
        let (_, call) = self.tree.modules[module].parent?;
        let called = &self.tree.area(self.instances[parent].module).calls[call];
        let index = self.tree.area(module).names.inputs.binary_search(&name).ok();
        let attribute = index.and_then(|index| called.arguments.get(index).copied().flatten());
        // A null may stand for the default.
        let certain = variable.default.is_none() && variable.origin.is_none();
        let attribute = attribute.filter(|_| certain)?;
        let own = match own {
            Some((name, value)) => Some((Arc::from(*name), Guess::Known(value.clone()))),
            None => self.other_own(parent, &called.repeat),
        };
        fit(&self.other(parent, own, &attribute.value), &variable.ty).ok()
    }

    fn other_own(&self, at: usize, repeat: &Repeat<'_>) -> Option<Bound> {
        own(repeat, |expr| self.other(at, None, expr))
    }

    /// What is known of the names that stand for something else in each block.
    pub fn bound(&self, within: Within<'_, '_>) -> Vec<Bound> {
        match within {
            Within::Module => Vec::new(),
            Within::Repeated(repeat) => self.other_own(self.at, repeat).into_iter().collect(),
            Within::Component(block) => {
                let own = self.other_own(self.at, &block.repeat);
                own.into_iter().chain([this(block)]).collect()
            }
        }
    }

    /// The output of a module that is called once.
    fn output(&self, reference: &Reference) -> Option<Guess> {
        let instance = self.instance();
        let area = self.tree.area(instance.module);
        let (name, _) = output(reference, false)?;
        let called = area.names.call_named(reference.name()?);
        let call = called.filter(|call| matches!(area.calls[*call].repeat, Repeat::Once))?;
        let [child] = instance.children[call].as_deref()? else { return None };
        self.output_of(*child, name)
    }

    /// An output of an instance of a module.
    fn output_of(&self, child: usize, name: &str) -> Option<Guess> {
        let outputs = &self.tree.area(self.instances[child].module).outputs;
        let (_, block) = outputs.iter().find(|(known, _)| *known == name)?;
        let value = block.body.attribute("value")?;
        if may_be_marked(block) {
            return Some(Guess::ANY);
        }
        Some(self.once(child, format!("output.{name}"), |further| {
            let guess = further.other(child, None, &value.value);
            if is_marked(block) && !guess.marks().is_sensitive() {
                let there = Guessing { at: child, ..further.clone() };
                return guess.marked(&Marks::variable(&there.called(name)));
            }
            guess
        }))
    }

    /// What is known of whatever has no value here, by what begins a reference to it.
    pub fn all(&self) -> BTreeMap<String, Guess> {
        let area = self.tree.area(self.instance().module);
        let names = &area.names;
        let labels =
            |block: &Block| block.labels.iter().map(|label| &*label.text).collect::<Vec<_>>().join(".");
        let variables = names.variables.keys().map(|name| (format!("var.{name}"), self.variable(name)));
        let locals = names.locals.iter().map(|local| {
            let guess = if local.root == "local" { self.local(local.name) } else { Guess::ANY };
            (format!("{}.{}", local.root, local.name), guess)
        });
        let components = area.blocks.iter().flatten();
        let components =
            components.map(|block| (format!("{}.{}", block.kind, block.name), of_component(block)));
        let data = names.data.iter().map(|block| (format!("data.{}", labels(block)), Guess::ANY));
        let calls =
            (0..area.calls.len()).map(|call| (format!("module.{}", names.call_name(call)), Guess::ANY));
        variables.chain(locals).chain(components).chain(data).chain(calls).chain(self.outputs()).collect()
    }

    /// The outputs of each module that is called once.
    fn outputs(&self) -> Vec<(String, Guess)> {
        let instance = self.instance();
        let area = self.tree.area(instance.module);
        let once = (0..area.calls.len()).filter(|call| matches!(area.calls[*call].repeat, Repeat::Once));
        let all = once.flat_map(|call| {
            let child = instance.children[call].as_deref().and_then(|made| made.first()).copied();
            let outputs = child.map(|child| self.tree.area(self.instances[child].module).outputs.iter());
            outputs.into_iter().flatten().filter_map(move |(name, _)| {
                let guess = self.output_of(child?, name)?;
                Some((format!("module.{}.{name}", area.names.call_name(call)), guess))
            })
        });
        all.collect()
    }

    /// A data block: its one attribute has a value that nothing is known of.
    fn data(&self, reference: &Reference) -> Option<Guess> {
        let [(RefStep::Attr(kind), _), (RefStep::Attr(name), _), ..] = reference.steps.as_slice() else {
            return None;
        };
        let mut blocks = self.tree.area(self.instance().module).names.data.iter();
        let block = blocks.find(|block| block.labels.iter().map(|label| &label.text).eq([kind, name]))?;
        let own = Marks::variable(&format!("data.{kind}.{name}"));
        let value = if is_marked(block) { Guess::ANY.marked(&own) } else { Guess::ANY };
        match repeat("data block", block, &mut Diagnostics::default()) {
            Repeat::Once => Some(Guess::object(BTreeMap::from([("value".into(), value)]))),
            Repeat::Count(_) => Some(Guess::of(Type::list(Type::Any))),
            Repeat::ForEach(_) => Some(Guess::of(Type::map(Type::Any))),
        }
    }

    fn component(&self, kind: &str, name: &str) -> Guess {
        let area = self.tree.area(self.instance().module);
        let found = area.names.component_named(kind, name).and_then(|block| area.blocks[block].as_ref());
        found.map_or(Guess::ANY, of_component)
    }

    /// Whether a local value rests on nothing but what is written out.
    fn is_constant(&self, name: &str) -> bool {
        let instance = self.instance();
        let value = instance.values.locals.get(name);
        self.tree.area(instance.module).names.is_constant(name) && value.is_some_and(|value| !value.is_null())
    }

    /// Whether an expression rests on what has no value in a sketch.
    pub fn is_open(&self, expr: &Expr) -> bool {
        expr.references().iter().any(|reference| self.lacks(reference)) || asks_outside(expr)
    }
}

impl Resolve for Guessing<'_, '_> {
    fn resolve(&self, root: &str, name: &str) -> Option<Cow<'_, Value>> {
        self.instance().values.resolve(root, name)
    }

    fn names(&self) -> Vec<String> {
        self.instance().values.names()
    }

    fn may_suggest(&self, among: usize) -> bool {
        self.instance().values.may_suggest(among)
    }

    fn guesses(&self) -> bool {
        self.sketched || self.instance().values.wrong.lacks
    }

    fn lacks(&self, reference: &Reference) -> bool {
        let open = || match &*reference.root {
            "path" | "patchform" => false,
            "local" => !reference.name().is_some_and(|name| self.is_constant(name)),
            _ => true,
        };
        // Of a component in which something is wrong there is no `self`.
        &*reference.root == "self" || (self.sketched && open()) || self.instance().values.lacks(reference)
    }

    fn guess(&self, reference: &Reference) -> Option<(usize, Guess)> {
        if !self.lacks(reference) {
            return None;
        }
        let name = reference.name();
        if self.instance().values.wrong.bad.contains(&reference.span) {
            return Some((0, Guess::ANY));
        }
        let nothing = Some((0, Guess::ANY));
        match (&*reference.root, name) {
            ("var", Some(name)) => Some((1, self.variable(name))),
            ("local", Some(name)) => Some((1, self.local(name))),
            ("module", _) => self.output(reference).map(|guess| (2, guess)).or(nothing),
            ("data", _) => self.data(reference).map(|guess| (2, guess)).or(nothing),
            (kind, Some(name)) => Some((1, self.component(kind, name))),
            (_, None) => nothing,
        }
    }
}

/// Whether it cannot be told if an output is marked as a secret: nobody may see its value.
fn may_be_marked(block: &Block) -> bool {
    let is_told = |given: &Attribute| given.value.as_literal().and_then(Value::as_bool).is_some();
    seems_sensitive(block) || block.body.attribute("sensitive").is_some_and(|given| !is_told(given))
}

/// Whether an output or a data block is marked as a secret, for certain.
fn is_marked(block: &Block) -> bool {
    let flag = block.body.attribute("sensitive").and_then(|given| given.value.as_literal());
    flag.and_then(Value::as_bool) == Some(true)
}

/// What is known of `each` or `count` in a block that is repeated so.
fn own(repeat: &Repeat<'_>, guess: impl FnOnce(&Expr) -> Guess) -> Option<Bound> {
    match repeat {
        Repeat::Once => None,
        Repeat::Count(_) => Some(bound("count", [("index", Guess::Of(Type::Number))])),
        Repeat::ForEach(attribute) => Some(element("each", Guess::Of(Type::String), guess(&attribute.value))),
    }
}

/// What is known of a name that stands for each element of a collection: its `key` and its `value`.
pub(super) fn element(name: &str, key: Guess, all: Guess) -> Bound {
    bound(name, [("key", key), ("value", all.element())])
}

fn bound<const N: usize>(name: &str, parts: [(&str, Guess); N]) -> Bound {
    let parts = parts.into_iter().map(|(name, guess)| (Arc::from(name), guess));
    (name.into(), Guess::object(parts.collect()))
}

/// What `self` is in a component, by its kind.
pub(super) fn this(block: &ComponentBlock<'_>) -> Bound {
    ("self".into(), Guess::of(one_of(block)))
}

/// What references to a component see, by its kind.
fn of_component(block: &ComponentBlock<'_>) -> Guess {
    let one = one_of(block);
    Guess::of(match block.repeat {
        Repeat::Once => one,
        Repeat::Count(_) => Type::list(one),
        Repeat::ForEach(_) => Type::map(one),
    })
}

/// The type of one instance of a component.
fn one_of(block: &ComponentBlock<'_>) -> Type {
    let field = |name: &Arc<str>| {
        let ty = match block.plan.arguments.get(&**name) {
            Some(argument) => argument.ty.clone(),
            None if **name == *LEVEL => match block.plan.level {
                LevelShape::Single => Type::String,
                LevelShape::Map => Type::map(Type::String),
            },
            None => Type::Any,
        };
        (name.clone(), Field::required(ty))
    };
    Type::object(block.plan.names.iter().map(field).collect())
}
