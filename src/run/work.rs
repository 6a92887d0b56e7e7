//! Counts what the fold and `decide` go through, so that a test can tell a cost that grows with the square of a plan from
//! one that does not, on a machine of any speed. Outside of tests it is nothing.

/// One thing was gone through.
#[inline(always)]
pub(super) fn step() {
    #[cfg(test)]
    counted::STEPS.set(counted::STEPS.get() + 1);
}

/// How many so far, in this thread.
#[cfg(test)]
pub(super) fn steps() -> u64 {
    counted::STEPS.get()
}

#[cfg(test)]
mod counted {
    use std::cell::Cell;

    thread_local! {
        pub static STEPS: Cell<u64> = const { Cell::new(0) };
    }
}
