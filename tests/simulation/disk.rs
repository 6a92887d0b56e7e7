//! What is durable: the journal in segments, the lease and the state; as `journal::writer`, `journal::reader`,
//! `engine::lease` and `ops::ledger` keep them.

use patchform::run::event::Event;
use patchform::state::State;

/// One segment of the journal.
#[derive(Debug, Clone, Default)]
struct Segment {
    /// What its header says: where it begins, and behind which segment; `None` while it is only a seal.
    header: Option<Head>,
    /// Events, and whether each closes a batch.
    lines: Vec<(Event, bool)>,
}

/// The end of the journal as somebody read it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Head {
    /// How many events there are.
    pub events: usize,
    /// The segment that holds the last of them.
    pub segment: Option<usize>,
}

/// All that survives a controller.
#[derive(Debug, Clone)]
pub struct Disk {
    segments: Vec<Segment>,
    pub state: State,
    /// Whether the run still holds what it holds.
    pub lease: bool,
    /// The highest token given out.
    pub token: u64,
}

/// How a reader takes what an older writer appended behind a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// It is dropped: the next segment says where it begins.
    pub cuts: bool,
    /// A batch that was not closed is taken all the same (planted).
    pub takes_torn: bool,
    /// The last closed batch is dropped (planted).
    pub drops_closed: bool,
}

impl Disk {
    pub fn new() -> Disk {
        let state = State::new("l", "0");
        Disk { segments: Vec::new(), state, lease: false, token: 0 }
    }

    /// Takes the next segment: what an older writer appends from now on does not count. Its number.
    pub fn seal(&mut self) -> usize {
        self.segments.push(Segment::default());
        self.segments.len() - 1
    }

    /// Whether somebody sealed the journal behind this segment.
    pub fn sealed(&self, segment: usize) -> bool {
        segment + 1 < self.segments.len()
    }

    /// Whether what is written into this segment counts: nobody has gone on elsewhere.
    pub fn counts(&self, segment: usize) -> bool {
        self.segments[segment + 1..].iter().all(|s| s.header.is_none())
    }

    /// Writes the header of a sealed segment: where its writer found the journal's end. What is appended to earlier ones
    /// from now on does not count.
    pub fn open(&mut self, segment: usize, head: Head) {
        self.segments[segment].header = Some(head);
    }

    /// Writes `batch`; `closed`: with the line that closes it.
    pub fn write(&mut self, segment: usize, batch: &[Event], closed: bool) {
        let segment = &mut self.segments[segment];
        let last = batch.len().saturating_sub(1);
        segment.lines.extend(batch.iter().enumerate().map(|(k, e)| (e.clone(), closed && k == last)));
    }

    /// The segments that count, each with how many of the journal's events stand before its end: the last one, the one
    /// that it follows, and so on.
    fn chain(&self, how: Reading) -> Vec<(usize, usize)> {
        let mut chain = Vec::new();
        let (mut next, mut end) = (self.segments.len().checked_sub(1), usize::MAX);
        while let Some(n) = next {
            next = n.checked_sub(1);
            // A seal alone says nothing.
            let Some(head) = self.segments[n].header else { continue };
            chain.push((n, end));
            if how.cuts {
                (next, end) = (head.segment, head.events);
            }
        }
        chain.reverse();
        chain
    }

    /// All events of closed batches, and where they end.
    pub fn read(&self, how: Reading) -> Result<(Vec<Event>, Head), String> {
        let mut events: Vec<Event> = Vec::new();
        let mut last = None;
        for (n, end) in self.chain(how) {
            let segment = &self.segments[n];
            let begins = segment.header.unwrap_or_default().events;
            if begins != events.len() {
                return Err(format!(
                    "segment {} begins at line {begins}, but line {} is due",
                    n + 1,
                    events.len()
                ));
            }
            let mut batch = Vec::new();
            for (event, closes) in &segment.lines {
                batch.push(event.clone());
                if *closes && events.len() + batch.len() <= end {
                    events.append(&mut batch);
                }
            }
            if how.takes_torn {
                events.append(&mut batch);
            }
            last = Some(n);
        }
        if how.drops_closed {
            events.pop();
        }
        let head = Head { events: events.len(), segment: last };
        Ok((events, head))
    }
}
