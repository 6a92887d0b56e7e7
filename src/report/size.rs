//! Sizes, counts and times as people read them.

use crate::model::Moment;

/// So many names are told; of more, how many.
const NAMED: usize = 4;

/// `12 B`, `1.4 kB`, `20 MB`, `1.2 GB` (powers of 1000).
pub fn bytes(size: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let mut unit = 0;
    let mut tenths = u128::from(size) * 10;
    while tenths >= 10_000 && unit + 1 < units.len() {
        tenths /= 1_000;
        unit += 1;
    }
    if unit == 0 || tenths >= 100 || tenths % 10 == 0 {
        format!("{} {}", tenths / 10, units[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, units[unit])
    }
}

/// `12,345`.
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1 component`, `12,345 components`.
pub fn counted(n: usize, one: &str) -> String {
    let plural = match one.strip_suffix('y') {
        Some(stem) if n != 1 && !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if n != 1 => format!("{one}s"),
        _ => one.to_string(),
    };
    format!("{} {plural}", count(n))
}

/// `a`, `a and b`, `a, b, c, d and 12 more`; at least one.
pub fn names(names: &[String]) -> String {
    let (last, before) = match names {
        // One more is no shorter than its name.
        [told @ .., last] if told.len() <= NAMED => (last.clone(), told),
        _ => (format!("{} more", names.len() - NAMED), &names[..NAMED]),
    };
    match before {
        [] => last,
        before => format!("{} and {last}", before.join(", ")),
    }
}

/// `1st`, `2nd`, `3rd`, `11th`.
pub fn ordinal(n: usize) -> String {
    let end = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{end}")
}

/// `02:40:07`, at `offset` seconds east of UTC.
pub fn time_of_day(at: Moment, offset: i32) -> String {
    let secs = (at.0.div_euclid(1_000) + i64::from(offset)).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", secs / 3_600, secs / 60 % 60, secs % 60)
}

/// `2026-11-22 02:40`, at `offset` seconds east of UTC; it is not wrapped between day and time.
pub fn date(at: Moment, offset: i32) -> String {
    let full = Moment(at.0.saturating_add(i64::from(offset) * 1_000)).to_string();
    match (full.get(..10), full.get(11..16), full.as_bytes().get(10)) {
        (Some(day), Some(time), Some(b'T')) => format!("{day}\u{a0}{time}"),
        _ => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_well() {
        for (size, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1 kB"),
            (1_440, "1.4 kB"),
            (20_400_000, "20 MB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(bytes(size), text);
        }
        assert_eq!(
            (count(7), count(1_234), count(1_234_567)),
            ("7".into(), "1,234".into(), "1,234,567".into())
        );
        assert_eq!((counted(1, "file"), counted(0, "file")), ("1 file".into(), "0 files".into()));
        let all: Vec<_> = [1, 2, 3, 4, 11, 12, 13, 21, 112].into_iter().map(ordinal).collect();
        assert_eq!(all, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]);
    }

    #[test]
    fn times() {
        let at = Moment::parse("2026-11-22T02:40:07.9Z").unwrap();
        assert_eq!(time_of_day(at, 0), "02:40:07");
        assert_eq!(time_of_day(at, -3 * 3_600), "23:40:07");
        assert_eq!(date(at, 0), "2026-11-22\u{a0}02:40");
        assert_eq!(date(at, -3 * 3_600), "2026-11-21\u{a0}23:40");
        assert_eq!(date(Moment(i64::MAX), 0), format!("{} ms", i64::MAX));
    }
}
