//! A specification: what a body holds, and what is made of it.

use crate::told;
use patchform::config::eval::evaluate;
use patchform::config::expr::Expr;
use patchform::config::scope::Scope;
use patchform::config::syntax::{Block, Body};
use patchform::config::types::Type;
use patchform::config::value::Value;
use patchform::model::Diagnostics;

/// A specification's file.
pub struct Given {
    /// What is made of the whole input.
    pub root: Spec,
    /// Variables that the input may refer to; later ones win.
    pub variables: Vec<(String, Value)>,
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
    /// Maps in maps, by so many labels.
    Map { labels: usize },
}

/// Reads a specification's file.
///
/// # Errors
/// What is wrong with it.
pub fn read(body: &Body) -> Result<Given, Diagnostics> {
    let mut variables = Vec::new();
    for block in body.blocks.iter().filter(|block| &*block.kind == "variables") {
        for attribute in &block.body.attributes {
            variables.push((attribute.name.to_string(), value(&attribute.value)?));
        }
    }
    if let Some(block) = body.blocks.iter().find(|block| &*block.kind == "function") {
        return Err(told::at(block.kind_span, "functions of a specification are not supported"));
    }
    let specs: Vec<&Block> = body.blocks.iter().filter(|block| &*block.kind != "variables").collect();
    match specs.as_slice() {
        [] => Err(told::plain("a specification needs a block at its root".to_string())),
        [only] => Ok(Given { root: spec(only, None)?, variables }),
        [_, second, ..] => Err(told::at(second.header, "only one block may be the root of a specification")),
    }
}

fn value(expr: &Expr) -> Result<Value, Diagnostics> {
    evaluate(expr, &Scope::root()).map_err(Into::into)
}

fn spec(block: &Block, name: Option<&str>) -> Result<Spec, Diagnostics> {
    let body = &block.body;
    let required = || flag(body, "required");
    let kind = || naming(block, "block_type", name);
    let ty = |argument: &str| body.attribute(argument).map_or(Ok(Type::Any), |a| type_of(&a.value));
    let bounds = || Ok::<_, Diagnostics>((count(body, "min_items")?, count(body, "max_items")?));
    let blocks = |shape: Shape| {
        let inner = Box::new(only_child(block)?);
        Ok::<_, Diagnostics>(Spec::Blocks { kind: kind()?, shape, inner })
    };
    match &*block.kind {
        "object" => body.blocks.iter().map(attribute).collect::<Result<_, _>>().map(Spec::Object),
        "array" => body.blocks.iter().map(|b| spec(b, None)).collect::<Result<_, _>>().map(Spec::Array),
        "attr" => {
            Ok(Spec::Attr { name: naming(block, "name", name)?, ty: ty("type")?, required: required()? })
        }
        "block" => blocks(Shape::One { required: required()? }),
        "block_list" => bounds().and_then(|(least, most)| blocks(Shape::List { least, most })),
        "block_tuple" => bounds().and_then(|(least, most)| blocks(Shape::Tuple { least, most })),
        "block_set" => bounds().and_then(|(least, most)| blocks(Shape::Set { least, most })),
        "block_map" => {
            let labels = body.attribute("labels").and_then(|a| a.value.as_list()).map_or(0, <[Expr]>::len);
            if labels == 0 {
                return Err(told::at(block.header, "a block_map needs at least one label"));
            }
            blocks(Shape::Map { labels })
        }
        "block_attrs" => {
            Ok(Spec::BlockAttrs { kind: kind()?, ty: ty("element_type")?, required: required()? })
        }
        "literal" => Ok(Spec::Literal(value(argument(block, "value")?)?)),
        "default" if body.blocks.is_empty() => Err(told::at(block.header, "a default needs a block inside")),
        "default" => body.blocks.iter().map(|b| spec(b, name)).collect::<Result<_, _>>().map(Spec::Default),
        "transform" => {
            let result = argument(block, "result")?.clone();
            Ok(Spec::Transform { inner: Box::new(only_child(block)?), result })
        }
        _ => Err(told::at(block.kind_span, "there is no specification of this kind")),
    }
}

/// A block of an object: its label names the attribute, and what it is made of.
fn attribute(block: &Block) -> Result<(String, Spec), Diagnostics> {
    match block.labels.as_slice() {
        [label] => Ok((label.text.to_string(), spec(block, Some(&label.text))?)),
        _ => Err(told::at(block.header, "a block of an object has one label, the attribute's name")),
    }
}

fn only_child(block: &Block) -> Result<Spec, Diagnostics> {
    match block.body.blocks.as_slice() {
        [only] => spec(only, None),
        _ => Err(told::at(block.header, "exactly one block is needed inside")),
    }
}

fn argument<'b>(block: &'b Block, name: &str) -> Result<&'b Expr, Diagnostics> {
    let found = block.body.attribute(name).map(|a| &a.value);
    found.ok_or_else(|| told::at(block.header, &format!("the argument {name} is needed")))
}

/// A name from an argument, or else from the label.
fn naming(block: &Block, argument: &str, label: Option<&str>) -> Result<String, Diagnostics> {
    let given = block.body.attribute(argument).map(|a| value(&a.value)).transpose()?;
    let given = given.as_ref().and_then(Value::as_str).or(label).map(str::to_string);
    given.ok_or_else(|| told::at(block.header, &format!("the argument {argument} is needed")))
}

fn flag(body: &Body, name: &str) -> Result<bool, Diagnostics> {
    let given = body.attribute(name).map(|a| value(&a.value)).transpose()?;
    Ok(given.and_then(|v| v.as_bool()).unwrap_or(false))
}

fn count(body: &Body, name: &str) -> Result<usize, Diagnostics> {
    let given = body.attribute(name).map(|a| value(&a.value)).transpose()?;
    Ok(given.and_then(|v| v.as_number().and_then(|n| n.as_usize())).unwrap_or(0))
}

/// A type; a name in quotes is one too.
fn type_of(expr: &Expr) -> Result<Type, Diagnostics> {
    match expr.as_literal().and_then(Value::as_str) {
        Some(name) => Type::from_json(&name.into()).map_err(|problem| told::at(expr.span(), &problem)),
        None => Type::from_expr(expr),
    }
}

impl Spec {
    /// The type of its result where the input does not decide.
    pub fn implied(&self) -> Type {
        use patchform::config::types::Field;
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
                Shape::Map { labels } => (0..*labels).fold(inner.implied(), |ty, _| Type::map(ty)),
            },
            Spec::BlockAttrs { ty, .. } => Type::map(ty.clone()),
            Spec::Literal(value) => Type::of(value),
            Spec::Default(all) => all.first().map_or(Type::Any, Spec::implied),
            Spec::Transform { .. } => Type::Any,
        }
    }
}
