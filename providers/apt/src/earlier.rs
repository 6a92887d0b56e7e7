//! What an earlier action may have left on the host, of a run that nobody drives any more: nothing begins beside its
//! command, and until that has ended a reading need not stay.

use patchform_sdk::ended::{self, Ended};
use patchform_sdk::message::Subject;
use patchform_sdk::words::earlier_action;
use patchform_sdk::{Context, digest, ledger, store};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// The ledger of a component: beside the state, so that whoever takes a run over from another folder finds it.
pub fn ledger_of(subject: &Subject) -> PathBuf {
    let name = digest::of_json(&json!([subject.address, subject.connection]));
    store::folder().join("apt").join(format!("{}.ledger", &name[..32]))
}

/// Why a reading need not stay: an earlier action still runs, or nobody can tell.
pub fn unsettled(subject: &Subject, context: &Context) -> Option<String> {
    let ledger = ledger_of(subject);
    match ledger::open_actions(&ledger) {
        Ok(open) => open.iter().find_map(|id| is_over(id, subject, context).err()),
        Err(e) => Some(format!("the ledger {} cannot be read: {e}", ledger.display())),
    }
}

/// Whether the command of action `id` has ended, however.
///
/// # Errors
/// Why nothing may begin yet.
pub fn is_over(id: &str, subject: &Subject, context: &Context) -> Result<(), String> {
    let host = subject.connection.arguments.get("host").and_then(Value::as_str);
    let action = earlier_action(id) + &host.map_or(String::new(), |host| format!(" on {host}"));
    match ended::wait(id, subject, Duration::ZERO, context).0 {
        Ended::Running => Err(format!("{action} still runs; nothing is begun beside it")),
        Ended::Unreachable(why) => Err(format!("it is not known whether {action} still runs: {why}")),
        Ended::Exited { .. } | Ended::Never | Ended::Lost => Ok(()),
    }
}
