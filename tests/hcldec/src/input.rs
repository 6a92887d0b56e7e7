//! The files to decode, put together into one body.

use crate::content::Within;
use crate::spec::Spec;
use crate::told;
use patchform::config::source::Sources;
use patchform::config::syntax::{self, Body, Layout, Reading};
use patchform::model::{Diagnostic, Diagnostics, FileId, Span};
use std::io::Read as _;

/// What is decoded.
pub struct Input {
    /// The parts of all files.
    pub body: Body,
    /// Where something that is missing is told; nowhere if there are several files.
    pub place: Option<Span>,
}

/// A file in the native syntax.
///
/// # Errors
/// What is wrong with it.
pub fn native(sources: &mut Sources, path: &str) -> Result<Body, Diagnostics> {
    let file = add(sources, Some(path))?;
    whole(|problems| syntax::read(sources, file, problems))
}

/// A file of attributes alone, in JSON; strings are what stands in them.
///
/// # Errors
/// What is wrong with it.
pub fn attributes_in_json(sources: &Sources, file: FileId) -> Result<Body, Diagnostics> {
    whole(|problems| syntax::read_json(&Attributes, sources, file, problems))
}

fn whole(read: impl FnOnce(&mut Diagnostics) -> Body) -> Result<Body, Diagnostics> {
    let mut problems = Diagnostics::default();
    let body = read(&mut problems);
    if problems.has_errors() { Err(problems) } else { Ok(body) }
}

struct Attributes;

impl Layout for Attributes {
    fn block(&self, _: &str) -> Option<(usize, Attributes)> {
        None
    }

    fn reading(&self, _: &str) -> Reading {
        Reading::Texts
    }
}

/// Reads a file, or the standard input.
///
/// # Errors
/// It cannot be read, or is no text.
pub fn add(sources: &mut Sources, path: Option<&str>) -> Result<FileId, Diagnostics> {
    let name = path.unwrap_or("<stdin>");
    let mut bytes = Vec::new();
    let read = match path {
        Some(path) => std::fs::read(path).map(|read| bytes = read),
        None => std::io::stdin().read_to_end(&mut bytes).map(|_| ()),
    };
    read.map_err(|error| told::plain(format!("cannot read {name}: {error}")))?;
    Ok(sources.add(name, &bytes)?)
}

/// Reads all inputs; what is wrong with them goes to `problems`. `templates` says whether strings in JSON are templates.
pub fn read(
    paths: &[String],
    spec: &Spec,
    templates: bool,
    sources: &mut Sources,
    problems: &mut Diagnostics,
) -> Input {
    let mut input = Input { body: Body::default(), place: None };
    let paths: Vec<Option<&str>> =
        if paths.is_empty() { vec![None] } else { paths.iter().map(|path| Some(path.as_str())).collect() };
    for path in &paths {
        let file = match add(sources, *path) {
            Ok(file) => file,
            Err(wrong) => {
                problems.0.extend(wrong.0);
                continue;
            }
        };
        let is_json = path.is_some_and(|path| path.ends_with(".json"));
        let body = if is_json {
            syntax::read_json(&Within::the_body_of(spec, templates), sources, file, problems)
        } else {
            syntax::read(sources, file, problems)
        };
        merge(&mut input.body, body, problems);
        input.place = Some(if is_json { last_brace(file, sources) } else { Span::new(file, 0, 0) });
    }
    if paths.len() > 1 {
        input.place = None;
    }
    input
}

fn merge(into: &mut Body, body: Body, problems: &mut Diagnostics) {
    for attribute in body.attributes {
        match into.attribute(&attribute.name) {
            Some(first) => {
                let problem = format!("the argument \"{}\" is set in another file too", attribute.name);
                problems.push(Diagnostic::error(problem).at(attribute.span, "").and(first.span, "set here"));
            }
            None => into.attributes.push(attribute),
        }
    }
    into.blocks.extend(body.blocks);
}

/// The closing brace of a file of JSON.
fn last_brace(file: FileId, sources: &Sources) -> Span {
    let end = sources.text(file).trim_end().len();
    Span::new(file, end.saturating_sub(1), end)
}
