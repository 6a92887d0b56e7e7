//! What is wrong with what the user wrote, where, and what to do. Drawn by `report::diagnostic`.

use super::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet};

/// So many more places are shown at which the same is wrong.
const MOST_PLACES: usize = 4;

/// Whether it stops the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It does.
    Error,
    /// It does not.
    Warning,
}

/// What a complaint says is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// A variable.
    Variable,
    /// A local value.
    Local,
    /// A baseline.
    Baseline,
    /// A component.
    Component,
    /// A rollout.
    Rollout,
    /// A vendor.
    Vendor,
    /// A maintenance window.
    Window,
    /// A service.
    Service,
    /// A traffic block.
    Traffic,
    /// A provider, one of its aliases or kinds.
    Provider,
    /// A call of a module.
    Module,
    /// An output of a module.
    Output,
    /// A data block.
    Data,
    /// Something within the block around this place.
    Within(Span),
}

/// One complaint about the user's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether it stops the command.
    pub severity: Severity,
    /// What is wrong, in one line without a full stop.
    pub summary: String,
    /// Why, with the values concerned; may be empty.
    pub detail: String,
    /// The exact expression, and a few words to stand under its caret (may be empty).
    pub primary: Option<(Span, String)>,
    /// Related places: a first definition, the edges of a cycle.
    pub related: Vec<(Span, String)>,
    /// Values of the references in the failing expression: `var.port` is `"http"`.
    pub values: Vec<(String, String)>,
    /// The instance in which it was found; empty where its text has only one.
    pub address: String,
    /// In how many more instances it was found.
    pub others: usize,
    /// What to do next; may be empty.
    pub help: String,
    /// What it says is not there: then it may only follow from a text that could not be read.
    pub absence: Option<Absence>,
    /// What means nothing on its account: what else is wrong there only follows from it.
    pub moot: Vec<Span>,
    /// Whether `detail` is the author's of the configuration: then it is shown as it is written.
    pub quotes: bool,
    /// Whether it only says that something stands twice: then nothing was lost on its account.
    pub repeats: bool,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(summary: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Error,
            summary: summary.into(),
            detail: String::new(),
            primary: None,
            related: Vec::new(),
            values: Vec::new(),
            address: String::new(),
            others: 0,
            help: String::new(),
            absence: None,
            moot: Vec::new(),
            quotes: false,
            repeats: false,
        }
    }

    /// A warning without a place yet.
    pub fn warning(summary: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(summary) }
    }

    /// Points at `span`, with `label` under the caret.
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.primary = Some((span, label.into()));
        self
    }

    /// Says why, in the words of the configuration's author.
    pub fn quoting(mut self, words: impl Into<String>) -> Self {
        (self.detail, self.quotes) = (words.into(), true);
        self
    }

    /// Says why.
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Adds a related place.
    pub fn and(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Shows the value of a reference.
    pub fn with_value(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.push((name.into(), value.into()));
        self
    }

    /// Says that something is not there.
    pub fn absent(mut self, what: Absence) -> Self {
        self.absence = Some(what);
        self
    }

    /// Says that what stands at these places means nothing.
    pub fn making_moot(mut self, places: impl IntoIterator<Item = Span>) -> Self {
        self.moot = places.into_iter().collect();
        self
    }

    /// Says that something stands twice.
    pub fn repeated(mut self) -> Self {
        self.repeats = true;
        self
    }

    /// Says that the same is wrong at other places, too: the first one in the text is what it is told of.
    pub fn also_at(mut self, mut places: Vec<Span>) -> Self {
        if let Some((at, _)) = &mut self.primary {
            places.push(*at);
            places.sort_by_key(|place| (place.file, place.start));
            places.dedup();
            *at = places.remove(0);
        }
        let more = places.len().saturating_sub(MOST_PLACES);
        let shown = places.into_iter().take(MOST_PLACES);
        self.related.extend(shown.map(|at| (at, "here, too".to_string())));
        if let Some((_, last)) = self.related.last_mut().filter(|_| more > 0) {
            let s = if more == 1 { "" } else { "s" };
            *last = format!("here, too, and at {more} more place{s}");
        }
        self
    }

    /// Whether it says the same as another one, of another place.
    pub fn says_as(&self, other: &Diagnostic) -> bool {
        let anywhere = |one: &Diagnostic| {
            let nowhere = Span::new(FileId(0), 0, 0);
            let primary = one.primary.as_ref().map(|(_, label)| (nowhere, label.clone()));
            Diagnostic { primary, ..one.clone() }
        };
        self.summary == other.summary && anywhere(self) == anywhere(other)
    }

    /// Offers the next move.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

/// All complaints of one stage, in the order found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Leaves each once: the same words at the same place tell nothing more, however often they are found there.
    pub fn once(&mut self) {
        let mut said = BTreeSet::new();
        self.0.retain(|one| {
            let place = one.primary.as_ref().map(|(at, _)| (at.file.0, at.start, at.end));
            said.insert((
                place,
                one.summary.clone(),
                one.detail.clone(),
                one.values.clone(),
                one.help.clone(),
            ))
        });
    }

    /// Leaves out what is wrong where another one says that nothing means anything.
    pub fn drop_moot(&mut self) {
        let moot: Vec<Span> = self.0.iter().flat_map(|one| one.moot.iter().copied()).collect();
        let is_moot = |at: &Span| {
            moot.iter().any(|place| place.file == at.file && place.start <= at.start && at.end <= place.end)
        };
        self.0.retain(|one| !one.primary.as_ref().is_some_and(|(at, _)| is_moot(at)));
    }

    /// Tells once what is not there, with the other places that name it. `scope`: where in a file a name means the same.
    pub fn gather_absent<S: Ord>(&mut self, scope: impl Fn(FileId) -> S) {
        let mut first: BTreeMap<(S, String, String), usize> = BTreeMap::new();
        let mut kept: Vec<(Diagnostic, Vec<Span>)> = Vec::with_capacity(self.0.len());
        for one in self.0.drain(..) {
            let named = !matches!(one.absence, None | Some(Absence::Within(_)));
            if let Some((at, _)) = one.primary.as_ref().filter(|_| named) {
                // Of two modules that lack the same variable each has others.
                let cause = (scope(at.file), one.summary.clone(), one.help.clone());
                let number = *first.entry(cause).or_insert(kept.len());
                if let Some((_, places)) = kept.get_mut(number) {
                    places.push(*at);
                    continue;
                }
            }
            kept.push((one, Vec::new()));
        }
        self.0 = kept.into_iter().map(|(one, places)| one.also_at(places)).collect();
    }

    /// Whether one of them stops the command.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(one: Diagnostic) -> Self {
        Diagnostics(vec![one])
    }
}
