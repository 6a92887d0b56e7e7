//! What expressions see of a checked configuration: for the console.

use super::values::Values;
use super::{Run, Surroundings, run, scope};
use crate::config::eval;
use crate::config::expr::{Expr, Reference};
use crate::config::infer::{Guess, infer};
use crate::config::load::Parsed;
use crate::config::schemas::Schemas;
use crate::config::scope::Resolve;
use crate::config::source::Sources;
use crate::config::types::Type;
use crate::config::value::Value;
use crate::config::variables::VariableInputs;
use crate::model::Diagnostics;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The values of variables, local values and components. By default there are none.
#[derive(Default)]
pub struct Known {
    values: Values,
    /// What is known of the others, by what begins a reference to it.
    open: BTreeMap<String, Guess>,
}

/// What an expression came to.
pub enum Came {
    /// Its value.
    To(Value),
    /// It has none yet.
    Open {
        /// What has no value, as it is written: `var.port`.
        lacking: BTreeSet<String>,
        /// The type that it will have, as far as that is known.
        ty: Option<String>,
        /// Whether it will be a secret.
        is_secret: bool,
    },
}

/// Checks a configuration as `check` does, and keeps its values; variables may be without one where the inputs say so.
///
/// # Errors
/// As `check`.
pub fn known(
    parsed: &Parsed,
    sources: &mut Sources,
    schemas: &Schemas,
    inputs: &VariableInputs,
    around: &Surroundings<'_>,
) -> Result<(Known, Diagnostics), Diagnostics> {
    let Run { looked, known, warnings } = run(parsed, sources, schemas, inputs, around)?;
    let is_whole = looked.is_some_and(|looked| looked.is_whole);
    if is_whole || inputs.may_lack { Ok((known, warnings)) } else { Err(warnings) }
}

impl Known {
    pub(super) fn new(values: Values, open: BTreeMap<String, Guess>) -> Known {
        Known { values, open }
    }

    /// The value of an expression, or what is known of it.
    ///
    /// # Errors
    /// What is wrong with which part of it.
    pub fn evaluate(&self, expr: &Expr, around: &Surroundings<'_>) -> Result<Came, Diagnostics> {
        let scope = scope(around, ".", &self.values).resolver(self);
        // What `try` or a condition would pass over the checker refuses all the same.
        if let Some(problem) = expr.calls().into_iter().find_map(eval::misnamed) {
            return Err(problem.into());
        }
        let mut lacking = BTreeSet::new();
        for reference in expr.references() {
            match self.lacking(&reference) {
                Some((steps, _)) => drop(lacking.insert(reference.text(steps))),
                None => drop(eval::evaluate(&reference.beginning(), &scope)?),
            }
        }
        if lacking.is_empty() {
            return eval::evaluate(expr, &scope).map(Came::To);
        }
        let (guess, wrong) = infer(expr, &scope);
        if wrong.has_errors() {
            return Err(wrong);
        }
        let is_secret = guess.deep_marks().is_sensitive();
        Ok(match guess {
            Guess::Known(value) => Came::To(value),
            open => {
                let ty = Some(open.ty()).filter(|ty| *ty != Type::Any).map(|ty| ty.brief());
                Came::Open { lacking, ty, is_secret }
            }
        })
    }

    /// What is known of something without a value, and how many steps of the reference that is.
    fn lacking(&self, reference: &Reference) -> Option<(usize, &Guess)> {
        if !self.values.lacks(reference) {
            return None;
        }
        [2, 1].into_iter().find_map(|steps| Some((steps, self.open.get(&reference.text(steps))?)))
    }

    /// Every reference that means something, such as `var.port`; sorted.
    pub fn names(&self) -> Vec<String> {
        let all: BTreeSet<String> =
            self.values.names().into_iter().chain(self.open.keys().cloned()).collect();
        all.into_iter().collect()
    }

    /// The texts of every sensitive variable's value: what must stand in no file.
    pub fn secrets(&self) -> Vec<String> {
        let sensitive = self.values.variables.values().filter(|value| value.is_sensitive());
        let mut texts = Vec::new();
        sensitive.for_each(|value| collect(value, &mut texts));
        texts
    }
}

impl Resolve for Known {
    fn resolve(&self, root: &str, name: &str) -> Option<Cow<'_, Value>> {
        self.values.resolve(root, name)
    }

    fn guesses(&self) -> bool {
        true
    }

    fn lacks(&self, reference: &Reference) -> bool {
        self.values.lacks(reference)
    }

    fn guess(&self, reference: &Reference) -> Option<(usize, Guess)> {
        self.lacking(reference).map(|(steps, guess)| (steps, guess.clone()))
    }

    fn names(&self) -> Vec<String> {
        Known::names(self)
    }

    fn may_suggest(&self, among: usize) -> bool {
        self.values.may_suggest(among)
    }
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    let value = value.clone().unmarked();
    texts.extend(value.as_str().map(str::to_string));
    value.children().for_each(|inner| collect(inner, texts));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::levels::Resolved;
    use crate::config::scope::Files;
    use crate::config::syntax;

    struct Nothing;

    impl Files for Nothing {
        fn read(&self, _: &str) -> Result<Vec<u8>, String> {
            Err("not found".to_string())
        }
    }

    #[test]
    fn what_means_nothing_is_refused_wherever_it_stands() {
        let around = Surroundings {
            files: &Nothing,
            folder: ".",
            working_folder: "/work",
            workspace: "default",
            levels: Resolved::NONE,
        };
        for (text, good) in [
            ("try(var.nope, 2)", false),
            ("can(local.nope)", false),
            ("false && nope", false),
            ("true ? 1 : each.key", false),
            ("try(nofunction(1), 2)", false),
            ("[for x in [1] : try(x.y, 2)]", true),
            ("try({}.a, 2)", true),
            ("try(path.cwd, 2)", true),
        ] {
            let mut sources = Sources::new();
            let file = sources.add_text("<console>", text);
            let expr = syntax::read_expression(&sources, file).expect(text);
            assert_eq!(Known::default().evaluate(&expr, &around).is_ok(), good, "{text}");
        }
    }
}
