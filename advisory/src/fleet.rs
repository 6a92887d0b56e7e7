//! Hosts that have much in common: each distinct package of a platform is judged once.

use crate::installed::Installed;
use crate::matching::{Finding, Index};
use crate::platform::{Bearing, Platform};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// What was made of the packages so far. A thousand hosts of one image have a thousand times the same packages; what an
/// advisory means for a package depends on nothing but the package and its platform.
#[derive(Debug)]
pub struct Fleet<'i, 'a, T> {
    index: &'i Index<'a>,
    /// The platforms that were met, and how the ecosystems bear on them.
    platforms: Vec<(Platform, Vec<Option<Bearing>>)>,
    /// By platform and hash, for one comparison is dear: those that have the hash.
    numbers: BTreeMap<(usize, u64), Vec<usize>>,
    /// By number.
    packages: Vec<Vec<&'a Installed>>,
    made: Vec<T>,
}

impl<'i, 'a, T> Fleet<'i, 'a, T> {
    /// Nothing judged yet.
    pub fn new(index: &'i Index<'a>) -> Fleet<'i, 'a, T> {
        let (platforms, numbers) = (Vec::new(), BTreeMap::new());
        Fleet { index, platforms, numbers, packages: Vec::new(), made: Vec::new() }
    }

    /// The number of a platform, for [`Fleet::judge`].
    pub fn platform(&mut self, platform: &Platform) -> usize {
        let known = self.platforms.iter().position(|(met, _)| met == platform);
        known.unwrap_or_else(|| {
            self.platforms.push((platform.clone(), self.index.bearings(platform)));
            self.platforms.len() - 1
        })
    }

    /// The number of packages that a host has together, such as those of one name; where none like them were met on such a
    /// platform, `make` is asked what to make of their findings, which come in the order of [`Index::assess`].
    pub fn judge<'b: 'a>(
        &mut self,
        platform: usize,
        packages: &[&'b Installed],
        make: impl FnOnce(Vec<Finding<'a>>) -> T,
    ) -> usize {
        let mut hasher = DefaultHasher::new();
        packages.hash(&mut hasher);
        let alike = self.numbers.entry((platform, hasher.finish())).or_default();
        if let Some(number) = alike.iter().find(|number| self.packages[**number] == packages) {
            return *number;
        }
        let number = self.made.len();
        alike.push(number);
        self.packages.push(packages.to_vec());
        let (of, bearings) = &self.platforms[platform];
        let findings = packages.iter().flat_map(|installed| self.index.findings(of, bearings, installed));
        self.made.push(make(findings.collect()));
        number
    }

    /// What was made, by number.
    pub fn made(self) -> Vec<T> {
        self.made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advisory::Advisory;
    use crate::affected::Affected;
    use crate::ecosystem::Ecosystem;
    use proptest::prelude::*;

    fn records() -> Vec<Advisory> {
        let below = |release: &str, package: &str, fix: &str| {
            Affected::below(Ecosystem::of("Debian", release), package, fix)
        };
        let record = |id: &str, affected| Advisory { id: id.to_string(), affected, ..Advisory::default() };
        vec![
            record("CVE-1", vec![below("12", "a", "2"), below("11", "a", "1")]),
            record("CVE-2", vec![below("12", "a", "3"), below("12", "b", "2")]),
        ]
    }

    proptest! {
        /// Whatever hosts come in whatever order, each gets what it would get alone.
        #[test]
        fn a_host_gets_what_it_would_get_alone(
            hosts in proptest::collection::vec(
                (11..13u8, proptest::collection::vec(("[abc]", 1..4u8, "(amd64|all)"), 0..5)), 0..6),
        ) {
            let records = records();
            let index = Index::new(&records);
            let hosts: Vec<(Platform, Vec<Installed>)> = hosts
                .iter()
                .map(|(release, packages)| {
                    let installed = packages.iter().map(|(name, version, arch)| Installed {
                        arch: Some(arch.clone()),
                        ..Installed::new(name, &version.to_string())
                    });
                    (Platform::parse(&format!("Debian:{release}")), installed.collect())
                })
                .collect();
            let mut fleet = Fleet::new(&index);
            let mut judge = |(platform, packages): &'_ (Platform, Vec<Installed>)| -> Vec<usize> {
                let on = fleet.platform(platform);
                packages.iter().map(|installed| fleet.judge(on, &[installed], |findings| findings)).collect()
            };
            let numbers: Vec<Vec<usize>> = hosts.iter().map(&mut judge).collect();
            let made: Vec<Vec<Finding>> = fleet.made();
            for ((platform, packages), numbers) in hosts.iter().zip(numbers) {
                let together: Vec<Finding> = numbers.into_iter().flat_map(|number| made[number].clone()).collect();
                prop_assert_eq!(together, index.assess(platform, packages));
            }
        }
    }
}
