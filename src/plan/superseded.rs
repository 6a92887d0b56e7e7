//! What later runs did to components of a run that has not ended: then its folder was away, so that nothing was held for it.

use super::noun::Plan;
use crate::model::{Address, Moment};
use crate::state::{Record, State};
use std::collections::BTreeMap;

/// The components of `plan` that another run recorded since `run` of it began at `started`: each with that run. A record that
/// an older state brought back is none.
pub fn superseded<'a>(
    plan: &'a Plan,
    run: &str,
    started: Moment,
    state: &'a State,
) -> BTreeMap<&'a Address, &'a str> {
    let newer = plan.changes().filter_map(|(_, entry, _)| {
        let record = state.records.get(&entry.address)?;
        let changed = entry.record_digest.as_deref() != Some(&*Record::fingerprint(record));
        (changed && record.run != run && record.at > started).then_some((&entry.address, record.run.as_str()))
    });
    newer.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::noun::Cause;
    use crate::plan::samples;
    use crate::state::sample::record;

    #[test]
    fn only_what_another_run_recorded_since_is_superseded() {
        let plan = samples::plan(vec![samples::changing("a", Some("1"), Some("2"), Cause::Change)]);
        let (_, entry, _) = plan.changes().next().unwrap();
        let found = |run: &str, at: i64, same: bool| {
            let mut plan = plan.clone();
            let mut state = State::new("l", "0.1.0");
            let record = Record { run: run.into(), at: Moment(at), ..record("9") };
            let i = plan.entries.iter().position(|e| e.address == entry.address).unwrap();
            plan.entries[i].record_digest = same.then(|| record.fingerprint());
            state.records.insert(entry.address.clone(), record);
            superseded(&plan, "mine", Moment(5), &state)
                .values()
                .map(|run| run.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(found("other", 6, false), ["other"]);
        assert!(found("other", 6, true).is_empty(), "the plan rests on it");
        assert!(found("mine", 6, false).is_empty());
        assert!(found("other", 4, false).is_empty(), "an older state was put in place");
    }
}
