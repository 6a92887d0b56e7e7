//! Moments at which a test makes the process die, or the disk refuse: between an effect and its record, in the middle
//! of a write, around a lock. A release has none of them. A provider in Rust has those of its ledger.
//!
//! `PATCHFORM_FAILPOINT=NAME#K=ACTION` acts at the K-th time (from 1; `K+`: from then on) that NAME is passed; NAME `*`
//! counts all of them together, `journal.*` those that begin so. ACTION is `kill` (SIGKILL), `fail` (an I/O error) or
//! `full` (no space left). `PATCHFORM_FAILPOINT_LOG=FILE` appends the name of every one that is passed, so that a test
//! can walk through them in turn. With `PATCHFORM_FAILPOINT_ONCE=FILE` only one process acts, whichever makes FILE
//! first: a provider that was started again must not die in the same place for ever.

use std::io;
use std::path::Path;

/// Passes the failpoint `name`, such as `journal.written`.
///
/// # Errors
/// Only when a test asked for it.
#[inline(always)]
pub fn hit(name: &str) -> io::Result<()> {
    if cfg!(debug_assertions) { armed::hit(name) } else { Ok(()) }
}

/// Passes the failpoint `name` for a file, under the name `disk.rename lease.json`.
///
/// # Errors
/// Only when a test asked for it.
#[inline(always)]
pub fn hit_at(name: &str, path: &Path) -> io::Result<()> {
    if cfg!(debug_assertions) {
        return armed::hit(&format!("{name} {}", path.file_name().unwrap_or_default().display()));
    }
    Ok(())
}

/// Passes the failpoint `name` where only a death can come in between: an error that a test asks for does not arrive.
#[inline(always)]
pub fn pass(name: &str) {
    let _ = hit(name);
}

/// Writes `bytes` by `write`. A test can have the process die after the first half.
///
/// # Errors
/// Those of `write`; and when a test asked for it.
#[inline(always)]
pub fn halves(name: &str, bytes: &[u8], mut write: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    if !cfg!(debug_assertions) || !armed::any() {
        return write(bytes);
    }
    let (first, rest) = bytes.split_at(bytes.len() / 2);
    write(first)?;
    hit(name)?;
    write(rest)
}

mod armed {
    use std::fs::OpenOptions;
    use std::io::{self, Write as _};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Mutex, OnceLock, PoisonError};

    /// What to do, and when.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct Armed {
        pattern: String,
        from: u64,
        on: bool,
        action: Action,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) enum Action {
        Kill,
        Fail,
        Full,
    }

    /// Whether a test looks on at all.
    pub(super) fn any() -> bool {
        ["PATCHFORM_FAILPOINT", "PATCHFORM_FAILPOINT_LOG"].iter().any(|name| std::env::var_os(name).is_some())
    }

    pub(super) fn hit(name: &str) -> io::Result<()> {
        static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
        static PASSED: AtomicU64 = AtomicU64::new(0);
        note(name);
        let armed = ARMED.get_or_init(|| {
            let text = std::env::var("PATCHFORM_FAILPOINT").ok()?;
            Some(parse(&text).unwrap_or_else(|| panic!("PATCHFORM_FAILPOINT={text} is not NAME#K=ACTION")))
        });
        let Some(armed) = armed.as_ref().filter(|armed| matches(&armed.pattern, name)) else { return Ok(()) };
        let passed = PASSED.fetch_add(1, Ordering::SeqCst) + 1;
        if (passed == armed.from || (armed.on && passed > armed.from)) && first() {
            act(armed.action, name)
        } else {
            Ok(())
        }
    }

    /// Whether no other process acted before this one, where that counts.
    fn first() -> bool {
        std::env::var_os("PATCHFORM_FAILPOINT_ONCE")
            .is_none_or(|path| OpenOptions::new().write(true).create_new(true).open(path).is_ok())
    }

    fn act(action: Action, name: &str) -> io::Result<()> {
        match action {
            Action::Kill => {
                let _ =
                    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
                // The signal is on its way to this very process.
                loop {
                    std::thread::park();
                }
            }
            Action::Fail => Err(io::Error::other(format!("failpoint {name}"))),
            Action::Full => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    /// Appends the name to the log, if there is one.
    fn note(name: &str) {
        static LOG: OnceLock<Option<Mutex<std::fs::File>>> = OnceLock::new();
        let log = LOG.get_or_init(|| {
            let path = std::env::var_os("PATCHFORM_FAILPOINT_LOG")?;
            OpenOptions::new().append(true).create(true).open(path).ok().map(Mutex::new)
        });
        if let Some(log) = log {
            // One write, so that the lines of several processes do not mix.
            let line = format!("{name}\n");
            let _ = log.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
        }
    }

    pub(super) fn parse(text: &str) -> Option<Armed> {
        let (place, action) = text.rsplit_once('=')?;
        let (pattern, count) = place.rsplit_once('#')?;
        let (digits, on) = count.strip_suffix('+').map_or((count, false), |digits| (digits, true));
        let action = match action {
            "kill" => Action::Kill,
            "fail" => Action::Fail,
            "full" => Action::Full,
            _ => return None,
        };
        Some(Armed { pattern: pattern.into(), from: digits.parse().ok()?, on, action })
    }

    pub(super) fn matches(pattern: &str, name: &str) -> bool {
        pattern.strip_suffix('*').map_or(pattern == name, |beginning| name.starts_with(beginning))
    }
}

#[cfg(test)]
mod tests {
    use super::armed::{matches, parse};

    #[test]
    fn a_place_is_told_by_name_and_count() {
        for good in ["journal.append#3=kill", "*#1=fail", "disk.rename lease.json#2+=full"] {
            assert!(parse(good).is_some(), "{good}");
        }
        for bad in ["", "a", "a#=kill", "a#1", "a#1=nap", "a#x=kill"] {
            assert!(parse(bad).is_none(), "{bad}");
        }
        assert!(matches("*", "a.b") && matches("a.*", "a.b") && matches("a.b", "a.b"));
        assert!(!matches("a", "a.b") && !matches("b.*", "a.b"));
    }
}
