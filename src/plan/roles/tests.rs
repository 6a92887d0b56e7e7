//! Orders by role, in tables.

use super::*;
use crate::config::checked::Role;
use crate::plan::sample::Platform;
use std::time::Duration;

/// Components of these names with roles, in one service that goes by them, standing on each other as told.
fn cluster(members: &[(&str, &str)], stand: &[(&str, &str)]) -> (Draft, Vec<Observed>) {
    let one =
        |platform: Platform, (name, _): &(&str, &str)| platform.with(name, "2", Some("1"), Some("1"), &[]);
    let mut draft = members.iter().fold(Platform::new(), one).draft();
    let at = |draft: &Draft, name: &str| draft.entries.iter().position(|e| &*e.address.name == name).unwrap();
    for (above, below) in stand {
        let (above, below) = (at(&draft, above), at(&draft, below));
        draft.entries[above].after = vec![below];
    }
    draft.connect().unwrap();
    let role = Role { command: vec!["role".into()], timeout: Duration::from_secs(1), found: None };
    draft.entries.iter_mut().for_each(|e| e.role = Some(Box::new(role.clone())));
    let order = ["replica", "standby", "primary"].map(String::from).into();
    draft.services = vec![Service {
        name: "pg".into(),
        members: (0..members.len()).collect(),
        order,
        ..Service::default()
    }];
    let present = || crate::plan::samples::fleet(1, false).entries[0].observed.clone();
    let readings = draft.entries.iter().map(|e| {
        match members.iter().find(|(name, _)| *name == &*e.address.name).unwrap().1 {
            "away" => Observed::Unreachable { why: "no route".into() },
            "absent" => Observed::Absent(Default::default()),
            "left out" => Observed::NotRead,
            _ => present(),
        }
    });
    let readings = readings.collect();
    (draft, readings)
}

/// Who stands on whom afterwards, by name, and who is not placed.
fn arranged(members: &[(&str, &str)], stand: &[(&str, &str)]) -> Result<(String, Vec<String>), Circle> {
    let (mut draft, readings) = cluster(members, stand);
    let asked = to_ask(&draft, &readings);
    let name = |draft: &Draft, i: usize| draft.entries[i].address.name.to_string();
    let answer = |i: &usize| {
        let role = members.iter().find(|(of, _)| *of == name(&draft, *i)).unwrap().1;
        (*i, if role == "mute" { Err("it says nothing".into()) } else { Ok(role.to_string()) })
    };
    let answers = asked.iter().map(answer).collect();
    arrange(&mut draft, &readings, answers)?;
    let edges = draft.entries.iter().enumerate();
    let edges = edges.flat_map(|(i, e)| e.after.iter().map(move |on| (i, *on)));
    let edges: Vec<String> =
        edges.map(|(i, on)| format!("{}>{}", name(&draft, i), name(&draft, on))).collect();
    let unplaced = draft.unplaced.keys().map(|i| name(&draft, *i)).collect();
    Ok((edges.join(" "), unplaced))
}

#[test]
fn later_roles_stand_on_earlier_ones() {
    for (members, edges, unplaced) in [
        (&[("a", "primary"), ("b", "replica"), ("c", "replica")][..], "a>b a>c", &[][..]),
        (&[("a", "replica"), ("b", "replica")], "", &[]),
        (&[("a", "primary"), ("b", "standby"), ("c", "replica")], "a>b b>c", &[]),
        // Who cannot be asked may be one of the first ones, and holds up the others.
        (&[("a", "primary"), ("b", "away")], "a>b", &[]),
        (&[("a", "primary"), ("b", "mute"), ("c", "replica")], "a>b a>c", &["b"]),
        (&[("a", "primary"), ("b", "witness")], "a>b", &["b"]),
        // Who is not there yet, or left out, has no place.
        (&[("a", "primary"), ("b", "absent"), ("c", "left out")], "", &[]),
    ] {
        let found = arranged(members, &[]).unwrap();
        assert_eq!(
            (found.0.as_str(), &found.1[..]),
            (edges, &unplaced.iter().map(ToString::to_string).collect::<Vec<_>>()[..]),
            "{members:?}"
        );
    }
}

#[test]
fn an_order_that_contradicts_the_graph_is_told_with_the_circle() {
    let members = [("a", "primary"), ("b", "replica")];
    assert_eq!(arranged(&members, &[("a", "b")]).unwrap().0, "a>b");
    let circle = arranged(&members, &[("b", "a")]).unwrap_err();
    assert_eq!(
        circle.to_string(),
        "service.pg goes by roles (replica, then standby, then primary), and its members wait for each other in a circle then: \
         release.a (primary) waits for release.b (replica) waits for release.a (primary)"
    );
}

#[test]
fn who_is_in_no_ordered_service_or_in_no_apply_is_not_asked() {
    let (mut draft, readings) = cluster(&[("a", "primary"), ("b", "replica")], &[]);
    assert_eq!(to_ask(&draft, &readings), [0, 1]);
    draft.purpose = Purpose::RefreshOnly;
    assert_eq!(to_ask(&draft, &readings), [0usize; 0]);
    draft.purpose = Purpose::Apply;
    draft.services[0].order.clear();
    assert_eq!(to_ask(&draft, &readings), [0usize; 0]);
}
