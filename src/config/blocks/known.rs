//! Holds the names in a body against its block's row: what is unknown there, and what is missing.

use super::{Block, Need};
use crate::config::suggest;
use crate::config::syntax::{Attribute, Block as Written, Body};
use crate::model::{Absence, Diagnostic, Diagnostics, Span};

/// The names that a body may hold.
pub(in crate::config) struct Known<'a> {
    block: &'static Block,
    /// What has no such argument, with its article: `a component of kind release`.
    what: &'a str,
    /// In what an argument is missing: `component release.api`.
    whole: &'a str,
    own: &'a [Own<'a>],
    /// A line that gives an argument, in place of the row's: how it is written depends on the kind.
    example: Option<(&'a str, &'a str)>,
}

/// What Terraform has in a block of this name, or what is called otherwise here, and what to write instead.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("component", "version", LEVEL),
    ("component", "level", LEVEL),
    ("component", "provisioner", "What is run to bring a level is what the kind `command` is for."),
    ("component", "window", "It stands in its `maintenance`: maintenance { window = … }"),
    ("component", "precondition", "It stands in its `lifecycle`: lifecycle { precondition { … } }"),
    ("component", "postcondition", AFTERWARDS),
    ("lifecycle", "postcondition", AFTERWARDS),
    ("lifecycle", "replace_triggered_by", "Nothing is replaced here; take it out."),
    ("lifecycle", "prevent_destroy", "Nothing is destroyed here; take it out."),
    ("lifecycle", "create_before_destroy", "Nothing is destroyed here; take it out."),
    ("lifecycle", "ignore_changes", "Nothing but the level is brought back; take it out."),
    ("variable", "ephemeral", SENSITIVE),
    ("output", "ephemeral", SENSITIVE),
    ("output", "depends_on", "An output waits for what its value refers to; take it out."),
    (
        "check",
        "data",
        "Data is read for the whole configuration: move the block to the top, out of this one.",
    ),
    ("patchform", "backend", "Where the state is kept: state \"local\" { path = \"patchform.state.json\" }"),
];
const SENSITIVE: &str = "A secret is never stored here: write sensitive = true.";
const AFTERWARDS: &str = "What must hold afterwards is asked by a check: check \"http\" \"ready\" { … }";
const LEVEL: &str = "The level that is wanted is called \"patch_level\".";

/// An argument that is declared elsewhere: by a kind, or by a provider.
#[derive(Clone, Copy)]
pub(in crate::config) struct Own<'a> {
    pub name: &'a str,
    pub required: bool,
    /// One sentence; may be empty.
    pub about: &'a str,
}

impl Block {
    /// Complains about everything in `written` that has no business there, and about what is missing in it.
    pub(in crate::config) fn check(&'static self, written: &Written, problems: &mut Diagnostics) {
        Known::new(self, self.what, self.what, &[]).check(written, problems);
    }

    /// Complains about labels of a block that has none.
    pub(in crate::config) fn no_labels(&self, written: &Written, problems: &mut Diagnostics) {
        if let (Some(label), []) = (written.labels.first(), self.labels) {
            let problem = Diagnostic::error(without_labels(self.name))
                .at(label.span, "a label too many")
                .help(format!("Write it as {}", self.written));
            problems.push(problem);
        }
    }
}

impl<'a> Known<'a> {
    pub fn new(block: &'static Block, what: &'a str, whole: &'a str, own: &'a [Own<'a>]) -> Self {
        Known { block, what, whole, own, example: None }
    }

    pub fn with_example(self, name: &'a str, line: &'a str) -> Self {
        Known { example: Some((name, line)), ..self }
    }

    /// As [`Block::check`]. A required argument that probably stands there under a wrong name is told of once.
    pub fn check(&self, written: &Written, problems: &mut Diagnostics) {
        self.block.no_labels(written, problems);
        let mut meant = Vec::new();
        for attribute in written.body.attributes.iter().filter(|a| !self.is_argument(&a.name)) {
            let problem = self.unknown_argument(attribute, &written.body, &mut meant);
            problems.push(problem);
        }
        for inner in written.body.blocks.iter().filter(|b| !self.block.blocks.contains(&&*b.kind)) {
            problems.push(self.unknown_block(inner, &written.body, &mut meant));
        }
        let lacking = self.lacking(&written.body).into_iter();
        for (name, example, about) in lacking.filter(|(name, ..)| !meant.contains(name)) {
            problems.push(missing(name, self.whole, written.header, &example).because(about));
        }
    }

    fn is_argument(&self, name: &str) -> bool {
        self.own.iter().any(|own| own.name == name)
            || self.block.argument(name).is_some_and(|argument| argument.need != Need::Later)
    }

    fn is_later(&self, name: &str) -> bool {
        self.block.argument(name).is_some_and(|argument| argument.need == Need::Later)
    }

    /// Every argument that may be given.
    fn arguments(&self) -> impl Iterator<Item = &'a str> {
        let known = self.block.arguments.iter().filter(|argument| argument.need != Need::Later);
        self.own.iter().map(|own| own.name).chain(known.map(|argument| argument.name))
    }

    /// The required arguments that `body` does not have: name, a line that gives it, what it is for.
    fn lacking(&self, body: &Body) -> Vec<(&'a str, String, &'a str)> {
        let own = self.own.iter().filter(|own| own.required && body.attribute(own.name).is_none());
        let own = own.map(|own| (own.name, format!("{} = …", own.name), own.about));
        let known = self.block.required().filter(|(argument, _)| body.attribute(argument.name).is_none());
        let known = known.map(|(argument, line)| {
            let line = self.example.filter(|(name, _)| *name == argument.name).map_or(line, |(_, line)| line);
            (argument.name, line.to_string(), "")
        });
        own.chain(known).collect()
    }

    fn unknown_argument(&self, given: &Attribute, body: &Body, meant: &mut Vec<&'a str>) -> Diagnostic {
        let (name, at) = (&*given.name, given.span);
        if self.is_later(name) {
            return self.not_yet(&format!("\"{name}\""), "is", at);
        }
        let problem = Diagnostic::error(format!("There is no argument \"{name}\" in {}", self.what));
        if self.block.blocks.contains(&name) {
            return problem.at(at, "this is a block").help(format!("Write it without `=`: {name} {{ … }}"));
        }
        let all = || self.arguments().chain(self.block.blocks.iter().copied());
        let lacking = self.lacking(body);
        let problem = problem.at(at, "unknown argument");
        if let Some(help) = self.elsewhere(name) {
            let is_level = help == LEVEL;
            meant.extend(is_level.then_some("patch_level"));
            return problem.help(help).making_moot((!is_level).then(|| given.value.span()));
        }
        match lacking.iter().find(|(lacking, ..)| suggest::nearest(name, all()) == Some(lacking)) {
            Some((lacking, _, about)) => {
                meant.push(lacking);
                problem
                    .because(*about)
                    .help(format!("Did you mean \"{lacking}\"? It is required, and missing."))
            }
            None if suggest::nearest(name, all()).is_some() => problem.help(suggest::sentence(name, all())),
            // Nobody knows what its value is to be.
            None => problem.help(suggest::sentence(name, all())).making_moot([given.value.span()]),
        }
    }

    fn unknown_block(&self, inner: &Written, body: &Body, meant: &mut Vec<&'a str>) -> Diagnostic {
        let name = &*inner.kind;
        if self.is_later(name) {
            return self.not_yet(&format!("`{name}` blocks"), "are", inner.header);
        }
        let problem = Diagnostic::error(format!("There is no block \"{name}\" in {}", self.block.what));
        if self.is_argument(name) {
            meant.extend(self.lacking(body).iter().map(|(lacking, ..)| *lacking).filter(|l| *l == name));
            let problem = problem.at(inner.kind_span, "this is an argument");
            return problem.help(format!("Write it with `=`: {name} = …"));
        }
        let all = self.block.blocks.iter().copied().chain(self.arguments());
        let help = self.elsewhere(name).map_or_else(|| suggest::sentence(name, all), str::to_string);
        problem.at(inner.kind_span, "unknown block").help(help)
    }

    fn elsewhere(&self, name: &str) -> Option<&'static str> {
        let row = ELSEWHERE.iter().find(|(block, word, _)| (*block, *word) == (self.block.name, name));
        row.map(|(.., help)| *help)
    }

    fn not_yet(&self, what: &str, verb: &str, at: Span) -> Diagnostic {
        Diagnostic::error(format!("{what} {verb} not supported in {} by this version yet", self.block.what))
            .at(at, "not supported yet")
            .help("Take it out for now; the rest works without it.")
    }
}

/// What is said of a label where a block of this name has none.
pub(in crate::config) fn without_labels(name: &str) -> String {
    format!("{} `{name}` block has no labels", article(name))
}

/// The article of a block's name, at the beginning of a sentence.
pub(in crate::config) fn article(name: &str) -> &'static str {
    if name.starts_with(['a', 'e', 'i', 'o']) { "An" } else { "A" }
}

/// A missing argument, pointing at its block's header.
pub(in crate::config) fn missing(name: &str, what: &str, header: Span, example: &str) -> Diagnostic {
    Diagnostic::error(format!("The argument \"{name}\" is missing in {what}"))
        .at(header, format!("has no \"{name}\""))
        .help(format!("Add it, for example: {example}"))
        .absent(Absence::Within(header))
}
