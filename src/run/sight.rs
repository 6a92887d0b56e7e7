//! How a service is seen by a probe from outside while a run works on its members: what comes to stand in the journal, and what
//! that makes of the time. Each change is an event, not each attempt.

use crate::calendar::Interval;
use crate::model::Moment;
use std::time::Duration;

/// How a service is seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sight {
    /// Nobody asks.
    #[default]
    Unseen,
    /// It answers.
    Up,
    /// It does not, or not as it should: why.
    Down(String),
    /// It could not be asked, so that nobody can tell: why.
    Unknown(String),
}

impl Sight {
    /// Whether it is another one, whatever the reason is called now.
    pub fn turns(&self, now: &Sight) -> bool {
        std::mem::discriminant(self) != std::mem::discriminant(now)
    }

    /// Its name in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Sight::Unseen => "unseen",
            Sight::Up => "up",
            Sight::Down(_) => "down",
            Sight::Unknown(_) => "unknown",
        }
    }

    /// Why it does not answer, or could not be asked.
    pub fn why(&self) -> Option<&str> {
        match self {
            Sight::Down(why) | Sight::Unknown(why) => Some(why),
            Sight::Unseen | Sight::Up => None,
        }
    }
}

/// What was seen of a service over time. Moments go by a clock that nobody sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// How it is seen, since when; `None` while nobody asks.
    now: Option<(Turn, Moment)>,
    /// Interruptions that ended.
    down: Vec<Interval>,
    /// Times in which nobody can tell.
    unknown: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Up,
    Down,
    Unknown,
}

/// What a probe from outside saw of a service in a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outages {
    /// For how long it did not answer.
    pub down: Duration,
    /// In so many interruptions.
    pub times: usize,
    /// The longest of them.
    pub longest: Duration,
    /// For how long nobody can tell: it could not be asked, or nobody drove the run.
    pub unknown: Duration,
    /// Whether the last interruption had not ended.
    pub open: bool,
}

impl Seen {
    /// From `at` on it is seen so. The attempt that tells took so long: what did not answer did not when it was asked.
    pub fn turn(&mut self, at: Moment, sight: &Sight, took: Duration) {
        let asked = at.minus(took);
        let (turn, from) = match sight {
            Sight::Unseen => return self.end(at),
            Sight::Up => (Turn::Up, at),
            Sight::Down(_) => (Turn::Down, asked),
            Sight::Unknown(_) => (Turn::Unknown, asked),
        };
        // Nothing begins before what was before it.
        let from = self.now.map_or(from, |(_, since)| from.max(since));
        if self.now.is_some_and(|(now, _)| now == turn) {
            return;
        }
        self.end(from);
        self.now = Some((turn, from));
    }

    /// Its run was lost with `last`, and taken again at `at`: what was between nobody has seen.
    pub fn lost(&mut self, last: Moment, at: Moment) {
        if self.now.is_some() {
            self.end(last);
            self.unknown = self.unknown.saturating_add(at.since(last));
        }
    }

    fn end(&mut self, at: Moment) {
        match self.now.take() {
            Some((Turn::Down, from)) => self.down.push(Interval { from, until: at.max(from) }),
            Some((Turn::Unknown, from)) => self.unknown = self.unknown.saturating_add(at.since(from)),
            Some((Turn::Up, _)) | None => {}
        }
    }

    /// All of it, until then.
    pub fn outages(&self, until: Moment) -> Outages {
        let open = self.now.is_some_and(|(now, _)| now == Turn::Down);
        let mut all = self.clone();
        all.end(until);
        let lengths = || all.down.iter().map(|down| down.length());
        Outages {
            down: lengths().fold(Duration::ZERO, Duration::saturating_add),
            times: all.down.len(),
            longest: lengths().max().unwrap_or_default(),
            unknown: all.unknown,
            open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sight(word: char) -> Sight {
        match word {
            'u' => Sight::Up,
            'd' => Sight::Down("503".into()),
            '?' => Sight::Unknown("no disk".into()),
            _ => Sight::Unseen,
        }
    }

    /// One attempt a second, as told by letters; `x`: the controller is lost after the second before, and the run taken again
    /// now. Only what turns is told, as in a journal.
    fn seen(attempts: &str) -> Outages {
        let (mut seen, mut now, mut last) = (Seen::default(), Sight::Unseen, Moment(0));
        for (k, word) in attempts.chars().enumerate() {
            let at = Moment(k as i64 * 1_000);
            if word == 'x' {
                seen.lost(last, at);
                (now, last) = (Sight::Unseen, at);
                continue;
            }
            let sight = sight(word);
            if now.turns(&sight) {
                seen.turn(at, &sight, Duration::ZERO);
                (now, last) = (sight, at);
            }
        }
        seen.outages(Moment((attempts.chars().count() as i64 - 1) * 1_000))
    }

    #[test]
    fn an_interruption_goes_from_the_first_failed_to_the_next_good_answer() {
        for (attempts, down, times, longest, unknown, open) in [
            ("uuuu", 0, 0, 0, 0, false),
            ("uddu", 2, 1, 2, 0, false),
            ("uduuddddu", 5, 2, 4, 0, false),
            ("uudd", 1, 1, 1, 0, true),
            // Whom nobody can ask is neither up nor down.
            ("ud??du", 2, 2, 1, 2, false),
            ("u???u", 0, 0, 0, 3, false),
            // Nobody asks any more.
            ("udd.....uu", 2, 1, 2, 0, false),
            // The controller is lost while it is down: what stands in the journal stays, the rest nobody has seen.
            ("uuddddxdu", 1, 2, 1, 4, false),
            ("uxu", 0, 0, 0, 1, false),
            ("...x.u", 0, 0, 0, 0, false),
        ] {
            let seconds = Duration::from_secs;
            let expected = Outages {
                down: seconds(down),
                times,
                longest: seconds(longest),
                unknown: seconds(unknown),
                open,
            };
            assert_eq!(seen(attempts), expected, "{attempts}");
        }
    }

    #[test]
    fn what_hangs_was_down_when_it_was_asked() {
        let mut seen = Seen::default();
        seen.turn(Moment(1_000), &Sight::Up, Duration::ZERO);
        seen.turn(Moment(7_000), &sight('d'), Duration::from_secs(5));
        seen.turn(Moment(9_000), &Sight::Up, Duration::from_secs(1));
        assert_eq!(seen.outages(Moment(9_000)).down, Duration::from_secs(7));
        // However long it took: nothing begins before what was known then.
        let mut seen = Seen::default();
        seen.turn(Moment(1_000), &Sight::Up, Duration::ZERO);
        seen.turn(Moment(2_000), &sight('d'), Duration::MAX);
        assert_eq!(seen.outages(Moment(3_000)).down, Duration::from_secs(2));
    }

    proptest! {
        /// The time between two attempts belongs to what the first one found, unless the controller was lost in between.
        #[test]
        fn what_turns_tells_as_much_as_each_attempt(attempts in "[ud?.]{1,60}") {
            let found = seen(&attempts);
            let words: Vec<char> = attempts.chars().collect();
            let spent = |of: char| words[..words.len() - 1].iter().filter(|w| **w == of).count() as u64;
            prop_assert_eq!(found.down, Duration::from_secs(spent('d')));
            prop_assert_eq!(found.unknown, Duration::from_secs(spent('?')));
            let begins = |k: &usize| words[*k] == 'd' && (*k == 0 || words[*k - 1] != 'd');
            prop_assert_eq!(found.times, (0..words.len()).filter(begins).count());
            prop_assert_eq!(found.open, words.last() == Some(&'d'));
        }

        /// A controller that is lost takes nothing away that its journal had told, and adds no interruption.
        #[test]
        fn what_was_told_before_a_crash_stays(before in "[ud?]{1,30}", after in "[u]{1,5}") {
            let cut = before.trim_end_matches('d').to_string();
            let (whole, crashed) = (seen(&format!("{cut}u")), seen(&format!("{cut}x{after}")));
            prop_assert_eq!(crashed.down, whole.down);
            prop_assert_eq!(crashed.times, whole.times);
        }
    }
}
