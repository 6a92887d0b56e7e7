//! How many steps may wait for an answer at once.

use super::*;
use crate::config::checked::OnFailure;
use crate::run::sample;

#[test]
fn every_step_that_may_go_on_has_a_thread_within_bounds() {
    let table = [
        (1, 1, 64),
        (400, 400, 400),
        (400, 100, 100),
        (400, 10, 64),
        (100, u64::MAX, 100),
        (2_000, 1_000, 512),
    ];
    for (components, max_parallel, expected) in table {
        let plan = sample::plan(&vec![&[][..]; components], max_parallel, OnFailure::Halt);
        assert_eq!(threads(&plan), expected, "{components} components, {max_parallel} at once");
    }
}
