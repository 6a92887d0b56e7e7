//! An OpenVEX document read from bytes, and what it breaks.

use super::document::{OpenVex, WrittenStatement};
use super::statement::{Statement, Status};
use crate::complaint::{Complaint, Kind};
use crate::json::{self, DocumentError};
use crate::moment::Moment;
use serde::Deserialize;

/// What the context of every version begins with.
const CONTEXT: &str = "https://openvex.dev/ns";

/// The codes of 0.2.0, section "Status Justifications".
const JUSTIFICATIONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

/// A document, and what it breaks. A strict reader refuses a document that has any complaints.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The document.
    pub document: OpenVex,
    /// What breaks JSON or the specification.
    pub complaints: Vec<Complaint>,
}

/// Reads a document.
///
/// # Errors
///
/// Bytes that are no JSON, another kind of document, or a member of another kind than it must have.
pub fn read(bytes: &[u8]) -> Result<Reading, DocumentError> {
    let (value, mut complaints) = json::read(bytes)?;
    let shape = |reason: String| DocumentError::Shape { path: String::new(), reason };
    let document = OpenVex::deserialize(&value).map_err(|error| shape(error.to_string()))?;
    if !document.context.starts_with(CONTEXT) {
        return Err(shape(format!("@context does not begin with {CONTEXT}; this is no OpenVEX document")));
    }
    check(&document, &mut complaints);
    Ok(Reading { document, complaints })
}

fn check(document: &OpenVex, complaints: &mut Vec<Complaint>) {
    let mut tell = |path: &str, reason: &str| complaints.push(Complaint::new(Kind::Schema, path, reason));
    for (name, text) in [("@id", &document.id), ("author", &document.author)] {
        if text.is_empty() {
            tell("", &format!("{name} is missing"));
        }
    }
    if document.statements.is_empty() {
        tell("/statements", "is empty");
    }
    for (at, statement) in document.statements.iter().enumerate() {
        let path = format!("/statements/{at}");
        for reason in against(statement, document) {
            tell(&path, reason);
        }
    }
}

/// What one statement breaks.
fn against(statement: &WrittenStatement, document: &OpenVex) -> Vec<&'static str> {
    let status = Status::of_name(&statement.status);
    let justified = statement.justification.is_some() || statement.impact_statement.is_some();
    let dated = statement.timestamp.as_ref().or(document.timestamp.as_ref());
    let justification = statement.justification.as_deref();
    let breaches = [
        (statement.vulnerability.name.is_empty(), "vulnerability is missing"),
        (status.is_none(), "status is none of not_affected, affected, fixed, under_investigation"),
        (status == Some(Status::NotAffected) && !justified, "is not affected, but nothing says why"),
        (
            status == Some(Status::Affected) && statement.action_statement.is_none(),
            "is affected, but nothing says what to do",
        ),
        (
            justification.is_some_and(|code| !JUSTIFICATIONS.contains(&code)),
            "justification is no code of OpenVEX",
        ),
        (statement.products.is_empty(), "names no product"),
        (
            dated.is_none_or(|text| Moment::parse(text).is_none()),
            "has no timestamp, nor has the document one",
        ),
    ];
    breaches.into_iter().filter(|(broken, _)| *broken).map(|(_, reason)| reason).collect()
}

impl Reading {
    /// What the document says, in the order of the document. A statement of a status that is not known says nothing.
    pub fn statements(&self) -> impl Iterator<Item = Statement<'_>> {
        self.document.statements.iter().filter_map(|written| Statement::of(written, &self.document))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn document(statement: &Value) -> Value {
        json!({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://quince.example/vex-1", "author": "Quince",
               "timestamp": "2026-01-01T00:00:00Z", "version": 1, "statements": [statement]})
    }

    fn told(statement: &Value) -> Vec<String> {
        let reading = read(document(statement).to_string().as_bytes()).expect("a document");
        reading.complaints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_a_statement_breaks_is_told() {
        let right = json!({"vulnerability": {"name": "CVE-2026-1"}, "status": "fixed", "products": [{"@id": "pkg:deb/a"}]});
        assert_eq!(told(&right), [""; 0]);
        let wrong = json!({"vulnerability": "CVE-2026-1", "status": "not_affected"});
        assert_eq!(
            told(&wrong),
            ["/statements/0: is not affected, but nothing says why", "/statements/0: names no product"]
        );
        let wrong = json!({"status": "maybe", "products": ["a"], "justification": "so"});
        assert_eq!(
            told(&wrong),
            [
                "/statements/0: vulnerability is missing",
                "/statements/0: status is none of not_affected, affected, fixed, under_investigation",
                "/statements/0: justification is no code of OpenVEX",
            ]
        );
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let refused = |text: &str| read(text.as_bytes()).expect_err("refused").to_string();
        assert!(refused("[]").contains("invalid type"));
        assert!(
            refused("{\"@context\": \"https://openvex.dev/ns\", \"statements\": [[]]}")
                .contains("invalid type")
        );
        assert!(refused("{\"document\": {}}").contains("no OpenVEX document"));
        assert!(
            refused("{\"@context\": \"https://openvex.dev/ns\", \"statements\": 1}").contains("invalid type")
        );
        let text = document(&json!({"status": "fixed"})).to_string();
        for end in 0..text.len() {
            assert!(read(&text.as_bytes()[..end]).is_err(), "{end} bytes");
        }
    }
}
