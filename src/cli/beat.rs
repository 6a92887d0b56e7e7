//! A sign of life where there is no live view: long work in which nothing happens is told of from time to time.

use super::seen::lock;
use crate::world::clock;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// After so long without a line there is one.
pub const QUIET: Duration = Duration::from_secs(5 * 60);

/// It beats until it is dropped.
pub struct Beat {
    last: Arc<Mutex<Instant>>,
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Beat {
    /// Calls `say` whenever nothing was said for so long.
    pub fn new(quiet: Duration, mut say: impl FnMut() + Send + 'static) -> Beat {
        let last = Arc::new(Mutex::new(clock::steady()));
        let heard = Arc::clone(&last);
        let (stop, stopped) = mpsc::channel();
        let beat = move || {
            loop {
                let rest = quiet.saturating_sub(lock(&heard).elapsed());
                if !rest.is_zero() {
                    match stopped.recv_timeout(rest) {
                        Err(RecvTimeoutError::Timeout) => continue,
                        _ => return,
                    }
                }
                *lock(&heard) = clock::steady();
                say();
            }
        };
        // Without the thread there is only no sign of life.
        let thread = std::thread::Builder::new().name("beat".into()).spawn(beat).ok();
        Beat { last, thread: thread.map(|thread| (stop, thread)) }
    }

    /// Something was said.
    pub fn said(&self) {
        *lock(&self.last) = clock::steady();
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.thread.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn it_beats_in_silence_only() {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let beat = Beat::new(Duration::from_millis(400), move || {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        for _ in 0..20 {
            std::thread::sleep(Duration::from_millis(40));
            beat.said();
        }
        assert_eq!(count.load(Ordering::SeqCst), 0);
        std::thread::sleep(Duration::from_millis(1_000));
        assert!((1..=3).contains(&count.load(Ordering::SeqCst)));
        let dropped = clock::steady();
        drop(beat);
        assert!(dropped.elapsed() < Duration::from_millis(300), "it does not wait for its next beat");
    }
}
