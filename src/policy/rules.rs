//! The table of rules. A new rule is a new row.

use super::{Facts, Rule, Subject, Verdict, forecast};
use crate::calendar::Fit;
use crate::model::Moment;

/// Every rule, in the order in which refusals are named.
pub const RULES: &[Rule] = &[
    Rule {
        name: "irreversible",
        about: "a patch without a stored way back needs lifecycle { allow_irreversible = true }",
        judge: irreversible,
    },
    Rule {
        name: "downgrade",
        about: "a lower level needs lifecycle { allow_downgrade = true }, unless a run is taken back",
        judge: downgrade,
    },
    Rule {
        name: "window",
        about: "a component starts within its maintenance windows and outside of blackouts, where its way forth and its longest way back fit in before they close",
        judge: window,
    },
];

fn irreversible(subject: Subject, _: Facts, _: Moment) -> Verdict {
    let Subject { entry, change, .. } = subject;
    // Nothing is patched: its level stays.
    let stays = change.catches_up();
    if stays || (change.way_back.is_some() && !change.back.is_empty()) || entry.lifecycle.allow_irreversible {
        return Verdict::Pass;
    }
    Verdict::Refuse(format!(
        "{} would have no way back; set lifecycle {{ allow_irreversible = true }} if that is accepted",
        entry.address
    ))
}

fn downgrade(subject: Subject, facts: Facts, _: Moment) -> Verdict {
    let Subject { entry, change, .. } = subject;
    let taken_back = facts.purpose.goes_back();
    if !change.downgrade || entry.lifecycle.allow_downgrade || taken_back {
        return Verdict::Pass;
    }
    let show = |level: &Option<crate::model::PatchLevel>| {
        level.as_ref().map_or_else(|| "absent".to_string(), ToString::to_string)
    };
    Verdict::Refuse(format!(
        "{} would go down from {} to {}; set lifecycle {{ allow_downgrade = true }} if that is meant",
        entry.address,
        show(&change.from),
        show(&change.to)
    ))
}

fn window(subject: Subject, facts: Facts, now: Moment) -> Verdict {
    let Some(forecast) = forecast(subject, facts, now) else { return Verdict::Pass };
    match forecast.fit {
        Fit::Now { .. } => Verdict::Pass,
        Fit::Later(opening) => Verdict::WaitUntil(
            opening.from,
            format!("{}; it may start at {}", forecast.why_not_now(), forecast.told(opening.from)),
        ),
        Fit::Never { longest } => Verdict::Refuse(forecast.why_never(longest)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::judge;
    use super::*;
    use crate::config::checked::{Connection, Drain, Lifecycle};
    use crate::model::{Address, InstanceKey, PatchLevel, Purpose};
    use crate::plan::hours::Hours;
    use crate::plan::noun::{Cause, Change, Entry, Observed, Planned, Step, Verdict as Planwise};
    use patchform_sdk::message::{Class, Coverage, Preview, WayBack, WayBackKind};
    use std::time::Duration;

    fn entry(lifecycle: Lifecycle) -> Entry {
        Entry {
            address: Address::root("release", "api", InstanceKey::None),
            provider: 0,
            class: Class::Other,
            arguments: serde_json::Value::Null,
            secrets: Vec::new(),
            connection: Connection { kind: "local".into(), arguments: Default::default() },
            snapshot: Default::default(),
            checks: Vec::new(),
            lifecycle,
            rollout: 0,
            wave: 0,
            zone: None,
            ill: None,
            idle: false,
            baseline: None,
            vendor: None,
            drain: None,
            block: None,
            silence: None,
            role: None,
            when: Default::default(),
            after: Vec::new(),
            desired: Some(PatchLevel::Single("1".into())),
            recorded: None,
            observed: Observed::NotRead,
            record_digest: None,
            verdict: Planwise::Excluded,
        }
    }

    fn change(way_back: bool, downgrade: bool) -> Change {
        let way = WayBack {
            kind: WayBackKind::Restore,
            coverage: Coverage::default(),
            place: String::new(),
            survives_target_loss: false,
            discards_data: false,
            size: 0,
            duration: 0,
        };
        let step = Planned { action: Step::Restore, expected: Duration::ZERO, deadline: Duration::ZERO };
        Change {
            from: Some(PatchLevel::Single("2".into())),
            to: Some(PatchLevel::Single("1".into())),
            cause: Cause::Change,
            altered: false,
            newer: Vec::new(),
            brought: Vec::new(),
            owed: None,
            put_by: None,
            earlier: None,
            downgrade,
            preview: Preview::default(),
            artifacts: Vec::new(),
            way_back: way_back.then_some(way),
            restore_from: None,
            forth: Vec::new(),
            back: if way_back { vec![step] } else { Vec::new() },
        }
    }

    #[test]
    fn what_starts_within_its_windows() {
        let plan = crate::plan::samples::windows();
        let judged = |i: usize, now: Moment| {
            let (entry, change) = (&plan.entries[i], plan.change(i).expect("it changes"));
            judge(Subject { entry, change, next: 0 }, (&plan).into(), now)
        };
        let at = |text: &str| Moment::parse(text).expect(text);
        // component, when, words of the verdict
        for (i, now, expected) in [
            (
                0,
                "2026-11-23T23:59:59Z",
                "wait: it is outside of its window eu_night; it may start at 2026-11-24 01:00 Europe/Berlin (+01:00)",
            ),
            (0, "2026-11-24T00:00:00Z", "pass"),
            // Its way forth and its way back need 13.24 s.
            (0, "2026-11-24T02:59:46Z", "pass"),
            (
                0,
                "2026-11-24T02:59:47Z",
                "wait: what is left before it closes is shorter than the 13.2s it needs; it may start at 2026-12-01 01:00",
            ),
            (
                1,
                "2026-11-24T14:59:59Z",
                "wait: blackout launch holds (the new shop opens); it may start at 2026-11-25 00:00 Asia/Tokyo (+09:00)",
            ),
            (1, "2026-11-24T15:00:00Z", "pass"),
            (
                2,
                "2026-11-24T00:00:00Z",
                "refuse: release.long needs 4h 11s, way back included, and its longest opening is 3h; set duration = \"4h1m\"",
            ),
            (3, "2026-11-23T12:00:00Z", "pass"),
            (4, "2026-11-23T12:00:00Z", "pass"),
        ] {
            let told = match judged(i, at(now)) {
                Verdict::Pass => "pass".to_string(),
                Verdict::WaitUntil(_, why) => format!("wait: {why}"),
                Verdict::Refuse(why) => format!("refuse: {why}"),
            };
            assert!(told.starts_with(expected), "{i} at {now}: {told}");
        }
    }

    #[test]
    fn what_is_done_already_needs_no_time_any_more() {
        let plan = crate::plan::samples::windows();
        let (entry, mut change) = (&plan.entries[0], plan.change(0).expect("it changes").clone());
        let late = Moment::parse("2026-11-24T02:59:47Z").expect("a moment");
        let judged = |change: &Change, next| judge(Subject { entry, change, next }, (&plan).into(), late);
        let patch = change.forth.iter().position(|p| p.action == Step::Patch).expect("it patches");
        let commit = change.forth.len() - 1;
        assert!(matches!(judged(&change, 0), Verdict::WaitUntil(..)));
        assert_eq!(judged(&change, commit), Verdict::Pass);
        // It was slower before, and each part of it may be again.
        change.earlier = Some(Duration::from_secs(3_600));
        assert!(matches!(judged(&change, patch), Verdict::WaitUntil(..)));
        assert!(change.needs(commit) < change.needs(0));
        change.forth.iter_mut().for_each(|p| p.expected = Duration::ZERO);
        assert!(change.needs(0) >= Duration::from_secs(3_600));
    }

    #[test]
    fn a_window_bears_that_somebody_holds_on_to_what_is_drained() {
        let mut plan = crate::plan::samples::windows();
        plan.entries[0].drain =
            Some(Drain { from: vec![0, 1], member: "web-1".into(), wait: Duration::from_secs(30) });
        let mut change = plan.change(0).expect("it changes").clone();
        let at = change.forth.iter().position(|p| p.action == Step::Snapshot).expect("it is stored");
        let drain = Planned { action: Step::Drain, ..change.forth[at] };
        change.forth.insert(at, drain);
        let early = Moment::parse("2026-11-24T00:00:00Z").expect("a moment");
        let entry = &plan.entries[0];
        let needs = |next| {
            let subject = Subject { entry, change: &change, next };
            forecast(subject, (&plan).into(), early).expect("it has windows").needs
        };
        assert_eq!(needs(0), change.needs(0) + Duration::from_secs(60));
        assert_eq!(needs(at + 1), change.needs(at + 1), "it is drained");
    }

    #[test]
    fn what_needs_to_be_allowed() {
        let rollback = Purpose::Rollback { of: "r1".into() };
        // way back, downgrade, allow_irreversible, allow_downgrade, purpose → words of the refusal
        for (way_back, down, no_way_ok, down_ok, purpose, refused) in [
            (true, false, false, false, &Purpose::Apply, &[][..]),
            (false, false, false, false, &Purpose::Apply, &["no way back"][..]),
            (false, false, true, false, &Purpose::Apply, &[]),
            (true, true, false, false, &Purpose::Apply, &["down from 2 to 1"]),
            (true, true, false, true, &Purpose::Apply, &[]),
            (true, true, false, false, &rollback, &[]),
            (false, true, false, false, &Purpose::Apply, &["no way back", "down from 2 to 1"]),
            (false, true, false, false, &rollback, &["no way back"]),
        ] {
            let entry =
                entry(Lifecycle { allow_downgrade: down_ok, install: true, allow_irreversible: no_way_ok });
            let change = change(way_back, down);
            let verdict = judge(
                Subject { entry: &entry, change: &change, next: 0 },
                Facts { purpose, hours: &Hours::default() },
                Moment(0),
            );
            match verdict {
                Verdict::Refuse(why) => {
                    assert!(!refused.is_empty(), "{why}");
                    assert!(refused.iter().all(|words| why.contains(words)), "{why}");
                    assert_eq!(why.matches("; set lifecycle").count(), refused.len());
                }
                other => assert!(refused.is_empty(), "{other:?}"),
            }
        }
    }
}
