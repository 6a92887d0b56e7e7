//! Requests that wait for their answer: by id, with a deadline each.

use crate::provider::ProviderError;
use crate::world::clock;
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What is done with the answer: its JSON text, or what went wrong.
pub type Reply = Box<dyn FnOnce(Result<Vec<u8>, ProviderError>) + Send>;

/// One request on its way.
pub struct Waiting {
    /// What was asked.
    pub method: &'static str,
    /// How long it has.
    pub patience: Duration,
    /// The action's id, for an action.
    pub action: Option<String>,
    /// Told once, whatever happens.
    pub reply: Reply,
}

/// The requests of one process.
#[derive(Default)]
pub struct Pending {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    last: u64,
    waiting: BTreeMap<u64, Waiting>,
    due: BTreeMap<(Instant, u64), ()>,
    deadlines: BTreeMap<u64, Instant>,
    closed: bool,
}

impl State {
    fn remove(&mut self, id: u64) -> Option<Waiting> {
        if let Some(due) = self.deadlines.remove(&id) {
            self.due.remove(&(due, id));
        }
        self.waiting.remove(&id)
    }
}

impl Waiting {
    /// Whether it may have an effect: such a request is never given up because of a stray line.
    pub fn is_action(&self) -> bool {
        self.action.is_some()
    }
}

impl Pending {
    /// Adds a request and gives it an id; `Err` gives it back when the process is gone already.
    ///
    /// # Errors
    /// The request itself.
    pub fn add(&self, waiting: Waiting) -> Result<u64, Box<Waiting>> {
        let mut state = self.lock();
        if state.closed {
            return Err(Box::new(waiting));
        }
        state.last += 1;
        let id = state.last;
        let due = clock::steady() + waiting.patience;
        // The keeper of deadlines sleeps until the first one; only an earlier one concerns it.
        let first = state.due.keys().next().is_none_or(|(earliest, _)| due < *earliest);
        state.due.insert((due, id), ());
        state.deadlines.insert(id, due);
        state.waiting.insert(id, waiting);
        if first {
            self.changed.notify_all();
        }
        Ok(id)
    }

    /// Takes a request out; `None` when nobody waits for that id (any more).
    pub fn take(&self, id: u64) -> Option<Waiting> {
        self.lock().remove(id)
    }

    /// Takes out every request that has no effect.
    pub fn take_questions(&self) -> Vec<Waiting> {
        let mut state = self.lock();
        let ids: Vec<u64> = state.waiting.iter().filter(|(_, w)| !w.is_action()).map(|(id, _)| *id).collect();
        ids.into_iter().filter_map(|id| state.remove(id)).collect()
    }

    /// Takes out every request and takes no more.
    pub fn close(&self) -> Vec<Waiting> {
        let mut state = self.lock();
        state.closed = true;
        state.due.clear();
        state.deadlines.clear();
        self.changed.notify_all();
        std::mem::take(&mut state.waiting).into_values().collect()
    }

    /// Whether the action with this id is on its way.
    pub fn has_action(&self, id: &str) -> bool {
        self.lock().waiting.values().any(|w| w.action.as_deref() == Some(id))
    }

    /// Whether any action is on its way.
    pub fn has_actions(&self) -> bool {
        self.lock().waiting.values().any(Waiting::is_action)
    }

    /// Waits until requests are overdue and takes them out; `None` once closed.
    pub fn overdue(&self) -> Option<Vec<Waiting>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            let now = clock::steady();
            let late: Vec<u64> =
                state.due.keys().take_while(|(due, _)| *due <= now).map(|(_, id)| *id).collect();
            if !late.is_empty() {
                return Some(late.into_iter().filter_map(|id| state.remove(id)).collect());
            }
            state = match state.due.keys().next() {
                Some((due, _)) => {
                    let pause = *due - now;
                    self.changed.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Replies are never called under the lock, so a poisoned one holds a whole state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
