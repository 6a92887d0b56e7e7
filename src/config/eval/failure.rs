//! What failed, on its way up: parts that do not rest on each other fail together.

use crate::config::scope::Scope;
use crate::model::{Diagnostic, Diagnostics};

/// One thing that is wrong; boxed, since success is the rule.
pub(super) type Problem = Box<Diagnostic>;

/// Everything that is wrong with an expression, in the order written. Where there is nothing it rests on what was told
/// elsewhere.
#[derive(Debug, Default)]
pub(super) struct Failure(Vec<Diagnostic>);

/// So many mistakes of one expression are told at once.
const MOST: usize = 20;

impl Failure {
    /// What the expression rests on was told elsewhere.
    pub fn told() -> Failure {
        Failure::default()
    }

    pub fn is_told(&self) -> bool {
        self.0.is_empty()
    }

    pub fn first(self) -> Option<Diagnostic> {
        self.0.into_iter().next()
    }

    /// With what is wrong with another part.
    pub fn and(mut self, mut other: Failure) -> Failure {
        self.0.append(&mut other.0);
        self.0.truncate(MOST);
        self
    }

    /// Changes what is said of each.
    pub fn map(self, change: impl FnMut(Diagnostic) -> Diagnostic) -> Failure {
        Failure(self.0.into_iter().map(change).collect())
    }
}

impl From<Diagnostic> for Failure {
    fn from(problem: Diagnostic) -> Self {
        Failure(vec![problem])
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure(vec![*problem])
    }
}

impl From<Failure> for Diagnostics {
    fn from(failure: Failure) -> Self {
        Diagnostics(failure.0)
    }
}

/// Parts that do not rest on each other, evaluated one after the other: what is wrong with one hides no other's mistake.
pub(super) struct Together {
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
                if self.quiet || failure.0.len() == MOST {
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
