//! The values of variables: from files, the environment and the command line, with Terraform's precedence.

use super::Variable;
use crate::config::checked::{SecretOrigin, SecretSource};
use crate::config::expr::Expr;
use crate::config::load::is_identifier;
use crate::config::scope::{Files, Scope};
use crate::config::source::Sources;
use crate::config::suggest;
use crate::config::syntax;
use crate::config::value::{Marks, Value};
use crate::model::{Diagnostic, Diagnostics, FileId, Span};
use lacking::Lacking;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};

/// Where values may come from, as they were found; which one counts is decided here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariableInputs {
    /// Variable files that are read without being asked for; their texts are in the sources.
    pub files: Vec<(FileId, VariableFile)>,
    /// Environment variables: name and value. Names that do not begin with `PF_VAR_` are passed over.
    pub environment: Vec<(String, OsString)>,
    /// `--var` and `--var-file`, in the order given.
    pub arguments: Vec<Given>,
    /// Variable files of Terraform in the folder, which are not read: where a value is missing they are told of.
    pub foreign_files: Vec<String>,
    /// Whether a variable may be without a value, which is warned of: what rests on it is passed over then.
    pub may_lack: bool,
}

/// Which variable file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum VariableFile {
    /// `patchform.pfvars`
    Default,
    /// `*.auto.pfvars`; these count in the order of their paths.
    Auto,
}

/// What was given on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// `--var name=value`, as it was written.
    Variable(String),
    /// `--var-file`; its text is in the sources.
    File(FileId),
}

/// All variables with their values.
#[derive(Debug, Default)]
pub(in crate::config) struct Variables {
    /// Values by name, those of sensitive variables marked.
    pub values: BTreeMap<String, Value>,
    /// Where sensitive ones came from.
    pub secret_sources: BTreeMap<String, SecretOrigin>,
    /// Where each was given that has a value, and a label that says so.
    pub places: BTreeMap<String, (Span, String)>,
    /// Those without a value, where that is only warned of.
    pub lacking: Vec<Lacking>,
}

/// A value that was given, not yet converted.
#[derive(Debug, Clone)]
struct Assigned {
    text: Text,
    /// Where complaints point to.
    span: Span,
    /// Under which name it was given: `the file prod.pfvars`.
    from: String,
    source: SecretSource,
}

#[derive(Debug, Clone)]
enum Text {
    /// An expression in a variable file.
    Expr(Expr),
    /// A text of the command line or the environment.
    Plain(String),
}

/// Finds every variable's value, checks types and validations. What says where a secret is read is evaluated in `scope`.
pub(in crate::config) fn settle(
    declared: &BTreeMap<&str, Variable<'_>>,
    inputs: &VariableInputs,
    scope: &Scope<'_>,
    files: &dyn Files,
    sources: &mut Sources,
    problems: &mut Diagnostics,
) -> Variables {
    let (found, unread) = (BTreeMap::new(), BTreeSet::new());
    let mut given = Assignments { declared, sources, problems, found, unread };
    given.all(inputs);
    let (found, unread) = (given.found, given.unread);
    let mut variables = Variables::default();
    for variable in declared.values() {
        let assigned = found.get(variable.name);
        if assigned.is_none() && unread.contains(variable.name) {
            continue;
        }
        if inputs.may_lack && assigned.is_none() && variable.is_lacking() {
            variables.lacking.push(Lacking::new(variable, inputs));
            continue;
        }
        let asked = value::Asked { variable, assigned, inputs };
        if let Some((value, source)) = value::find(asked, sources, scope, problems) {
            let value =
                if variable.sensitive { value.marked(&Marks::variable(variable.name)) } else { value };
            let place = match assigned {
                Some(assigned) => (assigned.span, format!("from {}", assigned.from)),
                None => variable.otherwise(),
            };
            variables.places.insert(variable.name.to_string(), place);
            variables.values.insert(variable.name.to_string(), value);
            if variable.sensitive {
                let origin = SecretOrigin { source, ty: variable.written_type(sources) };
                variables.secret_sources.insert(variable.name.to_string(), origin);
            }
        }
    }
    // What is made of a value that may not stand says nothing more.
    for name in validate::all(declared, &variables, files, problems) {
        variables.values.remove(name);
    }
    variables
}

struct Assignments<'a, 'p> {
    declared: &'a BTreeMap<&'p str, Variable<'p>>,
    sources: &'a mut Sources,
    problems: &'a mut Diagnostics,
    found: BTreeMap<String, Assigned>,
    /// Variables whose values stand where nothing could be read.
    unread: BTreeSet<String>,
}

impl Assignments<'_, '_> {
    /// From the weakest to the strongest: a later one replaces an earlier one.
    fn all(&mut self, inputs: &VariableInputs) {
        for (name, value) in &inputs.environment {
            self.environment(name, value);
        }
        let mut files: Vec<(VariableFile, String, FileId)> = inputs
            .files
            .iter()
            .map(|(id, which)| (*which, self.sources.path(*id).to_string(), *id))
            .collect();
        files.sort();
        for (_, _, file) in files {
            self.file(file);
        }
        for given in &inputs.arguments {
            match given {
                Given::Variable(text) => self.argument(text),
                Given::File(file) => self.file(*file),
            }
        }
    }

    fn environment(&mut self, key: &str, value: &OsStr) {
        // An undeclared one may belong to another configuration, as in Terraform.
        let Some(variable) = key.strip_prefix("PF_VAR_").and_then(|name| self.declared.get(name)) else {
            return;
        };
        let Some(value) = value.to_str() else { return self.no_text(key, variable.name) };
        let shown = if variable.sensitive { "(sensitive)" } else { value };
        let file = self.sources.add_text(key, shown);
        let assigned = Assigned {
            text: Text::Plain(value.to_string()),
            span: Span::new(file, 0, shown.len()),
            from: format!("the environment variable {key}"),
            source: SecretSource::Environment(key.to_string()),
        };
        self.found.insert(variable.name.to_string(), assigned);
    }

    /// Not even the part before the wrong byte is shown: it may be a secret in another encoding.
    fn no_text(&mut self, key: &str, name: &str) {
        let file = self.sources.add_text(key, "…");
        let problem = Diagnostic::error(format!("The value of the environment variable {key} is not UTF-8"))
            .at(Span::new(file, 0, "…".len()), "not shown")
            .help(format!("Give it as UTF-8, or unset {key}."));
        self.problems.push(problem);
        self.unread.insert(name.to_string());
    }

    fn argument(&mut self, text: &str) {
        let named = text.split_once('=').filter(|(name, _)| is_identifier(name.trim()));
        let Some((name, value)) = named else {
            let word = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).next();
            let known = word.filter(|word| self.declared.contains_key(word));
            return self.problems.push(no_assignment(text, known, self.sources));
        };
        let Some(variable) = self.declared.get(name) else {
            let file = self.sources.add_text("--var", name);
            let problem = Diagnostic::error(format!("There is no variable \"{name}\""))
                .at(Span::new(file, 0, name.len()), "given with --var, declared nowhere")
                .help(self.undeclared_help(name));
            self.problems.push(problem);
            return;
        };
        let shown = if variable.sensitive { format!("{name}=(sensitive)") } else { text.to_string() };
        let file = self.sources.add_text("--var", &shown);
        let assigned = Assigned {
            text: Text::Plain(value.to_string()),
            span: Span::new(file, name.len() + 1, shown.len()),
            from: "--var".to_string(),
            source: SecretSource::CommandLine,
        };
        self.found.insert(name.to_string(), assigned);
    }

    fn undeclared_help(&self, name: &str) -> String {
        match suggest::nearest(name, self.declared.keys().copied()) {
            Some(near) => format!("Did you mean \"{near}\"?"),
            None => format!("Declare it: variable \"{name}\" {{ }}"),
        }
    }

    fn file(&mut self, file: FileId) {
        let mut problems = Diagnostics::default();
        let body = match self.sources.path(file).ends_with(".json") {
            true => syntax::from_json::read_values(self.sources, file, &mut problems),
            false => syntax::read(self.sources, file, &mut problems),
        };
        self.note_unread(file, &body, &problems);
        self.conceal_unread(file, &body, &mut problems);
        self.problems.0.extend(problems.0);
        for block in &body.blocks {
            block.body.expressions().into_iter().for_each(|expr| self.sources.conceal(expr.span()));
            let problem = Diagnostic::error("A variable file holds values only, no blocks")
                .at(block.header, "")
                .help(match &*block.kind {
                    "variable" => "Declare variables in a *.pf.hcl file, and give values here: name = value",
                    _ => "Move the block to a *.pf.hcl file.",
                });
            self.problems.push(problem);
        }
        for attribute in body.attributes {
            let span = attribute.value.span();
            self.assign(file, &attribute.name, attribute.span, span, Text::Expr(attribute.value));
        }
    }

    fn assign(&mut self, file: FileId, name: &str, key: Span, value: Span, text: Text) {
        let path = self.sources.path(file).to_string();
        let declared = self.declared.get(name);
        // Nobody may see a secret in a complaint about it, or about what stands beside it; nor what may be one, its name
        // misspelt.
        if declared.is_none_or(|variable| variable.sensitive) {
            self.sources.conceal(value);
        }
        if declared.is_none() {
            let problem = Diagnostic::warning(format!("There is no variable \"{name}\""))
                .at(key, "its value is ignored")
                .help(self.undeclared_help(name));
            self.problems.push(problem);
            return;
        }
        let from = format!("the file {path}");
        let source = SecretSource::File(path);
        self.found.insert(name.to_string(), Assigned { text, span: value, from, source });
    }
}

/// A `--var` without a name: it may be the value alone, of a secret, so that only a `known` name is shown.
pub fn no_assignment(text: &str, known: Option<&str>, sources: &mut Sources) -> Diagnostic {
    let shown = known.map_or("…".to_string(), |word| format!("{word}…"));
    let missing = if text.contains('=') { "no name stands before the `=`" } else { "there is no `=`" };
    let file = sources.add_text("--var", &shown);
    Diagnostic::error("--var needs a name and a value")
        .at(Span::new(file, 0, shown.len()), missing)
        .help("Write it as --var 'name=value'")
}

mod lacking;
mod unread;
mod validate;
mod value;

pub(in crate::config) use lacking::warning as lacking;
pub(in crate::config) use validate::verdict;
pub(in crate::config) use value::by_origin;

#[cfg(test)]
mod tests;
