//! What must hold at every step and at the end (page 5.5), checked against the world and not against the run's own
//! books.

use super::platform::change_dependencies;
use super::world::World;
use patchform::config::checked::OnFailure;
use patchform::plan::noun::{Plan, Step, Verdict};
use patchform::run::event::{ActionRef, Event, Leg, What};
use patchform::run::{Begin, Ending, Run, Standing, outcome};
use patchform_sdk::message::{Answer, Reload, Verdict as Health};
use std::collections::BTreeMap;

#[derive(Debug)]
struct Facts {
    changes: bool,
    rollout: usize,
    on_failure: OnFailure,
    target: String,
    alone: bool,
    irreversible: bool,
    uninstall: bool,
}

/// The rules, and what they need to remember.
#[derive(Debug)]
pub struct Rules {
    all: Vec<Facts>,
    limits: Vec<u64>,
    needs: Vec<Vec<usize>>,
    needed_by: Vec<Vec<usize>>,
    /// The last attempt of each action.
    pub attempts: BTreeMap<ActionRef, u32>,
    /// The last snapshot asked for.
    snapshots: BTreeMap<usize, String>,
}

impl Rules {
    pub fn new(plan: &Plan) -> Rules {
        let facts = plan.entries.iter().map(|entry| {
            let change = match &entry.verdict {
                Verdict::Change(change) => Some(change),
                _ => None,
            };
            Facts {
                changes: change.is_some(),
                rollout: entry.rollout,
                on_failure: plan.rollouts[entry.rollout].on_failure,
                target: entry.observed.identity().map(|i| i.target.clone()).unwrap_or_default(),
                alone: change.is_some_and(|c| {
                    c.preview.reload >= Reload::Reboot
                        || c.way_back.as_ref().is_some_and(|w| w.coverage.whole_system)
                }),
                irreversible: entry.lifecycle.allow_irreversible,
                uninstall: change.is_some_and(|c| c.back.iter().any(|p| p.action == Step::Uninstall)),
            }
        });
        let needs = change_dependencies(plan);
        let mut needed_by = vec![Vec::new(); needs.len()];
        for (i, on) in needs.iter().enumerate() {
            on.iter().for_each(|on| needed_by[*on].push(i));
        }
        Rules {
            all: facts.collect(),
            limits: plan.rollouts.iter().map(|r| r.max_parallel).collect(),
            needs,
            needed_by,
            attempts: BTreeMap::new(),
            snapshots: BTreeMap::new(),
        }
    }

    pub fn changes(&self, i: usize) -> bool {
        self.all[i].changes
    }

    /// Checked when an action begins; `running` are the others.
    pub fn may_begin<'a>(
        &mut self,
        plan: &Plan,
        begin: &Begin,
        running: impl Iterator<Item = &'a Begin>,
        world: &World,
    ) -> Result<(), String> {
        let i = begin.action.component;
        let me = &self.all[i];
        let name = || format!("{} of {i} (attempt {})", begin.step.name(), begin.attempt);
        let (mut together, mut busy) = (1, Vec::new());
        for other in running {
            let k = other.action.component;
            busy.push(k);
            together += u64::from(self.all[k].rollout == me.rollout);
            if self.all[k].target == me.target && (me.alone || self.all[k].alone) {
                return Err(format!(
                    "{}: {k} works on the same target, and one of them must be alone",
                    name()
                ));
            }
        }
        if together > self.limits[me.rollout] {
            return Err(format!("{}: {together} at once, of at most {}", name(), self.limits[me.rollout]));
        }
        match begin.action.leg {
            Leg::Forth => {
                if let Some(on) =
                    self.needs[i].iter().find(|on| world.all[**on].content != 1 || busy.contains(on))
                {
                    return Err(format!("{}: {on}, which it stands on, is not committed", name()));
                }
            }
            Leg::Back => {
                let above = |d: &&usize| world.all[**d].content != 0 || busy.contains(d);
                if let Some(d) = self.needed_by[i].iter().find(above) {
                    return Err(format!("{}: {d}, which stands on it, is not clean and idle", name()));
                }
            }
        }
        let before = self.attempts.insert(begin.action, begin.attempt).unwrap_or(0);
        if begin.attempt < before {
            return Err(format!("{}: attempt {before} came before", name()));
        }
        if let (Step::Snapshot, Some(snapshot)) = (begin.step, &begin.snapshot) {
            self.snapshots.insert(i, snapshot.id.clone());
        }
        let stored = self.snapshots.get(&i).is_some_and(|id| world.has_snapshot(id));
        if begin.step == Step::Patch && !me.irreversible && !me.uninstall && !stored {
            return Err(format!("{}: no way back of {} is stored", name(), plan.entries[i].address));
        }
        Ok(())
    }

    /// Checked when the run has ended or stopped.
    pub fn at_the_end(&self, run: &Run, world: &World) -> Result<(), String> {
        let o = outcome(run);
        for (i, real) in world.all.iter().enumerate() {
            let standing = run.standing(i);
            let state =
                format!("{i} is {standing:?}, but really at {} (drained: {})", real.content, real.drained);
            let as_before = real.content == 0 && !real.drained;
            let right = match &standing {
                Standing::Committed => real.content == 1 && !real.drained,
                Standing::Stuck(why) => !why.is_empty() && o.stuck.contains(&i),
                Standing::Forward | Standing::GoingBack => {
                    let listed = o.left.iter().any(|l| l.component == i);
                    as_before || listed || matches!(run.current(i), Some((action, _)) if open(run, action))
                }
                Standing::Unchanged | Standing::Untouched | Standing::Restored => as_before,
                Standing::Skipped(_) | Standing::Held { .. } => as_before,
            };
            if !right {
                return Err(state);
            }
        }
        self.rollbacks(run)?;
        if let Some(why) = run.stopped().filter(|why| why.starts_with("nothing can go on")) {
            return Err(why.to_string());
        }
        let settled = o.unfinished.is_empty() && o.untouched.is_empty();
        if run.is_finished() && !settled {
            return Err("it is finished, but not settled".into());
        }
        if !o.stuck.is_empty() && o.ending != Ending::Stuck {
            return Err("somebody is stuck, and the ending does not say so".into());
        }
        Ok(())
    }

    /// What failed on its way forth, and was not done later, is told of whatever goes back.
    pub fn failures_are_told(&self, plan: &Plan, run: &Run, journal: &[Event]) -> Result<(), String> {
        let mut failed = BTreeMap::new();
        for event in journal {
            let What::Fact { action, answer: Answer::Applied(done), .. } = &event.what else { continue };
            let step = match &plan.entries[action.component].verdict {
                Verdict::Change(change) if action.leg == Leg::Forth => change.forth[action.index].action,
                _ => continue,
            };
            match done.verdict {
                Some(Health::Ill { .. }) if step == Step::Verify => failed.insert(action.component, step),
                _ => failed.remove(&action.component),
            };
        }
        let restored = |i: &&usize| run.standing(**i) == Standing::Restored && run.failure(**i).is_none();
        match failed.keys().find(restored) {
            Some(i) => Err(format!("{i} was ill after its patch, and nobody is told")),
            None => Ok(()),
        }
    }

    /// `rollback_run`: nothing stays committed when one of its components failed.
    fn rollbacks(&self, run: &Run) -> Result<(), String> {
        let failed = (0..run.len()).find(|i| {
            self.all[*i].on_failure == OnFailure::RollbackRun
                && run.failure(*i).is_some()
                && matches!(run.standing(*i), Standing::Restored)
        });
        let kept = (0..run.len()).find(|i| run.standing(*i) == Standing::Committed);
        match (failed, kept) {
            (Some(failed), Some(kept)) => {
                Err(format!("{failed} failed with rollback_run, but {kept} stays committed"))
            }
            _ => Ok(()),
        }
    }
}

/// Whether nobody knows how far an action came.
fn open(run: &Run, action: ActionRef) -> bool {
    !matches!(run.action(action), patchform::run::ActionStanding::Pending)
}
