//! The waves of each block that goes in more than one, or is watched: `canary 1 → 3 → 8; soak 10m each`.

use super::View;
use crate::model::period;
use crate::plan::noun::Plan;
use crate::report::page::Page;
use crate::report::size;
use crate::report::style::{Tint, plain, tinted};
use crate::report::waves::{self, Chain};

/// Blocks shown before the rest is counted.
const FEW: usize = 8;

/// Draws them, when there are any.
pub fn draw(page: &mut Page, plan: &Plan, view: &View<'_>) {
    let chains: Vec<Chain<'_>> = waves::chains(plan).into_iter().filter(speaks).collect();
    if chains.is_empty() {
        return;
    }
    let sizes = waves::sizes(plan);
    page.blank();
    page.line(0, 2, &[tinted(Tint::Bold, "Waves"), tinted(Tint::Dim, "  (one when the last is settled)")]);
    let shown = view.shown(chains.len(), FEW);
    for chain in &chains[..shown] {
        let mut line =
            vec![tinted(Tint::Bold, &chain.name), plain(format!("  {}", steps(plan, chain, &sizes)))];
        line.extend(terms(chain).map(|terms| tinted(Tint::Dim, format!("; {terms}"))));
        page.line(2, 6, &line);
    }
    view.more(page, 2, chains.len() - shown, "blocks in waves");
}

fn speaks(chain: &Chain<'_>) -> bool {
    chain.waves.len() > 1 || !chain.rollout.pace.soak.is_zero()
}

fn steps(plan: &Plan, chain: &Chain<'_>, sizes: &[usize]) -> String {
    let one = |k: &usize| match plan.waves[*k].canary {
        true => format!("canary {}", size::count(sizes[*k])),
        false => size::count(sizes[*k]),
    };
    chain.waves.iter().map(one).collect::<Vec<_>>().join(" → ")
}

fn terms(chain: &Chain<'_>) -> Option<String> {
    let pace = &chain.rollout.pace;
    let soak = (!pace.soak.is_zero()).then(|| format!("soak {} each", period::show(pace.soak)));
    let budget = pace.max_failures.map(|most| {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        format!("nothing more begins at {}", size::counted(most, "failure"))
    });
    let terms: Vec<String> = soak.into_iter().chain(budget).collect();
    (!terms.is_empty()).then(|| terms.join(", "))
}
