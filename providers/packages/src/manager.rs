//! What one package manager has of its own; everything else is the same for all of them.

use crate::script::Script;
use patchform_versions::Scheme;

/// A package manager.
pub struct Manager {
    /// The kind's name, and the tool's: `apt`.
    pub kind: &'static str,
    /// What keeps the packages: `dpkg`. Claims begin with it, and versions are compared by its rules.
    pub database: &'static str,
    /// How versions compare.
    pub scheme: Scheme,
    /// The kind in a sentence.
    pub summary: &'static str,
    /// A configuration with every argument.
    pub example: &'static str,
    /// What names and versions look like.
    pub names: Names,
    /// What sentences say.
    pub words: Words,
    /// The parts of a script that are its own, in order. They follow `host/base.sh`.
    pub own: fn(Script) -> Vec<&'static str>,
    /// Whether a patch can mend what others have left half done, as `repair = true` asks for.
    pub can_repair: bool,
}

/// What packages and versions look like: nothing else goes to a host, or is believed from one.
pub struct Names {
    /// Whether this is a package's name.
    pub is_package: fn(&str) -> bool,
    /// What is wrong with a version that a person has written; nothing is.
    pub version: fn(&str) -> Result<(), String>,
    /// The name of a package's file: by name, architecture and version.
    pub file: fn(&str, &str, &str) -> String,
    /// Whether a package brings a kernel, which only a reboot brings into force.
    pub is_kernel: fn(&str) -> bool,
    /// What a package is called without its version, by its name and version, where its name ends with that since it stays beside
    /// its other versions.
    pub beside: for<'a> fn(&'a str, &str) -> Option<&'a str>,
    /// The architecture that fits everywhere: `all`.
    pub any: &'static str,
}

/// Words of sentences.
pub struct Words {
    /// An entry of a patch level.
    pub example: &'static str,
    /// What a package's name may be.
    pub package_rule: &'static str,
    /// How a version is written.
    pub version_rule: &'static str,
    /// Whose lock is waited for.
    pub lock: &'static str,
    /// What a package's configuration files are called.
    pub config: &'static str,
    /// The commands that mend what is half installed.
    pub mend: &'static str,
    /// The first of them.
    pub mend_one: &'static str,
    /// The command by which a person installs packages over newer ones, and what their files are, in the folder of a snapshot.
    pub install: (&'static str, &'static str),
    /// The commands that take away, and that add, one version of what stays beside its other versions; empty where nothing does.
    pub beside: (&'static str, &'static str),
    /// That the tool was interrupted, and what is done about that first.
    pub interrupted: &'static str,
    /// What becomes of a configuration file that was changed on the host, by the words of its `changed` line.
    pub changed: fn(&[&str]) -> String,
    /// Whether a refusal is about packages on hold; told whether those may be changed.
    pub is_about_holds: fn(&str, bool) -> bool,
}

impl Names {
    /// Whether this is a version.
    pub fn is_version(&self, text: &str) -> bool {
        text.len() <= 200 && (self.version)(text).is_ok()
    }
}

impl Manager {
    /// Where snapshots lie on a host.
    pub fn snapshots(&self) -> String {
        format!("/var/lib/patchform/{}/snapshots", self.kind)
    }
}
