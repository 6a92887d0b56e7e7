//! What names mean while an expression is read: those of its scope, and those that a `for` around it binds.

use super::Guess;
use crate::config::eval::failure::Failure;
use crate::config::expr::{Call, Expr, Reference};
use crate::config::functions::{self, Work};
use crate::config::scope::Scope;
use crate::config::types::Type;
use crate::model::Diagnostic;
use std::sync::Arc;

pub(super) struct Room<'a> {
    /// Everything that has a value.
    scope: Scope<'a>,
    /// Names that a `for` binds to what has none; they hide those of the scope.
    open: Vec<(Arc<str>, Guess)>,
}

impl<'a> Room<'a> {
    pub fn new(scope: &'a Scope<'_>) -> Room<'a> {
        Room { scope: scope.child(), open: Vec::new() }
    }

    /// A room within this one.
    pub fn with(&self, names: impl IntoIterator<Item = (Arc<str>, Guess)>) -> Room<'_> {
        let (mut scope, mut open) = (self.scope.child(), self.open.clone());
        for (name, guess) in names {
            open.retain(|(known, _)| *known != name);
            match guess {
                Guess::Known(value) => scope = scope.with(name, value),
                guess => open.push((name, guess)),
            }
        }
        Room { scope, open }
    }

    /// What has a value.
    pub fn scope(&self) -> &Scope<'a> {
        &self.scope
    }

    /// Whether all that an expression rests on has a value.
    pub fn knows(&self, expr: &Expr) -> bool {
        expr.references().iter().all(|reference| self.has(reference))
            && expr.calls().into_iter().all(|call| self.can(call))
    }

    fn has(&self, reference: &Reference) -> bool {
        let root = &reference.root;
        let lacks = || self.scope.asks().is_some_and(|resolver| resolver.lacks(reference));
        self.bound(root).is_none() && (self.scope.lookup(root).is_some() || !lacks())
    }

    fn can(&self, call: &Call) -> bool {
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        functions::find(name).is_some_and(|function| match function.work {
            Work::Files(_) => self.scope.file_reader().is_some(),
            _ => true,
        })
    }

    /// What is known of a name that a `for` binds.
    pub fn bound(&self, name: &str) -> Option<&Guess> {
        self.open.iter().find(|(known, _)| **known == *name).map(|(_, guess)| guess)
    }

    /// What is known of the beginning of a reference, and how many of its steps that takes.
    pub fn guessed(&self, reference: &Reference) -> Option<(usize, Guess)> {
        if let Some(guess) = self.bound(&reference.root) {
            return Some((0, guess.clone()));
        }
        if self.scope.lookup(&reference.root).is_some() {
            return None;
        }
        self.scope.asks()?.guess(reference)
    }

    /// With the types of what has no value.
    pub fn explained(&self, failure: impl Into<Failure>, expr: &Expr) -> Failure {
        let shown = |reference: Reference| {
            let (steps, guess) = self.guessed(&reference)?;
            let ty = guess.ty();
            (ty != Type::Any).then(|| (reference.text(steps), format!("({}, not known yet)", ty.brief())))
        };
        let types: Vec<(String, String)> = expr.references().into_iter().filter_map(shown).collect();
        let with_types = |mut problem: Diagnostic| {
            // Of what begins like it, less is known.
            problem.values.retain(|(shown, _)| {
                !types.iter().any(|(name, _)| name.strip_prefix(shown).is_some_and(|rest| !rest.is_empty()))
            });
            types.iter().fold(problem, |problem, (name, ty)| {
                let is_shown = problem.values.iter().any(|(shown, _)| shown == name);
                match is_shown || problem.values.len() >= MOST_SHOWN {
                    true => problem,
                    false => problem.with_value(name.clone(), ty.clone()),
                }
            })
        };
        failure.into().map(with_types)
    }
}

/// So many types are shown.
const MOST_SHOWN: usize = 6;
