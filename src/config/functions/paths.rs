//! Paths as texts: `basename`, `dirname`.

use super::Takes::Text;
use super::text::text;
use super::{Function, param, plain};
use crate::config::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    plain("basename", &[param("path", Text)], |a| Ok(Value::string(basename(text(a, 0)))))
        .told("the last part of a path", "basename(\"/srv/api/current\")", "\"current\"")
        .gives("string", &["a path"]),
    plain("dirname", &[param("path", Text)], |a| Ok(Value::string(dirname(text(a, 0)))))
        .told("the path without its last part", "dirname(\"/srv/api/current\")", "\"/srv/api\"")
        .gives("string", &["a path"]),
];

fn basename(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}

/// Everything before the last name.
fn dirname(path: &str) -> String {
    clean(path.rfind('/').map_or("", |at| &path[..=at]))
}

/// A path without `.`, `..` and doubled slashes where they can be resolved; `.` for nothing.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for name in path.split('/').filter(|name| !name.is_empty() && *name != ".") {
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
