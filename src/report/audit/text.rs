//! A check of a run's chain, for people: the verdict first, then what it rests on.

use super::{Audit, Break, Recorded};
use crate::report::page::Page;
use crate::report::size;
use crate::report::style::{Style, Tint, plain, tinted};

/// Column of the values.
const COLUMN: usize = 10;
/// Segments beyond this are counted, not listed.
const FEW: usize = 20;

/// Draws it. Times are in UTC, as they stand in the journal.
pub fn draw(audit: &Audit, style: Style) -> String {
    let mut page = Page::new(style);
    let (tint, verdict) = match &audit.broken {
        None => (Tint::Good, "its chain is intact"),
        Some(_) => (Tint::Bad, "its chain is broken"),
    };
    page.line(0, 2, &[plain(format!("Run {}: ", audit.run)), tinted(tint, verdict), plain(".")]);
    page.blank();
    if let Some(broken) = &audit.broken {
        break_lines(&mut page, broken);
        page.blank();
    }
    checked(&mut page, audit);
    page.blank();
    page.line(0, 0, &[plain(conclusion(audit))]);
    page.finish()
}

fn break_lines(page: &mut Page, broken: &Break) {
    let place = match broken.line {
        Some(line) => format!("{}, line {line}", broken.file),
        None => broken.file.clone(),
    };
    page.labelled(2, COLUMN, "where", &[tinted(Tint::Bad, place)]);
    page.labelled(2, COLUMN, "what", &[plain(broken.why.as_str())]);
    page.labelled(2, COLUMN, "means", &[plain(broken.means.as_str())]);
}

fn checked(page: &mut Page, audit: &Audit) {
    if let Some(plan) = &audit.plan {
        page.labelled(2, COLUMN, "plan", &[plain(format!("sha256 {plan}"))]);
    }
    let lines =
        format!("{} in {}", counted(audit.lines, "line"), counted(audit.segments.len() as u64, "segment"));
    let upto = if audit.is_intact() { lines } else { format!("{lines}, proved up to the break") };
    page.labelled(2, COLUMN, "journal", &[plain(upto)]);
    for segment in audit.segments.iter().take(FEW) {
        let text =
            format!("{}: {}, {}", segment.file, counted(segment.lines, "line"), size::bytes(segment.bytes));
        page.labelled(2, COLUMN, "", &[plain(text)]);
    }
    if audit.segments.len() > FEW {
        page.labelled(2, COLUMN, "", &[plain(format!("and {} more", audit.segments.len() - FEW))]);
    }
    if let Some((first, last)) = audit.between {
        page.labelled(2, COLUMN, "from", &[plain(format!("{first} to {last}"))]);
    }
    if let Some(head) = &audit.head {
        page.labelled(2, COLUMN, "head", &[plain(format!("sha256 {head}"))]);
    }
    page.labelled(2, COLUMN, "state", &[plain(recorded(&audit.record))]);
    for notice in &audit.notices {
        page.labelled(2, COLUMN, "note", &[plain(notice.as_str())]);
    }
}

fn counted(n: u64, one: &str) -> String {
    size::counted(usize::try_from(n).unwrap_or(usize::MAX), one)
}

fn recorded(record: &Recorded) -> String {
    match record {
        Recorded::Agrees => "holds the same number of lines and the same head".into(),
        Recorded::NotYet => "the run is open: its head is recorded when it ends".into(),
        Recorded::Missing => "has no record of this run, so that its head is proved by nothing".into(),
        Recorded::Unreadable(why) => format!("cannot be read, so that the head is proved by nothing: {why}"),
        Recorded::LetGo { lines: 0 } => format!("the run was let go of when {}", could_be_read(0)),
        Recorded::LetGo { lines } => {
            format!("the run was let go of when {}, which are these", could_be_read(*lines))
        }
        Recorded::Differs => "holds another end of this journal".into(),
    }
}

/// How much of a journal could be read when its run was let go of.
pub fn could_be_read(lines: u64) -> String {
    match lines {
        0 => "nothing of its journal could be read".into(),
        _ => format!("no more of its journal could be read than its first {}", counted(lines, "line")),
    }
}

fn conclusion(audit: &Audit) -> &'static str {
    match (&audit.broken, &audit.record) {
        (Some(_), _) => {
            "What stands before the break is as it was written; nothing behind it can be relied on."
        }
        (None, Recorded::Agrees) => {
            "Every line follows the one before it, and the last one is the one that the state recorded at the run's end."
        }
        (None, Recorded::NotYet) => {
            "Every line so far follows the one before it. Lines that were taken off the end would not be noticed before \
             the run ends."
        }
        (None, Recorded::LetGo { .. }) => {
            "Every line follows the one before it. What stands behind those that the state recorded could not be read when \
             the run was let go of, and was put back since: whether lines were taken off its end cannot be told."
        }
        (None, _) => {
            "Every line follows the one before it. Whether lines were taken off the end cannot be told without the head: \
             compare it with a copy that was kept elsewhere."
        }
    }
}
