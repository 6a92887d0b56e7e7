//! Timelines: their invariants on runs by chance, small ones as golden text, hostile and large ones by their properties.

use super::played::{START, played};
use super::*;
use crate::plan::noun::{Planned, Step, Verdict, Wave};
use crate::plan::samples;
use crate::report::page::columns;
use crate::report::style::Style;
use proptest::prelude::*;

fn zone() -> Zone {
    Zone { name: "Europe/Berlin".into(), offset: 3_600 }
}

/// `n` instances in waves of which the first is a canary, each watched for 20 s.
fn fleet(n: usize) -> Plan {
    let mut plan = samples::fleet(n, false);
    plan.rollouts[0].max_parallel = 4;
    plan.rollouts[0].pace.max_failures = Some(3);
    plan.waves = vec![
        Wave { after: None, canary: true },
        Wave { after: Some(0), canary: false },
        Wave { after: Some(1), canary: false },
    ];
    for (i, entry) in plan.entries.iter_mut().enumerate() {
        entry.wave = if i == 0 { 0 } else { 1 + usize::from(i > n / 3) };
        let Verdict::Change(change) = &mut entry.verdict else { continue };
        let at = change.forth.iter().position(|p| p.action == Step::Commit).unwrap();
        let soak = Planned { action: Step::Soak, expected: Duration::from_secs(20), ..change.forth[at] };
        change.forth.insert(at, soak);
    }
    plan
}

proptest! {
    #[test]
    fn every_row_covers_the_run_without_gaps_or_overlaps(n in 1usize..14, seed: u64, ill in 0u64..30, cut: u16) {
        let plan = fleet(n);
        let mut events = played(&plan, seed, ill);
        // A journal may end anywhere: nobody finished the run.
        events.truncate(1 + usize::from(cut) % events.len().max(1));
        let timeline = Timeline::of(&plan, "r1", &events, None);
        prop_assert_eq!(timeline.rows.len(), n);
        for row in &timeline.rows {
            let mut at = 0;
            for span in &row.spans {
                prop_assert!(span.from == at && span.until > span.from, "{:?}", row);
                at = span.until;
            }
            prop_assert_eq!(at, timeline.length);
            prop_assert!(row.spans.windows(2).all(|pair| pair[0].phase != pair[1].phase));
            prop_assert!(row.failed.iter().chain(&row.back).all(|at| *at <= timeline.length));
        }
        prop_assert!(timeline.marks.iter().all(|mark| mark.at <= timeline.length));
        for width in [40, 80, 133] {
            let drawn = text(&plan, &timeline, &zone(), Style::plain(width));
            prop_assert!(drawn.lines().all(|l| columns(l, Style::plain(width)) <= width), "{}", drawn);
        }
        let picture = svg(&plan, &timeline, &zone());
        prop_assert!(!picture.contains("NaN") && !picture.contains("inf"));
    }

    #[test]
    fn what_nobody_drove_is_cut_out(spans in proptest::collection::vec((0usize..4, 1u64..50), 1..8), gaps in proptest::collection::vec((0u64..60, 0u64..60), 0..5)) {
        let mut at = 0;
        let spans: Vec<Span> = spans.into_iter().map(|(phase, length)| {
            let (from, phase) = (at, Phase::LOOKS[[0, 1, 3, 8][phase]].phase);
            at += length;
            Span { phase, from, until: at }
        }).collect();
        let mut from = 0;
        let gaps: Vec<(u64, u64)> = gaps.into_iter().map(|(after, length)| {
            let gap = (from + after, from + after + length);
            from = gap.1;
            gap
        }).collect();
        let phase = |spans: &[Span], at: u64| spans.iter().find(|s| s.from <= at && at < s.until).map(|s| s.phase);
        let cut = with_gaps(&spans, &gaps, &[]);
        for t in 0..at {
            let alone = gaps.iter().any(|(from, until)| *from <= t && t < *until);
            let before = phase(&spans, t);
            let expected = if alone && before != Some(Phase::Over) { Some(Phase::Alone) } else { before };
            prop_assert_eq!(phase(&cut, t), expected, "at {}", t);
        }
        let out = with_gaps(&spans, &gaps, &[(0, u64::MAX)]);
        for t in 0..at {
            let said = phase(&cut, t).map(|phase| if phase == Phase::Alone { Phase::Out } else { phase });
            prop_assert_eq!(phase(&out, t), said, "at {}", t);
        }
    }
}

#[test]
fn draws_a_run_that_went_well_and_one_that_did_not() {
    let plan = fleet(7);
    for (name, seed, ill) in [("well", 1, 0), ("badly", 9, 14)] {
        let events = played(&plan, seed, ill);
        let timeline = Timeline::of(&plan, "20261122-024007-ab12", &events, None);
        insta::assert_snapshot!(name, text(&plan, &timeline, &zone(), Style::plain(80)));
    }
}

#[test]
fn a_picture_is_told_to_those_who_do_not_see_it() {
    let plan = fleet(2);
    let timeline = Timeline::of(&plan, "r1", &played(&plan, 1, 0), None);
    insta::assert_snapshot!(svg(&plan, &timeline, &zone()));
}

#[test]
fn a_run_that_goes_on_is_drawn_to_the_present() {
    let plan = fleet(1);
    let events: Vec<Event> = played(&plan, 1, 0).into_iter().take(4).collect();
    let now = START.plus(Duration::from_secs(3_600));
    let timeline = Timeline::of(&plan, "r1", &events, Some(now));
    assert_eq!((timeline.length, timeline.ended), (3_600_000, None));
    assert_eq!(timeline.rows[0].spans.last().unwrap().until, 3_600_000);
    assert!(text(&plan, &timeline, &zone(), Style::plain(80)).contains("goes on"));
}

#[test]
fn nothing_that_happened_is_drawn_too() {
    let plan = fleet(2);
    for (plan, events) in [(&plan, Vec::new()), (&samples::plan(Vec::new()), played(&plan, 1, 0))] {
        let timeline = Timeline::of(plan, "r1", &events, None);
        text(plan, &timeline, &zone(), Style::plain(80));
        svg(plan, &timeline, &zone());
    }
}

#[test]
fn hostile_names_are_text() {
    let mut plan = samples::hostile();
    plan.entries[0].address.key =
        crate::model::InstanceKey::Key("</text><script>alert(1)</script>&'\u{1b}[2J\u{202e}\u{0}".into());
    let mut events = played(&plan, 1, 0);
    events.insert(1, Event { at: START, what: What::taken("<b>\u{1b}[2J", 2) });
    events[1].at = START.plus(Duration::from_secs(1));
    let timeline = Timeline::of(&plan, "r1", &events, None);
    let (drawn, picture) =
        (text(&plan, &timeline, &zone(), Style::plain(80)), svg(&plan, &timeline, &zone()));
    for drawn in [&drawn, &picture] {
        assert!(!drawn.contains(['\u{1b}', '\u{202e}', '\u{0}']), "{drawn}");
    }
    assert!(!picture.contains("<script") && !picture.contains("<b>"), "{picture}");
}

#[test]
fn work_grows_only_with_the_journal() {
    // Each component fails, and so may move all others: looking at all of them each time would be quadratic.
    let size = |n: usize| {
        let mut plan = samples::fleet(n, false);
        plan.rollouts[0].pace.max_failures = None;
        let events = played(&plan, 3, 0);
        let timeline = Timeline::of(&plan, "r1", &events, None);
        (
            svg(&plan, &timeline, &zone()).len(),
            text(&plan, &timeline, &zone(), Style::plain(80)).lines().count(),
        )
    };
    let (small, large) = (size(100), size(1_000));
    assert!(large.0 < 11 * small.0 && large.0 < 4_000_000, "{small:?} {large:?}");
    assert_eq!(large.1 - small.1, 900);
}

/// Numbers that stand on one another cannot be read.
#[test]
fn marks_that_fall_together_have_their_numbers_side_by_side_and_at_every_axis() {
    let plan = fleet(90);
    let mut timeline = Timeline::of(&plan, "r1", &played(&plan, 3, 0), None);
    let mark = |at, what: &str| Mark { at, what: what.into() };
    timeline.marks = vec![mark(1_000, "asked to stop"), mark(1_001, "stopped"), mark(1_002, "taken")];
    let picture = svg(&plan, &timeline, &zone());
    let place = |line: &str| {
        let number = |key: &str| line.split(key).nth(1)?.split('"').next()?.parse::<f64>().ok();
        Some((number(" y=\"")?, number(" x=\"")?))
    };
    let mut numbers: Vec<(f64, f64)> =
        picture.lines().filter(|l| l.starts_with("<text class=\"markno\"")).filter_map(place).collect();
    numbers.sort_by(|a, b| a.partial_cmp(b).unwrap());
    assert_eq!(numbers.len(), 3 * 3, "90 rows have three axes");
    for row in numbers.chunks(3) {
        assert!(
            row.iter().all(|n| n.0 == row[0].0) && row.windows(2).all(|w| w[1].1 - w[0].1 >= 9.0),
            "{row:?}"
        );
    }
}

/// The picture answers who was out, and for how long, also while nobody drove the run.
#[test]
fn who_is_out_while_nothing_is_done_there_is_drawn_so() {
    let mut plan = fleet(1);
    let Verdict::Change(change) = &mut plan.entries[0].verdict else { panic!("it changes") };
    change.forth.insert(1, Planned { action: Step::Drain, ..change.forth[0] });
    let events = played(&plan, 1, 0);
    let drained =
        events.iter().position(|e| matches!(&e.what, What::Intent { step: Step::Drain, .. })).unwrap();
    let mut events = events[..drained + 2].to_vec();
    let later = |seconds| START.plus(Duration::from_secs(seconds));
    events.push(Event { at: later(100), what: What::Stopped { why: "asked".into() } });
    events.push(Event { at: later(200), what: What::taken("ana@host", 2) });
    let timeline = Timeline::of(&plan, "r1", &events, Some(later(300)));
    let last = timeline.rows[0].spans.last().unwrap();
    assert_eq!((last.phase, last.until), (Phase::Out, 300_000));
    assert!(timeline.rows[0].spans.iter().all(|span| span.phase != Phase::Alone));
    assert!(text(&plan, &timeline, &zone(), Style::plain(80)).contains("out, and nothing is done"));
}
