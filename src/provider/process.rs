//! One process of a provider: its pipes, the threads that read and write them, and its end.

use crate::provider::ProviderError;
use crate::provider::hearing::Hearing;
use crate::provider::pending::Waiting;
use crate::provider::session::Launch;
use crate::world::clock;
use crate::world::process::{self, Piped, Running};
use patchform_sdk::machine;
use patchform_sdk::store::STORE;
use serde::Serialize;
use std::io::{self, BufReader, Write as _};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a process that closed its pipes may take to end.
const END: Duration = Duration::from_millis(500);

/// A running provider.
pub struct Process {
    hearing: Arc<Hearing>,
    child: Mutex<Running>,
}

impl Process {
    /// Starts it and its threads.
    ///
    /// # Errors
    /// When its program cannot be started.
    pub fn start(launch: &Arc<Launch>) -> Result<Arc<Process>, ProviderError> {
        let cannot = |e: &io::Error| ProviderError::Start {
            provider: launch.name.clone(),
            program: launch.program.display().to_string(),
            why: e.to_string(),
        };
        let Piped { mut stdin, stdout, stderr, child } = machine::patiently(|| {
            process::piped(&launch.program, &launch.arguments, &launch.folder, &[(STORE, &launch.store)])
        })
        .map_err(|e| cannot(&e))?;
        let (lines, queue) = mpsc::channel::<Vec<u8>>();
        let hearing = Arc::new(Hearing::new(launch, lines));
        let process = Arc::new(Process { hearing: Arc::clone(&hearing), child: Mutex::new(child) });
        let spawn = |role: &str, work: Box<dyn FnOnce() + Send>| {
            let name = format!("{} {role}", launch.name);
            thread::Builder::new().name(name).spawn(work).map_err(|e| cannot(&e))
        };
        // A provider that is gone is noticed by the thread that reads.
        spawn(
            "in",
            Box::new(move || while queue.recv().is_ok_and(|line| stdin.write_all(&line).is_ok()) {}),
        )?;
        let ears = Arc::clone(&hearing);
        let log = spawn("log", Box::new(move || ears.read_log(BufReader::new(stderr))))?;
        let me = Arc::clone(&process);
        let answerers = Hearing::answerers().map_err(|e| cannot(&e))?;
        let out = move || {
            me.hearing.read(BufReader::with_capacity(256 * 1024, stdout), &answerers);
            me.over(log);
        };
        spawn("out", Box::new(out))?;
        spawn("deadlines", Box::new(move || hearing.keep_deadlines()))?;
        Ok(process)
    }

    /// Sends a request; its reply is called once, whatever happens. `Err` gives the request back when the process is gone.
    ///
    /// # Errors
    /// The request itself.
    pub fn send(&self, waiting: Waiting, params: &impl Serialize) -> Result<(), Box<Waiting>> {
        self.hearing.send(waiting, params)
    }

    /// Sends a notification.
    pub fn notify(&self, method: &str, params: &impl Serialize) {
        self.hearing.notify(method, params);
    }

    /// How it ended; `None` while it runs.
    pub fn ended(&self) -> Option<String> {
        self.hearing.ended()
    }

    /// The end of its log, for an error: a line break and up to 2,000 bytes; empty when it logged nothing.
    pub fn last_words(&self) -> String {
        self.hearing.last_words()
    }

    /// Its log: the last 64 KiB.
    pub fn log(&self) -> String {
        self.hearing.log()
    }

    /// Process id.
    pub fn pid(&self) -> u32 {
        self.child().pid()
    }

    /// Asks it to end. One that works on an action is left alone to finish it; one that does not end otherwise is killed.
    pub fn shut_down(&self, patience: Duration) {
        let busy = self.hearing.pending.has_actions();
        self.hearing.write(b"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"shutdown\"}\n".to_vec());
        self.hearing.close(|provider, method| ProviderError::ShutDown { provider, method });
        if !busy && !matches!(self.child().wait(patience), Ok(Some(_))) {
            self.kill();
        }
    }

    /// Ends it at once.
    pub fn kill(&self) {
        self.child().kill();
    }

    /// Its stdout is closed: it is over. Everybody who waits is told.
    fn over(&self, log: thread::JoinHandle<()>) {
        let status = self.child().wait(END);
        let how = match status {
            Ok(Some(status)) => process::ending(status),
            Ok(None) => {
                self.kill();
                "closed its output".to_string()
            }
            Err(e) => format!("cannot be asked how it ended ({e})"),
        };
        // Its last words come over another pipe; a grandchild that holds it open must not hold up the news.
        let until = clock::steady() + END;
        while !log.is_finished() && clock::steady() < until {
            thread::sleep(Duration::from_millis(1));
        }
        self.hearing.over(how.clone());
        self.hearing.close(|provider, method| {
            let (how, stderr) = (how.clone(), self.last_words());
            ProviderError::Died { provider, method, how, stderr }
        });
    }

    fn child(&self) -> MutexGuard<'_, Running> {
        // Nothing under this lock leaves a value half-changed.
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
