//! A bounded pool of threads: one is started for a job when none is idle, up to a limit; the rest of the jobs wait.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

/// The pool. Dropping it lets running jobs go on; [`Pool::finish`] waits for them.
pub struct Pool {
    shared: Arc<Shared>,
    waiting: usize,
}

struct Shared {
    state: Mutex<State>,
    /// The most threads.
    most: usize,
    /// A job waits, or the pool closes. One job wakes one thread: waking all of them costs more than most jobs.
    work: Condvar,
    /// The last thread has ended.
    ended: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    threads: usize,
    idle: usize,
    closing: bool,
}

/// So many jobs wait already that one more is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl Pool {
    /// A pool of at most `threads` threads and `waiting` jobs that wait. The first thread is started now, so that whatever is
    /// handed over later is done, however few threads the system has left by then.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(threads: usize, waiting: usize) -> io::Result<Pool> {
        let (state, work, ended) = Default::default();
        let shared = Arc::new(Shared { state, most: threads, work, ended });
        shared.start(&mut shared.lock())?;
        Ok(Pool { shared, waiting })
    }

    /// Hands over a job.
    ///
    /// # Errors
    /// [`Full`] when too many wait already.
    pub fn run(&self, job: impl FnOnce() + Send + 'static) -> Result<(), Full> {
        let mut state = self.shared.lock();
        if state.queue.len() >= self.waiting {
            return Err(Full);
        }
        state.queue.push_back(Box::new(job));
        self.shared.grow(&mut state);
        self.shared.work.notify_one();
        Ok(())
    }

    /// Waits until every job has ended.
    pub fn finish(self) {
        let shared = Arc::clone(&self.shared);
        drop(self);
        let mut state = shared.lock();
        while state.threads > 0 {
            state = shared.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Pool {
    /// Jobs that run or wait are still done; then the threads end.
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.work.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A job never runs under the lock, so a poisoned one holds a whole state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(self: &Arc<Self>, state: &mut State) -> io::Result<()> {
        let shared = Arc::clone(self);
        thread::Builder::new().name("request".into()).spawn(move || shared.work())?;
        state.threads += 1;
        Ok(())
    }

    /// Starts a thread where a job waits for one. Where the system has none left, the next job to begin tries again.
    fn grow(self: &Arc<Self>, state: &mut State) {
        if state.idle < state.queue.len() && state.threads < self.most {
            let _ = self.start(state);
        }
    }

    fn work(self: &Arc<Self>) {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.queue.pop_front() {
                self.grow(&mut state);
                drop(state);
                // A job catches its own panic to answer it; this only keeps the count of threads right.
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
                state = self.lock();
            } else if state.closing {
                state.threads -= 1;
                self.ended.notify_all();
                return;
            } else {
                state.idle += 1;
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[test]
    fn runs_all_within_its_limit_and_survives_panics() {
        let pool = Pool::new(3, 1000).unwrap();
        let (now, most, done) =
            (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        for i in 0..40 {
            let (now, most, done) = (Arc::clone(&now), Arc::clone(&most), Arc::clone(&done));
            pool.run(move || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(2));
                now.fetch_sub(1, Ordering::SeqCst);
                done.fetch_add(1, Ordering::SeqCst);
                assert!(i != 7, "a planned panic");
            })
            .unwrap();
        }
        pool.finish();
        assert_eq!(done.load(Ordering::SeqCst), 40);
        assert!(most.load(Ordering::SeqCst) <= 3);
    }

    #[test]
    fn refuses_what_is_too_much() {
        let pool = Pool::new(1, 2).unwrap();
        let gate = Arc::new(Mutex::new(()));
        let held = gate.lock().unwrap();
        let blocked = Arc::clone(&gate);
        pool.run(move || drop(blocked.lock())).unwrap();
        while !pool.shared.lock().queue.is_empty() {
            thread::yield_now();
        }
        assert_eq!(pool.run(|| ()), Ok(()));
        assert_eq!(pool.run(|| ()), Ok(()));
        assert_eq!(pool.run(|| ()), Err(Full));
        drop(held);
        pool.finish();
    }
}
