//! What names mean where an expression stands: scopes in scopes, and somebody to ask for the rest.

use super::checked::SecretSource;
use super::expr::{Expr, Reference};
use super::functions::Done;
use super::infer::Guess;
use super::request::Request;
use super::value::Value;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// What is said of a name that begins no reference; a clause.
pub(super) const ROOTS: &str =
    "references begin with var, local, each, count, self, path, or the kind of a declared component";

/// Answers two-step references such as `release.db` whose first name is in no scope. Instances of one block may be
/// evaluated by several threads.
pub trait Resolve: Sync {
    /// The value of `root.name`; `None` if there is none.
    fn resolve(&self, root: &str, name: &str) -> Option<Cow<'_, Value>>;
    /// Whether it knows anything of what has no value.
    fn guesses(&self) -> bool {
        false
    }
    /// Whether what a reference means has no value.
    fn lacks(&self, _reference: &Reference) -> bool {
        false
    }
    /// What is known of the beginning of a reference to what has no value, and how many of its steps that is.
    fn guess(&self, _reference: &Reference) -> Option<(usize, Guess)> {
        None
    }
    /// Every reference that it knows, such as `var.port`: for suggestions.
    fn names(&self) -> Vec<String>;
    /// Whether one more suggestion may be looked for among so many names.
    fn may_suggest(&self, among: usize) -> bool {
        let _ = among;
        true
    }
}

/// The deepest folder that `**` looks into.
const DEEPEST: usize = 64;

/// Reads files for `file()` and its kin, runs the programs of `data "external"` and asks the servers of `data "http"`. What
/// it gives is an input of the plan.
pub trait Files: Sync {
    /// The content of the file at `path`, as the user wrote it.
    ///
    /// # Errors
    /// A sentence that says what is wrong, without the path.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;

    /// Whether there is a file at `path`.
    ///
    /// # Errors
    /// Something else stands there, or nobody can tell.
    fn exists(&self, path: &str) -> Result<bool, String> {
        Ok(self.read(path).is_ok())
    }

    /// The files in a folder and below, at most so many levels down, by their paths from that folder; none where there
    /// is no such folder.
    ///
    /// # Errors
    /// The folder cannot be read, or holds more than anybody can have meant.
    fn list(&self, _folder: &str, _levels: usize) -> Result<Vec<String>, String> {
        Err("folders cannot be listed here".to_string())
    }

    /// Those of the files in a folder and below whose paths from that folder fit a pattern, sorted.
    ///
    /// # Errors
    /// As [`Files::list`].
    fn matching(&self, folder: &str, pattern: &str) -> Result<Vec<String>, String> {
        // Where nothing but names is left, the last one is the file.
        let levels = if pattern.contains("**") { DEEPEST } else { pattern.matches('/').count() + 1 };
        let found = self.list(folder, levels)?;
        Ok(found.into_iter().filter(|path| fast_glob::glob_match(pattern, path)).collect())
    }

    /// The path from the root of the file system.
    fn absolute(&self, path: &str) -> String {
        format!("/{path}")
    }

    /// The folder of whoever runs this: what `~` stands for.
    fn home(&self) -> Option<String> {
        None
    }

    /// Runs a program with its arguments, gives it `input`, and answers what it prints.
    ///
    /// # Errors
    /// A sentence that says what went wrong, without the program's name.
    fn run(&self, program: &[String], input: &str, within: Duration) -> Result<Vec<u8>, String> {
        let _ = (program, input, within);
        Err("programs are not run here".to_string())
    }

    /// The body of what a server answers. Whether its digest is the one that is asked for, the caller looks.
    ///
    /// # Errors
    /// A sentence that says why there is no such answer, without the address.
    fn fetch(&self, request: &Request) -> Result<Vec<u8>, String> {
        let _ = request;
        Err("servers are not asked here".to_string())
    }

    /// What the file or the command holds of a secret; of what cannot be read again, nothing. It is kept in memory only.
    ///
    /// # Errors
    /// A sentence that says what went wrong, without the secret and without the source's name.
    fn secret(&self, source: &SecretSource) -> Result<Vec<u8>, String> {
        let _ = source;
        Err("secrets are not read here".to_string())
    }
}

/// Functions that are declared somewhere. Where a scope has them, it has no others.
pub trait Functions: Sync {
    /// What a call gives; nothing where no function has this name.
    fn call(&self, name: &str, args: &[Value]) -> Option<Done>;

    /// Their names: for suggestions.
    fn names(&self) -> Vec<&str>;
}

/// Whether an expression rests on something that is already known to be wrong.
pub(super) type Doubt<'a> = dyn Fn(&Expr) -> bool + Sync + 'a;

/// Names and values, one scope within another.
#[derive(Clone)]
pub struct Scope<'a> {
    parent: Option<&'a Scope<'a>>,
    names: Vec<(Arc<str>, Value)>,
    resolver: Option<&'a dyn Resolve>,
    files: Option<&'a dyn Files>,
    functions: Option<&'a dyn Functions>,
    doubt: Option<&'a Doubt<'a>>,
    quiet: bool,
    template: bool,
    sketched: bool,
    /// How often what stands here is evaluated, for the `for` around it.
    rounds: u64,
}

impl Scope<'static> {
    /// A scope in which nothing is known.
    pub fn root() -> Scope<'static> {
        Scope {
            parent: None,
            names: Vec::new(),
            resolver: None,
            files: None,
            functions: None,
            doubt: None,
            quiet: false,
            template: false,
            sketched: false,
            rounds: 1,
        }
    }
}

impl<'a> Scope<'a> {
    /// A scope within this one; its names hide those outside.
    pub fn child(&self) -> Scope<'_> {
        Scope {
            parent: Some(self),
            names: Vec::new(),
            resolver: self.resolver,
            files: self.files,
            functions: self.functions,
            doubt: self.doubt,
            quiet: self.quiet,
            template: self.template,
            sketched: self.sketched,
            rounds: self.rounds,
        }
    }

    /// A scope within this one that is gone through `times` times.
    pub fn rounds(&self, times: usize) -> Scope<'_> {
        Scope { rounds: self.rounds.saturating_mul(times as u64), ..self.child() }
    }

    /// How often what stands here is evaluated, for the `for` around it.
    pub fn is_gone_through(&self) -> u64 {
        self.rounds
    }

    /// Adds a name.
    pub fn with(mut self, name: impl Into<Arc<str>>, value: Value) -> Self {
        self.names.push((name.into(), value));
        self
    }

    /// Asks `resolver` for references whose first name is in no scope.
    pub fn resolver<'b>(self, resolver: &'b dyn Resolve) -> Scope<'b>
    where
        'a: 'b,
    {
        Scope { resolver: Some(resolver), ..self }
    }

    /// Reads files through `files`.
    pub fn files<'b>(self, files: &'b dyn Files) -> Scope<'b>
    where
        'a: 'b,
    {
        Scope { files: Some(files), ..self }
    }

    /// Has these functions, instead of those of the language.
    pub fn functions<'b>(self, functions: &'b dyn Functions) -> Scope<'b>
    where
        'a: 'b,
    {
        Scope { functions: Some(functions), ..self }
    }

    /// Passes over silently what rests on something that is known to be wrong.
    pub(super) fn doubting(mut self, doubt: &'a Doubt<'a>) -> Self {
        self.doubt = Some(doubt);
        self
    }

    /// Whether an expression with names of no scope rests on something that is known to be wrong, which was told.
    pub(super) fn doubts(&self, expr: &Expr) -> bool {
        self.doubt.is_some_and(|doubt| doubt(expr))
    }

    /// Failures here are only counted, never shown: no time is spent on suggestions.
    pub(super) fn quietly(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// For a template that is read while another expression is evaluated.
    pub(super) fn within_template(mut self) -> Self {
        self.template = true;
        self
    }

    /// For a block of which there is no instance: its conditions are not asked, and files not read.
    pub(super) fn sketched(self) -> Scope<'a> {
        Scope { sketched: true, files: None, ..self }
    }

    pub(super) fn is_sketched(&self) -> bool {
        self.sketched
    }

    pub(super) fn is_template(&self) -> bool {
        self.template
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    pub(super) fn file_reader(&self) -> Option<&'a dyn Files> {
        self.files
    }

    pub(super) fn declared(&self) -> Option<&'a dyn Functions> {
        self.functions
    }

    pub(super) fn asks(&self) -> Option<&'a dyn Resolve> {
        self.resolver
    }

    /// Whether any name may mean something here.
    pub(super) fn has_names(&self) -> bool {
        self.resolver.is_some() || self.template || !self.visible().is_empty()
    }

    /// Whether one more suggestion may be looked for among so many names.
    pub(super) fn may_suggest(&self, among: usize) -> bool {
        self.resolver.is_none_or(|resolver| resolver.may_suggest(among))
    }

    /// Binds the names of this scope anew, without allocating again.
    pub(super) fn rebind(&mut self, names: impl IntoIterator<Item = (Arc<str>, Value)>) {
        self.names.clear();
        self.names.extend(names);
    }

    /// What `name` means here.
    pub(super) fn lookup(&self, name: &str) -> Option<&Value> {
        let mut scope = self;
        loop {
            if let Some((_, value)) = scope.names.iter().rev().find(|(n, _)| **n == *name) {
                return Some(value);
            }
            scope = scope.parent?;
        }
    }

    /// All names here and outside, for suggestions.
    pub(super) fn visible(&self) -> Vec<&str> {
        let mut all = Vec::new();
        let mut scope = Some(self);
        while let Some(s) = scope {
            all.extend(s.names.iter().map(|(n, _)| n.as_ref()));
            scope = s.parent;
        }
        all
    }
}
