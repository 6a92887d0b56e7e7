//! A run as programs read it: `apply --json`, `resume --json`, `rollback --json`. One object a line, in the order of
//! the journal, the outcome last (`docs/schemas/event.schema.json`). A field that has no value is null, never left out.

use super::contact_json::ContactView;
use super::emergency::{Emergency, emergencies};
use super::order::Order;
use super::reason::name;
use super::run_view::{RunView, Settled, levels, step_of};
use crate::model::Moment;
use crate::plan::downtime::{downtime, of_service};
use crate::plan::noun::{Plan, Step};
use crate::run::event::{ActionRef, Event, Leg, Request, What};
use patchform_sdk::ended::millis;
use patchform_sdk::message::{Answer, Cause, Level, Probed, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of this form; it rises when a program that reads it would misunderstand.
pub const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Line<'a> {
    format_version: u32,
    run: Option<&'a str>,
    at: String,
    #[serde(flatten)]
    what: Body<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Body<'a> {
    Taken {
        controller: &'a str,
        token: u64,
    },
    Intent {
        action: ActionView,
        step: &'static str,
        attempt: u32,
        snapshot: Option<&'a str>,
    },
    Fact {
        action: ActionView,
        step: &'static str,
        attempt: u32,
        answer: AnswerView<'a>,
    },
    Probe {
        action: ActionView,
        step: &'static str,
        attempt: u32,
        found: &'static str,
        why: Option<&'a str>,
        ended: Option<&'a Cause>,
    },
    Read {
        address: String,
        sha256: Option<&'a str>,
        why: Option<&'a str>,
    },
    Watched {
        address: String,
        passed_ms: u64,
        healthy: Option<bool>,
        why: Option<&'a str>,
    },
    Member {
        address: String,
        ill: bool,
        why: Option<&'a str>,
    },
    Seen {
        service: &'a str,
        sight: &'static str,
        took_ms: u64,
        why: Option<&'a str>,
    },
    Clock {
        ahead_ms: i64,
    },
    Asked {
        request: &'static str,
        address: Option<String>,
        leaving: Vec<String>,
    },
    Stopped {
        why: &'a str,
    },
    Finished,
    Waiting {
        host: &'a str,
        why: &'a str,
        left_ms: u64,
    },
    Outcome(Box<OutcomeView<'a>>),
}

#[derive(Serialize)]
struct ActionView {
    address: String,
    leg: &'static str,
    index: usize,
}

#[derive(Serialize)]
struct AnswerView<'a> {
    outcome: &'static str,
    healthy: Option<bool>,
    why: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ailments: Vec<AilmentView<'a>>,
    output: &'a str,
    snapshot: Option<SnapshotView<'a>>,
}

/// What a check complains about although it decides nothing.
#[derive(Serialize)]
struct AilmentView<'a> {
    check: &'a str,
    ill: bool,
    why: &'a str,
}

#[derive(Serialize)]
struct SnapshotView<'a> {
    place: &'a str,
    size_bytes: u64,
    whole_system: bool,
    data: bool,
    survives_target_loss: bool,
}

#[derive(Serialize)]
struct OutcomeView<'a> {
    outcome: &'static str,
    why: Option<&'a str>,
    started: String,
    took_ms: u64,
    expected_ms: u64,
    components: Vec<SettledView<'a>>,
    services: Vec<DownView<'a>>,
}

/// A service, and how long it was down.
#[derive(Serialize)]
struct DownView<'a> {
    name: &'a str,
    down_ms: u64,
    expected_down_ms: u64,
    outside: Option<OutagesView>,
}

/// What was seen of it from outside.
#[derive(Serialize)]
struct OutagesView {
    down_ms: u64,
    interruptions: usize,
    longest_ms: u64,
    unknown_ms: u64,
    still_down: bool,
}

#[derive(Serialize)]
struct SettledView<'a> {
    address: String,
    stands: &'static str,
    before: Option<Level>,
    planned: Option<Level>,
    why: Option<&'a str>,
    failed_at: Option<&'static str>,
    failed_why: Option<&'a str>,
    tried: bool,
    took_ms: Option<u64>,
    expected_ms: Option<u64>,
    away_ms: Option<u64>,
    still_away: bool,
    expected_away_ms: Option<u64>,
    left: &'a [String],
    snapshot: Option<&'a str>,
    cause: Option<&'a str>,
    emergency: Option<EmergencyView<'a>>,
}

#[derive(Serialize)]
struct EmergencyView<'a> {
    well: bool,
    put_back: bool,
    tried: bool,
    printed: &'a str,
    connection: &'a str,
    host: Option<String>,
    target: Option<&'a str>,
    claims: &'a [String],
    steps: Vec<String>,
    contact: Option<ContactView<'a>>,
}

/// One event as one line with a newline.
pub fn event(plan: &Plan, run: &str, event: &Event) -> String {
    line(&Line {
        format_version: FORMAT_VERSION,
        run: Some(run),
        at: event.at.to_string(),
        what: body(plan, &event.what),
    })
}

/// A host that does not answer is waited for. This line stands in no journal; `run` is not known before it has begun.
pub fn waiting(run: Option<&str>, at: Moment, host: &str, why: &str, left: std::time::Duration) -> String {
    let what = Body::Waiting { host, why, left_ms: millis(left) };
    line(&Line { format_version: FORMAT_VERSION, run, at: at.to_string(), what })
}

/// The only line where there was nothing to do, or nothing that may be done.
pub fn nothing(gated: bool, at: Moment) -> String {
    let view = OutcomeView {
        outcome: if gated { "incomplete" } else { "complete" },
        why: Some(if gated { "what is left is blocked or held" } else { "nothing to do" }),
        started: at.to_string(),
        took_ms: 0,
        expected_ms: 0,
        components: Vec::new(),
        services: Vec::new(),
    };
    let what = Body::Outcome(Box::new(view));
    line(&Line { format_version: FORMAT_VERSION, run: None, at: at.to_string(), what })
}

/// The last line of a run.
pub fn outcome(plan: &Plan, run: &RunView) -> String {
    let mut stuck: BTreeMap<usize, Emergency<'_>> =
        emergencies(plan, run).into_iter().map(|e| (e.entry, e)).collect();
    let view = OutcomeView {
        outcome: run.ended.name(),
        why: some(&run.why),
        started: run.started.to_string(),
        took_ms: millis(run.took),
        expected_ms: millis(Order::of(plan).at_best(plan)),
        components: run.components.iter().map(|c| settled(plan, c, stuck.remove(&c.entry))).collect(),
        services: plan
            .services
            .iter()
            .zip(run.down.iter().zip(&run.outages))
            .map(|(service, (down, outages))| DownView {
                name: &service.name,
                down_ms: millis(*down),
                expected_down_ms: millis(of_service(plan, service)),
                outside: outages.as_ref().map(|seen| OutagesView {
                    down_ms: millis(seen.down),
                    interruptions: seen.times,
                    longest_ms: millis(seen.longest),
                    unknown_ms: millis(seen.unknown),
                    still_down: seen.open,
                }),
            })
            .collect(),
    };
    let what = Body::Outcome(Box::new(view));
    line(&Line { format_version: FORMAT_VERSION, run: Some(&run.id), at: run.finished.to_string(), what })
}

fn line(line: &Line<'_>) -> String {
    // Only strings as keys and no type that can refuse: serialising into memory cannot fail.
    let mut text = serde_json::to_string(line).unwrap_or_default();
    text.push('\n');
    text
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}

fn body<'a>(plan: &'a Plan, what: &'a What) -> Body<'a> {
    match what {
        What::Taken { controller, token, .. } => Body::Taken { controller, token: *token },
        What::Intent { action, step, attempt, snapshot } => Body::Intent {
            action: view(plan, *action),
            step: step.name(),
            attempt: *attempt,
            snapshot: snapshot.as_deref(),
        },
        What::Fact { action, attempt, answer } => Body::Fact {
            action: view(plan, *action),
            step: step(plan, *action),
            attempt: *attempt,
            answer: of_answer(answer),
        },
        What::Probe { action, attempt, found } => {
            let ended = found.as_ref().ok().and_then(Probed::ended);
            let (found, why) = match found {
                Ok(Probed::Before { .. }) => ("before", None),
                Ok(Probed::After(_)) => ("after", None),
                Ok(Probed::Between { why, .. }) => ("between", some(why)),
                Ok(Probed::Busy) => ("busy", None),
                Err(why) => ("unknown", some(why)),
            };
            Body::Probe {
                action: view(plan, *action),
                step: step(plan, *action),
                attempt: *attempt,
                found,
                why,
                ended,
            }
        }
        What::Read { component, digest } => Body::Read {
            address: name(plan, *component),
            sha256: digest.as_ref().ok().map(String::as_str),
            why: digest.as_ref().err().map(String::as_str),
        },
        What::Watched { component, passed, found } => {
            let (healthy, why) = health(found);
            Body::Watched { address: name(plan, *component), passed_ms: millis(*passed), healthy, why }
        }
        What::Seen { service, sight, took } => Body::Seen {
            service: plan.services.get(*service).map_or("", |service| &service.name),
            sight: sight.name(),
            took_ms: millis(*took),
            why: sight.why(),
        },
        What::Member { component, ill } => {
            Body::Member { address: name(plan, *component), ill: ill.is_some(), why: ill.as_deref() }
        }
        What::Clock { ahead_ms } => Body::Clock { ahead_ms: *ahead_ms },
        What::Asked(request) => asked(plan, request),
        What::Stopped { why } => Body::Stopped { why },
        What::Finished => Body::Finished,
    }
}

fn asked(plan: &Plan, asked: &Request) -> Body<'static> {
    let (request, address) = match asked {
        Request::Pause => ("pause", None),
        Request::Continue => ("continue", None),
        Request::Skip(entry) => ("skip", Some(name(plan, *entry))),
        Request::Stop => ("stop", None),
        Request::Rollback => ("rollback", None),
        Request::Abandon { .. } => ("abandon", None),
    };
    let leaving = match asked {
        Request::Abandon { leaving } => leaving.iter().map(|entry| name(plan, *entry)).collect(),
        _ => Vec::new(),
    };
    Body::Asked { request, address, leaving }
}

fn view(plan: &Plan, action: ActionRef) -> ActionView {
    let leg = match action.leg {
        Leg::Forth => "forth",
        Leg::Back => "back",
    };
    ActionView { address: name(plan, action.component), leg, index: action.index }
}

/// The step that an action does; an index that leads nowhere (which the fold refuses) reads `unknown`.
fn step(plan: &Plan, action: ActionRef) -> &'static str {
    step_of(plan, action).map_or("unknown", Step::name)
}

/// Whether it is healthy, where that could be told; and what was said.
fn health(verdict: &Verdict) -> (Option<bool>, Option<&str>) {
    match verdict {
        Verdict::Healthy => (Some(true), None),
        Verdict::Ill { why } => (Some(false), some(why)),
        Verdict::Inconclusive { why } => (None, some(why)),
    }
}

fn of_answer(answer: &Answer) -> AnswerView<'_> {
    match answer {
        Answer::Applied(done) => {
            let (healthy, why) = done.verdict.as_ref().map_or((None, None), health);
            let snapshot = done.snapshot.as_ref().map(|s| SnapshotView {
                place: &s.place,
                size_bytes: s.size,
                whole_system: s.coverage.whole_system,
                data: s.coverage.data,
                survives_target_loss: s.survives_target_loss,
            });
            let ailments =
                done.ailments.iter().map(|a| AilmentView { check: &a.check, ill: a.ill, why: &a.why });
            let ailments = ailments.collect();
            AnswerView { outcome: "applied", healthy, why, ailments, output: &done.output, snapshot }
        }
        Answer::Refused { why, output } => {
            let ailments = Vec::new();
            AnswerView { outcome: "refused", healthy: None, why: some(why), ailments, output, snapshot: None }
        }
        Answer::Unclear { why, output } => {
            let ailments = Vec::new();
            AnswerView { outcome: "unclear", healthy: None, why: some(why), ailments, output, snapshot: None }
        }
    }
}

fn settled<'a>(plan: &Plan, component: &'a Settled, stuck: Option<Emergency<'a>>) -> SettledView<'a> {
    let (before, planned) = levels(plan, component.entry);
    SettledView {
        address: name(plan, component.entry),
        stands: component.stands.name(),
        before: before.cloned().map(Level::from),
        planned: planned.cloned().map(Level::from),
        why: some(&component.why),
        failed_at: component.failed_at.map(|s| s.name()),
        failed_why: some(&component.failed_why),
        tried: component.tried,
        took_ms: component.took.map(millis),
        expected_ms: plan.change(component.entry).map(|change| millis(change.length())),
        away_ms: component.away.map(millis),
        still_away: component.still_away,
        expected_away_ms: plan.change(component.entry).map(|change| millis(downtime(change))),
        left: &component.left,
        snapshot: component.snapshot.as_deref(),
        cause: some(&component.cause),
        emergency: stuck.map(emergency),
    }
}

fn emergency(stuck: Emergency<'_>) -> EmergencyView<'_> {
    EmergencyView {
        well: stuck.reached,
        put_back: stuck.put_back,
        tried: !stuck.abandoned,
        printed: stuck.printed,
        connection: stuck.connection,
        host: stuck.host,
        target: stuck.target,
        claims: stuck.claims,
        steps: stuck.steps.iter().map(ToString::to_string).collect(),
        contact: stuck.contact.map(ContactView::of),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::error_json::{ErrorView, error};
    use crate::report::run_samples::{ended, story};
    use crate::report::run_view::Ended;
    use crate::report::schema::Schema;
    use serde_json::Value as Json;

    #[test]
    fn every_line_fits_the_published_schema() {
        let schema = Schema::parse(include_str!("../../docs/schemas/event.schema.json"));
        let (plan, events) = story();
        let mut lines: Vec<String> = events.iter().map(|e| event(&plan, "r1", e)).collect();
        for ill in [Some("503".to_string()), None] {
            lines.push(event(
                &plan,
                "r1",
                &Event { at: Moment(0), what: What::Member { component: 0, ill } },
            ));
        }
        for how in [Ended::Complete, Ended::Incomplete, Ended::Restored, Ended::Halted, Ended::Stuck] {
            lines.push(outcome(&plan, &ended(&plan, how)));
        }
        lines.extend([true, false].map(|gated| nothing(gated, Moment(0))));
        lines.push(failure());
        lines.push(waiting(Some("r1"), Moment(0), "db-1", "no route", std::time::Duration::from_secs(88)));
        lines.push(waiting(None, Moment(0), "db-1", "no route", std::time::Duration::ZERO));
        let mut types = std::collections::BTreeSet::new();
        for line in lines {
            assert_eq!(line.lines().count(), 1);
            let json: Json = serde_json::from_str(&line).unwrap();
            assert_eq!(schema.complaints(&json), Vec::<String>::new());
            if json["type"] == "outcome" && json["run"].is_string() {
                schema.assert_strict(&json, &["/components/*/before", "/components/*/planned"]);
            }
            types.insert(json["type"].as_str().map(String::from));
        }
        assert_eq!(types.len(), 13);
    }

    fn failure() -> String {
        let diagnostics = serde_json::json!([{ "severity": "error", "summary": "x" }]);
        let help = ["look".to_string()];
        let view = ErrorView { kind: "locked", exit_code: 6, message: "no", help: &help, diagnostics };
        error(&view, Moment(0))
    }

    #[test]
    fn says_what_failed() {
        let (plan, events) = story();
        let all: String = events.iter().map(|e| event(&plan, "r1", e)).collect();
        let ill = all.lines().find(|l| l.contains("\"healthy\":false")).unwrap();
        let json: Json = serde_json::from_str(ill).unwrap();
        assert_eq!((&json["action"]["address"], &json["step"]), (&"release.api".into(), &"verify".into()));
    }
}
