//! Who and where this process is: for locks, leases and the journal.

use patchform_sdk::machine;
use std::fs;

/// A process as another one can check it: the pid alone may be used again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Controller {
    /// Name of the host.
    pub host: String,
    /// Identity of this boot of the host.
    pub boot: String,
    /// Login name, or user id.
    pub user: String,
    /// Process id.
    pub pid: u32,
    /// Start time of the process in clock ticks since boot (field 22 of `/proc/PID/stat`).
    pub started: u64,
}

/// This process.
pub fn this() -> Controller {
    let pid = std::process::id();
    Controller {
        host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
        boot: machine::boot(),
        user: std::env::var("USER").unwrap_or_else(|_| format!("uid {}", rustix::process::getuid().as_raw())),
        pid,
        started: machine::start_time(pid).unwrap_or(0),
    }
}

/// Who is at work: the login name of this process's user; behind `sudo`, of whoever called it.
pub fn login() -> String {
    let uid = rustix::process::getuid();
    let called = std::env::var("SUDO_USER").ok().filter(|name| uid.is_root() && !name.is_empty());
    let known = || {
        let users = fs::read_to_string("/etc/passwd").ok()?;
        let row = |line: &str| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == uid.as_raw().to_string()).then(|| name.to_string())
        };
        users.lines().find_map(row)
    };
    called.or_else(known).unwrap_or_else(|| format!("uid {}", uid.as_raw()))
}

/// Whether `controller` is known to be gone. `None` when that cannot be told from here (it ran on another host).
pub fn is_gone(controller: &Controller) -> Option<bool> {
    let here = this();
    if controller.host != here.host {
        return None;
    }
    Some(controller.boot != here.boot || machine::start_time(controller.pid) != Some(controller.started))
}

/// Whether `controller` is there and stands still: SIGSTOP, Ctrl-Z, or a debugger.
pub fn is_suspended(controller: &Controller) -> bool {
    is_gone(controller) == Some(false) && machine::is_suspended(controller.pid)
}

/// More descriptors than these are not asked for: what programs inherit them, and close each, would take long.
const DESCRIPTORS: u64 = 4_096;

/// Takes the descriptors that this process may have, where they are not limited already to fewer.
pub fn take_descriptors() {
    let mut limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let most = limit.maximum.unwrap_or(DESCRIPTORS).min(DESCRIPTORS);
    if limit.current.is_some_and(|current| current < most) {
        limit.current = Some(most);
        // Without them it goes on with fewer.
        let _ = rustix::process::setrlimit(rustix::process::Resource::Nofile, limit);
    }
}

/// How many descriptors this process may have.
pub fn descriptors() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current.and_then(|current| usize::try_from(current).ok()).unwrap_or(usize::MAX)
}

/// Columns and rows of the terminal on standard output or standard error, if one of them is one.
pub fn terminal_size() -> Option<(usize, usize)> {
    let out = rustix::termios::tcgetwinsize(std::io::stdout());
    let size = out.or_else(|_| rustix::termios::tcgetwinsize(std::io::stderr())).ok()?;
    Some((usize::from(size.ws_col), usize::from(size.ws_row)))
        .filter(|(columns, rows)| *columns > 0 && *rows > 0)
}

/// Forgets what was typed before anybody was asked: it answers nothing.
pub fn forget_typed() {
    // Where standard input is no terminal there is nothing to forget.
    let _ = rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush);
}

/// Whether nobody can get what is written on standard output, because it was closed from the start. The runtime puts
/// `/dev/null` in its place then, opened for reading, too, as hardly anybody does who wants to throw output away.
pub fn output_is_closed() -> bool {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let flags = rustix::fs::fcntl_getfl(std::io::stdout());
    let both = flags.is_ok_and(|flags| flags & rustix::fs::OFlags::ACCMODE == rustix::fs::OFlags::RDWR);
    let same =
        |out: fs::Metadata, null: fs::Metadata| out.file_type().is_char_device() && out.rdev() == null.rdev();
    both && fs::metadata("/proc/self/fd/1")
        .ok()
        .zip(fs::metadata("/dev/null").ok())
        .is_some_and(|(a, b)| same(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_not_gone_and_a_reused_pid_is() {
        let me = this();
        assert_eq!(is_gone(&me), Some(false));
        assert_eq!(is_gone(&Controller { started: me.started + 1, ..me.clone() }), Some(true));
        assert_eq!(is_gone(&Controller { host: "elsewhere".into(), ..me }), None);
    }

    /// A container's first process may never reap it.
    #[test]
    fn who_was_killed_and_not_reaped_is_gone() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let started = machine::start_time(child.id()).unwrap();
        let it = Controller { pid: child.id(), started, ..this() };
        assert_eq!((is_gone(&it), is_suspended(&it)), (Some(false), false));
        child.kill().unwrap();
        // It is signalled, not waited for.
        while machine::start_time(child.id()).is_some() {
            std::thread::yield_now();
        }
        assert_eq!((is_gone(&it), is_suspended(&it)), (Some(true), false));
        child.wait().unwrap();
    }
}
