//! Stored form of how a server is told who asks: names of variables, never values.

use crate::config::checked::Credential;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredCredential<'a> {
    Bearer(Cow<'a, str>),
    Basic { username: Cow<'a, str>, password: Cow<'a, str> },
}

impl<'a> From<&'a Credential> for StoredCredential<'a> {
    fn from(credential: &'a Credential) -> Self {
        match credential {
            Credential::Bearer(variable) => StoredCredential::Bearer(Cow::Borrowed(variable)),
            Credential::Basic { username, password } => StoredCredential::Basic {
                username: Cow::Borrowed(username),
                password: Cow::Borrowed(password),
            },
        }
    }
}

impl From<StoredCredential<'_>> for Credential {
    fn from(stored: StoredCredential<'_>) -> Self {
        match stored {
            StoredCredential::Bearer(variable) => Credential::Bearer(variable.into_owned()),
            StoredCredential::Basic { username, password } => {
                Credential::Basic { username: username.into_owned(), password: password.into_owned() }
            }
        }
    }
}
