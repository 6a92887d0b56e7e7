//! `propose --adopt`: exact levels of the configuration that are not what is installed, so that drift becomes a change in git.

use super::readings::Readings;
use crate::config::checked::Component;
use crate::config::levels::WHOLE;
use crate::finding::LevelPlace;
use crate::model::{PatchLevel, Span};
use crate::ops::assess::level_place;
use std::collections::{BTreeMap, BTreeSet};

/// A level of the configuration that is written anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// Whose it is: a baseline, or a block.
    pub of: String,
    /// The expression of its level.
    pub span: Span,
    /// The part.
    pub part: String,
    /// The level that was asked for.
    pub from: String,
    /// The level that is installed.
    pub to: String,
    /// Whether that is lower.
    pub lower: bool,
}

/// What the components of one level have of a part.
struct Part<'a> {
    first: &'a Component,
    /// What is wanted, and what is installed.
    levels: BTreeSet<(&'a str, &'a str)>,
}

/// Exact levels that are not what is installed; and those that cannot be one level, with why. `is_lower` says whether a level
/// of a component is lower than another.
pub fn adopt(
    components: &[Component],
    readings: &Readings,
    is_lower: impl Fn(&Component, &str, &str) -> bool,
) -> (Vec<Adopted>, Vec<(String, String, String)>) {
    let mut parts: BTreeMap<(Span, &str), Part<'_>> = BTreeMap::new();
    let mut silent: BTreeSet<Span> = BTreeSet::new();
    for component in components {
        let span = level_place(component).span;
        if readings.silent.contains(&component.address) {
            silent.insert(span);
        }
        let Some(observed) = readings.levels.get(&component.address) else { continue };
        let is_exact =
            |part: &str| component.constrained.as_ref().is_none_or(|c| !c.parts.contains_key(part));
        for (part, wanted, installed) in pairs(&component.level, observed).filter(|(part, ..)| is_exact(part))
        {
            let new = || Part { first: component, levels: BTreeSet::new() };
            parts.entry((span, part)).or_insert_with(new).levels.insert((wanted, installed));
        }
    }
    let (mut adopted, mut left) = (Vec::new(), Vec::new());
    for ((span, part), Part { first, levels }) in parts {
        let Some((from, to)) = levels.iter().copied().find(|(wanted, installed)| wanted != installed) else {
            continue;
        };
        let LevelPlace { of, .. } = level_place(first);
        let why = match levels.iter().find(|pair| **pair != (from, to)) {
            Some((_, other)) => format!(
                "{to} is installed on one component, {other} on another, and one text says the level of both"
            ),
            None if silent.contains(&span) => {
                format!(
                    "{to} is installed, and not every component that the same text is the level of was read"
                )
            }
            None => {
                let lower = is_lower(first, to, from);
                let (part, from, to) = (part.to_string(), from.to_string(), to.to_string());
                adopted.push(Adopted { of, span, part, from, to, lower });
                continue;
            }
        };
        left.push((of, part.to_string(), why));
    }
    (adopted, left)
}

/// Each part with the level that is wanted and the one that is installed.
fn pairs<'a>(
    wanted: &'a PatchLevel,
    observed: &'a PatchLevel,
) -> Box<dyn Iterator<Item = (&'a str, &'a str, &'a str)> + 'a> {
    match (wanted, observed) {
        (PatchLevel::Single(wanted), PatchLevel::Single(observed)) => {
            Box::new(std::iter::once((WHOLE, wanted.as_str(), observed.as_str())))
        }
        (PatchLevel::Map(wanted), PatchLevel::Map(observed)) => {
            Box::new(wanted.iter().filter_map(|(part, level)| {
                observed.get(part).map(|installed| (part.as_str(), level.as_str(), installed.as_str()))
            }))
        }
        _ => Box::new(std::iter::empty()),
    }
}
