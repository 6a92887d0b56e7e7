//! What `collect` shows: how every feed stands, what is new in it, and what is wrong.

use super::page::Page;
use super::size;
use super::style::{Piece, Style, Tint, plain, tinted};
use super::table::Table;
use crate::model::{Moment, period};
use serde::Serialize;
use std::time::Duration;

/// A feed that was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedView {
    /// As the configuration calls it.
    pub name: String,
    /// How it is read.
    pub format: &'static str,
    /// Where it comes from, without secrets.
    pub origin: String,
    /// What came of asking it.
    pub outcome: Outcome,
    /// How many entries its last good copy has; none where there is no copy.
    pub records: Option<u64>,
    /// How many of them are withdrawn or rejected.
    pub withdrawn: u64,
    /// What the publisher calls that copy.
    pub edition: Option<String>,
    /// When that was published.
    pub edition_at: Option<Moment>,
    /// Until when the publisher vouches for it.
    pub expires: Option<Moment>,
    /// The model of its numbers.
    pub model: Option<String>,
    /// What vouches for it; empty: nothing.
    pub proof: String,
    /// Its SHA-256.
    pub sha256: Option<String>,
    /// When it was taken.
    pub fetched: Option<Moment>,
    /// When its source answered well the last time.
    pub checked: Option<Moment>,
    /// How old what is known is.
    pub age: Option<Duration>,
    /// From which age on it is stale.
    pub max_age: Option<Duration>,
    /// Why it is stale; none where it is not.
    pub stale: Option<String>,
    /// How many entries of the copy could not be read: what is known of them counts on.
    pub unread: u64,
    /// The first of them, and why.
    pub first_unread: Vec<String>,
    /// Entries of the copy that went back in time, with both dates: those that are held are kept.
    pub older: Vec<String>,
    /// How many remarks its reader made.
    pub remarked: u64,
    /// The first of them, of a copy that is new.
    pub remarks: Vec<String>,
}

/// What came of asking a feed.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A new copy, and what is new in it.
    Taken {
        /// Entries that were not there before.
        new: u64,
        /// Entries that say something else.
        changed: u64,
        /// Entries that were taken back.
        withdrawn: u64,
        /// Entries that are no longer there.
        gone: u64,
    },
    /// Nothing is new.
    Unchanged,
    /// It is in the bundle, with so many entries.
    Kept {
        /// Entries.
        records: u64,
    },
    /// The bundle has nothing of it.
    Absent,
    /// It could not be taken; the last good copy is kept.
    Failed {
        /// What is wrong.
        problem: String,
        /// What to do next.
        hint: Option<String>,
    },
}

impl FeedView {
    /// A feed of which nothing is known yet.
    pub fn new(name: String, format: &'static str, origin: String) -> FeedView {
        FeedView {
            name,
            format,
            origin,
            outcome: Outcome::Absent,
            records: None,
            withdrawn: 0,
            edition: None,
            edition_at: None,
            expires: None,
            model: None,
            proof: String::new(),
            sha256: None,
            fetched: None,
            checked: None,
            age: None,
            max_age: None,
            stale: None,
            unread: 0,
            first_unread: Vec::new(),
            older: Vec::new(),
            remarked: 0,
            remarks: Vec::new(),
        }
    }

    fn state(&self) -> Piece {
        match (&self.outcome, self.stale.is_some()) {
            (Outcome::Failed { .. }, _) if self.records.is_some() => {
                tinted(Tint::Bad, "failed, last copy kept")
            }
            (Outcome::Failed { .. }, _) => tinted(Tint::Bad, "failed"),
            (Outcome::Taken { .. }, _) if self.unread > 0 || !self.older.is_empty() => {
                tinted(Tint::Bad, "new copy, incomplete")
            }
            (Outcome::Taken { .. }, true) => tinted(Tint::Change, "new copy, stale"),
            (Outcome::Unchanged, true) => tinted(Tint::Change, "nothing new, stale"),
            (Outcome::Kept { .. }, _) => tinted(Tint::Good, "in the bundle"),
            (Outcome::Absent, _) => tinted(Tint::Change, "not in the bundle"),
            (Outcome::Unchanged, _) => plain("nothing new"),
            (Outcome::Taken { .. }, _) => tinted(Tint::Good, "new copy"),
        }
    }

    fn cells(&self) -> Vec<Piece> {
        let number = |n: u64| if n == 0 { tinted(Tint::Dim, "0") } else { plain(count(n)) };
        let none = || tinted(Tint::Dim, "-");
        let (new, changed, withdrawn, gone) = match self.outcome {
            Outcome::Taken { new, changed, withdrawn, gone } => {
                (number(new), number(changed), number(withdrawn), number(gone))
            }
            _ => (none(), none(), none(), none()),
        };
        let records = match self.outcome {
            Outcome::Kept { records } => Some(records),
            _ => self.records,
        };
        vec![
            tinted(Tint::Bold, &self.name),
            plain(self.format),
            records.map_or_else(none, |records| plain(count(records))),
            new,
            changed,
            withdrawn,
            gone,
            self.age.map_or_else(none, |age| plain(about(age))),
            self.state(),
        ]
    }
}

/// How many remarks of a feed are shown.
const SHOWN: usize = 3;

/// Draws the feeds as a table, then what is to be known of some of them.
pub fn text(feeds: &[FeedView], style: Style) -> String {
    let mut page = Page::new(style);
    let mut table = Table::new(&[
        "feed",
        "format",
        ">entries",
        ">new",
        ">changed",
        ">withdrawn",
        ">gone",
        ">age",
        "state",
    ]);
    feeds.iter().for_each(|feed| table.row(feed.cells()));
    table.draw(&mut page, 0);
    for feed in feeds {
        told(&mut page, feed);
    }
    page.finish()
}

/// What is wrong with a feed, or odd.
fn told(page: &mut Page, feed: &FeedView) {
    let name = tinted(Tint::Bold, format!("{}: ", feed.name));
    if let Outcome::Failed { problem, hint } = &feed.outcome {
        page.blank();
        page.line(0, 2, &[name.clone(), tinted(Tint::Bad, problem)]);
        if let Some(hint) = hint {
            page.line(2, 4, &[tinted(Tint::Command, "help: "), plain(hint)]);
        }
        if let (Some(records), Some(fetched)) = (feed.records, feed.fetched) {
            let entries = if records == 1 { "entry" } else { "entries" };
            let kept =
                format!("Its last good copy counts still: {} {entries}, taken {fetched}.", count(records));
            page.line(2, 2, &[plain(kept)]);
        }
    }
    if feed.outcome == Outcome::Absent {
        page.blank();
        page.line(
            0,
            2,
            &[name.clone(), plain("the bundle has nothing of it; what is known of it counts on.")],
        );
        let help = "look at what `collect --export` said there; `--feed NAME` reads only what the bundle has";
        page.line(2, 4, &[tinted(Tint::Command, "help: "), plain(help)]);
    }
    if let Some(why) = &feed.stale {
        page.blank();
        page.line(0, 2, &[name.clone(), plain(format!("stale: {why}."))]);
    }
    if feed.unread > 0 {
        page.blank();
        let (many, of) = match feed.unread {
            1 => ("1 entry".to_string(), "it"),
            many => (format!("{} entries", count(many)), "them"),
        };
        let what = format!("{many} cannot be read; what is known of {of} counts on.");
        page.line(0, 2, &[name.clone(), tinted(Tint::Bad, what)]);
        first(page, &feed.first_unread, feed.unread);
        let help = "each `collect` reads them again; where they stay so, their publisher has to mend them";
        page.line(2, 4, &[tinted(Tint::Command, "help: "), plain(help)]);
    }
    if !feed.older.is_empty() {
        page.blank();
        let (many, kept) = match feed.older.len() {
            1 => ("1 entry".to_string(), "the newer one is kept"),
            many => (format!("{} entries", size::count(many)), "the newer ones are kept"),
        };
        let what = format!("{many} went back in time; {kept}.");
        page.line(0, 2, &[name.clone(), tinted(Tint::Bad, what)]);
        first(page, &feed.older, feed.older.len() as u64);
        let help = format!(
            "somebody may be serving old copies; if they are right, take them by order: patchform collect --accept-older {}",
            feed.name
        );
        page.line(2, 4, &[tinted(Tint::Command, "help: "), plain(help)]);
    }
    if !feed.remarks.is_empty() {
        page.blank();
        let many = size::counted(usize::try_from(feed.remarked).unwrap_or(usize::MAX), "remark");
        page.line(
            0,
            2,
            &[name, plain(format!("{many} of its reader; the entries that can be read are taken."))],
        );
        first(page, &feed.remarks, feed.remarked);
    }
}

/// The first of many, and how many more there are.
fn first(page: &mut Page, all: &[String], many: u64) {
    for one in all.iter().take(SHOWN) {
        page.line(2, 4, &[tinted(Tint::Dim, one)]);
    }
    let shown = all.len().min(SHOWN) as u64;
    if many > shown {
        let more = format!("{} more; --json has more of them", count(many - shown));
        page.line(2, 4, &[tinted(Tint::Dim, more)]);
    }
}

/// An age in its largest unit: `3d`, `5h`, `12m`, `0s`.
fn about(age: Duration) -> String {
    let seconds = age.as_secs();
    let unit = [86_400, 3600, 60, 1].into_iter().find(|unit| seconds >= *unit).unwrap_or(1);
    match seconds / unit * unit {
        0 => "0s".to_string(),
        whole => period::show(Duration::from_secs(whole)),
    }
}

fn count(n: u64) -> String {
    size::count(usize::try_from(n).unwrap_or(usize::MAX))
}

#[derive(Serialize)]
struct Document<'a> {
    format_version: u32,
    feeds: Vec<Feed<'a>>,
    gone: &'a [String],
    kept: &'a [&'a str],
    strange: &'a [String],
}

#[derive(Serialize)]
struct Feed<'a> {
    name: &'a str,
    format: &'static str,
    source: &'a str,
    outcome: &'static str,
    new: Option<u64>,
    changed: Option<u64>,
    withdrawn_now: Option<u64>,
    gone: Option<u64>,
    problem: Option<&'a str>,
    help: Option<&'a str>,
    entries: Option<u64>,
    withdrawn: u64,
    edition: Option<&'a str>,
    published: Option<String>,
    expires: Option<String>,
    model: Option<&'a str>,
    proof: Option<&'a str>,
    sha256: Option<&'a str>,
    fetched: Option<String>,
    checked: Option<String>,
    age_ms: Option<u128>,
    max_age_ms: Option<u128>,
    stale: bool,
    unread: u64,
    first_unread: &'a [String],
    older: &'a [String],
    remarks: u64,
    first_remarks: &'a [String],
}

/// The feeds as one document for programs.
pub fn json(feeds: &[FeedView], gone: &[String], kept: &[&str], strange: &[String]) -> String {
    let feeds = feeds.iter().map(Feed::of).collect();
    let document = Document { format_version: 1, feeds, gone, kept, strange };
    // Only strings as keys: serialising into memory cannot fail.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

impl<'a> Feed<'a> {
    fn of(view: &'a FeedView) -> Feed<'a> {
        let moment = |at: Option<Moment>| at.map(|at| at.to_string());
        let (outcome, counts, wrong, kept) = match &view.outcome {
            Outcome::Taken { new, changed, withdrawn, gone } => {
                ("new", Some((*new, *changed, *withdrawn, *gone)), None, None)
            }
            Outcome::Unchanged => ("unchanged", None, None, None),
            Outcome::Kept { records } => ("kept", None, None, Some(*records)),
            Outcome::Absent => ("absent", None, None, None),
            Outcome::Failed { problem, hint } => ("failed", None, Some((problem, hint)), None),
        };
        Feed {
            name: &view.name,
            format: view.format,
            source: &view.origin,
            outcome,
            new: counts.map(|counts| counts.0),
            changed: counts.map(|counts| counts.1),
            withdrawn_now: counts.map(|counts| counts.2),
            gone: counts.map(|counts| counts.3),
            problem: wrong.map(|(problem, _)| problem.as_str()),
            help: wrong.and_then(|(_, hint)| hint.as_deref()),
            entries: kept.or(view.records),
            withdrawn: view.withdrawn,
            edition: view.edition.as_deref(),
            published: moment(view.edition_at),
            expires: moment(view.expires),
            model: view.model.as_deref(),
            proof: Some(view.proof.as_str()).filter(|proof| !proof.is_empty()),
            sha256: view.sha256.as_deref(),
            fetched: moment(view.fetched),
            checked: moment(view.checked),
            age_ms: view.age.map(|age| age.as_millis()),
            max_age_ms: view.max_age.map(|age| age.as_millis()),
            stale: view.stale.is_some(),
            unread: view.unread,
            first_unread: &view.first_unread,
            older: &view.older,
            remarks: view.remarked,
            first_remarks: &view.remarks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(name: &str, outcome: Outcome) -> FeedView {
        FeedView {
            outcome,
            records: Some(1404),
            age: Some(Duration::from_secs(3700)),
            max_age: Some(Duration::from_secs(14 * 86_400)),
            fetched: Moment::parse("2026-11-26T02:40:00Z"),
            ..FeedView::new(name.to_string(), "kev", "https://feeds.example/kev.json".to_string())
        }
    }

    #[test]
    fn a_person_sees_what_is_new_and_what_is_wrong() {
        let remarks = vec!["all.zip: line 3: no id".to_string(); 5];
        let mut taken = view("cisa", Outcome::Taken { new: 3, changed: 27, withdrawn: 1, gone: 0 });
        (taken.remarks, taken.remarked) = (remarks, 5);
        let failed = Outcome::Failed {
            problem: "it shrank from 10 to 2 entries".into(),
            hint: Some("do that".into()),
        };
        let mut torn = view("torn", Outcome::Taken { new: 0, changed: 0, withdrawn: 0, gone: 0 });
        (torn.first_unread, torn.unread) = (vec!["b.json: line 1: it ends too early".to_string(); 4], 4);
        let mut stale = view("old", Outcome::Unchanged);
        stale.stale = Some("it was published long ago".to_string());
        stale.age = Some(Duration::from_secs(20 * 86_400));
        let text = text(&[taken, torn, view("broken", failed), stale], Style::plain(110));
        insta::assert_snapshot!(text);
    }

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let told = [0, 59, 3_599, 3_600, 90_000, 8_640_000].map(|s| about(Duration::from_secs(s)));
        assert_eq!(told, ["0s", "59s", "59m", "1h", "1d", "100d"]);
    }
}
