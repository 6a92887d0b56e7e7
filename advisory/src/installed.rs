//! What is installed: one package of one host.

/// One installed package, as the package manager's database tells of it.
///
/// Advisories of Debian, Ubuntu, Alpine and Rocky Linux name *source* packages and versions, those of the rpm vendors
/// mostly *binary* ones; both are here, and [`crate::Affected`] says which one it means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Installed {
    /// The binary package.
    pub name: String,
    /// Its version, with the epoch where it has one.
    pub version: String,
    /// Its architecture; none where the database does not say.
    pub arch: Option<String>,
    /// The source package it was built from; none means one of the same name and version.
    pub source: Option<Source>,
    /// The module stream that it was built in, for rpm: `httpd`, `2.4`.
    pub module: Option<Module>,
}

/// A source package and its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Source {
    /// The source package.
    pub name: String,
    /// Its version. It is often another one than that of the binary package: `+b1`, or an epoch only there.
    pub version: String,
}

/// A module and its stream. The build's counter and context are left out: each vendor counts for itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Module {
    /// The module: `httpd`.
    pub name: String,
    /// Its stream: `2.4`.
    pub stream: String,
}

impl Installed {
    /// A package that was built from a source of the same name and version.
    pub fn new(name: &str, version: &str) -> Self {
        Installed { name: name.to_string(), version: version.to_string(), ..Installed::default() }
    }

    /// The source package's name.
    pub fn source_name(&self) -> &str {
        self.source.as_ref().map_or(&self.name, |source| &source.name)
    }

    /// The source package's version.
    pub fn source_version(&self) -> &str {
        self.source.as_ref().map_or(&self.version, |source| &source.version)
    }
}

impl Module {
    /// Reads `name:stream`, and rpm's label `name:stream:version:context`.
    pub fn parse(text: &str) -> Option<Module> {
        let mut parts = text.split(':');
        let (name, stream) = (parts.next()?, parts.next()?);
        let given = !name.is_empty() && !stream.is_empty() && !text.contains('\0');
        given.then(|| Module { name: name.to_string(), stream: stream.to_string() })
    }
}

impl std::fmt::Display for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.name, self.stream)
    }
}
