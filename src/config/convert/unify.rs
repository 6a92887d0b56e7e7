//! The one type that several agree on, as Terraform finds it: all of them are looked at together, not two by two, so
//! that a number and a bool meet where there is a string too. A null, whose type is open, fits everywhere; where others
//! do not agree beside it, what they are in stays open too (cty's `unify`).

use crate::config::types::{Field, Id, Type};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The one type that values of all these types can be converted to; `None` if there is none. It is open
/// ([`Type::Any`]) where each value may stay what it is.
pub fn unify(types: &[Type]) -> Option<Type> {
    Unifier::default().unify(types)
}

/// Whether types are the same.
pub(in crate::config) fn all_same(types: &[Type]) -> bool {
    let mut unifier = Unifier::default();
    types.iter().skip(1).all(|ty| unifier.same(ty, &types[0]))
}

/// Types share their parts, so that what was found of them is remembered: by identity, all of them being parts of what is
/// unified, which lives on.
#[derive(Default)]
struct Unifier {
    unified: BTreeMap<Vec<Id>, Option<Type>>,
    same: BTreeMap<(Id, Id), bool>,
    fits: BTreeMap<(Id, Id), bool>,
    /// Types that were made on the way: another one must not take the identity of one that was given up.
    made: Vec<Type>,
}

impl Unifier {
    fn unify(&mut self, types: &[Type]) -> Option<Type> {
        let known: Vec<&Type> = types.iter().filter(|t| **t != Type::Any).collect();
        let Some(first) = known.first().copied() else {
            return Some(Type::Any);
        };
        let open = known.len() < types.len();
        if known.iter().all(|t| self.same(t, first)) {
            // A bare null beside what has parts stays one.
            return Some(if open && !first.is_simple() { Type::Any } else { first.clone() });
        }
        if known.iter().all(|t| t.is_simple()) {
            let text = known.contains(&&Type::String).then_some(Type::String);
            return text.or(open.then_some(Type::Any));
        }
        let ids: Vec<Id> = types.iter().map(Type::id).collect();
        if let Some(unified) = self.unified.get(&ids) {
            return unified.clone();
        }
        let unified = match open {
            true => Some(self.beside_null(&known)),
            false => self.structural(&known),
        };
        self.unified.insert(ids, unified.clone());
        unified
    }

    fn structural(&mut self, known: &[&Type]) -> Option<Type> {
        match known.first()? {
            Type::Any | Type::Bool | Type::Number | Type::String => None,
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => self.sequence(known),
            Type::Map(_) | Type::Object(_) => self.table(known),
        }
    }

    /// Beside a null, types of one sort stay as they are; of several sorts, one that all can be converted to is taken.
    fn beside_null(&mut self, known: &[&Type]) -> Type {
        let sort = |ty: &Type| ty.id().0;
        if known.iter().all(|ty| sort(ty) == sort(known[0])) {
            return Type::Any;
        }
        let mut wanted = known.to_vec();
        // Lists come before sets and tuples, maps before objects.
        wanted.sort_by_key(|ty| sort(ty));
        let fitting = wanted.into_iter().find(|wanted| known.iter().all(|ty| self.fits(ty, wanted)));
        fitting.cloned().unwrap_or(Type::Any)
    }

    /// Sets beside lists or tuples are not looked into: one of the types is taken, to which all can be converted.
    fn one_of_them(&mut self, types: &[&Type]) -> Option<Type> {
        let mut wanted = types.to_vec();
        wanted.sort_by_key(|ty| ty.id().0);
        wanted.into_iter().find(|wanted| types.iter().all(|ty| self.fits(ty, wanted))).cloned()
    }

    /// Tuples of one length stay tuples; others become a list, or a set where there is a set and no list.
    fn sequence(&mut self, types: &[&Type]) -> Option<Type> {
        let tuples: Option<Vec<&Arc<[Type]>>> = types.iter().map(|t| as_tuple(t)).collect();
        if let Some(tuples) = tuples
            && let Some(first) = tuples.first()
            && tuples.iter().all(|t| t.len() == first.len())
        {
            let mut column = |i: usize| self.unify(&tuples.iter().map(|t| t[i].clone()).collect::<Vec<_>>());
            return (0..first.len()).map(&mut column).collect::<Option<_>>().map(Type::Tuple);
        }
        let sets = types.iter().filter(|ty| matches!(ty, Type::Set(_))).count();
        if sets > 0 && sets < types.len() {
            return self.one_of_them(types);
        }
        let mut inside = Vec::new();
        for ty in types {
            match ty {
                Type::Tuple(items) => inside.extend(items.iter().cloned()),
                Type::List(of) | Type::Set(of) => inside.push((**of).clone()),
                _ => return None,
            }
        }
        let of = self.unify(&inside)?;
        let mut tuples = types.iter().filter_map(|ty| as_tuple(ty));
        if !tuples.all(|items| nulls_fit(&of, items) || self.listable(items)) {
            return None;
        }
        let ty = if sets > 0 { Type::set(of) } else { Type::list(of) };
        self.made.push(ty.clone());
        types.iter().all(|t| self.fits(t, &ty)).then_some(ty)
    }

    /// Objects with the same attributes stay objects; others become a map, if their values agree.
    fn table(&mut self, types: &[&Type]) -> Option<Type> {
        let objects: Option<Vec<&BTreeMap<Arc<str>, Field>>> = types.iter().map(|t| as_object(t)).collect();
        if let Some(objects) = objects
            && let Some(first) = objects.first()
            && objects.iter().all(|o| o.keys().eq(first.keys()))
        {
            let column = |name: &Arc<str>| {
                let all: Vec<Type> =
                    objects.iter().filter_map(|o| o.get(name)).map(|f| f.ty.clone()).collect();
                self.unify(&all).map(|ty| (name.clone(), Field::required(ty)))
            };
            return first.keys().map(column).collect::<Option<_>>().map(Type::object);
        }
        let mut inside = Vec::new();
        for ty in types {
            match ty {
                Type::Object(fields) => inside.extend(fields.values().map(|f| f.ty.clone())),
                Type::Map(of) => inside.push((**of).clone()),
                _ => return None,
            }
        }
        let map = self.unify(&inside).map(Type::map);
        self.made.extend(map.clone());
        if let Some(map) = map.filter(|map| types.iter().all(|ty| self.fits(ty, map))) {
            return Some(map);
        }
        // A map may have the attributes that an object asks for.
        let objects = types.iter().filter(|_| types.iter().any(|ty| matches!(ty, Type::Map(_))));
        let mut objects = objects.filter(|ty| matches!(ty, Type::Object(_)));
        objects.find(|object| types.iter().all(|ty| self.fits(ty, object))).map(|object| (*object).clone())
    }

    /// Whether values of a type can be converted to another, as far as types tell.
    fn fits(&mut self, from: &Type, to: &Type) -> bool {
        if *to == Type::Any || *from == Type::Any {
            return true;
        }
        if from.is_simple() && to.is_simple() {
            return from == to || *from == Type::String || *to == Type::String;
        }
        let both = (from.id(), to.id());
        if let Some(known) = self.fits.get(&both) {
            return *known;
        }
        let fits = self.parts_fit(from, to);
        self.fits.insert(both, fits);
        fits
    }

    fn parts_fit(&mut self, from: &Type, to: &Type) -> bool {
        match (from, to) {
            (Type::List(a) | Type::Set(a), Type::List(b) | Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
                self.fits(a, b)
            }
            (Type::Tuple(a), Type::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| self.fits(a, b))
            }
            (Type::Tuple(items), Type::List(of) | Type::Set(of)) => match **of {
                Type::Any => self.listable(items),
                _ => items.iter().all(|item| self.fits(item, of)),
            },
            (Type::Object(fields), Type::Map(of)) => match **of {
                Type::Any => {
                    let types: Vec<Type> = fields.values().map(|field| field.ty.clone()).collect();
                    self.unify(&types).is_some()
                }
                _ => fields.values().all(|field| self.fits(&field.ty, of)),
            },
            (Type::Object(a), Type::Object(b)) => b.iter().all(|(name, field)| {
                field.optional || a.get(name).is_some_and(|own| self.fits(&own.ty, &field.ty))
            }),
            (Type::Map(of), Type::Object(fields)) => fields.values().all(|field| self.fits(of, &field.ty)),
            _ => false,
        }
    }

    /// Whether elements of these types can stand in one list.
    fn listable(&mut self, items: &[Type]) -> bool {
        self.unify(items).is_some_and(|ty| nulls_fit(&ty, items))
    }

    fn same(&mut self, a: &Type, b: &Type) -> bool {
        let both = (a.id(), b.id());
        if both.0 == both.1 {
            return true;
        }
        if both.0.0 != both.1.0 || a.is_simple() {
            return false;
        }
        if let Some(known) = self.same.get(&both) {
            return *known;
        }
        let same = match (a, b) {
            (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
                self.same(a, b)
            }
            (Type::Tuple(a), Type::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| self.same(a, b))
            }
            (Type::Object(a), Type::Object(b)) => {
                let alike = |a: &Field, b: &Field| a.optional == b.optional && a.default == b.default;
                a.len() == b.len()
                    && a.iter().zip(b.iter()).all(|((name, a), (other, b))| {
                        name == other && alike(a, b) && self.same(&a.ty, &b.ty)
                    })
            }
            _ => false,
        };
        self.same.insert(both, same);
        same
    }
}

/// Whether the nulls among elements of these types can be of a type, as the others are: beside a list, a map or the like they
/// cannot.
fn nulls_fit(ty: &Type, items: &[Type]) -> bool {
    ty.is_simple() || !items.contains(&Type::Any) || items.iter().all(|item| *item == Type::Any)
}

fn as_tuple(ty: &Type) -> Option<&Arc<[Type]>> {
    match ty {
        Type::Tuple(items) => Some(items),
        _ => None,
    }
}

fn as_object(ty: &Type) -> Option<&BTreeMap<Arc<str>, Field>> {
    match ty {
        Type::Object(fields) => Some(fields),
        _ => None,
    }
}
