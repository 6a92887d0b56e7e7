//! Variables without a value where that is only warned of: one warning for all of them.

use super::VariableInputs;
use super::value::how_to_give;
use crate::config::source::Sources;
use crate::config::variables::Variable;
use crate::model::{Absence, Diagnostic, Span};

/// A variable without a value.
#[derive(Debug)]
pub(in crate::config) struct Lacking {
    name: String,
    header: Span,
    help: String,
}

/// Of so many it is said where they are declared.
const PLACED: usize = 3;
/// So many are named.
const NAMED: usize = 50;

impl Lacking {
    pub(super) fn new(variable: &Variable<'_>, inputs: &VariableInputs) -> Lacking {
        let help = how_to_give(variable, inputs);
        Lacking { name: variable.name.to_string(), header: variable.header, help }
    }

    fn warning(&self, summary: String, label: &str, why: String) -> Diagnostic {
        Diagnostic::warning(summary)
            .at(self.header, label)
            .because(why)
            .help(&self.help)
            .absent(Absence::Within(self.header))
    }
}

/// What is said of variables without a value, but for those of which something `explains` that nothing was found.
pub(in crate::config) fn warning(
    all: &[Lacking],
    sources: &Sources,
    explains: impl Fn(&Diagnostic) -> bool,
) -> Option<Diagnostic> {
    let alone = |one: &Lacking| {
        let why = "Of what rests on it names and types are checked, no values.";
        one.warning(
            format!("The variable \"{}\" has no value yet", one.name),
            "it has no default",
            why.into(),
        )
    };
    let mut all: Vec<&Lacking> = all.iter().filter(|one| !explains(&alone(one))).collect();
    all.sort_by_key(|one| (one.header.file, one.header.start));
    let (first, others) = all.split_first()?;
    if others.is_empty() {
        return Some(alone(first));
    }
    let label = format!("it has no default, nor {} {} more", have(others.len()), others.len());
    let why = format!(
        "They are {}. Of what rests on them names and types are checked, no values.",
        names(&all, sources)
    );
    let warning = first.warning(format!("{} variables have no value yet", all.len()), &label, why);
    Some(warning.help(format!("{}; the others likewise", first.help.trim_end_matches('.'))))
}

fn have(count: usize) -> &'static str {
    if count == 1 { "has" } else { "have" }
}

/// Their names, the first ones with their places.
fn names(all: &[&Lacking], sources: &Sources) -> String {
    let placed = |one: &&Lacking| {
        let line = sources.place(one.header.file, one.header.start as usize).line;
        format!("{} ({}:{line})", one.name, sources.path(one.header.file))
    };
    let named = all.iter().skip(PLACED).take(NAMED).map(|one| one.name.clone());
    let more = all.len().saturating_sub(PLACED + NAMED);
    let more = (more > 0).then(|| format!("and {more} more"));
    all.iter().take(PLACED).map(placed).chain(named).chain(more).collect::<Vec<_>>().join(", ")
}
