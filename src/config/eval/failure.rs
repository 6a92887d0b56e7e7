//! What failed, on its way up: parts that do not rest on each other fail together.

use crate::config::scope::Scope;
use crate::model::{Diagnostic, Diagnostics, Span};

/// One thing that is wrong; boxed, since success is the rule.
pub(in crate::config) type Problem = Box<Diagnostic>;

/// Everything that is wrong with an expression, in the order written: each mistake once, with all its places. Where there is
/// nothing it rests on what was told elsewhere.
#[derive(Debug, Default)]
pub(in crate::config) struct Failure(Vec<Mistake>);

#[derive(Debug)]
struct Mistake {
    told: Diagnostic,
    /// Where else the same is wrong.
    elsewhere: Vec<Span>,
}

/// So many mistakes of one expression are told at once.
const MOST: usize = 20;
/// At so many places of one expression mistakes are looked for.
const MOST_PLACES: usize = 200;

impl Failure {
    /// What the expression rests on was told elsewhere.
    pub fn told() -> Failure {
        Failure::default()
    }

    pub fn is_told(&self) -> bool {
        self.0.is_empty()
    }

    pub fn first(self) -> Option<Diagnostic> {
        self.0.into_iter().next().map(|mistake| mistake.told)
    }

    /// With what is wrong with another part.
    pub fn and(mut self, other: Failure) -> Failure {
        other.0.into_iter().for_each(|mistake| self.add(mistake));
        self.0.truncate(MOST);
        self
    }

    fn add(&mut self, mistake: Mistake) {
        // Of what is written out each is a mistake of its own. What is not declared is gathered later, from all expressions.
        let told = &mistake.told;
        let has_one_cause = !told.values.is_empty() && told.absence.is_none();
        let is_same = |known: &&mut Mistake| has_one_cause && known.told.says_as(told);
        match (self.0.iter_mut().find(is_same), &mistake.told.primary) {
            (Some(known), Some((at, _))) => {
                known.elsewhere.push(*at);
                known.elsewhere.extend(mistake.elsewhere);
            }
            _ => self.0.push(mistake),
        }
    }

    /// At how many places something is wrong.
    pub fn places(&self) -> usize {
        self.0.iter().map(|mistake| 1 + mistake.elsewhere.len()).sum()
    }

    fn is_enough(&self) -> bool {
        self.0.len() >= MOST || self.places() >= MOST_PLACES
    }

    /// Changes what is said of each.
    pub fn map(self, mut change: impl FnMut(Diagnostic) -> Diagnostic) -> Failure {
        let changed = |Mistake { told, elsewhere }| Mistake { told: change(told), elsewhere };
        Failure(self.0.into_iter().map(changed).collect())
    }
}

impl From<Diagnostic> for Failure {
    fn from(problem: Diagnostic) -> Self {
        Failure(vec![Mistake { told: problem, elsewhere: Vec::new() }])
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure::from(*problem)
    }
}

impl From<Failure> for Diagnostics {
    fn from(failure: Failure) -> Self {
        Diagnostics(failure.0.into_iter().map(|one| one.told.also_at(one.elsewhere)).collect())
    }
}

/// Parts that do not rest on each other, evaluated one after the other: what is wrong with one hides no other's mistake.
pub(in crate::config) struct Together {
    failure: Option<Failure>,
    failed: usize,
    /// Nobody asks for more than the first.
    quiet: bool,
}

impl Together {
    pub fn of(scope: &Scope<'_>) -> Together {
        Together { failure: None, failed: 0, quiet: scope.is_quiet() }
    }

    /// What a part came to; `None` where it failed, which [`Together::end`] tells.
    ///
    /// # Errors
    /// No more is worth telling.
    pub fn part<T>(&mut self, done: Result<T, impl Into<Failure>>) -> Result<Option<T>, Failure> {
        match done {
            Ok(made) => Ok(Some(made)),
            Err(failure) => {
                self.failed += 1;
                let failure = self.failure.take().unwrap_or_default().and(failure.into());
                if self.quiet || failure.is_enough() {
                    return Err(failure);
                }
                self.failure = Some(failure);
                Ok(None)
            }
        }
    }

    /// How many of them have failed.
    pub fn failed(&self) -> usize {
        self.failed
    }

    /// # Errors
    /// What the parts told.
    pub fn end(self) -> Result<(), Failure> {
        self.failure.map_or(Ok(()), Err)
    }
}
