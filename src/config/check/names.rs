//! Every name that a configuration declares, and what a reference means.

use crate::config::expr::{Expr, Reference};
use crate::config::load::is_root;
use crate::config::schemas::Schemas;
use crate::config::scope::ROOTS;
use crate::config::suggest::Searches;
use crate::config::syntax::{Attribute, Block};
use crate::config::types::Type;
use crate::config::variables::{self, Variable};
use crate::model::{Absence, Diagnostic, Diagnostics, Span};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

mod constant;
mod far;
mod meant;

pub(super) use constant::asks_outside;
use far::instance;
use meant::{keyword, minus};

/// What is declared where, in one folder.
#[derive(Default)]
pub(super) struct Names<'p> {
    /// Whether it is the root's: its variables are given from outside.
    pub root: bool,
    pub variables: BTreeMap<&'p str, Variable<'p>>,
    /// Local values, and the levels of baselines.
    pub locals: Vec<Local<'p>>,
    pub components: Vec<&'p Block>,
    pub rollouts: BTreeMap<&'p str, &'p Block>,
    pub windows: BTreeMap<&'p str, &'p Block>,
    pub blackouts: BTreeMap<&'p str, &'p Block>,
    /// Traffic blocks, by name whatever their type.
    pub traffic: BTreeMap<&'p str, &'p Block>,
    pub vendors: BTreeMap<&'p str, &'p Block>,
    /// Feeds, by name whatever their format.
    pub feeds: BTreeMap<&'p str, &'p Block>,
    /// Policies, by profile.
    pub policies: BTreeMap<&'p str, &'p Block>,
    pub services: BTreeMap<&'p str, &'p Block>,
    pub outputs: BTreeMap<&'p str, &'p Block>,
    pub providers: Vec<&'p Block>,
    pub data: Vec<&'p Block>,
    data_by_name: BTreeMap<(&'p str, &'p str), usize>,
    pub baselines: BTreeMap<&'p str, &'p Block>,
    /// Top-level `check` blocks.
    pub checks: BTreeMap<&'p str, &'p Block>,
    /// `moved` and `removed`
    pub moves: Vec<&'p Block>,
    /// Calls of modules.
    pub calls: Vec<&'p Block>,
    /// For each call the outputs that its module declares, in order; `None` where that could not be read.
    pub call_outputs: Vec<Option<Vec<&'p str>>>,
    call_by_name: BTreeMap<&'p str, usize>,
    /// Names of the variables, in their order: the number of an input is its place.
    pub inputs: Vec<&'p str>,
    local_by_name: BTreeMap<&'p str, usize>,
    baseline_by_name: BTreeMap<&'p str, usize>,
    component_by_name: BTreeMap<&'p str, BTreeMap<&'p str, usize>>,
    kinds: Vec<String>,
    searches: Searches,
    /// For each local value whether it is constant, found when that is asked first.
    constants: OnceLock<Vec<bool>>,
}

/// A value with a name, of the folder alone.
#[derive(Clone, Copy)]
pub(super) struct Local<'p> {
    /// What references to it begin with: `local` or `baseline`.
    pub root: &'static str,
    pub name: &'p str,
    pub written: &'p Attribute,
}

/// What a reference means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A variable, or a name that the scope knows.
    Known,
    /// A named value, by index.
    Local(usize),
    /// A component block, by index.
    Component(usize),
    /// A variable of a module, whose value is made by the call; by index in the order of names.
    Input(usize),
    /// A data block, by index.
    Data(usize),
    /// A call of a module, by index, and the output that is named.
    Call(usize, Option<usize>),
}

/// What is evaluated by itself, in the order of the numbers that it has among the nodes of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Local(usize),
    Component(usize),
    Data(usize),
    Call(usize),
    Input(usize),
    Output(usize),
}

/// What a place offers besides declared names.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub each: bool,
    pub count: bool,
    pub itself: bool,
    /// Whether blocks that have no value, such as rollouts, may be passed on here.
    pub names: bool,
}

impl<'p> Names<'p> {
    /// Collects the declarations; complains about those that stand twice.
    pub fn collect(blocks: &'p [Block], root: bool, schemas: &Schemas, problems: &mut Diagnostics) -> Self {
        let mut names = Names {
            root,
            data: Vec::new(),
            checks: BTreeMap::new(),
            moves: Vec::new(),
            data_by_name: BTreeMap::new(),
            calls: Vec::new(),
            call_outputs: Vec::new(),
            call_by_name: BTreeMap::new(),
            variables: variables::declared(blocks, problems),
            locals: Vec::new(),
            components: Vec::new(),
            rollouts: BTreeMap::new(),
            windows: BTreeMap::new(),
            blackouts: BTreeMap::new(),
            traffic: BTreeMap::new(),
            vendors: BTreeMap::new(),
            feeds: BTreeMap::new(),
            policies: BTreeMap::new(),
            services: BTreeMap::new(),
            outputs: BTreeMap::new(),
            providers: Vec::new(),
            inputs: Vec::new(),
            local_by_name: BTreeMap::new(),
            baselines: BTreeMap::new(),
            baseline_by_name: BTreeMap::new(),
            component_by_name: BTreeMap::new(),
            kinds: schemas.kinds().into_iter().map(str::to_string).collect(),
            searches: Searches::default(),
            constants: OnceLock::new(),
        };
        names.inputs = names.variables.keys().copied().collect();
        for block in blocks {
            match (&*block.kind, block.labels.as_slice()) {
                ("locals", _) => names.add_locals(block, problems),
                ("component", [kind, name]) => names.add_component(block, &kind.text, &name.text, problems),
                ("rollout", [name]) => add(&mut names.rollouts, "rollout", &name.text, block, problems),
                ("vendor", [name]) => add(&mut names.vendors, "vendor", &name.text, block, problems),
                ("maintenance_window", [name]) => {
                    add(&mut names.windows, "maintenance_window", &name.text, block, problems);
                }
                ("blackout", [name]) => add(&mut names.blackouts, "blackout", &name.text, block, problems),
                ("traffic", [_, name]) => add(&mut names.traffic, "traffic", &name.text, block, problems),
                ("feed", [_, name]) => add(&mut names.feeds, "feed", &name.text, block, problems),
                ("policy", [name]) => add(&mut names.policies, "policy", &name.text, block, problems),
                ("baseline", [name]) => names.add_baseline(block, &name.text, problems),
                ("service", [name]) => add(&mut names.services, "service", &name.text, block, problems),
                ("output", [name]) => add(&mut names.outputs, "output", &name.text, block, problems),
                ("check", [name]) => add(&mut names.checks, "check", &name.text, block, problems),
                ("moved" | "removed", []) => names.moves.push(block),
                ("data", [kind, name]) => names.add_data(block, &kind.text, &name.text, problems),
                ("module", [name]) => names.add_call(block, &name.text, problems),
                ("provider", _) => names.providers.push(block),
                _ => {}
            }
        }
        names
    }

    fn add_locals(&mut self, block: &'p Block, problems: &mut Diagnostics) {
        for inner in &block.body.blocks {
            let problem = Diagnostic::error("A `locals` block holds named values only, no blocks")
                .at(inner.header, "")
                .help(format!("For an object write it with `=`: {} = {{ … }}", inner.kind));
            problems.push(problem);
        }
        for attribute in &block.body.attributes {
            if let Some(first) = self.local_by_name.get(&*attribute.name) {
                let problem = twice(
                    &format!("local value \"{}\"", attribute.name),
                    attribute.span,
                    self.locals[*first].written.span,
                );
                problems.push(problem);
                continue;
            }
            self.local_by_name.insert(&attribute.name, self.locals.len());
            self.locals.push(Local { root: "local", name: &attribute.name, written: attribute });
        }
    }

    fn add_baseline(&mut self, block: &'p Block, name: &'p str, problems: &mut Diagnostics) {
        let known = self.baselines.contains_key(name);
        add(&mut self.baselines, "baseline", name, block, problems);
        if let Some(written) = block.body.attribute("patch_level").filter(|_| !known) {
            self.baseline_by_name.insert(name, self.locals.len());
            self.locals.push(Local { root: "baseline", name, written });
        }
    }

    fn add_component(&mut self, block: &'p Block, kind: &'p str, name: &'p str, problems: &mut Diagnostics) {
        let of_kind = self.component_by_name.entry(kind).or_default();
        if let Some(first) = of_kind.get(name) {
            problems.push(twice(
                &format!("component {kind}.{name}"),
                block.header,
                self.components[*first].header,
            ));
            return;
        }
        of_kind.insert(name, self.components.len());
        self.components.push(block);
    }

    fn add_data(&mut self, block: &'p Block, kind: &'p str, name: &'p str, problems: &mut Diagnostics) {
        if let Some(first) = self.data_by_name.get(&(kind, name)) {
            let first = self.data[*first].header;
            return problems.push(twice(&format!("data {kind}.{name}"), block.header, first));
        }
        self.data_by_name.insert((kind, name), self.data.len());
        self.data.push(block);
    }

    fn add_call(&mut self, block: &'p Block, name: &'p str, problems: &mut Diagnostics) {
        match self.call_by_name.get(name) {
            Some(first) => {
                let first = self.calls[*first].header;
                problems.push(twice(&format!("module \"{name}\""), block.header, first));
            }
            None => {
                self.call_by_name.insert(name, self.calls.len());
                self.calls.push(block);
            }
        }
    }

    /// The number of a node.
    pub fn number(&self, node: Node) -> usize {
        let components = self.locals.len();
        let data = components + self.components.len();
        let calls = data + self.data.len();
        let inputs = calls + self.calls.len();
        match node {
            Node::Local(i) => i,
            Node::Component(i) => components + i,
            Node::Data(i) => data + i,
            Node::Call(i) => calls + i,
            Node::Input(i) => inputs + i,
            Node::Output(i) => inputs + self.variables.len() + i,
        }
    }

    /// How many nodes there are.
    pub fn count(&self) -> usize {
        self.number(Node::Output(self.outputs.len()))
    }

    /// The node with a number.
    pub fn node(&self, number: usize) -> Node {
        let starts = [Node::Output(0), Node::Input(0), Node::Call(0), Node::Data(0), Node::Component(0)];
        let within = |start: &Node| number >= self.number(*start);
        let start = starts.into_iter().find(within).unwrap_or(Node::Local(0));
        let index = number - self.number(start);
        match start {
            Node::Local(_) => Node::Local(index),
            Node::Component(_) => Node::Component(index),
            Node::Data(_) => Node::Data(index),
            Node::Call(_) => Node::Call(index),
            Node::Input(_) => Node::Input(index),
            Node::Output(_) => Node::Output(index),
        }
    }

    /// The local value that is called so.
    pub fn local_named(&self, name: &str) -> Option<Local<'p>> {
        self.local_by_name.get(name).map(|local| self.locals[*local])
    }

    /// The component block that is called so, by index.
    pub fn component_named(&self, kind: &str, name: &str) -> Option<usize> {
        self.component_by_name.get(kind)?.get(name).copied()
    }

    /// The call that is called so, by index.
    pub fn call_named(&self, name: &str) -> Option<usize> {
        self.call_by_name.get(name).copied()
    }

    /// The label of a call.
    pub fn call_name(&self, call: usize) -> &'p Arc<str> {
        // A call without a label was put aside when the file was read.
        &self.calls[call].labels[0].text
    }

    /// Whether some component block is of this kind.
    pub fn is_kind(&self, kind: &str) -> bool {
        self.component_by_name.contains_key(kind)
    }

    /// What a reference means at a place.
    ///
    /// # Errors
    /// A diagnostic that points at the step which means nothing.
    pub fn target(&self, reference: &Reference, place: Place) -> Result<Target, Box<Diagnostic>> {
        let root = &*reference.root;
        match root {
            "var" => self.variable(reference),
            "local" => self.local(reference),
            "baseline" => self.baseline(reference),
            "each" if !place.each => {
                let way_out = "Add for_each = { … } to the block, or write the value itself.";
                Err(unrepeated(misplaced(
                    reference,
                    "`each` is only known in a block with `for_each`",
                    way_out,
                )))
            }
            "count" if !place.count => {
                let way_out = "Add count = … to the block, or write the value itself.";
                Err(unrepeated(misplaced(
                    reference,
                    "`count` is only known in a block with `count`",
                    way_out,
                )))
            }
            "self" if !place.itself => {
                let way_out = "Name the component, as in release.api.path, or write the value itself.";
                Err(misplaced(reference, "`self` is only known in the blocks inside of a component", way_out))
            }
            "each" | "count" | "self" | "path" | "patchform" => Ok(Target::Known),
            "rollout" => self.named(reference, "rollout", &self.rollouts, Absence::Rollout, place),
            "vendor" => self.named(reference, "vendor", &self.vendors, Absence::Vendor, place),
            "maintenance_window" => {
                self.named(reference, "maintenance_window", &self.windows, Absence::Window, place)
            }
            "traffic" => self.traffic(reference, place),
            "module" => self.call(reference),
            "data" => self.data(reference),
            _ if is_root(root) => Err(unsupported(reference)),
            _ => self.component_target(reference),
        }
    }

    fn variable(&self, reference: &Reference) -> Result<Target, Box<Diagnostic>> {
        let Some(name) = reference.name() else { return Err(incomplete(reference, "var.name")) };
        if let Ok(index) = self.inputs.binary_search(&&**name) {
            return Ok(match self.root {
                true => Target::Known,
                false => Target::Input(index),
            });
        }
        let help = match self.searches.nearest(name, self.variables.keys().copied()) {
            _ if self.local_by_name.contains_key(&**name) => format!("Did you mean \"local.{name}\"?"),
            near => minus("var", name, near, |name| self.variables.contains_key(name)).unwrap_or_else(|| {
                match near {
                    Some(near) => format!("Did you mean \"var.{near}\"?"),
                    None => format!("Declare it: variable \"{name}\" {{ }}"),
                }
            }),
        };
        Err(undeclared(reference, &format!("There is no variable \"{name}\""), help, Absence::Variable))
    }

    /// The type of a variable that an expression is, and nothing more.
    pub fn declared_type(&self, expr: &Expr) -> Option<Type> {
        let reference = expr.as_traversal().filter(|r| &*r.root == "var" && r.steps.len() == 1)?;
        Some(self.variables.get(&**reference.name()?)?.ty.settled())
    }

    fn local(&self, reference: &Reference) -> Result<Target, Box<Diagnostic>> {
        let Some(name) = reference.name() else { return Err(incomplete(reference, "local.name")) };
        if let Some(index) = self.local_by_name.get(&**name) {
            return Ok(Target::Local(*index));
        }
        let help = match self.searches.nearest(name, self.local_by_name.keys().copied()) {
            _ if self.variables.contains_key(&**name) => format!("Did you mean \"var.{name}\"?"),
            near => minus("local", name, near, |name| self.local_by_name.contains_key(name)).unwrap_or_else(
                || match near {
                    Some(near) => format!("Did you mean \"local.{near}\"?"),
                    None => format!("Declare it: locals {{ {name} = … }}"),
                },
            ),
        };
        Err(undeclared(reference, &format!("There is no local value \"{name}\""), help, Absence::Local))
    }

    /// The baseline that an argument is, and nothing more.
    pub fn baseline_of(&self, attribute: &Attribute) -> Option<(&'p str, &'p Attribute)> {
        let reference = attribute.value.as_traversal()?;
        let name =
            reference.name().filter(|_| &*reference.root == "baseline" && reference.steps.len() == 1)?;
        let local = self.locals[*self.baseline_by_name.get(&**name)?];
        Some((local.name, local.written))
    }

    fn baseline(&self, reference: &Reference) -> Result<Target, Box<Diagnostic>> {
        let Some(name) = reference.name() else { return Err(incomplete(reference, "baseline.name")) };
        if let Some(index) = self.baseline_by_name.get(&**name) {
            return Ok(Target::Local(*index));
        }
        if self.baselines.contains_key(&**name) {
            // That it has no level was told at the block.
            return Ok(Target::Known);
        }
        let help = match self.searches.nearest(name, self.baseline_by_name.keys().copied()) {
            Some(near) => format!("Did you mean \"baseline.{near}\"?"),
            None => format!("Declare it: baseline \"{name}\" {{ patch_level = … }}"),
        };
        Err(undeclared(reference, &format!("There is no baseline \"{name}\""), help, Absence::Baseline))
    }

    fn component_target(&self, reference: &Reference) -> Result<Target, Box<Diagnostic>> {
        let kind = &*reference.root;
        let Some(of_kind) = self.component_by_name.get(kind) else {
            return Err(self.unknown_root(reference));
        };
        let Some(name) = reference.name() else { return Err(incomplete(reference, &format!("{kind}.name"))) };
        let Some(index) = of_kind.get(&**name) else {
            let help = match self.searches.nearest(name, of_kind.keys().copied()) {
                Some(near) => format!("Did you mean \"{kind}.{near}\"?"),
                None => format!("Declare it: component \"{kind}\" \"{name}\" {{ … }}"),
            };
            let summary = format!("There is no component {kind}.{name}");
            return Err(undeclared(reference, &summary, help, Absence::Component));
        };
        self.instance(reference, *index)?;
        Ok(Target::Component(*index))
    }

    /// Whether the step behind the name fits to `count`, `for_each` or neither.
    fn instance(&self, reference: &Reference, index: usize) -> Result<(), Box<Diagnostic>> {
        let block = self.components[index];
        instance(reference, &reference.text(1), block, |name| {
            name == "patch_level" || block.body.attribute(name).is_some()
        })
    }

    fn unknown_root(&self, reference: &Reference) -> Box<Diagnostic> {
        let root = &*reference.root;
        if self.kinds.iter().any(|kind| kind == root) {
            let name = reference.name().map_or("name", |n| n);
            let help = format!("Declare it: component \"{root}\" \"{name}\" {{ … }}");
            let summary = format!("There is no component of kind {root}");
            return undeclared(reference, &summary, help, Absence::Component);
        }
        if root == "terraform" && reference.name().is_some_and(|name| &**name == "workspace") {
            let problem = Diagnostic::error("There is nothing named \"terraform\"")
                .at(reference.root_span, "unknown name")
                .help("Write patchform.workspace");
            return Box::new(problem);
        }
        if let Some(meant) = self.meant(reference) {
            let problem = Diagnostic::error(format!("There is nothing named \"{root}\""))
                .at(reference.root_span, "unknown name")
                .help(format!("Did you mean \"{meant}\"?"));
            return Box::new(problem.absent(Absence::Component));
        }
        let roots = ["var", "local", "module", "data", "each", "count", "self", "path", "patchform"];
        let candidates: Vec<&str> = roots.into_iter().chain(self.component_by_name.keys().copied()).collect();
        if let Some(near) = self.searches.nearest(root, candidates) {
            let problem = Diagnostic::error(format!("There is nothing named \"{root}\""))
                .at(reference.root_span, "unknown name")
                .help(format!("Did you mean \"{near}\"?"));
            return Box::new(problem);
        }
        let help = if let Some(word) = keyword(root) {
            format!("It is written {word}.")
        } else if reference.steps.is_empty() {
            format!(
                "A text stands in double quotes: \"{root}\". A variable is written var.{root}, a local value local.{root}."
            )
        } else {
            format!("{ROOTS}.")
        };
        let problem = Diagnostic::error(format!("There is nothing named \"{root}\""));
        Box::new(problem.at(reference.root_span, "unknown name").help(help).absent(Absence::Component))
    }
}

fn add<'p>(
    map: &mut BTreeMap<&'p str, &'p Block>,
    kind: &str,
    name: &'p str,
    block: &'p Block,
    problems: &mut Diagnostics,
) {
    match map.get(name) {
        Some(first) => problems.push(twice(&format!("{kind} \"{name}\""), block.header, first.header)),
        None => {
            map.insert(name, block);
        }
    }
}

pub(super) fn twice(what: &str, second: Span, first: Span) -> Diagnostic {
    Diagnostic::error(format!("The {what} is declared twice"))
        .at(second, "declared again here")
        .and(first, "first declared here")
        .help("Rename or remove one of them.")
        .repeated()
}

fn undeclared(reference: &Reference, summary: &str, help: String, what: Absence) -> Box<Diagnostic> {
    let end = reference.steps.first().map_or(reference.root_span, |(_, span)| *span);
    Box::new(
        Diagnostic::error(summary).at(reference.root_span.to(end), "not declared").help(help).absent(what),
    )
}

fn misplaced(reference: &Reference, summary: &str, way_out: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(summary).at(reference.span, "not known here").help(way_out))
}

/// The `for_each` or `count` of the block may be what could not be read.
fn unrepeated(mut problem: Box<Diagnostic>) -> Box<Diagnostic> {
    problem.absence = problem.primary.as_ref().map(|(span, _)| Absence::Within(*span));
    problem
}

fn incomplete(reference: &Reference, example: &str) -> Box<Diagnostic> {
    let problem = Diagnostic::error(format!("\"{}\" alone has no value", reference.root))
        .at(reference.root_span, "a name is missing behind it")
        .help(format!("Write {example}"));
    Box::new(problem)
}

fn unsupported(reference: &Reference) -> Box<Diagnostic> {
    let problem = Diagnostic::error(format!("A `{}` has no value that could be referred to", reference.root))
        .at(reference.span, "this stands for no value")
        .help("Write the value itself, or pass it in as a variable.");
    Box::new(problem)
}
