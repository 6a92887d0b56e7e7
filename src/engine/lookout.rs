//! Asks services from outside while a run works on their members, once in each interval. The loop of the run hears of each
//! attempt, and journals what turns.

use super::performer::Happened;
use crate::config::checked::{Outside, Service};
use crate::plan::noun::{Plan, Step};
use crate::run::event::{Event, What};
use crate::run::{Run, Sight, Standing};
use crate::target::Targets;
use crate::target::check::{self, Place};
use crate::world::clock;
use std::collections::BTreeSet;
use std::io;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// For so long a service is awaited that does not answer when all else of a run has ended.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks while a run is driven. The run never waits for it, but at its very end.
pub struct Lookout {
    posts: Vec<Post>,
    /// Components that are worked on.
    worked: BTreeSet<usize>,
}

/// Who asks one service.
struct Post {
    service: usize,
    members: Vec<usize>,
    orders: Arc<Orders>,
}

#[derive(Default)]
struct Orders {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Whether a member is worked on.
    wanted: bool,
    /// Whether the work ended since the last attempt began: what it did last is looked at, too.
    unasked: bool,
    /// Whether an attempt goes on.
    asking: bool,
    /// Whether nobody wants to hear of it any more.
    over: bool,
    /// What the last attempt found, and how long it took.
    last: (Sight, Duration),
}

impl Orders {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock leaves a value half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn order(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_all();
    }

    /// Waits until `until`, or an order for which `goes_on` holds no more.
    fn wait(&self, until: Option<Instant>, goes_on: impl Fn(&State) -> bool) {
        let mut state = self.state();
        while goes_on(&state) {
            state = match until.map(|until| until.saturating_duration_since(clock::steady())) {
                Some(Duration::ZERO) => return,
                Some(left) => {
                    self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

impl Lookout {
    /// For a run of `plan`: of the services that it works on, those that have a probe.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn of(plan: &Plan, targets: &Arc<Targets>, reply: &Sender<Happened>) -> io::Result<Lookout> {
        let services = plan.services.iter().enumerate().filter(|(_, service)| plan.changes_any(service));
        let post = |(k, service): (usize, &Service)| {
            let outside = service.outside.clone()?;
            let orders = Arc::new(Orders::default());
            let (taken, targets, reply) = (Arc::clone(&orders), Arc::clone(targets), reply.clone());
            let keeps = move || keep(k, &outside, &taken, &targets, &reply);
            let post = Post { service: k, members: service.members.clone(), orders };
            Some(thread::Builder::new().name("lookout".into()).spawn(keeps).map(|_| post))
        };
        let posts = services.filter_map(post).collect::<io::Result<_>>()?;
        Ok(Lookout { posts, worked: BTreeSet::new() })
    }

    /// Something happened, after which `run` stands so.
    pub fn see(&mut self, run: &Run, event: &Event) {
        if self.posts.is_empty() {
            return;
        }
        if let What::Intent { action, step, .. } = &event.what
            && *step != Step::Gate
        {
            self.worked.insert(action.component);
        }
        self.worked.retain(|i| matches!(run.standing(*i), Standing::Forward | Standing::GoingBack));
        for post in &self.posts {
            let wanted = post.members.iter().any(|i| self.worked.contains(i));
            if post.orders.state().wanted != wanted {
                post.orders.order(|state| (state.wanted, state.unasked) = (wanted, !wanted));
            }
        }
    }

    /// How each service is seen now that a run ends. Who does not answer is awaited for a while, if `patient`.
    pub fn last(&self, patient: bool) -> Vec<(usize, Sight, Duration)> {
        let until = clock::steady() + if patient { PATIENCE } else { Duration::ZERO };
        // Whoever was asked is asked once more: what was done last may be what it does not bear.
        for post in self.posts.iter().filter(|_| patient) {
            post.orders.order(|state| state.unasked |= state.wanted || state.last.0 != Sight::Unseen);
        }
        let last = |post: &Post| {
            let awaited = |state: &State| state.unasked || state.asking || state.last.0.why().is_some();
            post.orders.wait(Some(until), awaited);
            let (sight, took) = post.orders.state().last.clone();
            (post.service, sight, took)
        };
        self.posts.iter().map(last).collect()
    }

    /// Nobody drives the run any more.
    pub fn close(self) {
        // An attempt that hangs is not waited for.
        self.posts.iter().for_each(|post| post.orders.order(|state| state.over = true));
    }
}

/// Asks whenever that is wanted, and until it answers again.
fn keep(service: usize, outside: &Outside, orders: &Orders, targets: &Targets, reply: &Sender<Happened>) {
    let place = Place { connection: &outside.at, targets, since: None, mark: None };
    loop {
        let rests = |state: &State| {
            let awaits = state.wanted || state.unasked || state.last.0.why().is_some();
            !state.over && !awaits
        };
        if rests(&orders.state()) {
            let seen = orders.state().last.0 == Sight::Up;
            if seen {
                orders.order(|state| state.last = Default::default());
                let _ = reply.send(Happened::Seen { service, sight: Sight::Unseen, took: Duration::ZERO });
            }
            orders.wait(None, rests);
        }
        if orders.state().over {
            return;
        }
        orders.order(|state| (state.unasked, state.asking) = (false, true));
        let asked = clock::steady();
        let sight = check::from_outside(&outside.probe, &place);
        let took = asked.elapsed();
        let _ = reply.send(Happened::Seen { service, sight: sight.clone(), took });
        orders.order(|state| (state.asking, state.last) = (false, (sight, took)));
        // An interval too long to be reckoned is never over.
        orders
            .wait(asked.checked_add(outside.probe.interval.max(took)), |state| !state.over && !state.unasked);
    }
}
