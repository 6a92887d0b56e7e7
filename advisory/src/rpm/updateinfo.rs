//! `updateinfo.xml`: the advisories of one rpm repository.
//!
//! Source: createrepo_c's updateinfo parser (src/xml_parser_updateinfo.c) and what vendors publish. A package is
//! affected below the version that the update brings, for the architecture and the module stream that it is listed
//! under. Attributes may be missing: an epoch is then zero. The document is read element by element.

use super::shape;
use crate::advisory::{Advisory, Provenance, Severity};
use crate::affected::Affected;
use crate::ecosystem::{Ecosystem, Naming};
use crate::fault::Fault;
use crate::feed::Feed;
use crate::installed::Module;
use crate::remark::Remark;
use crate::xml::{Node, Xml};
use std::collections::BTreeMap;

const WHAT: &str = "updateinfo";

type Attributes = BTreeMap<String, String>;

/// Reads the updates of a repository of an ecosystem (`AlmaLinux:9`). An update whose id is not of the vendor's form is
/// left out and remarked.
///
/// # Errors
/// For what is not well-formed, is no updateinfo, or declares a document type; and where every update was left out.
pub fn read(bytes: &[u8], ecosystem: &Ecosystem, from: &Provenance) -> Result<Feed, Fault> {
    let mut xml = Xml::new(bytes, WHAT)?;
    let mut reading = Reading {
        ecosystem,
        feed: Feed::default(),
        path: Vec::new(),
        text: String::new(),
        module: None,
        builds: BTreeMap::new(),
    };
    loop {
        match xml.next()? {
            Node::Start(name, attributes) => {
                if reading.path.is_empty() && name != "updates" {
                    return Err(xml.fault(format!("it begins with <{name}>, where <updates> is needed")));
                }
                if name == "update" {
                    reading.update(&attributes, from.at(xml.line()));
                }
                reading.start(&name, attributes);
            }
            Node::Text(text) => reading.text.push_str(&text),
            Node::End(name) => reading.end(&name),
            Node::Done => break,
        }
    }
    reading.done(ecosystem)
}

/// What has been read, and where the reading stands.
struct Reading<'a> {
    ecosystem: &'a Ecosystem,
    feed: Feed,
    path: Vec<String>,
    text: String,
    /// That of the collection.
    module: Option<Module>,
    /// The entries of the update by package, fix and module: several architectures of one build are one entry.
    builds: BTreeMap<(String, String, Option<Module>), usize>,
}

impl Reading<'_> {
    fn update(&mut self, attributes: &Attributes, provenance: Provenance) {
        let mut record = Advisory { provenance, ..Advisory::default() };
        record.severity.extend(severity("type", attributes.get("type")));
        self.feed.records.push(record);
        self.builds.clear();
    }

    fn start(&mut self, name: &str, attributes: Attributes) {
        self.text.clear();
        if name == "package" {
            self.package(&attributes);
        } else if let Some(record) = self.feed.records.last_mut() {
            match name {
                "issued" => record.published = attributes.get("date").cloned(),
                "updated" => record.modified = attributes.get("date").cloned(),
                "reference" => reference(record, &attributes),
                "collection" => self.module = None,
                "module" => self.module = module(&attributes),
                _ => {}
            }
        }
        self.path.push(name.to_string());
    }

    fn package(&mut self, attributes: &Attributes) {
        let Some(record) = self.feed.records.last_mut() else { return };
        let of = |key: &str| attributes.get(key).map(String::as_str).filter(|value| !value.is_empty());
        let (Some(name), Some(version), Some(release)) = (of("name"), of("version"), of("release")) else {
            let reason = "a package has no name, version or release; it is left out";
            return self.feed.remarks.push(Remark::new(record.provenance.line, &record.id, reason));
        };
        let arch = of("arch");
        if matches!(arch, Some("src" | "nosrc")) {
            return;
        }
        let fix = match of("epoch") {
            None | Some("0") => format!("{version}-{release}"),
            Some(epoch) => format!("{epoch}:{version}-{release}"),
        };
        let build = (name.to_string(), fix, self.module.clone());
        let at = *self.builds.entry(build).or_insert_with_key(|(name, fix, module)| {
            let entry = Affected::below(self.ecosystem.clone(), name, fix);
            record.affected.push(Affected { naming: Naming::Binary, module: module.clone(), ..entry });
            record.affected.len() - 1
        });
        record.affected[at].arches.extend(arch.map(str::to_string));
    }

    fn end(&mut self, name: &str) {
        self.path.pop();
        let text = self.text.trim();
        let inside = self.path.last().map_or("", String::as_str);
        if let Some(record) = self.feed.records.last_mut() {
            match (inside, name) {
                ("update", "id") => record.id = text.to_string(),
                ("update", "title") => record.summary = text.to_string(),
                ("update", "severity") => {
                    record.severity.extend(severity("severity", Some(&text.to_string())))
                }
                // An empty element says yes, as createrepo_c reads it.
                (_, "reboot_suggested") => record.reboot |= !matches!(text, "False" | "false" | "0"),
                _ => {}
            }
        }
        self.text.clear();
    }

    fn done(self, ecosystem: &Ecosystem) -> Result<Feed, Fault> {
        let Feed { records, mut remarks } = self.feed;
        let (fit, unfit): (Vec<_>, Vec<_>) =
            records.into_iter().partition(|record| shape::fits(&record.id, ecosystem));
        let mut reasons = Vec::new();
        for record in &unfit {
            let reason = format!("the id is none of {}; the update is left out", ecosystem.name);
            reasons.push(Remark::new(record.provenance.line, &record.id, reason));
        }
        if let (true, Some(first)) = (fit.is_empty(), reasons.first()) {
            return Err(Fault::new(WHAT, first.line, format!("{}: {}", first.entry, first.reason)));
        }
        remarks.extend(reasons);
        Ok(Feed { records: fit, remarks }.merged())
    }
}

fn severity(system: &str, value: Option<&String>) -> Option<Severity> {
    let value = value.filter(|value| !value.is_empty() && *value != "None")?;
    Some(Severity { system: system.to_string(), value: value.clone() })
}

/// CVEs are what the update is about; other ids have to do with it; addresses say more.
fn reference(record: &mut Advisory, attributes: &Attributes) {
    let of = |key: &str| attributes.get(key).map(String::as_str).unwrap_or_default();
    record.references.extend(attributes.get("href").cloned());
    let (id, kind) = (of("id"), of("type"));
    if id.starts_with("CVE-") {
        record.upstream.push(id.to_string());
    } else if !id.is_empty() && !matches!(kind, "self" | "bugzilla" | "other") {
        record.related.push(id.to_string());
    }
}

fn module(attributes: &Attributes) -> Option<Module> {
    Some(Module { name: attributes.get("name")?.clone(), stream: attributes.get("stream")?.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TWO: &str = r#"<?xml version="1.0"?>
<updates>
<update type="security"><id>RHSA-2012:0059</id><title>a &amp; b</title><issued date="2018"/><severity>Moderate</severity>
 <reboot_suggested/>
 <references><reference href="https://example.com" id="CVE-2018-1" type="cve"/><reference id="1" type="bugzilla"/></references>
 <pkglist><collection short=""><name>one</name><module name="kangaroo" stream="0" version="2018" context="x" arch="noarch"/>
  <package name="kangaroo" version="0.3" release="1" arch="x86_64"/><package name="kangaroo" version="0.3" release="1" arch="aarch64"/>
  <package name="kangaroo" version="0.3" release="1" arch="src"/></collection></pkglist>
 <pkglist><collection><package name="duck" epoch="2" version="0.7" release="1" arch="noarch"><filename>duck</filename>
  <reboot_suggested>False</reboot_suggested></package><package name="swan" version="1"/></collection></pkglist></update>
<update><id>NOT-AN-ID</id></update>
<update><id>RHSA-2012:0059</id><pkglist><collection><package name="crow" version="1" release="1"/></collection></pkglist></update>
</updates>"#;

    fn updates(text: &str) -> Result<Feed, Fault> {
        read(text.as_bytes(), &Ecosystem::parse("Red Hat:enterprise_linux:8"), &Provenance::default())
    }

    #[test]
    fn lists_modules_architectures_and_repeated_ids_are_read() {
        let feed = updates(TWO).unwrap();
        let [record] = &feed.records[..] else { panic!("{feed:?}") };
        let shown = |entry: &Affected| {
            let module = entry.module.as_ref().map(Module::to_string).unwrap_or_default();
            format!("{} {} {:?} {module}", entry.package, entry.ranges[0].events[1].version(), entry.arches)
        };
        let entries: Vec<String> = record.affected.iter().map(shown).collect();
        assert_eq!(
            entries,
            [
                r#"kangaroo 0.3-1 ["x86_64", "aarch64"] kangaroo:0"#,
                r#"duck 2:0.7-1 ["noarch"] "#,
                "crow 1-1 [] "
            ]
        );
        assert_eq!((record.summary.as_str(), record.reboot, record.provenance.line), ("a & b", true, 3));
        assert_eq!(
            (record.cves(), &record.references[..]),
            (vec!["CVE-2018-1"], &["https://example.com".to_string()][..])
        );
        let remarks: Vec<String> = feed.remarks.iter().map(Remark::to_string).collect();
        assert_eq!(
            remarks,
            [
                "line 3: RHSA-2012:0059: a package has no name, version or release; it is left out",
                "line 11: NOT-AN-ID: the id is none of Red Hat; the update is left out",
                "line 12: RHSA-2012:0059: the id was there before, at line 3; both entries count",
            ]
        );
    }

    #[test]
    fn what_is_no_updateinfo_is_refused() {
        let refused = |text: &str| updates(text).unwrap_err().to_string();
        assert_eq!(
            refused("<html/>"),
            "updateinfo, line 1: it begins with <html>, where <updates> is needed"
        );
        let bad = "<updates>\n<update><id>X</id></update></updates>";
        assert_eq!(refused(bad), "updateinfo, line 2: X: the id is none of Red Hat; the update is left out");
        assert_eq!(updates("<updates/>").unwrap(), Feed::default());
    }

    proptest! {
        #[test]
        fn cut_anywhere_it_is_refused(cut in 0..TWO.len()) {
            prop_assert!(updates(&TWO[..cut]).is_err());
        }
    }
}
