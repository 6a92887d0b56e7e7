//! The words for a finding that several forms of an assessment share.

use crate::finding::{Found, Target};
use crate::report::size;
use crate::report::style::Tint;
use patchform_advisory::policy::{Deadline, Due, Standing};
use patchform_advisory::priority::Priority;

/// Until when, in a few words; empty where no policy says anything.
pub(super) fn due(found: &Found<'_>) -> String {
    let days = |days: i32| size::counted(usize::try_from(days).unwrap_or(0), "day");
    match (found.judged.standing, found.judged.deadline.as_ref()) {
        (Some(Standing::Overdue { days: over }), _) => format!("overdue by {}", days(over)),
        (Some(Standing::Due { days_left: 0 }), _) => "today".to_string(),
        (Some(Standing::Due { days_left }), _) => format!("in {}", days(days_left)),
        (Some(Standing::Excepted), _) => match found.judged.exception {
            Some(exception) => format!("let pass until {}", exception.expires()),
            None => "let pass".to_string(),
        },
        (_, Some(deadline)) => undated(deadline.due).to_string(),
        (_, None) => String::new(),
    }
}

/// Where its package has to go; why it cannot go anywhere is no version.
pub(super) fn target(target: &Target<'_>) -> String {
    if target.is_fixed() { target.to_string() } else { format!("nowhere: {target}") }
}

/// Which exception lets it pass, until when and why; none where it counts.
pub(super) fn passes(found: &Found<'_>) -> Option<String> {
    let exception = found.judged.exception.filter(|_| found.judged.is_excepted())?;
    Some(format!("{}, until {}: {}", exception.name(), exception.expires(), exception.justification()))
}

fn undated(due: Due) -> &'static str {
    match due {
        Due::On { .. } => "",
        Due::NextUpgrade => "with the next upgrade",
        Due::NoFix => "waits for a fix",
        Due::Undated => "no day: nothing is dated",
        Due::Open => "no term is set",
    }
}

/// One word for programs.
pub(super) fn standing(found: &Found<'_>) -> &'static str {
    match found.judged.standing {
        Some(Standing::Overdue { .. }) => "overdue",
        Some(Standing::Due { .. }) => "due",
        Some(Standing::Excepted) => "excepted",
        Some(Standing::Met | Standing::MetLate { .. }) => "met",
        Some(Standing::Undated) => "undated",
        None => "no_policy",
    }
}

/// The last day in time.
pub(super) fn day(found: &Found<'_>) -> Option<String> {
    found.judged.deadline.as_ref().and_then(Deadline::day).map(|day| day.to_string())
}

pub(super) fn tint(priority: Priority) -> Tint {
    match priority {
        Priority::Critical => Tint::Bad,
        Priority::High => Tint::Change,
        Priority::Medium => Tint::Plain,
        Priority::Low => Tint::Dim,
    }
}

pub(super) fn due_tint(found: &Found<'_>) -> Tint {
    match found.judged.standing {
        Some(Standing::Overdue { .. }) => Tint::Bad,
        Some(Standing::Due { days_left }) if days_left <= 3 => Tint::Change,
        _ => Tint::Plain,
    }
}
