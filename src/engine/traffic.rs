//! Takes a component's traffic away and gives it back, at each of the traffics that its plan names, and asks them how it
//! stands there.

use super::fleet::Fleet;
use super::own_steps::asked;
use super::perform::{Tools, asked_again, asked_how_far, unanswered};
use super::secrets::{Missing, Secrets};
use crate::config::checked::Traffic;
use crate::plan::diff::Changes;
use crate::plan::noun::{Entry, PinnedProvider, Step};
use crate::provider::Session;
use crate::run::decide::Begin;
use crate::run::event::ActionRef;
use patchform_sdk::ended::millis;
use patchform_sdk::message::{
    ALL_MEMBERS, Act, Action, Answer, Done, Member, MemberStanding, PreviewOutcome, Probe, Probed, Reload,
    Subject, Verdict,
};
use std::collections::BTreeMap;

/// A member that gets or takes no traffic, although no run of patchform has taken it away.
pub struct Idle {
    /// In a sentence.
    pub why: String,
    /// Whether somebody has taken it away: then it stays so.
    pub stays: bool,
}

/// Asks the traffics of what is about to change whether they know it: who cannot be drained is not patched. Whose traffic is
/// away already is told; answers who is idle, by entry.
pub fn foresee(
    fleet: &Fleet,
    changes: &Changes,
    secrets: &Secrets,
    previews: &mut BTreeMap<usize, PreviewOutcome>,
) -> BTreeMap<usize, Idle> {
    let mut idle = BTreeMap::new();
    let draft = &changes.draft;
    let mask = secrets.mask();
    let mut members: BTreeMap<usize, Vec<(usize, String)>> = BTreeMap::new();
    for i in previews.keys() {
        if let Some(drain) = draft.entries.get(*i).and_then(|entry| entry.drain.as_ref()) {
            for at in &drain.from {
                members.entry(*at).or_default().push((*i, drain.member.clone()));
            }
        }
        let block = draft.entries.get(*i).and_then(|entry| entry.block.as_ref());
        if let Some(at) = block.and_then(|block| block.at) {
            members.entry(at).or_default().push((*i, ALL_MEMBERS.to_string()));
        }
    }
    for (at, asked) in members {
        let Some(traffic) = draft.traffic.get(at) else { continue };
        let names: Vec<String> = asked.iter().map(|(_, name)| name.clone()).collect();
        let standings = standings(fleet, &draft.providers, secrets, traffic, &names);
        for (k, (i, member)) in asked.iter().enumerate() {
            let standing = match &standings {
                Ok(all) => all.get(k).cloned().unwrap_or(MemberStanding::Serving),
                Err(why) => MemberStanding::Missing { why: why.clone() },
            };
            let masked = |text: &str| -> String { mask.apply(text).into() };
            let stays = match &standing {
                MemberStanding::Away { holders, why } if holders.is_empty() => Some((why, true)),
                MemberStanding::Down { why } => Some((why, false)),
                _ => None,
            };
            if let Some((why, stays)) = stays.filter(|_| member != ALL_MEMBERS) {
                idle.insert(*i, Idle { why: masked(&format!("{}: {why}", traffic.address)), stays });
            }
            note(standing, &traffic.address, member, &masked, previews.get_mut(i));
        }
    }
    idle
}

/// How members of a traffic stand, in order.
///
/// # Errors
/// Why it cannot be asked.
pub(super) fn standings(
    fleet: &Fleet,
    providers: &[PinnedProvider],
    secrets: &Secrets,
    traffic: &Traffic,
    members: &[String],
) -> Result<Vec<MemberStanding>, String> {
    let session = session(fleet, providers, traffic)?;
    let subject = subject(traffic, providers, secrets).map_err(|e| e.to_string())?;
    session.members(&subject, members).map_err(|e| e.to_string())
}

fn note(
    standing: MemberStanding,
    traffic: &str,
    member: &str,
    masked: &dyn Fn(&str) -> String,
    preview: Option<&mut PreviewOutcome>,
) {
    let Some(outcome) = preview else { return };
    match (standing, &mut *outcome) {
        (MemberStanding::Missing { why }, PreviewOutcome::Ready(_)) => {
            *outcome = PreviewOutcome::Blocked { why: masked(&format!("{traffic}: {why}")) };
        }
        (MemberStanding::Away { holders, why }, PreviewOutcome::Ready(preview)) => {
            let told = match holders.as_slice() {
                some if member == ALL_MEMBERS => {
                    format!("customers are kept out already for {}", some.join(", "))
                }
                [] => "somebody else took its traffic away, and it stays so".to_string(),
                some => format!("it is kept away for {}", some.join(", ")),
            };
            preview.warnings.push(masked(&format!("{traffic}: {told} ({why})")));
        }
        (MemberStanding::Down { why }, PreviewOutcome::Ready(preview)) => {
            preview.warnings.push(masked(&format!("{traffic}: it takes no traffic now ({why})")));
        }
        _ => {}
    }
}

impl Tools {
    /// Why a member gets or takes no traffic now, whoever has taken it away. What cannot be asked says nothing.
    pub(super) fn idle(&self, entry: &Entry) -> Option<String> {
        let drain = entry.drain.as_ref()?;
        let member = std::slice::from_ref(&drain.member);
        drain.from.iter().filter_map(|at| self.plan.traffic.get(*at)).find_map(|traffic| {
            let all = standings(&self.fleet, &self.plan.providers, &self.secrets, traffic, member);
            match all.ok()?.pop()? {
                MemberStanding::Away { why, .. } | MemberStanding::Down { why } => {
                    Some(format!("{}: {why}", traffic.address))
                }
                MemberStanding::Serving | MemberStanding::Missing { .. } => None,
            }
        })
    }

    /// Takes traffic away in the order in which the plan names it, or gives it back in reverse.
    pub(super) fn direct(&self, begin: &Begin) -> Answer {
        let Some((action, acts)) = self.requests(begin) else {
            return Answer::refused("the plan takes no traffic away from this component");
        };
        let mut course = Course::default();
        for (traffic, act) in acts {
            let answered = act.and_then(|act| {
                let session = session(&self.fleet, &self.plan.providers, traffic)?;
                Ok(asked(session, action, &act).unwrap_or_else(unanswered))
            });
            course.take(&traffic.address, answered.unwrap_or_else(Answer::refused));
            // Giving back goes on past what fails: each is a promise of its own.
            if action == Action::Drain && course.trouble.is_some() {
                break;
            }
        }
        course.answer()
    }

    /// How far that came, in all.
    ///
    /// # Errors
    /// Somebody cannot tell.
    pub(super) fn directed(&self, begin: &Begin) -> Result<Probed, String> {
        let (action, acts) =
            self.requests(begin).ok_or("the plan takes no traffic away from this component")?;
        let mut found = Vec::new();
        for (traffic, act) in acts {
            let probe = Probe { action, act: act? };
            found.push(self.asked_how_far(traffic, &probe)?);
        }
        Ok(together(found))
    }

    /// How far one traffic came.
    ///
    /// # Errors
    /// It cannot tell.
    pub(super) fn asked_how_far(&self, traffic: &Traffic, probe: &Probe) -> Result<Probed, String> {
        let session = session(&self.fleet, &self.plan.providers, traffic)?;
        let answer = asked_again(|| asked_how_far(session, probe));
        answer.map_err(|error| format!("{}: {error}", traffic.address))
    }

    /// Asks the providers of its traffic to stop, if that is safe.
    pub(super) fn cancel_traffic(&self, action: ActionRef, attempt: u32) {
        let drain = self.plan.entries.get(action.component).and_then(|entry| entry.drain.as_ref());
        for at in drain.iter().flat_map(|drain| &drain.from) {
            if let Some(traffic) = self.plan.traffic.get(*at)
                && let Ok(session) = session(&self.fleet, &self.plan.providers, traffic)
            {
                session.cancel(&id_at(&action.id(&self.run, attempt), *at));
            }
        }
    }

    /// The request to each traffic; `None` where there is none, or another step.
    fn requests(&self, begin: &Begin) -> Option<(Action, Vec<Request<'_>>)> {
        let (entry, change) = self.changing(begin.action.component)?;
        let drain = entry.drain.as_ref()?;
        let mut from: Vec<usize> = drain.from.clone();
        let action = match begin.step {
            Step::Drain => Action::Drain,
            Step::Undrain => {
                from.reverse();
                Action::Undrain
            }
            _ => return None,
        };
        let request = |at: usize| {
            let traffic = self.plan.traffic.get(at)?;
            let whole = self.act(begin, entry, change);
            let member = || Member {
                name: drain.member.clone(),
                component: entry.address.to_string(),
                wait: millis(drain.wait),
            };
            Some((traffic, whole.and_then(|whole| self.request(whole, at, traffic, member()))))
        };
        Some((action, from.into_iter().filter_map(request).collect()))
    }

    pub(super) fn request(
        &self,
        whole: Act,
        at: usize,
        traffic: &Traffic,
        member: Member,
    ) -> Result<Act, String> {
        Ok(Act {
            id: id_at(&whole.id, at),
            token: whole.token,
            deadline: whole.deadline,
            subject: subject(traffic, &self.plan.providers, &self.secrets).map_err(|e| e.to_string())?,
            level: None,
            expected: None,
            snapshot: None,
            reload: Reload::None,
            artifacts: Vec::new(),
            member: Some(member),
        })
    }
}

/// What one traffic is asked; or the secret that is missing for it.
type Request<'a> = (&'a Traffic, Result<Act, String>);

/// The id under which the provider of one traffic knows an action.
fn id_at(action: &str, traffic: usize) -> String {
    format!("{action}.traffic{traffic}")
}

pub(super) fn session<'a>(
    fleet: &'a Fleet,
    providers: &[PinnedProvider],
    traffic: &Traffic,
) -> Result<&'a Session, String> {
    let name = providers.get(traffic.provider).map_or("", |p| p.name.as_str());
    fleet.session(name).ok_or_else(|| format!("provider `{name}` is not started"))
}

/// A traffic as its provider is asked for it, secrets in clear.
fn subject(traffic: &Traffic, providers: &[PinnedProvider], secrets: &Secrets) -> Result<Subject, Missing> {
    Ok(Subject {
        address: traffic.address.clone(),
        kind: traffic.kind.clone(),
        alias: providers.get(traffic.provider).map_or_else(String::new, |p| p.alias.clone()),
        arguments: secrets.fill(&traffic.arguments, &traffic.secrets)?,
        connection: (&traffic.connection).into(),
    })
}

/// What several traffics answered, one after the other.
#[derive(Default)]
struct Course {
    /// Whether one of them has done something, or may have.
    moved: bool,
    said: Done,
    /// What the first one said that did not do it.
    trouble: Option<(String, String)>,
}

impl Course {
    fn take(&mut self, traffic: &str, answer: Answer) {
        let (why, output) = match answer {
            Answer::Applied(done) => {
                self.moved = true;
                self.said.output.push_str(&done.output);
                let ailments = std::mem::take(&mut self.said.ailments);
                self.said.ailments = ailments.into_iter().chain(done.ailments).collect();
                if matches!(self.said.verdict, None | Some(Verdict::Healthy)) {
                    self.said.verdict = done.verdict;
                }
                return;
            }
            Answer::Refused { why, output } => (why, output),
            Answer::Unclear { why, output } => {
                self.moved = true;
                (why, output)
            }
        };
        self.trouble.get_or_insert((format!("{traffic}: {why}"), output));
    }

    /// Refused promises that nothing has changed anywhere.
    fn answer(self) -> Answer {
        match self.trouble {
            None => Answer::Applied(self.said),
            Some((why, output)) if self.moved => Answer::Unclear { why, output },
            Some((why, output)) => Answer::Refused { why, output },
        }
    }
}

/// How far an action came that went to several.
fn together(found: Vec<Probed>) -> Probed {
    let all = |wanted: fn(&Probed) -> bool| found.iter().all(wanted);
    if found.iter().any(|probed| matches!(probed, Probed::Busy)) {
        return Probed::Busy;
    }
    if all(|probed| matches!(probed, Probed::Before { .. })) {
        return Probed::before();
    }
    if all(|probed| matches!(probed, Probed::After(_))) {
        return found.into_iter().next().unwrap_or(Probed::before());
    }
    let why = found.into_iter().find_map(|probed| match probed {
        Probed::Between { why, .. } => Some(why),
        _ => None,
    });
    Probed::between(why.unwrap_or_else(|| "some of its traffic was moved, and some was not".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_is_a_promise_for_all_of_them() {
        let ill = || {
            Answer::Applied(Done { verdict: Some(Verdict::Ill { why: "down".into() }), ..Done::default() })
        };
        let told = |answers: Vec<Answer>| {
            let mut course = Course::default();
            answers.into_iter().for_each(|answer| course.take("traffic.a.b", answer));
            course.answer()
        };
        let why = "traffic.a.b: no".to_string();
        let (refused, unclear) = (Answer::refused(&why), Answer::unclear(&why));
        let (no, maybe) = (|| Answer::refused("no"), || Answer::unclear("no"));
        assert_eq!(told(vec![no()]), refused);
        assert_eq!(told(vec![no(), no()]), refused);
        assert_eq!(told(vec![Answer::applied(), no()]), unclear);
        assert_eq!(told(vec![no(), Answer::applied()]), unclear);
        assert_eq!(told(vec![maybe()]), unclear);
        assert_eq!(told(vec![Answer::applied(), Answer::applied()]), Answer::applied());
        assert_eq!(told(vec![ill(), Answer::applied()]), ill());
        assert_eq!(told(vec![Answer::applied(), ill()]), ill());
    }

    #[test]
    fn what_was_moved_at_some_of_them_is_between() {
        let after = || Probed::After(Done::default());
        for (found, whole) in [
            (vec![Probed::before(), Probed::before()], Probed::before()),
            (vec![after(), after()], after()),
            (
                vec![after(), Probed::before()],
                Probed::between("some of its traffic was moved, and some was not"),
            ),
            (vec![Probed::between("half"), after()], Probed::between("half")),
            (vec![Probed::between("half"), Probed::Busy], Probed::Busy),
        ] {
            assert_eq!(together(found), whole);
        }
    }
}
