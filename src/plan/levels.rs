//! How two patch levels stand to each other: part by part, by the kind's own version scheme.

use crate::model::PatchLevel;
use std::cmp::Ordering;

/// Compares two versions of a kind: how the first stands to the second; `None` when nobody knows.
pub type Compare<'a> = dyn Fn(&str, &str, &str) -> Option<Ordering> + 'a;

/// How a wanted level stands to an observed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Parts that are wanted and not installed.
    pub missing: Vec<String>,
    /// Where the parts that differ go.
    pub direction: Direction,
}

/// Where the parts that differ go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// None differs.
    Same,
    /// All go up, or only change their spelling.
    Up,
    /// At least one cannot be compared, and none is known to go down.
    Unknown,
    /// At least one goes down.
    Down,
}

/// How `wanted` stands to `observed`. Levels are the same when their text is: two spellings of one version
/// (semver's build metadata) are a change, because they may be two builds.
pub fn difference(kind: &str, observed: &PatchLevel, wanted: &PatchLevel, compare: &Compare) -> Difference {
    let mut missing = Vec::new();
    let mut direction = Direction::Same;
    match (observed, wanted) {
        (PatchLevel::Single(from), PatchLevel::Single(to)) => direction = towards(kind, from, to, compare),
        (PatchLevel::Map(from), PatchLevel::Map(to)) => {
            for (part, to) in to {
                match from.get(part) {
                    Some(from) => direction = direction.max(towards(kind, from, to, compare)),
                    None => missing.push(part.clone()),
                }
            }
        }
        // The kind's shape of level was changed since.
        _ => direction = Direction::Unknown,
    }
    Difference { missing, direction }
}

fn towards(kind: &str, from: &str, to: &str, compare: &Compare) -> Direction {
    if from == to {
        return Direction::Same;
    }
    match compare(kind, to, from) {
        Some(Ordering::Less) => Direction::Down,
        Some(Ordering::Equal | Ordering::Greater) => Direction::Up,
        None => Direction::Unknown,
    }
}

/// Whether what `recorded` says of the parts that are still wanted is no longer what is observed (`None`: absent).
pub fn drifted(recorded: &PatchLevel, observed: Option<&PatchLevel>, wanted: Option<&PatchLevel>) -> bool {
    match (recorded, observed) {
        (_, None) => true,
        (PatchLevel::Map(recorded), Some(PatchLevel::Map(observed))) => {
            let still = |part: &String| match wanted {
                Some(PatchLevel::Map(wanted)) => wanted.contains_key(part),
                _ => true,
            };
            recorded.iter().any(|(part, level)| still(part) && observed.get(part) != Some(level))
        }
        (recorded, Some(observed)) => recorded != observed,
    }
}

/// `level` without the parts that `wanted` does not manage.
pub fn managed(level: &PatchLevel, wanted: Option<&PatchLevel>) -> PatchLevel {
    match (level, wanted) {
        (PatchLevel::Map(parts), Some(PatchLevel::Map(wanted))) => PatchLevel::Map(
            parts
                .iter()
                .filter(|(part, _)| wanted.contains_key(*part))
                .map(|(p, l)| (p.clone(), l.clone()))
                .collect(),
        ),
        _ => level.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(_: &str, a: &str, b: &str) -> Option<Ordering> {
        Some(a.parse::<u32>().ok()?.cmp(&b.parse::<u32>().ok()?))
    }

    fn level(text: &str) -> PatchLevel {
        match text.contains('=') {
            true => PatchLevel::Map(
                text.split(' ')
                    .filter_map(|p| p.split_once('='))
                    .map(|(k, v)| (k.into(), v.into()))
                    .collect(),
            ),
            false => PatchLevel::Single(text.into()),
        }
    }

    #[test]
    fn directions() {
        for (observed, wanted, direction, missing) in [
            ("1", "1", Direction::Same, ""),
            ("1", "2", Direction::Up, ""),
            ("2", "1", Direction::Down, ""),
            ("1", "01", Direction::Up, ""),
            ("x", "2", Direction::Unknown, ""),
            ("x", "x", Direction::Same, ""),
            ("a=1 b=1", "a=1 b=1", Direction::Same, ""),
            ("a=1 b=1", "a=2 b=1", Direction::Up, ""),
            ("a=1 b=2", "a=2 b=1", Direction::Down, ""),
            ("a=1 b=x", "a=2 b=y", Direction::Unknown, ""),
            ("a=2 b=x", "a=1 b=y", Direction::Down, ""),
            ("a=1 z=9", "a=1", Direction::Same, ""),
            ("a=1", "a=1 b=1", Direction::Same, "b"),
            ("1", "a=1", Direction::Unknown, ""),
        ] {
            let found = difference("k", &level(observed), &level(wanted), &numbers);
            assert_eq!(
                (found.direction, &*found.missing.join(" ")),
                (direction, missing),
                "{observed} → {wanted}"
            );
        }
    }

    #[test]
    fn drift_is_about_the_parts_that_are_still_wanted() {
        for (recorded, observed, wanted, expected) in [
            ("1", Some("1"), Some("2"), false),
            ("1", Some("2"), Some("2"), true),
            ("1", None, Some("2"), true),
            ("a=1 b=1", Some("a=1"), Some("a=2"), false),
            ("a=1 b=1", Some("a=1"), Some("a=2 b=1"), true),
            ("a=1", Some("a=1 b=7"), Some("a=1 b=8"), false),
            ("a=1 b=1", Some("a=1 b=2"), None, true),
        ] {
            let (observed, wanted) = (observed.map(level), wanted.map(level));
            assert_eq!(drifted(&level(recorded), observed.as_ref(), wanted.as_ref()), expected, "{recorded}");
        }
        assert_eq!(managed(&level("a=1 b=2"), Some(&level("b=3"))), level("b=2"));
    }
}
