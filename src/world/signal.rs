//! Requests from the terminal and the system to stop: SIGINT, SIGTERM, SIGHUP.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io;

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
