//! `for`, in expressions and in templates.

use super::room::Room;
use super::{Guess, Reading};
use crate::config::eval::{elements, no_elements};
use crate::config::expr::{Expr, For};
use crate::config::types::Type;
use crate::config::value::{Marks, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Of so many elements each is looked at.
const MOST: usize = 64;

/// What a `for` runs over: keys and values.
enum Elements {
    /// Each of them.
    Each(Vec<(Guess, Guess)>),
    /// Nobody knows how many, all of one sort; or more than can be looked at.
    Many(Guess, Guess),
}

/// What was made of the elements.
#[derive(Default)]
struct Made {
    keys: Vec<Option<Arc<str>>>,
    values: Vec<Guess>,
    /// The marks that the whole carries.
    marks: Marks,
    /// Whether it is not known which of them there will be.
    open: bool,
}

impl Reading {
    fn elements(&mut self, all: &Guess, expr: &Expr, what: &str, room: &Room<'_>) -> Option<Elements> {
        let pairs = match all {
            Guess::Secret(marks, inner) => {
                return self.elements(inner, expr, what, room).map(|elements| elements.marked(marks));
            }
            Guess::Known(value) => {
                let pairs = self.found(elements(value, expr, room.scope(), what))?;
                if pairs.len() > MOST {
                    return Some(Elements::Many(Guess::ANY, Guess::ANY));
                }
                pairs.into_iter().map(|(key, value)| (Guess::Known(key), Guess::Known(value))).collect()
            }
            Guess::Tuple(items) => {
                let number = |(i, item): (usize, &Guess)| (Guess::Known(Value::number(i)), item.clone());
                items.iter().enumerate().map(number).collect()
            }
            Guess::Object(entries) => {
                let name = |(name, entry): (&Arc<str>, &Guess)| {
                    (Guess::Known(Value::string(name.clone())), entry.clone())
                };
                entries.iter().map(name).collect()
            }
            Guess::Of(Type::Any) => return Some(Elements::Many(Guess::ANY, Guess::ANY)),
            Guess::Of(Type::List(of)) => return Some(many(Guess::Of(Type::Number), of)),
            Guess::Of(Type::Set(of)) => return Some(many(Guess::of((**of).clone()), of)),
            Guess::Of(Type::Map(of)) => return Some(many(Guess::Of(Type::String), of)),
            Guess::Of(_) => {
                let problem = no_elements(expr, all.kind(), room.scope(), what);
                self.tell(room.explained(problem, expr));
                return None;
            }
        };
        let pairs: Vec<(Guess, Guess)> = pairs;
        match pairs.len() > MOST {
            true => Some(Elements::Many(Guess::ANY, Guess::ANY)),
            false => Some(Elements::Each(pairs)),
        }
    }

    /// Reads the body for each element. Answers whether each of them is known.
    pub(super) fn each(
        &mut self,
        all: &Guess,
        (key_name, value_name): (Option<&Arc<str>>, &Arc<str>),
        (expr, what): (&Expr, &str),
        room: &Room<'_>,
        mut body: impl FnMut(&mut Self, &Room<'_>),
    ) -> bool {
        let (pairs, is_known) = match self.elements(all, expr, what, room) {
            None => return false,
            Some(Elements::Each(pairs)) => (pairs, true),
            Some(Elements::Many(key, value)) => (vec![(key, value)], false),
        };
        let before = self.told();
        for (key, value) in pairs {
            let names = key_name.map(|name| (name.clone(), key)).into_iter();
            body(self, &room.with(names.chain([(value_name.clone(), value)])));
            // The next element would say the same.
            if self.told() > before {
                return false;
            }
        }
        is_known
    }

    pub(super) fn for_expr(&mut self, f: &For, room: &Room<'_>) -> Guess {
        let all = self.guess(&f.collection, room);
        let (before, mut made) = (self.told(), Made::default());
        let names = (f.key_name.as_ref(), &f.value_name);
        let is_known = self.each(&all, names, (&f.collection, "for"), room, |reading, room| {
            reading.round(f, &mut made, room);
        });
        if self.told() > before {
            return Guess::ANY;
        }
        made.open |= !is_known;
        if !is_known {
            made.marks = Marks::NONE;
        }
        made.finish(f).marked(&all.marks())
    }

    fn round(&mut self, f: &For, made: &mut Made, room: &Room<'_>) {
        let what = "the condition of for … if";
        let (holds, marks) = match &f.condition {
            Some(condition) => self.truth(condition, room, what),
            None => (Some(true), Marks::NONE),
        };
        made.marks = made.marks.and(&marks);
        match holds {
            Some(true) => self.entry(f, made, room),
            Some(false) => {}
            None => {
                let marks = made.marks.clone();
                self.guarded(|reading| {
                    reading.entry(f, made, room);
                    Guess::ANY
                });
                (made.open, made.marks) = (true, marks);
            }
        }
    }

    fn entry(&mut self, f: &For, made: &mut Made, room: &Room<'_>) {
        if let Some(key) = &f.key {
            let guess = self.guess(key, room);
            let name = self.key_of(&guess, key, room);
            made.marks = made.marks.and(&guess.deep_marks());
            made.keys.push(name);
        }
        let value = self.guess(&f.value, room);
        made.values.push(value);
    }
}

impl Made {
    fn finish(self, f: &For) -> Guess {
        let of = alike(self.values.iter().map(Guess::ty));
        let keys: Option<Vec<Arc<str>>> = self.keys.into_iter().collect();
        let guess = match (&f.key, keys) {
            (None, _) if !self.open => Guess::tuple(self.values),
            (None, _) => Guess::Of(Type::list(of)),
            (Some(_), _) if f.group => Guess::Of(Type::map(Type::list(of))),
            (Some(_), Some(keys)) if !self.open => {
                Guess::object(keys.into_iter().zip(self.values).collect::<BTreeMap<_, _>>())
            }
            _ => Guess::Of(Type::map(of)),
        };
        guess.marked(&self.marks)
    }
}

impl Elements {
    /// Inside the loop each carries the marks of the whole.
    fn marked(self, marks: &Marks) -> Elements {
        let both = |(key, value): (Guess, Guess)| (key.marked(marks), value.marked(marks));
        match self {
            Elements::Each(pairs) => Elements::Each(pairs.into_iter().map(both).collect()),
            Elements::Many(key, value) => {
                let (key, value) = both((key, value));
                Elements::Many(key, value)
            }
        }
    }
}

fn many(key: Guess, of: &Type) -> Elements {
    Elements::Many(key, Guess::of(of.clone()))
}

/// The type of all of them, if it is one.
pub(super) fn alike(mut types: impl Iterator<Item = Type>) -> Type {
    let Some(first) = types.next() else { return Type::Any };
    if types.all(|ty| ty == first) { first } else { Type::Any }
}
