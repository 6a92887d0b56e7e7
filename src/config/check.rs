//! From blocks to a checked [`Config`]: names, shapes, values in order, and the edges between components.

use super::blocks;
use super::checked::{ArgumentSpans, Config, Vendor, Window, credentials};
use super::expr::Expr;
use super::fields::Fields;
use super::in_json;
use super::levels::Resolved;
use super::load::{Parsed, with_chain};
use super::schemas::Schemas;
use super::scope::{Files, Scope};
use super::source::Sources;
use super::syntax::Block;
use super::value::{Entries, Value};
use super::variables::{VariableInputs, lacking, settle};
use crate::model::{Diagnostics, InstanceKey, Selection, Span};
use expand::Instance;
use guess::Guessing;
use names::Names;
use secret::Secrets;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use told::Told;
use tree::Tree;
use values::{Values, Wrong};

mod assertion;
mod binding;
mod blocking;
mod call;
mod clear;
mod component;
mod credential;
mod data;
mod depends;
mod dynamic;
mod edges;
mod expand;
mod feed;
mod fetched;
mod finish;
mod guess;
mod hosts;
mod input;
mod instances;
mod kind;
mod known;
mod level;
mod moved;
mod named;
mod names;
mod nested;
mod order;
mod outline;
mod output;
mod policy;
mod probe;
mod provider;
mod repeat;
mod rests;
mod role;
mod rollout;
mod secret;
mod service;
mod shapes;
mod silence;
mod sketch;
mod told;
mod traffic;
mod tree;
mod uses;
mod values;
mod vendor;
mod window;

pub use known::{Came, Known, known};
pub use level::level_problem;
pub use outline::{Drawn, Outlined, drawn};

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
    /// What constraints on levels were resolved to.
    pub levels: Resolved<'a>,
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
    let Run { looked, warnings, .. } = run(parsed, sources, schemas, inputs, around)?;
    match looked.filter(|looked| looked.is_whole) {
        Some(looked) => Ok((looked.config, warnings)),
        None => Err(warnings),
    }
}

/// A configuration in which nothing is wrong.
pub struct Looked {
    /// It, or what there is of it: components that rest on nothing without a value, each by itself.
    pub config: Config,
    /// Whether that is all of it.
    pub is_whole: bool,
}

/// Checks a configuration of which something may have no value.
///
/// # Errors
/// As [`check`].
pub fn look_through(
    parsed: &Parsed,
    sources: &mut Sources,
    schemas: &Schemas,
    inputs: &VariableInputs,
    around: &Surroundings<'_>,
) -> Result<(Looked, Diagnostics), Diagnostics> {
    let Run { looked, warnings, .. } = run(parsed, sources, schemas, inputs, around)?;
    match looked {
        Some(looked) => Ok((looked, warnings)),
        None => Err(warnings),
    }
}

/// What checking has found where nothing is wrong.
struct Run {
    /// Nothing where too much of it has no value.
    looked: Option<Looked>,
    /// What the root's names mean.
    known: Known,
    warnings: Diagnostics,
}

/// Checks a configuration.
fn run(
    parsed: &Parsed,
    sources: &mut Sources,
    schemas: &Schemas,
    inputs: &VariableInputs,
    around: &Surroundings<'_>,
) -> Result<Run, Diagnostics> {
    let (mut problems, mut wrong) = (Diagnostics::default(), Wrong::default());
    wrong.outputs_lost = parsed.gaps.may_hold_outputs();
    wrong.spoil(wrong.outputs_lost);
    wrong.lacks = inputs.may_lack;
    parsed.conceal(sources, &Diagnostics::default());
    let tree = Tree::grow(parsed, schemas, &mut wrong, &mut problems);
    clear::secrets(&tree, schemas).into_iter().for_each(|span| sources.conceal(span));
    let declared = &tree.areas[0].names.variables;
    let nothing = Values::default();
    let mut variables =
        settle(declared, inputs, &scope(around, ".", &nothing), around.files, sources, &mut problems);
    let missing = std::mem::take(&mut variables.lacking);
    let is_open = variables.values.len() < declared.len();
    wrong.spoil(problems.has_errors() || is_open);
    let mut checker = Checker::new(&tree, around, variables, sources, Arc::new(wrong), problems);
    let config = checker.run(parsed, schemas);
    let open = if is_open { checker.guessing(0).all() } else { BTreeMap::new() };
    let Checker { mut problems, mut instances, secrets, .. } = checker;
    let sound = !problems.has_errors();
    problems.0.retain(|problem| !parsed.gaps.explain(problem, sources));
    let missing = lacking(&missing, sources, |warning| parsed.gaps.explain(warning, sources));
    problems.0.splice(0..0, missing);
    problems.drop_moot();
    problems.once();
    // A name means the same in all files of a folder.
    problems.gather_absent(|file| sources.path(file).rsplit_once('/').map(|(folder, _)| folder.to_string()));
    sources.conceal_values(&mut problems);
    in_json::turn_round(&mut problems, sources);
    if !sound {
        return Err(problems);
    }
    let looked = config.map(|Looked { config, is_whole }| {
        // What rests on a variable without a value may be nothing that a component needs.
        let is_whole = is_whole && !is_open;
        let named = config.components.iter().flat_map(|c| credentials(&c.checks, c.silence.as_deref()));
        let named =
            named.filter_map(|c| Some((c.variable().to_string(), secrets.value(c.variable())?.to_json())));
        let values = named.collect();
        let config = Config { credentials: values, secret_sources: secrets.sources(), ..config };
        Looked { config, is_whole }
    });
    let known = Known::new(std::mem::take(&mut instances[0].values), open);
    Ok(Run { looked, known, warnings: problems })
}

/// Evaluates every node of every module.
struct Checker<'a, 'p> {
    tree: &'a Tree<'p>,
    around: &'a Surroundings<'a>,
    /// The texts of the configuration.
    sources: &'a Sources,
    /// The sensitive variables that can be read again, of the root and of modules.
    secrets: Secrets,
    /// The root first; each behind the one that calls it.
    instances: Vec<Instance>,
    /// For each module its instances.
    of_module: Vec<Vec<usize>>,
    /// For each module how many of its outputs had their turn.
    outputs_done: Vec<usize>,
    /// How much may still be remembered of what values rest on.
    left: usize,
    outputs: Vec<Option<super::checked::Output>>,
    /// Where each of the root's variables got its value.
    places: BTreeMap<String, (Span, String)>,
    wrong: Arc<Wrong>,
    /// Mistakes that were told in modules and for their variables: each counts once, however often its module is called.
    told: Told,
    /// Whether there are too many instances: then no module is looked at any more.
    full: bool,
    problems: Diagnostics,
}

impl<'a, 'p> Checker<'a, 'p> {
    fn run(&mut self, parsed: &Parsed, schemas: &Schemas) -> Option<Looked> {
        let order = order::sort(&self.tree.edges());
        for steps in &order.loops {
            self.problems.push(order::draw_loop(steps, |node| self.tree.node_name(node)));
            self.wrong.spoil(true);
        }
        for number in &order.sorted {
            self.evaluate(*number);
            self.wrong.spoil(self.problems.has_errors());
        }
        self.sketch_modules(&order.sorted);
        self.validations();
        let rollouts = self.rollouts();
        let vendors = self.vendors();
        let windows = self.named(|names| &names.windows, window::window);
        let blackouts = self.named(|names| &names.blackouts, window::blackout);
        let feeds = self.named(|names| &names.feeds, feed::read).into_values().collect();
        let policies = self.named(|names| &names.policies, policy::read).into_values();
        let (policies, covered): (_, Vec<policy::Covered>) = policies.unzip();
        let traffic = self.traffic(schemas);
        let services = self.named(|names| &names.services, |_, block, fields| service::read(block, fields));
        let providers = self.providers(schemas);
        // One that is wrong keeps nothing from being looked at that has to do with the others.
        let has_outputs = self.outputs.iter().all(Option::is_some);
        let has_providers = providers.iter().all(Option::is_some);
        let outputs = self.outputs.drain(..).flatten().collect();
        let unread = |(declared, read): (&provider::Declared<'p>, Option<provider::Configured>)| {
            read.unwrap_or_else(|| provider::unread(declared.name, &declared.alias))
        };
        let providers = self.tree.providers.iter().zip(providers).map(unread).collect();
        for call in 0..self.tree.areas[0].calls.len() {
            self.refresh(0, call);
        }
        let assertions = self.assertions();
        let whole = Whole {
            parsed,
            schemas,
            rollouts,
            vendors,
            windows,
            blackouts,
            traffic,
            services,
            providers,
            outputs,
        };
        let mut looked = finish::config(whole, self)?;
        if !looked.is_whole {
            return Some(looked).filter(|_| has_providers);
        }
        looked.is_whole = has_outputs;
        let config = &mut looked.config;
        if let Resolved::All(levels) | Resolved::Told(levels) = self.around.levels {
            level::idle(config, levels, &mut self.problems);
        }
        config.moves = self.moves(config);
        config.assertions = assertions;
        config.feeds = feeds;
        config.policies = policies;
        self.problems.0.extend(policy::unknown(&covered.concat(), &config.components));
        // Without the value of an output nothing is missing but that.
        Some(looked).filter(|looked| has_providers && (looked.is_whole || self.wrong.lacks))
    }

    /// The scope of every expression in an instance of a module: declared names, `path` and `patchform`.
    fn scope(&self, instance: usize) -> Scope<'_> {
        let instance = &self.instances[instance];
        scope(self.around, self.tree.area(instance.module).path, &instance.values)
    }

    /// What is known of the names in an instance of a module that have no value.
    fn guessing(&self, at: usize) -> Guessing<'_, 'p> {
        let Checker { tree, around, instances, .. } = self;
        Guessing { tree, instances, around, at, sketched: false, following: Vec::new() }
    }

    fn with_fields<T>(&mut self, instance: usize, read: impl FnOnce(&mut Fields<'_>) -> T) -> T {
        let mut problems = Diagnostics::default();
        let answer = {
            let guessing = self.guessing(instance);
            let scope = self.scope(instance).resolver(&guessing);
            let values = &self.instances[instance].values;
            let hopeless = |expr: &Expr| values.hopeless(expr);
            read(&mut Fields { scope: &scope, hopeless: &hopeless, problems: &mut problems })
        };
        self.take(problems, instance);
        answer
    }

    /// Takes what is wrong in an instance of a module, with the calls that lead there.
    fn take(&mut self, problems: Diagnostics, instance: usize) {
        self.tell(problems, instance, (instance > 0).then_some(instance));
    }

    /// The same; `among`: the number of the instance among those that share the text.
    fn tell(&mut self, mut problems: Diagnostics, instance: usize, among: Option<usize>) {
        if problems.0.is_empty() {
            return;
        }
        let chain = self.chain(instance);
        let path = &self.instances[instance].path;
        let is_one_of_many = path.iter().any(|(_, key)| *key != InstanceKey::None);
        for problem in &mut problems.0 {
            with_chain(problem, &chain);
            if is_one_of_many && problem.address.is_empty() {
                problem.address = Selection::Module(path.clone()).to_string();
            }
        }
        match among {
            None => self.problems.0.append(&mut problems.0),
            Some(among) => {
                problems.0.into_iter().for_each(|one| self.told.add(one, among, &mut self.problems))
            }
        }
    }

    /// The calls that lead to an instance of a module.
    fn chain(&self, instance: usize) -> Vec<(Arc<str>, Span)> {
        let Instance { module, path, .. } = &self.instances[instance];
        let spans = self.tree.modules[*module].chain.iter().map(|(_, span)| *span);
        path.iter().zip(spans).map(|((name, key), span)| (format!("{name}{key}").into(), span)).collect()
    }

    /// Reads a named block of every instance of its module; what is wrong with it is told once.
    fn named<T>(
        &mut self,
        blocks: impl for<'n> Fn(&'n Names<'p>) -> &'n BTreeMap<&'p str, &'p Block>,
        read: impl Fn(&'p str, &'p Block, &mut Fields<'_>) -> Option<T>,
    ) -> BTreeMap<(usize, &'p str), T> {
        let mut all = BTreeMap::new();
        let mut failed: BTreeSet<Span> = BTreeSet::new();
        for instance in 0..self.instances.len() {
            let tree = self.tree;
            for (name, block) in
                blocks(&tree.area(self.instances[instance].module).names).iter().map(|(n, b)| (*n, *b))
            {
                if failed.contains(&block.header) {
                    continue;
                }
                match self.with_fields(instance, |fields| read(name, block, fields)) {
                    Some(one) => drop(all.insert((instance, name), one)),
                    None => drop(failed.insert(block.header)),
                }
            }
        }
        all
    }

    fn rollouts(&mut self) -> BTreeMap<(usize, &'p str), rollout::Draft> {
        self.named(|names| &names.rollouts, |_, block, fields| rollout::read(block, fields))
    }

    fn vendors(&mut self) -> BTreeMap<(usize, &'p str), Vendor> {
        self.named(|names| &names.vendors, vendor::read)
    }

    fn traffic(&mut self, schemas: &Schemas) -> BTreeMap<(usize, &'p str), traffic::Draft> {
        let secrets = std::mem::take(&mut self.secrets);
        let read = self.named(
            |names| &names.traffic,
            |_, block, fields| traffic::read(block, schemas, &secrets, fields),
        );
        self.secrets = secrets;
        read
    }

    fn providers(&mut self, schemas: &Schemas) -> Vec<Option<provider::Configured>> {
        let secrets = std::mem::take(&mut self.secrets);
        let tree = self.tree;
        let read = |declared: &provider::Declared<'p>| {
            self.with_fields(0, |fields| provider::read(declared, schemas, &secrets, fields))
        };
        let read = tree.providers.iter().map(read).collect();
        self.secrets = secrets;
        read
    }
}

/// Everything that is evaluated beside components.
struct Whole<'a, 'p> {
    parsed: &'a Parsed,
    schemas: &'a Schemas,
    /// By the instance of the module that declares them, and by name.
    rollouts: BTreeMap<(usize, &'p str), rollout::Draft>,
    vendors: BTreeMap<(usize, &'p str), Vendor>,
    windows: BTreeMap<(usize, &'p str), Window>,
    blackouts: BTreeMap<(usize, &'p str), window::Draft>,
    traffic: BTreeMap<(usize, &'p str), traffic::Draft>,
    services: BTreeMap<(usize, &'p str), service::Draft<'p>>,
    providers: Vec<provider::Configured>,
    outputs: Vec<super::checked::Output>,
}

/// What names mean outside of any block: `path`, `patchform`, and what has a value by now.
fn scope<'a>(around: &Surroundings<'a>, folder: &str, values: &'a Values) -> Scope<'a> {
    let text = Value::string;
    let path = Entries::from([
        ("module".into(), text(if folder == "." { around.folder } else { folder })),
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

/// Places of a block's arguments.
fn argument_spans(block: &Block) -> ArgumentSpans {
    let arguments = block.body.attributes.iter().filter(|a| blocks::COMPONENT.argument(&a.name).is_none());
    ArgumentSpans(arguments.map(|a| (a.name.clone(), a.value.span())).collect())
}

/// Names in use, for `required_providers`.
type InUse = BTreeSet<(String, String)>;
