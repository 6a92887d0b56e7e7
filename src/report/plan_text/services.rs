//! The services that a plan touches: what stays up, and how long each member is away.

use super::View;
use crate::config::checked::{Promise, Service};
use crate::model::period;
use crate::plan::downtime::{Outlook, downtime};
use crate::plan::noun::Plan;
use crate::plan::room::why_away;
use crate::report::emergency::tried;
use crate::report::page::Page;
use crate::report::reason::spent;
use crate::report::size;
use crate::report::style::{Tint, plain, tinted};

/// Services shown before the rest is counted.
const FEW: usize = 8;

/// Draws them, when there are any.
pub fn draw(page: &mut Page, plan: &Plan, view: &View<'_>) {
    let touched = |service: &&_| plan.changes_any(service);
    let services: Vec<_> = plan.services.iter().filter(touched).collect();
    if services.is_empty() {
        return;
    }
    page.blank();
    page.line(0, 2, &[tinted(Tint::Bold, "Services")]);
    let shown = view.shown(services.len(), FEW);
    for service in &services[..shown] {
        let changes = service.members.iter().filter_map(|i| plan.change(*i));
        let away: Vec<_> = changes.map(downtime).collect();
        let longest = away.iter().max().copied().unwrap_or_default();
        let up = match usize::try_from(service.least).unwrap_or(usize::MAX) {
            0 => String::new(),
            least => {
                format!("{} of {} stay available; ", size::count(least), size::count(service.members.len()))
            }
        };
        let each =
            format!("{} away, each about {}", size::counted(away.len(), "member"), period::show(longest));
        let promised = Outlook::of(plan, service).map_or_else(String::new, |outlook| promised(&outlook));
        let name = tinted(Tint::Bold, service.address());
        page.line(2, 6, &[name, plain(format!("  {up}")), tinted(Tint::Dim, each), plain(promised)]);
        if let Some(outside) = &service.outside {
            let every = period::show(outside.probe.interval);
            page.line(
                6,
                8,
                &[plain(format!("asked from outside every {every} meanwhile: {}", tried(&outside.probe)))],
            );
        }
        if let Some(turns) = turns(plan, service) {
            page.line(6, 8, &[plain(format!("in this order: {turns}"))]);
        }
        let members = service.members.iter().filter_map(|i| plan.entries.get(*i));
        let down: Vec<_> = members.filter_map(|entry| Some((entry, why_away(entry)?))).collect();
        let told = view.shown(down.len(), FEW);
        for (entry, why) in &down[..told] {
            let name = tinted(Tint::Bold, entry.address.to_string());
            page.line(6, 8, &[name, plain(format!("  is not available now: {why}"))]);
        }
        view.more(page, 6, down.len() - told, "members");
    }
    view.more(page, 2, services.len() - shown, "services");
}

/// `2 replica → 1 primary`: what changes of it, by role.
fn turns(plan: &Plan, service: &Service) -> Option<String> {
    let role = |i: &usize| plan.entries[*i].role.as_ref()?.found.as_deref();
    let turn = |of: &String| {
        let playing = service.members.iter().filter(|i| plan.change(**i).is_some() && role(i) == Some(of));
        Some(playing.count()).filter(|n| *n > 0).map(|n| format!("{} {of}", size::count(n)))
    };
    let turns: Vec<String> = service.order.iter().filter_map(turn).collect();
    (!turns.is_empty()).then(|| turns.join(" → "))
}

/// `; down for about 5.7s of the 43m 12s that 99.9% leave in November 2026 (2m spent)`
fn promised(outlook: &Outlook<'_>) -> String {
    let down = match outlook.expected.is_zero() {
        true => "it stays up".to_string(),
        false => format!("down for at most about {}", period::show(outlook.expected)),
    };
    let budget = match outlook.budget.is_zero() {
        true => "nothing".to_string(),
        false => period::show(outlook.budget),
    };
    let Promise { availability, spent: of_it, .. } = outlook.promise;
    format!("; {down}: {availability} leaves {budget} in {}, {}", outlook.name, spent(of_it))
}
