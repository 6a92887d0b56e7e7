//! The levels of the lock file: what each constraint on a patch level was resolved to. Written by `propose` alone.

use crate::model::Address;
use patchform_advisory::day::Day;
use patchform_versions::{Constraint, Scheme};
use std::collections::{BTreeMap, BTreeSet};

/// The part of a level that has none: of a kind with a single level.
pub const WHOLE: &str = "patch_level";

/// All rows, by what asks: a baseline (`baseline.security`) or a component's block (`module.eu.apt.web`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels(pub BTreeMap<String, Vec<Row>>);

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The components that it is for; empty where all have the same answer.
    pub only: BTreeSet<String>,
    /// The day on which it was found: `2026-11-27`.
    pub resolved: String,
    /// The exact level of each part, and what it was found for.
    pub levels: BTreeMap<String, LevelPin>,
}

/// The exact level of a part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LevelPin {
    /// The constraint, as it is written.
    pub constraint: String,
    /// The level.
    pub level: String,
}

/// What the checker makes of constraints.
#[derive(Debug, Clone, Copy)]
pub enum Resolved<'a> {
    /// Each has to have its level here. One that was resolved for others alone, since its own host could not be read then, stands
    /// for itself and is warned of: the plan judges it by what its host says now.
    All(&'a Levels),
    /// One that has none stands for itself and is warned of: for what looks, and brings no level anywhere.
    Told(&'a Levels),
    /// One that has none stands for itself: only what resolves them may work with that.
    AsFar(&'a Levels),
}

static NONE: Levels = Levels(BTreeMap::new());

impl Resolved<'static> {
    /// No constraint has a level.
    pub const NONE: Resolved<'static> = Resolved::All(&NONE);
}

impl Resolved<'_> {
    /// The rows.
    pub fn levels(&self) -> &Levels {
        match self {
            Resolved::All(levels) | Resolved::Told(levels) | Resolved::AsFar(levels) => levels,
        }
    }
}

impl Levels {
    /// The row that counts for a component.
    pub fn row(&self, key: &str, address: &Address) -> Option<&Row> {
        let rows = self.0.get(key)?;
        let own = rows.iter().any(|row| !row.only.is_empty()).then(|| address.to_string());
        let named = own.and_then(|own| rows.iter().find(|row| row.only.contains(&own)));
        named.or_else(|| rows.iter().find(|row| row.only.is_empty()))
    }

    /// Whether a part has a level for a constraint, for whichever component.
    pub fn has(&self, key: &str, part: &str, constraint: &str) -> bool {
        let pins = self.0.get(key).into_iter().flatten().filter_map(|row| row.levels.get(part));
        pins.into_iter().any(|pin| is_same(&pin.constraint, constraint))
    }

    /// The level that a part of a component has for a constraint.
    ///
    /// # Errors
    /// Why there is none.
    pub fn find(
        &self,
        key: &str,
        address: &Address,
        part: &str,
        scheme: Scheme,
        constraint: &str,
    ) -> Result<&str, Lacking<'_>> {
        let pin = self.row(key, address).and_then(|row| row.levels.get(part)).ok_or(Lacking::Nothing)?;
        if !is_same(&pin.constraint, constraint) {
            return Err(Lacking::Another(&pin.constraint));
        }
        match satisfies(scheme, constraint, &pin.level) {
            true => Ok(&pin.level),
            false => Err(Lacking::Unfit(&pin.level)),
        }
    }
}

/// What is wrong with a row that was read, which a hand may have broken: in which argument, and a sentence.
pub(super) fn fault(row: &Row) -> Option<(&'static str, String)> {
    if Day::parse(&row.resolved).is_none() {
        return Some(("resolved", format!("{:?} is no day", row.resolved)));
    }
    let wrong = row.levels.iter().find_map(|(part, LevelPin { constraint, level })| {
        if !Constraint::is_constraint(constraint) {
            return Some(format!("{constraint:?} of {part:?} is no constraint"));
        }
        let exact = !level.is_empty()
            && !Constraint::is_constraint(level)
            && !level.chars().any(|c| c.is_whitespace() || c.is_control());
        (!exact).then(|| format!("{level:?} of {part:?} is no exact level"))
    });
    wrong.map(|wrong| ("levels", wrong))
}

/// Why a constraint has no level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking<'a> {
    /// The lock file says nothing of it.
    Nothing,
    /// It was resolved for another text.
    Another(&'a str),
    /// The level is none that it allows.
    Unfit(&'a str),
}

/// Whether two constraints are one, however their blanks are set.
pub fn is_same(a: &str, b: &str) -> bool {
    fn dense(text: &str) -> impl Iterator<Item = char> + '_ {
        text.chars().filter(|c| !c.is_whitespace())
    }
    dense(a).eq(dense(b))
}

/// Whether a level fulfils a constraint; what cannot be read does not.
pub fn satisfies(scheme: Scheme, constraint: &str, level: &str) -> bool {
    let parsed = Constraint::parse(scheme, constraint).ok().zip(scheme.parse(level).ok());
    parsed.is_some_and(|(constraint, level)| constraint.matches(&level))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(only: &[&str], constraint: &str, level: &str) -> Row {
        let pin = LevelPin { constraint: constraint.into(), level: level.into() };
        Row {
            only: only.iter().map(ToString::to_string).collect(),
            resolved: "2026-11-27".into(),
            levels: BTreeMap::from([("a".into(), pin)]),
        }
    }

    #[test]
    fn the_row_that_names_a_component_counts_for_it() {
        let rows = vec![row(&["apt.web[\"x\"]"], "~> 1.0", "1.1"), row(&["apt.web[\"y\"]"], "~> 1.0", "2.0")];
        let levels = Levels(BTreeMap::from([
            ("apt.web".into(), rows),
            ("apt.db".into(), vec![row(&[], ">= 1", "3")]),
        ]));
        let find = |key: &str, address: &str, part: &str, constraint: &str| {
            levels.find(key, &address.parse().unwrap(), part, Scheme::Dpkg, constraint)
        };
        assert_eq!(find("apt.web", "apt.web[\"x\"]", "a", "~> 1.0"), Ok("1.1"));
        assert_eq!(find("apt.web", "apt.web[\"x\"]", "a", " ~>1.0 "), Ok("1.1"));
        assert_eq!(find("apt.web", "apt.web[\"x\"]", "a", "~> 1"), Err(Lacking::Another("~> 1.0")));
        assert_eq!(find("apt.web", "apt.web[\"x\"]", "b", "~> 1.0"), Err(Lacking::Nothing));
        assert_eq!(find("apt.web", "apt.web[\"y\"]", "a", "~> 1.0"), Err(Lacking::Unfit("2.0")));
        assert_eq!(find("apt.web", "apt.web[\"new\"]", "a", "~> 1.0"), Err(Lacking::Nothing));
        assert_eq!(find("apt.db", "apt.db[7]", "a", ">= 1"), Ok("3"));
        assert_eq!(find("apt.no", "apt.no", "a", ">= 1"), Err(Lacking::Nothing));
    }
}
