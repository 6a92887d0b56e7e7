//! A state: what can be read is written and read again as the same, to the last byte.

use patchform::model::Moment;
use patchform::report::state_text::Clock;
use patchform::report::{Style, state_json, state_text};
use patchform::state::{State, stored};

/// Reads it as `state push` does, which asks for no digest, and as everything else does.
pub fn run(data: &[u8]) {
    let strict = stored::read(data);
    if let Err(error) = &strict {
        assert!(!error.to_string().is_empty() && !error.way_out().is_empty());
    }
    match stored::read_edited(data) {
        Ok(state) => {
            if let Ok(strict) = &strict {
                assert_eq!(strict, &state, "with and without the digest it reads differently");
            }
            stable(&state);
            shown(&state);
        }
        Err(_) => assert!(strict.is_err(), "only without its digest it cannot be read"),
    }
}

fn stable(state: &State) {
    let bytes = stored::write(state);
    let again = stored::read(&bytes).expect("what was written can be read");
    assert_eq!(&again, state, "written and read it is another");
    assert_eq!(stored::write(&again), bytes, "written twice it differs");
}

fn shown(state: &State) {
    let (style, clock) = (Style::plain(80), Clock { now: Moment(1_764_000_000_000), zone: |_| 3600 });
    state_text::list(state, &[], style);
    state_text::overview(state, &[], clock, style);
    if let Some(address) = state.records.keys().next() {
        assert!(state_text::show(state, &[], address, clock, style).is_some());
    }
    let listed = state_text::Listed {
        state: state.clone(),
        orphans: Vec::new(),
        unrecorded: Vec::new(),
        unproved: Default::default(),
        doomed: Default::default(),
        nameless: Vec::new(),
        planless: Default::default(),
        lost: Default::default(),
    };
    state_text::snapshot_list(&listed, &[], clock, style);
    for text in [state_json::components(state, &[], &[]), state_json::snapshots(&listed, &[], &[])] {
        let lines = text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok());
        assert!(lines || serde_json::from_str::<serde_json::Value>(&text).is_ok(), "no JSON: {text}");
    }
}
