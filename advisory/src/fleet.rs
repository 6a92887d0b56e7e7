//! Hosts that have much in common: each distinct package of a platform is judged once.

use crate::installed::Installed;
use crate::matching::{Finding, Index};
use crate::platform::{Bearing, Platform};
use std::collections::BTreeMap;
use std::ops::Range as Span;

/// What was judged so far. A thousand hosts of one image have a thousand times the same packages; what an advisory
/// means for a package depends on nothing but the package and its platform.
#[derive(Debug)]
pub struct Fleet<'i, 'a> {
    index: &'i Index<'a>,
    /// Of each platform that was met how the ecosystems bear on it, and where the findings of its packages are.
    platforms: Vec<Met<'a>>,
    findings: Vec<Finding<'a>>,
}

#[derive(Debug)]
struct Met<'a> {
    platform: Platform,
    bearings: Vec<Option<Bearing>>,
    packages: BTreeMap<&'a Installed, Span<usize>>,
}

impl<'i, 'a> Fleet<'i, 'a> {
    /// Nothing judged yet.
    pub fn new(index: &'i Index<'a>) -> Fleet<'i, 'a> {
        Fleet { index, platforms: Vec::new(), findings: Vec::new() }
    }

    /// As [`Index::assess`]; a finding's package is the first of all hosts' that equals the host's own.
    pub fn assess<'b: 'a>(
        &mut self,
        platform: &Platform,
        packages: &'b [Installed],
    ) -> impl Iterator<Item = &Finding<'a>> {
        let at = self.meet(platform);
        let Met { bearings, packages: known, .. } = &mut self.platforms[at];
        let mut spans = Vec::with_capacity(packages.len());
        for installed in packages {
            let span = known.entry(installed).or_insert_with(|| {
                let start = self.findings.len();
                self.findings.extend(self.index.findings(platform, bearings, installed));
                start..self.findings.len()
            });
            spans.push(span.clone());
        }
        let findings = &self.findings;
        spans.into_iter().flat_map(move |span| &findings[span])
    }

    fn meet(&mut self, platform: &Platform) -> usize {
        let known = self.platforms.iter().position(|met| met.platform == *platform);
        known.unwrap_or_else(|| {
            self.platforms.push(Met {
                platform: platform.clone(),
                bearings: self.index.bearings(platform),
                packages: BTreeMap::new(),
            });
            self.platforms.len() - 1
        })
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
            for (platform, packages) in &hosts {
                let together: Vec<Finding> = fleet.assess(platform, packages).cloned().collect();
                prop_assert_eq!(together, index.assess(platform, packages));
            }
        }
    }
}
