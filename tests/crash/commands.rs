//! Commands that write without driving a run, or begin with one that ended: killed at every point in turn, given again,
//! they come to the same end.

use crate::judge::{self, open_run};
use crate::platform::{Kind, Platform};
use crate::point::{self, spread};
use crate::site::Site;

/// What prepares a site, and answers the command that is killed.
const CASES: [fn(&Site<'_>) -> String; 7] = [
    |site| after(site, "apply --auto-approve --var level=6.66", 3, "allow command.c"),
    |_| "state mv command.a command.z".into(),
    |_| "state rm command.b".into(),
    pushing,
    |_| "snapshot prune".into(),
    abandoning,
    taking_back,
];

fn after(site: &Site<'_>, before: &str, code: i32, line: &str) -> String {
    site.run(before).exits(&[code]).unwrap();
    line.into()
}

fn pushing(site: &Site<'_>) -> String {
    let pulled = site.run("state pull").exits(&[0]).unwrap().out;
    std::fs::write(site.root.join("pulled.json"), pulled).unwrap();
    site.run("state rm command.b").exits(&[0]).unwrap();
    "state push pulled.json --force".into()
}

fn abandoning(site: &Site<'_>) -> String {
    let at = point::Point { name: "drive.answered".into(), count: 5 };
    assert!(site.kill_at("apply --auto-approve --var level=1.1", &at).was_killed());
    site.quiet();
    "run abandon".into()
}

fn taking_back(site: &Site<'_>) -> String {
    site.run("apply --auto-approve --var level=1.1").exits(&[0]).unwrap();
    let shown = site.run("run show --json").exits(&[0]).unwrap().out;
    let first: serde_json::Value = serde_json::from_str(shown.lines().next().unwrap()).unwrap();
    format!("rollback {} --auto-approve", first["run"].as_str().unwrap())
}

/// What a person sees of the state, and what stands on the platform.
fn seen(site: &Site<'_>) -> Result<String, String> {
    let list = site.run("state list").exits(&[0])?.out;
    let manifest = site.manifest();
    let rejected = site.run("state show command.c").exits(&[0])?.out.contains("rolled back");
    Ok(format!("{list}{manifest:?} rejected: {rejected}"))
}

/// Answers how many points were tried.
pub fn sweep(most: usize) -> usize {
    let Some(platform) = Platform::new(Kind::Files, 1) else { return 0 };
    CASES.iter().map(|prepare| one(&platform, *prepare, most)).sum()
}

fn one(platform: &Platform, prepare: fn(&Site<'_>) -> String, most: usize) -> usize {
    let log = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    let site = platform.fresh(0);
    let line = prepare(&site);
    site.count(&line, &log).exits(&[0]).unwrap();
    let wanted = seen(&site).unwrap();
    drop(site);
    let points: Vec<_> = point::passed(&log).into_iter().filter(|p| !p.name.starts_with("ledger.")).collect();
    let points = spread(&points, most);
    for at in &points {
        let site = platform.fresh(0);
        let line = prepare(&site);
        let killed = site.kill_at(&line, at).was_killed();
        let tried = again(&site, &line, killed).and_then(|()| seen(&site));
        assert_eq!(tried, Ok(wanted.clone()), "{line}, killed at {at}: {killed}");
        judge::clean(&site).unwrap_or_else(|why| panic!("{line}, killed at {at}: {why}"));
    }
    points.len()
}

fn again(site: &Site<'_>, line: &str, killed: bool) -> Result<(), String> {
    if !killed {
        return Ok(());
    }
    site.run("state list").exits(&[0])?;
    site.run("plan").exits(&[0])?;
    match open_run(site)? {
        Some(_) if line.starts_with("rollback") => site.run("resume").exits(&[0])?,
        // Done already: then it says that there is nothing to do.
        _ => site.run(line).exits(&[0, 1])?,
    };
    Ok(())
}
