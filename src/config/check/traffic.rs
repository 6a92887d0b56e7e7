//! `traffic "type" "name" { … }`, and `maintenance { drain = … }`, which names such.

use super::instances::argument;
use super::kind::{self, bad_provider};
use super::nested;
use super::secret::Secrets;
use crate::config::blocks::{Known, Own, TRAFFIC};
use crate::config::checked::{Connection, Secret};
use crate::config::fields::Fields;
use crate::config::infer::Guess;
use crate::config::schemas::Schemas;
use crate::config::suggest;
use crate::config::syntax::{Attribute, Block};
use crate::config::value::Value;
use crate::model::{Absence, Diagnostic, Diagnostics, InstanceKey, Span};
use patchform_sdk::message::ByHand;
use serde_json::{Map, Value as Json};
use std::sync::Arc;
use std::time::Duration;

/// A traffic block, evaluated; its provider is not known by its index yet.
pub(super) struct Draft {
    /// Its type.
    pub kind: String,
    pub provider: String,
    pub arguments: Json,
    pub secrets: Vec<Secret>,
    pub connection: Connection,
    /// Whether it can keep customers out altogether.
    pub blocks: bool,
    pub by_hand: Option<ByHand>,
    pub span: Span,
}

/// From which traffic a component is taken: each by the instance of the module that declares it.
pub(super) struct Drained {
    pub from: Vec<(usize, Arc<str>)>,
    pub member: String,
    pub wait: Duration,
}

/// What a member still works on is waited for so long, where nothing else is said.
const WAIT: Duration = Duration::from_secs(30);

/// Evaluates a traffic block against its type's schema.
pub(super) fn read(
    block: &Block,
    schemas: &Schemas,
    known: &Secrets,
    fields: &mut Fields<'_>,
) -> Option<Draft> {
    let [kind, name] = block.labels.as_slice() else { return None };
    let before = fields.problems.0.len();
    let provider = provider(&kind.text, kind.span, schemas, fields.problems)?;
    let described = schemas.traffic(&provider, &kind.text)?;
    let plans = match kind::arguments(&described.arguments) {
        Ok(plans) => plans,
        Err(wrong) => {
            fields.problems.push(bad_provider(&provider, &wrong, kind.span));
            return None;
        }
    };
    let what = format!("a traffic block of type {}", kind.text);
    let whole = format!("traffic.{}.{}", kind.text, name.text);
    let own: Vec<Own<'_>> = kind::own(&plans).collect();
    Known::new(&TRAFFIC, &what, &whole, &own).check(block, fields.problems);
    nested::connections(block, "A traffic block", fields.problems);
    let mut arguments = Map::new();
    let mut secrets = Vec::new();
    for (name, plan) in &plans {
        let (value, at) = match block.body.attribute(name) {
            Some(attribute) => match argument(attribute, plan, fields) {
                Some(value) => (value, attribute.value.span()),
                None => continue,
            },
            None => (plan.default.clone().unwrap_or(Value::NULL), block.header),
        };
        if let Err(problem) = known.find(name, &value, at, &mut secrets) {
            fields.problems.push(*problem);
        }
        if !value.is_null() {
            arguments.insert(name.clone(), value.to_json());
        }
    }
    let connection = nested::connection(block, fields);
    let good = fields.problems.0.len() == before;
    good.then(|| Draft {
        kind: kind.text.to_string(),
        provider,
        arguments: Json::Object(arguments),
        secrets,
        connection,
        blocks: described.blocks,
        by_hand: described.by_hand.clone(),
        span: block.header,
    })
}

/// The provider that offers a type.
fn provider(kind: &str, at: Span, schemas: &Schemas, problems: &mut Diagnostics) -> Option<String> {
    match schemas.directing(kind).as_slice() {
        [one] => Some((*one).to_string()),
        [] => {
            let known = schemas.traffic_types();
            let help = match suggest::nearest(kind, known.iter().copied()) {
                Some(near) => format!("Did you mean \"{near}\"?"),
                None => format!("These types are known: {}.", known.join(", ")),
            };
            let problem = Diagnostic::error(format!("No provider offers the traffic \"{kind}\""));
            problems.push(problem.at(at, "unknown type").help(help).absent(Absence::Provider));
            None
        }
        many => {
            let problem =
                Diagnostic::error(format!("The traffic \"{kind}\" is offered by several providers"))
                    .at(at, format!("by {}", many.join(" and ")))
                    .help("Take all but one of them out of required_providers.");
            problems.push(problem);
            None
        }
    }
}

/// `maintenance { drain = [traffic.haproxy.front], member = "web-1", drain_timeout = "30s" }`
pub(super) fn drained(
    component: &Block,
    key: &InstanceKey,
    name: &str,
    fields: &mut Fields<'_>,
) -> Option<Drained> {
    let block = component.body.blocks.iter().find(|b| &*b.kind == "maintenance")?;
    let attribute = block.body.attribute("drain");
    let empty = |a: &Attribute| a.value.as_list().is_some_and(|items| items.is_empty());
    let Some(attribute) = attribute.filter(|a| !empty(a)) else {
        for alone in ["member", "drain_timeout"] {
            if let Some(attribute) = block.body.attribute(alone) {
                let problem = Diagnostic::error(format!("\"{alone}\" without \"drain\" means nothing"))
                    .at(attribute.span, "")
                    .help("Say from what it is taken: drain = [traffic.haproxy.front]");
                fields.problems.push(problem);
            }
        }
        return None;
    };
    let wait = fields.period(&block.body, "drain_timeout").unwrap_or(WAIT);
    let member = fields.text(&block.body, "member").unwrap_or_else(|| match key {
        InstanceKey::Key(key) => key.to_string(),
        _ => name.to_string(),
    });
    if let (true, Some(attribute)) = (member.is_empty(), block.body.attribute("member")) {
        let problem = Diagnostic::error("\"member\" may not be empty")
            .at(attribute.value.span(), "")
            .help("Write what the traffic calls it, such as the name of a server in a backend.");
        fields.problems.push(problem);
    }
    let wrong = |what: String| {
        Diagnostic::error("\"drain\" must name traffic blocks, in a list")
            .at(attribute.value.span(), what)
            .help(
                "Write drain = [traffic.haproxy.front], without quotes; a module is given the block itself.",
            )
    };
    let value = match fields.special(attribute, Guess::may_be_blocks)? {
        Ok(value) => value,
        Err(kind) => {
            fields.problems.push(wrong(format!("this is {kind}")));
            return None;
        }
    };
    let items = value.as_items().unwrap_or(std::slice::from_ref(&value));
    let name = |value: &Value| {
        let block = value.as_block().filter(|block| block.kind == "traffic")?;
        Some((block.owner, block.name.clone()))
    };
    let from: Vec<_> = items.iter().filter_map(name).collect();
    if from.len() < items.len() {
        let other = items.iter().find(|item| name(item).is_none()).map_or("null", Value::kind);
        fields.problems.push(wrong(format!("it holds {other}")));
    }
    if from.iter().enumerate().any(|(k, one)| from[..k].contains(one)) {
        let problem = Diagnostic::error("\"drain\" names one traffic twice")
            .at(attribute.value.span(), "")
            .help("Name each once, in the order in which traffic is taken away.");
        fields.problems.push(problem);
    }
    Some(Drained { from, member, wait }).filter(|drained| !drained.from.is_empty())
}
