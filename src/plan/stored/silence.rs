//! Stored form of the alerts that are silenced while a component is worked on.

use super::credential::StoredCredential;
use crate::config::checked::Silence;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

#[derive(Serialize, Deserialize)]
pub struct StoredSilence<'a> {
    url: Cow<'a, str>,
    labels: Cow<'a, [(String, String)]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trusted: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<StoredCredential<'a>>,
}

impl<'a> From<&'a Silence> for StoredSilence<'a> {
    fn from(silence: &'a Silence) -> Self {
        StoredSilence {
            url: Cow::Borrowed(&silence.url),
            labels: Cow::Borrowed(&silence.labels),
            trusted: silence.trusted.as_deref().map(Cow::Borrowed),
            credential: silence.credential.as_ref().map(StoredCredential::from),
        }
    }
}

impl From<StoredSilence<'_>> for Silence {
    fn from(stored: StoredSilence<'_>) -> Self {
        Silence {
            url: stored.url.into_owned(),
            labels: stored.labels.into_owned(),
            trusted: stored.trusted.map(Cow::into_owned),
            credential: stored.credential.map(Into::into),
        }
    }
}
