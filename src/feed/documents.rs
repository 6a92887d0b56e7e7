//! The documents that a source holds: one, several in a zip, or the files of a folder.

use super::memo::{Memo, Stamp};
use super::problem::Problem;
use super::source::{Fetched, Source};
use crate::world::unpack::{self, Packing, UnpackError};
use patchform_sdk::digest;

/// What came of a source that is asked as a whole.
pub(super) enum Documents {
    /// One, unpacked: its name.
    One(String, Vec<u8>),
    /// A zip.
    Zip(Vec<u8>),
    /// The files of a folder, by path.
    Folder(Vec<String>),
}

/// How many zips may stand within each other: the list of CVEs comes as a zip in a zip.
const ZIPS: usize = 2;

impl Documents {
    /// Asks a source. None where nothing is new; the memo is renewed. What vouches for a document is its digest, SHA-256.
    pub fn ask(
        source: &Source<'_>,
        ending: &str,
        memo: &mut Memo,
        sha256: Option<&str>,
    ) -> Result<Option<(Documents, String)>, Problem> {
        if source.is_folder() {
            return folder(source, ending, memo, sha256);
        }
        match source.get("", memo.stamps.get(""))? {
            Fetched::Missing => Err(source.missing("")),
            Fetched::Same(stamp) => {
                memo.stamps.insert(String::new(), stamp);
                Ok(None)
            }
            Fetched::New(bytes, stamp) => {
                check(source, &stamp, sha256)?;
                let digest = stamp.sha256.clone();
                memo.stamps.insert(String::new(), stamp);
                let documents = match unpack::packing(&bytes) {
                    Packing::Zip => Documents::Zip(bytes),
                    _ => Documents::One(source.name(""), source.unpacked("", bytes)?),
                };
                Ok(Some((documents, digest)))
            }
        }
    }

    /// Hands out each document whose name ends so, with its name.
    pub fn each(
        self,
        source: &Source<'_>,
        ending: &str,
        mut take: impl FnMut(&str, &[u8]) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        match self {
            Documents::One(name, bytes) => take(&name, &bytes),
            Documents::Zip(bytes) => unzip(&bytes, source, ending, ZIPS, &mut take),
            Documents::Folder(paths) => paths.iter().try_for_each(|path| {
                // What went since it was listed was taken away by somebody.
                let bytes = source.optional(path)?;
                bytes.map_or(Ok(()), |bytes| take(path, &source.unpacked(path, bytes)?))
            }),
        }
    }
}

fn folder(
    source: &Source<'_>,
    ending: &str,
    memo: &mut Memo,
    sha256: Option<&str>,
) -> Result<Option<(Documents, String)>, Problem> {
    if sha256.is_some() {
        return Err(Problem::at(
            source.name(""),
            "it is a folder, and `sha256` is the digest of one document",
        ));
    }
    let files = source.list(ending)?;
    if files.is_empty() {
        return Err(Problem::at(source.name(""), format!("there is no {ending} file in it")));
    }
    let mut running = digest::Running::default();
    for file in &files {
        running.update(format!("{}\n{}\n{}\n", file.path, file.size, file.written).as_bytes());
    }
    let digest = running.finish();
    if memo.folder.as_ref() == Some(&digest) {
        return Ok(None);
    }
    memo.folder = Some(digest.clone());
    Ok(Some((Documents::Folder(files.into_iter().map(|file| file.path).collect()), digest)))
}

fn check(source: &Source<'_>, stamp: &Stamp, sha256: Option<&str>) -> Result<(), Problem> {
    match sha256 {
        Some(wanted) if wanted != stamp.sha256 => {
            let what = format!("its SHA-256 is {}, and the feed block wants {wanted}", stamp.sha256);
            Err(Problem::at(source.name(""), what)
                .hint("if the new one is what it should be, write its digest there"))
        }
        _ => Ok(()),
    }
}

/// What goes wrong while a zip is read: of the zip, or of a document in it.
enum Wrong {
    Zip(UnpackError),
    Document(Problem),
}

impl From<UnpackError> for Wrong {
    fn from(error: UnpackError) -> Self {
        Wrong::Zip(error)
    }
}

/// Takes a document by its name.
type Take<'a> = dyn FnMut(&str, &[u8]) -> Result<(), Problem> + 'a;

fn unzip(
    bytes: &[u8],
    source: &Source<'_>,
    ending: &str,
    zips: usize,
    take: &mut Take<'_>,
) -> Result<(), Problem> {
    let mut read = 0_usize;
    let unpacked = unpack::zip(bytes, source.limit, |path, content| {
        let done = match unpack::packing(content) {
            Packing::Zip if zips > 1 => unzip(content, source, ending, zips - 1, take),
            _ if !path.ends_with(ending) => return Ok(()),
            _ => take(path, content),
        };
        read += 1;
        done.map_err(Wrong::Document)
    });
    match unpacked {
        Err(Wrong::Zip(error)) => Err(source.unpacking("", &error)),
        Err(Wrong::Document(problem)) => Err(problem),
        Ok(()) if read == 0 => {
            Err(Problem::at(source.name(""), format!("there is no {ending} file in the zip")))
        }
        Ok(()) => Ok(()),
    }
}
