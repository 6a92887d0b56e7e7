//! The providers in use by one command: one session each, whatever number of aliases.

use crate::config::checked::Step;
use crate::plan::noun::Entry;
use crate::provider::{ProviderError, Session};
use patchform_sdk::message::{Can, Description, Kind};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Sessions and descriptions by provider name. Dropping it shuts the providers down.
#[derive(Default)]
pub struct Fleet {
    members: BTreeMap<String, Member>,
}

struct Member {
    session: Session,
    description: Description,
}

impl Fleet {
    /// Adds a provider that was started and described.
    pub fn add(&mut self, name: &str, session: Session, description: Description) {
        self.members.insert(name.into(), Member { session, description });
    }

    /// Gives a provider the arguments of one of its blocks, secrets in clear.
    ///
    /// # Errors
    /// What the provider says.
    pub fn configure(&self, name: &str, alias: &str, arguments: &Json) -> Result<(), ProviderError> {
        match self.members.get(name) {
            Some(member) => member.session.configure(alias, arguments),
            None => Ok(()),
        }
    }

    /// The session with a provider; `None` when it was not started.
    pub fn session(&self, name: &str) -> Option<&Session> {
        self.members.get(name).map(|m| &m.session)
    }

    /// The names and descriptions of all members.
    pub fn descriptions(&self) -> impl Iterator<Item = (&str, &Description)> {
        self.members.iter().map(|(name, m)| (name.as_str(), &m.description))
    }

    /// How a provider describes a kind.
    pub fn kind(&self, provider: &str, kind: &str) -> Option<&Kind> {
        self.members.get(provider)?.description.kinds.get(kind)
    }

    /// What a component can do, by its kind and the arguments that it gives; nothing when nobody knows its kind.
    pub fn can_as(&self, provider: &str, entry: &Entry) -> Can {
        let secret = |name: &str| {
            entry.secrets.iter().any(|s| s.path.first().is_some_and(|step| *step == Step::Key(name.into())))
        };
        let given =
            |name: &str| entry.arguments.get(name).is_some_and(|value| !value.is_null()) || secret(name);
        self.kind(provider, &entry.address.kind).map(|kind| kind.can_with(given)).unwrap_or_default()
    }

    /// What a kind can do; nothing when nobody knows it.
    pub fn can(&self, provider: &str, kind: &str) -> Can {
        self.kind(provider, kind).map(|k| k.can).unwrap_or_default()
    }
}
