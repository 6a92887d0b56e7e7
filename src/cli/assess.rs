//! `patchform assess`

use super::Exit;
use super::arguments::{Lock, Variables, selections};
use super::stages::Stages;
use super::terminal::Terminal;
use super::waits::Waits;
use crate::finding::Survey;
use crate::model::Address;
use crate::ops::assess::Assessed;
use crate::ops::{self, Failure};
use crate::report::assessment::{self, Assessment, text::By};
use clap::ValueEnum;
use patchform_advisory::priority::Priority;
use std::sync::Arc;

/// Options of `assess`.
#[derive(clap::Args)]
#[command(
    after_help = "It asks every host what is installed, holds that against the catalog that `patchform collect` makes, and \
                  remembers what it found beside the state: since when a finding is open, and which run closed it.\n\n\
                  Absence of a finding is no proof: what no feed names is not known."
)]
pub struct Arguments {
    #[command(flatten)]
    variables: Variables,
    #[command(flatten)]
    lock: Lock,
    /// Only these components, or all instances of these blocks
    #[arg(long, value_name = "ADDRESS")]
    target: Vec<String>,
    /// What the rows are
    #[arg(long, value_enum, default_value = "component")]
    by: Rows,
    /// List what has no fix yet, too
    #[arg(long)]
    all: bool,
    /// Explain one vulnerability, by its CVE or an advisory's id, on one component: why it is found or is not, who says so, how urgent, until when
    #[arg(long, value_name = "CVE@COMPONENT", conflicts_with_all = ["json", "sarif", "csv"])]
    explain: Option<String>,
    /// Exit with 2 when a finding is so urgent or so late; an exception that holds lets pass
    #[arg(long, value_enum, value_name = "WHAT")]
    fail_on: Option<FailOn>,
    /// Print as JSON (docs/schemas/assessment.schema.json)
    #[arg(long, group = "form")]
    json: bool,
    /// Print as SARIF 2.1.0, for code hosting that shows such findings
    #[arg(long, group = "form")]
    sarif: bool,
    /// Print as CSV, for a spreadsheet
    #[arg(long, group = "form")]
    csv: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Rows {
    Component,
    Cve,
    Deadline,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A deadline is over
    Overdue,
    /// Anything is open, or was and cannot be told any more
    Any,
    /// Anything of critical priority
    Critical,
    /// Anything of high priority or more
    High,
    /// Anything of medium priority or more
    Medium,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let explained = arguments.explain.as_deref().map(asked).transpose()?;
    let request = ops::assess::Request {
        inputs: arguments.variables.inputs(),
        targets: selections("--target", &arguments.target)?,
        patience: arguments.lock.timeout()?,
    };
    let mut stages = Stages::new(terminal, Arc::new(Waits::beside(terminal)));
    ops::assess::assess(&request, &mut stages, |assessed, sources, warnings| {
        terminal.warn(warnings, sources);
        show(arguments, explained.as_ref(), assessed, terminal)
    })
}

fn show(
    arguments: &Arguments,
    explained: Option<&(String, Address)>,
    assessed: &Assessed<'_>,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let assessment = assessed.assessment();
    let by = match arguments.by {
        Rows::Component => By::Component,
        Rows::Cve => By::Cve,
        Rows::Deadline => By::Deadline,
    };
    match explained {
        Some((vulnerability, component)) => {
            let Some(host) = assessed.host(component) else {
                let what = format!("{component} was not read, or is not in the configuration");
                return Err(Failure::error(what).hint("`patchform assess` says what was not read, and why"));
            };
            let survey = assessed.survey(std::slice::from_ref(host));
            let drawn =
                assessment::explain::draw(&assessment, &survey, vulnerability, component, terminal.out);
            terminal.say(&drawn.ok_or_else(|| unnamed(assessed, &survey, vulnerability, component))?);
        }
        None if arguments.json => terminal.say_all(|out| assessment::json::write(&assessment, out)),
        None if arguments.sarif => terminal.say_all(|out| assessment::sarif::write(&assessment, out)),
        None if arguments.csv => terminal.say_all(|out| assessment::csv::write(&assessment, out)),
        None => terminal.say(&assessment::text::draw(&assessment, by, arguments.all, terminal.out)),
    }
    if !assessment.unread.is_empty() && arguments.fail_on.is_some() {
        let unread = assessment.unread.len();
        return Err(Failure::error(format!(
            "{unread} of the components could not be read, so that nobody knows whether to fail"
        )));
    }
    if let (Some(host), true) = (assessment.unheard.first(), arguments.fail_on.is_some()) {
        let (address, platform) = (&host.members[0].address, &host.platform.ecosystem.text);
        let what = format!(
            "no feed in the catalog says anything of {platform} ({address}), so that nobody knows whether to fail"
        );
        return Err(Failure::error(what)
            .hint("declare a feed of its vendor's advisories, and let `patchform collect` read it"));
    }
    if arguments.fail_on == Some(FailOn::Overdue) && !assessment.has_policy {
        return Err(ops::assess::nothing_is_due());
    }
    let fails = arguments.fail_on.is_some_and(|what| what.holds(&assessment));
    Ok(if fails { Exit::Something } else { Exit::Done })
}

/// `CVE-2026-1001@apt.web["a"]`
fn asked(text: &str) -> Result<(String, Address), Failure> {
    let wrong = |why: String| {
        Failure::error(format!("--explain: {why}"))
            .hint("write it as CVE-2026-1001@apt.web, or CVE-2026-1001@apt.web[\"a\"]")
    };
    let (vulnerability, component) =
        text.split_once('@').ok_or_else(|| wrong(format!("{text:?} names no component")))?;
    Ok((id(vulnerability), component.parse().map_err(wrong)?))
}

/// The id of a vulnerability as feeds write it: a CVE also in small letters.
pub(super) fn id(text: &str) -> String {
    let upper = text.trim().to_ascii_uppercase();
    if upper.starts_with("CVE-") { upper } else { text.trim().to_string() }
}

fn unnamed(
    assessed: &Assessed<'_>,
    survey: &Survey<'_>,
    vulnerability: &str,
    component: &Address,
) -> Failure {
    // A package belongs to one component of its host.
    if let Some(other) = survey.named().find(|named| named.said.is_called(vulnerability)) {
        let (package, owner) = (&other.place.installed.name, &other.place.member.address);
        return Failure::error(format!(
            "{vulnerability} is about {package}, which belongs to {owner} on the host of {component}"
        ))
        .hint(format!("patchform assess --explain '{vulnerability}@{owner}'"));
    }
    if let Some(why) = assessed.retracted(vulnerability) {
        return Failure::error(why);
    }
    Failure::error(format!("no feed says anything of {vulnerability} for a package of {component}"))
        .hint("that is no proof that it is safe: nothing is known")
}

impl FailOn {
    fn holds(self, assessment: &Assessment<'_>) -> bool {
        let least = match self {
            FailOn::Overdue => return assessment.found.iter().any(|found| found.judged.is_overdue()),
            FailOn::Any if !assessment.doubtful.is_empty() => return true,
            FailOn::Any => Priority::Low,
            FailOn::Critical => Priority::Critical,
            FailOn::High => Priority::High,
            FailOn::Medium => Priority::Medium,
        };
        assessment.found.iter().any(|found| found.judged.priority >= least && !found.judged.is_excepted())
    }
}
