//! The dead man's switch, for providers whose patch runs under one.

use crate::contract::scene::{Bench, Scene, same};
use crate::contract::{Outcome, Stop};
use crate::message::{Action, Answer, Probed};
use std::thread;
use std::time::{Duration, Instant};

/// How long a switch may take until it is armed, and until the target has gone back.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often a patch is begun and its provider killed, until one was not confirmed before.
const TRIES: usize = 5;

/// A scene of a provider whose patch runs under a switch, at the first level.
fn guarded(bench: &Bench) -> Result<Scene<'_>, Stop> {
    let mut scene = bench.probeable()?;
    scene.at_from(0)?;
    if scene.switches().is_empty() {
        scene.patch(0, &bench.contract.to)?;
        if scene.switches().is_empty() {
            return Err(Stop::Skipped("its patch runs under no dead man's switch".into()));
        }
        scene = bench.probeable()?;
        scene.at_from(0)?;
    }
    Ok(scene)
}

pub fn unconfirmed(bench: &Bench) -> Outcome {
    for _ in 0..TRIES {
        let mut scene = guarded(bench)?;
        let before = scene.read(0)?;
        scene.fetch(0, &bench.contract.to)?;
        let mut act = scene.patch_request(0, &bench.contract.to)?;
        act.expected = before.digest().map(str::to_string);
        let known = scene.switches();
        scene.peer.send("patch", &act);
        let switch = wait(|| scene.switches().into_iter().find(|switch| !known.contains(switch)));
        let switch = switch.ok_or("its patch was begun without the switch that it had before")?;
        scene.peer.kill();
        let over = || ["confirmed", "exit"].into_iter().find(|name| switch.join(name).exists());
        match wait(over).ok_or("nobody confirmed it, and the target did not go back by itself")? {
            "confirmed" => continue,
            _ => scene.fresh()?,
        }
        same(
            &before,
            &scene.read(0)?,
            "the target went back by itself, and the reading is not the one before",
        )?;
        return match scene.probe(Action::Patch, &act)? {
            Probed::Before { .. } | Probed::Between { .. } => Ok(()),
            other => Err(format!("of a patch that went back by itself it says {other:?}").into()),
        };
    }
    Err(Stop::Skipped(format!("in {TRIES} tries its patch was always confirmed before it could be killed")))
}

pub fn without(bench: &Bench) -> Outcome {
    let mut scene = guarded(bench)?;
    let before = scene.read(0)?;
    scene.fetch(0, &bench.contract.to)?;
    let mut act = scene.patch_request(0, &bench.contract.to)?;
    act.expected = before.digest().map(str::to_string);
    scene.fresh_under_an_old_core()?;
    match scene.act(Action::Patch, &act)? {
        Answer::Refused { .. } => {}
        other => {
            return Err(format!("asked to patch where no switch can be armed it answered {other:?}").into());
        }
    }
    same(&before, &scene.read(0)?, "it patched without its dead man's switch")
}

fn wait<T>(look: impl Fn() -> Option<T>) -> Option<T> {
    let until = Instant::now() + PATIENCE;
    loop {
        let found = look();
        if found.is_some() || Instant::now() >= until {
            return found;
        }
        thread::sleep(Duration::from_millis(1));
    }
}
