//! Who this machine is, for the `target` of a reading, and whether one of its processes still lives.

use crate::message::Connection;
use rustix::io::Errno;
use std::fs;
use std::io;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// How long a command waits for a process, a thread or a file that the system has not left for it.
const ROOM: Duration = Duration::from_secs(20);

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

/// Does what may be done again, for as long as the system refuses it a process, a thread, memory or a file: others end
/// meanwhile, and what this machine lacks says nothing of a patch.
///
/// # Errors
/// Those of the work; twenty seconds later at most those that say what is lacking.
pub fn patiently<T>(mut work: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let until = Instant::now() + ROOM;
    loop {
        match work() {
            Err(e) if lacks_room(&e) && Instant::now() < until => thread::sleep(Duration::from_millis(100)),
            done => return done,
        }
    }
}

fn lacks_room(e: &io::Error) -> bool {
    let is = |errno| e.raw_os_error() == Some(Errno::raw_os_error(errno));
    e.kind() == io::ErrorKind::WouldBlock || [Errno::NOMEM, Errno::MFILE, Errno::NFILE].into_iter().any(is)
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

    #[test]
    fn what_the_system_has_not_left_is_waited_for_and_nothing_else_is() {
        let tries = |errors: &[Errno]| {
            let mut errors = errors.iter().map(|e| io::Error::from_raw_os_error(e.raw_os_error()));
            let mut tries = 0;
            let done = patiently(|| {
                tries += 1;
                errors.next().map_or(Ok(()), Err)
            });
            (tries, done.is_ok())
        };
        assert_eq!(tries(&[]), (1, true));
        assert_eq!(tries(&[Errno::AGAIN, Errno::NOMEM, Errno::MFILE, Errno::NFILE]), (5, true));
        assert_eq!(tries(&[Errno::AGAIN, Errno::NOENT, Errno::AGAIN]), (2, false));
    }
}
