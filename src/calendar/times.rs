//! When a window or a blackout is open: by a rule that comes again, or on dates.

use super::cron::Cron;
use super::dates::Dates;
use super::day::Day;
use super::interval::Interval;
use super::written::{Field, Written, Wrong};
use super::zone::Zone;
use crate::model::{Moment, period};
use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};
use std::time::Duration;

/// The times of a window or a blackout, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// As they were written.
    pub written: Written,
    /// Where its clocks are.
    pub zone: Zone,
    rule: Rule,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    /// Opens at these minutes of such a day, and stays open for so long.
    Again { on: On, times: Vec<u16>, duration: Duration, except: Vec<Dates> },
    /// Open on these dates.
    Dates(Vec<Dates>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum On {
    /// None means every day.
    Days(Vec<Day>),
    Cron(Cron),
}

impl On {
    fn is(&self, date: Date) -> bool {
        match self {
            On::Days(days) => days.is_empty() || days.iter().any(|day| day.is(date)),
            On::Cron(cron) => cron.is(date),
        }
    }

    /// Whether each week is as the one before.
    fn is_weekly(&self) -> bool {
        matches!(self, On::Days(days) if days.iter().all(|day| day.is_weekly()))
    }
}

/// The longest that a window stays open: beyond, nothing that comes again every year could be told from the one before.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// The most that a list may hold.
const MOST: usize = 1_000;
/// Dates in which everything that comes again comes at least once: the 29th of February on each day of the week.
const CYCLE: (Date, Date) = (date(2000, 1, 1), date(2027, 12, 31));
/// Dates in which everything that comes again every week comes at least twice.
const WEEKS: (Date, Date) = (date(2000, 1, 1), date(2000, 1, 14));

impl Times {
    pub(super) fn read(written: &Written) -> Result<Times, Vec<Wrong>> {
        let mut wrong: Vec<Wrong> = too_many(written).collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let zone = zone(written, &mut wrong);
        let rule = if written.dates.is_empty() {
            again(written, &mut wrong)
        } else {
            wrong.extend(besides(written));
            Some(Rule::Dates(read_dates(Field::Dates, &written.dates, &mut wrong)))
        };
        match (zone, rule) {
            (Some(zone), Some(rule)) if wrong.is_empty() => {
                Ok(Times { written: written.clone(), zone, rule })
            }
            _ => Err(wrong),
        }
    }

    /// When it is open between two moments: each stretch that touches them, whole, in no order.
    pub(super) fn open(&self, bounds: Interval) -> Vec<Interval> {
        let longest = match &self.rule {
            Rule::Again { duration, .. } => *duration,
            Rule::Dates(_) => Duration::ZERO,
        };
        let back = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX);
        let first = self.zone.wall(Moment(bounds.from.0.saturating_sub(back))).date();
        let last = self.zone.wall(bounds.until).date();
        // Clocks that are put forward or back over midnight show the date of the day beside.
        let first = first.yesterday().unwrap_or(Date::MIN);
        let last = last.tomorrow().unwrap_or(Date::MAX);
        let mut open = Vec::new();
        for date in days(first, last) {
            self.open_on(date, bounds, &mut open);
        }
        open
    }

    /// Whether it is open at a moment.
    pub fn is_open(&self, at: Moment) -> bool {
        let moment = Interval { from: at, until: Moment(at.0.saturating_add(1)) };
        self.open(moment).iter().any(|open| open.holds(at))
    }

    fn open_on(&self, date: Date, bounds: Interval, open: &mut Vec<Interval>) {
        let mut add = |from: Option<Moment>, until: Option<Moment>| {
            let (Some(from), Some(until)) = (from, until) else { return };
            let stretch = Interval { from, until };
            open.extend(stretch.within(bounds).map(|_| stretch));
        };
        match &self.rule {
            Rule::Again { on, times, duration, except } => {
                if !on.is(date) || except.iter().any(|dates| dates.hold(date)) {
                    return;
                }
                for minute in times {
                    let wall = date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
                    let from = self.zone.reaches(wall);
                    add(from, from.map(|from| from.plus(*duration)));
                }
            }
            Rule::Dates(dates) if dates.iter().any(|dates| dates.hold(date)) => {
                let midnight = |date: Date| self.zone.reaches(date.at(0, 0, 0, 0));
                add(midnight(date), date.tomorrow().ok().and_then(midnight));
            }
            Rule::Dates(_) => {}
        }
    }
}

/// What is wrong with single fields.
pub(super) fn apart(written: &Written) -> Vec<Wrong> {
    let mut wrong: Vec<Wrong> = too_many(written).collect();
    zone(written, &mut wrong);
    openings(written, &mut wrong);
    duration(written, &mut wrong);
    for (field, texts) in [(Field::Except, &written.except), (Field::Dates, &written.dates)] {
        read_dates(field, texts, &mut wrong);
    }
    wrong
}

fn zone(written: &Written, wrong: &mut Vec<Wrong>) -> Option<Zone> {
    let zone = Zone::named(&written.timezone);
    if zone.is_none() {
        let what = format!("There is no time zone {:?}", written.timezone);
        wrong.push(complaint(Field::Timezone, None, what, "", ""));
    }
    zone
}

fn again(written: &Written, wrong: &mut Vec<Wrong>) -> Option<Rule> {
    let before = wrong.len();
    let (on, times) = openings(written, wrong);
    let duration = duration(written, wrong);
    let except = read_dates(Field::Except, &written.except, wrong);
    let (Some(on), Some(duration), true) = (on, duration, wrong.len() == before) else { return None };
    let every_year: Vec<Dates> = except.iter().copied().filter(|dates| dates.is_yearly()).collect();
    // With many windows it would take long to look at every date.
    let (first, last) = if on.is_weekly() && every_year.is_empty() { WEEKS } else { CYCLE };
    let fires: Vec<Date> = days(first, last).filter(|date| on.is(*date)).collect();
    if fires.is_empty() {
        let what = format!("The cron {:?} never comes", written.cron.as_deref().unwrap_or_default());
        let why = "No month that it names has such a day";
        wrong.push(complaint(Field::Cron, None, what, why, "Write a day that the month has, or `*`."));
        return None;
    }
    if fires.iter().all(|date| every_year.iter().any(|dates| dates.hold(*date))) {
        let what = "It never begins: \"except\" leaves out every day on which it would".to_string();
        wrong.push(complaint(Field::Except, None, what, "", "Leave out fewer dates."));
        return None;
    }
    if let Some(period) = between(&fires, &times).filter(|period| *period < duration) {
        let what = "It lasts longer than the time until it begins again".to_string();
        let period = period::show(period);
        let why = format!("It begins again after {period}, and is still going on then");
        let help = format!("Write at most \"{}\", or let it begin more rarely.", period.replace(' ', ""));
        wrong.push(complaint(Field::Duration, None, what, &why, &help));
        return None;
    }
    Some(Rule::Again { on, times, duration, except })
}

/// Lists that are longer than anybody writes: each date is looked at with all of them.
fn too_many(written: &Written) -> impl Iterator<Item = Wrong> {
    let lists = [
        (Field::Days, written.days.len()),
        (Field::Except, written.except.len()),
        (Field::Dates, written.dates.len()),
    ];
    lists.into_iter().filter(|(_, len)| *len > MOST).map(|(field, len)| {
        let what = format!("\"{}\" lists {len} days; {MOST} are the most", field.name());
        complaint(field, None, what, "", "Write ranges, such as \"2026-12-20..2027-01-06\".")
    })
}

/// What is said besides `dates`, which say all.
fn besides(written: &Written) -> Option<Wrong> {
    let others = [Field::Start, Field::Days, Field::Cron, Field::Duration, Field::Except];
    let field = others.into_iter().find(|field| written.says(*field))?;
    let what = format!("Either \"dates\" or \"{}\" says when it is", field.name());
    Some(complaint(
        field,
        None,
        what,
        "\"dates\" are whole days",
        "Remove one of them, or write two blackouts.",
    ))
}

/// The shortest time between two openings, by clocks that nobody puts forward or back; `None` where it opens once.
fn between(fires: &[Date], times: &[u16]) -> Option<Duration> {
    let within = times.windows(2).map(|pair| i64::from(pair[1] - pair[0])).min();
    let (first, last) = (i64::from(*times.first()?), i64::from(*times.last()?));
    let apart = |pair: &[Date]| i64::from((pair[1] - pair[0]).get_days()) * 24 * 60 + first - last;
    let minutes = within.into_iter().chain(fires.windows(2).map(apart).min()).min()?;
    Some(Duration::from_secs(u64::try_from(minutes).ok()? * 60))
}

/// On which days it opens, and at which minutes of them.
fn openings(written: &Written, wrong: &mut Vec<Wrong>) -> (Option<On>, Vec<u16>) {
    let Some(cron) = &written.cron else {
        let mut days = Vec::new();
        for (i, text) in written.days.iter().enumerate() {
            match Day::read(text) {
                Some(day) => days.push(day),
                None => wrong.push(complaint(
                    Field::Days,
                    Some(i),
                    format!("{text:?} is no day"),
                    "",
                    "Write \"tue\", \"2nd tue\" (of the month, 1st to 5th) or \"last sun\".",
                )),
            }
        }
        return (Some(On::Days(days)), start(written, wrong).into_iter().collect());
    };
    if let Some((field, ..)) =
        [(Field::Start, written.start.is_some()), (Field::Days, !written.days.is_empty())]
            .iter()
            .find(|f| f.1)
    {
        let what = format!("Either \"cron\" or \"{}\" says when it begins", field.name());
        wrong.push(complaint(*field, None, what, "", "Remove one of them."));
    }
    match Cron::read(cron) {
        Ok(cron) => (Some(On::Cron(cron)), cron.times()),
        Err(why) => {
            let what = format!("{cron:?} is no cron line");
            let help = "Write minute, hour, day of the month, month and day of the week: \"0 1 * * tue\".";
            wrong.push(complaint(Field::Cron, None, what, &capital(&why), help));
            (None, Vec::new())
        }
    }
}

/// The minute of the day.
fn start(written: &Written, wrong: &mut Vec<Wrong>) -> Option<u16> {
    let help = "Write hours and minutes from \"00:00\" to \"23:59\".";
    let Some(text) = &written.start else {
        let what = "It does not say when it begins".to_string();
        wrong.push(complaint(
            Field::Start,
            None,
            what,
            "",
            "Add start = \"01:00\", or cron = \"0 1 * * tue\".",
        ));
        return None;
    };
    let read = text.split_once(':').and_then(|(hour, minute)| {
        let number = |text: &str, below: u16| {
            let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<u16>().ok().filter(|n| digits && *n < below)
        };
        Some(number(hour, 24)? * 60 + number(minute, 60)?)
    });
    if read.is_none() {
        wrong.push(complaint(Field::Start, None, format!("{text:?} is no time of day"), "", help));
    }
    read
}

fn duration(written: &Written, wrong: &mut Vec<Wrong>) -> Option<Duration> {
    let (what, help) = match written.duration {
        None => ("It does not say how long it lasts", "Add duration = \"3h\"."),
        Some(duration) if duration < Duration::from_secs(60) => {
            ("It lasts a minute at least", "Write for example duration = \"3h\".")
        }
        Some(duration) if duration > LONGEST => ("It lasts 366 days at most", "Write at most \"366d\"."),
        Some(duration) => return Some(duration),
    };
    wrong.push(complaint(Field::Duration, None, what.to_string(), "", help));
    None
}

fn read_dates(field: Field, texts: &[String], wrong: &mut Vec<Wrong>) -> Vec<Dates> {
    let mut read = Vec::with_capacity(texts.len());
    for (i, text) in texts.iter().enumerate() {
        match Dates::read(text) {
            Ok(dates) => read.push(dates),
            Err(why) => wrong.push(complaint(
                field,
                Some(i),
                format!("{text:?} is no date and no range of dates"),
                &capital(&why),
                "Write \"2026-12-24\" or \"2026-12-20..2027-01-06\"; without years, \"12-20..01-06\", it comes every year.",
            )),
        }
    }
    read
}

fn complaint(field: Field, element: Option<usize>, what: String, why: &str, help: &str) -> Wrong {
    Wrong { field, element, what, why: why.to_string(), help: help.to_string() }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Every date from one to another, both included.
fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    let one: Span = 1.day();
    first.series(one).take_while(move |date| *date <= last)
}
