//! The last step: instances sorted by address, edges between them, rollouts and providers in use.

use super::component::ComponentBlock;
use super::instances::Draft;
use super::order::{Use, Which};
use super::{Checker, Evaluated, InUse, argument_spans, default_rollout, provider, rollout};
use crate::config::checked::{
    Component, Config, Dependency, Output, ProviderBlock, RequiredProvider, Rollout, Settings,
};
use crate::config::suggest;
use crate::model::{Address, Diagnostic, Diagnostics, InstanceKey, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The most edges between instances. An edge from each of N instances to each of M costs N × M; what goes beyond is
/// refused with a way out rather than filling the memory.
const MAX_EDGES: usize = 4_000_000;

/// Puts everything together; `None` when something is wrong, which was said.
pub(super) fn config(
    evaluated: Evaluated<'_>,
    configured: Vec<ProviderBlock>,
    outputs: Vec<Output>,
    checker: &mut Checker<'_, '_>,
) -> Option<Config> {
    let Evaluated { blocks, drafts, uses, rollouts, vendors } = evaluated;
    let blocks: Vec<ComponentBlock<'_>> = blocks.into_iter().collect::<Option<_>>()?;
    let drafts: Vec<Vec<Draft>> = drafts.into_iter().collect::<Option<_>>()?;
    let in_use: InUse = blocks.iter().map(|b| b.provider.clone()).collect();
    let first_use = |name: &str| blocks.iter().find(|b| b.provider.0 == name).map(|b| b.block.header);
    let providers = providers_in_use(&in_use, configured, first_use, checker)?;
    let rollouts = finished_rollouts(&blocks, &drafts, &rollouts);

    // Blocks in the order of their addresses: then so are their instances, and each block's stand together.
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    order.sort_by_key(|i| (blocks[*i].kind, blocks[*i].name));
    let places = Places::new(&order, &drafts);
    let (locals, problems) = (checker.names.locals.len(), &mut checker.problems);
    let mut edges = Edges { locals, places: &places, through: Vec::new(), left: MAX_EDGES, problems };
    edges.through_locals(&uses[..locals])?;

    let mut drafts: Vec<Option<Vec<Draft>>> = drafts.into_iter().map(Some).collect();
    let mut components = Vec::new();
    for index in order {
        let block = &blocks[index];
        edges.check_depends(&block.depends, &blocks);
        let wanted = (block.provider.0.as_str(), block.provider.1.as_str());
        let provider =
            providers.binary_search_by_key(&wanted, |p| (p.name.as_str(), p.alias.as_str())).ok()?;
        let rollout = rollouts.get(block.rollout.unwrap_or_default())?;
        let vendor = block.vendor.and_then(|name| vendors.binary_search_by(|v| (*v.label).cmp(name)).ok());
        let instances = Instances { block, provider, rollout, vendor, spans: argument_spans(block.block) };
        let mut shared: Option<Vec<Dependency>> = None;
        for draft in drafts[index].take().unwrap_or_default() {
            let after = edges.after(&uses[locals + index], &draft, block.block.header, &mut shared)?;
            components.push(instances.component(draft, after));
        }
    }
    let settings = settings(&checker.parsed.settings, &in_use);
    Some(Config { settings, providers, components, vendors, outputs, secret_sources: BTreeMap::new() })
}

/// What all instances of a block share.
struct Instances<'a, 'p> {
    block: &'a ComponentBlock<'p>,
    provider: usize,
    rollout: &'a Rollout,
    vendor: Option<usize>,
    spans: BTreeMap<String, Span>,
}

impl Instances<'_, '_> {
    fn component(&self, draft: Draft, after: Vec<Dependency>) -> Component {
        let block = self.block;
        Component {
            address: Address::root(block.kind, block.name, draft.key),
            provider: self.provider,
            class: draft.class,
            level: draft.level,
            arguments: draft.arguments,
            secrets: draft.secrets,
            connection: draft.connection,
            snapshot: draft.snapshot,
            checks: draft.checks,
            lifecycle: draft.lifecycle,
            rollout: self.rollout.clone(),
            vendor: self.vendor,
            after,
            span: block.block.header,
            level_span: block.level.value.span(),
            argument_spans: self.spans.clone(),
        }
    }
}

/// Every rollout by name, the default one by the empty name, now that it is known how many components share each.
fn finished_rollouts(
    blocks: &[ComponentBlock<'_>],
    drafts: &[Vec<Draft>],
    rollouts: &BTreeMap<&str, rollout::Draft>,
) -> BTreeMap<String, Rollout> {
    let mut sharing: BTreeMap<&str, usize> = BTreeMap::new();
    for (block, drafts) in blocks.iter().zip(drafts) {
        *sharing.entry(block.rollout.unwrap_or_default()).or_default() += drafts.len();
    }
    let finish = |(name, draft): (&&str, &rollout::Draft)| {
        let sharing = sharing.get(name).copied().unwrap_or(0);
        (name.to_string(), draft.finish(name, sharing))
    };
    let named = rollouts.iter().map(finish);
    named.chain([(String::new(), default_rollout())]).collect()
}

/// The settings with the bundled providers that are used without being required.
fn settings(written: &Settings, in_use: &InUse) -> Settings {
    let mut settings = written.clone();
    for (name, _) in in_use {
        let bundled = RequiredProvider { source: None, version: None, span: None, version_span: None };
        settings.required_providers.entry(name.clone()).or_insert(bundled);
    }
    settings
}

fn providers_in_use(
    in_use: &InUse,
    configured: Vec<ProviderBlock>,
    first_use: impl Fn(&str) -> Option<Span>,
    checker: &mut Checker<'_, '_>,
) -> Option<Vec<ProviderBlock>> {
    let mut written: BTreeMap<(String, String), ProviderBlock> =
        configured.into_iter().map(|p| ((p.name.clone(), p.alias.clone()), p)).collect();
    let mut providers = Vec::new();
    let mut good = true;
    for key in in_use {
        if let Some(provider) = written.remove(key) {
            providers.push(provider);
            continue;
        }
        let at = first_use(&key.0)?;
        match provider::implied(&key.0, checker.schemas, at) {
            Ok(provider) => providers.push(provider),
            Err(problem) => {
                checker.problems.push(*problem);
                good = false;
            }
        }
    }
    good.then_some(providers)
}

/// Where the instances of each block stand in the sorted list.
struct Places {
    ranges: Vec<Range<usize>>,
    /// Keys of each block's instances, sorted.
    keys: Vec<Vec<InstanceKey>>,
}

impl Places {
    /// `order` is that of the blocks in the sorted list.
    fn new(order: &[usize], drafts: &[Vec<Draft>]) -> Self {
        let mut ranges = vec![0..0; drafts.len()];
        let mut next = 0;
        for block in order {
            ranges[*block] = next..next + drafts[*block].len();
            next += drafts[*block].len();
        }
        let keys = drafts.iter().map(|d| d.iter().map(|draft| draft.key.clone()).collect()).collect();
        Places { ranges, keys }
    }

    fn one(&self, block: usize, key: &InstanceKey) -> Option<usize> {
        let at = self.keys[block].binary_search(key).ok()?;
        Some(self.ranges[block].start + at)
    }

    /// The instance, or all of them where there is no such one.
    fn range(&self, block: usize, key: Option<&InstanceKey>) -> Range<usize> {
        match key.and_then(|key| self.one(block, key)) {
            Some(one) => one..one + 1,
            None => self.ranges[block].clone(),
        }
    }
}

struct Edges<'a> {
    /// How many nodes are local values.
    locals: usize,
    places: &'a Places,
    /// Component blocks that each local value rests on, through others too.
    through: Vec<BTreeSet<(usize, Option<InstanceKey>)>>,
    /// How many edges may still be made.
    left: usize,
    problems: &'a mut Diagnostics,
}

impl Edges<'_> {
    /// Finds the blocks that local values rest on.
    fn through_locals(&mut self, uses: &[Vec<Use<'_>>]) -> Option<()> {
        self.through = vec![BTreeSet::new(); uses.len()];
        for node in super::order::sort_locals(uses) {
            let mut all = BTreeSet::new();
            for used in &uses[node] {
                match used.node.checked_sub(self.locals) {
                    None => all.extend(self.through[used.node].iter().cloned()),
                    Some(block) => {
                        let key = match &used.which {
                            Which::One(key) => Some(key.clone()),
                            _ => None,
                        };
                        all.insert((block, key));
                    }
                }
            }
            let span = uses[node].first().map(|u| u.span);
            self.spend(all.len(), span)?;
            self.through[node] = all;
        }
        Some(())
    }

    fn spend(&mut self, edges: usize, at: Option<Span>) -> Option<()> {
        if let Some(left) = self.left.checked_sub(edges) {
            self.left = left;
            return Some(());
        }
        let problem = Diagnostic::error("Too many components wait for too many others")
            .because(format!(
                "A reference to a whole block orders every instance behind every instance of it; this makes more than {MAX_EDGES} pairs."
            ))
            .help("Refer to the one instance that is needed, as in release.db[each.key], or put one component between the two blocks.");
        self.problems.push(match at {
            Some(span) => problem.at(span, "one pair too many"),
            None => problem,
        });
        None
    }

    /// What an instance waits for. Instances of a block without computed uses wait for the same: found once.
    fn after(
        &mut self,
        uses: &[Use<'_>],
        draft: &Draft,
        header: Span,
        shared: &mut Option<Vec<Dependency>>,
    ) -> Option<Vec<Dependency>> {
        if let Some(found) = shared {
            self.spend(found.len(), found.first().map(|d| d.span).or(Some(header)))?;
            return Some(found.clone());
        }
        let mut after: BTreeMap<usize, Span> = BTreeMap::new();
        let mut computed = draft.computed.iter();
        for used in uses {
            let mut add = |range: Range<usize>| {
                for on in range {
                    after.entry(on).or_insert(used.span);
                }
            };
            let Some(block) = used.node.checked_sub(self.locals) else {
                for (block, key) in &self.through[used.node] {
                    add(self.places.range(*block, key.as_ref()));
                }
                continue;
            };
            match &used.which {
                Which::All => add(self.places.range(block, None)),
                Which::One(key) => add(self.places.range(block, Some(key))),
                Which::Same => add(self.places.range(block, Some(&draft.key))),
                Which::Computed(_) => {
                    let key = computed.next().and_then(Option::as_ref);
                    add(self.places.range(block, key));
                }
            }
        }
        self.spend(after.len(), after.values().next().copied().or(Some(header)))?;
        let after: Vec<Dependency> = after.into_iter().map(|(on, span)| Dependency { on, span }).collect();
        if draft.computed.is_empty() && !uses.iter().any(|used| used.which == Which::Same) {
            *shared = Some(after.clone());
        }
        Some(after)
    }

    /// An instance that is named in `depends_on` must exist; elsewhere the evaluation has found that out.
    fn check_depends(&mut self, depends: &[(usize, Span, Which<'_>)], blocks: &[ComponentBlock<'_>]) {
        for (block, span, which) in depends {
            let Which::One(key) = which else { continue };
            if self.places.one(*block, key).is_some() {
                continue;
            }
            let keys: Vec<String> =
                self.places.keys[*block].iter().take(1_000).map(ToString::to_string).collect();
            let near = match key {
                InstanceKey::Key(_) => suggest::nearest(&key.to_string(), keys.iter().map(String::as_str)),
                _ => None,
            };
            let help = match near {
                Some(near) => format!("Did you mean {near}?"),
                None if keys.len() <= 10 => format!("These exist: {}.", keys.join(", ")),
                None => String::new(),
            };
            let (kind, name) = (blocks[*block].kind, blocks[*block].name);
            let problem = Diagnostic::error(format!("There is no instance {kind}.{name}{key}"));
            self.problems.push(problem.at(*span, "no such instance").help(help));
        }
    }
}
