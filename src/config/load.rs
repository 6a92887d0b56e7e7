//! From texts to blocks, and what must be known before providers are started.

use super::blocks::{self, Place};
use super::checked::{RequiredProvider, Settings};
use super::gaps::Gaps;
use super::modules::ModuleSource;
use super::source::Sources;
use super::suggest;
use super::syntax::conflict::{self, CONFLICT};
use super::syntax::{self, Block, Body};
use crate::config::blocks::LATER;
use crate::model::{Diagnostic, Diagnostics, FileId};
use std::collections::{BTreeMap, BTreeSet};
use unicode_ident::{is_xid_continue, is_xid_start};

mod concealed;
mod declared;
mod reading;
mod unread;

pub(super) use concealed::unquoted;
pub use concealed::{conceal_read, conceal_unread, conceal_values};
pub use declared::Declared;
pub(super) use reading::{Folder, with_chain};
pub use reading::{Missing, Reading, Wanted};
pub use unread::has_blocks;
pub use unread::says_sensitive;
pub(super) use unread::{Sight, unseen};

/// A configuration whose texts could be read; nothing is evaluated yet but the `patchform` blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The root's folder first, then those of the modules that are called, each once.
    pub(super) folders: Vec<Folder>,
    pub(super) settings: Settings,
    pub(super) gaps: Gaps,
}

impl Parsed {
    /// The `patchform` block: which view, where the state is, which providers.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// `required_providers`, those of modules too: what must be started before the rest can be checked.
    pub fn required_providers(&self) -> &BTreeMap<String, RequiredProvider> {
        &self.settings.required_providers
    }

    /// The kinds that `component` blocks name: bundled providers that offer none of them need not be started.
    pub fn kinds(&self) -> BTreeSet<&str> {
        self.first_labels("component")
    }

    /// The types that `traffic` blocks name, likewise.
    pub fn traffic_types(&self) -> BTreeSet<&str> {
        self.first_labels("traffic")
    }

    /// The providers that have a `provider` block.
    pub fn configured_providers(&self) -> BTreeSet<&str> {
        self.first_labels("provider")
    }

    fn first_labels(&self, kind: &str) -> BTreeSet<&str> {
        let blocks = self.folders.iter().flat_map(|f| &f.blocks).filter(|b| &*b.kind == kind);
        blocks.filter_map(|b| b.labels.first()).map(|l| &*l.text).collect()
    }
}

/// First names of references that are no kinds (page 2.1 of the design), beside the blocks that come later.
const ROOTS: &[&str] = &[
    "var",
    "local",
    "module",
    "data",
    "each",
    "count",
    "self",
    "path",
    "patchform",
    "rollout",
    "vendor",
    "maintenance_window",
    "traffic",
    "blackout",
    "feed",
    "policy",
    "baseline",
    "service",
    "check",
];

/// Whether references that begin with `name` have a meaning of their own.
pub(super) fn is_root(name: &str) -> bool {
    ROOTS.contains(&name) || LATER.contains(&name)
}

/// Whether a file with this name belongs to a configuration.
pub fn is_configuration(name: &str) -> bool {
    name.ends_with(".pf.hcl") || name.ends_with(".pf.json")
}

/// Reads the configuration files of `sources`: those without a folder are the root's, those below a folder are the
/// module's that is called from there. What could be read is answered even when something was wrong, so that the caller
/// can say more about it.
pub fn parse(sources: &Sources) -> (Parsed, Diagnostics) {
    let mut by_folder: BTreeMap<&str, Vec<FileId>> = BTreeMap::from([(".", Vec::new())]);
    for file in sources.files().filter(|file| is_configuration(sources.path(*file))) {
        let folder = sources.path(file).rsplit_once('/').map_or(".", |(folder, _)| folder);
        by_folder.entry(folder).or_default().push(file);
    }
    let mut reading = Reading::new(sources, &by_folder["."]);
    while let Some(wanted) = reading.next() {
        match (&wanted.source, by_folder.get(wanted.folder.as_str())) {
            (ModuleSource::Git(_), _) => reading.missing(wanted, Missing::NotFetched),
            (_, Some(files)) => reading.add(sources, wanted, files),
            (_, None) => reading.missing(wanted, Missing::NoFolder),
        }
    }
    reading.finish()
}

/// The blocks of some files that stand at their top.
fn read_files(
    sources: &Sources,
    files: &[FileId],
    root: bool,
    gaps: &mut Gaps,
    problems: &mut Diagnostics,
) -> Vec<Block> {
    let mut blocks = Vec::new();
    for file in files.iter().copied() {
        let path = sources.path(file);
        if !sources.is_readable(file) {
            gaps.whole_file(file);
            continue;
        }
        let before = problems.0.len();
        let mut body = body(sources, file, problems);
        once_for_each_conflict(sources, file, problems, before);
        match path.ends_with(".pf.json") {
            true if problems.0.len() > before => {
                gaps.json(sources.text(file), file, &mut body, &problems.0[before..])
            }
            true => {}
            false => gaps.file(sources.text(file), file, &mut body, &problems.0[before..]),
        }
        blocks.extend(top_level(body, root, problems, gaps));
    }
    blocks
}

/// What a file of the configuration holds, in the syntax that its name says.
pub(super) fn body(sources: &Sources, file: FileId, problems: &mut Diagnostics) -> Body {
    match sources.path(file).ends_with(".pf.json") {
        true => syntax::from_json::read(sources, file, problems),
        false => syntax::read(sources, file, problems),
    }
}

fn top_level(body: Body, root: bool, problems: &mut Diagnostics, gaps: &mut Gaps) -> Vec<Block> {
    for attribute in &body.attributes {
        let problem =
            Diagnostic::error(format!("The argument \"{}\" stands outside of any block", attribute.name));
        let block = blocks::top().find(|row| row.name == &*attribute.name);
        problems.push(match block {
            Some(row) => problem
                .at(attribute.span, "this is a block")
                .help(format!("Write it without `=`: {}", row.written)),
            None => problem
                .at(attribute.span, "no block around it")
                .help("Values of variables belong into a *.pfvars file; named values into a `locals` block."),
        });
    }
    body.blocks.into_iter().filter(|block| fits(block, root, problems, gaps)).collect()
}

fn fits(block: &Block, root: bool, problems: &mut Diagnostics, gaps: &mut Gaps) -> bool {
    let kind = &*block.kind;
    let Some(row) = blocks::top().find(|row| row.name == kind) else {
        problems.push(unknown(block));
        if !blocks::LATER.contains(&kind) {
            gaps.misspelt(block);
        }
        return false;
    };
    if !root && row.place == Place::Root {
        problems.push(in_a_module(block));
        return false;
    }
    if block.labels.len() != row.labels.len() {
        gaps.misspelt(block);
        let problem = Diagnostic::error(match row.labels {
            [] => blocks::without_labels(kind),
            labels => format!("{} `{kind}` block needs {}", blocks::article(kind), label_names(labels)),
        });
        let has = match block.labels.len() {
            0 => "this has no label".to_string(),
            1 => "this has one label".to_string(),
            n => format!("this has {n} labels"),
        };
        problems.push(problem.at(block.header, has).help(format!("Write it as {}", row.written)));
        return false;
    }
    if kind == "check" {
        block
            .body
            .blocks
            .iter()
            .filter(|inner| &*inner.kind == "data")
            .for_each(|inner| gaps.misspelt(inner));
    }
    let mut good = true;
    for (label, what) in block.labels.iter().zip(row.labels) {
        if !is_identifier(&label.text) {
            let problem = Diagnostic::error(format!(
                "{:?} cannot be the {what} of {} `{kind}` block",
                &*label.text,
                blocks::article(kind).to_lowercase()
            ))
            .at(label.span, "no identifier")
            .help("Use letters, digits, `_` and `-`; begin with a letter or `_`.");
            problems.push(problem);
            good = false;
        }
    }
    good
}

/// A merge conflict is told once, where it begins; and not that an argument is set twice: it is, once in each version.
fn once_for_each_conflict(sources: &Sources, file: FileId, problems: &mut Diagnostics, before: usize) {
    if problems.0[before..].iter().all(|problem| problem.summary != CONFLICT) {
        return;
    }
    let conflicts = conflict::beginnings(sources.text(file), file);
    let mut told = BTreeSet::new();
    for mut problem in problems.0.split_off(before) {
        if let (CONFLICT, Some((at, _))) = (&*problem.summary, &mut problem.primary) {
            let begun = conflicts.partition_point(|conflict| conflict.start <= at.start);
            *at = begun.checked_sub(1).map_or(*at, |index| conflicts[index]);
            if !told.insert(at.start) {
                continue;
            }
        }
        if !problem.repeats {
            problems.push(problem);
        }
    }
}

fn in_a_module(block: &Block) -> Diagnostic {
    let (why, help) = match &*block.kind {
        "feed" => (
            "What is read into the catalog is one for everything; a module that is called twice would read it twice.",
            "Move it to the root configuration.",
        ),
        "policy" => (
            "Until when findings have to be gone is one for everything.",
            "Move it to the root configuration.",
        ),
        "blackout" => (
            "When nothing may be patched is one for everything.",
            "Move it to the root configuration; `components` there may name what stands in modules.",
        ),
        _ => (
            "Providers are configured once, for everything; a module that did it could be neither repeated nor removed.",
            "Move it to the root configuration, and pass it on in the call: providers = { name = name.alias }",
        ),
    };
    Diagnostic::error(format!("A module cannot have `{}` blocks", block.kind))
        .at(block.header, "stands in a module")
        .because(why)
        .help(help)
}

fn label_names(labels: &[&str]) -> String {
    let quoted: Vec<String> = labels.iter().map(|l| format!("a {l}")).collect();
    format!("{} in quotes", quoted.join(" and "))
}

fn unknown(block: &Block) -> Diagnostic {
    let kind = &*block.kind;
    if blocks::LATER.contains(&kind) {
        return Diagnostic::error(format!("`{kind}` blocks are not supported by this version yet"))
            .at(block.header, "not supported yet")
            .help("Take the block out for now; the rest of the configuration works without it.");
    }
    // A block of several sorts stands in several rows, one behind the other.
    let mut names: Vec<&str> = blocks::top().map(|row| row.name).collect();
    names.dedup();
    let help = match kind {
        "terraform" => "The settings of patchform stand in a `patchform` block.".to_string(),
        "resource" => "What has a patch level is a `component` block.".to_string(),
        "import" => "`patchform import` asks hosts what is there, and writes that as components.".to_string(),
        "local" => "Did you mean \"locals\"?".to_string(),
        kind => match blocks::around(kind) {
            around if around.is_empty() => suggest::sentence(kind, names),
            around => format!("It stands in {}.", around.join(" or ")),
        },
    };
    Diagnostic::error(format!("There is no block \"{kind}\"")).at(block.kind_span, "unknown block").help(help)
}

/// Whether a text can be a name of the language.
pub(super) fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| is_xid_start(c) || c == '_') && chars.all(|c| is_xid_continue(c) || c == '-')
}
