//! A run from its journal, from the first event to how it stands, as text or as JSON.

use super::run_json;
use super::run_standing::{Times, view};
use super::run_text::{RunText, Telling, whole_ending};
use super::style::Style;
use crate::model::Moment;
use crate::plan::Plan;
use crate::run::Run;
use crate::run::event::Event;

/// How a story is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text {
        /// How to draw.
        style: Style,
        /// Seconds east of UTC for the times of day.
        offset: i32,
    },
    /// For programs: one object a line.
    Json,
}

/// Every event of run `id` of `plan`.
pub fn events(plan: &Plan, id: &str, events: &[Event], form: Form) -> String {
    match form {
        Form::Json => events.iter().map(|event| run_json::event(plan, id, event)).collect(),
        Form::Text { style, offset } => {
            let mut lines = RunText::new(id, Telling::Story, style, offset);
            events.iter().map(|event| lines.event(plan, event)).collect()
        }
    }
}

/// How `run` stands after its `events`.
pub fn end(plan: &Plan, run: &Run, events: &[Event], form: Form) -> String {
    let mut times = Times::default();
    events.iter().for_each(|event| times.see(event));
    let at = |event: Option<&Event>| event.map_or(plan.made, |e| e.at);
    let (first, last): (Moment, Moment) = (at(events.first()), at(events.last()));
    let view = view(plan, run, &times, first, last);
    match form {
        Form::Json => run_json::outcome(plan, &view),
        Form::Text { style, .. } => format!("\n{}", whole_ending(plan, &view, style)),
    }
}
