//! `vendor "name" { … }`: whom to call when a person is needed.

use crate::config::blocks;
use crate::config::checked::{Vendor, VendorField};
use crate::config::fields::Fields;
use crate::config::syntax::Block;
use crate::model::{Absence, Diagnostic};

/// Evaluates a vendor block.
pub(super) fn read(label: &str, block: &Block, fields: &mut Fields<'_>) -> Option<Vendor> {
    let before = fields.problems.0.len();
    blocks::VENDOR.check(block, fields.problems);
    let says: Vec<_> = VendorField::ALL
        .into_iter()
        .filter_map(|field| said(block, field, fields).map(|text| (field, text)))
        .collect();
    let may_reach = |f: VendorField| {
        f.reaches() && block.body.attribute(f.name()).is_some_and(|a| (fields.hopeless)(&a.value))
    };
    let reachable = says.iter().any(|(f, _)| f.reaches()) || VendorField::ALL.into_iter().any(may_reach);
    if !reachable && fields.problems.0.len() == before {
        fields.problems.push(unreachable(label, block));
    }
    (fields.problems.0.len() == before).then(|| Vendor { label: label.into(), says })
}

fn said(block: &Block, field: VendorField, fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.text(&block.body, field.name())?.trim().to_string();
    if text.is_empty() {
        let at = block.body.attribute(field.name()).map_or(block.header, |a| a.value.span());
        let problem = Diagnostic::error(format!("\"{}\" says nothing", field.name()))
            .at(at, "an empty text")
            .help("Leave it out, or write what a person needs in the middle of the night.");
        fields.problems.push(problem);
        return None;
    }
    let (odd, example) = match field {
        VendorField::Email => {
            (!text.contains('@') || text.contains(char::is_whitespace), "duty@acme.example")
        }
        VendorField::Url => (!text.contains("://"), "https://support.acme.example"),
        _ => (false, ""),
    };
    if odd {
        let at = block.body.attribute(field.name()).map_or(block.header, |a| a.value.span());
        let problem = Diagnostic::error(format!("\"{text}\" is no {}", field.name()))
            .at(at, "nobody can be reached by it")
            .help(format!("Write one like \"{example}\", or leave it out."));
        fields.problems.push(problem);
        return None;
    }
    Some(text)
}

fn unreachable(label: &str, block: &Block) -> Diagnostic {
    Diagnostic::error(format!("The vendor \"{label}\" cannot be reached"))
        .at(block.header, "has neither \"phone\" nor \"email\" nor \"url\"")
        .because("It is printed when something could not be restored and a person is needed.")
        .help("Add at least one of them, for example: phone = \"+49 30 5550100\"")
        .absent(Absence::Within(block.header))
}
