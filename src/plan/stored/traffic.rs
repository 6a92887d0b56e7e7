//! Stored form of what sends traffic to components, and of where one is drained.

use super::parts::{StoredConnection, millis};
use super::secrets::StoredSecret;
use crate::config::checked::{Drain, Traffic};
use patchform_sdk::message::ByHand;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::time::Duration;

#[derive(Serialize, Deserialize)]
pub struct StoredTraffic<'a> {
    address: Cow<'a, str>,
    #[serde(rename = "type")]
    kind: Cow<'a, str>,
    provider: usize,
    arguments: Cow<'a, Json>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<StoredSecret>,
    connection: StoredConnection<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by_hand: Option<StoredByHand<'a>>,
}

/// Command lines for a person.
#[derive(Serialize, Deserialize)]
struct StoredByHand<'a> {
    drain: Cow<'a, str>,
    undrain: Cow<'a, str>,
}

impl<'a> From<&'a Traffic> for StoredTraffic<'a> {
    fn from(traffic: &'a Traffic) -> Self {
        StoredTraffic {
            address: Cow::Borrowed(&traffic.address),
            kind: Cow::Borrowed(&traffic.kind),
            provider: traffic.provider,
            arguments: Cow::Borrowed(&traffic.arguments),
            secrets: traffic.secrets.iter().map(StoredSecret::from).collect(),
            connection: StoredConnection::from(&traffic.connection),
            by_hand: traffic.by_hand.as_ref().map(|by_hand| StoredByHand {
                drain: Cow::Borrowed(&by_hand.drain),
                undrain: Cow::Borrowed(&by_hand.undrain),
            }),
        }
    }
}

impl From<StoredTraffic<'_>> for Traffic {
    fn from(stored: StoredTraffic<'_>) -> Self {
        Traffic {
            address: stored.address.into_owned(),
            kind: stored.kind.into_owned(),
            provider: stored.provider,
            arguments: stored.arguments.into_owned(),
            secrets: stored.secrets.into_iter().map(Into::into).collect(),
            connection: stored.connection.into(),
            by_hand: stored.by_hand.map(|by_hand| ByHand {
                drain: by_hand.drain.into_owned(),
                undrain: by_hand.undrain.into_owned(),
            }),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub struct StoredDrain<'a> {
    from: Cow<'a, [usize]>,
    member: Cow<'a, str>,
    wait_ms: u64,
}

impl<'a> From<&'a Drain> for StoredDrain<'a> {
    fn from(drain: &'a Drain) -> Self {
        StoredDrain {
            from: Cow::Borrowed(&drain.from),
            member: Cow::Borrowed(&drain.member),
            wait_ms: millis(drain.wait),
        }
    }
}

impl From<StoredDrain<'_>> for Drain {
    fn from(stored: StoredDrain<'_>) -> Self {
        Drain {
            from: stored.from.into_owned(),
            member: stored.member.into_owned(),
            wait: Duration::from_millis(stored.wait_ms),
        }
    }
}
