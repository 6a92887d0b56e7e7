//! A plan whose components keep to windows and blackouts.

use super::{changing, plan};
use crate::calendar::Written;
use crate::config::checked::{Blackout, Window};
use crate::model::Moment;
use crate::plan::hours::{Emergency, Hours, When};
use crate::plan::noun::{Cause, Plan, Verdict};
use std::time::Duration;

/// The same, and what `b` needs does not fit any more into the night of `a`, which comes before it.
pub fn nights() -> Plan {
    let mut plan = windows();
    plan.entries[1].when = plan.entries[0].when.clone();
    plan.entries[1].after = vec![0];
    for entry in &mut plan.entries[..2] {
        if let Verdict::Change(change) = &mut entry.verdict {
            change.forth[2].expected = Duration::from_secs(2 * 3600);
        }
    }
    plan
}

/// Windows in every standing, when it is Monday, and an emergency that passes one of them over.
pub fn windows() -> Plan {
    let written = |zone: &str, start: &str, hours: u64| Written {
        timezone: zone.into(),
        start: Some(start.into()),
        days: vec!["tue".into()],
        duration: Some(Duration::from_secs(hours * 3600)),
        ..Written::default()
    };
    let times = |written: Written| written.read().expect("it means something");
    let window = |name: &str, written: Written, emergency: &[&str]| Window {
        name: name.into(),
        times: times(written),
        emergency: emergency.iter().map(|who| who.to_string()).collect(),
    };
    let launch = Written {
        timezone: "Asia/Tokyo".into(),
        dates: vec!["2026-11-23..2026-11-24".into()],
        ..Written::default()
    };
    let component = |name: &str, when: When| {
        let mut entry = changing(name, Some("1.4.0"), Some("1.5.0"), Cause::Change);
        entry.when = when;
        entry
    };
    let windows = |windows: &[usize]| When { windows: windows.to_vec(), blackouts: Vec::new() };
    let mut long = component("long", windows(&[0]));
    if let Verdict::Change(change) = &mut long.verdict {
        change.forth[2].expected = Duration::from_secs(4 * 3600);
    }
    let mut plan = plan(vec![
        component("a", windows(&[0])),
        component("b", When { windows: Vec::new(), blackouts: vec![0] }),
        long,
        component("open", When { windows: vec![2], blackouts: vec![1] }),
        component("passed", windows(&[1])),
    ]);
    // Monday, noon in UTC.
    plan.made = Moment(1_795_435_200_000);
    plan.hours = Hours {
        windows: vec![
            window("eu_night", written("Europe/Berlin", "01:00", 3), &[]),
            window("us_night", written("America/New_York", "01:00", 3), &["anna"]),
            window("noon", Written { days: Vec::new(), ..written("UTC", "11:30", 2) }, &[]),
        ],
        blackouts: vec![
            Blackout {
                name: "launch".into(),
                times: times(launch.clone()),
                reason: Some("the new shop opens".into()),
                emergency: Vec::new(),
            },
            Blackout {
                name: "payday".into(),
                times: times(launch),
                reason: None,
                emergency: vec!["anna".into()],
            },
        ],
        emergency: Some(Emergency { who: "anna".into(), why: "CVE-2026-1 is exploited".into() }),
    };
    plan
}
