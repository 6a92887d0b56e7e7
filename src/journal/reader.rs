//! Reads a journal: proves its chain, drops what follows the last closed batch with a notice, and says exactly where
//! anything else is damaged. One pass, one batch in memory.

use super::line::{self, Head, MAX_LINE, START};
use super::stored::{FORM, Header, StoredContent, StoredLine};
use super::{course, segment};
use crate::model::Moment;
use crate::run::event::Event;
use serde::Deserialize;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A journal that was read to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Journal {
    /// The first segment's header.
    pub header: Header,
    /// All events of closed batches, in order.
    pub events: Vec<Event>,
    /// Where it ends.
    pub head: Head,
    /// The segment that holds its last closed batch.
    pub follows: u32,
    /// What a person should know: what was dropped, and where.
    pub notices: Vec<String>,
}

/// Whose journal it must be. What is `None` is not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// The run's id.
    pub run: Option<String>,
    /// Lineage of the state.
    pub lineage: Option<String>,
}

/// Why a journal cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The system said no.
    #[error("cannot read the journal {}: {source}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It has no closed batch: the run had no effect.
    #[error(
        "the journal in {} holds no complete entry: its run was cut off before it began, and changed nothing",
        folder.display()
    )]
    Empty {
        /// Where.
        folder: PathBuf,
    },
    /// A line before the end of the journal is not what was written.
    #[error("line {line} of {} is damaged: {why}. The run cannot be followed beyond it", path.display())]
    Damaged {
        /// Which segment.
        path: PathBuf,
        /// From 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// A segment is not there.
    #[error("{} is missing: the journal goes on behind it; put it back from a backup", path.display())]
    Missing {
        /// Which segment.
        path: PathBuf,
    },
    /// It was written by a newer program.
    #[error(
        "{} was written by patchform {program} in form {form}; this program reads forms up to {FORM}. Use patchform \
         {program} or newer",
        path.display()
    )]
    Newer {
        /// Which segment.
        path: PathBuf,
        /// Its form.
        form: u32,
        /// The program's version.
        program: String,
    },
    /// It belongs to somebody else.
    #[error("{} belongs to {what} {found}, not to {expected}: it was put into the wrong folder", path.display())]
    Foreign {
        /// Which segment.
        path: PathBuf,
        /// `run` or `lineage`.
        what: &'static str,
        /// What it says.
        found: String,
        /// What was expected.
        expected: String,
    },
}

/// Reads the journal in `folder` to its end.
///
/// # Errors
/// It is damaged before its last closed batch, incomplete, newer, or somebody else's.
pub fn read(folder: &Path, expected: &Expected) -> Result<Journal, ReadError> {
    let mut events = Vec::new();
    let scanned = scan(folder, expected, &mut |event| events.push(event))?;
    Ok(Journal { events, ..scanned })
}

/// Reads the journal in `folder` and hands every event of a closed batch to `each`; the answer's own events are empty.
///
/// # Errors
/// As [`read`]; events before the damage were handed over.
pub fn scan(folder: &Path, expected: &Expected, each: &mut dyn FnMut(Event)) -> Result<Journal, ReadError> {
    let proof = prove(folder, expected, each);
    match (proof.broken, proof.header) {
        (Some(broken), _) => Err(broken),
        (None, None) => Err(ReadError::Empty { folder: folder.into() }),
        (None, Some(header)) => {
            let Proof { head, follows, notices, .. } = proof;
            Ok(Journal { header, events: Vec::new(), head, follows, notices })
        }
    }
}

/// How far a journal is what was written.
#[derive(Debug)]
pub struct Proof {
    /// The first segment's header; `None` when not even that is proved.
    pub header: Option<Header>,
    /// The end of the last closed batch before anything is broken.
    pub head: Head,
    /// The segment that holds it.
    pub follows: u32,
    /// What a person should know: what was dropped, and where.
    pub notices: Vec<String>,
    /// What was dropped last as cut off.
    pub torn: Option<Torn>,
    /// Why it cannot be followed further.
    pub broken: Option<ReadError>,
    /// Behind its head, where it is broken within a batch: the events of those lines of it that follow.
    pub open: Vec<Event>,
    /// The number of the first line that does not follow.
    pub upto: u64,
}

/// What stands behind the last closed batch of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// The segment's number.
    pub segment: u32,
    /// Its file.
    pub path: PathBuf,
    /// The first line of it, from 1.
    pub from: u64,
}

/// Follows the journal in `folder` as far as it is what was written, and hands every event of a closed batch to `each`.
pub fn prove(folder: &Path, expected: &Expected, each: &mut dyn FnMut(Event)) -> Proof {
    let mut scan = Scan {
        expected: expected.clone(),
        header: None,
        head: Head { segment: 0, lines: 0, sum: START.into() },
        follows: 0,
        notices: Vec::new(),
        torn: None,
        open: Vec::new(),
        upto: 0,
        each,
    };
    let broken = scan.folder(folder).err();
    let Scan { header, head, follows, notices, torn, open, upto, .. } = scan;
    let upto = upto.max(head.lines);
    Proof { header, head, follows, notices, torn, broken, open, upto }
}

/// What is known while reading.
struct Scan<'a> {
    expected: Expected,
    header: Option<Header>,
    /// The end of the last closed batch.
    head: Head,
    /// The segment that holds it.
    follows: u32,
    notices: Vec<String>,
    torn: Option<Torn>,
    open: Vec<Event>,
    upto: u64,
    each: &'a mut dyn FnMut(Event),
}

/// The batch being read.
struct Batch {
    head: Head,
    header: Option<Header>,
    events: Vec<Event>,
}

/// The last byte of a file; `None` where it has none, or cannot be read.
fn last_byte(path: &Path) -> Option<u8> {
    let mut file = File::open(path).ok()?;
    let mut byte = [0];
    file.seek(SeekFrom::End(-1)).ok()?;
    file.read_exact(&mut byte).ok()?;
    Some(byte[0])
}

impl Scan<'_> {
    fn folder(&mut self, folder: &Path) -> Result<(), ReadError> {
        let io_error = |source| ReadError::Io { path: folder.into(), source };
        let numbers = segment::numbers(folder).map_err(io_error)?;
        let course = course::course(folder, &numbers).map_err(io_error)?;
        for (due, number) in (1..).zip(numbers) {
            let path = segment::path(folder, number);
            if number != due {
                return Err(ReadError::Missing { path: segment::path(folder, due) });
            }
            match course.get(&number) {
                Some(end) => self.segment(path, number, *end)?,
                None => self.passed_by(&path, 1),
            }
            self.head.segment = number;
        }
        Ok(())
    }

    /// `end`: how many lines of the journal stand before the place where a later segment goes on.
    fn segment(&mut self, path: PathBuf, number: u32, end: Option<u64>) -> Result<(), ReadError> {
        let io_error = |source| ReadError::Io { path: path.clone(), source };
        let mut file = BufReader::with_capacity(1 << 16, File::open(&path).map_err(io_error)?);
        let mut batch = Batch { head: self.head.clone(), header: None, events: Vec::new() };
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            let limit = MAX_LINE as u64 + 1;
            file.by_ref().take(limit).read_until(b'\n', &mut bytes).map_err(io_error)?;
            if bytes.is_empty() {
                self.dropped(number, &path, line, line - u64::try_from(batch.open()).unwrap_or_default());
                return Ok(());
            }
            let damaged = |why: String| ReadError::Damaged { path: path.clone(), line, why };
            let whole = bytes.strip_suffix(b"\n");
            let content = whole.unwrap_or(&bytes);
            let (stored, at, sum) = match self.line(content, line == 1, &path) {
                Ok(read) => read,
                Err(Trouble::Line(why)) => {
                    let rest = rest_is_torn(&mut file, &bytes, whole.is_some()).map_err(io_error)?;
                    if rest {
                        self.dropped(
                            number,
                            &path,
                            line + 1,
                            line - u64::try_from(batch.open()).unwrap_or_default(),
                        );
                        return Ok(());
                    }
                    self.breaks(batch);
                    return Err(damaged(why));
                }
                Err(Trouble::Read(e)) => return Err(*e),
            };
            if let Err(why) = self.follows(&batch.head, &stored, line, number) {
                self.breaks(batch);
                return Err(damaged(why));
            }
            let closes = stored.end;
            batch.take(stored, at, sum);
            if closes {
                self.close(&mut batch);
                self.follows = number;
                if end == Some(self.head.lines) {
                    if !file.fill_buf().map_err(io_error)?.is_empty() {
                        self.passed_by(&path, line + 1);
                    }
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Reads a line, and first of all whether this program may read it.
    fn line(&self, bytes: &[u8], first: bool, path: &Path) -> Result<(StoredLine, Moment, String), Trouble> {
        let read = line::read(bytes);
        if let (true, Some(header)) = (first && !line::sum_differs(bytes), peek(bytes)) {
            // A newer form may differ in everything else; what is merely damaged is said to be so.
            if header.form > FORM {
                let (form, program) = (header.form, header.program);
                return Err(Trouble::Read(Box::new(ReadError::Newer { path: path.into(), form, program })));
            }
        }
        let read = read.map_err(Trouble::Line)?;
        if let StoredContent::Segment(header) = &read.0.content {
            self.ours(header, path).map_err(|e| Trouble::Read(Box::new(e)))?;
        }
        Ok(read)
    }

    fn ours(&self, header: &Header, path: &Path) -> Result<(), ReadError> {
        let first = self.header.as_ref();
        let run = first.map(|h| &h.run).or(self.expected.run.as_ref());
        let lineage = first.map(|h| &h.lineage).or(self.expected.lineage.as_ref());
        let plan = first.map(|h| &h.plan);
        for (what, found, expected) in
            [("run", &header.run, run), ("lineage", &header.lineage, lineage), ("plan", &header.plan, plan)]
        {
            if let Some(expected) = expected.filter(|e| *e != found) {
                let (found, expected) = (found.clone(), expected.clone());
                return Err(ReadError::Foreign { path: path.into(), what, found, expected });
            }
        }
        Ok(())
    }

    fn follows(&self, head: &Head, stored: &StoredLine, line: u64, number: u32) -> Result<(), String> {
        match &stored.content {
            StoredContent::Segment(header) if line == 1 && header.segment != number => {
                return Err(format!("it is the header of segment {}", header.segment));
            }
            StoredContent::Segment(_) if line != 1 => return Err("a header stands inside a segment".into()),
            StoredContent::Event(_) if line == 1 => return Err("the segment has no header".into()),
            _ => {}
        }
        if stored.seq != head.lines {
            return Err(format!("it is number {}, but number {} is due", stored.seq, head.lines));
        }
        if stored.prev != head.sum {
            return Err("it does not follow the line before it".into());
        }
        Ok(())
    }

    /// It is broken within this batch.
    fn breaks(&mut self, batch: Batch) {
        self.upto = batch.head.lines;
        self.open = batch.events;
    }

    fn close(&mut self, batch: &mut Batch) {
        self.head = batch.head.clone();
        if let Some(header) = batch.header.take() {
            self.header.get_or_insert(header);
        }
        for event in batch.events.drain(..) {
            (self.each)(event);
        }
    }

    /// Somebody wrote on after another controller had taken the run, or was cut off before that; nothing rests on it.
    fn passed_by(&mut self, path: &Path, from: u64) {
        let Some(last) = last_byte(path) else { return };
        let why = match last {
            b'\n' => {
                "another controller had taken the run before this was written, so that nothing rests on it"
            }
            _ => {
                "the write was cut off, and another controller took the run then, so that nothing rests on it"
            }
        };
        self.notices.push(format!("{}: dropped from line {from} on: {why}", path.display()));
    }

    fn dropped(&mut self, segment: u32, path: &Path, end: u64, from: u64) {
        if end > from {
            self.torn = Some(Torn { segment, path: path.into(), from });
            self.notices.push(format!(
                "{}: dropped from line {from} on: the write was cut off before its batch was closed, so that nothing \
                 rests on it",
                path.display()
            ));
        }
    }
}

enum Trouble {
    Line(String),
    Read(Box<ReadError>),
}

impl Batch {
    /// Lines read since the last closed batch.
    fn open(&self) -> usize {
        self.events.len() + usize::from(self.header.is_some())
    }

    fn take(&mut self, stored: StoredLine, at: Moment, sum: String) {
        self.head.lines += 1;
        self.head.sum = sum;
        match stored.content {
            StoredContent::Segment(header) => self.header = Some(header),
            StoredContent::Event(event) => self.events.push(event.at(at)),
        }
    }
}

/// Form and program of a header, in whatever form it is.
fn peek(bytes: &[u8]) -> Option<PeekedHeader> {
    serde_json::from_slice::<Peeked>(bytes).ok().map(|p| p.segment)
}

#[derive(Deserialize)]
struct Peeked {
    segment: PeekedHeader,
}

#[derive(Deserialize)]
struct PeekedHeader {
    form: u32,
    program: String,
}

/// Whether a line that cannot be read, and what follows it, looks like a write that was cut off: nothing behind it
/// closes a batch, and it does not end in a line feed, or holds a run of zeros, as blocks do that were never written.
/// A whole line, or a whole line with one byte more, was written to its end: then it is damage.
fn rest_is_torn(file: &mut BufReader<File>, bytes: &[u8], whole: bool) -> io::Result<bool> {
    let zeros = |bytes: &[u8]| bytes.windows(8).any(|w| w == [0; 8]);
    let (_, before) = bytes.split_last().unwrap_or((&0, bytes));
    if !whole && line::read(before).is_ok() {
        return Ok(false);
    }
    let (mut torn, mut ended) = (zeros(bytes), whole);
    let mut next = Vec::new();
    loop {
        next.clear();
        file.by_ref().take(MAX_LINE as u64 + 1).read_until(b'\n', &mut next)?;
        if next.is_empty() {
            return Ok(torn || !ended);
        }
        let content = next.strip_suffix(b"\n");
        if line::read(content.unwrap_or(&next)).is_ok_and(|(line, ..)| line.end) {
            return Ok(false);
        }
        torn |= zeros(&next);
        ended = content.is_some();
    }
}
