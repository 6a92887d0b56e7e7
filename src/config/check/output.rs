//! `output "name" { … }`: values that are recorded and shown.

use super::assertion;
use super::repeat::from_variables;
use crate::config::blocks;
use crate::config::checked::Output;
use crate::config::exact::Exact;
use crate::config::fields::Fields;
use crate::config::sensitivity::seems_sensitive;
use crate::config::syntax::Block;
use crate::config::types::Type;
use crate::config::value::{Marks, Value};
use crate::model::Diagnostic;

/// Evaluates an output block. `declared`: the type that its value is known to have, whatever the value.
pub(super) fn read(
    name: &str,
    block: &Block,
    declared: Option<&Type>,
    fields: &mut Fields<'_>,
) -> Option<Output> {
    let body = &block.body;
    blocks::OUTPUT.check(block, fields.problems);
    preconditions(block, fields);
    let description = fields.text(body, "description").unwrap_or_default();
    let said = sensitive(block, fields);
    let attribute = body.attribute("value")?;
    let found = fields.found(&attribute.value);
    let sensitive = said?;
    let marks = match &found {
        Ok(value) => value.deep_marks(),
        Err(guess) => guess.deep_marks(),
    };
    if marks.is_sensitive() && !sensitive {
        let problem = Diagnostic::error(format!("The output \"{name}\" would show a secret"))
            .at(attribute.value.span(), from_variables(&marks))
            .help("Add sensitive = true to the output, or leave the secret out of it.");
        fields.problems.push(problem);
        return None;
    }
    let value = found.ok()?;
    if let Some(block) = value.block_inside() {
        let problem = Diagnostic::error(format!("The output \"{name}\" has no value that can be recorded"))
            .at(attribute.value.span(), format!("holds {}.{}, a block", block.kind, block.name))
            .help("Name what you need of it, or leave it out.");
        fields.problems.push(problem);
        return None;
    }
    let found = Type::of(&value);
    let ty = declared.map_or_else(|| found.clone(), |declared| found.filled(declared));
    let value = Exact::of(&value).of_type(&ty);
    Some(Output { name: name.to_string(), value, sensitive, description })
}

/// Evaluates an output of a module: a value for whoever calls it.
pub(super) fn of_module(block: &Block, fields: &mut Fields<'_>) -> Option<Value> {
    let body = &block.body;
    blocks::OUTPUT.check(block, fields.problems);
    preconditions(block, fields);
    fields.text(body, "description");
    let sensitive = sensitive(block, fields);
    let value = fields.value(&body.attribute("value")?.value)?;
    let mark = sensitive? && !value.marks().is_sensitive();
    Some(if mark { value.marked(&Marks::anonymous()) } else { value })
}

/// Whether an output is sensitive; `None` where that cannot be told, which was said: nobody may see its value then, and nothing
/// more is said of it.
fn sensitive(block: &Block, fields: &mut Fields<'_>) -> Option<bool> {
    let before = fields.problems.0.len();
    let said = fields.flag(&block.body, "sensitive");
    let is_open = block.body.attribute("sensitive").is_some_and(|given| (fields.hopeless)(&given.value));
    let is_told = fields.problems.0.len() == before && !is_open && !seems_sensitive(block);
    is_told.then(|| said.unwrap_or(false))
}

fn preconditions(block: &Block, fields: &mut Fields<'_>) {
    for inner in block.body.blocks.iter().filter(|b| &*b.kind == "precondition") {
        blocks::PRECONDITION.check(inner, fields.problems);
    }
    let name = block.labels.first().map_or("", |label| &*label.text);
    assertion::preconditions(block, &format!("output {name}"), fields);
}
