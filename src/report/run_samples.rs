//! Runs for tests: a story with every sort of event, and every ending.

use super::run_view::{Ended, RunView, Settled, Stands};
use crate::model::Moment;
use crate::plan::noun::{Plan, Step, Verdict};
use crate::plan::samples;
use crate::run::event::{ActionRef, Event, Leg, Request, What};
use patchform_sdk::message::{Ailment, Answer, Cause, Done, Probed, Verdict as Health};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

fn start() -> Moment {
    Moment(1_795_315_207_000)
}

/// api is patched, found ill and restored; db is unclear, looked at and committed; requests and a stop in between.
pub fn story() -> (Plan, Vec<Event>) {
    let plan = samples::everything();
    let at = |name: &str| plan.entries.iter().position(|e| &*e.address.name == name).unwrap_or_default();
    let (api, db) = (at("api"), at("db"));
    let action = |component, leg, index| ActionRef { component, leg, index };
    let applied = || Answer::Applied(Done::default());
    let ill = Answer::Applied(Done {
        verdict: Some(Health::Ill {
            why: "http GET http://127.0.0.1:8080/healthz answered 503, expected 200".into(),
        }),
        output: (1..=20).map(|i| format!("line {i}\n")).collect(),
        ..Done::default()
    });
    let maybe = Answer::Applied(Done {
        verdict: Some(Health::Inconclusive { why: "the check itself timed out".into() }),
        ..Done::default()
    });
    let digest = plan.entries[api].observed.identity().map(|i| i.digest.clone()).unwrap_or_default();
    let mut whats = vec![What::taken("ops@deploy-1, process 4711", 7)];
    let mut does = |action: ActionRef, step, attempt, answer: Option<Answer>| {
        let snapshot = (step == Step::Snapshot).then(|| "20261122-024007-ab12.3".to_string());
        whats.push(What::Intent { action, step, attempt, snapshot });
        whats.extend(answer.map(|answer| What::Fact { action, attempt, answer }));
    };
    does(action(api, Leg::Forth, 0), Step::Gate, 1, Some(applied()));
    does(action(api, Leg::Forth, 1), Step::Snapshot, 1, Some(applied()));
    does(action(api, Leg::Forth, 2), Step::Patch, 1, Some(applied()));
    does(action(api, Leg::Forth, 3), Step::Verify, 1, Some(ill));
    let refused =
        Answer::Refused { why: "the disk is full".into(), output: "no space left on device".into() };
    does(action(api, Leg::Back, 0), Step::Restore, 1, Some(refused));
    does(action(api, Leg::Back, 0), Step::Restore, 2, Some(applied()));
    does(action(api, Leg::Back, 1), Step::Verify, 1, Some(applied()));
    let why = "check \"load\" is ill before the patch: it answered 0.9, expected < 0.5";
    let measured = Answer::Applied(Done {
        ailments: [Ailment { check: "load".into(), ill: true, why: why.into() }].into(),
        ..Done::default()
    });
    does(action(db, Leg::Forth, 2), Step::Measure, 1, Some(measured));
    does(action(db, Leg::Forth, 4), Step::Patch, 1, None);
    does(action(db, Leg::Forth, 6), Step::Verify, 1, Some(maybe));
    does(action(db, Leg::Forth, 7), Step::Commit, 1, Some(applied()));
    let patch = action(db, Leg::Forth, 4);
    let unclear = Answer::Unclear { why: "no answer within 2m".into(), output: String::new() };
    whats.insert(whats.len() - 4, What::Fact { action: patch, attempt: 1, answer: unclear });
    let failed = Cause { why: "`upgrade` exited with code 100".into(), output: "no space left".into() };
    for found in [
        Ok(Probed::Busy),
        Ok(Probed::before()),
        Ok(Probed::Before { ended: Some(failed.clone()) }),
        Ok(Probed::between("3 of 5 packages")),
        Ok(Probed::Between { why: "3 of 5 packages".into(), ended: Some(failed.clone()) }),
        Err("the host does not answer".into()),
        Ok(Probed::After(Done::default())),
    ] {
        whats.insert(whats.len() - 4, What::Probe { action: patch, attempt: 1, found });
    }
    whats.push(What::Read { component: api, digest: Ok(digest) });
    whats.push(What::Read { component: api, digest: Ok("another".into()) });
    whats.push(What::Read { component: api, digest: Err("no route to host".into()) });
    whats.push(What::Read { component: db, digest: Ok("another".into()) });
    whats.push(What::Read { component: db, digest: Err("no route to host".into()) });
    for request in [
        Request::Pause,
        Request::Continue,
        Request::Skip(db),
        Request::Stop,
        Request::Rollback,
        Request::Abandon { leaving: BTreeSet::new() },
        Request::Abandon { leaving: [api, db].into() },
    ] {
        whats.push(What::Asked(request));
    }
    whats.push(What::Clock { ahead_ms: -3_600_000 });
    whats.push(What::Stopped { why: "Ctrl-C".into() });
    whats.push(What::Finished);
    let time = |i: usize| start().plus(Duration::from_millis(i as u64 * 400));
    let events = whats.into_iter().enumerate().map(|(i, what)| Event { at: time(i), what }).collect();
    (plan, events)
}

fn settled(entry: usize, stands: Stands) -> Settled {
    Settled {
        entry,
        stands,
        why: String::new(),
        failed_at: None,
        failed_why: String::new(),
        output: String::new(),
        cause: String::new(),
        reached: false,
        put_back: false,
        under: None,
        rejected: false,
        held_back: false,
        away: None,
        still_away: false,
        outlasting: None,
        abandoned: false,
        tried: true,
        took: Some(Duration::from_millis(7_040)),
        left: Vec::new(),
        snapshot: None,
        kept: String::new(),
        printed: String::new(),
        by_hand: BTreeMap::new(),
    }
}

/// A run over `plan` that ended like this.
pub fn ended(plan: &Plan, how: Ended) -> RunView {
    let changing: Vec<usize> = plan.changes().map(|(i, _, _)| i).collect();
    let mut components: Vec<Settled> = changing.iter().map(|i| settled(*i, Stands::Committed)).collect();
    let held = plan.entries.iter().enumerate().filter(|(_, e)| matches!(e.verdict, Verdict::Held { .. }));
    components.extend(held.map(|(i, _)| Settled { took: None, ..settled(i, Stands::Held) }));
    let mut view = RunView {
        id: "20261122-024007-ab12".into(),
        ended: how,
        started: start(),
        finished: start().plus(Duration::from_secs(73)),
        took: Duration::from_secs(73),
        why: String::new(),
        over: !matches!(how, Ended::Halted | Ended::Stuck),
        taking_back: false,
        lacks: false,
        components,
        down: vec![Duration::ZERO; plan.services.len()],
        outages: vec![None; plan.services.len()],
    };
    let first = &mut view.components[0];
    match how {
        Ended::Complete => view.components.retain(|c| c.stands == Stands::Committed),
        Ended::Incomplete => {}
        Ended::Restored => {
            first.stands = Stands::Restored;
            first.rejected = true;
            first.failed_at = Some(Step::Verify);
            first.why = "http GET http://127.0.0.1:8080/healthz answered 503, expected 200".into();
            first.failed_why = first.why.clone();
            first.output = "GET /healthz\n503 Service Unavailable\n".into();
        }
        Ended::Halted => {
            first.stands = Stands::Forward;
            first.left = vec!["traffic is still away from it".into(), "its content may have changed".into()];
            view.why = "Ctrl-C: running actions ended, nothing new was begun".into();
        }
        Ended::Stuck => {
            first.stands = Stands::Stuck;
            first.why = "restore failed 3 times: the snapshot's folder is gone".into();
            (first.failed_at, first.failed_why) = (Some(Step::Patch), "a trigger failed".into());
            first.cause = "patch failed: a trigger failed".into();
            first.left = vec!["its content may have changed".into()];
            first.snapshot = Some("20261122-024007-ab12.3".into());
        }
    }
    view
}
