//! Applies a specification to a body.

use crate::content::Expected;
use crate::spec::{Given, Shape, Spec};
use patchform::config::convert::{convert, unify};
use patchform::config::eval::evaluate;
use patchform::config::scope::Scope;
use patchform::config::source::Sources;
use patchform::config::syntax::{Block, Body};
use patchform::config::types::{Field, Type};
use patchform::config::value::{Entries, Value};
use patchform::model::{Diagnostic, Diagnostics, FileId, Span};

/// A value with its type: a null has one here.
pub struct Typed {
    /// The value.
    pub value: Value,
    /// Its type.
    pub ty: Type,
}

impl Typed {
    fn null(spec: &Spec) -> Typed {
        Typed { value: Value::NULL, ty: spec.implied() }
    }

    fn of(value: Value) -> Typed {
        Typed { ty: Type::of(&value), value }
    }
}

/// The result of a specification for the whole input.
///
/// # Errors
/// Everything that is wrong with the input.
pub fn decode(given: &Given, body: &Body, file: FileId, sources: &Sources) -> Result<Typed, Diagnostics> {
    let variables = given.variables.iter();
    let scope = variables.fold(Scope::root(), |s, (name, value)| s.with(name.as_str(), value.clone()));
    let end = sources.text(file).len();
    let mut decoding = Decoding { scope, problems: Diagnostics::default() };
    let typed = decoding.body(&given.root, body, Span::new(file, end, end));
    if decoding.problems.has_errors() { Err(decoding.problems) } else { Ok(typed) }
}

struct Decoding<'g> {
    scope: Scope<'g>,
    problems: Diagnostics,
}

impl Decoding<'_> {
    fn fail(&mut self, spec: &Spec, at: Span, problem: impl Into<String>) -> Typed {
        self.problems.push(Diagnostic::error(problem).at(at, ""));
        Typed::null(spec)
    }

    fn body(&mut self, spec: &Spec, body: &Body, place: Span) -> Typed {
        Expected::by(spec).check(body, &mut self.problems);
        self.spec(spec, body, place)
    }

    /// `place` is where something that is missing is told.
    fn spec(&mut self, spec: &Spec, body: &Body, place: Span) -> Typed {
        match spec {
            Spec::Object(fields) => {
                let parts: Vec<Typed> = fields.iter().map(|(_, spec)| self.spec(spec, body, place)).collect();
                object(fields.iter().map(|(name, _)| name.as_str()).zip(parts))
            }
            Spec::Array(all) => tuple(all.iter().map(|spec| self.spec(spec, body, place)).collect()),
            Spec::Attr { name, ty, required } => self.attribute(spec, (name, ty, *required), body, place),
            Spec::Blocks { kind, shape, inner } => {
                let blocks: Vec<&Block> = body.blocks.iter().filter(|b| &*b.kind == kind).collect();
                self.blocks(spec, shape, inner, &blocks, place)
            }
            Spec::BlockAttrs { kind, ty, required } => {
                let blocks: Vec<&Block> = body.blocks.iter().filter(|b| &*b.kind == kind).collect();
                self.block_attrs(spec, ty, *required, &blocks, place)
            }
            Spec::Literal(value) => Typed::of(value.clone()),
            Spec::Default(all) => {
                let mut results = all.iter().map(|spec| self.spec(spec, body, place));
                let first = results.next().unwrap_or_else(|| Typed::of(Value::NULL));
                if first.value.is_null() {
                    results.find(|r| !r.value.is_null()).unwrap_or(first)
                } else {
                    first
                }
            }
            Spec::Transform { inner, result } => {
                let nested = self.spec(inner, body, place);
                match evaluate(result, &Scope::root().with("nested", nested.value)) {
                    Ok(value) => Typed::of(value),
                    Err(problem) => {
                        self.problems.push(problem);
                        Typed::null(spec)
                    }
                }
            }
        }
    }

    fn attribute(
        &mut self,
        spec: &Spec,
        (name, ty, required): (&str, &Type, bool),
        body: &Body,
        place: Span,
    ) -> Typed {
        let Some(attribute) = body.attribute(name) else {
            if required {
                return self.fail(spec, place, format!("the argument \"{name}\" is required"));
            }
            return Typed::null(spec);
        };
        let value = match evaluate(&attribute.value, &self.scope) {
            Ok(value) => value,
            Err(problem) => {
                self.problems.push(problem);
                return Typed::null(spec);
            }
        };
        match convert(&value, ty) {
            Ok(value) => Typed { ty: if ty.has_any() { Type::of(&value) } else { ty.clone() }, value },
            Err(error) => self.fail(spec, attribute.value.span(), error.describe(name)),
        }
    }

    fn blocks(&mut self, spec: &Spec, shape: &Shape, inner: &Spec, blocks: &[&Block], place: Span) -> Typed {
        match *shape {
            Shape::One { required } => match blocks {
                [] if required => self.fail(spec, place, "a block is missing here"),
                [] => Typed::null(spec),
                [only] => self.body(inner, &only.body, only.header),
                [_, second, ..] => self.fail(spec, second.header, "only one block of this type is allowed"),
            },
            Shape::List { least, most } | Shape::Set { least, most } | Shape::Tuple { least, most } => {
                if blocks.len() < least || (most > 0 && blocks.len() > most) {
                    let at = blocks
                        .get(most.max(1) - 1)
                        .filter(|_| blocks.len() > least)
                        .map_or(place, |b| b.header);
                    return self.fail(spec, at, format!("there are {} blocks of this type", blocks.len()));
                }
                let all = blocks.iter().map(|b| self.body(inner, &b.body, b.header)).collect();
                if matches!(shape, Shape::Tuple { .. }) {
                    return tuple(all);
                }
                self.gathered(spec, matches!(shape, Shape::Set { .. }), inner, all, place)
            }
            Shape::Map { labels } => {
                let all: Vec<(Vec<&str>, Typed)> = blocks
                    .iter()
                    .filter(|b| b.labels.len() == labels)
                    .map(|b| {
                        let path = b.labels.iter().map(|label| &*label.text).collect();
                        (path, self.body(inner, &b.body, b.header))
                    })
                    .collect();
                let ty = unify(&all.iter().map(|(_, t)| t.ty.clone()).collect::<Vec<_>>());
                let Some(of) = ty else {
                    return self.fail(spec, place, "the blocks have no type in common");
                };
                let of = if all.is_empty() { inner.implied() } else { of };
                let value = nested(all, &of, labels);
                Typed { value, ty: (0..labels).fold(of, |ty, _| Type::map(ty)) }
            }
        }
    }

    /// A list or a set of one type.
    fn gathered(&mut self, spec: &Spec, is_set: bool, inner: &Spec, all: Vec<Typed>, place: Span) -> Typed {
        let ty = unify(&all.iter().map(|t| t.ty.clone()).collect::<Vec<_>>());
        let Some(of) = ty else {
            return self.fail(spec, place, "the blocks have no type in common");
        };
        let of = if all.is_empty() { inner.implied() } else { of };
        let items = all.into_iter().map(|t| convert(&t.value, &of).unwrap_or(t.value)).collect();
        let value = if is_set { Value::set(items) } else { Value::list(items) };
        Typed { value, ty: if is_set { Type::set(of) } else { Type::list(of) } }
    }

    fn block_attrs(
        &mut self,
        spec: &Spec,
        ty: &Type,
        required: bool,
        blocks: &[&Block],
        place: Span,
    ) -> Typed {
        let block = match blocks {
            [] if required => return self.fail(spec, place, "a block is missing here"),
            [] => return Typed::null(spec),
            [only] => only,
            [_, second, ..] => {
                return self.fail(spec, second.header, "only one block of this type is allowed");
            }
        };
        let mut entries = Entries::new();
        for attribute in &block.body.attributes {
            let value = evaluate(&attribute.value, &self.scope);
            match value.map(|value| convert(&value, ty)) {
                Ok(Ok(value)) => {
                    entries.insert(attribute.name.clone(), value);
                }
                Ok(Err(error)) => {
                    self.fail(spec, attribute.value.span(), error.describe(&attribute.name));
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        match convert(&Value::object(entries), &Type::map(ty.clone())) {
            Ok(value) => {
                Typed { ty: if ty.has_any() { Type::of(&value) } else { Type::map(ty.clone()) }, value }
            }
            Err(error) => self.fail(spec, block.header, error.describe("the block")),
        }
    }
}

fn object<'n>(parts: impl Iterator<Item = (&'n str, Typed)>) -> Typed {
    let (mut entries, mut fields) = (Entries::new(), std::collections::BTreeMap::new());
    for (name, part) in parts {
        entries.insert(name.into(), part.value);
        fields.insert(name.into(), Field::required(part.ty));
    }
    Typed { value: Value::object(entries), ty: Type::object(fields) }
}

fn tuple(all: Vec<Typed>) -> Typed {
    let ty = Type::Tuple(all.iter().map(|t| t.ty.clone()).collect());
    Typed { value: Value::tuple(all.into_iter().map(|t| t.value).collect()), ty }
}

/// Maps in maps, by labels.
fn nested(all: Vec<(Vec<&str>, Typed)>, of: &Type, levels: usize) -> Value {
    let mut groups: std::collections::BTreeMap<&str, Vec<(Vec<&str>, Typed)>> =
        std::collections::BTreeMap::new();
    for (mut path, typed) in all {
        let first = path.remove(0);
        groups.entry(first).or_default().push((path, typed));
    }
    let entry = |(name, group): (&str, Vec<(Vec<&str>, Typed)>)| {
        let value = if levels > 1 {
            nested(group, of, levels - 1)
        } else {
            let last = group.into_iter().next_back().map_or(Value::NULL, |(_, typed)| typed.value);
            convert(&last, of).unwrap_or(last)
        };
        (name.into(), value)
    };
    Value::map(groups.into_iter().map(entry).collect())
}
