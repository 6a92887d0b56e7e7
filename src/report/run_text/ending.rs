//! The last words of a run: how it ended, each component with its levels, what is left, and what to type next.

use super::emergency::emergency;
use super::tail;
use crate::config::checked::Service;
use crate::model::{Purpose, period};
use crate::plan::downtime::{Outlook, downtime, of_service};
use crate::plan::noun::{Cause, Plan};
use crate::report::emergency::emergencies;
use crate::report::longer::{self, Longer, is_longer};
use crate::report::order::Order;
use crate::report::page::Page;
use crate::report::plan_text::{brief, short};
use crate::report::reason::name;
use crate::report::run_view::{Ended, RunView, Settled, Stands, levels};
use crate::report::size;
use crate::report::style::{Piece, Style, Tint, plain, tinted};
use crate::report::table::Table;
use crate::run::Outages;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Rows of the table before the rest is counted.
const FEW: usize = 40;
/// Components that took longer before the rest is counted.
const FEW_LONGER: usize = 8;
/// Components of one reason before the rest is counted; the table names them all.
const FEW_NAMES: usize = 4;

/// Draws it; of a big run no more than the eventful components.
pub fn ending(plan: &Plan, run: &RunView, style: Style) -> String {
    drawn(plan, run, style, FEW)
}

/// The same with every component.
pub fn whole_ending(plan: &Plan, run: &RunView, style: Style) -> String {
    drawn(plan, run, style, usize::MAX)
}

fn drawn(plan: &Plan, run: &RunView, style: Style, most: usize) -> String {
    let mut page = Page::new(style);
    headline(&mut page, plan, run);
    table(&mut page, plan, run, most);
    let failed = run.components.iter().filter(|c| c.failed_at.is_some());
    for component in failed.take(FEW) {
        failure(&mut page, plan, component, &run.id);
    }
    longer(&mut page, plan, run);
    services(&mut page, plan, run);
    alone(&mut page, plan, run);
    left(&mut page, plan, run);
    for stuck in emergencies(plan, run) {
        page.blank();
        emergency(&mut page, &stuck, &run.id);
    }
    page.blank();
    for (what, command) in next(plan, run) {
        page.line(0, 2, &[plain(what), tinted(Tint::Command, command)]);
    }
    page.finish()
}

fn headline(page: &mut Page, plan: &Plan, run: &RunView) {
    let (tint, sentence) = match run.ended {
        Ended::Complete => (Tint::Good, "Complete: every component is at its planned level."),
        Ended::Incomplete => {
            (Tint::Change, "Incomplete: nothing failed, but some components were left alone.")
        }
        Ended::Restored if nothing_went_back(run) && run.lacks => {
            (Tint::Change, "Ended: its journal does not tell all that it did, and nothing more was changed.")
        }
        Ended::Restored if nothing_went_back(run) && !failed(run) && is_done(run) => {
            (Tint::Change, "Ended early: what is done stays, and nothing else was changed.")
        }
        Ended::Restored if nothing_went_back(run) && !failed(run) => {
            (Tint::Change, "Ended before anything was changed.")
        }
        Ended::Restored if nothing_went_back(run) => {
            (Tint::Change, "Failed before anything was changed there: what failed stays as it is.")
        }
        Ended::Restored if run.taking_back && !failed(run) => {
            (Tint::Change, "Taken back: everything that this run changed is back where it was before it.")
        }
        Ended::Restored => {
            (Tint::Change, "Restored: what failed or depended on it is back where it was before this run.")
        }
        Ended::Halted => (Tint::Change, "Halted: the run stopped half-way and can be resumed."),
        Ended::Stuck if run.over => {
            (Tint::Change, "Abandoned: the run ended as it stood. What was not settled is named below.")
        }
        Ended::Stuck => (Tint::Bad, "Stuck: something could not be restored. A person is needed."),
    };
    page.line(0, 2, &[tinted(tint, sentence)]);
    // That something is stuck was just said.
    if !run.why.is_empty() && run.ended != Ended::Stuck {
        page.line(2, 4, &[plain(&run.why)]);
    }
    let counts = counts(run);
    let took = period::show(run.took);
    let counts = if counts.is_empty() { "nothing to do".to_string() } else { counts.join(", ") };
    let promised = expected(plan, run).map_or_else(String::new, |expected| {
        format!(", longer than the {} that the plan expects at best", period::show(expected))
    });
    let took = tinted(Tint::Dim, format!("; run {}, {took}", run.id));
    page.line(2, 4, &[plain(counts), took, tinted(Tint::Change, promised)]);
}

/// How long a run was expected to take that was brought through and took longer.
fn expected(plan: &Plan, run: &RunView) -> Option<Duration> {
    let through = matches!(run.ended, Ended::Complete | Ended::Incomplete);
    let expected = Order::of(plan).at_best(plan);
    (through && is_longer(run.took, expected)).then_some(expected)
}

/// How many stand how, the most important first: `1 stuck`.
fn counts(run: &RunView) -> Vec<String> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for stands in Stands::ALL.into_iter().filter(|s| *s != Stands::Unchanged) {
        for component in run.components.iter().filter(|c| c.stands == stands) {
            let word = word(component, run);
            match counts.iter_mut().find(|(counted, _)| *counted == word) {
                Some((_, n)) => *n += 1,
                None => counts.push((word, 1)),
            }
        }
    }
    counts.into_iter().map(|(word, n)| format!("{} {word}", size::count(n))).collect()
}

/// What matters most stands last, just above the prompt; of more than `most` rows the uneventful ones are counted.
fn table(page: &mut Page, plan: &Plan, run: &RunView, most: usize) {
    let mut rows: Vec<&Settled> = run.components.iter().filter(|c| c.stands != Stands::Unchanged).collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_by_key(|c| (c.stands, c.entry));
    let hidden = if rows.len() > most.saturating_add(1) { rows.len() - most } else { 0 };
    rows.truncate(rows.len() - hidden);
    rows.sort_by_key(|c| (std::cmp::Reverse(c.stands), c.entry));
    let mut table = Table::new(&["component", "stands", "level", ">took"]);
    for component in rows {
        let (from, to) = levels(plan, component.entry);
        let level = match component.stands {
            Stands::Committed if component.is_kept() => format!("at {}", short(to, from)),
            Stands::Committed => brief(from, to),
            Stands::Stuck | Stands::GoingBack | Stands::Forward if from == to => brief(from, to),
            Stands::Stuck | Stands::GoingBack | Stands::Forward if component.reached => {
                format!("at {}", short(to, from))
            }
            Stands::Stuck | Stands::GoingBack if component.put_back => format!("back at {}", short(from, to)),
            Stands::GoingBack if !component.tried => format!("not changed, was {}", short(from, to)),
            Stands::Stuck | Stands::Forward if !component.tried => {
                format!("still at {}", short(from, to))
            }
            Stands::Stuck | Stands::GoingBack | Stands::Forward => format!("between {}", brief(from, to)),
            // What it is now, this run does not know: it was read before, and somebody else may be at work there.
            Stands::Restored if !component.tried && run.lacks => format!("reads {}", short(from, to)),
            Stands::Restored if !component.tried => format!("not changed, was {}", short(from, to)),
            Stands::Restored => format!("back at {}", short(from, to)),
            // It may have been skipped because it was found at another one.
            Stands::Skipped => from.map_or("(absent)".into(), |l| format!("was {l}")),
            _ => from.map_or("(absent)".into(), |l| format!("stays {l}")),
        };
        table.row(vec![
            tinted(Tint::Bold, name(plan, component.entry)),
            tinted(tint(component.stands), word(component, run)),
            plain(level),
            tinted(Tint::Dim, component.took.map_or(String::new(), period::show)),
        ]);
    }
    page.blank();
    table.draw(page, 2);
    if hidden > 0 {
        let more = format!("… {} more: ", size::count(hidden));
        let command = tinted(Tint::Command, format!("patchform run show {}", run.id));
        page.line(2, 4, &[tinted(Tint::Dim, more), command]);
    }
}

/// Where a component stands, in a word that claims no more than is known.
fn word(component: &Settled, run: &RunView) -> &'static str {
    match component.stands {
        // Whoever abandoned the run left what could not be restored, too.
        Stands::Stuck if run.over => "left",
        Stands::Committed if component.is_kept() => "kept",
        Stands::Restored if !component.tried && run.lacks => "as before",
        Stands::Restored if !component.tried => "untouched",
        stands => stands.word(),
    }
}

/// Whether nothing had to go back: what failed had not changed anything yet.
fn nothing_went_back(run: &RunView) -> bool {
    run.components.iter().all(|c| c.stands != Stands::Restored || !c.tried)
}

fn failed(run: &RunView) -> bool {
    run.components.iter().any(|c| c.failed_at.is_some())
}

/// Whether something is at its planned level.
fn is_done(run: &RunView) -> bool {
    run.components.iter().any(|c| c.stands == Stands::Committed)
}

/// The colour of a standing.
pub(in crate::report) const fn tint(stands: Stands) -> Tint {
    match stands {
        Stands::Stuck => Tint::Bad,
        Stands::Restored | Stands::GoingBack => Tint::Change,
        Stands::Committed => Tint::Good,
        Stands::Forward | Stands::Held => Tint::Info,
        Stands::Skipped | Stands::Untouched | Stands::Unchanged => Tint::Dim,
    }
}

fn failure(page: &mut Page, plan: &Plan, component: &Settled, run: &str) {
    page.blank();
    let step = component.failed_at.map_or("", |s| s.name());
    let address = tinted(Tint::Bold, name(plan, component.entry));
    page.line(
        0,
        2,
        &[address, tinted(Tint::Bad, format!("  {step} failed: ")), plain(&component.failed_why)],
    );
    tail(page, 2, &component.output, super::OUTPUT, run);
}

/// What took longer than the plan expected.
fn longer(page: &mut Page, plan: &Plan, run: &RunView) {
    let all = longer::components(plan, run);
    if all.is_empty() {
        return;
    }
    page.blank();
    page.line(0, 2, &[tinted(Tint::Bold, "Longer than expected")]);
    for Longer { entry, took, expected } in all.iter().take(FEW_LONGER) {
        let address = tinted(Tint::Bold, format!("{}  ", name(plan, *entry)));
        let times = format!("{}, expected about {}", period::show(*took), period::show(*expected));
        page.line(2, 4, &[address, plain(times)]);
    }
    if all.len() > FEW_LONGER {
        page.line(2, 4, &[tinted(Tint::Dim, format!("… {} more", size::count(all.len() - FEW_LONGER)))]);
    }
}

/// How long members of services were away.
fn services(page: &mut Page, plan: &Plan, run: &RunView) {
    let away: BTreeMap<usize, (Duration, bool)> =
        run.components.iter().filter_map(|c| Some((c.entry, (c.away?, c.still_away)))).collect();
    let touched = |(s, (down, outages)): &(&Service, (&Duration, &Option<Outages>))| {
        s.members.iter().any(|i| away.contains_key(i)) || !down.is_zero() || outages.is_some()
    };
    let seen = run.down.iter().zip(&run.outages);
    let services: Vec<_> = plan.services.iter().zip(seen).filter(touched).collect();
    if services.is_empty() {
        return;
    }
    page.blank();
    page.line(0, 2, &[tinted(Tint::Bold, "Services"), tinted(Tint::Dim, "  (how long members were away)")]);
    for (service, (down, outages)) in services.iter().take(FEW) {
        let mut members: Vec<(usize, (Duration, bool))> =
            service.members.iter().filter_map(|i| Some((*i, *away.get(i)?))).collect();
        // Whoever is still away is not among those that are counted only.
        members.sort_by_key(|(_, (_, still))| !still);
        let told = |(i, (long, still)): &(usize, (Duration, bool))| {
            let expected = plan.change(*i).map(downtime).filter(|expected| is_longer(*long, *expected));
            let expected = expected.map_or_else(String::new, |e| format!(" (expected {})", period::show(e)));
            let (name, long) = (name(plan, *i), period::show(*long));
            match still {
                true => format!("{name} still away, {long} when this was written down{expected}"),
                false => format!("{name} {long}{expected}"),
            }
        };
        let mut told: Vec<String> = members.iter().take(FEW_NAMES).map(told).collect();
        if members.len() > FEW_NAMES {
            told.push(format!("{} more", size::count(members.len() - FEW_NAMES)));
        }
        let name = tinted(Tint::Bold, format!("{}  ", service.address()));
        let down = match down.is_zero() {
            true => plain(String::new()),
            false => tinted(
                Tint::Bad,
                format!("; it was down for {}, {}", period::show(**down), promised(plan, service)),
            ),
        };
        page.line(2, 4, &[name, plain(told.join(", ")), down]);
        if let Some(outages) = outages {
            page.line(6, 8, &from_outside(plan, service, outages));
        }
    }
}

/// `from outside: did not answer for 3.2s in 2 interruptions, the longest 2s; …`
fn from_outside(plan: &Plan, service: &Service, seen: &Outages) -> Vec<Piece> {
    let mut pieces = vec![plain("from outside: ")];
    pieces.push(match seen.times {
        0 => tinted(Tint::Good, "no interruption was seen"),
        1 => tinted(Tint::Bad, format!("did not answer for {}", period::show(seen.down))),
        times => tinted(
            Tint::Bad,
            format!(
                "did not answer for {} in {}, the longest {}",
                period::show(seen.down),
                size::counted(times, "interruption"),
                period::show(seen.longest)
            ),
        ),
    });
    if seen.open {
        pieces.push(tinted(Tint::Bad, ", and does not yet"));
    }
    if !seen.down.is_zero() {
        pieces.push(plain(format!(", {}", promised(plan, service))));
    }
    if !seen.unknown.is_zero() {
        pieces.push(tinted(Tint::Change, format!("; for {} nobody can tell", period::show(seen.unknown))));
    }
    if let Some(outlook) = Outlook::of(plan, service) {
        let spent = outlook.promise.spent.down.saturating_add(seen.down);
        pieces.push(plain(format!(
            "; {} leaves {} in {}, of which {} are spent now",
            outlook.promise.availability,
            period::show(outlook.budget),
            outlook.name,
            period::show(spent)
        )));
    }
    pieces
}

/// What the plan said of how long a service would be down.
fn promised(plan: &Plan, service: &Service) -> String {
    let expected = of_service(plan, service);
    match expected.is_zero() {
        true => "and was expected to stay up".to_string(),
        false => format!("and was expected to be for at most about {}", period::show(expected)),
    }
}

/// What was not begun, and why.
fn alone(page: &mut Page, plan: &Plan, run: &RunView) {
    let left_alone = |c: &Settled| match c.stands {
        Stands::Skipped | Stands::Held => true,
        // Once what uses it has come back.
        Stands::GoingBack => c.failed_at.is_none(),
        _ => false,
    };
    let not_begun = |c: &&Settled| left_alone(c) && !c.why.is_empty();
    let rows: Vec<&Settled> = run.components.iter().filter(not_begun).collect();
    if rows.is_empty() {
        return;
    }
    page.blank();
    page.line(0, 2, &[tinted(Tint::Bold, "Left alone")]);
    // One reason may hold a whole fleet.
    let groups: Vec<&[&Settled]> = rows.chunk_by(|a, b| a.why == b.why).collect();
    for group in groups.iter().take(FEW) {
        let names: Vec<String> = group.iter().take(FEW_NAMES).map(|row| name(plan, row.entry)).collect();
        let more = match group.len() - names.len() {
            0 => String::new(),
            more => format!(" and {} more", size::count(more)),
        };
        let addresses = tinted(Tint::Bold, format!("{}{more}  ", names.join(", ")));
        page.line(2, 4, &[addresses, plain(&group[0].why)]);
    }
    if groups.len() > FEW {
        let more: usize = groups[FEW..].iter().map(|group| group.len()).sum();
        page.line(2, 4, &[tinted(Tint::Dim, format!("… {} more", size::count(more)))]);
    }
}

fn left(page: &mut Page, plan: &Plan, run: &RunView) {
    let rows: Vec<(usize, &String)> =
        run.components.iter().flat_map(|c| c.left.iter().map(|l| (c.entry, l))).collect();
    if rows.is_empty() {
        return;
    }
    page.blank();
    page.line(0, 2, &[tinted(Tint::Bold, "Left as it is now")]);
    for (entry, what) in rows {
        page.line(2, 4, &[tinted(Tint::Bold, format!("{}  ", name(plan, entry))), plain(what)]);
    }
}

/// What to do next: a sentence and the command to type.
fn next(plan: &Plan, run: &RunView) -> Vec<(String, String)> {
    let id = &run.id;
    match run.ended {
        Ended::Complete => {
            let back = has_levels(plan, run).then(|| ("To take it all back: ".into(), back(id)));
            back.into_iter().chain(allow(plan, run)).collect()
        }
        Ended::Incomplete => {
            let mut rows = vec![("For what was left alone: ".into(), again(plan, "patchform plan"))];
            rows.extend(put_there(plan, run, "To take back what"));
            rows
        }
        Ended::Restored => {
            let mut rows = vec![("The whole story: ".into(), format!("patchform run show {id}"))];
            let retry =
                || failed(run).then(|| ("To try again what failed: ".into(), again(plan, "patchform apply")));
            rows.extend(allow(plan, run).or_else(retry));
            let held = run.components.iter().any(|c| c.held_back).then_some("To go on with what was held: ");
            let skipped = || run.components.iter().any(|c| c.stands == Stands::Skipped);
            let left = held.or_else(|| skipped().then_some("For what was left alone: "));
            rows.extend(left.map(|what| (what.into(), again(plan, "patchform plan"))));
            let stays = nothing_went_back(run) && has_levels(plan, run);
            rows.extend(stays.then(|| ("To take back what is done: ".into(), back(id))));
            rows.extend(put_there(plan, run, "To take back what"));
            rows
        }
        Ended::Halted if run.taking_back => {
            vec![("To go on going back: ".into(), format!("patchform resume {id}"))]
        }
        Ended::Halted => vec![
            ("To finish it: ".into(), format!("patchform resume {id}")),
            ("To take it back: ".into(), format!("patchform rollback {id}")),
        ],
        // It was abandoned.
        Ended::Stuck if run.over => {
            let own = has_levels(plan, run).then(|| ("To take back what it put there: ".into(), back(id)));
            let mut rows = vec![("What stands there now: ".into(), "patchform plan".into())];
            let more = if own.is_some() { "To take back, too, what" } else { "To take back what" };
            rows.extend(own);
            rows.extend(put_there(plan, run, more));
            rows.extend(allow(plan, run));
            rows
        }
        Ended::Stuck => {
            let mut rows = repaired(run);
            rows.push(("To end the run as it stands: ".into(), format!("patchform run abandon {id}")));
            rows.extend(put_there(plan, run, "After that, to take back what"));
            rows
        }
    }
}

/// What goes on from a stuck run once a person has put back what is stuck: `resume` does so there only, and then goes on;
/// `rollback` takes everything else back, too.
fn repaired(run: &RunView) -> Vec<(String, String)> {
    let id = &run.id;
    let is = |stands: &[Stands]| run.components.iter().any(|c| stands.contains(&c.stands));
    if run.taking_back {
        return vec![("When it is repaired, to go on going back: ".into(), back(id))];
    }
    let well = run.components.iter().any(|c| c.stands == Stands::Committed && !c.is_kept());
    let going = is(&[Stands::Forward, Stands::Untouched]);
    let resumed = match (going, well) {
        (true, _) => "finish the run",
        (false, true) => "end the run and leave what is well at its new level",
        (false, false) => "end the run",
    };
    let mut rows = vec![(format!("When it is repaired, to {resumed}: "), format!("patchform resume {id}"))];
    if well || going {
        rows.push(("When it is repaired, to take back what is well, too: ".into(), back(id)));
    }
    rows
}

/// What makes a plan of this sort once more; `apply` for one towards the configuration.
fn again(plan: &Plan, apply: &str) -> String {
    match &plan.purpose {
        Purpose::Rollback { of } => back(of),
        Purpose::Restore { snapshot } => format!("patchform snapshot restore {snapshot}"),
        Purpose::Apply | Purpose::RefreshOnly => apply.into(),
    }
}

fn back(id: &str) -> String {
    format!("patchform rollback {id}")
}

/// Whether the run put levels somewhere that taking it back would find there. One that did only what another one had left
/// undone put none.
fn has_levels(plan: &Plan, run: &RunView) -> bool {
    let left = |c: &Settled| c.stands == Stands::Stuck && c.tried && !c.put_back;
    let stands = |c: &&Settled| c.stands == Stands::Committed || left(c);
    let mut changes = run.components.iter().filter(stands).filter_map(|c| plan.change(c.entry));
    // What was not there before goes away by its own way back only.
    changes.any(|change| change.cause != Cause::Owed && (change.from.is_some() || !change.back.is_empty()))
}

/// Where it did not go forth from what an earlier run had put there and left: how that is taken back, since it may be what is
/// wrong.
fn put_there(plan: &Plan, run: &RunView, doing: &str) -> Vec<(String, String)> {
    let stays = |c: &&Settled| match c.stands {
        Stands::Stuck | Stands::Skipped => true,
        Stands::Restored => c.failed_at.is_some() && !c.tried,
        _ => false,
    };
    let by = run.components.iter().filter(stays).filter_map(|c| plan.change(c.entry)?.put_by.as_deref());
    let by: BTreeSet<&str> = by.collect();
    by.into_iter().map(|by| (format!("{doing} run {by} put there: "), back(by))).collect()
}

/// How a level that was rolled back may be tried again.
fn allow(plan: &Plan, run: &RunView) -> Option<(String, String)> {
    let mut rejected = run.components.iter().filter(|c| c.rejected);
    let first = rejected.next()?;
    // Whoever abandoned the run left it.
    let failed = if run.over && run.ended == Ended::Stuck { "failed" } else { "was rolled back" };
    let what = match rejected.count() {
        0 => format!("A level that {failed} is not tried again. Declare another one, or: "),
        more => format!(
            "{} levels that {} are not tried again. Declare others, or for each of them, or for a block: ",
            more + 1,
            failed.replace("was ", "were ")
        ),
    };
    Some((what, format!("patchform allow {}", plan.entries.get(first.entry)?.address.quoted())))
}
