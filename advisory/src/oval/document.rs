//! A document of definitions as it is written: definitions, and the tests, objects, states and variables that they lean on.

use super::WHAT;
use super::condition::Condition;
use super::definition::Definition;
use super::element::{Element, local};
use crate::fault::Fault;
use crate::remark::Remark;
use crate::xml::{Node, Xml};
use std::collections::BTreeMap;

/// What a document has.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// When it was made, as its maker wrote it.
    pub generated: Option<String>,
    pub definitions: Vec<Definition>,
    tests: Items<Test>,
    objects: Items<Fields>,
    states: Items<Fields>,
    variables: Items<Vec<String>>,
    pub remarks: Vec<Remark>,
}

/// Items by their ids; none where an id stands for two different ones.
type Items<T> = BTreeMap<String, Option<T>>;

/// What is looked at, and what must be true of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    /// `rpminfo_test`
    pub kind: String,
    /// How many of what is there must be as the states say: `at least one`.
    pub check: String,
    /// How many must be there: `none_exist`.
    pub existence: String,
    /// Whether any state is enough, and not all of them are needed.
    pub any_state: bool,
    pub object: String,
    pub states: Vec<String>,
}

/// What is asked of an object or state, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Fields {
    by_name: BTreeMap<String, Field>,
    /// Whether any field is enough.
    pub any: bool,
}

/// One thing that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub value: String,
    /// How the value is compared: `less than`.
    pub operation: String,
    /// The variable that has the values, in place of a value.
    pub variable: Option<String>,
}

impl Fields {
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.by_name.get(name)
    }

    /// The names of all fields.
    pub fn names(&self) -> Vec<&str> {
        self.by_name.keys().map(String::as_str).collect()
    }

    fn read(item: &Element) -> Fields {
        let mut by_name: BTreeMap<String, Field> = BTreeMap::new();
        for child in &item.children {
            let operation = child.attribute("operation").unwrap_or("equals");
            let field = Field {
                value: child.text().to_string(),
                operation: operation.to_string(),
                variable: child.attribute("var_ref").map(str::to_string),
            };
            by_name
                .entry(child.name.clone())
                // Of two values one is not chosen: no comparison is known that is called so.
                .and_modify(|field| field.operation = "several values".to_string())
                .or_insert(field);
        }
        Fields { by_name, any: item.attribute("operator").is_some_and(|operator| operator != "AND") }
    }
}

impl Test {
    fn read(item: &Element) -> Test {
        let of = |name: &str, otherwise: &str| item.attribute(name).unwrap_or(otherwise).to_string();
        let reference = |child: &Element, name: &str| child.attribute(name).map(str::to_string);
        Test {
            kind: item.name.clone(),
            check: of("check", "all"),
            existence: of("check_existence", "at_least_one_exists"),
            any_state: item.attribute("state_operator").is_some_and(|operator| operator != "AND"),
            object: item.child("object").and_then(|child| reference(child, "object_ref")).unwrap_or_default(),
            states: item.all("state").filter_map(|child| reference(child, "state_ref")).collect(),
        }
    }
}

impl Document {
    /// Reads a document, item by item.
    ///
    /// # Errors
    /// For what is not well-formed, or has no definitions of OVAL.
    pub fn read(bytes: &[u8]) -> Result<Document, Fault> {
        let mut xml = Xml::new(bytes, WHAT)?;
        let mut document = Document::default();
        let mut open: Vec<String> = Vec::new();
        loop {
            match xml.next()? {
                Node::Start(name, attributes) => {
                    let line = xml.line();
                    if open.is_empty() && local(&name) != "oval_definitions" {
                        return Err(xml.fault(format!(
                            "it begins with <{name:.40}>, where <oval_definitions> is needed"
                        )));
                    }
                    if open.len() < 2 {
                        open.push(local(&name).to_string());
                        continue;
                    }
                    let item = Element::new(&name, attributes, line).filled(&mut xml)?;
                    document.take(open.last().map_or("", String::as_str), &item);
                }
                Node::End(_) => drop(open.pop()),
                Node::Text(_) => {}
                Node::Done => return Ok(document),
            }
        }
    }

    fn take(&mut self, section: &str, item: &Element) {
        let id = item.attribute("id").unwrap_or_default();
        let again = match section {
            "generator" if item.name == "timestamp" => {
                self.generated = Some(item.text().to_string());
                false
            }
            "definitions" if item.name == "definition" => {
                self.definitions.push(Definition::read(item));
                false
            }
            "tests" => keep(&mut self.tests, id, Test::read(item)),
            "objects" => keep(&mut self.objects, id, Fields::read(item)),
            // SUSE has published documents that say it in the singular.
            "states" | "state" => keep(&mut self.states, id, Fields::read(item)),
            "variables" => {
                let values = item.all("value").map(|value| value.text().to_string()).collect();
                keep(&mut self.variables, id, values)
            }
            _ => false,
        };
        if again {
            let reason =
                "the id was there before, and stands for something else; whatever leans on it is unknown";
            self.remarks.push(Remark::new(item.line, id, reason));
        }
    }

    pub fn test(&self, id: &str) -> Result<&Test, Condition> {
        find(&self.tests, "test", id)
    }

    pub fn object(&self, id: &str) -> Result<&Fields, Condition> {
        find(&self.objects, "object", id)
    }

    pub fn state(&self, id: &str) -> Result<&Fields, Condition> {
        find(&self.states, "state", id)
    }

    pub fn variable(&self, id: &str) -> Result<&Vec<String>, Condition> {
        find(&self.variables, "variable", id)
    }
}

/// Keeps an item; says whether its id stands for another one already.
fn keep<T: PartialEq>(items: &mut Items<T>, id: &str, item: T) -> bool {
    match items.get_mut(id) {
        None => {
            items.insert(id.to_string(), Some(item));
            false
        }
        Some(earlier) => {
            let another = earlier.as_ref().is_some_and(|earlier| *earlier != item);
            if another {
                *earlier = None;
            }
            another
        }
    }
}

fn find<'a, T>(items: &'a Items<T>, what: &str, id: &str) -> Result<&'a T, Condition> {
    let lost = |what: String| Err(Condition::Lost(what));
    match items.get(id) {
        Some(Some(item)) => Ok(item),
        Some(None) => lost(format!("the {what} {id:.80}, which stands for two things")),
        None if id.is_empty() => lost(format!("a {what} that it does not name")),
        None => lost(format!("the {what} {id:.80}, which is not in the document")),
    }
}
