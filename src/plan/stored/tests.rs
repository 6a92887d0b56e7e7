//! A saved plan comes back exactly, and whatever was changed in it is found.

use super::*;
use crate::calendar::Zone;
use crate::config::checked::{
    Availability, Barrier, Check, Connection, Credential, Drain, Log, LogSource, Need, Net, OnFailure,
    Outside, Pace, Probe, Promise, Role, Service, Silence, Size, Spent, Traffic,
};
use crate::model::Purpose;
use crate::plan::noun::{Brought, Verdict};
use crate::plan::samples;
use patchform_sdk::message::ByHand;
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// A pace that says everything.
fn pace() -> Pace {
    Pace {
        canary: 1,
        waves: vec![Size::Number(2), Size::Share(2_550)],
        max_failures: Some(3),
        soak: Duration::from_millis(600_001),
        max_per_zone: 2,
        max_zones: None,
        group: true,
    }
}

/// A customer's look at a host.
fn customer(host: &str) -> Check {
    let second = Duration::from_secs(1);
    Check {
        name: "customer".into(),
        probe: Probe::Tcp { host: host.into(), port: 443 },
        timeout: second,
        interval: second,
        within: second,
        successes: 1,
        failures: None,
        need: Need::Required,
    }
}

#[test]
fn comes_back_exactly() {
    let plans = [
        samples::everything(),
        samples::windows(),
        with_drain(),
        samples::fleet(3, true),
        samples::hostile(),
        samples::plan(Vec::new()),
    ];
    for mut plan in plans {
        for purpose in [
            Purpose::Apply,
            Purpose::RefreshOnly,
            Purpose::Rollback { of: "r1".into() },
            Purpose::Restore { snapshot: "s1".into() },
        ] {
            plan.purpose = purpose;
            assert_eq!(read(&write(&plan)), Ok(plan.clone()));
        }
    }
}

#[test]
fn the_snapshot_that_a_plan_goes_back_to_is_stored() {
    let mut plan = samples::fleet(1, false);
    let Verdict::Change(change) = &mut plan.entries[0].verdict else { panic!("a fleet changes") };
    let token = Some(serde_json::json!({ "path": "/srv/1" }));
    change.restore_from = Some(patchform_sdk::message::SnapshotRef { id: "s1".into(), token });
    assert_eq!(read(&write(&plan)), Ok(plan));
}

#[test]
fn every_step_is_stored() {
    let all = [
        Step::Gate,
        Step::Fetch,
        Step::Measure,
        Step::Drain,
        Step::Snapshot,
        Step::Backup,
        Step::Patch,
        Step::Reload,
        Step::Verify,
        Step::Undrain,
        Step::Commit,
        Step::Uninstall,
        Step::Restore,
    ];
    let mut plan = samples::fleet(1, false);
    let Verdict::Change(change) = &mut plan.entries[0].verdict else { panic!("a fleet changes") };
    let time = |ms| Duration::from_millis(ms);
    change.forth = all.iter().map(|s| Planned { action: *s, expected: time(1), deadline: time(2) }).collect();
    assert_eq!(read(&write(&plan)), Ok(plan));
}

#[test]
fn everything_that_a_failure_may_take_back_is_stored() {
    let mut plan = samples::fleet(4, false);
    let all =
        [OnFailure::RollbackComponent, OnFailure::RollbackWave, OnFailure::RollbackRun, OnFailure::Halt];
    let limit = |on_failure| RolloutLimit {
        name: format!("{on_failure:?}"),
        max_parallel: 3,
        on_failure,
        pace: Pace { max_zones: Some(1), ..pace() },
    };
    plan.rollouts = all.map(limit).to_vec();
    for (i, entry) in plan.entries.iter_mut().enumerate() {
        (entry.rollout, entry.wave) = (i, i / 2);
        entry.zone = (i > 1).then(|| format!("rack {i}"));
        entry.ill = (i > 2).then(|| format!("check \"{i}\": 503"));
        entry.idle = i > 2;
        entry.silence = (i > 2).then(|| {
            let labels = vec![("instance".into(), format!("web-{i}"))];
            Box::new(Silence {
                url: "http://alerts:9093".into(),
                labels,
                trusted: (i > 3).then(|| "PEM".into()),
                credential: (i > 3).then(|| Credential::Bearer("token".into())),
            })
        });
        entry.baseline = (i > 2).then(|| "baseline.security".into());
        entry.role = (i > 1).then(|| {
            let found = (i > 2).then(|| "replica".into());
            Box::new(Role { command: vec!["role".into()], timeout: Duration::from_millis(1_500), found })
        });
    }
    plan.waves = vec![Wave { after: None, canary: true }, Wave { after: Some(0), canary: false }];
    assert_eq!(read(&write(&plan)), Ok(plan.clone()));
    let probe = customer("shop");
    let at = Connection { kind: "ssh".into(), arguments: [("host".into(), "out-1".into())].into() };
    plan.services = vec![Service {
        name: "shop".into(),
        members: vec![0, 2, 3],
        least: 2,
        promise: None,
        order: vec!["replica".into(), "primary".into()],
        outside: Some(Box::new(Outside { probe, at })),
    }];
    assert_eq!(read(&write(&plan)), Ok(plan.clone()));
    for members in [vec![4], vec![2, 0], vec![1, 1], vec![usize::MAX]] {
        let mut wrong = plan.clone();
        wrong.services[0].members = members;
        assert!(matches!(read(&write(&wrong)), Err(PlanError::Damaged { .. })));
    }
    plan.services[0].promise = Some(Promise {
        availability: Availability::parse("99.95%").unwrap(),
        zone: Zone::named("Asia/Tokyo").unwrap(),
        spent: Spent { down: Duration::from_millis(1_234), unread: 2 },
    });
    assert_eq!(read(&write(&plan)), Ok(plan.clone()));
    for (availability, zone) in [(0, "UTC"), (1_000_001, "UTC"), (1, ""), (1, "Asia/Atlantis")] {
        let stored = serde_json::json!({ "name": "shop", "members": [], "least": 0,
            "promise": { "availability": availability, "timezone": zone, "spent": 0 } });
        let stored: StoredService<'_> = serde_json::from_value(stored).unwrap();
        assert!(Service::try_from(stored).is_err(), "{availability} {zone}");
    }
    // Waves that wait for each other would never begin.
    for after in [1, 2, usize::MAX] {
        plan.waves[1].after = Some(after);
        assert!(matches!(read(&write(&plan)), Err(PlanError::Damaged { .. })), "{after}");
    }
}

#[test]
fn the_levels_that_go_for_good_are_stored() {
    let mut plan = samples::fleet(1, false);
    let Verdict::Change(change) = &mut plan.entries[0].verdict else { panic!("it changes") };
    let level = change.to.clone().unwrap();
    change.brought = vec![Brought { run: "r1".into(), level }];
    assert_eq!(read(&write(&plan)), Ok(plan));
}

#[test]
fn every_changed_byte_is_found() {
    let plan = samples::fleet(1, false);
    let saved = write(&plan);
    for at in 0..saved.len() {
        for bit in 0..8 {
            let mut bytes = saved.clone();
            bytes[at] ^= 1 << bit;
            assert!(read(&bytes).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn every_truncation_is_found() {
    let saved = write(&samples::fleet(2, true));
    for end in 0..saved.len() {
        assert!(read(&saved[..end]).is_err(), "{end}");
    }
    assert!(matches!(read(&saved[..saved.len() - 1]), Err(PlanError::Truncated { .. })));
    assert!(matches!(read(&saved[..saved.len() / 2]), Err(PlanError::Truncated { .. })));
}

#[test]
fn says_what_is_wrong() {
    let saved = write(&samples::fleet(1, false));
    let text = String::from_utf8(saved.clone()).unwrap();
    let form = |form: u32| format!("\"format_version\":{form}");
    let newer = text.replacen(&form(FORMAT_VERSION), &form(7), 1).replacen("0.1.0", "0.9.0", 1);
    let older = text.replacen(&form(FORMAT_VERSION), &form(2), 1);
    let mut longer = saved.clone();
    longer.extend_from_slice(b"x");
    for (bytes, says) in [
        (Vec::new(), "this is no saved plan: the file is empty"),
        (b"resource \"x\" {}\n".to_vec(), "this is no saved plan: its first line is no plan header"),
        (vec![0; 9_000], "this is no saved plan: it has no header line"),
        (
            b"{\"patchform\":\"state\",\"format_version\":1}\n".to_vec(),
            "this is no saved plan: its first line is the header of something else",
        ),
        (newer.into_bytes(), "written by patchform 0.9.0; this program reads up to form 4"),
        (older.into_bytes(), "its first line names another form"),
        (longer, "something was added at its end"),
        (text.replacen("1.5.0", "1.5.1", 1).into_bytes(), "its SHA-256 is"),
        (
            text.replacen("\"program\":\"0.1.0\"", "\"program\":\"0.2.0\"", 1).into_bytes(),
            "names another program",
        ),
    ] {
        let error = read(&bytes).expect_err(says).to_string();
        assert!(error.contains(says), "{error}");
    }
}

/// Somebody who edits a plan may set its digest right again; then indices that lead nowhere must still be found.
#[test]
fn a_plan_made_by_hand_must_agree_with_itself() {
    let mut lost = samples::fleet(2, false);
    lost.entries[1].after = vec![9];
    let mut twice = samples::fleet(2, false);
    twice.entries[1].address = twice.entries[0].address.clone();
    let mut held = samples::fleet(2, false);
    held.entries[0].verdict = Verdict::Held { by: vec![2] };
    let mut rollout = samples::fleet(1, false);
    rollout.entries[0].rollout = 1;
    let mut window = samples::windows();
    window.entries[0].when.windows = vec![3];
    let mut blackout = samples::windows();
    blackout.entries[0].when.blackouts = vec![2];
    let mut zone = samples::windows();
    zone.hours.windows[0].times.written.timezone = "Europe/Atlantis".into();
    let mut length = samples::windows();
    length.hours.windows[0].times.written.duration = Some(Duration::MAX);
    let mut traffic = with_drain();
    traffic.traffic[0].provider = 1;
    let mut drain = with_drain();
    drain.traffic.clear();
    for plan in [lost, twice, held, rollout, window, blackout, zone, length, traffic, drain] {
        assert!(matches!(read(&write(&plan)), Err(PlanError::Damaged { .. })));
    }
}

#[test]
fn ten_thousand_entries_are_quick() {
    let plan = samples::fleet(10_000, true);
    let start = Instant::now();
    let saved = write(&plan);
    assert_eq!(read(&saved).map(|p| p.entries.len()), Ok(10_000));
    // An unoptimised build on a busy machine; a release build takes a twentieth of this.
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

fn with_drain() -> Plan {
    let (traffic, drain) = drained();
    let mut plan = samples::fleet(1, false);
    plan.traffic = vec![traffic];
    plan.entries[0].drain = Some(drain);
    plan
}

fn drained() -> (Traffic, Drain) {
    let traffic = Traffic {
        address: "traffic.haproxy.front".into(),
        kind: "haproxy".into(),
        provider: 0,
        arguments: serde_json::json!({ "socket": "/run/haproxy/admin.sock", "backend": "web" }),
        secrets: Vec::new(),
        connection: Connection { kind: "ssh".into(), arguments: [("host".into(), "lb-1".into())].into() },
        by_hand: None,
    };
    (traffic, Drain { from: vec![0], member: "web-1".into(), wait: Duration::from_secs(90) })
}

/// A plan of the fourth form, as it was written then, still reads. Never write this file again.
#[test]
fn the_fourth_form_still_reads() {
    let saved = include_bytes!("form-4.pfplan");
    let plan = read(saved).expect("form 4 is read for ever");
    let (traffic, drain) = drained();
    assert_eq!((&plan.traffic[..], &plan.entries[0].drain), (&[traffic][..], &Some(drain)));
    assert!(plan.entries[1..].iter().all(|entry| entry.drain.is_none()));
}

/// A plan of the third form, as it was written then, still reads. Never write this file again.
#[test]
fn the_third_form_still_reads() {
    let saved = include_bytes!("form-3.pfplan");
    let plan = read(saved).expect("form 3 is read for ever");
    assert_eq!(plan.hours.windows[0].times.zone.name(), "Europe/Berlin");
    assert_eq!(plan.hours.blackouts[0].reason.as_deref(), Some("the new shop opens"));
    assert_eq!(plan.hours.emergency.map(|e| e.who).as_deref(), Some("anna"));
    assert_eq!(
        (&plan.entries[0].when.windows[..], &plan.entries[1].when.blackouts[..]),
        (&[0][..], &[0][..])
    );
    assert_eq!(plan.rollouts[0].pace, pace());
    assert_eq!(plan.waves[1], Wave { after: Some(0), canary: false });
    assert_eq!(plan.entries.iter().filter_map(|e| e.zone.as_deref()).collect::<Vec<_>>(), ["rack-1"]);
    assert_eq!((plan.services[0].name.as_str(), plan.services[0].least), ("shop", 2));
}

/// A plan of the second form, as it was written then, still reads. Never write this file again.
#[test]
fn the_second_form_still_reads() {
    let saved = include_bytes!("form-2.pfplan");
    let plan = read(saved).expect("form 2 is read for ever");
    assert_eq!(plan.entries.len(), 24);
    assert!(plan.hours == Default::default() && plan.entries.iter().all(|e| e.when.is_any_time()));
    assert_eq!((plan.vendors[0].name(), plan.entries[0].vendor), ("Acme Databases, duty desk", Some(0)));
    assert_eq!(plan.entries.iter().map(|e| e.wave).max(), Some(23));
    assert!(plan.waves.is_empty() && plan.rollouts.iter().all(|r| r.pace == Pace::default()));
}

/// A plan of the first form, as it was written then, still reads. Never write this file again.
#[test]
fn the_first_form_still_reads() {
    let saved = include_bytes!("form-1.pfplan");
    let plan = read(saved).expect("form 1 is read for ever");
    assert_eq!(plan.entries.len(), 23);
    let waves: Vec<usize> = plan.entries.iter().map(|e| e.wave).collect();
    assert_eq!(
        waves,
        (0..waves.len()).collect::<Vec<_>>(),
        "numbered anew: each block has one instance here"
    );
}

proptest! {
    #[test]
    fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0usize..2_000) {
        let _ = read(&bytes);
        let mut saved = write(&samples::fleet(1, false));
        let at = at.min(saved.len());
        saved.splice(at..at, bytes);
        let _ = read(&saved);
    }
}

#[test]
#[ignore = "writes the sample once, when a new form is made"]
fn write_the_sample() {
    let mut plan = samples::windows();
    plan.rollouts[0].pace = pace();
    plan.waves = vec![Wave { after: None, canary: true }, Wave { after: Some(0), canary: false }];
    plan.entries[0].zone = Some("rack-1".into());
    plan.services =
        vec![Service { name: "shop".into(), members: vec![0, 2, 3], least: 2, ..Service::default() }];
    let (traffic, drain) = drained();
    plan.traffic = vec![traffic];
    plan.entries[0].drain = Some(drain);
    std::fs::write("src/plan/stored/form-4.pfplan", write(&plan)).unwrap();
}

/// How customers are kept out comes back as it was.
#[test]
fn a_barrier_comes_back() {
    let mut plan = samples::fleet(1, false);
    let at = Connection { kind: "ssh".into(), arguments: [("host".into(), "log-1".into())].into() };
    let probe = customer("web-1");
    plan.traffic = vec![Traffic {
        by_hand: Some(ByHand { drain: "pool out {member}".into(), undrain: "pool in {member}".into() }),
        ..drained().0
    }];
    plan.entries[0].block = Some(Box::new(Barrier {
        at: Some(0),
        ports: vec![80, 443],
        interfaces: vec!["eth1".into()],
        from: Net::parse("10.0.0.0/8").into_iter().collect(),
        allow: Net::parse("2001:db8::1").into_iter().collect(),
        log_group: Some(5),
        probe,
        probe_at: at.clone(),
        log: Log {
            source: LogSource::File("/var/log/kern.log".into()),
            at: Some(at),
            within: Duration::from_secs(1),
        },
    }));
    assert_eq!(read(&write(&plan)), Ok(plan));
}

/// Numbers of arguments come back as they were, to the last bit.
#[test]
fn odd_numbers_come_back() {
    let mut plan = samples::fleet(1, false);
    plan.entries[0].arguments =
        serde_json::json!({ "a": 0.1, "b": 2.2250738585072014e-308, "c": 123456.78901234567, "d": u64::MAX });
    assert_eq!(read(&write(&plan)), Ok(plan));
}

proptest! {
    #[test]
    fn any_number_comes_back(n in any::<f64>().prop_filter("JSON has only finite ones", |n| n.is_finite())) {
        let mut plan = samples::fleet(1, false);
        plan.entries[0].arguments = serde_json::json!({ "n": n });
        prop_assert_eq!(read(&write(&plan)), Ok(plan));
    }
}
