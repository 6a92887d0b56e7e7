//! A chunk of components, read several at once and within a time, so that those that hang do not cost the others.

use crate::message::Reading;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How many are read at once. The core has four chunks on their way, and works on 64 callbacks at once.
pub const ABREAST: usize = 16;
/// No reading is begun later: the core waits ten minutes for a chunk, and one reading may take two.
const BUDGET: Duration = Duration::from_secs(240);

/// The readings of `components` (or of groups of them, each read together), in order; `unread` makes them of why one was
/// not read.
pub fn read<C: Sync, R: Send>(
    components: &[C],
    one: impl Fn(&C) -> R + Sync,
    unread: impl Fn(&C, Reading) -> R,
) -> Vec<R> {
    within(BUDGET, components, one, unread)
}

fn within<C: Sync, R: Send>(
    budget: Duration,
    components: &[C],
    one: impl Fn(&C) -> R + Sync,
    unread: impl Fn(&C, Reading) -> R,
) -> Vec<R> {
    let begun = Instant::now();
    let readings = abreast(components, |component| (begun.elapsed() < budget).then(|| one(component)));
    let all = readings.into_iter().zip(components);
    all.map(|(reading, component)| match reading {
        Some(Some(reading)) => reading,
        Some(None) => unread(component, not_begun(budget)),
        None => unread(component, Reading::unreachable("the reading broke off")),
    })
    .collect()
}

/// What `one` makes of each item, in order, 16 of them at once. `None` where that broke off in a panic.
pub fn abreast<C: Sync, R: Send>(items: &[C], one: impl Fn(&C) -> R + Sync) -> Vec<Option<R>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((i, item)) = {
            let i = next.fetch_add(1, Ordering::Relaxed);
            items.get(i).map(|item| (i, item))
        } {
            done.push((i, one(item)));
        }
        done
    };
    let mut made: Vec<Option<R>> = items.iter().map(|_| None).collect();
    thread::scope(|scope| {
        let start = |_| thread::Builder::new().name("item".into()).spawn_scoped(scope, work).ok();
        let workers: Vec<_> = (0..ABREAST.min(items.len())).filter_map(start).collect();
        // Where the system has no thread left, one after the other.
        let here = if workers.is_empty() { work() } else { Vec::new() };
        for (i, one) in workers.into_iter().filter_map(|worker| worker.join().ok()).flatten().chain(here) {
            made[i] = Some(one);
        }
    });
    made
}

fn not_begun(budget: Duration) -> Reading {
    Reading::unreachable(format!(
        "it was not read: reading the components before it took longer than {} s; see those that did not end in time",
        budget.as_secs()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(reading: &Reading) -> &str {
        let Reading::Unreachable { why, .. } = reading else { panic!("{reading:?}") };
        why
    }

    #[test]
    fn readings_come_in_order_and_one_that_hangs_holds_up_no_other() {
        let begun = Instant::now();
        let names: Vec<u64> = (0..256).collect();
        let one = |name: &u64| {
            thread::sleep(Duration::from_millis(if *name == 0 { 300 } else { 1 }));
            Reading::unreachable(format!("read {name}; {}", begun.elapsed() < Duration::from_millis(250)))
        };
        let readings = within(BUDGET, &names, one, |_, reading| reading);
        for (name, reading) in readings.iter().enumerate() {
            assert_eq!(why(reading), format!("read {name}; {}", name != 0));
        }
    }

    #[test]
    fn no_reading_is_begun_after_the_budget() {
        let one = |(): &()| {
            thread::sleep(Duration::from_millis(100));
            Reading::unreachable("read")
        };
        let readings = within(Duration::from_millis(50), &[(); 40], one, |(), reading| reading);
        let begun = readings.iter().filter(|reading| why(reading) == "read").count();
        assert_eq!((readings.len(), begun), (40, ABREAST));
        assert!(why(&readings[39]).starts_with("it was not read"));
    }
}
