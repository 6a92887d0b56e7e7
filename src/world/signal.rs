//! Requests from the terminal and the system to stop: SIGINT, SIGTERM, SIGHUP; and SIGXFSZ, which would end the process.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use std::io;
use std::sync::Arc;

/// Calls `stop` with the signal's name each time one arrives, from a thread of its own. The signals no longer end the
/// process.
///
/// # Errors
/// When the system refuses the handlers.
pub fn watch(mut stop: impl FnMut(&'static str) + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            stop(match signal {
                SIGINT => "SIGINT",
                SIGTERM => "SIGTERM",
                _ => "SIGHUP",
            });
        }
    })?;
    Ok(())
}

/// Lets a write fail that would make a file larger than this process may (`ulimit -f`), instead of ending the process. What it
/// starts has the system's own way again.
pub fn let_large_writes_fail() {
    // Without a handler the signal ends the process, which the journal survives.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
}
