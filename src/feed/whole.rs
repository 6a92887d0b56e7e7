//! Feeds that are asked as a whole: one document, JSON lines, a zip, a folder of documents.

use super::documents::Documents;
use super::memo::Memo;
use super::problem::Problem;
use super::{Asking, Copy, Newest, Remarks, csaf};
use crate::catalog::{Content, CveRecord, Document, Edition};
use crate::config::checked::FeedFormat;
use crate::model::Moment;
use patchform_advisory::cve::CveId;
use patchform_advisory::day::Day;
use patchform_advisory::{Advisory, Ecosystem, Provenance, cve5, debian, epss, kev, openvex, osv, oval};
use std::collections::BTreeMap;

/// What one format's documents come to.
struct Read {
    content: Content,
    /// What the publisher calls it, and when that was published.
    name: Option<String>,
    at: Option<Moment>,
    model: Option<String>,
}

/// Asks a feed and reads what came; none where nothing is new.
pub(super) fn ask(asking: &Asking<'_>, memo: &mut Memo) -> Result<Option<Copy>, Problem> {
    let feed = asking.feed;
    let ending = ending(feed.format);
    let asked = Documents::ask(&asking.source, ending, memo, feed.sha256.as_deref())?;
    let Some((documents, digest)) = asked else { return Ok(None) };
    let mut remarks = Remarks::default();
    let read = match feed.format {
        FeedFormat::Kev => listings(asking, documents, &mut remarks),
        FeedFormat::Epss => scores(asking, documents, &mut remarks),
        FeedFormat::Cve5 => records(asking, documents, &mut remarks),
        FeedFormat::OpenVex => vex(asking, documents, &mut remarks),
        _ => advisories(asking, documents, &mut remarks),
    }?;
    if read.content.is_empty() {
        let why = remarks.why_nothing();
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        return Err(Problem::at(
            asking.source.name(""),
            format!("there is no entry in it that could be read{why}"),
        ));
    }
    let proof = match feed.sha256 {
        Some(_) => "its digest is the one that the feed block wants",
        None => "",
    };
    let edition = Edition {
        digest,
        name: read.name,
        at: read.at,
        model: read.model,
        proof: proof.to_string(),
        remarks: remarks.count,
        unread: remarks.unread,
        ..Edition::default()
    };
    Ok(Some(Copy { content: read.content, edition, remarks: remarks.first }))
}

/// How the files are called in folders and zips.
fn ending(format: FeedFormat) -> &'static str {
    match format {
        FeedFormat::DebianTracker => "list",
        FeedFormat::Epss => ".csv",
        FeedFormat::Oval => ".xml",
        _ => ".json",
    }
}

/// The only document of a feed that is one.
fn only(asking: &Asking<'_>, documents: Documents) -> Result<(String, Vec<u8>), Problem> {
    let mut all = Vec::new();
    documents.each(&asking.source, ending(asking.feed.format), |name, bytes| {
        all.push((name.to_string(), bytes.to_vec()));
        Ok(())
    })?;
    let found = all.len();
    match (all.pop(), found) {
        (Some(only), 1) => Ok(only),
        _ => Err(Problem::at(
            asking.source.name(""),
            format!("there are {found} documents in it; this format is one"),
        )),
    }
}

fn listings(asking: &Asking<'_>, documents: Documents, remarks: &mut Remarks) -> Result<Read, Problem> {
    let (name, bytes) = only(asking, documents)?;
    let catalog = kev::Catalog::read(&bytes).map_err(|fault| Problem::fault(&name, &fault))?;
    let mut newest = Newest::new(asking);
    newest.hear_text(&name, Some(&catalog.released), remarks);
    let version = Some(catalog.version.clone());
    Ok(Read { content: Content::Exploited(catalog), name: version, at: newest.at, model: None })
}

fn scores(asking: &Asking<'_>, documents: Documents, remarks: &mut Remarks) -> Result<Read, Problem> {
    let (name, bytes) = only(asking, documents)?;
    let scores =
        epss::Scores::read(&bytes, named_day(&name)).map_err(|fault| Problem::fault(&name, &fault))?;
    if !scores.ended {
        return Err(Problem::at(&name, "its last row has no line end: it was cut off"));
    }
    let day = scores.day.map(|day| day.to_string());
    let mut newest = Newest::new(asking);
    newest.hear_text(&name, day.as_ref().map(|day| format!("{day}T00:00:00Z")).as_deref(), remarks);
    let model = scores.model.clone();
    Ok(Read { content: Content::Scores(scores), name: day, at: newest.at, model })
}

/// The day of a file such as `epss_scores-2025-03-15.csv.gz`.
fn named_day(name: &str) -> Option<Day> {
    let digits = name.rsplit('/').next()?.find(|c: char| c.is_ascii_digit())?;
    let last = name.rsplit('/').next()?;
    Day::parse(last.get(digits..digits + 10)?)
}

fn records(asking: &Asking<'_>, documents: Documents, remarks: &mut Remarks) -> Result<Read, Problem> {
    let mut all: BTreeMap<CveId, CveRecord> = BTreeMap::new();
    let mut newest = Newest::new(asking);
    let mut wrong = None;
    documents.each(&asking.source, ".json", |name, bytes| {
        for bytes in lines_of(bytes) {
            let record = match cve5::Record::read(bytes) {
                Ok(record) => CveRecord::of(&record, name),
                // Lists have files of their own beside the records.
                Err(_) if is_beside(name) => {
                    remarks.unread.files.insert(name.to_string());
                    continue;
                }
                Err(fault) => {
                    remarks.refused(name, name, bytes, &fault);
                    wrong.get_or_insert_with(|| Problem::fault(name, &fault));
                    continue;
                }
            };
            newest.hear_text(name, record.updated.as_deref(), remarks);
            match all.get(&record.cve) {
                Some(earlier) if earlier.updated > record.updated => {}
                _ => {
                    if let Some(earlier) = all.insert(record.cve, record) {
                        remarks.push(
                            name,
                            format!(
                                "{} is also in {}; the one changed last counts",
                                earlier.cve, earlier.file
                            ),
                        );
                    }
                }
            }
        }
        Ok(())
    })?;
    match wrong {
        Some(problem) if all.is_empty() => Err(problem),
        _ => Ok(dated(Content::Records(all.into_values().collect()), newest)),
    }
}

/// `delta.json` and `deltaLog.json` of the list of CVEs are no records.
fn is_beside(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    !file.starts_with("CVE-")
}

/// The documents in a text: JSON lines, or the one that it is.
fn lines_of(bytes: &[u8]) -> Vec<&[u8]> {
    if has_lines(bytes) {
        bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect()
    } else {
        vec![bytes]
    }
}

/// Whether a text is JSON lines: its first line is a whole object, and more follow.
fn has_lines(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
    let end = text.iter().position(|byte| *byte == b'\n');
    end.is_some_and(|end| text[..end].trim_ascii_end().ends_with(b"}") && text.starts_with(b"{"))
}

fn vex(asking: &Asking<'_>, documents: Documents, remarks: &mut Remarks) -> Result<Read, Problem> {
    let (mut all, mut newest, mut wrong) = (Vec::new(), Newest::new(asking), None);
    documents.each(&asking.source, ".json", |name, bytes| {
        match openvex::read(bytes) {
            Ok(reading) => {
                reading.complaints.iter().for_each(|complaint| remarks.push(name, complaint));
                let document = reading.document;
                let stamp = document.last_updated.or(document.timestamp).unwrap_or_default();
                newest.hear_text(name, Some(&stamp), remarks);
                all.push(Document {
                    path: name.to_string(),
                    name: document.id,
                    stamp,
                    withdrawn: false,
                    body: bytes.to_vec(),
                });
            }
            Err(fault) => {
                remarks.refused(name, name, bytes, &fault);
                wrong.get_or_insert_with(|| Problem::fault(name, &fault));
            }
        }
        Ok(())
    })?;
    match wrong {
        Some(problem) if all.is_empty() => Err(problem),
        _ => Ok(dated(csaf::content(all, &remarks.unread), newest)),
    }
}

fn advisories(asking: &Asking<'_>, documents: Documents, remarks: &mut Remarks) -> Result<Read, Problem> {
    let (format, feed) = (asking.feed.format, &asking.feed.name);
    let ecosystem = asking.feed.ecosystem.as_deref().map(Ecosystem::parse);
    let mut newest = Newest::new(asking);
    let mut all: BTreeMap<String, Advisory> = BTreeMap::new();
    let mut wrong = None;
    documents.each(&asking.source, ending(format), |name, bytes| {
        let from = Provenance { feed: feed.clone(), file: name.to_string(), line: 0 };
        let read = match format {
            FeedFormat::DebianTracker if bytes.trim_ascii_start().starts_with(b"{") => {
                debian::tracker::read(bytes, &from)
            }
            FeedFormat::DebianTracker => debian::list::read(bytes, &from),
            FeedFormat::Oval => oval::read(bytes, ecosystem.as_ref(), &from).map(|reading| {
                newest.hear(name, reading.generated.as_deref().and_then(generated), remarks);
                reading.feed
            }),
            _ if has_lines(bytes) => osv::read_lines(bytes, &from),
            _ => osv::read(bytes, &from)
                .map(|(record, remarks)| patchform_advisory::Feed { records: vec![record], remarks }),
        };
        match read {
            Ok(read) => {
                read.remarks.iter().for_each(|remark| match remark.unread {
                    true => remarks.unread(name, name, remark),
                    false => remarks.push(name, remark),
                });
                read.records.into_iter().for_each(|record| keep(&mut all, record, format, remarks));
            }
            Err(fault) => {
                remarks.refused(name, name, bytes, &fault);
                wrong.get_or_insert_with(|| Problem::fault(name, &fault));
            }
        }
        Ok(())
    })?;
    for Advisory { id, provenance, modified, .. } in all.values() {
        newest.hear_text(&format!("{}: {id}", provenance.file), modified.as_deref(), remarks);
    }
    match wrong {
        // A document that is the feed has no others beside it.
        Some(problem) if all.is_empty() => Err(problem),
        _ => Ok(dated(Content::Advisories(all.into_values().collect()), newest)),
    }
}

/// When a document of OVAL was made. Most say no time zone; that of UTC is never hours ahead of what is meant.
fn generated(text: &str) -> Option<Moment> {
    Moment::parse(text).or_else(|| Moment::parse(&format!("{text}Z")))
}

/// Keeps one record of every id. Of two documents with the same one that counts which was changed last; the lists of Debian's
/// tracker complete each other, and so do the documents of OVAL, one of each release.
fn keep(all: &mut BTreeMap<String, Advisory>, record: Advisory, format: FeedFormat, remarks: &mut Remarks) {
    let Some(earlier) = all.get_mut(&record.id) else {
        all.insert(record.id.clone(), record);
        return;
    };
    if matches!(format, FeedFormat::DebianTracker | FeedFormat::Oval) {
        earlier.affected.extend(record.affected);
        earlier.upstream.extend(record.upstream);
        earlier.related.extend(record.related);
        return;
    }
    let (file, id) = (&record.provenance.file, &record.id);
    remarks.push(file, format!("{id} is also in {}; the one changed last counts", earlier.provenance.file));
    if record.modified >= earlier.modified {
        *earlier = record;
    }
}

fn dated(content: Content, newest: Newest) -> Read {
    Read { content, name: None, at: newest.at, model: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_from_a_document() {
        assert!(has_lines(b"{\"id\":1}\n{\"id\":2}\n") && has_lines(b"\xef\xbb\xbf{}\n{}"));
        assert!(!has_lines(b"{\"id\":1}\n") && !has_lines(b"{\n \"a\": {}\n}\n") && !has_lines(b""));
        assert_eq!(lines_of(b"{}\n\n{}\n").len(), 2);
    }

    #[test]
    fn a_name_may_say_the_day() {
        assert_eq!(named_day("https://x.example/2/epss_scores-2025-03-15.csv.gz"), Day::new(2025, 3, 15));
        assert_eq!(named_day("epss.csv"), None);
    }
}
