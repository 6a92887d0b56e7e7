//! `from_file` and `from_command`: where the configuration says that a secret is read when nobody gives it.

use crate::config::checked::SecretSource;
use crate::config::fields::{Fields, sentence_case};
use crate::config::syntax::{Attribute, Body};
use crate::model::{Diagnostic, Span};
use std::time::Duration;

/// The arguments that say where a value comes from when none is given; a variable has one of them.
const WAYS: [&str; 3] = [DEFAULT, FILE, COMMAND];
const DEFAULT: &str = "default";
const FILE: &str = "from_file";
const COMMAND: &str = "from_command";
/// How much of a command is shown, in characters.
const SHOWN: usize = 50;
/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a sensitive variable's value is read.
#[derive(Debug)]
pub(in crate::config) struct Origin<'p> {
    attribute: &'p Attribute,
    within: Duration,
}

/// Whether a body says where a value comes from when none is given, even wrongly.
pub(super) fn is_written(body: &Body) -> bool {
    WAYS.iter().any(|name| body.attribute(name).is_some())
}

/// Reads what does not depend on where the variable stands.
pub(super) fn declared<'p>(
    body: &'p Body,
    sensitive: Option<bool>,
    fields: &mut Fields<'_>,
) -> Option<Origin<'p>> {
    let within = fields.period(body, "timeout");
    if let (Some(timeout), None) = (body.attribute("timeout"), body.attribute(COMMAND)) {
        let problem = Diagnostic::error("\"timeout\" stands without from_command")
            .at(timeout.span, "bounds nothing")
            .help("Remove it: only a command is waited for.");
        fields.problems.push(problem);
    }
    let mut ways: Vec<&Attribute> = WAYS.iter().filter_map(|name| body.attribute(name)).collect();
    ways.sort_by_key(|attribute| attribute.span.start);
    let (first, second) = (*ways.first()?, ways.get(1));
    if let Some(second) = second {
        let problem = Diagnostic::error("A variable has one value when none is given")
            .at(second.span, "a second one")
            .and(first.span, "the first one")
            .help(format!("Remove \"{}\" or \"{}\".", first.name, second.name));
        fields.problems.push(problem);
        return None;
    }
    if &*first.name == DEFAULT {
        return None;
    }
    if sensitive == Some(false) {
        let problem = Diagnostic::error(format!("\"{}\" is for secrets only", first.name))
            .at(first.span, "the variable is not sensitive")
            .because("What is read so is neither shown nor stored.")
            .help("Add sensitive = true. What is no secret is read by file(…) or a data block.");
        fields.problems.push(problem);
        return None;
    }
    if let Some(refers) = first.value.references().into_iter().find(|r| &*r.root != "path") {
        let problem = Diagnostic::error(format!("\"{}\" may refer to nothing but `path`", first.name))
            .at(refers.span, "a reference")
            .because("It is read before anything else has a value.")
            .help("Write it as a literal; a path within a module begins with ${path.module}.");
        fields.problems.push(problem);
        return None;
    }
    Some(Origin { attribute: first, within: within.unwrap_or(PATIENCE) })
}

impl Origin<'_> {
    /// Where it stands.
    pub fn span(&self) -> Span {
        self.attribute.value.span()
    }

    /// Reads the secret; `None` when it cannot be had, which was said. `name` is the variable's, `otherwise` a clause
    /// that says how else it is given.
    pub fn read(
        &self,
        name: &str,
        otherwise: &str,
        fields: &mut Fields<'_>,
    ) -> Option<(String, SecretSource)> {
        let source = self.source(fields)?;
        let bytes = match fields.scope.file_reader() {
            Some(files) => files.secret(&source),
            None => Err("secrets are not read here".to_string()),
        };
        match bytes.and_then(|bytes| text_of(&bytes)) {
            Ok(text) => Some((text, source)),
            Err(why) => {
                let problem = Diagnostic::error(format!("The value of variable \"{name}\" cannot be read"))
                    .at(self.span(), format!("from {}", describe(&source)))
                    .because(format!("{}.", sentence_case(why.trim_end_matches('.'))))
                    .help(format!("Put that right, or {otherwise}: then this is not read."));
                fields.problems.push(problem);
                None
            }
        }
    }

    fn source(&self, fields: &mut Fields<'_>) -> Option<SecretSource> {
        let before = fields.problems.0.len();
        let file = &*self.attribute.name == FILE;
        let words = match file {
            true => fields.text_of(self.attribute).map(|path| vec![path]),
            false => fields.texts_of(self.attribute),
        };
        match words {
            Some(words) if words.first().is_some_and(|first| !first.is_empty()) => Some(match file {
                true => SecretSource::Content(words.concat()),
                false => SecretSource::Command { words, within: self.within },
            }),
            _ if fields.problems.0.len() > before => None,
            _ => {
                let (what, example) = match file {
                    true => ("a file", "\"/run/secrets/db\""),
                    false => ("a program", "[\"pass\", \"show\", \"db\"]"),
                };
                let problem = Diagnostic::error(format!("\"{}\" must name {what}", self.attribute.name))
                    .at(self.span(), "names none")
                    .help(format!("Write {} = {example}", self.attribute.name));
                fields.problems.push(problem);
                None
            }
        }
    }
}

/// The text of a secret, without the newline at its end.
///
/// # Errors
/// Why it is none, without what was read.
pub fn text_of(bytes: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "what it gives is no text in UTF-8")?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    match text {
        "" => Err("it gives nothing".into()),
        text if text.contains('\0') => Err("what it gives is no text: it holds a NUL".into()),
        text => Ok(text.to_string()),
    }
}

/// What a source is called: `the file /run/secrets/db`, "the command `pass show db`".
pub fn describe(source: &SecretSource) -> String {
    match source {
        SecretSource::Environment(variable) => format!("the environment variable {variable}"),
        SecretSource::File(path) | SecretSource::Content(path) => format!("the file {path}"),
        SecretSource::Command { words, .. } => format!("the command `{}`", in_short(words)),
        SecretSource::CommandLine => "--var".to_string(),
        SecretSource::Default | SecretSource::DefaultIn(_) => "the default".to_string(),
    }
}

/// A command on one line; a script in it is not shown whole.
fn in_short(words: &[String]) -> String {
    let line = words.iter().flat_map(|word| word.split_whitespace()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_newline_is_cut_and_what_is_no_text_is_refused() {
        for (bytes, text) in [
            (b"a".as_slice(), Some("a")),
            (b"a\n", Some("a")),
            (b"a\r\n", Some("a")),
            (b"a\n\n", Some("a\n")),
            (b" a \n", Some(" a ")),
            (b"", None),
            (b"\n", None),
            (b"a\0b", None),
            (b"\xff\xfe", None),
        ] {
            assert_eq!(text_of(bytes).ok().as_deref(), text, "{bytes:?}");
        }
    }
}
