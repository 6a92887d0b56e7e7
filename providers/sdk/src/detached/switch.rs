//! The dead man's switch of a detached command: armed before it starts, decided once, pulled by the target itself.
//!
//! It stands in the command's folder, under `switch/`: `armed` (when it goes off, in milliseconds since boot), renamed to
//! `confirmed` or `reverting`; `process`, the watchdog; `stdout`, `stderr` and `exit` of what goes back. The watchdog is a
//! shell in a session of its own. It needs neither its starter nor the command's shell nor any connection, and its clock is
//! the time since boot. It does not outlive the boot: an armed switch of another boot, or whose watchdog was killed, is
//! *lost*, is never confirmed any more after its time, and whoever comes next goes back by the ordinary way.

use super::{
    CLAIM, Detached, cannot, check_argv, check_id, end_of, goes_on, hold, is_alive, shell_of_its_own,
};
use crate::durable;
use crate::ended::millis;
use crate::message::{
    FailedCheck, RpcError, Switch, TargetAwaited, TargetCommand, TargetConfirm, TargetConfirmed, TargetRun,
    TargetRunOrRevert, TargetStarted,
};
use crate::{line, machine};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// `$1` is the command's folder, `$2` the milliseconds, the rest goes back.
pub const WATCHDOG: &str = concat!(include_str!("kernel.sh"), include_str!("watchdog.sh"));
/// `$1` is the command's folder, `$2` `confirm` or `revert`.
pub const DECIDE: &str = concat!(include_str!("kernel.sh"), include_str!("decide.sh"));
/// Functions of a shell that ask the kernel; the others begin with them.
pub const KERNEL: &str = include_str!("kernel.sh");
/// How often the end of going back is looked for.
const GLANCE: Duration = Duration::from_millis(10);

impl Detached {
    /// Arms a switch, proves it armed, then starts the command, unless its id was started before.
    ///
    /// # Errors
    /// When the parameters do not fit; when the switch cannot be armed: then the command was not started, and never will
    /// be under this id; or when the command cannot be started.
    pub fn run_or_revert(&self, guarded: &TargetRunOrRevert) -> Result<TargetStarted, RpcError> {
        let run = &guarded.run;
        check_id(&run.id)?;
        check_argv("argv", &run.argv)?;
        check_argv("revert.argv", &guarded.revert.argv)?;
        if run.ephemeral || guarded.within == 0 {
            let why =
                "under a dead man's switch a command has an effect, and `within` at least 1 millisecond";
            return Err(RpcError::invalid_params(why));
        }
        let folder = self.store.join(&run.id);
        if folder.join("started").exists() {
            return Ok(TargetStarted { started: false });
        }
        if let Err(e) = machine::patiently(|| self.arm(&folder, guarded)) {
            // Claimed for nobody: whoever asks later must not run it without its switch.
            let _ = fs::create_dir(folder.join("started"));
            return Err(cannot(
                &format!("`{}` was not started: its dead man's switch cannot be armed", run.argv[0]),
                &e,
            ));
        }
        self.run(run)
    }

    /// Starts the watchdog and waits until it has proved itself; one that is armed already is taken.
    fn arm(&self, folder: &Path, guarded: &TargetRunOrRevert) -> io::Result<()> {
        let switch = folder.join("switch");
        super::private_folder(folder)?;
        fs::create_dir_all(&switch)?;
        fs::write(switch.join("stdin"), &guarded.revert.stdin)?;
        let mut watchdog = shell_of_its_own(WATCHDOG);
        watchdog.arg(fs::canonicalize(folder)?).arg(guarded.within.to_string()).args(&guarded.revert.argv);
        self.surround(&mut watchdog, &guarded.revert.env, guarded.revert.cwd.as_deref());
        hold(&mut watchdog, &switch)?;
        let spawned = watchdog.spawn()?;
        // With it goes what is held here.
        drop(watchdog);
        let asked = Instant::now();
        while decision(&switch).is_none() {
            if asked.elapsed() > CLAIM {
                let why = "its watchdog does not come up";
                return Err(io::Error::new(io::ErrorKind::TimedOut, why));
            }
            thread::sleep(Duration::from_micros(300));
        }
        super::reap(spawned);
        // A watchdog that has decided already may still be ending.
        if decision(&switch) != Some("armed") || !is_alive(&switch) {
            return Err(io::Error::other("its watchdog is gone"));
        }
        // A loss of power leaves an armed switch of another boot, and not the look of something that never began.
        for name in ["process", "armed"] {
            File::open(switch.join(name)).and_then(|file| file.sync_all()).or_else(missing_is_fine)?;
        }
        [switch.as_path(), folder, &self.store].into_iter().try_for_each(durable::sync_folder)
    }

    /// Decides a switch by a fresh process, once; runs the check first. What was decided before stays.
    ///
    /// # Errors
    /// When the parameters do not fit, or no process can be started: then nothing was decided.
    pub fn confirm_or_revert(&self, confirm: &TargetConfirm) -> Result<TargetConfirmed, RpcError> {
        check_id(&confirm.id)?;
        if let Some(check) = &confirm.check {
            check_argv("check.argv", &check.argv)?;
        }
        let folder = self.store.join(&confirm.id);
        let patience = Duration::from_millis(confirm.timeout);
        let mut failed = None;
        if !folder.join("switch/armed").exists() {
            return Ok(TargetConfirmed { switch: self.settled(&folder, patience), failed });
        }
        if let (false, Some(check)) = (confirm.revert, &confirm.check) {
            failed = self.check(confirm, check, patience.min(left(&folder.join("switch"))))?;
        }
        let to = if confirm.revert || failed.is_some() { "revert" } else { "confirm" };
        machine::patiently(|| decide(&folder, to))
            .map_err(|e| cannot("the dead man's switch cannot be decided", &e))?;
        Ok(TargetConfirmed { switch: self.settled(&folder, patience), failed })
    }

    /// What the check found wrong.
    fn check(
        &self,
        confirm: &TargetConfirm,
        check: &TargetCommand,
        patience: Duration,
    ) -> Result<Option<FailedCheck>, RpcError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = format!("confirm-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let run = TargetRun {
            id: id.clone(),
            connection: confirm.connection.clone(),
            argv: check.argv.clone(),
            env: check.env.clone(),
            cwd: check.cwd.clone(),
            stdin: check.stdin.clone(),
            ephemeral: true,
            fresh: false,
        };
        // One that cannot even be started has found out that something is wrong.
        if let Err(e) = self.run(&run) {
            return Ok(Some(FailedCheck { code: Some(127), output: e.message }));
        }
        let waited = self.wait_brief(&id, patience).unwrap_or(Ok(TargetAwaited::Running));
        Ok(match waited.map_err(|e| cannot("the check cannot be asked", &e))? {
            TargetAwaited::Exited { code: 0, .. } => None,
            TargetAwaited::Exited { code, stdout, stderr, .. } => {
                Some(FailedCheck { code: Some(code), output: stdout + &stderr })
            }
            _ => Some(FailedCheck { code: None, output: String::new() }),
        })
    }

    /// How a switch stands once it is decided and gone back, or after `patience`.
    fn settled(&self, folder: &Path, patience: Duration) -> Option<Switch> {
        let until = Instant::now() + patience;
        loop {
            let standing = standing(folder);
            let goes_on = matches!(standing, Some(Switch::Reverting | Switch::Armed { .. }));
            if !goes_on || Instant::now() >= until {
                return standing;
            }
            thread::sleep(GLANCE);
        }
    }
}

/// How the switch of the command in `folder` stands; `None` without one.
pub(super) fn standing(folder: &Path) -> Option<Switch> {
    let switch = folder.join("switch");
    // In this order: a watchdog that ends after the first question has left what it did.
    let alive = is_alive(&switch);
    // Its shell alone may have been killed: what it takes back goes on all the same.
    let goes_on = alive || goes_on(&switch);
    let output = || {
        let all = end_of(&switch.join("stdout")) + &end_of(&switch.join("stderr"));
        line::tail(&all, usize::try_from(super::OUTPUT).unwrap_or(usize::MAX)).to_string()
    };
    Some(match decision(&switch)? {
        "confirmed" => Switch::Confirmed,
        "armed" if alive => Switch::Armed { left: millis(left(&switch)) },
        "armed" => Switch::Lost { output: output() },
        _ => match fs::read_to_string(switch.join("exit")) {
            Ok(code) => Switch::Reverted { code: code.trim().parse().unwrap_or(-1), output: output() },
            Err(_) if goes_on => Switch::Reverting,
            Err(_) => Switch::Lost { output: output() },
        },
    })
}

/// Which of the three names is there; `None` before it is armed. Asked in this order: what is no longer `armed` has its
/// other name already.
fn decision(switch: &Path) -> Option<&'static str> {
    let there = |name: &&str| switch.join(name).exists();
    ["armed", "confirmed", "reverting"].into_iter().find(there)
}

/// How long until it goes off; nothing when it has, or belongs to another boot.
fn left(switch: &Path) -> Duration {
    let until = fs::read_to_string(switch.join("armed")).ok().and_then(|text| text.trim().parse().ok());
    let until = Duration::from_millis(until.unwrap_or(0));
    until.saturating_sub(machine::uptime())
}

/// Lets a fresh process decide.
fn decide(folder: &Path, to: &str) -> io::Result<()> {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", DECIDE, "patchform"]).arg(folder).arg(to);
    let status = shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("the shell ended with {status}"))) }
}

fn missing_is_fine(e: io::Error) -> io::Result<()> {
    if e.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(e) }
}

#[cfg(test)]
mod tests;
