//! A profile: the rows of one rule book.

use super::clock::Event;
use super::condition::Condition;

/// A rule book as a table. Rows are asked in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// As it is named in a configuration, such as `bod-26-04`.
    pub name: String,
    /// As a person calls it.
    pub title: String,
    /// Who rules so, and where.
    pub source: String,
    /// The table.
    pub rows: Vec<Row>,
}

/// A row of a profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is about, such as `critical`; unique within its profile.
    pub name: String,
    /// All of these hold.
    pub when: Vec<Condition>,
    /// Then it has to be gone within this term,
    pub within: Term,
    /// which runs from the last of these events.
    pub from: Vec<Event>,
    /// What has to be done besides, such as a forensic triage.
    pub also: Option<String>,
}

/// How long a row gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// So many days after the start.
    Days(u16),
    /// So many months after the start: the same day of the month, or its last.
    Months(u8),
    /// Until the day that KEV names.
    Listed,
    /// With the next upgrade or rebuild that is planned anyway.
    NextUpgrade,
    /// The rule book leaves it to those who follow it, and nobody has filled it in.
    Open,
}

/// A profile has no open row of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the policy {profile} has no row `{row}` to fill in; it has {}", open.join(", "))]
pub struct NoOpenRow {
    /// The profile.
    pub profile: String,
    /// The row that was named.
    pub row: String,
    /// The rows that are open.
    pub open: Vec<String>,
}

impl Profile {
    /// The profile with a term for a row that its rule book leaves open.
    ///
    /// # Errors
    ///
    /// No such row, or its term stands in the rule book and is not ours to change.
    pub fn filled(mut self, row: &str, term: Term) -> Result<Profile, NoOpenRow> {
        let open = self.rows.iter_mut().find(|known| known.name == row && known.within == Term::Open);
        match open {
            Some(open) => open.within = term,
            None => return Err(self.no_open_row(row)),
        }
        Ok(self)
    }

    /// The names of the rows that nobody has filled in.
    #[must_use]
    pub fn open(&self) -> Vec<&str> {
        self.rows.iter().filter(|row| row.within == Term::Open).map(|row| row.name.as_str()).collect()
    }

    fn no_open_row(&self, row: &str) -> NoOpenRow {
        let open = self.open().into_iter().map(String::from).collect();
        NoOpenRow { profile: self.name.clone(), row: row.to_string(), open }
    }
}
