//! What has effects, and how it is taken back.

use crate::contract::scene::{Bench, same};
use crate::contract::{Outcome, Stop};
use crate::message::{Action, Answer, Cancel, SnapshotRef, Verdict};

pub fn cycle(bench: &Bench) -> Outcome {
    let mut scene = bench.reversible()?;
    let (from, to) = (&bench.contract.from, &bench.contract.to);
    scene.at_from(0)?;
    let before = scene.read(0)?;
    let snapshot = scene.snapshot(0)?;
    same(&before.digest(), &scene.read(0)?.digest(), "a snapshot changed the digest")?;
    scene.patch(0, to)?;
    scene.stands_at(0, Some(to))?;
    if scene.digest(0)? == before.digest().unwrap_or_default() {
        return Err("the digest is the same after the patch".into());
    }
    if scene.can.verify {
        healthy(scene.verify(0, Some(to))?, "after the patch")?;
        if scene.verify(0, Some(from))? == Verdict::Healthy {
            return Err("`verify` for the old level says healthy after the patch".into());
        }
    }
    scene.restore(0, &snapshot, Some(from))?;
    same(&before, &scene.read(0)?, "after the restore the reading is not the one before")?;
    if scene.can.verify {
        healthy(scene.verify(0, Some(from))?, "after the restore")?;
    }
    // The way forth is open again.
    scene.patch(0, to)?;
    scene.stands_at(0, Some(to))
}

fn healthy(verdict: Verdict, when: &str) -> Outcome {
    match verdict {
        Verdict::Healthy => Ok(()),
        Verdict::Ill { why } | Verdict::Inconclusive { why } => {
            Err(format!("`verify` {when} does not say healthy: {why}").into())
        }
    }
}

pub fn install_cycle(bench: &Bench) -> Outcome {
    let mut scene = bench.reversible()?;
    let before = scene.read(0)?;
    if before.level().is_some() {
        return Err(Stop::Skipped("the contract's setup leaves the component present".into()));
    }
    let snapshot = scene.snapshot(0)?;
    scene.patch(0, &bench.contract.to)?;
    scene.stands_at(0, Some(&bench.contract.to))?;
    scene.restore(0, &snapshot, None)?;
    same(&before, &scene.read(0)?, "after the restore the reading is not the one before")
}

pub fn restore_twice(bench: &Bench) -> Outcome {
    let mut scene = bench.reversible()?;
    scene.at_from(0)?;
    let before = scene.read(0)?;
    let snapshot = scene.snapshot(0)?;
    // Already there: nothing was patched yet.
    scene.restore(0, &snapshot, Some(&bench.contract.from))?;
    same(&before, &scene.read(0)?, "a restore of what is there already changed it")?;
    scene.patch(0, &bench.contract.to)?;
    for _ in 0..2 {
        scene.restore(0, &snapshot, Some(&bench.contract.from))?;
        same(&before, &scene.read(0)?, "after the restore the reading is not the one before")?;
    }
    Ok(())
}

pub fn drop_snapshot(bench: &Bench) -> Outcome {
    let mut scene = bench.reversible()?;
    scene.at_from(0)?;
    let before = scene.digest(0)?;
    let snapshot = scene.snapshot(0)?;
    for _ in 0..2 {
        let act = scene.back(0, &snapshot, None)?;
        scene.apply(Action::Drop, &act)?;
    }
    // One whose making was never seen: nobody has its token, and it may not be there.
    let unseen = SnapshotRef { id: format!("{}-unseen", snapshot.id), token: None };
    let act = scene.back(0, &unseen, None)?;
    scene.apply(Action::Drop, &act)?;
    same(&before, &scene.digest(0)?, "dropping a snapshot changed the component")
}

pub fn same_id(bench: &Bench) -> Outcome {
    let mut scene = bench.reversible()?;
    scene.at_from(0)?;
    let snapshot = scene.snapshot(0)?;
    let mut patch = scene.patch(0, &bench.contract.to)?;
    let again = scene.act(Action::Patch, &patch)?;
    if !matches!(again, Answer::Applied(_)) {
        return Err(format!("the second request with one id was answered {again:?}, not as the first").into());
    }
    scene.restore(0, &snapshot, Some(&bench.contract.from))?;
    let before = scene.digest(0)?;
    // If it acted now, even without an expected digest, it would patch again.
    for expected in [patch.expected.clone(), None] {
        patch.expected = expected;
        scene.act(Action::Patch, &patch)?;
        same(&before, &scene.digest(0)?, "an action id that was done before acted again")?;
    }
    // A fresh process knows it as well.
    scene.fresh()?;
    scene.act(Action::Patch, &patch)?;
    same(&before, &scene.digest(0)?, "an action id that was done before acted again in a fresh process")
}

pub fn token(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    scene.at_from(0)?;
    let before = scene.digest(0)?;
    for fresh in [false, true] {
        if fresh {
            scene.fresh()?;
        }
        let mut act = scene.patch_request(0, &bench.contract.to)?;
        act.token = 4;
        act.id = format!("{}-low-{fresh}", act.id);
        refused(scene.act(Action::Patch, &act)?, "with a lower token than one seen before")?;
        same(&before, &scene.digest(0)?, "an action with a lower token changed something")?;
    }
    let mut act = scene.patch_request(0, &bench.contract.to)?;
    act.token = 6;
    act.id = format!("{}-high", act.id);
    scene.apply(Action::Patch, &act).map(|_| ())
}

fn refused(answer: Answer, what: &str) -> Outcome {
    match answer {
        Answer::Refused { why, .. } if why.is_empty() => {
            Err(format!("{what}: it refuses without saying why").into())
        }
        Answer::Refused { .. } => Ok(()),
        other => Err(format!("{what}: it answered {other:?}, not refused").into()),
    }
}

pub fn expected(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    scene.at_from(0)?;
    let before = scene.digest(0)?;
    let mut act = scene.patch_request(0, &bench.contract.to)?;
    act.expected = Some("0".repeat(64));
    refused(scene.act(Action::Patch, &act)?, "with a wrong expected digest")?;
    same(&before, &scene.digest(0)?, "a refused patch changed something")
}

pub fn broken(bench: &Bench) -> Outcome {
    let Some(level) = &bench.contract.broken else {
        return Err(Stop::Skipped("the contract names no broken level".into()));
    };
    let mut scene = bench.reversible()?;
    scene.at_from(0)?;
    let before = scene.read(0)?;
    let snapshot = scene.snapshot(0)?;
    let mut act = scene.patch_request(0, level)?;
    act.expected = before.digest().map(str::to_string);
    match scene.act(Action::Patch, &act)? {
        Answer::Refused { .. } => {
            return same(&before, &scene.read(0)?, "a refused patch changed something");
        }
        Answer::Applied(_) if scene.can.verify => {
            if scene.verify(0, Some(level))? == Verdict::Healthy {
                return Err("the broken level was applied, and `verify` says healthy".into());
            }
        }
        Answer::Applied(_) | Answer::Unclear { .. } => {}
    }
    scene.restore(0, &snapshot, Some(&bench.contract.from))?;
    same(&before, &scene.read(0)?, "after the restore the reading is not the one before")
}

pub fn concurrent(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    let mut acts = Vec::new();
    for n in 0..8 {
        scene.at_from(n)?;
        scene.fetch(n, &bench.contract.to)?;
        let mut act = scene.patch_request(n, &bench.contract.to)?;
        act.expected = Some(scene.digest(n)?);
        acts.push(act);
    }
    let ids: Vec<u64> = acts.iter().map(|act| scene.peer.send("patch", act)).collect();
    for id in ids {
        match scene.peer.receive(id).map_err(|trouble| trouble.to_string())? {
            Answer::Applied(_) => {}
            other => return Err(format!("one of 8 patches at once was answered {other:?}").into()),
        }
    }
    (0..8).try_for_each(|n| scene.stands_at(n, Some(&bench.contract.to)))
}

pub fn cancel(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    scene.at_from(0)?;
    let before = scene.digest(0)?;
    let cancel = |id: &str| {
        let params = serde_json::json!(Cancel { id: id.into() });
        serde_json::json!({ "jsonrpc": "2.0", "method": "cancel", "params": params }).to_string()
    };
    scene.peer.say(cancel("nobody").as_bytes());
    let mut act = scene.patch_request(0, &bench.contract.to)?;
    act.expected = Some(before.clone());
    let id = scene.peer.send("patch", &act);
    scene.peer.say(cancel(&act.id).as_bytes());
    match scene.peer.receive(id).map_err(|trouble| format!("the cancelled patch: {trouble}"))? {
        Answer::Applied(_) => scene.stands_at(0, Some(&bench.contract.to)),
        Answer::Refused { .. } => {
            same(&before, &scene.digest(0)?, "a cancelled and refused patch changed something")
        }
        Answer::Unclear { .. } => Ok(()),
    }
}
