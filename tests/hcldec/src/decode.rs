//! Applies a specification to a body.

use crate::content::Expected;
use crate::declared::OfSpecifications;
use crate::input::Input;
use crate::spec::{Given, Shape, Spec};
use crate::told;
use patchform::config::convert::{convert, unify};
use patchform::config::eval::evaluate;
use patchform::config::scope::Scope;
use patchform::config::source::Sources;
use patchform::config::syntax::{Block, Body};
use patchform::config::types::{Field, Type};
use patchform::config::value::{Entries, Value};
use patchform::model::{Diagnostic, Diagnostics, Span};
use std::collections::BTreeMap;

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

/// Where something that is missing is told; nowhere in particular where a body comes from several files.
type Place = Option<Span>;

/// The result of a specification for the whole input.
///
/// # Errors
/// Everything that is wrong with the input.
pub fn decode(given: &Given, input: &Input, sources: &Sources) -> Result<Typed, Diagnostics> {
    let variables = given.variables.iter();
    let scope = variables.fold(Scope::root(), |s, (name, value)| s.with(name.as_str(), value.clone()));
    let scope = scope.functions(&given.functions);
    let mut decoding = Decoding { scope, sources, problems: Diagnostics::default() };
    let typed = decoding.body(&given.root, &input.body, input.place);
    if decoding.problems.has_errors() { Err(decoding.problems) } else { Ok(typed) }
}

struct Decoding<'g> {
    scope: Scope<'g>,
    sources: &'g Sources,
    problems: Diagnostics,
}

impl Decoding<'_> {
    fn fail(&mut self, spec: &Spec, at: impl Into<Place>, problem: impl Into<String>) -> Typed {
        let problem = Diagnostic::error(problem);
        self.problems.push(match at.into() {
            Some(span) => problem.at(span, ""),
            None => problem,
        });
        Typed::null(spec)
    }

    fn body(&mut self, spec: &Spec, body: &Body, place: Place) -> Typed {
        Expected::by(spec).check(body, self.sources, &mut self.problems);
        self.spec(spec, body, place)
    }

    fn block(&mut self, spec: &Spec, block: &Block) -> Typed {
        self.body(spec, &block.body, Some(told::start(block, self.sources)))
    }

    fn spec(&mut self, spec: &Spec, body: &Body, place: Place) -> Typed {
        match spec {
            Spec::Object(fields) => {
                let parts: Vec<Typed> = fields.iter().map(|(_, spec)| self.spec(spec, body, place)).collect();
                object(fields.iter().map(|(name, _)| name.as_str()).zip(parts))
            }
            Spec::Array(all) => tuple(all.iter().map(|spec| self.spec(spec, body, place)).collect()),
            Spec::Attr { name, ty, required } => self.attribute(spec, (name, ty, *required), body, place),
            Spec::Blocks { kind, shape, inner } => {
                let labels = if let Shape::Map { labels } = shape { labels.len() } else { 0 };
                let found = body.blocks.iter().filter(|b| &*b.kind == kind && b.labels.len() == labels);
                self.blocks(spec, shape, inner, &found.collect::<Vec<_>>(), place)
            }
            Spec::BlockAttrs { kind, ty, required } => {
                let found = body.blocks.iter().filter(|b| &*b.kind == kind && b.labels.is_empty());
                self.block_attrs(spec, ty, *required, &found.collect::<Vec<_>>(), place)
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
                let scope = Scope::root().with("nested", nested.value).functions(&OfSpecifications);
                match evaluate(result, &scope) {
                    Ok(value) => Typed::of(value),
                    Err(mut wrong) => {
                        self.problems.0.append(&mut wrong.0);
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
        place: Place,
    ) -> Typed {
        let Some(attribute) = body.attribute(name) else {
            if required {
                return self.fail(spec, place, format!("the argument \"{name}\" is required"));
            }
            return Typed::null(spec);
        };
        let value = match evaluate(&attribute.value, &self.scope) {
            Ok(value) => value,
            Err(mut wrong) => {
                self.problems.0.append(&mut wrong.0);
                return Typed::null(spec);
            }
        };
        match convert(&value, ty) {
            Ok(value) => Typed { ty: if ty.has_any() { Type::of(&value) } else { ty.clone() }, value },
            Err(error) => self.fail(spec, attribute.value.span(), error.describe(name)),
        }
    }

    /// What stands for a block in a complaint about several: the value of its one attribute, or else its beginning.
    fn place_of(&self, inner: &Spec, block: &Block) -> Span {
        match inner {
            Spec::Attr { name, .. } => block.body.attribute(name).map(|attribute| attribute.value.span()),
            _ => None,
        }
        .unwrap_or_else(|| told::start(block, self.sources))
    }

    fn blocks(&mut self, spec: &Spec, shape: &Shape, inner: &Spec, blocks: &[&Block], place: Place) -> Typed {
        match shape {
            Shape::One { required } => match blocks {
                [] if *required => self.fail(spec, place, "a block is missing here"),
                [] => Typed::null(spec),
                [only] => self.block(inner, only),
                [_, second, ..] => self.fail(spec, second.header, "only one block of this type is allowed"),
            },
            Shape::List { least, most } | Shape::Set { least, most } | Shape::Tuple { least, most } => {
                if blocks.len() < *least {
                    return self.fail(
                        spec,
                        place,
                        format!("at least {least} blocks of this type are needed"),
                    );
                }
                if let Some(extra) = blocks.get(*most).filter(|_| *most > 0) {
                    let at = self.place_of(inner, extra);
                    return self.fail(spec, at, format!("at most {most} blocks of this type may stand here"));
                }
                let all = blocks.iter().map(|block| self.block(inner, block)).collect();
                match shape {
                    Shape::Tuple { .. } => tuple(all),
                    _ => self.gathered(spec, matches!(shape, Shape::Set { .. }), inner, all, blocks),
                }
            }
            Shape::Map { labels } => self.map(spec, labels.len(), inner, blocks),
        }
    }

    /// A list or a set of one type.
    fn gathered(
        &mut self,
        spec: &Spec,
        is_set: bool,
        inner: &Spec,
        all: Vec<Typed>,
        blocks: &[&Block],
    ) -> Typed {
        let Some(of) = unify(&all.iter().map(|t| t.ty.clone()).collect::<Vec<_>>()) else {
            let first = blocks.first().map(|block| self.place_of(inner, block));
            return self.fail(spec, first, "the blocks have no type in common");
        };
        let of = if all.is_empty() { inner.implied() } else { of };
        let items = all.into_iter().map(|t| convert(&t.value, &of).unwrap_or(t.value)).collect();
        let value = if is_set { Value::set(items) } else { Value::list(items) };
        Typed { value, ty: if is_set { Type::set(of) } else { Type::list(of) } }
    }

    /// Maps in maps, by labels.
    fn map(&mut self, spec: &Spec, labels: usize, inner: &Spec, blocks: &[&Block]) -> Typed {
        let mut all: Vec<(Vec<&str>, Typed)> = Vec::new();
        for block in blocks {
            let typed = self.block(inner, block);
            let path: Vec<&str> = block.labels.iter().map(|label| &*label.text).collect();
            if all.iter().any(|(earlier, _)| *earlier == path) {
                self.fail(spec, block.header, "an earlier block has the same labels");
            }
            all.push((path, typed));
        }
        let Some(of) = unify(&all.iter().map(|(_, t)| t.ty.clone()).collect::<Vec<_>>()) else {
            return self.fail(spec, blocks.first().map(|b| b.header), "the blocks have no type in common");
        };
        let of = if all.is_empty() { inner.implied() } else { of };
        let value = nested(all, &of, labels);
        Typed { value, ty: (0..labels).fold(of, |ty, _| Type::map(ty)) }
    }

    fn block_attrs(
        &mut self,
        spec: &Spec,
        ty: &Type,
        required: bool,
        blocks: &[&Block],
        place: Place,
    ) -> Typed {
        let block = match blocks {
            [] if required => return self.fail(spec, place, "a block is missing here"),
            [] => return Typed::null(spec),
            [only] => only,
            [_, second, ..] => {
                return self.fail(spec, second.header, "only one block of this type is allowed");
            }
        };
        if let Some(inner) = block.body.blocks.first() {
            self.fail(spec, inner.kind_span, "no blocks are expected here");
        }
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
                Err(mut wrong) => self.problems.0.append(&mut wrong.0),
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
    let (mut entries, mut fields) = (Entries::new(), BTreeMap::new());
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

fn nested(all: Vec<(Vec<&str>, Typed)>, of: &Type, levels: usize) -> Value {
    let mut groups: BTreeMap<&str, Vec<(Vec<&str>, Typed)>> = BTreeMap::new();
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
