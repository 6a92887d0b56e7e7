//! Installed packages against advisories: every package that a record names gets a finding, affected or not.

use crate::advisory::Advisory;
use crate::affected::Affected;
use crate::ecosystem::{Ecosystem, Naming};
use crate::installed::Installed;
use crate::judgement::judge;
use crate::platform::{Bearing, Platform};
use crate::why::{Verdict, Why};
use std::collections::BTreeMap;
use std::ops::Range as Span;

/// One advisory that names one installed package, what it means for it, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding<'a> {
    /// The package.
    pub installed: &'a Installed,
    /// The record, which says where it comes from.
    pub record: &'a Advisory,
    /// The record's place among those of the index.
    pub at: usize,
    /// The entry of the record that decided.
    pub entry: &'a Affected,
    /// The reason.
    pub why: Why<'a>,
}

impl<'a> Finding<'a> {
    /// Affected, named but not affected, or unknown.
    pub fn verdict(&self) -> Verdict {
        self.why.verdict()
    }

    /// The version of the package that [`Affected::naming`] says (source or binary) to go to, where there is one.
    pub fn fix(&self) -> Option<&'a str> {
        self.why.fix()
    }
}

/// The names in many advisories, sorted for looking up. Withdrawn records are not among them.
#[derive(Debug)]
pub struct Index<'a> {
    records: &'a [Advisory],
    ecosystems: Vec<&'a Ecosystem>,
    /// Each name once, and where its rows are.
    names: Vec<(&'a str, Naming, Span<usize>)>,
    rows: Vec<Row>,
}

/// One entry of one record, by number, with its ecosystem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    record: u32,
    entry: u32,
    ecosystem: u32,
}

impl<'a> Index<'a> {
    /// Sorts the names of the records. Records that were withdrawn raise nothing.
    pub fn new(records: &'a [Advisory]) -> Index<'a> {
        let mut numbers: BTreeMap<&Ecosystem, u32> = BTreeMap::new();
        let mut ecosystems = Vec::new();
        let mut all = Vec::new();
        for (record, advisory) in (0..).zip(records).filter(|(_, advisory)| advisory.withdrawn.is_none()) {
            for (entry, of) in (0..).zip(&advisory.affected) {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                let ecosystem = *numbers.entry(&of.ecosystem).or_insert_with(|| {
                    ecosystems.push(&of.ecosystem);
                    next
                });
                all.push((of.package.as_str(), of.naming, Row { record, entry, ecosystem }));
            }
        }
        all.sort_unstable();
        let mut names: Vec<(&str, Naming, Span<usize>)> = Vec::new();
        for (at, (name, naming, _)) in all.iter().enumerate() {
            match names.last_mut() {
                Some((last, kind, span)) if last == name && kind == naming => span.end = at + 1,
                _ => names.push((name, *naming, at..at + 1)),
            }
        }
        Index { records, ecosystems, names, rows: all.into_iter().map(|(_, _, row)| row).collect() }
    }

    /// What the advisories mean for the packages of a host, in the order of the packages and records. A package that
    /// no record names has no finding: nothing is known of it.
    pub fn assess<'b: 'a>(&self, platform: &Platform, packages: &'b [Installed]) -> Vec<Finding<'a>> {
        let bearings = self.bearings(platform);
        packages.iter().flat_map(|installed| self.findings(platform, &bearings, installed)).collect()
    }

    /// What the advisories mean for one package.
    pub fn assess_one<'b: 'a>(&self, platform: &Platform, installed: &'b Installed) -> Vec<Finding<'a>> {
        self.findings(platform, &self.bearings(platform), installed)
    }

    /// How each ecosystem bears on a host: asked once, not once for every entry.
    pub(crate) fn bearings(&self, platform: &Platform) -> Vec<Option<Bearing>> {
        self.ecosystems.iter().map(|ecosystem| platform.bearing_of(ecosystem)).collect()
    }

    /// What the advisories mean for one package, given how each ecosystem bears on its host.
    pub(crate) fn findings<'b: 'a>(
        &self,
        platform: &Platform,
        bearings: &[Option<Bearing>],
        installed: &'b Installed,
    ) -> Vec<Finding<'a>> {
        let mut named: Vec<Row> = self.named(&installed.name, Naming::Binary).to_vec();
        named.extend_from_slice(self.named(installed.source_name(), Naming::Source));
        named.retain(|row| bearings[row.ecosystem as usize].is_some());
        named.sort_unstable();
        let of_a_record = named.chunk_by(|a, b| a.record == b.record);
        of_a_record.filter_map(|rows| self.decide(platform, bearings, installed, rows)).collect()
    }

    fn named(&self, name: &str, naming: Naming) -> &[Row] {
        let found = self.names.binary_search_by(|(n, k, _)| (*n, *k).cmp(&(name, naming)));
        found.map_or(&[], |at| &self.rows[self.names[at].2.clone()])
    }

    /// Of the entries of one record the nearest to the host decide; of these, one that speaks of the version, and rather
    /// one that is affected.
    fn decide<'b: 'a>(
        &self,
        platform: &Platform,
        bearings: &[Option<Bearing>],
        installed: &'b Installed,
        rows: &[Row],
    ) -> Option<Finding<'a>> {
        let at = rows.first()?.record as usize;
        let record = &self.records[at];
        let bearing = |row: &Row| {
            let entry = &record.affected[row.entry as usize];
            Some((platform.refined(bearings[row.ecosystem as usize]?, entry)?, entry))
        };
        let nearest = rows.iter().filter_map(bearing).map(|(bearing, _)| bearing).max()?;
        let judged = rows.iter().filter_map(bearing).filter(|(bearing, _)| *bearing == nearest);
        let judged = judged.map(|(bearing, entry)| (entry, judge(entry, installed, bearing)));
        let weight = |why: &Why| (why.speaks(), why.verdict());
        let (entry, why) = judged.max_by(|(_, a), (_, b)| (weight(a), a).cmp(&(weight(b), b)))?;
        Some(Finding { installed, record, at, entry, why })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::affected::{NoFix, Status};
    use crate::installed::{Module, Source};

    fn record(affected: Vec<Affected>) -> [Advisory; 1] {
        [Advisory { id: "CVE-1".into(), affected, ..Advisory::default() }]
    }

    fn below(ecosystem: &str, package: &str, fix: &str) -> Affected {
        Affected::below(Ecosystem::parse(ecosystem), package, fix)
    }

    fn no_fix(ecosystem: &str, package: &str) -> Affected {
        Affected {
            status: Status::NoFix(NoFix::WontFix),
            ..Affected::new(Ecosystem::parse(ecosystem), package)
        }
    }

    /// The reason for one package on one platform, in words; none where nothing names it.
    fn why(records: &[Advisory], platform: &Platform, installed: &Installed) -> Option<String> {
        let found = Index::new(records).assess_one(platform, installed);
        assert!(found.len() <= 1);
        found.first().map(|finding| format!("{:?}: {}", finding.verdict(), finding.why))
    }

    #[test]
    fn the_source_version_is_compared_where_the_vendor_names_sources() {
        let records = record(vec![below("Debian:12", "android-platform-tools", "29.0.6-29")]);
        let mut adb = Installed::new("adb", "1:29.0.6-28");
        adb.source = Some(Source { name: "android-platform-tools".into(), version: "29.0.6-28".into() });
        let platform = Platform::parse("Debian:12");
        assert_eq!(why(&records, &platform, &adb).unwrap(), "Affected: below 29.0.6-29");
        adb.source.as_mut().unwrap().version = "29.0.6-29".into();
        assert_eq!(why(&records, &platform, &adb).unwrap(), "NotAffected: fixed in 29.0.6-29");
        // A binary package of the source's name is another package.
        assert_eq!(why(&records, &Platform::parse("Debian:11"), &adb), None);
        let other =
            Installed { source: Some(Source::default()), ..Installed::new("android-platform-tools", "1") };
        assert_eq!(why(&records, &platform, &other), None);
    }

    #[test]
    fn a_pro_fix_is_out_of_reach_without_pro_and_decides_with_it() {
        let general = no_fix("Ubuntu:16.04:LTS", "wayland");
        let pro = below("Ubuntu:Pro:16.04:LTS", "wayland", "1.12+esm1");
        let at = |version| Installed::new("wayland", version);
        let (with, without) = (Platform::parse("Ubuntu:Pro:16.04:LTS"), Platform::parse("Ubuntu:16.04"));
        let both = record(vec![general, pro.clone()]);
        assert_eq!(why(&both, &with, &at("1.11")).unwrap(), "Affected: below 1.12+esm1");
        assert_eq!(why(&both, &with, &at("1.12+esm1")).unwrap(), "NotAffected: fixed in 1.12+esm1");
        assert_eq!(why(&both, &without, &at("1.11")).unwrap(), "Affected: the vendor will not fix it");
        let only = record(vec![pro]);
        let words = "Affected: below 1.12+esm1, which the channels of this host do not offer";
        assert_eq!(why(&only, &without, &at("1.11")).unwrap(), words);
        let fips = record(vec![below("Ubuntu:Pro:FIPS:16.04:LTS", "wayland", "2")]);
        assert_eq!(why(&fips, &with, &at("1.11")), None);
    }

    #[test]
    fn a_host_on_an_extended_channel_has_its_fixes_and_cannot_reach_the_later_ones() {
        let general = below("Red Hat:enterprise_linux:8::baseos", "sudo", "1.9-2.el8_10");
        let extended = below("Red Hat:rhel_eus:8.6::baseos", "sudo", "1.9-1.el8_6");
        let mut host = Platform::parse("Red Hat:rhel_eus:8.6");
        host.ecosystem.release = Some("8".into());
        host.pinned = Some(6);
        let at = |version| Installed::new("sudo", version);
        let both = record(vec![general.clone(), extended]);
        assert_eq!(why(&both, &host, &at("1.9-1.el8_6")).unwrap(), "NotAffected: fixed in 1.9-1.el8_6");
        assert_eq!(why(&both, &host, &at("1.9-0.el8_6")).unwrap(), "Affected: below 1.9-1.el8_6");
        assert_eq!(
            why(&both, &Platform::parse("Red Hat:enterprise_linux:8"), &at("1.9-1.el8_6")).unwrap(),
            "Affected: below 1.9-2.el8_10"
        );
        let words = "Affected: below 1.9-2.el8_10, which the channels of this host do not offer";
        assert_eq!(why(&record(vec![general]), &host, &at("1.9-0.el8_6")).unwrap(), words);
        let early = record(vec![below("Red Hat:enterprise_linux:8::baseos", "sudo", "1.9-1.el8_4")]);
        assert_eq!(why(&early, &host, &at("1.9-0.el8_4")).unwrap(), "Affected: below 1.9-1.el8_4");
    }

    #[test]
    fn fixes_differ_by_architecture_and_the_entry_of_another_one_does_not_count() {
        let of = |arch: &str, fix| Affected {
            arches: vec![arch.into()],
            ..below("Oracle Linux:7", "rsyslog", fix)
        };
        let records = record(vec![of("x86_64", "8-57.0.1"), of("aarch64", "8-57.0.4")]);
        let on = |arch: &str| Installed { arch: Some(arch.into()), ..Installed::new("rsyslog", "8-57.0.1") };
        let platform = Platform::parse("Oracle Linux:7");
        assert_eq!(why(&records, &platform, &on("x86_64")).unwrap(), "NotAffected: fixed in 8-57.0.1");
        assert_eq!(why(&records, &platform, &on("aarch64")).unwrap(), "Affected: below 8-57.0.4");
        assert_eq!(
            why(&records[..1], &platform, &on("s390x")).unwrap(),
            "NotAffected: the entry is for x86_64"
        );
    }

    #[test]
    fn a_module_stream_must_be_the_same_and_a_stream_that_is_not_named_is_unknown() {
        let module = Module::parse("httpd:2.4:8040:abc");
        let fix = "2.4.37-43.module_el8.5.0+2597+c4";
        let entry = below("AlmaLinux:8", "httpd", fix);
        let named = record(vec![Affected { module: module.clone(), ..entry.clone() }]);
        let old = Installed { module, ..Installed::new("httpd", "2.4.37-30.module_el8.3.0+1+a") };
        let other = Installed { module: Module::parse("httpd:2.6"), ..old.clone() };
        let plain = Installed::new("httpd", "2.4.37-30.el8");
        let unlabelled = Installed { module: None, ..old.clone() };
        let platform = Platform::parse("AlmaLinux:8");
        assert_eq!(why(&named, &platform, &old).unwrap(), format!("Affected: below {fix}"));
        assert_eq!(
            why(&named, &platform, &other).unwrap(),
            "NotAffected: the entry is for the module stream httpd:2.4"
        );
        assert_eq!(
            why(&named, &platform, &plain).unwrap(),
            "NotAffected: the entry is for the module stream httpd:2.4"
        );
        let unknown = "Unknown: it is a modular build, and its stream is not named";
        assert_eq!(why(&named, &platform, &unlabelled).unwrap(), unknown);
        let unnamed = record(vec![entry]);
        assert_eq!(why(&unnamed, &platform, &old).unwrap(), unknown);
        assert_eq!(
            why(&unnamed, &platform, &plain).unwrap(),
            "NotAffected: the entry is for the build outside modules"
        );
    }

    #[test]
    fn of_a_parent_vendor_only_what_it_will_not_fix_counts() {
        let parent = Some(Ecosystem::parse("Red Hat:enterprise_linux:8"));
        let host = Platform { parent, ..Platform::parse("AlmaLinux:8") };
        let tar = Installed::new("tar", "2:1.30-5.el8");
        let open = record(vec![no_fix("Red Hat:enterprise_linux:8", "tar")]);
        assert_eq!(why(&open, &host, &tar).unwrap(), "Affected: the vendor will not fix it");
        let fixed = record(vec![below("Red Hat:enterprise_linux:8", "tar", "2:1.30-9.el8")]);
        assert_eq!(why(&fixed, &host, &tar), None);
    }

    #[test]
    fn a_line_of_its_own_release_overrides_the_one_for_every_release() {
        let records = record(vec![
            below("Debian", "zlib", "1.3"),
            Affected { status: Status::NotAffected, ..below("Debian:12", "zlib", "1") },
        ]);
        let zlib = Installed::new("zlib", "1.2");
        assert_eq!(
            why(&records, &Platform::parse("Debian:12"), &zlib).unwrap(),
            "NotAffected: the vendor says that it is not affected"
        );
        assert_eq!(why(&records, &Platform::parse("Debian:11"), &zlib).unwrap(), "Affected: below 1.3");
    }

    #[test]
    fn what_cannot_be_told_is_unknown_and_a_withdrawn_record_raises_nothing() {
        let mut records = record(vec![below("PyPI", "x", "2.0")]);
        let platform = Platform::parse("PyPI");
        let x = Installed::new("x", "1.0");
        assert_eq!(
            why(&records, &platform, &x).unwrap(),
            "Unknown: the order of this ecosystem's versions is not known here"
        );
        records[0].affected[0].versions.push("1.0".into());
        assert_eq!(why(&records, &platform, &x).unwrap(), "Affected: its version is listed as affected");
        let go = record(vec![below("Go", "x", "2.0.0")]);
        let devel = why(&go, &Platform::parse("Go"), &Installed::new("x", "(devel)")).unwrap();
        assert!(devel.starts_with("Unknown: \"(devel)\" is not a valid semver version"), "{devel}");
        let mut git = record(vec![below("Go", "x", "2.0.0")]);
        git[0].affected[0].ranges[0].kind = crate::range::RangeKind::Git;
        let commits = "Unknown: only commits are named, and no version shows which ones it holds";
        assert_eq!(why(&git, &Platform::parse("Go"), &x).unwrap(), commits);
        records[0].withdrawn = Some("2024".into());
        assert_eq!(why(&records, &platform, &x), None);
    }
}
