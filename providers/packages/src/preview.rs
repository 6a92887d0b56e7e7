//! What a patch would do, as the package manager's own simulation on the host tells it.

mod force;
mod root;
mod whole;

use crate::answer;
use crate::arguments::{Arguments, Back, packages};
use crate::manager::Manager;
use crate::names;
use crate::pins::{Pin, Purpose};
use crate::reading::Package;
use crate::script::{Call, Script, fresh};
use crate::task;
use patchform_sdk::Context;
use patchform_sdk::ended::millis;
use patchform_sdk::message::{PartChange, Preview, PreviewOutcome, Proposed, WayBack, WayBackKind};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long it may take, the renewal of the lists of packages included.
const PATIENCE: Duration = Duration::from_secs(300);
/// What is expected of a transaction, and of each package in it, in milliseconds.
const TRANSACTION: u64 = 5_000;
const EACH: u64 = 1_000;

/// Answers a preview.
pub fn preview(manager: &'static Manager, proposed: &Proposed, context: &Context) -> PreviewOutcome {
    let looked = || {
        let arguments = Arguments::of(&proposed.subject)?;
        let level = packages(Some(&proposed.to));
        let wanted = level.iter().map(|(name, version)| format!("{name}={version}"));
        let repair = u8::from(arguments.repairs()).to_string();
        let back = proposed.snapshot.as_ref().map_or(String::new(), task::folder);
        let words = [fresh(manager), arguments.held(), repair, back, arguments.how_back()];
        let words = words.into_iter().chain(wanted).collect();
        let call = Call { manager, script: Script::Preview, arguments: words, stdin: String::new() };
        let lines = call.ask(&proposed.subject, PATIENCE, context)?;
        let is_far = proposed.subject.connection.kind == "ssh";
        Asked { manager, level: &level, arguments: &arguments, is_far, lines: &lines }.judge()
    };
    looked().map_or_else(|why| PreviewOutcome::Blocked { why }, |p| PreviewOutcome::Ready(Box::new(p)))
}

/// A change, and what the host has answered.
struct Asked<'a> {
    manager: &'static Manager,
    level: &'a BTreeMap<String, String>,
    arguments: &'a Arguments,
    /// Whether people log in to the host.
    is_far: bool,
    lines: &'a [Vec<String>],
}

/// A package that the transaction installs.
struct Installed<'a> {
    name: &'a str,
    /// What a patch level calls it: its name, but where it stays beside its other versions.
    managed_as: &'a str,
    architecture: &'a str,
    old: Option<&'a str>,
    new: &'a str,
}

impl<'a> Asked<'a> {
    fn of(&self, word: &'a str, least: usize) -> impl Iterator<Item = Vec<&'a str>> + 'a {
        answer::of(self.lines, word, least)
    }

    fn first(&self, word: &'a str) -> Vec<&'a str> {
        self.of(word, 1).map(|words| words[0]).collect()
    }

    fn judge(&self) -> Result<Preview, String> {
        self.sound()?;
        self.possible()?;
        let installed = self.installed()?;
        let removed = self.removed();
        let now: Vec<Package> =
            self.of("package", 4).filter_map(|words| Package::of(self.manager, &words)).collect();
        self.allowed(&installed, &removed, &now)?;
        let (mut pins, mut warnings) = (self.new_files(&installed)?, self.warnings(&installed));
        let size: u64 = pins.iter().map(|pin| pin.size).sum();
        let kept = self.old_files(&now);
        let way_back = match self.arguments.way_back {
            Back::Packages => self.way_back(&kept, &removed, installed.len())?,
            Back::Btrfs => Some(self.root(&installed, &removed)?),
        };
        if let Ok(kept) = kept {
            pins.extend(kept);
        } else if let (Err(missing), Back::Packages) = (kept, self.arguments.way_back) {
            warnings
                .push(format!("{missing} is neither in a repository nor on the host any more: no way back"));
        }
        warnings.extend(self.switch(way_back.is_some())?);
        let space = self.space(pins.iter().map(|pin| pin.size).sum())?;
        let reload = self.reload(&installed, &removed)?;
        warnings.extend(self.left_running(reload));
        let services = self.services();
        warnings.extend(self.about_the_way_in(&installed, &services));
        Ok(Preview {
            pulled_in: self.pulled_in(&installed),
            removed: removed.iter().map(|(name, _)| (*name).to_string()).collect(),
            services,
            reload,
            artifacts: pins.iter().map(Pin::artifact).collect(),
            ways_back: way_back.into_iter().collect(),
            space,
            durations: self.durations(installed.len(), size, reload),
            warnings,
            switch: self.arguments.within().map(millis),
            ..Preview::default()
        })
    }

    /// Whether the package manager would do it at all.
    fn possible(&self) -> Result<(), String> {
        let failed: Vec<String> = self.of("failed", 1).map(|words| words.join(" ")).collect();
        if failed.is_empty() {
            return Ok(());
        }
        let said = failed.join("; ");
        if (self.manager.words.is_about_holds)(&said, self.arguments.allow_held == Some(true)) {
            return Err(format!("{said} Take the hold off there, or write `allow_held = true`"));
        }
        let unmet: Vec<String> = self.of("unmet", 1).map(|words| words.join(" ")).collect();
        let known: Vec<String> =
            self.of("known", 2).map(|words| format!("{} {}", words[0], words[1])).collect();
        let mut why = format!("{} would not install this: {said}", self.manager.kind);
        for (head, lines) in [("unmet", unmet), ("its repositories have", known)] {
            if !lines.is_empty() {
                why += &format!("; {head}: {}", lines.join(", "));
            }
        }
        Err(why)
    }

    /// What is installed, and that the level is reached by it.
    fn installed(&self) -> Result<Vec<Installed<'a>>, String> {
        let mut all = Vec::new();
        for words in self.of("inst", 4) {
            let (name, architecture, old, new) = (words[0], words[1], words[2], words[3]);
            let sound = (self.manager.names.is_package)(name)
                && names::is_architecture(architecture)
                && self.manager.names.is_version(new);
            let old = Some(old).filter(|old| *old != "-");
            if !sound || old.is_some_and(|old| !self.manager.names.is_version(old)) {
                return Err(format!(
                    "{}'s simulation cannot be read: {}",
                    self.manager.kind,
                    words.join(" ")
                ));
            }
            all.push(Installed { name, managed_as: self.managed_as(name, new), architecture, old, new });
        }
        for (name, version) in self.level {
            // Of what stays beside its other versions an older one may come back with it.
            let reached = |i: &Installed| i.name == name && i.new == version;
            let stays = self.of("package", 4).any(|words| words[0] == name && words[2] == version);
            if !all.iter().any(reached) && !stays && all.iter().any(|i| i.name == name) {
                return Err(format!(
                    "{} would install another version of {name} than {version}",
                    self.manager.kind
                ));
            }
        }
        Ok(all)
    }

    /// What a patch level calls a package of this version.
    fn managed_as(&self, name: &'a str, version: &str) -> &'a str {
        (self.manager.names.beside)(name, version).unwrap_or(name)
    }

    /// What is taken away, each with what a patch level calls it.
    fn removed(&self) -> Vec<(&'a str, &'a str)> {
        let told = self.of("remv", 1);
        told.map(|words| (words[0], self.managed_as(words[0], words.get(1).unwrap_or(&"")))).collect()
    }

    /// Whether the component allows what the package manager would do.
    fn allowed(
        &self,
        installed: &[Installed],
        removed: &[(&str, &str)],
        now: &[Package],
    ) -> Result<(), String> {
        // A patch level and `allow_removal` name no architecture.
        if let Some((name, _)) = removed.iter().find(|(name, _)| installed.iter().any(|i| i.name == *name)) {
            return Err(format!(
                "it would take {name} of another architecture away; where that is meant, take it away there first"
            ));
        }
        let unwanted = removed.iter().filter(|(name, managed)| !self.may_remove(name, managed));
        let unwanted: Vec<&str> = unwanted.map(|(_, managed)| *managed).collect();
        if !unwanted.is_empty() {
            return Err(format!(
                "it would take {} away; where that is meant, write `allow_removal = [{}]`",
                unwanted.join(", "),
                unwanted.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
            ));
        }
        let touched: BTreeSet<&str> =
            installed.iter().map(|i| i.name).chain(removed.iter().map(|(name, _)| *name)).collect();
        let held = now.iter().filter(|p| p.is_held() && touched.contains(p.name.as_str()));
        for package in held {
            let of_level = self.level.contains_key(&package.name);
            if !of_level {
                return Err(format!("it would change {}, which is on hold there", package.name));
            }
            if self.arguments.allow_held != Some(true) {
                return Err(format!(
                    "{} is on hold there; take the hold off, or write `allow_held = true`",
                    package.name
                ));
            }
        }
        Ok(())
    }

    /// The pinned files of what is installed: everything comes from a repository whose signature was checked.
    fn new_files(&self, installed: &[Installed]) -> Result<Vec<Pin>, String> {
        let found = self.uris("new");
        installed
            .iter()
            .map(|i| {
                let file = (self.manager.names.file)(i.name, i.architecture, i.new);
                let (address, size, sha256) = found
                    .get(&file)
                    .ok_or_else(|| format!("no repository says where {} {} comes from", i.name, i.new))?;
                let purpose = Purpose::Install(i.old.map(str::to_string));
                Ok(pin(i.name, i.architecture, i.new, purpose, (address, *size, sha256)))
            })
            .collect()
    }

    /// The files that bring back what is there now.
    fn old_files(&self, now: &[Package]) -> Result<Vec<Pin>, String> {
        let found = self.uris("old");
        let there = now.iter().filter(|p| p.is_there());
        there
            .map(|p| {
                let (address, size, sha256) = found
                    .get(&(self.manager.names.file)(&p.name, &p.architecture, &p.version))
                    .ok_or_else(|| format!("{} {}", p.name, p.version))?;
                let purpose = if self.purged(&p.name) { Purpose::Purge } else { Purpose::Keep };
                Ok(pin(&p.name, &p.architecture, &p.version, purpose, (address, *size, sha256)))
            })
            .collect()
    }

    /// The way back by the previous files, when all of them are to be had.
    ///
    /// # Errors
    /// That a package which is taken away could not be brought back.
    fn way_back(
        &self,
        kept: &Result<Vec<Pin>, String>,
        removed: &[(&str, &str)],
        count: usize,
    ) -> Result<Option<WayBack>, String> {
        match kept {
            Ok(kept) => Ok(Some(WayBack {
                kind: WayBackKind::Restore,
                coverage: Default::default(),
                place: format!(
                    "the previous packages and their {}, in {} on the host",
                    self.manager.words.config,
                    self.manager.snapshots()
                ),
                survives_target_loss: false,
                discards_data: false,
                size: kept.iter().map(|pin| pin.size).sum(),
                duration: TRANSACTION.saturating_mul(2).saturating_add(EACH.saturating_mul(count as u64)),
            })),
            Err(missing) if !removed.is_empty() => Err(format!(
                "{missing} is neither in a repository nor on the host any more, so that {} could not be brought back",
                removed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
            )),
            Err(_) => Ok(None),
        }
    }

    /// Address, size and digest of files, by their names.
    fn uris(&self, kind: &str) -> BTreeMap<String, (String, u64, String)> {
        self.of("uri", 5)
            .filter(|words| words[0] == kind && names::is_address(words[1]) && names::is_digest(words[4]))
            .filter_map(|words| {
                Some((
                    words[2].to_string(),
                    (words[1].to_string(), words[3].parse().ok()?, words[4].to_string()),
                ))
            })
            .collect()
    }

    /// Bytes that are needed there.
    fn space(&self, files: u64) -> Result<u64, String> {
        let unpacked = self.first("unpacked").first().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0);
        let unpacked = unpacked.saturating_mul(1024);
        for words in self.of("free", 2) {
            let free = words[0].parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1024);
            // The files lie in the cache; while it is unpacked, the new version lies beside the old one.
            let needed = if words[1] == "/usr" { unpacked } else { files.saturating_mul(2) };
            if free < needed {
                let mb = |bytes: u64| bytes.div_ceil(1_000_000);
                return Err(format!(
                    "{} there has {} MB free, and {} MB are needed; make room first",
                    words[1],
                    mb(free),
                    mb(needed)
                ));
            }
        }
        Ok(unpacked.saturating_add(files.saturating_mul(2)))
    }

    /// The first kernel that comes or goes.
    fn kernel(&self, installed: &[Installed<'a>], removed: &[(&str, &'a str)]) -> Option<&'a str> {
        let touched =
            installed.iter().map(|i| i.managed_as).chain(removed.iter().map(|(_, managed)| *managed));
        touched.into_iter().find(|name| (self.manager.names.is_kernel)(name))
    }

    /// What changes besides the level.
    fn pulled_in(&self, installed: &[Installed]) -> Vec<PartChange> {
        let others = installed.iter().filter(|i| !self.level.contains_key(i.managed_as));
        others
            .map(|i| PartChange {
                name: i.managed_as.into(),
                from: i.old.map(str::to_string),
                to: Some(i.new.into()),
            })
            .collect()
    }

    /// What is interrupted: services of the packages, those that run their code, and the named ones.
    fn services(&self) -> Vec<String> {
        let found =
            self.first("unit").into_iter().chain(self.first("uses")).filter(|unit| names::is_unit(unit));
        let all: BTreeSet<String> = found.map(str::to_string).chain(self.arguments.named()).collect();
        all.into_iter().collect()
    }

    fn warnings(&self, installed: &[Installed]) -> Vec<String> {
        let changed = self.of("changed", 2).map(|words| (self.manager.words.changed)(&words[1..]));
        let notes = self.of("note", 1).map(|words| words.join(" "));
        let lower = installed.iter().filter_map(|i| {
            let old = i.old?;
            let lower = self.manager.scheme.compare(i.new, old).is_ok_and(std::cmp::Ordering::is_lt);
            (lower && !self.level.contains_key(i.name))
                .then(|| format!("{} goes down from {old} to {}", i.name, i.new))
        });
        let told = changed.chain(lower).chain(notes);
        let told = told.chain(self.about_reboots()).chain(self.about_repairs());
        told.chain(self.about_root()).collect()
    }
}

fn pin(
    name: &str,
    architecture: &str,
    version: &str,
    purpose: Purpose,
    from: (&String, u64, &String),
) -> Pin {
    let (address, size, sha256) = from;
    Pin {
        name: name.into(),
        architecture: architecture.into(),
        version: version.into(),
        purpose,
        address: address.clone(),
        sha256: sha256.clone(),
        size,
    }
}

#[cfg(test)]
mod tests;
