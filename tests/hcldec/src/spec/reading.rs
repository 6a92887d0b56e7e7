//! Reads a specification's file, and tells everything that is wrong with it.

use super::{Given, Shape, Spec};
use crate::content::wrong_labels;
use crate::declared::{Declared, Function, OfSpecifications};
use crate::told;
use patchform::config::convert::convert;
use patchform::config::eval::evaluate;
use patchform::config::expr::Expr;
use patchform::config::scope::Scope;
use patchform::config::source::Sources;
use patchform::config::syntax::{Block, Body};
use patchform::config::types::Type;
use patchform::config::value::Value;
use patchform::model::{Diagnostic, Diagnostics, Span};

/// Kinds of specifications, and the arguments of each.
const KINDS: [(&str, &[&str]); 12] = [
    ("object", &[]),
    ("array", &[]),
    ("attr", &["name", "type", "required"]),
    ("block", &["block_type", "required"]),
    ("block_list", &["block_type", "min_items", "max_items"]),
    ("block_tuple", &["block_type", "min_items", "max_items"]),
    ("block_set", &["block_type", "min_items", "max_items"]),
    ("block_map", &["block_type", "labels"]),
    ("block_attrs", &["block_type", "element_type", "required"]),
    ("literal", &["value"]),
    ("default", &[]),
    ("transform", &["result"]),
];

/// Kinds without specifications inside.
const LEAVES: [&str; 3] = ["attr", "block_attrs", "literal"];

pub(super) fn read(body: &Body, sources: &Sources) -> Result<Given, Diagnostics> {
    let mut reading = Reading { sources, problems: Diagnostics::default() };
    let given = reading.file(body);
    match given {
        Some(given) if !reading.problems.has_errors() => Ok(given),
        _ => Err(reading.problems),
    }
}

struct Reading<'s> {
    sources: &'s Sources,
    problems: Diagnostics,
}

impl Reading<'_> {
    fn complain<T>(&mut self, at: Span, problem: impl Into<String>) -> Option<T> {
        self.problems.push(Diagnostic::error(problem).at(at, ""));
        None
    }

    fn missing<T>(&mut self, block: &Block, what: &str) -> Option<T> {
        self.complain(told::start(block, self.sources), what)
    }

    fn file(&mut self, body: &Body) -> Option<Given> {
        let mut given =
            Given { root: Spec::Literal(Value::NULL), variables: Vec::new(), functions: Declared::default() };
        for block in body.blocks.iter().filter(|block| &*block.kind == "function") {
            self.function(block, &mut given.functions);
        }
        for block in body.blocks.iter().filter(|block| &*block.kind == "variables") {
            for attribute in &block.body.attributes {
                if let Some(value) = self.value(&attribute.value) {
                    given.variables.push((attribute.name.to_string(), value));
                }
            }
        }
        for attribute in &body.attributes {
            self.complain::<()>(attribute.span, "no argument is expected here");
        }
        let is_spec = |block: &&Block| !["function", "variables"].contains(&&*block.kind);
        let specs: Vec<&Block> = body.blocks.iter().filter(is_spec).collect();
        match specs.as_slice() {
            [] if self.problems.has_errors() => return None,
            [] => {
                let problem = Diagnostic::error("a specification needs a block at its root");
                let first = body.blocks.first().map(|block| block.header);
                self.problems.push(match first {
                    Some(place) => problem.at(Span { start: 0, end: 0, ..place }, ""),
                    None => problem,
                });
                return None;
            }
            [only] => given.root = self.spec(only, None, &[])?,
            [_, second, ..] => {
                return self.complain(second.header, "only one block may be the root of a specification");
            }
        }
        Some(given)
    }

    fn function(&mut self, block: &Block, functions: &mut Declared) {
        if let Some(problem) = wrong_labels(block, &["name".to_string()], self.sources) {
            return self.problems.push(problem);
        }
        self.only(block, &["params", "variadic_param", "result"], false);
        let params = self.argument(block, "params").and_then(|expr| self.names(expr));
        let rest = block.body.attribute("variadic_param").map(|a| self.name(&a.value));
        let result = self.argument(block, "result").cloned();
        if let (Some(params), Some(result), Some(label)) = (params, result, block.labels.first()) {
            functions.add(&label.text, Function { params, rest: rest.flatten(), result });
        }
    }

    /// `[a, b]`, of bare words.
    fn names(&mut self, expr: &Expr) -> Option<Vec<String>> {
        match expr.as_list() {
            Some(items) => items.iter().map(|item| self.name(item)).collect(),
            None => self.complain(expr.span(), "a list of names is expected here"),
        }
    }

    fn name(&mut self, expr: &Expr) -> Option<String> {
        match expr.as_keyword() {
            Some(word) => Some(word.to_string()),
            None => self.complain(expr.span(), "the name of a parameter is expected here"),
        }
    }

    /// Complains about arguments that are not among `known`, and about blocks where none may stand.
    fn only(&mut self, block: &Block, known: &[&str], holds_blocks: bool) {
        for attribute in block.body.attributes.iter().filter(|a| !known.contains(&&*a.name)) {
            let problem = format!("an argument named \"{}\" is not expected here", attribute.name);
            self.complain::<()>(attribute.span, problem);
        }
        for inner in block.body.blocks.iter().filter(|_| !holds_blocks) {
            self.complain::<()>(inner.kind_span, "no block is expected here");
        }
    }

    /// `labels` are the names of those that the block must have; the first of them names what it reads as well.
    fn spec(&mut self, block: &Block, name: Option<&str>, labels: &[String]) -> Option<Spec> {
        let Some((_, arguments)) = KINDS.iter().find(|(kind, _)| *kind == &*block.kind) else {
            let problem = format!("there is no specification of the kind {}", block.kind);
            return self.complain(block.kind_span, problem);
        };
        if let Some(problem) = wrong_labels(block, labels, self.sources) {
            self.problems.push(problem);
            return None;
        }
        self.only(block, arguments, !LEAVES.contains(&&*block.kind));
        match &*block.kind {
            "object" => self.object(block),
            "array" => Some(Spec::Array(self.children(block, None))),
            "attr" => self.attribute(block, name),
            "literal" => {
                let value = self.argument(block, "value")?.clone();
                self.value(&value).map(Spec::Literal)
            }
            "default" => {
                let all = self.children(block, name);
                match all.is_empty() {
                    true if block.body.blocks.is_empty() => {
                        self.missing(block, "a default needs a specification inside")
                    }
                    _ => Some(Spec::Default(all)),
                }
            }
            "transform" => {
                let result = self.argument(block, "result")?.clone();
                Some(Spec::Transform { inner: Box::new(self.child(block)?), result })
            }
            "block_attrs" => {
                let kind = self.naming(block, "block_type", name)?;
                let ty = self.type_of(block, "element_type")?;
                Some(Spec::BlockAttrs { kind, ty, required: self.flag(block)? })
            }
            _ => self.blocks(block, name),
        }
    }

    fn object(&mut self, block: &Block) -> Option<Spec> {
        let mut fields: Vec<(String, Spec)> = Vec::new();
        for inner in &block.body.blocks {
            let name = inner.labels.first().map(|label| label.text.to_string());
            let spec = self.spec(inner, name.as_deref(), &["key".to_string()]);
            if let (Some(name), Some(spec)) = (name, spec) {
                fields.retain(|(earlier, _)| *earlier != name);
                fields.push((name, spec));
            }
        }
        Some(Spec::Object(fields))
    }

    fn children(&mut self, block: &Block, name: Option<&str>) -> Vec<Spec> {
        block.body.blocks.iter().filter_map(|inner| self.spec(inner, name, &[])).collect()
    }

    fn child(&mut self, block: &Block) -> Option<Spec> {
        match block.body.blocks.as_slice() {
            [] => self.missing(block, "a specification is missing inside"),
            [only] => self.spec(only, None, &[]),
            [_, second, ..] => {
                let place = if &*block.kind == "transform" {
                    told::start(block, self.sources)
                } else {
                    second.header
                };
                self.complain(place, "only one specification may stand inside")
            }
        }
    }

    fn attribute(&mut self, block: &Block, name: Option<&str>) -> Option<Spec> {
        let ty = self.type_of(block, "type");
        let required = self.flag(block);
        Some(Spec::Attr { name: self.naming(block, "name", name)?, ty: ty?, required: required? })
    }

    fn blocks(&mut self, block: &Block, name: Option<&str>) -> Option<Spec> {
        let (least, most) = (self.count(block, "min_items")?, self.count(block, "max_items")?);
        let shape = match &*block.kind {
            "block_list" => Shape::List { least, most },
            "block_tuple" => Shape::Tuple { least, most },
            "block_set" => Shape::Set { least, most },
            "block_map" => Shape::Map { labels: self.labels(block)? },
            _ => Shape::One { required: self.flag(block)? },
        };
        let inner = Box::new(self.child(block)?);
        if matches!(shape, Shape::Map { .. }) && inner.implied().has_any() {
            return self.missing(block, "the blocks of a block_map cannot hold values of any type");
        }
        Some(Spec::Blocks { kind: self.naming(block, "block_type", name)?, shape, inner })
    }

    fn labels(&mut self, block: &Block) -> Option<Vec<String>> {
        let expr = self.argument(block, "labels")?.clone();
        let texts = convert(&self.value(&expr)?, &Type::list(Type::String));
        let Ok(texts) = texts else { return self.complain(expr.span(), "a list of names is needed") };
        let names: Vec<String> =
            texts.as_items().into_iter().flatten().filter_map(Value::as_str).map(str::to_string).collect();
        match names.is_empty() {
            true => self.missing(block, "a block_map needs at least one label"),
            false => Some(names),
        }
    }

    fn argument<'b>(&mut self, block: &'b Block, name: &str) -> Option<&'b Expr> {
        match block.body.attribute(name) {
            Some(attribute) => Some(&attribute.value),
            None => self.missing(block, &format!("the argument {name} is needed")),
        }
    }

    fn value(&mut self, expr: &Expr) -> Option<Value> {
        match evaluate(expr, &Scope::root().functions(&OfSpecifications)) {
            Ok(value) => Some(value),
            Err(mut wrong) => {
                self.problems.0.append(&mut wrong.0);
                None
            }
        }
    }

    /// An argument in a type; nothing where it is not given or null.
    fn given(&mut self, block: &Block, name: &str, ty: &Type) -> Option<Option<Value>> {
        let Some(attribute) = block.body.attribute(name) else { return Some(None) };
        match convert(&self.value(&attribute.value)?, ty) {
            Ok(value) => Some(Some(value).filter(|value| !value.is_null())),
            Err(error) => self.complain(attribute.value.span(), error.describe(name)),
        }
    }

    /// A name from an argument, or else from the label.
    fn naming(&mut self, block: &Block, argument: &str, label: Option<&str>) -> Option<String> {
        let given = self.given(block, argument, &Type::String)?;
        match given.as_ref().and_then(Value::as_str).or(label) {
            Some(name) => Some(name.to_string()),
            None => self.missing(block, &format!("the argument {argument} is needed")),
        }
    }

    fn flag(&mut self, block: &Block) -> Option<bool> {
        Some(self.given(block, "required", &Type::Bool)?.and_then(|value| value.as_bool()).unwrap_or(false))
    }

    fn count(&mut self, block: &Block, name: &str) -> Option<usize> {
        let Some(value) = self.given(block, name, &Type::Number)? else { return Some(0) };
        match value.as_number().and_then(|number| number.as_usize()) {
            Some(count) => Some(count),
            None => self.complain(block.header, format!("{name} must be a whole number, 0 or more")),
        }
    }

    /// A type; a name in quotes is one too.
    fn type_of(&mut self, block: &Block, name: &str) -> Option<Type> {
        let Some(attribute) = block.body.attribute(name) else { return Some(Type::Any) };
        let expr = &attribute.value;
        let read = match expr.as_literal().and_then(Value::as_str) {
            Some("any") => Ok(Type::Any),
            Some(name) => Type::from_json(&name.into()).map_err(|problem| told::at(expr.span(), &problem)),
            None => Type::from_expr(expr),
        };
        match read {
            Ok(ty) => Some(ty),
            Err(problems) => {
                self.problems.0.extend(problems.0);
                None
            }
        }
    }
}
