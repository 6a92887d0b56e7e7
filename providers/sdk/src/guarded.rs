//! A patch under a dead man's switch: started, confirmed over a new connection, and found again by a fresh process.
//!
//! The target goes back by itself unless it hears in time that the way in still works. So every question about such a patch
//! first asks the switch, and whoever finds it armed with the command ended decides it: the controller is there again.

use crate::Context;
use crate::detached::safe_id;
use crate::ended::{self, Ended, OUTPUT, REFUSED, Said, millis, signal};
use crate::line::{last, tail};
use crate::message::{
    Act, Answer, Cause, Done, FailedCheck, METHOD_NOT_FOUND, Probed, Switch, TargetCommand, TargetConfirm,
    TargetRun, TargetRunOrRevert,
};
use crate::words::typed;
use std::thread;
use std::time::{Duration, Instant};

/// How often a switch that nobody has decided, or that goes back, is looked at.
const GLANCE: Duration = Duration::from_millis(200);
/// How long the end of going back is waited for; a probe tells it later.
const BACK: Duration = Duration::from_secs(60);

/// A patch under a dead man's switch.
pub struct Guarded<'a> {
    /// The request.
    pub act: &'a Act,
    /// How its command is called, for a person.
    pub shown: String,
    /// Whether the last line of its standard error says why it failed.
    pub says_why: bool,
    /// Within what time it must be confirmed.
    pub within: Duration,
    /// That time as the component says it.
    pub said: &'a str,
    /// Run over the new connection; without it, connecting is enough.
    pub check: Option<TargetCommand>,
    /// How long the check may take.
    pub patience: Duration,
    /// The way to the target.
    pub context: &'a Context,
}

/// How it came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// Done, and confirmed.
    Confirmed(Said),
    /// Its command promises that nothing changed, and nothing goes back.
    Untouched(Ended),
    /// The target went back, or the ordinary way back must: why it was not confirmed, and what the switch did.
    Back(Cause, String),
    /// Not known yet.
    Open(Cause),
}

impl Settled {
    /// As the answer to the patch. `done` makes the answer of what it said; `untouched` that of how it ended.
    pub fn answer(self, done: impl FnOnce(&Said) -> Done, untouched: impl FnOnce(Ended) -> Answer) -> Answer {
        match self {
            Settled::Confirmed(said) => Answer::Applied(done(&said)),
            Settled::Untouched(ended) => untouched(ended),
            Settled::Back(Cause { why, output }, _) | Settled::Open(Cause { why, output }) => {
                Answer::Unclear { why, output: tail(&output, OUTPUT).into() }
            }
        }
    }
}

/// What to do about it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Look again later.
    Wait,
    /// Confirm it, after its check.
    Confirm,
    /// Nothing was changed: nothing needs to go back.
    StandDown,
    /// Let it go back at once.
    Pull,
    /// It is confirmed, and done.
    Done,
    /// It is confirmed, and nothing was changed.
    Nothing,
    /// It went back, or never will by itself.
    Back,
}

fn next(ended: &Ended, switch: &Switch) -> Next {
    match (switch, ended) {
        // Nobody touches the component beside it.
        (_, Ended::Running) => Next::Wait,
        (Switch::Armed { .. }, Ended::Exited { code: 0, .. }) => Next::Confirm,
        (Switch::Armed { .. }, Ended::Exited { code: REFUSED, .. }) => Next::StandDown,
        (Switch::Armed { .. }, Ended::Exited { .. } | Ended::Lost) => Next::Pull,
        (Switch::Armed { .. } | Switch::Reverting, _) => Next::Wait,
        (Switch::Confirmed, Ended::Exited { code: 0, .. }) => Next::Done,
        (Switch::Confirmed, Ended::Exited { code: REFUSED, .. }) => Next::Nothing,
        (Switch::Confirmed | Switch::Reverted { .. } | Switch::Lost { .. }, _) => Next::Back,
    }
}

impl Guarded<'_> {
    /// Starts it under a switch that takes it back by `revert`; else the answer to the action: it was not started, or nobody
    /// knows.
    pub fn run(&self, run: TargetRun, revert: TargetCommand) -> Option<Answer> {
        let guarded = TargetRunOrRevert { run, revert, within: millis(self.within) };
        match self.context.target().run_or_revert(&guarded) {
            Ok(_) => None,
            Err(e) if e.code == METHOD_NOT_FOUND => Some(Answer::refused(
                "this patchform has no dead man's switch, which `confirm_within` asks for; use a newer one",
            )),
            Err(e) => Some(Answer::unclear(e.message)),
        }
    }

    /// Waits for the command, at most `patience`, then confirms it, and waits until it is confirmed or gone back.
    pub fn settle(&self, patience: Duration) -> Settled {
        let began = Instant::now();
        let all = self.within.saturating_add(BACK).min(Duration::from_millis(self.act.deadline.max(1)));
        let mut cause = Cause::default();
        let (mut ended, mut switch) = self.look(patience.min(self.within));
        loop {
            match &switch {
                Some(switch) => {
                    if let Some(settled) = self.go_on(ended, switch, &mut cause) {
                        return settled;
                    }
                }
                None if cause.why.is_empty() => cause.why = self.unseen(&ended),
                None => {}
            }
            if began.elapsed() >= all || self.context.is_orphaned() {
                return Settled::Open(self.or_unconfirmed(cause));
            }
            thread::sleep(GLANCE);
            (ended, switch) = self.look(Duration::ZERO);
        }
    }

    /// One look, for a probe: decides what is left to decide. `done` makes the answer of what it said. `None` when it never ran.
    pub fn probed(&self, done: impl FnOnce(&Said) -> Done) -> Option<Probed> {
        let (ended, switch) = self.look(Duration::ZERO);
        // What a signal ended was ended by the watchdog, since nobody confirmed it.
        let failed = match ended {
            Ended::Exited { code, .. } if code != 0 && signal(code).is_none() => Some(self.failed(&ended)),
            _ => None,
        };
        Some(match self.found(ended, switch)? {
            Settled::Confirmed(said) => Probed::After(done(&said)),
            Settled::Untouched(_) => Probed::Before { ended: failed },
            Settled::Back(_, why) => Probed::Between { why, ended: failed },
            Settled::Open(_) => Probed::Busy,
        })
    }

    fn found(&self, ended: Ended, switch: Option<Switch>) -> Option<Settled> {
        let mut cause = Cause::default();
        match switch {
            // It was claimed for nobody: it never ran, and never will. What still waits to take it back need not.
            Some(Switch::Armed { .. }) if ended == Ended::Never => {
                self.decide(Next::StandDown, &mut cause);
                None
            }
            _ if ended == Ended::Never => None,
            // Whether the target goes back is decided there; it must not be restored meanwhile. What runs without a switch to be
            // seen had its folder removed: it may be the watchdog alone.
            None if matches!(ended, Ended::Unreachable(_) | Ended::Running) => {
                cause.why = self.unseen(&ended);
                Some(Settled::Open(cause))
            }
            // It was armed before the command began: whatever that did, nobody was heard of in time.
            None => Some(self.back(&mut cause, &Switch::Lost { output: String::new() })),
            Some(switch) => Some(self.go_on(ended, &switch, &mut cause).unwrap_or(Settled::Open(cause))),
        }
    }

    fn look(&self, patience: Duration) -> (Ended, Option<Switch>) {
        ended::wait(&self.act.id, &self.act.subject, patience, self.context)
    }

    /// Does what is to be done now; `None` while it goes on.
    fn go_on(&self, ended: Ended, switch: &Switch, cause: &mut Cause) -> Option<Settled> {
        let next = next(&ended, switch);
        match next {
            Next::Wait => None,
            Next::Done => Some(Settled::Confirmed(said(ended))),
            Next::Nothing => Some(Settled::Untouched(ended)),
            Next::Back => Some(self.back(cause, switch)),
            Next::Confirm | Next::StandDown | Next::Pull => {
                if next == Next::Pull {
                    *cause = self.failed(&ended);
                }
                let decided = self.decide(next, cause)?;
                match self::next(&ended, &decided) {
                    Next::Done => Some(Settled::Confirmed(said(ended))),
                    Next::Nothing => Some(Settled::Untouched(ended)),
                    Next::Back => Some(self.back(cause, &decided)),
                    _ => None,
                }
            }
        }
    }

    /// Decides the switch over a new connection. `None` when that could not be made: it may be tried again.
    fn decide(&self, next: Next, cause: &mut Cause) -> Option<Switch> {
        let check = self.check.as_ref().filter(|_| next == Next::Confirm);
        let confirm = TargetConfirm {
            id: safe_id(&self.act.id),
            connection: self.act.subject.connection.clone(),
            revert: next == Next::Pull,
            check: check.cloned(),
            timeout: millis(self.patience),
        };
        match self.context.target().confirm_or_revert(&confirm) {
            Ok(confirmed) => {
                if let (Some(failed), Some(check)) = (confirmed.failed, check) {
                    *cause = unfit(&check.argv, failed);
                }
                confirmed.switch
            }
            Err(e) => {
                cause.why = format!("{} ({})", self.unconfirmed(), e.message);
                None
            }
        }
    }

    fn back(&self, cause: &mut Cause, switch: &Switch) -> Settled {
        let mut cause = std::mem::take(cause);
        if matches!(switch, Switch::Lost { .. }) && cause.why.is_empty() {
            // It did not have the time that it was promised.
            cause.why = "it could not be confirmed any more".into();
        }
        Settled::Back(self.or_unconfirmed(cause), taken_back(switch))
    }

    fn unconfirmed(&self) -> String {
        format!("it could not be confirmed within {}", self.said.trim())
    }

    fn or_unconfirmed(&self, cause: Cause) -> Cause {
        if cause.why.is_empty() { Cause { why: self.unconfirmed(), ..cause } } else { cause }
    }

    fn unseen(&self, ended: &Ended) -> String {
        match ended {
            Ended::Unreachable(why) => format!("{} ({why})", self.unconfirmed()),
            _ => self.unconfirmed(),
        }
    }

    fn failed(&self, ended: &Ended) -> Cause {
        let shown = &self.shown;
        match ended {
            Ended::Exited { code, said } => {
                let why = last(&said.stderr).filter(|_| self.says_why);
                let why = why.unwrap_or_else(|| format!("`{shown}` exited with code {code}"));
                Cause { why, output: tail(&(said.shown.clone() + &said.stderr), OUTPUT).into() }
            }
            _ => Cause { why: format!("`{shown}` was cut off"), output: String::new() },
        }
    }
}

/// What the switch did, for whoever goes back by the ordinary way now.
fn taken_back(switch: &Switch) -> String {
    match switch {
        Switch::Reverted { code: 0, .. } => "its dead man's switch took it back".into(),
        Switch::Reverted { code, output } => {
            let said = output.trim().lines().last().map(|line| format!(": {line}")).unwrap_or_default();
            format!("its dead man's switch ran `restore`, which exited with code {code}{said}")
        }
        _ => "its dead man's switch was lost (the target was rebooted, or the watchdog killed)".into(),
    }
}

fn unfit(argv: &[String], failed: FailedCheck) -> Cause {
    let shown = typed(argv);
    let why = match failed.code {
        Some(code) => {
            let said = failed.output.trim().lines().last().map(|line| format!(": {line}"));
            format!("its `confirm`, `{shown}`, exited with code {code}{}", said.unwrap_or_default())
        }
        None => format!("its `confirm`, `{shown}`, did not end in time"),
    };
    Cause { why, output: failed.output }
}

fn said(ended: Ended) -> Said {
    match ended {
        Ended::Exited { said, .. } => said,
        _ => Said::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exited(code: i32) -> Ended {
        Ended::Exited { code, said: Said::default() }
    }

    #[test]
    fn what_is_done_about_each_standing() {
        let armed = Switch::Armed { left: 1 };
        let reverted = Switch::Reverted { code: 0, output: String::new() };
        let lost = Switch::Lost { output: String::new() };
        let table = [
            (&armed, Ended::Running, Next::Wait),
            (&armed, exited(0), Next::Confirm),
            (&armed, exited(REFUSED), Next::StandDown),
            (&armed, exited(1), Next::Pull),
            (&armed, Ended::Lost, Next::Pull),
            (&Switch::Confirmed, exited(0), Next::Done),
            (&Switch::Confirmed, exited(REFUSED), Next::Nothing),
            (&Switch::Confirmed, Ended::Running, Next::Wait),
            (&Switch::Confirmed, exited(1), Next::Back),
            (&Switch::Reverting, exited(0), Next::Wait),
            (&Switch::Reverting, Ended::Lost, Next::Wait),
            (&reverted, exited(0), Next::Back),
            (&reverted, Ended::Lost, Next::Back),
            (&lost, exited(0), Next::Back),
            (&lost, Ended::Lost, Next::Back),
            (&lost, Ended::Running, Next::Wait),
        ];
        for (switch, ended, expected) in table {
            assert_eq!(next(&ended, switch), expected, "{switch:?} {ended:?}");
        }
    }
}
