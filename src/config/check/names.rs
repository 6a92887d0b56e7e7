//! Every name that a configuration declares, and what a reference means.

use crate::config::expr::{RefStep, Reference};
use crate::config::load::ROOTS;
use crate::config::schemas::Schemas;
use crate::config::suggest;
use crate::config::syntax::{Attribute, Block};
use crate::config::variables::{self, Variable};
use crate::model::{Absence, Diagnostic, Diagnostics, Span};
use std::collections::BTreeMap;

/// What is declared where.
pub(super) struct Names<'p> {
    pub variables: BTreeMap<&'p str, Variable<'p>>,
    pub locals: Vec<&'p Attribute>,
    pub components: Vec<&'p Block>,
    pub rollouts: BTreeMap<&'p str, &'p Block>,
    pub vendors: BTreeMap<&'p str, &'p Block>,
    pub outputs: BTreeMap<&'p str, &'p Block>,
    pub providers: Vec<&'p Block>,
    local_by_name: BTreeMap<&'p str, usize>,
    component_by_name: BTreeMap<&'p str, BTreeMap<&'p str, usize>>,
    kinds: Vec<String>,
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
}

/// What a place offers besides declared names.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub each: bool,
    pub count: bool,
    pub itself: bool,
}

impl<'p> Names<'p> {
    /// Collects the declarations; complains about those that stand twice.
    pub fn collect(blocks: &'p [Block], schemas: &Schemas, problems: &mut Diagnostics) -> Self {
        let mut names = Names {
            variables: variables::declared(blocks, problems),
            locals: Vec::new(),
            components: Vec::new(),
            rollouts: BTreeMap::new(),
            vendors: BTreeMap::new(),
            outputs: BTreeMap::new(),
            providers: Vec::new(),
            local_by_name: BTreeMap::new(),
            component_by_name: BTreeMap::new(),
            kinds: schemas.kinds().into_iter().map(str::to_string).collect(),
        };
        for block in blocks {
            match (&*block.kind, block.labels.as_slice()) {
                ("locals", _) => names.add_locals(block, problems),
                ("component", [kind, name]) => names.add_component(block, &kind.text, &name.text, problems),
                ("rollout", [name]) => add(&mut names.rollouts, "rollout", &name.text, block, problems),
                ("vendor", [name]) => add(&mut names.vendors, "vendor", &name.text, block, problems),
                ("output", [name]) => add(&mut names.outputs, "output", &name.text, block, problems),
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
                    self.locals[*first].span,
                );
                problems.push(problem);
                continue;
            }
            self.local_by_name.insert(&attribute.name, self.locals.len());
            self.locals.push(attribute);
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
            "rollout" => Err(misplaced(
                reference,
                "A rollout has no value; it is only named in `rollout = …` of a component",
                "Put what you need here into a `locals` block, and let both refer to it.",
            )),
            "vendor" => Err(misplaced(
                reference,
                "A vendor has no value; it is only named in `vendor = …` of a component",
                "Put what you need here into a `locals` block, and let both refer to it.",
            )),
            _ if ROOTS.contains(&root) => Err(unsupported(reference)),
            _ => self.component_target(reference),
        }
    }

    fn variable(&self, reference: &Reference) -> Result<Target, Box<Diagnostic>> {
        let Some(name) = reference.name() else { return Err(incomplete(reference, "var.name")) };
        if self.variables.contains_key(&**name) {
            return Ok(Target::Known);
        }
        let help = match suggest::nearest(name, self.variables.keys().copied()) {
            Some(near) => format!("Did you mean \"var.{near}\"?"),
            None => format!("Declare it: variable \"{name}\" {{ }}"),
        };
        Err(undeclared(reference, &format!("There is no variable \"{name}\""), help, Absence::Variable))
    }

    fn local(&self, reference: &Reference) -> Result<Target, Box<Diagnostic>> {
        let Some(name) = reference.name() else { return Err(incomplete(reference, "local.name")) };
        if let Some(index) = self.local_by_name.get(&**name) {
            return Ok(Target::Local(*index));
        }
        let help = match suggest::nearest(name, self.local_by_name.keys().copied()) {
            Some(near) => format!("Did you mean \"local.{near}\"?"),
            None => format!("Declare it: locals {{ {name} = … }}"),
        };
        Err(undeclared(reference, &format!("There is no local value \"{name}\""), help, Absence::Local))
    }

    fn component_target(&self, reference: &Reference) -> Result<Target, Box<Diagnostic>> {
        let kind = &*reference.root;
        let Some(of_kind) = self.component_by_name.get(kind) else {
            return Err(self.unknown_root(reference));
        };
        let Some(name) = reference.name() else { return Err(incomplete(reference, &format!("{kind}.name"))) };
        let Some(index) = of_kind.get(&**name) else {
            let help = match suggest::nearest(name, of_kind.keys().copied()) {
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
        let repeated = ["for_each", "count"].into_iter().find(|name| block.body.attribute(name).is_some());
        let Some((step, span)) = reference.steps.get(1) else { return Ok(()) };
        let address = reference.text(1);
        match (repeated, step) {
            (Some(repeated), RefStep::Attr(name))
                if &**name == "patch_level" || block.body.attribute(name).is_some() =>
            {
                let key = if repeated == "count" { "0" } else { "\"key\"" };
                let problem = Diagnostic::error(format!("{address} has many instances"))
                    .at(*span, "of which instance?")
                    .and(block.header, format!("declared here with `{repeated}`"))
                    .help(format!(
                        "Name one: {address}[{key}].{name}; or all of them: [for x in {address} : x.{name}]"
                    ));
                Err(Box::new(problem))
            }
            (None, RefStep::Index(_) | RefStep::Dynamic) => {
                let problem = Diagnostic::error(format!("{address} has no instances to choose from"))
                    .at(*span, "")
                    .and(block.header, "declared here with neither `count` nor `for_each`")
                    .help(format!("Write {address} without an index."))
                    .absent(Absence::Within(block.header));
                Err(Box::new(problem))
            }
            _ => Ok(()),
        }
    }

    fn unknown_root(&self, reference: &Reference) -> Box<Diagnostic> {
        let root = &*reference.root;
        if self.kinds.iter().any(|kind| kind == root) {
            let name = reference.name().map_or("name", |n| n);
            let help = format!("Declare it: component \"{root}\" \"{name}\" {{ … }}");
            let summary = format!("There is no component of kind {root}");
            return undeclared(reference, &summary, help, Absence::Component);
        }
        let roots = ["var", "local", "each", "count", "self", "path", "patchform"];
        let candidates = roots.into_iter().chain(self.component_by_name.keys().copied());
        if let Some(near) = suggest::nearest(root, candidates) {
            let problem = Diagnostic::error(format!("There is nothing named \"{root}\""))
                .at(reference.root_span, "unknown name")
                .help(format!("Did you mean \"{near}\"?"));
            return Box::new(problem);
        }
        let help = if reference.steps.is_empty() {
            format!(
                "A text stands in double quotes: \"{root}\". A variable is written var.{root}, a local value local.{root}."
            )
        } else {
            "References begin with var, local, each, count, self, path, or the kind of a declared component."
                .to_string()
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
    let problem = Diagnostic::error(format!(
        "References to `{}` are not supported by this version yet",
        reference.root
    ))
    .at(reference.span, "not supported yet")
    .help("Write the value itself, or pass it in as a variable.");
    Box::new(problem)
}
