//! Names that a block gives to what has no value: `each`, `count`, `self`, and the element of a dynamic block.

use crate::config::expr::Reference;
use crate::config::infer::Guess;
use crate::config::scope::Resolve;
use crate::config::value::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// What is known of a name.
pub(super) type Bound = (Arc<str>, Guess);

/// Answers for some names, and asks for all others outside.
pub(super) struct Binding<'a> {
    pub outer: &'a dyn Resolve,
    pub names: Vec<Bound>,
}

impl Binding<'_> {
    fn bound(&self, name: &str) -> Option<&Guess> {
        self.names.iter().find(|(known, _)| **known == *name).map(|(_, guess)| guess)
    }
}

impl Resolve for Binding<'_> {
    fn resolve(&self, root: &str, name: &str) -> Option<Cow<'_, Value>> {
        self.outer.resolve(root, name)
    }

    fn names(&self) -> Vec<String> {
        self.outer.names()
    }

    fn may_suggest(&self, among: usize) -> bool {
        self.outer.may_suggest(among)
    }

    fn guesses(&self) -> bool {
        self.outer.guesses()
    }

    fn lacks(&self, reference: &Reference) -> bool {
        self.bound(&reference.root).is_some() || self.outer.lacks(reference)
    }

    fn guess(&self, reference: &Reference) -> Option<(usize, Guess)> {
        match (self.bound(&reference.root), reference.name()) {
            // Where it is shown, its part alone.
            (Some(Guess::Object(parts)), Some(name)) if parts.contains_key(name) => {
                Some((1, parts[name].clone()))
            }
            (Some(guess), _) => Some((0, guess.clone())),
            (None, _) => self.outer.guess(reference),
        }
    }
}
