//! What a vendor means to do about a package that has no fix.

use super::definition::Definition;
use crate::affected::{NoFix, Status};

/// Red Hat's states. Source: the states of `resolution` in its documents, and what its CSAF documents call the same.
const STATES: [(&str, Status); 6] = [
    ("Affected", Status::NoFix(NoFix::Open)),
    ("Fix deferred", Status::NoFix(NoFix::Postponed)),
    ("Will not fix", Status::NoFix(NoFix::WontFix)),
    ("Out of support scope", Status::NoFix(NoFix::EndOfLife)),
    ("Under investigation", Status::UnderInvestigation),
    ("Not affected", Status::NotAffected),
];

/// Words of Ubuntu's comments, the first that fits. Source: its documents and the generator of them.
const WORDS: [(&str, Status); 7] = [
    ("is not affected", Status::NotAffected),
    ("decision has been made to ignore", Status::NoFix(NoFix::Ignored)),
    ("decision has been made to defer", Status::NoFix(NoFix::Postponed)),
    ("needs fixing", Status::NoFix(NoFix::Open)),
    ("evaluat", Status::Undetermined),
    ("not known", Status::Undetermined),
    ("may need fixing", Status::Undetermined),
];

/// What is said of a package, and the vendor's words for it.
pub(super) fn of(definition: &Definition, package: &str, said: Option<&str>) -> (Status, Option<String>) {
    let open = Status::NoFix(NoFix::Open);
    if let Some(words) = said {
        let known = WORDS.iter().find(|(part, _)| words.contains(part));
        return (known.map_or(open, |(_, status)| *status), Some(words.to_string()));
    }
    let named = |component: &String| component == package || component.ends_with(&format!("/{package}"));
    let mut all = definition.resolutions.iter();
    let own = all.clone().find(|resolution| resolution.components.iter().any(named));
    // Components may be source packages: only where all have one state is it that of every package.
    let first = all.next().filter(|first| all.all(|other| other.state == first.state));
    let Some(resolution) = own.or(first) else { return (open, None) };
    let known = STATES.iter().find(|(state, _)| *state == resolution.state);
    (known.map_or(open, |(_, status)| *status), Some(resolution.state.clone()))
}
