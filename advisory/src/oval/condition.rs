//! Conditions that criteria ask for, and the ways to fulfil them.

use super::definition::Operator;
use crate::installed::Module;
use std::collections::BTreeSet;
use std::rc::Rc;

/// What a test asks of a host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Condition {
    /// The host has this release, as the vendor's ecosystem calls it: `9`.
    Release(String),
    /// The host has one of these architectures.
    Arch(Vec<String>),
    /// A module's stream is enabled.
    Module(Module),
    /// A package is installed, in some version, for one of these architectures where there are any.
    Package { name: String, bound: Bound, arches: Vec<String> },
    /// A package is not installed.
    Absent(String),
    /// A kernel runs, or will after the next start.
    Kernel,
    /// The vendor's words about the package: `(CVE-2023-1) openssh package in jammy is affected and needs fixing.`
    Said(String),
    /// Something that no record can say, in words that follow "it asks for".
    Unknown(String),
    /// Something that the document lacks, in such words: it is damaged.
    Lost(String),
}

/// Which versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bound {
    /// Any.
    Any,
    /// None: below 0, or 0 itself. So vendors say that a package is not affected.
    Nothing,
    Below(String),
    UpTo(String),
    Above(String),
    From(String),
    Exactly(String),
}

/// Conditions that together fulfil the criteria, in order, each once.
pub(super) type Way = Vec<Rc<Condition>>;

/// All ways; none means that no host fulfils them.
pub(super) type Ways = BTreeSet<Way>;

/// The most ways of one definition. SUSE's largest have some ten thousand.
const MOST: usize = 200_000;

/// There are more ways than are looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany;

/// What always holds: one way, without a condition.
pub(super) fn always() -> Ways {
    Ways::from([Way::new()])
}

/// Any one of some conditions.
pub(super) fn any(conditions: impl IntoIterator<Item = Condition>) -> Ways {
    conditions.into_iter().map(|condition| vec![Rc::new(condition)]).collect()
}

/// Joins the ways of several criteria. `budget` is what may still be looked at in the document.
///
/// # Errors
/// There are too many.
pub(super) fn join(operator: &Operator, inner: Vec<Ways>, budget: &mut usize) -> Result<Ways, TooMany> {
    match operator {
        Operator::And => inner.iter().try_fold(always(), |ways, more| product(&ways, more, budget)),
        Operator::Or => {
            let all: Ways = inner.into_iter().flatten().collect();
            if all.len() > MOST { Err(TooMany) } else { Ok(all) }
        }
        Operator::Other(name) => {
            let odd = any([Condition::Unknown(format!("criteria joined by {name:.20}"))]);
            product(&odd, &join(&Operator::Or, inner, budget)?, budget)
        }
    }
}

fn product(some: &Ways, others: &Ways, budget: &mut usize) -> Result<Ways, TooMany> {
    let count = some.len().saturating_mul(others.len());
    *budget = budget.checked_sub(count).filter(|_| count <= MOST).ok_or(TooMany)?;
    let pairs = some.iter().flat_map(|way| others.iter().map(move |other| (way, other)));
    Ok(pairs
        .map(|(way, other)| {
            let mut both: Way = way.iter().chain(other).cloned().collect();
            both.sort_unstable();
            both.dedup();
            both
        })
        .collect())
}

/// The ways in which criteria are not fulfilled: of each way one condition is not.
///
/// # Errors
/// There are too many.
pub(super) fn negated(ways: &Ways, budget: &mut usize) -> Result<Ways, TooMany> {
    ways.iter().try_fold(always(), |so_far, way| {
        // What a vendor says of a package is true however the test ends.
        let open = any(way.iter().filter(|of| !matches!(***of, Condition::Said(_))).map(|of| opposite(of)));
        let said: Way = way.iter().filter(|of| matches!(***of, Condition::Said(_))).cloned().collect();
        let open = product(&open, &Ways::from([said]), budget)?;
        product(&so_far, &open, budget)
    })
}

/// What is true of a host that has the package, or is of the vendor, where the condition does not hold.
fn opposite(condition: &Condition) -> Condition {
    let unknown = |what: String| Condition::Unknown(what);
    match condition {
        Condition::Package { name, bound: Bound::Any, .. } => Condition::Absent(name.clone()),
        Condition::Package { name, bound, arches } if arches.is_empty() => match inverse(bound) {
            Some(bound) => Condition::Package { name: name.clone(), bound, arches: Vec::new() },
            None => unknown(format!("another version of {name}")),
        },
        Condition::Package { name, .. } => unknown(format!("another build of {name}")),
        Condition::Absent(name) => {
            Condition::Package { name: name.clone(), bound: Bound::Any, arches: Vec::new() }
        }
        Condition::Kernel => Condition::Kernel,
        Condition::Release(release) => unknown(format!("another release than {release}")),
        Condition::Arch(arches) => unknown(format!("another architecture than {}", arches.join(", "))),
        Condition::Module(module) => unknown(format!("another module than {module}")),
        Condition::Said(words) => Condition::Said(words.clone()),
        Condition::Unknown(_) | Condition::Lost(_) => condition.clone(),
    }
}

fn inverse(bound: &Bound) -> Option<Bound> {
    Some(match bound {
        Bound::Below(version) => Bound::From(version.clone()),
        Bound::UpTo(version) => Bound::Above(version.clone()),
        Bound::Above(version) => Bound::UpTo(version.clone()),
        Bound::From(version) => Bound::Below(version.clone()),
        Bound::Nothing => Bound::Any,
        Bound::Any | Bound::Exactly(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(word: &str) -> Ways {
        any([Condition::Unknown(word.to_string())])
    }

    fn shown(ways: &Ways) -> Vec<String> {
        let word = |of: &Rc<Condition>| match &**of {
            Condition::Unknown(word) => word.clone(),
            other => format!("{other:?}"),
        };
        ways.iter().map(|way| way.iter().map(word).collect::<Vec<_>>().join("+")).collect()
    }

    #[test]
    fn criteria_become_the_ways_to_fulfil_them() {
        let budget = &mut 100;
        let either = join(&Operator::Or, vec![said("b"), said("c")], budget).unwrap();
        let both = join(&Operator::And, vec![said("a"), either.clone()], budget).unwrap();
        assert_eq!(shown(&both), ["a+b", "a+c"]);
        assert_eq!(
            shown(&join(&Operator::And, vec![either.clone(), either.clone()], budget).unwrap()),
            ["b", "b+c", "c"]
        );
        assert_eq!(join(&Operator::And, vec![either, Ways::new()], budget).unwrap(), Ways::new());
        let one = join(&Operator::Other("ONE".into()), vec![said("a"), said("b")], budget).unwrap();
        assert_eq!(shown(&one), ["a+criteria joined by ONE", "b+criteria joined by ONE"]);
        assert_eq!(join(&Operator::And, vec![], budget).unwrap(), always());
    }

    #[test]
    fn what_is_negated_is_told_of_a_host_that_has_the_package() {
        let package = |bound: Bound| Condition::Package { name: "p".into(), bound, arches: Vec::new() };
        for (condition, other) in [
            (package(Bound::Below("2".into())), package(Bound::From("2".into()))),
            (package(Bound::Any), Condition::Absent("p".into())),
            (Condition::Absent("p".into()), package(Bound::Any)),
        ] {
            assert_eq!(negated(&any([condition]), &mut 9).unwrap(), any([other]));
        }
        assert_eq!(negated(&always(), &mut 9).unwrap(), Ways::new());
        assert_eq!(negated(&Ways::new(), &mut 9).unwrap(), always());
    }

    #[test]
    fn a_tree_of_many_ways_is_refused_before_it_grows() {
        let two = || any([Condition::Kernel, Condition::Absent("x".into())]);
        let many = |n: usize| any((0..n).map(|n| Condition::Absent(n.to_string())));
        assert_eq!(join(&Operator::And, vec![two(), two()], &mut 5), Err(TooMany));
        assert_eq!(join(&Operator::And, vec![many(600), many(600)], &mut usize::MAX.clone()), Err(TooMany));
        assert_eq!(join(&Operator::Or, vec![many(MOST + 1)], &mut 9), Err(TooMany));
    }
}
