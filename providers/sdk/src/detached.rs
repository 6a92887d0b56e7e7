//! Commands on this machine that outlive whoever started them: what stands behind `target/run` and `target/await` on a
//! local connection.
//!
//! Each has a folder named by its id. A small shell wrapper in a session of its own claims it (`started`, made once and
//! atomically, so that one id never runs twice), writes down its process (`process`), runs the command with its output in
//! `stdout` and `stderr`, and leaves the exit code in `exit` by a rename. A fresh process finds all of it there. Commands
//! that need no trace are children with their output in unnamed files.

mod switch;

use crate::line::tail;
use crate::machine;
use crate::message::{RpcError, TargetAwait, TargetAwaited, TargetRun, TargetStanding, TargetStarted};
use crate::{digest, durable, failpoint};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How much of each output is given back, in bytes.
pub const OUTPUT: u64 = 64 * 1024;
/// How long a wrapper may take from its claim to the first trace of itself, before it is asked for.
const TRACE: Duration = Duration::from_millis(500);
/// How long a wrapper may take to claim its command.
const CLAIM: Duration = Duration::from_secs(10);

/// The file in a command's folder on which its shell has a lock.
const ALIVE: &str = "alive";

/// `$1` is the folder, the rest the command.
pub const WRAPPER: &str = include_str!("detached/wrapper.sh");
pub use switch::{DECIDE, KERNEL, WATCHDOG};

/// The detached commands of this machine.
pub struct Detached {
    store: PathBuf,
    folder: PathBuf,
    /// Commands without a trace, by id.
    brief: Mutex<BTreeMap<String, Brief>>,
    ended: Arc<Condvar>,
}

struct Brief {
    /// Of its process group, too.
    pid: u32,
    end: Arc<Mutex<Option<io::Result<ExitStatus>>>>,
    stdout: File,
    stderr: File,
}

impl Detached {
    /// Keeps its commands in `store` (made when needed); they run in `folder` unless they name another one.
    pub fn new(store: &Path, folder: &Path) -> Detached {
        Detached {
            store: store.into(),
            folder: folder.into(),
            brief: Mutex::default(),
            ended: Arc::new(Condvar::new()),
        }
    }

    /// Starts a command unless its id was started before.
    ///
    /// # Errors
    /// When the id is not allowed, or the command cannot be started.
    pub fn run(&self, run: &TargetRun) -> Result<TargetStarted, RpcError> {
        check_id(&run.id)?;
        check_argv("argv", &run.argv)?;
        let started =
            machine::patiently(|| if run.ephemeral { self.run_brief(run) } else { self.run_kept(run) });
        let started = started.map_err(|e| cannot(&format!("`{}` cannot be started", run.argv[0]), &e))?;
        Ok(TargetStarted { started })
    }

    /// Waits for a command, as long as asked.
    ///
    /// # Errors
    /// When the id is not allowed, or its folder cannot be read.
    pub fn wait(&self, wait: &TargetAwait) -> Result<TargetStanding, RpcError> {
        check_id(&wait.id)?;
        let patience = Duration::from_millis(wait.timeout);
        let waited = match self.wait_brief(&wait.id, patience) {
            Some(waited) => waited,
            None => self.wait_kept(&wait.id, patience),
        };
        let command = waited.map_err(|e| cannot(&format!("the command {} cannot be asked", wait.id), &e))?;
        // Asked after the command: what is decided by its end is decided in the answer, too.
        Ok(TargetStanding { command, switch: switch::standing(&self.store.join(&wait.id)) })
    }

    /// Ends all commands without an effect that still run; whoever waits for one learns that a signal ended it.
    pub fn end_questions(&self) {
        lock(&self.brief).values().for_each(Brief::kill);
    }

    // ------------------------------------------------------------ with a trace

    fn run_kept(&self, run: &TargetRun) -> io::Result<bool> {
        let folder = self.store.join(&run.id);
        private_folder(&folder)?;
        if folder.join("started").exists() {
            return Ok(false);
        }
        fs::write(folder.join("stdin"), &run.stdin)?;
        failpoint::hit("detached.start")?;
        let asked = Instant::now();
        let mut child = self.wrapper(run, &folder)?.spawn()?;
        failpoint::hit("detached.spawned")?;
        let proof = folder.join("going");
        // Whoever claims it runs it; if it was another process this one's wrapper has ended without a word.
        while !proof.exists() {
            if let Some(status) = child.try_wait()?
                && !proof.exists()
            {
                // A shell that gets no process for its first command fails, and has claimed nothing.
                let refused = status.code().is_some_and(|code| code != 0) && !folder.join("started").exists();
                return if refused { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(false) };
            }
            if asked.elapsed() > CLAIM {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "its wrapper does not come up"));
            }
            thread::sleep(Duration::from_micros(300));
        }
        failpoint::hit("detached.started")?;
        reap(child);
        Ok(true)
    }

    fn wrapper(&self, run: &TargetRun, folder: &Path) -> io::Result<Command> {
        let folder = fs::canonicalize(folder)?;
        let mut command = shell_of_its_own(WRAPPER);
        hold(&mut command, &folder)?;
        command.arg(folder).args(&run.argv);
        self.surround(&mut command, &run.env, run.cwd.as_deref());
        Ok(command)
    }

    fn surround(&self, command: &mut Command, env: &BTreeMap<String, String>, cwd: Option<&str>) {
        command.envs(env);
        command.current_dir(match cwd {
            Some(cwd) => self.folder.join(cwd),
            None => self.folder.clone(),
        });
    }

    fn wait_kept(&self, id: &str, patience: Duration) -> io::Result<TargetAwaited> {
        let folder = self.store.join(id);
        if !folder.is_dir() {
            return Ok(self.wait_untraced(id, patience));
        }
        if !begun(&folder)? {
            return Ok(TargetAwaited::Unknown);
        }
        let until = Instant::now() + patience;
        let mut pause = Duration::from_micros(500);
        loop {
            // Asked in this order: one that ended between the two questions has left its exit code.
            let alive = goes_on(&folder);
            // After a loss of power the file may be there and empty: then nobody knows.
            let exit = fs::read_to_string(folder.join("exit")).ok().and_then(|code| code.trim().parse().ok());
            if let Some(code) = exit {
                return Ok(TargetAwaited::Exited {
                    code,
                    stdout: end_of(&folder.join("stdout")),
                    stderr: end_of(&folder.join("stderr")),
                    stdout_masked: None,
                    stderr_masked: None,
                });
            }
            if !alive {
                // Under a switch it begins only when it has made `going`.
                let never = folder.join("switch").exists() && !folder.join("going").exists();
                if never || folder.join("unused").exists() {
                    return Ok(TargetAwaited::Unknown);
                }
                let output = end_of(&folder.join("stdout")) + &end_of(&folder.join("stderr"));
                return Ok(TargetAwaited::Lost { output });
            }
            let now = Instant::now();
            if now >= until {
                return Ok(TargetAwaited::Running);
            }
            thread::sleep(pause.min(until - now));
            pause = (pause * 3 / 2).min(Duration::from_millis(50));
        }
    }

    /// Somebody may have removed the folder of a command that still runs: its wrapper names it.
    fn wait_untraced(&self, id: &str, patience: Duration) -> TargetAwaited {
        let Ok(place) = fs::canonicalize(self.store.parent().unwrap_or(Path::new("/"))) else {
            return TargetAwaited::Unknown;
        };
        let folder = place.join(self.store.file_name().unwrap_or_default()).join(id);
        let until = Instant::now() + patience;
        while machine::runs_with(folder.as_os_str().as_encoded_bytes()) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return TargetAwaited::Running;
            }
            thread::sleep(left.min(Duration::from_millis(50)));
        }
        TargetAwaited::Unknown
    }

    // ------------------------------------------------------------ without a trace

    fn run_brief(&self, run: &TargetRun) -> io::Result<bool> {
        let mut brief = lock(&self.brief);
        if brief.contains_key(&run.id) {
            return Ok(false);
        }
        let (stdout, stderr) = (unnamed()?, unnamed()?);
        let mut command = Command::new(&run.argv[0]);
        command.args(&run.argv[1..]).process_group(0);
        self.surround(&mut command, &run.env, run.cwd.as_deref());
        command.stdout(stdout.try_clone()?).stderr(stderr.try_clone()?);
        command.stdin(if run.stdin.is_empty() {
            Stdio::null()
        } else {
            let mut stdin = unnamed()?;
            stdin.write_all(run.stdin.as_bytes())?;
            stdin.rewind()?;
            stdin.into()
        });
        let mut child = command.spawn()?;
        let (pid, end) = (child.id(), Arc::new(Mutex::new(None)));
        let command = Brief { pid, end: Arc::clone(&end), stdout, stderr };
        let ended = Arc::clone(&self.ended);
        let waits = move || {
            let status = child.wait();
            *lock(&end) = Some(status);
            ended.notify_all();
        };
        // Of one that nobody waits for nobody would learn how it ended.
        thread::Builder::new().name("command".into()).spawn(waits).inspect_err(|_| command.kill())?;
        brief.insert(run.id.clone(), command);
        Ok(true)
    }

    fn wait_brief(&self, id: &str, patience: Duration) -> Option<io::Result<TargetAwaited>> {
        let until = Instant::now() + patience;
        let mut brief = lock(&self.brief);
        loop {
            let command = brief.get_mut(id)?;
            let end = lock(&command.end).take();
            if let Some(status) = end {
                let command = brief.remove(id)?;
                return Some(status.map(|status| command.exited(status)));
            }
            let now = Instant::now();
            if now >= until {
                // Nobody asks again for what has no effect and took too long.
                brief.remove(id)?.kill();
                return Some(Ok(TargetAwaited::Running));
            }
            // Woken up at least now and then: the end is set under another lock than this one.
            let pause = (until - now).min(Duration::from_millis(20));
            brief = self.ended.wait_timeout(brief, pause).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Detached {
    /// Questions end with whoever asked them; what has an effect goes on.
    fn drop(&mut self) {
        self.end_questions();
    }
}

impl Brief {
    /// Ends it with all that it started. One that has ended is left alone: its number may be another's by now.
    fn kill(&self) {
        let end = lock(&self.end);
        if let Some(group) = i32::try_from(self.pid).ok().and_then(Pid::from_raw).filter(|_| end.is_none()) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    fn exited(mut self, status: ExitStatus) -> TargetAwaited {
        TargetAwaited::Exited {
            code: status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)),
            stdout: end_of_file(&mut self.stdout).unwrap_or_default(),
            stderr: end_of_file(&mut self.stderr).unwrap_or_default(),
            stdout_masked: None,
            stderr_masked: None,
        }
    }
}

/// Whether a command has begun, or is about to. One that nobody has claimed (its controller died in between), or of whose
/// wrapper there is no trace a while after the claim, never will from here on: what this answer says must stay true.
fn begun(folder: &Path) -> io::Result<bool> {
    if made(&folder.join("started"))? {
        // A loss of power must not open it again for a request that comes from another machine.
        return durable::sync_folder(folder).map(|()| false);
    }
    let claimed = fs::metadata(folder.join("started"))?.modified()?.elapsed().unwrap_or_default();
    let traced = || folder.join("process").exists();
    if !traced() && !folder.join("unused").exists() {
        thread::sleep(TRACE.saturating_sub(claimed));
        // Where the machine stands still its wrapper may be later than that: it goes on only if it makes this first.
        if !traced() && (made(&folder.join("going"))? || !traced()) {
            File::create(folder.join("unused"))?;
            durable::sync_folder(folder)?;
        }
    }
    Ok(traced() && !folder.join("unused").exists())
}

/// Makes a folder; `false` where it was there before.
fn made(folder: &Path) -> io::Result<bool> {
    match fs::create_dir(folder) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(e),
    }
}

/// The process that a folder names, where it is of this boot: its number, and when it started.
fn named(folder: &Path) -> Option<(u32, u64)> {
    let text = fs::read_to_string(folder.join("process")).ok()?;
    let (boot, stat) = text.split_once('\n')?;
    let pid = stat.split(' ').next()?.parse().ok()?;
    Some((pid, machine::started(stat)?)).filter(|_| boot == machine::boot())
}

/// Gives a shell, as its standard output, a lock on the folder that ends with it: whoever sees it under another number, or not at
/// all (in another container, or on another machine with the same disk), learns of it by that.
fn hold(shell: &mut Command, folder: &Path) -> io::Result<()> {
    let file = File::options().create(true).append(true).open(folder.join(ALIVE))?;
    // Where the disk knows no locks there is the process alone.
    let _ = flock(&file, FlockOperation::LockShared);
    shell.stdout(file);
    Ok(())
}

/// Whether a shell holds its lock. Asked last: where it does, that takes some milliseconds.
fn is_held(folder: &Path) -> bool {
    let Ok(file) = File::options().append(true).open(folder.join(ALIVE)) else { return false };
    let is_free = || flock(&file, FlockOperation::NonBlockingLockExclusive) != Err(Errno::WOULDBLOCK);
    // Somebody else may ask at the same moment.
    (0..5).all(|again| {
        thread::sleep(Duration::from_millis(again));
        !is_free()
    })
}

/// Whether the process that a folder names still lives: same boot, same pid, same start time.
fn is_alive(folder: &Path) -> bool {
    named(folder).is_some_and(|(pid, started)| machine::start_time(pid) == Some(started)) || is_held(folder)
}

/// Whether a command still runs: its wrapper, or, where that alone was killed, anything of its session.
fn goes_on(folder: &Path) -> bool {
    let is_seen = named(folder).is_some_and(|(pid, started)| match machine::start_time(pid) {
        Some(other) => other == started,
        // A number stays taken while anything of its session lives.
        None => machine::session_lives(pid),
    });
    is_seen || is_held(folder)
}

/// An id for a detached command, or a file's name, made of any text: itself where it is allowed, else a digest of it.
pub fn safe_id(text: &str) -> String {
    if check_id(text).is_ok() {
        text.into()
    } else {
        format!("x-{}", &digest::of_bytes(text.as_bytes())[..40])
    }
}

/// Ids become folder names: letters, digits, `-`, `_`, `.` and `:`; not more than 200; no leading dot.
///
/// # Errors
/// When this one cannot.
pub fn check_id(id: &str) -> Result<(), RpcError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    if id.is_empty() || id.len() > 200 || id.starts_with('.') || !id.bytes().all(allowed) {
        return Err(RpcError::invalid_params(format!(
            "the id {id:?} is not allowed: 1 to 200 letters, digits, `-`, `_`, `.` or `:`, not beginning with `.`"
        )));
    }
    Ok(())
}

fn check_argv(name: &str, argv: &[String]) -> Result<(), RpcError> {
    if argv.first().is_none_or(String::is_empty) {
        return Err(RpcError::invalid_params(format!("{name} names no program")));
    }
    Ok(())
}

/// A shell with `script` in a session of its own, which no end of ours reaches; its output goes nowhere.
fn shell_of_its_own(script: &str) -> Command {
    let mut command = if let Some(setsid) = setsid() {
        let mut command = Command::new(setsid);
        command.arg("/bin/sh");
        command
    } else {
        let mut command = Command::new("/bin/sh");
        command.process_group(0);
        command
    };
    command.args(["-c", script, "patchform"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Where it is, if it is there: a command's own PATH may lead elsewhere.
fn setsid() -> Option<&'static Path> {
    static FOUND: std::sync::OnceLock<Option<PathBuf>> = std::sync::OnceLock::new();
    let find = || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let all = std::env::split_paths(&path).map(|folder| folder.join("setsid"));
        all.chain(["/usr/bin/setsid".into(), "/bin/setsid".into()]).find(|program| program.is_file())
    };
    FOUND.get_or_init(find).as_deref()
}

fn cannot(what: &str, e: &io::Error) -> RpcError {
    RpcError::internal(format!("{what}: {e}"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing under these locks leaves a value half-changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A folder for its owner only: what a command prints stands there as it is until it is taken in.
fn private_folder(path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// A file without a name, gone with its last handle. Its name may be taken: a process of the same number was killed before
/// it could remove it, or has the same number in another container.
fn unnamed() -> io::Result<File> {
    loop {
        let path = durable::beside(&std::env::temp_dir().join("patchform"));
        match fs::OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
            Ok(file) => return fs::remove_file(&path).map(|()| file),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
        }
    }
}

/// Waits for a child's end, so that no zombie stays. Where the system has no thread left for that, one stays until this process
/// ends; the child goes on in any case.
fn reap(mut child: Child) {
    let _ = thread::Builder::new().name("reaper".into()).spawn(move || child.wait());
}

fn end_of(path: &Path) -> String {
    File::open(path).and_then(|mut file| end_of_file(&mut file)).unwrap_or_default()
}

fn end_of_file(file: &mut File) -> io::Result<String> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(OUTPUT)))?;
    let mut bytes = Vec::new();
    file.take(OUTPUT).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(tail(&text, usize::try_from(OUTPUT).unwrap_or(usize::MAX)).to_string())
}

#[cfg(test)]
mod tests;
