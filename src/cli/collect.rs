//! `patchform collect`

use super::Exit;
use super::arguments::Variables;
use super::stages::spinner;
use super::terminal::Terminal;
use crate::ops::Failure;
use crate::ops::collect::{self, Collected, Request, Watch};
use crate::report::{collected, size};
use crate::world::disk;
use indicatif::ProgressBar;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;

/// Options of `collect`.
#[derive(clap::Args)]
#[command(
    after_help = "The feeds are the `feed` blocks of the configuration (`patchform reference feed`). A source is asked only \
                  for what is new. What comes is held against the digests and signatures that its publisher gives, and \
                  against its last good copy: one that went back in time, or lost more than a tenth of its entries, is \
                  refused, and the last good copy counts on. One broken feed harms no other. The catalog is \
                  .patchform/catalog.db beside the state; it can be removed at any time, and made anew.\n\n\
                  Exit codes: 0 every feed was taken or has nothing new · 1 a feed failed, or \
                  could not be read whole (the others are stored)\n\n\
                  For example:\n  \
                  patchform collect                            ask all feeds\n  \
                  patchform collect --feed cisa --json         one of them, for a program\n  \
                  patchform collect --export feeds.tar.gz      keep the answers, for a place without a net\n  \
                  patchform collect --import feeds.tar.gz      read it there, with the same checks\n  \
                  patchform collect --accept-shrink cisa       the publisher did take out that much"
)]
pub struct Arguments {
    /// Ask only this feed; may be repeated
    #[arg(long, value_name = "NAME")]
    feed: Vec<String>,
    /// Take a copy of this feed although it lost many of its entries; may be repeated
    #[arg(long, value_name = "NAME")]
    accept_shrink: Vec<String>,
    /// Take a copy of this feed although it is older than the last one; may be repeated
    #[arg(long, value_name = "NAME")]
    accept_older: Vec<String>,
    /// Write what the sources answer into this file instead of the catalog; it must not be there yet
    #[arg(long, value_name = "FILE", conflicts_with_all = ["import", "accept_shrink", "accept_older"])]
    export: Option<PathBuf>,
    /// Read this file, of `--export`, in place of the sources
    #[arg(long, value_name = "FILE")]
    import: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    variables: Variables,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let request = Request {
        only: arguments.feed.clone(),
        accept_shrink: arguments.accept_shrink.clone(),
        accept_older: arguments.accept_older.clone(),
    };
    let inputs = arguments.variables.inputs();
    let line = Line::new(terminal);
    let collected = match (&arguments.export, &arguments.import) {
        (Some(file), _) => collect::export(&inputs, &request, file, &line),
        (_, Some(file)) => collect::import(&inputs, &request, file, &line),
        _ => collect::collect(&inputs, &request, &line),
    };
    drop(line);
    let collected = collected?;
    terminal.warn(&collected.warnings, &collected.sources);
    if arguments.json {
        let kept: Vec<&str> = collected.kept.iter().map(|(name, _)| name.as_str()).collect();
        terminal.say(&collected::json(&collected.feeds, &collected.gone, &kept, &collected.strange));
    } else {
        terminal.say(&collected::text(&collected.feeds, terminal.out));
    }
    terminal.notices(&notices(&collected));
    if let Some(file) = &arguments.export {
        return exported(file, &collected, terminal);
    }
    Ok(if collected.is_whole() { Exit::Done } else { Exit::Error })
}

fn notices(collected: &Collected) -> Vec<String> {
    let gone = collected.gone.iter().map(|name| {
        format!("the configuration no longer has the feed {name}; its entries were taken out of the catalog")
    });
    let kept = collected.kept.iter().map(|(name, new)| {
        format!(
            "the configuration no longer has the feed {name}; its entries count on until {new} was read well, which may be the \
             same under a new name"
        )
    });
    let strange = collected.strange.iter().map(|name| {
        format!("the bundle has a feed {name}, which the configuration does not have; it was passed over")
    });
    let ahead = collected.ahead.iter().map(|(name, at)| {
        format!(
            "the bundle says that the source of {name} was asked at {at}, which has not come yet: a clock was wrong, here or \
             there. Its entries are taken; how fresh they are nobody can say"
        )
    });
    gone.chain(kept).chain(strange).chain(ahead).collect()
}

/// Says what the bundle is, by which the other side can tell that it is the same.
fn exported(file: &Path, collected: &Collected, terminal: &Terminal) -> Result<Exit, Failure> {
    match disk::sha256(file) {
        Ok(digest) => terminal.notices(&[format!(
            "{} is written; sha256sum prints for it {digest}. Read it on the other side with `patchform collect --import`.",
            file.display()
        )]),
        Err(_) => {
            let failure = Failure::error(format!("no feed could be taken; {} was not written", file.display()));
            return Err(failure);
        }
    }
    Ok(if collected.is_whole() { Exit::Done } else { Exit::Error })
}

/// How far it is, on one line of a terminal; nothing in a pipe. It goes when it is dropped.
struct Line {
    bar: Option<ProgressBar>,
    at: Mutex<At>,
}

#[derive(Default)]
struct At {
    feed: String,
    answered: String,
}

impl Line {
    fn new(terminal: &Terminal) -> Line {
        Line { bar: terminal.waits.then(|| spinner(terminal.err.unicode)), at: Mutex::default() }
    }

    fn show(&self, change: impl FnOnce(&mut At)) {
        let Some(bar) = &self.bar else { return };
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut at);
        bar.set_message(format!("collecting {}{}", at.answered, at.feed));
    }
}

impl Watch for Line {
    fn asks(&self, feed: &str, done: usize, of: usize) {
        self.show(|at| {
            at.feed = match of {
                0 => feed.to_string(),
                _ => format!("{feed}: {} of {}", size::count(done), size::counted(of, "document")),
            };
        });
    }

    fn answered(&self, done: usize, of: usize) {
        self.show(|at| at.answered = format!("({done} of {}) ", size::counted(of, "feed")));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
