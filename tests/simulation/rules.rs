//! What must hold (page 5.5). Every rule looks at the simulated world, or at what was asked and answered there, and at
//! what the run says of it.

use std::collections::BTreeMap;

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    Ends,
    Fold,
    Replay,
    Journal,
    Committed,
    Restored,
    Untouched,
    Stuck,
    Left,
    Lease,
    WayBack,
    Proof,
    SnapshotNamed,
    Intended,
    Once,
    Token,
    Fencing,
    Window,
    Probed,
    Reload,
    Parallel,
    Available,
    Waves,
    Canary,
    Budget,
    Zones,
    Soaked,
    Served,
    ServedBack,
    Forth,
    Back,
    Alone,
    Asked,
    LetGo,
    Own,
    Halt,
    GoesOn,
    Needless,
    StuckNeedless,
    Again,
    TakenBack,
    Told,
    Learned,
    State,
    Record,
}

impl Rule {
    pub const ALL: [Rule; 45] = [
        Rule::Ends,
        Rule::Fold,
        Rule::Replay,
        Rule::Journal,
        Rule::Committed,
        Rule::Restored,
        Rule::Untouched,
        Rule::Stuck,
        Rule::Left,
        Rule::Lease,
        Rule::WayBack,
        Rule::Proof,
        Rule::SnapshotNamed,
        Rule::Intended,
        Rule::Once,
        Rule::Token,
        Rule::Fencing,
        Rule::Window,
        Rule::Probed,
        Rule::Reload,
        Rule::Parallel,
        Rule::Available,
        Rule::Waves,
        Rule::Canary,
        Rule::Budget,
        Rule::Zones,
        Rule::Soaked,
        Rule::Served,
        Rule::ServedBack,
        Rule::Forth,
        Rule::Back,
        Rule::Alone,
        Rule::Asked,
        Rule::LetGo,
        Rule::Own,
        Rule::Halt,
        Rule::GoesOn,
        Rule::Needless,
        Rule::StuckNeedless,
        Rule::Again,
        Rule::TakenBack,
        Rule::Told,
        Rule::Learned,
        Rule::State,
        Rule::Record,
    ];

    /// What it demands.
    pub fn demands(self) -> &'static str {
        match self {
            Rule::Ends => "the run ends: something is in flight, or a person is waited for",
            Rule::Fold => "no event of its own is refused",
            Rule::Replay => "the live run equals the replayed run",
            Rule::Journal => "the journal can be read, whatever was torn or written behind a seal",
            Rule::Committed => "committed: the level is the planned one, in force, with traffic",
            Rule::Restored => "restored: everything is as before the run",
            Rule::Untouched => "untouched, skipped, held, unchanged: nothing was done, or it was undone",
            Rule::Stuck => "stuck: it says why, and the outcome names it",
            Rule::Left => "nothing is left changed, drained or blocked but what is listed",
            Rule::Lease => "an unfinished or stuck run keeps its lease; a finished one lets it go",
            Rule::WayBack => "nothing is patched before its way back is stored",
            Rule::Proof => "nothing is patched before it is proved that customers are kept out",
            Rule::SnapshotNamed => "a snapshot's id is durable before it is made, and its own",
            Rule::Intended => "nothing begins before its intent is durable",
            Rule::Once => "no attempt is begun twice",
            Rule::Token => "tokens rise, and requests carry their controller's",
            Rule::Fencing => "nothing takes effect with an old token",
            Rule::Window => {
                "nothing is taken away or changed outside of its window: its gate was asked directly before, and was open"
            }
            Rule::Probed => "what is unclear is probed before anything else is begun there",
            Rule::Reload => "what a patch or restore said is needed is done",
            Rule::Parallel => "no more of a rollout are worked on at once than allowed",
            Rule::Available => "no more of a rollout are half-way or without traffic than allowed",
            Rule::Waves => "no wave begins before the one before it is settled",
            Rule::Canary => "nothing follows a canary that was not committed",
            Rule::Budget => "nothing begins once the failures that its rollout allows are spent",
            Rule::Zones => "no more of one zone are worked on at once than allowed",
            Rule::Soaked => "nothing is committed before it was watched to its end, and was well",
            Rule::Served => "nothing begins that a service cannot spare",
            Rule::ServedBack => {
                "who goes back and served until then is spared, unless waiting would change nothing"
            }
            Rule::Forth => "nothing begins before what it stands on is at its level and idle",
            Rule::Back => "nothing goes back before what stands on it is back and idle",
            Rule::Alone => "who must be alone on a target is",
            Rule::Asked => "pause, stop, abandon and skip are kept",
            Rule::LetGo => "a run that is abandoned leaves nothing running but what was accepted",
            Rule::Own => "what a run changed itself does not keep it from trying again",
            Rule::Halt => "nothing begins after a failure that halts",
            Rule::GoesOn => "independent branches go on; what is held or skipped has a cause",
            Rule::Needless => "nothing goes back that no failure and no person takes back",
            Rule::StuckNeedless => "what is stuck failed itself, or stands half-way under something stuck",
            Rule::Again => {
                "what is proved not to have happened fails at the second try of one controller, not before"
            }
            Rule::TakenBack => {
                "a run or a wave that is taken back leaves nothing committed but under something stuck"
            }
            Rule::Told => "what failed is told",
            Rule::Learned => "snapshots and what was printed survive",
            Rule::State => "every checkpoint equals a fold of the journal up to its line",
            Rule::Record => "after the run the state tells the truth about every component",
        }
    }
}

/// A broken rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    pub rule: Rule,
    pub what: String,
}

/// `rule` does not hold.
pub fn broken<T>(rule: Rule, what: impl Into<String>) -> Result<T, Violation> {
    Err(Violation { rule, what: what.into() })
}

/// How often each rule was put to the test, and each thing happened.
#[derive(Debug, Clone)]
pub struct Coverage {
    rules: [u64; Rule::ALL.len()],
    pub happened: BTreeMap<String, u64>,
}

impl Default for Coverage {
    fn default() -> Self {
        Coverage { rules: [0; Rule::ALL.len()], happened: BTreeMap::new() }
    }
}

impl Coverage {
    /// A rule is put to the test.
    pub fn tested(&mut self, rule: Rule) {
        self.rules[rule as usize] += 1;
    }

    pub fn happened(&mut self, what: &str) {
        match self.happened.get_mut(what) {
            Some(n) => *n += 1,
            None => {
                self.happened.insert(what.into(), 1);
            }
        }
    }

    pub fn add(&mut self, other: &Coverage) {
        self.rules.iter_mut().zip(other.rules).for_each(|(mine, n)| *mine += n);
        for (what, n) in &other.happened {
            *self.happened.entry(what.clone()).or_default() += n;
        }
    }

    /// How often each rule was put to the test.
    pub fn rules(&self) -> impl Iterator<Item = (Rule, u64)> {
        Rule::ALL.into_iter().map(|rule| (rule, self.rules[rule as usize]))
    }
}
