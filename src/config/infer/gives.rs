//! What functions give, as far as the types of their arguments tell.

use super::call::{Called, target};
use super::repeat::alike;
use super::{Guess, Sort};
use crate::config::convert::{fit, unify};
use crate::config::functions::{Function, groups};
use crate::config::types::Type;
use crate::config::value::Marks;
use std::sync::Arc;

impl Function {
    /// What is known of its result, whatever it is given.
    pub(super) fn any_result(&self) -> Guess {
        let any = || Type::Any;
        Guess::Of(match self.gives {
            // A template that is nothing but one value is that value.
            _ if self.name == "templatefile" => any(),
            "string" => Type::String,
            "number" => Type::Number,
            "bool" => Type::Bool,
            "list(string)" | "list or tuple of strings" => Type::list(Type::String),
            "list(number)" => Type::list(Type::Number),
            "list(any)" | "list of objects" | "list or tuple" | "tuple" => Type::list(any()),
            "list(list(any))" => Type::list(Type::list(any())),
            "set(string)" => Type::set(Type::String),
            "set(any)" => Type::set(any()),
            "map(any)" | "map or object" => Type::map(any()),
            "map(list(string))" => Type::map(Type::list(Type::String)),
            _ => any(),
        })
    }
}

/// The type of what is left where all lists are taken apart.
fn flat(ty: &Type) -> Type {
    match ty {
        Type::List(of) | Type::Set(of) => flat(of),
        Type::Tuple(types) => alike(types.iter().map(flat)),
        other => other.clone(),
    }
}

/// Every combination of one element of each: a set where one of them is one.
fn product(args: &[Guess]) -> Guess {
    let of = |arg: &Guess| match fit(arg, &Type::list(Type::Any)).map(|list| list.ty()) {
        Ok(Type::List(of)) => (*of).clone(),
        _ => Type::Any,
    };
    let is_set = |arg: &Guess| matches!(arg.ty(), Type::Set(_));
    let row = Type::Tuple(args.iter().map(of).collect());
    Guess::Of(match args {
        args if args.iter().any(|arg| arg.sort() == Sort::Any) => Type::Any,
        args if args.iter().any(is_set) => Type::set(row),
        _ => Type::list(row),
    })
}

impl Called<'_> {
    /// What the function gives for these arguments, which it takes.
    pub(super) fn result(&self) -> Guess {
        let Called { function, args, .. } = self;
        let Some(first) = args.first() else { return function.any_result() };
        let of = |ty: &Arc<Type>| Guess::of((**ty).clone());
        if let Some(target) = target(function.name) {
            return fit(first, &target).unwrap_or(Guess::ANY);
        }
        let shared = alike(args.iter().map(Guess::ty));
        match (function.name, first) {
            ("regex" | "regexall", Guess::Known(pattern)) => {
                let text = pattern.as_str().filter(|_| !pattern.is_sensitive());
                let Some(Ok(found)) = text.map(groups) else { return function.any_result() };
                if function.name == "regex" { Guess::of(found) } else { Guess::Of(Type::list(found)) }
            }
            ("sensitive", open) => open.clone().marked(&Marks::anonymous()),
            ("nonsensitive", open) => open.clone().bare(),
            ("ephemeralasnull", open) => open.clone(),
            ("element" | "one", Guess::Of(Type::List(ty) | Type::Set(ty))) => of(ty),
            ("element" | "one", Guess::Tuple(items)) => Guess::of(alike(items.iter().map(Guess::ty))),
            ("lookup", Guess::Of(Type::Map(ty))) => of(ty),
            ("values", Guess::Of(Type::Map(ty))) => Guess::Of(Type::List(ty.clone())),
            ("reverse" | "slice", Guess::Of(Type::List(_))) | ("distinct" | "matchkeys", _) => first.clone(),
            ("flatten", _) => Guess::Of(Type::list(flat(&first.ty()))),
            ("chunklist", _) => Guess::Of(Type::list(first.ty())),
            ("merge" | "concat" | "coalescelist" | "setunion" | "setintersection" | "setsubtract", _)
                if matches!(shared, Type::Map(_) | Type::List(_) | Type::Set(_)) =>
            {
                Guess::Of(shared)
            }
            ("setproduct", _) => product(args),
            ("zipmap", _) => match args.get(1) {
                Some(Guess::Of(Type::List(ty))) => Guess::Of(Type::Map(ty.clone())),
                _ => function.any_result(),
            },
            ("coalesce", _) => {
                let types: Vec<Type> = args.iter().map(Guess::ty).collect();
                let open = types.iter().any(Type::has_any);
                unify(&types).filter(|_| !open).map_or(Guess::ANY, Guess::of)
            }
            _ => function.any_result(),
        }
    }
}
