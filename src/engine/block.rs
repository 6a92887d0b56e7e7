//! Keeps customers out of a component, lets them in again, and proves both: by a table of nftables on its host, or at the
//! traffic in front of it.

mod at_traffic;
mod foresee;
mod proof;
mod table;

pub use foresee::{foresee, stands};

use super::perform::{PROBE_DEADLINE, Tools};
use crate::plan::blocking::{self, Difference};
use crate::plan::noun::{Entry, Step};
use crate::run::decide::Begin;
use crate::run::event::Leg;
use crate::world::failpoint;
use patchform_sdk::detached::safe_id;
use patchform_sdk::host::Host as _;
use patchform_sdk::message::{Ailment, Answer, Done, Probed, Switch, TargetAwait, TargetAwaited, Verdict};
use std::time::Duration;
use table::Kept;

/// That the tool's own way in stayed open behind a table of nftables.
const NEW_WAY: &str = "the tool got in by a new connection";
/// How long a host may take for what should take no time.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(500);

impl Tools {
    /// Keeps customers out; well only once that is proved.
    pub(super) fn block(&self, begin: &Begin, entry: &Entry) -> Answer {
        let Some(block) = &entry.block else { return Answer::applied() };
        if let Some(at) = block.at {
            return self.block_at(begin, entry, block, at);
        }
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
        if begin.action.leg == Leg::Forth
            && !seen.there
            && let Err(why) = self.lets_in(block)
        {
            return Answer::refused(why);
        }
        failpoint::pass("block.load");
        if let Err(e) =
            self.load(begin, entry, &blocking::rules(block, &self.table(entry), &self.mark(begin), seen.way))
        {
            return Answer::unclear(e.message);
        }
        failpoint::pass("block.loaded");
        match self.way_in(begin, entry, PATIENCE) {
            Ok(()) => self.proved(begin, entry, block, NEW_WAY),
            Err(Kept::Refused(why)) => Answer::refused(why),
            Err(Kept::ShutOut(why)) => ill(format!("not patched: {why}")),
            Err(Kept::Unknown(why)) => Answer::unclear(why),
        }
    }

    /// Lets customers in again, and proves that.
    pub(super) fn unblock(&self, begin: &Begin, entry: &Entry) -> Answer {
        let Some(block) = &entry.block else { return Answer::applied() };
        if let Some(at) = block.at {
            return self.unblock_at(begin, entry, block, at);
        }
        failpoint::pass("block.lift");
        let lifted = match self.lift(entry) {
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
        // Who puts a rule back by hand cannot always put it back in its place.
        let (gone, moved) = match begin.action.leg {
            Leg::Forth => (other.missing(), Vec::new()),
            Leg::Back => (other.gone, other.moved),
        };
        if !moved.is_empty() {
            let moved = blocking::some(&moved);
            tell(
                true,
                format!(
                    "rules stand at another place of their chain than before; see whether they still decide: {moved}"
                ),
            );
        }
        if !gone.is_empty() {
            return ill(format!(
                "customers are let in again, but {}{}",
                blocking::MISSING,
                blocking::some(&gone)
            ));
        }
        self.let_in(block, ailments)
    }

    /// How far keeping customers out, or letting them in, came.
    ///
    /// # Errors
    /// The host cannot be asked.
    pub(super) fn blocked(&self, begin: &Begin) -> Result<Probed, String> {
        let (entry, _) =
            self.changing(begin.action.component).ok_or("the plan does not change this component")?;
        let block = entry.block.as_ref().ok_or("the plan keeps no customers out of this component")?;
        if let Some(at) = block.at {
            return self.blocked_at(begin, entry, block, at);
        }
        if begin.step == Step::Unblock {
            let there = self.seen(entry)?.there;
            return Ok(if there { Probed::before() } else { of(self.unblock(begin, entry)) });
        }
        let id = safe_id(&begin.action.id(&self.run, begin.attempt));
        let wait = TargetAwait { id, connection: (&entry.connection).into(), timeout: 0 };
        let standing = self.targets.wait(&wait).map_err(|e| e.message)?;
        match (standing.command, standing.switch) {
            (TargetAwaited::Running, _) | (_, Some(Switch::Reverting)) => return Ok(Probed::Busy),
            (TargetAwaited::Unknown, None) => {
                // An earlier try, or a dead run, may have left its own there.
                return Ok(if self.seen(entry)?.there { left() } else { Probed::before() });
            }
            (_, Some(Switch::Armed { .. })) => match self.way_in(begin, entry, Duration::ZERO) {
                Ok(()) => {}
                Err(Kept::Unknown(_)) => return Ok(Probed::Busy),
                Err(_) => return Ok(if self.seen(entry)?.there { left() } else { Probed::before() }),
            },
            _ => {}
        }
        Ok(if self.seen(entry)?.there {
            of(self.proved(begin, entry, block, NEW_WAY))
        } else {
            Probed::before()
        })
    }

    fn mark(&self, begin: &Begin) -> String {
        blocking::mark(&begin.action.id(&self.run, begin.attempt))
    }
}

fn left() -> Probed {
    Probed::between("customers are kept out, and nothing of it is proved")
}

/// As a probe tells it.
fn of(answer: Answer) -> Probed {
    match answer {
        Answer::Applied(done) => Probed::After(done),
        Answer::Refused { why, .. } | Answer::Unclear { why, .. } => Probed::between(why),
    }
}

fn ill(why: String) -> Answer {
    Answer::Applied(Done { verdict: Some(Verdict::Ill { why }), ..Done::default() })
}

fn inconclusive(why: String) -> Answer {
    Answer::Applied(Done { verdict: Some(Verdict::Inconclusive { why }), ..Done::default() })
}

/// As long as a probe of it may take.
const _: () = assert!(table::WITHIN.as_secs() * 2 <= PROBE_DEADLINE.as_secs());
