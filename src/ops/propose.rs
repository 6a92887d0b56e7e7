//! `propose`: changes patch levels where they stand in the configuration and resolves constraints into the lock file, so that a
//! patch is a reviewed change in git.

use super::assess::{self, Asked, Assessed, Gathered};
use super::plan::{Stage, Stages};
use super::{Failure, checking, project};
use crate::catalog::{Catalog, CatalogError};
use crate::config::checked::Component;
use crate::config::expr::Expr;
use crate::config::levels::WHOLE;
use crate::config::lock::Lock;
use crate::config::source::Sources;
use crate::config::syntax;
use crate::finding::{Aim, Found, Moved, Proposal, Proposals, Resolution, propose as proposals, resolve};
use crate::model::{Address, Diagnostic, Diagnostics, FileId, Span};
use crate::report::assessment::Assessment;
use crate::report::proposed::{Change, Drawn};
use crate::world::{clock, disk};
use patchform_advisory::day::Day;
use patchform_versions::Scheme;
use readings::Readings;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

mod adopting;
mod readings;
mod wishing;

/// What is to be proposed.
#[derive(Debug, Clone)]
pub struct Request {
    /// What is to be assessed first.
    pub assess: assess::Request,
    /// Only what these vulnerabilities need; all, where there are none.
    pub only: Vec<String>,
    /// Only what is due within so many days.
    pub due_within: Option<u16>,
    /// What constraints are resolved to; with [`Aim::Installed`] exact levels become what is installed, too.
    pub aim: Aim,
    /// Whether nothing is written.
    pub dry_run: bool,
}

/// What was proposed.
pub struct Proposed {
    /// The configuration's texts.
    pub sources: Sources,
    /// Complaints that are no errors.
    pub warnings: Diagnostics,
    /// What changes, and what cannot.
    pub drawn: Drawn,
    /// The files with what changes in them, in the order of their names.
    pub files: Vec<Edited>,
}

/// A file that changes.
pub struct Edited {
    /// Its path.
    pub path: String,
    /// Its text before; none where there is no such file.
    pub before: Option<String>,
    /// Its text after.
    pub after: String,
}

/// Assesses, writes the fixed levels into the configuration, and resolves its constraints.
///
/// # Errors
/// Those of [`assess::assess`]; a vulnerability that no feed names, or a time without a policy; a file that cannot be written, or was changed meanwhile.
pub fn propose(request: &Request, stages: &mut dyn Stages) -> Result<Proposed, Failure> {
    stages.stage(Stage::Checking);
    let checked = checking::check_unresolved(&request.assess.inputs, stages.watch())?;
    let constrained = !checked.lock.levels.0.is_empty()
        || checked.config.components.iter().any(|component| component.constrained.is_some());
    let adopts = request.aim == Aim::Installed;
    let catalog = match Catalog::open(&checked.place.catalog) {
        // What is adopted is what is there, whatever the catalog says.
        _ if adopts => None,
        // A constraint can be resolved from what is there alone.
        Err(CatalogError::Missing(_)) if constrained && !request.asks_for_findings() => None,
        opened => Some(opened.map_err(assess::unusable)?),
    };
    let mut asked = assess::ask(checked, &request.assess.targets, stages)?;
    let readings = readings::read(&asked, &request.assess.targets, adopts)?;
    stages.stage(Stage::Done);
    let gathered = match &catalog {
        Some(catalog) => Some((Gathered::of(&mut asked, catalog)?, catalog)),
        None => None,
    };
    for unheard in gathered.iter().flat_map(|(gathered, _)| gathered.unheard()) {
        asked.checked.warnings.push(unheard);
    }
    let assessed = match &gathered {
        Some((gathered, catalog)) => Some(gathered.assess(&asked, catalog, request.assess.patience)?),
        None => None,
    };
    let mut work = Work { asked, assessed, readings, edits: BTreeMap::new(), drawn: Drawn::default() };
    work.warn(request);
    let assessment = work.assessed.as_ref().map(Assessed::assessment);
    let mut raised = work.raised(request, assessment.as_ref())?;
    let resolution = work.resolve(request, assessment.as_ref());
    work.keep_to(&resolution, &mut raised, assessment.as_ref());
    drop(assessment);
    work.take(raised, &resolution);
    if adopts {
        work.adopt();
    }
    work.finish(request, resolution)
}

impl Request {
    fn asks_for_findings(&self) -> bool {
        !self.only.is_empty() || self.due_within.is_some()
    }

    /// Whether a finding is to be closed.
    fn wants(&self, found: &Found<'_>, last: Option<Day>) -> bool {
        let named = self.only.is_empty() || self.only.iter().any(|name| found.named.said.is_called(name));
        let due = found.judged.deadline.as_ref().and_then(|deadline| deadline.day());
        named && last.is_none_or(|last| due.is_some_and(|due| due <= last))
    }

    /// The last day on which what is wanted is due.
    fn last(&self, assessed: &Assessed<'_>) -> Option<Day> {
        let days = self.due_within?;
        Day::of_milliseconds(assessed.now().0).map(|today| today.plus_days(days))
    }
}

/// What is known, and what is to be changed.
struct Work<'a> {
    asked: Asked,
    assessed: Option<Assessed<'a>>,
    readings: Readings,
    edits: BTreeMap<FileId, Vec<(Span, String)>>,
    drawn: Drawn,
}

impl Work<'_> {
    /// Says what the answer does not rest on.
    fn warn(&mut self, request: &Request) {
        let checked = &mut self.asked.checked;
        for (component, why) in &self.readings.unread {
            checked.warnings.push(Diagnostic::warning(format!("{component} could not be read: {why}")));
        }
        let offers = request.aim != Aim::Installed && self.assessed.is_none();
        if offers && checked.config.components.iter().any(|c| c.constrained.is_some()) {
            let problem = Diagnostic::warning(
                "there is no catalog: constraints are resolved from what is installed alone",
            );
            checked
                .warnings
                .push(problem.help("`patchform collect` makes one from the feeds of the configuration."));
        }
    }

    fn sources(&self) -> &Sources {
        &self.asked.checked.sources
    }

    /// What has to rise for findings to be closed.
    fn raised(&self, request: &Request, assessment: Option<&Assessment<'_>>) -> Result<Proposals, Failure> {
        let (Some(assessed), Some(assessment)) = (&self.assessed, assessment) else {
            return Ok(Proposals::default());
        };
        if !request.only.is_empty() {
            refuse_unknown(&request.only, assessed)?;
        }
        if request.due_within.is_some() && !assessment.has_policy {
            return Err(assess::nothing_is_due());
        }
        let last = request.last(assessed);
        // What has no level yet gets one that closes it.
        let open: BTreeSet<(&Address, &str)> =
            self.constraints().filter(|(.., open)| *open).map(|(a, p, _)| (a, p)).collect();
        let wanted = |found: &Found<'_>| {
            request.wants(found, last) && !open.contains(&(found.key().component, found.key().package))
        };
        Ok(proposals(&assessment.found, assessed.spans(), wanted))
    }

    /// Every part that a constraint asks for, and whether it has no level.
    fn constraints(&self) -> impl Iterator<Item = (&Address, &str, bool)> {
        let components = self.asked.checked.config.components.iter();
        components.flat_map(|component| {
            let constrained = component.constrained.iter();
            constrained.flat_map(|constrained| {
                let parts = constrained.parts.keys().map(String::as_str);
                parts.map(|part| (&component.address, part, constrained.open.contains(part)))
            })
        })
    }

    /// Resolves the constraints.
    fn resolve(&self, request: &Request, assessment: Option<&Assessment<'_>>) -> Resolution {
        let config = &self.asked.checked.config;
        let last = self.assessed.as_ref().and_then(|assessed| request.last(assessed));
        let mut needed: BTreeMap<(&Address, &str), &str> = BTreeMap::new();
        let found = assessment.into_iter().flat_map(|assessment| &assessment.found);
        for found in found.filter(|found| request.wants(found, last)) {
            let Some(level) = found.least() else { continue };
            let highest = needed.entry((found.key().component, found.key().package)).or_insert(level);
            if found.scheme().is_some_and(|scheme| scheme.compare(level, highest).is_ok_and(Ordering::is_gt))
            {
                *highest = level;
            }
        }
        let known = wishing::Known {
            readings: &self.readings,
            hosts: self.assessed.as_ref().map_or(&self.asked.inventories.hosts, |assessed| assessed.hosts()),
            offered: self.assessed.as_ref().map_or(&[], |assessed| assessed.offered()),
            needed: &needed,
            locked: &self.asked.checked.lock.levels,
            targets: &request.assess.targets,
        };
        let wishes = wishing::wishes(&config.components, &known);
        let today = Day::of_milliseconds(clock::now().0).map_or_else(String::new, |day| day.to_string());
        resolve(&wishes, request.aim, &self.asked.checked.lock.levels, &today)
    }

    /// What a constraint asks for goes as far as it was resolved, and closes what that closes.
    fn keep_to(&self, resolution: &Resolution, raised: &mut Proposals, assessment: Option<&Assessment<'_>>) {
        let (Some(assessed), Some(assessment)) = (&self.assessed, assessment) else { return };
        let constrained: BTreeSet<(&str, &str)> = self.constrained().collect();
        raised.all.retain_mut(|proposal| {
            if !constrained.contains(&(&*proposal.of, &*proposal.package)) {
                return true;
            }
            let is_of = |moved: &&Moved| moved.key == proposal.of && moved.part == proposal.package;
            let Some(moved) = resolution.moved.iter().find(is_of) else { return false };
            proposal.to.clone_from(&moved.to);
            proposal.close(&assessment.found, assessed.spans());
            true
        });
    }

    /// Whose rows of the lock file there are, and for which parts.
    fn constrained(&self) -> impl Iterator<Item = (&str, &str)> {
        let constrained = self.asked.checked.config.components.iter().filter_map(|c| c.constrained.as_ref());
        constrained.flat_map(|one| one.parts.keys().map(|part| (one.key.as_str(), part.as_str())))
    }

    /// Takes what is raised: in the text, or by the lock file.
    fn take(&mut self, raised: Proposals, resolution: &Resolution) {
        let mut closes = BTreeMap::new();
        let by_lock: BTreeSet<(String, String)> =
            self.constrained().map(|(key, part)| (key.to_string(), part.to_string())).collect();
        for proposal in raised.all {
            let key = (proposal.of.clone(), proposal.package.clone());
            if by_lock.contains(&key) {
                closes.insert(key, proposal.closes);
                continue;
            }
            let Proposal { span, package, from, to, of, closes } = proposal;
            match place(self.sources(), span, &package, &from, &to) {
                Some(at) => {
                    self.edits.entry(at.file).or_default().push((at, format!("\"{to}\"")));
                    let change = Change {
                        of,
                        part: package,
                        from: Some(from),
                        to,
                        lower: false,
                        closes,
                        components: 0,
                    };
                    self.drawn.changes.push(change);
                }
                None => self.drawn.by_hand.push((of, package, from, to)),
            }
        }
        for moved in &resolution.moved {
            let closes = closes.remove(&(moved.key.clone(), moved.part.clone())).unwrap_or_default();
            self.drawn.changes.push(Change {
                of: moved.key.clone(),
                part: moved.part.clone(),
                from: moved.from.clone(),
                to: moved.to.clone(),
                lower: moved.lower,
                closes,
                components: moved.components,
            });
        }
        self.drawn.left = raised.left;
        self.drawn.asked = raised.asked;
        self.drawn.unresolved.clone_from(&resolution.left);
        self.drawn.open = resolution.open;
    }

    /// Takes what is installed for what is asked for.
    fn adopt(&mut self) {
        let Asked { checked, fleet, .. } = &self.asked;
        let is_lower = |component: &Component, a: &str, b: &str| {
            let kind = fleet.kind(checked.provider_name(component.provider), &component.address.kind);
            let scheme = kind.and_then(|kind| Scheme::from_name(&kind.scheme));
            scheme.is_some_and(|scheme| scheme.compare(a, b) == Ok(Ordering::Less))
        };
        let (adopted, left) = adopting::adopt(&checked.config.components, &self.readings, is_lower);
        for adopting::Adopted { of, span, part, from, to, lower } in adopted {
            match place(self.sources(), span, &part, &from, &to) {
                Some(at) => {
                    self.edits.entry(at.file).or_default().push((at, format!("\"{to}\"")));
                    let change =
                        Change { of, part, from: Some(from), to, lower, closes: Vec::new(), components: 0 };
                    self.drawn.changes.push(change);
                }
                None => self.drawn.by_hand.push((of, part, from, to)),
            }
        }
        for left in left {
            *self.drawn.unresolved.entry(left).or_default() += 1;
        }
    }

    fn finish(mut self, request: &Request, resolution: Resolution) -> Result<Proposed, Failure> {
        let edits = std::mem::take(&mut self.edits);
        let mut files: Vec<Edited> =
            edits.into_iter().map(|(file, edits)| edited(self.sources(), file, edits)).collect();
        self.drawn.places = match &self.assessed {
            Some(assessed) => assessed.places().clone(),
            None => assess::places(&self.asked.checked),
        };
        let checked = self.asked.checked;
        if resolution.levels != checked.lock.levels {
            let lock = Lock { levels: resolution.levels, ..checked.lock };
            let path = &checked.place.lock_file;
            let before =
                disk::read(path, project::LIMIT).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            files.push(Edited { path: path.display().to_string(), before, after: lock.write() });
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        self.drawn.adopts = request.aim == Aim::Installed;
        self.drawn.written = !request.dry_run && !files.is_empty();
        self.drawn.files = files.len();
        if !request.dry_run {
            write(&files)?;
        }
        let (sources, warnings) = (checked.sources, checked.warnings);
        Ok(Proposed { sources, warnings, drawn: self.drawn, files })
    }
}

/// Refuses what no feed names: that nothing is raised for it would be no answer.
fn refuse_unknown(only: &[String], assessed: &Assessed<'_>) -> Result<(), Failure> {
    let survey = assessed.survey(assessed.hosts());
    let is_known = |name: &&String| survey.said().iter().flatten().any(|said| said.is_called(name));
    let Some(unknown) = only.iter().find(|name| !is_known(name)) else {
        return Ok(());
    };
    if let Some(why) = assessed.retracted(unknown) {
        return Err(Failure::error(why));
    }
    let what = format!("no feed says anything of {unknown} for a package of these hosts");
    Err(Failure::error(what)
        .hint("that is no proof that they are safe: nothing is known. `patchform collect` reads the feeds"))
}

/// Where modules that are fetched lie.
const FETCHED: &str = ".patchform/";

/// Where the text of a part's level stands, quotes included; none where it is no plain text within the expression.
fn place(sources: &Sources, span: Span, name: &str, from: &str, to: &str) -> Option<Span> {
    let expression = syntax::read_part(sources, span).ok()?;
    let level = match name {
        WHOLE if expression.as_object().is_none() => &expression,
        _ => part(&expression, name)?,
    };
    // What was fetched is fetched again: the change belongs into the module's own repository.
    if sources.path(span.file).starts_with(FETCHED) {
        return None;
    }
    let plain = |text: &str| !text.contains(['"', '\\', '$', '%', '\n']);
    let at = level.span();
    let written = format!("\"{from}\"");
    (sources.snippet(at) == written && plain(to)).then_some(at)
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
    Edited { path: sources.path(file).to_string(), before: Some(before), after }
}

fn write(files: &[Edited]) -> Result<(), Failure> {
    for file in files {
        let path = Path::new(&file.path);
        let failed =
            |error: std::io::Error| Failure::error(format!("cannot write {}: {error}", path.display()));
        let Some(before) = &file.before else {
            disk::write_public(path, file.after.as_bytes()).map_err(failed)?;
            continue;
        };
        let bytes = disk::read(path, project::LIMIT).map_err(failed)?;
        // A byte order mark is no part of the text, and stays.
        let mark = bytes.strip_suffix(before.as_bytes()).unwrap_or_default();
        let whole = |text: &str| [mark, text.as_bytes()].concat();
        disk::replace(path, &whole(before), &whole(&file.after)).map_err(failed)?;
    }
    Ok(())
}
