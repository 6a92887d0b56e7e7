//! Which finding comes first: urgency and importance, joined.

use super::urgency::Urgency;
use std::fmt;

/// What the component means to those who run it: its service, and what depends on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Importance {
    /// Nothing depends on it.
    Low,
    /// As most.
    #[default]
    Medium,
    /// Much depends on it.
    High,
}

/// The four words of ITU-T X.1642 for a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Last.
    Low,
    /// After what is high.
    Medium,
    /// After what is critical.
    High,
    /// First.
    Critical,
}

/// Rows: urgency from low to critical; columns: importance from low to high. Ours; X.1642 leaves the matrix to the
/// provider. No importance makes what is exploited less than high, and none makes a trifle critical.
const MATRIX: [[Priority; 3]; 4] = [
    [Priority::Low, Priority::Low, Priority::Medium],
    [Priority::Low, Priority::Medium, Priority::High],
    [Priority::Medium, Priority::High, Priority::Critical],
    [Priority::High, Priority::Critical, Priority::Critical],
];

impl Priority {
    /// All words, from the first to the last.
    pub const ALL: [Priority; 4] = [Priority::Critical, Priority::High, Priority::Medium, Priority::Low];

    /// Looks the two axes up.
    #[must_use]
    pub fn of(urgency: Urgency, importance: Importance) -> Priority {
        MATRIX[urgency as usize][importance as usize]
    }

    /// `critical`
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Medium => "medium",
            Priority::High => "high",
            Priority::Critical => "critical",
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_axis_only_raises() {
        let urgencies = [Urgency::Low, Urgency::Medium, Urgency::High, Urgency::Critical];
        let importances = [Importance::Low, Importance::Medium, Importance::High];
        for (a, b) in urgencies.iter().zip(&urgencies[1..]) {
            assert!(
                importances
                    .iter()
                    .all(|importance| Priority::of(*a, *importance) <= Priority::of(*b, *importance))
            );
        }
        for (a, b) in importances.iter().zip(&importances[1..]) {
            assert!(urgencies.iter().all(|urgency| Priority::of(*urgency, *a) <= Priority::of(*urgency, *b)));
        }
        assert_eq!(Priority::of(Urgency::Critical, Importance::Low), Priority::High);
    }
}
