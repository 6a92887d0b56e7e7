//! `role { … }` of a component: how it is asked which part it plays in a cluster; and the order of a service that goes by it.

use crate::config::blocks;
use crate::config::checked::Role;
use crate::config::fields::Fields;
use crate::config::syntax::Block;
use crate::model::Diagnostic;
use std::collections::BTreeSet;
use std::time::Duration;

/// What the design calls this order.
const REPLICAS_FIRST: (&str, [&str; 2]) = ("replicas_first", ["replica", "primary"]);

/// The role of a component, evaluated; one without a command where something is wrong with it, which was said.
pub(super) fn read(component: &Block, fields: &mut Fields<'_>) -> Option<Box<Role>> {
    let body = &component.body.blocks.iter().find(|b| &*b.kind == "role")?.body;
    let timeout = fields.period(body, "timeout").unwrap_or(Duration::from_secs(10));
    let before = fields.problems.0.len();
    let attribute = body.attribute("command");
    let command = attribute.and_then(|attribute| fields.texts_of(attribute)).unwrap_or_default();
    let wrong = attribute.filter(|a| fields.problems.0.len() == before && !(fields.hopeless)(&a.value));
    if let Some(attribute) = wrong.filter(|_| command.first().is_none_or(String::is_empty)) {
        let problem = Diagnostic::error("\"command\" names no program").at(attribute.value.span(), "");
        fields.problems.push(problem.help("For example: command = [\"/usr/local/bin/role-of-db\"]"));
    }
    Some(Box::new(Role { command, timeout, found: None }))
}

/// `order` of a service: roles, whose members come one after the other; none where it has none.
pub(super) fn order(service: &Block, fields: &mut Fields<'_>) -> Vec<String> {
    let Some(attribute) = service.body.attribute("order") else { return Vec::new() };
    let value = match fields.found(&attribute.value) {
        Ok(value) => value,
        Err(guess) => {
            // A text may be the one word that stands for an order.
            if !guess.may_be_text() {
                fields.texts_of(attribute);
            }
            return Vec::new();
        }
    };
    let word = Some(&value).filter(|value| !value.is_sensitive()).and_then(|value| value.as_str());
    if word == Some(REPLICAS_FIRST.0) {
        return REPLICAS_FIRST.1.map(String::from).into();
    }
    let at = attribute.value.span();
    let help = "Write order = \"replicas_first\", or roles, the first ones first: order = [\"replica\", \"primary\"]";
    if word.is_some() {
        fields.problems.push(Diagnostic::error("There is no such order").at(at, "").help(help));
        return Vec::new();
    }
    let Some(roles) = fields.texts_of(attribute) else { return Vec::new() };
    let mut seen = BTreeSet::new();
    let problem = if let Some(bad) = roles.iter().find(|role| !blocks::is_role(role)) {
        Diagnostic::error(format!("{bad:?} can be no role"))
            .help("A role is one word of up to 64 characters.")
    } else if let Some(twice) = roles.iter().find(|role| !seen.insert(role.as_str())) {
        Diagnostic::error(format!("\"order\" names the role {twice:?} twice")).help("Name each role once.")
    } else if roles.len() < 2 {
        Diagnostic::error("\"order\" puts nothing in order").help(help)
    } else {
        return roles;
    };
    fields.problems.push(problem.at(at, ""));
    Vec::new()
}
