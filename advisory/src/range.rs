//! Ranges of versions, by events along a line, and where a version stands in one.
//!
//! Source: the OSV schema, "Evaluation": events are sorted by version; `introduced` and `fixed` act at their own
//! version, `last_affected` behind it, `limit` ends the line; `introduced: "0"` is below everything.

use patchform_versions::{ParseError, Scheme};
use std::cmp::Ordering;

/// What kind of versions a range speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RangeKind {
    /// Versions of the ecosystem.
    Ecosystem,
    /// Semantic versions, whatever the ecosystem.
    Semver,
    /// Commits: they cannot be told from a version, so such a range is kept and never matched.
    Git,
}

/// Something that happens at a version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// From this version on it is affected; `0` is below every version.
    Introduced(String),
    /// From this version on it is not.
    Fixed(String),
    /// This version is the last that is affected.
    LastAffected(String),
    /// From this version on the range says nothing; `*` is above every version.
    Limit(String),
}

/// Events along one line of versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    /// Of what kind the versions are.
    pub kind: RangeKind,
    /// In rising order where every version could be read, else in the order of the feed.
    pub events: Vec<Event>,
    /// The repository of a range of commits.
    pub repo: Option<String>,
    /// The scheme by which the events were sorted, where it could read every one of them.
    sorted: Option<Scheme>,
}

/// Where a version stands in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position<'a> {
    /// It is affected; the next fix, if there is one.
    Inside(Option<&'a str>),
    /// Below the first version that is affected.
    Before,
    /// At or above this fix.
    Fixed(&'a str),
    /// Above the last version that is affected.
    PastLast(&'a str),
    /// At or above every limit, or in a range of commits: the range does not speak of it.
    Outside,
}

impl Event {
    /// The version at which it happens.
    pub fn version(&self) -> &str {
        match self {
            Event::Introduced(version)
            | Event::Fixed(version)
            | Event::LastAffected(version)
            | Event::Limit(version) => version,
        }
    }

    /// Its place among events of the same version: a fix before a new introduction, the end behind both.
    fn rank(&self) -> u8 {
        match self {
            Event::Fixed(_) => 0,
            Event::Introduced(_) => 1,
            Event::LastAffected(_) => 2,
            Event::Limit(_) => 3,
        }
    }

    fn is_bottom(&self) -> bool {
        matches!(self, Event::Introduced(version) if version == "0")
    }
}

impl Range {
    /// A range of an ecosystem whose versions a scheme orders; none for one that is not known here. Its events are sorted
    /// as the evaluation needs them: in real records several pairs stand in any order.
    pub fn new(
        kind: RangeKind,
        events: Vec<Event>,
        repo: Option<String>,
        ecosystem: Option<Scheme>,
    ) -> Range {
        let mut range = Range { kind, events, repo, sorted: None };
        if let Some(scheme) = range.scheme(ecosystem) {
            range.sort(scheme);
        }
        range
    }

    /// Everything below `fix`.
    pub fn below(fix: &str, ecosystem: Option<Scheme>) -> Range {
        let events = vec![Event::Introduced("0".to_string()), Event::Fixed(fix.to_string())];
        Range::new(RangeKind::Ecosystem, events, None, ecosystem)
    }

    /// The scheme that orders it, given that of its ecosystem.
    pub fn scheme(&self, ecosystem: Option<Scheme>) -> Option<Scheme> {
        match self.kind {
            RangeKind::Ecosystem => ecosystem,
            RangeKind::Semver => Some(Scheme::Semver),
            RangeKind::Git => None,
        }
    }

    fn sort(&mut self, scheme: Scheme) {
        let readable = |event: &Event| {
            event.is_bottom() || event.version() == "*" || scheme.check(event.version()).is_ok()
        };
        if self.events.iter().all(readable) {
            self.events.sort_by(|a, b| order(scheme, a, b).then(a.rank().cmp(&b.rank())));
            self.sorted = Some(scheme);
        }
    }

    /// Where a version stands.
    ///
    /// # Errors
    /// For a version, the host's or an event's, that the scheme refuses.
    pub fn position(&self, scheme: Scheme, version: &str) -> Result<Position<'_>, ParseError> {
        scheme.check(version)?;
        if self.sorted != Some(scheme) {
            let unread = self.events.iter().filter(|event| !event.is_bottom() && event.version() != "*");
            unread.map(|event| scheme.check(event.version())).collect::<Result<Vec<_>, _>>()?;
        }
        if self.kind == RangeKind::Git || !self.before_limits(scheme, version) {
            return Ok(Position::Outside);
        }
        let mut position = Position::Before;
        let mut fix = None;
        for event in self.events.iter().filter(|event| !matches!(event, Event::Limit(_))) {
            let reached = event.is_bottom() || scheme.order(version, event.version()).is_ge();
            match event {
                Event::Introduced(_) if reached => position = Position::Inside(None),
                Event::Fixed(at) if reached => position = Position::Fixed(at),
                Event::Fixed(at) => fix = fix.or(Some(at.as_str())),
                Event::LastAffected(last) if reached && scheme.order(version, last).is_ne() => {
                    position = Position::PastLast(last);
                }
                _ => {}
            }
        }
        Ok(if matches!(position, Position::Inside(_)) { Position::Inside(fix) } else { position })
    }

    /// Without a limit everything is before it; with several, any one is enough.
    fn before_limits(&self, scheme: Scheme, version: &str) -> bool {
        let mut limits = self.events.iter().filter_map(|event| match event {
            Event::Limit(limit) => Some(limit == "*" || scheme.order(version, limit).is_lt()),
            _ => None,
        });
        let first = limits.next();
        first.is_none_or(|before| before || limits.any(|before| before))
    }
}

fn order(scheme: Scheme, a: &Event, b: &Event) -> Ordering {
    match (a.is_bottom(), b.is_bottom()) {
        (false, false) if a.version() == "*" || b.version() == "*" => {
            (a.version() == "*").cmp(&(b.version() == "*"))
        }
        (false, false) => scheme.order(a.version(), b.version()),
        (a, b) => b.cmp(&a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn range(events: &[(&str, &str)]) -> Range {
        let event = |(kind, version): &(&str, &str)| match *kind {
            "introduced" => Event::Introduced(version.to_string()),
            "fixed" => Event::Fixed(version.to_string()),
            "last" => Event::LastAffected(version.to_string()),
            _ => Event::Limit(version.to_string()),
        };
        let events = events.iter().map(event).collect();
        Range::new(RangeKind::Semver, events, None, None)
    }

    fn at<'a>(range: &'a Range, version: &str) -> Position<'a> {
        range.position(Scheme::Semver, version).unwrap()
    }

    #[test]
    fn pairs_in_any_order_are_sorted_first() {
        let pairs =
            range(&[("introduced", "2.0.0"), ("fixed", "1.3.0"), ("introduced", "0"), ("fixed", "2.1.0")]);
        assert_eq!(at(&pairs, "0.0.0-0"), Position::Inside(Some("1.3.0")));
        assert_eq!(at(&pairs, "1.3.0"), Position::Fixed("1.3.0"));
        assert_eq!(at(&pairs, "2.0.9"), Position::Inside(Some("2.1.0")));
        assert_eq!(at(&pairs, "2.1.0"), Position::Fixed("2.1.0"));
    }

    #[test]
    fn the_last_affected_is_affected_and_its_successor_is_not() {
        let last = range(&[("introduced", "1.0.0"), ("last", "1.5.0")]);
        assert_eq!(at(&last, "0.9.0"), Position::Before);
        assert_eq!(at(&last, "1.5.0"), Position::Inside(None));
        assert_eq!(at(&last, "1.5.1"), Position::PastLast("1.5.0"));
    }

    #[test]
    fn a_limit_ends_the_line_and_a_star_does_not() {
        let limited = range(&[("introduced", "1.0.0"), ("limit", "2.0.0")]);
        assert_eq!(at(&limited, "1.9.0"), Position::Inside(None));
        assert_eq!(at(&limited, "2.0.0"), Position::Outside);
        let free = range(&[("limit", "*"), ("introduced", "1.0.0"), ("limit", "2.0.0")]);
        assert_eq!(at(&free, "3.0.0"), Position::Inside(None));
    }

    #[test]
    fn a_fix_at_zero_means_that_nothing_is_affected_and_what_cannot_be_read_is_an_error() {
        let never = Range::below("0", Some(Scheme::Dpkg));
        // Introduced at the very bottom and fixed at 0: only what is below 0 remains.
        assert_eq!(never.position(Scheme::Dpkg, "1.0-1").unwrap(), Position::Fixed("0"));
        assert!(never.position(Scheme::Dpkg, "").is_err());
        assert!(range(&[("introduced", "x y")]).position(Scheme::Semver, "1.0.0").is_err());
        let mut git = range(&[("introduced", "0")]);
        git.kind = RangeKind::Git;
        assert_eq!(at(&git, "1.0.0"), Position::Outside);
    }

    proptest! {
        /// The schema's definition, word for word, over numbers instead of versions.
        #[test]
        fn the_position_is_the_schemas(
            events in proptest::collection::vec((0..3u8, 1..9u32), 1..6), version in 0..10u32,
        ) {
            let name = |kind| ["introduced", "fixed", "last"][usize::from(kind)];
            let texts: Vec<(&str, String)> = events.iter().map(|(kind, at)| (name(*kind), format!("{at}.0.0"))).collect();
            let pairs: Vec<(&str, &str)> = texts.iter().map(|(kind, at)| (*kind, at.as_str())).collect();
            let mut sorted = events.clone();
            sorted.sort_by_key(|(kind, at)| (*at, [1, 0, 2][usize::from(*kind)]));
            let vulnerable = sorted.iter().fold(false, |vulnerable, (kind, at)| match kind {
                0 if version >= *at => true,
                1 if version >= *at => false,
                2 if version > *at => false,
                _ => vulnerable,
            });
            let range = range(&pairs);
            let position = range.position(Scheme::Semver, &format!("{version}.0.0")).unwrap();
            prop_assert_eq!(matches!(position, Position::Inside(_)), vulnerable);
        }
    }
}
