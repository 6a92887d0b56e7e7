//! Windows against an independent look at the clocks: minute by minute.

use super::*;
use crate::model::Moment;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZoneDatabase;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

fn at(text: &str) -> Moment {
    Moment::parse(text).expect(text)
}

fn window(zone: &str, start: &str, hours: u32, days: &[&str]) -> Written {
    Written {
        timezone: zone.into(),
        start: Some(start.into()),
        days: days.iter().map(|d| (*d).to_string()).collect(),
        duration: Some(HOUR * hours),
        ..Written::default()
    }
}

fn read(written: &Written) -> Times {
    written.read().unwrap_or_else(|wrong| panic!("{written:?}: {wrong:?}"))
}

fn only(times: &Times) -> Schedule<'_> {
    Schedule { windows: vec![times], blackouts: Vec::new() }
}

fn first(written: &Written, from: &str, how_many: usize) -> Vec<String> {
    let times = read(written);
    let openings: Vec<Interval> = only(&times).openings(at(from)).take(how_many).collect();
    openings
        .iter()
        .map(|o| format!("{} +{}m", &o.from.to_string()[..16], o.length().as_secs() / 60))
        .collect()
}

#[test]
fn opens_by_the_clocks_of_its_zone() {
    let berlin = |start, hours, days: &[&str]| window("Europe/Berlin", start, hours, days);
    for (written, from, expected) in [
        // Already open: what is left of it.
        (
            berlin("01:00", 3, &["tue", "thu"]),
            "2026-11-24T01:30:00Z",
            &["2026-11-24T01:30 +90m", "2026-11-26T00:00 +180m"][..],
        ),
        // Closes at its last moment.
        (berlin("01:00", 3, &["tue"]), "2026-11-24T03:00:00Z", &["2026-12-01T00:00 +180m"]),
        // Opened the evening before.
        (berlin("23:00", 4, &["sat"]), "2026-11-22T01:00:00Z", &["2026-11-22T01:00 +60m"]),
        (
            berlin("22:00", 2, &["2nd tue"]),
            "2026-11-11T00:00:00Z",
            &["2026-12-08T21:00 +120m", "2027-01-12T21:00 +120m"],
        ),
        (
            berlin("22:00", 2, &["last sun"]),
            "2027-02-01T00:00:00Z",
            &["2027-02-28T21:00 +120m", "2027-03-28T20:00 +120m"],
        ),
        // The clocks go forward from 02:00 to 03:00: its start is left out, and it opens behind the gap for its whole length.
        (
            berlin("02:30", 1, &[]),
            "2027-03-27T12:00:00Z",
            &["2027-03-28T01:00 +60m", "2027-03-29T00:30 +60m"],
        ),
        // They go back from 03:00 to 02:00: its start comes twice, and the first counts.
        (
            berlin("02:30", 1, &[]),
            "2026-10-24T12:00:00Z",
            &["2026-10-25T00:30 +60m", "2026-10-26T01:30 +60m"],
        ),
        // Over the change: as long as ever by the stopwatch.
        (berlin("01:00", 3, &[]), "2026-10-24T12:00:00Z", &["2026-10-24T23:00 +180m"]),
        // A change of half an hour.
        (window("Australia/Lord_Howe", "02:10", 1, &[]), "2026-10-03T10:00:00Z", &["2026-10-03T15:30 +60m"]),
        // Midnight is left out.
        (window("Africa/Cairo", "00:00", 1, &[]), "2026-04-23T00:00:00Z", &["2026-04-23T22:00 +60m"]),
    ] {
        assert_eq!(first(&written, from, expected.len()), expected, "{written:?}");
    }
}

#[test]
fn cron_dates_and_exceptions() {
    let cron = |line: &str| Written {
        timezone: "UTC".into(),
        cron: Some(line.into()),
        duration: Some(HOUR),
        ..Written::default()
    };
    assert_eq!(
        first(&cron("0 1,3 * * mon"), "2026-11-26T00:00:00Z", 2),
        ["2026-11-30T01:00 +60m", "2026-11-30T03:00 +60m"]
    );
    assert_eq!(
        first(&cron("0 0 29 feb *"), "2096-03-01T00:00:00Z", 1),
        ["2104-02-29T00:00 +60m"],
        "eight years"
    );
    // What touches is one opening.
    assert_eq!(
        first(&cron("0 1-3 * * *"), "2026-11-26T00:00:00Z", 2),
        ["2026-11-26T01:00 +180m", "2026-11-27T01:00 +180m"]
    );
    let mut advent = window("Europe/Berlin", "01:00", 1, &["thu"]);
    advent.except = vec!["2026-11-26..2026-12-10".into(), "12-20..01-06".into()];
    assert_eq!(first(&advent, "2026-11-25T00:00:00Z", 2), ["2026-12-17T00:00 +60m", "2027-01-07T00:00 +60m"]);
    let freeze = Written {
        timezone: "Asia/Tokyo".into(),
        dates: vec!["2026-12-30..2026-12-31".into(), "01-01".into()],
        ..Written::default()
    };
    assert_eq!(
        first(&freeze, "2026-11-26T00:00:00Z", 2),
        ["2026-12-29T15:00 +4320m", "2027-12-31T15:00 +1440m"]
    );
    // Excluded for ever: it ends.
    advent.except = vec!["2020-01-01..9999-12-31".into()];
    assert!(first(&advent, "2026-11-25T00:00:00Z", 1).is_empty());
}

#[test]
fn windows_add_up_and_blackouts_take_away() {
    let (a, b) = (read(&window("UTC", "01:00", 2, &[])), read(&window("UTC", "02:00", 2, &[])));
    let rush = read(&window("UTC", "01:30", 1, &[]));
    let both = Schedule { windows: vec![&a, &b], blackouts: vec![&rush] };
    let night = at("2026-11-26T00:00:00Z");
    let open: Vec<Interval> = both.openings(night).take(2).collect();
    let hours = |from: &str, until: &str| Interval { from: at(from), until: at(until) };
    assert_eq!(
        open,
        [
            hours("2026-11-26T01:00:00Z", "2026-11-26T01:30:00Z"),
            hours("2026-11-26T02:30:00Z", "2026-11-26T04:00:00Z")
        ]
    );
    assert_eq!(both.fit(night, HOUR), Fit::Later(open[1]));
    assert_eq!(both.fit(night, HOUR / 2), Fit::Later(open[0]));
    assert_eq!(both.fit(open[0].from, HOUR / 2), Fit::Now { until: open[0].until });
    assert_eq!(both.fit(open[1].from, HOUR * 2), Fit::Never { longest: Some(open[1]) });
    assert_eq!(both.blackout_at(at("2026-11-26T01:45:00Z")), Some(0));
    assert_eq!(both.blackout_at(at("2026-11-26T02:30:00Z")), None);
    // Without a window every time is right but for the blackouts.
    let frozen = Schedule { windows: Vec::new(), blackouts: vec![&rush] };
    assert_eq!(
        frozen.fit(at("2026-11-26T02:00:00Z"), HOUR),
        Fit::Later(hours("2026-11-26T02:30:00Z", "2026-11-27T01:30:00Z"))
    );
    let free = Schedule { windows: Vec::new(), blackouts: Vec::new() };
    assert!(matches!(free.fit(night, HOUR * 1000), Fit::Now { .. }));
}

#[test]
fn every_mistake_is_told_at_its_field() {
    let good = window("UTC", "01:00", 3, &["tue"]);
    let with = |change: &dyn Fn(&mut Written)| {
        let mut written = good.clone();
        change(&mut written);
        let wrong = written.read().expect_err("is wrong");
        wrong
            .iter()
            .map(|w| {
                format!(
                    "{}{}: {}",
                    w.field.name(),
                    w.element.map_or(String::new(), |i| format!("[{i}]")),
                    w.what
                )
            })
            .collect::<Vec<_>>()
            .join("; ")
    };
    type Change = fn(&mut Written);
    let cases: [(Change, &str); 16] = [
        (|w| w.except = vec!["12-24".into(); 1_001], "except: \"except\" lists 1001 days; 1000 are the most"),
        (|w| w.timezone = "Europe/Berln".into(), "timezone: There is no time zone \"Europe/Berln\""),
        (|w| w.timezone = "CET+1".into(), "timezone: There is no"),
        (|w| w.timezone = "../../etc/passwd".into(), "timezone: There is no"),
        (|w| w.timezone = "a".repeat(1 << 20), "timezone: There is no"),
        (|w| w.start = Some("24:00".into()), "start: \"24:00\" is no time of day"),
        (|w| w.start = Some("1:00".into()), "start: \"1:00\""),
        (|w| w.start = None, "start: It does not say when it begins"),
        (|w| w.days = vec!["tue".into(), "tuesday".into()], "days[1]: \"tuesday\" is no day"),
        (|w| w.duration = None, "duration: It does not say"),
        (|w| w.duration = Some(Duration::from_secs(59)), "duration: It lasts a minute"),
        (|w| w.duration = Some(Duration::MAX), "duration: It lasts 366 days"),
        (|w| w.duration = Some(HOUR * 169), "duration: It lasts longer than"),
        (|w| w.except = vec!["2026-13-01".into()], "except[0]: \"2026-13-01\""),
        (|w| w.except = vec!["01-01..12-31".into()], "except: It never begins"),
        (|w| w.cron = Some("0 1 * * *".into()), "start: Either \"cron\" or \"start\""),
    ];
    for (change, expected) in cases {
        let told = with(&change);
        assert!(told.contains(expected), "{told}");
    }
    let cron = |line: &str| Written {
        timezone: "UTC".into(),
        cron: Some(line.into()),
        duration: Some(HOUR),
        ..Written::default()
    };
    assert!(cron("0 0 30 feb *").read().unwrap_err()[0].what.contains("never comes"));
    assert!(cron("*/30 * * * *").read().unwrap_err()[0].what.contains("longer than"));
    assert!(cron("0 * * *").read().unwrap_err()[0].what.contains("no cron line"));
    // As long as the time between: always open.
    assert!(cron("0 * * * *").read().is_ok());
    assert!(window("UTC", "00:00", 24, &["sat", "sun"]).read().is_ok());
    assert!(window("UTC", "00:00", 25, &["sat", "sun"]).read().is_err());
    // All mistakes at once.
    assert_eq!(window("Nowhere", "25:00", 0, &["x", "y"]).read().unwrap_err().len(), 5);
}

/// Where the clocks of a zone are changed from 2020 to 2037: moments, found by looking at every noon.
fn changes(zone: &jiff::tz::TimeZone) -> Vec<i64> {
    let offset = |s: i64| zone.to_offset(Timestamp::from_second(s).unwrap());
    let (day, end) = (86_400, at("2038-01-01T00:00:00Z").0 / 1000);
    let mut changes = Vec::new();
    let mut s = at("2020-01-01T12:00:00Z").0 / 1000;
    while s < end {
        if offset(s) != offset(s + day) {
            let (mut before, mut after) = (s, s + day);
            while after - before > 1 {
                let middle = (before + after) / 2;
                *(if offset(middle) == offset(s) { &mut before } else { &mut after }) = middle;
            }
            changes.push(after);
        }
        s += day;
    }
    changes
}

/// What the rule says, by looking at the clock: the first moment, minute by minute, at which it shows `wall` or later.
fn looked_up(clock: &[(i64, DateTime)], wall: DateTime) -> Option<i64> {
    clock.iter().find(|(_, shown)| *shown >= wall).map(|(s, _)| *s)
}

#[test]
fn every_change_of_every_zone_follows_the_rule() {
    let zones = TimeZoneDatabase::bundled();
    let (mut seen, mut gaps, mut folds) = (0, 0, 0);
    for name in Zone::names() {
        let (zone, raw) = (Zone::named(&name).unwrap(), zones.get(&name).unwrap());
        for change in changes(&raw) {
            seen += 1;
            let step = 60;
            assert_eq!(change % step, 0, "{name}: looked at minute by minute");
            let show = |s: i64| raw.to_datetime(Timestamp::from_second(s).unwrap());
            let clock: Vec<_> = (-400..400).map(|n| change + n * step).map(|s| (s, show(s))).collect();
            // Every time that is left out or comes twice, and an hour around.
            let (before, after) = (show(change - 1), show(change));
            let (least, most) = (before.min(after), before.max(after));
            if after > before {
                gaps += 1
            } else {
                folds += 1
            }
            let mut wall = least.checked_sub(1.hour()).unwrap();
            wall = wall.date().at(wall.hour(), wall.minute() / 5 * 5, 0, 0);
            while wall <= most.checked_add(1.hour()).unwrap() {
                let expected = looked_up(&clock, wall).map(|s| Moment(s * 1000));
                assert_eq!(zone.reaches(wall), expected, "{name} {wall}");
                wall = wall.checked_add(5.minutes()).unwrap();
            }
        }
    }
    assert!(seen > 5000 && gaps > 2000 && folds > 2000, "{seen} changes, {gaps} gaps, {folds} folds");
}

#[test]
fn daily_windows_open_once_a_day_through_every_change() {
    for name in [
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "America/Santiago",
        "Asia/Gaza",
    ] {
        for start in ["00:00", "00:30", "01:30", "02:00", "02:30", "23:30"] {
            let times = read(&window(name, start, 1, &[]));
            let all: Vec<Interval> =
                only(&times).openings(at("2026-01-01T12:00:00Z")).take(365 * 3).collect();
            let dates: Vec<Date> = all.iter().map(|o| times.zone.wall(o.from).date()).collect();
            assert!(dates.windows(2).all(|d| d[0].tomorrow().unwrap() == d[1]), "{name} {start}");
            assert!(all.iter().all(|o| o.length() == HOUR), "{name} {start}");
        }
    }
}

fn any_times() -> impl Strategy<Value = Times> {
    let zone = prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Pacific/Apia",
    ]);
    let days = prop::sample::subsequence(vec!["mon", "tue", "2nd wed", "last sun", "sat"], 0..4);
    let again =
        (zone.clone(), 0..24_u8, 0..60_u8, 1..1440_u64, days).prop_map(|(zone, hour, minute, long, days)| {
            Written {
                duration: Some(Duration::from_secs(long * 60)),
                ..window(zone, &format!("{hour:02}:{minute:02}"), 0, &days)
            }
        });
    let dates = (zone, 1..13_u8, 1..29_u8).prop_map(|(zone, month, day)| Written {
        timezone: zone.into(),
        dates: vec![format!("{month:02}-{day:02}"), format!("2027-{month:02}-01..2027-{month:02}-{day:02}")],
        ..Written::default()
    });
    prop_oneof![4 => again, 1 => dates].prop_filter_map("is wrong", |written| written.read().ok())
}

/// A blackout in Tokyo lies over a night in Berlin for half of the year.
#[test]
fn what_is_in_the_way_of_the_next_window_is_named() {
    let night = read(&window("Europe/Berlin", "01:00", 1, &[]));
    let blackouts = [read(&window("Asia/Tokyo", "09:00", 1, &[])), read(&window("UTC", "12:00", 1, &[]))];
    let schedule = Schedule { windows: vec![&night], blackouts: blackouts.iter().collect() };
    let now = at("2026-11-28T10:00:00Z");
    let fit = schedule.fit(now, HOUR / 2);
    assert!(matches!(fit, Fit::Later(opening) if opening.from == at("2027-03-28T23:00:00Z")), "{fit:?}");
    assert_eq!(schedule.in_the_way(now, HOUR / 2), [0]);
    assert!(schedule.in_the_way(at("2027-05-01T10:00:00Z"), HOUR / 2).is_empty());
    assert!(schedule.in_the_way(now, HOUR * 2).is_empty(), "no window is as long as that");
}

proptest! {
    #[test]
    fn openings_are_in_order_apart_and_what_each_moment_says(
        windows in prop::collection::vec(any_times(), 0..3),
        blackouts in prop::collection::vec(any_times(), 0..3),
        from in 1_760_000_000_i64..1_830_000_000,
        needs in 1..2000_u64,
    ) {
        let schedule = Schedule { windows: windows.iter().collect(), blackouts: blackouts.iter().collect() };
        let from = Moment(from * 1000);
        let open: Vec<Interval> = schedule.openings(from).take(12).collect();
        // Only what is open for more than a year comes in pieces.
        let whole = |o: Interval| o.length() < HOUR * 24 * 400;
        prop_assert!(open.windows(2).all(|o| o[0].until < o[1].from || !whole(o[0]) && o[0].until == o[1].from));
        prop_assert!(open.iter().all(|o| o.from >= from && o.from < o.until));
        // Each moment by itself: in a window, and in no blackout.
        let holds = |times: &Times, at: Moment| {
            let moment = Interval { from: at, until: Moment(at.0 + 1) };
            times.open(moment).iter().any(|o| o.holds(at))
        };
        let end = open.last().map_or(from, |o| o.until);
        let edges = open.iter().flat_map(|o| [o.from.0 - 1, o.from.0, o.until.0 - 1, o.until.0]);
        let between = (0..40).map(|n| from.0 + (end.0 - from.0) / 40 * n);
        for at in edges.chain(between).map(Moment).filter(|at| *at >= from && *at < end) {
            let alone = (windows.is_empty() || windows.iter().any(|w| holds(w, at))) && !blackouts.iter().any(|b| holds(b, at));
            prop_assert_eq!(open.iter().any(|o| o.holds(at)), alone, "{}", at);
            prop_assert_eq!(schedule.blackout_at(at).is_some(), blackouts.iter().any(|b| holds(b, at)));
        }
        let needs = Duration::from_secs(needs * 60);
        match schedule.fit(from, needs) {
            Fit::Now { until } => prop_assert!(until.since(from) >= needs),
            Fit::Later(opening) => {
                prop_assert!(opening.from > from && opening.length() >= needs);
                prop_assert!(open.iter().take_while(|o| o.from < opening.from).all(|o| o.length() < needs));
            }
            Fit::Never { longest } => prop_assert!(longest.is_none_or(|l| l.length() < needs)),
        }
    }
}
