//! The lists of Debian's security tracker: `DSA/list`, `DLA/list`, `DTSA/list` and `CVE/list`.
//!
//! Source: the tracker's doc/security-team.d.o and lib/python/bugs.py, as its own lists use them. An entry begins at
//! the margin; below it, indented, stand `{references}`, notes, and packages: `[release] - source version (words)`,
//! where the version may be a word in angle brackets. Without a release the line is about unstable, and holds for
//! every release without a line of its own.

use crate::advisory::{Advisory, Provenance};
use crate::affected::{Affected, NoFix, Status};
use crate::ecosystem::{Ecosystem, Naming};
use crate::fault::Fault;
use crate::feed::Feed;
use crate::line::{Lines, TEXT_LIMIT};
use crate::range::Range;
use crate::remark::Remark;
use std::collections::BTreeMap;

const WHAT: &str = "tracker list";

/// Lines below an entry that are for the team alone.
const PROSE: [&str; 8] =
    ["NOTE:", "TODO:", "RESERVED", "NOT-FOR-US:", "begin claimed", "end claimed", "CLAIMED", "STOP:"];

/// Reads a list. An entry that cannot be read is remarked; the others are read.
///
/// # Errors
/// For bytes that are no list: not UTF-8, a NUL byte, a line longer than [`TEXT_LIMIT`], or no entry at all.
pub fn read(bytes: &[u8], from: &Provenance) -> Result<Feed, Fault> {
    let mut feed = Feed::default();
    let mut lines = Lines::new(bytes, WHAT, TEXT_LIMIT);
    while let Some(line) = lines.next() {
        let line = std::str::from_utf8(line?).map_err(|_| lines.fault("the line is not UTF-8"))?;
        if line.contains('\0') {
            return Err(lines.fault("there is a NUL byte in the line"));
        }
        take(line, lines.number(), from, &mut feed);
    }
    if feed.records.is_empty() && !bytes.trim_ascii().is_empty() {
        return Err(Fault::new(WHAT, 1, "there is no entry in it"));
    }
    feed.records.iter_mut().for_each(complete);
    // The lists hold a few ids twice, by slips of the hand.
    Ok(feed.merged())
}

fn take(line: &str, number: usize, from: &Provenance, feed: &mut Feed) {
    let text = line.trim();
    if text.is_empty() {
        return;
    }
    let outcome = if line.starts_with([' ', '\t']) {
        match feed.records.last_mut() {
            Some(record) => below(text, record),
            None => Err("the line belongs to no entry"),
        }
    } else {
        header(text, from.at(number)).map(|record| feed.records.push(record))
    };
    if let Err(reason) = outcome {
        let id = feed.records.last().map_or("", |record| &record.id).to_string();
        feed.remarks.push(Remark::new(number, &id, format!("{reason}: {text:.60}")));
    }
}

/// `[05 Jul 2020] DSA-4718-1 thunderbird - security update`, `CVE-2024-1 (words)`, `CVE-2024-1`.
fn header(text: &str, provenance: Provenance) -> Result<Advisory, &'static str> {
    let (published, rest) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((date, rest)) => (Some(date.to_string()), rest.trim_start()),
        None => (None, text),
    };
    let (id, summary) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    if !["CVE-", "CAN-", "DSA-", "DLA-", "DTSA-", "TEMP-", "ELA-"].iter().any(|prefix| id.starts_with(prefix))
    {
        return Err("the line at the margin begins no entry");
    }
    let summary = summary.trim().trim_start_matches('(').trim_end_matches(')').to_string();
    Ok(Advisory { id: id.to_string(), published, summary, provenance, ..Advisory::default() })
}

/// A line below an entry.
fn below(text: &str, record: &mut Advisory) -> Result<(), &'static str> {
    if text == "REJECTED" {
        record.withdrawn = Some("rejected".to_string());
    } else if let Some(references) = text.strip_prefix('{') {
        for id in references.trim_end_matches('}').split_whitespace() {
            let into = if id.starts_with("CVE-") { &mut record.upstream } else { &mut record.related };
            into.push(id.to_string());
        }
    } else if text.starts_with("- ") || text.starts_with('[') {
        record.affected.push(package(text)?);
    } else if !PROSE.iter().any(|prefix| text.starts_with(prefix)) {
        return Err("the line is of no known form");
    }
    Ok(())
}

/// `[release] - source version (words)`.
fn package(text: &str) -> Result<Affected, &'static str> {
    let (release, rest) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((release, rest)) => (Some(release.trim()), rest.trim_start()),
        None => (None, text),
    };
    let mut words =
        rest.strip_prefix('-').ok_or("the hyphen before the package is missing")?.split_whitespace();
    let name = words.next().ok_or("the package is missing")?;
    let version = words.next().ok_or("the version is missing")?;
    let note = rest.split_once('(').map(|(_, note)| note.trim_end_matches(')').to_string());
    let ecosystem = match release {
        Some(release) => Ecosystem::of("Debian", super::number(release).unwrap_or(release)),
        None => Ecosystem { name: "Debian".to_string(), ..Ecosystem::default() },
    };
    let affected = match version.strip_prefix('<') {
        None => Affected::below(ecosystem, name, version),
        Some(word) => {
            let status =
                status(word.trim_end_matches('>')).ok_or("the word in angle brackets is not known")?;
            Affected { status, ..Affected::new(ecosystem, name) }
        }
    };
    Ok(Affected { naming: Naming::Source, note, ..affected })
}

fn status(word: &str) -> Option<Status> {
    Some(match word {
        "not-affected" | "itp" => Status::NotAffected,
        "undetermined" => Status::Undetermined,
        "unfixed" => Status::NoFix(NoFix::Open),
        "no-dsa" => Status::NoFix(NoFix::NoAdvisory),
        "ignored" => Status::NoFix(NoFix::Ignored),
        "postponed" => Status::NoFix(NoFix::Postponed),
        "removed" => Status::NoFix(NoFix::Removed),
        "end-of-life" | "unsupported" => Status::NoFix(NoFix::EndOfLife),
        _ => return None,
    })
}

/// A release without a fix of its own is safe at the version that unstable was fixed with.
fn complete(record: &mut Advisory) {
    let fixed: BTreeMap<String, Vec<Range>> = record
        .affected
        .iter()
        .filter(|entry| entry.ecosystem.release.is_none() && entry.status == Status::Versions)
        .map(|entry| (entry.package.clone(), entry.ranges.clone()))
        .collect();
    for entry in record.affected.iter_mut().filter(|entry| matches!(entry.status, Status::NoFix(_))) {
        if let Some(ranges) = fixed.get(&entry.package) {
            entry.ranges = ranges.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchform_versions::Scheme;
    use proptest::prelude::*;

    const LIST: &str = "[05 Jul 2020] DSA-4718-1 thunderbird - security update\n\t{CVE-2020-12417 DLA-1}\n\
                        \t[stretch] - thunderbird 1:68.10.0-1~deb9u1\n\t[buster] - thunderbird <not-affected> (Not there)\n\
                        \tNOTE: a note\nCVE-2026-27171 (zlib before 1.3.2 ...)\n\t- zlib 1.3.2 (bug #1128336)\n\
                        \t[bookworm] - zlib <no-dsa> (Minor issue)\nCVE-2026-1\n\tREJECTED\n";

    fn list(text: &str) -> Feed {
        read(text.as_bytes(), &Provenance::default()).unwrap()
    }

    #[test]
    fn the_forms_of_an_entry_are_read() {
        let feed = list(LIST);
        let [dsa, cve, rejected] = &feed.records[..] else { panic!("{feed:?}") };
        assert_eq!(
            (&dsa.upstream[..], &dsa.related[..]),
            (&["CVE-2020-12417".to_string()][..], &["DLA-1".to_string()][..])
        );
        assert_eq!(dsa.summary, "thunderbird - security update");
        assert_eq!(dsa.published.as_deref(), Some("05 Jul 2020"));
        assert_eq!(dsa.affected[0].ecosystem.to_string(), "Debian:9");
        assert_eq!(dsa.affected[1].status, Status::NotAffected);
        assert_eq!(dsa.affected[1].note.as_deref(), Some("Not there"));
        assert_eq!(cve.affected[1].status, Status::NoFix(NoFix::NoAdvisory));
        assert_eq!(cve.affected[1].ranges, [Range::below("1.3.2", Some(Scheme::Dpkg))]);
        assert_eq!(cve.provenance.line, 6);
        assert!(rejected.withdrawn.is_some() && feed.remarks.is_empty());
    }

    #[test]
    fn every_word_in_angle_brackets_has_a_meaning_and_a_new_one_is_remarked() {
        for word in [
            "not-affected",
            "itp",
            "undetermined",
            "unfixed",
            "no-dsa",
            "ignored",
            "postponed",
            "removed",
            "end-of-life",
        ] {
            let feed = list(&format!("CVE-1-1\n\t- a <{word}>\n"));
            assert_ne!(feed.records[0].affected[0].status, Status::Versions);
        }
        let feed = list("CVE-1-1\n\t- a <new>\n\todd\nodd\n\t- b 1\n");
        let remarks: Vec<String> = feed.remarks.iter().map(Remark::to_string).collect();
        assert_eq!(
            remarks,
            [
                "line 2: CVE-1-1: the word in angle brackets is not known: - a <new>",
                "line 3: CVE-1-1: the line is of no known form: odd",
                "line 4: CVE-1-1: the line at the margin begins no entry: odd",
            ]
        );
    }

    #[test]
    fn an_id_that_is_there_twice_is_one_record() {
        let feed = list("CVE-1-1\n\t- a 1\nCVE-1-1\n\t- b 2\n");
        assert_eq!((feed.records.len(), feed.records[0].affected.len()), (1, 2));
        assert_eq!(
            feed.remarks[0].to_string(),
            "line 3: CVE-1-1: the id was there before, at line 1; both entries count"
        );
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let refused = |bytes: &[u8]| read(bytes, &Provenance::default()).unwrap_err().to_string();
        assert_eq!(refused(b"<html>\n"), "tracker list, line 1: there is no entry in it");
        assert_eq!(refused(b"CVE-1-1\n\t- a \0\n"), "tracker list, line 2: there is a NUL byte in the line");
        assert_eq!(refused(b"CVE-1-1\n\t- \xff\n"), "tracker list, line 2: the line is not UTF-8");
        assert!(refused(&vec![b'C'; TEXT_LIMIT + 1]).contains("the limit is"));
    }

    proptest! {
        #[test]
        fn a_cut_list_is_read_or_refused(cut in 0..LIST.len()) {
            if let Ok(feed) = read(&LIST.as_bytes()[..cut], &Provenance::default()) {
                prop_assert!(feed.records.iter().all(|record| LIST.contains(&record.id)));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[ \t\n\\[\\]<>{}()a-zA-Z0-9-]{0,80}") {
            let _ = read(text.as_bytes(), &Provenance::default());
        }
    }
}
