//! A `component` block before it is evaluated: its shape is checked against its kind's schema.

use super::kind::{KindPlan, own};
use super::names::Names;
use super::order::Use;
use crate::config::blocks::{COMPONENT, Holds, Known, Own};
use crate::config::checked::Settings;
use crate::config::expr::{Expr, RefStep, Reference};
use crate::config::load::is_root;
use crate::config::schemas::Schemas;
use crate::config::suggest;
use crate::config::syntax::{Attribute, Block};
use crate::config::value::Value;
use crate::model::{Absence, Diagnostic, Diagnostics, InstanceKey, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A component block whose shape is right.
pub(super) struct ComponentBlock<'p> {
    pub kind: &'p Arc<str>,
    pub name: &'p Arc<str>,
    pub block: &'p Block,
    /// The provider's name, and its alias (empty for the default one).
    pub provider: (String, String),
    pub plan: Arc<KindPlan>,
    pub repeat: Repeat<'p>,
    /// `depends_on`
    pub depends: Vec<Use<'p>>,
    /// `rollout = rollout.name`
    pub rollout: Named<'p>,
    /// `vendor = vendor.name`
    pub vendor: Named<'p>,
    pub level: &'p Attribute,
    /// The baseline that is its level: its name, and its levels.
    pub baseline: Option<(&'p str, &'p Attribute)>,
}

/// A block that an argument names.
#[derive(Clone, Copy)]
pub(super) enum Named<'p> {
    /// The argument is left out.
    Nothing,
    /// One of the same module.
    Block(&'p str),
    /// What an expression comes to: a variable of the module.
    Value(&'p Attribute),
}

/// How many instances a block makes.
pub(super) enum Repeat<'p> {
    Once,
    Count(&'p Attribute),
    ForEach(&'p Attribute),
}

/// Whether an argument's value is a reference by itself, never evaluated.
pub(super) fn is_static(name: &str) -> bool {
    COMPONENT.argument(name).is_some_and(|argument| argument.holds == Holds::Name)
}

/// What reading a component block needs to know.
pub(super) struct Reader<'a, 'p> {
    pub names: &'a Names<'p>,
    pub schemas: &'a Schemas,
    pub settings: &'a Settings,
    /// Aliases by provider name.
    pub aliases: &'a [(String, String)],
}

impl<'p> Reader<'_, 'p> {
    /// Name and alias of the provider that a block belongs to.
    pub fn provider(&self, block: &'p Block, problems: &mut Diagnostics) -> Option<(String, String)> {
        let label = block.labels.first()?;
        let kind = &*label.text;
        if is_root(kind) {
            let problem = Diagnostic::error(format!("\"{kind}\" cannot be a kind of component"))
                .at(label.span, "a reserved name")
                .because(format!("References that begin with `{kind}` have a meaning of their own."));
            problems.push(problem);
            return None;
        }
        if let Some(attribute) = block.body.attribute("provider") {
            return self.named_provider(kind, attribute, problems);
        }
        let offering = self.schemas.offering(kind);
        let required: Vec<&str> =
            offering.iter().copied().filter(|p| self.settings.required_providers.contains_key(*p)).collect();
        match (required.as_slice(), offering.as_slice()) {
            ([one], _) | ([], [one]) => Some(((*one).to_string(), String::new())),
            ([], []) => {
                problems.push(self.unknown_kind(kind, label.span));
                None
            }
            ([], many) | (many, _) => {
                let problem =
                    Diagnostic::error(format!("The kind \"{kind}\" is offered by several providers"))
                        .at(label.span, format!("by {}", many.join(" and ")))
                        .help(format!("Choose one in this block: provider = {}", many[0]));
                problems.push(problem);
                None
            }
        }
    }

    fn unknown_kind(&self, kind: &str, at: Span) -> Diagnostic {
        let kinds = self.schemas.kinds();
        let help = match suggest::nearest(kind, kinds.iter().copied()) {
            Some(near) => format!("Did you mean \"{near}\"?"),
            None => format!(
                "Name the provider that offers it in patchform {{ required_providers {{ … }} }}. These kinds are known: {}.",
                kinds.join(", ")
            ),
        };
        Diagnostic::error(format!("No provider offers the kind \"{kind}\""))
            .at(at, "unknown kind")
            .help(help)
            .absent(Absence::Provider)
    }

    fn named_provider(
        &self,
        kind: &str,
        attribute: &Attribute,
        problems: &mut Diagnostics,
    ) -> Option<(String, String)> {
        let at = attribute.value.span();
        let reference = attribute.value.as_traversal();
        let (name, alias) = match reference.as_ref().map(|r| (&*r.root, r.steps.as_slice())) {
            Some((name, [])) => (name, ""),
            Some((name, [(RefStep::Attr(alias), _)])) => (name, &**alias),
            _ => {
                let written = attribute.value.as_literal().and_then(Value::as_str).map(str::to_string);
                let written = written.or_else(|| reference.as_ref().map(|r| r.text(usize::MAX)));
                let problem = Diagnostic::error("\"provider\" must name a provider").at(at, "").help(
                    written.and_then(|written| self.provider_meant(&written)).unwrap_or_else(|| {
                        "Write provider = name, or provider = name.alias, without quotes.".to_string()
                    }),
                );
                problems.push(problem);
                return None;
            }
        };
        if self.schemas.provider(name).is_none() {
            let problem = Diagnostic::error(format!("There is no provider \"{name}\""))
                .at(at, "unknown provider")
                .help(
                    reference
                        .as_ref()
                        .and_then(|r| self.provider_meant(&r.text(usize::MAX)))
                        .unwrap_or_else(|| suggest::sentence(name, self.schemas.names())),
                )
                .absent(Absence::Provider);
            problems.push(problem);
            return None;
        }
        if self.schemas.kind(name, kind).is_none() {
            let problem =
                Diagnostic::error(format!("The provider \"{name}\" does not offer the kind \"{kind}\""))
                    .at(at, "")
                    .help(match self.schemas.offering(kind).as_slice() {
                        [] => "No provider in use offers it.".to_string(),
                        some => format!("These do: {}.", some.join(", ")),
                    });
            problems.push(problem);
            return None;
        }
        let known = alias.is_empty() || self.aliases.iter().any(|(n, a)| n == name && a == alias);
        if !known {
            problems.push(unknown_alias((name, alias), (self.names.root, self.aliases), at));
        }
        Some((name.to_string(), alias.to_string()))
    }

    /// What was meant where an alias stands alone, in quotes, or behind a word that does not belong there.
    fn provider_meant(&self, written: &str) -> Option<String> {
        let bare =
            ["provider.", "alias."].iter().find_map(|word| written.strip_prefix(word)).unwrap_or(written);
        let (name, alias) = bare.split_once('.').unwrap_or((bare, ""));
        let is_known = |(provider, known): &&(String, String)| match alias {
            "" => *known == name,
            alias => provider == name && known == alias,
        };
        if alias.is_empty() && self.schemas.provider(name).is_some() {
            return Some(format!("Write provider = {name}."));
        }
        let (provider, alias) = self.aliases.iter().find(is_known)?;
        Some(format!("Write provider = {provider}.{alias}."))
    }

    /// Checks a block's shape against its kind's schema.
    pub fn read(
        &self,
        block: &'p Block,
        provider: (String, String),
        plan: Arc<KindPlan>,
        problems: &mut Diagnostics,
    ) -> Option<ComponentBlock<'p>> {
        let [kind, name] = block.labels.as_slice() else { return None };
        let what = format!("a component of kind {}", kind.text);
        let whole = format!("component {}.{}", kind.text, name.text);
        let own: Vec<Own<'_>> = own(&plan.arguments).collect();
        let known = Known::new(&COMPONENT, &what, &whole, &own);
        known.with_example("patch_level", example_level(&plan)).check(block, problems);
        for attribute in &block.body.attributes {
            let secret = plan.arguments.get(&*attribute.name).is_some_and(|argument| argument.sensitive);
            if secret && attribute.value.as_literal().is_some_and(|value| !value.is_null()) {
                problems.push(written_secret(attribute));
            }
        }
        let repeat = repeat("component", block, problems);
        let rollout = named("rollout", &self.names.rollouts, Absence::Rollout, block, problems);
        let vendor = named("vendor", &self.names.vendors, Absence::Vendor, block, problems);
        let depends = super::depends::read(self.names, block, problems);
        let level = block.body.attribute("patch_level")?;
        let baseline = self.names.baseline_of(level);
        Some(ComponentBlock {
            kind: &kind.text,
            name: &name.text,
            block,
            provider,
            plan,
            repeat,
            depends,
            rollout,
            vendor,
            level,
            baseline,
        })
    }
}

/// The block that an argument names: `rollout = rollout.careful`. `kind` is the name of both.
fn named<'p>(
    kind: &str,
    declared: &BTreeMap<&'p str, &'p Block>,
    absence: Absence,
    block: &'p Block,
    problems: &mut Diagnostics,
) -> Named<'p> {
    let Some(attribute) = block.body.attribute(kind) else { return Named::Nothing };
    let at = attribute.value.span();
    let Some(reference) = direct(attribute) else {
        let null = attribute.value.as_literal().is_some_and(Value::is_null);
        if null || !attribute.value.references().is_empty() {
            return Named::Value(attribute);
        }
        let problem = Diagnostic::error(format!("\"{kind}\" must name a {kind} block"))
            .at(at, "")
            .help(format!("Write {kind} = {kind}.name, without quotes."));
        problems.push(problem);
        return Named::Nothing;
    };
    let name = reference.name().map_or("", |name| name);
    if let Some((name, _)) = declared.get_key_value(name) {
        return Named::Block(name);
    }
    let help = match suggest::nearest(name, declared.keys().copied()) {
        Some(near) => format!("Did you mean \"{kind}.{near}\"?"),
        None => format!("Declare it: {kind} \"{name}\" {{ … }}"),
    };
    let problem = Diagnostic::error(format!("There is no {kind} \"{name}\""));
    problems.push(problem.at(at, "not declared").help(help).absent(absence));
    Named::Nothing
}

/// `rollout = rollout.careful`, nothing else: what it names is known without evaluating it.
pub(super) fn direct(attribute: &Attribute) -> Option<Reference> {
    let named = |r: &Reference| r.root == attribute.name && r.steps.len() == 1 && r.name().is_some();
    attribute.value.as_traversal().filter(named)
}

/// An alias that is not known in a folder. `root`: whether it is the root's.
pub(super) fn unknown_alias(
    (name, alias): (&str, &str),
    (root, known): (bool, &[(String, String)]),
    at: Span,
) -> Diagnostic {
    let aliases = known.iter().filter(|(n, a)| n == name && !a.is_empty()).map(|(_, a)| a.as_str());
    let help = match suggest::sentence(alias, aliases) {
        _ if !root => format!(
            "A module asks for it: patchform {{ required_providers {{ {name} = {{ configuration_aliases = [{name}.{alias}] }} }} }}"
        ),
        empty if empty.is_empty() => format!("Declare it: provider \"{name}\" {{ alias = \"{alias}\" }}"),
        sentence => sentence,
    };
    let problem = Diagnostic::error(format!("The provider \"{name}\" has no alias \"{alias}\""));
    problem.at(at, "unknown alias").help(help).absent(Absence::Provider)
}

fn written_secret(attribute: &Attribute) -> Diagnostic {
    let name = &attribute.name;
    Diagnostic::warning(format!("The secret \"{name}\" stands in the configuration in clear"))
        .at(attribute.span, "holds a secret")
        .because("Whoever can read the configuration or a saved plan can read it.")
        .help(format!("Declare variable \"{name}\" {{ sensitive = true }}, write {name} = var.{name}, and give the value as PF_VAR_{name}."))
}

fn example_level(plan: &KindPlan) -> &'static str {
    match plan.level {
        patchform_sdk::message::LevelShape::Single => "patch_level = \"1.2.3\"",
        patchform_sdk::message::LevelShape::Map => "patch_level = { openssl = \"3.0.17-1\" }",
    }
}

pub(super) fn repeat<'p>(what: &str, block: &'p Block, problems: &mut Diagnostics) -> Repeat<'p> {
    match (block.body.attribute("count"), block.body.attribute("for_each")) {
        (Some(count), Some(each)) => {
            let problem = Diagnostic::error(format!("A {what} has either `count` or `for_each`"))
                .at(each.span, "both are set")
                .and(count.span, "the other one")
                .help("Remove one of them.")
                .making_moot(of_repeat(block));
            problems.push(problem);
            Repeat::ForEach(each)
        }
        (Some(count), None) => Repeat::Count(count),
        (None, Some(each)) => Repeat::ForEach(each),
        (None, None) => Repeat::Once,
    }
}

/// Where a block refers to what repeats it.
fn of_repeat(block: &Block) -> Vec<Span> {
    let all = block.body.expressions().into_iter().flat_map(Expr::references);
    all.filter(|reference| ["count", "each"].contains(&&*reference.root)).map(|r| r.span).collect()
}

/// The instance that an index names; `None` for what can be no key.
pub(super) fn instance_key(index: &Value) -> Option<InstanceKey> {
    match (index.as_str(), index.as_number()) {
        (Some(text), _) => Some(InstanceKey::Key(text.into())),
        (_, Some(number)) => number.as_usize().map(|n| InstanceKey::Index(n as u64)),
        _ => None,
    }
}
