//! What a person needs who has to put right by hand what could not be restored: why, where, which steps, whom to call.

use super::order::Order;
use super::pending::reload;
use super::plan_text::short;
use super::reach;
use super::reason::name;
use super::run_view::{RunView, Settled, Stands};
use crate::config::checked::{Check, Connection, Probe, Traffic, Vendor, Web};
use crate::plan::blocking;
use crate::plan::noun::{Change, Entry, Plan, Step, Verdict};
use patchform_sdk::detached::safe_id;
use patchform_sdk::message::{ByHand, Reload};
use patchform_sdk::words::typed;
use std::cmp::Reverse;
use std::fmt;

/// The emergency plan of one stuck component.
#[derive(Debug, Clone, PartialEq)]
pub struct Emergency<'a> {
    /// Index into the plan's entries.
    pub entry: usize,
    /// Its address.
    pub address: String,
    /// Why it could not be restored.
    pub why: &'a str,
    /// What the step printed that failed, secrets masked.
    pub printed: &'a str,
    /// What went wrong first, in a sentence; empty where that is not known.
    pub cause: &'a str,
    /// Whether nobody tried to restore it, since the run was abandoned: it may be well as it is.
    pub abandoned: bool,
    /// Whether its run was abandoned: nobody is called for by it any more.
    pub over: bool,
    /// Whether it stands at its planned level, verified: nothing is wrong with it.
    pub reached: bool,
    /// Whether a person put it back, so that only what follows a restore is left to do.
    pub put_back: bool,
    /// How it is reached.
    pub connection: &'a str,
    /// The host that is connected to; `None` on this machine.
    pub host: Option<String>,
    /// Its host or system, where that is known.
    pub target: Option<&'a str>,
    /// What it manages there.
    pub claims: &'a [String],
    /// What to do, in order.
    pub steps: Vec<Doing>,
    /// Whom to call.
    pub contact: Option<&'a Vendor>,
}

/// One thing to do by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// This, in a sentence.
    Say(String),
    /// What is typed.
    Type {
        /// Where: `On ops@db-1.example`.
        place: String,
        /// The line, to be pasted as it is.
        line: String,
    },
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doing::Say(sentence) => f.write_str(sentence),
            Doing::Type { place, line } => write!(f, "{place}: {line}"),
        }
    }
}

impl From<String> for Doing {
    fn from(sentence: String) -> Self {
        Doing::Say(sentence)
    }
}

/// Those of all stuck components, and of what is well under them and was to go back, in the order in which they are to be
/// restored: what stands on others first.
pub fn emergencies<'a>(plan: &'a Plan, run: &'a RunView) -> Vec<Emergency<'a>> {
    let to_go_back = |c: &&Settled| c.stands == Stands::Stuck || c.is_kept();
    let mut stuck: Vec<&Settled> = run.components.iter().filter(to_go_back).collect();
    if stuck.is_empty() {
        return Vec::new();
    }
    let layers = Order::of(plan).by_entry(plan.entries.len());
    stuck.sort_by_key(|c| (c.under.is_some(), Reverse(layers.get(c.entry).copied()), c.entry));
    stuck.into_iter().filter_map(|c| of(plan, run, c)).collect()
}

fn of<'a>(plan: &'a Plan, run: &RunView, stuck: &'a Settled) -> Option<Emergency<'a>> {
    let entry = plan.entries.get(stuck.entry)?;
    let identity = entry.observed.identity();
    let mut steps = Vec::new();
    if let Some(under) = stuck.under.filter(|_| !stuck.put_back) {
        steps.push(format!("First restore {}, by its own steps.", name(plan, under)).into());
    }
    steps.extend(stuck.outlasting.as_deref().map(|id| end(&entry.connection, id)));
    if let Verdict::Change(change) = &entry.verdict {
        steps.extend(way_back(plan, entry, change, stuck));
    }
    Some(Emergency {
        entry: stuck.entry,
        address: name(plan, stuck.entry),
        why: &stuck.why,
        printed: &stuck.printed,
        cause: &stuck.cause,
        abandoned: stuck.abandoned,
        over: run.over,
        reached: stuck.reached,
        put_back: stuck.put_back,
        connection: &entry.connection.kind,
        host: reach::host(&entry.connection),
        target: identity.map(|i| i.target.as_str()).filter(|t| !t.is_empty()),
        claims: identity.map_or(&[], |i| &i.claims),
        steps,
        contact: entry.vendor.and_then(|v| plan.vendors.get(v)),
    })
}

/// Ends the command of an action, with all that it has started.
fn end(connection: &Connection, id: &str) -> Doing {
    let host = "$([ \"$(id -u)\" = 0 ] && echo /var/lib || echo \"${XDG_STATE_HOME:-$HOME/.local/state}\")/patchform/actions";
    let (actions, place) = match connection.kind.as_str() {
        "local" => (".patchform/actions", "On this machine, in the folder of the state file".into()),
        _ => (host, reach::place(connection)),
    };
    let place = format!("End what still goes on of it, before anything else. {place}");
    let line = ending(actions, id);
    Doing::Type { place, line }
}

/// A line that ends what still runs of an action whose folder is in `actions`, and nobody else who has its number by now: after it
/// ended, or after the host has booted. One that is suspended takes no other signal. Where it cannot be told, or not be ended, the
/// shell says why.
pub fn ending(actions: &str, id: &str) -> String {
    let id = safe_id(id);
    format!(
        "(cd \"{actions}/{id}\" && {{ read -r boot && read -r pid stat; }} <process && if [ ! -e exit ] && \
         [ \"$boot\" = \"$(cat /proc/sys/kernel/random/boot_id)\" ] && \
         {{ [ ! -e /proc/$pid ] || [ \"$(cut -d ' ' -f 22 /proc/$pid/stat)\" = \"$(echo \"$stat\" | cut -d ' ' -f 21)\" ]; }}; \
         then kill -s KILL -- -$pid; else echo \"it has ended already\"; fi)"
    )
}

fn way_back(plan: &Plan, entry: &Entry, change: &Change, stuck: &Settled) -> Vec<Doing> {
    // The whole level, of which there may be many parts, stands where it is made sure of.
    let at = |level: String| if change.from.is_some() { format!("at {level}") } else { level };
    let before = at(short(change.from.as_ref(), change.to.as_ref()));
    let mut steps = Vec::new();
    let line = |step| stuck.by_hand.get(&step).map(|line| typed_at(&entry.connection, line.clone()));
    for planned in &change.back {
        match planned.action {
            // Where the run changed nothing, nothing is to be undone.
            Step::Drain | Step::Block | Step::Restore | Step::Uninstall | Step::Reload if !stuck.tried => {}
            Step::Drain => {
                steps.push(format!("Take traffic away from it{}.", traffic(plan, entry)).into());
                steps.extend(typed_there(plan, entry, |by_hand| &by_hand.drain));
            }
            Step::Restore | Step::Uninstall if stuck.put_back => {}
            Step::Restore => {
                steps.push(restore(change, stuck, &before).into());
                steps.extend(line(Step::Restore));
            }
            Step::Uninstall => {
                steps.push(format!("Take the patch out, so that it is {before} again.").into());
                steps.extend(line(Step::Uninstall));
            }
            Step::Reload => {
                steps.push(into_force(change).into());
                steps.extend(line(Step::Reload));
            }
            Step::Verify => {
                let whole = change.from.as_ref().map_or("absent".into(), ToString::to_string);
                steps.push(format!("Make sure that it is {}.", at(whole)).into());
                steps.extend(line(Step::Verify));
                let checks = entry.checks.iter();
                steps.extend(checks.map(checked));
            }
            Step::Block => {
                steps.push("Keep customers out of it.".to_string().into());
                steps.extend(all_typed(plan, entry, |by_hand| &by_hand.drain));
            }
            Step::Unblock => steps.extend(customers(plan, entry, stuck)),
            Step::Undrain => {
                steps.push(format!("Let traffic return to it{}.", traffic(plan, entry)).into());
                steps.extend(typed_there(plan, entry, |by_hand| &by_hand.undrain));
            }
            _ => {}
        }
    }
    if steps.is_empty() {
        steps.push(format!("There is no stored way back: see by hand that it is {before} again.").into());
        let reloads = change.forth.iter().any(|planned| planned.action == Step::Reload);
        steps.extend(reloads.then(|| into_force(change).into()));
        steps.extend(line(Step::Reload).filter(|_| reloads));
    }
    steps
}

/// Lets customers in again; where that was done, and protections of the host are missing, what puts these back.
fn customers(plan: &Plan, entry: &Entry, stuck: &Settled) -> Vec<Doing> {
    if let Some(traffic) = entry.block.as_ref().and_then(|block| plan.traffic.get(block.at?)) {
        let mut steps = vec![
            format!("Let customers in again at {}, each of its members as it was.", place(traffic)).into(),
        ];
        steps.extend(all_typed(plan, entry, |by_hand| &by_hand.undrain));
        return steps;
    }
    let missing = blocking::put_back(&stuck.why);
    if missing.is_empty() {
        let lift = blocking::lifted_by(&plan.lineage, &entry.address.to_string());
        return vec![Doing::Type { place: "Let customers in again, as root on its host".into(), line: lift }];
    }
    let place = "Put back what protected its host, each rule in its place";
    let typed = |command| Doing::Type { place: place.into(), line: command };
    let mut steps: Vec<Doing> = missing.into_iter().map(typed).collect();
    let kept = blocking::kept_in(&plan.lineage, &entry.address.to_string());
    steps.push(format!("How its rules were before stands there in {kept}.").into());
    steps
}

/// `: as web-1 at traffic.haproxy.front on lb-1.example (backend "web", socket "/run/haproxy/admin.sock")`; what is secret there,
/// or no plain word, is left out.
fn traffic(plan: &Plan, entry: &Entry) -> String {
    let Some(drain) = &entry.drain else { return String::new() };
    let all: Vec<String> = drain.from.iter().filter_map(|at| plan.traffic.get(*at)).map(place).collect();
    format!(": as {} at {}", drain.member, all.join(", "))
}

fn place(traffic: &Traffic) -> String {
    let host = reach::host(&traffic.connection).map_or(String::new(), |host| format!(" on {host}"));
    let told: Vec<String> = match traffic.arguments.as_object().filter(|_| traffic.secrets.is_empty()) {
        Some(all) => all.iter().filter_map(|(k, v)| Some(format!("{k} {:?}", v.as_str()?))).collect(),
        None => Vec::new(),
    };
    let told = if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) };
    format!("{}{host}{told}", traffic.address)
}

/// What one of the two lines says that a provider knows by heart.
type Line = fn(&ByHand) -> &String;

/// What is typed where each traffic is from which a component is drained.
fn typed_there(plan: &Plan, entry: &Entry, line: Line) -> Vec<Doing> {
    let Some(drain) = &entry.drain else { return Vec::new() };
    let all = drain.from.iter().filter_map(|at| plan.traffic.get(*at));
    all.filter_map(|traffic| by_hand(traffic, &drain.member, line)).collect()
}

/// What is typed for each member of the traffic that keeps its customers out.
fn all_typed(plan: &Plan, entry: &Entry, line: Line) -> Option<Doing> {
    let traffic = plan.traffic.get(entry.block.as_ref()?.at?)?;
    let mut doing = by_hand(traffic, "MEMBER", line)?;
    if let Doing::Type { place, .. } = &mut doing {
        place.push_str(", for each MEMBER of it that was not away before the run");
    }
    Some(doing)
}

/// `On lb-1.example: echo 'set server web/web-1 state ready' | socat …`; nothing where an argument is secret, or no plain word.
fn by_hand(traffic: &Traffic, member: &str, line: Line) -> Option<Doing> {
    let mut text = line(traffic.by_hand.as_ref()?).replace("{member}", member);
    for (name, value) in traffic.arguments.as_object()? {
        let place = format!("{{{name}}}");
        if text.contains(&place) {
            let words =
                value.as_array().map(|words| words.iter().map(|w| w.as_str().map(str::to_string)).collect());
            let words: Option<Vec<String>> =
                words.unwrap_or_else(|| value.as_str().map(|word| vec![word.into()]));
            text = text.replace(&place, &typed(&words?));
        }
    }
    Some(typed_at(&traffic.connection, text))
}

/// `On ops@lb-1.example: …`, `On this machine: …`.
fn typed_at(connection: &Connection, line: String) -> Doing {
    Doing::Type { place: reach::place(connection), line }
}

fn into_force(change: &Change) -> String {
    match change.preview.reload {
        _ if change.from.is_none() => "Take it out of force, where something of it still runs.".into(),
        // Of a stored snapshot nobody said what it needs.
        Reload::None => "Bring it into force, where it does not take that up by itself.".into(),
        needed => format!("Bring it into force: {}.", reload(needed)),
    }
}

fn restore(change: &Change, stuck: &Settled, before: &str) -> String {
    let Some(id) = &stuck.snapshot else {
        return format!("This run took no snapshot of it: see by hand that it is {before} again.");
    };
    let kept = &stuck.kept;
    // The line that follows says how; what the plan has in mind lacks what the snapshot says.
    let how = change.way_back.as_ref().filter(|_| !stuck.by_hand.contains_key(&Step::Restore));
    let place = how.map(|way| way.place.as_str()).filter(|place| !place.is_empty());
    let place = place.map_or(String::new(), |p| format!(" ({p})"));
    let loses = match &change.way_back {
        Some(way) if way.discards_data => " This throws away data written since it was taken.",
        _ => "",
    };
    // A command may print the id itself.
    let is_known = kept.is_empty() || kept.split_once(' ').is_some_and(|(_, place)| place == id);
    let kept = if is_known { String::new() } else { format!(", {kept}") };
    format!("Restore its snapshot {id}{kept}{place}, so that it is {before} again.{loses}")
}

/// A check, to be made by hand: what is typed stands by itself, so that nothing sticks to it that is no part of it.
fn checked(check: &Check) -> Doing {
    match &check.probe {
        Probe::Exec { command, expect_output: None } => Doing::Type {
            place: format!("Check {}, which ends with code 0", check.name),
            line: typed(command),
        },
        Probe::Exec { command, expect_output: Some(text) } => {
            let place = format!("Check {}, which prints {text:?} and ends with code 0", check.name);
            Doing::Type { place, line: typed(command) }
        }
        _ => Doing::Say(format!("Check {}: {}", check.name, tried(check))),
    }
}

/// What a check tries, as one would type it.
pub fn tried(check: &Check) -> String {
    match &check.probe {
        Probe::Exec { command, .. } => format!("run {}", typed(command)),
        Probe::Tcp { host, port } => format!("connect to {host} port {port}"),
        Probe::Http(Web { url, expect_status, .. }) => format!("GET {url} answers {expect_status}"),
        Probe::Systemd { units } if units.is_empty() => "`systemctl --failed` lists nothing".into(),
        Probe::Systemd { units } => format!("run systemctl is-active {}", typed(units)),
        Probe::Journal { units, priority, pattern, .. } => {
            let units = units.iter().map(|unit| format!("--unit={unit}"));
            let pattern = pattern.iter().map(|pattern| format!("--grep={pattern}"));
            let words: Vec<String> = units.chain(pattern).collect();
            format!("run journalctl --priority={priority} {}, nothing new is there", typed(&words))
        }
        Probe::Prometheus { url, query, comparison, threshold, .. } => {
            format!("`{query}` at {url} is {} {threshold}", comparison.sign())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::samples;
    use crate::report::run_samples::ended;
    use crate::report::run_view::Ended;

    #[test]
    fn what_is_done_by_hand_is_typed_with_the_arguments_of_its_traffic() {
        let mut traffic = Traffic {
            address: "traffic.haproxy.front".into(),
            kind: "haproxy".into(),
            provider: 0,
            arguments: serde_json::json!({ "socket": "/run/a.sock", "backend": "web", "out": ["pool", "a b"] }),
            secrets: Vec::new(),
            connection: Connection { kind: "local".into(), arguments: Default::default() },
            by_hand: Some(ByHand {
                drain: "M={member} {out}".into(),
                undrain: "echo 'set server {backend}/{member} state ready' | socat stdio {socket}".into(),
            }),
        };
        let typed =
            |traffic: &Traffic, line: Line| by_hand(traffic, "web-1", line).map(|doing| doing.to_string());
        assert_eq!(
            typed(&traffic, |b| &b.drain).as_deref(),
            Some("On this machine, in the folder of the configuration: M=web-1 pool 'a b'")
        );
        assert_eq!(
            typed(&traffic, |b| &b.undrain).as_deref(),
            Some(
                "On this machine, in the folder of the configuration: echo 'set server web/web-1 state ready' | socat stdio /run/a.sock"
            )
        );
        // What is secret is null in a plan.
        traffic.arguments["socket"] = serde_json::Value::Null;
        assert_eq!(typed(&traffic, |b| &b.undrain), None);
        traffic.by_hand = None;
        assert_eq!(typed(&traffic, |b| &b.drain), None);
    }

    #[test]
    fn what_stands_on_others_is_restored_first() {
        let plan = samples::fleet(3, true);
        let mut run = ended(&plan, Ended::Stuck);
        for c in &mut run.components {
            c.stands = Stands::Stuck;
            c.under = (c.entry < 2).then_some(c.entry + 1);
            c.snapshot = Some("s-1".into());
        }
        let all = emergencies(&plan, &run);
        let order: Vec<usize> = all.iter().map(|e| e.entry).collect();
        assert_eq!(order, [2, 1, 0]);
        assert_eq!(all[1].steps[0].to_string(), "First restore release.web[2], by its own steps.");
        assert!(all[0].steps[0].to_string().starts_with("Restore its snapshot"), "{:?}", all[0].steps);
        // What still writes there would undo all that follows.
        run.components[2].outlasting = Some("20261128-024000-123-3f9a.2.forth3.1".into());
        let first = emergencies(&plan, &run)[0].steps[0].to_string();
        let line = ending(".patchform/actions", "20261128-024000-123-3f9a.2.forth3.1");
        assert!(
            first.starts_with("End what still goes on of it, before anything else. On this machine"),
            "{first}"
        );
        assert!(first.ends_with(&line), "{first}");
    }
}
