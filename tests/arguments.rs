//! The table of blocks says what is so: each row is held against what the checker does with the row's example.

use patchform::config::blocks::{ALL, Argument, Block, Holds, Need, Place, Takes};
use patchform::config::checked::SecretSource;
use patchform::config::levels::Resolved;
use patchform::config::lock::Lock;
use patchform::config::request::Request;
use patchform::config::scope::Files;
use patchform::config::syntax::{self, Body};
use patchform::config::{Schemas, Sources, Surroundings, VariableInputs, check, parse};
use patchform::model::{Diagnostics, Span};
use patchform::ops::files::FilesOnDisk;
use patchform_sdk::Provider as _;
use std::ops::Range;
use std::time::Duration;

/// The files of an example, of which one was changed.
type Texts = Vec<(String, String)>;

struct InMemory<'a>(&'a Texts);

impl Files for InMemory<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let found = self.0.iter().find(|(name, _)| name == path);
        found.map(|(_, text)| text.clone().into_bytes()).ok_or_else(|| format!("there is no {path}"))
    }

    /// No folder is beside them.
    fn list(&self, _: &str, _: usize) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }

    fn run(&self, program: &[String], input: &str, within: Duration) -> Result<Vec<u8>, String> {
        FilesOnDisk::default().run(program, input, within)
    }

    /// The server of an example answers with the files beside it; tests/fetch.rs asks real ones.
    fn fetch(&self, request: &Request) -> Result<Vec<u8>, String> {
        self.read(request.url.rsplit('/').next().unwrap_or_default())
    }

    fn secret(&self, source: &SecretSource) -> Result<Vec<u8>, String> {
        match source {
            SecretSource::Content(path) => self.read(path),
            _ => FilesOnDisk::default().secret(source),
        }
    }
}

/// What the checker makes of a configuration: all of it, or its complaints with their places.
fn outcome(texts: &Texts) -> Result<String, Vec<(String, Option<Span>)>> {
    let mut sources = Sources::new();
    for (name, text) in texts.iter().filter(|(name, _)| name.ends_with(".pf.hcl")) {
        sources.add(name, text.as_bytes()).expect("a text");
    }
    let schemas: Schemas = [
        ("apt", patchform_provider_apt::APT.describe()),
        ("dnf", patchform_provider_dnf::DNF.describe()),
        ("command", patchform_provider_command::Commands.describe()),
        ("release", patchform_provider_release::Releases.describe()),
        ("haproxy", patchform_provider_haproxy::Haproxy.describe()),
    ]
    .into_iter()
    .collect();
    let (parsed, mut problems) = parse(&sources);
    let files = InMemory(texts);
    let lock = texts.iter().find(|(name, _)| name == "patchform.lock.hcl").map_or("", |(_, text)| text);
    let mut locks = Sources::new();
    let file = locks.add_text("patchform.lock.hcl", lock);
    let levels = Lock::read(&locks, file).expect("a lock file").levels;
    let around = Surroundings {
        files: &files,
        folder: ".",
        working_folder: "/work",
        workspace: "default",
        levels: Resolved::All(&levels),
    };
    match check(&parsed, &mut sources, &schemas, &VariableInputs::default(), &around) {
        // A connection keeps what is written of it: that nothing is written says the same as `sudo = false`.
        Ok((config, _)) if !problems.has_errors() => {
            return Ok(format!("{config:?}").replace("\"sudo\": Bool(false), ", ""));
        }
        Ok(_) => {}
        Err(more) => problems.0.extend(more.0),
    }
    let told = problems.0.into_iter().filter(|p| p.severity == patchform::model::Severity::Error);
    Err(told.map(|p| (p.summary, p.primary.map(|(at, _)| at))).collect())
}

/// One argument where it stands in its block's example.
struct Found {
    block: &'static Block,
    argument: &'static Argument,
    file: usize,
    /// From its name to the end of its value.
    whole: Range<usize>,
    value: Range<usize>,
}

impl Found {
    fn name(&self) -> String {
        format!("{} {}", self.block.written, self.argument.name)
    }

    fn texts(&self) -> Texts {
        self.block.example.iter().map(|(name, text)| ((*name).to_string(), (*text).to_string())).collect()
    }

    fn with(&self, range: &Range<usize>, new: &str) -> Texts {
        let mut texts = self.texts();
        texts[self.file].1.replace_range(range.clone(), new);
        texts
    }

    /// What is said when the argument's value is another one; whether it is said of the value.
    fn given(&self, value: &str) -> Option<bool> {
        let told = outcome(&self.with(&self.value, value)).err()?;
        let (start, end) = (self.value.start as u32, (self.value.start + value.len()) as u32);
        let there = |at: &Span| at.start < end && at.end > start;
        Some(told.iter().any(|(_, at)| at.as_ref().is_some_and(there)))
    }
}

fn collect(body: &Body, inside: Option<&str>, block: &'static Block, file: usize, found: &mut Vec<Found>) {
    for inner in &body.blocks {
        let fits = match (block.place, inside) {
            (Place::Inside(names), Some(outer)) => names.contains(&outer),
            (Place::Inside(_), None) => false,
            (_, outer) => outer.is_none(),
        };
        let sort = inner.labels.first().map(|label| &*label.text);
        if fits && &*inner.kind == block.name && block.sort.is_none_or(|wanted| sort == Some(wanted)) {
            for attribute in &inner.body.attributes {
                let Some(argument) = block.argument(&attribute.name) else { continue };
                let value = attribute.value.span();
                let value = value.start as usize..value.end as usize;
                let whole = attribute.span.start as usize..value.end;
                found.push(Found { block, argument, file, whole, value });
            }
        }
        collect(&inner.body, Some(&inner.kind), block, file, found);
    }
}

/// Every argument in every example.
fn every() -> Vec<Found> {
    let mut found = Vec::new();
    for block in ALL {
        for (file, (name, text)) in block.example.iter().enumerate() {
            if name.ends_with(".pf.hcl") {
                let mut sources = Sources::new();
                let id = sources.add(name, text.as_bytes()).expect("a text");
                let body = syntax::read(&sources, id, &mut Diagnostics::default());
                collect(&body, None, block, file, &mut found);
            }
        }
    }
    found
}

fn later(argument: &Argument) -> bool {
    argument.need == Need::Later
}

#[test]
fn every_argument_occurs_in_the_example_of_its_block() {
    let found = every();
    for block in ALL {
        for argument in block.arguments.iter().filter(|argument| !later(argument)) {
            let there =
                found.iter().any(|f| std::ptr::eq(f.block, *block) && f.argument.name == argument.name);
            assert!(there, "{} has no {}", block.written, argument.name);
        }
    }
    for one in found {
        assert!(outcome(&one.texts()).is_ok(), "{}: {:?}", one.name(), outcome(&one.texts()));
    }
}

/// Values that a row excludes.
fn wrong(takes: Takes) -> Vec<String> {
    let values: &[&str] = match takes {
        Takes::Text | Takes::Time | Takes::Flag => &["[]", "{ a = 1 }"],
        Takes::Word(_) => &["\"zebra\"", "[]"],
        Takes::Texts => &["\"x\"", "[[]]", "[null]"],
        Takes::Object => &["[]", "\"x\""],
        Takes::TextMap => &["[]", "\"x\"", "{ a = [] }"],
        Takes::Whole(..) => &["1.5", "\"x\"", "[]", "-1"],
        Takes::Any | Takes::Special(_) => &[],
    };
    let mut values: Vec<String> = values.iter().map(|value| (*value).to_string()).collect();
    match takes {
        Takes::Time => values.extend(["\"soon\"".into(), "\"-1s\"".into()]),
        Takes::Flag => values.push("\"maybe\"".into()),
        Takes::Whole(least, most) => {
            values.extend(least.checked_sub(1).map(|n| n.to_string()));
            values.extend(most.checked_add(1).map(|n| n.to_string()));
        }
        _ => {}
    }
    values
}

#[test]
fn values_that_a_row_excludes_are_refused() {
    // A message is evaluated only when its condition does not hold.
    for one in every().iter().filter(|one| one.argument.name != "error_message") {
        for value in wrong(one.argument.takes) {
            assert_eq!(one.given(&value), Some(true), "{} = {value}", one.name());
        }
    }
}

#[test]
fn every_word_and_every_bound_that_a_row_names_is_taken() {
    for one in every() {
        let values: Vec<String> = match one.argument.takes {
            Takes::Word(words) => words.iter().map(|word| format!("\"{word}\"")).collect(),
            // So many instances take their time: the upper bound of a count is not tried.
            Takes::Whole(least, 1_000_000 | u64::MAX) => vec![least.to_string()],
            Takes::Whole(least, most) => vec![least.to_string(), most.to_string()],
            _ => Vec::new(),
        };
        for value in values {
            let told = outcome(&one.with(&one.value, &value));
            // An output of the example may name an instance that is not there then.
            let of_it = one.given(&value) == Some(true);
            assert!(!of_it, "{} = {value}: {told:?}", one.name());
        }
    }
}

#[test]
fn a_default_is_what_holds_without_the_argument() {
    let mut tried = 0;
    for one in every() {
        let Need::Default(default) = one.argument.need else { continue };
        // Both texts get the same length, so that everything else keeps its place.
        let written = format!("{} = {default}", one.argument.name);
        let width = written.len().max(one.whole.len());
        // A complaint may point to what is written where it is.
        let told = |text: &str| {
            outcome(&one.with(&one.whole, text))
                .map_err(|told| told.into_iter().map(|(summary, _)| summary).collect::<Vec<_>>())
        };
        assert_eq!(told(&format!("{written:<width$}")), told(&" ".repeat(width)), "{}", one.name());
        tried += 1;
    }
    assert!(tried >= 20, "{tried}");
}

#[test]
fn what_is_required_is_missed_and_a_misspelt_one_is_told_once() {
    for one in every() {
        let told = outcome(&one.with(&one.whole, "")).err().unwrap_or_default();
        let missed = format!("The argument \"{}\" is missing", one.argument.name);
        let missing = told.iter().filter(|(summary, _)| summary.starts_with(&missed)).count();
        let required = match one.argument.need {
            Need::Required(_) => true,
            // Some sorts of the block need it: the example decides.
            Need::Optional(otherwise) if otherwise.starts_with("must be given") => missing > 0,
            _ => false,
        };
        assert_eq!(missing, usize::from(required), "{}: {told:?}", one.name());
        if required {
            let name = one.whole.start..one.whole.start + one.argument.name.len();
            let misspelt = format!("{}x", one.argument.name);
            let told = outcome(&one.with(&name, &misspelt)).expect_err("an unknown argument");
            assert_eq!(told.len(), 1, "{}: {told:?}", one.name());
        }
    }
}

#[test]
fn secrets_and_references_stand_only_where_a_row_says_so() {
    for one in every() {
        let block = &one.texts()[one.file].1;
        let secret = one.given(&format!("sensitive({})", &block[one.value.clone()]));
        match one.argument.holds {
            Holds::Values => assert_eq!(secret, Some(true), "{}: a secret", one.name()),
            Holds::Secrets => assert_eq!(secret, None, "{}: a secret", one.name()),
            Holds::Paths => {
                assert_eq!(secret, Some(true), "{}: a secret", one.name());
                assert_eq!(one.given("local.x"), Some(true), "{}: a reference", one.name());
                assert_ne!(one.given("path.nowhere"), None, "{}: a path", one.name());
            }
            Holds::Literal => assert_eq!(one.given("path.root"), Some(true), "{}: a reference", one.name()),
            Holds::Name => assert_eq!(one.given("1"), Some(true), "{}: no name", one.name()),
        }
    }
}

#[test]
fn blocks_stand_in_those_that_name_them() {
    for block in ALL {
        for inner in block.blocks {
            let inside = |known: &&Block| {
                known.name == *inner
                    && matches!(known.place, Place::Inside(names) if names.contains(&block.name))
            };
            // Terraform's `lifecycle` of a `removed` block says what is always so here; it has no page of its own.
            let there = ALL.iter().any(inside) || block.name == "removed";
            assert!(there, "no block {inner} stands in {}", block.written);
        }
        let Place::Inside(names) = block.place else { continue };
        for outer in names {
            let named = |known: &&Block| known.name == *outer && known.blocks.contains(&block.name);
            assert!(ALL.iter().any(named), "no {outer} names {}", block.written);
        }
    }
}
