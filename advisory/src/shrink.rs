//! A feed that lost much of what it had, which no feed does by itself.

/// A feed has to keep this share of its entries, in percent. Of KEV no edition has ever lost any; a list derived from
/// EPSS that fell from about 1,550 rows to 466 in a day was an accident.
pub const LEAST_PERCENT: usize = 90;

/// The new edition of a feed has far fewer entries than the last good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the feed shrank from {before} to {after} entries; keep the last one, or take this one by order")]
pub struct Shrank {
    /// Entries of the last good edition.
    pub before: usize,
    /// Entries of the new one.
    pub after: usize,
}

impl Shrank {
    /// Compares the counts of two editions.
    ///
    /// # Errors
    ///
    /// Fewer than [`LEAST_PERCENT`] of the entries are left.
    pub fn check(before: usize, after: usize) -> Result<(), Shrank> {
        if after.saturating_mul(100) < before.saturating_mul(LEAST_PERCENT) {
            return Err(Shrank { before, after });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Shrank;

    #[test]
    fn a_sharp_drop_is_refused() {
        assert_eq!(Shrank::check(1_550, 466), Err(Shrank { before: 1_550, after: 466 }));
        assert_eq!(Shrank::check(1_000, 900), Ok(()));
        assert!(Shrank::check(1_000, 899).is_err() && Shrank::check(1, 0).is_err());
        assert_eq!(Shrank::check(0, 0), Ok(()));
    }
}
