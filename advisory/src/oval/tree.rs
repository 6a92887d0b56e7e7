//! The tree of a definition's criteria, as the ways to fulfil it.

use super::condition::{Condition, TooMany, Ways, always, any, join, negated};
use super::definition::{Criteria, Operator};
use super::document::Document;
use super::meaning;
use super::vendor::Vendor;
use std::collections::BTreeMap;

/// The most ways that are looked at in one document, on all steps. The largest documents need a tenth.
const MOST: usize = 200_000_000;

/// Makes ways of trees.
pub(super) struct Walker<'a> {
    document: &'a Document,
    /// The classes of all definitions, by id.
    classes: BTreeMap<&'a str, &'a str>,
    budget: usize,
}

impl<'a> Walker<'a> {
    pub fn new(document: &'a Document) -> Walker<'a> {
        let classes = document.definitions.iter().map(|of| (of.id.as_str(), of.class.as_str())).collect();
        Walker { document, classes, budget: MOST }
    }

    /// The ways to fulfil criteria. They are as deep as the document may be.
    ///
    /// # Errors
    /// There are too many.
    pub fn ways(&mut self, vendor: &Vendor, criteria: &Criteria) -> Result<Ways, TooMany> {
        let (ways, negate) = match criteria {
            Criteria::Joined { operator, negate, inner } => {
                let inner = inner.iter().map(|inner| self.ways(vendor, inner)).collect::<Result<_, _>>()?;
                (join(operator, inner, &mut self.budget)?, negate)
            }
            Criteria::Test { id, negate, comment } => {
                let mut ways = meaning::of_test(self.document, vendor, id, comment);
                // So Ubuntu says what it means to do, and of which CVE it speaks.
                if comment.contains(" package in ") {
                    let said = any([Condition::Said(comment.clone())]);
                    ways = join(&Operator::And, vec![ways, said], &mut self.budget)?;
                }
                (ways, negate)
            }
            Criteria::Definition { id, negate, comment, applicability } => {
                // Which hosts are asked at all is told by the vendor and its platforms.
                let inventory = *applicability || self.classes.get(id.as_str()) == Some(&"inventory");
                let odd = || any([Condition::Unknown(format!("what {id:.80} says ({comment:.80})"))]);
                (if inventory { always() } else { odd() }, negate)
            }
        };
        if *negate { negated(&ways, &mut self.budget) } else { Ok(ways) }
    }
}
