//! A vendor as programs read it, in plans and in the outcome of a run.

use crate::config::checked::{Vendor, VendorField};
use serde::Serialize;

/// A field that has no value is null, never left out.
#[derive(Serialize)]
pub(super) struct ContactView<'a> {
    vendor: &'a str,
    name: &'a str,
    phone: Option<&'a str>,
    email: Option<&'a str>,
    url: Option<&'a str>,
    hours: Option<&'a str>,
    contract: Option<&'a str>,
    case: Option<&'a str>,
    note: Option<&'a str>,
}

impl<'a> ContactView<'a> {
    pub(super) fn of(vendor: &'a Vendor) -> ContactView<'a> {
        ContactView {
            vendor: &vendor.label,
            name: vendor.name(),
            phone: vendor.get(VendorField::Phone),
            email: vendor.get(VendorField::Email),
            url: vendor.get(VendorField::Url),
            hours: vendor.get(VendorField::Hours),
            contract: vendor.get(VendorField::Contract),
            case: vendor.get(VendorField::Case),
            note: vendor.get(VendorField::Note),
        }
    }
}
