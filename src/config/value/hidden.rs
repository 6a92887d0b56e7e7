//! The type that a value does not show: `var.port` of the type `string` is no number, whether it is null or not, and an empty
//! list of strings takes no number.

use crate::config::types::Type;
use std::cmp::Ordering;

/// The type of a null, or of the elements of an empty collection; [`Type::Any`] where it is open. No order depends on it:
/// whether types are the same is a question of its own.
#[derive(Debug, Clone)]
pub struct HiddenType(pub Type);

impl PartialEq for HiddenType {
    fn eq(&self, _: &HiddenType) -> bool {
        true
    }
}

impl Eq for HiddenType {}

impl PartialOrd for HiddenType {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for HiddenType {
    fn cmp(&self, _: &HiddenType) -> Ordering {
        Ordering::Equal
    }
}
