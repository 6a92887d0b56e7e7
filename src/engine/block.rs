//! Keeps customers out of a component by a table of nftables on its host, lets them in again, and proves both.

use super::perform::{PROBE_DEADLINE, Tools, action_id};
use crate::config::checked::{self, Barrier, LogSource};
use crate::plan::blocking::{self, Difference, Seen};
use crate::plan::noun::{Entry, Step};
use crate::run::decide::Begin;
use crate::run::event::Leg;
use crate::target::check::{self, Place, Verdict as Checked};
use crate::world::{clock, failpoint};
use patchform_sdk::detached::safe_id;
use patchform_sdk::ended::millis;
use patchform_sdk::host::Host as _;
use patchform_sdk::line::beginning;
use patchform_sdk::message::{
    Ailment, Answer, Connection, Done, Probed, Switch, TargetAwait, TargetAwaited, TargetCommand,
    TargetConfirm, TargetRun, TargetRunOrRevert, Verdict,
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const RULES: &str = include_str!("block/rules.sh");
const LOOK: &str = include_str!("block/look.sh");
const LOAD: &str = include_str!("block/load.sh");
const LIFT: &str = include_str!("block/lift.sh");
/// The last line of a file of lines that has the mark in it.
const IN_FILE: &str = "tail -c 4194304 -- \"$0\" | grep -aF -- \"$PATCHFORM_MARK\" | tail -n 1";
const IN_JOURNAL: &str =
    "journalctl --quiet --no-pager --dmesg --since=-1h | grep -aF -- \"$PATCHFORM_MARK\" | tail -n 1";
/// Unless the tool gets in by a new connection within this time, the host lets everybody in again by itself.
const WITHIN: Duration = Duration::from_secs(30);
/// How long a host may take for what should take no time.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(500);

impl Tools {
    /// Keeps customers out; well only once that is proved.
    pub(super) fn block(&self, begin: &Begin, entry: &Entry) -> Answer {
        let Some(block) = &entry.block else { return Answer::applied() };
        let seen = match self.seen(entry) {
            Ok(seen) => seen,
            Err(why) => return Answer::refused(why),
        };
        if entry.connection.kind == "ssh" && seen.way.is_none() {
            return Answer::refused(
                "the host does not tell how this tool comes in: it would be shut out, too",
            );
        }
        // A customer who never gets in proves nothing by being refused. Going back, the component may be broken.
        if begin.action.leg == Leg::Forth && !seen.there {
            let tried = self.attempt(&block.probe.at_a_glance(), block);
            if tried != Checked::Healthy {
                let why = said(tried);
                return Answer::refused(format!(
                    "the probe is not let in before the block, so it would prove nothing: {why}"
                ));
            }
        }
        failpoint::pass("block.load");
        let id = safe_id(&action_id(&self.run, begin.action, begin.attempt));
        let table = self.table(entry);
        let mark = self.mark(begin);
        let run = TargetRun {
            stdin: blocking::rules(block, &table, &mark, seen.way),
            ephemeral: false,
            ..question(id.clone(), &entry.connection, script(LOAD, &[&table, &self.run]), BTreeMap::new())
        };
        let revert = TargetCommand { argv: script(LIFT, &[&table, &self.run]), ..TargetCommand::default() };
        let within = millis(WITHIN);
        if let Err(e) = self.targets.run_or_revert(&TargetRunOrRevert { run, revert, within }) {
            return Answer::unclear(e.message);
        }
        failpoint::pass("block.loaded");
        match self.way_in(&id, entry, PATIENCE) {
            Ok(()) => self.proved(begin, entry, block),
            Err(Kept::Refused(why)) => Answer::refused(why),
            Err(Kept::ShutOut(why)) => ill(format!("not patched: {why}")),
            Err(Kept::Unknown(why)) => Answer::unclear(why),
        }
    }

    /// Confirms over a new connection that the tool still gets in, once the table is loaded.
    fn way_in(&self, id: &str, entry: &Entry, patience: Duration) -> Result<(), Kept> {
        let unknown = |e: patchform_sdk::message::RpcError| Kept::Unknown(e.message);
        let connection = Connection::from(&entry.connection);
        let wait = TargetAwait { id: id.into(), connection: connection.clone(), timeout: millis(patience) };
        let began = clock::steady();
        let mut cause = String::new();
        // Over the old connection nothing may come any more: then the new one tells.
        let failed = match self.targets.wait(&wait).map(|standing| standing.command) {
            Ok(TargetAwaited::Exited { code: 0, .. }) => None,
            Ok(TargetAwaited::Exited { stderr, .. }) => Some(format!("nft: {}", stderr.trim())),
            Ok(TargetAwaited::Running) => return Err(Kept::Unknown("nft does not end".into())),
            Ok(TargetAwaited::Unknown | TargetAwaited::Lost { .. }) => Some("nft was cut off".into()),
            Err(e) => {
                cause = e.message;
                None
            }
        };
        let confirm = TargetConfirm {
            id: id.into(),
            connection,
            revert: failed.is_some(),
            check: None,
            timeout: millis(PATIENCE),
        };
        loop {
            match self.targets.confirm_or_revert(&confirm) {
                Ok(confirmed) => {
                    return match (failed, confirmed.switch) {
                        (Some(why), Some(Switch::Reverted { code: 0, .. })) => Err(Kept::Refused(why)),
                        (Some(why), _) => Err(Kept::Unknown(why)),
                        (None, Some(Switch::Confirmed)) => Ok(()),
                        (None, _) => Err(Kept::ShutOut(format!(
                            "the tool did not get in by a new connection in time, and the host let everybody in again by itself {cause}"
                        ))),
                    };
                }
                Err(e) if began.elapsed() > WITHIN.saturating_mul(2) => return Err(unknown(e)),
                Err(e) => cause = format!("({})", e.message),
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// The proofs, once customers are kept out and the tool has got in.
    fn proved(&self, begin: &Begin, entry: &Entry, block: &Barrier) -> Answer {
        let mut proofs = "the tool got in by a new connection".to_string();
        let once =
            checked::Check { within: Duration::ZERO, successes: 1, failures: None, ..block.probe.clone() };
        let refused = match self.attempt(&once, block) {
            Checked::Ill(why) => Ok(format!("a customer was refused: {why}")),
            Checked::Healthy => Err("customers still get in: the probe was let in".to_string()),
            Checked::Unknown(why) => Err(format!("nobody can tell whether customers are refused: {why}")),
            Checked::Cancelled => return inconclusive("the proof of its block was not finished".into()),
        };
        let proof = refused.and_then(|refused| {
            let line = self.logged(begin, entry, block)?;
            Ok(format!("; {refused}; in {}: {line}", log_name(block)))
        });
        match proof {
            Ok(proof) => proofs += &proof,
            // Going back does not wait for proofs.
            Err(why) if begin.action.leg == Leg::Back => proofs += &format!("; not proved: {why}"),
            Err(why) => return ill(format!("no proof, no patch: {why}")),
        }
        Answer::Applied(Done { verdict: Some(Verdict::Healthy), output: proofs, ..Done::default() })
    }

    /// The line of the log in which a refused attempt of this block is found.
    fn logged(&self, begin: &Begin, entry: &Entry, block: &Barrier) -> Result<String, String> {
        let mark = self.mark(begin);
        let at = block.log.at.as_ref().unwrap_or(&entry.connection);
        let argv = match &block.log.source {
            LogSource::Journal => words(&["sh", "-c", IN_JOURNAL]),
            LogSource::File(path) => words(&["sh", "-c", IN_FILE, path]),
            LogSource::Command(argv) => argv.clone(),
        };
        let env = BTreeMap::from([("PATCHFORM_MARK".to_string(), mark.clone())]);
        let began = clock::steady();
        loop {
            let read = self.ask(at, argv.clone(), env.clone());
            if let Some(line) = read.as_ref().ok().and_then(|log| blocking::found(log, &mark)) {
                return Ok(beginning(line.as_bytes()));
            }
            if began.elapsed() >= block.log.within {
                let why = read.err().map(|why| format!(" ({why})")).unwrap_or_default();
                return Err(format!(
                    "no refused attempt is found in {}{why}; sought is {mark}",
                    log_name(block)
                ));
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Lets customers in again, and proves that.
    pub(super) fn unblock(&self, entry: &Entry) -> Answer {
        let Some(block) = &entry.block else { return Answer::applied() };
        failpoint::pass("block.lift");
        let table = self.table(entry);
        let lifted = match self.ask(&entry.connection, script(LIFT, &[&table, &self.run]), BTreeMap::new()) {
            Ok(lifted) => lifted,
            Err(why) => return Answer::unclear(why),
        };
        failpoint::pass("block.lifted");
        let other = Difference::read(&lifted);
        let mut ailments = Vec::new();
        let mut tell = |ill: bool, why: String| ailments.push(Ailment { check: "block".into(), ill, why });
        if lifted.lines().any(|line| line == "gone") {
            tell(
                true,
                "its block was gone before the work on it had ended: customers may have come in".into(),
            );
        }
        if !other.new.is_empty() {
            tell(false, format!("there are new rules on its host: {}", blocking::some(&other.new)));
        }
        if !other.gone.is_empty() {
            return ill(format!(
                "customers are let in again, but protections that were on before are not on any more: {}",
                blocking::some(&other.gone)
            ));
        }
        match self.attempt(&block.probe, block) {
            Checked::Healthy => {}
            Checked::Cancelled => {
                return inconclusive("the proof that customers are let in was not finished".into());
            }
            Checked::Ill(why) | Checked::Unknown(why) => {
                return ill(format!("its block is lifted, but a customer is still not let in: {why}"));
            }
        }
        Answer::Applied(Done {
            verdict: Some(Verdict::Healthy),
            output: "a customer was let in".into(),
            ailments: ailments.into(),
            ..Done::default()
        })
    }

    /// How far keeping customers out, or letting them in, came.
    ///
    /// # Errors
    /// The host cannot be asked.
    pub(super) fn blocked(&self, begin: &Begin) -> Result<Probed, String> {
        let (entry, _) =
            self.changing(begin.action.component).ok_or("the plan does not change this component")?;
        let block = entry.block.as_ref().ok_or("the plan keeps no customers out of this component")?;
        if begin.step == Step::Unblock {
            let there = self.seen(entry)?.there;
            return Ok(if there { Probed::Before } else { of(self.unblock(entry)) });
        }
        let id = safe_id(&action_id(&self.run, begin.action, begin.attempt));
        let wait = TargetAwait { id: id.clone(), connection: (&entry.connection).into(), timeout: 0 };
        let standing = self.targets.wait(&wait).map_err(|e| e.message)?;
        match (standing.command, standing.switch) {
            (TargetAwaited::Running, _) | (_, Some(Switch::Reverting)) => return Ok(Probed::Busy),
            (TargetAwaited::Unknown, None) => {
                // An earlier try, or a dead run, may have left its own there.
                return Ok(if self.seen(entry)?.there { left() } else { Probed::Before });
            }
            (_, Some(Switch::Armed { .. })) => match self.way_in(&id, entry, Duration::ZERO) {
                Ok(()) => {}
                Err(Kept::Unknown(_)) => return Ok(Probed::Busy),
                Err(_) => return Ok(if self.seen(entry)?.there { left() } else { Probed::Before }),
            },
            _ => {}
        }
        Ok(if self.seen(entry)?.there { of(self.proved(begin, entry, block)) } else { Probed::Before })
    }

    /// How the host stands before anything is done.
    fn seen(&self, entry: &Entry) -> Result<Seen, String> {
        let table = self.table(entry);
        let said = self.ask(&entry.connection, script(LOOK, &[&table]), BTreeMap::new())?;
        Seen::read(&said).ok_or_else(|| format!("the host answered what was not asked: {said:?}"))
    }

    fn table(&self, entry: &Entry) -> String {
        blocking::table(&self.plan.lineage, &entry.address.to_string())
    }

    fn mark(&self, begin: &Begin) -> String {
        blocking::mark(&action_id(&self.run, begin.action, begin.attempt))
    }

    /// A customer's attempt.
    fn attempt(&self, probe: &checked::Check, block: &Barrier) -> Checked {
        let place = Place { connection: &block.probe_at, targets: &self.targets, since: None };
        check::run(probe, &place, &self.cancelled).verdict
    }

    /// What a command without an effect that could not be had twice prints.
    fn ask(
        &self,
        at: &checked::Connection,
        argv: Vec<String>,
        env: BTreeMap<String, String>,
    ) -> Result<String, String> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = format!("block-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let connection = Connection::from(at);
        let run = question(id.clone(), at, argv, env);
        self.targets.run(&run).map_err(|e| e.message)?;
        let wait = TargetAwait { id, connection, timeout: millis(PATIENCE) };
        match self.targets.wait(&wait).map_err(|e| e.message)?.command {
            TargetAwaited::Exited { code: 0, stdout, .. } => Ok(stdout),
            TargetAwaited::Exited { code, stderr, .. } => Err(match stderr.trim() {
                "" => format!("the host answered with code {code}"),
                said => beginning(said.as_bytes()),
            }),
            _ => Err("the host did not answer in time".into()),
        }
    }
}

/// How it stands with the way in where that was not proved.
enum Kept {
    /// Nothing was loaded.
    Refused(String),
    /// The tool was shut out, and the host took that back.
    ShutOut(String),
    Unknown(String),
}

fn left() -> Probed {
    Probed::Between { why: "customers are kept out, and nothing of it is proved".into() }
}

/// As a probe tells it.
fn of(answer: Answer) -> Probed {
    match answer {
        Answer::Applied(done) => Probed::After(done),
        Answer::Refused { why, .. } | Answer::Unclear { why, .. } => Probed::Between { why },
    }
}

fn ill(why: String) -> Answer {
    Answer::Applied(Done { verdict: Some(Verdict::Ill { why }), ..Done::default() })
}

fn inconclusive(why: String) -> Answer {
    Answer::Applied(Done { verdict: Some(Verdict::Inconclusive { why }), ..Done::default() })
}

fn said(checked: Checked) -> String {
    match checked {
        Checked::Ill(why) | Checked::Unknown(why) => why,
        Checked::Healthy | Checked::Cancelled => "it was not finished".into(),
    }
}

fn log_name(block: &Barrier) -> String {
    let what = match &block.log.source {
        LogSource::Journal => "the kernel's messages of the journal".to_string(),
        LogSource::File(path) => path.clone(),
        LogSource::Command(argv) => format!("`{}`", patchform_sdk::words::typed(argv)),
    };
    let host = block.log.at.as_ref().and_then(|at| at.arguments.get("host")?.as_str());
    host.map_or(what.clone(), |host| format!("{what} on {host}"))
}

fn question(
    id: String,
    at: &checked::Connection,
    argv: Vec<String>,
    env: BTreeMap<String, String>,
) -> TargetRun {
    TargetRun { id, connection: at.into(), argv, env, cwd: None, stdin: String::new(), ephemeral: true }
}

fn script(text: &str, arguments: &[&str]) -> Vec<String> {
    let mut argv = words(&["sh", "-c"]);
    // Programs of the administrator are not on everybody's path.
    argv.push(format!("PATH=$PATH:/usr/sbin:/sbin\n{RULES}{text}"));
    argv.push("patchform".into());
    argv.extend(words(arguments));
    argv
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

/// As long as a probe of it may take.
const _: () = assert!(WITHIN.as_secs() * 2 <= PROBE_DEADLINE.as_secs());
