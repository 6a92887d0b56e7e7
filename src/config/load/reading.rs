//! Reads a configuration folder by folder: the root first, then those of the modules that it calls.

use super::read_files;
use crate::config::blocks::{MODULE, missing};
use crate::config::checked::Settings;
use crate::config::fields::sentence_case;
use crate::config::gaps::Gaps;
use crate::config::load::Parsed;
use crate::config::modules::{self, ModuleSource};
use crate::config::settings::{self, Requires};
use crate::config::source::Sources;
use crate::config::suggest::nearest;
use crate::config::syntax::Block;
use crate::model::{Diagnostic, Diagnostics, FileId, Span};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The blocks of one folder.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::config) struct Folder {
    /// Its path, as the user knows it: `.` for the root.
    pub path: String,
    pub blocks: Vec<Block>,
    /// For each call of a module, by its name: the index of its folder. Calls whose folder is missing are left out.
    pub calls: BTreeMap<Arc<str>, usize>,
    /// What it says about providers.
    pub requires: Requires,
    /// The first way that leads here from the root: names and places of the calls.
    pub chain: Vec<(Arc<str>, Span)>,
    /// The fetched repository that it belongs to; `None` for folders of the configuration.
    package: Option<String>,
}

/// A module that is called and must be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Where it comes from.
    pub source: ModuleSource,
    /// Its folder, for a local one.
    pub folder: String,
    /// The repository that it belongs to, for a folder of a fetched one.
    package: Option<String>,
    /// The folder from which it is called.
    from: usize,
    call: Arc<str>,
    span: Span,
    chain: Vec<(Arc<str>, Span)>,
}

/// Why a module cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// There is no such folder.
    NoFolder,
    /// There is no configuration in it.
    Empty,
    /// It is to be fetched first.
    NotFetched,
    /// It was fetched at another commit than the one that is pinned.
    OtherCommit,
    /// It cannot be fetched: why, and what to do, in sentences without a full stop; the second may be empty.
    Unfetched(String, String),
    /// Something else, in a sentence without a full stop.
    Unreadable(String),
}

/// A configuration that is being read.
pub struct Reading {
    folders: Vec<Folder>,
    by_path: BTreeMap<String, usize>,
    wanted: VecDeque<Wanted>,
    settings: Settings,
    gaps: Gaps,
    problems: Diagnostics,
}

impl Reading {
    /// Reads the root's files.
    pub fn new(sources: &Sources, files: &[FileId]) -> Reading {
        let (mut problems, mut gaps) = (Diagnostics::default(), Gaps::default());
        let blocks = read_files(sources, files, true, &mut gaps, &mut problems);
        let settings = settings::read(&blocks, &mut problems);
        let mut reading = Reading {
            folders: Vec::new(),
            by_path: BTreeMap::new(),
            wanted: VecDeque::new(),
            settings,
            gaps,
            problems,
        };
        reading.push(".".to_string(), blocks, Requires::default(), Vec::new(), None);
        reading
    }

    /// The next module that must be read.
    #[expect(clippy::should_implement_trait, reason = "what it answers depends on what is added in between")]
    pub fn next(&mut self) -> Option<Wanted> {
        while let Some(wanted) = self.wanted.pop_front() {
            match self.by_path.get(&wanted.folder) {
                Some(known) if !wanted.folder.is_empty() => self.link(&wanted, *known),
                _ => return Some(wanted),
            }
        }
        None
    }

    /// Reads a module's files.
    pub fn add(&mut self, sources: &Sources, wanted: Wanted, files: &[FileId]) {
        if let Some(known) = self.by_path.get(&wanted.folder) {
            return self.link(&wanted, *known);
        }
        if files.is_empty() {
            return self.missing(wanted, Missing::Empty);
        }
        let before = self.problems.0.len();
        let blocks = read_files(sources, files, false, &mut self.gaps, &mut self.problems);
        let requires = settings::read_module(&blocks, &mut self.problems);
        settings::merge(&mut self.settings, &requires, &wanted.folder, &mut self.problems);
        for problem in &mut self.problems.0[before..] {
            with_chain(problem, &wanted.chain);
        }
        let index = self.folders.len();
        self.link(&wanted, index);
        self.push(wanted.folder, blocks, requires, wanted.chain, wanted.package);
    }

    /// Reads the files of a module that was fetched into `folder`, as a part of the repository in `package`.
    pub fn add_fetched(
        &mut self,
        sources: &Sources,
        wanted: Wanted,
        folder: String,
        package: String,
        files: &[FileId],
    ) {
        self.add(sources, Wanted { folder, package: Some(package), ..wanted }, files);
    }

    /// Whether the files in a folder were read already.
    pub fn knows(&self, folder: &str) -> bool {
        self.by_path.contains_key(folder)
    }

    /// Says that a module cannot be read.
    pub fn missing(&mut self, wanted: Wanted, why: Missing) {
        let folder = &wanted.folder;
        let problem = match why {
            Missing::NoFolder if wanted.package.is_some() || matches!(wanted.source, ModuleSource::Git(_)) => {
                not_in_commit(&wanted)
            }
            Missing::NoFolder => Diagnostic::error(format!("There is no folder {folder}"))
                .at(wanted.span, "this module is not there")
                .help(format!("Make it, or correct the path: it is relative to {}.", self.place(wanted.from))),
            Missing::Empty => Diagnostic::error(format!("There is no configuration in {folder}"))
                .at(wanted.span, "this module is empty")
                .help("A module is a folder with *.pf.hcl files."),
            Missing::NotFetched => Diagnostic::error(format!("The module {} is not fetched yet", wanted.source))
                .at(wanted.span, "not here")
                .because("Only `patchform init` fetches modules and pins their commits.")
                .help("Run `patchform init`."),
            Missing::OtherCommit => Diagnostic::error(format!("The module {} is not the pinned one", wanted.source))
                .at(wanted.span, "here at another commit")
                .because("patchform.lock.hcl pins another commit than the one that was fetched into .patchform/modules.")
                .help("Run `patchform init`, which fetches the pinned one."),
            Missing::Unfetched(why, help) => {
                let problem = Diagnostic::error(format!("The module {} cannot be fetched", wanted.source))
                    .at(wanted.span, "this module")
                    .because(format!("{}.", sentence_case(&why)));
                if help.is_empty() { problem } else { problem.help(format!("{}.", sentence_case(&help))) }
            }
            Missing::Unreadable(why) => Diagnostic::error(format!("The module {} cannot be read", wanted.source))
                .at(wanted.span, "this module")
                .because(format!("{why}.")),
        };
        self.problems.push(chained(problem, &wanted.chain[..wanted.chain.len() - 1]));
    }

    fn place(&self, folder: usize) -> String {
        match self.folders.get(folder).map_or(".", |f| f.path.as_str()) {
            "." => "the configuration's folder".to_string(),
            path => path.to_string(),
        }
    }

    /// Everything that was read, and what is wrong with it.
    pub fn finish(self) -> (Parsed, Diagnostics) {
        let parsed = Parsed { folders: self.folders, settings: self.settings, gaps: self.gaps };
        (parsed, self.problems)
    }

    /// What is read so far of the `patchform` block.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    fn link(&mut self, wanted: &Wanted, folder: usize) {
        self.folders[wanted.from].calls.insert(wanted.call.clone(), folder);
    }

    fn push(
        &mut self,
        path: String,
        blocks: Vec<Block>,
        requires: Requires,
        chain: Vec<(Arc<str>, Span)>,
        package: Option<String>,
    ) {
        let from = self.folders.len();
        for block in blocks.iter().filter(|b| &*b.kind == "module") {
            match wanted(block, from, &path, package.as_deref(), &chain) {
                Ok(wanted) => self.wanted.push_back(wanted),
                Err(problem) => self.problems.push(chained(*problem, &chain)),
            }
        }
        self.by_path.insert(path.clone(), from);
        self.folders.push(Folder { path, blocks, calls: BTreeMap::new(), requires, chain, package });
    }
}

/// A fetched repository that lacks a folder: nothing can be made there.
fn not_in_commit(wanted: &Wanted) -> Diagnostic {
    let problem = match &wanted.source {
        ModuleSource::Git(git) => {
            Diagnostic::error(format!("The commit of {} has no folder {:?}", git.package(), git.folder))
                .help("Correct what stands behind //, or name a version of the repository that has it.")
        }
        ModuleSource::Local(path) => {
            Diagnostic::error(format!("The commit that the calling module is from has no folder {path:?}"))
                .help("Correct the path in its repository, or name a version of it that has the folder.")
        }
    };
    problem.at(wanted.span, "this module is not there")
}

/// The other arguments are those of the module, so that a misspelt one is not told of as unknown.
fn no_source(block: &Block) -> Diagnostic {
    let problem = missing("source", MODULE.what, block.header, "source = \"./modules/web\"");
    match block.body.attributes.iter().find(|a| nearest(&a.name, ["source"]).is_some()) {
        Some(meant) => problem.and(meant.span, "is this meant?").help("Did you mean \"source\"?"),
        None => problem,
    }
}

/// What a `module` block asks for.
fn wanted(
    block: &Block,
    from: usize,
    folder: &str,
    package: Option<&str>,
    chain: &[(Arc<str>, Span)],
) -> Result<Wanted, Box<Diagnostic>> {
    let Some(attribute) = block.body.attribute("source") else {
        return Err(Box::new(no_source(block)));
    };
    let span = attribute.value.span();
    let Some(text) = attribute.value.as_literal().and_then(|value| value.as_str()) else {
        let problem = Diagnostic::error("\"source\" must be a text in quotes, without references")
            .at(span, "")
            .because("Modules are read before anything has a value.")
            .help("Write source = \"./modules/web\"");
        return Err(Box::new(problem));
    };
    let source = ModuleSource::parse(text).map_err(|why| {
        let problem = match modules::starred(text) {
            Some(shown) => Diagnostic::error(format!("{shown:?} holds a password")),
            None => Diagnostic::error(format!("{text:?} is no source of a module"))
                .because("A folder begins with ./, ../ or /, a repository with git::."),
        };
        Box::new(problem.at(span, "").help(format!("{why}.")))
    })?;
    let path = match &source {
        ModuleSource::Local(path) => modules::join(folder, path),
        ModuleSource::Git(_) => String::new(),
    };
    let outside = |package: &str| path != package && !path.starts_with(&format!("{package}/"));
    if let (ModuleSource::Local(_), Some(package)) = (&source, package)
        && outside(package)
    {
        let problem = Diagnostic::error("A fetched module cannot use folders outside of its repository")
            .at(span, "leads out of it")
            .help("Name the other repository: git::https://…");
        return Err(Box::new(problem));
    }
    let call: Arc<str> = block.labels.first().map_or("".into(), |label| label.text.clone());
    let chain = chain.iter().cloned().chain([(call.clone(), block.header)]).collect();
    let package = package.filter(|_| matches!(source, ModuleSource::Local(_))).map(str::to_string);
    Ok(Wanted { source, folder: path, package, from, call, span, chain })
}

/// Adds the calls that lead to a problem's place.
pub(in crate::config) fn with_chain(problem: &mut Diagnostic, chain: &[(Arc<str>, Span)]) {
    for (depth, (_, span)) in chain.iter().enumerate().rev() {
        let names: Vec<String> = chain[..=depth].iter().map(|(name, _)| format!("module.{name}")).collect();
        problem.related.push((*span, format!("{}, called here", names.join("."))));
    }
}

fn chained(mut problem: Diagnostic, chain: &[(Arc<str>, Span)]) -> Diagnostic {
    with_chain(&mut problem, chain);
    problem
}
