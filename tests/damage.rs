//! Files of patchform that were cut off or in which a bit was flipped, through the binary: a clear error or the right
//! answer, never a wrong one, and never a panic. Every byte of journal, state, plan and lease is tried by their unit
//! tests; here a spread of them, in every file that patchform keeps.
//!
//! `PATCHFORM_SWEEP=1` tries ten times as many.

mod lab;

use lab::{Lab, Ran, files};
use std::fs;
use std::path::PathBuf;

/// What was done to a file: how the test calls it, and its bytes.
fn damages(good: &[u8], how_many: usize) -> Vec<(String, Vec<u8>)> {
    let all = std::env::var_os("PATCHFORM_SWEEP").is_some();
    let step = (good.len() / (how_many * if all { 10 } else { 1 })).max(1);
    let mut damages = Vec::new();
    // The last byte is tried, too: the newline behind the last line.
    for at in
        (0..good.len()).step_by(step).chain([good.len().saturating_sub(2), good.len().saturating_sub(1)])
    {
        damages.push((format!("cut at {at}"), good[..at].to_vec()));
        let mut flipped = good.to_vec();
        flipped[at] ^= 1 << (at % 8);
        damages.push((format!("a bit of byte {at} flipped"), flipped));
    }
    damages
}

fn no_panic(ran: &Ran, when: &str) {
    assert!(ran.code >= 0 && !ran.err.contains("panicked"), "{when}: {ran:?}");
    assert!(ran.code == 0 || ran.err.contains("error: ") || !ran.out.is_empty(), "{when}: {ran:?}");
}

/// Applied at 1.0, halted in `b` on the way to 1.1, with a saved plan of `c` alone.
fn halted() -> (Lab, String) {
    let config = |level: &str, patch: &str| {
        let rollout = "rollout \"stop\" {\n  on_failure = \"halt\"\n}\n";
        let rows = [("a", level, "", ""), ("b", level, "command.a", patch), ("c", level, "", "")];
        let text = files(&rows)
            .replace("patch_level", "claims = [\"path:NAME\"]\n  rollout = rollout.stop\n  patch_level");
        let mut text = text;
        for name in ["a", "b", "c"] {
            text = text.replacen("path:NAME", &format!("path:{name}"), 1);
        }
        format!("{rollout}{text}")
    };
    let lab = Lab::new(&config("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.1", "[ -f ok ] || exit 1; printf %s $PATCHFORM_LEVEL > $NAME"));
    lab.patchform("plan --target command.c --out p").exits(0);
    lab.patchform("apply --auto-approve --target command.b").exits(7);
    let runs: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    let id = runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_string();
    (lab, id)
}

/// The file is damaged in many ways; `lines` are run on each, and what they print with exit code 0 or 2 is what they
/// print when nothing is damaged.
fn a_clear_error_or_the_same(
    lab: &Lab,
    path: &PathBuf,
    how_many: usize,
    lines: &[&str],
    said: &str,
) -> usize {
    let good = fs::read(path).unwrap();
    let right: Vec<Ran> = lines.iter().map(|line| lab.patchform(line)).collect();
    let mut found = 0;
    for (how, bytes) in damages(&good, how_many) {
        for (line, right) in lines.iter().zip(&right) {
            fs::write(path, &bytes).unwrap();
            let ran = lab.patchform(line);
            let when = format!("{} {how}, `{line}`", path.display());
            no_panic(&ran, &when);
            if [0, 2].contains(&ran.code) {
                assert_eq!(ran.out, right.out, "{when}");
            } else {
                found += 1;
                assert!([1, 6].contains(&ran.code) && ran.err.contains(said), "{when}: {ran:?}");
            }
        }
    }
    fs::write(path, &good).unwrap();
    for (line, right) in lines.iter().zip(&right) {
        assert_eq!(lab.patchform(line).out, right.out, "{line}: put back, it is as it was");
    }
    found
}

#[test]
fn a_damaged_state_is_an_error_everywhere() {
    let (lab, id) = halted();
    let lines = ["show --json", "plan --detailed-exitcode", "output --json", "state list"];
    let found = a_clear_error_or_the_same(
        &lab,
        &lab.path("patchform.state.json"),
        12,
        &lines,
        "patchform.state.json",
    );
    assert!(found >= 4 * 24, "{found}");
    let before = lab.read("patchform.state.json");
    fs::write(lab.path("patchform.state.json"), &before[..before.len() / 2]).unwrap();
    for line in ["resume", "rollback", "apply p", "state rm command.c", "run list"] {
        lab.patchform(line).exits(1).says("patchform.state.json").says(".backup");
    }
    // What their folders tell is listed all the same.
    lab.patchform("run list").exits(1).says(&id).says("open").says("complete");
    lab.patchform("run list --json").exits(1).says("\"complete\"").says(".backup");
}

#[test]
fn a_damaged_plan_is_an_error_and_nothing_begins() {
    let (lab, id) = halted();
    let found = a_clear_error_or_the_same(&lab, &lab.path("p"), 12, &["show --json p"], "p: ");
    assert!(found >= 24, "{found}");
    let good = fs::read(lab.path("p")).unwrap();
    for (how, bytes) in damages(&good, 6) {
        fs::write(lab.path("p"), bytes).unwrap();
        let ran = lab.patchform("apply p");
        no_panic(&ran, &how);
        assert_eq!((ran.code, lab.read("c")), (1, "1.0".into()), "{how}: {ran:?}");
    }
    // The plan of a run, from which alone it is resumed.
    let plan = lab.path(&format!(".patchform/runs/{id}/plan.json"));
    let good = fs::read(&plan).unwrap();
    for (how, bytes) in damages(&good, 6) {
        fs::write(&plan, bytes).unwrap();
        for line in ["resume", "rollback", "run show"] {
            let ran = lab.patchform(line);
            no_panic(&ran, &how);
            assert!(ran.code == 1 && ran.err.contains("plan.json"), "{line}, {how}: {ran:?}");
        }
        assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.0"], "{how}");
    }
    fs::write(&plan, &good).unwrap();
    lab.write("ok", "");
    lab.patchform("resume").exits(0);
}

#[test]
fn a_damaged_journal_is_an_error_or_a_beginning_of_what_happened() {
    let (lab, id) = halted();
    let segment = lab.path(&format!(".patchform/runs/{id}/journal/000001.jsonl"));
    let good = fs::read(&segment).unwrap();
    let whole = lab.patchform(&format!("run show --json {id}")).exits(0).out;
    let events = |text: &str| -> Vec<String> {
        text.lines().filter(|l| !l.contains("\"type\":\"outcome\"")).map(String::from).collect()
    };
    let all = events(&whole);
    let (mut errors, mut beginnings) = (0, 0);
    for (how, bytes) in damages(&good, 24) {
        fs::write(&segment, &bytes).unwrap();
        let ran = lab.patchform(&format!("run show --json {id}"));
        no_panic(&ran, &how);
        if ran.code == 0 {
            beginnings += 1;
            assert!(all.starts_with(&events(&ran.out)), "{how}: {ran:?}");
            assert!(how.starts_with("cut"), "a flipped bit is found: {how}");
        } else {
            errors += 1;
            assert!(ran.code == 1 && ran.err.contains("journal"), "{how}: {ran:?}");
        }
        // The run goes on from a beginning that is whole, and from nothing else.
        if how.starts_with("a bit") {
            let ran = lab.patchform("resume").exits(1);
            assert!(ran.err.contains("000001.jsonl") && ran.err.contains("line "), "{how}: {ran:?}");
            assert_eq!(lab.read("b"), "1.0", "{how}");
        }
    }
    println!("{errors} errors, {beginnings} beginnings");
    assert!(errors > 24 && beginnings > 12);
    fs::write(&segment, &good).unwrap();
    lab.patchform("rollback").exits(0);
    assert_eq!([lab.read("a"), lab.read("b")], ["1.0", "1.0"]);
}

/// Whatever became of the lease, nobody else works on what the run holds, and the run can be ended.
#[test]
fn a_damaged_lease_still_holds() {
    let (lab, id) = halted();
    let lease = lab.path(&format!(".patchform/runs/{id}/lease.json"));
    let good = fs::read(&lease).unwrap();
    for (how, bytes) in damages(&good, 12) {
        fs::write(&lease, bytes).unwrap();
        let ran = lab.patchform("apply --auto-approve --target command.a --target command.b");
        no_panic(&ran, &how);
        assert!(ran.code == 6 && ran.err.contains(&id), "{how}: {ran:?}");
        lab.patchform("state rm command.b").exits(6).says(&id);
        let listed = lab.patchform("run list").exits(0);
        assert!(listed.out.contains(&id) && listed.out.contains("open"), "{how}: {listed:?}");
    }
    assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.0"]);
    lab.write("ok", "");
    lab.patchform("resume").exits(0);
    assert_eq!([lab.read("a"), lab.read("b")], ["1.1", "1.1"]);
}

#[test]
fn a_damaged_token_gives_no_lower_one() {
    let (lab, id) = halted();
    let lease = |lab: &Lab| -> serde_json::Value {
        serde_json::from_str(&lab.read(&format!(".patchform/runs/{id}/lease.json"))).unwrap()
    };
    let mut last = lease(&lab)["token"].as_u64().unwrap();
    for bytes in [&b""[..], b"1\n", b"0", b"\xb2\n", b"-4", b"99999999999999999999999"] {
        fs::write(lab.path(".patchform/runs/token"), bytes).unwrap();
        let ran = lab.patchform("resume");
        let when = format!("{:?}", String::from_utf8_lossy(bytes));
        no_panic(&ran, &when);
        if ran.code == 7 {
            let token = lease(&lab)["token"].as_u64().unwrap();
            assert!(token > last, "{when}: {token} after {last}");
            last = token;
        } else {
            assert!(ran.code == 1 && ran.err.contains("token"), "{when}: {ran:?}");
            assert!(ran.err.contains("Remove it"), "{when}: {ran:?}");
            // So one does, and it is right.
            fs::remove_file(lab.path(".patchform/runs/token")).unwrap();
            lab.patchform("resume").exits(7);
            let token = lease(&lab)["token"].as_u64().unwrap();
            assert!(token > last, "{when}, removed: {token} after {last}");
            last = token;
        }
    }
    fs::write(lab.path(".patchform/runs/token"), format!("{last}\n")).unwrap();
    lab.patchform("rollback").exits(0);
}

#[test]
fn where_the_state_is_is_not_guessed() {
    let lab = Lab::new(&format!(
        "patchform {{\n  state \"local\" {{\n    path = \"kept/eu.json\"\n  }}\n}}\n{}",
        files(&[("a", "1.0", "", "")])
    ));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    let place = lab.path(".patchform/place.json");
    let lines = ["state list", "run list --json", "snapshot list --json", "output --json"];
    let found = a_clear_error_or_the_same(&lab, &place, 20, &lines, "place.json");
    assert!(found >= 4 * 40, "{found}");
    lab.write(".patchform/place.json", "{");
    lab.patchform("state list").exits(1).says("patchform init");
    lab.patchform("init").exits(0);
    lab.patchform("state list").exits(0).says("command.a");
}

#[test]
fn a_damaged_lock_file_or_cache_changes_no_plan() {
    let (lab, _) = halted();
    lab.patchform("plan").exits(0);
    let lock = lab.path("patchform.lock.hcl");
    a_clear_error_or_the_same(&lab, &lock, 12, &["plan --target command.c"], "");
    for entry in fs::read_dir(lab.path(".patchform/cache")).unwrap() {
        let path = entry.unwrap().path();
        let good = fs::read(&path).unwrap();
        let right = lab.patchform("validate --json").exits(0).out;
        for (how, bytes) in damages(&good, 8) {
            fs::write(&path, bytes).unwrap();
            assert_eq!(lab.patchform("validate --json").exits(0).out, right, "{how}");
        }
    }
}
