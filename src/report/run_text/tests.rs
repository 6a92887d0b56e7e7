//! Runs as people read them, in golden files.

use super::*;
use crate::plan::samples;
use crate::report::run_samples::{ended, story};
use crate::report::run_view::Ended;
use patchform_sdk::message::Done;

fn told(telling: Telling, style: Style) -> String {
    let (plan, events) = story();
    let mut text = RunText::new("20261122-024007-ab12", telling, style, 3_600);
    events.iter().map(|event| text.event(&plan, event)).collect()
}

#[test]
fn a_patch_that_fails_and_goes_back() {
    insta::assert_snapshot!("story_80", told(Telling::Story, Style::plain(80)));
    insta::assert_snapshot!("log_60", told(Telling::Log, Style::plain(60)));
    insta::assert_snapshot!("highlights_80", told(Telling::Highlights, Style::plain(80)));
}

/// No proof, no patch: whoever reads the run afterwards reads what was proved.
#[test]
fn what_was_proved_of_a_block_is_told() {
    let plan = samples::fleet(1, false);
    let mut text = RunText::new("r1", Telling::Story, Style::plain(160), 0);
    let action = ActionRef { component: 0, leg: Leg::Forth, index: 1 };
    let mut told =
        |seconds: u64, what| text.event(&plan, &Event { at: Moment(seconds as i64 * 1_000), what });
    for (step, proof) in [
        (Step::Block, "the tool got in by a new connection; tcp 127.0.0.1:80 is refused, and the log has it"),
        (Step::Unblock, ""),
        (Step::Drain, "3 sessions ended"),
    ] {
        told(0, What::Intent { action, step, attempt: 1, snapshot: None });
        let answer = Answer::Applied(Done { output: proof.into(), ..Done::default() });
        let line = told(2, What::Fact { action, attempt: 1, answer });
        let expected = match step {
            Step::Block => format!("00:00:02  release.web[0]            block done in 2s: {proof}\n"),
            step => format!("00:00:02  release.web[0]            {} done in 2s\n", step.name()),
        };
        assert_eq!(line, expected);
    }
}

/// Whoever stops a run reads what it still waits for.
#[test]
fn a_stop_says_what_it_waits_for() {
    let plan = samples::fleet(2, false);
    let mut text = RunText::new("r1", Telling::Log, Style::plain(160), 0);
    let mut told = |what| text.event(&plan, &Event { at: Moment(0), what });
    let asked = || What::Asked(Request::Stop);
    assert!(told(asked()).ends_with("asked to stop\n"));
    for (component, step, expected) in [
        (0, Step::Patch, "stopping: patch of release.web[0] ends first; press"),
        (1, Step::Verify, "stopping: patch of release.web[0] and verify of release.web[1] end first; press"),
    ] {
        let action = ActionRef { component, leg: Leg::Forth, index: 1 };
        told(What::Intent { action, step, attempt: 1, snapshot: None });
        let line = told(asked());
        assert!(line.contains(expected), "{line}");
    }
}

#[test]
fn every_ending() {
    let (plan, _) = story();
    for how in [Ended::Complete, Ended::Incomplete, Ended::Restored, Ended::Halted, Ended::Stuck] {
        let text = ending(&plan, &ended(&plan, how), Style::plain(80));
        insta::assert_snapshot!(format!("ending_{}", how.name()), text);
    }
}

#[test]
fn a_big_ending_stays_short_and_says_so() {
    let plan = samples::fleet(5_000, false);
    let text = ending(&plan, &ended(&plan, Ended::Complete), Style::plain(80));
    assert!(text.lines().count() < 60);
    assert!(text.contains("… 4,960 more: patchform run show"), "{text}");
}

#[test]
fn hostile_output_is_not_obeyed() {
    let plan = samples::hostile();
    let mut view = ended(&plan, Ended::Stuck);
    view.components[0].output = "\u{1b}[2J\rall is well".into();
    view.components[0].failed_at = Some(Step::Patch);
    view.components[0].failed_why = "a\u{7}".into();
    let text = ending(&plan, &view, Style::plain(80));
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
    assert!(text.contains("\\u{1b}[2J"));
}
