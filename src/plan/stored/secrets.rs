//! Stored forms of secrets: where they stand and where they are read, never what they are.

use crate::config::checked::{Secret, SecretForm, SecretOrigin, SecretSource, Step};
use patchform_sdk::ended::millis;
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredSource {
    Environment(String),
    File(String),
    CommandLine,
    Default,
    /// The default of a module's variable: the module's folder.
    DefaultIn(String),
    /// A file that holds the value and nothing else.
    Content(String),
    /// A program that prints the value, and how long it may take.
    Command {
        words: Vec<String>,
        within_ms: u64,
    },
}

impl From<&SecretSource> for StoredSource {
    fn from(source: &SecretSource) -> Self {
        match source {
            SecretSource::Environment(name) => StoredSource::Environment(name.clone()),
            SecretSource::File(path) => StoredSource::File(path.clone()),
            SecretSource::CommandLine => StoredSource::CommandLine,
            SecretSource::Default => StoredSource::Default,
            SecretSource::DefaultIn(folder) => StoredSource::DefaultIn(folder.clone()),
            SecretSource::Content(path) => StoredSource::Content(path.clone()),
            SecretSource::Command { words, within } => {
                StoredSource::Command { words: words.clone(), within_ms: millis(*within) }
            }
        }
    }
}

impl From<StoredSource> for SecretSource {
    fn from(stored: StoredSource) -> Self {
        match stored {
            StoredSource::Environment(name) => SecretSource::Environment(name),
            StoredSource::File(path) => SecretSource::File(path),
            StoredSource::CommandLine => SecretSource::CommandLine,
            StoredSource::Default => SecretSource::Default,
            StoredSource::DefaultIn(folder) => SecretSource::DefaultIn(folder),
            StoredSource::Content(path) => SecretSource::Content(path),
            StoredSource::Command { words, within_ms } => {
                SecretSource::Command { words, within: Duration::from_millis(within_ms) }
            }
        }
    }
}

/// Where a secret came from. The first plans knew no type.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub enum StoredOrigin {
    Untyped(StoredSource),
    Typed {
        #[serde(rename = "from")]
        source: StoredSource,
        #[serde(rename = "type")]
        ty: String,
    },
}

impl From<&SecretOrigin> for StoredOrigin {
    fn from(origin: &SecretOrigin) -> Self {
        let source = StoredSource::from(&origin.source);
        match &origin.ty {
            None => StoredOrigin::Untyped(source),
            Some(ty) => StoredOrigin::Typed { source, ty: ty.clone() },
        }
    }
}

impl From<StoredOrigin> for SecretOrigin {
    fn from(stored: StoredOrigin) -> Self {
        match stored {
            StoredOrigin::Untyped(source) => SecretOrigin { source: source.into(), ty: None },
            StoredOrigin::Typed { source, ty } => SecretOrigin { source: source.into(), ty: Some(ty) },
        }
    }
}

#[derive(Serialize, Deserialize)]
pub struct StoredSecret {
    path: Vec<StoredStep>,
    variable: String,
    #[serde(default, rename = "as", skip_serializing_if = "StoredForm::is_same")]
    form: StoredForm,
}

#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredForm {
    #[default]
    Same,
    String,
    Number,
    Bool,
}

impl StoredForm {
    fn is_same(&self) -> bool {
        *self == StoredForm::Same
    }
}

impl From<SecretForm> for StoredForm {
    fn from(form: SecretForm) -> Self {
        match form {
            SecretForm::Same => StoredForm::Same,
            SecretForm::Text => StoredForm::String,
            SecretForm::Number => StoredForm::Number,
            SecretForm::Bool => StoredForm::Bool,
        }
    }
}

impl From<StoredForm> for SecretForm {
    fn from(stored: StoredForm) -> Self {
        match stored {
            StoredForm::Same => SecretForm::Same,
            StoredForm::String => SecretForm::Text,
            StoredForm::Number => SecretForm::Number,
            StoredForm::Bool => SecretForm::Bool,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredStep {
    Index(usize),
    Key(String),
}

impl From<&Secret> for StoredSecret {
    fn from(secret: &Secret) -> Self {
        let step = |step: &Step| match step {
            Step::Key(key) => StoredStep::Key(key.clone()),
            Step::Index(index) => StoredStep::Index(*index),
        };
        StoredSecret {
            path: secret.path.iter().map(step).collect(),
            variable: secret.variable.clone(),
            form: secret.form.into(),
        }
    }
}

impl From<StoredSecret> for Secret {
    fn from(stored: StoredSecret) -> Self {
        let step = |step| match step {
            StoredStep::Key(key) => Step::Key(key),
            StoredStep::Index(index) => Step::Index(index),
        };
        let path = stored.path.into_iter().map(step).collect();
        Secret { path, variable: stored.variable, form: stored.form.into() }
    }
}
