//! Snapshots that the lines of a journal tell of one by one, whatever came before them: where a journal is damaged, that is
//! all that is left of what stands behind the damage.

use super::component::Stored;
use super::decide::snapshot_id;
use super::event::{ActionRef, Event, What};
use crate::model::Moment;
use patchform_sdk::message::{Answer, Done, Probed};
use std::collections::BTreeMap;

/// What was heard of the snapshots of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    run: String,
    by_component: BTreeMap<usize, Asked>,
}

/// The snapshots of one component: of which attempt of which action, and what became of it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Asked {
    attempts: Vec<(ActionRef, u32)>,
    stored: Vec<Stored>,
}

impl Heard {
    /// Nothing yet, of `run`.
    pub fn nothing(run: &str) -> Heard {
        Heard { run: run.into(), by_component: BTreeMap::new() }
    }

    /// Takes in one line.
    pub fn hear(&mut self, event: &Event) {
        match &event.what {
            What::Intent { action, attempt, snapshot: Some(id), .. } => {
                let asked = self.by_component.entry(action.component).or_default();
                asked.ask((*action, *attempt), id.clone(), event.at);
            }
            What::Fact { action, attempt, answer: Answer::Applied(done) }
            | What::Probe { action, attempt, found: Ok(Probed::After(done)) } => {
                self.made((*action, *attempt), done, event.at);
            }
            What::Fact { action, attempt, answer: Answer::Refused { .. } }
            | What::Probe { action, attempt, found: Ok(Probed::Before { .. }) } => {
                let asked = self.by_component.get_mut(&action.component);
                if let Some(stored) = asked.and_then(|asked| asked.of((*action, *attempt))) {
                    stored.ruled_out = true;
                }
            }
            _ => {}
        }
    }

    fn made(&mut self, of: (ActionRef, u32), done: &Done, at: Moment) {
        let (action, attempt) = of;
        let asked = self.by_component.entry(action.component).or_default();
        // The line that asked for it may be the damaged one: what was made tells its id all the same.
        if done.snapshot.is_some() && asked.of(of).is_none() {
            asked.ask(of, snapshot_id(&self.run, action.component, attempt), at);
        }
        if let Some(stored) = asked.of(of) {
            *stored = Stored { made: done.snapshot.clone(), done: true, at, ..stored.clone() };
        }
    }

    /// The snapshots of every component.
    pub fn all(&self) -> impl Iterator<Item = &Stored> {
        self.by_component.values().flat_map(|asked| &asked.stored)
    }

    /// The snapshots of component `i`, in order.
    pub fn snapshots(&self, i: usize) -> &[Stored] {
        self.by_component.get(&i).map_or(&[], |asked| &asked.stored)
    }
}

impl Asked {
    fn ask(&mut self, of: (ActionRef, u32), id: String, at: Moment) {
        self.attempts.push(of);
        self.stored.push(Stored { id, made: None, done: false, ruled_out: false, at });
    }

    fn of(&mut self, of: (ActionRef, u32)) -> Option<&mut Stored> {
        let place = self.attempts.iter().rposition(|attempt| *attempt == of)?;
        self.stored.get_mut(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::noun::Step;
    use crate::run::event::Leg;
    use patchform_sdk::message::Snapshot;

    fn action(component: usize) -> ActionRef {
        ActionRef { component, leg: Leg::Forth, index: 1 }
    }

    fn asked(component: usize, attempt: u32, id: &str) -> What {
        What::Intent { action: action(component), step: Step::Snapshot, attempt, snapshot: Some(id.into()) }
    }

    fn answered(component: usize, attempt: u32, snapshot: bool) -> What {
        let snapshot = snapshot.then(Box::<Snapshot>::default);
        let answer = Answer::Applied(Done { snapshot, ..Done::default() });
        What::Fact { action: action(component), attempt, answer }
    }

    #[test]
    fn tells_what_was_made_what_may_be_and_what_is_not() {
        let mut heard = Heard::nothing("r");
        let refused = What::Fact { action: action(0), attempt: 1, answer: Answer::refused("no room") };
        for what in [
            asked(0, 1, "r-0-1"),
            refused,
            asked(0, 2, "r-0-2"),
            asked(1, 1, "r-1-1"),
            answered(1, 1, true),
            // Nobody heard that it was asked for.
            answered(2, 3, true),
            // The answer of another step is none of a snapshot.
            answered(3, 1, false),
        ] {
            heard.hear(&Event { at: Moment(7), what });
        }
        let told = |i| -> Vec<(&str, bool, bool)> {
            heard.snapshots(i).iter().map(|s| (&*s.id, s.done, s.ruled_out)).collect()
        };
        assert_eq!(told(0), [("r-0-1", false, true), ("r-0-2", false, false)]);
        assert_eq!(told(1), [("r-1-1", true, false)]);
        assert_eq!(told(2), [("r-2-3", true, false)]);
        assert_eq!((told(3), told(4)), (vec![], vec![]));
    }
}
