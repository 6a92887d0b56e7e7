//! Round trips, every kind of damage, and size.

use super::*;
use crate::state::sample::*;
use crate::state::{OutputValue, Rejected};
use proptest::prelude::*;
use serde_json::json;

/// A small state with something of everything.
fn small() -> State {
    let mut state = State::new("5f0c", "0.1.0");
    state.serial = 3;
    state.records.insert(address("release.api[\"eu\"]"), record("1.4.0"));
    let mut map = record("");
    map.level = crate::model::PatchLevel::Map([("openssl".to_string(), "3.0".to_string())].into());
    map.alias = "eu".into();
    state.records.insert(address("apt.db"), map);
    state.snapshots.insert("s1".into(), snapshot("apt.db", "r1", 5));
    state.rejected.push(Rejected {
        component: address("apt.db"),
        level: single("2"),
        run: "r1".into(),
        reason: "the check \"ready\" failed".into(),
        at: crate::model::Moment(7),
    });
    state.runs.push(run("r1", &[("apt.db", None, Some("1"))]));
    state.outputs.insert("url".into(), OutputValue { value: json!("http://x").into(), sensitive: false });
    state.folded = Some(crate::state::Folded { run: "r1".into(), line: 7 });
    state
}

#[test]
fn stands_as_one_row_per_line() {
    insta::assert_snapshot!(String::from_utf8(write(&small())).unwrap(), @r#"
    {
      "format_version": 1,
      "program": "0.1.0",
      "digest": "c687b3ccf64da5435288cd4e015318be4ebb9e6fb0ef937454b05e584b31c51e",
      "lineage": "5f0c",
      "serial": 3,
      "folded": {"run":"r1","line":7},
      "outputs": [
        {"name":"url","value":"http://x","sensitive":false}
      ],
      "records": [
        {"address":"apt.db","provider":"release","alias":"eu","level":{"openssl":"3.0"},"digest":"abababababababababababababababababababababababababababababababab","target":"machine-id:0123456789abcdef0123456789abcdef","claims":["path:/srv/app"],"run":"20261122-024000-ab12","at":"2026-11-18T11:06:40.000Z"},
        {"address":"release.api[\"eu\"]","provider":"release","level":"1.4.0","digest":"abababababababababababababababababababababababababababababababab","target":"machine-id:0123456789abcdef0123456789abcdef","claims":["path:/srv/app"],"run":"20261122-024000-ab12","at":"2026-11-18T11:06:40.000Z"}
      ],
      "snapshots": [
        {"id":"s1","component":"apt.db","run":"r1","level":"1","token":{"folder":"/srv/.old/1"},"place":"/srv/.old/1","whole_system":false,"data":false,"taken":"1970-01-01T00:00:00.005Z","size":10,"digest":null,"expires":null,"survives_target_loss":false}
      ],
      "rejected": [
        {"component":"apt.db","level":"2","run":"r1","reason":"the check \"ready\" failed","at":"1970-01-01T00:00:00.007Z"}
      ],
      "runs": [
        {"id":"r1","started":"1970-01-01T00:00:01.000Z","finished":"1970-01-01T00:00:02.000Z","outcome":"complete","purpose":"apply","journal_lines":7,"journal_head":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","levels":[{"component":"apt.db","before":null,"after":"1"}]}
      ]
    }
    "#);
}

#[test]
fn a_secret_output_is_not_stored() {
    let mut state = small();
    state.outputs.insert("key".into(), OutputValue { value: json!("s3cret").into(), sensitive: true });
    let bytes = write(&state);
    assert!(!String::from_utf8_lossy(&bytes).contains("s3cret"));
    assert_eq!(read(&bytes).unwrap().outputs["key"].value, json!(null).into());
}

#[test]
fn cut_off_anywhere_it_is_an_error() {
    let bytes = write(&small());
    // Without its last byte, a newline, the JSON is whole, but the digest does not fit.
    for length in 0..bytes.len() {
        let error = read(&bytes[..length]).expect_err("it is cut off");
        match length {
            0 => assert_eq!(error, StoredError::Empty),
            n if n == bytes.len() - 1 => assert_eq!(error, StoredError::Changed),
            n => assert_eq!(error, StoredError::Truncated(n)),
        }
    }
}

#[test]
fn a_flipped_bit_anywhere_is_an_error() {
    let bytes = write(&small());
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            assert!(read(&damaged).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn an_edit_by_hand_is_found_and_can_be_taken_over() {
    let text = String::from_utf8(write(&small())).unwrap();
    let edited = text.replace("\"1.4.0\"", "\"1.5.0\"");
    let error = read(edited.as_bytes()).unwrap_err();
    assert_eq!(error, StoredError::Changed);
    assert!(error.way_out().contains("patchform state push"));
    let state = read_edited(edited.as_bytes()).unwrap();
    assert_eq!(state.records[&address("release.api[\"eu\"]")].level, single("1.5.0"));
    // Reformatted by another program, say jq -c.
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read(value.to_string().as_bytes()).unwrap_err(), StoredError::NoDigest);
    assert_eq!(read_edited(value.to_string().as_bytes()).unwrap(), small());
}

#[test]
fn the_digest_can_be_checked_with_two_common_tools() {
    let text = String::from_utf8(write(&small())).unwrap();
    let rest: String = text.split_inclusive('\n').filter(|l| !l.starts_with("  \"digest\": ")).collect();
    let digest = patchform_sdk::digest::of_bytes(rest.as_bytes());
    assert!(text.contains(&format!("  \"digest\": \"{digest}\",\n")));
}

#[test]
fn what_is_no_state_says_why() {
    let text = String::from_utf8(write(&small())).unwrap();
    let row = text.lines().find(|l| l.contains("\"apt.db\",\"provider\"")).unwrap().trim_end_matches(',');
    let twice = text.replace(row, &format!("{row},\n{row}"));
    for (bytes, words) in [
        ("", "empty"),
        (" \n ", "empty"),
        ("hello", "not JSON"),
        ("{\"format_version\": 1,}", "not JSON"),
        ("[]", "not a state of patchform"),
        ("null", "not a state of patchform"),
        ("{\"format_version\": 1}", "missing field"),
        ("{\"version\": 4, \"terraform_version\": \"1.11.4\"}", "not a state of patchform"),
        (&text.replace("\"format_version\": 1", "\"format_version\": 0"), "there is no form 0"),
        (&text.replace("\"serial\": 3", "\"serial\": -3"), "not a state of patchform"),
        (&text.replace("\"serial\": 3", "\"serial\": 3, \"extra\": 1"), "unknown field `extra`"),
        (&text.replace("\"1970-01-01T00:00:00.007Z\"", "\"yesterday\""), "\"yesterday\" is no point in time"),
        (&text.replace("\"complete\"", "\"splendid\""), "\"splendid\" is no outcome"),
        (&text.replace("\"purpose\":\"apply\"", "\"purpose\":\"rollback\""), "no purpose"),
        (&text.replace("\"component\":\"apt.db\"", "\"component\":\"apt\""), "no address"),
        (&twice, "a record of apt.db twice"),
        (&"[".repeat(100_000), "not"),
        (&format!("{{\"format_version\": 1, \"x\": {}", "{\"a\":".repeat(100_000)), "not"),
    ] {
        let error = read_edited(bytes.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        assert!(read(bytes.as_bytes()).is_err());
    }
    assert!(read(b"\xff\xfe{").is_err());
}

#[test]
fn a_newer_form_names_its_program() {
    let newer = "{\"format_version\": 7, \"program\": \"3.2.0\", \"shape\": {\"nobody\": \"knows\"}}";
    let error = read(newer.as_bytes()).unwrap_err();
    assert_eq!(error, StoredError::Newer { found: 7, program: "3.2.0".into() });
    assert!(error.to_string().contains("use patchform 3.2.0 or newer"));
    let text = String::from_utf8(write(&small())).unwrap();
    let newer = text.replace("\"format_version\": 1", "\"format_version\": 2");
    assert!(matches!(read(newer.as_bytes()), Err(StoredError::Newer { found: 2, .. })));
}

#[test]
fn a_hundred_thousand_records_come_back() {
    let state = large(100_000);
    let bytes = write(&state);
    assert!(bytes.len() < 40_000_000, "{} bytes", bytes.len());
    assert!(read(&bytes).unwrap() == state);
}

proptest! {
    #[test]
    fn every_state_comes_back(state in states()) {
        let bytes = write(&state);
        prop_assert_eq!(&read(&bytes).unwrap(), &state);
        prop_assert_eq!(write(&state), bytes);
    }

    #[test]
    fn damage_never_makes_another_state(
        state in states(),
        at in any::<prop::sample::Index>(),
        bytes in proptest::collection::vec(any::<u8>(), 0..4),
        cut in 0usize..6,
    ) {
        let good = write(&state);
        let mut damaged = good.clone();
        let start = at.index(damaged.len());
        let end = (start + cut).min(damaged.len());
        damaged.splice(start..end, bytes);
        if let Ok(read) = read(&damaged) {
            prop_assert_eq!(read, state);
        }
    }

    #[test]
    fn any_bytes_are_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read(&bytes).is_err());
    }
}
