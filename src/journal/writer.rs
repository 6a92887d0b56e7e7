//! Appends to a journal: a batch is one write and one fdatasync, and its last line closes it.

use super::line::{self, Head, START};
use super::reader::Journal;
use super::segment;
use super::stored::{FORM, Header, StoredContent};
use crate::model::Moment;
use crate::run::event::Event;
use crate::world::{clock, disk, failpoint};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A segment that has grown beyond this many bytes is followed by a new one.
pub const SEGMENT_BYTES: u64 = 8 * 1024 * 1024;

/// With less than this left, in bytes, the disk counts as full: a batch, the ledger of a component, and the files of a
/// detached command.
pub const ROOM: usize = 64 * 1024;

/// So much is kept for the journal's own next lines where that can be, in bytes: on a full disk it can still say why the run
/// halts.
const KEPT: u64 = 32 * 1024;

/// No segment is larger, in bytes.
const LARGEST: u64 = 2 << 30;

/// The journal could not be written: nothing may begin any more.
#[derive(Debug, Error)]
pub enum WriteError {
    /// A write or an fsync failed.
    #[error("cannot write the journal {}: {}", path.display(), cause(source))]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A write or an fsync failed, and what was written could not be taken back.
    #[error(
        "cannot write the journal {}: {}. Whether its last lines count is known when it is read again", path.display(), cause(source)
    )]
    Unclear {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// So much room is not there, which the journal and what stands beside it may need next. Nothing failed yet.
    #[error("{} KiB more cannot be kept free in {}: {}", ROOM / 1024, path.display(), cause(source))]
    NoRoom {
        /// Which folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another controller took the run meanwhile: what was written last does not count.
    #[error(
        "another controller has taken this run: it writes {}. Nothing more was begun here; `patchform run list` shows who \
         drives it",
        path.display()
    )]
    Taken {
        /// The segment of the other one.
        path: PathBuf,
    },
    /// An earlier write failed: what the disk holds is not known, so that this writer writes no more.
    #[error(
        "the journal {} is not written any more because an earlier write failed; nothing more is begun",
        path.display()
    )]
    Broken {
        /// Which file.
        path: PathBuf,
    },
}

fn cause(e: &io::Error) -> String {
    let hint = match e.kind() {
        io::ErrorKind::StorageFull => "; free some space there",
        io::ErrorKind::FileTooLarge => "; no file may be larger for this process (`ulimit -f`)",
        io::ErrorKind::QuotaExceeded => "; the quota there is used up: free some space",
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => "; make it writable",
        io::ErrorKind::AlreadyExists => "; another process writes this journal, or did since it was read",
        _ => "",
    };
    format!("{e}{hint}")
}

/// What every segment's header repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Version of the program.
    pub program: String,
    /// Which run.
    pub run: String,
    /// Lineage of the state.
    pub lineage: String,
    /// SHA-256 of the plan's stored form.
    pub plan: String,
}

/// The next segment of a journal, made before the journal is read: a controller that was taken for dead and still
/// writes an earlier one finds it after its next batch, and acts on nothing more. So the next one knows of all that any
/// earlier one acted on.
#[derive(Debug)]
pub struct Seal {
    folder: PathBuf,
    number: u32,
    file: File,
}

impl Seal {
    /// Seals the journal in `folder`.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn set(folder: &Path) -> Result<Seal, WriteError> {
        let failed = |source| WriteError::Io { path: folder.into(), source };
        let number = segment::numbers(folder).map_err(failed)?.last().map_or(1, |last| last + 1);
        let path = segment::path(folder, number);
        let made = OpenOptions::new().append(true).create_new(true).mode(0o600).open(&path);
        let file = made.map_err(|source| WriteError::Io { path, source })?;
        disk::sync_folder(folder).map_err(failed)?;
        Ok(Seal { folder: folder.into(), number, file })
    }
}

/// The one writer of a journal. The run's controller lock keeps others away; where that was lost (a machine that stood
/// still while its lock on a shared disk ran out), the next one's seal does.
#[derive(Debug)]
pub struct Writer {
    folder: PathBuf,
    identity: Identity,
    head: Head,
    file: Option<File>,
    path: PathBuf,
    written: u64,
    /// Up to where room is kept.
    kept: u64,
    limit: u64,
    broken: bool,
    buffer: Vec<u8>,
}

impl Writer {
    /// A writer for a new journal in `folder`, which is made if it is not there. Nothing is written before the first
    /// batch.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn create(folder: &Path, identity: Identity) -> Result<Writer, WriteError> {
        disk::make_folder(folder).map_err(|source| WriteError::Io { path: folder.into(), source })?;
        Ok(Writer::at(folder, identity, Head { segment: 0, lines: 0, sum: START.into() }))
    }

    /// A writer that goes on behind `journal`, as it was read after the seal was set. Its segment says at once where it
    /// begins: what was torn, and what is written behind the seal, stays as it is and is dropped by every reader. What
    /// was read is made durable first: the controller that wrote it may have died before its fsync, or seen it fail, and
    /// whatever comes now rests on it.
    ///
    /// # Errors
    /// The last segment cannot be written anew, or the next one not at all.
    pub fn resume(seal: Seal, journal: &Journal, program: &str) -> Result<Writer, WriteError> {
        let last = segment::path(&seal.folder, journal.follows);
        disk::rewrite(&last, LARGEST).map_err(|source| WriteError::Io { path: last.clone(), source })?;
        let identity = Identity {
            program: program.into(),
            run: journal.header.run.clone(),
            lineage: journal.header.lineage.clone(),
            plan: journal.header.plan.clone(),
        };
        let mut writer = Writer::at(&seal.folder, identity, journal.head.clone());
        writer.path = segment::path(&seal.folder, seal.number);
        writer.head.segment = seal.number;
        writer.file = Some(seal.file);
        writer.header(clock::now(), journal.follows, true);
        let written = writer.flush().and_then(|()| writer.still_there());
        written.map_err(|source| WriteError::Io { path: writer.path.clone(), source })?;
        Ok(writer)
    }

    fn at(folder: &Path, identity: Identity, head: Head) -> Writer {
        Writer {
            folder: folder.into(),
            identity,
            head,
            file: None,
            path: folder.into(),
            written: 0,
            kept: 0,
            limit: SEGMENT_BYTES,
            broken: false,
            buffer: Vec::new(),
        }
    }

    /// Where the journal ends now.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Appends `events` as one batch: all of them are durable when this returns, or none counts.
    ///
    /// # Errors
    /// A write or an fsync failed, now or earlier: nothing more is written. What was written of the batch is withdrawn; where
    /// that fails, too, it may count, and the error says so.
    pub fn append(&mut self, events: &[Event]) -> Result<(), WriteError> {
        if events.is_empty() {
            return Ok(());
        }
        if self.broken {
            return Err(WriteError::Broken { path: self.path.clone() });
        }
        let fresh = self.is_full();
        let result = self.write(events);
        self.broken = result.is_err();
        // A segment that could not be named for good begins with its header.
        let from = if fresh { 0 } else { self.written };
        result.map_err(|source| self.withdraw(from, source))?;
        let next = self.next();
        self.broken = next.exists();
        if self.broken { Err(WriteError::Taken { path: next }) } else { Ok(()) }
    }

    /// Takes the batch back that could not be made durable, and stands behind `from`: what is called failed has not happened all
    /// the same. Not where another controller may have read it.
    fn withdraw(&self, from: u64, source: io::Error) -> WriteError {
        let path = self.path.clone();
        let withdrawn = match &self.file {
            None => true,
            Some(file) if file.metadata().is_ok_and(|now| now.len() <= from) => true,
            Some(file) => !self.next().exists() && file.set_len(from).is_ok(),
        };
        if withdrawn { WriteError::Io { path, source } } else { WriteError::Unclear { path, source } }
    }

    /// Whether the next batch begins a segment.
    fn is_full(&self) -> bool {
        self.file.is_none() || self.written >= self.limit
    }

    fn next(&self) -> PathBuf {
        segment::path(&self.folder, self.head.segment + 1)
    }

    /// Whether there is room for the journal to go on, and for what actions note beside it.
    ///
    /// # Errors
    /// There is none, or nothing can be written there.
    pub fn has_room(&self) -> Result<(), WriteError> {
        disk::has_room(&self.folder, ROOM)
            .map_err(|source| WriteError::NoRoom { path: self.folder.clone(), source })
    }

    fn write(&mut self, events: &[Event]) -> io::Result<()> {
        self.buffer.clear();
        let fresh = self.is_full();
        if fresh {
            self.new_segment(events[0].at)?;
        }
        for (k, event) in events.iter().enumerate() {
            let content = StoredContent::Event((&event.what).into());
            line::write(&mut self.buffer, &mut self.head, event.at, content, k + 1 == events.len());
        }
        self.flush()?;
        if fresh {
            disk::sync_folder(&self.folder)?;
        }
        self.still_there()
    }

    fn flush(&mut self) -> io::Result<()> {
        failpoint::hit("journal.write")?;
        let file = self.file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        failpoint::halves("journal.half", &self.buffer, |bytes| file.write_all(bytes))?;
        failpoint::hit("journal.sync")?;
        file.sync_data()?;
        failpoint::hit("journal.synced")?;
        self.written += self.buffer.len() as u64;
        self.keep_room();
        Ok(())
    }

    /// Keeps room behind what is written, as far as the disk lets it.
    fn keep_room(&mut self) {
        let Some(file) = self.file.as_ref().filter(|_| self.kept < self.written + KEPT / 2) else { return };
        if disk::keep_room(file, self.written, KEPT).is_ok() {
            self.kept = self.written + KEPT;
        }
    }

    /// Lets the room go that was kept and not needed. Where the file grew otherwise it is left alone.
    fn let_room_go(&self) {
        let Some(file) = self.file.as_ref().filter(|_| self.kept > self.written) else { return };
        if file.metadata().is_ok_and(|now| now.len() == self.written) {
            // What stays kept only takes up room.
            let _ = file.set_len(self.written);
        }
    }

    /// A file that was removed or replaced takes writes without complaint, and keeps none of them.
    fn still_there(&self) -> io::Result<()> {
        let (Some(file), path) = (&self.file, &self.path) else { return Ok(()) };
        let gone = |why: io::Error| io::Error::new(why.kind(), format!("it is gone from its place: {why}"));
        match disk::is_at(file, path).map_err(gone)? {
            true => Ok(()),
            false => Err(io::Error::other("it is gone from its place: another file is there")),
        }
    }

    /// Whether its file was removed or replaced, so that what it told is lost.
    pub fn is_lost(&self) -> bool {
        let at = self.file.as_ref().map(|file| disk::is_at(file, &self.path));
        matches!(at, Some(Ok(false)))
            || at.is_some_and(|at| at.is_err_and(|e| e.kind() == io::ErrorKind::NotFound))
    }

    fn new_segment(&mut self, at: Moment) -> io::Result<()> {
        self.let_room_go();
        let after = self.head.segment;
        self.head.segment += 1;
        self.path = segment::path(&self.folder, self.head.segment);
        failpoint::hit("journal.segment")?;
        self.file = Some(OpenOptions::new().append(true).create_new(true).mode(0o600).open(&self.path)?);
        failpoint::hit("journal.segment_made")?;
        (self.written, self.kept) = (0, 0);
        self.header(at, after, false);
        Ok(())
    }

    fn header(&mut self, at: Moment, after: u32, end: bool) {
        let header = Header {
            form: FORM,
            program: self.identity.program.clone(),
            run: self.identity.run.clone(),
            lineage: self.identity.lineage.clone(),
            plan: self.identity.plan.clone(),
            segment: self.head.segment,
            after: Some(after),
        };
        line::write(&mut self.buffer, &mut self.head, at, StoredContent::Segment(header), end);
    }

    /// A writer whose segments are followed by a new one beyond `bytes`.
    pub fn with_segment_bytes(mut self, bytes: u64) -> Writer {
        self.limit = bytes;
        self
    }

    /// The same writer, in a folder and behind a line.
    #[cfg(test)]
    pub(crate) fn in_folder(mut self, folder: &Path, head: Head) -> Writer {
        self.path = segment::path(folder, head.segment);
        self.folder = folder.into();
        self.head = head;
        self
    }

    /// A writer onto any file, to see what happens when it cannot be written.
    #[cfg(test)]
    pub(crate) fn onto(file: File, identity: Identity) -> Writer {
        let mut writer =
            Writer::at(Path::new("."), identity, Head { segment: 1, lines: 0, sum: START.into() });
        writer.path = PathBuf::from("/dev/full");
        writer.file = Some(file);
        writer
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.let_room_go();
    }
}
