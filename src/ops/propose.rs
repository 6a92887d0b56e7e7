//! `propose`: raises patch levels where they stand in the configuration, so that a patch is a reviewed change in git.

use super::assess::{self, Assessed};
use super::plan::Stages;
use super::{Failure, project};
use crate::config::expr::Expr;
use crate::config::source::Sources;
use crate::config::syntax;
use crate::finding::{Found, Proposal, Proposals, propose as proposals};
use crate::model::{FileId, Span};
use crate::world::disk;
use patchform_advisory::day::Day;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What is to be proposed.
#[derive(Debug, Clone)]
pub struct Request {
    /// What is to be assessed first.
    pub assess: assess::Request,
    /// Only what these vulnerabilities need; all, where there are none.
    pub only: Vec<String>,
    /// Only what is due within so many days.
    pub due_within: Option<u16>,
    /// Whether nothing is written.
    pub dry_run: bool,
}

/// What was proposed.
pub struct Proposed {
    /// What was found.
    pub assessed: Assessed,
    /// What is raised, and what cannot be.
    pub proposals: Proposals,
    /// Proposals whose level is written by an expression that is no text of its own: to be changed by hand.
    pub by_hand: Vec<Proposal>,
    /// The files with what changes in them, in the order of their names.
    pub files: Vec<Edited>,
}

/// A file that changes.
pub struct Edited {
    /// Its path.
    pub path: String,
    /// Its text before.
    pub before: String,
    /// Its text after.
    pub after: String,
}

/// Assesses, and writes the fixed levels into the configuration.
///
/// # Errors
/// Those of [`assess::assess`]; a vulnerability that no feed names, or a time without a policy; a file that cannot be written, or was changed meanwhile.
pub fn propose(request: &Request, stages: &mut dyn Stages) -> Result<Proposed, Failure> {
    let assessed = assess::assess(&request.assess, stages)?;
    let last = request
        .due_within
        .and_then(|days| Day::of_milliseconds(assessed.now().0).map(|today| today.plus_days(days)));
    let wanted = |found: &Found<'_>| {
        let named = request.only.is_empty() || request.only.contains(&found.key.vulnerability);
        let due = found.deadline.as_ref().and_then(|deadline| deadline.day());
        named && last.is_none_or(|last| due.is_some_and(|due| due <= last))
    };
    if !request.only.is_empty() {
        refuse_unknown(&request.only, &assessed)?;
    }
    let assessment = assessed.assessment();
    if request.due_within.is_some() && !assessment.has_policy {
        return Err(assess::nothing_is_due());
    }
    let mut all = proposals(assessment.hosts, &assessment.found, assessed.spans(), wanted);
    drop(assessment);
    let mut edits: BTreeMap<FileId, Vec<(Span, String)>> = BTreeMap::new();
    let (mut by_hand, mut kept) = (Vec::new(), Vec::new());
    for proposal in all.all {
        match place(&assessed.sources, &proposal) {
            Some(at) => {
                edits.entry(at.file).or_default().push((at, format!("\"{}\"", proposal.to)));
                kept.push(proposal);
            }
            None => by_hand.push(proposal),
        }
    }
    all.all = kept;
    let mut files: Vec<Edited> =
        edits.into_iter().map(|(file, edits)| edited(&assessed.sources, file, edits)).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    if !request.dry_run {
        write(&files)?;
    }
    Ok(Proposed { assessed, proposals: all, by_hand, files })
}

/// Refuses what no feed names: that nothing is raised for it would be no answer.
fn refuse_unknown(only: &[String], assessed: &Assessed) -> Result<(), Failure> {
    let named: BTreeSet<&str> = assessed.named().iter().map(|named| named.vulnerability).collect();
    match only.iter().find(|id| !named.contains(id.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            let what = format!("no feed says anything of {unknown} for a package of these hosts");
            Err(Failure::error(what).hint(
                "that is no proof that they are safe: nothing is known. `patchform collect` reads the feeds",
            ))
        }
    }
}

/// Where modules that are fetched lie.
const FETCHED: &str = ".patchform/";

/// Where the text of a package's level stands, quotes included; none where it is no plain text within the expression.
fn place(sources: &Sources, proposal: &Proposal) -> Option<Span> {
    let expression = syntax::read_part(sources, proposal.span).ok()?;
    let level = part(&expression, &proposal.package)?;
    // What was fetched is fetched again: the change belongs into the module's own repository.
    if sources.path(proposal.span.file).starts_with(FETCHED) {
        return None;
    }
    let plain = |text: &str| !text.contains(['"', '\\', '$', '%', '\n']);
    let at = level.span();
    let written = format!("\"{}\"", proposal.from);
    (sources.snippet(at) == written && plain(&proposal.to)).then_some(at)
}

/// The value of an entry of an object.
fn part<'e>(object: &'e Expr, name: &str) -> Option<&'e Expr> {
    let entries = object.as_object()?;
    entries.into_iter().find(|(key, _)| key.name == Some(name)).map(|(_, value)| value)
}

/// The text of a file with its levels replaced; everything else stays, byte by byte.
fn edited(sources: &Sources, file: FileId, mut edits: Vec<(Span, String)>) -> Edited {
    let before = sources.text(file).to_string();
    let mut after = before.clone();
    edits.sort_by_key(|(at, _)| std::cmp::Reverse(at.start));
    for (at, text) in edits {
        after.replace_range(at.start as usize..at.end as usize, &text);
    }
    Edited { path: sources.path(file).to_string(), before, after }
}

fn write(files: &[Edited]) -> Result<(), Failure> {
    for file in files {
        let path = Path::new(&file.path);
        let failed =
            |error: std::io::Error| Failure::error(format!("cannot write {}: {error}", path.display()));
        let bytes = disk::read(path, project::LIMIT).map_err(failed)?;
        // A byte order mark is no part of the text, and stays.
        let mark = bytes.strip_suffix(file.before.as_bytes()).unwrap_or_default();
        let whole = |text: &str| [mark, text.as_bytes()].concat();
        disk::replace(path, &whole(&file.before), &whole(&file.after)).map_err(failed)?;
    }
    Ok(())
}
