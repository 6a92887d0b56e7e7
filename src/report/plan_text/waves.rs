//! The waves of each block that goes in more than one, or is watched: `canary 1 → 3 → 8; soak 10m each`.

use super::View;
use crate::model::period;
use crate::plan::noun::{Plan, RolloutLimit, Verdict};
use crate::report::page::Page;
use crate::report::reason::rollout_name;
use crate::report::size;
use crate::report::style::{Tint, plain, tinted};

/// Blocks shown before the rest is counted.
const FEW: usize = 8;

/// Waves that follow each other.
struct Chain<'a> {
    /// What goes in them: a block, or all of a rollout.
    name: String,
    rollout: &'a RolloutLimit,
    /// How many change in each, and whether they are canaries.
    sizes: Vec<(usize, bool)>,
}

/// Draws them, when there are any.
pub fn draw(page: &mut Page, plan: &Plan, view: &View<'_>) {
    let chains: Vec<Chain<'_>> = chains(plan).into_iter().filter(Chain::speaks).collect();
    if chains.is_empty() {
        return;
    }
    page.blank();
    page.line(0, 2, &[tinted(Tint::Bold, "Waves"), tinted(Tint::Dim, "  (one when the last is settled)")]);
    let shown = view.shown(chains.len(), FEW);
    for chain in &chains[..shown] {
        let mut line = vec![tinted(Tint::Bold, &chain.name), plain(format!("  {}", chain.steps()))];
        line.extend(chain.terms().map(|terms| tinted(Tint::Dim, format!("; {terms}"))));
        page.line(2, 6, &line);
    }
    view.more(page, 2, chains.len() - shown, "blocks in waves");
}

impl Chain<'_> {
    fn speaks(&self) -> bool {
        self.sizes.len() > 1 || !self.rollout.pace.soak.is_zero()
    }

    fn steps(&self) -> String {
        let one = |(n, canary): &(usize, bool)| match canary {
            true => format!("canary {}", size::count(*n)),
            false => size::count(*n),
        };
        self.sizes.iter().map(one).collect::<Vec<_>>().join(" → ")
    }

    fn terms(&self) -> Option<String> {
        let pace = &self.rollout.pace;
        let soak = (!pace.soak.is_zero()).then(|| format!("soak {} each", period::show(pace.soak)));
        let budget = pace.max_failures.map(|most| {
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            format!("nothing more begins at {}", size::counted(most, "failure"))
        });
        let terms: Vec<String> = soak.into_iter().chain(budget).collect();
        (!terms.is_empty()).then(|| terms.join(", "))
    }
}

fn chains(plan: &Plan) -> Vec<Chain<'_>> {
    let n = plan.waves.len();
    let (mut sizes, mut first, mut next) = (vec![0; n], vec![None; n], vec![None; n]);
    for entry in &plan.entries {
        if matches!(entry.verdict, Verdict::Change(_)) && entry.wave < n {
            sizes[entry.wave] += 1;
            first[entry.wave].get_or_insert(entry);
        }
    }
    for (k, wave) in plan.waves.iter().enumerate() {
        if let Some(after) = wave.after.and_then(|after| next.get_mut(after)) {
            *after = Some(k);
        }
    }
    let heads = (0..n).filter(|k| plan.waves[*k].after.is_none());
    let chain = |head: usize| {
        let entry = first[head]?;
        let rollout = plan.rollouts.get(entry.rollout)?;
        let name = match rollout.pace.group {
            true => rollout_name(&rollout.name),
            false => entry.address.block().to_string(),
        };
        let waves = std::iter::successors(Some(head), |k| next[*k]);
        let sizes = waves.map(|k| (sizes[k], plan.waves[k].canary)).collect();
        Some(Chain { name, rollout, sizes })
    };
    heads.filter_map(chain).collect()
}
