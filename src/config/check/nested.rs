//! The blocks inside of a component: `connection`, `snapshot`, `lifecycle`.

use crate::config::checked::{Connection, Lifecycle, SnapshotRule};
use crate::config::fields::{Fields, Known};
use crate::config::syntax::Block;
use crate::model::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;

/// Checks what does not depend on values: names, labels, and blocks that stand twice.
pub(super) fn shapes(component: &Block, problems: &mut Diagnostics) {
    let mut seen: BTreeMap<&str, &Block> = BTreeMap::new();
    for block in &component.body.blocks {
        let single = matches!(&*block.kind, "connection" | "snapshot" | "lifecycle");
        if single && let Some(first) = seen.insert(&block.kind, block) {
            let problem = Diagnostic::error(format!("A component has one `{}` block", block.kind))
                .at(block.header, "the second one")
                .and(first.header, "the first one")
                .help("Put everything into one of them.");
            problems.push(problem);
        }
        match &*block.kind {
            "connection" => connection_shape(block, problems),
            "snapshot" => {
                let arguments = &["keep", "keep_for", "may_lose_data"];
                Known { what: "a snapshot block", arguments, blocks: &[] }.check(&block.body, problems);
                no_labels(block, problems);
            }
            "lifecycle" => {
                let arguments = &["allow_downgrade", "install", "allow_irreversible"];
                Known { what: "a lifecycle block", arguments, blocks: &[] }.check(&block.body, problems);
                no_labels(block, problems);
            }
            "check" => super::probe::shape(block, problems),
            _ => {}
        }
    }
    super::probe::names(component, problems);
}

fn no_labels(block: &Block, problems: &mut Diagnostics) {
    if let Some(label) = block.labels.first() {
        let problem = Diagnostic::error(format!("A `{}` block has no labels", block.kind))
            .at(label.span, "")
            .help(format!("Write it as {} {{ … }}", block.kind));
        problems.push(problem);
    }
}

fn connection_shape(block: &Block, problems: &mut Diagnostics) {
    match block.labels.as_slice() {
        [label] if &*label.text == "local" => {
            Known { what: "a local connection", arguments: &[], blocks: &[] }.check(&block.body, problems);
        }
        [label] if ["ssh", "chroot", "container"].contains(&&*label.text) => {
            let problem = Diagnostic::error(format!(
                "Connections by {} are not supported by this version yet",
                label.text
            ))
            .at(label.span, "not supported yet")
            .help("This version reaches the machine it runs on: connection \"local\" {}");
            problems.push(problem);
        }
        [label] => {
            let problem = Diagnostic::error(format!("There is no connection {:?}", &*label.text))
                .at(label.span, "unknown connection")
                .help("Write connection \"local\" {}");
            problems.push(problem);
        }
        _ => {
            let problem =
                Diagnostic::error("A `connection` block needs one label: how the target is reached")
                    .at(block.header, "")
                    .help("Write connection \"local\" {}");
            problems.push(problem);
        }
    }
}

/// The only connection of this version.
pub(super) fn connection() -> Connection {
    Connection { kind: "local".to_string(), arguments: BTreeMap::new() }
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
    rule
}
