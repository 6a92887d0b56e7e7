//! `check "exec" "name" { … }` and its siblings: how a component's health is told.

use crate::config::blocks;
use crate::config::checked::{Check, Probe};
use crate::config::fields::Fields;
use crate::config::suggest;
use crate::config::syntax::{Block, Body};
use crate::model::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::time::Duration;

/// How one sort of probe is written.
struct Row {
    block: &'static blocks::Block,
    /// The argument without which there is nothing to try.
    required: &'static str,
    read: fn(&Body, &mut Fields<'_>) -> Option<Probe>,
}

const ROWS: &[Row] = &[
    Row { block: &blocks::EXEC, required: "command", read: exec },
    Row { block: &blocks::TCP, required: "port", read: tcp },
    Row { block: &blocks::HTTP, required: "url", read: http },
];

fn row(block: &Block) -> Option<&'static Row> {
    let sort = block.labels.first()?;
    ROWS.iter().find(|row| row.block.sort == Some(&*sort.text))
}

/// Checks what does not depend on values.
pub(super) fn shape(block: &Block, problems: &mut Diagnostics) {
    let [sort, _] = block.labels.as_slice() else {
        let problem = Diagnostic::error("A `check` block needs two labels: what is tried, and a name")
            .at(block.header, "")
            .help("Write it as check \"http\" \"ready\" { … }");
        problems.push(problem);
        return;
    };
    let Some(row) = row(block) else {
        let problem = Diagnostic::error(format!("There is no check {:?}", &*sort.text))
            .at(sort.span, "unknown check")
            .help(suggest::sentence(&sort.text, ROWS.iter().filter_map(|row| row.block.sort)));
        problems.push(problem);
        return;
    };
    row.block.check(block, problems);
}

/// Each name once in a component: messages name a check by it.
pub(super) fn names(component: &Block, problems: &mut Diagnostics) {
    let mut seen = BTreeMap::new();
    for block in component.body.blocks.iter().filter(|b| &*b.kind == "check") {
        let Some(name) = block.labels.get(1) else { continue };
        if let Some(first) = seen.insert(&*name.text, name.span) {
            problems.push(super::names::twice(&format!("check {:?}", &*name.text), name.span, first));
        }
    }
}

/// Reads every check of a component whose shape is right.
pub(super) fn all(component: &Block, fields: &mut Fields<'_>) -> Vec<Check> {
    component
        .body
        .blocks
        .iter()
        .filter(|b| &*b.kind == "check")
        .filter_map(|block| one(block, fields))
        .collect()
}

fn one(block: &Block, fields: &mut Fields<'_>) -> Option<Check> {
    let name = block.labels.get(1)?.text.to_string();
    let body = &block.body;
    let mut time = |name, default| fields.period(body, name).unwrap_or(Duration::from_secs(default));
    let (timeout, interval, within) = (time("timeout", 5), time("interval", 1), time("within", 30));
    let row = row(block)?;
    let before = fields.problems.0.len();
    let probe = (row.read)(body, fields);
    if probe.is_none() && fields.problems.0.len() == before {
        // The value was null, or rests on something wrong that was said already.
        let required = body.attribute(row.required).filter(|a| !(fields.hopeless)(&a.value))?;
        let problem =
            Diagnostic::error(format!("\"{}\" of {} may not be null", row.required, row.block.what));
        fields.problems.push(problem.at(required.value.span(), "this is null"));
    }
    let probe = probe?;
    Some(Check { name, probe, timeout, interval, within })
}

fn exec(body: &Body, fields: &mut Fields<'_>) -> Option<Probe> {
    let expect_output = fields.text(body, "expect_output");
    let command = fields.texts(body, "command")?;
    if command.is_empty() || command[0].is_empty() {
        complain(
            body,
            "command",
            "\"command\" names no program",
            "For example: command = [\"true\"]",
            fields,
        );
        return None;
    }
    Some(Probe::Exec { command, expect_output })
}

fn tcp(body: &Body, fields: &mut Fields<'_>) -> Option<Probe> {
    let host = fields.text(body, "host").unwrap_or_else(|| "127.0.0.1".to_string());
    let port = fields.whole(body, "port", 1, 65_535)?;
    Some(Probe::Tcp { host, port: u16::try_from(port).ok()? })
}

fn http(body: &Body, fields: &mut Fields<'_>) -> Option<Probe> {
    let expect_status = fields.whole(body, "expect_status", 100, 599).unwrap_or(200);
    let expect_body = fields.text(body, "expect_body");
    let url = fields.text(body, "url")?;
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        let help = "Begin it with http:// or https://, for example http://127.0.0.1:8080/healthz";
        complain(body, "url", &format!("\"url\" is no address of the web: {url:?}"), help, fields);
        return None;
    }
    Some(Probe::Http { url, expect_status: u16::try_from(expect_status).ok()?, expect_body })
}

fn complain(body: &Body, name: &str, summary: &str, help: &str, fields: &mut Fields<'_>) {
    let Some(attribute) = body.attribute(name) else { return };
    fields.problems.push(Diagnostic::error(summary).at(attribute.value.span(), "").help(help));
}
