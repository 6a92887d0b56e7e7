//! Child processes: with pipes, in a process group of their own so that Ctrl-C at the terminal does not reach them.

use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

mod capture;

pub use capture::capture;

/// How long the output of a child that has ended may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// A running child and its three pipes.
pub struct Piped {
    /// Write to it.
    pub stdin: ChildStdin,
    /// Read from it.
    pub stdout: ChildStdout,
    /// What it logs.
    pub stderr: ChildStderr,
    /// The child itself.
    pub child: Running,
}

/// A running child.
pub struct Running(Child);

/// Starts `program` in `folder`, with `environment` beside its own.
///
/// # Errors
/// Those of the system.
pub fn piped(
    program: &Path,
    arguments: &[String],
    folder: &Path,
    environment: &[(&str, &Path)],
) -> io::Result<Piped> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).process_group(0).envs(environment.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
        (Some(stdin), Some(stdout), Some(stderr)) => {
            Ok(Piped { stdin, stdout, stderr, child: Running(child) })
        }
        _ => Err(io::Error::other("the child came without its pipes")),
    }
}

impl Running {
    /// Process id.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Waits for its end, at most `patience`; `None` when it still runs.
    ///
    /// # Errors
    /// Those of the system.
    pub fn wait(&mut self, patience: Duration) -> io::Result<Option<ExitStatus>> {
        let until = Instant::now() + patience;
        let mut pause = Duration::from_micros(200);
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(Some(status));
            }
            let now = Instant::now();
            if now >= until {
                return Ok(None);
            }
            std::thread::sleep(pause.min(until - now));
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// Ends it at once, and reaps it.
    pub fn kill(&mut self) {
        // Already gone is as good as killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// Ends it at once with its own children, which are in its group, and reaps it.
    fn kill_group(&mut self) {
        let group = i32::try_from(self.pid()).ok().and_then(rustix::process::Pid::from_raw);
        let _ = group.map(|group| rustix::process::kill_process_group(group, rustix::process::Signal::KILL));
        self.kill();
    }
}

/// What a child that was run to its end left.
#[derive(Debug)]
pub struct Ran {
    /// How it ended; `None` when it took too long and was ended.
    pub status: Option<ExitStatus>,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

/// The most that is kept of what a child prints, in bytes.
const MOST: u64 = 64 << 20;

/// Runs `program` in `folder` to its end, at most `patience`. It reads `input` and then the end of its input; `None` in
/// the environment takes a variable away.
///
/// # Errors
/// Those of the system.
pub fn run(
    program: &Path,
    arguments: &[String],
    folder: &Path,
    environment: &[(&str, Option<&str>)],
    input: &[u8],
    patience: Duration,
) -> io::Result<Ran> {
    // Files, because a grandchild may keep them open longer than the child lives.
    let (mut stdin, mut stdout, mut stderr) =
        (tempfile::tempfile()?, tempfile::tempfile()?, tempfile::tempfile()?);
    stdin.write_all(input)?;
    stdin.rewind()?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).process_group(0);
    for (name, value) in environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(stdin).stdout(stdout.try_clone()?).stderr(stderr.try_clone()?);
    let mut child = Running(command.spawn()?);
    let status = child.wait(patience)?;
    if status.is_none() {
        child.kill_group();
    }
    let read = |file: &mut std::fs::File| {
        let mut bytes = Vec::new();
        file.rewind().and_then(|()| file.take(MOST).read_to_end(&mut bytes)).map(|_| bytes)
    };
    Ok(Ran { status, stdout: read(&mut stdout)?, stderr: read(&mut stderr)? })
}

/// A child that was given its input, which stays open until it is waited for or dropped: then it is ended.
pub struct Holding {
    child: Running,
    /// Writes the input, and keeps the pipe open.
    _input: std::thread::JoinHandle<ChildStdin>,
    output: mpsc::Receiver<Vec<u8>>,
    /// Nothing comes over it: it closes at the first bytes of its standard output, or at the end of that.
    speaks: mpsc::Receiver<std::convert::Infallible>,
    errors: std::fs::File,
}

/// What such a child left.
#[derive(Debug)]
pub struct Fed {
    /// Whether it ended by itself.
    pub ended: bool,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

/// Starts `program`, looked for in `PATH`, and gives it `input`.
///
/// # Errors
/// Those of the system.
pub fn feed(program: &str, arguments: &[String], input: &[u8]) -> io::Result<Holding> {
    // A file, because a grandchild may keep it open longer than the child lives.
    let errors = tempfile::tempfile()?;
    let mut command = Command::new(program);
    command.args(arguments).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors.try_clone()?);
    let mut child = command.spawn()?;
    let (Some(mut stdin), Some(mut stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("the child came without its pipes"));
    };
    let input = input.to_vec();
    let writing = std::thread::Builder::new().name(format!("{program} in")).spawn(move || {
        // One that does not read to the end has said, or will say, why.
        let _ = stdin.write_all(&input).and_then(|()| stdin.flush());
        stdin
    })?;
    let (sender, output) = mpsc::channel();
    let (spoke, speaks) = mpsc::channel();
    std::thread::Builder::new().name(format!("{program} out")).spawn(move || {
        let mut bytes = Vec::new();
        let _ = (&mut stdout).take(1).read_to_end(&mut bytes);
        // Dropped in any case: who has ended will not speak any more.
        drop(spoke);
        let _ = stdout.read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    })?;
    Ok(Holding { child: Running(child), _input: writing, output, speaks, errors })
}

impl Holding {
    /// Waits until it has printed something or ended, at most `patience`; whether it has.
    pub fn speaks_within(&self, patience: Duration) -> bool {
        !matches!(self.speaks.recv_timeout(patience), Err(mpsc::RecvTimeoutError::Timeout))
    }

    /// Waits for its end, at most `patience`; then it is ended.
    pub fn end(mut self, patience: Duration) -> Fed {
        let ended = matches!(self.child.wait(patience), Ok(Some(_)));
        if !ended {
            self.child.kill();
        }
        let stdout = self.output.recv_timeout(LAST_WORDS).unwrap_or_default();
        let mut stderr = Vec::new();
        let _ = self.errors.rewind().and_then(|()| self.errors.read_to_end(&mut stderr));
        Fed { ended, stdout, stderr }
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.child.kill();
    }
}

/// How a child ended, in words: `exited with code 3`, `was ended by signal 9`.
pub fn ending(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipes_patience_and_endings() {
        let script = ["-c".to_string(), "read line; echo got $line; sleep 60".to_string()];
        let mut piped = piped(Path::new("/bin/sh"), &script, Path::new("/"), &[]).unwrap();
        piped.stdin.write_all(b"this\n").unwrap();
        let mut got = [0; 9];
        piped.stdout.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"got this\n");
        assert_eq!(piped.child.wait(Duration::from_millis(5)).unwrap(), None);
        piped.child.kill();
        let status = piped.child.wait(Duration::ZERO).unwrap().unwrap();
        assert_eq!(ending(status), "was ended by signal 9");
    }
}
