//! XML as feeds may use it: elements, attributes and text, read one after the other.
//!
//! What feeds do not need and attackers do is refused: document types, with the entities they could declare, other
//! encodings than UTF-8, and nesting deeper than [`DEPTH`]. Only the five entities of XML itself stand for something.

use crate::fault::Fault;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use quick_xml::{Error, XmlVersion};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The deepest nesting that is read. updateinfo needs 7 levels.
const DEPTH: usize = 64;

/// One thing in a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Node<'a> {
    /// An element begins, with its attributes.
    Start(String, BTreeMap<String, String>),
    /// Text, or a part of it.
    Text(Cow<'a, str>),
    /// An element ends.
    End(String),
    /// The document ends.
    Done,
}

/// A document that is read from its begin to its end.
pub(crate) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    bytes: &'a [u8],
    what: &'static str,
    open: Vec<String>,
    /// A byte of the input and the line that it stands in, so that lines are counted once.
    counted: (usize, usize),
    rooted: bool,
}

impl<'a> Xml<'a> {
    /// Begins a document.
    ///
    /// # Errors
    /// For bytes that are not UTF-8.
    pub(crate) fn new(bytes: &'a [u8], what: &'static str) -> Result<Self, Fault> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = 1 + memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count();
            Fault::new(what, line, "it is not UTF-8")
        })?;
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Ok(Xml { reader, bytes, what, open: Vec::new(), counted: (0, 1), rooted: false })
    }

    /// The line at which the reading stands, from 1.
    pub(crate) fn line(&mut self) -> usize {
        let at = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).min(self.bytes.len());
        let (from, line) = self.counted;
        let line = line + memchr::memchr_iter(b'\n', &self.bytes[from.min(at)..at]).count();
        self.counted = (at.max(from), line);
        line
    }

    /// A refusal at the place where the reading stands.
    pub(crate) fn fault(&mut self, reason: impl Into<String>) -> Fault {
        Fault::new(self.what, self.line(), reason)
    }

    /// Reads on.
    ///
    /// # Errors
    /// For what is not well-formed, and for what is refused here.
    pub(crate) fn next(&mut self) -> Result<Node<'a>, Fault> {
        loop {
            match self.reader.read_event() {
                Ok(Event::Start(start) | Event::Empty(start)) => return self.start(&start),
                Ok(Event::End(end)) => {
                    self.open.pop();
                    return Ok(Node::End(end.name().0.to_string()));
                }
                Ok(Event::Text(text)) => return self.text(text.into_inner()),
                Ok(Event::CData(text)) => return self.text(text.into_inner()),
                Ok(Event::GeneralRef(entity)) => return self.entity(&entity),
                Ok(Event::DocType(_)) => {
                    return Err(self.fault("a document type is not allowed: entities are not expanded"));
                }
                Ok(Event::Decl(decl)) => {
                    let encoding =
                        decl.encoding().and_then(Result::ok).unwrap_or_default().to_ascii_lowercase();
                    if !["", "utf-8", "utf8", "us-ascii", "ascii"].contains(&encoding.as_str()) {
                        return Err(self.fault(format!("it is written in {encoding}; UTF-8 is needed")));
                    }
                }
                Ok(Event::Comment(_) | Event::PI(_)) => {}
                Ok(Event::Eof) => return self.end(),
                Err(error) => return Err(self.broken(&error)),
            }
        }
    }

    fn start(&mut self, start: &BytesStart<'a>) -> Result<Node<'a>, Fault> {
        let name = start.name().0.to_string();
        if self.open.len() == DEPTH {
            return Err(self.fault(format!("elements are nested deeper than {DEPTH}")));
        }
        if self.open.is_empty() && std::mem::replace(&mut self.rooted, true) {
            return Err(self.fault("there is a second element at the top"));
        }
        self.open.push(name.clone());
        let mut attributes = BTreeMap::new();
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| self.fault(format!("<{name}>: {error}")))?;
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(|error| self.fault(format!("<{name}>: {error}")))?;
            let key = attribute.key.0.to_string();
            if attributes.insert(key.clone(), value.into_owned()).is_some() {
                return Err(self.fault(format!("<{name}> has the attribute {key} twice")));
            }
        }
        Ok(Node::Start(name, attributes))
    }

    fn text(&mut self, text: Cow<'a, str>) -> Result<Node<'a>, Fault> {
        if text.contains('\0') {
            return Err(self.fault("there is a NUL byte in the text"));
        }
        if self.open.is_empty() && !text.trim().is_empty() {
            return Err(self.fault("there is text outside of the element at the top"));
        }
        Ok(Node::Text(text))
    }

    fn entity(&mut self, entity: &BytesRef<'a>) -> Result<Node<'a>, Fault> {
        if let Some(known) = resolve_xml_entity(entity) {
            return self.text(Cow::Borrowed(known));
        }
        match entity.resolve_char_ref() {
            Ok(Some(character)) => self.text(Cow::Owned(character.to_string())),
            Ok(None) => {
                Err(self.fault(format!("the entity &{:.40}; stands for nothing here", entity.to_string())))
            }
            Err(error) => Err(self.broken(&error)),
        }
    }

    fn end(&mut self) -> Result<Node<'a>, Fault> {
        match self.open.last().cloned() {
            Some(name) => Err(self.fault(format!("it ends inside <{name}>"))),
            None if !self.rooted => Err(self.fault("there is no element in it")),
            None => Ok(Node::Done),
        }
    }

    fn broken(&mut self, error: &Error) -> Fault {
        self.fault(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Result<String, Fault> {
        let mut xml = Xml::new(text, "XML")?;
        let mut shown = String::new();
        loop {
            match xml.next()? {
                Node::Start(name, attributes) => shown += &format!("<{name} {attributes:?}>"),
                Node::Text(text) => shown += &text,
                Node::End(name) => shown += &format!("</{name}>"),
                Node::Done => return Ok(shown),
            }
        }
    }

    fn refused(text: &str) -> String {
        all(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn elements_text_and_the_entities_of_xml_are_read() {
        let text = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a x=\"1&amp;2\"><!-- c -->t&amp;&#65;<![CDATA[<&]]><b/></a>\n";
        assert_eq!(all(text).unwrap().trim(), "<a {\"x\": \"1&2\"}>t&A<&<b {}></b></a>");
    }

    #[test]
    fn what_attackers_need_is_refused() {
        let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY x \"yyyy\">]>\n<a>&x;</a>";
        assert_eq!(refused(bomb), "XML, line 2: a document type is not allowed: entities are not expanded");
        assert_eq!(refused("<a>\n&x;</a>"), "XML, line 2: the entity &x; stands for nothing here");
        assert!(refused("<a b=\"&x;\"/>").starts_with("XML, line 1: <a>: "));
        assert_eq!(refused(&"<a>".repeat(100)), "XML, line 1: elements are nested deeper than 64");
        assert_eq!(refused("<a b=\"1\" b=\"2\"/>"), "XML, line 1: <a> has the attribute b twice");
        assert_eq!(refused("<a>\0</a>"), "XML, line 1: there is a NUL byte in the text");
        assert_eq!(all(b"<a>\n\xe9</a>").unwrap_err().to_string(), "XML, line 2: it is not UTF-8");
        assert_eq!(
            refused("<?xml version=\"1.0\" encoding=\"latin1\"?><a/>"),
            "XML, line 1: it is written in latin1; UTF-8 is needed"
        );
    }

    #[test]
    fn what_is_cut_or_more_than_one_document_is_refused() {
        assert_eq!(refused(""), "XML, line 1: there is no element in it");
        assert_eq!(refused("<a>\n<b>"), "XML, line 2: it ends inside <b>");
        assert_eq!(refused("<a/><b/>"), "XML, line 1: there is a second element at the top");
        assert_eq!(refused("<a/>x"), "XML, line 1: there is text outside of the element at the top");
        let whole = "<a b=\"c\"><d>e</d></a>";
        (0..whole.len()).for_each(|cut| assert!(all(&whole.as_bytes()[..cut]).is_err(), "{cut}"));
    }
}
