//! Files of the configuration: `file`, `templatefile`, …. They are read through the scope, never from the disk.

use super::Takes::{Any, Text};
use super::encoding::base64;
use super::paths::from_hex;
use super::text::text;
use super::{Done, Fault, Function, Param, Rule, Work, param};
use crate::config::eval::evaluate;
use crate::config::lower;
use crate::config::scope::{Files, Scope};
use crate::config::value::{Value, quoted};
use crate::model::{Diagnostic, FileId};
use patchform_sdk::digest;

const PATH: &[Param] = &[param("path", Text)];

pub(super) const FUNCTIONS: &[Function] = &[
    reading("file", PATH, |a, files, _| Ok(Value::string(read_text(a, files)?))),
    reading("fileexists", PATH, |a, files, _| Ok(Value::bool(files.exists(text(a, 0))))),
    reading("filebase64", PATH, |a, files, _| Ok(Value::string(base64(&read(a, files)?)))),
    reading("filesha256", PATH, |a, files, _| Ok(Value::string(digest::of_bytes(&read(a, files)?)))),
    reading("filebase64sha256", PATH, |a, files, _| {
        Ok(Value::string(base64(&from_hex(&digest::of_bytes(&read(a, files)?)))))
    }),
    reading("templatefile", &[param("path", Text), param("variables", Any)], templatefile),
];

type Reading = fn(&[Value], &dyn Files, &Scope<'_>) -> Done;

const fn reading(name: &'static str, params: &'static [Param], work: Reading) -> Function {
    Function { name, params, rest: None, rule: Rule::Whole, work: Work::Files(work) }
}

fn read(args: &[Value], files: &dyn Files) -> Result<Vec<u8>, Fault> {
    let path = text(args, 0);
    files.read(path).map_err(|problem| Fault::at(0, format!("{}: {problem}", quoted(path))))
}

fn read_text(args: &[Value], files: &dyn Files) -> Result<String, Fault> {
    String::from_utf8(read(args, files)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let path = quoted(text(args, 0));
        Fault::at(0, format!("{path} is no UTF-8 text (byte {at}); read binary files with filebase64()"))
    })
}

/// A file with `${…}` and `%{…}` in it, which sees only the variables that it is given.
fn templatefile(args: &[Value], files: &dyn Files, _: &Scope<'_>) -> Done {
    let source = read_text(args, files)?;
    let variables = args[1].as_entries().ok_or_else(|| Fault::at(1, "a map or an object is needed"))?;
    let told = |problem: &Diagnostic| {
        let at = problem.primary.as_ref().map_or(0, |(span, _)| span.start as usize);
        let line = source.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let help = if problem.help.is_empty() { String::new() } else { format!("; {}", problem.help) };
        Fault::at(0, format!("{} line {line}: {}{help}", quoted(text(args, 0)), problem.summary))
    };
    let template = lower::parse_template(&source, FileId(u32::MAX), 0).map_err(|problems| {
        problems.0.first().map_or_else(|| Fault::at(0, "it is no valid template"), told)
    })?;
    // Files are not handed on: a template that reads itself would never end.
    let scope = variables.iter().fold(Scope::root(), |s, (name, value)| s.with(name.clone(), value.clone()));
    evaluate(&template, &scope).map_err(|problem| told(&problem))
}
