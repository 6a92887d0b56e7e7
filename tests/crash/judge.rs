//! What must be true after a crash: readers answer, resume finishes, rollback takes back, nothing is left behind, and
//! nothing was done twice.

use crate::manifest::Manifest;
use crate::site::Site;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

/// The platform as it is before and after.
pub struct Ends {
    pub old: Manifest,
    pub new: Manifest,
}

/// Which of its ends a platform stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Old,
    New,
}

impl Ends {
    /// Complains unless `site` stands at `end`.
    pub fn at(&self, site: &Site<'_>, end: End) -> Result<(), String> {
        let wanted = if end == End::Old { &self.old } else { &self.new };
        match site.manifest().differs(wanted) {
            None => Ok(()),
            Some(how) => Err(format!("it does not stand at {end:?}:\n{how}")),
        }
    }

    /// At which of them it stands, if at one.
    pub fn which(&self, site: &Site<'_>) -> Result<End, String> {
        self.at(site, End::Old)
            .map(|()| End::Old)
            .or_else(|old| self.at(site, End::New).map(|()| End::New).map_err(|new| format!("{old}\n{new}")))
    }
}

/// The run that is open, by `run list`. Anything but open or finished runs is complained about.
pub fn open_run(site: &Site<'_>) -> Result<Option<String>, String> {
    let listed = site.run("run list --json").exits(&[0])?;
    let rows: Value = serde_json::from_str(&listed.out).map_err(|e| format!("run list: {e}"))?;
    let mut open = Vec::new();
    for row in rows["runs"].as_array().into_iter().flatten() {
        match row["outcome"].as_str().unwrap_or_default() {
            "open" => open.push(row["run"].as_str().or(row["id"].as_str()).unwrap_or_default().to_string()),
            "complete" | "restored" | "abandoned" => {}
            other => return Err(format!("run list says {other:?}: {row}")),
        }
    }
    if open.len() > 1 || open.iter().any(String::is_empty) {
        return Err(format!("open runs: {open:?}\n{}", listed.out));
    }
    Ok(open.pop())
}

/// Everything that only reads answers as if nothing had happened.
pub fn readers(site: &Site<'_>) -> Result<Option<String>, String> {
    let platform = site.platform;
    let open = open_run(site)?;
    site.run("run show").exits(&[0])?;
    site.run(&format!("state show {}", platform.address)).exits(&[0])?;
    site.run("snapshot list").exits(&[0])?;
    let plan = site.run(&format!("plan --detailed-exitcode {}", platform.new)).exits(&[0, 2])?;
    if let Some(run) = &open {
        if !plan.out.contains(run.as_str()) {
            return Err(format!("plan does not say what run {run} holds\n{}", plan.out));
        }
        site.run(&format!("apply --auto-approve {}", platform.new)).exits(&[6])?;
    }
    Ok(open)
}

/// After everything: no lease, no lock, no process, nothing done twice, no snapshot that nobody knows.
pub fn clean(site: &Site<'_>) -> Result<(), String> {
    let busy = site.quiet();
    if !busy.is_empty() {
        return Err(format!("still at work: {busy:?}"));
    }
    let runs = fs::read_dir(site.root.join(".patchform/runs")).map_err(|e| e.to_string())?;
    if let Some(run) = runs.flatten().find(|run| run.path().join("lease.json").exists()) {
        return Err(format!("a lease is left: {}", run.path().display()));
    }
    // Its details may name the dead one; what counts is that the next one gets it.
    let lock = fs::File::open(site.root.join("patchform.state.json.lock")).map_err(|e| e.to_string())?;
    lock.try_lock().map_err(|e| format!("the state is locked: {e}"))?;
    drop(lock);
    once_each(site)?;
    snapshots(site)
}

/// No action was done twice: every id stands once among the effects.
fn once_each(site: &Site<'_>) -> Result<(), String> {
    let mut seen = BTreeMap::new();
    for effect in site.effects() {
        *seen.entry(effect).or_insert(0) += 1;
    }
    match seen.iter().find(|(_, times)| **times > 1) {
        Some((effect, times)) => Err(format!("done {times} times: {effect}")),
        None => Ok(()),
    }
}

/// Every component was patched at most once: what the dead controller began was found, not begun again.
pub fn patched_once(site: &Site<'_>) -> Result<(), String> {
    let mut seen = BTreeMap::new();
    for effect in site.effects() {
        let words: Vec<&str> = effect.split(' ').collect();
        if let ["patch", name, _] = words[..] {
            *seen.entry(name.to_string()).or_insert(0) += 1;
        }
    }
    match seen.iter().find(|(_, times)| **times > 1) {
        Some((name, times)) => Err(format!("{name} was patched {times} times\n{:#?}", site.effects())),
        None => Ok(()),
    }
}

/// Every snapshot that lies there is listed.
fn snapshots(site: &Site<'_>) -> Result<(), String> {
    let Ok(kept) = fs::read_dir(site.root.join("kept")) else { return Ok(()) };
    let listed = site.run("snapshot list --json").exits(&[0])?.out;
    let mut names = kept.flatten().map(|e| e.file_name().to_string_lossy().into_owned());
    match names.find(|name| !listed.contains(name.as_str())) {
        Some(name) => Err(format!("the snapshot {name} lies there and is not listed\n{listed}")),
        None => Ok(()),
    }
}
