//! The last step: instances sorted by address, edges between them, rollouts and providers in use.

use super::component::{ComponentBlock, Named};
use super::edges::{Edges, MAX_EDGES, Places};
use super::expand::Instance;
use super::instances::Draft;
use super::names::Node;
use super::order::Use;
use super::rests::Resting;
use super::{Checker, InUse, Looked, Whole, argument_spans, provider, rollout, service, traffic, window};
use crate::config::checked::{
    ArgumentSpans, Barrier, Blackout, Component, Config, Dependency, Drain, ProviderBlock, RequiredProvider,
    Rollout, Service, Settings, Traffic, Vendor, VendorField, Window,
};
use crate::model::{Address, Diagnostic, Diagnostics, InstanceKey, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Puts everything together; `None` when something is wrong, which was said. Where something has no value yet, what there
/// is of it.
pub(super) fn config(whole: Whole<'_, '_>, checker: &mut Checker<'_, '_>) -> Option<Looked> {
    let tree = checker.tree;
    let (mut units, is_whole) = units(checker);
    if !is_whole {
        named_instances(&units, checker);
        return if checker.wrong.lacks { parts(units, &whole, checker) } else { None };
    }
    let directing = directing(&whole.traffic, checker);
    let in_use: BTreeSet<_> = units.iter().map(|u| u.provider).chain(directing.values()).collect();
    let in_use: InUse = in_use.into_iter().cloned().collect();
    let first_use = |name: &str| {
        let traffic = directing.iter().find(|(_, provider)| provider.0 == name);
        let unit = units.iter().find(|u| u.provider.0 == name).map(|u| u.block.block.header);
        unit.or_else(|| Some(whole.traffic.get(traffic?.0)?.span))
    };
    let providers = providers_in_use(&in_use, &whole, first_use, &mut checker.problems)?;
    let rollouts = finished_rollouts(&units, &whole.rollouts, &checker.instances);
    let vendors = Vendors::new(&whole.vendors, &checker.instances);
    let windows = Windows::new(&whole.windows, &checker.instances);
    let all_traffic = AllTraffic::new(&whole.traffic, &directing, &providers, &checker.instances);

    let places = Places::new(&units, &checker.instances);
    let mut problems = Diagnostics::default();
    let resting = Resting { tree, instances: &checker.instances };
    let mut edges = Edges { resting, places: &places, left: MAX_EDGES, problems: &mut problems };
    for unit in &units {
        edges.check_depends(unit.instance, &unit.block.depends);
    }
    edges.check_calls();
    let mut components = Vec::with_capacity(units.iter().map(|unit| unit.drafts.len()).sum());
    for unit in &mut units {
        let Unit { block, instance, .. } = *unit;
        let wanted = (unit.provider.0.as_str(), unit.provider.1.as_str());
        let provider =
            providers.binary_search_by_key(&wanted, |p| (p.name.as_str(), p.alias.as_str())).ok()?;
        let path = &checker.instances[instance].path;
        let mut shared: Option<Vec<Dependency>> = None;
        let spans = argument_spans(block.block);
        for draft in std::mem::take(&mut unit.drafts) {
            let after = edges.after(unit.uses, instance, &draft, block.block.header, &mut shared);
            let Some(after) = after else { break };
            let rollout = rollouts.get(&rollout_of(instance, block, &draft))?.clone();
            let vendor = vendors.index(instance, block, &draft);
            let windows = windows.indices(&draft);
            let drain = all_traffic.drain(&draft);
            let barrier = all_traffic.barrier(&draft, edges.problems);
            let made = Made {
                block,
                provider,
                rollout,
                vendor,
                windows,
                drain,
                barrier,
                spans: spans.clone(),
                after,
            };
            components.push(made.component(path.clone(), draft));
        }
    }
    let services = service::finish(&whole.services, &checker.instances, &mut edges, &mut components);
    let declared = checker.instances.iter().flat_map(|instance| {
        let names = tree.area(instance.module).names.services.keys();
        names.map(|name| Service::called(&block_name("service", name, instance)))
    });
    let blackouts =
        blackouts(&whole.blackouts, &mut components, &services, &declared.collect(), &mut problems);
    let sound = problems.0.is_empty();
    checker.problems.0.append(&mut problems.0);
    let settings = settings(&whole.parsed.settings, &in_use);
    let (vendors, outputs) = (vendors.all, whole.outputs);
    let config = Config {
        vendors,
        windows: windows.all,
        traffic: all_traffic.all,
        blackouts,
        services,
        outputs,
        ..Config::of(settings, providers, components)
    };
    sound.then_some(Looked { config, is_whole: true })
}

/// The components that are whole, each by itself: as much of them as their providers judge.
fn parts(units: Vec<Unit<'_, '_>>, whole: &Whole<'_, '_>, checker: &mut Checker<'_, '_>) -> Option<Looked> {
    let in_use: InUse = units.iter().map(|unit| unit.provider.clone()).collect();
    let first_use =
        |name: &str| units.iter().find(|unit| unit.provider.0 == name).map(|unit| unit.block.block.header);
    let providers = providers_in_use(&in_use, whole, first_use, &mut checker.problems)?;
    let rollout = Arc::new(Rollout::default());
    let mut components = Vec::new();
    for unit in units {
        let Unit { block, instance, provider: wanted, .. } = unit;
        let is_wanted = |known: &ProviderBlock| (&known.name, &known.alias) == (&wanted.0, &wanted.1);
        let provider = providers.iter().position(is_wanted)?;
        for draft in unit.drafts {
            let made = Made {
                block,
                provider,
                rollout: rollout.clone(),
                vendor: None,
                windows: Vec::new(),
                drain: None,
                barrier: None,
                spans: argument_spans(block.block),
                after: Vec::new(),
            };
            components.push(made.component(checker.instances[instance].path.clone(), draft));
        }
    }
    let settings = settings(&whole.parsed.settings, &in_use);
    Some(Looked { config: Config::of(settings, providers, components), is_whole: false })
}

/// A component block in one instance of its module.
pub(super) struct Unit<'a, 'p> {
    pub instance: usize,
    block: &'a ComponentBlock<'p>,
    uses: &'a [Use<'p>],
    /// What the root calls its provider.
    provider: &'a (String, String),
    pub keys: Arc<[InstanceKey]>,
    /// Which block of its folder it is.
    pub index: usize,
    drafts: Vec<Draft>,
}

/// Every component block of every instance in the order of their addresses: then so are their instances, and each
/// block's, and each module's, stand together. And whether they are all: something may be wrong with others, which was said.
fn units<'a, 'p>(checker: &mut Checker<'a, 'p>) -> (Vec<Unit<'a, 'p>>, bool) {
    let tree = checker.tree;
    let (mut units, mut is_whole) = (Vec::new(), true);
    for (number, instance) in checker.instances.iter_mut().enumerate() {
        let area = tree.area(instance.module);
        for (index, drafts) in std::mem::take(&mut instance.drafts).into_iter().enumerate() {
            let Some((block, drafts)) = area.blocks[index].as_ref().zip(drafts) else {
                is_whole = false;
                continue;
            };
            let uses = &area.uses[area.names.number(Node::Component(index))];
            let passed = tree.modules[instance.module].providers.get(&block.provider);
            let provider = passed.unwrap_or(&block.provider);
            let keys = drafts.iter().map(|draft| draft.key.clone()).collect();
            units.push(Unit { instance: number, block, uses, provider, keys, index, drafts });
        }
    }
    let path = |unit: &Unit<'_, '_>| &checker.instances[unit.instance].path;
    units.sort_by(|a, b| {
        path(a).cmp(path(b)).then_with(|| (a.block.kind, a.block.name).cmp(&(b.block.kind, b.block.name)))
    });
    (units, is_whole)
}

/// Whether the instances exist that `depends_on` names.
fn named_instances(units: &[Unit<'_, '_>], checker: &mut Checker<'_, '_>) {
    let places = Places::new(units, &checker.instances);
    let mut problems = Diagnostics::default();
    let resting = Resting { tree: checker.tree, instances: &checker.instances };
    let mut edges = Edges { resting, places: &places, left: MAX_EDGES, problems: &mut problems };
    units.iter().for_each(|unit| edges.check_depends(unit.instance, &unit.block.depends));
    edges.check_calls();
    checker.problems.0.append(&mut problems.0);
}

/// What a component is made of.
struct Made<'a, 'p> {
    block: &'a ComponentBlock<'p>,
    provider: usize,
    rollout: Arc<Rollout>,
    vendor: Option<usize>,
    windows: Vec<usize>,
    drain: Option<Drain>,
    barrier: Option<Box<Barrier>>,
    spans: ArgumentSpans,
    after: Vec<Dependency>,
}

impl Made<'_, '_> {
    fn component(self, module: Vec<(Arc<str>, InstanceKey)>, draft: Draft) -> Component {
        let block = self.block;
        Component {
            address: Address { module, kind: block.kind.clone(), name: block.name.clone(), key: draft.key },
            provider: self.provider,
            class: draft.class,
            exposure: draft.exposure,
            importance: None,
            level: draft.level,
            constrained: draft.constrained,
            baseline: draft.baseline,
            arguments: draft.arguments,
            secrets: draft.secrets,
            connection: draft.connection,
            snapshot: draft.snapshot,
            checks: draft.checks,
            role: draft.role,
            lifecycle: draft.lifecycle,
            rollout: self.rollout,
            zone: draft.zone,
            vendor: self.vendor,
            windows: self.windows,
            drain: self.drain,
            block: self.barrier,
            silence: draft.silence,
            blackouts: Vec::new(),
            after: self.after,
            span: block.block.header,
            level_span: block.level.value.span(),
            argument_spans: self.spans,
        }
    }
}

/// Which rollout a component has: the instance of the module that declares it, and its name; `None` for the default one.
fn rollout_of(instance: usize, block: &ComponentBlock<'_>, draft: &Draft) -> Option<(usize, String)> {
    match (block.rollout, &draft.rollout) {
        (Named::Block(name), _) => Some((instance, name.to_string())),
        (_, given) => given.as_ref().map(|(owner, name)| (*owner, name.to_string())),
    }
}

/// Every rollout, now that it is known how many components share each.
fn finished_rollouts(
    units: &[Unit<'_, '_>],
    rollouts: &BTreeMap<(usize, &str), rollout::Draft>,
    instances: &[Instance],
) -> BTreeMap<Option<(usize, String)>, Arc<Rollout>> {
    let mut sharing: BTreeMap<Option<(usize, String)>, usize> = BTreeMap::new();
    for unit in units {
        match unit.block.rollout {
            // One name for all instances of the block.
            Named::Block(_) | Named::Nothing => {
                let Some(first) = unit.drafts.first() else { continue };
                *sharing.entry(rollout_of(unit.instance, unit.block, first)).or_default() +=
                    unit.drafts.len();
            }
            Named::Value(_) => {
                for draft in &unit.drafts {
                    *sharing.entry(rollout_of(unit.instance, unit.block, draft)).or_default() += 1;
                }
            }
        }
    }
    let finish = |((owner, name), draft): (&(usize, &str), &rollout::Draft)| {
        let key = Some((*owner, name.to_string()));
        let sharing = sharing.get(&key).copied().unwrap_or(0);
        (key, Arc::new(draft.finish(&block_name("rollout", name, &instances[*owner]), sharing)))
    };
    rollouts.iter().map(finish).chain([(None, Arc::new(Rollout::default()))]).collect()
}

/// A block's name in the root; its whole address in a module.
pub(super) fn block_name(kind: &str, name: &str, owner: &Instance) -> String {
    if owner.path.is_empty() {
        return name.to_string();
    }
    let path: String = owner.path.iter().map(|(name, key)| format!("module.{name}{key}.")).collect();
    format!("{path}{kind}.{name}")
}

/// Every vendor, sorted by label, and where each stands.
struct Vendors {
    all: Vec<Vendor>,
    index: BTreeMap<(usize, String), usize>,
}

impl Vendors {
    fn new(vendors: &BTreeMap<(usize, &str), Vendor>, instances: &[Instance]) -> Vendors {
        let label = |owner: usize, name: &str| block_name("vendor", name, &instances[owner]);
        let mut rows: Vec<(String, &(usize, &str), &Vendor)> =
            vendors.iter().map(|(key, vendor)| (label(key.0, key.1), key, vendor)).collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        let place = |(i, (_, (owner, name), _)): (usize, &(String, &(usize, &str), &Vendor))| {
            ((*owner, name.to_string()), i)
        };
        let index = rows.iter().enumerate().map(place).collect();
        let whole = |(label, _, vendor): (String, &(usize, &str), &Vendor)| {
            let mut vendor = vendor.clone();
            if label != vendor.label && vendor.get(VendorField::Name).is_none() {
                vendor.says.insert(0, (VendorField::Name, vendor.label));
            }
            Vendor { label, ..vendor }
        };
        Vendors { all: rows.into_iter().map(whole).collect(), index }
    }

    fn index(&self, instance: usize, block: &ComponentBlock<'_>, draft: &Draft) -> Option<usize> {
        let key = match (block.vendor, &draft.vendor) {
            (Named::Block(name), _) => (instance, name.to_string()),
            (_, given) => given.as_ref().map(|(owner, name)| (*owner, name.to_string()))?,
        };
        self.index.get(&key).copied()
    }
}

/// Every window, sorted by name, and where each stands.
struct Windows {
    all: Vec<Window>,
    index: BTreeMap<(usize, String), usize>,
}

impl Windows {
    fn new(windows: &BTreeMap<(usize, &str), Window>, instances: &[Instance]) -> Windows {
        let mut rows: Vec<(Window, (usize, String))> = Vec::with_capacity(windows.len());
        for ((owner, name), window) in windows {
            let whole = block_name("maintenance_window", name, &instances[*owner]);
            rows.push((Window { name: whole, ..window.clone() }, (*owner, name.to_string())));
        }
        rows.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        let index = rows.iter().enumerate().map(|(i, (_, key))| (key.clone(), i)).collect();
        Windows { all: rows.into_iter().map(|(window, _)| window).collect(), index }
    }

    /// Those of a component, each once.
    fn indices(&self, draft: &Draft) -> Vec<usize> {
        let named =
            draft.windows.iter().filter_map(|(owner, name)| self.index.get(&(*owner, name.to_string())));
        named.copied().collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// What the root calls the provider of each traffic block.
fn directing<'p>(
    traffic: &BTreeMap<(usize, &'p str), traffic::Draft>,
    checker: &Checker<'_, 'p>,
) -> BTreeMap<(usize, &'p str), (String, String)> {
    let named = |(key, draft): (&(usize, &'p str), &traffic::Draft)| {
        let own = (draft.provider.clone(), String::new());
        let module = &checker.tree.modules[checker.instances[key.0].module];
        (*key, module.providers.get(&own).cloned().unwrap_or(own))
    };
    traffic.iter().map(named).collect()
}

/// Every traffic block, sorted by address, and where each stands.
struct AllTraffic {
    all: Vec<Traffic>,
    index: BTreeMap<(usize, String), usize>,
    /// Which of them can keep customers out altogether.
    blocks: Vec<bool>,
}

impl AllTraffic {
    fn new(
        drafts: &BTreeMap<(usize, &str), traffic::Draft>,
        directing: &BTreeMap<(usize, &str), (String, String)>,
        providers: &[ProviderBlock],
        instances: &[Instance],
    ) -> AllTraffic {
        let mut rows: Vec<(Traffic, (usize, String))> = Vec::with_capacity(drafts.len());
        for (key, draft) in drafts {
            let wanted = directing.get(key).map(|(name, alias)| (name.as_str(), alias.as_str()));
            let provider = providers.iter().position(|p| Some((p.name.as_str(), p.alias.as_str())) == wanted);
            let path = &instances[key.0].path;
            let path: String = path.iter().map(|(name, key)| format!("module.{name}{key}.")).collect();
            let traffic = Traffic {
                address: format!("{path}traffic.{}.{}", draft.kind, key.1),
                kind: draft.kind.clone(),
                // Every one that is used was put among them.
                provider: provider.unwrap_or_default(),
                arguments: draft.arguments.clone(),
                secrets: draft.secrets.clone(),
                connection: draft.connection.clone(),
                by_hand: draft.by_hand.clone(),
            };
            rows.push((traffic, (key.0, key.1.to_string())));
        }
        rows.sort_by(|a, b| a.0.address.cmp(&b.0.address));
        let index = rows.iter().enumerate().map(|(i, (_, key))| (key.clone(), i)).collect();
        let shuts = |key: &(usize, String)| drafts.get(&(key.0, &*key.1)).is_some_and(|draft| draft.blocks);
        let blocks = rows.iter().map(|(_, key)| shuts(key)).collect();
        AllTraffic { blocks, all: rows.into_iter().map(|(traffic, _)| traffic).collect(), index }
    }

    /// How customers are kept out of a component.
    fn barrier(&self, draft: &Draft, problems: &mut Diagnostics) -> Option<Box<Barrier>> {
        let written = draft.block.as_ref()?;
        let at = written.at.as_ref().and_then(|(owner, name, span)| {
            let at = *self.index.get(&(*owner, name.to_string()))?;
            if !self.blocks[at] {
                let problem =
                    Diagnostic::error(format!("{} cannot keep customers out", self.all[at].address));
                let help =
                    "Name a traffic that can, such as \"haproxy\"; or leave \"at\" out, and write \"ports\".";
                let because = "It takes members away one by one, and refuses nobody.";
                problems.push(problem.at(*span, "").because(because).help(help));
            }
            Some(at)
        });
        Some(Box::new(Barrier { at, ..written.barrier.clone() }))
    }

    /// Where a component is drained, each once.
    fn drain(&self, draft: &Draft) -> Option<Drain> {
        let drained = draft.drained.as_ref()?;
        let mut from = Vec::new();
        for (owner, name) in &drained.from {
            let at = self.index.get(&(*owner, name.to_string())).copied();
            from.extend(at.filter(|at| !from.contains(at)));
        }
        Some(Drain { from, member: drained.member.clone(), wait: drained.wait })
    }
}

/// Every blackout, sorted by name; each is noted at the components to which it applies.
fn blackouts(
    drafts: &BTreeMap<(usize, &str), window::Draft>,
    components: &mut [Component],
    services: &[Service],
    declared: &BTreeSet<String>,
    problems: &mut Diagnostics,
) -> Vec<Blackout> {
    let all = drafts.values().map(|draft| draft.finish(components, declared, &mut problems.0)).collect();
    let members: Vec<_> = drafts.values().map(|draft| draft.members(services)).collect();
    for (i, component) in components.iter_mut().enumerate() {
        let applies =
            |(k, draft): &(usize, &window::Draft)| members[*k].contains(&i) || draft.applies(component);
        component.blackouts = drafts.values().enumerate().filter(applies).map(|(k, _)| k).collect();
    }
    all
}

/// The settings with the bundled providers that are used without being required.
fn settings(written: &Settings, in_use: &InUse) -> Settings {
    let mut settings = written.clone();
    for (name, _) in in_use {
        let bundled = RequiredProvider::default();
        settings.required_providers.entry(name.clone()).or_insert(bundled);
    }
    settings
}

fn providers_in_use(
    in_use: &InUse,
    whole: &Whole<'_, '_>,
    first_use: impl Fn(&str) -> Option<Span>,
    problems: &mut Diagnostics,
) -> Option<Vec<ProviderBlock>> {
    let mut written: BTreeMap<(String, String), ProviderBlock> =
        whole.providers.iter().map(|p| ((p.name.clone(), p.alias.clone()), p.clone())).collect();
    let mut providers = Vec::new();
    let mut good = true;
    for key in in_use {
        if let Some(provider) = written.remove(key) {
            providers.push(provider);
            continue;
        }
        if !key.1.is_empty() {
            // That there is no such alias was said.
            providers.push(provider::unread(&key.0, &key.1));
            continue;
        }
        let at = first_use(&key.0)?;
        match provider::implied(&key.0, whole.schemas, at) {
            Ok(provider) => providers.push(provider),
            Err(problem) => {
                problems.push(*problem);
                good = false;
            }
        }
    }
    good.then_some(providers)
}
