//! One item of a document, with everything in it.

use crate::fault::Fault;
use crate::xml::{Node, Xml};
use std::collections::BTreeMap;

/// The most elements of one item; the largest definitions that are published have some ten thousand.
const MOST: usize = 500_000;

/// An element. Names are without the prefixes of their namespaces, which every vendor chooses for itself.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub name: String,
    /// Where it begins, from 1.
    pub line: usize,
    attributes: BTreeMap<String, String>,
    text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// An element that begins here.
    pub fn new(name: &str, attributes: BTreeMap<String, String>, line: usize) -> Element {
        Element { name: local(name).to_string(), line, attributes, ..Element::default() }
    }

    /// Reads on to its end.
    ///
    /// # Errors
    /// As the document, and for more elements than are read of one item.
    pub fn filled(self, xml: &mut Xml<'_>) -> Result<Element, Fault> {
        let (mut count, mut open, mut last) = (0, Vec::new(), self);
        loop {
            match xml.next()? {
                Node::Start(name, attributes) => {
                    count += 1;
                    if count > MOST {
                        return Err(xml.fault(format!("<{}> has more than {MOST} elements in it", last.name)));
                    }
                    let inner = Element::new(&name, attributes, xml.line());
                    open.push(std::mem::replace(&mut last, inner));
                }
                Node::Text(text) => last.text.push_str(&text),
                Node::End(_) => {
                    let Some(mut outer) = open.pop() else { return Ok(last) };
                    std::mem::swap(&mut outer, &mut last);
                    last.children.push(outer);
                }
                Node::Done => return Err(xml.fault("it ends inside an item")),
            }
        }
    }

    /// An attribute; none where it is missing or empty.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Its own text, without the blanks around it.
    pub fn text(&self) -> &str {
        self.text.trim()
    }

    /// The first element in it of that name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The elements in it of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}
