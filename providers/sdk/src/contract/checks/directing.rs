//! Traffic: taking it away and giving it back, where the contract file names a member.

use crate::contract::scene::{Bench, Scene};
use crate::contract::{Outcome, Stop};
use crate::message::{Act, Action, Answer, MemberStanding, MembersAnswer, MembersRequest, Probed, Subject};

/// How a member stands must be as said.
fn stands(scene: &mut Scene<'_>, traffic: &Subject, member: &str, holders: Option<&[&str]>) -> Outcome {
    let request = MembersRequest { traffic: traffic.clone(), members: vec![member.into()] };
    let answer: MembersAnswer = scene.call("members", &request)?;
    match (answer.members.as_slice(), holders) {
        ([MemberStanding::Serving], None) => Ok(()),
        ([MemberStanding::Away { holders, .. }], Some(wanted)) if holders == wanted => Ok(()),
        (other, Some(wanted)) => {
            Err(format!("the member should be away for {wanted:?}, and `members` says {other:?}").into())
        }
        (other, None) => Err(format!("the member should serve, and `members` says {other:?}").into()),
    }
}

pub fn traffic(bench: &Bench) -> Outcome {
    let Some(named) = &bench.contract.traffic else {
        return Err(Stop::Skipped("the contract file names no traffic".into()));
    };
    let member = named.member.as_str();
    let mut scene = bench.scene()?;
    let a = scene.traffic_request(named, "check.a")?;
    let traffic = a.subject.clone();
    stands(&mut scene, &traffic, member, None)?;
    // A fresh process tells of what never began, and that does not begin any more.
    match scene.probe(Action::Drain, &a)? {
        Probed::Before { .. } => {}
        other => return Err(format!("of a drain that never began a probe says {other:?}").into()),
    }
    if let Answer::Applied(_) = scene.act(Action::Drain, &a)? {
        return Err("a drain that was probed as before was done afterwards".into());
    }
    let a = scene.traffic_request(named, "check.a")?;
    scene.apply(Action::Drain, &a)?;
    stands(&mut scene, &traffic, member, Some(&["check.a"]))?;
    scene.apply(Action::Drain, &a)?;
    let b = scene.traffic_request(named, "check.b")?;
    scene.apply(Action::Drain, &b)?;
    stands(&mut scene, &traffic, member, Some(&["check.a", "check.b"]))?;
    let old = Act { token: 1, ..scene.traffic_request(named, "check.a")? };
    match scene.act(Action::Undrain, &old)? {
        Answer::Refused { .. } => {}
        other => return Err(format!("a lower fencing token was answered {other:?}").into()),
    }
    scene.fresh()?;
    match scene.probe(Action::Drain, &a)? {
        Probed::After(_) => {}
        other => return Err(format!("of a drain that was done a fresh process says {other:?}").into()),
    }
    let back = scene.traffic_request(named, "check.a")?;
    scene.apply(Action::Undrain, &back)?;
    stands(&mut scene, &traffic, member, Some(&["check.b"]))?;
    for _ in 0..2 {
        let back = scene.traffic_request(named, "check.b")?;
        scene.apply(Action::Undrain, &back)?;
        stands(&mut scene, &traffic, member, None)?;
    }
    Ok(())
}
