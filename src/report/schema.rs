//! Checks real output against the published JSON Schemas, in tests only. It knows exactly the keywords that they use
//! and refuses any other, so that a schema cannot say something that is silently not checked. (The `jsonschema` crate
//! would cost every clean test build 75 CPU seconds, half of what the rest costs.)

use serde_json::Value as Json;

/// A published schema.
pub struct Schema(Json);

impl Schema {
    /// Reads it, and refuses keywords that are not checked.
    pub fn parse(text: &str) -> Schema {
        let root: Json = serde_json::from_str(text).expect("a published schema is JSON");
        let drafts =
            ["https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema#"];
        assert!(drafts.iter().any(|draft| root["$schema"] == *draft), "{}", root["$schema"]);
        Schema(root)
    }

    /// What does not fit, by JSON pointer.
    pub fn complaints(&self, json: &Json) -> Vec<String> {
        let mut complaints = Vec::new();
        self.check(&self.0, json, "", &mut complaints);
        complaints
    }

    /// Every object of `json` refuses one field more and one field less; `free` are pointers (`*` for an index) of
    /// values that may hold anything or have keys of their own.
    pub fn assert_strict(&self, json: &Json, free: &[&str]) {
        let mut pointers = Vec::new();
        objects(json, String::new(), "", free, &mut pointers);
        assert!(pointers.len() > 3);
        for pointer in pointers {
            let mut more = json.clone();
            let object =
                more.pointer_mut(&pointer).and_then(Json::as_object_mut).expect("it was found there");
            object.insert("surprise".into(), Json::Null);
            assert!(!self.complaints(&more).is_empty(), "{pointer} accepts another field");
            let keys: Vec<String> = object_keys(json, &pointer);
            for key in keys {
                let mut less = json.clone();
                less.pointer_mut(&pointer).and_then(Json::as_object_mut).map(|o| o.remove(&key));
                assert!(!self.complaints(&less).is_empty(), "{pointer} does not need {key}");
            }
        }
    }

    fn check(&self, schema: &Json, json: &Json, at: &str, out: &mut Vec<String>) {
        let Some(schema) = schema.as_object() else {
            assert_eq!(schema, &Json::Bool(true), "{at}");
            return;
        };
        for (keyword, value) in schema {
            let complaint = match keyword.as_str() {
                "$schema"
                | "$id"
                | "$defs"
                | "definitions"
                | "default"
                | "title"
                | "description"
                | "required"
                | "additionalProperties" => None,
                "$ref" => {
                    let target = value.as_str().and_then(|r| self.0.pointer(r.trim_start_matches('#')));
                    self.check(target.unwrap_or_else(|| panic!("{value} leads nowhere")), json, at, out);
                    None
                }
                "type" => (!types(value).iter().any(|t| is(json, t))).then(|| format!("is no {value}")),
                "const" => (json != value).then(|| format!("is not {value}")),
                "enum" => (!list(value).contains(json)).then(|| format!("is none of {value}")),
                "minimum" => {
                    let number = |j: &Json| j.as_f64();
                    number(json).filter(|n| Some(*n) < number(value)).map(|_| format!("is below {value}"))
                }
                "maximum" => {
                    let number = |j: &Json| j.as_f64();
                    number(json).filter(|n| Some(*n) > number(value)).map(|_| format!("is above {value}"))
                }
                "minItems" => json
                    .as_array()
                    .filter(|items| (items.len() as u64) < value.as_u64().unwrap_or(0))
                    .map(|_| format!("has fewer than {value} elements")),
                "uniqueItems" => {
                    let items = list(json);
                    let twice = (1..items.len()).any(|i| items[..i].contains(&items[i]));
                    (value == &Json::Bool(true) && twice).then(|| "has an element twice".to_string())
                }
                "format" => format_of(value, json),
                "pattern" => self.pattern(value, json),
                "anyOf" => {
                    let fits = list(value).iter().any(|one| self.fits(one, json));
                    (!fits).then(|| "fits no alternative".to_string())
                }
                "oneOf" => {
                    let fitting = list(value).iter().filter(|one| self.fits(one, json)).count();
                    (fitting != 1).then(|| format!("fits {fitting} alternatives"))
                }
                "items" => {
                    for (i, item) in json.as_array().into_iter().flatten().enumerate() {
                        self.check(value, item, &format!("{at}/{i}"), out);
                    }
                    None
                }
                "properties" => {
                    self.properties(schema, json, at, out);
                    None
                }
                unknown => panic!("the schema says {unknown:?}, which this test does not check"),
            };
            out.extend(complaint.map(|c| format!("{at}: {json} {c}")));
        }
        if !schema.contains_key("properties") && schema.contains_key("additionalProperties") {
            self.properties(schema, json, at, out);
        }
    }

    fn fits(&self, schema: &Json, json: &Json) -> bool {
        let mut complaints = Vec::new();
        self.check(schema, json, "", &mut complaints);
        complaints.is_empty()
    }

    /// The patterns in use, each by hand.
    fn pattern(&self, pattern: &Json, json: &Json) -> Option<String> {
        let text = json.as_str()?;
        let fits = match pattern.as_str()? {
            "^[0-9a-f]{64}$" => text.len() == 64 && text.bytes().all(|b| b"0123456789abcdef".contains(&b)),
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$" => {
                text.len() == 24 && crate::model::Moment::parse(text).is_some()
            }
            other => panic!("the schema has the pattern {other:?}, which this test does not check"),
        };
        (!fits).then(|| format!("does not fit {pattern}"))
    }

    fn properties(
        &self,
        schema: &serde_json::Map<String, Json>,
        json: &Json,
        at: &str,
        out: &mut Vec<String>,
    ) {
        let Some(object) = json.as_object() else { return };
        let known = schema.get("properties").and_then(Json::as_object);
        let rest = schema.get("additionalProperties");
        for (key, value) in object {
            let at = format!("{at}/{key}");
            match (known.and_then(|k| k.get(key)), rest) {
                (Some(schema), _) => self.check(schema, value, &at, out),
                (None, Some(Json::Bool(false))) => out.push(format!("{at} is not in the schema")),
                (None, Some(schema)) => self.check(schema, value, &at, out),
                (None, None) => panic!("{at}: every object says what else it may hold"),
            }
        }
        for key in schema.get("required").map(list).into_iter().flatten().filter_map(Json::as_str) {
            if !object.contains_key(key) {
                out.push(format!("{at} lacks {key}"));
            }
        }
    }
}

/// The formats in use, as far as a slip could break them.
fn format_of(format: &Json, json: &Json) -> Option<String> {
    let text = json.as_str()?;
    let fits = match format.as_str()? {
        "date-time" => crate::model::Moment::parse(text).is_some(),
        "uri" => text.contains(':') && !text.contains(|c: char| c.is_whitespace() || c.is_control()),
        "uri-reference" => !text.contains(|c: char| c.is_whitespace() || c.is_control()),
        other => panic!("the schema has the format {other:?}, which this test does not check"),
    };
    (!fits).then(|| format!("is no {format}"))
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}

fn types(value: &Json) -> Vec<&str> {
    match value {
        Json::String(one) => vec![one],
        several => list(several).iter().filter_map(Json::as_str).collect(),
    }
}

fn is(json: &Json, kind: &str) -> bool {
    match kind {
        "null" => json.is_null(),
        "boolean" => json.is_boolean(),
        "integer" => json.is_i64() || json.is_u64(),
        "number" => json.is_number(),
        "string" => json.is_string(),
        "array" => json.is_array(),
        "object" => json.is_object(),
        other => panic!("{other:?} is no type"),
    }
}

fn objects(json: &Json, at: String, pattern: &str, free: &[&str], out: &mut Vec<String>) {
    if free.contains(&pattern) {
        return;
    }
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                objects(value, format!("{at}/{key}"), &format!("{pattern}/{key}"), free, out);
            }
            out.push(at);
        }
        Json::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                objects(item, format!("{at}/{i}"), &format!("{pattern}/*"), free, out);
            }
        }
        _ => {}
    }
}

fn object_keys(json: &Json, pointer: &str) -> Vec<String> {
    json.pointer(pointer).and_then(Json::as_object).map(|o| o.keys().cloned().collect()).unwrap_or_default()
}
