//! The blocks inside of a component: `connection`, `snapshot`, `lifecycle`.

use crate::config::blocks;
use crate::config::checked::{Connection, Lifecycle, SnapshotRule, WAIT, is_container};
use crate::config::fields::Fields;
use crate::config::syntax::Block;
use crate::model::{Diagnostic, Diagnostics};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Checks what does not depend on values: names, labels, and blocks that stand twice.
pub(super) fn shapes(component: &Block, problems: &mut Diagnostics) {
    let mut seen: BTreeMap<&str, &Block> = BTreeMap::new();
    for block in &component.body.blocks {
        let single = matches!(&*block.kind, "connection" | "snapshot" | "role" | "lifecycle" | "maintenance");
        if single && let Some(first) = seen.insert(&block.kind, block) {
            let problem = Diagnostic::error(format!("A component has one `{}` block", block.kind))
                .at(block.header, "the second one")
                .and(first.header, "the first one")
                .help("Put everything into one of them.");
            problems.push(problem);
        }
        shape(block, problems);
    }
    super::probe::names(component, problems);
}

/// Checks the connection of something that is no component and has one: `what`, with its article.
pub(super) fn connections(owner: &Block, what: &str, problems: &mut Diagnostics) {
    let mut all = owner.body.blocks.iter().filter(|block| &*block.kind == "connection");
    let Some(first) = all.next() else { return };
    shape(first, problems);
    if let Some(second) = all.next() {
        let problem = Diagnostic::error(format!("{what} has one `connection` block"))
            .at(second.header, "the second one")
            .and(first.header, "the first one")
            .help("Keep one of them.");
        problems.push(problem);
    }
}

/// The shape of one block inside of a component.
pub(super) fn shape(block: &Block, problems: &mut Diagnostics) {
    match &*block.kind {
        "connection" => connection_shape(block, problems),
        "snapshot" => blocks::SNAPSHOT.check(block, problems),
        "role" => blocks::ROLE.check(block, problems),
        "lifecycle" => {
            blocks::LIFECYCLE.check(block, problems);
            for inner in block.body.blocks.iter().filter(|b| &*b.kind == "precondition") {
                blocks::PRECONDITION.check(inner, problems);
            }
            for inner in block.body.blocks.iter().filter(|b| &*b.kind == "dynamic") {
                super::dynamic::shape(inner, problems);
            }
        }
        "maintenance" => {
            blocks::MAINTENANCE.check(block, problems);
            for kind in ["block", "silence"] {
                let mut inner = block.body.blocks.iter().filter(|b| &*b.kind == kind);
                let Some(first) = inner.next() else { continue };
                match kind {
                    "block" => super::blocking::shape(first, problems),
                    _ => blocks::SILENCE.check(first, problems),
                }
                if let Some(second) = inner.next() {
                    let problem = Diagnostic::error(format!("A `maintenance` block has one `{kind}` block"))
                        .at(second.header, "the second one")
                        .and(first.header, "the first one")
                        .help("Put everything into one of them.");
                    problems.push(problem);
                }
            }
        }
        "check" => super::probe::shape(block, problems),
        "precondition" => blocks::PRECONDITION.check(block, problems),
        "dynamic" => super::dynamic::shape(block, problems),
        _ => {}
    }
}

const WAYS: &str = "Write connection \"local\" {}, connection \"ssh\" { host = \"db-1.example\" }, connection \"container\" { name = \"web-1\" } or connection \"chroot\" { path = \"/srv/image\" }";

fn connection_shape(block: &Block, problems: &mut Diagnostics) {
    let problem = match block.labels.as_slice() {
        [label] if &*label.text == "local" => return blocks::CONNECTION_LOCAL.check(block, problems),
        [label] if &*label.text == "ssh" => return blocks::CONNECTION_SSH.check(block, problems),
        [label] if &*label.text == "chroot" => return blocks::CONNECTION_CHROOT.check(block, problems),
        [label] if &*label.text == "container" => return blocks::CONNECTION_CONTAINER.check(block, problems),
        [label] => {
            let what = format!("There is no connection {:?}", &*label.text);
            Diagnostic::error(what).at(label.span, "unknown connection")
        }
        _ => Diagnostic::error("A `connection` block needs one label: how the target is reached")
            .at(block.header, ""),
    };
    problems.push(problem.help(WAYS));
}

/// `connection "…" { … }`, or this machine.
pub(super) fn connection(component: &Block, fields: &mut Fields<'_>) -> Connection {
    let local = || Connection { kind: "local".to_string(), arguments: BTreeMap::new() };
    let Some(block) = component.body.blocks.iter().find(|b| &*b.kind == "connection") else { return local() };
    match block.labels.first().map(|label| &*label.text) {
        Some("ssh") => {}
        Some("chroot") => return chroot(block, fields),
        Some("container") => return container(block, fields),
        _ => return local(),
    }
    let body = &block.body;
    let mut arguments = BTreeMap::new();
    for name in ["host", "user", "identity", "config"] {
        let Some(text) = fields.text(body, name) else { continue };
        let bad = text.is_empty() || text.starts_with('-') || text.chars().any(char::is_control);
        if let Some(attribute) = body.attribute(name).filter(|_| bad) {
            let problem = Diagnostic::error(format!("\"{name}\" of an ssh connection cannot be {text:?}"))
                .at(attribute.value.span(), "")
                .help("Leave it out, or give a text that does not begin with `-`.");
            fields.problems.push(problem);
        }
        arguments.insert(name.to_string(), text.into());
    }
    if let Some(port) = fields.whole(body, "port", 1, 65_535) {
        arguments.insert("port".into(), port.into());
    }
    if let Some(sudo) = fields.flag(body, "sudo") {
        arguments.insert("sudo".into(), sudo.into());
    }
    waits(block, fields, &mut arguments);
    if let Some(attribute) = body.attribute("host").filter(|a| !(fields.hopeless)(&a.value))
        && !arguments.contains_key("host")
        && !fields.problems.has_errors()
    {
        let problem = Diagnostic::error("\"host\" of an ssh connection may not be null");
        fields.problems.push(problem.at(attribute.value.span(), "this is null"));
    }
    Connection { kind: "ssh".to_string(), arguments }
}

fn chroot(block: &Block, fields: &mut Fields<'_>) -> Connection {
    let mut arguments = BTreeMap::new();
    if let Some(path) = fields.text(&block.body, "path") {
        if let Some(attribute) =
            block.body.attribute("path").filter(|_| !path.starts_with('/') || path == "/")
        {
            let what = format!("\"path\" of a chroot connection cannot be {path:?}");
            let problem = Diagnostic::error(what).at(attribute.value.span(), "");
            fields.problems.push(problem.help("Write an absolute path, which is not `/`."));
        }
        arguments.insert("path".to_string(), path.into());
    }
    Connection { kind: "chroot".to_string(), arguments }
}

fn container(block: &Block, fields: &mut Fields<'_>) -> Connection {
    let mut arguments = BTreeMap::new();
    if let Some(name) = fields.text(&block.body, "name") {
        if let Some(attribute) = block.body.attribute("name").filter(|_| !is_container(&name)) {
            let what = format!("\"name\" of a container connection cannot be {name:?}");
            let help = "Write the name that `machinectl list` shows: letters, digits, `-`, `_` and `.`, at most 64, a letter or \
                        digit first.";
            fields.problems.push(Diagnostic::error(what).at(attribute.value.span(), "").help(help));
        }
        arguments.insert("name".to_string(), name.into());
    }
    waits(block, fields, &mut arguments);
    Connection { kind: "container".to_string(), arguments }
}

/// What a connection does of itself is not said to it.
fn waits(block: &Block, fields: &mut Fields<'_>, arguments: &mut BTreeMap<String, Json>) {
    if let Some(wait) = fields.period(&block.body, "wait").filter(|wait| *wait != WAIT) {
        arguments.insert("wait".into(), u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).into());
    }
}

/// `snapshot { … }`, or the default.
pub(super) fn snapshot(component: &Block, fields: &mut Fields<'_>) -> SnapshotRule {
    let mut rule = SnapshotRule::default();
    let Some(block) = component.body.blocks.iter().find(|b| &*b.kind == "snapshot") else { return rule };
    let body = &block.body;
    if let Some(keep) = fields.whole(body, "keep", 1, u64::MAX) {
        rule.keep = keep;
    }
    rule.keep_for = fields.period(body, "keep_for");
    rule.may_lose_data = fields.flag(body, "may_lose_data").unwrap_or(rule.may_lose_data);
    rule
}

/// `lifecycle { … }`, or the default.
pub(super) fn lifecycle(component: &Block, fields: &mut Fields<'_>) -> Lifecycle {
    let mut rule = Lifecycle { allow_downgrade: false, install: true, allow_irreversible: false };
    let Some(block) = component.body.blocks.iter().find(|b| &*b.kind == "lifecycle") else { return rule };
    let body = &block.body;
    rule.allow_downgrade = fields.flag(body, "allow_downgrade").unwrap_or(rule.allow_downgrade);
    rule.install = fields.flag(body, "install").unwrap_or(rule.install);
    rule.allow_irreversible = fields.flag(body, "allow_irreversible").unwrap_or(rule.allow_irreversible);
    let name: Vec<&str> = component.labels.iter().map(|label| &*label.text).collect();
    super::assertion::preconditions(block, &name.join("."), fields);
    rule
}
