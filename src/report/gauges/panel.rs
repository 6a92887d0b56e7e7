//! The gauges as lines of a terminal: few enough to be seen at once, each no wider than it is.

use super::{Available, Budget, Course, Gauges, Going, Hours, Split, Waves};
use crate::model::{Moment, period};
use crate::plan::Plan;
use crate::report::page::Page;
use crate::report::reason::name;
use crate::report::run_text::tint;
use crate::report::run_view::Stands;
use crate::report::size;
use crate::report::style::{Piece, Style, Tint, plain, tinted};
use crate::run::event::Leg;
use std::collections::BTreeMap;
use std::time::Duration;

/// What providers say of components while they are at work, and how much is done, from 0 to 100, where they know.
pub type Notes = BTreeMap<usize, (String, Option<u8>)>;

/// Hours that close later than this are not worth a line while everything fits.
const SOON: Duration = Duration::from_secs(24 * 60 * 60);
/// Most lines of what is told now and then.
const MOST_TOLD: usize = 12;
/// So many of a sort are shown.
const FEW: usize = 3;

/// At most `most` lines (at least 5), each at most as wide as the style says; the first one names the run, the last one counts.
/// `offset` says how many seconds the clocks here are ahead of UTC at a moment. Where there is no room for all, what is most
/// urgent stays.
pub fn panel(
    gauges: &Gauges<'_>,
    notes: &Notes,
    most: usize,
    style: Style,
    offset: &dyn Fn(Moment) -> i32,
) -> Vec<String> {
    let heading = clipped(&[tinted(Tint::Dim, format!("── run {} ──", gauges.run))], style);
    [heading].into_iter().chain(below(gauges, notes, most.max(5) - 1, style, offset)).collect()
}

/// All but the heading.
fn below(
    gauges: &Gauges<'_>,
    notes: &Notes,
    most: usize,
    style: Style,
    offset: &dyn Fn(Moment) -> i32,
) -> Vec<String> {
    let course = course(gauges, style);
    let room = most - 1 - course.len().min(3);
    let going = gauges.going.len();
    let kept = going.min((room / 2).max(1));
    // In the order in which they are drawn, and how urgent each is.
    let mut blocks: Vec<(usize, Vec<String>)> = Vec::new();
    blocks.extend(gauges.waves.iter().take(FEW).map(|waves| (1, wrapped(&of_waves(waves), style))));
    blocks.extend(of_budgets(&gauges.budgets).map(|pieces| (3, wrapped(&pieces, style))));
    blocks.extend(tightest(&gauges.services).into_iter().map(|s| (2, wrapped(&of_service(s), style))));
    let hours = gauges.hours.iter().filter(|h| speaks(h, gauges.now)).take(FEW);
    blocks.extend(hours.map(|h| (0, wrapped(&of_hours(h, gauges.now, offset), style))));
    let mut by_urgency: Vec<usize> = (0..blocks.len()).collect();
    by_urgency.sort_by_key(|k| blocks[*k].0);
    let mut left = room - kept;
    for k in by_urgency {
        match left.checked_sub(blocks[k].1.len()) {
            Some(rest) => left = rest,
            None => blocks[k].1.clear(),
        }
    }
    let mut lines: Vec<String> = blocks.into_iter().flat_map(|(_, lines)| lines).collect();
    lines.extend(at_work(gauges, notes, kept + left, style));
    lines.extend(course.into_iter().take(3));
    lines.push(total(gauges, style));
    lines
}

/// The same where nothing can be drawn over: the sum first, with the time of day, all else below.
pub fn told(gauges: &Gauges<'_>, notes: &Notes, style: Style, offset: &dyn Fn(Moment) -> i32) -> String {
    const INDENT: usize = 10;
    let narrow = Style { width: style.width.saturating_sub(INDENT), ..style };
    let mut lines = below(gauges, notes, MOST_TOLD, narrow, offset);
    let time = size::time_of_day(gauges.now, offset(gauges.now));
    let mut page = Page::new(style);
    page.line(0, INDENT, &[tinted(Tint::Dim, time)]);
    let mut text = page.finish().trim_end().to_string();
    text.push_str(&format!("  {}\n", lines.pop().unwrap_or_default()));
    for line in lines {
        text.push_str(&format!("{:INDENT$}{line}\n", ""));
    }
    text
}

fn at_work(gauges: &Gauges<'_>, notes: &Notes, room: usize, style: Style) -> Vec<String> {
    let going = &gauges.going;
    // One line too few is spent on saying how many are not shown.
    let shown = if going.len() <= room { going.len() } else { room.saturating_sub(1) };
    let one = |g: &Going| clipped(&of_going(gauges.plan, g, notes.get(&g.entry)), style);
    let mut lines: Vec<String> = going[..shown].iter().map(one).collect();
    if shown < going.len() && room > 0 {
        let more = format!("  … and {} more at work", size::count(going.len() - shown));
        lines.push(clipped(&[tinted(Tint::Dim, more)], style));
    }
    lines
}

fn of_going(plan: &Plan, going: &Going, note: Option<&(String, Option<u8>)>) -> Vec<Piece> {
    let sign = match going.leg {
        Leg::Back => tinted(Tint::Change, "  ↩ "),
        Leg::Forth => tinted(Tint::Info, "  ● "),
    };
    let time = match going.left {
        Some(left) => format!("{} left of {}", seconds(left), period::show(going.expected)),
        None if going.expected.as_secs() > 0 => {
            format!("{} of about {}", seconds(going.spent), seconds(going.expected))
        }
        None => seconds(going.spent),
    };
    let mut pieces = vec![
        sign,
        tinted(Tint::Bold, name(plan, going.entry)),
        plain(format!("  {}", going.step.name())),
        tinted(if is_long(going) { Tint::Change } else { Tint::Dim }, format!("  {time}")),
    ];
    let Some((message, percent)) = note else { return pieces };
    pieces.extend(percent.map(|percent| plain(format!("  {}%", percent.min(100)))));
    if !message.is_empty() {
        pieces.push(tinted(Tint::Dim, format!("  {message}")));
    }
    pieces
}

/// Whether it takes twice as long as expected.
fn is_long(going: &Going) -> bool {
    going.left.is_none() && going.expected.as_secs() > 0 && going.spent > going.expected.saturating_mul(2)
}

fn of_waves(waves: &Waves) -> Vec<Piece> {
    let Waves { name, waves: all, at } = waves;
    let wave = &all[*at];
    let canary = if wave.canary { ", canary" } else { "" };
    let later = match waves.later() {
        0 => String::new(),
        n => format!("; {} in later waves", size::count(n)),
    };
    vec![
        tinted(Tint::Bold, name),
        tinted(Tint::Info, format!("  wave {} of {}{canary}: ", at + 1, all.len())),
        plain(wave.split.words()),
        tinted(Tint::Dim, later),
    ]
}

impl Split {
    /// `2 of 5 done, 1 in progress, 1 watched (12s left), 1 restored`
    pub fn words(&self) -> String {
        let done =
            format!("{} of {} done", size::count(self.count(Stands::Committed)), size::count(self.all()));
        let mut words = vec![done];
        for (stands, n) in self.counts.iter().filter(|(s, _)| **s != Stands::Committed) {
            let n = if *stands == Stands::Forward { n.saturating_sub(self.watched) } else { *n };
            if n > 0 {
                words.push(format!("{} {}", size::count(n), stands.word()));
            }
        }
        if self.watched > 0 {
            words.push(format!("{} watched ({} left)", size::count(self.watched), seconds(self.soak_left)));
        }
        words.join(", ")
    }
}

/// All budgets on one line, those that are spent first.
fn of_budgets(budgets: &[Budget]) -> Option<Vec<Piece>> {
    let mut budgets: Vec<&Budget> = budgets.iter().collect();
    budgets.sort_by_key(|b| b.most.saturating_sub(b.used));
    let mut pieces = vec![tinted(Tint::Dim, "failures  ")];
    for (k, budget) in budgets.iter().take(FEW).enumerate() {
        let spent = budget.used >= budget.most;
        let comma = if k > 0 { ", " } else { "" };
        let told = if spent { ": nothing more begins" } else { "" };
        pieces.push(plain(format!("{comma}{} ", budget.rollout)));
        let tint = if spent { Tint::Bad } else { Tint::Plain };
        pieces.push(tinted(tint, format!("{} of {}{told}", budget.used, budget.most)));
    }
    if budgets.len() > FEW {
        pieces.push(tinted(Tint::Dim, format!(" … and {} more rollouts", size::count(budgets.len() - FEW))));
    }
    (!budgets.is_empty()).then_some(pieces)
}

/// The services that can spare the fewest.
fn tightest(services: &[Available]) -> Vec<&Available> {
    let mut all: Vec<&Available> = services.iter().collect();
    all.sort_by_key(|s| s.spare);
    all.truncate(FEW);
    all
}

fn of_service(service: &Available) -> Vec<Piece> {
    let Available { name, members, up, least, spare, ill } = service;
    let (up, members) = (size::count(*up), size::count(*members));
    let spare = match (*least, *spare) {
        (0, _) => plain(""),
        (least, 0) => tinted(Tint::Change, format!(", {least} must be: no more may be away")),
        (least, spare) => plain(format!(", {least} must be: {spare} more may be away")),
    };
    let mut pieces = vec![tinted(Tint::Bold, name), plain(format!("  {up} of {members} up")), spare];
    if let Some((first, others)) = ill.split_first() {
        let verb = if others.is_empty() { "is" } else { "are" };
        let more = if others.is_empty() {
            String::new()
        } else {
            format!(" and {} more", size::count(others.len()))
        };
        pieces.push(tinted(Tint::Change, format!("; {first}{more} {verb} ill")));
    }
    pieces
}

/// Whether hours are worth a line.
fn speaks(hours: &Hours<'_>, now: Moment) -> bool {
    hours.late > 0 || !hours.open || hours.until.is_some_and(|until| until.since(now) <= SOON)
}

fn of_hours(hours: &Hours<'_>, now: Moment, offset: &dyn Fn(Moment) -> i32) -> Vec<Piece> {
    // Of several blackouts those that hold then, or now: each begins at a time of its own.
    let then = if hours.open { hours.until } else { Some(now) };
    let holds = |at: Moment| {
        let held = hours.kept.blackouts.iter().filter(|blackout| blackout.times.is_open(at));
        held.map(|blackout| &*blackout.name).collect::<Vec<&str>>()
    };
    let held = then.map(holds).filter(|held| !held.is_empty());
    let (windows, blackouts) =
        (hours.kept.window_names(), held.unwrap_or_else(|| hours.kept.blackout_names()));
    let which = match (&windows[..], &blackouts[..]) {
        ([], blackouts) => format!("blackout {}", blackouts.join(", ")),
        (windows, _) => format!("window {}", windows.join(", ")),
    };
    let moment = |at: Moment| format!("{} ({} here)", hours.kept.told(at), size::date(at, offset(at)));
    let late = size::counted(hours.late, "component");
    let (when, late) = match (hours.open, hours.until) {
        (true, Some(until)) => {
            let left = seconds(until.since(now));
            let verb = if windows.is_empty() { "begins" } else { "closes" };
            let late = (hours.late > 0).then(|| format!("; {late} not begun will not start any more"));
            (format!("  {verb} in {left}, at {}", moment(until)), late)
        }
        (_, until) => {
            let until = until.map_or(String::new(), |until| format!(" until {}", moment(until)));
            let shut = if windows.is_empty() { "holds" } else { "is closed" };
            (format!("  {shut}{until}"), Some(format!("; {late} not begun will not start in this run")))
        }
    };
    let late = late.map_or(plain(""), |late| tinted(Tint::Change, late));
    vec![tinted(Tint::Bold, which), plain(when), late]
}

fn course(gauges: &Gauges<'_>, style: Style) -> Vec<String> {
    let (running, run) = (gauges.going.iter().filter(|g| g.left.is_none()).count(), gauges.run);
    let waits = match running {
        0 => "nothing is running".to_string(),
        1 => "1 running step ends first".to_string(),
        n => format!("{} running steps end first", size::count(n)),
    };
    let between = &gauges.between[..gauges.between.len().min(FEW)];
    let told = between.iter().map(|(i, how)| format!("{} {how}", name(gauges.plan, *i)));
    let more = gauges.between.len() - between.len();
    let more = (more > 0).then(|| format!("{} more likewise", size::count(more)));
    let told = told.chain(more).collect::<Vec<_>>().join(", ");
    let waits = if told.is_empty() { waits } else { format!("{waits}, and until then {told}") };
    let pieces = match &gauges.course {
        Course::Forth => return Vec::new(),
        Course::Paused => vec![
            tinted(Tint::Change, "Paused"),
            plain(format!(": nothing new begins, {waits}. To go on: ")),
            tinted(Tint::Command, format!("patchform run continue {run}")),
        ],
        Course::Stopping => vec![
            tinted(Tint::Change, "Stopping"),
            plain(format!(": nothing new begins, {waits}. A second Ctrl-C stops waiting for it")),
        ],
        Course::Halting(why) => vec![tinted(Tint::Change, "Halting"), plain(format!(" at {why}; {waits}"))],
        Course::Back => vec![tinted(Tint::Change, "Going back"), plain(": everything")],
        Course::Abandoned => vec![tinted(Tint::Change, "Abandoned"), plain(": it ends as it stands")],
    };
    wrapped(&pieces, style)
}

fn total(gauges: &Gauges<'_>, style: Style) -> String {
    let all: usize = gauges.counts.values().sum();
    let count = |stands| gauges.counts.get(&stands).copied().unwrap_or(0);
    let done = format!("{} of {} done", size::count(count(Stands::Committed)), size::count(all));
    let mut pieces = vec![tinted(Tint::Bold, done)];
    for stands in Stands::ALL {
        let n = count(stands);
        if n > 0 && !matches!(stands, Stands::Committed | Stands::Unchanged) {
            pieces.push(plain(", "));
            pieces.push(tinted(tint(stands), format!("{} {}", size::count(n), stands.word())));
        }
    }
    pieces.push(tinted(Tint::Dim, format!("  {}", seconds(gauges.elapsed))));
    clipped(&pieces, style)
}

/// Whole seconds, since smaller ones would only flicker.
fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0 => "0s".into(),
        whole => period::show(Duration::from_secs(whole)),
    }
}

/// A live line must stay one line: what does not fit is replaced by an ellipsis, and stands in the log in full.
fn clipped(pieces: &[Piece], style: Style) -> String {
    let mut page = Page::new(style);
    page.clipped(pieces);
    let mut line = page.finish();
    line.truncate(line.trim_end_matches('\n').len());
    line
}

/// What must be read in full goes on below.
fn wrapped(pieces: &[Piece], style: Style) -> Vec<String> {
    // A line that fills the last column would make some terminals begin another one.
    let mut page = Page::new(Style { width: style.width.saturating_sub(1), ..style });
    page.line(0, 4, pieces);
    page.finish().lines().map(String::from).collect()
}
