//! Hosts that have much in common: each distinct package of a platform is judged once.

use crate::installed::Installed;
use crate::matching::{Finding, Index};
use crate::platform::{Bearing, Platform};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The distinct packages of hosts. A thousand hosts of one image have a thousand times the same packages; what an advisory
/// means for a package depends on nothing but the package and its platform.
#[derive(Debug)]
pub struct Fleet<'i, 'a> {
    index: &'i Index<'a>,
    /// The platforms that were met, and how the ecosystems bear on them.
    platforms: Vec<(Platform, Vec<Option<Bearing>>)>,
    /// By platform and hash, for one comparison is dear: those that have the hash.
    numbers: BTreeMap<(usize, u64), Vec<usize>>,
    distinct: Vec<Distinct<'a>>,
}

/// Packages that some hosts of one platform have together.
#[derive(Debug)]
pub struct Distinct<'a> {
    platform: usize,
    packages: Vec<&'a Installed>,
}

impl<'i, 'a> Fleet<'i, 'a> {
    /// Nothing met yet.
    pub fn new(index: &'i Index<'a>) -> Fleet<'i, 'a> {
        Fleet { index, platforms: Vec::new(), numbers: BTreeMap::new(), distinct: Vec::new() }
    }

    /// The number of a platform, for [`Fleet::number`].
    pub fn platform(&mut self, platform: &Platform) -> usize {
        let known = self.platforms.iter().position(|(met, _)| met == platform);
        known.unwrap_or_else(|| {
            self.platforms.push((platform.clone(), self.index.bearings(platform)));
            self.platforms.len() - 1
        })
    }

    /// The number of packages that a host of a platform has together, such as those of one name: that of the first ones that
    /// equal them.
    pub fn number(&mut self, platform: usize, packages: &[&'a Installed]) -> usize {
        let mut hasher = DefaultHasher::new();
        packages.hash(&mut hasher);
        let alike = self.numbers.entry((platform, hasher.finish())).or_default();
        if let Some(number) = alike.iter().find(|number| self.distinct[**number].packages == packages) {
            return *number;
        }
        alike.push(self.distinct.len());
        self.distinct.push(Distinct { platform, packages: packages.to_vec() });
        self.distinct.len() - 1
    }

    /// The packages, by number.
    pub fn distinct(&self) -> &[Distinct<'a>] {
        &self.distinct
    }

    /// Where packages are.
    pub fn place(&self, distinct: &Distinct<'a>) -> &Platform {
        &self.platforms[distinct.platform].0
    }

    /// What the advisories mean for them, in the order of [`Index::assess`].
    pub fn findings(&self, distinct: &Distinct<'a>) -> Vec<Finding<'a>> {
        let (platform, bearings) = &self.platforms[distinct.platform];
        let packages = distinct.packages.iter();
        packages.flat_map(|installed| self.index.findings(platform, bearings, installed)).collect()
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
            let mut numbers: Vec<Vec<usize>> = Vec::new();
            for (platform, packages) in &hosts {
                let on = fleet.platform(platform);
                numbers.push(packages.iter().map(|installed| fleet.number(on, &[installed])).collect());
            }
            for ((platform, packages), numbers) in hosts.iter().zip(numbers) {
                let found = |number: usize| fleet.findings(&fleet.distinct()[number]);
                let together: Vec<Finding> = numbers.into_iter().flat_map(found).collect();
                prop_assert_eq!(together, index.assess(platform, packages));
            }
        }
    }
}
