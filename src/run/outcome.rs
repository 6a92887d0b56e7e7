//! How a run stands as a whole: a pure function of its components' standings (page 5.1).

use super::fold::Run;
use super::standing::{Skip, Standing};

/// How a run ended, or stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Everything was committed.
    Complete,
    /// Some were skipped or held; none failed.
    Incomplete,
    /// Something failed or was taken back, and all of it is restored.
    Restored,
    /// Not at its end: resumable.
    Halted,
    /// Something could not be restored: a person is needed.
    Stuck,
}

impl Ending {
    /// Its name in messages, state and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Ending::Complete => "complete",
            Ending::Incomplete => "incomplete",
            Ending::Restored => "restored",
            Ending::Halted => "halted",
            Ending::Stuck => "stuck",
        }
    }
}

/// Who stands where, by index into the plan's entries, each list sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// All in one word.
    pub ending: Ending,
    /// At the planned level.
    pub committed: Vec<usize>,
    /// As read before the run, after they had begun.
    pub restored: Vec<usize>,
    /// Left alone.
    pub skipped: Vec<usize>,
    /// Those of the skipped that a gate refused.
    pub gated: Vec<usize>,
    /// Held by something that they stand on.
    pub held: Vec<usize>,
    /// Not restorable.
    pub stuck: Vec<usize>,
    /// On their way forth or back.
    pub unfinished: Vec<usize>,
    /// Not begun.
    pub untouched: Vec<usize>,
    /// Those that failed on their way forth, wherever they stand now.
    pub failed: Vec<usize>,
    /// What is not as it should stay: drained, blocked, or perhaps changed. Empty unless halted or stuck.
    pub left: Vec<Left>,
}

/// A component that was left half-way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Index into the plan's entries.
    pub component: usize,
    /// Traffic may still be away from it.
    pub drained: bool,
    /// Customers may still be kept out of it.
    pub blocked: bool,
    /// Its content may differ from the reading before the run.
    pub changed: bool,
}

/// How `run` stands.
pub fn outcome(run: &Run) -> Outcome {
    let mut o = Outcome {
        ending: Ending::Complete,
        committed: Vec::new(),
        restored: Vec::new(),
        skipped: Vec::new(),
        gated: Vec::new(),
        held: Vec::new(),
        stuck: Vec::new(),
        unfinished: Vec::new(),
        untouched: Vec::new(),
        failed: Vec::new(),
        left: Vec::new(),
    };
    for i in 0..run.len() {
        if run.failure(i).is_some() {
            o.failed.push(i);
        }
        let standing = run.standing(i);
        match &standing {
            Standing::Unchanged => continue,
            Standing::Untouched => o.untouched.push(i),
            Standing::Committed => o.committed.push(i),
            Standing::Forward | Standing::GoingBack => o.unfinished.push(i),
            Standing::Restored => o.restored.push(i),
            Standing::Stuck(_) => o.stuck.push(i),
            Standing::Held { .. } => o.held.push(i),
            Standing::Skipped(skip) => {
                o.skipped.push(i);
                if matches!(skip, Skip::Gate(_)) {
                    o.gated.push(i);
                }
            }
        }
        let (drained, blocked, changed) = (run.is_drained(i), run.is_blocked(i), run.is_changed(i));
        let half_way = matches!(standing, Standing::Forward | Standing::GoingBack | Standing::Stuck(_));
        if half_way && (drained || blocked || changed) {
            o.left.push(Left { component: i, drained, blocked, changed });
        }
    }
    o.ending = ending(&o);
    o
}

fn ending(o: &Outcome) -> Ending {
    if !o.stuck.is_empty() {
        Ending::Stuck
    } else if !o.unfinished.is_empty() || !o.untouched.is_empty() {
        Ending::Halted
    } else if !o.restored.is_empty() || !o.failed.is_empty() {
        Ending::Restored
    } else if !o.skipped.is_empty() || !o.held.is_empty() {
        Ending::Incomplete
    } else {
        Ending::Complete
    }
}
