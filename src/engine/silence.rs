//! Alerts that the work on a component is expected to raise are silenced in an Alertmanager (its API v2): from the component's
//! first step that disturbs until it is watched, or at rest. A silence is a comfort and not a promise: where there is none
//! the work goes on, and that is told.
//!
//! Every silence ends by itself soon after the deadline of the step that goes on: none outlives its controller by much. The
//! next controller of the run finds it by its comment, and goes on with it.

use super::drive::deadline;
use crate::config::checked::Silence;
use crate::model::Moment;
use crate::plan::noun::{Entry, Plan, Step};
use crate::run::event::{Event, What};
use crate::run::{Run, Standing};
use crate::target::{Targets, credential};
use crate::world::clock;
use crate::world::http::{self, Question, Sent};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A silence lasts for so long beyond the deadline of the step that goes on.
const MARGIN: Duration = Duration::from_secs(120);
/// How long an Alertmanager may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// One that did not answer is not asked again for so long.
const DEAF: Duration = Duration::from_secs(60);
/// The longest answer that is read, in bytes: all silences, a few thousand at most.
const LIMIT: u64 = 16 << 20;
/// Who makes them.
const AUTHOR: &str = "patchform";

/// Keeps silences while a run is driven. What it asks for is done beside the run, which never waits for it.
pub struct Silencer {
    orders: Sender<Order>,
    told: Receiver<String>,
    thread: JoinHandle<()>,
    silenced: BTreeSet<usize>,
}

/// Something to be done.
enum Order {
    Keep {
        component: usize,
        silence: Box<Silence>,
        comment: String,
        until: Moment,
    },
    /// One that an earlier controller has made.
    End {
        component: usize,
        silence: Box<Silence>,
        comment: String,
    },
    Lift {
        component: usize,
    },
}

impl Silencer {
    /// For a run of `plan`; none where nothing is silenced.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn of(plan: &Plan, targets: &Arc<Targets>) -> io::Result<Option<Silencer>> {
        if plan.entries.iter().all(|entry| entry.silence.is_none()) {
            return Ok(None);
        }
        let ((orders, taken), (tell, told)) = (mpsc::channel(), mpsc::channel());
        let keeper = Keeper {
            targets: Arc::clone(targets),
            kept: BTreeMap::new(),
            deaf: BTreeMap::new(),
            known: BTreeSet::new(),
        };
        let work = move || keeper.work(&taken, &tell);
        let thread = std::thread::Builder::new().name("silence".into()).spawn(work)?;
        Ok(Some(Silencer { orders, told, thread, silenced: BTreeSet::new() }))
    }

    /// Something happened, after which `run` stands so. Answers what a person should know by now.
    pub fn see(&mut self, plan: &Plan, run: &Run, event: &Event) -> Vec<String> {
        match &event.what {
            What::Intent { action, step, .. }
                if disturbs(*step) || self.silenced.contains(&action.component) =>
            {
                self.keep(plan, run, action.component, deadline(plan, *action));
            }
            // It goes on beyond its deadline, and is looked at again before long; or an earlier controller has begun it.
            What::Probe { action, .. } if action.planned(plan).is_some_and(|p| disturbs(p.action)) => {
                self.keep(plan, run, action.component, Duration::ZERO);
            }
            _ => {}
        }
        let works = |i: &usize| {
            matches!(run.standing(*i), Standing::Forward | Standing::GoingBack) && run.soak_left(*i).is_none()
        };
        let at_rest: Vec<usize> = match event.what.component() {
            Some(i) => [i].into_iter().filter(|i| !works(i)).collect(),
            None => self.silenced.iter().copied().filter(|i| !works(i)).collect(),
        };
        at_rest.into_iter().for_each(|i| self.lift(i));
        self.told.try_iter().collect()
    }

    /// Alerts of a component are silenced for so long, and [`MARGIN`] more.
    fn keep(&mut self, plan: &Plan, run: &Run, component: usize, lasts: Duration) {
        let Some(entry) = plan.entries.get(component) else { return };
        let Some(silence) = &entry.silence else { return };
        self.silenced.insert(component);
        let _ = self.orders.send(Order::Keep {
            component,
            silence: silence.clone(),
            comment: comment(entry, run),
            until: clock::now().plus(lasts.saturating_add(MARGIN)),
        });
    }

    /// The run is let go of as it stands: what its last controller had silenced may be heard again.
    pub fn let_go(&mut self, plan: &Plan, run: &Run) {
        for (component, entry) in plan.entries.iter().enumerate() {
            let worked_on = matches!(
                run.standing(component),
                Standing::Forward | Standing::GoingBack | Standing::Stuck(_)
            );
            if let Some(silence) = entry.silence.as_ref().filter(|_| worked_on) {
                let (silence, comment) = (silence.clone(), comment(entry, run));
                let _ = self.orders.send(Order::End { component, silence, comment });
            }
        }
    }

    fn lift(&mut self, component: usize) {
        if self.silenced.remove(&component) {
            let _ = self.orders.send(Order::Lift { component });
        }
    }

    /// Nobody drives the run any more: whatever is silenced may be heard again. Answers what a person should know.
    pub fn close(mut self) -> Vec<String> {
        std::mem::take(&mut self.silenced).into_iter().for_each(|component| {
            let _ = self.orders.send(Order::Lift { component });
        });
        let Silencer { orders, told, thread, .. } = self;
        drop(orders);
        let _ = thread.join();
        told.iter().collect()
    }
}

/// What says there whose a silence is.
fn comment(entry: &Entry, run: &Run) -> String {
    format!("{} is worked on by run {}", entry.address, run.id())
}

/// Whether alerts are expected of a step.
fn disturbs(step: Step) -> bool {
    match step {
        Step::Drain
        | Step::Block
        | Step::Snapshot
        | Step::Patch
        | Step::Reload
        | Step::Verify
        | Step::Unblock
        | Step::Undrain
        | Step::Restore
        | Step::Uninstall => true,
        Step::Gate | Step::Fetch | Step::Measure | Step::Backup | Step::Soak | Step::Commit => false,
    }
}

/// Does what is asked for, one after the other.
struct Keeper {
    targets: Arc<Targets>,
    /// By component: its silence, and the id that it has there.
    kept: BTreeMap<usize, (Box<Silence>, String)>,
    /// Who did not answer, and when.
    deaf: BTreeMap<String, Instant>,
    /// Of which components a person knows already that they are not silenced.
    known: BTreeSet<usize>,
}

impl Keeper {
    fn work(mut self, orders: &Receiver<Order>, tell: &Sender<String>) {
        for order in orders {
            let (component, done) = match order {
                Order::Keep { component, silence, comment, until } => {
                    let url = silence.url.clone();
                    let kept = self.keep(component, silence, &comment, until);
                    (
                        component,
                        kept.map_err(|why| format!("alerts are not silenced while {comment}: {url} {why}")),
                    )
                }
                Order::End { component, silence, comment } => {
                    let found = self.find(&silence, &comment);
                    let found = found
                        .map_err(|why| format!("a silence of {comment} may be left: {} {why}", silence.url));
                    let ended = found.and_then(|id| {
                        self.kept.extend(id.map(|id| (component, (silence, id))));
                        self.lift(component)
                    });
                    (component, ended)
                }
                Order::Lift { component } => (component, self.lift(component)),
            };
            if let Err(why) = done
                && self.known.insert(component)
            {
                let _ = tell.send(why);
            }
        }
    }

    fn keep(
        &mut self,
        component: usize,
        silence: Box<Silence>,
        comment: &str,
        until: Moment,
    ) -> Result<(), String> {
        if self.deaf.get(&silence.url).is_some_and(|since| since.elapsed() < DEAF) {
            return Err("did not answer a moment ago".into());
        }
        let known = self.kept.remove(&component).map(|(_, id)| id);
        let made = match known {
            Some(id) => Ok(Some(id)),
            None => self.find(&silence, comment),
        }
        .and_then(|id| self.make(&silence, id, comment, until));
        match made {
            Ok(id) => {
                self.kept.insert(component, (silence, id));
                Ok(())
            }
            Err(why) => {
                self.deaf.insert(silence.url.clone(), Instant::now());
                Err(why)
            }
        }
    }

    fn lift(&mut self, component: usize) -> Result<(), String> {
        let Some((silence, id)) = self.kept.remove(&component) else { return Ok(()) };
        match self.ask(&silence, &format!("silence/{id}"), Sent::Deletion) {
            // It has ended already.
            Ok((404, _)) => Ok(()),
            other => other.and_then(good).map(|_| ()).map_err(|why| {
                format!("the silence {id} was not taken away, and ends by itself: {} {why}", silence.url)
            }),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Made<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    matchers: Vec<Matcher<'a>>,
    starts_at: String,
    ends_at: String,
    created_by: &'a str,
    comment: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Matcher<'a> {
    name: &'a str,
    value: &'a str,
    is_regex: bool,
    is_equal: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Known {
    id: String,
    created_by: String,
    comment: String,
    status: Status,
}

#[derive(Deserialize)]
struct Status {
    state: String,
}

#[derive(Deserialize)]
struct Taken {
    #[serde(rename = "silenceID")]
    id: String,
}

impl Keeper {
    /// The silence that an earlier controller of the run has left.
    fn find(&self, silence: &Silence, comment: &str) -> Result<Option<String>, String> {
        let body = good(self.ask(silence, "silences", Sent::Nothing)?)?;
        let all: Vec<Known> = serde_json::from_slice(&body).map_err(|_| UNREAD.to_string())?;
        let ours =
            |one: &Known| one.created_by == AUTHOR && one.comment == comment && one.status.state == "active";
        Ok(all.into_iter().find(ours).map(|one| one.id))
    }

    /// Makes one, or lets the one with this id last until then; answers its id.
    fn make(
        &self,
        silence: &Silence,
        id: Option<String>,
        comment: &str,
        until: Moment,
    ) -> Result<String, String> {
        let labels = silence.labels.iter();
        let made = Made {
            id,
            matchers: labels
                .map(|(name, value)| Matcher { name, value, is_regex: false, is_equal: true })
                .collect(),
            starts_at: clock::now().to_string(),
            ends_at: until.to_string(),
            created_by: AUTHOR,
            comment,
        };
        let text = serde_json::to_string(&made).map_err(|e| e.to_string())?;
        let body = good(self.ask(silence, "silences", Sent::Json(&text))?)?;
        serde_json::from_slice::<Taken>(&body).map(|taken| taken.id).map_err(|_| UNREAD.to_string())
    }

    fn ask(&self, silence: &Silence, what: &str, sent: Sent<'_>) -> Result<(u16, Vec<u8>), String> {
        let headers = credential::headers(silence.credential.as_ref(), &self.targets)?;
        let url = format!("{}/api/v2/{what}", silence.url);
        let question = Question {
            url: &url,
            headers: &headers,
            timeout: PATIENCE,
            limit: LIMIT,
            redirections: 3,
            secure: false,
            trusted: silence.trusted.as_deref(),
        };
        let answer = http::send(&question, sent).map_err(|none| none.told(LIMIT))?;
        Ok((answer.status, answer.body))
    }
}

const UNREAD: &str = "answers as no Alertmanager does (its API v2 is asked)";

/// The body of an answer that is no refusal.
fn good((status, body): (u16, Vec<u8>)) -> Result<Vec<u8>, String> {
    match status {
        200..=299 => Ok(body),
        _ => Err(format!("answered {status}: {}", patchform_sdk::line::beginning(&body))),
    }
}
