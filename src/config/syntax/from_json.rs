//! JSON as the blocks and expressions that it stands for, by the HCL JSON specification: strings are templates, blocks
//! nest by their labels, several blocks of a kind are an array, `"//"` in a body is a comment.

use super::json::{self, Json, JsonValue, Key, Text};
use super::layout::{Layout, Reading, TOP, Values, is_reference_in_row};
use super::{Attribute, Block, Body, Label, twice};
use crate::config::expr::{Expr, Key as EntryKey, Node};
use crate::config::lower;
use crate::config::source::Sources;
use crate::config::value::{Value, key as key_of};
use crate::model::{Diagnostic, Diagnostics, FileId, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads a file of a configuration in JSON. Whatever is wrong with it goes to `problems`; the answer holds what could
/// be read.
pub(in crate::config) fn read(sources: &Sources, file: FileId, problems: &mut Diagnostics) -> Body {
    read_as(&TOP, sources, file, problems)
}

/// Reads a file of JSON that holds values by name, strings as they stand.
pub(in crate::config) fn read_values(sources: &Sources, file: FileId, problems: &mut Diagnostics) -> Body {
    let Some(json) = parsed(sources, file, problems) else { return Body::default() };
    let mut reader = Reader { file, problems };
    if let JsonValue::Array(_) = json.value {
        reader.not(json.span, "an object", &json.value);
        return Body::default();
    }
    reader.body(&Values, &json)
}

/// Reads a file of JSON whose body holds what `layout` says.
pub(super) fn read_as<L: Layout>(
    layout: &L,
    sources: &Sources,
    file: FileId,
    problems: &mut Diagnostics,
) -> Body {
    let Some(json) = parsed(sources, file, problems) else { return Body::default() };
    Reader { file, problems }.body(layout, &json)
}

fn parsed(sources: &Sources, file: FileId, problems: &mut Diagnostics) -> Option<Json> {
    json::parse(sources.text(file), file).map_err(|problem| problems.push(*problem)).ok()
}

struct Reader<'a> {
    file: FileId,
    problems: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn body<L: Layout>(&mut self, layout: &L, json: &Json) -> Body {
        let mut body = Body::default();
        let mut names = BTreeMap::new();
        self.fill(layout, json, &mut body, &mut names);
        body
    }

    /// A body is an object, or an array of objects that hold its parts.
    fn fill<L: Layout>(
        &mut self,
        layout: &L,
        json: &Json,
        body: &mut Body,
        names: &mut BTreeMap<Arc<str>, Span>,
    ) {
        let entries = match &json.value {
            JsonValue::Object(entries) => entries,
            JsonValue::Array(parts) => {
                return parts.iter().for_each(|part| self.fill(layout, part, body, names));
            }
            other => return self.not(json.span, "an object", other),
        };
        for (key, value) in entries {
            let name = key.text.text.as_str();
            if name == "//" {
                continue;
            }
            match layout.block(name) {
                Some(_) if layout.has_arguments_of_others() && !is_block(value) => {
                    self.attribute(layout.reading(name), key, value, body, names);
                }
                Some((labels, inside)) => self.blocks(&inside, key, labels, Vec::new(), value, body),
                None => self.attribute(layout.reading(name), key, value, body, names),
            }
        }
    }

    fn not(&mut self, at: Span, what: &str, found: &JsonValue) {
        let is = match found {
            JsonValue::Null => "null",
            JsonValue::Bool(_) => "a bool",
            JsonValue::Number(_) => "a number",
            JsonValue::Text(_) => "a string",
            JsonValue::Array(_) => "an array",
            JsonValue::Object(_) => "an object",
        };
        self.problems
            .push(Diagnostic::error(format!("Here {what} is expected")).at(at, format!("this is {is}")));
    }

    fn blocks<L: Layout>(
        &mut self,
        inside: &L,
        key: &Key,
        missing: usize,
        labels: Vec<Label>,
        json: &Json,
        body: &mut Body,
    ) {
        match &json.value {
            // A null stands for no blocks, as Terraform reads it.
            JsonValue::Null => {}
            JsonValue::Array(items) => {
                items.iter().for_each(|item| self.blocks(inside, key, missing, labels.clone(), item, body));
            }
            JsonValue::Object(entries) if missing > 0 => {
                for (label, inner) in entries.iter().filter(|(label, _)| label.text.text != "//") {
                    let mut labels = labels.clone();
                    labels.push(Label { text: key_of(&label.text.text), span: label.span });
                    self.blocks(inside, key, missing - 1, labels, inner, body);
                }
            }
            JsonValue::Object(_) => {
                let within = self.body(inside, json);
                let header = labels.last().map_or(key.span, |label| label.span);
                body.blocks.push(Block {
                    kind: key.text.text.as_str().into(),
                    kind_span: key.span,
                    labels,
                    header,
                    body: within,
                    is_damaged: false,
                });
            }
            other => self.not(json.span, "an object", other),
        }
    }

    fn attribute(
        &mut self,
        reading: Reading,
        key: &Key,
        json: &Json,
        body: &mut Body,
        names: &mut BTreeMap<Arc<str>, Span>,
    ) {
        let name = key_of(&key.text.text);
        let value = match reading {
            Reading::References => self.reference(json),
            Reading::Row => self.row(json),
            Reading::Templates => self.expr(json),
            Reading::Texts => self.plain(json),
        };
        let Some(value) = value else { return };
        let read = Attribute { name, span: key.span, value };
        if let Some(first) = names.get(&read.name) {
            return self.problems.push(twice(&read, *first));
        }
        names.insert(read.name.clone(), read.span);
        body.attributes.push(read);
    }

    /// A row of `required_providers`, in which only the aliases are references.
    fn row(&mut self, json: &Json) -> Option<Expr> {
        let JsonValue::Object(entries) = &json.value else { return self.expr(json) };
        let mut made = Vec::new();
        for (key, value) in entries {
            let value = match is_reference_in_row(&key.text.text) {
                true => self.reference(value)?,
                false => self.expr(value)?,
            };
            made.push((EntryKey::Word(key.text.text.as_str().into(), key.span), value));
        }
        Some(Expr { span: json.span, node: Node::Object(made) })
    }

    fn expr(&mut self, json: &Json) -> Option<Expr> {
        self.value(json, true)
    }

    /// Without templates: strings are what stands in them.
    fn plain(&mut self, json: &Json) -> Option<Expr> {
        self.value(json, false)
    }

    fn value(&mut self, json: &Json, templates: bool) -> Option<Expr> {
        let span = json.span;
        let node = match &json.value {
            JsonValue::Null => Node::Literal(Value::NULL),
            JsonValue::Bool(b) => Node::Literal(Value::bool(*b)),
            JsonValue::Number(text) => match text.parse::<crate::config::number::Number>() {
                Ok(number) => Node::Literal(Value::number(number)),
                Err(wrong) => {
                    self.problems
                        .push(Diagnostic::error(format!("This number cannot be kept: {wrong}")).at(span, ""));
                    return None;
                }
            },
            JsonValue::Text(text) => return self.text(text, span, templates),
            JsonValue::Array(items) => {
                let made: Vec<_> = items.iter().map(|item| self.value(item, templates)).collect();
                Node::List(made.into_iter().collect::<Option<_>>()?)
            }
            JsonValue::Object(entries) => {
                let entry = |(key, value): &(Key, Json)| {
                    // All are read, so that what is wrong with one does not hide the others.
                    let name = self.text(&key.text, key.span, templates).map(as_key);
                    let value = self.value(value, templates);
                    Some((EntryKey::Computed(name?), value?))
                };
                let made: Vec<_> = entries.iter().map(entry).collect();
                Node::Object(made.into_iter().collect::<Option<_>>()?)
            }
        };
        Some(Expr { span, node })
    }

    fn text(&mut self, text: &Text, span: Span, is_template: bool) -> Option<Expr> {
        if is_template {
            return self.template(text, span);
        }
        Some(Expr { span, node: Node::Literal(Value::string(text.text.as_str())) })
    }

    /// A string: a template.
    fn template(&mut self, text: &Text, span: Span) -> Option<Expr> {
        if !text.text.contains("${") && !text.text.contains("%{") {
            return Some(Expr { span, node: Node::Literal(Value::string(text.text.as_str())) });
        }
        self.placed(lower::parse_template(&text.text, self.file), text, Some(span))
    }

    /// A string that holds a reference or a type, with or without `${…}` around it.
    fn reference(&mut self, json: &Json) -> Option<Expr> {
        match &json.value {
            JsonValue::Text(text) if text.text.starts_with("${") => self.template(text, json.span),
            JsonValue::Text(text) => self.placed(lower::parse(&text.text, self.file, 0), text, None),
            JsonValue::Array(items) => {
                let items = items.iter().map(|item| self.reference(item)).collect::<Option<_>>()?;
                Some(Expr { span: json.span, node: Node::List(items) })
            }
            JsonValue::Object(entries) => {
                let mut made = Vec::new();
                for (key, value) in entries.iter().filter(|(key, _)| key.text.text != "//") {
                    let name = self.placed(lower::parse(&key.text.text, self.file, 0), &key.text, None)?;
                    let name = match name.as_keyword() {
                        Some(word) => EntryKey::Word(word.into(), key.span),
                        None => EntryKey::Computed(name),
                    };
                    made.push((name, self.reference(value)?));
                }
                Some(Expr { span: json.span, node: Node::Object(made) })
            }
            _ => self.expr(json),
        }
    }

    /// Brings the places of what was read from an unescaped text back to the file.
    fn placed(&mut self, read: Result<Expr, Diagnostics>, text: &Text, whole: Option<Span>) -> Option<Expr> {
        let file = self.file;
        let place = |at: u32| {
            let last = text.places.len().saturating_sub(1);
            text.places.get((at as usize).min(last)).copied().unwrap_or(0) as usize
        };
        let back = |span: Span| Span::new(file, place(span.start), place(span.end));
        match read {
            Ok(mut expr) => {
                expr.respan(&back);
                expr.span = whole.unwrap_or(expr.span);
                // `"${x}"` is x: what may stand for a reference by itself must look like one.
                Some(match expr.node {
                    Node::Wrapped(inner) => *inner,
                    node => Expr { node, ..expr },
                })
            }
            Err(problems) => {
                for mut problem in problems.0 {
                    problem.primary = problem.primary.map(|(span, label)| (back(span), label));
                    problem.related.iter_mut().for_each(|(span, _)| *span = back(*span));
                    self.problems.push(problem);
                }
                None
            }
        }
    }
}

/// Whether a value stands for a block, or for several or none.
fn is_block(json: &Json) -> bool {
    match &json.value {
        JsonValue::Null | JsonValue::Object(_) => true,
        JsonValue::Array(items) => items.iter().all(is_block),
        _ => false,
    }
}

/// A key that is a template with nothing but a reference in it is what that refers to, not a word.
fn as_key(name: Expr) -> Expr {
    match name.node {
        Node::Name(_) | Node::Traversal(..) => Expr { span: name.span, node: Node::Parens(Box::new(name)) },
        _ => name,
    }
}

/// The top of a file of JSON by its places.
pub(in crate::config) struct Outline(Json);

impl Outline {
    /// Of a text; `None` where it cannot be read.
    pub fn of(text: &str, file: FileId) -> Option<Outline> {
        json::parse(text, file).ok().map(Outline)
    }

    /// The kind of the blocks among which a place lies, and whether it lies in an argument of one of them.
    pub fn block_around(&self, at: u32) -> Option<(&str, bool)> {
        let mut keys = Vec::new();
        path(&self.0, at, &mut |key, _| keys.push(key));
        let kind = keys.first().copied()?;
        let (labels, _) = TOP.block(kind)?;
        Some((kind, keys.len() >= labels + 2))
    }

    /// The names of what is around a place, such as `output.a`.
    pub fn context(&self, at: u32) -> Option<String> {
        let mut steps = String::new();
        path(&self.0, at, &mut |key, value| {
            if matches!(value.value, JsonValue::Object(_) | JsonValue::Array(_)) {
                steps.extend([".", key]);
            }
        });
        steps.strip_prefix('.').map(str::to_string)
    }
}

/// Tells `each` property whose value holds a place, from the outside in.
fn path<'j>(json: &'j Json, at: u32, each: &mut impl FnMut(&'j str, &'j Json)) {
    // What stands in an object or an array stands in order: there may be very much of it.
    let ends = |value: &Json| value.span.end <= at;
    let holds = |value: &Json| value.span.start <= at;
    match &json.value {
        JsonValue::Object(entries) => {
            let found = entries.get(entries.partition_point(|(_, value)| ends(value)));
            if let Some((key, value)) = found.filter(|(_, value)| holds(value)) {
                each(&key.text.text, value);
                path(value, at, each);
            }
        }
        JsonValue::Array(items) => {
            let found = items.get(items.partition_point(ends));
            if let Some(item) = found.filter(|item| holds(item)) {
                path(item, at, each);
            }
        }
        _ => {}
    }
}
