//! A copy of a platform on which things are tried: patchform runs in it, is killed in it, and is judged by what stands
//! there afterwards.

use crate::manifest::Manifest;
use crate::platform::Platform;
use crate::point::Point;
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// No command takes longer; one that does hangs.
const HANGS: Duration = Duration::from_secs(600);

/// What a command printed and how it ended.
#[derive(Debug, Clone)]
pub struct Ran {
    pub line: String,
    /// Exit code; minus the signal that ended it.
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Whether SIGKILL ended it.
    pub fn was_killed(&self) -> bool {
        self.code == -9
    }

    /// Complains unless the exit code is one of `codes`, and about every panic.
    pub fn exits(self, codes: &[i32]) -> Result<Ran, String> {
        let said = format!("--- stdout\n{}--- stderr\n{}", self.out, self.err);
        if said.contains("panicked at") {
            return Err(format!("`{}` panicked\n{said}", self.line));
        }
        if codes.contains(&self.code) {
            return Ok(self);
        }
        Err(format!("`{}` exits with {}, expected {codes:?}\n{said}", self.line, self.code))
    }
}

/// A folder with a platform in it; its services run.
pub struct Site<'p> {
    pub platform: &'p Platform,
    pub root: PathBuf,
    pub ports: Vec<u16>,
    pub environment: Vec<(String, String)>,
    /// Its folder, removed at the end; `None` where the place is used again.
    pub folder: Option<tempfile::TempDir>,
}

impl Site<'_> {
    /// patchform with these arguments (split at blanks), not started yet.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(crate::platform::program());
        command
            .args(line.split_whitespace())
            .current_dir(&self.root)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.root)
            .env("LANG", "C.UTF-8")
            .env("COLUMNS", "100")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Runs patchform to its end.
    pub fn run(&self, line: &str) -> Ran {
        run(self.command(line), line)
    }

    /// Runs patchform, to be killed at `point`.
    pub fn kill_at(&self, line: &str, point: &Point) -> Ran {
        let once = tempfile::NamedTempFile::new().expect("a file").into_temp_path();
        fs::remove_file(&once).expect("only its name is wanted");
        let mut command = self.command(line);
        command.env("PATCHFORM_FAILPOINT", format!("{point}=kill")).env("PATCHFORM_FAILPOINT_ONCE", &once);
        run(command, line)
    }

    /// Runs patchform and answers what it passed on its way.
    pub fn count(&self, line: &str, log: &Path) -> Ran {
        let mut command = self.command(line);
        command.env("PATCHFORM_FAILPOINT_LOG", log);
        run(command, line)
    }

    /// What stands here now.
    pub fn manifest(&self) -> Manifest {
        self.quiet();
        let mut manifest = self.platform.manifest(self);
        let root = format!("{}/", self.root.display());
        // Every worker has a place and ports of its own.
        let plain = |text: String| {
            let text = text.replace(&root, "");
            let named = |text: String, (k, port): (usize, &u16)| {
                text.replace(&port.to_string(), &format!("port-{k}"))
            };
            self.ports.iter().enumerate().fold(text, named)
        };
        manifest.0 = manifest.0.into_iter().map(|(key, what)| (plain(key), plain(what))).collect();
        manifest
    }

    /// Ids of the actions that the platform's commands did, in order: `patch a 2026….0.forth2.1`.
    pub fn effects(&self) -> Vec<String> {
        fs::read_to_string(self.root.join("effects"))
            .unwrap_or_default()
            .lines()
            .map(str::to_string)
            .collect()
    }

    /// Waits until nothing works in the folder any more but its services; answers what still does.
    pub fn quiet(&self) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let busy = busy(&self.root);
            if busy.is_empty() || begun.elapsed() > Duration::from_secs(20) {
                return busy;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Site<'_> {
    fn drop(&mut self) {
        self.quiet();
        self.platform.stop(&self.root);
        drop(self.folder.take());
    }
}

/// Command lines of the processes that work in `root`, services left out.
fn busy(root: &Path) -> Vec<String> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let mut busy = Vec::new();
    for process in processes.flatten() {
        let path = process.path();
        if fs::read_link(path.join("cwd")).is_ok_and(|cwd| cwd.starts_with(root)) {
            let line = fs::read_to_string(path.join("cmdline")).unwrap_or_default().replace('\0', " ");
            // A dead process that is not reaped yet has no command line.
            if !line.is_empty() && !line.contains("quickstart-service") {
                busy.push(line);
            }
        }
    }
    busy
}

/// Runs a command to its end, with its output in files: a child that it leaves behind holds up nobody.
pub fn run(mut command: Command, line: &str) -> Ran {
    let (out, err) = (tempfile::tempfile().expect("a file"), tempfile::tempfile().expect("a file"));
    let mut child = command
        .stdout(out.try_clone().expect("a handle"))
        .stderr(err.try_clone().expect("a handle"))
        .spawn()
        .expect("it starts");
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("its status") {
            break status;
        }
        if begun.elapsed() > HANGS {
            child.kill().expect("it is killed");
            child.wait().expect("it ends");
            panic!("`{line}` hangs\n{}{}", text(out), text(err));
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let code = status.code().unwrap_or_else(|| -status.signal().unwrap_or(0));
    Ran { line: line.into(), code, out: text(out), err: text(err) }
}

fn text(mut file: File) -> String {
    use std::io::{Read as _, Seek as _};
    let mut bytes = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("its output");
    String::from_utf8_lossy(&bytes).into_owned()
}
