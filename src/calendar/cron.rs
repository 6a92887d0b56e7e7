//! `cron = "0 1 * * tue"`: minute, hour, day of the month, month, day of the week, as crontab(5) has them.

use super::day::WEEKDAYS;
use jiff::civil::Date;

/// When a window opens, as a line of a crontab says it. Each field is a set of numbers, one bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Both days are said: one that fits is enough, as in every cron since Vixie's.
    either: bool,
}

/// A field: its name, its bounds, and the words that stand for numbers from the first bound on.
struct Row(&'static str, u32, u32, &'static [&'static str]);

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = {
    let mut names = [""; 7];
    let mut i = 0;
    while i < 7 {
        names[i] = WEEKDAYS[i].0;
        i += 1;
    }
    names
};
const ROWS: [Row; 5] = [
    Row("minute", 0, 59, &[]),
    Row("hour", 0, 23, &[]),
    Row("day of the month", 1, 31, &[]),
    Row("month", 1, 12, &MONTHS),
    // 7 is Sunday, too.
    Row("day of the week", 0, 7, &DAYS),
];

impl Cron {
    /// Reads the five fields.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(text: &str) -> Result<Cron, String> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields[..] else {
            return Err(format!("it has {} fields, and five are needed", fields.len()));
        };
        let mut sets = [0; 5];
        for ((set, field), row) in sets.iter_mut().zip([minutes, hours, days, months, weekdays]).zip(&ROWS) {
            *set = row.read(field)?;
        }
        let [minutes, hours, days_set, months, mut weekdays_set] = sets;
        weekdays_set |= weekdays_set >> 7 & 1;
        let either = !days.starts_with('*') && !weekdays.starts_with('*');
        Ok(Cron { minutes, hours, days: days_set, months, weekdays: weekdays_set, either })
    }

    /// Whether it names a date.
    pub fn is(self, date: Date) -> bool {
        let holds = |set: u64, n: i8| set >> n & 1 == 1;
        let day = holds(self.days, date.day());
        let weekday = holds(self.weekdays, date.weekday().to_sunday_zero_offset());
        holds(self.months, date.month()) && if self.either { day || weekday } else { day && weekday }
    }

    /// The times of such a day, in minutes.
    pub fn times(self) -> Vec<u16> {
        let of = |set: u64, below: u16| (0..below).filter(move |n| set >> n & 1 == 1);
        of(self.hours, 24)
            .flat_map(|hour| of(self.minutes, 60).map(move |minute| hour * 60 + minute))
            .collect()
    }
}

impl Row {
    fn read(&self, text: &str) -> Result<u64, String> {
        let mut set = 0;
        for item in text.split(',') {
            set |= self.item(item).ok_or_else(|| self.wrong(item))?;
        }
        Ok(set)
    }

    /// `*`, `5`, `mon-fri`, `*/15`, `8-18/2`.
    fn item(&self, item: &str) -> Option<u64> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(number(step).filter(|step| (1..=self.2).contains(step))?)),
            None => (item, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.1, self.2),
            Some((first, last)) => (self.value(first)?, self.value(last)?),
            // A step needs a range to walk.
            None if step.is_some() => return None,
            None => (self.value(range)?, self.value(range)?),
        };
        let step = step.unwrap_or(1) as usize;
        (first <= last).then(|| (first..=last).step_by(step).fold(0, |set, n| set | 1 << n))
    }

    fn value(&self, text: &str) -> Option<u32> {
        let word = self.3.iter().position(|word| *word == text).map(|i| self.1 + i as u32);
        word.or_else(|| number(text)).filter(|n| (self.1..=self.2).contains(n))
    }

    fn wrong(&self, item: &str) -> String {
        let Row(name, least, most, words) = self;
        let or = if words.is_empty() {
            String::new()
        } else {
            format!(" or {} to {}", words[0], words[words.len() - 1])
        };
        format!(
            "{item:?} is no {name}: {least} to {most}{or}, `*`, a range `a-b`, or either with a step `/n`"
        )
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn reads_lines_of_crontabs() {
        for (text, days, times) in [
            ("0 1 * * tue", &[3, 10, 17, 24][..], &[60][..]),
            ("*/30 1-2 1,15 * *", &[1, 15], &[60, 90, 120, 150]),
            ("5 4 13 * fri", &[6, 13, 20, 27], &[245]),
            ("0 0 13 * */7", &[], &[0]),
            ("0 0 1 nov 7", &[1, 8, 15, 22, 29], &[0]),
            ("0 0 1-7 11 *", &[1, 2, 3, 4, 5, 6, 7], &[0]),
            ("59 23 31 * *", &[], &[1439]),
        ] {
            let cron = Cron::read(text).unwrap();
            let found: Vec<i8> = (1..=30).filter(|d| cron.is(date(2026, 11, *d))).collect();
            assert_eq!((found, cron.times()), (days.to_vec(), times.to_vec()), "{text}");
        }
    }

    #[test]
    fn says_which_field_is_wrong() {
        for (text, why) in [
            ("", "0 fields"),
            ("0 1 * *", "4 fields"),
            ("0 0 1 * * tue", "6 fields"),
            ("@daily", "1 fields"),
            ("60 1 * * *", "\"60\" is no minute"),
            ("0 24 * * *", "\"24\" is no hour"),
            ("0 1 0 * *", "day of the month"),
            ("0 1 * 13 *", "\"13\" is no month"),
            ("0 1 * * 8", "day of the week"),
            ("0 1 * * fri-mon", "\"fri-mon\""),
            ("5/15 1 * * *", "\"5/15\""),
            ("*/0 1 * * *", "\"*/0\""),
            (", 1 * * *", "\"\" is no minute"),
            ("-1 1 * * *", "\"-1\""),
            ("0 +1 * * *", "\"+1\""),
            ("4294967296 1 * * *", "no minute"),
        ] {
            let wrong = Cron::read(text).unwrap_err();
            assert!(wrong.contains(why), "{text}: {wrong}");
        }
        assert!(Cron::read(&"*,".repeat(1_000_000)).is_err());
    }
}
