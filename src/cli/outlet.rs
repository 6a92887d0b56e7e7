//! Where answers and notes go out. While a run goes on a thread of its own writes them: a reader that stays and reads no more (Ctrl-S,
//! a connection that hangs, a pipe that is full) holds up no run. What it has not read waits for it in memory.

use super::seen::lock;
use crate::report::size;
use crate::world::{clock, signal};
use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many bytes wait for a reader; what comes then is left out.
const MOST: usize = 16 << 20;
/// Who has read nothing for so long is behind: there is no sense in drawing for them.
const BEHIND: Duration = Duration::from_secs(1);
/// How long a stream that does not block, and is full, is left alone.
const FULL: Duration = Duration::from_millis(20);
/// How often it is asked whether a signal came.
const MOMENT: Duration = Duration::from_millis(200);

/// A standard stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Both standard streams. Clones are the same.
#[derive(Clone, Default)]
pub struct Outlet(Arc<Shared>);

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    /// Whether a thread writes.
    open: bool,
    texts: VecDeque<(Stream, String)>,
    bytes: usize,
    /// Since when the thread writes what it writes.
    writes: Option<Instant>,
    /// Lines that were left out.
    missing: usize,
    /// Why standard output could not be written, the first time.
    lost: Option<io::Error>,
    /// A person did not wait for a reader any more: nothing is written any more.
    given_up: bool,
}

impl Outlet {
    /// A thread writes from now on, until [`Outlet::close`].
    pub fn open(&self) {
        let outlet = self.clone();
        let mut queue = lock(&self.0.queue);
        // Without the thread everything is written as before.
        let write = std::thread::Builder::new().name("outlet".into()).spawn(move || outlet.write_on());
        queue.open = write.is_ok();
    }

    /// Writes what was asked for, or a note.
    pub fn say(&self, to: Stream, text: &str) {
        self.say_within(MOST, to, text);
    }

    /// Writes how it ended, however much waits for a reader.
    pub fn say_at_last(&self, text: &str) {
        self.say_within(usize::MAX, Stream::Out, text);
    }

    fn say_within(&self, most: usize, to: Stream, text: &str) {
        let mut queue = lock(&self.0.queue);
        if queue.given_up || text.is_empty() {
            return;
        }
        if !queue.open {
            drop(queue);
            return self.note_loss(to, write(to, text));
        }
        if queue.bytes.saturating_add(text.len()) > most {
            queue.missing += text.lines().count();
            return;
        }
        queue.bytes += text.len();
        queue.texts.push_back((to, text.into()));
        self.0.changed.notify_all();
    }

    /// Whether nobody has read anything for a while.
    pub fn is_behind(&self) -> bool {
        lock(&self.0.queue).writes.is_some_and(|since| since.elapsed() > BEHIND)
    }

    /// Waits until everything is written, or a signal comes: then nothing more is. From now on it is written directly.
    pub fn close(&self) {
        let mut queue = lock(&self.0.queue);
        if queue.is_busy() {
            let signalled = Arc::new(AtomicBool::new(false));
            let (told, shared) = (Arc::clone(&signalled), Arc::clone(&self.0));
            // Where no handler can be had the system's own ends the process, as it should.
            let _ = signal::watch(move |_| {
                told.store(true, Ordering::Relaxed);
                shared.changed.notify_all();
            });
            while queue.is_busy() && !signalled.load(Ordering::Relaxed) {
                // A signal between the question and the wait is heard a moment later.
                let waited = self.0.changed.wait_timeout(queue, MOMENT);
                queue = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        queue.open = false;
        queue.given_up |= queue.is_busy();
        let missing = std::mem::take(&mut queue.missing);
        self.0.changed.notify_all();
        drop(queue);
        if missing > 0 {
            let lines = size::counted(missing, "line");
            self.say(Stream::Err, &format!("note: nobody read for so long that {lines} were left out\n"));
        }
    }

    /// Why standard output could not be written, the first time.
    pub fn lost(&self) -> Option<(io::ErrorKind, String)> {
        lock(&self.0.queue).lost.as_ref().map(|error| (error.kind(), error.to_string()))
    }

    /// The same; it was told then, and is forgotten.
    pub fn take_lost(&self) -> Option<io::Error> {
        lock(&self.0.queue).lost.take()
    }

    /// Takes note of how writing ended.
    pub fn note_loss(&self, to: Stream, written: io::Result<()>) {
        // Of standard error nobody is left to tell; the journal has everything.
        if let (Stream::Out, Err(error)) = (to, written) {
            lock(&self.0.queue).lost.get_or_insert(error);
        }
    }

    fn write_on(&self) {
        let mut queue = lock(&self.0.queue);
        loop {
            while let Some((to, text)) = queue.texts.pop_front() {
                queue.bytes -= text.len();
                queue.writes = Some(clock::steady());
                drop(queue);
                self.note_loss(to, write(to, &text));
                queue = lock(&self.0.queue);
                queue.writes = None;
                self.0.changed.notify_all();
            }
            if !queue.open {
                return;
            }
            queue = self.0.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Queue {
    fn is_busy(&self) -> bool {
        self.open && (!self.texts.is_empty() || self.writes.is_some())
    }
}

fn write(to: Stream, text: &str) -> io::Result<()> {
    match to {
        Stream::Out => write_all(&mut io::stdout().lock(), text.as_bytes()),
        Stream::Err => write_all(&mut io::stderr().lock(), text.as_bytes()),
    }
}

/// Writes all of it. A stream that somebody else has made not to block takes the rest a moment later.
fn write_all(to: &mut dyn io::Write, mut bytes: &[u8]) -> io::Result<()> {
    let patiently = |write: &mut dyn FnMut() -> io::Result<usize>| loop {
        match write() {
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => std::thread::sleep(FULL),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    };
    while !bytes.is_empty() {
        match patiently(&mut || to.write(bytes))? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            n => bytes = &bytes[n..],
        }
    }
    patiently(&mut || to.flush().map(|()| 0)).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_reads_takes_no_more_memory_than_is_said() {
        let outlet = Outlet::default();
        lock(&outlet.0.queue).open = true;
        let line = format!("{}\n", "a".repeat(1023));
        for _ in 0..MOST / line.len() {
            outlet.say(Stream::Out, &line);
        }
        outlet.say(Stream::Err, "one\ntwo\n");
        outlet.say(Stream::Out, "");
        outlet.say_at_last("the end\n");
        let queue = lock(&outlet.0.queue);
        assert_eq!((queue.bytes, queue.texts.len(), queue.missing), (MOST + 8, MOST / 1024 + 1, 2));
        assert!(queue.is_busy());
    }
}
