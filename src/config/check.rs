//! From blocks to a checked [`Config`]: names, shapes, values in order, and the edges between components.

use super::checked::{Config, Rollout, Vendor};
use super::load::Parsed;
use super::schemas::Schemas;
use super::scope::{Files, Scope};
use super::source::Sources;
use super::value::{Entries, Value};
use super::variables::{VariableInputs, settle};
use crate::model::{Diagnostics, Span};
use component::ComponentBlock;
use instances::{Draft, Expander};
use kind::KindPlan;
use names::Names;
use order::Use;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use uses::Finder;
use values::Values;

mod component;
mod finish;
mod instances;
mod kind;
mod known;
mod level;
mod names;
mod nested;
mod order;
mod output;
mod probe;
mod provider;
mod rollout;
mod secret;
mod uses;
mod values;
mod vendor;

pub use known::{Known, known};
pub use level::level_problem;

/// What expressions may ask of the world around the configuration.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Reads files for `file()` and its kin.
    pub files: &'a dyn Files,
    /// `path.module` and `path.root`: the configuration's folder, as the user names it.
    pub folder: &'a str,
    /// `path.cwd`
    pub working_folder: &'a str,
    /// `patchform.workspace`
    pub workspace: &'a str,
}

/// Checks a configuration against the schemas of its providers and evaluates all of it. Texts that are given as
/// variables are added to `sources`, so that diagnostics can point into them.
///
/// # Errors
/// Everything that is wrong, warnings included; without errors the warnings come with the configuration.
pub fn check(
    parsed: &Parsed,
    sources: &mut Sources,
    schemas: &Schemas,
    inputs: &VariableInputs,
    around: &Surroundings<'_>,
) -> Result<(Config, Diagnostics), Diagnostics> {
    run(parsed, sources, schemas, inputs, around).map(|(config, _, warnings)| (config, warnings))
}

/// Checks a configuration; the values that its names have come with it.
fn run(
    parsed: &Parsed,
    sources: &mut Sources,
    schemas: &Schemas,
    inputs: &VariableInputs,
    around: &Surroundings<'_>,
) -> Result<(Config, Values, Diagnostics), Diagnostics> {
    let mut problems = Diagnostics::default();
    let names = Names::collect(&parsed.blocks, schemas, &mut problems);
    let variables = settle(&names.variables, inputs, around.files, sources, &mut problems);
    let secret_sources = variables.secret_sources;
    let mut checker = Checker {
        parsed,
        schemas,
        around,
        names: &names,
        values: Values { variables: variables.values, spoilt: problems.has_errors(), ..Values::default() },
        problems,
    };
    let config = checker.run();
    let Checker { mut problems, values, .. } = checker;
    let sound = !problems.has_errors();
    problems.0.retain(|problem| !parsed.gaps.explain(problem));
    match config {
        Some(config) if sound => Ok((Config { secret_sources, ..config }, values, problems)),
        _ => Err(problems),
    }
}

struct Checker<'a, 'p> {
    parsed: &'p Parsed,
    schemas: &'a Schemas,
    around: &'a Surroundings<'a>,
    names: &'a Names<'p>,
    values: Values,
    problems: Diagnostics,
}

/// Component blocks and rollouts, evaluated.
struct Evaluated<'p> {
    blocks: Vec<Option<ComponentBlock<'p>>>,
    drafts: Vec<Option<Vec<Draft>>>,
    uses: Vec<Vec<Use<'p>>>,
    rollouts: BTreeMap<&'p str, rollout::Draft>,
    vendors: Vec<Vendor>,
}

impl<'p> Checker<'_, 'p> {
    fn run(&mut self) -> Option<Config> {
        let providers = provider::declared(&self.names.providers, self.schemas, &mut self.problems);
        let blocks = self.component_blocks(&providers);
        let uses = self.uses(&blocks);
        self.values.spoilt |= self.problems.has_errors();
        let order = order::sort(&uses);
        for steps in &order.loops {
            self.problems.push(order::draw_loop(steps, |node| self.node_name(node)));
            self.values.spoilt = true;
        }
        let drafts = self.evaluate(&order.sorted, &blocks, &uses);
        let rollouts = self.rollouts();
        let vendors = self.vendors();
        let outputs = self.outputs();
        let provider_blocks = self.providers(&providers);
        let evaluated = Evaluated { blocks, drafts, uses, rollouts, vendors };
        let outputs = outputs?;
        finish::config(evaluated, provider_blocks?, outputs, self)
    }

    fn component_blocks(&mut self, providers: &[provider::Declared<'p>]) -> Vec<Option<ComponentBlock<'p>>> {
        let aliases: Vec<(String, String)> =
            providers.iter().map(|p| (p.name.to_string(), p.alias.clone())).collect();
        let reader = component::Reader {
            names: self.names,
            schemas: self.schemas,
            settings: &self.parsed.settings,
            aliases: &aliases,
        };
        let mut plans: BTreeMap<(String, String), Option<Rc<KindPlan>>> = BTreeMap::new();
        let problems = &mut self.problems;
        let mut read = |block: &'p super::syntax::Block| {
            nested::shapes(block, problems);
            let provider = reader.provider(block, problems)?;
            let label = block.labels.first()?;
            let key = (provider.0.clone(), label.text.to_string());
            let plan = plans.entry(key).or_insert_with_key(|(provider, kind)| {
                match KindPlan::new(self.schemas.kind(provider, kind)?) {
                    Ok(plan) => Some(Rc::new(plan)),
                    Err(wrong) => {
                        problems.push(kind::bad_provider(provider, &wrong, label.span));
                        None
                    }
                }
            });
            reader.read(block, provider, plan.clone()?, problems)
        };
        self.names.components.iter().map(|block| read(block)).collect()
    }

    /// What each node uses: local values first, then component blocks. References of all other blocks are looked
    /// through too, so that every wrong one is found.
    fn uses(&mut self, blocks: &[Option<ComponentBlock<'p>>]) -> Vec<Vec<Use<'p>>> {
        let names = self.names;
        let mut finder = Finder { names, values: &mut self.values, problems: &mut self.problems };
        let mut all = Vec::with_capacity(names.locals.len() + names.components.len());
        let plain = names::Place::default();
        for local in &names.locals {
            let mut uses = Vec::new();
            finder.expr(&local.value, plain, &mut uses);
            all.push(uses);
        }
        for (index, block) in names.components.iter().enumerate() {
            let mut uses = Vec::new();
            finder.component(block, &mut uses);
            let depends = blocks[index].iter().flat_map(|b| &b.depends);
            uses.extend(depends.map(|(on, span, which)| Use {
                node: names.locals.len() + on,
                span: *span,
                which: which.clone(),
            }));
            all.push(uses);
        }
        let mut ends = Vec::new();
        let others = names.outputs.values().chain(names.rollouts.values());
        let others = others.chain(names.vendors.values()).chain(&names.providers);
        for block in others {
            finder.block(block, plain, &mut ends);
        }
        all
    }

    fn node_name(&self, node: usize) -> String {
        let locals = self.names.locals.len();
        match self.names.locals.get(node) {
            Some(local) => format!("local.{}", local.name),
            None => {
                let labels: Vec<&str> =
                    self.names.components[node - locals].labels.iter().map(|l| &*l.text).collect();
                labels.join(".")
            }
        }
    }

    fn evaluate(
        &mut self,
        sorted: &[usize],
        blocks: &[Option<ComponentBlock<'p>>],
        uses: &[Vec<Use<'p>>],
    ) -> Vec<Option<Vec<Draft>>> {
        let mut drafts: Vec<Option<Vec<Draft>>> = Vec::new();
        drafts.resize_with(blocks.len(), || None);
        let locals = self.names.locals.len();
        for node in sorted {
            if let Some(local) = self.names.locals.get(*node) {
                if let Some(value) = self.with_fields(|fields| fields.value(&local.value)) {
                    self.values.locals.insert(local.name.to_string(), value);
                }
            } else if let Some(block) = &blocks[*node - locals] {
                let made = self.expand(block, &uses[*node]);
                if let Some((instances, value)) = made {
                    let of_kind = self.values.components.entry(block.kind.to_string()).or_default();
                    of_kind.insert(block.name.to_string(), value);
                    drafts[*node - locals] = Some(instances);
                }
            }
            self.values.spoilt |= self.problems.has_errors();
        }
        drafts
    }

    fn expand(&mut self, block: &ComponentBlock<'p>, uses: &[Use<'p>]) -> Option<(Vec<Draft>, Value)> {
        // Of a block that rests on something wrong nothing is known.
        let rests_on_nothing = self.values.spoilt && self.unknown_repeat(block);
        if rests_on_nothing {
            return None;
        }
        let mut problems = Diagnostics::default();
        let made = {
            let scope = self.scope();
            let hopeless = |expr: &super::expr::Expr| self.values.hopeless(expr);
            let expander = Expander { block, uses, values: &self.values, scope: &scope, hopeless: &hopeless };
            expander.expand(&mut problems)
        };
        self.problems.0.extend(problems.0);
        made
    }

    fn unknown_repeat(&self, block: &ComponentBlock<'_>) -> bool {
        match block.repeat {
            component::Repeat::Once => false,
            component::Repeat::Count(a) | component::Repeat::ForEach(a) => self.values.hopeless(&a.value),
        }
    }

    /// The scope of every expression: declared names, `path` and `patchform`.
    fn scope(&self) -> Scope<'_> {
        scope(self.around, &self.values)
    }

    fn with_fields<T>(&mut self, read: impl FnOnce(&mut super::fields::Fields<'_>) -> T) -> T {
        let mut problems = Diagnostics::default();
        let answer = {
            let scope = self.scope();
            let hopeless = |expr: &super::expr::Expr| self.values.hopeless(expr);
            read(&mut super::fields::Fields { scope: &scope, hopeless: &hopeless, problems: &mut problems })
        };
        self.problems.0.extend(problems.0);
        answer
    }

    fn rollouts(&mut self) -> BTreeMap<&'p str, rollout::Draft> {
        let blocks = &self.names.rollouts;
        let read = |checker: &mut Self, name: &'p str| {
            checker.with_fields(|fields| rollout::read(blocks[name], fields)).map(|draft| (name, draft))
        };
        blocks.keys().filter_map(|name| read(self, name)).collect()
    }

    fn vendors(&mut self) -> Vec<Vendor> {
        let blocks = &self.names.vendors;
        let read = |(name, block): (&&str, &&super::syntax::Block)| {
            self.with_fields(|fields| vendor::read(name, block, fields))
        };
        blocks.iter().filter_map(read).collect()
    }

    fn outputs(&mut self) -> Option<Vec<super::checked::Output>> {
        let blocks = &self.names.outputs;
        let read: Vec<_> = blocks
            .iter()
            .map(|(name, block)| self.with_fields(|fields| output::read(name, block, fields)))
            .collect();
        read.into_iter().collect()
    }

    fn providers(&mut self, declared: &[provider::Declared<'p>]) -> Option<Vec<provider::Configured>> {
        let variables = self.values.variables.clone();
        let schemas = self.schemas;
        let read: Vec<_> = declared
            .iter()
            .map(|one| self.with_fields(|fields| provider::read(one, schemas, &variables, fields)))
            .collect();
        read.into_iter().collect()
    }
}

/// What names mean outside of any block: `path`, `patchform`, and what has a value by now.
fn scope<'a>(around: &Surroundings<'a>, values: &'a Values) -> Scope<'a> {
    let text = Value::string;
    let path = Entries::from([
        ("module".into(), text(around.folder)),
        ("root".into(), text(around.folder)),
        ("cwd".into(), text(around.working_folder)),
    ]);
    let patchform = Entries::from([("workspace".into(), text(around.workspace))]);
    Scope::root()
        .with("path", Value::object(path))
        .with("patchform", Value::object(patchform))
        .files(around.files)
        .resolver(values)
}

/// The rollout of components that name none.
fn default_rollout() -> Rollout {
    Rollout { name: String::new(), max_parallel: 10, on_failure: super::checked::OnFailure::default() }
}

/// Places of a block's arguments, by name.
fn argument_spans(block: &super::syntax::Block) -> BTreeMap<String, Span> {
    let arguments = block.body.attributes.iter().filter(|a| !component::ARGUMENTS.contains(&&*a.name));
    arguments.map(|a| (a.name.to_string(), a.value.span())).collect()
}

/// Names in use, for `required_providers`.
type InUse = BTreeSet<(String, String)>;
