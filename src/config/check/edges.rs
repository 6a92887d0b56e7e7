//! Edges between instances of components: what each must wait for.

use super::expand::Instance;
use super::finish::Unit;
use super::instances::Draft;
use super::names::Node;
use super::order::{Use, Which};
use super::rests::{Rest, Resting};
use crate::config::checked::Dependency;
use crate::config::suggest;
use crate::model::{Diagnostic, Diagnostics, InstanceKey, Span};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The most edges between instances. An edge from each of N instances to each of M costs N × M; what goes beyond is
/// refused with a way out rather than filling the memory.
pub(super) const MAX_EDGES: usize = 4_000_000;

/// Where the instances of one block stand in the sorted list, and their keys in order.
type Place = (Range<usize>, Arc<[InstanceKey]>);

/// Where the instances of each block, and all of a module, stand in the sorted list.
pub(super) struct Places {
    /// By instance of a module and block: where they stand, and their keys in order.
    blocks: BTreeMap<(usize, usize), Place>,
    modules: Vec<Range<usize>>,
}

impl Places {
    /// `units` in the order of the sorted list.
    pub fn new(units: &[Unit<'_, '_>], instances: &[Instance]) -> Self {
        let mut places = Places { blocks: BTreeMap::new(), modules: vec![0..0; instances.len()] };
        let mut next = 0;
        for unit in units {
            let range = next..next + unit.keys.len();
            next = range.end;
            let mut module = Some(unit.instance);
            while let Some(instance) = module.filter(|_| range.start < range.end) {
                let all = &mut places.modules[instance];
                *all =
                    if all.start == all.end { range.clone() } else { all.start.min(range.start)..range.end };
                module = instances[instance].parent;
            }
            places.blocks.insert((unit.instance, unit.index), (range, unit.keys.clone()));
        }
        places
    }

    fn one(&self, instance: usize, block: usize, key: &InstanceKey) -> Option<usize> {
        let (range, keys) = self.blocks.get(&(instance, block))?;
        Some(range.start + keys.binary_search(key).ok()?)
    }

    /// The instance, or all of them where there is no such one.
    pub fn range(&self, rest: &Rest) -> Range<usize> {
        match rest {
            Rest::Everything(instance) => self.modules[*instance].clone(),
            Rest::Block { instance, block, key } => {
                match key.as_ref().and_then(|key| self.one(*instance, *block, key)) {
                    Some(one) => one..one + 1,
                    None => self.blocks.get(&(*instance, *block)).map_or(0..0, |(range, _)| range.clone()),
                }
            }
        }
    }
}

/// Finds edges.
pub(super) struct Edges<'a, 'p> {
    pub resting: Resting<'a, 'p>,
    pub places: &'a Places,
    /// How many edges may still be made.
    pub left: usize,
    pub problems: &'a mut Diagnostics,
}

/// Too many edges to be meant.
pub(super) fn too_many(at: Option<Span>) -> Diagnostic {
    let problem = Diagnostic::error("Too many components wait for too many others")
        .because(format!(
            "A reference to a whole block orders every instance behind every instance of it; this makes more than {MAX_EDGES} pairs."
        ))
        .help("Refer to the one instance that is needed, as in release.db[each.key], or put one component between the two blocks.");
    match at {
        Some(span) => problem.at(span, "one pair too many"),
        None => problem,
    }
}

impl Edges<'_, '_> {
    fn spend(&mut self, edges: usize, at: Option<Span>) -> Option<()> {
        if let Some(left) = self.left.checked_sub(edges) {
            self.left = left;
            return Some(());
        }
        self.problems.push(too_many(at));
        None
    }

    /// What an instance of a component waits for. Those of a block without computed uses wait for the same: found once.
    pub fn after(
        &mut self,
        uses: &[Use<'_>],
        instance: usize,
        draft: &Draft,
        header: Span,
        shared: &mut Option<Vec<Dependency>>,
    ) -> Option<Vec<Dependency>> {
        if let Some(found) = shared {
            self.spend(found.len(), found.first().map(|d| d.span).or(Some(header)))?;
            return Some(found.clone());
        }
        let mut after: BTreeMap<usize, Span> = BTreeMap::new();
        let (places, most) = (self.places, self.left);
        let mut steps = 0_usize;
        let mut add = |rest: &Rest, span: Span| {
            let range = places.range(rest);
            steps = steps.saturating_add(range.len());
            if steps <= most {
                for on in range {
                    after.entry(on).or_insert(span);
                }
            }
        };
        self.resting.of(instance, uses, &draft.key, &draft.computed, |rest, span| add(&rest, span));
        let around = self.resting.instances[instance].around.clone();
        let tree = self.resting.tree;
        let call = tree.modules[self.resting.instances[instance].module].chain.last();
        around.iter().for_each(|rest| add(rest, call.map_or(header, |(_, span)| *span)));
        self.spend(steps, after.values().next().copied().or(Some(header)))?;
        let after: Vec<Dependency> = after.into_iter().map(|(on, span)| Dependency { on, span }).collect();
        if draft.computed.is_empty() && !uses.iter().any(|used| used.which == Which::Same) {
            *shared = Some(after.clone());
        }
        Some(after)
    }

    /// An instance that is named in `depends_on` must exist; elsewhere the evaluation has found that out.
    pub fn check_depends(&mut self, at: usize, depends: &[Use<'_>]) {
        let instance = &self.resting.instances[at];
        let names = &self.resting.tree.area(instance.module).names;
        for used in depends {
            let Which::One(key) = &used.which else { continue };
            let (keys, name): (Vec<&InstanceKey>, String) = match names.node(used.node) {
                Node::Component(block) => {
                    // What is wrong with that block was said.
                    let Some((_, keys)) = self.places.blocks.get(&(at, block)) else { continue };
                    let labels: Vec<&str> = names.components[block].labels.iter().map(|l| &*l.text).collect();
                    (keys.iter().collect(), labels.join("."))
                }
                Node::Call(call) => {
                    let Some(children) = instance.children.get(call).and_then(Option::as_ref) else {
                        continue;
                    };
                    let keys = children.iter().map(|child| self.resting.instances[*child].key());
                    (keys.collect(), format!("module.{}", names.call_name(call)))
                }
                _ => continue,
            };
            if keys.binary_search(&key).is_err() {
                self.problems.push(no_instance(&name, key, &keys, used.span));
            }
        }
    }

    /// The same for calls of modules.
    pub fn check_calls(&mut self) {
        for at in 0..self.resting.instances.len() {
            let tree = self.resting.tree;
            for call in &tree.area(self.resting.instances[at].module).calls {
                self.check_depends(at, &call.depends);
            }
        }
    }
}

fn no_instance(name: &str, key: &InstanceKey, keys: &[&InstanceKey], at: Span) -> Diagnostic {
    let keys: Vec<String> = keys.iter().take(1_000).map(ToString::to_string).collect();
    let near = match key {
        InstanceKey::Key(_) => suggest::nearest(&key.to_string(), keys.iter().map(String::as_str)),
        _ => None,
    };
    let help = match near {
        Some(near) => format!("Did you mean {near}?"),
        None if keys.len() <= 10 => format!("These exist: {}.", keys.join(", ")),
        None => String::new(),
    };
    Diagnostic::error(format!("There is no instance {name}{key}")).at(at, "no such instance").help(help)
}
