//! `maintenance { silence { … } }`: alerts that are expected while a component is worked on.

use super::secret::Secrets;
use super::{credential, probe};
use crate::config::checked::Silence;
use crate::config::fields::Fields;
use crate::config::syntax::{Attribute, Block};
use crate::config::types::Type;
use crate::model::Diagnostic;

/// The silence of a component, evaluated.
pub(super) fn read(component: &Block, secrets: &Secrets, fields: &mut Fields<'_>) -> Option<Box<Silence>> {
    let maintenance = component.body.blocks.iter().find(|b| &*b.kind == "maintenance")?;
    let body = &maintenance.body.blocks.iter().find(|b| &*b.kind == "silence")?.body;
    let url = probe::web(body, "http://alerts.example:9093", fields);
    let labels = body.attribute("match").and_then(|attribute| labels(attribute, fields));
    let credential = credential::read(body, secrets, fields);
    let url = url?;
    let trusted = probe::trusted(body, &url, fields);
    Some(Box::new(Silence { url: url.trim_end_matches('/').into(), labels: labels?, trusted, credential }))
}

fn labels(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<Vec<(String, String)>> {
    let value = fields.typed(attribute, &Type::map(Type::String))?;
    let all =
        value.as_entries()?.iter().map(|(name, value)| Some((name.to_string(), value.as_str()?.to_string())));
    let all: Option<Vec<(String, String)>> = all.collect();
    let at = attribute.value.span();
    let problem = match &all {
        None => Diagnostic::error("\"match\" holds a label without a value").at(at, "a value of it is null"),
        Some(all) if all.is_empty() => Diagnostic::error("\"match\" would silence every alert")
            .at(at, "it names no label")
            .help("Name what the alerts of this component have: match = { instance = \"web-1:9100\" }"),
        Some(all) => match all.iter().find(|(name, _)| !is_label(name)) {
            Some((name, _)) => Diagnostic::error(format!("{name:?} is no name of a label"))
                .at(at, "")
                .help("A label has letters, digits and underscores, and begins with no digit."),
            None => return Some(all.clone()),
        },
    };
    fields.problems.push(problem);
    None
}

/// Source: Prometheus, "Data model".
fn is_label(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
