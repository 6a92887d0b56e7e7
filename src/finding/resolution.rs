//! Constraints on patch levels, resolved into exact ones: what is installed, offered or needed and allowed, the newest of that.

use crate::config::levels::{LevelPin, Levels, Row, is_same, satisfies};
use crate::model::Address;
use patchform_versions::Scheme;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A part of a component's level that a constraint asks for, and all that is known of it.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// The component.
    pub component: &'a Address,
    /// Whose rows of the lock file count for it.
    pub key: &'a str,
    /// The part.
    pub part: &'a str,
    /// The constraint.
    pub constraint: &'a str,
    /// What orders its versions.
    pub scheme: Scheme,
    /// Whose packages it has: components of one kind of system get one answer. None where that is not known.
    pub system: Option<String>,
    /// The level that the lock file has for it, whatever that was resolved for.
    pub locked: Option<&'a LevelPin>,
    /// The level that is installed.
    pub installed: Option<&'a str>,
    /// Levels that an archive offers for its system.
    pub offered: Vec<&'a str>,
    /// The lowest level that closes what is to be closed.
    pub needed: Option<&'a str>,
    /// Whether it is to be left as it is.
    pub left: bool,
}

/// What constraints are resolved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// What has no level gets the newest one; what has one keeps it, unless a higher one is needed.
    Needed,
    /// The newest.
    Newest,
    /// What is installed.
    Installed,
}

/// What wishes came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The rows of the lock file.
    pub levels: Levels,
    /// What changes.
    pub moved: Vec<Moved>,
    /// What has no level, or one that is not what is needed, and why: by what asks and part, with how many components.
    pub left: BTreeMap<(String, String, String), usize>,
    /// How many wishes have no level for what they ask.
    pub open: usize,
}

/// A level of the lock file that changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moved {
    /// Whose rows these are.
    pub key: String,
    /// The part.
    pub part: String,
    /// The level before, if it had one.
    pub from: Option<String>,
    /// The level after.
    pub to: String,
    /// Whether that is lower.
    pub lower: bool,
    /// How many components have it.
    pub components: usize,
}

/// Resolves every wish; `before` is what the lock file says, `today` the day of what is new in it.
pub fn resolve(wishes: &[Wish<'_>], aim: Aim, before: &Levels, today: &str) -> Resolution {
    let mut resolution = Resolution::default();
    let mut answers: Vec<Option<&str>> = wishes.iter().map(Wish::kept).collect();
    let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (i, wish) in wishes.iter().enumerate().filter(|(_, wish)| !wish.left) {
        groups.entry((wish.key, wish.part, wish.constraint, &wish.system)).or_default().push(i);
    }
    for members in groups.values() {
        let group: Vec<&Wish<'_>> = members.iter().map(|i| &wishes[*i]).collect();
        for (i, Answer { level, lacking }) in members.iter().zip(together(&group, aim)) {
            answers[*i] = level.or(answers[*i]);
            if let Some(why) = lacking {
                let wish = &wishes[*i];
                *resolution.left.entry((wish.key.into(), wish.part.into(), why)).or_default() += 1;
            }
        }
    }
    let open = wishes.iter().zip(&answers).filter(|(wish, answer)| !wish.left && answer.is_none());
    resolution.open = open.count();
    resolution.moved = moved(wishes, &answers);
    resolution.levels = rows(wishes, &answers, before, today);
    resolution
}

/// The level of a wish, and why that is none or not what is needed.
struct Answer<'a> {
    level: Option<&'a str>,
    lacking: Option<String>,
}

/// The answers of wishes that share one.
fn together<'a>(group: &[&Wish<'a>], aim: Aim) -> Vec<Answer<'a>> {
    let Some(first) = group.first() else { return Vec::new() };
    if aim == Aim::Installed {
        return group.iter().map(|wish| wish.adopted()).collect();
    }
    let newest = |levels: &mut dyn Iterator<Item = &'a str>| {
        let mut allowed = levels.filter(|level| first.allows(level));
        let one = allowed.next()?;
        Some(allowed.fold(one, |best, level| if first.is_higher(level, best) { level } else { best }))
    };
    let locked = newest(&mut group.iter().filter_map(|wish| wish.kept()));
    let needed = group.iter().filter_map(|wish| wish.needed);
    let highest = needed.fold(None, |best: Option<&str>, level| match best {
        Some(best) if !first.is_higher(level, best) => Some(best),
        _ => Some(level),
    });
    let enough = |level: &str| highest.is_none_or(|needed| !first.is_higher(needed, level));
    let all = group.iter().flat_map(|wish| wish.installed.into_iter().chain(wish.offered.iter().copied()));
    let answer = match (aim, locked) {
        (Aim::Needed, Some(locked)) if enough(locked) => Some(locked),
        _ => newest(&mut all.chain(locked).chain(highest)),
    };
    let refused = highest.filter(|_| !answer.is_some_and(enough));
    let lacking = match (refused, answer) {
        (Some(level), _) => Some(format!("{level} is needed, and {:?} does not allow it", first.constraint)),
        (None, None) => Some(first.nothing(group)),
        (None, Some(_)) => None,
    };
    let stays = |kept: &&str| aim == Aim::Needed && (refused.is_some() || enough(kept));
    let of =
        |wish: &&Wish<'a>| Answer { level: wish.kept().filter(stays).or(answer), lacking: lacking.clone() };
    group.iter().map(of).collect()
}

impl<'a> Wish<'a> {
    /// The level that it has already.
    fn kept(&self) -> Option<&'a str> {
        let pin = self.locked.filter(|pin| is_same(&pin.constraint, self.constraint))?;
        self.allows(&pin.level).then_some(&pin.level)
    }

    fn allows(&self, level: &str) -> bool {
        satisfies(self.scheme, self.constraint, level)
    }

    fn is_higher(&self, a: &str, b: &str) -> bool {
        self.scheme.compare(a, b) == Ok(Ordering::Greater)
    }

    fn adopted(&self) -> Answer<'a> {
        let level = self.installed.filter(|level| self.allows(level));
        let lacking = match (self.installed, level) {
            (_, Some(_)) => None,
            (Some(level), None) => {
                Some(format!("{level} is installed, and {:?} does not allow it", self.constraint))
            }
            (None, None) => Some("nothing of it could be read, or it is not installed".to_string()),
        };
        Answer { level, lacking }
    }

    /// Why there is no answer: what is there, and is not allowed.
    fn nothing(&self, group: &[&Wish<'_>]) -> String {
        let installed: BTreeSet<&str> = group.iter().filter_map(|wish| wish.installed).collect();
        let known = installed.iter().chain(group.iter().flat_map(|wish| &wish.offered)).next();
        match (known, installed.iter().next()) {
            (None, _) => "nothing of it could be read, or it is neither installed nor offered; write an exact level first".into(),
            (_, Some(one)) => format!("no level that is known is one that {:?} allows; {one} is installed", self.constraint),
            _ => format!("no level that is offered is one that {:?} allows", self.constraint),
        }
    }
}

/// What changes, each level of a part once.
fn moved(wishes: &[Wish<'_>], answers: &[Option<&str>]) -> Vec<Moved> {
    let mut moved: BTreeMap<_, (bool, usize)> = BTreeMap::new();
    for (wish, answer) in wishes.iter().zip(answers) {
        let from = wish.locked.map(|pin| pin.level.as_str());
        let Some(to) = answer.filter(|to| from != Some(*to)) else { continue };
        let lower = from.is_some_and(|from| wish.is_higher(from, to));
        moved.entry((wish.key, wish.part, from, to)).or_insert((lower, 0)).1 += 1;
    }
    let told = moved.into_iter().map(|((key, part, from, to), (lower, components))| Moved {
        key: key.into(),
        part: part.into(),
        from: from.map(str::to_string),
        to: to.into(),
        lower,
        components,
    });
    told.collect()
}

/// A row for each distinct answer. Where all components of a key have the same one it names none of them.
fn rows(wishes: &[Wish<'_>], answers: &[Option<&str>], before: &Levels, today: &str) -> Levels {
    let mut of_key: BTreeMap<&str, BTreeMap<&Address, BTreeMap<String, LevelPin>>> = BTreeMap::new();
    for (wish, answer) in wishes.iter().zip(answers) {
        let pins = of_key.entry(wish.key).or_default().entry(wish.component).or_default();
        let found = answer.map(|level| LevelPin { constraint: wish.constraint.into(), level: level.into() });
        // What has no answer keeps the level of its earlier constraint: who takes the change back has it again.
        if let Some(pin) = found.or_else(|| wish.locked.cloned()) {
            pins.insert(wish.part.into(), pin);
        }
    }
    let mut all = BTreeMap::new();
    for (key, components) in of_key {
        let mut distinct: BTreeMap<BTreeMap<String, LevelPin>, BTreeSet<String>> = BTreeMap::new();
        for (component, pins) in components {
            distinct.entry(pins).or_default().insert(component.to_string());
        }
        let one = distinct.len() == 1;
        let known = before.0.get(key).map_or(&[][..], |rows| rows);
        let row = |(levels, only): (BTreeMap<String, LevelPin>, BTreeSet<String>)| {
            let same = known.iter().find(|row| row.levels == levels);
            let resolved = same.map_or(today, |row| &row.resolved).to_string();
            Row { only: if one { BTreeSet::new() } else { only }, resolved, levels }
        };
        let mut rows: Vec<Row> = distinct.into_iter().filter(|(pins, _)| !pins.is_empty()).map(row).collect();
        rows.sort();
        if !rows.is_empty() {
            all.insert(key.to_string(), rows);
        }
    }
    Levels(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component's name, its system, what is installed, what is offered, and what the lock file has.
    type Case<'a> = (&'a str, &'a str, Option<&'a str>, &'a [&'a str], Option<&'a str>);

    /// All of the block `apt.web`, under `constraint`; the answers by component, and the resolution.
    fn resolved(
        cases: &[Case<'_>],
        constraint: &str,
        aim: Aim,
        needed: Option<&str>,
    ) -> (Vec<String>, Resolution) {
        let addresses: Vec<Address> =
            cases.iter().map(|(name, ..)| format!("apt.web[\"{name}\"]").parse().unwrap()).collect();
        let pin = |level: &str| LevelPin { constraint: "~> 3.0".into(), level: level.into() };
        let pins: Vec<Option<LevelPin>> = cases.iter().map(|(.., locked)| locked.map(pin)).collect();
        let wishes: Vec<Wish<'_>> = cases
            .iter()
            .zip(addresses.iter().zip(&pins))
            .map(|((_, system, installed, offered, _), (component, locked))| Wish {
                component,
                key: "apt.web",
                part: "openssl",
                constraint,
                scheme: Scheme::Dpkg,
                system: Some((*system).into()).filter(|system: &String| !system.is_empty()),
                locked: locked.as_ref(),
                installed: *installed,
                offered: offered.to_vec(),
                needed,
                left: false,
            })
            .collect();
        let resolution = resolve(&wishes, aim, &Levels::default(), "2026-11-27");
        let answer = |address: &Address| {
            let row = resolution.levels.row("apt.web", address);
            row.and_then(|row| row.levels.get("openssl")).map_or("-".to_string(), |pin| pin.level.clone())
        };
        (addresses.iter().map(answer).collect(), resolution)
    }

    #[test]
    fn the_newest_that_is_allowed_is_taken_and_components_of_one_system_share_it() {
        let (a, b, c) = (
            ("a", "12", Some("3.0.1"), &["3.0.9", "3.1.2", "4.0"][..], None),
            ("b", "12", Some("3.0.2"), &[][..], None),
            ("c", "11", Some("3.0.4"), &["3.0.5"][..], None),
        );
        let (answers, resolution) = resolved(&[a, b], "~> 3.0.0", Aim::Needed, None);
        assert_eq!(answers, ["3.0.9", "3.0.9"]);
        assert!(resolution.levels.0["apt.web"][0].only.is_empty());
        let (answers, resolution) = resolved(&[a, b, c], "~> 3.0", Aim::Needed, None);
        assert_eq!(answers, ["3.1.2", "3.1.2", "3.0.5"]);
        let only: Vec<usize> = resolution.levels.0["apt.web"].iter().map(|row| row.only.len()).collect();
        assert_eq!(only, [2, 1]);
        assert_eq!(
            resolution.moved.iter().map(|m| (&*m.to, m.components)).collect::<Vec<_>>(),
            [("3.0.5", 1), ("3.1.2", 2)]
        );
    }

    #[test]
    fn what_has_a_level_keeps_it_unless_more_is_needed_or_asked_for() {
        let cases: &[Case<'_>] = &[
            ("a", "12", Some("3.0.1"), &["3.0.9"], Some("3.0.3")),
            ("new", "12", Some("3.0.1"), &["3.0.9"], None),
        ];
        assert_eq!(resolved(cases, "~> 3.0", Aim::Needed, None).0, ["3.0.3", "3.0.3"]);
        assert_eq!(resolved(cases, "~> 3.0", Aim::Needed, Some("3.0.2")).0, ["3.0.3", "3.0.3"]);
        assert_eq!(resolved(cases, "~> 3.0", Aim::Needed, Some("3.0.5")).0, ["3.0.9", "3.0.9"]);
        assert_eq!(resolved(cases, "~> 3.0", Aim::Newest, None).0, ["3.0.9", "3.0.9"]);
        let apart: &[Case<'_>] = &[cases[0], ("b", "12", Some("3.0.1"), &[], Some("3.0.2")), cases[1]];
        assert_eq!(resolved(apart, "~> 3.0", Aim::Needed, None).0, ["3.0.3", "3.0.2", "3.0.3"]);
        let (answers, resolution) = resolved(&cases[..1], "~> 3.0", Aim::Needed, Some("4.0"));
        assert_eq!(answers, ["3.0.3"]);
        let (_, _, why) = resolution.left.keys().next().unwrap();
        assert_eq!(why, "4.0 is needed, and \"~> 3.0\" does not allow it");
        // What has none gets the newest all the same: else nothing could be planned.
        let (answers, resolution) = resolved(&cases[1..], "~> 3.0", Aim::Needed, Some("4.0"));
        assert_eq!((answers[0].as_str(), resolution.left.len(), resolution.open), ("3.0.9", 1, 0));
    }

    #[test]
    fn only_adopting_lowers_a_level_under_the_same_constraint() {
        let cases: &[Case<'_>] = &[
            ("a", "12", Some("3.0.1"), &["3.0.2"], Some("3.0.3")),
            ("b", "12", Some("4.0"), &[], Some("3.0.3")),
            ("c", "12", None, &[], Some("3.0.3")),
        ];
        for aim in [Aim::Needed, Aim::Newest] {
            let (answers, resolution) = resolved(cases, "~> 3.0", aim, None);
            assert_eq!(answers, ["3.0.3"; 3]);
            assert!(resolution.moved.is_empty());
        }
        let (answers, resolution) = resolved(cases, "~> 3.0", Aim::Installed, None);
        assert_eq!(answers, ["3.0.1", "3.0.3", "3.0.3"]);
        assert!(resolution.moved[0].lower);
        assert_eq!(resolution.left.len(), 2);
    }

    #[test]
    fn what_nothing_is_known_of_stays_open_and_says_why() {
        for (case, said) in [
            (("a", "", None, &[][..], None), "nothing of it could be read"),
            (("a", "12", Some("4.0"), &["4.1"][..], None), "4.0 is installed"),
            (("a", "12", None, &["4.1"][..], None), "no level that is offered"),
            (("a", "12", Some("no version!"), &[][..], None), "no version! is installed"),
        ] {
            let (answers, resolution) = resolved(&[case], "~> 3.0", Aim::Needed, None);
            assert_eq!((&*answers[0], resolution.open), ("-", 1));
            let (_, _, why) = resolution.left.keys().next().unwrap();
            assert!(why.contains(said), "{why}");
        }
        // A constraint that was changed asks for another level, and a lower one if it says so.
        let (answers, resolution) =
            resolved(&[("a", "12", Some("2.9"), &[], Some("3.0.3"))], "< 3", Aim::Needed, None);
        assert_eq!((answers[0].as_str(), resolution.moved[0].lower), ("2.9", true));
    }
}
