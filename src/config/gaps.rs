//! What could not be read, and what it may have declared: that this seems to be missing is no mistake of its own.

use super::source::Sources;
use super::split::{Piece, split};
use super::suggest;
use super::syntax::conflict::CONFLICT;
use super::syntax::from_json::Outline;
use super::syntax::{Block, Body};
use crate::model::{Absence, Diagnostic, FileId, Span};
use std::collections::BTreeSet;
use std::ops::Range;

/// Blocks that declare something which other blocks refer to.
const DECLARING: &[&str] = &[
    "variable",
    "output",
    "data",
    "locals",
    "component",
    "rollout",
    "vendor",
    "maintenance_window",
    "service",
    "traffic",
    "provider",
    "patchform",
    "module",
];

/// Every part of a configuration that could not be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Gaps {
    all: Vec<Gap>,
    /// Files with a merge conflict.
    conflicts: BTreeSet<FileId>,
}

#[derive(Debug, Clone, PartialEq)]
struct Gap {
    /// The text around what is lost.
    around: Span,
    /// Kinds of blocks that may have stood there.
    words: Vec<&'static str>,
    /// How references to what stood there begin, where that can be told.
    only: Option<String>,
}

impl Gaps {
    /// Nothing of a file could be read.
    pub fn whole_file(&mut self, file: FileId) {
        self.all.push(Gap::new(Span::new(file, 0, 0), DECLARING.to_vec()));
    }

    /// What `problems` kept from being read in a file of JSON, of which `body` was: anything in the file, and arguments of
    /// the blocks in which they stand, which learn of it.
    pub fn json(&mut self, text: &str, file: FileId, body: &mut Body, problems: &[Diagnostic]) {
        let places = problems.iter().filter_map(|problem| problem.primary.as_ref());
        let outline = Outline::of(text, file);
        for (span, _) in places.clone() {
            // Where an argument could not be read, the block that it belongs to was.
            match outline.as_ref().and_then(|outline| outline.block_around(span.start)) {
                Some((kind, true)) => self.all.push(Gap::new(*span, by_arguments(kind))),
                Some((kind, false)) => self.all.push(Gap::new(*span, declared_by(kind))),
                None => self.whole_file(file),
            }
        }
        for (span, _) in places.clone() {
            let behind = body.blocks.partition_point(|block| block.header.start <= span.start);
            if let Some(block) = body.blocks[..behind].last_mut() {
                block.is_damaged = true;
            }
        }
        let headers = headers(&body.blocks);
        let last = |at: u32| headers[..headers.partition_point(|header| header.start <= at)].last().copied();
        let around = places.filter_map(|(span, _)| last(span.start));
        self.all.extend(around.map(|around| Gap::new(around, Vec::new())));
    }

    /// A block that was put aside since its kind or its labels are wrong.
    pub fn misspelt(&mut self, block: &Block) {
        let words: Vec<_> = meant(&block.kind).into_iter().collect();
        let only = match (words.as_slice(), block.labels.as_slice()) {
            (["component"], [kind, name]) => Some(format!("{}.{}", kind.text, name.text)),
            (["data"], [kind, name]) => Some(format!("data.{}.{}", kind.text, name.text)),
            _ => None,
        };
        self.all.push(Gap { around: block.header, words, only });
    }

    /// What `problems` kept from being read in a file, of which `body` was: its blocks learn of it.
    pub fn file(&mut self, text: &str, file: FileId, body: &mut Body, problems: &[Diagnostic]) {
        if problems.iter().any(|problem| problem.summary == CONFLICT) {
            self.conflicts.insert(file);
        }
        if problems.is_empty() {
            return;
        }
        let places = Places::of(problems.iter());
        let unread = Places::of(problems.iter().filter(|problem| !problem.repeats));
        let mut behind = 0;
        for Piece { range, .. } in split(text, file, 0..text.len()).pieces {
            if !unread.0.is_empty() {
                self.lost(text, file, behind..range.start);
            }
            behind = range.end;
            if !places.meet(&range) {
                continue;
            }
            let start = |block: &Block| block.kind_span.start as usize;
            let first = body.blocks.partition_point(|block| start(block) < range.start);
            let last = body.blocks.partition_point(|block| start(block) < range.end);
            body.blocks[first..last].iter_mut().for_each(|block| block.is_damaged = true);
            if !unread.meet(&range) {
                continue;
            }
            match body.blocks[first..last].first() {
                Some(block) => self.inside(text, block, Span::new(file, range.start, range.end)),
                None => self.lost(text, file, range),
            }
        }
        if !unread.0.is_empty() {
            self.lost(text, file, behind..text.len());
        }
    }

    /// Something within a block whose header could be read: only what it declares by its arguments is lost. Names of local
    /// values can be told by what their lines begin with.
    fn inside(&mut self, text: &str, block: &Block, around: Span) {
        let names = if &*block.kind == "locals" { lost_names(text, block, around) } else { Vec::new() };
        let named = names.iter().map(|name| Some(format!("local.{name}")));
        let words = by_arguments(&block.kind);
        let all = if names.is_empty() { vec![None] } else { named.collect() };
        self.all.extend(all.into_iter().map(|only| Gap { around, words: words.clone(), only }));
    }

    /// A part of a text of which nothing was read: the words at the beginning of its lines tell what it held.
    fn lost(&mut self, text: &str, file: FileId, range: Range<usize>) {
        let lines = text[range.clone()].lines();
        let words: Vec<&str> = lines.filter_map(declaring_word).collect();
        if !words.is_empty() {
            self.all.push(Gap::new(Span::new(file, range.start, range.end), words));
        }
    }

    /// Whether an output of some module may be lost.
    pub fn may_hold_outputs(&self) -> bool {
        self.all.iter().any(|gap| gap.words.contains(&"output"))
    }

    /// The files that could not be read in full.
    pub fn files(&self) -> BTreeSet<FileId> {
        self.all.iter().map(|gap| gap.around.file).collect()
    }

    /// Whether what a problem misses may stand in one of the gaps, or what it says stands twice in two versions of one text.
    pub fn explain(&self, problem: &Diagnostic, sources: &Sources) -> bool {
        let places = problem.primary.iter().chain(&problem.related);
        if problem.repeats && places.into_iter().any(|(at, _)| self.conflicts.contains(&at.file)) {
            return true;
        }
        let words: &[&str] = match problem.absence {
            None => return false,
            Some(Absence::Within(place)) => return self.all.iter().any(|gap| gap.holds(place)),
            Some(Absence::Variable) => &["variable"],
            Some(Absence::Local) => &["locals"],
            Some(Absence::Baseline) => &["baseline"],
            Some(Absence::Component) => &["component"],
            Some(Absence::Rollout) => &["rollout"],
            Some(Absence::Vendor) => &["vendor"],
            Some(Absence::Window) => &["maintenance_window"],
            Some(Absence::Service) => &["service"],
            Some(Absence::Traffic) => &["traffic"],
            Some(Absence::Module) => &["module"],
            Some(Absence::Data) => &["data"],
            Some(Absence::Output) => &["output"],
            Some(Absence::Provider) => &["provider", "patchform"],
        };
        let may_hold = |gap: &&Gap| gap.words.iter().any(|word| words.contains(word));
        self.all.iter().filter(may_hold).any(|gap| gap.may_be_meant(problem, sources))
    }
}

/// Where problems are, in order: there may be very many.
struct Places(Vec<usize>);

impl Places {
    fn of<'d>(problems: impl Iterator<Item = &'d Diagnostic>) -> Places {
        let places = problems.filter_map(|problem| problem.primary.as_ref());
        let mut places: Vec<usize> = places.map(|(span, _)| span.start as usize).collect();
        places.sort_unstable();
        Places(places)
    }

    fn meet(&self, range: &Range<usize>) -> bool {
        let next = self.0.partition_point(|at| *at < range.start);
        self.0.get(next).is_some_and(|at| *at <= range.end)
    }
}

impl Gap {
    fn new(around: Span, words: Vec<&'static str>) -> Gap {
        Gap { around, words, only: None }
    }

    /// Whether what a problem misses may be what stood there, by its name.
    fn may_be_meant(&self, problem: &Diagnostic, sources: &Sources) -> bool {
        let (Some(only), Some((at, _))) = (&self.only, &problem.primary) else { return true };
        let missed = sources.text(at.file).get(at.start as usize..).unwrap_or_default();
        let behind = missed.strip_prefix('"').unwrap_or(missed).strip_prefix(only.as_str());
        behind.is_some_and(|rest| !rest.starts_with(is_word))
    }

    fn holds(&self, place: Span) -> bool {
        let Span { file, start, end } = self.around;
        file == place.file && start <= place.start && place.end <= end
    }
}

/// The headers of blocks and of those in them, in the order of the text.
fn headers(blocks: &[Block]) -> Vec<Span> {
    let mut waiting: Vec<&Block> = blocks.iter().collect();
    let mut found = Vec::new();
    while let Some(block) = waiting.pop() {
        found.push(block.header);
        waiting.extend(&block.body.blocks);
    }
    found.sort_unstable_by_key(|header| header.start);
    found
}

/// The names that seem to be given a value in a block's text, but for those that were read.
fn lost_names<'t>(text: &'t str, block: &Block, around: Span) -> Vec<&'t str> {
    let lines = text.get(around.start as usize..around.end as usize).unwrap_or_default().lines();
    let body = |line: &'t str| line.rsplit_once('{').map_or(line, |(_, rest)| rest);
    let given = |line: &'t str| {
        let line = line.trim_start();
        let (name, behind) = line.split_at(line.find(|c: char| !is_word(c)).unwrap_or(line.len()));
        (!name.is_empty() && behind.trim_start().starts_with('=')).then_some(name)
    };
    let names = lines.enumerate().filter_map(|(at, line)| given(if at == 0 { body(line) } else { line }));
    names.filter(|name| block.body.attribute(name).is_none()).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// The word of blocks of a kind, if they declare something.
fn declared_by(kind: &str) -> Vec<&'static str> {
    DECLARING.iter().filter(|word| **word == kind).copied().collect()
}

/// What a block of this kind declares by its arguments.
fn by_arguments(kind: &str) -> Vec<&'static str> {
    ["locals", "patchform"].into_iter().filter(|word| *word == kind).collect()
}

fn declaring_word(line: &str) -> Option<&'static str> {
    let start = line.trim_start();
    let end = start.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(start.len());
    DECLARING.iter().find(|word| **word == &start[..end]).copied()
}

/// The kind of block that a word was probably meant to be.
fn meant(word: &str) -> Option<&'static str> {
    match word {
        "resource" => Some("component"),
        "local" => Some("locals"),
        "terraform" => Some("patchform"),
        word if DECLARING.contains(&word) => DECLARING.iter().find(|known| **known == word).copied(),
        word => suggest::nearest(word, DECLARING.iter().copied())
            .and_then(|near| DECLARING.iter().find(|known| **known == near).copied()),
    }
}

#[cfg(test)]
mod tests;
