//! One component that changes, in full.

use super::{View, diff, heading, level, way};
use crate::config::checked::{Barrier, Drain, LogSource, Silence, Vendor, VendorField};
use crate::model::{Moment, period};
use crate::plan::along::Along;
use crate::plan::blocking;
use crate::plan::noun::{Change, Entry, Plan};
use crate::report::emergency;
use crate::report::hours;
use crate::report::mark::Mark;
use crate::report::page::{Page, columns};
use crate::report::pending::reload;
use crate::report::reach;
use crate::report::reason::Reason;
use crate::report::size;
use crate::report::style::{Piece, Tint, plain, tinted};
use patchform_sdk::message::{Artifact, Class, PartChange, Reload};
use patchform_sdk::words::typed;

/// Column at which the values of a component's lines begin.
pub const COLUMN: usize = 11;
/// Indent of a component's lines.
pub const INDENT: usize = 6;
/// Items of one list shown before the rest is counted.
const FEW: usize = 8;

/// What is drawn.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What restores of whole systems take along.
    pub along: &'a Along<'a>,
    /// When each entry has its turn; none where the plan keeps no hours.
    pub turns: &'a [Moment],
    /// Index into the plan's entries.
    pub at: usize,
    /// The component.
    pub entry: &'a Entry,
    /// Its change.
    pub change: &'a Change,
}

/// `away from traffic.haproxy.front as web-1, which may take 30s`: what it still works on is waited for.
fn taken(plan: &Plan, drain: &Drain) -> String {
    let address = |at: &usize| Some(plan.traffic.get(*at)?.address.as_str());
    let from: Vec<&str> = drain.from.iter().filter_map(address).collect();
    let each = if from.len() > 1 { " at each" } else { "" };
    format!(
        "away from {} as {}; open sessions have {}{each} to end",
        from.join(", "),
        drain.member,
        period::show(drain.wait)
    )
}

/// `customers at ports 80, 443, by nftables table inet patchform_…; proved by …` and who stays let in.
fn kept_out(plan: &Plan, entry: &Entry, block: &Barrier) -> String {
    let host =
        block.log.at.as_ref().and_then(reach::host).map_or(String::new(), |host| format!(" on {host}"));
    let log = match &block.log.source {
        LogSource::Journal => "the journal".to_string(),
        LogSource::File(path) => path.clone(),
        LogSource::Command(argv) => format!("`{}`", typed(argv)),
    };
    let proved = format!(
        "Proved before the patch: {} is refused, and that is found in {log}{host}",
        emergency::tried(&block.probe)
    );
    if let Some(traffic) = block.at.and_then(|at| plan.traffic.get(at)) {
        return format!(
            "all customers of {} are refused there; the tool's own way in is not touched. {proved}",
            traffic.address
        );
    }
    let all = |one: &str, items: Vec<String>| match items.as_slice() {
        [] => String::new(),
        [item] => format!(" {one} {item}"),
        items => format!(" {one}{} {}", if one.ends_with('m') { "" } else { "s" }, items.join(", ")),
    };
    let who = all("at port", block.ports.iter().map(u16::to_string).collect())
        + &all("at interface", block.interfaces.clone())
        + &all("from", block.from.iter().map(ToString::to_string).collect());
    let allow: Vec<String> = block.allow.iter().map(ToString::to_string).collect();
    let allow = if allow.is_empty() { String::new() } else { format!(" and {}", allow.join(", ")) };
    format!(
        "customers{who} are kept out by nftables (table inet {}); the tool's own way in{allow} stays open. {proved}",
        blocking::table(&plan.lineage, &entry.address.to_string()),
    )
}

/// Draws it.
pub fn draw(page: &mut Page, view: &View<'_>, subject: Subject<'_>) {
    let Subject { plan, entry, change, .. } = subject;
    opening(page, view, entry, change);
    let mut why = vec![plain(Reason::of(plan, entry).why)];
    // Going back is what was asked for.
    if change.downgrade && !plan.purpose.goes_back() {
        why.push(tinted(Tint::Change, "; this is a downgrade, which lifecycle allows"));
    }
    page.labelled(INDENT, COLUMN, "because", &why);
    if let Some(host) = reach::host(&entry.connection) {
        page.labelled(INDENT, COLUMN, "host", &[plain(host)]);
    }
    if let Some(role) = entry.role.as_ref().and_then(|role| role.found.as_deref()) {
        page.labelled(INDENT, COLUMN, "role", &[plain(role)]);
    }
    if let Some(drain) = &entry.drain {
        page.labelled(INDENT, COLUMN, "traffic", &[plain(taken(plan, drain))]);
    }
    if let Some(block) = &entry.block {
        page.labelled(INDENT, COLUMN, "block", &[plain(kept_out(plan, entry, block))]);
    }
    if let Some(silence) = &entry.silence {
        page.labelled(INDENT, COLUMN, "silence", &[plain(silenced(silence))]);
    }
    let preview = &change.preview;
    list(page, view, "pulls in", &preview.pulled_in, part);
    list(page, view, "removes", &preview.removed, |name| vec![tinted(Tint::Bad, name)]);
    diff::draw(page, view, INDENT, &preview.files);
    joined(page, view, "restarts", &preview.services);
    if preview.reload != Reload::None {
        page.labelled(INDENT, COLUMN, "needs", &[tinted(Tint::Change, reload(preview.reload))]);
    }
    list(page, view, "fetches", &change.artifacts, artifact);
    if preview.space > 0 {
        page.labelled(INDENT, COLUMN, "space", &[plain(size::bytes(preview.space))]);
    }
    way::draw(page, view, INDENT, subject);
    let turn = subject.turns.get(subject.at).copied();
    hours::draw(page, (INDENT, COLUMN), plan, (entry, change, turn), &|at| view.offset(at));
    let warnings: Vec<&str> = preview.warnings.iter().flat_map(|w| w.lines()).collect();
    if let Some(vendor) = entry.vendor.and_then(|v| plan.vendors.get(v)) {
        page.labelled(INDENT, COLUMN, "contact", &[plain(contact(vendor))]);
    }
    list(page, view, "mind", &warnings, |text| vec![tinted(Tint::Change, *text)]);
}

/// Who is called when a person is needed: `Acme duty desk, phone +49 30 5550100, case C-99881`.
fn contact(vendor: &Vendor) -> String {
    let said =
        vendor.says.iter().filter(|(field, _)| !matches!(field, VendorField::Name | VendorField::Note));
    let said = said.map(|(field, text)| format!(", {} {text}", field.name()));
    said.fold(vendor.name().to_string(), |all, one| all + &one)
}

/// Sign, address, class, and the levels.
fn opening(page: &mut Page, view: &View<'_>, entry: &Entry, change: &Change) {
    let mut line = heading(Mark::of_change(change), &entry.address.to_string()).to_vec();
    if entry.class != Class::Other {
        line.push(tinted(Tint::Dim, format!("  {}", class(entry.class))));
    }
    let (from, to) = (change.from.as_ref(), change.to.as_ref());
    let Some(pair) = level::pair(from, to) else {
        page.line(2, 6, &line);
        level::parts(page, view, INDENT, from, to);
        return;
    };
    let style = page.style();
    let wide = |pieces: &[Piece]| -> usize { pieces.iter().map(|p| columns(&p.text, style)).sum() };
    if 2 + wide(&line) + 2 + wide(&pair) <= style.columns() {
        line.push(plain("  "));
        line.extend(pair);
        page.line(2, 6, &line);
    } else {
        page.line(2, 6, &line);
        page.line(INDENT, INDENT + 2, &pair);
    }
}

/// A list, one item a line.
fn list<T>(page: &mut Page, view: &View<'_>, label: &str, items: &[T], show: impl Fn(&T) -> Vec<Piece>) {
    let shown = view.shown(items.len(), FEW);
    for (i, item) in items[..shown].iter().enumerate() {
        page.labelled(INDENT, COLUMN, if i == 0 { label } else { "" }, &show(item));
    }
    view.more(page, INDENT + COLUMN, items.len() - shown, "like these");
}

/// A list of names on one line.
fn joined(page: &mut Page, view: &View<'_>, label: &str, names: &[String]) {
    if names.is_empty() {
        return;
    }
    let shown = view.shown(names.len(), FEW);
    page.labelled(INDENT, COLUMN, label, &[plain(names[..shown].join(", "))]);
    view.more(page, INDENT + COLUMN, names.len() - shown, "services");
}

fn part(part: &PartChange) -> Vec<Piece> {
    let mut pieces = vec![plain(format!("{}  ", part.name))];
    let tint = if part.to.is_some() { Tint::Good } else { Tint::Bad };
    pieces.push(plain(part.from.as_deref().unwrap_or("(absent)")));
    pieces.push(tinted(Tint::Dim, " → "));
    pieces.push(tinted(tint, part.to.as_deref().unwrap_or("(absent)")));
    pieces
}

fn artifact(artifact: &Artifact) -> Vec<Piece> {
    let digest = artifact.sha256.get(..12).unwrap_or(&artifact.sha256);
    let size = if artifact.size > 0 { format!("{}, ", size::bytes(artifact.size)) } else { String::new() };
    vec![plain(&artifact.source), tinted(Tint::Dim, format!(" ({size}sha256 {digest}…)"))]
}

/// A class in words.
pub const fn class(class: Class) -> &'static str {
    match class {
        Class::Virtualization => "virtualization",
        Class::OperatingSystem => "operating system",
        Class::NetworkEquipment => "network equipment",
        Class::SecurityEquipment => "security equipment",
        Class::Database => "database",
        Class::ManagementTerminal => "management terminal",
        Class::MachineImage => "machine image",
        Class::Firmware => "firmware",
        Class::Other => "other",
    }
}

/// `alerts with instance="web-1:9100" at http://alerts.example:9093, while it is worked on`
fn silenced(silence: &Silence) -> String {
    let labels: Vec<String> =
        silence.labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("alerts with {} at {}, while it is worked on", labels.join(", "), silence.url)
}
