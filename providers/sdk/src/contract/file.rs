//! The contract file: how to make a scratch component of a kind.

use crate::message::Level;
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A contract file, `contract.json`. In every text `{scratch}` stands for the component's own empty folder, and
/// `{contract}` for the folder of the contract file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// The kind of component.
    pub kind: String,
    /// Arguments of the `provider` block.
    #[serde(default = "empty")]
    pub provider: Value,
    /// The component's arguments.
    pub arguments: Value,
    /// A command that prepares the folder of each component, run there.
    #[serde(default)]
    pub setup: Option<Vec<String>>,
    /// The level to start from.
    pub from: Level,
    /// The level to patch to.
    pub to: Level,
    /// A level whose patch or verify fails.
    #[serde(default)]
    pub broken: Option<Level>,
    /// A traffic of which a member can be drained.
    #[serde(default)]
    pub traffic: Option<Drained>,
    /// Where the file stands.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// A traffic, and one of its members that serves.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drained {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The arguments of its block.
    pub arguments: Value,
    /// The member.
    pub member: String,
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

impl Contract {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn read(path: &Path) -> Result<Contract, String> {
        let text = std::fs::read(path).map_err(|e| e.to_string())?;
        let mut contract: Contract = serde_json::from_slice(&text).map_err(|e| e.to_string())?;
        if contract.from == contract.to {
            return Err("`from` and `to` are the same level".into());
        }
        let whole = std::fs::canonicalize(path).map_err(|e| e.to_string())?;
        contract.folder = whole.parent().unwrap_or(Path::new("/")).into();
        Ok(contract)
    }

    /// `value` with its places filled in.
    pub fn fill(&self, value: &Value, scratch: &Path) -> Value {
        match value {
            Value::String(text) => Value::String(self.fill_text(text, scratch)),
            Value::Array(items) => items.iter().map(|item| self.fill(item, scratch)).collect(),
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| (key.clone(), self.fill(value, scratch)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }

    /// `text` with its places filled in.
    pub fn fill_text(&self, text: &str, scratch: &Path) -> String {
        let folder = self.folder.display().to_string();
        text.replace("{scratch}", &scratch.display().to_string()).replace("{contract}", &folder)
    }
}
