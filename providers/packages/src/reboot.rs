//! A host that reboots: waited for over new connections, until its boot is another one than before.

use crate::answer;
use crate::arguments::Arguments;
use crate::manager::Manager;
use crate::script::{Call, Script};
use crate::task;
use patchform_sdk::Context;
use patchform_sdk::detached::safe_id;
use patchform_sdk::message::{Act, Action, Answer, Done, Probed, Reload};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often a host that reboots is looked for.
const GLANCE: Duration = Duration::from_secs(1);
/// How long it may take to answer one question.
const LOOK: Duration = Duration::from_secs(20);

/// What is said of a host that runs in another root than the one that was put in place.
const ELSEWHERE: &str = "the host has rebooted, and not into the root that was put in its place: see which subvolume its boot \
                         loader names";

/// How a reboot stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Boot {
    /// It was never asked for.
    Never,
    /// It was asked for, and the host still runs as before.
    Before,
    /// The host has booted, and has not come up wholly yet.
    Starting,
    /// The host has booted; into the root that was put in place?
    After {
        /// Whether it was.
        restored: bool,
    },
    /// The host does not answer: why.
    Away(String),
}

/// Whether an action reboots its host.
pub fn is(action: Action, act: &Act, arguments: &Arguments) -> bool {
    action == Action::Reload && act.reload == Reload::Reboot || is_root(action, act, arguments)
}

/// Whether an action brings another root into its place.
fn is_root(action: Action, act: &Act, arguments: &Arguments) -> bool {
    action == Action::Restore && task::is_root(act, arguments)
}

/// Waits until the host is back from the reboot that `act` has asked for; `None` when it was never asked for.
pub fn settle(
    manager: &'static Manager,
    action: Action,
    act: &Act,
    arguments: &Arguments,
    context: &Context,
) -> Option<Answer> {
    let began = Instant::now();
    let patience = arguments.reboot_patience().min(Duration::from_millis(act.deadline.max(1)));
    loop {
        let boot = look(manager, act, context);
        match &boot {
            Boot::Never => return None,
            Boot::After { restored: false } if is_root(action, act, arguments) => {
                return Some(Answer::unclear(ELSEWHERE));
            }
            Boot::After { .. } => return Some(Answer::Applied(after())),
            // A unit that never comes up is no reason to wait for: whether all is well is verified.
            Boot::Starting if began.elapsed() >= patience => return Some(Answer::Applied(after())),
            _ if began.elapsed() >= patience || context.is_orphaned() => {
                given_up().insert(act.id.clone());
                return Some(Answer::unclear(overdue(&boot, patience)));
            }
            _ => std::thread::sleep(GLANCE),
        }
    }
}

/// How far the reboot of `act` came; `None` when it was never asked for. A host that does not answer is not given up by a
/// process that has not waited for it.
pub fn found(
    manager: &'static Manager,
    action: Action,
    act: &Act,
    arguments: &Arguments,
    context: &Context,
) -> Option<Probed> {
    let gave_up = given_up().contains(&act.id);
    let boot = look(manager, act, context);
    Some(match &boot {
        Boot::Never => return None,
        Boot::After { restored: false } if is_root(action, act, arguments) => Probed::between(ELSEWHERE),
        Boot::After { .. } => Probed::After(after()),
        Boot::Starting if gave_up => Probed::After(after()),
        Boot::Before if gave_up => Probed::between(overdue(&boot, arguments.reboot_patience())),
        Boot::Away(_) if gave_up => Probed::between("it still does not answer"),
        Boot::Starting | Boot::Before | Boot::Away(_) => Probed::Busy,
    })
}

/// Actions whose host this process has waited for as long as it may.
fn given_up() -> MutexGuard<'static, BTreeSet<String>> {
    static GIVEN_UP: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    // Nothing under this lock leaves a value half-changed.
    GIVEN_UP.lock().unwrap_or_else(PoisonError::into_inner)
}

fn after() -> Done {
    Done { output: "the host has rebooted".into(), ..Done::default() }
}

fn overdue(boot: &Boot, patience: Duration) -> String {
    let seconds = patience.as_secs();
    match boot {
        Boot::Away(why) => format!(
            "the host did not come back within {seconds} s of its reboot: {why}. Look at its console; where it only takes \
             longer, raise `reboot_timeout`"
        ),
        _ => format!("the host was asked to reboot, and has not done so within {seconds} s"),
    }
}

fn look(manager: &'static Manager, act: &Act, context: &Context) -> Boot {
    let call =
        Call { manager, script: Script::Booted, arguments: vec![safe_id(&act.id)], stdin: String::new() };
    match call.ask(&act.subject, LOOK, context) {
        Ok(lines) => of(&lines),
        Err(why) => Boot::Away(why),
    }
}

fn of(lines: &[Vec<String>]) -> Boot {
    let word = |name| answer::of(lines, name, 1).next().map(|words| words[0].to_string());
    match (word("before"), word("now")) {
        (None, _) => Boot::Never,
        (before, now) if before == now => Boot::Before,
        _ if matches!(word("state").as_deref(), Some("initializing" | "starting" | "stopping")) => {
            Boot::Starting
        }
        _ => Boot::After { restored: answer::of(lines, "restored", 0).next().is_some() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_boot_is_a_reboot() {
        let boot = |body: &str| of(&answer::lines(&format!("patchform-answer\n{body}\nend\n")).unwrap());
        assert_eq!(boot("now b\nstate running"), Boot::Never);
        assert_eq!(boot("now a\nbefore a\nstate stopping"), Boot::Before);
        assert_eq!(boot("now b\nbefore a\nstate starting"), Boot::Starting);
        assert_eq!(boot("now b\nbefore a\nstate degraded"), Boot::After { restored: false });
        assert_eq!(boot("now b\nbefore a"), Boot::After { restored: false });
        assert_eq!(boot("now b\nbefore a\nrestored"), Boot::After { restored: true });
    }

    #[test]
    fn what_is_said_of_one_that_does_not_come_back() {
        let said = overdue(&Boot::Away("no route to host".into()), Duration::from_secs(9));
        assert!(
            said.starts_with("the host did not come back within 9 s of its reboot: no route to host"),
            "{said}"
        );
        assert!(overdue(&Boot::Before, Duration::from_secs(9)).contains("has not done so"));
    }
}
