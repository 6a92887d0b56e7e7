//! The places where a process can be killed, as a counting run passed them: `journal.half#3` is the third time that the
//! failpoint `journal.half` was passed.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

/// One place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub name: String,
    pub count: u32,
}

impl Point {
    /// Whether a provider passes it: killed there, it is started anew, and its controller goes on.
    pub fn is_of_a_provider(&self) -> bool {
        ["ledger.", "kept.", "release."].iter().any(|own| self.name.starts_with(own))
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.name, self.count)
    }
}

/// All places that the log of a counting run names, in the order in which they were passed.
pub fn passed(log: &Path) -> Vec<Point> {
    let mut seen = BTreeMap::new();
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines()
        .map(|name| {
            let count = seen.entry(name).or_insert(0);
            *count += 1;
            Point { name: name.into(), count: *count }
        })
        .collect()
}

/// At most `most` of `points`: evenly spread, the first and the last included, and every name at least once as long as
/// there is room. The same ones each time.
pub fn spread(points: &[Point], most: usize) -> Vec<Point> {
    if points.len() <= most {
        return points.to_vec();
    }
    let mut names = BTreeMap::new();
    for (i, point) in points.iter().enumerate() {
        // The middle one of a name says most: its neighbours have begun and not ended.
        names.entry(&point.name).or_insert_with(Vec::new).push(i);
    }
    let mut chosen: Vec<usize> = names.values().map(|all| all[all.len() / 2]).collect();
    let left = most.saturating_sub(chosen.len());
    chosen.extend((0..left).map(|k| k * (points.len() - 1) / left.max(2).saturating_sub(1)));
    chosen.sort_unstable();
    chosen.dedup();
    let step = chosen.len().div_ceil(most);
    chosen.into_iter().step_by(step).map(|i| points[i].clone()).collect()
}

#[test]
fn points_are_counted_and_spread() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    fs::write(&log, "a\nb\na\nc\na\n").unwrap();
    let all = passed(&log);
    assert_eq!(all.iter().map(Point::to_string).collect::<Vec<_>>(), ["a#1", "b#1", "a#2", "c#1", "a#3"]);
    let three = spread(&all, 4);
    assert!(
        three.len() <= 4 && ["a", "b", "c"].iter().all(|n| three.iter().any(|p| p.name == *n)),
        "{three:?}"
    );
    assert_eq!(spread(&all, 9), all);
}
