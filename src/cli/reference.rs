//! `patchform reference`

use super::Exit;
use super::terminal::Terminal;
use crate::ops::{self, Failure};
use crate::report::reference;
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use std::ffi::OsStr;

/// Options of `reference`.
#[derive(clap::Args)]
#[command(after_help = "For example: patchform reference component, patchform reference cidrsubnet, \
                        patchform reference release, patchform reference keep_for")]
pub struct Arguments {
    /// A block, function, kind of component or argument; all of them when left out
    #[arg(value_parser = Name, hide_possible_values = true)]
    name: Option<String>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Takes any name, and completes those that the program knows without asking a provider.
#[derive(Clone)]
struct Name;

impl TypedValueParser for Name {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(reference::names().into_iter().map(PossibleValue::new)))
    }
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let text = match (&arguments.name, arguments.json) {
        (Some(name), json) => {
            let articles = ops::reference::look_up(name)?;
            if json {
                reference::articles_json(&articles)
            } else {
                reference::articles_text(&articles, terminal.out)
            }
        }
        (None, true) => reference::list_json(&ops::reference::list()?),
        (None, false) => reference::list_text(&ops::reference::list()?, terminal.out),
    };
    terminal.say(&text);
    Ok(Exit::Done)
}
