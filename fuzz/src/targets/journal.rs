//! A journal: any bytes are an error or events, whatever events there are can be folded, and no damage to a good journal
//! makes it tell another story than a beginning of its own.

use patchform::journal::{self, Expected, Journal, ReadError};
use patchform::plan::Plan;
use patchform::plan::stored;
use patchform::report::Style;
use patchform::report::gauges::Gauges;
use patchform::report::run_json;
use patchform::report::run_standing::Times;
use patchform::report::run_text::{RunText, Telling};
use patchform::run::event::Event;
use patchform::run::{Run, decide, outcome};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

/// The plan whose runs are told.
const PLAN: &[u8] = include_bytes!("../../seeds/plan/restored");
/// A good journal of such a run; as a seed it begins with the `r` of [`run`].
const SEED: &[u8] = include_bytes!("../../seeds/journal/restored");
/// Between two segments.
const CUT: &[u8] = b"\n----\n";

/// The first byte says what is done with the rest: `r` reads it as it is, `d` takes it as damage to a good journal, and
/// anything else first makes a chain of its lines.
pub fn run(data: &[u8]) {
    match data.split_first() {
        Some((b'r', rest)) => told(&segments(rest)),
        Some((b'd', rest)) => damaged(rest),
        Some((_, rest)) => told(&chained(rest)),
        None => {}
    }
}

fn segments(data: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = data;
    let mut segments = Vec::new();
    while let Some(at) = rest.windows(CUT.len()).position(|w| w == CUT) {
        segments.push(rest[..=at].to_vec());
        rest = &rest[at + CUT.len()..];
    }
    segments.push(rest.to_vec());
    segments
}

/// Gives every line that is an object its place in the chain and its sum; other lines stay as they are.
fn chained(data: &[u8]) -> Vec<Vec<u8>> {
    let mut previous = "0".repeat(64);
    let mut number = 0_u64;
    let mut seal = |line: &[u8]| -> Vec<u8> {
        let Ok(Value::Object(mut fields)) = serde_json::from_slice::<Value>(line) else {
            return line.to_vec();
        };
        fields.remove("sum");
        fields.insert("seq".into(), number.into());
        fields.insert("prev".into(), previous.clone().into());
        fields.entry("at").or_insert_with(|| "2026-11-22T02:40:00.000Z".into());
        let mut body = Value::Object(fields).to_string();
        body.pop();
        previous = patchform_sdk::digest::of_bytes(body.as_bytes());
        number += 1;
        format!("{body},\"sum\":\"{previous}\"}}").into_bytes()
    };
    let mut sealed = Vec::new();
    for segment in segments(data) {
        let lines: Vec<Vec<u8>> = segment.split(|b| *b == b'\n').map(&mut seal).collect();
        sealed.push(lines.join(&b'\n'));
    }
    sealed
}

/// Reads segments, as a run's folder holds them.
fn read(segments: &[Vec<u8>]) -> Result<Journal, ReadError> {
    thread_local! {
        static FOLDER: TempDir = folder();
    }
    FOLDER.with(|folder| {
        let paths: Vec<PathBuf> =
            (1..=segments.len()).map(|n| folder.path().join(format!("{n:06}.jsonl"))).collect();
        for (path, bytes) in paths.iter().zip(segments) {
            fs::write(path, bytes).expect("the folder can be written");
        }
        let journal = journal::read(folder.path(), &Expected::default());
        paths.iter().for_each(|path| drop(fs::remove_file(path)));
        journal
    })
}

/// In memory where that is to be had.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a temporary folder")
}

/// Whatever can be read is folded and told, event by event.
fn told(segments: &[Vec<u8>]) {
    match read(segments) {
        Ok(journal) => {
            assert!(journal.head.lines > journal.events.len() as u64, "every segment has a header");
            folded(&journal.events);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn folded(events: &[Event]) {
    let plan = plan();
    let mut run = Run::start(plan, "r1");
    let mut lines = RunText::new("r1", Telling::Story, Style::plain(80), 0);
    let mut times = Times::default();
    for event in events {
        let before = run.clone();
        if run.apply(event).is_err() {
            assert_eq!(run, before, "an event that cannot follow changed the run");
            return;
        }
        lines.event(plan, event);
        let json = run_json::event(plan, "r1", event);
        assert!(serde_json::from_str::<Value>(&json).is_ok(), "no JSON: {json}");
        decide(&run, &BTreeSet::new());
        outcome(&run);
        times.see(event);
        Gauges::of(plan, &run, &times, events[0].at, event.at);
    }
}

fn plan() -> &'static Plan {
    static READ: OnceLock<Plan> = OnceLock::new();
    READ.get_or_init(|| stored::read(PLAN).expect("the seed is a plan"))
}

fn good_bytes() -> &'static [u8] {
    SEED.strip_prefix(b"r").unwrap_or(SEED)
}

fn good() -> &'static Journal {
    static READ: OnceLock<Journal> = OnceLock::new();
    READ.get_or_init(|| read(&segments(good_bytes())).expect("the seed is a journal"))
}

/// Changes a good journal as `edits` say (kind, place, length, bytes), then reads it.
fn damaged(edits: &[u8]) {
    let mut bytes = good_bytes().to_vec();
    let mut rest = edits;
    while let [kind, high, low, length, tail @ ..] = rest {
        let length = usize::from(*length);
        let at = (usize::from(*high) << 8 | usize::from(*low)) * bytes.len() / 65_536;
        let end = (at + length).min(bytes.len());
        let given = &tail[..length.min(tail.len())];
        rest = &tail[if kind % 6 < 2 { given.len() } else { 0 }..];
        match kind % 6 {
            0 => drop(bytes.splice(at..at, given.iter().copied())),
            1 => bytes.extend_from_slice(given),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(at),
            4 => bytes[at..end].fill(0),
            _ => {
                let again = bytes[at..end].to_vec();
                bytes.extend_from_slice(&again);
            }
        }
    }
    if let Ok(journal) = read(&segments(&bytes)) {
        let whole = &good().events;
        assert!(whole.starts_with(&journal.events), "it tells another story");
        let told_all = journal.events.len() == whole.len();
        assert!(
            told_all || !journal.notices.is_empty() || bytes.len() < good_bytes().len(),
            "it lost events in silence"
        );
    }
}
