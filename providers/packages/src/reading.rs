//! What a host has answered about packages, and the reading of a component that is made of it. Pure.

use crate::answer;
use crate::arguments::{Arguments, Reboot};
use crate::manager::Manager;
use crate::names;
use patchform_sdk::digest;
use patchform_sdk::message::{Absent, Level, Present, Reading, Reload};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What a version that is not whole ends with.
pub const BROKEN: &str = "~broken";

/// A package as the host knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its architecture.
    pub architecture: String,
    /// Its version.
    pub version: String,
    /// What is wanted, what is there, what is wrong: `ii`, `hi` (on hold), `iF`, `iHR`, `rc` …, as `dpkg -l` shows it
    /// and other managers' scripts say it, too; `iD`: two versions at once.
    pub state: String,
}

impl Package {
    /// Reads `NAME ARCHITECTURE VERSION STATE`.
    pub fn of(manager: &Manager, words: &[&str]) -> Option<Package> {
        let [name, architecture, version, state] = words else { return None };
        let sound = (manager.names.is_package)(name)
            && names::is_architecture(architecture)
            && manager.names.is_version(version)
            && (2..=3).contains(&state.len())
            && state.bytes().all(|b| b.is_ascii_alphabetic());
        sound.then(|| Package {
            name: (*name).into(),
            architecture: (*architecture).into(),
            version: (*version).into(),
            state: (*state).into(),
        })
    }

    /// Whether more than its configuration is there.
    pub fn is_there(&self) -> bool {
        !matches!(self.state.as_bytes().get(1), None | Some(b'c' | b'n'))
    }

    /// Whether it is on hold.
    pub fn is_held(&self) -> bool {
        self.state.starts_with('h')
    }

    /// What is not whole about it.
    pub fn broken(&self) -> Option<&'static str> {
        Some(match self.state.as_bytes() {
            [_, _, b'R'] => "must be installed anew",
            [_, b'H', ..] => "half installed",
            [_, b'D', ..] => "there in two versions",
            [_, b'U', ..] => "unpacked only",
            [_, b'F', ..] => "half configured",
            [_, b'W', ..] => "waiting for triggers",
            [_, b't', ..] => "its triggers are pending",
            _ => return None,
        })
    }

    /// Its level. What is not whole is lower than the same version, by dpkg's and rpm's rule for `~`, so that it never passes for
    /// what was wanted.
    pub fn level(&self) -> String {
        match self.broken() {
            None => self.version.clone(),
            Some(_) => format!("{}{BROKEN}", self.version),
        }
    }
}

/// What a host has answered about some packages.
#[derive(Clone)]
pub struct Facts {
    manager: &'static Manager,
    /// Its machine-id.
    pub machine: String,
    /// Its own architecture.
    native: String,
    packages: Vec<Package>,
    /// Package, digest, path.
    conffiles: Vec<[String; 3]>,
    /// Package, service that runs old code of it.
    stale: Vec<[String; 2]>,
    /// Packages that have asked for a reboot since the host has booted.
    asks: Vec<String>,
    running: Kernel,
    kernels: Vec<Kernel>,
}

/// A kernel: what `uname -r` calls it, and its package's version where that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Kernel {
    name: String,
    version: Option<String>,
}

impl Kernel {
    fn of(words: &[&str]) -> Kernel {
        Kernel { name: words[0].into(), version: words.get(1).map(|version| (*version).into()) }
    }
}

impl Facts {
    /// Reads an answer of `read.sh`.
    pub fn of(manager: &'static Manager, lines: &[Vec<String>]) -> Facts {
        let word =
            |name: &str| answer::of(lines, name, 1).next().map(|w| w[0].to_string()).unwrap_or_default();
        let text = |word: &&str| (*word).to_string();
        Facts {
            manager,
            machine: word("machine"),
            native: word("native"),
            packages: answer::of(lines, "package", 4)
                .filter_map(|words| Package::of(manager, &words))
                .collect(),
            conffiles: answer::of(lines, "conffile", 3)
                .map(|words| [text(&words[0]), text(&words[1]), words[2..].join(" ")])
                .collect(),
            stale: answer::of(lines, "stale", 2).map(|words| [text(&words[0]), text(&words[1])]).collect(),
            asks: answer::of(lines, "reboot", 1).map(|words| text(&words[0])).collect(),
            running: answer::of(lines, "kernel", 1).next().map(|w| Kernel::of(&w)).unwrap_or_default(),
            kernels: answer::of(lines, "installed", 1).map(|words| Kernel::of(&words)).collect(),
        }
    }

    /// All that are there, also several architectures of one.
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// The package of that name; of several architectures the host's own.
    pub fn package(&self, name: &str) -> Option<&Package> {
        let all = || self.packages.iter().filter(|p| p.name == name && p.is_there());
        all()
            .find(|p| p.architecture == self.native || p.architecture == self.manager.names.any)
            .or_else(|| all().next())
    }

    /// The reading of a component that manages `keys`.
    pub fn reading<'a>(
        &self,
        keys: impl IntoIterator<Item = &'a String>,
        arguments: &Arguments,
        target: String,
    ) -> Reading {
        let keys: Vec<&String> = keys.into_iter().collect();
        let claims = keys.iter().map(|name| format!("{}:{name}", self.manager.database)).collect();
        let there: Vec<&Package> = keys.iter().filter_map(|name| self.package(name)).collect();
        let digest = self.digest(&there);
        if there.is_empty() {
            return Reading::Absent(Absent { target, claims, digest });
        }
        let level: BTreeMap<String, String> = there.iter().map(|p| (p.name.clone(), p.level())).collect();
        let old_kernel = self.waits_for_kernel(&there);
        let (pending, pending_by) = self.pending(&level, old_kernel, arguments);
        let running = old_kernel.then(|| Level::Map(self.running(level.clone())));
        Reading::Present(Present {
            level: Level::Map(level),
            running,
            pending,
            pending_by,
            digest,
            surroundings: None,
            target,
            claims,
        })
    }

    /// What the installed packages still need, and who needs it: kernels and packages that ask for a reboot, units on old code.
    fn pending(
        &self,
        level: &BTreeMap<String, String>,
        old_kernel: bool,
        arguments: &Arguments,
    ) -> (Reload, Vec<String>) {
        let kernels = level.keys().filter(|name| old_kernel && (self.manager.names.is_kernel)(name));
        let asks =
            self.asks.iter().filter(|name| arguments.reboot != Reboot::Never && level.contains_key(*name));
        let reboot: BTreeSet<&String> = kernels.chain(asks).collect();
        let counts = |[name, unit]: &&[String; 2]| level.contains_key(name) && arguments.counts(unit);
        let stale: BTreeSet<&String> = self.stale.iter().filter(counts).map(|[_, unit]| unit).collect();
        let (pending, by) = match (reboot.is_empty(), stale.is_empty()) {
            (false, _) => (Reload::Reboot, reboot),
            (true, false) => (Reload::Service, stale),
            (true, true) => (Reload::None, stale),
        };
        (pending, by.into_iter().cloned().collect())
    }

    /// Of all that the component manages there: versions, states with holds, conffiles.
    fn digest(&self, there: &[&Package]) -> String {
        let managed: BTreeMap<&str, _> = there
            .iter()
            .map(|p| {
                let files: BTreeMap<&str, &str> = self
                    .conffiles
                    .iter()
                    .filter(|[name, ..]| *name == p.name)
                    .map(|[_, sum, path]| (path.as_str(), sum.as_str()))
                    .collect();
                // How far somebody came who has not finished is no difference: it has to be done again.
                let state = match p.broken() {
                    None => p.state.clone(),
                    Some(_) => format!("{}-broken", &p.state[..1]),
                };
                (p.name.as_str(), json!([p.architecture, p.version, state, files]))
            })
            .collect();
        digest::of_json(&json!(managed))
    }

    /// Whether one of these is a kernel, and another one is installed last than the one that runs: by its name, or by the
    /// version of its package where that was patched under one name.
    fn waits_for_kernel(&self, there: &[&Package]) -> bool {
        let order = |a: &&Kernel, b: &&Kernel| {
            self.manager.scheme.compare(&a.name, &b.name).unwrap_or(std::cmp::Ordering::Equal)
        };
        let Some(last) = self.kernels.iter().max_by(order) else { return false };
        let patched = match (&last.version, &self.running.version) {
            (Some(last), Some(running)) => last != running,
            _ => false,
        };
        there.iter().any(|p| (self.manager.names.is_kernel)(&p.name))
            && (last.name != self.running.name || patched)
    }

    /// The level that runs while another kernel is installed.
    fn running(&self, mut level: BTreeMap<String, String>) -> BTreeMap<String, String> {
        let running = self.running.version.as_ref().unwrap_or(&self.running.name);
        level
            .iter_mut()
            .filter(|(name, _)| (self.manager.names.is_kernel)(name))
            .for_each(|(_, version)| version.clone_from(running));
        level
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::lines;
    use crate::sample::SAMPLE;
    use proptest::prelude::*;

    fn facts(body: &str) -> Facts {
        let head = "machine 3d12\nnative amd64\nkernel 6.1.0-40-amd64 6.1.135-1\n";
        Facts::of(&SAMPLE, &lines(&format!("patchform-answer\n{head}{body}\nend\n")).unwrap())
    }

    fn read(body: &str, keys: &[&str]) -> Reading {
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        facts(body).reading(&keys, &Arguments::default(), "t".into())
    }

    fn level(reading: &Reading) -> String {
        reading.level().map(ToString::to_string).unwrap_or_default()
    }

    #[test]
    fn exactly_the_keys_that_are_installed() {
        let host = "package app amd64 1.0-1 ii\npackage lib i386 2 ii\npackage lib amd64 3 ii\npackage gone all 1 rc\n";
        let reading = read(host, &["app", "gone", "lib", "none"]);
        assert_eq!(level(&reading), "app 1.0-1, lib 3");
        let Reading::Present(present) = &reading else { panic!() };
        assert_eq!(present.claims, ["dpkg:app", "dpkg:gone", "dpkg:lib", "dpkg:none"]);
        assert_eq!(present.pending, Reload::None);
        assert!(matches!(read(host, &["gone", "none"]), Reading::Absent(_)));
    }

    #[test]
    fn what_is_not_whole_never_passes_for_what_was_wanted() {
        use patchform_versions::Scheme;
        for state in ["iF", "iU", "iH", "iHR", "iW", "it", "hF", "iiR"] {
            for version in ["1.2-1", "1.2", "2:1.2-1~deb12u1"] {
                let shown = level(&read(&format!("package app all {version} {state}"), &["app"]));
                let shown = shown.strip_prefix("app ").unwrap();
                assert!(Scheme::Dpkg.compare(shown, version).unwrap().is_lt(), "{shown} {version}");
            }
        }
        assert_eq!(level(&read("package app all 1 hi", &["app"])), "app 1");
    }

    #[test]
    fn the_digest_is_of_versions_holds_and_conffiles() {
        let base = "package app all 1 ii\nconffile app aa /etc/a b\nconffile other bb /etc/o";
        let digest = |body: &str| read(body, &["app"]).digest().unwrap().to_string();
        for (body, same) in [
            (base.replace("other bb", "other cc"), true),
            (format!("{base}\nstale app app.service\nreboot app"), true),
            (base.replace("ii", "hi"), false),
            (base.replace("all 1", "all 2"), false),
            (base.replace("aa", "ab"), false),
            (base.replace("/etc/a b", "/etc/a c"), false),
        ] {
            assert_eq!(digest(&body) == digest(base), same, "{body}");
        }
    }

    #[test]
    fn what_is_not_in_force_yet() {
        let present = |body: &str, keys: &[&str], arguments: serde_json::Value| {
            let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            let arguments = serde_json::from_value(arguments).unwrap();
            match facts(body).reading(&keys, &arguments, "t".into()) {
                Reading::Present(present) => present,
                other => panic!("{other:?}"),
            }
        };
        let pending = |body: &str, keys: &[&str], arguments| present(body, keys, arguments).pending;
        let by = |body: &str, arguments| present(body, &["app"], arguments).pending_by;
        let stale = "package app all 1 ii\nstale app app.service";
        assert_eq!(pending(stale, &["app"], json!({})), Reload::Service);
        assert_eq!(pending(stale, &["app"], json!({ "restart": ["app"] })), Reload::Service);
        assert_eq!(pending(stale, &["app"], json!({ "restart": ["other"] })), Reload::None);
        let two = format!("{stale}\nstale app a.service\nstale app app.service\nstale other o.service");
        assert_eq!(by(&two, json!({})), ["a.service", "app.service"]);
        assert_eq!(by(&two, json!({ "restart": ["app"] })), ["app.service"]);
        assert_eq!(by(&format!("{two}\nreboot app"), json!({ "reboot": "when_needed" })), ["app"]);
        let other = "package app all 1 ii\nstale lib app.service";
        assert_eq!(pending(other, &["app"], json!({})), Reload::None);
        let asks = "package app all 1 ii\nreboot app";
        assert_eq!(pending(asks, &["app"], json!({})), Reload::None);
        assert_eq!(pending(asks, &["app"], json!({ "reboot": "when_needed" })), Reload::Reboot);
        let asks = "package app all 1 ii\nreboot lib";
        assert_eq!(pending(asks, &["app"], json!({ "reboot": "always" })), Reload::None);
    }

    #[test]
    fn a_kernel_that_is_installed_and_does_not_run() {
        let running = |installed: &str| {
            let body = format!("package linux-image-amd64 amd64 6.1.140-1 ii\n{installed}");
            let reading = read(&body, &["linux-image-amd64"]);
            let Reading::Present(present) = reading else { panic!() };
            assert_eq!(present.pending == Reload::Reboot, present.running.is_some());
            present.running.map(|level| level.to_string())
        };
        let waits = Some("linux-image-amd64 6.1.135-1".to_string());
        assert_eq!(running("installed 6.1.0-41-amd64 6.1.140-1"), waits);
        assert_eq!(running("installed 6.1.0-41-amd64\ninstalled 6.1.0-9-amd64"), waits);
        // Patched under one name; then the newest one is gone, which still runs.
        assert_eq!(running("installed 6.1.0-40-amd64 6.1.140-1"), waits);
        assert_eq!(running("installed 6.1.0-39-amd64 6.1.129-1"), waits);
        assert_eq!(running("installed 6.1.0-40-amd64 6.1.135-1\ninstalled 6.1.0-9-amd64 6.1.1-1"), None);
        assert_eq!(running("installed 6.1.0-40-amd64"), None);
        assert_eq!(running(""), None);
    }

    #[test]
    fn damaged_and_hostile_lines_are_passed_over() {
        let host = "package app\npackage app all 1\npackage app all 1 ii x\npackage ../x all 1 ii\npackage b/c all 1 ii\n\
                    package app all $(id) ii\npackage app all 1 !!\npackage ok1 all 1 ii\nconffile\nstale ok1\nmachine\n";
        assert_eq!(facts(host).packages().iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["ok1"]);
        let many: String = (0..100_000).map(|i| format!("package p{i:06} all 1 ii\n")).collect();
        assert_eq!(facts(&many).packages().len(), 100_000);
    }

    proptest! {
        #[test]
        fn any_answer_gives_a_reading(words in proptest::collection::vec("[a-z]{1,8}|package|conffile|stale|[ -~]{0,9}", 0..60)) {
            let text = words.join(" ").replace(" package", "\npackage").replace(" stale", "\nstale");
            if let Ok(lines) = lines(&format!("patchform-answer\n{text}\nend\n")) {
                let _ = Facts::of(&SAMPLE, &lines).reading(&["app".to_string()], &Arguments::default(), String::new());
            }
        }
    }
}
