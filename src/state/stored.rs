//! The state as it is stored: JSON with one record per line, and a digest that finds every later change.
//!
//! The digest is the SHA-256 of the file without the line that holds it, so that anybody can check it:
//! `grep -v '^  "digest": ' patchform.state.json | sha256sum`.

mod form;

use super::State;
use form::{Form, Header};
use patchform_sdk::digest::Running;
use serde::Serialize;
use serde_json::error::Category;

/// The version of the stored form that this program writes, and the newest that it reads.
pub const FORMAT_VERSION: u64 = 1;

/// Why bytes are no state. A sentence that can follow the file's name and a colon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoredError {
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It ends too early.
    #[error("it is cut off: it ends after {0} bytes, in the middle of the state")]
    Truncated(usize),
    /// It is no JSON at all.
    #[error("it is not JSON: {what} at line {line}, column {column}")]
    NotJson {
        /// What the parser expected.
        what: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// It is JSON, but no state.
    #[error("it is not a state of patchform: {0}")]
    NotAState(String),
    /// A newer program wrote it.
    #[error(
        "it was written by patchform {program} in form {found}, and this program reads up to form {FORMAT_VERSION}; \
         use patchform {program} or newer"
    )]
    Newer {
        /// Its form's version.
        found: u64,
        /// Version of the program that wrote it.
        program: String,
    },
    /// Its content does not fit its digest.
    #[error(
        "it was changed after patchform wrote it (by hand, or by a fault of the disk): its digest does not fit"
    )]
    Changed,
    /// It has no digest where one is expected.
    #[error("it has no digest where patchform writes one: it was changed or reformatted by something else")]
    NoDigest,
    /// It says something twice.
    #[error("it has {0} twice")]
    Twice(String),
}

impl StoredError {
    /// What the user can do next.
    pub fn way_out(&self) -> &'static str {
        match self {
            StoredError::Newer { .. } => "nothing was changed",
            StoredError::Changed | StoredError::NoDigest => {
                "look at it; if the change is wanted, take it over with `patchform state push --force FILE`, otherwise \
                 put the earlier state back in the same way: the file beside it with the ending .backup, if there is one, or \
                 a copy of your own"
            }
            _ => {
                "put the earlier state back with `patchform state push --force FILE`: FILE is the one beside it with \
                 the ending .backup, if there is one, or a copy of your own; \
                 `patchform plan --refresh-only` then shows what happened since"
            }
        }
    }
}

/// The stored form of `state`. The same state gives the same bytes.
pub fn write(state: &State) -> Vec<u8> {
    let form = Form::of(state);
    let mut head = Lines(Vec::with_capacity(64));
    head.text("{\n  \"format_version\": ");
    head.json(&form.format_version);
    head.text(",\n  \"program\": ");
    head.json(&form.program);
    head.text(",\n");
    let mut body = Lines(Vec::with_capacity(1024 + 320 * form.records.len()));
    body.text("  \"lineage\": ");
    body.json(&form.lineage);
    body.text(",\n  \"serial\": ");
    body.json(&form.serial);
    if form.token > 0 {
        body.text(",\n  \"token\": ");
        body.json(&form.token);
    }
    body.text(",\n  \"folded\": ");
    body.json(&form.folded);
    body.rows("outputs", &form.outputs);
    body.rows("records", &form.records);
    body.rows("snapshots", &form.snapshots);
    body.rows("rejected", &form.rejected);
    if !form.owed.is_empty() {
        body.rows("owed", &form.owed);
    }
    body.rows("runs", &form.runs);
    body.text("\n}\n");
    let (mut head, body) = (head.0, body.0);
    let mut digest = Running::default();
    digest.update(&head);
    digest.update(&body);
    head.reserve(body.len() + 90);
    head.extend_from_slice(DIGEST.as_bytes());
    head.extend_from_slice(digest.finish().as_bytes());
    head.extend_from_slice(b"\",\n");
    head.extend_from_slice(&body);
    head
}

/// How the line with the digest begins.
const DIGEST: &str = "  \"digest\": \"";

/// Reads what [`write()`] wrote, byte for byte.
///
/// # Errors
/// [`StoredError`], also when so much as one byte was changed since.
pub fn read(bytes: &[u8]) -> Result<State, StoredError> {
    let form = parse(bytes)?;
    check_digest(bytes, &form.digest)?;
    form.into_state()
}

/// Reads a state that a person may have edited or reformatted: everything is checked but the digest. Only for
/// `state push`, after the person was asked.
///
/// # Errors
/// [`StoredError`], but neither `Changed` nor `NoDigest`.
pub fn read_edited(bytes: &[u8]) -> Result<State, StoredError> {
    parse(bytes)?.into_state()
}

fn parse(bytes: &[u8]) -> Result<Form<'_>, StoredError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(StoredError::Empty);
    }
    let parsed = serde_json::from_slice::<Form<'_>>(bytes);
    // A newer form may have another shape: its version is asked for before anything else is complained about.
    let version = match &parsed {
        Ok(form) => Some((form.format_version, form.program.to_string())),
        Err(_) => serde_json::from_slice::<Header>(bytes).ok().map(|h| (h.format_version, h.program)),
    };
    if let Some((found, program)) = version.filter(|(found, _)| *found > FORMAT_VERSION) {
        return Err(StoredError::Newer { found, program });
    }
    let form = parsed.map_err(|e| match e.classify() {
        Category::Eof => StoredError::Truncated(bytes.len()),
        Category::Data => StoredError::NotAState(e.to_string()),
        Category::Io | Category::Syntax => {
            let (line, column) = (e.line(), e.column());
            let what = e.to_string();
            let what = what.split(" at line ").next().unwrap_or_default().to_string();
            StoredError::NotJson { what, line, column }
        }
    })?;
    if form.format_version != FORMAT_VERSION {
        return Err(StoredError::NotAState(format!("there is no form {}", form.format_version)));
    }
    Ok(form)
}

fn check_digest(bytes: &[u8], stated: &str) -> Result<(), StoredError> {
    let start = bytes
        .windows(DIGEST.len() + 1)
        .position(|w| w[0] == b'\n' && &w[1..] == DIGEST.as_bytes())
        .ok_or(StoredError::NoDigest)?
        + 1;
    let length = bytes[start..].iter().position(|b| *b == b'\n').ok_or(StoredError::NoDigest)?;
    let (line, rest) = bytes[start..].split_at(length + 1);
    let mut digest = Running::default();
    digest.update(&bytes[..start]);
    digest.update(rest);
    let expected = format!("{DIGEST}{}\",\n", digest.finish());
    if line != expected.as_bytes() || !expected.contains(stated) || stated.len() != 64 {
        return Err(StoredError::Changed);
    }
    Ok(())
}

/// JSON that is laid out by hand: one row per line.
struct Lines(Vec<u8>);

impl Lines {
    fn text(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    fn json(&mut self, value: &impl Serialize) {
        serde_json::to_writer(&mut self.0, value)
            .expect("a Vec takes every write, and stored forms have only strings as keys");
    }

    fn rows(&mut self, name: &str, rows: &[impl Serialize]) {
        self.text(",\n  \"");
        self.text(name);
        self.text("\": [");
        for (i, row) in rows.iter().enumerate() {
            self.text(if i == 0 { "\n    " } else { ",\n    " });
            self.json(row);
        }
        self.text(if rows.is_empty() { "]" } else { "\n  ]" });
    }
}

#[cfg(test)]
mod tests;
