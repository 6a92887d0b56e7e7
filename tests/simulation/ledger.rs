//! The state's checkpoints: written with the product's own `results` and `checkpoint`, and compared with a fold of the
//! journal and with the world.

use super::controller::Controller;
use super::disk::Disk;
use super::platform::{address, digest, level};
use super::rules::{Rule, Violation, broken};
use super::scenario::{Component, Time};
use super::world::World;
use patchform::engine::results::{Where, results};
use patchform::journal::Head;
use patchform::model::Moment;
use patchform::plan::noun::Plan;
use patchform::run::{Run, Standing, outcome};
use patchform::state::{Record, State, checkpoint};

/// Seconds between two checkpoints, as `ops::ledger` has it.
const EVERY: Time = 30;

/// What is expected of the state.
pub struct Ledger {
    /// The state before the run.
    pub base: State,
    /// What the highest line folded so far must give.
    expected: State,
    line: u64,
}

fn fold(plan: &Plan, run: &Run, state: &State, now: Time) -> State {
    let head = Head { segment: 0, lines: run.events(), sum: String::new() };
    let at = Where { started: Moment(0), now: Moment(now as i64 * 1000), head: &head };
    checkpoint(state, results(plan, run, &outcome(run), at))
}

/// Without what depends on when and how often it was written.
fn timeless(state: &State) -> State {
    let mut state = state.clone();
    state.serial = 0;
    state.program = String::new();
    state.rejected.iter_mut().for_each(|r| r.at = Moment(0));
    state.records.values_mut().for_each(|r| r.at = Moment(0));
    state.runs.iter_mut().for_each(|r| (r.started, r.finished) = (Moment(0), Moment(0)));
    state
}

impl Ledger {
    pub fn new(plan: &Plan) -> Ledger {
        let mut base = State::new("l", "0");
        for (i, entry) in plan.entries.iter().enumerate() {
            let record = Record {
                provider: plan.providers[entry.provider].name.clone(),
                alias: String::new(),
                level: level(0),
                digest: digest(i, 0, 0),
                target: entry.observed.identity().map(|id| id.target.clone()).unwrap_or_default(),
                claims: Vec::new(),
                run: "earlier".into(),
                at: Moment(0),
            };
            base.records.insert(address(i), record);
        }
        Ledger { expected: timeless(&base), base, line: 0 }
    }

    pub fn is_due(&self, controller: &Controller, now: Time) -> bool {
        controller.saved == 0 || now > controller.saved + EVERY
    }

    /// Folds what a controller knows into the state on disk. `told`: the run as the journal tells it up to the same line.
    pub fn checkpoint(&mut self, plan: &Plan, run: &Run, told: &Run, disk: &mut Disk, now: Time) {
        disk.state = fold(plan, run, &disk.state, now);
        // What comes late adds nothing.
        if run.events() >= self.line {
            self.line = run.events();
            self.expected = timeless(&fold(plan, told, &self.base, 0));
        }
    }

    /// The state on disk is the fold of the journal up to the highest line that was folded.
    pub fn holds(&self, disk: &Disk) -> Result<(), Violation> {
        let found = timeless(&disk.state);
        if found == self.expected {
            return Ok(());
        }
        let what = format!("the state is not the fold of the journal up to line {}", self.line);
        broken(Rule::State, format!("{what}:\n  found    {found:?}\n  expected {:?}", self.expected))
    }

    /// After the run.
    pub fn tells_the_truth(
        &self,
        components: &[Component],
        taken_back: bool,
        run: &Run,
        world: &World,
        disk: &Disk,
    ) -> Result<(), Violation> {
        let state = &disk.state;
        let Some(told) = state.run("sim") else {
            return broken(Rule::Record, "the state does not know the run");
        };
        for (i, c) in components.iter().enumerate() {
            let (at, real) = (address(i), &world.real[i]);
            let Some(record) = state.records.get(&at) else {
                return broken(Rule::Record, format!("the state forgot c{i}"));
            };
            let truth = digest(i, real.installed, real.running);
            let stuck = matches!(run.standing(i), Standing::Stuck(_));
            let planned = record.level == level(1);
            if !stuck && (record.digest != truth || planned != (real.installed == 1)) {
                return broken(
                    Rule::Record,
                    format!("the state says c{i} is {}, and it is {truth}", record.digest),
                );
            }
            if stuck && planned {
                return broken(
                    Rule::Record,
                    format!("the state says that c{i} is at its level, and it is stuck"),
                );
            }
            let put_back = run.is_put_back(i);
            if put_back && stuck && real.installed != 0 {
                return broken(Rule::Record, format!("c{i} is said to be put back, and is not"));
            }
            if told.levels.contains_key(&at) != (planned || (stuck && run.is_changed(i) && !put_back)) {
                return broken(
                    Rule::Record,
                    format!("what the run changed of c{i} is not remembered rightly"),
                );
            }
            // What was tried, failed and was taken back or left is not tried again.
            let rejected = state.rejection(&at, &level(1)).is_some();
            let nobody_failed = (0..run.len()).all(|k| run.failure(k).is_none());
            let judged = real.trouble_forth || (taken_back && nobody_failed);
            if rejected && !(judged && c.changes && !planned) {
                return broken(Rule::Record, format!("the level of c{i} is rejected without a cause"));
            }
            let restored = run.standing(i) == Standing::Restored;
            if restored && real.patched && run.failure(i).is_some() && !rejected {
                return broken(
                    Rule::Record,
                    format!("c{i} was patched, failed and was restored; its level is not rejected"),
                );
            }
        }
        for (id, stored) in &world.snapshots {
            let known = run.snapshots(stored.of).iter().any(|s| s.id == *id && s.done);
            if known && !state.snapshots.contains_key(id) {
                return broken(Rule::Record, format!("the state does not know the snapshot {id}"));
            }
        }
        Ok(())
    }
}
