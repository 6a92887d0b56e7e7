//! What took longer than the plan had expected: what was promised is compared with what was.

use super::run_view::{RunView, Stands};
use crate::plan::Plan;
use std::cmp::Reverse;
use std::time::Duration;

/// A component that took longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Longer {
    /// Index into the plan's entries.
    pub entry: usize,
    /// How long it took.
    pub took: Duration,
    /// How long it was expected to.
    pub expected: Duration,
}

/// Whether something took so much longer than expected that it is worth a word: more than a second, and a tenth.
pub fn is_longer(took: Duration, expected: Duration) -> bool {
    const LEAST: Duration = Duration::from_secs(1);
    !expected.is_zero() && took > expected.saturating_add(LEAST.max(expected / 10))
}

/// The components that were brought through and took longer, those first that took longest beyond it.
pub fn components(plan: &Plan, run: &RunView) -> Vec<Longer> {
    let done = run.components.iter().filter(|c| c.stands == Stands::Committed);
    let timed = done.filter_map(|c| {
        Some(Longer { entry: c.entry, took: c.took?, expected: plan.change(c.entry)?.length() })
    });
    let mut longer: Vec<Longer> = timed.filter(|l| is_longer(l.took, l.expected)).collect();
    longer.sort_by_key(|l| (Reverse(l.took.saturating_sub(l.expected)), l.entry));
    longer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::samples;
    use crate::report::run_samples::ended;
    use crate::report::run_view::Ended;

    #[test]
    fn a_little_is_not_worth_a_word() {
        let ms = Duration::from_millis;
        for (took, expected, longer) in [
            (0, 0, false),
            (60_000, 0, false),
            (5_000, 5_000, false),
            (6_000, 5_000, false),
            (6_001, 5_000, true),
            (109_000, 100_000, false),
            (110_001, 100_000, true),
            (1_000, 5_000, false),
        ] {
            assert_eq!(is_longer(ms(took), ms(expected)), longer, "{took} {expected}");
        }
        assert!(!is_longer(Duration::MAX, Duration::MAX));
    }

    #[test]
    fn only_what_was_brought_through_counts_and_the_longest_comes_first() {
        let plan = samples::fleet(4, false);
        let mut run = ended(&plan, Ended::Complete);
        let expected = plan.change(0).unwrap().length();
        for (component, more) in run.components.iter_mut().zip([2, 0, 90, 40]) {
            component.took = Some(expected + Duration::from_secs(more));
        }
        run.components[3].stands = Stands::Restored;
        let found: Vec<(usize, u64)> =
            components(&plan, &run).iter().map(|l| (l.entry, (l.took - l.expected).as_secs())).collect();
        assert_eq!(found, [(2, 90), (0, 2)]);
    }
}
