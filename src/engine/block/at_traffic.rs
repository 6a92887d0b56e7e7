//! Keeps customers out at the traffic in front of a component: all of its members are away, so that the traffic itself refuses
//! whoever comes. Several components may keep them out of one traffic; they are let in once the last one lets go.

use super::{PATIENCE, ill, of};
use crate::config::checked::{Barrier, Traffic};
use crate::engine::own_steps::asked;
use crate::engine::perform::{Tools, unanswered};
use crate::engine::traffic::{session, standings};
use crate::plan::noun::{Entry, Step};
use crate::run::decide::Begin;
use crate::run::event::Leg;
use crate::target::question::Question;
use crate::world::failpoint;
use patchform_sdk::message::{
    ALL_MEMBERS, Act, Action, Answer, Done, Member, MemberStanding, Probe, Probed, Verdict,
};

/// What stays open behind it: nothing is changed on the component's own host.
const WAY: &str = "the tool's way in was not touched, and it got in";

impl Tools {
    /// Keeps customers out of all of the traffic; well only once that is proved.
    pub(super) fn block_at(&self, begin: &Begin, entry: &Entry, block: &Barrier, at: usize) -> Answer {
        let (traffic, act) = match self.whole(begin, entry, at) {
            Ok(whole) => whole,
            Err(why) => return Answer::refused(why),
        };
        match self.kept_out_for(traffic) {
            // Nobody is let in already, and that is proved by whoever came first.
            Ok(holders) if !holders.is_empty() => {}
            // A customer who never gets in proves nothing by being refused. Going back, the component may be broken.
            Ok(_) if begin.action.leg == Leg::Forth => {
                if let Err(why) = self.lets_in(block) {
                    return Answer::refused(why);
                }
            }
            Ok(_) => {}
            Err(why) => return Answer::refused(why),
        }
        failpoint::pass("block.load");
        match self.move_all(Action::Drain, traffic, &act) {
            Answer::Applied(_) => {}
            other => return other,
        }
        failpoint::pass("block.loaded");
        self.proved_at(begin, entry, block)
    }

    /// Lets customers in again, unless others keep them out, and proves that.
    pub(super) fn unblock_at(&self, begin: &Begin, entry: &Entry, block: &Barrier, at: usize) -> Answer {
        let (traffic, act) = match self.whole(begin, entry, at) {
            Ok(whole) => whole,
            Err(why) => return Answer::refused(why),
        };
        failpoint::pass("block.lift");
        let ailments = match self.move_all(Action::Undrain, traffic, &act) {
            Answer::Applied(done) => done.ailments,
            other => return other,
        };
        failpoint::pass("block.lifted");
        if let Some(shared) = self.shared(traffic) {
            return shared;
        }
        match self.let_in(block, ailments.into()) {
            Answer::Applied(Done { verdict: Some(Verdict::Ill { why }), .. }) => {
                // Another one may have begun to keep them out meanwhile.
                self.shared(traffic).unwrap_or_else(|| ill(why))
            }
            other => other,
        }
    }

    /// How far that came.
    ///
    /// # Errors
    /// The traffic cannot be asked.
    pub(super) fn blocked_at(
        &self,
        begin: &Begin,
        entry: &Entry,
        block: &Barrier,
        at: usize,
    ) -> Result<Probed, String> {
        let (traffic, act) = self.whole(begin, entry, at)?;
        let action = if begin.step == Step::Block { Action::Drain } else { Action::Undrain };
        Ok(match self.asked_how_far(traffic, &Probe { action, act })? {
            Probed::After(_) if begin.step == Step::Block => of(self.proved_at(begin, entry, block)),
            Probed::After(_) => self.shared(traffic).map_or_else(|| of(self.let_in(block, Vec::new())), of),
            other => other,
        })
    }

    fn proved_at(&self, begin: &Begin, entry: &Entry, block: &Barrier) -> Answer {
        let argv = ["true".to_string()];
        // A folder of this machine has no way in that could be cut off.
        if entry.connection.kind == "ssh"
            && let Err(why) = Question::of(&self.targets, &entry.connection, &argv, PATIENCE).ask()
        {
            return ill(format!("no proof, no patch: the tool does not get in any more: {why}"));
        }
        self.proved(begin, entry, block, WAY)
    }

    /// That customers stay kept out for others, where they do.
    fn shared(&self, traffic: &Traffic) -> Option<Answer> {
        let holders = self.kept_out_for(traffic).ok().filter(|holders| !holders.is_empty())?;
        let output = format!("customers stay kept out for {}", holders.join(", "));
        Some(Answer::Applied(Done { verdict: Some(Verdict::Healthy), output, ..Done::default() }))
    }

    /// For which components customers are kept out of a traffic.
    fn kept_out_for(&self, traffic: &Traffic) -> Result<Vec<String>, String> {
        let whole = [ALL_MEMBERS.to_string()];
        let standings = standings(&self.fleet, &self.plan.providers, &self.secrets, traffic, &whole)?;
        match standings.into_iter().next() {
            Some(MemberStanding::Away { holders, .. }) => Ok(holders),
            Some(MemberStanding::Missing { why }) => Err(format!("{}: {why}", traffic.address)),
            Some(MemberStanding::Serving | MemberStanding::Down { .. }) | None => Ok(Vec::new()),
        }
    }

    fn move_all(&self, action: Action, traffic: &Traffic, act: &Act) -> Answer {
        match session(&self.fleet, &self.plan.providers, traffic) {
            Ok(session) => asked(session, action, act).unwrap_or_else(unanswered),
            Err(why) => Answer::refused(why),
        }
    }

    /// The traffic, and the request that is about all of its members.
    fn whole(&self, begin: &Begin, entry: &Entry, at: usize) -> Result<(&Traffic, Act), String> {
        let traffic = self.plan.traffic.get(at).ok_or("the plan does not have its traffic")?;
        let (_, change) =
            self.changing(begin.action.component).ok_or("the plan does not change this component")?;
        let member = Member { name: ALL_MEMBERS.into(), component: entry.address.to_string(), wait: 0 };
        let act = self.request(self.act(begin, entry, change)?, at, traffic, member)?;
        Ok((traffic, act))
    }
}
