//! A document read from bytes: strictly, or as far as it goes.

use super::document::{Csaf, Edition};
use super::schema;
use super::tree::{Tree, mentions};
use crate::complaint::Complaint;
use crate::json::{self, DocumentError, MOST_MENTIONS};
use serde::Deserialize;
use serde_json::Value;

/// A document, and all that its form and the schema have against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The document.
    pub document: Csaf,
    /// Which schema it was held against: what it says, else 2.0.
    pub edition: Edition,
    /// What breaks JSON or the schema. A strict reader refuses a document that has any.
    pub complaints: Vec<Complaint>,
    /// The document as JSON, for rules about members that the standard does not know.
    pub value: Value,
}

/// Reads a document. Vendors break the schema in ways that harm nothing (a category of their own, a text left out); so
/// whatever has the kind that it must have is read, and every breach is told.
///
/// # Errors
///
/// Bytes that are no JSON, a member of another kind than it must have (a number for a text), or groups of products that
/// come to more than can be followed.
pub fn read(bytes: &[u8]) -> Result<Reading, DocumentError> {
    let (value, mut complaints) = json::read(bytes)?;
    let edition = edition(&value);
    let verdict = schema::check(&value, edition);
    if let Some(Complaint { path, reason, .. }) = verdict.misfit {
        return Err(DocumentError::Shape { path, reason });
    }
    complaints.extend(verdict.complaints);
    let shape =
        |error: serde_json::Error| DocumentError::Shape { path: String::new(), reason: error.to_string() };
    let document = Csaf::deserialize(&value).map_err(shape)?;
    let found = mentions(&document, &Tree::of(&document));
    if found > MOST_MENTIONS {
        return Err(DocumentError::Mentions { found });
    }
    Ok(Reading { document, edition, complaints, value })
}

fn edition(value: &Value) -> Edition {
    let named = value.pointer("/document/csaf_version").and_then(Value::as_str);
    named.and_then(Edition::of_name).unwrap_or(Edition::V20)
}

impl Reading {
    /// The document, if its form and the schema have nothing against it.
    ///
    /// # Errors
    ///
    /// All that they have against it.
    pub fn strict(self) -> Result<Csaf, Vec<Complaint>> {
        if self.complaints.is_empty() { Ok(self.document) } else { Err(self.complaints) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csaf::{check, sample, verdicts};
    use proptest::prelude::*;
    use serde_json::json;

    fn told(reading: &Reading) -> Vec<String> {
        reading.complaints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_sample_breaks_nothing() {
        let reading = read(sample::TEXT.as_bytes()).expect("a document");
        assert_eq!(told(&reading), [""; 0]);
        assert_eq!(reading.clone().strict().expect("valid").document.tracking.id, "QA-1");
        assert_eq!(reading.document.vulnerabilities()[0].name(), "CVE-2026-0001");
    }

    #[test]
    fn what_vendors_break_is_read_and_told() {
        let reading = sample::with(&[
            ("/product_tree/branches/0/category", json!("product")),
            ("/vulnerabilities/0/notes", json!([{"category": "description"}])),
            ("/document/tracking/initial_release_date", json!("2026-02-01T09:00:00")),
            ("/vulnerabilities/0/product_status/fixed", json!([])),
        ]);
        assert_eq!(
            told(&reading),
            [
                "/document/tracking/initial_release_date: `2026-02-01T09:00:00` is not a date and time (RFC 3339)",
                "/product_tree/branches/0/category: `product` is none of architecture, host_name, language, legacy, \
                 patch_level, product_family, product_name, product_version, product_version_range, service_pack, \
                 specification, vendor",
                "/vulnerabilities/0/notes/0: text is missing",
                "/vulnerabilities/0/product_status/fixed: has 0 elements; it must have at least 1",
            ]
        );
        assert_eq!(reading.document.product_tree.as_ref().expect("a tree").branches[0].category, "product");
        assert_eq!(reading.strict().expect_err("complaints").len(), 4);
    }

    #[test]
    fn a_member_of_another_kind_is_refused_with_its_place() {
        let text = sample::TEXT.replace("[\"cloud\"]", "\"cloud\"");
        let error = read(text.as_bytes()).expect_err("refused").to_string();
        assert_eq!(error, "/vulnerabilities/0/flags/0/product_ids: must be an array");
    }

    #[test]
    fn version_2_1_lets_nothing_stand_that_it_does_not_know() {
        let reading =
            sample::with(&[("/document/csaf_version", json!("2.1")), ("/document/mood", json!("good"))]);
        assert_eq!(reading.edition, Edition::V21);
        let told = told(&reading);
        assert!(
            told.contains(&"/document/mood: is no member that the standard knows".to_string()),
            "{told:?}"
        );
        assert!(
            told.contains(&"/vulnerabilities/0/scores: is no member that the standard knows".to_string())
        );
        assert!(told.contains(&"$schema is missing".to_string()));
    }

    #[test]
    fn an_array_is_no_object_and_null_is_nothing() {
        let text = sample::TEXT.replacen("\"tracking\": {", "\"tracking\": [], \"x\": {", 1);
        assert_eq!(
            read(text.as_bytes()).expect_err("refused").to_string(),
            "/document/tracking: must be an object"
        );
        assert!(read(b"[]").is_err());
        let text = sample::TEXT.replacen("\"CVE-2026-0001\"", "null", 1);
        let reading = read(text.as_bytes()).expect("a document");
        assert_eq!(reading.document.vulnerabilities()[0].cve, None);
        assert_eq!(told(&reading), ["/vulnerabilities/0/cve: must be a text"]);
    }

    #[test]
    fn groups_that_come_to_too_much_are_refused() {
        let ids: Vec<String> = (0..3000).map(|id| id.to_string()).collect();
        let group = json!([{"group_id": "all", "product_ids": ids}]);
        let threats: Vec<Value> = (0..2000).map(|_| json!({"group_ids": ["all"]})).collect();
        let mut value: Value = serde_json::from_str(sample::TEXT).expect("JSON");
        value["product_tree"]["product_groups"] = group;
        value["vulnerabilities"][0]["threats"] = json!(threats);
        let error = read(value.to_string().as_bytes()).expect_err("refused").to_string();
        assert!(error.starts_with("products are named 6000"), "{error}");
    }

    #[test]
    fn a_stub_says_that_a_document_was_taken_back() {
        let text = r#"{"document": {"tracking": {"id": "CVE-2023-0118", "status": "deleted"}}}"#;
        let reading = read(text.as_bytes()).expect("a stub");
        assert!(reading.document.deleted() && reading.strict().is_err());
    }

    #[test]
    fn a_truncated_document_is_refused_wherever_it_ends() {
        let text = sample::TEXT.trim_end();
        for end in 0..text.len() {
            assert!(read(&text.as_bytes()[..end]).is_err(), "{end} bytes");
        }
    }

    #[test]
    fn a_thousand_breaches_are_told_by_a_part_of_them() {
        let notes: Vec<Value> = (0..1000).map(|_| json!({})).collect();
        assert_eq!(sample::with(&[("/document/notes", json!(notes))]).complaints.len(), 200);
    }

    /// A document with one product so many branches deep.
    fn nested(depth: usize) -> String {
        let open = r#"{"category": "product_family", "name": "x", "branches": ["#.repeat(depth - 1);
        let leaf =
            r#"{"category": "product_name", "name": "x", "product": {"name": "x", "product_id": "x"}}"#;
        format!(
            r#"{{"document": {{}}, "product_tree": {{"branches": [{open}{leaf}{}]}}}}"#,
            "]}".repeat(depth - 1)
        )
    }

    #[test]
    fn branches_nest_as_deep_as_json_may() {
        let reading = read(nested(60).as_bytes()).expect("a document");
        let tree = Tree::of(&reading.document);
        assert_eq!(tree.product("x").map(|product| product.branches.len()), Some(60));
        let error = read(nested(100_000).as_bytes()).expect_err("refused").to_string();
        assert!(error.contains("recursion limit exceeded"), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn a_damaged_document_is_read_tested_and_judged_without_a_panic(
            at in 0..sample::TEXT_21.len(), length in 0usize..40, new in "[\\[\\]{}:,\"a1 ]{0,4}", old in any::<bool>(),
        ) {
            let mut text = if old { sample::TEXT } else { sample::TEXT_21 }.as_bytes().to_vec();
            let at = at.min(text.len());
            let end = (at + length).min(text.len());
            text.splice(at..end, new.bytes());
            if let Ok(reading) = read(&text) {
                let _ = check(&reading);
                let tree = Tree::of(&reading.document);
                for vulnerability in reading.document.vulnerabilities() {
                    let _ = verdicts(vulnerability, &tree);
                }
            }
        }
    }
}
