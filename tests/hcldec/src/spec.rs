//! A specification: what a body holds, and what is made of it.

use crate::declared::Declared;
use patchform::config::expr::Expr;
use patchform::config::source::Sources;
use patchform::config::syntax::Body;
use patchform::config::types::{Field, Type};
use patchform::config::value::Value;
use patchform::model::Diagnostics;

mod reading;

/// A specification's file.
pub struct Given {
    /// What is made of the whole input.
    pub root: Spec,
    /// Variables that the input may refer to; later ones win.
    pub variables: Vec<(String, Value)>,
    /// Functions that the input may call.
    pub functions: Declared,
}

/// What is made of a body.
pub enum Spec {
    /// An object, from a specification per attribute.
    Object(Vec<(String, Spec)>),
    /// A tuple.
    Array(Vec<Spec>),
    /// The value of an attribute.
    Attr { name: String, ty: Type, required: bool },
    /// Whatever is made of blocks of one kind.
    Blocks { kind: String, shape: Shape, inner: Box<Spec> },
    /// The attributes of a block, as a map.
    BlockAttrs { kind: String, ty: Type, required: bool },
    /// A value, whatever the body holds.
    Literal(Value),
    /// The first that is not null.
    Default(Vec<Spec>),
    /// An expression over another result, which is called `nested`.
    Transform { inner: Box<Spec>, result: Expr },
}

/// How many blocks there may be, and what they make together.
pub enum Shape {
    /// At most one: its result.
    One { required: bool },
    /// A list, of so many; 0 is no bound.
    List { least: usize, most: usize },
    /// A tuple.
    Tuple { least: usize, most: usize },
    /// A set.
    Set { least: usize, most: usize },
    /// Maps in maps, by labels of these names.
    Map { labels: Vec<String> },
}

/// Reads a specification's file.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(body: &Body, sources: &Sources) -> Result<Given, Diagnostics> {
    reading::read(body, sources)
}

impl Spec {
    /// The type of its result where the input does not decide.
    pub fn implied(&self) -> Type {
        match self {
            Spec::Object(fields) => {
                let field =
                    |(name, spec): &(String, Spec)| (name.as_str().into(), Field::required(spec.implied()));
                Type::object(fields.iter().map(field).collect())
            }
            Spec::Array(items) => Type::Tuple(items.iter().map(Spec::implied).collect()),
            Spec::Attr { ty, .. } => ty.clone(),
            Spec::Blocks { shape, inner, .. } => match shape {
                Shape::One { .. } => inner.implied(),
                Shape::List { .. } => Type::list(inner.implied()),
                Shape::Set { .. } => Type::set(inner.implied()),
                Shape::Tuple { .. } => Type::Any,
                Shape::Map { labels } => labels.iter().fold(inner.implied(), |ty, _| Type::map(ty)),
            },
            Spec::BlockAttrs { ty, .. } => Type::map(ty.clone()),
            Spec::Literal(value) => Type::of(value),
            Spec::Default(all) => all.first().map_or(Type::Any, Spec::implied),
            Spec::Transform { .. } => Type::Any,
        }
    }
}
