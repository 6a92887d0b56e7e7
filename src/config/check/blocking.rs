//! `maintenance { block { … } }`: how customers are kept away from a component, and how that is proved.

use super::{nested, probe};
use crate::config::blocks;
use crate::config::checked::{self, Connection, Log, LogSource, Net};
use crate::config::fields::Fields;
use crate::config::syntax::{Attribute, Block};
use crate::config::types::Type;
use crate::model::{Absence, Diagnostic, Diagnostics, Span};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How long an attempt may take until it is found in the log, where nothing else is said.
const FOUND: Duration = Duration::from_secs(10);

/// Checks what does not depend on values.
pub(super) fn shape(block: &Block, problems: &mut Diagnostics) {
    blocks::BLOCK.check(block, problems);
    for kind in ["probe", "log"] {
        let mut all = block.body.blocks.iter().filter(|inner| &*inner.kind == kind);
        let Some(first) = all.next() else { continue };
        if let Some(second) = all.next() {
            let problem = Diagnostic::error(format!("A block of customers has one `{kind}` block"))
                .at(second.header, "the second one")
                .and(first.header, "the first one")
                .help("Keep one of them.");
            problems.push(problem);
        }
        match kind {
            "probe" => probe::shape_outside(first, problems),
            _ => blocks::LOG.check(first, problems),
        }
        nested::connections(first, &format!("A `{kind}` block"), problems);
    }
    if !block.body.blocks.iter().any(|inner| &*inner.kind == "probe") {
        let problem = Diagnostic::error("A block of customers needs a `probe` block: a customer's attempt")
            .at(block.header, "nothing would prove that customers are refused")
            .help("For example: probe \"tcp\" { host = \"web-1.example\", port = 443 }, each argument on its own line")
            .absent(Absence::Within(block.header));
        problems.push(problem);
    }
    let who = ["ports", "interfaces", "from"];
    if let Some(at) = block.body.attribute("at") {
        return shape_at_traffic(block, at, problems);
    }
    if !who.iter().any(|name| block.body.attribute(name).is_some()) {
        let problem = Diagnostic::error("A block of customers does not say who is a customer")
            .at(block.header, "")
            .help("Say by which ports they come: ports = [80, 443]; or give \"interfaces\", or \"from\".")
            .absent(Absence::Within(block.header));
        problems.push(problem);
    }
}

/// What a block at a traffic may not say, and has to.
fn shape_at_traffic(block: &Block, at: &Attribute, problems: &mut Diagnostics) {
    for name in ["ports", "interfaces", "from", "allow", "log_group"] {
        if let Some(attribute) = block.body.attribute(name) {
            let problem = Diagnostic::error(format!("\"{name}\" does not go with \"at\""))
                .at(attribute.span, "this is said to nftables on the host")
                .and(at.span, "customers are refused by this traffic")
                .help("Keep one of them: a traffic refuses whoever comes.");
            problems.push(problem);
        }
    }
    let inner = |kind: &str| block.body.blocks.iter().find(|inner| &*inner.kind == kind);
    let probe = inner("probe").and_then(|probe| Some((probe, probe.labels.first()?)));
    if let Some((_, sort)) = probe.filter(|(_, sort)| &*sort.text == "tcp") {
        let problem = Diagnostic::error("A tcp probe proves nothing at a traffic")
            .at(sort.span, "")
            .because("A load balancer takes the connection, and refuses what is asked over it.")
            .help("Write probe \"http\", or probe \"exec\" with a program that asks for something.");
        problems.push(problem);
    }
    let told = inner("log")
        .is_some_and(|log| log.body.attributes.iter().any(|a| ["file", "command"].contains(&&*a.name)));
    if !told {
        let problem = Diagnostic::error("A block of customers at a traffic needs a `log` block that names its log")
            .at(block.header, "nothing would prove that a refused attempt is logged")
            .help("For example: log { file = \"/var/log/haproxy.log\" }; it is read where the traffic is, or where its connection leads.")
            .absent(Absence::Within(block.header));
        problems.push(problem);
    }
}

/// A block of customers, evaluated; its traffic is not known by its index yet.
pub(super) struct Written {
    pub barrier: checked::Barrier,
    /// The instance of the module that declares the traffic, its name, and where it is named.
    pub at: Option<(usize, Arc<str>, Span)>,
}

/// The block of a component, evaluated; `at` is how the component is reached.
pub(super) fn read(component: &Block, at: &Connection, fields: &mut Fields<'_>) -> Option<Box<Written>> {
    let maintenance = component.body.blocks.iter().find(|b| &*b.kind == "maintenance")?;
    let block = maintenance.body.blocks.iter().find(|b| &*b.kind == "block")?;
    let traffic = block.body.attribute("at");
    if at.kind == "chroot" && traffic.is_none() {
        let problem = Diagnostic::error("Customers of a folder cannot be kept out")
            .at(block.header, "")
            .because("The component is reached by connection \"chroot\": nftables belong to a whole host.")
            .help("Take it out, or reach the host itself.");
        fields.problems.push(problem);
    }
    let body = &block.body;
    let ports = body.attribute("ports").and_then(|a| ports(a, fields)).unwrap_or_default();
    let interfaces = interfaces(block, fields);
    let from = body.attribute("from").map(|a| nets(a, fields)).unwrap_or_default();
    let allow = body.attribute("allow").map(|a| nets(a, fields)).unwrap_or_default();
    let group = fields.whole(body, "log_group", 0, 65_535);
    let inner = |kind: &str| body.blocks.iter().find(|b| &*b.kind == kind);
    let named = match traffic {
        Some(attribute) => Some(named(attribute, fields)?),
        None => None,
    };
    if named.is_none()
        && ports.is_empty()
        && interfaces.is_empty()
        && from.is_empty()
        && fields.problems.0.is_empty()
        && !fields.is_open(block)
    {
        let problem = Diagnostic::error("A block of customers does not say who is a customer")
            .at(block.header, "all of its lists are empty")
            .help("Say by which ports they come: ports = [80, 443]; or give \"interfaces\", or \"from\".")
            .absent(Absence::Within(block.header));
        fields.problems.push(problem);
    }
    let log = log(inner("log"), fields);
    let written = inner("probe")?;
    let probe_at = nested::connection(written, fields);
    let probe = probe::outside(written, fields);
    let barrier = checked::Barrier {
        at: None,
        ports,
        interfaces,
        from,
        allow,
        log_group: group.and_then(|group| u16::try_from(group).ok()),
        probe: probe?,
        probe_at,
        log: log?,
    };
    Some(Box::new(Written { barrier, at: named }))
}

/// `at = traffic.haproxy.front`
fn named(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<(usize, Arc<str>, Span)> {
    let value = fields.typed(attribute, &Type::Any)?;
    if let Some(block) = value.as_block().filter(|block| block.kind == "traffic") {
        return Some((block.owner, block.name.clone(), attribute.value.span()));
    }
    let problem = Diagnostic::error("\"at\" must name a traffic block")
        .at(attribute.value.span(), format!("this is {}", value.brief()))
        .help("Write at = traffic.haproxy.front, without quotes and without a list.");
    fields.problems.push(problem);
    None
}

fn log(block: Option<&Block>, fields: &mut Fields<'_>) -> Option<Log> {
    let Some(block) = block else { return Some(Log { source: LogSource::Journal, at: None, within: FOUND }) };
    let body = &block.body;
    let within = fields.period(body, "within").unwrap_or(FOUND);
    let file = fields.text(body, "file");
    let command = fields.texts(body, "command");
    let has_place = body.blocks.iter().any(|b| &*b.kind == "connection");
    let at = has_place.then(|| nested::connection(block, fields));
    let mut complain = |name: &str, summary: &str, help: &str| {
        let at = body.attribute(name).map_or(block.header, |a| a.value.span());
        fields.problems.push(Diagnostic::error(summary).at(at, "").help(help));
        None
    };
    let source = match (file, command) {
        (Some(_), Some(_)) => complain(
            "command",
            "A log is read from a file or by a command, not from both",
            "Keep one of them.",
        ),
        (Some(file), None) if !file.starts_with('/') || file.chars().any(char::is_control) => {
            complain("file", &format!("The file of a log cannot be {file:?}"), "Write an absolute path.")
        }
        (None, Some(command)) if command.first().is_none_or(String::is_empty) => {
            complain("command", "\"command\" names no program", "For example: command = [\"dmesg\"]")
        }
        (Some(file), None) => Some(LogSource::File(file)),
        (None, Some(command)) => Some(LogSource::Command(command)),
        (None, None) => Some(LogSource::Journal),
    };
    Some(Log { source: source?, at, within })
}

fn ports(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<Vec<u16>> {
    let value = fields.typed(attribute, &Type::list(Type::Number))?;
    let number = |value: &crate::config::value::Value| {
        let number = value.as_number()?.as_usize()?;
        u16::try_from(number).ok().filter(|port| *port > 0)
    };
    let items = value.as_items()?;
    if let Some(wrong) = items.iter().position(|item| number(item).is_none()) {
        let problem = Diagnostic::error("\"ports\" must hold ports: whole numbers from 1 to 65535")
            .at(attribute.value.element(wrong), format!("this is {}", items[wrong].brief()));
        fields.problems.push(problem);
        return None;
    }
    let ports: BTreeSet<u16> = items.iter().filter_map(number).collect();
    Some(ports.into_iter().collect())
}

fn interfaces(block: &Block, fields: &mut Fields<'_>) -> Vec<String> {
    let names = fields.texts(&block.body, "interfaces").unwrap_or_default();
    // As the kernel takes them, and nothing that could end a word of nft.
    let fits = |name: &String| {
        (1..16).contains(&name.len())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.:@-".contains(c))
    };
    if let Some((index, wrong)) = names.iter().enumerate().find(|(_, name)| !fits(name)) {
        let at = block.body.attribute("interfaces").map_or(block.header, |a| a.value.element(index));
        let problem = Diagnostic::error(format!("{wrong:?} is no name of an interface"))
            .at(at, "")
            .help("For example: interfaces = [\"eth1\"]");
        fields.problems.push(problem);
    }
    names
}

fn nets(attribute: &Attribute, fields: &mut Fields<'_>) -> Vec<Net> {
    let texts = fields.texts_of(attribute).unwrap_or_default();
    if let Some((index, wrong)) = texts.iter().enumerate().find(|(_, text)| Net::parse(text).is_none()) {
        let problem = Diagnostic::error(format!("{wrong:?} is no address and no net"))
            .at(attribute.value.element(index), "")
            .help(format!(
                "For example: {} = [\"10.0.9.7\", \"10.0.8.0/24\", \"2001:db8::/32\"]",
                attribute.name
            ));
        fields.problems.push(problem);
    }
    texts.iter().filter_map(|text| Net::parse(text)).collect()
}
