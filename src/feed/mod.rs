//! Fetches feeds, proves them whole, and reads them into what the catalog stores.
//!
//! A feed is [`ask`]ed with the memo of its last good copy. Its [`Source`] fetches only what is new: a server is asked
//! conditionally, a file is looked at by size and time, an archive or a provider by its small index. What comes is unpacked
//! within limits, held against digests and signatures, and read by the pure readers of the advisory crate. The answer is
//! "nothing new", or a [`struct@Copy`]; whatever is wrong is a [`Problem`] of this feed alone.
//!
//! One file for each shape of feed: `whole` for what is one document or many like it, `csaf`, `apt`, `updateinfo`.

mod apt;
pub mod bundle;
mod csaf;
mod digest;
mod documents;
mod memo;
mod problem;
pub mod release;
pub mod signature;
mod source;
mod updateinfo;
mod whole;

pub use problem::Problem;
pub use source::Source;

use crate::catalog::{Content, Edition, Unread};
use crate::config::checked::{Feed, FeedFormat};
use crate::model::Moment;
use memo::Memo;
use std::collections::BTreeMap;

/// What is asked, and what is known before.
pub struct Asking<'a> {
    /// The feed's block.
    pub feed: &'a Feed,
    /// Where its documents come from.
    pub source: Source<'a>,
    /// What was noted with the last good copy.
    pub memo: Option<String>,
    /// What time it is here.
    pub now: Moment,
    /// The stamps of the documents that the catalog has, by path.
    pub stamps: BTreeMap<String, String>,
    /// Told how many documents of how many were fetched.
    pub told: &'a (dyn Fn(usize, usize) + Sync),
}

/// What a feed answered.
#[derive(Debug)]
pub enum Answer {
    /// Nothing is new; what is to be noted.
    Unchanged(String),
    /// A copy.
    New(Box<Copy>),
}

/// A new copy of a feed.
#[derive(Debug)]
pub struct Copy {
    /// What it holds.
    pub content: Content,
    /// What is known of it beside.
    pub edition: Edition,
    /// What was passed over, or taken although its format forbids it: the first of them.
    pub remarks: Vec<String>,
}

/// How many remarks are kept of a copy.
const REMARKS: usize = 100;

/// What a reader remarks, counted, the first of them kept.
#[derive(Debug, Default)]
struct Remarks {
    count: u64,
    first: Vec<String>,
    /// Apart from them: what could not be read at all.
    unread: Unread,
}

impl Remarks {
    fn push(&mut self, file: &str, remark: impl std::fmt::Display) {
        self.count += 1;
        if self.first.len() < REMARKS {
            self.first.push(format!("{file}: {remark}"));
        }
    }

    /// An entry of a file, or all of it, cannot be read. `file` is what records of it are known by, `name` what people call it.
    fn unread(&mut self, file: &str, name: &str, why: impl std::fmt::Display) {
        self.unread.count += 1;
        self.unread.files.insert(file.to_string());
        if self.unread.first.len() < REMARKS {
            self.unread.first.push(format!("{name}: {why}"));
        }
    }

    /// A document is not read. One that is whole, and says something else than its feed is about, is passed over as a stranger
    /// of its folder, unless something is known of it from before.
    fn refused(&mut self, file: &str, name: &str, bytes: &[u8], why: impl std::fmt::Display) {
        match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
            Ok(_) => {
                self.unread.files.insert(file.to_string());
                self.push(name, why);
            }
            Err(_) => self.unread(file, name, why),
        }
    }

    /// Why nothing came of a feed of which nothing could be read.
    fn why_nothing(&self) -> &str {
        self.unread.first.first().or(self.first.first()).map_or("", String::as_str)
    }
}

/// Asks a feed.
///
/// # Errors
/// Why it cannot be taken.
pub fn ask(asking: &Asking<'_>) -> Result<Answer, Problem> {
    let mut memo = Memo::of(asking.feed, asking.memo.as_deref());
    let read = match asking.feed.format {
        FeedFormat::Csaf => csaf::ask,
        FeedFormat::UpdateInfo => updateinfo::ask,
        FeedFormat::Apt => apt::ask,
        _ => whole::ask,
    };
    Ok(match read(asking, &mut memo)? {
        None => Answer::Unchanged(memo.text()),
        Some(mut copy) => {
            copy.edition.memo = memo.text();
            Answer::New(Box::new(copy))
        }
    })
}

/// The newest date of what is read. One that has not come yet says nothing about how new it is: it is remarked, and not used.
struct Newest {
    at: Option<Moment>,
    now: Moment,
}

impl Newest {
    fn new(asking: &Asking<'_>) -> Newest {
        Newest { at: None, now: asking.now }
    }

    fn hear(&mut self, name: &str, at: Option<Moment>, remarks: &mut Remarks) {
        match at.filter(|at| at.is_ahead_of(self.now)) {
            Some(ahead) => {
                remarks.push(
                    name,
                    format!("it is dated {ahead}, which has not come yet; that date is not used"),
                );
            }
            None => self.at = self.at.max(at),
        }
    }

    /// A date as it is written; what is none is passed over.
    fn hear_text(&mut self, name: &str, text: Option<&str>, remarks: &mut Remarks) {
        self.hear(name, text.and_then(Moment::parse), remarks);
    }
}
