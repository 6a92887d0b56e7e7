//! From YAML to a value. Aliases share what they stand for, so that a document that doubles itself costs nothing.

use super::scalar::resolve;
use crate::config::convert::convert;
use crate::config::functions::bounds::few;
use crate::config::functions::{Done, Fault, MAX_VALUES};
use crate::config::types::Type;
use crate::config::value::{Entries, MAX_DEPTH, Value, key, quoted};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The value of a text that is one document.
pub(super) fn from_yaml(source: &str) -> Done {
    let mut reader = Reader { unended: unended(source), ..Reader::default() };
    for event in Parser::new_from_str(source) {
        let (event, span) = event.map_err(|error| refused(&error))?;
        reader.take(event, span.start)?;
    }
    reader.done.ok_or_else(|| Fault::at(0, "there is no value in it; write null for none"))
}

/// A character that stands in no text of YAML by itself.
const END: char = '\u{fdd0}';

/// The block scalar that a text ends in, where it ends without a line break: which scalar it is, and what it holds. The
/// parser makes up a break, and keeps it; with another character at the end it does not have to.
fn unended(source: &str) -> Option<(usize, String)> {
    let ended = source.is_empty() || source.ends_with(['\n', '\r']);
    if ended || source.contains(END) || !source.contains(['|', '>']) {
        return None;
    }
    let (text, mut count) = (format!("{source}{END}"), 0);
    for event in Parser::new_from_str(&text) {
        let Ok((Event::Scalar(text, style, ..), _)) = event else {
            event.ok()?;
            continue;
        };
        count += 1;
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if let Some((held, _)) = text.split_once(END).filter(|_| is_block) {
            return Some((count, held.to_string()));
        }
    }
    None
}

fn refused(error: &ScanError) -> Fault {
    at(*error.marker(), &format!("this is no valid YAML: {}", error.info()))
}

fn at(marker: Marker, problem: &str) -> Fault {
    Fault::at(0, format!("line {}, column {}: {problem}", marker.line(), marker.col() + 1))
}

/// A list or a map that is not closed yet.
struct Open {
    anchor: usize,
    begun: Marker,
    kind: Kind,
}

enum Kind {
    List(Vec<Value>),
    Map {
        entries: Entries,
        /// The key whose value comes next, and whether that is merged into the map.
        key: Option<(String, bool)>,
    },
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Value>,
    done: Option<Value>,
    /// How many there are so far.
    values: usize,
    scalars: usize,
    unended: Option<(usize, String)>,
}

type Tagged<'t> = Option<Cow<'t, Tag>>;

impl Reader {
    fn take(&mut self, event: Event<'_>, marker: Marker) -> Result<(), Fault> {
        match event {
            Event::DocumentStart(_) if self.done.is_some() => {
                Err(at(marker, "a second document begins here; only one is allowed"))
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.scalars += 1;
                let unended = self.unended.as_ref().filter(|(scalar, _)| *scalar == self.scalars);
                let text = unended.map_or(&*text, |(_, held)| held);
                let value = scalar(text, style, &tag, marker)?;
                let value = self.named(anchor, value);
                self.put(value, marker)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some(value) => self.put(value, marker),
                None => Err(at(marker, "an alias cannot stand within what it refers to")),
            },
            Event::SequenceStart(anchor, tag) => {
                self.begin(anchor, &tag, "seq", Kind::List(Vec::new()), marker)
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(anchor, &tag, "map", Kind::Map { entries: Entries::new(), key: None }, marker)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => Ok(()),
        }
    }

    /// Values take far more room than their text.
    fn count(&mut self, marker: Marker) -> Result<(), Fault> {
        self.values += 1;
        match self.values > MAX_VALUES {
            true => Err(at(marker, &format!("there are more than {MAX_VALUES} values"))),
            false => Ok(()),
        }
    }

    fn named(&mut self, anchor: usize, value: Value) -> Value {
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        value
    }

    fn begin(
        &mut self,
        anchor: usize,
        tag: &Tagged<'_>,
        own: &str,
        kind: Kind,
        begun: Marker,
    ) -> Result<(), Fault> {
        if let Some(tag) = tag.as_deref().filter(|tag| !(tag.is_yaml_core_schema() && tag.suffix == own)) {
            return Err(at(begun, &format!("the tag {tag} is not supported here")));
        }
        if let Some(Open { kind: Kind::Map { key: None, .. }, .. }) = self.open.last() {
            return Err(at(begun, "only a string can be a key"));
        }
        if self.open.len() >= usize::from(MAX_DEPTH) {
            return Err(at(begun, &format!("lists and maps are nested more than {MAX_DEPTH} levels deep")));
        }
        self.anchors.remove(&anchor);
        self.open.push(Open { anchor, begun, kind });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        let Some(Open { anchor, begun, kind }) = self.open.pop() else { return Ok(()) };
        let value = match kind {
            Kind::List(items) => Value::tuple(items),
            Kind::Map { entries, .. } => Value::object(entries),
        };
        let value = self.named(anchor, value);
        self.put(value, begun)
    }

    /// Puts a whole value where it belongs.
    fn put(&mut self, value: Value, marker: Marker) -> Result<(), Fault> {
        self.count(marker)?;
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.done = Some(value),
            Some(Kind::List(items)) => {
                few(items.len() + 1)?;
                items.push(value);
            }
            Some(Kind::Map { entries, key: next }) => match next.take() {
                None => *next = Some(as_key(&value, marker)?),
                Some((_, true)) => {
                    let merged = value.as_entries().ok_or_else(|| {
                        at(marker, &format!("only a map can be merged with <<, not {}", value.kind()))
                    })?;
                    entries.extend(merged.iter().map(|(name, value)| (name.clone(), value.clone())));
                }
                Some((name, false)) => {
                    entries.insert(key(&name), value);
                }
            },
        }
        Ok(())
    }
}

/// A key, and whether it merges another map into this one.
fn as_key(value: &Value, marker: Marker) -> Result<(String, bool), Fault> {
    if value.is_null() {
        return Err(at(marker, "a key cannot be null"));
    }
    let text = convert(value, &Type::String).map_err(|_| at(marker, "only a string can be a key"))?;
    let text = text.as_str().unwrap_or_default().to_string();
    let merges = text == "<<";
    Ok((text, merges))
}

fn scalar(text: &str, style: ScalarStyle, tag: &Tagged<'_>, marker: Marker) -> Result<Value, Fault> {
    let tag = match tag.as_deref() {
        None => "",
        Some(tag) if tag.is_yaml_core_schema() => &tag.suffix,
        Some(tag) => return Err(at(marker, &format!("the tag {tag} is not supported"))),
    };
    // What stands in quotes is a string, whatever its tag says.
    if style != ScalarStyle::Plain && tag != "binary" {
        return Ok(Value::string(text));
    }
    resolve(text, tag).map_err(|problem| at(marker, &format!("{}: {problem}", quoted(text))))
}
