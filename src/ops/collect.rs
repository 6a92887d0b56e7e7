//! `collect`: asks the feeds of the configuration, and stores what is new in the catalog.

use super::inputs::Inputs;
use super::{Failure, Place, checking};
use crate::catalog::{CatalogError, Counts, Refusal, Standing, StoreError, Taking, Unread, Writer};
use crate::config::checked::{Feed, FeedFormat};
use crate::config::source::Sources;
use crate::config::suggest;
use crate::feed::bundle::{self, Bundles, Recording};
use crate::feed::{self, Answer, Asking, Problem, Source};
use crate::model::{Diagnostics, Moment};
use crate::provider::watch::Silent;
use crate::report::collected::{FeedView, Outcome};
use crate::world::{clock, disk};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Builder;

/// So many feeds are asked at the same time: most of the time a server is waited for.
const AT_ONCE: usize = 4;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Only these feeds; empty: all.
    pub only: Vec<String>,
    /// Feeds that may have lost many of their entries.
    pub accept_shrink: Vec<String>,
    /// Feeds that may have gone back in time.
    pub accept_older: Vec<String>,
}

/// What came of it.
pub struct Collected {
    /// The feeds that were asked, by name.
    pub feeds: Vec<FeedView>,
    /// Feeds that the configuration no longer has; their entries are gone.
    pub gone: Vec<String>,
    /// Feeds that the configuration no longer has, and whose entries count on: each with one that was never read well yet, and
    /// may be what it is called now.
    pub kept: Vec<(String, String)>,
    /// Feeds of the bundle that the configuration does not have.
    pub strange: Vec<String>,
    /// Feeds of the bundle whose sources were asked at a time that has not come yet.
    pub ahead: Vec<(String, Moment)>,
    /// Complaints about the configuration that are no errors.
    pub warnings: Diagnostics,
    /// Its texts.
    pub sources: Sources,
}

/// Who wants to know how far it is, on any thread.
pub trait Watch: Sync {
    /// A feed is being asked: how many of its documents of how many came.
    fn asks(&self, _feed: &str, _done: usize, _of: usize) {}

    /// So many feeds of so many have answered.
    fn answered(&self, _done: usize, _of: usize) {}
}

/// The configuration's feeds, those that are wanted.
struct Wanted {
    feeds: Vec<Feed>,
    /// The names of all.
    names: BTreeSet<String>,
    place: Place,
    warnings: Diagnostics,
    sources: Sources,
}

impl Collected {
    /// Whether every feed that was asked could be taken, and all of it be read.
    pub fn is_whole(&self) -> bool {
        let lacks = |outcome: &Outcome| matches!(outcome, Outcome::Failed { .. } | Outcome::Absent);
        !self.feeds.iter().any(|feed| feed.unread > 0 || !feed.older.is_empty() || lacks(&feed.outcome))
    }
}

/// Asks the sources of the feeds, and stores what is new.
///
/// # Errors
/// The configuration is wrong or has no feeds; the catalog cannot be opened. What is wrong with one feed is in the answer.
pub fn collect(inputs: &Inputs, request: &Request, watch: &dyn Watch) -> Result<Collected, Failure> {
    let wanted = wanted(inputs, request)?;
    let mut writer = open(&wanted.place)?;
    let before = before(&writer, &wanted.feeds)?;
    let ask = |at: usize| {
        let feed = &wanted.feeds[at];
        let (memo, stamps) = before[at].clone();
        let told = |done: usize, of: usize| watch.asks(&feed.name, done, of);
        feed::ask(&Asking {
            feed,
            source: Source::of(feed, None),
            memo,
            now: clock::now(),
            stamps,
            told: &told,
        })
    };
    let mut outcomes = BTreeMap::new();
    each(&wanted.feeds, watch, ask, |at, asked, answer| {
        outcomes.insert(at, store(&mut writer, &wanted.feeds[at], request, Some(asked), answer));
    });
    finish(wanted, request, &mut writer, outcomes)
}

/// Reads a bundle in place of the sources, with the same checks.
///
/// # Errors
/// As [`collect`]; the bundle cannot be read.
pub fn import(
    inputs: &Inputs,
    request: &Request,
    file: &Path,
    watch: &dyn Watch,
) -> Result<Collected, Failure> {
    let wanted = wanted(inputs, request)?;
    let mut writer = open(&wanted.place)?;
    let bundles = Bundles::open(file, disk::folder_of(&wanted.place.catalog)).map_err(failure)?;
    let before = before(&writer, &wanted.feeds)?;
    let standings = by_name(&writer)?;
    let (mut outcomes, mut ahead) = (BTreeMap::new(), Vec::new());
    for (at, feed) in wanted.feeds.iter().enumerate() {
        watch.answered(at, wanted.feeds.len());
        let outcome = match bundles.of(feed) {
            Ok(None) => Outcome::Absent.into(),
            Err(problem) => fail(&mut writer, feed, request, None, problem).into(),
            Ok(Some(bundle)) => {
                let now = clock::now();
                let asked = Some(bundle.checked).filter(|checked| !checked.is_ahead_of(now));
                if asked.is_none() {
                    ahead.push((feed.name.clone(), bundle.checked));
                }
                let answer = match newer(asked, standings.get(&feed.name), now, feed, request) {
                    Err(problem) => Err(problem),
                    Ok(()) => {
                        let (memo, stamps) = before[at].clone();
                        let told = |done: usize, of: usize| watch.asks(&feed.name, done, of);
                        let source = Source::bundled(feed, &bundle);
                        feed::ask(&Asking { feed, source, memo, now, stamps, told: &told })
                    }
                };
                store(&mut writer, feed, request, asked, answer)
            }
        };
        outcomes.insert(at, outcome);
    }
    let strange = bundles.names().filter(|name| !wanted.names.contains(*name)).map(str::to_string).collect();
    let collected = finish(wanted, request, &mut writer, outcomes)?;
    Ok(Collected { strange, ahead, ..collected })
}

/// Asks the sources of the feeds for everything, and writes what came into a bundle. The catalog is not touched.
///
/// # Errors
/// As [`collect`]; no feed could be taken; the bundle cannot be written.
pub fn export(
    inputs: &Inputs,
    request: &Request,
    file: &Path,
    watch: &dyn Watch,
) -> Result<Collected, Failure> {
    let wanted = wanted(inputs, request)?;
    if file.symlink_metadata().is_ok() {
        return Err(Failure::error(format!("{} is there already; nothing was written", file.display()))
            .hint("name another file, or remove it"));
    }
    let folder = disk::folder_of(file);
    if !folder.is_dir() {
        return Err(Failure::error(format!("there is no folder {}; nothing was written", folder.display()))
            .hint("make it, or name a file in another one"));
    }
    let failed = |error: std::io::Error| Failure::error(format!("cannot write {}: {error}", file.display()));
    let scratch = disk::scratch_in(folder).map_err(failed)?;
    let recordings: Vec<Recording> = (0..wanted.feeds.len())
        .map(|at| {
            let folder = scratch.path().join(at.to_string());
            std::fs::create_dir(&folder).map(|()| Recording::new(folder))
        })
        .collect::<std::io::Result<_>>()
        .map_err(failed)?;
    let ask = |at: usize| {
        let feed = &wanted.feeds[at];
        let told = |done: usize, of: usize| watch.asks(&feed.name, done, of);
        let source = Source::of(feed, Some(&recordings[at]));
        let (memo, stamps) = (None, BTreeMap::new());
        feed::ask(&Asking { feed, source, memo, now: clock::now(), stamps, told: &told })
    };
    let mut answers = BTreeMap::new();
    each(&wanted.feeds, watch, ask, |at, asked, answer| {
        answers.insert(at, (asked, answer));
    });
    let (mut kept, mut feeds) = (Vec::new(), Vec::new());
    for (at, (feed, recording)) in wanted.feeds.iter().zip(recordings).enumerate() {
        let mut view = FeedView::new(feed.name.clone(), feed.format.name(), feed.source.to_string());
        if let Some((asked, answer)) = answers.remove(&at) {
            view.outcome = match answer {
                Ok(Answer::New(copy)) => {
                    view.remarks = copy.remarks;
                    view.remarked = copy.edition.remarks;
                    view.proof = copy.edition.proof;
                    (view.unread, view.first_unread) = (copy.edition.unread.count, copy.edition.unread.first);
                    kept.push((feed, recording, asked));
                    Outcome::Kept { records: copy.content.len() as u64 }
                }
                Ok(Answer::Unchanged(_)) => Outcome::Absent,
                Err(problem) => Outcome::Failed { problem: problem.to_string(), hint: problem.hint },
            };
        }
        feeds.push(view);
    }
    if !kept.is_empty() {
        bundle::write(file, &kept).map_err(failed)?;
    }
    let Wanted { warnings, sources, .. } = wanted;
    let (gone, kept, strange, ahead) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    Ok(Collected { feeds, gone, kept, strange, ahead, warnings, sources })
}

fn wanted(inputs: &Inputs, request: &Request) -> Result<Wanted, Failure> {
    // Feeds do not depend on levels, which `propose` may resolve by what they say.
    let checked = checking::check_unresolved(inputs, Arc::new(Silent))?;
    let checking::Checked { mut config, warnings, sources, place, .. } = checked;
    let feeds = std::mem::take(&mut config.feeds);
    checking::drop_aside(config);
    let names: BTreeSet<String> = feeds.iter().map(|feed| feed.name.clone()).collect();
    if names.is_empty() {
        return Err(Failure::error("the configuration has no feeds; nothing was collected")
            .hint("add a block such as: feed \"kev\" \"cisa\" { source = \"https://…\" }; `patchform reference feed` tells more"));
    }
    let mut asked = request.only.iter().chain(&request.accept_shrink).chain(&request.accept_older);
    if let Some(name) = asked.find(|name| !names.contains(*name)) {
        return Err(Failure::error(format!(
            "there is no feed {name} in the configuration; nothing was collected"
        ))
        .hint(suggest::sentence(name, names.iter().map(String::as_str))));
    }
    let is_wanted = |feed: &Feed| request.only.is_empty() || request.only.contains(&feed.name);
    let feeds = feeds.into_iter().filter(is_wanted).collect();
    Ok(Wanted { feeds, names, place, warnings, sources })
}

fn open(place: &Place) -> Result<Writer, Failure> {
    Writer::open(&place.catalog).map_err(unusable)
}

/// What the catalog noted of each feed: its memo, and the stamps of its documents.
type Before = Vec<(Option<String>, BTreeMap<String, String>)>;

fn before(writer: &Writer, feeds: &[Feed]) -> Result<Before, Failure> {
    let of = |feed: &Feed| {
        let memo = writer.memo(&feed.name, feed.format, &feed.source.to_string())?;
        let stamps = match (feed.format, &memo) {
            (FeedFormat::Csaf, Some(_)) => writer.stamps(&feed.name)?,
            _ => BTreeMap::new(),
        };
        Ok((memo, stamps))
    };
    feeds.iter().map(of).collect::<Result<_, CatalogError>>().map_err(unusable)
}

/// Asks several feeds at once; each answer is taken as it comes, on this thread.
fn each(
    feeds: &[Feed],
    watch: &dyn Watch,
    ask: impl Fn(usize) -> Result<Answer, Problem> + Sync,
    mut take: impl FnMut(usize, Moment, Result<Answer, Problem>),
) {
    let left = Mutex::new(0..feeds.len());
    let (say, hear) = mpsc::channel();
    let work = |say: Sender<_>| {
        let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
        while let Some(at) = next() {
            watch.asks(&feeds[at].name, 0, 0);
            let asked = clock::now();
            if say.send((at, asked, ask(at))).is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        let start = |_: &usize| {
            let (say, thread) = (say.clone(), Builder::new().name("feed".into()));
            thread.spawn_scoped(scope, || work(say)).is_ok()
        };
        match (0..AT_ONCE.min(feeds.len())).filter(start).count() {
            0 => work(say),
            _ => drop(say),
        }
        for (done, (at, asked, answer)) in hear.into_iter().enumerate() {
            take(at, asked, answer);
            watch.answered(done + 1, feeds.len());
        }
    });
}

fn taking<'a>(feed: &'a Feed, origin: &'a str, request: &Request, checked: Option<Moment>) -> Taking<'a> {
    Taking {
        name: &feed.name,
        format: feed.format,
        origin,
        max_age: feed.max_age,
        now: clock::now(),
        checked,
        accept_shrink: request.accept_shrink.contains(&feed.name),
        accept_older: request.accept_older.contains(&feed.name),
    }
}

/// What came of asking a feed, with what its reader said.
struct Came {
    outcome: Outcome,
    remarks: Vec<String>,
    unread: Unread,
    older: Vec<String>,
}

impl From<Outcome> for Came {
    fn from(outcome: Outcome) -> Came {
        Came { outcome, remarks: Vec::new(), unread: Unread::default(), older: Vec::new() }
    }
}

/// Stores an answer; says what came of it.
fn store(
    writer: &mut Writer,
    feed: &Feed,
    request: &Request,
    asked: Option<Moment>,
    answer: Result<Answer, Problem>,
) -> Came {
    let origin = feed.source.to_string();
    let taking = taking(feed, &origin, request, asked);
    let outcome = match answer {
        Err(problem) => fail(writer, feed, request, asked, problem),
        Ok(Answer::Unchanged(memo)) => match writer.unchanged(&taking, Some(&memo)) {
            Ok(()) => Outcome::Unchanged,
            Err(error) => Outcome::Failed { problem: error.to_string(), hint: None },
        },
        Ok(Answer::New(copy)) => match writer.take(&taking, &copy.edition, &copy.content) {
            Ok(Counts { new, changed, withdrawn, gone, kept, older, .. }) => {
                let outcome = Outcome::Taken { new, changed, withdrawn, gone };
                let unread = copy.edition.unread;
                let unread = Unread { count: unread.count.max(kept), ..unread };
                return Came { outcome, remarks: copy.remarks, unread, older };
            }
            Err(StoreError::Catalog(error)) => Outcome::Failed { problem: error.to_string(), hint: None },
            Err(StoreError::Refused(refusal)) => {
                let (what, way) = match refusal {
                    Refusal::Shrank(_) => ("no feed does that by itself", "--accept-shrink"),
                    Refusal::Older { .. } => ("somebody may be serving an old copy", "--accept-older"),
                };
                let hint =
                    format!("if that is right, take it by order: patchform collect {way} {}", feed.name);
                fail(writer, feed, request, asked, Problem::at("", format!("{refusal}; {what}")).hint(hint))
            }
        },
    };
    outcome.into()
}

fn fail(
    writer: &mut Writer,
    feed: &Feed,
    request: &Request,
    asked: Option<Moment>,
    problem: Problem,
) -> Outcome {
    let origin = feed.source.to_string();
    let said = problem.to_string();
    // Where even that cannot be written, it is told all the same.
    let _ = writer.failed(&taking(feed, &origin, request, asked), &said);
    Outcome::Failed { problem: said, hint: problem.hint }
}

/// Refuses a bundle that is older than what the catalog knows already; when either is of cannot always be said.
fn newer(
    asked: Option<Moment>,
    known: Option<&Standing>,
    now: Moment,
    feed: &Feed,
    request: &Request,
) -> Result<(), Problem> {
    let last = known.and_then(|known| known.checked).filter(|last| !last.is_ahead_of(now));
    match asked.zip(last).filter(|(asked, last)| asked < last && !request.accept_older.contains(&feed.name)) {
        None => Ok(()),
        Some((asked, last)) => {
            let what = format!("the bundle is of {asked}, and the catalog's copy was checked at {last}");
            Err(Problem::at("", what).hint(format!("to go back all the same: --accept-older {}", feed.name)))
        }
    }
}

fn by_name(writer: &Writer) -> Result<BTreeMap<String, Standing>, Failure> {
    let all = writer.feeds().map_err(unusable)?;
    Ok(all.into_iter().map(|standing| (standing.name.clone(), standing)).collect())
}

fn finish(
    wanted: Wanted,
    request: &Request,
    writer: &mut Writer,
    mut outcomes: BTreeMap<usize, Came>,
) -> Result<Collected, Failure> {
    let (gone, kept) = match request.only.is_empty() {
        true => let_go(writer, &wanted.names)?,
        false => (Vec::new(), Vec::new()),
    };
    writer.settle();
    let standings = by_name(writer)?;
    let now = clock::now();
    let view = |(at, feed): (usize, &Feed)| {
        let mut view = FeedView::new(feed.name.clone(), feed.format.name(), feed.source.to_string());
        let came = outcomes.remove(&at).unwrap_or(Outcome::Absent.into());
        (view.outcome, view.remarks) = (came.outcome, came.remarks);
        (view.unread, view.first_unread) = (came.unread.count, came.unread.first);
        view.older = came.older;
        stand(&mut view, standings.get(&feed.name), now);
        view
    };
    let feeds = wanted.feeds.iter().enumerate().map(view).collect();
    let Wanted { warnings, sources, .. } = wanted;
    Ok(Collected { feeds, gone, kept, strange: Vec::new(), ahead: Vec::new(), warnings, sources })
}

/// Feeds that the configuration no longer has: those that went, and those that are kept, each with the one that is waited for.
type Gone = (Vec<String>, Vec<(String, String)>);

/// Lets go of feeds that the configuration no longer has; not while one that it has was never read well. That may be the same
/// under a new name, and what it knows of would be taken for closed.
fn let_go(writer: &mut Writer, names: &BTreeSet<String>) -> Result<Gone, Failure> {
    let standings = by_name(writer)?;
    let is_read = |name: &String| standings.get(name).is_some_and(|standing| standing.copy.is_some());
    match names.iter().find(|name| !is_read(name)) {
        Some(new) => {
            let left = standings.keys().filter(|name| !names.contains(*name) && is_read(name));
            Ok((Vec::new(), left.map(|name| (name.clone(), new.clone())).collect()))
        }
        None => {
            let names = names.iter().map(String::as_str).collect();
            Ok((writer.keep_only(&names).map_err(unusable)?, Vec::new()))
        }
    }
}

fn stand(view: &mut FeedView, standing: Option<&Standing>, now: Moment) {
    let Some(standing) = standing else { return };
    view.age = standing.age(now);
    view.max_age = Some(standing.max_age);
    view.checked = standing.checked;
    if let Some(copy) = &standing.copy {
        view.stale = standing.why_stale(now);
        view.records = Some(copy.records);
        view.withdrawn = copy.withdrawn;
        view.edition = copy.edition.clone();
        view.edition_at = copy.edition_at;
        view.expires = copy.expires;
        view.model = copy.model.clone();
        view.proof = copy.proof.clone();
        view.remarked = copy.remarks;
        view.fetched = Some(copy.fetched);
        view.sha256 = Some(copy.digest.clone());
    }
}

/// A catalog that cannot be used.
fn unusable(error: CatalogError) -> Failure {
    match error {
        CatalogError::Newer { .. } | CatalogError::Busy(_) => Failure::locked(error),
        _ => Failure::error(error),
    }
}

fn failure(problem: Problem) -> Failure {
    let failure = Failure::error(&problem);
    match problem.hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
