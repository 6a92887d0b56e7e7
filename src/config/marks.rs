//! Marks: whether a value is sensitive, and which secrets it derives from.

use std::collections::BTreeSet;
use std::sync::Arc;

/// Whether a value is sensitive, and the sensitive variables that it derives from.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marks(Option<Arc<BTreeSet<Arc<str>>>>);

impl Marks {
    /// Not sensitive.
    pub const NONE: Marks = Marks(None);

    /// Sensitive, and derived from the variable `name`.
    pub fn variable(name: &str) -> Marks {
        Marks(Some(Arc::new(BTreeSet::from([Arc::from(name)]))))
    }

    /// Sensitive, from no variable: what the function `sensitive` makes.
    pub fn anonymous() -> Marks {
        Marks(Some(Arc::default()))
    }

    /// Whether the value is sensitive.
    pub fn is_sensitive(&self) -> bool {
        self.0.is_some()
    }

    /// The sensitive variables that it derives from, sorted.
    pub fn variables(&self) -> impl Iterator<Item = &Arc<str>> {
        self.0.iter().flat_map(|set| set.iter())
    }

    /// What both carry; nothing where they carry secrets of which none is the same.
    pub fn common(&self, other: &Marks) -> Marks {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) if a == b => self.clone(),
            (Some(a), Some(b)) if !a.is_disjoint(b) => {
                Marks(Some(Arc::new(a.intersection(b).cloned().collect())))
            }
            _ => Marks::NONE,
        }
    }

    /// Both together.
    pub fn and(&self, other: &Marks) -> Marks {
        match (&self.0, &other.0) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) || b.is_subset(a) => self.clone(),
            (Some(a), Some(b)) => Marks(Some(Arc::new(a.union(b).cloned().collect()))),
        }
    }
}
