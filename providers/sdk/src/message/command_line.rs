//! A command line for a person.

use crate::words::typed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A command for a person, to be typed where the component is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Variables of its environment; a value that is [`CommandLine::LEVEL`] stands for the level to come to, one that is
    /// [`CommandLine::TOKEN`] for the highest token of the run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
}

impl CommandLine {
    /// What stands for a level in [`CommandLine::env`].
    pub const LEVEL: &str = "{level}";

    /// What stands for a run's token there.
    pub const TOKEN: &str = "{token}";

    /// As one types it: `LEVEL=1.0 bin/switch load`.
    pub fn typed(&self, level: &str, token: u64) -> String {
        let env = self.env.iter().map(|(name, value)| {
            let value = match value.as_str() {
                Self::LEVEL => level.to_string(),
                Self::TOKEN => token.to_string(),
                _ => value.clone(),
            };
            format!("{name}={} ", typed(&[value]))
        });
        env.chain([typed(&self.argv)]).collect()
    }
}
