//! The table that a person reads: by component, by CVE or by deadline.

use super::{Assessment, words};
use crate::finding::{Found, Member, Target, Why};
use crate::report::page::Page;
use crate::report::size::{count, counted};
use crate::report::style::{Piece, Style, Tint, plain, tinted};
use crate::report::table::Table;
use patchform_advisory::Installed;
use patchform_advisory::priority::Priority;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How findings are put together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum By {
    /// By component and package.
    #[default]
    Component,
    /// By vulnerability.
    Cve,
    /// By the day on which they are due.
    Deadline,
}

/// Draws an assessment; `all` with what has no fix, too.
pub fn draw(assessment: &Assessment<'_>, by: By, all: bool, style: Style) -> String {
    let mut page = Page::new(style);
    match by {
        By::Component => by_component(assessment, all, &mut page),
        By::Cve => by_cve(assessment, all, &mut page),
        By::Deadline => by_deadline(assessment, all, &mut page),
    }
    missing(assessment, &mut page);
    exceptions(assessment, &mut page);
    feeds(assessment, &mut page);
    summary(assessment, &mut page);
    page.finish()
}

/// Findings that one upgrade closes.
type Row<'x, 'a> = Vec<&'x Found<'a>>;

/// The most packages beside the patch level that are listed unless all are asked for.
const BESIDE: usize = 10;

fn by_component(assessment: &Assessment<'_>, all: bool, page: &mut Page) {
    // Of millions of findings it costs too much to compare what their components are called.
    let mut components: BTreeMap<*const Member, Vec<&Found>> = BTreeMap::new();
    for found in &assessment.found {
        components.entry(found.named.place.member).or_default().push(found);
    }
    let mut components: Vec<Vec<&Found>> = components.into_values().collect();
    components.sort_by_key(|found| found[0].key().component);
    for found in components {
        let address = found[0].key().component;
        let host = assessment.host(found[0]);
        page.blank();
        let whose = format!("{}, {}", host.platform.ecosystem, counted(host.packages.len(), "package"));
        let head = [tinted(Tint::Bold, address.to_string()), tinted(Tint::Dim, format!("  {whose}"))];
        page.line(0, 2, &head);
        let (fixed, open): (Vec<&Found>, Vec<&Found>) =
            found.into_iter().partition(|found| all || found.target().is_fixed());
        let (managed, beside): (Vec<&Found>, Vec<&Found>) =
            fixed.into_iter().partition(|found| found.named.place.managed);
        table(&upgrades(&managed), page);
        let beside = upgrades(&beside);
        let shown = if all { beside.len() } else { beside.len().min(BESIDE) };
        if shown > 0 {
            let words = "Not in patch_level, so that patchform does not raise them:";
            page.line(2, 4, &[tinted(Tint::Dim, words)]);
        }
        table(&beside[..shown], page);
        if shown < beside.len() {
            let words = format!("and {} more (--all lists them)", count(beside.len() - shown));
            page.line(2, 4, &[tinted(Tint::Dim, words)]);
        }
        if !open.is_empty() {
            let packages: BTreeSet<usize> = open.iter().map(|found| found.named.place.number).collect();
            let words = format!(
                "No fix yet: {} in {} (--all lists them).",
                counted(open.len(), "finding"),
                counted(packages.len(), "package")
            );
            page.line(2, 4, &[tinted(Tint::Dim, words)]);
        }
    }
}

/// Packages of one source at one version are one row: they go together.
fn upgrades<'x, 'a>(found: &[&'x Found<'a>]) -> Vec<Row<'x, 'a>> {
    let mut rows: Vec<Row> = Vec::new();
    let mut of_source: BTreeMap<(&str, &str, bool), usize> = BTreeMap::new();
    let mut of_package: BTreeMap<(*const Installed, bool), usize> = BTreeMap::new();
    for found in found {
        let (installed, is_fixed) = (found.installed(), found.target().is_fixed());
        let row = *of_package.entry((installed, is_fixed)).or_insert_with(|| {
            let source = (installed.source_name(), installed.source_version(), is_fixed);
            *of_source.entry(source).or_insert_with(|| {
                rows.push(Row::new());
                rows.len() - 1
            })
        });
        rows[row].push(found);
    }
    // Of each row the first is the most urgent, for they come in that order.
    rows.sort_by_key(|row| (row[0].rank(), row[0].installed().source_name()));
    rows
}

fn table(rows: &[Row], page: &mut Page) {
    let mut table = Table::new(&["package", "installed", "go to", "worst finding", ">all", "due"]);
    rows.iter().for_each(|row| table.row(package_row(row)));
    if !table.is_empty() {
        table.draw(page, 2);
    }
}

fn package_row(row: &Row) -> Vec<Piece> {
    let (worst, soonest) = (worst(row), soonest(row));
    let target = highest(row);
    let because = worst.judged.urgency.because.first().copied().unwrap_or_default();
    let because = if because.is_empty() { String::new() } else { format!(": {because}") };
    let again = if row.iter().any(|found| found.judged.reopened.is_some()) { ", open again" } else { "" };
    let passed = passed(row).map_or(String::new(), |passed| format!("; {passed}"));
    let finding = format!("{} {}{because}{again}{passed}", worst.judged.priority, worst.key().vulnerability);
    vec![
        plain(name(row)),
        plain(&worst.installed().version),
        tinted(if target.is_fixed() { Tint::Good } else { Tint::Dim }, words::target(target)),
        tinted(words::tint(worst.judged.priority), finding),
        plain(count(vulnerabilities(row))),
        tinted(words::due_tint(soonest), due(worst, soonest)),
    ]
}

/// The most urgent that no exception lets pass; where one lets all pass, of these.
fn worst<'x, 'a>(row: &[&'x Found<'a>]) -> &'x Found<'a> {
    row.iter().find(|found| !found.judged.is_excepted()).copied().unwrap_or(row[0])
}

/// When a row is due, and which of its findings where that is another one than it names.
fn due(worst: &Found<'_>, soonest: &Found<'_>) -> String {
    let told = words::due(soonest);
    let (worst_key, key) = (worst.key(), soonest.key());
    match worst_key.vulnerability != key.vulnerability && told != words::due(worst) {
        true => format!("{told} ({})", key.vulnerability),
        false => told,
    }
}

/// How many of a row exceptions let pass, and by what names; none where they let none pass.
fn passed(row: &[&Found<'_>]) -> Option<String> {
    let excepted = || row.iter().filter(|found| found.judged.is_excepted());
    let names: BTreeSet<&str> = excepted().filter_map(|found| Some(found.judged.exception?.name())).collect();
    match excepted().count() {
        0 => None,
        n if n == row.len() => Some(format!("let pass by {}", some(names))),
        n => Some(format!("{} let pass by {}", count(n), some(names))),
    }
}

/// What a row is called: its package, or the source of several.
fn name(row: &Row) -> String {
    let packages: BTreeSet<&str> = row.iter().map(|found| found.key().package).collect();
    match packages.len() {
        1 => row[0].key().package.to_string(),
        n => format!("{} ({})", row[0].installed().source_name(), counted(n, "package")),
    }
}

/// How many vulnerabilities a row has.
fn vulnerabilities(row: &Row) -> usize {
    row.iter().map(|found| found.named.said.number).collect::<BTreeSet<_>>().len()
}

/// The highest level of a row closes all of it.
fn highest<'a>(row: &[&Found<'a>]) -> &'a Target<'a> {
    let highest = row.iter().copied().reduce(|a, b| if b.goes_beyond(a) { b } else { a });
    highest.unwrap_or(row[0]).target()
}

/// What is due first; what an exception lets pass only where it lets all pass.
fn soonest<'x, 'a>(row: &[&'x Found<'a>]) -> &'x Found<'a> {
    let day = |found: &Found<'_>| {
        let day = words::day(found);
        (found.judged.is_excepted(), day.is_none(), day)
    };
    row.iter().min_by_key(|found| day(found)).copied().unwrap_or(row[0])
}

fn by_cve(assessment: &Assessment<'_>, all: bool, page: &mut Page) {
    let mut cves: BTreeMap<&str, Row> = BTreeMap::new();
    for found in shown(assessment, all) {
        cves.entry(found.key().vulnerability).or_default().push(found);
    }
    let mut rows: Vec<Row> = cves.into_values().collect();
    rows.sort_by(|a, b| a[0].rank().cmp(&b[0].rank()));
    let mut table = Table::new(&["vulnerability", "priority", "because", "packages", "components", "due"]);
    for row in &rows {
        let (worst, soonest) = (worst(row), soonest(row));
        let because = std::iter::once(worst.judged.urgency.because.join("; ")).chain(passed(row));
        let because: Vec<String> = because.filter(|word| !word.is_empty()).collect();
        let packages: BTreeSet<&str> = row.iter().map(|found| found.key().package).collect();
        let components: BTreeSet<String> =
            row.iter().map(|found| found.key().component.to_string()).collect();
        table.row(vec![
            tinted(Tint::Bold, worst.key().vulnerability),
            tinted(words::tint(worst.judged.priority), worst.judged.priority.word()),
            plain(because.join("; ")),
            plain(some(packages)),
            plain(some(components.iter().map(String::as_str).collect())),
            tinted(words::due_tint(soonest), words::due(soonest)),
        ]);
    }
    if !table.is_empty() {
        table.draw(page, 0);
    }
}

/// Three names, and how many more there are.
fn some(names: BTreeSet<&str>) -> String {
    let rest = names.len().saturating_sub(3);
    let shown: Vec<&str> = names.into_iter().take(3).collect();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

fn by_deadline(assessment: &Assessment<'_>, all: bool, page: &mut Page) {
    let mut days: BTreeMap<(bool, String), Vec<&Found>> = BTreeMap::new();
    for found in shown(assessment, all) {
        // What is let pass is due on no day.
        let day = words::day(found).filter(|_| !found.judged.is_excepted());
        days.entry((day.is_none(), day.unwrap_or_else(|| words::due(found)))).or_default().push(found);
    }
    for ((undated, day), found) in days {
        page.blank();
        let soonest = soonest(&found);
        let words = if undated { String::new() } else { format!("  {}", words::due(soonest)) };
        let head = [
            tinted(Tint::Bold, if day.is_empty() { "no policy" } else { day.as_str() }),
            tinted(words::due_tint(soonest), words),
            tinted(Tint::Dim, format!("  {}", counted(found.len(), "finding"))),
        ];
        page.line(0, 2, &head);
        let mut table = Table::new(&["component", "package", "go to", "worst finding", ">all"]);
        let mut components: BTreeMap<String, Vec<&Found>> = BTreeMap::new();
        for one in found {
            components.entry(one.key().component.to_string()).or_default().push(one);
        }
        for (component, found) in &components {
            for row in upgrades(found) {
                let worst = worst(&row);
                let passed = passed(&row).map_or(String::new(), |passed| format!("; {passed}"));
                table.row(vec![
                    plain(component),
                    plain(name(&row)),
                    plain(words::target(highest(&row))),
                    tinted(
                        words::tint(worst.judged.priority),
                        format!("{} {}{passed}", worst.judged.priority, worst.key().vulnerability),
                    ),
                    plain(count(vulnerabilities(&row))),
                ]);
            }
        }
        table.draw(page, 2);
    }
}

fn shown<'x, 'a>(assessment: &'x Assessment<'a>, all: bool) -> impl Iterator<Item = &'x Found<'a>> {
    assessment.found.iter().filter(move |found| all || found.target().is_fixed())
}

/// What nothing is known of, never silently.
fn missing(assessment: &Assessment<'_>, page: &mut Page) {
    if !assessment.unread.is_empty() || !assessment.unasked.is_empty() {
        page.blank();
    }
    for (address, why) in assessment.unread {
        let told = format!("{address} was not read, and its findings are those of before: {why}");
        page.line(0, 2, &[tinted(Tint::Bad, told)]);
    }
    if !assessment.unasked.is_empty() {
        let names: Vec<String> = assessment.unasked.iter().map(ToString::to_string).collect();
        let names = some(names.iter().map(String::as_str).collect());
        let told = format!("{names}: their kinds cannot say what is installed, so nothing is known of them");
        page.line(0, 2, &[tinted(Tint::Change, told)]);
    }
    for host in assessment.unheard.iter().filter(|host| !host.platform.ecosystem.name.is_empty()) {
        let (address, platform) = (&host.members[0].address, &host.platform.ecosystem.text);
        let told = format!(
            "{address}: no feed in the catalog says anything of {platform}, so that nothing is known of its packages; its \
             findings are those of before"
        );
        page.line(0, 2, &[tinted(Tint::Bad, told)]);
    }
    for host in assessment.hosts.iter().filter(|host| host.platform.ecosystem.name.is_empty()) {
        let address = &host.members[0].address;
        let told = format!(
            "{address}: nothing there says whose packages these are, so that no advisory is about them; its findings are \
             those of before"
        );
        page.line(0, 2, &[tinted(Tint::Change, told)]);
    }
}

/// What lets nothing pass, although it stands there.
fn exceptions(assessment: &Assessment<'_>, page: &mut Page) {
    if !assessment.idle.is_empty() {
        page.blank();
    }
    for idle in &assessment.idle {
        let exception = idle.exception;
        let (name, policy) = (exception.name(), exception.policy().unwrap_or("every policy"));
        let findings = counted(idle.findings, "finding");
        let (tint, told) = match (idle.why, idle.findings) {
            (Why::Lapsed, 0) => (
                Tint::Dim,
                format!(
                    "lapsed on {}, and nothing is open that it would cover: take it out",
                    exception.expires()
                ),
            ),
            (Why::Lapsed, n) => {
                let again = if n == 1 { "counts" } else { "count" };
                let told =
                    format!("lapsed on {}: {findings} that it let pass {again} again", exception.expires());
                (Tint::Bad, told)
            }
            (Why::NotBegun, _) => (
                Tint::Change,
                format!("begins on {}; until then it lets nothing pass ({findings})", exception.granted()),
            ),
            (Why::Empty, _) => {
                let told = "covers no finding: what it is for is closed, or is called otherwise; take it out, or correct it";
                (Tint::Change, told.to_string())
            }
        };
        page.line(0, 2, &[tinted(tint, format!("The exception {name} of {policy} {told}"))]);
    }
}

fn feeds(assessment: &Assessment<'_>, page: &mut Page) {
    let odd: Vec<_> = assessment.feeds.iter().filter(|feed| feed.stale || feed.problem.is_some()).collect();
    if !odd.is_empty() {
        page.blank();
    }
    for feed in odd {
        let since = feed.checked.map_or("never".to_string(), |at| at.to_string());
        let why = match &feed.problem {
            Some(why) => format!(": {why}"),
            None => feed.why_stale.as_ref().map_or(String::new(), |why| format!(": {why}")),
        };
        let told = match feed.stale {
            true => format!("The feed {} is stale (read well last: {since}){why}", feed.name),
            false => format!(
                "The feed {} could not be taken whole, and what was known before counts{why}",
                feed.name
            ),
        };
        page.line(0, 2, &[tinted(Tint::Change, told)]);
    }
    if assessment.feeds.is_empty() {
        page.blank();
        let told =
            "The catalog has no feed: nothing can be found. Add feed blocks, then `patchform collect`.";
        page.line(0, 2, &[tinted(Tint::Bad, told)]);
    }
}

fn summary(assessment: &Assessment<'_>, page: &mut Page) {
    page.blank();
    let packages: usize = assessment.hosts.iter().map(|host| host.packages.len()).sum();
    let open = &assessment.found;
    let mut pieces = vec![
        plain(format!("{} with {}: ", counted(assessment.hosts.len(), "host"), counted(packages, "package"))),
        tinted(Tint::Bold, format!("{} open", counted(open.len(), "finding"))),
    ];
    let mut priorities: BTreeMap<Reverse<Priority>, usize> = BTreeMap::new();
    let (mut overdue, mut unfixed, mut passed, mut contradicted, mut proposed) = (0, 0, 0, 0, false);
    for found in open {
        *priorities.entry(Reverse(found.judged.priority)).or_default() += 1;
        overdue += usize::from(found.judged.is_overdue());
        unfixed += usize::from(!found.target().is_fixed());
        passed += usize::from(found.judged.is_excepted());
        contradicted += usize::from(found.named.said.contradicted_by().is_some());
        proposed |= found.named.place.managed && found.target().level().is_some();
    }
    let words = priorities
        .into_iter()
        .map(|(Reverse(priority), of)| (words::tint(priority), format!("{} {priority}", count(of))));
    for (at, (tint, word)) in words.enumerate() {
        pieces.push(plain(if at == 0 { " (" } else { ", " }));
        pieces.push(tinted(tint, word));
    }
    if !open.is_empty() {
        pieces.push(plain(")"));
    }
    let undecided = assessment.undecided.len();
    if overdue > 0 {
        pieces.push(tinted(Tint::Bad, format!(", {} overdue", count(overdue))));
    }
    if passed > 0 {
        pieces.push(plain(format!(", {} let pass by an exception", count(passed))));
    }
    if unfixed > 0 {
        pieces.push(plain(format!(", {} without a fix", count(unfixed))));
    }
    if undecided > 0 {
        pieces.push(tinted(Tint::Change, format!(", {} that cannot be told", count(undecided))));
    }
    pieces.push(plain("."));
    page.line(0, 2, &pieces);
    if contradicted > 0 {
        let told = format!(
            "Of {} another record says the contrary, which is no proof; --explain tells both.",
            counted(contradicted, "finding")
        );
        page.line(0, 2, &[tinted(Tint::Change, told)]);
    }
    closed(assessment, page);
    doubtful(assessment, page);
    if proposed {
        let command = tinted(Tint::Command, "patchform propose");
        page.line(0, 2, &[plain("To write the fixed levels into the configuration: "), command]);
    }
    if !assessment.has_policy && !open.is_empty() {
        page.line(
            0,
            2,
            &[tinted(Tint::Dim, "No policy block says until when; see `patchform reference policy`.")],
        );
    }
}

fn doubtful(assessment: &Assessment<'_>, page: &mut Page) {
    if !assessment.doubtful.is_empty() {
        let told = format!(
            "Of what was open before {} cannot be told any more, and counts as open.",
            counted(assessment.doubtful.len(), "finding")
        );
        page.line(0, 2, &[tinted(Tint::Change, told)]);
    }
}

fn closed(assessment: &Assessment<'_>, page: &mut Page) {
    let mut by: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for (_, known) in &assessment.closed {
        let run = known.closed.as_ref().and_then(|closed| closed.run.as_deref());
        *by.entry(run).or_default() += 1;
    }
    for (run, closed) in by {
        let by = run.map_or("by no run of patchform".to_string(), |run| format!("by run {run}"));
        page.line(0, 2, &[tinted(Tint::Good, format!("{} closed {by}.", counted(closed, "finding")))]);
    }
}
