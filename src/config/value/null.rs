//! What a null would be if it were not null: `var.port` of the type `string` is no number, whether it is null or not.

use crate::config::types::Type;
use std::cmp::Ordering;

/// The type of a null, [`Type::Any`] of a bare one. Nulls are equal whatever their types are, as in Terraform.
#[derive(Debug, Clone)]
pub struct NullType(pub Type);

impl PartialEq for NullType {
    fn eq(&self, _: &NullType) -> bool {
        true
    }
}

impl Eq for NullType {}

impl PartialOrd for NullType {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for NullType {
    fn cmp(&self, _: &NullType) -> Ordering {
        Ordering::Equal
    }
}
