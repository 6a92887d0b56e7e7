//! `hcldec`: decodes a file by a specification, as HCL's program of that name does; its specification suite drives it.
//!
//! `hcldec --spec=FILE [--diags=json] [--with-type] [--keep-nulls] [--var-refs] [--vars=JSON|FILE] [--out=FILE] FILE`

mod arguments;
mod content;
mod decode;
mod output;
mod references;
mod spec;
mod told;

use arguments::Arguments;
use patchform::config::source::Sources;
use patchform::config::syntax::{self, Body};
use patchform::model::{Diagnostics, FileId};
use std::io::{Read as _, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("Error: {problem}");
            return ExitCode::from(2);
        }
    };
    let mut sources = Sources::new();
    match run(&arguments, &mut sources) {
        Ok(text) => match write(&arguments, &text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("Error: {error}");
                ExitCode::from(1)
            }
        },
        Err(problems) => {
            eprintln!("{}", told::told(&problems, &sources, arguments.json));
            ExitCode::from(2)
        }
    }
}

fn write(arguments: &Arguments, text: &str) -> std::io::Result<()> {
    match &arguments.out {
        Some(path) => std::fs::write(path, format!("{text}\n")),
        None => writeln!(std::io::stdout(), "{text}"),
    }
}

fn run(arguments: &Arguments, sources: &mut Sources) -> Result<String, Diagnostics> {
    let (_, body) = file(sources, Some(&arguments.spec))?;
    let mut given = spec::read(&body)?;
    for vars in &arguments.vars {
        given.variables.extend(arguments::variables(vars, sources)?);
    }
    let (id, body) = file(sources, arguments.input.as_deref())?;
    if arguments.var_refs {
        return Ok(references::json(&given.root, &body, sources).to_string());
    }
    let typed = decode::decode(&given, &body, id, sources)?;
    let json = output::json(&typed, arguments.with_type);
    Ok(if arguments.keep_nulls { json } else { output::without_nulls(json) }.to_string())
}

/// Reads a file, or the standard input.
pub(crate) fn file(sources: &mut Sources, path: Option<&str>) -> Result<(FileId, Body), Diagnostics> {
    let name = path.unwrap_or("<stdin>");
    let mut bytes = Vec::new();
    let read = match path {
        Some(path) => std::fs::read(path).map(|read| bytes = read),
        None => std::io::stdin().read_to_end(&mut bytes).map(|_| ()),
    };
    read.map_err(|error| told::plain(format!("cannot read {name}: {error}")))?;
    if name.ends_with(".json") {
        return Err(told::plain(format!("{name}: only the native syntax is read here")));
    }
    let id = sources.add(name, &bytes)?;
    let mut problems = Diagnostics::default();
    let body = syntax::read(sources, id, &mut problems);
    if problems.has_errors() { Err(problems) } else { Ok((id, body)) }
}
