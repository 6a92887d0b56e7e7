//! `variable` blocks: what may be given from outside, and what it must be.

use super::blocks;
use super::convert::convert;
use super::expr::{Expr, Reference};
use super::fields::{Fields, sentence_case};
use super::scope::Scope;
use super::sensitivity::seems_sensitive;
use super::source::Sources;
use super::suggest;
use super::syntax::{Block, Body};
use super::types::Type;
use super::value::Value;
use crate::model::{Diagnostic, Diagnostics, Span};
use std::collections::{BTreeMap, BTreeSet};

mod again;
mod constant;
mod origin;
mod settle;

pub use again::{as_form, default_in, in_file, of_text};
pub(super) use constant::unfit;
pub use origin::{describe as describe_source, text_of as secret_text};
pub use settle::{Given, VariableFile, VariableInputs, no_assignment};
pub(super) use settle::{Variables, by_origin, lacking, settle, verdict};

/// Words that mean something else in `module` blocks, here or in Terraform, which refuses them, too.
const RESERVED: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

/// A `variable` block, its static parts evaluated.
#[derive(Debug)]
pub(super) struct Variable<'p> {
    pub name: &'p str,
    pub header: Span,
    pub ty: Type,
    /// Where the type is written.
    pub ty_span: Option<Span>,
    /// Whether the block names a type; without one, texts from outside stay texts.
    pub typed: bool,
    /// Whether its type cannot be read, or whether it is a secret cannot be told, which was said: nothing is known of its
    /// value then.
    pub broken: bool,
    pub default: Option<Value>,
    /// Where its value is read when none is given, in place of a default.
    pub origin: Option<origin::Origin<'p>>,
    /// Whether a default, or an origin in its place, is written, even a wrong one.
    pub had_default: bool,
    pub sensitive: bool,
    pub nullable: bool,
    pub validations: Vec<Validation<'p>>,
}

impl Variable<'_> {
    /// Its type as it is written; `None` when it has none.
    pub fn written_type(&self, sources: &Sources) -> Option<String> {
        self.ty_span.map(|span| sources.snippet(span).to_string())
    }

    /// Whether it has no value where none is given. Of one whose default or type is wrong that is said first.
    pub fn is_lacking(&self) -> bool {
        !self.had_default && !self.broken
    }

    /// Where its value stands when none is given, and what that is called.
    pub fn otherwise(&self) -> (Span, String) {
        match &self.origin {
            Some(origin) => (origin.span(), "read from here".to_string()),
            None => (self.header, "the default".to_string()),
        }
    }
}

/// A `validation` block.
#[derive(Debug)]
pub(super) struct Validation<'p> {
    pub condition: &'p Expr,
    pub message: &'p Expr,
}

impl Validation<'_> {
    /// Looks through one that cannot be asked, since something has no value. Answers whether nothing is wrong with it.
    pub(super) fn look(&self, fields: &mut Fields<'_>) -> bool {
        let before = fields.problems.0.len();
        if let Some(Err(misfit)) = fields.value_for(self.condition, &Type::Bool) {
            fields.problems.push(no_truth(misfit.at, misfit.kind));
        }
        fields.value(self.message);
        fields.problems.0.len() == before
    }

    /// Whether it refers to variables only, so that it can be asked before they are used.
    pub(super) fn is_early(&self) -> bool {
        let uses = [self.condition, self.message].map(Expr::references);
        uses.iter().flatten().all(|reference| &*reference.root == "var")
    }
}

/// Reads all `variable` blocks.
pub(super) fn declared<'p>(
    blocks: &'p [Block],
    problems: &mut Diagnostics,
) -> BTreeMap<&'p str, Variable<'p>> {
    let mut all: BTreeMap<&str, Variable<'_>> = BTreeMap::new();
    for block in blocks.iter().filter(|b| &*b.kind == "variable") {
        let Some(label) = block.labels.first() else { continue };
        let name = &*label.text;
        if let Some(first) = all.get_mut(name) {
            problems.push(twice(name, label.span, first.header));
            let second = one(name, block, &mut Diagnostics::default());
            first.broken |= second.sensitive;
            first.sensitive |= second.sensitive;
            continue;
        }
        let mut variable = one(name, block, problems);
        if RESERVED.contains(&name) {
            problems.push(reserved(name, label.span));
            // Nobody can give it a value: that is not told once more.
            variable.had_default = true;
        }
        all.insert(name, variable);
    }
    let names: BTreeSet<&str> = all.keys().copied().collect();
    for (name, variable) in &mut all {
        variable.validations.retain(|validation| match asks_nothing(name, validation.condition, &names) {
            Some(problem) => {
                problems.push(problem);
                false
            }
            None => true,
        });
    }
    all
}

fn reserved(name: &str, at: Span) -> Diagnostic {
    Diagnostic::error(format!("A variable cannot be called \"{name}\""))
        .at(at, "")
        .because(
            "The word has a meaning of its own in `module` blocks, so that no caller could give a value.",
        )
        .help("Choose another name.")
}

fn twice(name: &str, second: Span, first: Span) -> Diagnostic {
    Diagnostic::error(format!("The variable \"{name}\" is declared twice"))
        .at(second, "declared again here")
        .and(first, "first declared here")
        .help("Rename or remove one of them.")
        .repeated()
}

fn one<'p>(name: &'p str, block: &'p Block, problems: &mut Diagnostics) -> Variable<'p> {
    let body = &block.body;
    blocks::VARIABLE.check(block, problems);
    let read = read_type(body, problems);
    let (has_type, ty) = (read.is_some(), read.unwrap_or(Type::Any));
    let scope = Scope::root();
    let mut fields = Fields { scope: &scope, hopeless: &|_| false, problems };
    fields.text(body, "description");
    let before = fields.problems.0.len();
    let said = fields.flag(body, "sensitive");
    let is_wrong = fields.problems.0.len() > before;
    // It may have been meant to be a secret, so that nobody may see it, and nothing more is said of what is made of it.
    let doubtful = is_wrong || seems_sensitive(block);
    let known = said.or(body.attribute("sensitive").is_none().then_some(false)).filter(|_| !doubtful);
    let origin = origin::declared(body, known, &mut fields);
    let sensitive = known != Some(false) || origin.is_some();
    let nullable = fields.flag(body, "nullable").unwrap_or(true);
    let default = default(body, &ty, nullable, sensitive, &mut fields);
    let ty_span = body.attribute("type").map(|a| a.value.span());
    let typed = ty_span.is_some();
    let validations = body.blocks.iter().filter(|b| &*b.kind == "validation");
    let validations = validations.filter_map(|b| validation(b, problems)).collect();
    let had_default = origin::is_written(body)
        || body.attributes.iter().any(|a| seems_default(&a.name))
        || body.blocks.iter().any(|block| &*block.kind == "default");
    let header = block.header;
    Variable {
        name,
        header,
        ty,
        ty_span,
        typed,
        broken: !has_type || doubtful,
        default,
        origin,
        had_default,
        sensitive,
        nullable,
        validations,
    }
}

/// Whether an argument that does not exist was meant to be a default, or an origin in its place.
fn seems_default(name: &str) -> bool {
    suggest::nearest(name, ["default", "from_file", "from_command"]).is_some()
}

/// `None` where it is written and cannot be read.
fn read_type(body: &Body, problems: &mut Diagnostics) -> Option<Type> {
    let Some(attribute) = body.attribute("type") else { return Some(Type::Any) };
    Type::from_expr(&attribute.value).map_err(|wrong| problems.0.extend(wrong.0)).ok()
}

fn default(body: &Body, ty: &Type, nullable: bool, secret: bool, fields: &mut Fields<'_>) -> Option<Value> {
    let attribute = body.attribute("default")?;
    if let Some(problem) = unfit("The default of a variable", &attribute.value) {
        fields.problems.push(problem);
        return None;
    }
    let at = attribute.value.span();
    let value = match secret {
        true => unseen(&attribute.value, fields)?,
        false => fields.value(&attribute.value)?,
    };
    if value.is_null() && !nullable {
        let problem = Diagnostic::error("The default is null, and the variable is not nullable")
            .at(at, "")
            .help("Remove the default, or `nullable = false`.");
        fields.problems.push(problem);
        return None;
    }
    match convert(&value, ty) {
        Ok(value) => Some(value),
        Err(wrong) => {
            let (at, is, why) = match secret {
                true => (at, String::new(), NOT_SHOWN.to_string()),
                false => {
                    let (at, part) = wrong.part(&attribute.value, &value);
                    let why = format!("{}.", sentence_case(&wrong.describe("default")));
                    (at, format!("this is {}", part.kind()), why)
                }
            };
            let problem =
                Diagnostic::error("The default does not fit the variable's type").at(at, is).because(why);
            let problem = match body.attribute("type") {
                Some(ty) => problem.and(ty.value.span(), "the type"),
                None => problem,
            };
            fields.problems.push(problem);
            None
        }
    }
}

/// A validation that is no question.
pub(super) fn no_truth(at: Span, is: &str) -> Diagnostic {
    Diagnostic::error("A validation's condition must be true or false")
        .at(at, format!("this is {is}"))
        .help("A comparison gives one of them, such as length(var.hosts) > 0.")
}

/// Said in place of what would give a secret away.
pub(super) const NOT_SHOWN: &str = "Its value is sensitive and not shown.";

/// The value of what is written for a secret; `None` when it has none, which was said without its words.
pub(super) fn unseen(expr: &Expr, fields: &mut Fields<'_>) -> Option<Value> {
    let (mut told, hopeless) = (Diagnostics::default(), fields.hopeless);
    let value = Fields { scope: fields.scope, hopeless, problems: &mut told }.value(expr);
    if told.has_errors() {
        let problem = Diagnostic::error("The value of a sensitive variable cannot be evaluated");
        fields.problems.push(problem.at(expr.span(), "").because(NOT_SHOWN));
    }
    value
}

fn validation<'p>(block: &'p Block, problems: &mut Diagnostics) -> Option<Validation<'p>> {
    let body = &block.body;
    blocks::VALIDATION.check(block, problems);
    let part = |name: &str| body.attribute(name).map(|attribute| &attribute.value);
    Some(Validation { condition: part("condition")?, message: part("error_message")? })
}

/// Complains about a condition that asks nothing of its own variable's value. One that refers to what is not there was
/// probably meant to.
fn asks_nothing(name: &str, condition: &Expr, names: &BTreeSet<&str>) -> Option<Diagnostic> {
    let references = condition.references();
    let is_other =
        |r: &Reference| &*r.root == "var" && r.name().is_some_and(|n| &**n != name && names.contains(&**n));
    let says = if references.is_empty() { "refers to nothing" } else { "refers to others only" };
    let problem = Diagnostic::error(format!("The condition of a validation must refer to var.{name}"));
    references.iter().all(is_other).then(|| {
        problem.at(condition.span(), says).help(format!(
            "Ask something of the value that is given, as in length(var.{name}) > 0, or remove the block."
        ))
    })
}
