//! Journals: written and read again, torn, damaged, foreign, newer.

use super::line::START;
use super::stored::{StoredContent, StoredEvent};
use super::*;
use crate::model::Moment;
use crate::plan::noun::Step;
use crate::run::event::{ActionRef, Event, Leg, Request, What};
use crate::run::{Rules, Sight};
use patchform_sdk::message::{Ailment, Answer, Cause, CommandLine, Done, Probed, Reload, Snapshot, Verdict};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

fn identity() -> Identity {
    let text = str::to_string;
    Identity { program: text("0.1.0"), run: text("r1"), lineage: text("l1"), plan: text("p1") }
}

fn ours() -> Expected {
    Expected { run: Some("r1".into()), lineage: Some("l1".into()) }
}

/// Batches with every kind of event in them.
fn batches() -> Vec<Vec<Event>> {
    let action = ActionRef { component: 3, leg: Leg::Forth, index: 2 };
    let by_hand = CommandLine {
        argv: vec!["sh".into(), "-c".into(), "a\nb".into()],
        env: BTreeMap::from([("LEVEL".to_string(), CommandLine::LEVEL.to_string())]),
    };
    let snapshot = Snapshot {
        token: json!({"id": [1, "é"]}),
        place: "here".into(),
        by_hand: Some(by_hand),
        ..Snapshot::default()
    };
    let ailment = Ailment { check: "load".into(), ill: true, why: "0.9".into() };
    let done = Done {
        ailments: [ailment].into(),
        digest: Some("d1".into()),
        snapshot: Some(Box::new(snapshot)),
        reload: Reload::Reboot,
        verdict: Some(Verdict::Ill { why: "it \"hums\"\n".into() }),
        output: "line\n".into(),
    };
    let ended = Cause { why: "`./act` exited with code 1".into(), output: "no space\n".into() };
    let unclear = Answer::Unclear { why: "late".into(), output: String::new() };
    let refused = Answer::Refused { why: "no".into(), output: "x".into() };
    let whats = vec![
        vec![What::taken("ana@host", 7)],
        vec![
            What::Intent { action, step: Step::Snapshot, attempt: 1, snapshot: Some("s".into()) },
            What::Intent { action, step: Step::Patch, attempt: 1, snapshot: None },
        ],
        vec![
            What::Fact { action, attempt: 1, answer: Answer::Applied(done.clone()) },
            What::Fact { action, attempt: 1, answer: unclear },
            What::Fact { action, attempt: 2, answer: refused },
        ],
        vec![
            What::Probe { action, attempt: 1, found: Ok(Probed::After(done)) },
            What::Probe { action, attempt: 1, found: Ok(Probed::between("half")) },
            What::Probe { action, attempt: 1, found: Ok(Probed::before()) },
            What::Probe { action, attempt: 1, found: Ok(Probed::Before { ended: Some(ended.clone()) }) },
            What::Probe {
                action,
                attempt: 1,
                found: Ok(Probed::Between { why: "half".into(), ended: Some(ended) }),
            },
            What::Probe { action, attempt: 1, found: Ok(Probed::Busy) },
            What::Probe { action, attempt: 1, found: Err("no such host".into()) },
        ],
        vec![
            What::Read { component: 3, digest: Ok("abc".into()) },
            What::Read { component: 4, digest: Err("gone".into()) },
            What::Clock { ahead_ms: -3_600_000 },
            What::Watched { component: 3, passed: Duration::from_millis(1_500), found: Verdict::Healthy },
            What::Watched { component: 3, passed: Duration::ZERO, found: Verdict::Ill { why: "503".into() } },
            What::Seen { service: 1, sight: Sight::Up, took: Duration::from_millis(12) },
            What::Seen { service: 1, sight: Sight::Down("503".into()), took: Duration::from_secs(2) },
            What::Seen { service: 1, sight: Sight::Unknown("no disk".into()), took: Duration::ZERO },
            What::Member { component: 2, ill: Some("503".into()) },
            What::Member { component: 2, ill: None },
            What::Seen { service: 1, sight: Sight::Unseen, took: Duration::ZERO },
            What::Asked(Request::Skip(2)),
            What::Asked(Request::Abandon { leaving: Default::default() }),
            What::Asked(Request::Abandon { leaving: [0, 2].into() }),
        ],
        vec![What::Stopped { why: "stop".into() }, What::Finished],
    ];
    let event = |what| Event { at: Moment(1_764_000_000_123), what };
    whats.into_iter().map(|batch| batch.into_iter().map(event).collect()).collect()
}

fn write(folder: &Path, segment_bytes: u64) -> Writer {
    let mut writer = Writer::create(folder, identity()).unwrap().with_segment_bytes(segment_bytes);
    for batch in batches() {
        writer.append(&batch).unwrap();
    }
    writer
}

/// Form 1 did not say which segment one follows: it was the one before.
#[test]
fn the_first_form_still_reads() {
    let dir = tempfile::tempdir().unwrap();
    let mut head = Head { segment: 0, lines: 0, sum: START.into() };
    for (number, batches) in [(1, &batches()[..2]), (2, &batches()[2..])] {
        let Identity { program, run, lineage, plan } = identity();
        let header = Header { form: 1, program, run, lineage, plan, segment: number, after: None };
        let mut bytes = Vec::new();
        line::write(&mut bytes, &mut head, Moment(0), StoredContent::Segment(header), false);
        for batch in batches {
            for (k, event) in batch.iter().enumerate() {
                let content = StoredContent::Event((&event.what).into());
                line::write(&mut bytes, &mut head, event.at, content, k + 1 == batch.len());
            }
        }
        bytes.extend_from_slice(b"{\"torn");
        fs::write(segment::path(dir.path(), number), bytes).unwrap();
    }
    assert_eq!(read(dir.path(), &ours()).unwrap().events, batches().concat());
}

/// Up to form 2 a journal did not say by which rules it is folded: by the first.
#[test]
fn a_journal_of_an_earlier_form_is_folded_by_its_rules() {
    for (text, rules) in [
        (r#"{"taken":{"controller":"ana@host","token":7}}"#, Rules::First),
        (r#"{"taken":{"controller":"ana@host","token":7,"rules":"second"}}"#, Rules::Second),
        (r#"{"taken":{"controller":"ana@host","token":7,"rules":"third"}}"#, Rules::Third),
        (r#"{"taken":{"controller":"ana@host","token":7,"rules":"fourth"}}"#, Rules::Fourth),
        (r#"{"taken":{"controller":"ana@host","token":7,"rules":"fifth"}}"#, Rules::Fifth),
        (r#"{"taken":{"controller":"ana@host","token":7,"rules":"sixth"}}"#, Rules::Sixth),
        (r#"{"taken":{"controller":"ana@host","token":7,"rules":"seventh"}}"#, Rules::Seventh),
        (r#"{"taken":{"controller":"ana@host","token":7,"rules":"eighth"}}"#, Rules::Eighth),
    ] {
        let stored: StoredEvent = serde_json::from_str(text).unwrap();
        let what = What::from(stored.clone());
        assert_eq!(what, What::Taken { controller: "ana@host".into(), token: 7, rules });
        assert_eq!(StoredEvent::from(&what), stored);
        assert_eq!(serde_json::to_string(&stored).unwrap(), text);
    }
    let later = r#"{"taken":{"controller":"ana@host","token":7,"rules":"ninth"}}"#;
    assert!(serde_json::from_str::<StoredEvent>(later).is_err());
}

/// Whether `events` are those of the first so many batches.
fn is_prefix(events: &[Event]) -> bool {
    let all = batches();
    (0..=all.len()).any(|n| all[..n].concat() == events)
}

fn first(folder: &Path) -> std::path::PathBuf {
    folder.join("000001.jsonl")
}

#[test]
fn reads_what_was_written_in_one_segment_or_many() {
    for bytes in [1, SEGMENT_BYTES] {
        let dir = tempfile::tempdir().unwrap();
        let writer = write(dir.path(), bytes);
        let journal = read(dir.path(), &ours()).unwrap();
        assert_eq!(journal.events, batches().concat());
        assert_eq!(&journal.head, writer.head());
        assert_eq!(journal.header.plan, "p1");
        assert!(journal.notices.is_empty());
        assert_eq!(journal.head.segment, if bytes == 1 { 6 } else { 1 });
    }
}

#[test]
fn truncated_at_every_byte_it_gives_a_prefix_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), SEGMENT_BYTES);
    let whole = fs::read(first(dir.path())).unwrap();
    let more = Event { at: Moment(5), what: What::Asked(Request::Pause) };
    for cut in 0..whole.len() {
        let torn = tempfile::tempdir().unwrap();
        fs::write(first(torn.path()), &whole[..cut]).unwrap();
        let journal = match read(torn.path(), &ours()) {
            Err(ReadError::Empty { .. }) => {
                assert!(cut < 900, "nothing left of {cut} bytes");
                continue;
            }
            other => other.unwrap(),
        };
        assert!(is_prefix(&journal.events), "{cut}");
        let on_a_boundary = whole[..cut].ends_with(b"\n") || whole[cut] == b'\n';
        assert!(journal.notices.len() == 1 || on_a_boundary, "{cut}: {:?}", journal.notices);
        if cut % 37 == 0 {
            let seal = Seal::set(torn.path()).unwrap();
            let mut writer = Writer::resume(seal, &journal, "0.2.0").unwrap();
            writer.append(std::slice::from_ref(&more)).unwrap();
            let again = read(torn.path(), &ours()).unwrap();
            assert_eq!(again.events.last(), Some(&more));
            assert_eq!(again.events.len(), journal.events.len() + 1);
            let told = again.notices.iter().any(|notice| notice.contains("the write was cut off"));
            assert_eq!(told, !whole[..cut].ends_with(b"\n"), "{cut}: {:?}", again.notices);
        }
    }
}

#[test]
fn a_flipped_bit_at_any_byte_is_an_error_that_names_its_line() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), SEGMENT_BYTES);
    let whole = fs::read(first(dir.path())).unwrap();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(first(dir.path()), &flipped).unwrap();
        let line = 1 + whole[..at].iter().filter(|b| **b == b'\n').count() as u64;
        match read(dir.path(), &ours()) {
            Err(ReadError::Damaged { line: named, path, .. }) => {
                assert!(path.ends_with("000001.jsonl"));
                assert!(named == line || named + 1 == line, "byte {at}: line {named}, not {line}");
            }
            other => panic!("byte {at}: {other:?}"),
        }
    }
}

#[test]
fn lines_twice_or_swapped_or_missing_are_errors() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), SEGMENT_BYTES);
    let text = fs::read_to_string(first(dir.path())).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for k in 0..lines.len() {
        let mut twice = lines.clone();
        twice.insert(k, lines[k]);
        let mut swapped = lines.clone();
        swapped.swap(k, (k + 1) % lines.len());
        let mut missing = lines.clone();
        missing.remove(k);
        for (name, changed) in [("twice", twice), ("swapped", swapped), ("missing", missing)] {
            fs::write(first(dir.path()), changed.join("\n") + "\n").unwrap();
            match read(dir.path(), &ours()) {
                Err(ReadError::Damaged { .. }) => {}
                // Without its last line the last batch was never closed.
                Ok(journal) if name == "missing" && k + 1 == lines.len() => {
                    assert!(is_prefix(&journal.events));
                    assert_eq!(journal.notices.len(), 1);
                }
                other => panic!("{name} {k}: {other:?}"),
            }
        }
    }
}

#[test]
fn damage_before_a_torn_end_is_still_an_error() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), SEGMENT_BYTES);
    let mut bytes = fs::read(first(dir.path())).unwrap();
    bytes[1500] ^= 4;
    bytes.truncate(bytes.len() - 20);
    fs::write(first(dir.path()), &bytes).unwrap();
    assert!(matches!(read(dir.path(), &ours()), Err(ReadError::Damaged { .. })));
}

#[test]
fn blocks_that_were_never_written_are_a_torn_end() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = write(dir.path(), SEGMENT_BYTES);
    let before = fs::read(first(dir.path())).unwrap().len();
    writer.append(&batches()[2]).unwrap();
    let mut bytes = fs::read(first(dir.path())).unwrap();
    bytes[before + 40..before + 700].fill(0);
    fs::write(first(dir.path()), &bytes).unwrap();
    // Its last line is whole, but the batch is not.
    assert!(read(dir.path(), &ours()).is_err());
    let end = bytes.len();
    bytes[before + 40..end].fill(0);
    fs::write(first(dir.path()), &bytes).unwrap();
    let journal = read(dir.path(), &ours()).unwrap();
    assert_eq!(journal.events, batches().concat());
    assert_eq!(journal.notices.len(), 1);
}

#[test]
fn segments_that_are_missing_swapped_foreign_or_newer_are_errors() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), 1);
    let second = dir.path().join("000002.jsonl");
    let text = fs::read_to_string(&second).unwrap();
    fs::remove_file(&second).unwrap();
    let error = read(dir.path(), &ours()).unwrap_err();
    assert!(matches!(&error, ReadError::Missing { path } if *path == second), "{error}");
    fs::copy(dir.path().join("000003.jsonl"), &second).unwrap();
    assert!(matches!(read(dir.path(), &ours()), Err(ReadError::Damaged { line: 1, .. })));

    let other = tempfile::tempdir().unwrap();
    Writer::create(other.path(), Identity { run: "r2".into(), ..identity() })
        .unwrap()
        .append(&batches()[0])
        .unwrap();
    fs::copy(first(other.path()), &second).unwrap();
    let error = read(dir.path(), &ours()).unwrap_err();
    assert!(matches!(error, ReadError::Foreign { what: "run", .. }), "{error}");
    assert!(matches!(read(other.path(), &ours()), Err(ReadError::Foreign { .. })));

    let form = |form: u32| format!("\"form\":{form}");
    let newer = text.replace(&form(FORM), &form(FORM + 1)).replace("0.1.0", "0.9.0");
    let (body, _) = newer.split_once(",\"sum\"").unwrap();
    let sum = patchform_sdk::digest::of_bytes(body.as_bytes());
    fs::write(&second, format!("{body},\"sum\":\"{sum}\"}}\n")).unwrap();
    let error = read(dir.path(), &ours()).unwrap_err();
    assert!(matches!(&error, ReadError::Newer { form, .. } if *form == FORM + 1), "{error}");
    assert!(error.to_string().contains("patchform 0.9.0"));
}

#[test]
fn after_a_failed_write_nothing_more_is_written() {
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let mut writer = Writer::onto(full, identity());
    let error = writer.append(&batches()[0]).unwrap_err();
    assert!(error.to_string().contains("free some space"), "{error}");
    assert!(matches!(writer.append(&batches()[0]), Err(WriteError::Broken { .. })));
}

#[test]
fn two_writers_cannot_share_a_segment() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), SEGMENT_BYTES);
    let journal = read(dir.path(), &ours()).unwrap();
    let (one, two) = (Seal::set(dir.path()).unwrap(), Seal::set(dir.path()).unwrap());
    let mut two = Writer::resume(two, &journal, "0.1.0").unwrap();
    two.append(&batches()[0]).unwrap();
    // The other one was too slow: its segment is followed by nobody, and it is told so.
    let mut one = Writer::resume(one, &journal, "0.1.0").unwrap();
    assert!(matches!(one.append(&batches()[1]), Err(WriteError::Taken { .. })));
    assert!(matches!(one.append(&batches()[1]), Err(WriteError::Broken { .. })));
    let read = read(dir.path(), &ours()).unwrap();
    assert_eq!(read.events, [batches().concat(), batches()[0].clone()].concat());
    assert!(read.notices[0].contains("another controller had taken the run"), "{:?}", read.notices);
}

/// A controller stood still, lost its lock, and goes on: what it acted on is known to the next one, and what it writes
/// after that counts for nobody.
#[test]
fn what_is_written_behind_a_seal_does_not_count() {
    let dir = tempfile::tempdir().unwrap();
    let mut old = Writer::create(dir.path(), identity()).unwrap();
    old.append(&batches()[0]).unwrap();
    let seal = Seal::set(dir.path()).unwrap();
    // Between the seal and the reading: it is read, and its writer does not act on it.
    assert!(matches!(old.append(&batches()[1]), Err(WriteError::Taken { .. })));
    let known = batches()[..2].concat();
    let journal = read(dir.path(), &ours()).unwrap();
    assert_eq!(journal.events, known);
    let mut new = Writer::resume(seal, &journal, "0.1.0").unwrap();
    // Behind it, by a controller that was asleep in the middle of its write.
    let mut late = old_again(dir.path(), &journal);
    assert!(matches!(late.append(&batches()[2]), Err(WriteError::Taken { .. })));
    new.append(&batches()[3]).unwrap();
    let again = read(dir.path(), &ours()).unwrap();
    assert_eq!(again.events, [known, batches()[3].clone()].concat());
    assert_eq!((again.follows, again.notices.len()), (2, 1), "{:?}", again.notices);
    // And whoever goes on after that finds the same.
    let seal = Seal::set(dir.path()).unwrap();
    Writer::resume(seal, &again, "0.1.0").unwrap().append(&batches()[4]).unwrap();
    let last = read(dir.path(), &ours()).unwrap();
    assert_eq!(last.events, [again.events, batches()[4].clone()].concat());
}

/// A writer onto the first segment, as `journal` found its end.
fn old_again(folder: &Path, journal: &Journal) -> Writer {
    let file = fs::OpenOptions::new().append(true).open(first(folder)).unwrap();
    let head = Head { segment: 1, ..journal.head.clone() };
    Writer::onto(file, identity()).in_folder(folder, head)
}

/// What a dead controller wrote may not be on the disk, and what an fsync failed on never gets there: the file is written
/// anew, as it was, before anything rests on it.
#[test]
fn what_is_gone_on_from_is_made_durable_first() {
    use std::os::unix::fs::MetadataExt as _;
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), SEGMENT_BYTES);
    let path = first(dir.path());
    let mut torn = fs::read(&path).unwrap();
    torn.extend_from_slice(b"{\"half a li");
    fs::write(&path, &torn).unwrap();
    let (before, mode) = fs::metadata(&path).map(|m| (m.ino(), m.mode())).unwrap();
    let journal = read(dir.path(), &ours()).unwrap();
    Writer::resume(Seal::set(dir.path()).unwrap(), &journal, "0.1.0").unwrap();
    let after = fs::metadata(&path).unwrap();
    assert_eq!((fs::read(&path).unwrap(), after.mode()), (torn, mode));
    assert_ne!(after.ino(), before, "an fsync of the same pages would not do");
}

/// Prints what an event costs beside its fsync, and proves that a large journal is read in one linear pass.
#[test]
fn many_events_are_written_and_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::create(dir.path(), identity()).unwrap().with_segment_bytes(1 << 20);
    let batch = batches().concat();
    let start = std::time::Instant::now();
    let mut many = Vec::new();
    for _ in 0..400 {
        many.extend(batch.iter().cloned());
    }
    for chunk in many.chunks(700) {
        writer.append(chunk).unwrap();
    }
    let written = start.elapsed();
    let read = read(dir.path(), &ours()).unwrap();
    println!("{} events: {:?} each to write", many.len(), written / many.len() as u32);
    assert_eq!(read.events, many);
    assert!(read.head.segment > 1);
}

/// An end is told by the last line alone, and what an earlier end was is found again.
#[test]
fn an_end_is_found_and_what_goes_on_from_one() {
    for bytes in [1, SEGMENT_BYTES] {
        let dir = tempfile::tempdir().unwrap();
        assert!(
            !says_finished(dir.path()) && goes_on_from(dir.path(), 0, "") && !goes_on_from(dir.path(), 1, "")
        );
        write(dir.path(), bytes);
        let head = read(dir.path(), &ours()).unwrap().head;
        assert!(says_finished(dir.path()) && goes_on_from(dir.path(), head.lines, &head.sum));
        assert!(!goes_on_from(dir.path(), head.lines - 1, &head.sum));
        assert!(!goes_on_from(dir.path(), head.lines + 1, &head.sum));
        let last = segment::path(dir.path(), *segment::numbers(dir.path()).unwrap().last().unwrap());
        let bytes = fs::read(&last).unwrap();
        fs::write(&last, &bytes[..bytes.len() - 2]).unwrap();
        assert!(!says_finished(dir.path()));
    }
}

/// Where a batch is broken, the lines of it that follow are told apart from those that were closed.
#[test]
fn what_follows_within_a_broken_batch_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), SEGMENT_BYTES);
    let path = first(dir.path());
    let text = fs::read_to_string(&path).unwrap();
    // The last but one batch: two readings follow its beginning, the third of its lines is damaged.
    let at = text.find("\"ahead_ms\"").unwrap();
    let mut bytes = text.into_bytes();
    bytes[at] ^= 1;
    fs::write(&path, bytes).unwrap();
    let mut closed = Vec::new();
    let proof = prove(dir.path(), &ours(), &mut |event| closed.push(event));
    let all = batches();
    let before = all.len() - 2;
    assert_eq!(closed, all[..before].concat());
    assert_eq!(proof.open, all[before][..2]);
    assert_eq!(proof.upto, proof.head.lines + 2);
}
