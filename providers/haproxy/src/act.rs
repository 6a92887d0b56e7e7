//! Takes a server's traffic away, and gives it back as it was: do and undo, side by side.

use crate::front::{Front, Trouble, is_name};
use crate::server::{Server, State, Was};
use crate::whole;
use patchform_sdk::Context;
use patchform_sdk::away::{self, Away};
use patchform_sdk::durable::Survives;
use patchform_sdk::ledger::Ledger;
use patchform_sdk::message::{Act, Action, Ailment, Answer, Done, Member, Verdict};
use serde_json::json;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How often HAProxy is asked whether sessions are gone.
const PAUSE: Duration = Duration::from_millis(250);
/// For how long a HAProxy that does not answer is waited for, in one step: one that is restarted comes back.
const RESTARTED: Duration = Duration::from_secs(30);
/// How often too few servers are seen before that is believed.
const SHORT: usize = 4;

/// Does one action.
pub fn act(action: Action, act: &Act, context: &Context) -> Answer {
    let (front, member) = match asked(act, context) {
        Ok((front, member)) => {
            // What was taken away is given back however long its patch may wait: nothing is lost by that.
            let most = if action == Action::Undrain { u64::MAX } else { member.wait };
            (front.patient(RESTARTED.min(Duration::from_millis(most))), member)
        }
        Err(why) => return Answer::refused(why),
    };
    let identity = front.identity(&member.name);
    let ledger = away::ledger_of(&identity, &member.component);
    Ledger::once(&ledger, Survives::PowerLoss, act, || match Away::open(&identity) {
        Ok(_) if whole::is_meant(&member.name) => match action {
            Action::Drain => whole::shut(&front, &member.component),
            Action::Undrain => whole::open(&front, &member.component),
            other => Answer::refused(format!("traffic cannot {}", other.name())),
        },
        Err(why) => Answer::refused(why),
        Ok(away) => {
            let mut work = Work { front: &front, member, context, away };
            match action {
                Action::Drain => work.drain(),
                Action::Undrain => work.undrain(),
                other => Answer::refused(format!("traffic cannot {}", other.name())),
            }
        }
    })
}

/// The backend and the server that a request is about.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn asked<'a>(act: &'a Act, context: &'a Context) -> Result<(Front<'a>, &'a Member), String> {
    let member = act.member.as_ref().ok_or("the request names no member")?;
    let front = Front::of(&act.subject, context)?;
    if !is_name(&member.name) && !whole::is_meant(&member.name) {
        return Err(format!(
            "{:?} cannot be a server of HAProxy: its names have letters, digits and _.:- only; set `member`",
            member.name
        ));
    }
    Ok((front, member))
}

/// The server of this name.
///
/// # Errors
/// That there is none, with those that there are.
pub fn found<'s>(front: &Front<'_>, servers: &'s [Server], name: &str) -> Result<&'s Server, String> {
    servers.iter().find(|server| server.name == name).ok_or_else(|| {
        let known: Vec<&str> = servers.iter().map(|server| &*server.name).take(10).collect();
        format!("HAProxy has no server {}; it has {}: set `member`", front.named(name), known.join(", "))
    })
}

/// What is found out of a server before its traffic returns.
#[derive(Default)]
struct Examined {
    /// That its traffic came back before anybody gave it back.
    early: Option<String>,
    /// What is wrong with it.
    ill: Option<String>,
}

struct Work<'a> {
    front: &'a Front<'a>,
    member: &'a Member,
    context: &'a Context,
    away: Away,
}

impl Work<'_> {
    /// No new sessions, then none at all.
    fn drain(&mut self) -> Answer {
        loop {
            match self.take_away() {
                Ok(true) => break,
                Ok(false) if self.context.is_cancelled() => {
                    return Answer::refused("it was asked to stop before anything was drained");
                }
                Ok(false) => thread::sleep(PAUSE),
                Err(Trouble::Unknown(why)) => return Answer::unclear(why),
                Err(nothing_done) => return Answer::refused(nothing_done.why()),
            }
        }
        let name = &self.member.name;
        let until = Instant::now() + Duration::from_millis(self.member.wait);
        loop {
            let sessions = match self.look() {
                Ok(server) => server.sessions,
                Err(trouble) => return Answer::unclear(trouble.why()),
            };
            if sessions == 0 {
                return match self.shut() {
                    Ok(()) => Answer::applied(),
                    Err(trouble) => Answer::unclear(trouble.why()),
                };
            }
            if self.context.is_cancelled() {
                return self.give_up("it was asked to stop".into());
            }
            if Instant::now() >= until {
                let waited = Duration::from_millis(self.member.wait);
                let held = holding(&self.front.sessions(name));
                let (count, has) = if sessions == 1 { ("session", "is") } else { ("sessions", "are") };
                return self.give_up(format!(
                    "after {waited:?} {sessions} {count} {has} still held at {}{held}; end them, or wait longer: drain_timeout",
                    self.front.named(name)
                ));
            }
            self.context
                .progress(&format!("waits for {sessions} sessions of {}", self.front.named(name)), None);
            thread::sleep(PAUSE);
        }
    }

    /// Lets nothing new come, once it is noted who wants that; where somebody took it away before, it stays as it is. Answers
    /// whether it was its turn.
    fn take_away(&mut self) -> Result<bool, Trouble> {
        // One at a time, so that two do not take the last two servers away at once, each trusting in the other.
        static ONE: Mutex<()> = Mutex::new(());
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let name = &self.member.name;
        let servers = self.front.servers().map_err(|trouble| Trouble::Said(trouble.why()))?;
        let server = found(self.front, &servers, name).map_err(Trouble::Said)?;
        let is_held = self.away.note().is_some();
        if !is_held && server.serves() && !self.spare(&servers)? {
            self.context.progress("waits for others to serve again: min_serving", None);
            return Ok(false);
        }
        self.away.hold(&self.member.component, json!(server.was)).map_err(Trouble::Said)?;
        if server.was.state != State::Ready {
            return Ok(true);
        }
        let set = self.front.set(name, "state drain");
        if let Err(Trouble::Said(_) | Trouble::Absent(_)) = set {
            self.away.let_go(&self.member.component).map_err(Trouble::Unknown)?;
        }
        set.map(|()| true)
    }

    /// Whether enough others serve; if not, those that components keep away come back.
    ///
    /// # Errors
    /// Not enough would serve then either.
    fn spare(&self, servers: &[Server]) -> Result<bool, Trouble> {
        let mut servers = servers.to_vec();
        for _ in 0..SHORT {
            if let Some(turn) = self.turn(&servers) {
                return Ok(turn);
            }
            // Who left or came back between the two questions is asked about again.
            thread::sleep(PAUSE);
            servers = self.front.servers()?;
        }
        let others = self.others(&servers).filter(|server| server.serves()).count();
        Err(Trouble::Said(format!(
            "without {} only {others} servers of backend {} would serve, and min_serving is {}; bring others back first",
            self.front.named(&self.member.name),
            self.front.backend,
            self.front.min_serving
        )))
    }

    /// Whether enough others serve, or would once those that components keep away are back; none where they would not.
    fn turn(&self, servers: &[Server]) -> Option<bool> {
        let (serving, away): (Vec<&Server>, Vec<&Server>) =
            self.others(servers).partition(|server| server.serves());
        let (serving, least) = (serving.len() as u64, self.front.min_serving);
        let kept = |server: &&Server| {
            let note = away::look(&self.front.identity(&server.name));
            note.is_ok_and(|note| note.is_some_and(|note| !note.holders.is_empty()))
        };
        match serving >= least {
            true => Some(true),
            false => (serving + away.into_iter().filter(kept).count() as u64 >= least).then_some(false),
        }
    }

    fn others<'s>(&self, servers: &'s [Server]) -> impl Iterator<Item = &'s Server> {
        servers.iter().filter(|server| server.name != self.member.name)
    }

    /// Nothing comes any more, also not what sticks to it.
    fn shut(&self) -> Result<(), Trouble> {
        match self.look()?.was.state {
            State::Maint => Ok(()),
            _ => self.front.set(&self.member.name, "state maint"),
        }
    }

    fn look(&self) -> Result<Server, Trouble> {
        let servers = self.front.servers()?;
        found(self.front, &servers, &self.member.name).cloned().map_err(Trouble::Said)
    }

    /// It was not drained: it is put back, so that nothing has changed.
    fn give_up(&mut self, why: String) -> Answer {
        match self.put_back() {
            Ok(_) => Answer::refused(why),
            Err(back) => Answer::unclear(format!("{why}; and it is not put back: {}", back.why())),
        }
    }

    /// As it was, unless others keep it away.
    fn undrain(&mut self) -> Answer {
        let Examined { early, ill } = match self.examined() {
            Ok(examined) => examined,
            Err(trouble) => return Answer::unclear(trouble.why()),
        };
        let before = match self.put_back() {
            Ok(Some(before)) => before,
            Ok(None) => return Answer::applied(),
            Err(trouble) => return Answer::unclear(trouble.why()),
        };
        if before.state != State::Ready {
            let output = format!(
                "{} stays in {}, as it was",
                self.front.named(&self.member.name),
                before.state.word()
            );
            return Answer::Applied(Done { output, ..Done::default() });
        }
        let verdict = ill.map(|why| Verdict::Ill { why });
        let early = early.map(|why| Ailment { check: "drained".into(), ill: true, why });
        Answer::Applied(Done { verdict, ailments: early.into_iter().collect(), ..Done::default() })
    }

    /// Whether it gets traffic once this component lets go of it.
    fn returns(&self) -> Result<bool, Trouble> {
        let component = &self.member.component;
        let is_last = self.away.is_held_by(component) && self.away.others(component).is_empty();
        Ok(is_last && self.before()?.is_some_and(|before| before.state == State::Ready))
    }

    /// Lets health checks look at it before anybody else does: what was in maintenance is taken for well until the first one
    /// failed, and drained it gets none of the traffic meanwhile. Says nothing where it stays away.
    fn examined(&self) -> Result<Examined, Trouble> {
        let mut examined = Examined::default();
        if !self.returns()? {
            return Ok(examined);
        }
        let name = self.front.named(&self.member.name);
        match self.look()?.was.state {
            State::Maint => self.front.set(&self.member.name, "state drain")?,
            State::Drain => {}
            State::Ready => {
                examined.early = Some(format!(
                    "{name} had its traffic back before the work on it had ended: HAProxy was restarted or reloaded, or somebody did that"
                ));
            }
        }
        let until = Instant::now() + Duration::from_millis(self.member.wait);
        loop {
            let server = self.look()?;
            if server.works && server.proved {
                return Ok(examined);
            }
            if Instant::now() >= until {
                let waited = Duration::from_millis(self.member.wait);
                examined.ill = Some(match server.works {
                    true => format!(
                        "no health check of HAProxy has found {name} well within {waited:?}; wait longer: drain_timeout"
                    ),
                    false => format!("HAProxy gives {name} its traffic back, and finds it down"),
                });
                return Ok(examined);
            }
            self.context.progress(&format!("waits for a health check of {name}"), None);
            thread::sleep(PAUSE);
        }
    }

    fn put_back(&mut self) -> Result<Option<Was>, Trouble> {
        put_back(self.front, &mut self.away, &self.member.name, &self.member.component)
    }

    /// How it stood before anybody took it away.
    fn before(&self) -> Result<Option<Was>, Trouble> {
        before(&self.away)
    }
}

/// Puts a server back as it was, if nobody but `holder` keeps it away; says how it was then.
pub fn put_back(
    front: &Front<'_>,
    away: &mut Away,
    name: &str,
    holder: &str,
) -> Result<Option<Was>, Trouble> {
    if !away.is_held_by(holder) {
        return Ok(None);
    }
    let before = if away.others(holder).is_empty() { before(away)? } else { None };
    if let Some(before) = before {
        let servers = front.servers()?;
        let server = found(front, &servers, name).map_err(Trouble::Said)?;
        if server.was.state != before.state {
            front.set(name, &format!("state {}", before.state.word()))?;
        }
        if server.was.weight != before.weight {
            front.set(name, &format!("weight {}", before.weight))?;
        }
    }
    away.let_go(holder).map_err(Trouble::Unknown)?;
    Ok(before)
}

/// How a server stood before anybody took it away.
fn before(away: &Away) -> Result<Option<Was>, Trouble> {
    let Some(note) = away.note() else { return Ok(None) };
    serde_json::from_value(note.before.clone())
        .map(Some)
        .map_err(|e| Trouble::Unknown(format!("it is not known how it stood before: {e}")))
}

/// `: by 10.0.0.7:51234 (since 3m), …`, of what HAProxy lists.
fn holding(sessions: &str) -> String {
    let field = |line: &str, name: &str| {
        line.split_whitespace().find_map(|word| word.strip_prefix(name)).map(str::to_string)
    };
    let one = |line: &str| {
        let from = field(line, "src=").filter(|from| !from.is_empty())?;
        Some(match field(line, "age=") {
            Some(age) => format!("{from} (since {age})"),
            None => from,
        })
    };
    let all: Vec<String> = sessions.lines().filter_map(one).collect();
    if all.is_empty() { String::new() } else { format!(", by {}", all.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_holds_a_session_is_named_as_far_as_it_is_told() {
        let listed = "0x55: proto=tcpv4 src=127.0.0.1:38572 fe=front be=web srv=web-1 ts=00 epoch=0 age=3m2s calls=2\n\
                      0x56: proto=unix_stream src= fe=front be=web srv=web-1\n\nnonsense\n0x57: src=[::1]:9\n";
        assert_eq!(holding(listed), ", by 127.0.0.1:38572 (since 3m2s), [::1]:9");
        assert_eq!(holding(""), "");
    }
}
