//! `data "http"`: what a server answers.

use super::super::fields::{Fields, sentence_case};
use crate::config::convert::convert;
use crate::config::request::Request;
use crate::config::syntax::{Attribute, Block};
use crate::config::types::Type;
use crate::config::value::{Marks, Value};
use crate::model::{Diagnostic, Span};
use patchform_sdk::digest;
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest body, in bytes, where nothing else is said (1 MiB).
const LIMIT: u64 = 1 << 20;
/// The longest body that may be asked for, in bytes (64 MiB).
pub(super) const MOST: u64 = 64 << 20;

/// The body as a text, with the marks of the headers: who may not know them may not know the answer either.
pub(super) fn fetched(block: &Block, fields: &mut Fields<'_>) -> Option<Value> {
    let url = block.body.attribute("url")?;
    let (request, marks) = request(block, fields)?;
    let at = url.value.span();
    let Some(files) = fields.scope.file_reader() else {
        return refuse(fields, at, format!("{} cannot be read", request.url), "servers are not asked here");
    };
    let body = match files.fetch(&request) {
        Ok(body) => body,
        Err(why) => return refuse(fields, at, format!("{} cannot be read", request.url), &why),
    };
    if let Some(wanted) = &request.sha256 {
        let found = digest::of_bytes(&body);
        if found != *wanted {
            let at = block.body.attribute("sha256").map_or(at, |attribute| attribute.value.span());
            let problem = Diagnostic::error(format!("{} holds something else now", request.url))
                .at(at, "another digest is expected")
                .because(format!("The SHA-256 of what it answers is {found}."))
                .help("Look at what it answers; if that is right, write this digest.");
            fields.problems.push(problem);
            return None;
        }
    }
    match String::from_utf8(body) {
        Ok(text) => Some(Value::string(text).marked(&marks)),
        Err(_) => refuse(fields, at, format!("{} answers no text", request.url), "it is not UTF-8"),
    }
}

fn refuse<T>(fields: &mut Fields<'_>, at: Span, summary: String, why: &str) -> Option<T> {
    let why = format!("{}.", sentence_case(why.trim_end_matches('.')));
    fields.problems.push(Diagnostic::error(summary).at(at, "").because(why));
    None
}

/// The request of a block, and the marks of its headers. Everything that is wrong is told.
fn request(block: &Block, fields: &mut Fields<'_>) -> Option<(Request, Marks)> {
    let body = &block.body;
    let before = fields.problems.0.len();
    let url = body.attribute("url").and_then(|attribute| address(attribute, fields));
    let headers = match body.attribute("request_headers") {
        Some(attribute) => headers(attribute, fields),
        None => Some((Vec::new(), Marks::NONE)),
    };
    let status = fields.whole(body, "expect_status", 100, 599).unwrap_or(200) as u16;
    let within = fields.period(body, "timeout").unwrap_or(PATIENCE);
    let limit = fields.whole(body, "max_bytes", 1, MOST).unwrap_or(LIMIT);
    let trusted = fields.text(body, "ca_cert_pem");
    let sha256 = body.attribute("sha256").and_then(|attribute| pinned(attribute, fields));
    // What is passed over silently has no value either.
    let hopeless = body.attributes.iter().any(|attribute| (fields.hopeless)(&attribute.value));
    if hopeless || fields.problems.0.len() > before {
        return None;
    }
    let (headers, marks) = headers?;
    let secret = marks.is_sensitive();
    Some((Request { url: url?, headers, secret, status, within, limit, trusted, sha256 }, marks))
}

fn address(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<String> {
    let url = fields.text_of(attribute)?;
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let problem = if host.is_empty() || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        Diagnostic::error("\"url\" must be an address that begins with http:// or https://")
            .at(attribute.value.span(), format!("this is {:?}", url))
    } else if host.contains('@') {
        Diagnostic::error("\"url\" holds a name or a password")
            .at(attribute.value.span(), "the plan shows and stores it in clear")
            .help("Write request_headers = { Authorization = \"Basic ${base64encode(\"name:${var.password}\")}\" }.")
    } else {
        return Some(url);
    };
    fields.problems.push(problem);
    None
}

fn headers(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<(Vec<(String, String)>, Marks)> {
    let value = fields.value(&attribute.value)?;
    let marks = value.deep_marks();
    let at = attribute.value.span();
    let all = match convert(&value.unmarked_deep(), &Type::map(Type::String)) {
        Ok(all) if value.block_inside().is_none() => all,
        _ => {
            let problem = Diagnostic::error("\"request_headers\" must be a map of strings")
                .at(at, format!("this is {}", value.kind()))
                .help("Write request_headers = { Accept = \"application/json\" }.");
            fields.problems.push(problem);
            return None;
        }
    };
    let mut made = Vec::new();
    for (name, value) in all.as_entries()?.iter() {
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let text = value.as_str().filter(|text| !text.contains(|c: char| c.is_control() && c != '\t'));
        match text {
            Some(text) if !name.is_empty() && name.chars().all(is_token) => {
                made.push((name.to_string(), text.to_string()));
            }
            _ => {
                let why =
                    if text.is_none() { "its value is null, or has a line break" } else { "it is no name" };
                let shown = match marks.is_sensitive() {
                    true => "A header".to_string(),
                    false => format!("The header {:?}", &**name),
                };
                return refuse(fields, at, format!("{shown} cannot be sent"), why);
            }
        }
    }
    Some((made, marks))
}

fn pinned(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.text_of(attribute)?;
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return Some(text);
    }
    let problem = Diagnostic::error("\"sha256\" must be a SHA-256: 64 hexadecimal digits in small letters")
        .at(attribute.value.span(), format!("this has {} characters", text.chars().count()));
    fields.problems.push(problem);
    None
}
