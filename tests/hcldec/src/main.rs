//! `hcldec`: decodes files by a specification, as HCL's program of that name does; its specification suite drives it.
//!
//! `hcldec --spec=FILE [--diags=json] [--with-type] [--keep-nulls] [--var-refs] [--vars=JSON|FILE] [--out=FILE] FILE…`

mod arguments;
mod content;
mod declared;
mod decode;
mod input;
mod output;
mod references;
mod spec;
mod told;
mod variables;

use arguments::{Arguments, Asked};
use patchform::config::source::Sources;
use patchform::model::Diagnostics;
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(Asked::Decode(arguments)) => arguments,
        Ok(Asked::Version) => {
            println!("{}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("Error: {problem}");
            return ExitCode::from(2);
        }
    };
    if arguments.spec.is_empty() {
        eprintln!("Error: the --spec=... argument is required");
        return ExitCode::from(1);
    }
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
    let body = input::native(sources, &arguments.spec)?;
    let mut given = spec::read(&body, sources)?;
    let mut problems = Diagnostics::default();
    for (number, vars) in arguments.vars.iter().enumerate() {
        match variables::read(vars, number, sources) {
            Ok(more) => given.variables.extend(more),
            Err(wrong) => problems.0.extend(wrong.0),
        }
    }
    let templates = arguments.var_refs || !given.variables.is_empty() || !given.functions.is_empty();
    let read = input::read(&arguments.inputs, &given.root, templates, sources, &mut problems);
    if problems.has_errors() {
        return Err(problems);
    }
    if arguments.var_refs {
        return Ok(references::json(&given, &read.body, sources).to_string());
    }
    let typed = decode::decode(&given, &read, sources)?;
    Ok(output::json(&typed, arguments.with_type, arguments.keep_nulls))
}
