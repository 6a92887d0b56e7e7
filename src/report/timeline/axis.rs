//! Where a time axis has its labels: at round times of day, as many as fit.

use crate::model::Moment;
use crate::report::size;

/// The time of day in which an axis is labelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its name, such as `Europe/Berlin`; empty where it has none.
    pub name: String,
    /// Seconds east of UTC when the run began.
    pub offset: i32,
}

impl Zone {
    /// `Europe/Berlin, UTC+01:00`.
    pub fn told(&self) -> String {
        let minutes = self.offset.unsigned_abs() / 60;
        let sign = if self.offset < 0 { '-' } else { '+' };
        let utc = match minutes {
            0 => "UTC".to_string(),
            _ => format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60),
        };
        match self.name.is_empty() || self.name.rsplit('/').next() == Some(&utc) {
            true => utc,
            false => format!("{}, {utc}", self.name),
        }
    }
}

/// Steps of labels, in seconds.
const STEPS: [u64; 23] = [
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1_800,
    3_600,
    7_200,
    10_800,
    21_600,
    43_200,
    86_400,
    172_800,
    604_800,
    2_592_000,
    31_536_000,
    315_360_000,
];

/// A label, and where it stands, in milliseconds since the run began.
pub(super) type Tick = (u64, String);

/// At most `most` labels (and at least none) of a run that began at `started` and lasted `length` milliseconds.
pub(super) fn ticks(started: Moment, length: u64, most: usize, zone: &Zone) -> Vec<Tick> {
    let most = most.max(1) as u64;
    let Some(step) = STEPS.into_iter().map(|s| s * 1_000).find(|step| length / step < most) else {
        return Vec::new();
    };
    let local = i128::from(started.0) + i128::from(zone.offset) * 1_000;
    let into = u64::try_from(local.rem_euclid(i128::from(step))).unwrap_or(0);
    let first = if into == 0 { 0 } else { step - into };
    let label = |at: u64| {
        let moment = started.plus(std::time::Duration::from_millis(at));
        let time = size::time_of_day(moment, zone.offset);
        match step {
            ..60_000 => time,
            60_000..86_400_000 => time.get(..5).unwrap_or(&time).to_string(),
            _ => size::date(moment, zone.offset).chars().take(10).collect(),
        }
    };
    (0..most)
        .map_while(|k| first.checked_add(k * step).filter(|at| *at <= length))
        .map(|at| (at, label(at)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERLIN: i32 = 3_600;

    fn labels(started: &str, length: u64, most: usize) -> Vec<String> {
        let zone = Zone { name: "Europe/Berlin".into(), offset: BERLIN };
        let started = Moment::parse(started).unwrap();
        ticks(started, length, most, &zone).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn labels_are_round_and_few() {
        let at = "2026-11-22T01:40:07.000Z";
        assert_eq!(labels(at, 10 * 60_000, 4), ["02:45", "02:50"]);
        assert_eq!(labels(at, 9_000, 4), ["02:40:10", "02:40:15"]);
        assert_eq!(labels(at, 0, 4), ["02:40:07"]);
        assert_eq!(labels("2026-11-22T01:40:00.000Z", 0, 4), ["02:40:00"]);
        assert_eq!(labels(at, 3 * 86_400_000, 4), ["2026-11-23", "2026-11-24", "2026-11-25"]);
        for length in [0, 1, 999, 86_399_999, u64::MAX / 2, u64::MAX] {
            assert!(labels(at, length, 5).len() <= 5);
        }
    }

    #[test]
    fn the_zone_is_named() {
        let zone = |name: &str, offset| Zone { name: name.into(), offset }.told();
        assert_eq!(zone("Europe/Berlin", BERLIN), "Europe/Berlin, UTC+01:00");
        assert_eq!([zone("UTC", 0), zone("Etc/UTC", 0)], ["UTC", "UTC"]);
        assert_eq!(zone("Europe/London", 0), "Europe/London, UTC");
        assert_eq!(zone("", -12_600), "UTC-03:30");
    }
}
