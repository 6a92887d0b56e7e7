//! What others have left half done on the host, and what a run that is taken back had brought.

use super::Asked;
use crate::reading::Package;

impl Asked<'_> {
    /// Nothing is built upon what is not whole, unless that is repaired.
    ///
    /// # Errors
    /// What was left half done there, or has failed.
    pub(super) fn sound(&self) -> Result<(), String> {
        if self.arguments.repairs() {
            return Ok(());
        }
        let broken: Vec<String> = self.broken().map(|package| package.name).collect();
        if !broken.is_empty() {
            let way_out = if self.manager.can_repair { ", or write `repair = true`" } else { "" };
            return Err(format!(
                "an earlier installation of {} was not finished there; repair that first ({}){way_out}",
                broken.join(", "),
                self.manager.words.mend
            ));
        }
        match self.first("ill").as_slice() {
            [] => Ok(()),
            ill => Err(format!("{} has failed there already; repair that first", ill.join(", "))),
        }
    }

    /// Packages that are half installed there.
    fn broken(&self) -> impl Iterator<Item = Package> {
        self.of("broken", 4).filter_map(|words| Package::of(self.manager, &words))
    }

    /// What is repaired, and what of that cannot be taken back.
    pub(super) fn about_repairs(&self) -> Vec<String> {
        let journal = self
            .lines
            .iter()
            .any(|line| line[0] == "interrupted")
            .then(|| self.manager.words.interrupted.to_string());
        let broken = self.broken().map(|package| {
            let Package { name, version, .. } = &package;
            let how = match package.broken() {
                // Its own verb.
                Some(how) if how.starts_with("must") => how.to_string(),
                how => format!("is {}", how.unwrap_or("not whole")),
            };
            if self.of("inst", 4).any(|words| words[0] == *name) {
                format!("{name} {version} {how}, and is repaired: going back leaves it unpacked and not configured")
            } else {
                format!("{name} {version} {how}, and {} configures it with the others: that is not taken back", self.manager.kind)
            }
        });
        let ill = self.first("ill").into_iter().map(|unit| format!("{unit} has failed there already"));
        journal.into_iter().chain(broken).chain(ill).collect()
    }

    /// Whether the run that is taken back had brought this package.
    pub(super) fn purged(&self, name: &str) -> bool {
        self.first("purge").contains(&name)
    }

    /// Whether this package, which a patch level knows as `managed_as`, may be taken away: always where another version of it stays,
    /// or where a run that is taken back had installed it over config files that stay.
    pub(super) fn may_remove(&self, name: &str, managed_as: &str) -> bool {
        self.arguments.may_remove(managed_as)
            || self.purged(name)
            || self.first("stays").contains(&name)
            || self.first("goes").contains(&name)
    }
}
