//! Finds the program of a provider: a bundled one is this program itself, a foreign one is an executable whose digest is
//! pinned.

use crate::provider::ProviderError;
use crate::world::executable;
use std::io;
use std::path::{Path, PathBuf};

/// A bundled provider. A new one is a row in [`BUNDLED`].
pub struct Bundled {
    /// Its name, as `required_providers` and `provider serve` know it.
    pub name: &'static str,
    /// Serves it on stdin and stdout.
    pub serve: fn() -> io::Result<()>,
}

/// The providers in this program.
pub const BUNDLED: &[Bundled] = &[
    #[cfg(feature = "provider-apt")]
    Bundled { name: "apt", serve: patchform_provider_apt::serve },
    #[cfg(feature = "provider-command")]
    Bundled { name: "command", serve: patchform_provider_command::serve },
    #[cfg(feature = "provider-dnf")]
    Bundled { name: "dnf", serve: patchform_provider_dnf::serve },
    #[cfg(feature = "provider-haproxy")]
    Bundled { name: "haproxy", serve: patchform_provider_haproxy::serve },
    #[cfg(feature = "provider-release")]
    Bundled { name: "release", serve: patchform_provider_release::serve },
];

/// A provider whose program was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// Its name.
    pub name: String,
    /// Its program.
    pub program: PathBuf,
    /// The program's arguments.
    pub arguments: Vec<String>,
    /// Where it comes from.
    pub source: Source,
}

/// Where a provider comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// It is part of this program, whose version stands for it.
    Bundled,
    /// An executable.
    Foreign {
        /// Its path as the configuration names it.
        path: String,
        /// SHA-256 of its content.
        digest: String,
    },
}

/// Finds provider `name`: bundled when `source` is `None`, otherwise the executable at `source`, relative to `folder`.
///
/// # Errors
/// [`ProviderError::Start`] with what to do: no such bundled provider, no such file, not executable.
pub fn locate(name: &str, source: Option<&str>, folder: &Path) -> Result<Located, ProviderError> {
    match source {
        None => bundled(name),
        Some(source) => foreign(name, source, folder),
    }
}

fn bundled(name: &str) -> Result<Located, ProviderError> {
    if !BUNDLED.iter().any(|row| row.name == name) {
        let names: Vec<&str> = BUNDLED.iter().map(|row| row.name).collect();
        let why = format!(
            "it is not bundled (bundled are: {}); name its executable: required_providers {{ {name} = {{ source = \
             \"./path\" }} }}",
            names.join(", ")
        );
        return Err(cannot(name, "patchform", why));
    }
    let program = executable::own().map_err(|e| cannot(name, "patchform", e.to_string()))?;
    let arguments = ["provider", "serve", name].map(str::to_string).to_vec();
    Ok(Located { name: name.into(), program, arguments, source: Source::Bundled })
}

fn foreign(name: &str, source: &str, folder: &Path) -> Result<Located, ProviderError> {
    let found = executable::digest(&folder.join(source));
    let (program, digest) = found.map_err(|e| cannot(name, source, e.to_string()))?;
    let source = Source::Foreign { path: source.into(), digest };
    Ok(Located { name: name.into(), program, arguments: Vec::new(), source })
}

fn cannot(provider: &str, program: &str, why: String) -> ProviderError {
    ProviderError::Start { provider: provider.into(), program: program.into(), why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn bundled_ones_are_this_program() {
        for row in BUNDLED {
            let located = locate(row.name, None, Path::new("/")).unwrap();
            assert_eq!(located.program, std::env::current_exe().unwrap());
            assert_eq!(located.arguments, ["provider", "serve", row.name]);
        }
        let error = locate("acme", None, Path::new("/")).unwrap_err().to_string();
        assert!(error.contains("not bundled") && error.contains("acme = { source"), "{error}");
    }

    #[test]
    fn foreign_ones_have_a_digest_and_must_be_executable() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("acme"), "abc").unwrap();
        let found = || locate("acme", Some("./acme"), dir.path());
        assert!(found().unwrap_err().to_string().contains("chmod +x"));
        std::fs::set_permissions(dir.path().join("acme"), std::fs::Permissions::from_mode(0o755)).unwrap();
        let digest = patchform_sdk::digest::of_bytes(b"abc");
        assert_eq!(found().unwrap().source, Source::Foreign { path: "./acme".into(), digest });
        assert!(
            locate("acme", Some("./none"), dir.path())
                .unwrap_err()
                .to_string()
                .contains("./none: No such file")
        );
        assert!(locate("acme", Some("."), dir.path()).unwrap_err().to_string().contains("it is no file"));
    }
}
