//! Who this machine is, for the `target` of a reading, and whether one of its processes still lives.

use crate::message::Connection;
use std::fs;
use std::sync::OnceLock;
use std::time::Duration;

/// Stable identity of this host: its machine-id; `host:NAME` where it has none.
pub fn identity() -> &'static str {
    static IDENTITY: OnceLock<String> = OnceLock::new();
    IDENTITY.get_or_init(|| {
        for path in ["/etc/machine-id", "/var/lib/dbus/machine-id"] {
            let id = fs::read_to_string(path).unwrap_or_default();
            let id = id.trim();
            if !id.is_empty() && id != "uninitialized" {
                return id.to_string();
            }
        }
        let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        format!("host:{}", name.trim())
    })
}

/// Identity of the system that a `chroot` connection leads to: it may be a copy of another one, with the same machine-id, so
/// that it is known by where it lies. `None` for other connections.
pub fn root_in(connection: &Connection) -> Option<String> {
    let path = connection.arguments.get("path").and_then(|path| path.as_str());
    let path = path.filter(|_| connection.kind == "chroot")?;
    let there = fs::canonicalize(path).unwrap_or_else(|_| path.into());
    Some(format!("{}:{}", identity(), there.display()))
}

/// Identity of this boot of the host.
pub fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_string()
}

/// Time since this boot, in hundredths of a second; no change of the wall clock touches it.
pub fn uptime() -> Duration {
    let text = fs::read_to_string("/proc/uptime").unwrap_or_default();
    let seconds = text.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(0.0);
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

/// Start time of a living process in clock ticks since boot (field 22 of `/proc/PID/stat`); `None` when it is gone, or
/// is a zombie that only waits to be reaped.
pub fn start_time(pid: u32) -> Option<u64> {
    started(&stat(pid)?)
}

/// Whether a living process stands still: SIGSTOP, Ctrl-Z, or a debugger.
pub fn is_suspended(pid: u32) -> bool {
    stat(pid).is_some_and(|stat| matches!(fields(&stat).and_then(|mut all| all.next()), Some("T" | "t")))
}

fn stat(pid: u32) -> Option<String> {
    fs::read_to_string(format!("/proc/{pid}/stat")).ok()
}

/// Whether any process of a session lives.
pub fn session_lives(session: u32) -> bool {
    let lives = |stat: String| field(&stat, 6) == Some(u64::from(session));
    of_processes("stat").filter_map(|stat| String::from_utf8(stat).ok()).any(lives)
}

/// Whether any living process has `word` among the words of its command line.
pub fn runs_with(word: &[u8]) -> bool {
    of_processes("cmdline").any(|line| line.split(|byte| *byte == 0).any(|said| said == word))
}

/// A file of every process, as far as it can be read.
fn of_processes(file: &str) -> impl Iterator<Item = Vec<u8>> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter_map(move |entry| fs::read(entry.path().join(file)).ok())
}

/// The start time in the text of a `/proc/PID/stat`; `None` for a zombie.
pub fn started(stat: &str) -> Option<u64> {
    field(stat, 22)
}

/// A field behind the state, which is the third, in the text of a `/proc/PID/stat`; `None` for a zombie.
fn field(stat: &str, number: usize) -> Option<u64> {
    fields(stat)?.nth(number.checked_sub(3)?)?.parse().ok()
}

/// The fields from the state on; `None` for a zombie.
fn fields(stat: &str) -> Option<impl Iterator<Item = &str>> {
    // The command's name, in brackets, may hold anything: count fields behind the last bracket.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().peekable();
    (!matches!(*fields.peek()?, "Z" | "X")).then_some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_has_a_start_time() {
        assert!(start_time(std::process::id()).is_some());
        assert_eq!(start_time(u32::MAX), None);
        assert!(!identity().is_empty());
        // Fields 4 to 21 are one to eighteen; field 22 is the start time.
        let fields = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20";
        assert_eq!(started(&format!("12 (a) b) S {fields}")), Some(4711));
        assert_eq!(started(&format!("12 (sh) Z {fields}")), None);
    }
}
