//! Mistakes of instances that share their text: told once, with the instance that makes it and how many more do.

use crate::config::value::Value;
use crate::model::{Diagnostic, Diagnostics, Span};
use std::collections::BTreeMap;

/// What `each` or `count` is in an instance.
pub(super) type Own = Option<(&'static str, Value)>;

/// So many mistakes are told at one place: of a hundred thousand instances each may say it with a value of its own.
const MOST_AT_A_PLACE: usize = 3;

/// What was told already, by its place.
#[derive(Default)]
pub(super) struct Told {
    at: BTreeMap<Option<Span>, Vec<Once>>,
}

/// A mistake: where it stands among those told, and the last instance that makes it.
struct Once {
    number: usize,
    last: usize,
}

impl Told {
    /// Adds what is wrong in an instance, known by its number, to what is told; or counts it there.
    pub fn add(&mut self, problem: Diagnostic, instance: usize, all: &mut Diagnostics) {
        let place = problem.primary.as_ref().map(|(at, _)| *at);
        let here = self.at.entry(place).or_default();
        let same = here.iter().position(|once| all.0[once.number].summary == problem.summary);
        match same.or_else(|| (here.len() == MOST_AT_A_PLACE).then_some(0)) {
            Some(once) => {
                let Once { number, last } = &mut here[once];
                if *last != instance {
                    *last = instance;
                    all.0[*number].others += 1 + problem.others;
                }
            }
            None => {
                here.push(Once { number: all.0.len(), last: instance });
                all.push(problem);
            }
        }
    }
}

/// Says in which instance something is wrong: by its address, and by what `each` or `count` is there.
pub(super) fn name_instance(problem: &mut Diagnostic, own: &Own, address: impl FnOnce() -> String) {
    let Some((root, value)) = own else { return };
    if problem.address.is_empty() {
        problem.address = address();
    }
    let is_shown =
        |(name, _): &(String, String)| name.strip_prefix(root).is_some_and(|rest| rest.starts_with('.'));
    if problem.values.iter().any(is_shown) {
        return;
    }
    for name in ["index", "key", "value"] {
        // Of a set both are the same.
        let is_new = name != "value" || value.get("key") != value.get(name);
        if let Some(part) = value.get(name).filter(|_| is_new) {
            problem.values.push((format!("{root}.{name}"), part.brief()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileId;

    #[test]
    fn a_mistake_is_told_once_with_the_number_of_other_instances() {
        let problem =
            |summary: &str, at: usize| Diagnostic::error(summary).at(Span::new(FileId(0), at, at + 1), "");
        let (mut told, mut all) = (Told::default(), Diagnostics::default());
        for (instance, summary, at) in [
            (0, "a", 0),
            (0, "a", 0),
            (1, "a", 0),
            (1, "b", 0),
            (2, "a", 1),
            (2, "a", 0),
            (3, "c", 0),
            (4, "d", 0),
        ] {
            told.add(problem(summary, at), instance, &mut all);
        }
        // What was found by another thread comes with its own number.
        told.add(Diagnostic { others: 7, ..problem("b", 0) }, 5, &mut all);
        let found: Vec<(&str, usize)> = all.0.iter().map(|one| (&*one.summary, one.others)).collect();
        assert_eq!(found, [("a", 3), ("b", 8), ("a", 0), ("c", 0)]);
    }
}
