//! The variables of one `--vars`.

use crate::declared::Declared;
use crate::{input, told};
use patchform::config::eval::evaluate;
use patchform::config::scope::Scope;
use patchform::config::source::Sources;
use patchform::config::value::Value;
use patchform::model::Diagnostics;

/// Reads them: an object in JSON as it stands, or a file in either syntax.
///
/// # Errors
/// What is wrong with them.
pub fn read(given: &str, number: usize, sources: &mut Sources) -> Result<Vec<(String, Value)>, Diagnostics> {
    let body = if given.trim_start().starts_with('{') {
        let file = sources.add(&format!("<vars argument {number}>"), given.as_bytes())?;
        input::attributes_in_json(sources, file)?
    } else if given.ends_with(".json") {
        let file = input::add(sources, Some(given))?;
        input::attributes_in_json(sources, file)?
    } else {
        input::native(sources, given)?
    };
    if let Some(block) = body.blocks.first() {
        return Err(told::at(block.header, "only variables stand here, no blocks"));
    }
    let none = Declared::default();
    let value = |expr| evaluate(expr, &Scope::root().functions(&none));
    body.attributes.iter().map(|a| Ok((a.name.to_string(), value(&a.value)?))).collect()
}
