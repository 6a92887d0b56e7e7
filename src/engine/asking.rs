//! Asks many hosts, a few at once.

use std::sync::{Mutex, PoisonError};

/// How many are asked at once.
const AT_ONCE: usize = 16;

/// What `ask` says of each, in the order in which they answer.
pub(super) fn each<T: Sync, A: Send>(all: &[T], ask: impl Fn(&T) -> A + Sync) -> Vec<A> {
    let left = Mutex::new(all.iter());
    let told = Mutex::new(Vec::with_capacity(all.len()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(all.len()) {
            scope.spawn(|| {
                loop {
                    let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(one) = next else { return };
                    let answer = ask(one);
                    told.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
                }
            });
        }
    });
    told.into_inner().unwrap_or_else(PoisonError::into_inner)
}
