//! CSAF and VEX of its profile: what a provider lists, fetched as far as it changed, held against its digests and
//! signatures.

use super::documents::Documents;
use super::memo::Memo;
use super::problem::Problem;
use super::source::Fetched;
use super::{Asking, Copy, Newest, Remarks, digest, signature};
use crate::catalog::{Content, Document, Edition, Unread};
use crate::config::checked::FeedPlace;
use crate::model::Moment;
use patchform_advisory::csaf;
use patchform_advisory::provider::{DigestFile, Listing, Metadata, read_changes, read_feed, read_index};
use std::collections::BTreeMap;

/// The list of a folder's documents with when each was changed.
const CHANGES: &str = "changes.csv";

/// The list of those that were taken away, as Red Hat has it beside the other.
const DELETIONS: &str = "deletions.csv";

/// The documents that a provider lists.
struct Listed {
    /// By key: when each was changed, as a stamp.
    documents: BTreeMap<String, Entry>,
    newest: Newest,
    /// By key: what was taken away, and when.
    gone: BTreeMap<String, String>,
    /// The digests of the lists.
    digests: Vec<String>,
    /// Whether any list is new.
    new: bool,
    /// Whether any list is the same as before, and was not read for that reason.
    passed_over: bool,
}

impl Listed {
    fn new(asking: &Asking<'_>) -> Listed {
        let newest = Newest::new(asking);
        Listed {
            documents: BTreeMap::new(),
            newest,
            gone: BTreeMap::new(),
            digests: Vec::new(),
            new: false,
            passed_over: false,
        }
    }

    /// Takes out what was taken away since it was changed last.
    fn let_go(&mut self) {
        let Listed { documents, gone, .. } = self;
        documents.retain(|key, entry| gone.get(key).is_none_or(|at| *at < entry.stamp));
    }
}

/// A document of a list.
#[derive(Default)]
struct Entry {
    stamp: String,
    /// Where its digests are, where the list says so.
    digests: Vec<String>,
    signature: Option<String>,
}

/// Asks a provider; none where nothing is new.
pub(super) fn ask(asking: &Asking<'_>, memo: &mut Memo) -> Result<Option<Copy>, Problem> {
    let mut remarks = Remarks::default();
    let mut listed = Listed::new(asking);
    let source = &asking.source;
    match lists(asking, memo, &mut listed, &mut remarks)? {
        Kind::Whole => return whole(asking, memo, remarks),
        Kind::Listed if !listed.new => return Ok(None),
        Kind::Listed if listed.passed_over => {
            // One list is new, so that the others are needed too.
            memo.stamps.clear();
            (listed, remarks) = (Listed::new(asking), Remarks::default());
            lists(asking, memo, &mut listed, &mut remarks)?;
        }
        Kind::Listed => {}
    }
    listed.let_go();
    let all: Vec<String> = listed.documents.keys().cloned().collect();
    if all.is_empty() {
        return Err(Problem::at(source.name(""), "no document is listed"));
    }
    let changed = |(key, entry): &(&String, &Entry)| {
        entry.stamp.is_empty() || asking.stamps.get(key.as_str()) != Some(&entry.stamp)
    };
    let wanted: Vec<(&String, &Entry)> = listed.documents.iter().filter(changed).collect();
    let mut documents = Vec::new();
    let mut proofs = Proofs::default();
    for (at, (key, entry)) in wanted.iter().enumerate() {
        (asking.told)(at, wanted.len());
        let Some(bytes) = source.optional(key)? else {
            remarks.unread(key, &source.name(key), "it is listed, and not there");
            continue;
        };
        prove(asking, key, entry, &bytes, &mut proofs)?;
        documents.extend(read(source.name(key), key, &entry.stamp, bytes, &mut remarks));
    }
    if documents.is_empty() && asking.stamps.is_empty() {
        let why = remarks.why_nothing();
        return Err(Problem::at(source.name(""), format!("no listed document can be read: {why}")));
    }
    let edition = Edition {
        digest: patchform_sdk::digest::of_bytes(listed.digests.join("\n").as_bytes()),
        at: listed.newest.at,
        proof: proofs.words(),
        remarks: remarks.count,
        unread: remarks.unread,
        // The lists are read again, and of the documents those whose stamp is not theirs.
        again: Some(memo.anew().text()),
        ..Edition::default()
    };
    let content = Content::Documents { changed: documents, all };
    Ok(Some(Copy { content, edition, remarks: remarks.first }))
}

/// Documents of which all are there, be it that some cannot be read.
pub(super) fn content(documents: Vec<Document>, unread: &Unread) -> Content {
    let all = documents.iter().map(|document| &document.path).chain(&unread.files).cloned().collect();
    Content::Documents { changed: documents, all }
}

/// What the source is.
enum Kind {
    /// A provider, or a list.
    Listed,
    /// A document, or a zip or folder of documents without a list.
    Whole,
}

fn lists(
    asking: &Asking<'_>,
    memo: &mut Memo,
    listed: &mut Listed,
    remarks: &mut Remarks,
) -> Result<Kind, Problem> {
    const METADATA: &str = "provider-metadata.json";
    let source = &asking.source;
    let of_folder = source.is_folder();
    let place = place(asking);
    let addressed = place.ends_with(".json") || place.ends_with(".zip");
    if source.is_gone() {
        return Err(source.missing(""));
    }
    if of_folder || !addressed {
        if directory(asking, "", memo, listed, remarks)? {
            return Ok(Kind::Listed);
        }
        return match source.optional(METADATA)? {
            Some(bytes) => metadata(asking, METADATA, &bytes, memo, listed, remarks).map(|()| Kind::Listed),
            None if of_folder => Ok(Kind::Whole),
            None => Err(Problem::at(
                source.name(""),
                "there is neither changes.csv, index.txt nor provider-metadata.json",
            )
            .hint("name the folder of a list, a ROLIE feed, a provider-metadata.json, or a document")),
        };
    }
    // One JSON: its members tell what it is. Metadata are small, so that they are read each time.
    let bytes = match source.get("", None)? {
        Fetched::New(bytes, _) => bytes,
        _ => return Err(source.missing("")),
    };
    let member = |name: &str| bytes.windows(name.len()).take(64 << 10).any(|at| at == name.as_bytes());
    if member("\"feed\"") && !member("\"document\"") {
        rolie(asking, "", memo, listed, remarks)?;
        Ok(Kind::Listed)
    } else if member("\"metadata_version\"") {
        metadata(asking, "", &bytes, memo, listed, remarks)?;
        Ok(Kind::Listed)
    } else {
        Ok(Kind::Whole)
    }
}

/// Where the source is, without what an address asks for.
fn place<'a>(asking: &'a Asking<'_>) -> &'a str {
    let (FeedPlace::Address(place) | FeedPlace::Path(place)) = &asking.feed.source.place;
    place.split(['?', '#']).next().unwrap_or_default()
}

/// Follows what a provider says of itself: its feeds, or its folders where it has none.
fn metadata(
    asking: &Asking<'_>,
    key: &str,
    bytes: &[u8],
    memo: &mut Memo,
    listed: &mut Listed,
    remarks: &mut Remarks,
) -> Result<(), Problem> {
    let name = asking.source.name(key);
    let reading = Metadata::read(bytes).map_err(|fault| Problem::fault(&name, &fault))?;
    reading.complaints.iter().for_each(|complaint| remarks.push(&name, complaint));
    listed.digests.push(patchform_sdk::digest::of_bytes(bytes));
    let feeds: Vec<String> = reading.metadata.feeds().map(|feed| feed.url.clone()).collect();
    let folders: Vec<String> = reading.metadata.directories().map(str::to_string).collect();
    if feeds.is_empty() && folders.is_empty() {
        return Err(Problem::at(name, "the provider names neither a feed nor a folder"));
    }
    for feed in &feeds {
        rolie(asking, feed, memo, listed, remarks)?;
    }
    for folder in folders.iter().filter(|_| feeds.is_empty()) {
        if !directory(asking, folder.trim_end_matches('/'), memo, listed, remarks)? {
            return Err(Problem::at(
                asking.source.name(folder),
                "there is neither changes.csv nor index.txt",
            ));
        }
    }
    Ok(())
}

/// Reads the list of a folder, `changes.csv` before `index.txt`; says whether there is one.
fn directory(
    asking: &Asking<'_>,
    folder: &str,
    memo: &mut Memo,
    listed: &mut Listed,
    remarks: &mut Remarks,
) -> Result<bool, Problem> {
    type Read = fn(&[u8], &str) -> Result<Listing, patchform_advisory::Fault>;
    let below = |name: &str| if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
    // What the lists repeat of their own folder is left out.
    let from_root = asking.source.name(folder);
    for (name, read) in [(CHANGES, read_changes as Read), ("index.txt", read_index as Read)] {
        let key = below(name);
        let deleted =
            if name == CHANGES { deletions(asking, &below(DELETIONS), memo, listed)? } else { None };
        let bytes = match asking.source.get(&key, memo.stamps.get(&key))? {
            Fetched::Missing => continue,
            Fetched::Same(stamp) => {
                listed.passed_over = true;
                memo.stamps.insert(key.clone(), stamp);
                return Ok(true);
            }
            Fetched::New(bytes, stamp) => {
                listed.new = true;
                listed.digests.push(stamp.sha256.clone());
                memo.stamps.insert(key.clone(), stamp);
                bytes
            }
        };
        let name = asking.source.name(&key);
        let listing = read(&bytes, &from_root).map_err(|fault| Problem::fault(&name, &fault))?;
        let above = listing.entries.keys().next().map_or(0, |first| above(asking, &below(first)));
        listing.remarks.iter().for_each(|remark| remarks.push(&name, remark));
        for (path, entry) in &listing.entries {
            let changed = entry.changed.map(stamp_of).unwrap_or_default();
            listed.newest.hear(&format!("{name}: {path}"), entry.changed.map(moment_of), remarks);
            listed
                .documents
                .insert(below(&without(path, above)), Entry { stamp: changed, ..Entry::default() });
        }
        if let Some(bytes) = deleted {
            let name = asking.source.name(&below(DELETIONS));
            let listing = read_changes(&bytes, &from_root).map_err(|fault| Problem::fault(&name, &fault))?;
            listing.remarks.iter().for_each(|remark| remarks.push(&name, remark));
            let at = |changed: Option<_>| changed.map(stamp_of).unwrap_or_default();
            let gone =
                listing.entries.iter().map(|(path, entry)| (below(&without(path, above)), at(entry.changed)));
            listed.gone.extend(gone);
        }
        return Ok(true);
    }
    Ok(false)
}

/// The list of what was taken away, where there is one and it is new.
fn deletions(
    asking: &Asking<'_>,
    key: &str,
    memo: &mut Memo,
    listed: &mut Listed,
) -> Result<Option<Vec<u8>>, Problem> {
    match asking.source.get(key, memo.stamps.get(key))? {
        Fetched::Missing => Ok(None),
        Fetched::Same(stamp) => {
            listed.passed_over = true;
            memo.stamps.insert(key.to_string(), stamp);
            Ok(None)
        }
        Fetched::New(bytes, stamp) => {
            listed.new = true;
            listed.digests.push(stamp.sha256.clone());
            memo.stamps.insert(key.to_string(), stamp);
            Ok(Some(bytes))
        }
    }
}

/// How many folders a list names above its own: a mirror may call them otherwise than the list, which begins at the root of
/// the publisher's repository.
fn above(asking: &Asking<'_>, first: &str) -> usize {
    let folders = first.matches('/').count();
    (0..=folders).find(|above| asking.source.has(&without(first, *above))).unwrap_or(0)
}

fn without(path: &str, above: usize) -> String {
    path.splitn(above + 1, '/').last().unwrap_or(path).to_string()
}

fn rolie(
    asking: &Asking<'_>,
    key: &str,
    memo: &mut Memo,
    listed: &mut Listed,
    remarks: &mut Remarks,
) -> Result<(), Problem> {
    let name = asking.source.name(key);
    let bytes = match asking.source.get(key, memo.stamps.get(key))? {
        Fetched::Missing => return Err(asking.source.missing(key)),
        Fetched::Same(stamp) => {
            listed.passed_over = true;
            memo.stamps.insert(key.to_string(), stamp);
            return Ok(());
        }
        Fetched::New(bytes, stamp) => {
            listed.new = true;
            listed.digests.push(stamp.sha256.clone());
            memo.stamps.insert(key.to_string(), stamp);
            bytes
        }
    };
    let feed = read_feed(&bytes).map_err(|fault| Problem::fault(&name, &fault))?;
    feed.complaints.iter().for_each(|complaint| remarks.push(&name, complaint));
    listed.newest.hear(&name, feed.updated.map(moment_of), remarks);
    for entry in feed.entries {
        let stamp = entry.updated.map(stamp_of).unwrap_or_default();
        let (digests, signature) = (entry.digests, entry.signature);
        listed.documents.insert(entry.document, Entry { stamp, digests, signature });
    }
    Ok(())
}

fn stamp_of(moment: patchform_advisory::moment::Moment) -> String {
    format!("{}.{:018}", moment.seconds, moment.fraction)
}

fn moment_of(moment: patchform_advisory::moment::Moment) -> Moment {
    Moment(moment.seconds.saturating_mul(1000))
}

/// What vouched for the documents that came.
#[derive(Default)]
struct Proofs {
    digests: usize,
    bare: usize,
    signer: Option<String>,
}

impl Proofs {
    fn words(&self) -> String {
        match (&self.signer, self.digests, self.bare) {
            (Some(signer), ..) => format!("signed by {signer}"),
            (None, 0, _) => String::new(),
            (None, _, 0) => "every document has the digest that its provider gives".to_string(),
            (None, digests, bare) => {
                format!("{digests} documents have the digest that their provider gives, {bare} have none")
            }
        }
    }
}

/// Holds a document against its digests and, where the block names a keyring, its signature.
fn prove(
    asking: &Asking<'_>,
    key: &str,
    entry: &Entry,
    bytes: &[u8],
    proofs: &mut Proofs,
) -> Result<(), Problem> {
    let source = &asking.source;
    let name = source.name(key);
    let mut held = false;
    for (algorithm, suffix) in DigestFile::SUFFIXES.into_iter().rev() {
        let listed = entry.digests.iter().find(|digest| digest.ends_with(suffix)).cloned();
        let beside = listed.clone().unwrap_or_else(|| format!("{key}{suffix}"));
        let Some(file) = source.optional(&beside)? else {
            if listed.is_some() {
                return Err(Problem::at(name, format!("its digest {suffix} is listed, and not there")));
            }
            continue;
        };
        let published = DigestFile::read(&file, algorithm)
            .map_err(|fault| Problem::fault(source.name(&beside), &fault))?;
        let Some(computed) = digest::of(bytes, algorithm) else { continue };
        let called = if key.is_empty() { place(asking) } else { key };
        published.check(called, &computed).map_err(|error| Problem::at(&name, error))?;
        held = true;
        break;
    }
    if held {
        proofs.digests += 1
    } else {
        proofs.bare += 1
    }
    if let Some(keyring) = &asking.feed.signed_by {
        let beside = entry.signature.clone().unwrap_or_else(|| format!("{key}.asc"));
        let Some(signed) = source.optional(&beside)? else {
            return Err(Problem::at(
                name,
                "it has no signature (.asc), and the feed block wants one by `signed_by`",
            ));
        };
        proofs.signer = Some(signature::detached(keyring, &name, bytes, &signed)?);
    }
    Ok(())
}

/// A document, if it can be read; if not, that is remarked.
fn read(name: String, path: &str, stamp: &str, bytes: Vec<u8>, remarks: &mut Remarks) -> Option<Document> {
    match csaf::read(&bytes) {
        // The lenient reader takes any object; without an id it is no document of anybody.
        Ok(reading) if reading.document.document.tracking.id.is_empty() => {
            remarks.refused(path, &name, &bytes, "it has no tracking id: this is no CSAF document");
            None
        }
        Ok(reading) => {
            reading.complaints.iter().for_each(|complaint| remarks.push(&name, complaint));
            let tracking = reading.document.document.tracking;
            let stamp = if stamp.is_empty() { tracking.current_release_date } else { stamp.to_string() };
            // Red Hat leaves a stub where a document was.
            let withdrawn = tracking.status == "deleted";
            Some(Document { path: path.to_string(), name: tracking.id, stamp, withdrawn, body: bytes })
        }
        Err(fault) => {
            remarks.refused(path, &name, &bytes, &fault);
            None
        }
    }
}

/// A document, a zip or a folder without a list.
fn whole(asking: &Asking<'_>, memo: &mut Memo, mut remarks: Remarks) -> Result<Option<Copy>, Problem> {
    let source = &asking.source;
    let Some((documents, digest)) = Documents::ask(source, ".json", memo, None)? else { return Ok(None) };
    let (zip, one) = (matches!(documents, Documents::Zip(_)), matches!(documents, Documents::One(..)));
    if zip && asking.feed.signed_by.is_some() {
        return Err(Problem::at(source.name(""), "documents in a zip have no signatures that could be checked")
            .hint("unpack it and name the folder, where signatures stand beside the documents, or take `signed_by` out"));
    }
    let (mut all, mut newest) = (Vec::new(), Newest::new(asking));
    let mut proofs = Proofs::default();
    documents.each(source, ".json", |name, bytes| {
        if !zip {
            let key = if one { "" } else { name };
            prove(asking, key, &Entry::default(), bytes, &mut proofs)?;
        }
        if let Some(document) = read(name.to_string(), name, "", bytes.to_vec(), &mut remarks) {
            newest.hear_text(name, Some(&document.stamp), &mut remarks);
            all.push(document);
        }
        Ok(())
    })?;
    if all.is_empty() {
        let why = remarks.why_nothing();
        return Err(Problem::at("", format!("there is no document that could be read: {why}")));
    }
    let content = content(all, &remarks.unread);
    let edition = Edition {
        digest,
        at: newest.at,
        proof: proofs.words(),
        remarks: remarks.count,
        unread: remarks.unread,
        ..Edition::default()
    };
    Ok(Some(Copy { content, edition, remarks: remarks.first }))
}
