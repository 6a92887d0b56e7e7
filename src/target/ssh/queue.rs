//! How many shells are open at once, and how fast new connections are made, for all hosts of a run together: a controller has
//! only so many descriptors, and a jump host before all of them takes only so many logins.

use crate::world::clock;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most shells at once, where there are descriptors for them.
const SHELLS: usize = 256;
/// Descriptors of one shell: its input, its output, its errors, and one while it starts.
const EACH: usize = 4;
/// Descriptors that are kept for everything else.
const KEPT: usize = 96;
/// Logins under way at once: sshd begins to refuse them at ten (`MaxStartups 10:30:100`), also a jump host's.
const LOGINS: usize = 8;
/// Between the starts of two logins: at most 33 in a second.
const APART: Duration = Duration::from_millis(30);
/// Whoever has waited so long for a place goes on without one: one too many is better than none.
const PATIENCE: Duration = Duration::from_secs(30);
/// So many connections stay open for a minute after their last use, the others for a few seconds.
const WARM: usize = 64;

/// Places for shells and for logins.
pub struct Queue {
    shells: Arc<Places>,
    logins: Arc<Places>,
    /// When the next login may start, and how many hosts were logged in to.
    next: Mutex<(Instant, usize)>,
}

/// A number of places.
struct Places {
    free: Mutex<usize>,
    freed: Condvar,
}

/// A place, until it is dropped; none where it was waited for too long.
pub struct Place(Option<Arc<Places>>);

impl Queue {
    /// For a process with so many descriptors.
    pub fn new(descriptors: usize) -> Queue {
        let shells = (descriptors.saturating_sub(KEPT) / EACH).clamp(4, SHELLS);
        let next = Mutex::new((clock::steady(), 0));
        Queue { shells: Places::new(shells), logins: Places::new(LOGINS), next }
    }

    /// A place for a shell.
    pub fn shell(&self) -> Place {
        Places::take(&self.shells, PATIENCE)
    }

    /// A place for a login, when it is its turn.
    pub fn login(&self) -> Place {
        let place = Places::take(&self.logins, PATIENCE);
        let mut next = locked(&self.next);
        let now = clock::steady();
        let at = next.0.max(now);
        next.0 = at + APART;
        drop(next);
        std::thread::sleep(at.saturating_duration_since(now));
        place
    }

    /// How long the connection of one more host stays open unused, in seconds.
    pub fn persist(&self) -> u32 {
        let mut next = locked(&self.next);
        next.1 += 1;
        if next.1 <= WARM { 60 } else { 5 }
    }
}

impl Places {
    fn new(free: usize) -> Arc<Places> {
        Arc::new(Places { free: Mutex::new(free), freed: Condvar::new() })
    }

    fn take(places: &Arc<Places>, patience: Duration) -> Place {
        let free = locked(&places.free);
        let (mut free, late) = places
            .freed
            .wait_timeout_while(free, patience, |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        if late.timed_out() {
            return Place(None);
        }
        *free -= 1;
        Place(Some(Arc::clone(places)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(places) = &self.0 {
            *locked(&places.free) += 1;
            places.freed.notify_one();
        }
    }
}

/// Nothing under these locks is left half-changed.
fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn no_more_than_there_are_places_and_nobody_waits_for_ever() {
        let places = Places::new(3);
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..24 {
                scope.spawn(|| {
                    let _place = Places::take(&places, Duration::from_secs(60));
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(2));
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!((most.load(Ordering::SeqCst), *locked(&places.free)), (3, 3));
        let taken: Vec<Place> = (0..3).map(|_| Places::take(&places, Duration::ZERO)).collect();
        assert!(taken.iter().all(|place| place.0.is_some()));
        assert!(Places::take(&places, Duration::from_millis(1)).0.is_none());
        drop(taken);
        assert_eq!(*locked(&places.free), 3);
    }

    #[test]
    fn descriptors_and_hosts_decide() {
        let free = |descriptors| *locked(&Queue::new(descriptors).shells.free);
        assert_eq!([0, 256, 1_024, 1_000_000].map(free), [4, 40, 232, 256]);
        let queue = Queue::new(1_024);
        let persist: Vec<u32> = (0..=WARM).map(|_| queue.persist()).collect();
        assert_eq!((persist[WARM - 1], persist[WARM]), (60, 5));
    }
}
