//! Definitions as records: one of each advisory or CVE, with what every definition of it says.

use super::WHAT;
use super::definition::Definition;
use super::document::Document;
use super::entry::{self, Gap};
use super::tree::Walker;
use super::vendor::{self, Vendor};
use crate::advisory::{Advisory, Provenance, Severity};
use crate::affected::Affected;
use crate::ecosystem::Ecosystem;
use crate::fault::Fault;
use crate::feed::Feed;
use crate::remark::Remark;
use std::collections::{BTreeMap, BTreeSet};

/// The records of a document.
///
/// # Errors
/// There is no definition, or none that could be read.
pub(super) fn of(document: &Document, given: Option<&Ecosystem>, from: &Provenance) -> Result<Feed, Fault> {
    let mut records = Records {
        given,
        from,
        kept: Vec::new(),
        at: BTreeMap::new(),
        remarks: Vec::new(),
        asides: BTreeMap::new(),
    };
    records.remarks.clone_from(&document.remarks);
    let mut walker = Walker::new(document);
    let told =
        document.definitions.iter().filter(|of| matches!(of.class.as_str(), "patch" | "vulnerability"));
    let mut count = 0;
    for definition in told {
        count += 1;
        records.take(&mut walker, definition);
    }
    if count == 0 {
        return Err(Fault::whole(WHAT, "there is no definition of a patch or a vulnerability in it"));
    }
    records.done()
}

/// A record, and its entries, each once.
struct Kept {
    record: Advisory,
    entries: BTreeSet<Affected>,
}

struct Records<'a> {
    given: Option<&'a Ecosystem>,
    from: &'a Provenance,
    kept: Vec<Kept>,
    /// Where the record of an id is.
    at: BTreeMap<String, usize>,
    remarks: Vec<Remark>,
    /// What was passed over in many definitions: how many, and the first.
    asides: BTreeMap<&'static str, (usize, Remark)>,
}

const KERNEL: &str =
    "which kernel runs is asked as well: here an installed kernel counts, whether it runs or not";
const ABOVE: &str = "the versions above one are affected: here that one counts too";

impl Records<'_> {
    fn take(&mut self, walker: &mut Walker<'_>, definition: &Definition) {
        let Some(vendor) = vendor::of(&definition.id).or(self.given.map(|_| &vendor::ANY)) else {
            let reason = "whose packages it means is not known here: say it by `ecosystem`";
            return self.unread(definition, reason.to_string());
        };
        if definition.id.is_empty() {
            return self.unread(definition, "a definition has no id".to_string());
        }
        if definition.deprecated {
            let (at, new) = self.record(definition, None);
            if new {
                let when = definition.modified.clone().or(definition.published.clone());
                self.kept[at].record.withdrawn = Some(when.unwrap_or_else(|| "deprecated".to_string()));
            }
            return;
        }
        let Some(criteria) = &definition.criteria else {
            return self.unread(definition, "it has no criteria".to_string());
        };
        match walker.ways(vendor, criteria) {
            Ok(ways) => self.ways(vendor, definition, &ways),
            Err(_) => self.unread(definition, "its criteria have more ways than are looked at".to_string()),
        }
    }

    fn ways(&mut self, vendor: &Vendor, definition: &Definition, ways: &super::condition::Ways) {
        // Builds for several architectures are one entry.
        let mut found: BTreeMap<(Option<String>, Affected), BTreeSet<String>> = BTreeMap::new();
        let mut gaps: BTreeSet<Gap> = BTreeSet::new();
        let (mut kernel, mut above) = (false, false);
        for way in ways {
            let told = entry::of(definition, vendor, self.given, way);
            for (entry, arches) in told.entries {
                kernel |= told.kernel;
                let all = found.entry((told.cve.clone(), entry)).or_insert_with(|| arches.clone());
                // One without architectures is for all of them.
                if arches.is_empty() || all.is_empty() { all.clear() } else { all.extend(arches) }
            }
            above |= told.above;
            gaps.extend(told.gaps);
        }
        let empty = found.is_empty();
        if empty {
            self.record(definition, None);
        }
        for ((cve, mut entry), arches) in found {
            entry.arches = arches.into_iter().collect();
            let (at, _) = self.record(definition, cve.as_deref());
            self.kept[at].entries.insert(entry);
        }
        kernel.then(|| self.aside(definition, KERNEL));
        above.then(|| self.aside(definition, ABOVE));
        let (line, name) = (definition.line, identity(definition));
        if let Some(gap) = gaps.iter().find(|gap| gap.damaged).or(gaps.first()) {
            let others = match gaps.len() - 1 {
                0 => String::new(),
                1 => " and one thing more".to_string(),
                count => format!(" and {count} things more"),
            };
            let reason = format!("it asks for {}{others}; what leans on it is unknown", gap.what);
            self.remarks.push(Remark { unread: gap.damaged, ..Remark::new(line, &name, reason) });
        } else if empty {
            self.remarks.push(Remark::new(
                line,
                &name,
                "its criteria name no package that could be affected",
            ));
        }
    }

    /// The record of a definition, or of one of its CVEs; says whether it is new.
    fn record(&mut self, definition: &Definition, cve: Option<&str>) -> (usize, bool) {
        let id = cve.map_or_else(|| identity(definition), str::to_string);
        let mut new = false;
        let at = *self.at.entry(id.clone()).or_insert_with(|| {
            new = true;
            let provenance = self.from.at(definition.line);
            let (published, modified) = (definition.published.clone(), definition.modified.clone());
            let summary = definition.title.clone();
            let record = Advisory { id, summary, published, modified, provenance, ..Advisory::default() };
            self.kept.push(Kept { record, entries: BTreeSet::new() });
            self.kept.len() - 1
        });
        let record = &mut self.kept[at].record;
        if !definition.deprecated {
            record.withdrawn = None;
        }
        record.modified = record.modified.take().max(definition.modified.clone());
        describe(record, definition);
        (at, new)
    }

    fn unread(&mut self, definition: &Definition, reason: String) {
        self.remarks.push(Remark { unread: true, ..Remark::new(definition.line, &definition.id, reason) });
    }

    fn aside(&mut self, definition: &Definition, what: &'static str) {
        let first = || (0, Remark::new(definition.line, &definition.id, what));
        self.asides.entry(what).or_insert_with(first).0 += 1;
    }

    fn done(self) -> Result<Feed, Fault> {
        let mut remarks = self.remarks;
        if let (true, Some(first)) = (self.kept.is_empty(), remarks.first()) {
            return Err(Fault::line(WHAT, first.line, format!("{}: {}", first.entry, first.reason)));
        }
        remarks.extend(self.asides.into_values().map(|(count, remark)| match count {
            1 => remark,
            _ => Remark { reason: format!("{} (so in {count} definitions)", remark.reason), ..remark },
        }));
        let records = self.kept.into_iter().map(|Kept { mut record, entries }| {
            record.affected = entries.into_iter().collect();
            record
        });
        Ok(Feed { records: records.collect(), remarks })
    }
}

/// Adds what a definition says of its advisory.
fn describe(record: &mut Advisory, definition: &Definition) {
    let add = |list: &mut Vec<String>, one: &str| {
        if !list.iter().any(|known| known == one) {
            list.push(one.to_string());
        }
    };
    add(&mut record.related, &definition.id);
    let own = record.id.starts_with("CVE-");
    for reference in &definition.references {
        let id = named(&reference.id).unwrap_or_default();
        match id.starts_with("CVE-") {
            _ if id == record.id || id.is_empty() => {}
            true if !own => add(&mut record.upstream, id),
            _ => add(&mut record.related, id),
        }
        reference.url.iter().for_each(|url| add(&mut record.references, url));
    }
    let severity = definition.severity.iter().filter(|word| !word.eq_ignore_ascii_case("none"));
    let severity = severity.map(|word| Severity { system: "severity".to_string(), value: word.clone() });
    let vectors =
        definition.cves.iter().filter(|cve| cve.id == record.id).flat_map(|cve| cve.vectors.iter().cloned());
    for said in severity.chain(vectors) {
        if !record.severity.contains(&said) {
            record.severity.push(said);
        }
    }
    if !own {
        definition.cves.iter().for_each(|cve| add(&mut record.upstream, &cve.id));
    }
}

/// How the vendor calls what a definition is about: the advisory of a patch, the CVE of a vulnerability; the definition's
/// own id where it has no other.
fn identity(definition: &Definition) -> String {
    let title = definition.title.split_whitespace().next().map(|word| word.trim_end_matches(':'));
    let names: Vec<&str> = title
        .into_iter()
        .chain(definition.references.iter().map(|of| of.id.as_str()))
        .filter_map(named)
        .collect();
    let is_cve = |name: &&&str| name.starts_with("CVE-");
    let wanted = match definition.class.as_str() {
        "patch" => names.iter().find(|name| !is_cve(name)),
        _ => names.iter().find(is_cve),
    };
    wanted.or(names.first()).map_or(definition.id.as_str(), |name| *name).to_string()
}

/// An advisory's name in a reference: `RHSA-2022:4765`; the CVE of `SUSE CVE-2021-1` and of `CVE:00001:CVE-2021-1`.
fn named(text: &str) -> Option<&str> {
    let name = text.split_whitespace().last()?;
    let name = name.rfind("CVE-").map_or(name, |at| &name[at..]);
    let (letters, rest) = name.split_once('-')?;
    let formed = letters.len() > 1 && letters.bytes().all(|b| b.is_ascii_uppercase());
    (formed && rest.bytes().any(|b| b.is_ascii_digit())).then_some(name)
}
