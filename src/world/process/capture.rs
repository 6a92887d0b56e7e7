//! What a program prints, kept in memory only: it may be a secret, which touches no disk.

use super::{LAST_WORDS, Ran, Running};
use std::io::{self, Read};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

/// The most that is kept of its standard error, in bytes: the end of it.
const COMPLAINTS: usize = 64 << 10;

/// Runs `program`, looked for in `PATH`, to its end, at most `patience`. Its standard input is empty. Of its standard
/// output at most `most` bytes are read, and one more, by which it can be told that there was more.
///
/// # Errors
/// Those of the system.
pub fn capture(program: &Path, arguments: &[String], most: usize, patience: Duration) -> io::Result<Ran> {
    let mut command = Command::new(program);
    command.args(arguments).process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let pipes = (child.stdout.take(), child.stderr.take());
    let mut child = Running(child);
    let heard = match pipes {
        (Some(stdout), Some(stderr)) => Heard::of(stdout, Keep::First(most))
            .and_then(|stdout| Ok((stdout, Heard::of(stderr, Keep::Last(COMPLAINTS))?))),
        _ => Err(io::Error::other("the child came without its pipes")),
    };
    let ended = heard.and_then(|heard| Ok((child.wait(patience)?, heard)));
    if !matches!(ended, Ok((Some(_), _))) {
        child.kill_group();
    }
    let (status, (stdout, stderr)) = ended?;
    Ok(Ran { status, stdout: stdout.all(), stderr: stderr.all() })
}

/// How much is kept, in bytes.
#[derive(Clone, Copy)]
enum Keep {
    /// The beginning, and one byte more; then the pipe is closed, at which most programs end.
    First(usize),
    /// The end; everything is read.
    Last(usize),
}

/// What came through a pipe so far.
struct Heard {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// Nothing comes over it: it closes when everything was read.
    over: mpsc::Receiver<std::convert::Infallible>,
}

impl Heard {
    fn of(pipe: impl Read + Send + 'static, keep: Keep) -> io::Result<Heard> {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let (reading, over) = mpsc::channel();
        let kept = bytes.clone();
        std::thread::Builder::new().name("capture".into()).spawn(move || {
            listen(pipe, &kept, keep);
            drop(reading);
        })?;
        Ok(Heard { bytes, over })
    }

    /// Everything, once the child has ended. A grandchild may keep the pipe open: it is not waited for.
    fn all(self) -> Vec<u8> {
        let _ = self.over.recv_timeout(LAST_WORDS);
        std::mem::take(&mut *lock(&self.bytes))
    }
}

fn lock(bytes: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    bytes.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listen(mut pipe: impl Read, kept: &Mutex<Vec<u8>>, keep: Keep) {
    let mut chunk = [0; 16 << 10];
    loop {
        let read = match pipe.read(&mut chunk) {
            Ok(0) => return,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let mut kept = lock(kept);
        kept.extend_from_slice(&chunk[..read]);
        match keep {
            Keep::First(most) if kept.len() > most => return kept.truncate(most + 1),
            Keep::Last(most) => {
                let over = kept.len().saturating_sub(most);
                kept.drain(..over);
            }
            Keep::First(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, most: usize, patience: Duration) -> Ran {
        capture(Path::new("sh"), &["-c".into(), script.into()], most, patience).unwrap()
    }

    #[test]
    fn keeps_the_beginning_of_what_is_printed_and_the_end_of_what_is_complained_of() {
        let long = Duration::from_secs(60);
        let ran = sh("cat; printf secret; printf why >&2; exit 3", 6, long);
        assert_eq!((ran.stdout, ran.stderr), (b"secret".to_vec(), b"why".to_vec()));
        assert_eq!(ran.status.and_then(|status| status.code()), Some(3));
        assert_eq!(sh("yes", 10, long).stdout.len(), 11);
        let ran = sh("yes | head -c 300000 >&2; printf end >&2", 0, long);
        assert!(ran.status.is_some_and(|status| status.success()));
        assert_eq!((ran.stderr.len(), ran.stderr.ends_with(b"end")), (COMPLAINTS, true));
    }

    #[test]
    fn what_hangs_is_ended_with_its_children() {
        // Until the shell was quick enough to tell its child.
        let told = (0..10).find_map(|n| {
            let ran = sh("sleep 600 & echo $!; wait", 100, Duration::from_millis(100 << n));
            assert!(ran.status.is_none());
            String::from_utf8(ran.stdout).ok().filter(|pid| pid.ends_with('\n'))
        });
        let stat = format!("/proc/{}/stat", told.unwrap().trim());
        // It may take a moment to die, and stand there dead until init reaps it.
        let dead = (0..3000).any(|_| {
            let state = std::fs::read_to_string(&stat).unwrap_or_default();
            std::thread::sleep(Duration::from_millis(10));
            state.is_empty() || state.contains(" Z ") || state.contains(" X ")
        });
        assert!(dead, "{stat}");
    }
}
