//! Work by several threads. Where the system has none left the work is done by the one that asks for it, one after the other.

use std::thread::{Builder, ScopedJoinHandle};

/// More threads than these bring little.
const THREADS: usize = 8;
/// Room for each thread's stack, in bytes, as much as the first thread has: expressions nest.
const STACK: usize = 8 << 20;

/// What `work` makes of each part of `items`, in order. Up to `alone` items are one part: starting another thread would take
/// longer than working on them.
pub fn in_parts<'i, I: Sync, R: Send>(
    items: &'i [I],
    alone: usize,
    work: impl Fn(&'i [I]) -> R + Sync,
) -> Vec<R> {
    // Asking how many threads there may be takes longer than a few items.
    let threads = || std::thread::available_parallelism().map_or(1, usize::from).min(THREADS);
    let threads = if items.len() <= alone { 1 } else { threads() };
    if threads == 1 {
        return vec![work(items)];
    }
    each(items.chunks(items.len().div_ceil(threads)), work)
}

/// What `work` makes of each item, in order, each by a thread of its own.
pub fn each<I: Copy + Send, R: Send>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> R + Sync,
) -> Vec<R> {
    let work = &work;
    std::thread::scope(|scope| {
        let start = |item: I| thread().spawn_scoped(scope, move || work(item)).map_err(|_| item);
        // All are started before the first one is waited for.
        let started: Vec<_> = items.into_iter().map(start).collect();
        started.into_iter().map(|one| one.map_or_else(work, joined)).collect()
    })
}

/// What `here` and `there` make, `there` by another thread meanwhile.
pub fn beside<A, B: Send>(here: impl FnOnce() -> A, there: impl Fn() -> B + Sync) -> (A, B) {
    let there = &there;
    std::thread::scope(|scope| {
        let started = thread().spawn_scoped(scope, there);
        (here(), started.map_or_else(|_| there(), joined))
    })
}

fn thread() -> Builder {
    Builder::new().name("part".into()).stack_size(STACK)
}

/// What a thread has made; it panics as the thread did.
fn joined<R>(thread: ScopedJoinHandle<'_, R>) -> R {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_in_order() {
        for count in [0, 1, 256, 257, 10_000] {
            let items: Vec<usize> = (0..count).collect();
            let parts = in_parts(&items, 256, <[usize]>::to_vec);
            assert_eq!(parts.concat(), items);
            assert!(!parts.is_empty() && parts.len() <= THREADS, "{} parts of {count}", parts.len());
        }
    }
}
