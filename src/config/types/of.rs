//! The type of a value. Values share their parts: `[x, x]` within `[a, a]` and so on is small in memory and huge when
//! written out. So each part is looked at once, and the types share their parts as the values do.

use super::{Field, Type};
use crate::config::value::{Data, HiddenType, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What tells a type from others without looking into it: equal ones may have several, one has never two. It holds as
/// long as the type lives.
pub(in crate::config) type Id = (u8, usize);

impl Type {
    /// The type of a value. Elements of a collection are of one type, so that the first that tells decides.
    pub fn of(value: &Value) -> Type {
        Finder::default().of(value)
    }

    /// The type of the elements of a list, a set or a map, which all are of one; open for anything else.
    pub(in crate::config) fn of_elements(value: &Value) -> Type {
        Type::of(value).element()
    }

    /// The type of the elements of what is of this type, where all are of one.
    pub(in crate::config) fn element(&self) -> Type {
        match self {
            Type::List(of) | Type::Set(of) | Type::Map(of) => (**of).clone(),
            _ => Type::Any,
        }
    }

    /// The types of several values, which may share parts.
    pub(in crate::config) fn of_each<'v>(values: impl IntoIterator<Item = &'v Value>) -> Vec<Type> {
        let mut finder = Finder::default();
        values.into_iter().map(|value| finder.of(value)).collect()
    }

    /// What a value of this type is: nothing of it is optional any more.
    pub(in crate::config) fn settled(&self) -> Type {
        Settling::default().settled(self)
    }

    /// It, with what it leaves open taken from another type of the same value.
    pub(in crate::config) fn filled(&self, other: &Type) -> Type {
        Filling::default().fill(self, other)
    }

    /// Whether it leaves anything open.
    pub fn has_any(&self) -> bool {
        is_open(self, &mut BTreeSet::new())
    }

    pub(in crate::config) fn id(&self) -> Id {
        fn at<T: ?Sized>(shared: &Arc<T>) -> usize {
            Arc::as_ptr(shared).cast::<u8>() as usize
        }
        match self {
            Type::Any => (0, 0),
            Type::Bool => (1, 0),
            Type::Number => (2, 0),
            Type::String => (3, 0),
            Type::List(of) => (4, at(of)),
            Type::Set(of) => (5, at(of)),
            Type::Map(of) => (6, at(of)),
            Type::Object(fields) => (7, at(fields)),
            // All empty slices may lie at one place, and are of one type.
            Type::Tuple(types) => (8, at(types)),
        }
    }
}

/// `seen`: parts that were found to leave nothing open.
fn is_open(ty: &Type, seen: &mut BTreeSet<Id>) -> bool {
    match ty {
        Type::Any => true,
        Type::Bool | Type::Number | Type::String => false,
        _ if !seen.insert(ty.id()) => false,
        Type::List(t) | Type::Set(t) | Type::Map(t) => is_open(t, seen),
        Type::Object(fields) => fields.values().any(|field| is_open(&field.ty, seen)),
        Type::Tuple(types) => types.iter().any(|ty| is_open(ty, seen)),
    }
}

/// Makes all that is optional required. Types share their parts, so that each is looked at once.
#[derive(Default)]
struct Settling {
    done: BTreeMap<Id, Type>,
}

impl Settling {
    fn settled(&mut self, ty: &Type) -> Type {
        if let Some(done) = self.done.get(&ty.id()) {
            return done.clone();
        }
        let settled = match ty {
            Type::Any | Type::Bool | Type::Number | Type::String => return ty.clone(),
            Type::List(of) => Type::list(self.settled(of)),
            Type::Set(of) => Type::set(self.settled(of)),
            Type::Map(of) => Type::map(self.settled(of)),
            Type::Tuple(types) => Type::Tuple(types.iter().map(|ty| self.settled(ty)).collect()),
            Type::Object(fields) => {
                let mut required = |field: &Field| Field::required(self.settled(&field.ty));
                Type::object(fields.iter().map(|(name, field)| (name.clone(), required(field))).collect())
            }
        };
        self.done.insert(ty.id(), settled.clone());
        settled
    }
}

/// Finds types; remembers them by the places of the values, which must live as long as it does.
#[derive(Default)]
struct Finder {
    known: BTreeMap<(u8, usize), Type>,
}

impl Finder {
    fn of(&mut self, value: &Value) -> Type {
        let Some(place) = value.place() else { return simple(value) };
        if let Some(known) = self.known.get(&place) {
            return known.clone();
        }
        let found = match value.data() {
            Data::List(_) => Type::list(self.of_children(value)),
            Data::Set(_) => Type::set(self.of_children(value)),
            Data::Map(_) => Type::map(self.of_children(value)),
            Data::Tuple(_) => Type::Tuple(value.children().map(|child| self.of(child)).collect()),
            _ => {
                let entries = value.as_entries().into_iter().flatten();
                let field = |(name, v): (&Arc<str>, &Value)| (name.clone(), Field::required(self.of(v)));
                Type::object(entries.map(field).collect())
            }
        };
        self.known.insert(place, found.clone());
        found
    }

    fn of_children(&mut self, value: &Value) -> Type {
        let mut known = value.hidden_type().clone();
        for child in value.children() {
            known = Filling::default().fill(&known, &self.of(child));
            if !known.has_any() {
                break;
            }
        }
        known
    }
}

fn simple(value: &Value) -> Type {
    match value.data() {
        Data::Bool(_) => Type::Bool,
        Data::Number(_) => Type::Number,
        Data::String(_) => Type::String,
        Data::Null(HiddenType(ty)) => ty.clone(),
        _ => Type::Any,
    }
}

/// Takes what one type leaves open (a null somewhere inside) from another.
#[derive(Default)]
struct Filling {
    done: BTreeMap<(Id, Id), Type>,
}

impl Filling {
    fn fill(&mut self, own: &Type, other: &Type) -> Type {
        let both = (own.id(), other.id());
        if *own == Type::Any {
            return other.clone();
        }
        if both.0 == both.1 || !own.has_any() {
            return own.clone();
        }
        if let Some(done) = self.done.get(&both) {
            return done.clone();
        }
        let filled = match (own, other) {
            (Type::List(a), Type::List(b)) => Type::list(self.fill(a, b)),
            (Type::Set(a), Type::Set(b)) => Type::set(self.fill(a, b)),
            (Type::Map(a), Type::Map(b)) => Type::map(self.fill(a, b)),
            (Type::Object(a), Type::Object(b)) => Type::object(self.fields(a, b)),
            _ => own.clone(),
        };
        self.done.insert(both, filled.clone());
        filled
    }

    fn fields(
        &mut self,
        own: &BTreeMap<Arc<str>, Field>,
        other: &BTreeMap<Arc<str>, Field>,
    ) -> BTreeMap<Arc<str>, Field> {
        let mut filled = own.clone();
        for (name, field) in &mut filled {
            if let Some(other) = other.get(name) {
                field.ty = self.fill(&field.ty, &other.ty);
            }
        }
        filled
    }
}
