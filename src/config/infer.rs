//! What can be told of an expression before everything that it rests on has a value: where a value is missing its type
//! is known, and what is wrong with that type is wrong whatever the value will be.
//!
//! Nothing unknown ever comes near the evaluator: what rests on nothing unknown is evaluated by it, and all else is read
//! here. [`Type::Any`] is that nothing is known, and is never complained of; nor is null, since any value may be it.

use super::eval::failure::Failure;
use super::eval::{as_key, eval, no_key, no_text, refuse_bare_reference, text_from};
use super::expr::{Expr, Key, Node, Part};
use super::scope::Scope;
use super::types::Type;
use super::value::{Marks, Value, key};
use crate::model::Diagnostics;
use room::Room;
use std::collections::BTreeMap;
use std::sync::Arc;

mod call;
mod cast;
mod gives;
mod guess;
mod literal;
mod operate;
mod repeat;
mod room;
mod template;
mod traverse;

pub(super) use guess::{Guess, Sort};

/// What an expression will come to, as far as that can be told, and what is wrong with it whatever the values are.
pub(super) fn infer(expr: &Expr, scope: &Scope<'_>) -> (Guess, Diagnostics) {
    let mut reading = Reading { wrong: Failure::default(), left: MOST };
    let guess = reading.guess(expr, &Room::new(scope));
    (guess, reading.wrong.into())
}

/// So many parts of one expression are looked at, those in a `for` as often as it goes round.
const MOST: usize = 100_000;

/// An expression in the reading.
struct Reading {
    wrong: Failure,
    left: usize,
}

impl Reading {
    fn guess(&mut self, expr: &Expr, room: &Room<'_>) -> Guess {
        let Some(left) = self.left.checked_sub(1) else { return Guess::ANY };
        self.left = left;
        if room.knows(expr) {
            return self.known(eval(expr, room.scope()));
        }
        match &expr.node {
            Node::Literal(value) => Guess::Known(value.clone()),
            Node::Name(_) | Node::Traversal(..) => self.traversal(expr, room),
            Node::Wrapped(inner) | Node::Parens(inner) => self.guess(inner, room),
            Node::Template(parts) => {
                let marks = self.parts(parts, room);
                Guess::Of(Type::String).marked(&marks)
            }
            Node::List(items) => Guess::tuple(items.iter().map(|item| self.guess(item, room)).collect()),
            Node::Object(entries) => self.object(entries, room),
            Node::Conditional(three) => self.conditional(expr, three, room),
            Node::Unary(op, operand) => self.unary(expr, *op, operand, room),
            Node::Binary(op, two) => self.binary(expr, *op, two, room),
            Node::Call(call) => self.call(expr, call, room),
            Node::For(each) => self.for_expr(each, room),
        }
    }

    /// What is wrong is told when all of it was read.
    fn tell(&mut self, failure: impl Into<Failure>) {
        self.wrong = std::mem::take(&mut self.wrong).and(failure.into());
    }

    /// At how many places something is wrong.
    fn told(&self) -> usize {
        self.wrong.places()
    }

    fn found<T>(&mut self, done: Result<T, impl Into<Failure>>) -> Option<T> {
        done.map_err(|failure| self.tell(failure)).ok()
    }

    fn known(&mut self, done: Result<Value, impl Into<Failure>>) -> Guess {
        self.found(done).map_or(Guess::ANY, Guess::Known)
    }

    /// Reads what is only looked at where something holds that is not known, or never: that may be what keeps it from being
    /// wrong, as in `can(x.y) ? x.y : 0`. Nothing is known of what would be wrong.
    fn guarded(&mut self, read: impl FnOnce(&mut Self) -> Guess) -> Guess {
        let told = std::mem::take(&mut self.wrong);
        let guess = read(self);
        let wrong = std::mem::replace(&mut self.wrong, told);
        if wrong.is_told() { guess } else { Guess::ANY }
    }

    fn object(&mut self, entries: &[(Key, Expr)], room: &Room<'_>) -> Guess {
        let (mut made, mut open, mut marks) = (BTreeMap::new(), false, Marks::NONE);
        for (written, value) in entries {
            let name = match written {
                Key::Word(word, _) => Some(word.clone()),
                Key::Computed(computed) => self.key(computed, &mut marks, room),
            };
            let value = self.guess(value, room);
            open |= name.is_none();
            made.extend(name.map(|name| (name, value)));
        }
        let guess = if open { Guess::ANY } else { Guess::object(made) };
        guess.marked(&marks)
    }

    fn key(&mut self, computed: &Expr, marks: &mut Marks, room: &Room<'_>) -> Option<Arc<str>> {
        if let Err(problem) = refuse_bare_reference(computed, room.scope()) {
            self.tell(problem);
            return None;
        }
        let guess = self.guess(computed, room);
        *marks = marks.and(&guess.deep_marks());
        self.key_of(&guess, computed, room)
    }

    /// The key that a guess is, where it is known; one of a secret is not.
    fn key_of(&mut self, guess: &Guess, expr: &Expr, room: &Room<'_>) -> Option<Arc<str>> {
        match guess {
            Guess::Known(value) if value.is_sensitive() => None,
            Guess::Known(value) => self.found(as_key(value, expr, room.scope())).map(|name| key(&name)),
            open => {
                if !open.may_be(&Type::String) {
                    let problem = no_key(expr, open.kind(), room.scope());
                    self.tell(room.explained(problem, expr));
                }
                None
            }
        }
    }

    /// Reads the parts of a text, and answers which marks it carries.
    fn parts(&mut self, parts: &[Part], room: &Room<'_>) -> Marks {
        parts.iter().fold(Marks::NONE, |marks, part| marks.and(&self.part(part, room)))
    }

    fn part(&mut self, part: &Part, room: &Room<'_>) -> Marks {
        match part {
            Part::Text(_) => Marks::NONE,
            Part::Value(expr) => {
                let guess = self.guess(expr, room);
                self.text(&guess, expr, room);
                guess.marks()
            }
            Part::If { condition, then, otherwise } => {
                let (holds, marks) = self.truth(condition, room, "the condition of %{ if }");
                match holds {
                    Some(true) => marks.and(&self.parts(then, room)),
                    Some(false) => marks.and(&self.parts(otherwise, room)),
                    None => marks,
                }
            }
            Part::For { key, value, collection, body } => {
                let all = self.guess(collection, room);
                let (names, mut inside) = ((key.as_ref(), value), Marks::NONE);
                let is_known = self.each(&all, names, (collection, "%{ for }"), room, |reading, room| {
                    inside = inside.and(&reading.parts(body, room));
                });
                if is_known { all.marks().and(&inside) } else { all.marks() }
            }
        }
    }

    /// Whether a guess can stand in a text.
    fn text(&mut self, guess: &Guess, expr: &Expr, room: &Room<'_>) {
        match guess {
            Guess::Known(value) => drop(self.found(text_from(value, expr, room.scope()))),
            open if open.may_be(&Type::String) => {}
            open => self.tell(room.explained(no_text(expr, open.kind(), room.scope()), expr)),
        }
    }
}

#[cfg(test)]
mod tests;
