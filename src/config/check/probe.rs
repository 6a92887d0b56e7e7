//! `check "exec" "name" { … }` and its siblings: how a component's health is told.

use super::credential;
use super::secret::Secrets;
use crate::config::blocks;
use crate::config::checked::{Check, Comparison, Need, Probe, Web};
use crate::config::fields::Fields;
use crate::config::suggest;
use crate::config::syntax::{Attribute, Block, Body, Label};
use crate::config::types::Type;
use crate::model::{Diagnostic, Diagnostics, period};
use std::collections::BTreeMap;
use std::time::Duration;

/// How one sort of probe is written.
struct Row {
    block: &'static blocks::Block,
    /// The arguments without which there is nothing to try.
    required: &'static [&'static str],
    read: fn(&Body, &mut Fields<'_>) -> Option<Probe>,
}

const ROWS: &[Row] = &[
    Row { block: &blocks::EXEC, required: &["command"], read: exec },
    Row { block: &blocks::TCP, required: &["port"], read: tcp },
    Row { block: &blocks::HTTP, required: &["url"], read: http },
    Row { block: &blocks::SYSTEMD, required: &[], read: systemd },
    Row { block: &blocks::JOURNAL, required: &[], read: journal },
    Row {
        block: &blocks::PROMETHEUS,
        required: &["url", "query", "comparison", "threshold"],
        read: prometheus,
    },
];

/// A customer's attempt, in a block of customers.
const OUTSIDE: &[Row] = &[
    Row { block: &blocks::PROBE_TCP, required: &["port"], read: tcp },
    Row { block: &blocks::PROBE_HTTP, required: &["url"], read: http },
    Row { block: &blocks::PROBE_EXEC, required: &["command"], read: exec },
];

fn row(rows: &'static [Row], block: &Block) -> Option<&'static Row> {
    let sort = block.labels.first()?;
    rows.iter().find(|row| row.block.sort == Some(&*sort.text))
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
    of_sort(ROWS, block, sort, problems);
}

/// The same of a `probe` in a block of customers.
pub(super) fn shape_outside(block: &Block, problems: &mut Diagnostics) {
    let [sort] = block.labels.as_slice() else {
        let problem = Diagnostic::error("A `probe` block needs one label: what is tried")
            .at(block.header, "")
            .help("Write it as probe \"http\" { … }");
        problems.push(problem);
        return;
    };
    of_sort(OUTSIDE, block, sort, problems);
}

fn of_sort(rows: &'static [Row], block: &Block, sort: &Label, problems: &mut Diagnostics) {
    let Some(row) = row(rows, block) else {
        let problem = Diagnostic::error(format!("There is no {} {:?}", block.kind, &*sort.text))
            .at(sort.span, format!("unknown {}", block.kind))
            .help(suggest::sentence(&sort.text, rows.iter().filter_map(|row| row.block.sort)));
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
pub(super) fn all(component: &Block, secrets: &Secrets, fields: &mut Fields<'_>) -> Vec<Check> {
    component
        .body
        .blocks
        .iter()
        .filter(|b| &*b.kind == "check")
        .filter_map(|block| one(block, secrets, fields))
        .collect()
}

fn one(block: &Block, secrets: &Secrets, fields: &mut Fields<'_>) -> Option<Check> {
    let name = block.labels.get(1)?.text.to_string();
    let read = read(name, row(ROWS, block)?, block, fields);
    let told = credential::read(&block.body, secrets, fields);
    let mut check = read?;
    if let Probe::Http(Web { credential, .. }) | Probe::Prometheus { credential, .. } = &mut check.probe {
        *credential = told;
    }
    Some(check)
}

/// A customer's attempt, in a block of customers.
pub(super) fn outside(block: &Block, fields: &mut Fields<'_>) -> Option<Check> {
    read("customer".into(), row(OUTSIDE, block)?, block, fields)
}

fn read(name: String, row: &Row, block: &Block, fields: &mut Fields<'_>) -> Option<Check> {
    let body = &block.body;
    let mut time = |name, default| fields.period(body, name).unwrap_or(Duration::from_secs(default));
    let (timeout, interval, within) = (time("timeout", 5), time("interval", 1), time("within", 30));
    let mut count =
        |name| fields.whole(body, name, 1, blocks::MOST_TRIES).and_then(|n| u32::try_from(n).ok());
    let (successes, failures) = (count("successes").unwrap_or(1), count("failures"));
    let need = fields.one_of(body, "need", &Need::WORDS).unwrap_or_default();
    in_time(block, (successes, interval, within), fields);
    let before = fields.problems.0.len();
    let probe = (row.read)(body, fields);
    if probe.is_none() && fields.problems.0.len() == before {
        // A value was null, or rests on something wrong that was said already.
        let given = row.required.iter().filter_map(|name| body.attribute(name));
        for null in given.filter(|a| !(fields.hopeless)(&a.value)) {
            if fields.value(&null.value).is_some_and(|value| value.is_null()) {
                let problem =
                    Diagnostic::error(format!("\"{}\" of {} may not be null", null.name, row.block.what));
                fields.problems.push(problem.at(null.value.span(), "this is null"));
            }
        }
    }
    Some(Check { name, probe: probe?, timeout, interval, within, successes, failures, need })
}

/// So many successes in a row must fit into the time that there is.
fn in_time(block: &Block, (successes, interval, within): (u32, Duration, Duration), fields: &mut Fields<'_>) {
    let least = interval.saturating_mul(successes - 1);
    if successes > 1 && least >= within {
        let at = block.body.attribute("successes").map_or(block.header, |a| a.value.span());
        let problem = Diagnostic::error(format!("This check can never succeed {successes} times in a row"))
            .at(at, "")
            .because(format!(
                "Its tries are {} apart, and it is tried for {} only.",
                period::show(interval),
                period::show(within)
            ))
            .help("Let \"within\" be longer, or \"interval\" shorter.");
        fields.problems.push(problem);
    }
}

/// One of some words, and what it stands for.
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
    let max_latency = fields.period(body, "max_latency");
    if let (Some(Duration::ZERO), Some(attribute)) = (max_latency, body.attribute("max_latency")) {
        let problem = Diagnostic::error("\"max_latency\" of nothing is never kept")
            .at(attribute.value.span(), "no answer comes at once")
            .help("Write how long an answer may take, such as \"250ms\", or leave it out.");
        fields.problems.push(problem);
    }
    let valid_for = fields.period(body, "valid_for");
    let url = web(body, "http://127.0.0.1:8080/healthz", fields)?;
    if valid_for.is_some() {
        has_certificate(body, "valid_for", &url, fields);
    }
    let trusted = trusted(body, &url, fields);
    let expect_status = u16::try_from(expect_status).ok()?;
    Some(Probe::Http(Web {
        url,
        expect_status,
        expect_body,
        max_latency,
        valid_for,
        trusted,
        credential: None,
    }))
}

fn systemd(body: &Body, fields: &mut Fields<'_>) -> Option<Probe> {
    Some(Probe::Systemd { units: units(body, fields) })
}

fn journal(body: &Body, fields: &mut Fields<'_>) -> Option<Probe> {
    let words = blocks::PRIORITIES.map(|word| (word, word));
    let priority = fields.one_of(body, "priority", &words).unwrap_or("err").to_string();
    let pattern = fields.text(body, "pattern");
    let look_back = fields.period(body, "look_back").unwrap_or(Duration::from_secs(600));
    Some(Probe::Journal { units: units(body, fields), priority, pattern, look_back })
}

fn prometheus(body: &Body, fields: &mut Fields<'_>) -> Option<Probe> {
    let url = web(body, "http://prometheus.example:9090", fields);
    let comparison = fields.one_of(body, "comparison", &Comparison::SIGNS);
    let threshold = body.attribute("threshold").and_then(|a| number(a, fields));
    let query = fields.text(body, "query")?;
    if query.trim().is_empty() {
        let help = "For example: query = \"up{job='shop'}\"";
        complain(body, "query", "\"query\" asks for nothing", help, fields);
    }
    let url = url?;
    let trusted = trusted(body, &url, fields);
    Some(Probe::Prometheus {
        url,
        query,
        comparison: comparison?,
        threshold: threshold?,
        trusted,
        credential: None,
    })
}

/// Units of systemd; a name that could be taken for something else is none.
fn units(body: &Body, fields: &mut Fields<'_>) -> Vec<String> {
    let units = fields.texts(body, "units").unwrap_or_default();
    let wrong = |unit: &&String| {
        unit.is_empty() || unit.starts_with('-') || unit.chars().any(|c| c.is_whitespace() || c.is_control())
    };
    if let Some(unit) = units.iter().find(wrong) {
        let help = "For example: units = [\"nginx.service\"]";
        complain(body, "units", &format!("{unit:?} is no name of a unit"), help, fields);
    }
    units
}

/// A number that is not beyond all bounds.
fn number(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<f64> {
    let value = fields.typed(attribute, &Type::Number)?;
    let number = value.as_number()?.to_f64();
    if !number.is_finite() {
        let problem = Diagnostic::error(format!("\"{}\" is too large a number", attribute.name));
        fields.problems.push(problem.at(attribute.value.span(), ""));
    }
    Some(number)
}

/// `ca_cert_pem`: who vouches for the server at `url`.
pub(super) fn trusted(body: &Body, url: &str, fields: &mut Fields<'_>) -> Option<String> {
    let pem = fields.text(body, "ca_cert_pem")?;
    has_certificate(body, "ca_cert_pem", url, fields);
    if !pem.contains("-----BEGIN CERTIFICATE-----") {
        let help = "For example: ca_cert_pem = file(\"ca.pem\")";
        complain(body, "ca_cert_pem", "\"ca_cert_pem\" holds no certificate in PEM", help, fields);
    }
    Some(pem)
}

/// What an argument says of a server's certificate is said to a server that has one.
fn has_certificate(body: &Body, name: &str, url: &str, fields: &mut Fields<'_>) {
    if !url.starts_with("https://") {
        let summary = format!("\"{name}\" is about a certificate, and {url:?} has none");
        let help = "Ask an address that begins with https://, or leave it out.";
        complain(body, name, &summary, help, fields);
    }
}

/// `url`, an address of the web.
pub(super) fn web(body: &Body, example: &str, fields: &mut Fields<'_>) -> Option<String> {
    let url = fields.text(body, "url")?;
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        let help = format!("Begin it with http:// or https://, for example {example}");
        complain(body, "url", &format!("\"url\" is no address of the web: {url:?}"), &help, fields);
        return None;
    }
    Some(url)
}

fn complain(body: &Body, name: &str, summary: &str, help: &str, fields: &mut Fields<'_>) {
    let Some(attribute) = body.attribute(name) else { return };
    fields.problems.push(Diagnostic::error(summary).at(attribute.value.span(), "").help(help));
}
