//! What is there now, as the user's `read` command prints it.

use crate::act::ledger_of;
use crate::arguments::Arguments;
use crate::ask;
use patchform_sdk::message::{Absent, Connection, Level, Present, Reading, Reload, RpcError, Subject};
use patchform_sdk::words::typed;
use patchform_sdk::{Context, digest, earlier};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The longest level, in bytes; of more than 64 KiB only the end would be seen.
const LONGEST: usize = 4096;

/// Level and digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// `None` when absent.
    pub level: Option<String>,
    /// Digest over the level and what the `digest` command prints.
    pub digest: String,
}

/// Looks at a component.
///
/// # Errors
/// A sentence: what a command did instead of answering.
pub fn stand(subject: &Subject, arguments: &Arguments, context: &Context) -> Result<Standing, String> {
    let asked = |what: &str, argv: &[String]| {
        ask::quietly(argv, subject, arguments, &[("PATCHFORM_ACTION", what)], context).output(argv)
    };
    let printed = asked("read", &arguments.read)?;
    let level = Some(printed.trim()).filter(|level| !level.is_empty()).map(str::to_string);
    if let Some(wrong) = level.as_deref().and_then(no_level) {
        return Err(format!("`{}` printed {wrong}; its output is the level", typed(&arguments.read)));
    }
    let more = arguments.digest.as_ref().map(|argv| asked("digest", argv)).transpose()?;
    let digest = digest::of_json(&json!({ "level": level, "digest": more }));
    Ok(Standing { level, digest })
}

/// Why a text is no level.
fn no_level(text: &str) -> Option<String> {
    text.contains('\n').then(|| "more than one line".into()).or_else(|| not_as_printed(text, LONGEST))
}

/// Why a command would not get a text as another one has printed it; what was no UTF-8 has the sign for that in it.
pub fn not_as_printed(text: &str, longest: usize) -> Option<String> {
    match text {
        _ if text.len() > longest => Some(format!("more than {longest} bytes")),
        _ if text.contains(char::REPLACEMENT_CHARACTER) => Some("what is no UTF-8".into()),
        _ if text.contains('\0') => Some("a zero byte".into()),
        _ => None,
    }
}

/// The answer to `read`.
pub fn read(subject: &Subject, context: &Context) -> Reading {
    let arguments = match Arguments::of(subject) {
        Ok(arguments) => arguments,
        Err(why) => return Reading::unreachable(why),
    };
    // First what may still change it: a switch that goes off between the two questions is seen.
    if let Some(why) = earlier::unsettled(&ledger_of(subject, &arguments), subject, context) {
        return Reading::unsettled(why);
    }
    let standing = match stand(subject, &arguments, context) {
        Ok(standing) => standing,
        Err(why) => return Reading::unreachable(why),
    };
    let target = match arguments.target.map_or_else(|| identity(&subject.connection, context), Ok) {
        Ok(target) => target,
        Err(e) => return Reading::unreachable(e.message),
    };
    let claims = arguments.claims.unwrap_or_default();
    let digest = standing.digest;
    match standing.level {
        None => Reading::Absent(Absent { target, claims, digest }),
        Some(level) => Reading::Present(Present {
            level: Level::Single(level),
            running: None,
            pending: Reload::None,
            pending_by: Vec::new(),
            digest,
            surroundings: None,
            target,
            claims,
        }),
    }
}

/// Whose machine a connection leads to; asked once.
fn identity(connection: &Connection, context: &Context) -> Result<String, RpcError> {
    static KNOWN: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let key = json!(connection).to_string();
    if let Some(id) = known().get(&key) {
        return Ok(id.clone());
    }
    let id = context.target().identity(connection)?;
    known().insert(key, id.clone());
    Ok(id)
}
