//! A scenario: the plan and everything that will go wrong, as data. One seed gives one scenario; what fails is shrunk by
//! leaving parts of it out.

use patchform::config::checked::{OnFailure, Service};
use patchform::plan::noun::Step;
use patchform::run::event::{Leg, Request};
use patchform_sdk::message::Reload;

/// Seconds of virtual time.
pub type Time = u64;

/// How many numbers of waves each rollout has.
pub const WAVES: usize = 100;

/// One simulated run, before it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    pub components: Vec<Component>,
    pub rollouts: Vec<Rollout>,
    pub services: Vec<Service>,
    /// Everything that goes wrong, and everything that people do.
    pub mishaps: Vec<Mishap>,
    /// Seeds how long steps take; 0: a second each.
    pub uneven: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Rollout {
    pub max_parallel: u64,
    pub on_failure: OnFailure,
    /// Whether its waves follow each other, in the order of their numbers.
    pub waved: bool,
    /// Whether the first of them is a canary.
    pub canary: bool,
    pub max_failures: Option<u64>,
    pub max_per_zone: u64,
    pub max_zones: Option<u64>,
}

/// One component of the plan, and what is special about it in the world.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    pub after: Vec<usize>,
    pub target: usize,
    pub provider: usize,
    pub rollout: usize,
    /// Its wave; a wave's components share a rollout.
    pub wave: usize,
    pub zone: Option<usize>,
    /// How long it is watched before it is committed.
    pub soak: Time,
    pub changes: bool,
    /// It keeps to windows, so that its gate is asked again before anything is taken away, and before anything changes.
    pub hours: bool,
    pub way: Way,
    pub fetches: bool,
    pub measures: bool,
    pub drains: bool,
    pub blocks: bool,
    pub backs_up: bool,
    pub reload: Reload,
    /// Its patch says that more is needed than was foreseen.
    pub needs_more: bool,
    /// Its checks on the way back see health, but not content.
    pub shallow: bool,
    pub sickness: Sickness,
}

/// Its way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    Restore,
    /// The snapshot covers the whole system.
    Whole,
    Uninstall,
    /// None, and the plan accepted that.
    Irreversible,
    /// None, and nobody accepted that: it must not begin.
    Missing,
    /// The snapshot would come after the patch: it must not begin.
    Late,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sickness {
    Well,
    /// Ill already before its patch.
    Ill,
    /// Its new level is ill whatever one does.
    Bad,
    /// Nobody can tell how far its actions came.
    Mute,
    /// Its new level turns ill once it was verified.
    Fades,
}

/// Something that happens to a run. Places are names, not moments, wherever that is possible: so what is left of a
/// scenario means the same when other parts of it are gone.
#[derive(Debug, Clone, PartialEq)]
pub enum Mishap {
    /// The `nth` time (from 1) that this step of this component is begun.
    Fault { component: usize, leg: Leg, step: Step, nth: u32, kind: Fault },
    /// Every time that this step of this component is begun.
    Always { component: usize, leg: Leg, step: Step, kind: Fault },
    /// The `nth` probe of this component.
    Probe { component: usize, nth: u32, kind: Look },
    /// The `nth` reading of this component after its way back.
    Read { component: usize, nth: u32, kind: Look },
    /// Around the first append from then on. Somebody else takes the run `gap` later.
    Crash { from: Time, at: Place, then: Then, gap: Time },
    /// Around the first checkpoint of the state from then on.
    Checkpoint { from: Time, after: bool, then: Then, gap: Time },
    /// A provider's process dies. `kills`: what it worked on at its targets dies half-way.
    Death { at: Time, provider: usize, kills: bool },
    /// The wall clock jumps.
    Jump { at: Time, by: i64 },
    /// Gates are closed for so long; `waits`: they would open again.
    Closed { at: Time, long: Time, waits: bool },
    /// A component fails its checks for so long, whatever is done there.
    Ails { component: usize, at: Time, long: Time },
    /// A person asks for something.
    Asked { at: Time, request: Request },
    /// Ctrl-C.
    Interrupt { at: Time },
    /// Before the run is taken the `taken`th time a person puts by hand back what is stuck.
    PutBack { taken: usize },
    /// After a stop somebody takes the run again, `gap` later. Each is used once, in order.
    Return { gap: Time, request: Option<Request> },
}

/// What happens to one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It is refused, or found ill, or not to be judged: whatever an error is for this step.
    Error,
    /// A promise that nothing changed.
    Refused,
    /// Unclear, and nothing happened.
    BrokeBefore,
    /// Unclear at once, while it goes on.
    BrokeDuring,
    /// Half of it happens.
    Half,
    /// Done, but the answer is lost.
    AnswerLost,
    /// It ends so long after its deadline.
    HangsPast(Time),
    /// It never ends.
    Never,
    /// The request arrives so much later: somebody else may have begun something by then.
    LateRequest(Time),
    /// It says that it was done, but nothing happened.
    Lies,
    /// It is done twice, and answers twice.
    Twice,
    /// It takes long, but not too long.
    Slow,
    /// It was done, and its answer complains.
    Grumbles,
    /// The snapshot covers the whole system, which the plan did not say.
    CoversMore,
    /// A verdict that nobody can give.
    Inconclusive,
}

/// What happens to a probe or a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// It says that nobody can tell.
    Fails,
    /// It never answers.
    Lost,
}

/// Where in an append a controller is hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Nothing is written.
    Before,
    /// So many lines are written, and not closed.
    Torn(usize),
    /// All is durable; whether the journal is still its own was not looked at yet.
    Written,
    /// All is durable; nothing was begun.
    Done,
    /// So many of the commands were performed.
    Begun(usize),
}

/// What becomes of the controller that is hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Then {
    Dies,
    /// Its machine stands still for so long and loses its lock; then it goes on as if nothing had been.
    Sleeps(Time),
}

impl Scenario {
    /// Whether a component fails its checks at a time.
    pub fn ails(&self, i: usize, now: Time) -> bool {
        self.mishaps.iter().any(|m| {
            matches!(m, Mishap::Ails { component, at, long } if *component == i && (*at..at + long).contains(&now))
        })
    }

    /// Whether a planner could make its plan: everything stands on earlier components only, every wave is of one rollout, and
    /// where waves follow each other they do so in the order of their components, so that no two wait for each other
    /// (`plan::wave`).
    pub fn could_be_planned(&self) -> bool {
        let mut reached = vec![0; self.rollouts.len()];
        self.components.iter().enumerate().all(|(i, c)| {
            let Some(reached) = reached.get_mut(c.rollout) else { return false };
            let falls = self.rollouts[c.rollout].waved && c.wave < *reached;
            *reached = c.wave.max(*reached);
            !falls && c.wave / WAVES == c.rollout && c.after.iter().all(|on| *on < i)
        })
    }
}

impl Fault {
    /// Its name, without its times.
    pub fn name(self) -> String {
        let text = format!("{self:?}");
        text.split('(').next().unwrap_or_default().to_string()
    }
}

/// What disturbs nothing: it may be begun again while nobody knows whether it still goes on.
pub fn quiet(step: Step) -> bool {
    matches!(step, Step::Fetch | Step::Snapshot | Step::Backup)
}

impl Component {
    /// The two procedures: the operation plan and the emergency plan.
    pub fn procedures(&self) -> (Vec<Step>, Vec<Step>) {
        let stores = matches!(self.way, Way::Restore | Way::Whole);
        let reloads = self.reload > Reload::None;
        let again = |steps: bool| self.hours && steps;
        let forth = [
            (Step::Gate, true),
            (Step::Fetch, self.fetches),
            (Step::Measure, self.measures),
            (Step::Gate, again(self.drains || self.blocks)),
            (Step::Drain, self.drains),
            (Step::Block, self.blocks),
            (Step::Snapshot, stores),
            (Step::Backup, self.backs_up),
            (Step::Gate, again(true)),
            (Step::Patch, true),
            (Step::Snapshot, self.way == Way::Late),
            (Step::Reload, reloads),
            (Step::Verify, true),
            (Step::Unblock, self.blocks),
            (Step::Undrain, self.drains),
            (Step::Soak, self.soak > 0),
            (Step::Commit, true),
        ];
        let goes_back = !matches!(self.way, Way::Irreversible | Way::Missing);
        let back = [
            (Step::Drain, self.drains && goes_back),
            (Step::Block, self.blocks && goes_back),
            (Step::Restore, matches!(self.way, Way::Restore | Way::Whole | Way::Late)),
            (Step::Uninstall, self.way == Way::Uninstall),
            (Step::Reload, reloads && goes_back),
            (Step::Verify, goes_back),
            (Step::Unblock, self.blocks),
            (Step::Undrain, self.drains),
        ];
        let chosen = |steps: &[(Step, bool)]| steps.iter().filter(|s| s.1).map(|s| s.0).collect();
        (chosen(&forth), chosen(&back))
    }

    /// Whether the plan cannot be followed here.
    pub fn unfit(&self) -> bool {
        matches!(self.way, Way::Missing | Way::Late)
    }

    /// Must be alone on its target.
    pub fn alone(&self) -> bool {
        self.changes && (self.way == Way::Whole || self.reload >= Reload::Reboot)
    }
}
