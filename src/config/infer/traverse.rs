//! Names and what follows behind them: attributes, indices and splats.

use super::cast::Cast;
use super::room::Room;
use super::{Guess, Reading};
use crate::config::eval::failure::{Failure, Problem};
use crate::config::eval::traverse as said;
use crate::config::expr::{Expr, Node, Step, StepKind};
use crate::config::types::Type;
use crate::config::value::{Data, Marks, Value};
use crate::model::Span;

/// Of so many elements the steps of a splat are looked at.
const MOST: usize = 64;

impl Reading {
    pub(super) fn traversal(&mut self, expr: &Expr, room: &Room<'_>) -> Guess {
        let (base, steps): (&Expr, &[Step]) = match &expr.node {
            Node::Traversal(base, steps) => (base, steps),
            _ => (expr, &[]),
        };
        let (guess, rest) = match &base.node {
            Node::Name(name) => start(expr, name, steps, room),
            _ => (self.guess(base, room), steps),
        };
        self.steps(guess, rest, expr, room)
    }

    fn steps(&mut self, start: Guess, steps: &[Step], expr: &Expr, room: &Room<'_>) -> Guess {
        steps.iter().fold(start, |guess, step| self.step(guess, step, expr, room))
    }

    fn step(&mut self, guess: Guess, step: &Step, expr: &Expr, room: &Room<'_>) -> Guess {
        match &step.kind {
            StepKind::Attr(name) => match &guess {
                Guess::Known(value) => self.known(said::take(value, step, expr, room.scope())),
                Guess::Secret(marks, open) => self.attribute(open, name, step.span, expr, room).marked(marks),
                open => self.attribute(open, name, step.span, expr, room),
            },
            StepKind::Index(index) => {
                let key = self.guess(index, room);
                let marks = guess.marks().and(&key.deep_marks());
                let (guess, key) = (guess.bare(), key.bare());
                self.element(&guess, &key, step.span, expr, room).marked(&marks)
            }
            StepKind::Splat(each) => {
                let marks = guess.marks();
                self.splat(guess.bare(), &marks, each, expr, room).marked(&marks)
            }
        }
    }

    fn attribute(&mut self, guess: &Guess, name: &str, span: Span, expr: &Expr, room: &Room<'_>) -> Guess {
        let scope = room.scope();
        let of_objects = match guess {
            Guess::Of(Type::Any) => return Guess::ANY,
            Guess::Of(Type::Map(of)) => return Guess::of((**of).clone()),
            Guess::Object(entries) => {
                return entries.get(name).cloned().unwrap_or_else(|| {
                    let names = entries.keys().map(AsRef::as_ref).collect();
                    let problem = said::no_such_attribute(guess.kind(), Some(names), name, span, expr, scope);
                    self.tell(room.explained(problem, expr));
                    Guess::ANY
                });
            }
            Guess::Of(Type::List(of) | Type::Set(of)) => matches!(**of, Type::Object(_) | Type::Map(_)),
            Guess::Tuple(items) => items.iter().any(|item| matches!(item, Guess::Object(_))),
            _ => false,
        };
        let problem = said::no_attributes(guess.kind(), of_objects, name, span, expr, scope);
        self.tell(room.explained(problem, expr));
        Guess::ANY
    }

    fn element(&mut self, guess: &Guess, key: &Guess, span: Span, expr: &Expr, room: &Room<'_>) -> Guess {
        let scope = room.scope();
        let wrong = match (guess, key) {
            (Guess::Known(value), Guess::Known(key)) => {
                return self.known(said::indexed(value, key, span, expr, scope));
            }
            (_, Guess::Known(key)) if key.is_null() => said::null_index(span, expr, scope),
            (Guess::Of(Type::Any), _) => return Guess::ANY,
            (Guess::Of(Type::Set(_)), _) => said::index_of_set(span, expr, scope),
            (Guess::Of(Type::List(of)), key) if key.may_be(&Type::Number) => {
                return Guess::of((**of).clone());
            }
            (Guess::Of(Type::Map(of)), key) if key.may_be(&Type::String) => return Guess::of((**of).clone()),
            (Guess::Of(Type::List(_)), _) => {
                said::no_index(guess.kind(), "a number", key.kind(), span, expr, scope)
            }
            (Guess::Of(Type::Map(_)), _) => {
                said::no_index(guess.kind(), "a string", key.kind(), span, expr, scope)
            }
            (Guess::Known(value), key) => match in_known(value, key, span, expr, room) {
                Ok(guess) => return guess,
                Err(problem) => problem,
            },
            (Guess::Tuple(_) | Guess::Object(_), key) => match in_parts(guess, key, span, expr, room) {
                Ok(guess) => return guess,
                Err(failure) => {
                    let failure = room.explained(failure, expr);
                    self.tell(failure);
                    return Guess::ANY;
                }
            },
            (Guess::Of(_) | Guess::Secret(..), _) => said::no_element(guess.kind(), span, expr, scope),
        };
        self.tell(room.explained(wrong, expr));
        Guess::ANY
    }

    /// `marks`: of the source.
    fn splat(&mut self, source: Guess, marks: &Marks, each: &[Step], expr: &Expr, room: &Room<'_>) -> Guess {
        let before = self.told();
        let items: Vec<Guess> = match source {
            Guess::Known(value) if value.is_null() => {
                return self.known(said::splat(&value, each, expr, room.scope()));
            }
            Guess::Known(value) => match value.as_items() {
                Some(items) => items.iter().cloned().map(Guess::Known).collect(),
                None => vec![Guess::Known(value)],
            },
            Guess::Tuple(items) => items,
            Guess::Of(Type::List(of) | Type::Set(of)) => {
                let taken = self.steps(Guess::of((*of).clone()), each, expr, room);
                return Guess::Of(Type::list(taken.ty()));
            }
            // A list of it, or an empty one where it is null.
            other => {
                self.steps(other, each, expr, room);
                return Guess::ANY;
            }
        };
        let (all, mut made) = (items.len(), Vec::new());
        for item in items.into_iter().take(MOST) {
            made.push(self.steps(item.marked(marks), each, expr, room));
            // The next element would say the same.
            if self.told() > before {
                return Guess::ANY;
            }
        }
        if made.len() < all { Guess::ANY } else { Guess::tuple(made) }
    }
}

/// What the first name means, and the steps that are left.
fn start<'e>(expr: &Expr, name: &str, steps: &'e [Step], room: &Room<'_>) -> (Guess, &'e [Step]) {
    let nothing = (Guess::ANY, steps);
    let Some(reference) = expr.as_traversal() else { return nothing };
    if let Some((taken, guess)) = room.guessed(&reference) {
        return (guess, steps.get(taken..).unwrap_or_default());
    }
    if let Some(value) = room.scope().lookup(name) {
        return (Guess::Known(value.clone()), steps);
    }
    let Some((Step { kind: StepKind::Attr(second), .. }, rest)) = steps.split_first() else { return nothing };
    let value = room.scope().asks().and_then(|resolver| resolver.resolve(name, second));
    value.map_or(nothing, |value| (Guess::Known(value.into_owned()), rest))
}

/// The element of what is known in parts: those that are not are stood in for.
fn in_parts(guess: &Guess, key: &Guess, span: Span, expr: &Expr, room: &Room<'_>) -> Result<Guess, Failure> {
    let mut cast = Cast::default();
    let value = cast.stand_in(guess);
    match key {
        Guess::Known(key) => Ok(cast.meant(&said::indexed(&value, key, span, expr, room.scope())?)),
        open => Ok(in_known(&value, open, span, expr, room)?),
    }
}

/// The element of a value under a key that is not known.
fn in_known(value: &Value, key: &Guess, span: Span, expr: &Expr, room: &Room<'_>) -> Result<Guess, Problem> {
    let scope = room.scope();
    let by = match value.data() {
        Data::List(_) | Data::Tuple(_) => (Type::Number, "a number"),
        Data::Map(_) | Data::Object(_) => (Type::String, "a string"),
        Data::Set(_) => return Err(said::index_of_set(span, expr, scope)),
        Data::Null(_) => return Ok(Guess::ANY),
        _ => return Err(said::no_element(&Guess::Known(value.clone()).described(), span, expr, scope)),
    };
    if !key.may_be(&by.0) {
        return Err(said::no_index(value.kind(), by.1, key.kind(), span, expr, scope));
    }
    Ok(match Type::of(value) {
        _ if value.is_sensitive() => Guess::ANY,
        Type::List(of) | Type::Map(of) => Guess::of((*of).clone()),
        _ => Guess::ANY,
    })
}
