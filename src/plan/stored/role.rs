//! Stored form of the part that a component plays in a cluster.

use crate::config::checked::Role;
use patchform_sdk::ended::millis;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

#[derive(Serialize, Deserialize)]
pub struct StoredRole<'a> {
    command: Cow<'a, [String]>,
    /// Milliseconds.
    timeout: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    found: Option<Cow<'a, str>>,
}

impl<'a> From<&'a Role> for StoredRole<'a> {
    fn from(role: &'a Role) -> Self {
        StoredRole {
            command: Cow::Borrowed(&role.command),
            timeout: millis(role.timeout),
            found: role.found.as_deref().map(Cow::Borrowed),
        }
    }
}

impl From<StoredRole<'_>> for Role {
    fn from(stored: StoredRole<'_>) -> Self {
        Role {
            command: stored.command.into_owned(),
            timeout: Duration::from_millis(stored.timeout),
            found: stored.found.map(Cow::into_owned),
        }
    }
}
