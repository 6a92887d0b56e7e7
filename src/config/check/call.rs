//! `module "name" { … }`: a call of a module, its shape held against what the module declares.

use super::component::{Repeat, repeat, unknown_alias};
use super::depends;
use super::names::Names;
use super::order::Use;
use crate::config::blocks::{MODULE, missing};
use crate::config::expr::{Expr, RefStep};
use crate::config::load::Folder;
use crate::config::suggest;
use crate::config::syntax::{Attribute, Block};
use crate::model::{Absence, Diagnostic, Diagnostics};
use std::collections::BTreeMap;

/// A call whose shape is right.
pub(super) struct Call<'p> {
    pub block: &'p Block,
    /// The called folder; `None` when it could not be read, which was said.
    pub folder: Option<usize>,
    pub repeat: Repeat<'p>,
    /// For each variable of the module, in the order of names: the argument that gives its value.
    pub arguments: Vec<Option<&'p Attribute>>,
    /// What each argument uses.
    pub argument_uses: Vec<Vec<Use<'p>>>,
    pub providers: Passed,
    pub depends: Vec<Use<'p>>,
}

/// The module's name of a provider, and the caller's: name and alias each.
pub(super) type Passed = BTreeMap<(String, String), (String, String)>;

/// What a folder's calls are read with.
pub(super) struct Reader<'a, 'p> {
    pub caller: &'a Names<'p>,
    /// Providers with an alias that the caller knows.
    pub aliases: &'a [(String, String)],
    pub problems: &'a mut Diagnostics,
}

impl<'p> Reader<'_, 'p> {
    /// Reads a call. `module` is what it calls: its index, its folder and its names.
    pub fn read(&mut self, block: &'p Block, module: Option<(usize, &Folder, &Names<'p>)>) -> Call<'p> {
        for inner in &block.body.blocks {
            let problem =
                Diagnostic::error(format!("There is no block \"{}\" in a module block", inner.kind))
                    .at(inner.kind_span, "unknown block")
                    .help(format!("Values are passed as arguments, with `=`: {} = {{ … }}", inner.kind));
            self.problems.push(problem);
        }
        let repeat = repeat("module", block, self.problems);
        let depends = depends::read(self.caller, block, self.problems);
        let (mut arguments, mut providers) = (Vec::new(), Passed::new());
        if let Some((_, folder, names)) = module {
            let meant = self.known(block, names);
            arguments = self.arguments(block, names, &meant);
            providers = self.providers(block, folder);
        }
        let folder = module.map(|(index, ..)| index);
        Call { block, folder, repeat, arguments, argument_uses: Vec::new(), providers, depends }
    }

    /// Complains about what the module does not declare. Answers the variables that are probably meant by it.
    fn known(&mut self, block: &Block, module: &Names<'p>) -> Vec<&'p str> {
        let mut meant = Vec::new();
        for attribute in &block.body.attributes {
            let name = &*attribute.name;
            if MODULE.argument(name).is_some() || module.variables.contains_key(name) {
                continue;
            }
            let variables = module.variables.keys().copied();
            let all = || variables.clone().chain(MODULE.arguments.iter().map(|argument| argument.name));
            let near = suggest::nearest(name, all());
            let missing = near
                .and_then(|near| module.variables.get_key_value(near))
                .filter(|(near, variable)| !variable.had_default && block.body.attribute(near).is_none());
            let problem = Diagnostic::error(format!("The module has no variable \"{name}\""))
                .at(attribute.span, "not declared in the module");
            let problem = match (name, missing, near) {
                ("version", ..) => {
                    problem.help("A version is pinned in the source: \"git::https://…?ref=v1.2\".")
                }
                (_, Some((near, variable)), _) => {
                    meant.push(*near);
                    let problem = problem.and(variable.header, "the module declares it without a default");
                    problem.help(format!("Did you mean \"{near}\"? It is required, and missing."))
                }
                _ => problem.help(match suggest::sentence(name, all()) {
                    empty if empty.is_empty() => {
                        format!("Declare it in the module: variable \"{name}\" {{ }}")
                    }
                    sentence => sentence,
                }),
            };
            // Nobody knows what its value is to be.
            let moot = near.is_none().then(|| attribute.value.span());
            self.problems.push(problem.absent(Absence::Variable).making_moot(moot));
        }
        meant
    }

    fn arguments(
        &mut self,
        block: &'p Block,
        module: &Names<'p>,
        meant: &[&str],
    ) -> Vec<Option<&'p Attribute>> {
        let mut arguments = Vec::with_capacity(module.variables.len());
        let by_name: BTreeMap<&str, &Attribute> =
            block.body.attributes.iter().map(|attribute| (&*attribute.name, attribute)).collect();
        for (name, variable) in &module.variables {
            let given = by_name.get(name).copied().filter(|_| MODULE.argument(name).is_none());
            if given.is_none() && !variable.had_default && !meant.contains(name) {
                let mut problem = missing(name, MODULE.what, block.header, &format!("{name} = …"));
                problem = problem.and(variable.header, "the module declares it without a default");
                self.problems.push(problem);
            }
            arguments.push(given);
        }
        arguments
    }

    fn providers(&mut self, block: &Block, folder: &Folder) -> Passed {
        let mut passed = Passed::new();
        if let Some(attribute) = block.body.attribute("providers") {
            match attribute.value.as_object() {
                Some(entries) => {
                    for (key, value) in entries {
                        let inner = match (key.name, key.expr) {
                            (Some(name), _) => Some((name.to_string(), String::new())),
                            (None, Some(expr)) => provider_name(expr),
                            (None, None) => None,
                        };
                        match (inner, provider_name(value)) {
                            (Some(inner), Some(outer)) => {
                                self.pass(inner, outer, key.span, value, folder, &mut passed)
                            }
                            _ => self.problems.push(bad_providers(key.span.to(value.span()))),
                        }
                    }
                }
                None => self.problems.push(bad_providers(attribute.value.span())),
            }
        }
        for (name, alias, at) in &folder.requires.aliases {
            if !passed.contains_key(&(name.clone(), alias.clone())) {
                let problem = Diagnostic::error(format!("The module needs the provider {name}.{alias}"))
                    .at(block.header, "does not pass it")
                    .and(*at, "asked for here")
                    .help(format!("Add it to the call: providers = {{ {name}.{alias} = {name} }}"));
                self.problems.push(problem);
            }
        }
        passed
    }

    fn pass(
        &mut self,
        inner: (String, String),
        outer: (String, String),
        key: crate::model::Span,
        value: &Expr,
        folder: &Folder,
        passed: &mut Passed,
    ) {
        let asked = inner.1.is_empty()
            || folder.requires.aliases.iter().any(|(name, alias, _)| *name == inner.0 && *alias == inner.1);
        if !asked {
            let problem = Diagnostic::error(format!("The module does not ask for the provider {}.{}", inner.0, inner.1))
                .at(key, "unknown in the module")
                .help(format!(
                    "Declare it there: patchform {{ required_providers {{ {0} = {{ configuration_aliases = [{0}.{1}] }} }} }}",
                    inner.0, inner.1
                ));
            return self.problems.push(problem);
        }
        if inner.0 != outer.0 {
            let problem = Diagnostic::error("A provider can only be passed on as itself")
                .at(value.span(), format!("this is {}, not {}", outer.0, inner.0))
                .help("Both sides of the `=` name the same provider; the aliases may differ.");
            return self.problems.push(problem);
        }
        if !outer.1.is_empty() && !self.aliases.contains(&outer) {
            let known = (self.caller.root, self.aliases);
            self.problems.push(unknown_alias((&outer.0, &outer.1), known, value.span()));
            // It is passed all the same: that it is asked for is no second mistake.
        }
        // A key that stands twice was refused when the object was read.
        passed.insert(inner, outer);
    }
}

/// `release` or `release.eu`
fn provider_name(expr: &Expr) -> Option<(String, String)> {
    let reference = expr.as_traversal()?;
    match reference.steps.as_slice() {
        [] => Some((reference.root.to_string(), String::new())),
        [(RefStep::Attr(alias), _)] => Some((reference.root.to_string(), alias.to_string())),
        _ => None,
    }
}

fn bad_providers(at: crate::model::Span) -> Diagnostic {
    Diagnostic::error("\"providers\" must pair names of providers").at(at, "").help(
        "Write providers = { release = release.eu }: left as the module names it, right as it is named here.",
    )
}
