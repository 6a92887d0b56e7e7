//! A patch level: one version, or one per part.

use patchform_sdk::message::Level;
use std::collections::BTreeMap;
use std::fmt;

/// A desired, recorded or observed patch level.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatchLevel {
    /// `patch_level = "1.2.3"`
    Single(String),
    /// `patch_level = { openssl = "3.0.17-1" }`; manages exactly its keys.
    Map(BTreeMap<String, String>),
}

impl fmt::Display for PatchLevel {
    /// `1.2.3`, or `nginx 1.22.1, openssl 3.0.17`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatchLevel::Single(s) => f.write_str(s),
            PatchLevel::Map(m) => {
                for (i, (part, level)) in m.iter().enumerate() {
                    let comma = if i > 0 { ", " } else { "" };
                    write!(f, "{comma}{part} {level}")?;
                }
                Ok(())
            }
        }
    }
}

impl From<Level> for PatchLevel {
    fn from(wire: Level) -> Self {
        match wire {
            Level::Single(s) => PatchLevel::Single(s),
            Level::Map(m) => PatchLevel::Map(m),
        }
    }
}

impl From<PatchLevel> for Level {
    fn from(level: PatchLevel) -> Self {
        match level {
            PatchLevel::Single(s) => Level::Single(s),
            PatchLevel::Map(m) => Level::Map(m),
        }
    }
}
