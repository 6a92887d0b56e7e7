//! Gates: whether a component may start now, must wait, or may not. The plan shows the forecast; apply asks again
//! when the component's turn comes. Going back is never asked.

mod forecast;
mod rules;

pub use forecast::{Forecast, forecast, needs};
pub use rules::RULES;

use crate::model::{Moment, Purpose};
use crate::plan::hours::Hours;
use crate::plan::noun::{Change, Entry, Plan};

/// What is to be judged: a component that would change.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The component.
    pub entry: &'a Entry,
    /// Its change.
    pub change: &'a Change,
    /// The action of its way forth that it is at: what comes before is done, and needs no time.
    pub next: usize,
}

/// What else the rules may rest on.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What sort of plan it is.
    pub purpose: &'a Purpose,
    /// When components may be worked on.
    pub hours: &'a Hours,
}

impl<'a> From<&'a Plan> for Facts<'a> {
    fn from(plan: &'a Plan) -> Self {
        Facts { purpose: &plan.purpose, hours: &plan.hours }
    }
}

/// What the rules say together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It may start now.
    Pass,
    /// It may start then; ask again. The sentence says why not now, and when.
    WaitUntil(Moment, String),
    /// It may not. A sentence for each rule that says so, with the way out.
    Refuse(String),
}

/// One row of the table of rules.
pub struct Rule {
    /// Its name in messages and documentation.
    pub name: &'static str,
    /// What it is about, in a sentence.
    pub about: &'static str,
    /// What it says.
    pub judge: fn(Subject, Facts, Moment) -> Verdict,
}

/// What all rules say together: one refusal refuses (all are named), otherwise the longest wait counts.
pub fn judge(subject: Subject, facts: Facts, now: Moment) -> Verdict {
    together(RULES.iter().map(|rule| (rule.judge)(subject, facts, now)), now)
}

fn together(verdicts: impl Iterator<Item = Verdict>, now: Moment) -> Verdict {
    let mut refusals: Vec<String> = Vec::new();
    let mut wait: Option<(Moment, String)> = None;
    for verdict in verdicts {
        match verdict {
            Verdict::Pass => {}
            Verdict::WaitUntil(until, why) if until > wait.as_ref().map_or(now, |w| w.0) => {
                wait = Some((until, why))
            }
            Verdict::WaitUntil(..) => {}
            Verdict::Refuse(why) => refusals.push(why),
        }
    }
    if !refusals.is_empty() {
        return Verdict::Refuse(refusals.join("; "));
    }
    wait.map_or(Verdict::Pass, |(until, why)| Verdict::WaitUntil(until, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_refusal_refuses_and_the_longest_wait_counts() {
        let now = Moment(100);
        let wait = |at| Verdict::WaitUntil(Moment(at), format!("until {at}"));
        let no = |why: &str| Verdict::Refuse(why.into());
        for (verdicts, expected) in [
            (vec![], Verdict::Pass),
            (vec![Verdict::Pass, Verdict::Pass], Verdict::Pass),
            (vec![wait(200), Verdict::Pass, wait(150)], wait(200)),
            (vec![wait(100)], Verdict::Pass),
            (vec![wait(50)], Verdict::Pass),
            (vec![wait(200), no("a"), Verdict::Pass, no("b")], no("a; b")),
        ] {
            assert_eq!(together(verdicts.into_iter(), now), expected);
        }
    }
}
