//! What a fresh process can tell of actions whose process is gone.

use crate::contract::Outcome;
use crate::contract::scene::{Bench, same};
use crate::message::{Action, Answer, Probed};
use std::thread;
use std::time::Duration;

pub fn before(bench: &Bench) -> Outcome {
    let mut scene = bench.probeable()?;
    scene.at_from(0)?;
    let mut act = scene.patch_request(0, &bench.contract.to)?;
    act.expected = Some(scene.digest(0)?);
    scene.fresh()?;
    match scene.probe(Action::Patch, &act)? {
        Probed::Before { .. } => scene.stands_at(0, Some(&bench.contract.from)),
        other => Err(format!("of a patch that was never asked for it says {other:?}").into()),
    }
}

/// A request that is late, or of a controller that was taken for dead, does not make the answer untrue.
pub fn keeps(bench: &Bench) -> Outcome {
    let mut scene = bench.probeable()?;
    scene.at_from(0)?;
    let from = scene.digest(0)?;
    let mut late = scene.patch_request(0, &bench.contract.to)?;
    let mut stale = scene.patch_request(0, &bench.contract.to)?;
    stale.id = format!("{}-stale", stale.id);
    late.token += 1;
    scene.fresh()?;
    if !matches!(scene.probe(Action::Patch, &late)?, Probed::Before { .. }) {
        return Err("of a patch that was never asked for it does not say before".into());
    }
    for (act, which) in
        [(&late, "the probed one, which arrives late"), (&stale, "one with a lower token than the probe's")]
    {
        if matches!(scene.act(Action::Patch, act)?, Answer::Applied(_)) {
            return Err(format!("after a probe said before it takes a patch on: {which}").into());
        }
        same(&from, &scene.digest(0)?, "a patch that was refused changed something")?;
    }
    Ok(())
}

pub fn after(bench: &Bench) -> Outcome {
    let mut scene = bench.probeable()?;
    scene.at_from(0)?;
    let snapshot = if scene.can.snapshot { Some(scene.snapshot(0)?) } else { None };
    let patch = scene.patch(0, &bench.contract.to)?;
    scene.fresh()?;
    match scene.probe(Action::Patch, &patch)? {
        Probed::After(_) => scene.stands_at(0, Some(&bench.contract.to))?,
        other => return Err(format!("of a patch that was done it says {other:?}").into()),
    }
    let Some(snapshot) = snapshot else { return Ok(()) };
    let restore = scene.back(0, &snapshot, Some(&bench.contract.from))?;
    scene.apply(Action::Restore, &restore)?;
    scene.fresh()?;
    match scene.probe(Action::Restore, &restore)? {
        Probed::After(_) => scene.stands_at(0, Some(&bench.contract.from)),
        other => Err(format!("of a restore that was done it says {other:?}").into()),
    }
}

/// Moments, in microseconds after the request, at which the process is killed.
const MOMENTS: [u64; 10] = [0, 200, 500, 1_000, 2_000, 4_000, 8_000, 20_000, 60_000, 150_000];

pub fn kill(bench: &Bench) -> Outcome {
    for moment in MOMENTS {
        let mut scene = bench.probeable()?;
        scene.at_from(0)?;
        let reading = scene.read(0)?;
        let snapshot = if scene.can.snapshot { Some(scene.snapshot(0)?) } else { None };
        scene.fetch(0, &bench.contract.to)?;
        let mut act = scene.patch_request(0, &bench.contract.to)?;
        act.expected = reading.digest().map(str::to_string);
        scene.peer.send("patch", &act);
        thread::sleep(Duration::from_micros(moment));
        scene.fresh()?;
        match scene.probe(Action::Patch, &act)? {
            Probed::Before { .. } => {
                same(&reading, &scene.read(0)?, "it says before, and the reading is another one")?
            }
            Probed::After(_) => scene.stands_at(0, Some(&bench.contract.to))?,
            Probed::Between { .. } | Probed::Busy => {}
        }
        if let Some(snapshot) = snapshot {
            scene.restore(0, &snapshot, Some(&bench.contract.from))?;
            same(&reading, &scene.read(0)?, "after a kill and a restore the reading is not the one before")?;
        }
    }
    Ok(())
}

pub fn kill_same_id(bench: &Bench) -> Outcome {
    for moment in MOMENTS {
        let mut scene = bench.probeable()?;
        scene.at_from(0)?;
        let before = scene.digest(0)?;
        let mut act = scene.patch_request(0, &bench.contract.to)?;
        act.expected = Some(before.clone());
        scene.peer.send("patch", &act);
        thread::sleep(Duration::from_micros(moment));
        scene.fresh()?;
        let probed = scene.probe(Action::Patch, &act)?;
        let answer = scene.act(Action::Patch, &act)?;
        match (&probed, &answer) {
            // It never began, so it may be done now.
            (Probed::Before { .. }, Answer::Applied(_)) => scene.stands_at(0, Some(&bench.contract.to))?,
            (Probed::After(_), Answer::Refused { .. }) => {
                return Err("it says after, and then refuses the same id as if nothing had been done".into());
            }
            (Probed::Before { .. }, _) => {
                same(&before, &scene.digest(0)?, "the same id changed something and says it did not")?
            }
            _ => {}
        }
    }
    Ok(())
}
