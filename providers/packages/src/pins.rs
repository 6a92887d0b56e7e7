//! What a plan pins: each package that is installed and each one that is kept as the way back, as an artifact whose source
//! is the address with what it is behind a `#`:
//! `http://…/app_2_amd64.deb#install=app/amd64/1/2` and `http://…/app_1_amd64.deb#keep=app/amd64/1`.

use crate::manager::Manager;
use crate::names;
use patchform_sdk::message::Artifact;
use std::collections::BTreeSet;

/// Stands for the version of what was not there.
const NONE: &str = "-";

/// A package file that a plan has pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The package.
    pub name: String,
    /// Its architecture.
    pub architecture: String,
    /// The file's version.
    pub version: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Where it comes from.
    pub address: String,
    /// Digest that it must have.
    pub sha256: String,
    /// Size in bytes.
    pub size: u64,
}

/// What a package file is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// It is installed, over this version (`None`: it was not there).
    Install(Option<String>),
    /// It is what is there now, kept as the way back.
    Keep,
    /// As [`Purpose::Keep`], and it is taken away with its conffiles: a run that is taken back had brought it.
    Purge,
}

impl Pin {
    /// The file's name.
    pub fn file(&self, manager: &Manager) -> String {
        (manager.names.file)(&self.name, &self.architecture, &self.version)
    }

    /// What the package is called without its version, where it stays beside its other versions.
    fn beside(&self, manager: &Manager) -> Option<&str> {
        (manager.names.beside)(&self.name, &self.version)
    }

    /// Under which name a patch level has it.
    pub fn managed_as(&self, manager: &Manager) -> &str {
        self.beside(manager).unwrap_or(&self.name)
    }

    /// As a plan keeps it.
    pub fn artifact(&self) -> Artifact {
        let Pin { name, architecture, version, .. } = self;
        let what = match &self.purpose {
            Purpose::Install(old) => {
                format!("install={name}/{architecture}/{}/{version}", old.as_deref().unwrap_or(NONE))
            }
            Purpose::Keep => format!("keep={name}/{architecture}/{version}"),
            Purpose::Purge => format!("purge={name}/{architecture}/{version}"),
        };
        let source = format!("{}#{what}", self.address);
        Artifact { source, sha256: self.sha256.clone(), size: self.size }
    }

    /// What a plan has kept.
    ///
    /// # Errors
    /// That this is none of ours, or was damaged.
    pub fn of(manager: &Manager, artifact: &Artifact) -> Result<Pin, String> {
        let read = || {
            let (address, what) = artifact.source.rsplit_once('#')?;
            let (word, parts) = what.split_once('=')?;
            let parts: Vec<&str> = parts.split('/').collect();
            let (name, architecture, version, purpose) = match (word, parts.as_slice()) {
                ("install", [name, arch, NONE, new]) => (name, arch, new, Purpose::Install(None)),
                ("install", [name, arch, old, new]) if manager.names.is_version(old) => {
                    (name, arch, new, Purpose::Install(Some((*old).to_string())))
                }
                ("keep", [name, arch, version]) => (name, arch, version, Purpose::Keep),
                ("purge", [name, arch, version]) => (name, arch, version, Purpose::Purge),
                _ => return None,
            };
            let sound = names::is_address(address)
                && (manager.names.is_package)(name)
                && names::is_architecture(architecture)
                && manager.names.is_version(version)
                && names::is_digest(&artifact.sha256);
            sound.then(|| Pin {
                name: (*name).to_string(),
                architecture: (*architecture).to_string(),
                version: (*version).to_string(),
                purpose,
                address: address.to_string(),
                sha256: artifact.sha256.clone(),
                size: artifact.size,
            })
        };
        read().ok_or_else(|| {
            format!("the plan pins {:?}, which is no package file; make a new plan", artifact.source)
        })
    }
}

/// All that a plan has pinned for one change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pins(pub Vec<Pin>);

impl Pins {
    /// Reads them.
    ///
    /// # Errors
    /// The first that cannot be read.
    pub fn of(manager: &Manager, artifacts: &[Artifact]) -> Result<Pins, String> {
        artifacts.iter().map(|artifact| Pin::of(manager, artifact)).collect::<Result<_, _>>().map(Pins)
    }

    /// What is installed, and over what.
    pub fn installed(&self) -> impl Iterator<Item = (&Pin, Option<&str>)> {
        self.0.iter().filter_map(|pin| match &pin.purpose {
            Purpose::Install(old) => Some((pin, old.as_deref())),
            Purpose::Keep | Purpose::Purge => None,
        })
    }

    /// What is kept.
    pub fn kept(&self) -> impl Iterator<Item = &Pin> {
        self.0.iter().filter(|pin| matches!(pin.purpose, Purpose::Keep | Purpose::Purge))
    }

    /// What is kept of packages that the patch takes away.
    pub fn removed(&self) -> impl Iterator<Item = &Pin> {
        self.kept().filter(|kept| !self.installed().any(|(pin, _)| pin.name == kept.name))
    }

    /// The packages that are touched, and those of `level`: what is asked about.
    pub fn asked<'a>(&'a self, level: impl IntoIterator<Item = &'a String>) -> Vec<String> {
        let names: BTreeSet<&String> = self.0.iter().map(|pin| &pin.name).chain(level).collect();
        names.into_iter().cloned().collect()
    }

    /// The packages that are touched, and those of `level`: what is kept, and taken back; of what stays beside its other versions those that are touched.
    pub fn names<'a>(
        &'a self,
        manager: &Manager,
        level: impl IntoIterator<Item = &'a String>,
    ) -> Vec<String> {
        let beside: BTreeSet<&str> = self.0.iter().filter_map(|pin| pin.beside(manager)).collect();
        self.asked(level.into_iter().filter(|name| !beside.contains(name.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SAMPLE;
    use proptest::prelude::*;

    fn artifact(source: &str) -> Artifact {
        Artifact { source: source.into(), sha256: "ab".repeat(32), size: 7 }
    }

    #[test]
    fn a_pin_comes_back_as_it_was() {
        let sources = [
            "http://m/a_2%3a1.1-1_amd64.deb#install=app/amd64/2:1.0-1/2:1.1-1",
            "http://m/new_1_all.deb#install=new/all/-/1",
            "file:/var/cache/a.deb#keep=app/amd64/2:1.0-1",
            "http://m/old_1_all.deb#keep=old/all/1",
            "http://m/away_1_all.deb#purge=away/all/1",
        ];
        let artifacts = sources.map(artifact);
        let pins = Pins::of(&SAMPLE, &artifacts).unwrap();
        assert_eq!(pins.0.iter().map(Pin::artifact).collect::<Vec<_>>(), artifacts);
        assert_eq!(pins.names(&SAMPLE, []), ["app", "away", "new", "old"]);
        assert_eq!(pins.removed().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["old", "away"]);
        let installed: Vec<_> = pins.installed().map(|(p, old)| (p.file(&SAMPLE), old)).collect();
        assert_eq!(
            installed,
            [("app_2%3a1.1-1_amd64.deb".into(), Some("2:1.0-1")), ("new_1_all.deb".to_string(), None)]
        );
    }

    #[test]
    fn nothing_else_is_believed() {
        for source in [
            "",
            "http://m/a.deb",
            "http://m/a.deb#keep=",
            "http://m/a.deb#keep=a b/all/1",
            "http://m/a.deb#keep=app/all/1/2",
            "http://m/a.deb#install=app/all/1",
            "http://m/a.deb#install=../../etc/all/1/2",
            "http://m/a.deb#install=app/all/1/$(id)",
            "http://m/a b.deb#keep=app/all/1",
            "-o x:y#keep=app/all/1",
            "http://m/a.deb\n#keep=app/all/1",
        ] {
            assert!(Pin::of(&SAMPLE, &artifact(source)).is_err(), "{source}");
        }
        let short = Artifact { sha256: "ab".into(), ..artifact("http://m/a.deb#keep=app/all/1") };
        assert!(Pin::of(&SAMPLE, &short).is_err());
    }

    proptest! {
        #[test]
        fn whatever_a_plan_holds_is_read_or_refused(source in "(?s).{0,80}", tail in "(install|keep|purge)=[a-z/0-9:.-]{0,30}") {
            for source in [source.clone(), format!("http://m/x#{tail}")] {
                if let Ok(pin) = Pin::of(&SAMPLE, &artifact(&source)) {
                    prop_assert_eq!(pin.artifact().source, source);
                }
            }
        }
    }
}
