//! `data "KIND" "NAME" { … }`: values from outside, read while the configuration is checked.

use super::Checker;
use super::component::{Repeat, repeat};
use super::expand::One;
use super::fetched::fetched;
use super::hosts::{inventory, logins, outputs};
use super::named::{self, Named, is_sensitive};
use super::names::Node;
use super::repeat::instances;
use super::rests::Rest;
use crate::config::blocks;
use crate::config::exact::Exact;
use crate::config::expr::Expr;
use crate::config::fields::{Fields, sentence_case};
use crate::config::functions::decode;
use crate::config::suggest;
use crate::config::syntax::{Attribute, Block};
use crate::config::types::Type;
use crate::config::value::{Entries, Marks, Table, Value};
use crate::model::{Address, Diagnostic, Diagnostics, InstanceKey};
use std::time::Duration;

/// A kind of data.
struct Kind {
    block: &'static blocks::Block,
    read: fn(&Block, &mut Fields<'_>) -> Option<Value>,
}

const KINDS: &[Kind] = &[
    Kind { block: &blocks::DATA_JSON, read: |block, fields| decoded("jsondecode", "JSON", block, fields) },
    Kind { block: &blocks::DATA_YAML, read: |block, fields| decoded("yamldecode", "YAML", block, fields) },
    Kind { block: &blocks::DATA_CSV, read: |block, fields| decoded("csvdecode", "CSV", block, fields) },
    Kind { block: &blocks::DATA_EXTERNAL, read: external },
    Kind { block: &blocks::DATA_HTTP, read: fetched },
    Kind { block: &blocks::DATA_INVENTORY, read: inventory },
    Kind { block: &blocks::DATA_SSH, read: logins },
    Kind { block: &blocks::DATA_TERRAFORM, read: outputs },
];

/// How long a program may take.
const PATIENCE: Duration = Duration::from_secs(60);

fn kind(block: &Block) -> Option<&'static Kind> {
    let label = block.labels.first()?;
    KINDS.iter().find(|kind| kind.block.sort == Some(&*label.text))
}

/// Checks what does not depend on values.
pub(super) fn shape(block: &Block, problems: &mut Diagnostics) {
    let Some(kind) = kind(block) else {
        let Some(label) = block.labels.first() else { return };
        let help = suggest::sentence(&label.text, KINDS.iter().filter_map(|kind| kind.block.sort));
        let problem = Diagnostic::error(format!("There is no kind of data {:?}", &*label.text));
        return problems.push(problem.at(label.span, "unknown kind").help(help));
    };
    kind.block.check(block, problems);
}

impl Checker<'_, '_> {
    /// Reads a data block. It may rest on no component: it is read before anything is known of them.
    pub fn data(&mut self, at: usize, index: usize) -> Option<()> {
        let tree = self.tree;
        let area = tree.area(self.instances[at].module);
        let block = area.names.data[index];
        let uses = &area.uses[area.names.number(Node::Data(index))];
        self.refresh_used(at, uses);
        let given = |kind: &&Kind| kind.block.needs().all(|name| block.body.attribute(name).is_some());
        let kind = kind(block).filter(given)?;
        let rests = self.rests(at, uses, None)?;
        if let Some(rest) = rests.iter().next() {
            let problem = Diagnostic::error("A data block may not depend on a component")
                .at(
                    uses.first().map_or(block.header, |used| used.span),
                    format!("leads to {}", self.rest_name(rest)),
                )
                .because("It is read before any component is, and the plan is made of what it says.")
                .help("Take the value from a variable or a local value that the component uses too.");
            self.take(problem.into(), at);
            return None;
        }
        let hopeless = |expr: &Expr| self.instances[at].values.hopeless(expr);
        if block.body.attributes.iter().any(|a| hopeless(&a.value)) {
            self.sketch_data(at, block);
            return None;
        }
        let repeat = repeat("data block", block, &mut Diagnostics::default());
        let made = self.with_fields(at, |fields| instances(&repeat, fields));
        if made.as_ref().is_none_or(Vec::is_empty) {
            self.sketch_data(at, block);
        }
        let made = made?;
        let (mut values, mut is_whole) = (Vec::with_capacity(made.len()), true);
        let (sort, name) = (&block.labels.first()?.text, &block.labels.get(1)?.text);
        let path = self.instances[at].path.clone();
        for (among, (key, own)) in made.into_iter().enumerate() {
            let address = || {
                let kind = format!("data.{sort}").into();
                Address { module: path.clone(), kind, name: name.clone(), key: key.clone() }.to_string()
            };
            let one = One { at, own: &own, among, address: &address };
            match self.with_own(one, |fields| whole(kind, block, fields)) {
                Some(value) => values.push((key, value)),
                // The others are not read where each may have to wait for a program or a server.
                None if matches!(kind.block.sort, Some("external" | "http")) => return None,
                None => is_whole = false,
            }
        }
        if !is_whole {
            return None;
        }
        let mut only = values.iter().map(|(_, value)| value.clone());
        let value = match repeat {
            Repeat::Once => only.next().unwrap_or(Value::NULL),
            Repeat::Count(_) => Value::tuple(only.collect()),
            Repeat::ForEach(_) => {
                let entry = |(key, value): (InstanceKey, Value)| match key {
                    InstanceKey::Key(key) => (key, value),
                    _ => ("".into(), value),
                };
                Value::object(values.into_iter().map(entry).collect())
            }
        };
        let all = self.instances[at].values.data.entry(sort.to_string()).or_default();
        let mut entries = all.as_entries().map(Table::to_entries).unwrap_or_default();
        entries.insert(name.clone(), value);
        *all = Value::object(entries);
        Some(())
    }

    fn rest_name(&self, rest: &Rest) -> String {
        match rest {
            Rest::Everything(_) => "a module".to_string(),
            Rest::Block { instance, block, .. } => {
                let names = &self.tree.area(self.instances[*instance].module).names;
                let labels: Vec<&str> = names.components[*block].labels.iter().map(|l| &*l.text).collect();
                labels.join(".")
            }
        }
    }
}

/// What references to one instance see: an object with its `value`.
fn whole(kind: &Kind, block: &Block, fields: &mut Fields<'_>) -> Option<Value> {
    let sensitive = fields.flag(&block.body, "sensitive").unwrap_or(false);
    let value = (kind.read)(block, fields)?;
    let value = if sensitive { value.marked(&Marks::anonymous()) } else { value };
    Some(Value::object(Entries::from([("value".into(), value)])))
}

/// A file's content.
fn decoded(function: &str, format: &str, block: &Block, fields: &mut Fields<'_>) -> Option<Value> {
    let file = Named::of(block, fields)?;
    let text = file.text(fields)?;
    match decode(function, &text) {
        Ok(value) => Some(value),
        Err(why) => file.misread(fields, &format!("is no {format}"), &why),
    }
}

/// What a program prints: JSON, as of Terraform's external data source, but of any shape.
fn external(block: &Block, fields: &mut Fields<'_>) -> Option<Value> {
    let attribute = block.body.attribute("program")?;
    let program = fields.texts(&block.body, "program")?;
    let at = attribute.value.span();
    let within = match fields.period(&block.body, "timeout") {
        Some(within) => within,
        None if block.body.attribute("timeout").is_some() => return None,
        None => PATIENCE,
    };
    let (input, marks) = match block.body.attribute("query") {
        Some(query) => asked(query, fields)?,
        None => ("{}".to_string(), Marks::NONE),
    };
    let ran = fields.scope.file_reader().map_or_else(
        || Err("programs are not run here".to_string()),
        |files| files.run(&program, &input, within),
    );
    let name = program.first().cloned().unwrap_or_default();
    let mut wrong = |summary: &str, why: &str| {
        // What it printed may hold what it was asked with.
        let why = if marks.is_sensitive() {
            "it was asked with a secret, and what it said is not shown"
        } else if is_sensitive(block) {
            named::NOT_SHOWN
        } else {
            why
        };
        let problem = Diagnostic::error(format!("The program {name:?} {summary}"))
            .at(at, "")
            .because(format!("{}.", sentence_case(why.trim_end_matches('.'))));
        fields.problems.push(problem);
        None
    };
    let printed = match ran {
        Ok(printed) => printed,
        Err(why) => return wrong("failed", &why),
    };
    let Ok(text) = String::from_utf8(printed) else {
        return wrong("printed no text", "it is not UTF-8");
    };
    match decode("jsondecode", &text) {
        Ok(value) => Some(value.marked(&marks)),
        Err(why) => wrong("printed no JSON", &why),
    }
}

/// The query as JSON, and the marks of the secrets in it: what the program answers is then one, too.
fn asked(query: &Attribute, fields: &mut Fields<'_>) -> Option<(String, Marks)> {
    let value = fields.value(&query.value)?;
    let marks = value.deep_marks();
    match crate::config::convert::convert(&value, &Type::Any) {
        Ok(value) if value.as_entries().is_some() && value.block_inside().is_none() => {
            Some((Exact::of(&value).to_string(), marks))
        }
        _ => {
            let problem = Diagnostic::error("\"query\" must be an object")
                .at(query.value.span(), format!("this is {}", value.kind()))
                .help(
                    "Write query = { name = value }; the program reads it as JSON from its standard input.",
                );
            fields.problems.push(problem);
            None
        }
    }
}
