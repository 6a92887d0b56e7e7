//! Stored form of a vendor: its label, and what it says by name.

use crate::config::checked::{Vendor, VendorField};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
pub struct StoredVendor<'a> {
    label: Cow<'a, str>,
    says: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
}

impl<'a> From<&'a Vendor> for StoredVendor<'a> {
    fn from(vendor: &'a Vendor) -> Self {
        let says =
            vendor.says.iter().map(|(field, text)| (Cow::Borrowed(field.name()), Cow::Borrowed(&**text)));
        StoredVendor { label: Cow::Borrowed(&vendor.label), says: says.collect() }
    }
}

impl From<StoredVendor<'_>> for Vendor {
    /// What another form says besides the fields that are known now is passed over.
    fn from(stored: StoredVendor<'_>) -> Self {
        let says = VendorField::ALL
            .into_iter()
            .filter_map(|field| stored.says.get(field.name()).map(|text| (field, text.to_string())));
        Vendor { says: says.collect(), label: stored.label.into_owned() }
    }
}
