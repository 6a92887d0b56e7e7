//! Plans as people read them, in golden files; and what must hold for every plan.

use super::*;
use crate::model::{Address, Moment};
use crate::plan::noun::Verdict;
use crate::plan::samples;
use serde_json::json;
use std::time::{Duration, Instant};

fn dropping() -> Vec<Dropping> {
    vec![Dropping {
        address: "release.api".parse().unwrap(),
        id: "20261101-024000-ef56.1".into(),
        taken: Moment::parse("2026-11-01T02:40:00Z").unwrap(),
        why: "more than 2 are kept".into(),
    }]
}

fn draw(plan: &Plan, style: Style) -> String {
    let dropping = dropping();
    let outputs = BTreeMap::from([
        ("api_level".to_string(), json!("1.4.0").into()),
        ("gone".to_string(), json!(1).into()),
    ]);
    let view = View {
        dropping: &dropping,
        recorded_outputs: Some(&outputs),
        again: "patchform show night.plan",
        ..View::new(style)
    };
    render(plan, &view)
}

#[test]
fn everything_at_three_widths() {
    let plan = samples::everything();
    for width in [60, 80, 120] {
        insta::assert_snapshot!(format!("everything_{width}"), draw(&plan, Style::plain(width)));
    }
}

#[test]
fn a_baseline_is_one_line_whatever_stands_on_it() {
    let mut plan = samples::fleet(1_200, false);
    for (i, entry) in plan.entries.iter_mut().enumerate() {
        entry.baseline = Some(if i < 1_100 { "baseline.security" } else { "baseline.other" }.into());
        if let Verdict::Change(change) = &mut entry.verdict
            && i < 7
        {
            change.from = Some(crate::model::PatchLevel::Single(format!("0.{}.0", i % 5)));
        }
    }
    let text = draw(&plan, Style::plain(200));
    let lines: Vec<&str> = text.lines().skip_while(|line| *line != "Baselines").take(3).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn windows_and_an_emergency() {
    insta::assert_snapshot!(draw(&samples::windows(), Style::plain(100)));
    let nights = draw(&samples::nights(), Style::plain(100));
    let nights = nights.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(nights.contains("has its turn at 2026-12-01 01:00 Europe/Berlin"), "{nights}");
    assert_eq!(nights.matches("has its turn").count(), 1, "{nights}");
}

#[test]
fn everything_in_colour() {
    let style = Style { color: true, width: 80, unicode: true };
    insta::assert_snapshot!(draw(&samples::everything(), style).replace('\u{1b}', "␛"));
}

#[test]
fn everything_in_ascii() {
    let style = Style { color: false, width: 80, unicode: false };
    let text = draw(&samples::everything(), style);
    assert!(text.is_ascii());
    insta::assert_snapshot!(text);
}

#[test]
fn hostile_texts_are_shown_and_not_obeyed() {
    let text = draw(&samples::hostile(), Style::plain(80));
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
    assert!(!text.lines().any(|l| l.trim_start().starts_with("+ release.forged")));
    insta::assert_snapshot!(text);
}

#[test]
fn a_fleet_is_summarised() {
    insta::assert_snapshot!(draw(&samples::fleet(10_000, true), Style::plain(80)));
}

#[test]
fn many_blocks_are_summarised() {
    let text = draw(&samples::many_blocks(10_000), Style::plain(80));
    assert!(
        text.contains("… 9,980 more blocks (9,980 to change): patchform show night.plan --full"),
        "{text}"
    );
    assert!(text.lines().count() < 400);
}

#[test]
fn ten_thousand_are_drawn_quickly_and_in_bounded_space() {
    let mut plan = samples::many_blocks(10_000);
    for (i, entry) in plan.entries.iter_mut().enumerate() {
        if i % 3 == 0 {
            entry.verdict = Verdict::Held { by: vec![1] };
        }
    }
    let start = Instant::now();
    let text = draw(&plan, Style::plain(80));
    assert!(text.lines().count() < 400, "{}", text.lines().count());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn full_shows_every_component() {
    let plan = samples::many_blocks(100);
    let view = View { full: true, ..View::new(Style::plain(80)) };
    let text = render(&plan, &view);
    for entry in &plan.entries {
        let address: &Address = &entry.address;
        assert!(text.contains(&format!("~ {address} ")), "{address}");
    }
    assert!(!text.contains("--full"));
}

#[test]
fn no_line_is_too_wide() {
    for plan in [samples::everything(), samples::hostile(), samples::fleet(100, false)] {
        for width in [40, 60, 80, 97, 120] {
            for line in draw(&plan, Style::plain(width)).lines() {
                assert!(crate::report::page::columns(line, Style::plain(width)) <= width, "{width}: {line}");
            }
        }
    }
}

#[test]
fn colour_changes_no_word() {
    let plan = samples::everything();
    let coloured = draw(&plan, Style { color: true, width: 80, unicode: true });
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        bare.push_str(before);
        rest = after.split_once('m').map_or("", |(_, text)| text);
    }
    bare.push_str(rest);
    assert_eq!(bare, draw(&plan, Style::plain(80)));
}

#[test]
fn summaries() {
    let mut calm = samples::fleet(3, false);
    for entry in &mut calm.entries {
        entry.verdict = Verdict::NoChange { adopt: false };
    }
    assert_eq!(summary(&calm), "No changes. The platform is at its declared levels.");
    assert_eq!(render(&calm, &View::new(Style::plain(80))), summary(&calm) + "\n");
    calm.entries[0].verdict = Verdict::Excluded;
    assert_eq!(summary(&calm), "No changes. 1 component was left out by --target or --exclude.");
    assert_eq!(summary(&samples::plan(Vec::new())), "No changes. The configuration names no component.");
    calm.entries[0].verdict = Verdict::Held { by: vec![1] };
    assert_eq!(summary(&calm), "Nothing to patch: 1 held, 2 unchanged.");
    assert_eq!(summary(&samples::fleet(3, true)), "Plan: 3 to change; longest path 21.1s.");
}
