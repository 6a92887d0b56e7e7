//! The emergency steps of a component that could not be restored, drawn: its way back as a person can do it by hand.

use super::{OUTPUT, tail};
use crate::config::checked::VendorField;
use crate::report::emergency::{Doing, Emergency};
use crate::report::page::Page;
use crate::report::style::{Tint, plain, tinted};

/// Column at which values begin.
const COLUMN: usize = 10;

/// Draws what is known and what to do, in full.
pub fn emergency(page: &mut Page, stuck: &Emergency<'_>, run: &str) {
    let address = &stuck.address;
    page.line(
        0,
        2,
        &[match (stuck.reached, stuck.abandoned, stuck.over) {
            _ if stuck.put_back => tinted(
                Tint::Change,
                format!("{address} reads as before the run: it was put back by hand, or its restore ended after all. What is left to do there"),
            ),
            (true, ..) => tinted(
                Tint::Change,
                format!(
                    "{address} is at its planned level, verified: nothing is wrong with it. How to take it back by hand, if \
                     that is wanted"
                ),
            ),
            (false, true, _) => {
                tinted(Tint::Change, format!("{address}: how to take it back by hand, if that is wanted"))
            }
            (false, false, true) => tinted(
                Tint::Change,
                format!("{address} could not be restored, and was left so: how to take it back by hand, if that is wanted"),
            ),
            (false, false, false) => tinted(Tint::Bad, format!("Emergency steps for {address}")),
        }],
    );
    for (label, text) in [("why", stuck.why), ("cause", stuck.cause)] {
        if !text.is_empty() {
            page.labelled(2, COLUMN, label, &[plain(text)]);
        }
        if label == "why" {
            tail(page, 2 + COLUMN, stuck.printed, OUTPUT, run);
        }
    }
    let to = stuck.host.as_ref().map_or(String::new(), |host| format!(" to {host}"));
    let target = stuck.target.unwrap_or("unknown");
    let place = format!("{} connection{to}, target {target}", stuck.connection);
    page.labelled(2, COLUMN, "where", &[plain(place)]);
    for claim in stuck.claims {
        page.labelled(2, COLUMN, "", &[plain(claim)]);
    }
    for (i, step) in stuck.steps.iter().enumerate() {
        let number = tinted(Tint::Bold, format!("{}. ", i + 1));
        match step {
            Doing::Say(sentence) => page.line(2, 5, &[number, plain(sentence)]),
            Doing::Type { place, line } => {
                page.line(2, 5, &[number, plain(format!("{place}:"))]);
                page.typed(5, line);
            }
        }
    }
    contact(page, stuck);
}

fn contact(page: &mut Page, stuck: &Emergency<'_>) {
    let Some(vendor) = stuck.contact else { return };
    page.labelled(2, COLUMN, "contact", &[tinted(Tint::Bold, vendor.name())]);
    for (field, text) in vendor.says.iter().filter(|(field, _)| *field != VendorField::Name) {
        let label = tinted(Tint::Dim, format!("{:<9}", field.name()));
        let mut lines = text.lines();
        page.labelled(2, COLUMN, "", &[label, plain(lines.next().unwrap_or_default())]);
        for line in lines {
            page.labelled(2, COLUMN + 9, "", &[plain(line)]);
        }
    }
}
