//! Where a feed's documents come from: a server, a folder or file, or a bundle; each asked only for what is new.

use super::bundle::{Bundle, Recording};
use super::memo::Stamp;
use super::problem::Problem;
use crate::config::checked::{Feed, FeedPlace, without_secrets};
use crate::model::{Moment, period};
use crate::report::size;
use crate::world::http::{self, NoAnswer, Question};
use crate::world::listing::{self, Stamped};
use crate::world::{disk, unpack};
use patchform_sdk::digest;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How many redirections are followed.
const REDIRECTIONS: u32 = 5;

/// The most files of a folder.
const FILES: usize = 2_000_000;

/// Where a feed's documents come from.
pub struct Source<'a> {
    place: Place<'a>,
    /// The place, without secrets.
    shown: String,
    /// The most bytes of a document.
    pub limit: u64,
    timeout: Duration,
    /// Where what comes is kept for a bundle.
    recording: Option<&'a Recording>,
}

enum Place<'a> {
    Address(String),
    Path(PathBuf),
    Bundle(&'a Bundle),
}

/// What came.
pub enum Fetched {
    /// Nothing new since the stamp that was given; the stamp is renewed.
    Same(Stamp),
    /// A document.
    New(Vec<u8>, Stamp),
    /// There is no such document.
    Missing,
}

impl<'a> Source<'a> {
    /// The source of a feed's block.
    pub fn of(feed: &Feed, recording: Option<&'a Recording>) -> Source<'a> {
        let place = match &feed.source.place {
            FeedPlace::Address(address) => Place::Address(address.clone()),
            FeedPlace::Path(path) => Place::Path(PathBuf::from(path)),
        };
        let shown = feed.source.to_string();
        Source { place, shown, limit: feed.max_size, timeout: feed.timeout, recording }
    }

    /// What a bundle holds of a feed, in place of its source.
    pub fn bundled(feed: &Feed, bundle: &'a Bundle) -> Source<'a> {
        let shown = "in the bundle".to_string();
        Source {
            place: Place::Bundle(bundle),
            shown,
            limit: feed.max_size,
            timeout: feed.timeout,
            recording: None,
        }
    }

    /// How a document is called in messages. The empty key is the source itself.
    pub fn name(&self, key: &str) -> String {
        match (&self.place, key) {
            (_, "") => self.shown.clone(),
            (_, key) if is_ending(key) => format!("{}{key}", self.shown),
            (Place::Address(_), key) if is_address(key) => without_secrets(key),
            (Place::Bundle(_), key) => format!("{key} {}", self.shown),
            (_, key) => format!("{}/{key}", self.shown.trim_end_matches('/')),
        }
    }

    /// Whether it is a folder whose files can be listed.
    pub fn is_folder(&self) -> bool {
        match &self.place {
            Place::Address(_) => false,
            Place::Path(path) => path.is_dir(),
            Place::Bundle(bundle) => bundle.is_folder(),
        }
    }

    /// Whether it is a path where nothing is.
    pub fn is_gone(&self) -> bool {
        matches!(&self.place, Place::Path(path) if !path.exists())
    }

    /// The files of a folder whose names end so, packed or not.
    ///
    /// # Errors
    /// It cannot be listed.
    pub fn list(&self, ending: &str) -> Result<Vec<Stamped>, Problem> {
        let wanted = |name: &str| unpack::plain_name(name).ends_with(ending);
        let files = match &self.place {
            Place::Path(path) => listing::stamped(path, wanted, FILES),
            Place::Bundle(bundle) => Ok(bundle.list(wanted)),
            Place::Address(_) => Ok(Vec::new()),
        };
        if let Some(recording) = self.recording {
            recording.folder();
        }
        files.map_err(|error| Problem::at(self.name(""), system(&error)))
    }

    /// Whether a folder has a file; of a server that is not known.
    pub fn has(&self, key: &str) -> bool {
        match &self.place {
            Place::Address(_) => false,
            Place::Path(path) => path_of(path, key).is_file(),
            Place::Bundle(bundle) => bundle.has(key),
        }
    }

    /// A document, if it differs from what `known` tells.
    ///
    /// # Errors
    /// It cannot be read, or is larger than the limit.
    pub fn get(&self, key: &str, known: Option<&Stamp>) -> Result<Fetched, Problem> {
        // What is recorded is taken whole.
        let known = known.filter(|_| self.recording.is_none());
        let fetched = match &self.place {
            Place::Address(address) => self.ask(&joined(address, key), key, known),
            Place::Path(path) => self.read(&path_of(path, key), key, known),
            Place::Bundle(bundle) => bundle.get(key, self.limit).map(|found| match found {
                None => Fetched::Missing,
                Some(bytes) => told_apart(bytes, Stamp::default(), known),
            }),
        }?;
        if let Fetched::New(bytes, _) = &fetched
            && is_page(bytes)
        {
            return Err(Problem::at(self.name(key), "what came is a web page, not what a feed publishes").hint(
                "a login, a proxy or a notice may stand before it: open the address in a browser, and correct `source`, or what \
                 fetches it",
            ));
        }
        if let (Some(recording), Fetched::New(bytes, _)) = (self.recording, &fetched) {
            recording.keep(key, bytes)?;
        }
        Ok(fetched)
    }

    /// A document that must be there, whether it is new or not.
    ///
    /// # Errors
    /// As [`Source::get`]; it is not there.
    pub fn need(&self, key: &str) -> Result<Vec<u8>, Problem> {
        match self.get(key, None)? {
            Fetched::New(bytes, _) => Ok(bytes),
            _ => Err(self.missing(key)),
        }
    }

    /// A document that need not be there.
    ///
    /// # Errors
    /// As [`Source::get`].
    pub fn optional(&self, key: &str) -> Result<Option<Vec<u8>>, Problem> {
        match self.get(key, None)? {
            Fetched::New(bytes, _) => Ok(Some(bytes)),
            _ => Ok(None),
        }
    }

    /// That a document is not there.
    pub fn missing(&self, key: &str) -> Problem {
        Problem::at(self.name(key), "it is not there")
    }

    /// One file unpacked, whatever it is packed by.
    ///
    /// # Errors
    /// It is damaged, or too large unpacked.
    pub fn unpacked(&self, key: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Problem> {
        unpack::one(bytes, self.limit).map_err(|error| self.unpacking(key, &error))
    }

    /// Why something could not be unpacked.
    pub fn unpacking(&self, key: &str, error: &unpack::UnpackError) -> Problem {
        let problem = Problem::at(self.name(key), error);
        match error {
            unpack::UnpackError::TooLarge(_) => problem.hint(LARGER),
            _ => problem,
        }
    }

    fn ask(&self, address: &str, key: &str, known: Option<&Stamp>) -> Result<Fetched, Problem> {
        let mut headers = Vec::new();
        let mut header = |name: &str, value: Option<&String>| {
            headers.extend(value.map(|value| (name.to_string(), value.clone())));
        };
        header("If-None-Match", known.and_then(|known| known.etag.as_ref()));
        header("If-Modified-Since", known.and_then(|known| known.modified.as_ref()));
        let question = Question {
            url: address,
            headers: &headers,
            timeout: self.timeout,
            limit: self.limit,
            redirections: REDIRECTIONS,
            secure: address.starts_with("https:"),
            trusted: None,
        };
        let answer = http::ask(&question).map_err(|why| self.unanswered(address, key, &why))?;
        let stamp = Stamp { etag: answer.etag, modified: answer.modified, ..Stamp::default() };
        match (answer.status, known) {
            (200, _) => Ok(told_apart(answer.body, stamp, known)),
            (304, Some(known)) => Ok(Fetched::Same(known.clone())),
            (404 | 410, _) => Ok(Fetched::Missing),
            (status, _) => Err(self.refused(key, status, answer.retry_after.as_deref())),
        }
    }

    /// A status that is no answer, with the way out.
    fn refused(&self, key: &str, status: u16, retry_after: Option<&str>) -> Problem {
        let problem = Problem::at(self.name(key), format!("the server answered {status}"));
        let again = |time: &str| match time.parse::<u32>() {
            Ok(seconds) => {
                format!("it wants to be asked again in {}", period::show(Duration::from_secs(seconds.into())))
            }
            // A date; nothing that a server writes is shown without being looked at.
            Err(_) => Moment::of_mail(&time.replace(" GMT", " UTC"))
                .map_or("it wants to be asked again later".to_string(), |at| {
                    format!("it wants to be asked again after {at}")
                }),
        };
        match (status, retry_after) {
            // Where it leads may tell a secret.
            (300..=399, _) => Problem { what: format!("it leads on more than {REDIRECTIONS} times"), ..problem }.hint(
                "it may lead in a circle: open it in a browser, and write the address where it ends as `source`",
            ),
            (401 | 403, _) => problem
                .hint("it wants to know who asks: is the address complete, and is its token still good?"),
            (407, _) => problem.hint(
                "a proxy wants to know who asks: `https_proxy` and `http_proxy` name it, as http://NAME:PASSWORD@HOST:PORT",
            ),
            (429 | 503, Some(time)) => problem.hint(again(time)),
            (429, None) => problem.hint("it is asked too often: run `patchform collect` less often"),
            (500.., _) => problem.hint("that is for the server's keeper to mend; try again later"),
            _ => problem,
        }
    }

    fn unanswered(&self, address: &str, key: &str, why: &NoAnswer) -> Problem {
        let at = |what: String| Problem::at(self.name(key), what);
        match why {
            NoAnswer::Late => at(format!("no whole answer came within {}", period::show(self.timeout)))
                .hint("a slow but good server is given more time by `timeout` in the feed block"),
            NoAnswer::TooLong => at(format!("it is larger than {} MiB", self.limit >> 20)).hint(LARGER),
            NoAnswer::Certificate(why) => at(format!("its certificate is not trusted: {why}")),
            NoAnswer::NoAuthority => at("no certificate is trusted".to_string()),
            // Whatever the library says, no secret of the address is among it.
            NoAnswer::Other(why) => at(why.replace(address, &self.name(key))),
        }
    }

    fn read(&self, path: &Path, key: &str, known: Option<&Stamp>) -> Result<Fetched, Problem> {
        use std::os::unix::fs::MetadataExt as _;
        let failed = |error: io::Error| Problem::at(self.name(key), system(&error));
        let metadata = match fs::metadata(path) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(Fetched::Missing);
            }
            other => other.map_err(failed)?,
        };
        if !metadata.is_file() {
            return Err(Problem::at(self.name(key), "it is no file"));
        }
        if metadata.len() > self.limit {
            let (has, most) = (size::bytes(metadata.len()), self.limit >> 20);
            let what = format!("it has {has}, more than the {most} MiB that are read");
            return Err(Problem::at(self.name(key), what).hint(LARGER));
        }
        let written = metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec());
        let stamp = Stamp { size: Some(metadata.len()), written: Some(written), ..Stamp::default() };
        match known.filter(|known| (known.size, known.written) == (stamp.size, stamp.written)) {
            Some(known) => Ok(Fetched::Same(known.clone())),
            None => Ok(told_apart(disk::read(path, self.limit).map_err(failed)?, stamp, known)),
        }
    }
}

const LARGER: &str = "if that is what it should be, allow more MiB by `max_size` in the feed block";

/// What the system said, without its number.
fn system(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it is not there".to_string(),
        io::ErrorKind::PermissionDenied => "permission denied; this user may not read it".to_string(),
        _ => error.to_string(),
    }
}

/// Whether a page for people came in place of a document. No feed is HTML.
fn is_page(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    let begins =
        |with: &str| start.get(..with.len()).is_some_and(|at| at.eq_ignore_ascii_case(with.as_bytes()));
    begins("<!doctype html") || begins("<html")
}

/// Bytes that are what they were are nothing new, whatever the server says of their time.
fn told_apart(bytes: Vec<u8>, stamp: Stamp, known: Option<&Stamp>) -> Fetched {
    let stamp = Stamp { sha256: digest::of_bytes(&bytes), ..stamp };
    match known {
        Some(known) if known.sha256 == stamp.sha256 => Fetched::Same(stamp),
        _ => Fetched::New(bytes, stamp),
    }
}

/// Whether a key is an address of its own.
pub(super) fn is_address(key: &str) -> bool {
    key.starts_with("https://") || key.starts_with("http://")
}

/// Whether a key is what stands behind the source's own name: `.asc` is its signature.
fn is_ending(key: &str) -> bool {
    key.starts_with('.') && !key.contains('/')
}

/// The address of a document below another, or beside it under its name and an ending; what stands behind `?` goes along, since it may be what lets one in.
fn joined(address: &str, key: &str) -> String {
    if key.is_empty() {
        return address.to_string();
    }
    if is_address(key) {
        return key.to_string();
    }
    let (base, query) = address.split_once('?').map_or((address, None), |(base, query)| (base, Some(query)));
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    if is_ending(key) {
        return format!("{base}{key}{query}");
    }
    format!("{}/{key}{query}", base.trim_end_matches('/'))
}

/// The file of a document below a folder, or beside a file. An address of a document in a mirror is looked for by the end of its path.
fn path_of(path: &Path, key: &str) -> PathBuf {
    if key.is_empty() {
        return path.to_path_buf();
    }
    if is_ending(key) && path.is_file() {
        return path.with_file_name(format!("{}{key}", path.file_name().unwrap_or_default().display()));
    }
    let path = if path.is_file() { disk::folder_of(path) } else { path };
    let Some((_, rest)) = key.split_once("://").filter(|_| is_address(key)) else { return path.join(key) };
    let parts: Vec<&str> = rest.split('/').skip(1).filter(|part| !part.is_empty() && *part != "..").collect();
    let ends = (0..parts.len()).map(|from| path.join(parts[from..].join("/")));
    let mut ends = ends.filter(|end| end.is_file());
    ends.next().unwrap_or_else(|| path.join(parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_stands_below_its_source() {
        assert_eq!(joined("https://a.example/x/", "dists/InRelease"), "https://a.example/x/dists/InRelease");
        assert_eq!(joined("https://a.example/x?sig=1", "y"), "https://a.example/x/y?sig=1");
        assert_eq!(joined("https://a.example/x.json?sig=1", ".asc"), "https://a.example/x.json.asc?sig=1");
        assert_eq!(joined("https://a.example/x", ""), "https://a.example/x");
        assert_eq!(joined("https://a.example/x", "https://b.example/y"), "https://b.example/y");
        assert_eq!(path_of(Path::new("m"), "a/b"), Path::new("m/a/b"));
        assert_eq!(path_of(Path::new("m"), "https://b.example/../etc/x"), Path::new("m/etc/x"));
    }
}
