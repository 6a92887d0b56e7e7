//! Templates that stand elsewhere, with what is known of the variables that they are given.

use super::call::Called;
use super::room::Room;
use super::{Guess, MOST, Reading, Sort};
use crate::config::convert::fit;
use crate::config::eval::failure::Failure;
use crate::config::functions::{Fault, Template, no_variables, template_in};
use crate::config::types::Type;
use crate::config::value::{Value, quoted};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Reading {
    /// What `templatefile` and `templatestring` give.
    pub(super) fn template(&mut self, called: &Called<'_>, room: &Room<'_>) -> Guess {
        let found = match called.args.as_slice() {
            [_, variables] if variables.sort().differs(Sort::Table) => Err(no_variables()),
            [Guess::Known(source), variables] => read(called, source, variables, room),
            _ => Ok(called.function.any_result()),
        };
        found.unwrap_or_else(|fault| {
            self.fault(called, fault, room);
            Guess::ANY
        })
    }
}

fn read(called: &Called<'_>, source: &Value, variables: &Guess, room: &Room<'_>) -> Result<Guess, Fault> {
    let any = called.function.any_result();
    let Some(first) = source.as_str().filter(|_| !source.is_sensitive()) else { return Ok(any) };
    let in_file = called.function.name == "templatefile";
    let (text, name) = match (in_file, room.scope().file_reader()) {
        (true, Some(files)) => (template_in(source, files)?, quoted(first)),
        (true, None) => return Ok(any),
        (false, _) => (first.to_string(), "the template".to_string()),
    };
    let Guess::Object(variables) = variables else { return Ok(any) };
    let guess = with_variables(&text, &name, variables, room)?;
    match in_file {
        true => Ok(guess),
        false => fit(&guess, &Type::String).map_err(|error| Fault::at(0, error.describe("the result"))),
    }
}

fn with_variables(
    text: &str,
    name: &str,
    variables: &BTreeMap<Arc<str>, Guess>,
    room: &Room<'_>,
) -> Result<Guess, Fault> {
    let template = Template::new(text, name, variables.keys(), room.scope())?;
    let scope = template.scope(room.scope());
    let names = variables.iter().map(|(name, guess)| (name.clone(), guess.clone()));
    let mut reading = Reading { wrong: Failure::default(), left: MOST };
    let guess = reading.guess(&template.expr, &Room::new(&scope).with(names));
    match reading.wrong.is_told() {
        true => Ok(guess),
        false => Err(template.first(&reading.wrong.into())),
    }
}
