//! References to what has its values elsewhere: outputs of modules, blocks that are passed on, instances.

use super::{Names, Place, Target, incomplete, misplaced, undeclared};
use crate::config::check::values::output;
use crate::config::expr::{RefStep, Reference};
use crate::config::suggest;
use crate::config::syntax::Block;
use crate::model::{Absence, Diagnostic};
use std::collections::BTreeMap;

impl<'p> Names<'p> {
    /// A block that may be passed on, but has no value.
    pub(super) fn named(
        &self,
        reference: &Reference,
        kind: &str,
        declared: &BTreeMap<&'p str, &'p Block>,
        absence: Absence,
        place: Place,
    ) -> Result<Target, Box<Diagnostic>> {
        if !place.names {
            let named = match absence {
                Absence::Window => "`window = …` of a component's `maintenance`".to_string(),
                _ => format!("`{kind} = …` of a component"),
            };
            let article =
                format!("A {kind} has no value; it is only named in {named}, or passed to a module");
            let way_out = "Put what you need here into a `locals` block, and let both refer to it.";
            return Err(misplaced(reference, &article, way_out));
        }
        let Some(name) = reference.name() else { return Err(incomplete(reference, &format!("{kind}.name"))) };
        if declared.contains_key(&**name) {
            return Ok(Target::Known);
        }
        let help = match self.searches.nearest(name, declared.keys().copied()) {
            Some(near) => format!("Did you mean \"{kind}.{near}\"?"),
            None => format!("Declare it: {kind} \"{name}\" {{ … }}"),
        };
        Err(undeclared(reference, &format!("There is no {kind} \"{name}\""), help, absence))
    }

    /// `traffic.TYPE.NAME`: a block that may be passed on, but has no value.
    pub(super) fn traffic(&self, reference: &Reference, place: Place) -> Result<Target, Box<Diagnostic>> {
        if !place.names {
            let what = "A traffic block has no value; it is only named in `drain = …` of a component's `maintenance`, or passed \
                        to a module";
            let way_out = "Put what you need here into a `locals` block, and let both refer to it.";
            return Err(misplaced(reference, what, way_out));
        }
        let Some(kind) = reference.name() else { return Err(incomplete(reference, "traffic.type.name")) };
        let Some((RefStep::Attr(name), span)) = reference.steps.get(1) else {
            return Err(incomplete(reference, &format!("traffic.{kind}.name")));
        };
        let of_type = |block: &Block| block.labels.first().is_some_and(|label| label.text == *kind);
        if self.traffic.get(&**name).is_some_and(|block| of_type(block)) {
            return Ok(Target::Known);
        }
        let whole = |(name, block): (&&str, &&Block)| Some(format!("{}.{name}", block.labels.first()?.text));
        let known: Vec<String> = self.traffic.iter().filter_map(whole).collect();
        let help = match suggest::nearest(&format!("{kind}.{name}"), known.iter().map(String::as_str)) {
            Some(near) => format!("Did you mean \"traffic.{near}\"?"),
            None => format!("Declare it: traffic \"{kind}\" \"{name}\" {{ … }}"),
        };
        let problem = Diagnostic::error(format!("There is no traffic {kind}.{name}"))
            .at(reference.root_span.to(*span), "not declared")
            .help(help);
        Err(Box::new(problem.absent(Absence::Traffic)))
    }

    /// `data.KIND.NAME`
    pub(super) fn data(&self, reference: &Reference) -> Result<Target, Box<Diagnostic>> {
        let Some(kind) = reference.name() else { return Err(incomplete(reference, "data.kind.name.value")) };
        let Some((RefStep::Attr(name), span)) = reference.steps.get(1) else {
            return Err(incomplete(reference, &format!("data.{kind}.name.value")));
        };
        let Some(index) = self.data_by_name.get(&(&**kind, &**name)).copied() else {
            let known: Vec<String> = match self.searches.allow(self.data_by_name.len()) {
                true => self.data_by_name.keys().map(|(kind, name)| format!("{kind}.{name}")).collect(),
                false => Vec::new(),
            };
            let help = match suggest::nearest(&format!("{kind}.{name}"), known.iter().map(String::as_str)) {
                Some(near) => format!("Did you mean \"data.{near}\"?"),
                None => format!("Declare it: data \"{kind}\" \"{name}\" {{ … }}"),
            };
            let problem = Diagnostic::error(format!("There is no data {kind}.{name}"))
                .at(reference.root_span.to(*span), "not declared")
                .help(help);
            return Err(Box::new(problem.absent(Absence::Data)));
        };
        let behind = Reference { steps: reference.steps[1..].to_vec(), ..reference.clone() };
        let shown = format!("data.{kind}.{name}");
        instance(&behind, &shown, self.data[index], |name| name == "value")?;
        Ok(Target::Data(index))
    }

    pub(super) fn call(&self, reference: &Reference) -> Result<Target, Box<Diagnostic>> {
        let Some(name) = reference.name() else { return Err(incomplete(reference, "module.name.output")) };
        let Some(index) = self.call_by_name.get(&**name).copied() else {
            let help = match self.searches.nearest(name, self.call_by_name.keys().copied()) {
                Some(near) => format!("Did you mean \"module.{near}\"?"),
                None => format!("Declare it: module \"{name}\" {{ source = \"./…\" }}"),
            };
            return Err(undeclared(
                reference,
                &format!("There is no module \"{name}\""),
                help,
                Absence::Module,
            ));
        };
        let Some(outputs) = self.call_outputs.get(index).and_then(Option::as_ref) else {
            return Ok(Target::Call(index, None));
        };
        instance(reference, &reference.text(1), self.calls[index], |name| {
            outputs.binary_search(&name).is_ok()
        })?;
        let Some((output, span)) = output(reference, is_repeated(self.calls[index])) else {
            return Ok(Target::Call(index, None));
        };
        if let Ok(at) = outputs.binary_search(&&**output) {
            return Ok(Target::Call(index, Some(at)));
        }
        let help = match self.searches.nearest(output, outputs.iter().copied()) {
            Some(near) => format!("Did you mean \"{near}\"?"),
            None if outputs.is_empty() => "It has no outputs at all.".to_string(),
            None => {
                let few: Vec<&str> = outputs.iter().copied().take(8).collect();
                format!("It has: {}.", few.join(", "))
            }
        };
        let problem = Diagnostic::error(format!("The module \"{name}\" has no output \"{output}\""))
            .at(span, "not declared")
            .and(self.calls[index].header, "called here")
            .help(help);
        Err(Box::new(problem.absent(Absence::Output)))
    }
}

/// Whether the step behind a block's name fits to `count`, `for_each` or neither.
pub(super) fn instance(
    reference: &Reference,
    address: &str,
    block: &Block,
    has: impl Fn(&str) -> bool,
) -> Result<(), Box<Diagnostic>> {
    let repeated = ["for_each", "count"].into_iter().find(|name| block.body.attribute(name).is_some());
    let Some((step, span)) = reference.steps.get(1) else { return Ok(()) };
    match (repeated, step) {
        (Some(repeated), RefStep::Attr(name)) if has(name) => {
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

/// Whether a block has `for_each` or `count`.
pub(in crate::config::check) fn is_repeated(block: &Block) -> bool {
    ["for_each", "count"].into_iter().any(|name| block.body.attribute(name).is_some())
}
