//! Points in time that are given as texts: `formatdate`, `timeadd`, `timecmp`. None of them asks the clock.

use super::Takes::Text;
use super::text::text;
use super::{Done, Fault, Function, param, plain};
use crate::config::value::{Value, quoted};
use crate::model::{DateTime, Offset};

pub(super) const FUNCTIONS: &[Function] = &[
    plain("formatdate", &[param("format", Text), param("time", Text)], formatdate).told(
        "a point in time in another form: `YYYY YY MMMM MMM MM M DD D EEEE EEE hh h HH H \
AA aa mm m ss s Z ZZZ ZZZZ ZZZZZ`; what stands between `'` is taken as it is",
        "formatdate(\"DD.MM.YYYY, hh:mm ZZZ\", \"2026-11-22T02:40:00Z\")",
        "\"22.11.2026, 02:40 UTC\"",
    ).gives("string", &["letters that stand for parts of a point in time, such as `YYYY-MM-DD`; other text in single quotes", "a point in time"]),
    plain("timeadd", &[param("time", Text), param("duration", Text)], timeadd).told(
        "a point in time, moved: `1h30m`, `-10s`; units `h m s ms us ns`",
        "timeadd(\"2026-11-22T02:40:00Z\", \"1h30m\")",
        "\"2026-11-22T04:10:00Z\"",
    ).gives("string", &["a point in time", "a length of time such as `1h30m`; it may be negative"]),
    plain("timecmp", &[param("time", Text), param("other", Text)], timecmp).told(
        "-1, 0 or 1: whether the first point in time is before, at or after the other",
        "timecmp(\"2026-11-22T02:40:00Z\", \"2026-11-22T03:40:00+01:00\")",
        "0",
    ).gives("number", &["a point in time", "another one"]),
];

fn time(args: &[Value], index: usize) -> Result<DateTime, Fault> {
    DateTime::parse(text(args, index)).map_err(|why| {
        let given = args[index].brief();
        Fault::at(index, format!("{given} is no time: {why}; write one like \"2026-11-22T02:40:00Z\""))
    })
}

fn timecmp(args: &[Value]) -> Done {
    Ok(Value::number(time(args, 0)?.order(time(args, 1)?) as i64))
}

fn timeadd(args: &[Value]) -> Done {
    let at = time(args, 0)?;
    let by = duration(text(args, 1)).map_err(|why| {
        let given = args[1].brief();
        Fault::at(1, format!("{given} is no length of time: {why}; write one like \"1h30m\" or \"-10s\""))
    })?;
    let later = at.plus(by).ok_or_else(|| Fault::at(1, "the result lies beyond the year 9999"))?;
    Ok(Value::string(later.to_string()))
}

/// Units, in nanoseconds.
const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// A length of time as Go writes it, in nanoseconds: `-1h30m`, `1.5s`, `0`.
fn duration(text: &str) -> Result<i64, &'static str> {
    const LARGE: &str = "it is longer than 292 years";
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err("it is empty");
    }
    let mut total = 0_i128;
    while !rest.is_empty() {
        let (amount, unit);
        (amount, rest) =
            rest.split_at(rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len()));
        (unit, rest) =
            rest.split_at(rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len()));
        let (_, unit) =
            UNITS.iter().find(|(name, _)| *name == unit).ok_or("units are h, m, s, ms, us and ns")?;
        total = total.saturating_add(nanoseconds(amount, *unit)?);
        if total > i128::from(i64::MAX) {
            return Err(LARGE);
        }
    }
    i64::try_from(if negative { -total } else { total }).map_err(|_| LARGE)
}

/// So many of a unit: the amount may have a fraction.
fn nanoseconds(amount: &str, unit: i128) -> Result<i128, &'static str> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    if whole.len() + fraction.len() == 0 || fraction.contains('.') {
        return Err("a number is needed before each unit");
    }
    // More digits than these are longer than any that is accepted, or shorter than a nanosecond.
    let significant = whole.trim_start_matches('0');
    if significant.len() > 19 {
        return Err("it is longer than 292 years");
    }
    let whole = significant.parse::<i128>().unwrap_or(0);
    let fraction = &fraction[..fraction.len().min(18)];
    let part = fraction.parse::<i128>().unwrap_or(0) * unit / 10_i128.pow(fraction.len() as u32);
    Ok(whole * unit + part)
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Each run of one letter is a verb; what stands between `'` is taken as it is.
fn formatdate(args: &[Value]) -> Done {
    let at = time(args, 1)?;
    let mut out = String::new();
    let mut rest = text(args, 0);
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '\'' => literal(rest, &mut out)?,
            'a'..='z' | 'A'..='Z' => {
                let end = rest.find(|c| c != first).unwrap_or(rest.len());
                out.push_str(&verb(&rest[..end], at)?);
                end
            }
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[end..];
    }
    Ok(Value::string(out))
}

/// Copies a quoted part, in which `''` is a quote; answers where it ends.
fn literal(rest: &str, out: &mut String) -> Result<usize, Fault> {
    if rest.starts_with("''") {
        out.push('\'');
        return Ok(2);
    }
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' if chars.next_if(|(_, next)| *next == '\'').is_some() => out.push('\''),
            '\'' => return Ok(at + 1),
            other => out.push(other),
        }
    }
    Err(Fault::at(0, "a quote ' is not closed; write '' for the quote itself"))
}

fn verb(verb: &str, at: DateTime) -> Result<String, Fault> {
    let wrong = |use_this: &str| Fault::at(0, format!("there is no verb {}; {use_this}", quoted(verb)));
    let number = |n: i8| match verb.len() {
        1 => Some(n.to_string()),
        2 => Some(format!("{n:02}")),
        _ => None,
    };
    let half = (at.hour() + 11) % 12 + 1;
    let (made, hint) = match verb.as_bytes()[0] {
        b'Y' => (year(verb, at), "a year is YYYY or YY"),
        b'M' => {
            let name = MONTHS.get(at.month() as usize - 1).copied().unwrap_or_default();
            (number(at.month()).or_else(|| named(verb, name)), "a month is M, MM, MMM or MMMM")
        }
        b'D' => (number(at.day()), "a day of the month is D or DD"),
        b'E' => (
            named(verb, DAYS.get(at.weekday()).copied().unwrap_or_default()),
            "a day of the week is EEE or EEEE",
        ),
        b'h' => (number(at.hour()), "an hour of 24 is h or hh"),
        b'H' => (number(half), "an hour of 12 is H or HH"),
        b'm' => (number(at.minute()), "a minute is m or mm"),
        b's' => (number(at.second()), "a second is s or ss"),
        b'A' => (half_day(verb, at, ["AM", "PM"]), "the half of the day is AA or aa"),
        b'a' => (half_day(verb, at, ["am", "pm"]), "the half of the day is AA or aa"),
        b'Z' => (zone(verb, at.offset_minutes()), "the offset from UTC is Z, ZZZ, ZZZZ or ZZZZZ"),
        _ => (None, "letters that stand for themselves are written between quotes '…'"),
    };
    made.ok_or_else(|| wrong(hint))
}

fn year(verb: &str, at: DateTime) -> Option<String> {
    match verb.len() {
        2 => Some(format!("{:02}", at.year() % 100)),
        4 => Some(format!("{:04}", at.year())),
        _ => None,
    }
}

/// Three letters of the name, or all.
fn named(verb: &str, name: &str) -> Option<String> {
    match verb.len() {
        3 => name.get(..3).map(str::to_string),
        4 => Some(name.to_string()),
        _ => None,
    }
}

fn half_day(verb: &str, at: DateTime, names: [&str; 2]) -> Option<String> {
    (verb.len() == 2).then(|| names[usize::from(at.hour() >= 12)].to_string())
}

fn zone(verb: &str, minutes: i16) -> Option<String> {
    match verb.len() {
        1 if minutes == 0 => Some("Z".to_string()),
        3 if minutes == 0 => Some("UTC".to_string()),
        3 | 4 => Some(Offset(minutes, "").to_string()),
        1 | 5 => Some(Offset(minutes, ":").to_string()),
        _ => None,
    }
}
