//! Where it is written down which actions were done.

use crate::manager::Manager;
use patchform_sdk::message::Subject;
use patchform_sdk::{digest, store};
use serde_json::json;
use std::path::PathBuf;

/// The ledger of a component: beside the state, so that whoever takes a run over from another folder finds it.
pub fn ledger_of(manager: &Manager, subject: &Subject) -> PathBuf {
    let name = digest::of_json(&json!([subject.address, subject.connection]));
    store::folder().join(manager.kind).join(format!("{}.ledger", &name[..32]))
}
