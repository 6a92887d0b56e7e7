//! Which components a value rests on: an edge for whoever uses it.

use super::expand::Instance;
use super::names::Node;
use super::order::{Part, Use, Which};
use super::tree::Tree;
use crate::model::{InstanceKey, Span};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Something that must be committed first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rest {
    /// A component block in an instance of a module; one of its instances, or all.
    Block { instance: usize, block: usize, key: Option<InstanceKey> },
    /// Everything in an instance of a module, and in those within it.
    Everything(usize),
}

/// What one value rests on. Shared, since most values rest on what another one does.
pub(super) type Rests = Arc<BTreeSet<Rest>>;

/// What must be known to tell what uses rest on.
pub(super) struct Resting<'a, 'p> {
    pub tree: &'a Tree<'p>,
    pub instances: &'a [Instance],
}

impl Resting<'_, '_> {
    /// What `uses` of the instance number `at` rest on, each with its place. `key` is that of the user, `computed` the
    /// instances that its computed uses name.
    pub fn of(
        &self,
        at: usize,
        uses: &[Use<'_>],
        key: &InstanceKey,
        computed: &[Option<InstanceKey>],
        mut found: impl FnMut(Rest, Span),
    ) {
        let instance = &self.instances[at];
        let names = &self.tree.area(instance.module).names;
        let mut computed = computed.iter();
        for used in uses {
            let wanted = match &used.which {
                Which::All => None,
                Which::One(key) => Some(key),
                Which::Same => Some(key),
                Which::Computed(_) => computed.next().and_then(Option::as_ref),
            };
            match names.node(used.node) {
                Node::Component(block) => {
                    found(Rest::Block { instance: at, block, key: wanted.cloned() }, used.span);
                }
                Node::Call(call) => {
                    for child in self.called(instance, call, wanted) {
                        self.part(child, used.part, &mut |rest| found(rest, used.span));
                    }
                }
                _ => instance.rests[used.node].iter().for_each(|rest| found(rest.clone(), used.span)),
            }
        }
    }

    /// The instances that a call made: the one with the key, where there is one.
    fn called<'i>(
        &self,
        instance: &'i Instance,
        call: usize,
        key: Option<&InstanceKey>,
    ) -> impl Iterator<Item = usize> + 'i {
        let all = instance.children.get(call).and_then(Option::as_deref).unwrap_or_default();
        let one =
            key.and_then(|key| all.binary_search_by(|child| self.instances[*child].key().cmp(key)).ok());
        match one {
            Some(one) => all[one..=one].iter().copied(),
            None => all.iter().copied(),
        }
    }

    fn part(&self, child: usize, part: Part, found: &mut impl FnMut(Rest)) {
        let instance = &self.instances[child];
        let names = &self.tree.area(instance.module).names;
        let outputs = match part {
            Part::Everything => return found(Rest::Everything(child)),
            Part::Output(output) => output..output + 1,
            Part::Outputs => 0..names.outputs.len(),
        };
        for output in outputs {
            let node = names.number(Node::Output(output));
            instance.rests[node].iter().for_each(|rest| found(rest.clone()));
        }
    }
}
