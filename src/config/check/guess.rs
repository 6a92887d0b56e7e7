//! What names mean that have no value: their types, as far as declarations and expressions tell them.

use super::component::{ComponentBlock, Repeat};
use super::expand::Instance;
use super::names::asks_outside;
use super::tree::Tree;
use super::values::output;
use super::{Surroundings, scope};
use crate::config::arguments::LEVEL;
use crate::config::convert::fit;
use crate::config::expr::{Expr, Reference};
use crate::config::infer::{Guess, infer};
use crate::config::scope::Resolve;
use crate::config::types::{Field, Type};
use crate::config::value::Value;
use crate::config::variables::Variable;
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
    /// What `each` or `count` is.
    pub own: Option<(&'static str, Guess)>,
    /// The names that were followed to get here.
    pub following: Vec<(usize, String)>,
}

impl Guessing<'_, '_> {
    fn instance(&self) -> &Instance {
        &self.instances[self.at]
    }

    /// What an expression comes to at another place, without a word about what is wrong with it: that is told there.
    fn other(&self, at: usize, own: Option<(&'static str, Guess)>, expr: &Expr) -> Guess {
        let instance = &self.instances[at];
        let there = Guessing { at, own, ..self.clone() };
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
        if names.root || !variable.ty.has_any() {
            return Guess::of(variable.ty.clone());
        }
        self.once(self.at, format!("var.{name}"), |further| further.given(name, variable))
    }

    /// What a call gives to a variable that takes anything.
    fn given(&self, name: &str, variable: &Variable<'_>) -> Guess {
        let declared = Guess::of(variable.ty.clone());
        let Instance { module, parent: Some(parent), ref own, .. } = *self.instance() else {
            return declared;
        };
        let Some((_, call)) = self.tree.modules[module].parent else { return declared };
        let called = &self.tree.area(self.instances[parent].module).calls[call];
        let index = self.tree.area(module).names.inputs.binary_search(&name).ok();
        let attribute = index.and_then(|index| called.arguments.get(index).copied().flatten());
        // A null may stand for the default, and of a secret nothing is told.
        let certain = variable.default.is_none() && variable.origin.is_none() && !variable.sensitive;
        let Some(attribute) = attribute.filter(|_| certain) else { return declared };
        let own = match own {
            Some((name, value)) => Some((*name, Guess::Known(value.clone()))),
            None => self.other_own(parent, &called.repeat),
        };
        fit(&self.other(parent, own, &attribute.value), &variable.ty).unwrap_or(declared)
    }

    fn other_own(&self, at: usize, repeat: &Repeat<'_>) -> Option<(&'static str, Guess)> {
        own(repeat, |expr| self.other(at, None, expr))
    }

    /// What is known of `each` or `count` in a block.
    pub fn own(&self, repeat: &Repeat<'_>) -> Option<(&'static str, Guess)> {
        self.other_own(self.at, repeat)
    }

    /// The output of a module that is called once.
    fn output(&self, reference: &Reference) -> Option<Guess> {
        let instance = self.instance();
        let area = self.tree.area(instance.module);
        let (name, _) = output(reference, false)?;
        let called = area.names.call_named(reference.name()?);
        let call = called.filter(|call| matches!(area.calls[*call].repeat, Repeat::Once))?;
        let [child] = instance.children[call].as_deref()? else { return None };
        let outputs = &self.tree.area(self.instances[*child].module).outputs;
        let (_, block) = outputs.iter().find(|(known, _)| *known == &**name)?;
        let value = block.body.attribute("value")?;
        Some(self.once(*child, format!("output.{name}"), |further| further.other(*child, None, &value.value)))
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
            ("each" | "count", Some(name)) => match self.own.as_ref()? {
                (_, Guess::Object(entries)) if entries.contains_key(name) => Some((1, entries[name].clone())),
                (_, other) => Some((0, other.clone())),
            },
            ("var", Some(name)) => Some((1, self.variable(name))),
            ("local", Some(name)) => Some((1, self.local(name))),
            ("module", _) => self.output(reference).map(|guess| (2, guess)).or(nothing),
            (kind, Some(name)) => Some((1, self.component(kind, name))),
            (_, None) => nothing,
        }
    }
}

/// What is known of `each` or `count` in a block that is repeated so.
fn own(repeat: &Repeat<'_>, guess: impl FnOnce(&Expr) -> Guess) -> Option<(&'static str, Guess)> {
    let object = |entries: Vec<(&str, Guess)>| {
        Guess::object(entries.into_iter().map(|(name, guess)| (Arc::from(name), guess)).collect())
    };
    match repeat {
        Repeat::Once => None,
        Repeat::Count(_) => Some(("count", object(vec![("index", Guess::Of(Type::Number))]))),
        Repeat::ForEach(attribute) => {
            let value = match guess(&attribute.value).ty() {
                Type::Map(of) | Type::Set(of) => Guess::of((*of).clone()),
                _ => Guess::ANY,
            };
            Some(("each", object(vec![("key", Guess::Of(Type::String)), ("value", value)])))
        }
    }
}

/// What references to a component see, by its kind.
fn of_component(block: &ComponentBlock<'_>) -> Guess {
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
    let one = Type::object(block.plan.names.iter().map(field).collect());
    Guess::of(match block.repeat {
        Repeat::Once => one,
        Repeat::Count(_) => Type::list(one),
        Repeat::ForEach(_) => Type::map(one),
    })
}
