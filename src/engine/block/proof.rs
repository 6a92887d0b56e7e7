//! The proofs of a block: customers are let in before it and after it, and in between they are refused, which the log tells.

use super::{PATIENCE, PAUSE, ill, inconclusive};
use crate::config::checked::{self, Barrier, LogSource, Need, Probe};
use crate::engine::perform::Tools;
use crate::plan::blocking;
use crate::plan::noun::Entry;
use crate::report::{emergency::tried, reach};
use crate::run::decide::Begin;
use crate::run::event::Leg;
use crate::target::check::{self, MARK, Place, Verdict as Checked};
use crate::target::question::Question;
use crate::world::clock;
use patchform_sdk::line::beginning;
use patchform_sdk::message::{Ailment, Answer, Done, Verdict};
use std::time::Duration;

/// The last line of a file of lines that has the mark in it.
const IN_FILE: &str = "tail -c 4194304 -- \"$0\" | grep -aF -- \"$PATCHFORM_MARK\" | tail -n 1";
const IN_JOURNAL: &str =
    "journalctl --quiet --no-pager --dmesg --since=-1h | grep -aF -- \"$PATCHFORM_MARK\" | tail -n 1";

impl Tools {
    /// Whether customers are let in before the block.
    ///
    /// # Errors
    /// They are not, in a sentence.
    pub(super) fn lets_in(&self, block: &Barrier) -> Result<(), String> {
        match self.attempt(&block.probe.at_a_glance(), block) {
            Checked::Healthy => Ok(()),
            Checked::Ill(why) | Checked::Unknown(why) => {
                Err(format!("the probe is not let in before the block, so it would prove nothing: {why}"))
            }
            Checked::Cancelled => Err("it was not tried to the end whether the probe is let in".into()),
        }
    }

    /// The proofs, once customers are kept out and the tool has got in, which `way` says.
    pub(super) fn proved(&self, begin: &Begin, entry: &Entry, block: &Barrier, way: &str) -> Answer {
        let mut proofs = way.to_string();
        let mark = self.mark(begin);
        let once =
            checked::Check { within: Duration::ZERO, successes: 1, failures: None, ..block.probe.clone() };
        let refused = match self.attempt_as(&once, block, &mark) {
            Checked::Ill(why) => Ok(format!("a customer was refused: {why}")),
            Checked::Healthy => Err(self.still(block)),
            Checked::Unknown(why) => Err(format!("nobody can tell whether customers are refused: {why}")),
            Checked::Cancelled => return inconclusive("the proof of its block was not finished".into()),
        };
        let proof = refused.and_then(|refused| {
            let line = self.logged(&mark, entry, block)?;
            Ok(format!("; {refused}; in {}: {line}", log_name(block)))
        });
        match proof {
            Ok(proof) => proofs += &proof,
            // Going back does not wait for proofs.
            Err(why) if begin.action.leg == Leg::Back => proofs += &format!("; not proved: {why}"),
            Err(why) => return ill(format!("no proof, no patch: {why}")),
        }
        if begin.action.leg == Leg::Forth
            && let Some(why) = self.keeps_out_a_check(begin, entry, block)
        {
            return ill(why);
        }
        Answer::Applied(Done { verdict: Some(Verdict::Healthy), output: proofs, ..Done::default() })
    }

    /// A check that asks from this machine may be a customer, too: behind its patch it would find the component ill, and behind its
    /// way back once more. Better that is found before anything is changed.
    fn keeps_out_a_check(&self, begin: &Begin, entry: &Entry, block: &Barrier) -> Option<String> {
        let from_here = |check: &&checked::Check| {
            matches!(check.probe, Probe::Http(_) | Probe::Tcp { .. })
                && check.need != Need::Wanted
                && !begin.baseline.ill_before.contains(&check.name)
        };
        let way_out = match block.at {
            Some(_) => "Ask the component itself, not through its traffic",
            None => "Let this machine in (`allow` of the block), or ask on the host itself (check \"exec\")",
        };
        let place = Place { connection: &entry.connection, targets: &self.targets, since: None, mark: None };
        let asked = entry.checks.iter().filter(from_here);
        check::ill_at_a_glance(asked, &place, &self.cancelled).map(|(check, why)| {
            format!(
                "not patched: its block keeps out check {:?}, too, which was well before: {why}. {way_out}",
                check.name
            )
        })
    }

    /// The line of the log in which a refused attempt of this block is found.
    fn logged(&self, mark: &str, entry: &Entry, block: &Barrier) -> Result<String, String> {
        let traffic = block.at.and_then(|at| self.plan.traffic.get(at));
        let refuses = traffic.map_or(&entry.connection, |traffic| &traffic.connection);
        let at = block.log.at.as_ref().unwrap_or(refuses);
        let argv = match &block.log.source {
            LogSource::Journal => words(&["sh", "-c", IN_JOURNAL]),
            LogSource::File(path) => words(&["sh", "-c", IN_FILE, path]),
            LogSource::Command(argv) => argv.clone(),
        };
        let began = clock::steady();
        loop {
            let read = self.read_log(at, &argv, mark);
            if let Some(line) = read.as_ref().ok().and_then(|log| blocking::found(log, mark)) {
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

    /// What of a log may have `mark` in it.
    fn read_log(&self, at: &checked::Connection, argv: &[String], mark: &str) -> Result<String, String> {
        let mut question = Question::of(&self.targets, at, argv, PATIENCE);
        question.env.insert(MARK.into(), mark.into());
        let answered = question.ask()?;
        match (answered.code, answered.stderr.trim()) {
            (0, _) => Ok(answered.stdout),
            (code, "") => Err(format!("it is read with code {code}")),
            (_, said) => Err(beginning(said.as_bytes())),
        }
    }

    /// A customer's attempt.
    pub(super) fn attempt(&self, probe: &checked::Check, block: &Barrier) -> Checked {
        let place = Place { connection: &block.probe_at, targets: &self.targets, since: None, mark: None };
        check::run(probe, &place, &self.cancelled).verdict
    }

    /// An attempt that the log of a traffic is to know by `mark`: nftables write it there themselves.
    fn attempt_as(&self, probe: &checked::Check, block: &Barrier, mark: &str) -> Checked {
        let mut probe = probe.clone();
        if let (Some(_), Probe::Http(web)) = (block.at, &mut probe.probe) {
            web.url = blocking::marked(&web.url, mark);
        }
        let place =
            Place { connection: &block.probe_at, targets: &self.targets, since: None, mark: Some(mark) };
        check::run(&probe, &place, &self.cancelled).verdict
    }

    /// Tries until customers are let in again.
    pub(super) fn let_in(&self, block: &Barrier, ailments: Vec<Ailment>) -> Answer {
        match self.attempt(&block.probe, block) {
            Checked::Healthy => Answer::Applied(Done {
                verdict: Some(Verdict::Healthy),
                output: "a customer was let in".into(),
                ailments: ailments.into(),
                ..Done::default()
            }),
            Checked::Cancelled => inconclusive("the proof that customers are let in was not finished".into()),
            Checked::Ill(why) | Checked::Unknown(why) => {
                ill(format!("its block is lifted, but a customer is still not let in: {why}"))
            }
        }
    }

    /// That a customer was let in who was to be refused, and why that may be.
    fn still(&self, block: &Barrier) -> String {
        let from = reach::host(&block.probe_at).unwrap_or_else(|| "this machine".into());
        let came = match block.at.and_then(|at| self.plan.traffic.get(at)) {
            Some(traffic) => format!("It did not come through {}", traffic.address),
            None => "It came by another port, interface or address than those that the block shuts, by the loopback interface, \
                     or from an address in `allow`"
                .into(),
        };
        format!(
            "customers still get in: the probe ({}, from {from}) was let in behind the block. {came}",
            tried(&block.probe)
        )
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

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}
