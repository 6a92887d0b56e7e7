//! Paths and digests: `basename`, `dirname`, `sha256`, ….

use super::Takes::Text;
use super::encoding::base64;
use super::text::text;
use super::{Done, Fault, Function, param, plain};
use crate::config::value::Value;
use crate::model::Moment;
use patchform_sdk::digest;

pub(super) const FUNCTIONS: &[Function] = &[
    plain("basename", &[param("path", Text)], |a| Ok(Value::string(basename(text(a, 0))))),
    plain("dirname", &[param("path", Text)], |a| Ok(Value::string(dirname(text(a, 0))))),
    plain("sha256", &[param("text", Text)], |a| Ok(Value::string(digest::of_bytes(text(a, 0).as_bytes())))),
    plain("base64sha256", &[param("text", Text)], |a| {
        Ok(Value::string(base64(&from_hex(&digest::of_bytes(text(a, 0).as_bytes())))))
    }),
    plain("timecmp", &[param("time", Text), param("other", Text)], timecmp),
];

/// The bytes of hexadecimal digits.
pub(super) fn from_hex(digits: &str) -> Vec<u8> {
    let nibble = |b: u8| char::from(b).to_digit(16).unwrap_or(0) as u8;
    digits.as_bytes().chunks(2).map(|two| two.iter().fold(0, |n, b| (n << 4) | nibble(*b))).collect()
}

fn basename(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}

/// Everything before the last name, without `.`, `..` and doubled slashes where they can be resolved.
fn dirname(path: &str) -> String {
    let folder = path.rfind('/').map_or("", |at| &path[..=at]);
    let rooted = folder.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for name in folder.split('/').filter(|name| !name.is_empty() && *name != ".") {
        match (name, kept.last()) {
            ("..", Some(last)) if *last != ".." => {
                kept.pop();
            }
            ("..", None) if rooted => {}
            _ => kept.push(name),
        }
    }
    match (rooted, kept.join("/")) {
        (true, rest) => format!("/{rest}"),
        (false, rest) if rest.is_empty() => ".".to_string(),
        (false, rest) => rest,
    }
}

fn timecmp(args: &[Value]) -> Done {
    let read = |i: usize| {
        let wrong = || {
            Fault::at(i, format!("{} is no time; write one like \"2026-11-22T02:40:00Z\"", args[i].brief()))
        };
        Moment::parse(text(args, i)).ok_or_else(wrong)
    };
    Ok(Value::number(read(0)?.cmp(&read(1)?) as i64))
}
