//! The log: off unless `PF_LOG` is set (to anything but `off`), on standard error or appended to the file that
//! `PF_LOG_PATH` names. For looking into what providers do; nothing rests on it.

use super::clock;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::sync::{Mutex, OnceLock, PoisonError};

enum Sink {
    Stderr,
    File(Mutex<File>),
}

/// Writes one line about `who`. A log that cannot be written is no reason to stop.
pub fn line(who: &str, text: &str) {
    static SINK: OnceLock<Option<Sink>> = OnceLock::new();
    let Some(sink) = SINK.get_or_init(sink) else { return };
    let line = format!("{} {who}: {text}\n", clock::now());
    let _ = match sink {
        Sink::Stderr => io::stderr().lock().write_all(line.as_bytes()),
        Sink::File(file) => file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes()),
    };
}

fn sink() -> Option<Sink> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    set("PF_LOG").filter(|level| !level.eq_ignore_ascii_case("off"))?;
    let file =
        set("PF_LOG_PATH").and_then(|path| OpenOptions::new().append(true).create(true).open(path).ok());
    Some(file.map_or(Sink::Stderr, |file| Sink::File(Mutex::new(file))))
}
