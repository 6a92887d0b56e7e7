//! A run that was let go of although its plan or journal cannot be read to its end: what a person is told of what it left.

use super::page::Page;
use super::size;
use super::style::{Style, Tint, plain, tinted};
use crate::model::Address;

/// What is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetGo {
    /// Its id.
    pub id: String,
    /// What cannot be read.
    pub why: String,
    /// Its components, as far as they are known, and what is taken as still to be done there, in words.
    pub left: Vec<(Address, &'static str)>,
    /// The levels that are given up there, and why.
    pub given_up: Vec<(Address, String)>,
    /// How many of its snapshots only lines behind the damage tell of.
    pub unproved: usize,
    /// Whether the state knows the levels that it put there, so that it can be taken back.
    pub known: bool,
    /// Why the state could not take that in; `None` where it did.
    pub unnoted: Option<String>,
}

impl LetGo {
    /// Of which nothing more is known than what cannot be read.
    pub fn of(id: &str, why: String) -> LetGo {
        let (left, given_up) = (Vec::new(), Vec::new());
        LetGo { id: id.into(), why, left, given_up, unproved: 0, known: false, unnoted: None }
    }
}

/// Draws it.
pub fn let_go(run: &LetGo, style: Style) -> String {
    let mut page = Page::new(style);
    let id = &run.id;
    page.line(
        0,
        2,
        &[plain(format!("Run {id} holds nothing any more. What it did to its end is not known."))],
    );
    page.line(0, 2, &[tinted(Tint::Change, read_each(run))]);
    for (address, steps) in &run.left {
        page.line(2, 4, &[tinted(Tint::Bold, format!("{address}  ")), plain(*steps)]);
    }
    if run.unnoted.is_none() {
        noted(&mut page, run);
    }
    page.blank();
    page.line(0, 2, &[plain("What stands there now: "), tinted(Tint::Command, "patchform plan")]);
    if run.known && run.unnoted.is_none() {
        let back = tinted(Tint::Command, format!("patchform rollback {id}"));
        page.line(0, 2, &[plain("To take back what it put there: "), back]);
    }
    page.finish()
}

/// What the state took in beside.
fn noted(page: &mut Page, run: &LetGo) {
    for (address, why) in &run.given_up {
        page.line(0, 2, &[tinted(Tint::Bold, format!("{address}  ")), plain(why.as_str())]);
        let allow = tinted(Tint::Command, format!("patchform allow {}", address.quoted()));
        page.line(2, 4, &[plain("To let it be tried again: "), allow]);
    }
    if run.unproved > 0 {
        let told = format!(
            "{} of it can be restored, but only lines behind the damage tell of that: ",
            size::counted(run.unproved, "snapshot")
        );
        page.line(0, 2, &[plain(told), tinted(Tint::Command, "patchform snapshot list")]);
    }
}

fn read_each(run: &LetGo) -> String {
    match &run.unnoted {
        _ if run.left.is_empty() => {
            "Nothing is known of its components: read each component, and look with the plan.".into()
        }
        None => "Read each of these components. This is taken as still to be done there, and the next plan does it:".into(),
        Some(why) => format!(
            "Read each of these components, and see by hand that this is done there: the state could not take it in ({why})."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_to_be_done_and_by_whom() {
        let left = vec![("command.a".parse().unwrap(), "patch, reload and verify")];
        let mut run = LetGo { left, known: true, ..LetGo::of("r1", String::new()) };
        let told = let_go(&run, Style::plain(100));
        assert!(told.contains("the next plan does it:\n  command.a  patch, reload and verify\n"), "{told}");
        assert!(told.contains("patchform rollback r1"), "{told}");
        run.unnoted = Some("the disk is full".into());
        let told = let_go(&run, Style::plain(100));
        assert!(
            told.contains("by hand") && told.contains("(the disk is full)") && !told.contains("rollback"),
            "{told}"
        );
        run.left.clear();
        assert!(let_go(&run, Style::plain(100)).contains("read each component"));
    }
}
