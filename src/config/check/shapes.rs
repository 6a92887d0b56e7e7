//! The shapes of one folder's blocks, and what their expressions refer to.

use super::call::{self, Call};
use super::component::{self, ComponentBlock};
use super::kind::{self, KindPlan};
use super::names::{Names, Place};
use super::nested;
use super::order::Use;
use super::uses::Finder;
use super::values::Wrong;
use crate::config::blocks::{BASELINE, BLACKOUT, Holds, MODULE, PROVIDER, SERVICE};
use crate::config::load::Parsed;
use crate::config::schemas::Schemas;
use crate::config::syntax::Attribute;
use crate::model::{Diagnostics, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Kinds' schemas, each read once.
pub(super) struct Plans<'a> {
    pub schemas: &'a Schemas,
    pub known: BTreeMap<(String, String), Option<Arc<KindPlan>>>,
}

impl Plans<'_> {
    fn get(
        &mut self,
        provider: &str,
        kind: &str,
        at: Span,
        problems: &mut Diagnostics,
    ) -> Option<Arc<KindPlan>> {
        let plan = || match KindPlan::new(self.schemas.kind(provider, kind)?) {
            Ok(plan) => Some(Arc::new(plan)),
            Err(wrong) => {
                problems.push(kind::bad_provider(provider, &wrong, at));
                None
            }
        };
        self.known.entry((provider.to_string(), kind.to_string())).or_insert_with(plan).clone()
    }
}

/// Reads the shapes of one folder's blocks.
pub(super) struct Shapes<'a, 'p> {
    pub parsed: &'p Parsed,
    pub schemas: &'a Schemas,
    pub names: &'a [Names<'p>],
    pub aliases: &'a [(String, String)],
}

impl<'p> Shapes<'_, 'p> {
    pub fn read(
        &self,
        index: usize,
        plans: &mut Plans<'_>,
        problems: &mut Diagnostics,
    ) -> (Vec<Option<ComponentBlock<'p>>>, Vec<Call<'p>>) {
        let (names, folder) = (&self.names[index], &self.parsed.folders[index]);
        let settings = &self.parsed.settings;
        let reader = component::Reader { names, schemas: self.schemas, settings, aliases: self.aliases };
        let mut read = |block: &'p crate::config::syntax::Block| {
            nested::shapes(block, problems);
            let provider = reader.provider(block, problems)?;
            let label = block.labels.first()?;
            let plan = plans.get(&provider.0, &label.text, label.span, problems)?;
            reader.read(block, provider, plan, problems)
        };
        let blocks = names.components.iter().map(|block| read(block)).collect();
        let mut reader = call::Reader { caller: names, aliases: self.aliases, problems };
        let calls = names.calls.iter().map(|block| {
            let called = block.labels.first().and_then(|label| folder.calls.get(&label.text)).copied();
            let module = called.map(|called| (called, &self.parsed.folders[called], &self.names[called]));
            reader.read(block, module)
        });
        (blocks, calls.collect())
    }

    /// What each node of a folder uses. References of all other blocks are looked through too, so that every wrong
    /// one is found.
    pub fn uses(
        &self,
        index: usize,
        blocks: &[Option<ComponentBlock<'p>>],
        calls: &mut [Call<'p>],
        wrong: &mut Wrong,
        problems: &mut Diagnostics,
    ) -> Vec<Box<[Use<'p>]>> {
        let names = &self.names[index];
        let mut finder = Finder { names, wrong, bound: Vec::new(), problems };
        let mut all = Vec::with_capacity(names.count());
        let plain = Place::default();
        for local in &names.locals {
            let mut uses = Vec::new();
            finder.expr(&local.written.value, Place { names: true, ..plain }, &mut uses);
            all.push(uses.into_boxed_slice());
        }
        for block in names.baselines.values() {
            BASELINE.check(block, finder.problems);
        }
        for (block, read) in names.components.iter().zip(blocks) {
            let mut uses = Vec::new();
            finder.component(block, &mut uses);
            uses.extend(read.iter().flat_map(|b| &b.depends).cloned());
            all.push(uses.into_boxed_slice());
        }
        for block in &names.data {
            super::data::shape(block, finder.problems);
            let mut uses = Vec::new();
            let (each, count) = finder.repeated(block, &mut uses);
            finder.arguments(block, Place { each, count, ..plain }, &mut uses);
            all.push(uses.into_boxed_slice());
        }
        for call in calls {
            let mut uses = Vec::new();
            let (each, count) = finder.repeated(call.block, &mut uses);
            let place = Place { each, count, names: true, ..plain };
            call.argument_uses.resize_with(call.arguments.len(), Vec::new);
            let inputs: BTreeMap<Span, usize> =
                call.arguments.iter().enumerate().filter_map(|(i, a)| Some((a.as_ref()?.span, i))).collect();
            let given = call.block.body.attributes.iter();
            for attribute in given.filter(|a| MODULE.argument(&a.name).is_none()) {
                let mut uses = Vec::new();
                finder.expr(&attribute.value, place, &mut uses);
                if let Some(input) = inputs.get(&attribute.span) {
                    call.argument_uses[*input] = uses;
                }
            }
            all.push(uses.into_boxed_slice());
        }
        all.extend(names.variables.keys().map(|_| Box::default()));
        for block in names.outputs.values() {
            let mut uses = Vec::new();
            finder.block(block, Place { names: !names.root, ..plain }, &mut uses);
            all.push(uses.into_boxed_slice());
        }
        names.moves.iter().for_each(|block| super::moved::shape(block, finder.problems));
        for block in names.checks.values() {
            super::assertion::check_shape(block, finder.problems);
            finder.block(block, plain, &mut Vec::new());
        }
        let named =
            [&names.rollouts, &names.vendors, &names.windows, &names.traffic, &names.feeds, &names.policies];
        for block in named.into_iter().flat_map(BTreeMap::values) {
            finder.block(block, plain, &mut Vec::new());
        }
        let validations = names.variables.values().flat_map(|variable| &variable.validations);
        for part in validations.flat_map(|validation| [validation.condition, validation.message]) {
            finder.expr(part, plain, &mut Vec::new());
        }
        let blackouts = names.blackouts.values().map(|block| (&BLACKOUT, *block));
        let services = names.services.values().map(|block| (&SERVICE, *block));
        let providers = names.providers.iter().map(|block| (&PROVIDER, *block));
        for (row, block) in blackouts.chain(services).chain(providers) {
            // Addresses and literals are read apart, where no name has a value.
            let apart = |a: &&Attribute| {
                row.argument(&a.name).is_some_and(|known| matches!(known.holds, Holds::Name | Holds::Literal))
            };
            for attribute in block.body.attributes.iter().filter(|a| !apart(a)) {
                finder.expr(&attribute.value, plain, &mut Vec::new());
            }
        }
        all
    }
}
