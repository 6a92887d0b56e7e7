//! What has no effect: validate, read, preview.

use crate::contract::scene::{Bench, same};
use crate::contract::{Outcome, Stop};
use crate::message::{
    CHUNK, Inventory, InventoryRequest, PreviewAnswer, PreviewOutcome, PreviewRequest, Proposed, Read,
    ReadAnswer, Reading, Validate, Validated,
};

pub fn validate(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    let components = vec![scene.desired(0, &bench.contract.from)?, scene.desired(0, &bench.contract.to)?];
    let validated: Validated = scene.call("validate", &Validate { components })?;
    match validated.complaints.iter().find(|c| !c.warning) {
        Some(complaint) => Err(format!("it complains: {}", complaint.summary).into()),
        None => Ok(()),
    }
}

pub fn stable(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    scene.at_from(0)?;
    let first = scene.read(0)?;
    // Long enough for a clock of any usual step to show in the digest.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let second = scene.read(0)?;
    same(&first, &second, "two readings of one component differ")?;
    let digest = first.digest().unwrap_or_default();
    if digest.len() != 64 || !digest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(format!("the digest {digest:?} is not 64 lower-case hex digits").into());
    }
    let target = match &first {
        Reading::Present(present) => &present.target,
        Reading::Absent(absent) => &absent.target,
        Reading::Unreachable { .. } => return Ok(()),
    };
    if target.is_empty() { Err("the reading names no target".into()) } else { Ok(()) }
}

pub fn read_no_effect(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    for present in [false, true] {
        if present {
            scene.at_from(0)?;
        }
        scene.subject(0)?;
        let before = scene.fingerprint();
        scene.read(0)?;
        same(&before, &scene.fingerprint(), "a reading changed something on the disk")?;
    }
    Ok(())
}

pub fn order(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    scene.at_from(0)?;
    scene.patch(1, &bench.contract.to)?;
    let alone = [scene.read(0)?, scene.read(1)?, scene.read(2)?];
    let order = |i: usize| [2, 0, 1, 1][i % 4];
    for size in [4, CHUNK] {
        let components =
            (0..size).map(|i| scene.desired(order(i), &bench.contract.to)).collect::<Result<Vec<_>, _>>()?;
        let answer: ReadAnswer = scene.call("read", &Read { components })?;
        if answer.readings.len() != size {
            return Err(format!("asked for {size} readings, it answered {}", answer.readings.len()).into());
        }
        for (i, reading) in answer.readings.iter().enumerate() {
            same(reading, &alone[order(i)], "a reading in a chunk differs from the same reading alone")?;
        }
    }
    Ok(())
}

pub fn inventory(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    if !scene.can.inventory {
        return Err(Stop::Skipped("the kind has no inventory".into()));
    }
    scene.at_from(0)?;
    let reading = scene.read(0)?;
    let before = scene.fingerprint();
    let request = InventoryRequest { subject: scene.subject(0)? };
    let first: Inventory = scene.call("inventory", &request)?;
    let second: Inventory = scene.call("inventory", &request)?;
    same(&first, &second, "two inventories of one place differ")?;
    same(&before, &scene.fingerprint(), "an inventory changed something on the disk")?;
    let target = match &reading {
        Reading::Present(present) => &present.target,
        Reading::Absent(absent) => &absent.target,
        Reading::Unreachable { .. } => return Ok(()),
    };
    same(&first.target, target, "inventory and reading name different targets")?;
    match first.packages.iter().find(|package| package.name.is_empty() || package.version.is_empty()) {
        Some(package) => Err(format!("a package has no name or no version: {package:?}").into()),
        None => Ok(()),
    }
}

pub fn preview_no_effect(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    scene.at_from(0)?;
    let reading = scene.read(0)?;
    let before = scene.fingerprint();
    let change = Proposed {
        subject: scene.subject(0)?,
        from: reading.level().cloned(),
        to: bench.contract.to.clone(),
        digest: reading.digest().unwrap_or_default().into(),
        snapshot: None,
    };
    let answer: PreviewAnswer =
        scene.call("preview", &PreviewRequest { changes: vec![change.clone(), change] })?;
    same(&before, &scene.fingerprint(), "a preview changed something on the disk")?;
    same(&reading, &scene.read(0)?, "a preview changed the reading")?;
    match answer.previews.as_slice() {
        [PreviewOutcome::Ready(first), PreviewOutcome::Ready(_)] => {
            if scene.can.snapshot && first.ways_back.is_empty() {
                return Err("the kind can snapshot, and the preview names no way back".into());
            }
            Ok(())
        }
        [PreviewOutcome::Blocked { why }, _] | [_, PreviewOutcome::Blocked { why }] => {
            Err(format!("the preview of the contract's patch is blocked: {why}").into())
        }
        others => Err(Stop::Failed(format!("asked for 2 previews, it answered {}", others.len()))),
    }
}

pub fn concurrent(bench: &Bench) -> Outcome {
    let mut scene = bench.scene()?;
    scene.at_from(0)?;
    let alone = scene.read(0)?;
    let desired = scene.desired(0, &bench.contract.to)?;
    let read = Read { components: vec![desired] };
    let ids: Vec<u64> = (0..50).map(|_| scene.peer.send("read", &read)).collect();
    for id in ids.into_iter().rev() {
        let answer: ReadAnswer = scene.peer.receive(id).map_err(|trouble| trouble.to_string())?;
        same(&answer.readings, &vec![alone.clone()], "one of 50 readings at once differs")?;
    }
    Ok(())
}
